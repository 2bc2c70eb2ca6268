//! A model as C describes it, in single precision.

use super::described::Described;
use super::own::{Callback, gleaner_own_f32};
use crate::border::{Fault, checked, object, slice};
use crate::convert::{self, check_abi};
use crate::{GLEANER_ERROR_MODEL, GLEANER_ERROR_NULL, GLEANER_ERROR_SIZE};
use core::ptr::null;
use gleaner::model::{Form, Layer, Layers, Model, Network, Own, Plan, Shape};
use gleaner::selector::Scaling;
use gleaner::sketch::{Sketch, Sketched};
use gleaner::standardiser::standardise;

/// A dense layer, `h = activation(W x + b)`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_layer_f32 {
    /// W, outputs x inputs, row-major, as PyTorch keeps it; a Keras kernel is transposed.
    pub weights: *const f32,
    /// b, one an output; NULL: no bias.
    pub bias: *const f32,
    /// Length of the layer's input.
    pub inputs: u32,
    /// Number of neurons.
    pub outputs: u32,
    /// `GLEANER_ACTIVATION_...`
    pub activation: i32,
    /// What the activation asks for, else 0.
    pub parameter: [f32; 3],
}

/// The factor of the pilot's rows, which a selector starts from: scores are then good from the first
/// reading on. The exporter writes it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_pilot_f32 {
    /// Packed triangle of order N, N (N + 1) / 2 scalars, ridge included.
    pub packed: *const f32,
    /// Its length.
    pub packed_len: usize,
    /// Rows in it.
    pub rows: u64,
    /// Its ridge.
    pub ridge: f32,
    /// Mean online leverage of a reading's rows; 0: unknown.
    pub mean_leverage: f32,
    /// Id of the model whose rows they are.
    pub model_id: u64,
    /// Objective of the rows, `GLEANER_OBJECTIVE_...`.
    pub objective: i32,
    /// Buckets of the sketches that the rows are; 0: they are whole.
    pub buckets: u32,
    /// Their seed.
    pub sketch_seed: u64,
}

/// A model: const, with a static initialiser, in flash. The functions take readings as the sensor gives
/// them and standardise them by `mean` and `scale`. A bias behind the first layer takes rows by quadrature, and
/// more memory.
///
///     static const float w1[] = {...}, b1[] = {...}, w2[] = {...};
///     static const struct gleaner_layer_f32 layers[] = {
///       {w1, b1, 5, 8, GLEANER_ACTIVATION_RELU, {0}},
///       {w2, NULL, 8, 1, GLEANER_ACTIVATION_IDENTITY, {0}},
///     };
///     static const struct gleaner_model_f32 model = {
///       GLEANER_ABI, 0x1234u, layers, 2, 5, 0, NULL, NULL, NULL, NULL, 0, NULL, NULL,
///     };
#[repr(C)]
#[derive(Clone, Copy)]
pub struct gleaner_model_f32 {
    /// `GLEANER_ABI`
    pub abi: u32,
    /// Id of the model: another one for each set of parameters. Nothing else tells pilots, snapshots and records of
    /// different models apart.
    pub id: u64,
    /// The layers, from the input on; NULL for a model of your own.
    pub layers: *const gleaner_layer_f32,
    /// Number of layers; 0 for a model of your own.
    pub depth: u32,
    /// Features of a reading.
    pub inputs: u32,
    /// Gauss-Legendre nodes a panel, 1 to 32, where rows have no closed form; 0: the default, 8.
    pub nodes: u32,
    /// A reading becomes `(x - mean) / scale`, one of each a feature; both NULL: as it comes.
    pub mean: *const f32,
    /// Positive; see `mean`.
    pub scale: *const f32,
    /// Check pairs: `checks` readings one after the other, `inputs` each; NULL where there are none.
    pub check_inputs: *const f32,
    /// The model's outputs for them, all outputs of the first, of the second, ...
    pub check_outputs: *const f32,
    /// Number of check pairs.
    pub checks: u32,
    /// The pilot's factor; NULL: none.
    pub pilot: *const gleaner_pilot_f32,
    /// A model of your own; NULL: the layers are the model.
    pub own: *const gleaner_own_f32,
}

// SAFETY: the struct is a description that is only read.
unsafe impl Sync for gleaner_layer_f32 {}
// SAFETY: as above.
unsafe impl Sync for gleaner_pilot_f32 {}
// SAFETY: as above.
unsafe impl Sync for gleaner_model_f32 {}

/// A descriptor whose pointers have been checked; layers are converted one at a time.
#[derive(Clone, Copy)]
pub(super) struct Descriptor<'a>(&'a gleaner_model_f32);

impl<'a> Descriptor<'a> {
    /// Checks the struct, its arrays' pointers and its codes; `Network::new` checks what they hold.
    pub(super) unsafe fn new(model: *const gleaner_model_f32) -> Result<Self, Fault> {
        let descriptor = Self::again(model)?;
        let layers = slice(descriptor.0.layers, descriptor.0.depth as usize)?;
        if !descriptor.0.own.is_null() {
            return match layers {
                [] => Ok(descriptor),
                _ => Err(Fault(GLEANER_ERROR_MODEL)),
            };
        }
        for layer in layers {
            check_layer(layer)?;
        }
        match layers.first() {
            Some(first) if first.inputs == descriptor.0.inputs => Ok(descriptor),
            _ => Err(Fault(GLEANER_ERROR_MODEL)),
        }
    }

    /// A descriptor that `new` has checked before: it is const, so its layers are as they were.
    pub(super) unsafe fn again(model: *const gleaner_model_f32) -> Result<Self, Fault> {
        let raw = object(model)?;
        check_abi(raw.abi)?;
        Ok(Descriptor(raw))
    }

    /// The layers' structs.
    fn layers(self) -> &'a [gleaner_layer_f32] {
        // SAFETY: `new` has let the pointer pass with this length.
        unsafe { checked(self.0.layers, self.0.depth as usize) }
    }

    /// The model of the caller's own, where there is one.
    pub(super) fn own(self) -> Result<Option<Own<'a, f32, Callback<'a>>>, Fault> {
        if self.0.own.is_null() {
            return Ok(None);
        }
        // SAFETY: whoever made the descriptor promised that its pointers are valid for their lengths.
        let (callback, theta) = unsafe { Callback::new(self.0.own, self.0.inputs as usize) }?;
        let panels = callback.panels();
        let own = Own::new(callback, theta)?.with_panels(panels)?;
        match self.0.nodes {
            0 => Ok(Some(own)),
            nodes => Ok(Some(own.with_nodes(nodes as usize)?)),
        }
    }

    /// The model, checked.
    pub(super) fn model(self) -> Result<Described<'a>, Fault> {
        Ok(match self.own()? {
            Some(own) => Described::Own(own),
            None => Described::Layers(self.network()?),
        })
    }

    /// What the checks of the model worked out.
    pub(super) fn plan(self) -> Result<Plan, Fault> {
        match self.own()? {
            Some(own) => Ok(Plan {
                nodes: own.nodes(),
                inputs: own.inputs(),
                outputs: own.outputs(),
                parameters: own.parameters(),
                hidden: 0,
                order: own.order(),
                form: Form::Quadrature,
            }),
            None => Ok(self.network()?.plan()),
        }
    }

    /// The model whose plan is known, its rows sketched or not.
    pub(super) fn attach(self, plan: &'a Plan, sketch: Option<Sketch>) -> Result<Net<'a>, Fault> {
        let model = match self.own()? {
            Some(own) => Described::Own(own),
            None => Described::Layers(Network::attach(self, plan)),
        };
        Ok(Sketched::new(model, sketch))
    }

    /// The network, checked; MODEL where there are no layers.
    pub(super) fn network(self) -> Result<Network<Self>, Fault> {
        self.with_nodes(Network::new(self)?)
    }

    /// Asks the model without a look at its layers' weights, which would cost more than most answers. Where that fails,
    /// what is wrong with the weights is said first.
    pub(super) fn ask<R>(
        self,
        question: impl FnOnce(&Described<'a>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let model = match self.own()? {
            Some(own) => Described::Own(own),
            None => Described::Layers(self.with_nodes(Network::known(self)?)?),
        };
        question(&model).map_err(|fault| self.model().err().unwrap_or(fault))
    }

    /// As `ask`, of what only layers can answer.
    pub(super) fn ask_layers<R>(
        self,
        question: impl FnOnce(&Network<Self>) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let network = self.with_nodes(Network::known(self)?)?;
        question(&network).map_err(|fault| self.network().err().unwrap_or(fault))
    }

    fn with_nodes(self, network: Network<Self>) -> Result<Network<Self>, Fault> {
        match self.0.nodes {
            0 => Ok(network),
            nodes => Ok(network.with_nodes(nodes as usize)?),
        }
    }

    /// The struct.
    pub(super) fn raw(self) -> &'a gleaner_model_f32 {
        self.0
    }

    /// A layer's struct.
    pub(super) fn raw_layer(self, index: usize) -> Result<&'a gleaner_layer_f32, Fault> {
        self.layers().get(index).ok_or(Fault(GLEANER_ERROR_MODEL))
    }

    /// Mean and scale, or none.
    pub(super) unsafe fn scaling(self) -> Result<Scaling<'a, f32>, Fault> {
        let inputs = self.0.inputs as usize;
        match (self.0.mean.is_null(), self.0.scale.is_null()) {
            (true, true) => Ok(Scaling::None),
            (false, false) => Ok(Scaling::Constants {
                mean: slice(self.0.mean, inputs)?,
                scale: slice(self.0.scale, inputs)?,
            }),
            _ => Err(Fault(GLEANER_ERROR_NULL)),
        }
    }

    /// Refuses a mean or scale that is not finite, and a scale that is not positive.
    pub(super) unsafe fn check_scaling(self) -> Result<(), Fault> {
        if let Scaling::Constants { mean, scale } = self.scaling()? {
            for (mean, scale) in mean.iter().zip(scale) {
                convert::check_finite(*mean)?;
                convert::check_finite(*scale)?;
                convert::check_range(*scale > 0.0)?;
            }
        }
        Ok(())
    }

    /// The check pairs: readings, and the outputs for them.
    pub(super) unsafe fn checks(self, outputs: usize) -> Result<(&'a [f32], &'a [f32]), Fault> {
        let count = self.0.checks as usize;
        let length = |each: usize| count.checked_mul(each).ok_or(Fault(GLEANER_ERROR_SIZE));
        let inputs = slice(self.0.check_inputs, length(self.0.inputs as usize)?)?;
        Ok((inputs, slice(self.0.check_outputs, length(outputs)?)?))
    }

    /// Splits work memory into the reading as the network sees it and the rest.
    pub(super) unsafe fn input<'s>(
        self,
        x: &'s [f32],
        work: &'s mut [f32],
    ) -> Result<(&'s [f32], &'s mut [f32]), Fault> {
        let inputs = self.0.inputs as usize;
        convert::check_length(x.len() == inputs)?;
        let Some((input, rest)) = work.split_at_mut_checked(inputs) else {
            return Err(Fault(crate::GLEANER_ERROR_LENGTH));
        };
        match self.scaling()? {
            Scaling::Constants { mean, scale } => standardise(x, mean, scale, input)?,
            _ => convert::copy(input, x),
        }
        Ok((input, rest))
    }

    /// Writes the layers' shapes to the front of `shapes`; gives those.
    pub(super) fn shapes(self, shapes: &mut [Shape<f32>]) -> Result<&[Shape<f32>], Fault> {
        let depth = self.layers().len();
        let front = shapes
            .get_mut(..depth)
            .ok_or(Fault(crate::GLEANER_ERROR_RANGE))?;
        for (shape, layer) in front.iter_mut().zip(self.layers()) {
            *shape = Shape {
                inputs: layer.inputs as usize,
                outputs: layer.outputs as usize,
                bias: !layer.bias.is_null(),
                activation: convert::activation(layer.activation, layer.parameter)?,
            };
        }
        Ok(front)
    }
}

impl gleaner_layer_f32 {
    /// The same layer with other parameters.
    pub(super) fn over(self, weights: &[f32], bias: &[f32]) -> Self {
        let bias = if bias.is_empty() {
            null()
        } else {
            bias.as_ptr()
        };
        gleaner_layer_f32 {
            weights: weights.as_ptr(),
            bias,
            ..self
        }
    }
}

/// Checks a layer's pointers and code.
fn check_layer(raw: &gleaner_layer_f32) -> Result<(), Fault> {
    let (inputs, outputs) = (raw.inputs as usize, raw.outputs as usize);
    let weights = inputs
        .checked_mul(outputs)
        .ok_or(Fault(GLEANER_ERROR_SIZE))?;
    // SAFETY: whoever made the descriptor promised that its pointers are valid for their lengths.
    unsafe { slice(raw.weights, weights) }?;
    if !raw.bias.is_null() {
        // SAFETY: as above.
        unsafe { slice(raw.bias, outputs) }?;
    }
    convert::activation(raw.activation, raw.parameter)?;
    Ok(())
}

impl Layers<f32> for Descriptor<'_> {
    fn depth(&self) -> usize {
        self.layers().len()
    }
    fn layer(&self, index: usize) -> Option<Layer<'_, f32>> {
        let raw = self.layers().get(index)?;
        let (inputs, outputs) = (raw.inputs as usize, raw.outputs as usize);
        let bias = if raw.bias.is_null() { 0 } else { outputs };
        Some(Layer {
            // SAFETY: `check_layer` has let the pointer pass with this length.
            weights: unsafe { checked(raw.weights, inputs.wrapping_mul(outputs)) },
            // SAFETY: as above.
            bias: unsafe { checked(raw.bias, bias) },
            inputs,
            outputs,
            activation: convert::activation(raw.activation, raw.parameter).ok()?,
        })
    }
}

/// What the library's own objects call the model: its plan lies in the selector, its rows are sketched or not.
pub(super) type Net<'a> = Sketched<Described<'a, &'a Plan>>;
