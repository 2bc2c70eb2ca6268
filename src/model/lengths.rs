//! What is worked out of a network once, and the scratch that it asks for.

use super::Form;
use crate::adjoint::{quadrature_len, sketching_len};

/// What the checks of a network worked out: plain, so that layers in flash need not be checked again for each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Plan {
    /// Gauss-Legendre nodes a panel.
    pub nodes: usize,
    /// Length of an input.
    pub inputs: usize,
    /// Number of outputs.
    pub outputs: usize,
    /// P, the number of parameters.
    pub parameters: usize,
    /// Hidden neurons.
    pub hidden: usize,
    /// N, the length of a row without gauge columns.
    pub order: usize,
    /// The form that rows have.
    pub form: Form,
}

impl Plan {
    /// Neurons that scratch is needed for: of several outputs, theirs too.
    fn neurons(&self) -> usize {
        match self.outputs {
            1 => self.hidden,
            outputs => self.hidden.saturating_add(outputs),
        }
    }

    pub(super) fn scratch(&self) -> usize {
        match self.form {
            Form::Exact => exact_scratch(self.neurons()),
            Form::Quadrature => network_scratch(self.parameters, self.neurons()),
        }
    }

    pub(super) fn sketch_scratch(&self, buckets: usize) -> usize {
        match self.form {
            Form::Exact => exact_sketch_scratch(self.neurons(), buckets),
            // The sketch is made in the scratch first.
            Form::Quadrature => network_sketch_scratch(self.neurons(), buckets),
        }
    }
}

/// Scalars of scratch that any network of P parameters and so many neurons (in all layers) makes do with.
pub const fn network_scratch(parameters: usize, neurons: usize) -> usize {
    quadrature_len(neurons)
        .saturating_add(parameters)
        .saturating_add(1)
}

/// Scalars of scratch where rows have the closed form. Neurons of the hidden layers, and of the last where it has several.
pub const fn exact_scratch(neurons: usize) -> usize {
    neurons.saturating_mul(3)
}

/// Scalars of scratch for sketches of K buckets, where rows have the closed form. Neurons of the hidden layers, and of the
/// last where it has several.
pub const fn exact_sketch_scratch(neurons: usize, buckets: usize) -> usize {
    exact_scratch(neurons).saturating_add(sketching_len(buckets))
}

/// Scalars of scratch that sketches of K buckets of any network make do with.
pub const fn network_sketch_scratch(neurons: usize, buckets: usize) -> usize {
    quadrature_len(neurons)
        .saturating_add(buckets)
        .saturating_add(1)
        .saturating_add(sketching_len(buckets))
}
