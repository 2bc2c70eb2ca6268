//! The bytes of a reservoir with its generator, and of a top-k sampler.

use super::{FRAME, Object, are_distinct, open_as, write};
use crate::bytes::{Sink, Source};
use crate::sampler::{Item, Reservoir, ReservoirState, Top, TopState, is_heap};
use crate::{Error, Scalar};
use core::marker::PhantomData;
use rand_core::SeedableRng;

/// Bytes of a reservoir's snapshot, at most: of k + 1 items, with a generator whose state takes `generator` bytes.
pub const fn reservoir_snapshot_len<T: Scalar>(items: usize, generator: usize) -> usize {
    reservoir_body_len::<T>(items.saturating_sub(1), generator) + FRAME
}

/// Bytes of a top-k sampler's snapshot, at most: of k + 1 items.
pub const fn top_snapshot_len<T: Scalar>(items: usize) -> usize {
    top_body_len::<T>(items.saturating_sub(1)) + FRAME
}

pub(super) const fn reservoir_body_len<T: Scalar>(kept: usize, generator: usize) -> usize {
    4 + generator + 24 + 2 * T::BYTES + kept * item_len::<T>()
}

const fn top_body_len<T: Scalar>(kept: usize) -> usize {
    20 + kept * item_len::<T>()
}

const fn item_len<T: Scalar>() -> usize {
    12 + T::BYTES
}

pub(super) fn put_generator(sink: &mut Sink<'_>, state: &[u8]) -> Result<(), Error> {
    sink.size(state.len())?;
    sink.bytes(state)
}

pub(super) fn take_generator<G: SeedableRng>(source: &mut Source<'_>) -> Result<G, Error> {
    let mut seed = G::Seed::default();
    let place = seed.as_mut();
    if source.size()? != place.len() {
        return Err(Error::Length("generator"));
    }
    let state = source.bytes(place.len())?;
    if state.iter().all(|&byte| byte == 0) {
        return Err(Error::Range("generator"));
    }
    place
        .iter_mut()
        .zip(state)
        .for_each(|(to, from)| *to = *from);
    Ok(G::from_seed(seed))
}

fn put_items<T: Scalar>(sink: &mut Sink<'_>, items: &[Item<T>], kept: usize) -> Result<(), Error> {
    for item in items.iter().take(kept) {
        sink.u64(item.sequence)?;
        sink.scalar(item.score)?;
        sink.u32(item.slot)?;
    }
    Ok(())
}

pub(super) fn put_reservoir<T: Scalar>(
    sink: &mut Sink<'_>,
    generator: &[u8],
    state: &ReservoirState<T>,
    items: &[Item<T>],
) -> Result<(), Error> {
    put_generator(sink, generator)?;
    sink.size(items.len())?;
    sink.size(state.heavy)?;
    sink.size(state.light)?;
    sink.u32(state.free)?;
    sink.u64(state.seen)?;
    sink.scalar(state.threshold)?;
    sink.scalar(state.compensation)?;
    put_items(sink, items, state.heavy.saturating_add(state.light))
}

/// Items that lie in bytes.
#[derive(Clone, Copy)]
struct Items<'a, T> {
    bytes: &'a [u8],
    scalar: PhantomData<T>,
}

impl<'a, T: Scalar> Items<'a, T> {
    /// Reads so many items of a sampler with so many slots; the first `heap` of them are a heap.
    fn take(
        source: &mut Source<'a>,
        kept: usize,
        heap: usize,
        slots: usize,
        free: u32,
        seen: u64,
        is_in_turn: bool,
    ) -> Result<Self, Error> {
        let items = Items {
            bytes: source.bytes(kept.saturating_mul(item_len::<T>()))?,
            scalar: PhantomData,
        };
        let is_possible = |item: Item<T>| {
            item.score > T::ZERO
                && item.score <= T::MAX
                && item.sequence < seen
                && crate::bytes::len(item.slot) < slots
        };
        // Until all are taken, slots fill in turn: those of the kept are the ones before the free one.
        let (is_full, place) = (kept.saturating_add(1) >= slots, crate::bytes::len(free));
        let is_placed = |item: Item<T>| {
            let slot = crate::bytes::len(item.slot);
            let round = if slot < place { 0 } else { slots };
            let before = place.saturating_add(round).saturating_sub(slot);
            is_full || !is_in_turn || before <= kept
        };
        let used = items.iter().map(|item| item.slot);
        let used = used.chain(core::iter::once(free)).map(crate::bytes::len);
        if items.iter().all(is_possible)
            && items.iter().all(is_placed)
            && are_distinct(slots, used)
            && is_heap(heap, |index| items.get(index))
        {
            Ok(items)
        } else {
            Err(Error::Range("items"))
        }
    }

    fn item(bytes: &[u8]) -> Option<Item<T>> {
        let mut source = Source::new(bytes);
        Some(Item {
            sequence: source.u64().ok()?,
            score: source.scalar().ok()?,
            slot: source.u32().ok()?,
        })
    }

    fn get(&self, index: usize) -> Option<Item<T>> {
        let start = index.saturating_mul(item_len::<T>());
        self.bytes.get(start..).and_then(Self::item)
    }

    fn iter(&self) -> impl Iterator<Item = Item<T>> + Clone + 'a {
        self.bytes
            .chunks_exact(item_len::<T>())
            .filter_map(Self::item)
    }

    fn copy_to(&self, target: &mut [Item<T>]) {
        target
            .iter_mut()
            .zip(self.iter())
            .for_each(|(to, from)| *to = from);
    }
}

/// A reservoir in bytes with its generator, all of it checked.
pub(super) struct ReservoirImage<'a, T, G> {
    pub(super) state: ReservoirState<T>,
    pub(super) generator: G,
    items: Items<'a, T>,
}

impl<'a, T: Scalar, G: SeedableRng> ReservoirImage<'a, T, G> {
    /// Reads a reservoir of so many slots.
    pub(super) fn take(source: &mut Source<'a>, slots: usize) -> Result<Self, Error> {
        let generator = take_generator(source)?;
        if source.size()? != slots {
            return Err(Error::Length("items"));
        }
        let (heavy, light, free) = (source.size()?, source.size()?, source.u32()?);
        let seen = source.u64()?;
        let (threshold, compensation) = (source.scalar()?, source.scalar()?);
        let state = ReservoirState {
            seen,
            heavy,
            light,
            threshold,
            compensation,
            free,
        };
        state.check(slots)?;
        let kept = heavy.saturating_add(light);
        Ok(ReservoirImage {
            state,
            generator,
            items: Items::take(source, kept, heavy, slots, free, seen, light == 0)?,
        })
    }

    /// Copies the items; there are enough.
    pub(super) fn copy_to(&self, items: &mut [Item<T>]) {
        self.items.copy_to(items);
    }
}

impl<T: Scalar, I: AsRef<[Item<T>]>> Reservoir<T, I> {
    /// Writes a snapshot of at most [`reservoir_snapshot_len`] bytes; returns its length. `generator` is the state of the
    /// generator in use, as `SeedableRng::from_seed` takes it back: `generator.state()` of the xoshiro family.
    ///
    /// # Errors
    /// `Length` where `bytes` is shorter.
    pub fn save(&self, generator: &[u8], bytes: &mut [u8]) -> Result<usize, Error> {
        let (state, items) = self.inner();
        let size = reservoir_body_len::<T>(self.len(), generator.len());
        write::<T>(Object::Reservoir, 0, size, bytes, |sink| {
            put_reservoir(sink, generator, &state, items)
        })
    }
}

impl<T: Scalar, I: AsRef<[Item<T>]> + AsMut<[Item<T>]>> Reservoir<T, I> {
    /// Becomes the reservoir of as many slots that was saved; returns the generator to go on with.
    ///
    /// # Errors
    /// As [`super::Header::read`]; `Object`, `Length` for another object, scalar, number of slots or kind of generator;
    /// `Range` for what no reservoir holds, and for a generator's state of zeros. Then nothing has changed.
    pub fn restore<G: SeedableRng>(&mut self, bytes: &[u8]) -> Result<G, Error> {
        let mut source = open_as::<T>(Object::Reservoir, 0, bytes)?;
        let image = ReservoirImage::<T, G>::take(&mut source, self.inner().1.len())?;
        source.end()?;
        image.copy_to(self.replace(image.state));
        Ok(image.generator)
    }
}

impl<T: Scalar, I: AsRef<[Item<T>]>> Top<T, I> {
    /// Writes a snapshot of at most [`top_snapshot_len`] bytes; returns its length.
    ///
    /// # Errors
    /// `Length` where `bytes` is shorter.
    pub fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        let (state, items) = self.inner();
        let size = top_body_len::<T>(state.kept);
        write::<T>(Object::Top, 0, size, bytes, |sink| {
            sink.size(items.len())?;
            sink.size(state.kept)?;
            sink.u32(state.free)?;
            sink.u64(state.seen)?;
            put_items(sink, items, state.kept)
        })
    }
}

impl<T: Scalar, I: AsRef<[Item<T>]> + AsMut<[Item<T>]>> Top<T, I> {
    /// Becomes the sampler of as many slots that was saved.
    ///
    /// # Errors
    /// As [`super::Header::read`]; `Object`, `Length` for another object, scalar or number of slots; `Range` for what no
    /// sampler holds. Then nothing has changed.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut source = open_as::<T>(Object::Top, 0, bytes)?;
        let slots = self.inner().1.len();
        if source.size()? != slots {
            return Err(Error::Length("items"));
        }
        let (kept, free, seen) = (source.size()?, source.u32()?, source.u64()?);
        let state = TopState { seen, kept, free };
        state.check(slots)?;
        let items = Items::take(&mut source, kept, kept, slots, free, seen, true)?;
        source.end()?;
        items.copy_to(self.replace(state));
        Ok(())
    }
}
