//! Kronecker leverage: two small factors a layer, in single precision.

use super::descriptor::{Descriptor, gleaner_model_f32};
use super::factor::gleaner_factor_state_f32;
use super::model::{gleaner_target_f32, target};
use crate::border::{Fault, object, object_mut, output, run, slice, slice_mut};
use crate::convert::{Kind, check_length, check_tag, same_layout, tag};
use crate::gleaner_status;
use core::mem::transmute;
use gleaner::kronecker::{Kronecker, KroneckerState, LayerState, kronecker_scratch};
use gleaner::model::Layers;

/// A layer's two factors, without their memory
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_kronecker_layer_f32 {
    /// Of the deltas
    pub delta: gleaner_factor_state_f32,
    /// Of the layer's inputs, and a 1 for its bias
    pub input: gleaner_factor_state_f32,
}

same_layout!(
    gleaner_kronecker_layer_f32,
    LayerState<f32>,
    delta = delta,
    input = input,
);

/// What a Kronecker scorer remembers beside its layers and memory
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_kronecker_state_f32 {
    /// Rows taken in
    pub rows: u64,
    /// Half-life in rows; 0: never forget
    pub half_life: u64,
    /// Rows, those that are half forgotten counted half
    pub effective: f32,
}

same_layout!(
    gleaner_kronecker_state_f32,
    KroneckerState<f32>,
    rows = rows,
    half_life = half_life,
    effective = effective,
);

/// Scores rows of a network too big for its factor by two small factors a layer, whose quadratic forms multiplied, times
/// the number of rows, are t: the sum of t over the layers. Ranks readings much as their leverages do; it is none: it
/// does not sum to the rank. Give it to a reservoir. Keeps pointers to layers and memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_kronecker_f32 {
    /// Set by init
    pub tag: u32,
    /// The caller's, one for each of the model's layers
    pub layers: *mut gleaner_kronecker_layer_f32,
    /// Their number
    pub layers_len: usize,
    /// The caller's: `GLEANER_KRONECKER_LEN` scalars for each layer
    pub memory: *mut f32,
    /// Its length
    pub memory_len: usize,
    /// What it remembers
    pub state: gleaner_kronecker_state_f32,
}

type Attached<'a> = Kronecker<f32, &'a mut [LayerState<f32>], &'a mut [f32]>;

impl gleaner_kronecker_f32 {
    /// The library's scorer over C's memory.
    pub(super) unsafe fn attach<'a>(&self) -> Result<Attached<'a>, Fault> {
        check_tag::<f32>(self.tag, Kind::Kronecker)?;
        // SAFETY: of the same layout.
        let state: KroneckerState<f32> = transmute(self.state);
        let layers = layers(self.layers, self.layers_len)?;
        Ok(Kronecker::attach(
            state,
            layers,
            slice_mut(self.memory, self.memory_len)?,
        )?)
    }

    /// Takes over what has become of the state.
    pub(super) fn follow(&mut self, attached: &Attached<'_>) {
        // SAFETY: of the same layout.
        self.state = unsafe {
            transmute::<KroneckerState<f32>, gleaner_kronecker_state_f32>(attached.state())
        };
    }
}

/// The layers as the library has them.
unsafe fn layers<'a>(
    layers: *mut gleaner_kronecker_layer_f32,
    length: usize,
) -> Result<&'a mut [LayerState<f32>], Fault> {
    for layer in slice(layers, length)? {
        layer.delta.check()?;
        layer.input.check()?;
    }
    slice_mut(layers.cast(), length)
}

/// Work of `gleaner_kronecker_observe_f32` for a model, in scalars, as `GLEANER_KRONECKER_WORK_LEN`: once.
/// Errors: those of a model; MODEL (one of your own).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_kronecker_work_len_f32(
    model: *const gleaner_model_f32,
    length: *mut usize,
) -> gleaner_status {
    run(|| {
        let network = Descriptor::new(model)?.network()?;
        let inputs = network.plan().inputs;
        output(length)?.set(kronecker_scratch(&network).saturating_add(inputs));
        Ok(())
    })
}

/// An empty scorer of a model's layers. `half_life` in rows, 0: never forget; at least the longest side of a layer, its
/// inputs, one more with a bias, or its outputs. `layers`: one for each layer; `memory`: the sum of their
/// `GLEANER_KRONECKER_LEN`.
/// Errors: those of a model; MODEL (one of your own), LENGTH, RANGE (half-life).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_kronecker_init_f32(
    scorer: *mut gleaner_kronecker_f32,
    model: *const gleaner_model_f32,
    half_life: u64,
    layers: *mut gleaner_kronecker_layer_f32,
    layers_len: usize,
    memory: *mut f32,
    memory_len: usize,
) -> gleaner_status {
    run(|| {
        let place = output(scorer)?;
        let model = Descriptor::new(model)?;
        let network = model.network()?;
        let places = slice_mut(layers, layers_len)?;
        let memory_slice = slice_mut(memory, memory_len)?;
        check_length(places.len() == model.depth())?;
        for place in places {
            // SAFETY: of the same layout.
            *place =
                transmute::<LayerState<f32>, gleaner_kronecker_layer_f32>(LayerState::default());
        }
        let states = self::layers(layers, layers_len)?;
        let scorer = Kronecker::new(&network, half_life, states, memory_slice)?;
        // SAFETY: of the same layout.
        let state = transmute::<KroneckerState<f32>, gleaner_kronecker_state_f32>(scorer.state());
        place.set(gleaner_kronecker_f32 {
            tag: tag::<f32>(Kind::Kronecker),
            layers,
            layers_len,
            memory,
            memory_len,
            state,
        });
        Ok(())
    })
}

/// Takes the row of a reading in and scores it, by the sum of t / (1 + t) against the rows before: at most 1 a layer.
/// `index`, `target` as for `gleaner_model_row_f32`; where a reading has several rows, one an output or one in all for
/// the cross-entropy, call for all and add up. The model is the one of init: nothing but its layers' sizes is compared.
/// `work`: as `gleaner_kronecker_work_len_f32` says. Cost: both passes, and about 2 (outputs^2 + inputs^2)
/// multiplications a layer.
/// Errors: STATE; those of a model; LENGTH, NOT_FINITE, RANGE, LABEL, OBJECTIVE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_kronecker_observe_f32(
    scorer: *mut gleaner_kronecker_f32,
    model: *const gleaner_model_f32,
    x: *const f32,
    x_len: usize,
    index: usize,
    target: *const gleaner_target_f32,
    work: *mut f32,
    work_len: usize,
    score: *mut f32,
) -> gleaner_status {
    run(|| {
        let scorer = object_mut(scorer)?;
        let mut attached = scorer.attach()?;
        let model = Descriptor::new(model)?;
        let target = self::target(target)?;
        let (x, work) = (slice(x, x_len)?, slice_mut(work, work_len)?);
        let score = output(score)?;
        let found = model.ask_layers(|network| {
            let (x, rest) = model.input(x, work)?;
            Ok(attached.observe(network, x, index, target, rest)?)
        })?;
        scorer.follow(&attached);
        score.set(found);
        Ok(())
    })
}

/// Scores a reading's row against those that were taken in, by the sum of t, and takes nothing in.
/// Errors: as `gleaner_kronecker_observe_f32`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gleaner_kronecker_score_f32(
    scorer: *const gleaner_kronecker_f32,
    model: *const gleaner_model_f32,
    x: *const f32,
    x_len: usize,
    index: usize,
    target: *const gleaner_target_f32,
    work: *mut f32,
    work_len: usize,
    score: *mut f32,
) -> gleaner_status {
    run(|| {
        let attached = object(scorer)?.attach()?;
        let model = Descriptor::new(model)?;
        let target = self::target(target)?;
        let (x, work) = (slice(x, x_len)?, slice_mut(work, work_len)?);
        let score = output(score)?;
        score.set(model.ask_layers(|network| {
            let (x, rest) = model.input(x, work)?;
            Ok(attached.score(network, x, index, target, rest)?)
        })?);
        Ok(())
    })
}
