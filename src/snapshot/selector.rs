//! A selector's bytes: all of it but model, options and payloads.

use super::sampler::{ReservoirImage, put_reservoir, reservoir_body_len};
use super::{FRAME, Object, factor, is_pair, moments, open_as, write};
use crate::bytes::{Sink, Source};
use crate::drift::Drift;
use crate::model::{Model, Objective};
use crate::sampler::Item;
use crate::selector::{
    Joined, LEAST_MEAN, Options, Scaling, Selector, SelectorState, Stats, stored,
};
use crate::{Error, Scalar, Sum};
use rand_core::{Rng, SeedableRng};

/// Bytes of a selector's snapshot, at most: d inputs, a factor of order N, k + 1 items, and a generator whose state takes
/// `generator` bytes.
pub const fn selector_snapshot_len<T: Scalar>(
    inputs: usize,
    order: usize,
    items: usize,
    generator: usize,
) -> usize {
    body_len::<T>(inputs, order, items.saturating_sub(1), generator) + FRAME
}

const fn body_len<T: Scalar>(inputs: usize, order: usize, kept: usize, generator: usize) -> usize {
    OWN + OWN_SCALARS * T::BYTES
        + moments::body_len::<T>(inputs)
        + factor::body_len::<T>(order)
        + reservoir_body_len::<T>(kept, generator)
}

/// Bytes of what is the selector's own: seven u32 and twelve u64, and the scalars.
const OWN: usize = 7 * 4 + 12 * 8;
const OWN_SCALARS: usize = 14;

/// What must be the same in a selector that is restored into.
fn signature<T: Scalar, M: Model<T>>(
    model: &M,
    options: &Options<'_, T>,
) -> ([usize; 2], [u32; 2], [T; 2]) {
    let (objective, delta) = match options.objective {
        Objective::Prediction => (0, T::ZERO),
        Objective::Residual => (1, T::ZERO),
        Objective::Logistic => (2, T::ZERO),
        Objective::Huber(delta) => (3, delta),
        Objective::CrossEntropy => (4, T::ZERO),
        Objective::Softmax => (5, T::ZERO),
    };
    let scaling = match options.scaling {
        Scaling::None => 0,
        Scaling::Constants { .. } => 1,
        Scaling::Running => 2,
    };
    // Sketches of another seed are of another space.
    let seed = model
        .sketched()
        .map_or(0, |sketch| sketch.mark() << 8 | 0x80);
    let rows = model.rows(options.objective).saturating_sub(1);
    let rows = u32::try_from(rows).unwrap_or(u32::MAX).wrapping_mul(256);
    (
        [model.inputs(), model.parameters()],
        [objective | rows, scaling | seed],
        [delta, options.uniform],
    )
}

fn put_own<T: Scalar>(sink: &mut Sink<'_>, state: &SelectorState<T>) -> Result<(), Error> {
    sink.u32(state.period)?;
    sink.flag(state.ridge_is_open)?;
    sink.u64(state.leverage_count)?;
    sink.scalar(state.mean_leverage)?;
    sink.sum(state.leverages)?;
    let stats = &state.stats;
    for counter in [
        stats.seen,
        stats.accepted,
        stats.evicted,
        stats.refused_length,
        stats.refused_not_finite,
        stats.refused_range,
        stats.refused_label,
        stats.refused_other,
        stats.unscored,
    ] {
        sink.u64(counter)?;
    }
    sink.sum(stats.total_score)?;
    sink.scalar(stats.highest_dropped)?;
    sink.scalar(stats.drift)?;
    // Its half-life is the factor's.
    let drift = &state.drift;
    sink.u64(drift.rows)?;
    sink.u64(drift.blocks)?;
    sink.u32(drift.readings)?;
    sink.scalar(drift.weight)?;
    sink.scalars(&[drift.sum, drift.mean, drift.variance, drift.level])
}

/// Reads what `put_own` wrote into a state.
fn take_own<T: Scalar>(source: &mut Source<'_>, state: &mut SelectorState<T>) -> Result<(), Error> {
    state.period = source.u32()?;
    state.ridge_is_open = source.flag()?;
    state.leverage_count = source.u64()?;
    state.mean_leverage = source.scalar()?;
    state.leverages = source.sum()?;
    state.stats = Stats {
        seen: source.u64()?,
        accepted: source.u64()?,
        evicted: source.u64()?,
        refused_length: source.u64()?,
        refused_not_finite: source.u64()?,
        refused_range: source.u64()?,
        refused_label: source.u64()?,
        refused_other: source.u64()?,
        unscored: source.u64()?,
        total_score: source.sum()?,
        highest_dropped: source.scalar()?,
        drift: source.scalar()?,
    };
    state.drift = Drift {
        rows: source.u64()?,
        half_life: 0,
        blocks: source.u64()?,
        readings: source.u32()?,
        weight: source.scalar()?,
        sum: source.scalar()?,
        mean: source.scalar()?,
        variance: source.scalar()?,
        level: source.scalar()?,
    };
    Ok(())
}

/// A row's leverage is at most 1, and so is a uniform share.
fn largest_score(rows: f64) -> f64 {
    rows / LEAST_MEAN + 1.0
}

/// Whether so many numbers from 0 to `most` have this sum.
fn is_total<T: Scalar>(sum: Sum<T>, count: u64, most: f64) -> bool {
    let most = T::count(count) * T::of(most * 1.001);
    (T::ZERO..=most).contains(&sum.high) && is_pair(sum.high, sum.low)
}

/// Refuses a state that no selector of so many rows a reading has.
fn check<T: Scalar>(state: &SelectorState<T>, rows: usize) -> Result<(), Error> {
    let rows = T::count(rows as u64);
    let stats = &state.stats;
    let (mean, highest) = (state.mean_leverage, stats.highest_dropped);
    if !(mean.is_finite()
        && highest.is_finite()
        && state.leverages.is_finite()
        && stats.total_score.is_finite())
    {
        return Err(Error::NotFinite("selector"));
    }
    let kept = state.reservoir.heavy.saturating_add(state.reservoir.light) as u64;
    let is_possible = (T::ZERO..=rows).contains(&mean)
        && highest >= T::ZERO
        && is_total(state.leverages, state.leverage_count, rows.wide())
        && is_total(stats.total_score, stats.seen, largest_score(rows.wide()))
        && stats.seen == state.reservoir.seen
        && stats.accepted <= stats.seen
        && stats.unscored <= stats.seen
        && stats.accepted.checked_sub(stats.evicted) == Some(kept)
        && (!state.ridge_is_open || state.factor.ridge == T::ZERO)
        && state.drift.is_possible()
        && stats.drift >= state.drift.level
        && stats.drift.is_finite();
    if is_possible {
        Ok(())
    } else {
        Err(Error::Range("selector"))
    }
}

/// As [`Selector::save`], of a selector whose parts lie elsewhere; `generator` is the generator's state.
///
/// # Errors
/// The same; those of [`Selector::attach`] where the parts do not fit each other.
pub fn save_selector<T: Scalar, M: Model<T>>(
    model: &M,
    options: &Options<'_, T>,
    state: &SelectorState<T>,
    generator: &[u8],
    memory: &[T],
    items: &[Item<T>],
    bytes: &mut [u8],
) -> Result<usize, Error> {
    state.check(model, options, memory.len(), items.len())?;
    let (moments, factor) = stored(model, options, memory)?;
    let size = body_len::<T>(model.inputs(), model.order(), state.len(), generator.len());
    write::<T>(Object::Selector, state.model_id, size, bytes, |sink| {
        let (sizes, codes, scalars) = signature(model, options);
        sizes.iter().try_for_each(|&size| sink.size(size))?;
        codes.iter().try_for_each(|&code| sink.u32(code))?;
        sink.scalars(&scalars)?;
        put_own(sink, state)?;
        moments::put(sink, state.moments, moments)?;
        factor::put(sink, &state.factor, factor)?;
        put_reservoir(sink, generator, &state.reservoir, items)
    })
}

impl<'a, T, M, G, B, I> Selector<'a, T, M, G, B, I>
where
    T: Scalar,
    M: Model<T>,
    G: Rng,
    B: AsRef<[T]> + AsMut<[T]>,
    I: AsRef<[Item<T>]> + AsMut<[Item<T>]>,
{
    /// Writes a snapshot of at most [`selector_snapshot_len`] bytes; returns its length. `state` gives the generator's
    /// state as `SeedableRng::from_seed` takes it back: `|generator| generator.state()` for the xoshiro family.
    ///
    /// # Errors
    /// `Length` where `bytes` is shorter.
    pub fn save<S: AsRef<[u8]>>(
        &self,
        state: impl FnOnce(&G) -> S,
        bytes: &mut [u8],
    ) -> Result<usize, Error> {
        save_selector(
            &self.model,
            &self.options,
            &self.state,
            state(&self.generator).as_ref(),
            self.memory.as_ref(),
            self.items.as_ref(),
            bytes,
        )
    }

    /// Becomes the selector that was saved. This one must have been made with a model of the same id and sizes, the same
    /// objective, kind of scaling, uniform share and number of items; ridge and half-life come from the snapshot.
    ///
    /// # Errors
    /// As [`super::Header::read`]; `Identity` for another model's id; `Object` for another object, scalar or options;
    /// `Length` for other sizes; `NotFinite`, `Range` for numbers that no selector holds. Then nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Error>
    where
        G: SeedableRng,
    {
        self.joined().restore(bytes)
    }
}

impl<T: Scalar, M: Model<T>, G> Joined<'_, T, M, G> {
    /// Bytes of the longest snapshot: [`selector_snapshot_len`].
    pub(crate) fn snapshot_len<S: AsRef<[u8]>>(&self, state: impl FnOnce(&G) -> S) -> usize {
        let generator = state(self.generator).as_ref().len();
        let (inputs, order) = (self.model.inputs(), self.model.order());
        selector_snapshot_len::<T>(inputs, order, self.items.len(), generator)
    }

    /// As [`Selector::save`].
    ///
    /// # Errors
    /// The same.
    pub fn save<S: AsRef<[u8]>>(
        &self,
        state: impl FnOnce(&G) -> S,
        bytes: &mut [u8],
    ) -> Result<usize, Error> {
        save_selector(
            self.model,
            self.options,
            self.state,
            state(self.generator).as_ref(),
            self.memory,
            self.items,
            bytes,
        )
    }

    /// As [`Selector::restore`].
    ///
    /// # Errors
    /// The same.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Error>
    where
        G: SeedableRng,
    {
        let mut state = *self.state;
        let mut source = open_as::<T>(Object::Selector, state.model_id, bytes)?;
        let (sizes, codes, scalars) = signature(self.model, self.options);
        for size in sizes {
            if source.size()? != size {
                return Err(Error::Length("selector"));
            }
        }
        let mut is_alike = true;
        for code in codes {
            is_alike &= source.u32()? == code;
        }
        for scalar in scalars {
            is_alike &= source.scalar::<T>()? == scalar;
        }
        if !is_alike {
            return Err(Error::Object);
        }
        take_own(&mut source, &mut state)?;
        let (inputs, order) = (self.model.inputs(), self.model.order());
        let moments = moments::Image::take(&mut source, inputs)?;
        let factor = factor::Image::take(&mut source, order)?;
        let reservoir = ReservoirImage::<T, G>::take(&mut source, self.items.len())?;
        source.end()?;
        state.moments = moments.count;
        state.factor = factor.state;
        state.drift.half_life = state.factor.half_life;
        state.reservoir = reservoir.state;
        check(&state, self.model.rows(self.options.objective))?;

        let (moments_memory, factor_memory) = self.stored_mut()?;
        moments.copy_to(moments_memory);
        factor.copy_to(factor_memory);
        reservoir.copy_to(self.items);
        (*self.state, *self.generator) = (state, reservoir.generator);
        Ok(())
    }
}
