//! A dense network over borrowed layers: checks, value, gradient, row, norm.

use super::{Activation, Form, Layers, Model, Objective, RowReport, Target, all_finite, dot};
use crate::adjoint::{
    Pass, Path, exact, has_closed_form, inner, leave_out_gauge, quadrature, quadrature_len,
};
use crate::{Error, Scalar};

/// Nodes a panel unless the caller says otherwise.
const DEFAULT_NODES: usize = 8;
/// Nodes a panel at most.
const MOST_NODES: usize = 32;

/// A dense network of any depth, any activation a layer, biases anywhere; weights borrowed.
///
/// Rows are in closed form where the hidden activations are identity, ReLU or leaky ReLU and only the first
/// layer has a bias (every single neuron, the two-layer ReLU network), by quadrature otherwise. The library
/// chooses; [`Network::form`] and every [`RowReport`] tell.
///
/// Cost of a closed-form row: one forward and one backward pass and P products; of a quadrature row that many
/// for each node of each panel, a panel being a stretch of the path without kinks.
#[derive(Clone, Copy, Debug)]
pub struct Network<L> {
    layers: L,
    plan: Plan,
}

/// What the checks of a network worked out: plain, so that layers in flash need not be checked again for each call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Scalars of scratch that any network of P parameters and so many neurons (in all layers) makes do with.
pub const fn network_scratch(parameters: usize, neurons: usize) -> usize {
    quadrature_len(neurons) + parameters + 1
}

/// Scalars of scratch where rows have the closed form.
pub const fn exact_scratch(neurons: usize) -> usize {
    3 * neurons
}

impl<L> Network<L> {
    /// Checks the layers: widths that follow each other, lengths, finite weights, activations in range.
    ///
    /// # Errors
    /// `Model` where the description contradicts itself, `NotFinite` where a weight is.
    pub fn new<T: Scalar>(layers: L) -> Result<Self, Error>
    where
        L: Layers<T>,
    {
        let last = layers.depth().checked_sub(1).ok_or(Error::Model)?;
        let inputs = layers.layer(0).ok_or(Error::Model)?.inputs;
        let (mut width, mut parameters, mut hidden) = (inputs, 0usize, 0usize);
        for index in 0..layers.depth() {
            let layer = layers.layer(index).ok_or(Error::Model)?;
            let fits = layer.inputs == width
                && layer.inputs > 0
                && layer.outputs > 0
                && layer.inputs.checked_mul(layer.outputs) == Some(layer.weights.len())
                && (layer.bias.is_empty() || layer.bias.len() == layer.outputs)
                && layer.activation.is_valid();
            if !fits {
                return Err(Error::Model);
            }
            if !all_finite(layer.weights) || !all_finite(layer.bias) {
                return Err(Error::NotFinite("weights"));
            }
            let size = layer
                .weights
                .len()
                .checked_add(layer.bias.len())
                .ok_or(Error::Model)?;
            parameters = parameters.checked_add(size).ok_or(Error::Model)?;
            width = layer.outputs;
            if index < last {
                hidden = hidden.checked_add(width).ok_or(Error::Model)?;
            }
        }
        let order = leave_out_gauge(&layers, &mut []);
        let form = if has_closed_form(&layers) {
            Form::Exact
        } else {
            Form::Quadrature
        };
        let (nodes, outputs) = (DEFAULT_NODES, width);
        let plan = Plan {
            nodes,
            inputs,
            outputs,
            parameters,
            hidden,
            order,
            form,
        };
        Ok(Network { layers, plan })
    }

    /// Joins layers and the plan that [`Network::new`] made of them, unchecked: with other layers, calls fail or give
    /// numbers that mean nothing.
    pub fn attach(layers: L, plan: Plan) -> Self {
        Network { layers, plan }
    }

    /// What the checks worked out.
    pub fn plan(&self) -> Plan {
        self.plan
    }

    /// Gauss-Legendre nodes a panel, 1 to 32, where no closed form holds. Default 8.
    ///
    /// # Errors
    /// `Range` outside 1 to 32.
    pub fn with_nodes(mut self, nodes: usize) -> Result<Self, Error> {
        if nodes == 0 || nodes > MOST_NODES {
            return Err(Error::Range("nodes"));
        }
        self.plan.nodes = nodes;
        Ok(self)
    }

    /// The form that rows of this network have.
    pub fn form(&self) -> Form {
        self.plan.form
    }

    /// The layers.
    pub fn layers(&self) -> &L {
        &self.layers
    }

    /// Compares the output (0) with an expected one: a transposed kernel, a forgotten standardiser or a doubled
    /// sigmoid shows here. `x` is what the model sees, standardised where the model was trained so.
    ///
    /// # Errors
    /// `Check` where they differ by more than `tolerance * max(1, |expected|)`; those of `value`.
    pub fn check<T: Scalar>(
        &self,
        x: &[T],
        expected: T,
        tolerance: T,
        scratch: &mut [T],
    ) -> Result<(), Error>
    where
        L: Layers<T>,
    {
        let found = self.value(x, 0, scratch)?;
        let difference = (found - expected).abs();
        if difference <= tolerance * expected.abs().max(T::ONE) {
            Ok(())
        } else {
            Err(Error::Check)
        }
    }

    fn admit<T: Scalar>(&self, x: &[T], output: usize, scratch: &[T]) -> Result<(), Error>
    where
        L: Layers<T>,
    {
        if x.len() != self.plan.inputs {
            return Err(Error::Length("x"));
        }
        if output >= self.plan.outputs {
            return Err(Error::Range("output"));
        }
        if scratch.len() < self.scratch() {
            return Err(Error::Length("scratch"));
        }
        if !all_finite(x) {
            return Err(Error::NotFinite("x"));
        }
        Ok(())
    }

    /// The pre-activation of an output, and its activation. `scratch` holds two scalars a hidden neuron.
    fn forward<T: Scalar>(
        &self,
        x: &[T],
        output: usize,
        scratch: &mut [T],
    ) -> Option<(T, Activation<T>)>
    where
        L: Layers<T>,
    {
        let (values, rest) = scratch.split_at_mut_checked(self.plan.hidden)?;
        let (slopes, _) = rest.split_at_mut_checked(self.plan.hidden)?;
        let layers = &self.layers;
        let last = layers.depth().checked_sub(1)?;
        let mut path = Path {
            layers,
            x,
            values,
            slopes,
        };
        let sum = path.forward(last, output, T::ONE)?;
        Some((sum, layers.layer(last)?.activation))
    }

    /// `a` by quadrature, into the first P of P + 1 entries.
    fn integrate<T: Scalar>(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Option<RowReport<T>>
    where
        L: Layers<T>,
    {
        let (row, rest) = scratch.split_at_mut_checked(self.plan.parameters.saturating_add(1))?;
        let (at_zero, row) = row.split_last_mut()?;
        quadrature(
            &self.layers,
            x,
            output,
            target,
            (self.plan.hidden, self.plan.nodes),
            row,
            rest,
        )?;
        let (s, phi) = self.forward(x, output, rest)?;
        let value = if s.is_finite() {
            target.value(phi.value(s))
        } else {
            s
        };
        *at_zero = target.value(phi.value(T::ZERO));
        let completeness = (inner(&self.layers, row)? - (value - *at_zero)).abs();
        Some(RowReport {
            form: Form::Quadrature,
            value,
            at_zero: *at_zero,
            completeness,
        })
    }
}

impl<T: Scalar, L: Layers<T>> Model<T> for Network<L> {
    fn inputs(&self) -> usize {
        self.plan.inputs
    }

    fn outputs(&self) -> usize {
        self.plan.outputs
    }

    fn parameters(&self) -> usize {
        self.plan.parameters
    }

    fn order(&self) -> usize {
        self.plan.order
    }

    fn scratch(&self) -> usize {
        match self.plan.form {
            Form::Exact => exact_scratch(self.plan.hidden),
            Form::Quadrature => network_scratch(self.plan.parameters, self.plan.hidden),
        }
    }

    fn suits(&self, objective: Objective<T>) -> bool {
        let last = self.layers.layer(self.layers.depth().saturating_sub(1));
        !(objective == Objective::Logistic
            && last.is_some_and(|layer| layer.activation == Activation::Sigmoid))
    }

    fn value(&self, x: &[T], output: usize, scratch: &mut [T]) -> Result<T, Error> {
        self.admit(x, output, scratch)?;
        let (s, phi) = self.forward(x, output, scratch).ok_or(Error::Model)?;
        let value = phi.value(s);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Error::Range("output"))
        }
    }

    fn gradient(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        gradient: &mut [T],
        scratch: &mut [T],
    ) -> Result<T, Error> {
        self.admit(x, output, scratch)?;
        if gradient.len() != self.plan.parameters {
            return Err(Error::Length("gradient"));
        }
        let mut value = T::ZERO;
        let hidden = self.plan.hidden;
        let pass = Pass::new(&self.layers, x, output, hidden, scratch, |s, phi| {
            let (m, slope) = phi.value_and_derivative(s);
            value = target.value(m);
            target.derivative(m) * slope
        });
        let pass = pass.ok_or(Error::Model)?;
        if !value.is_finite() || !pass.is_finite() {
            return Err(Error::Range("gradient"));
        }
        pass.set(gradient).ok_or(Error::Model)?;
        Ok(value)
    }

    fn row(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        self.admit(x, output, scratch)?;
        let Some((last, a)) = row.split_last_mut() else {
            return Err(Error::Length("row"));
        };
        if a.len() != self.plan.parameters {
            return Err(Error::Length("row"));
        }
        let report = match self.plan.form {
            Form::Exact => {
                let done = exact(&self.layers, x, output, target, self.plan.hidden, scratch);
                let done = done.ok_or(Error::Model)?;
                if !done.pass.is_finite() || !(done.value - done.at_zero).is_finite() {
                    return Err(Error::Range("row"));
                }
                let sum = done.pass.set(a).ok_or(Error::Model)?;
                let residual = (sum - (done.value - done.at_zero)).abs();
                let completeness = if residual.is_finite() {
                    residual
                } else {
                    T::MAX
                };
                let (value, at_zero) = (done.value, done.at_zero);
                RowReport {
                    form: Form::Exact,
                    value,
                    at_zero,
                    completeness,
                }
            }
            Form::Quadrature => {
                let report = self
                    .integrate(x, output, target, scratch)
                    .ok_or(Error::Model)?;
                let done = scratch.get(..self.plan.parameters).ok_or(Error::Model)?;
                if !report.completeness.is_finite() || !all_finite(done) {
                    return Err(Error::Range("row"));
                }
                for (entry, &value) in a.iter_mut().zip(done) {
                    *entry = value;
                }
                report
            }
        };
        *last = report.at_zero;
        Ok(report)
    }

    fn norm(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        self.admit(x, output, scratch)?;
        let norm = match self.plan.form {
            Form::Exact => {
                let done = exact(&self.layers, x, output, target, self.plan.hidden, scratch);
                let done = done.ok_or(Error::Model)?;
                if !done.value.is_finite() {
                    return Err(Error::Range("norm"));
                }
                done.pass.norm_squared().ok_or(Error::Model)? + done.at_zero * done.at_zero
            }
            Form::Quadrature => {
                let report = self
                    .integrate(x, output, target, scratch)
                    .ok_or(Error::Model)?;
                if !report.completeness.is_finite() {
                    return Err(Error::Range("norm"));
                }
                let row = scratch.get(..self.plan.parameters.saturating_add(1));
                let row = row.ok_or(Error::Model)?;
                dot(row, row)
            }
        };
        if norm.is_finite() {
            Ok(norm)
        } else {
            Err(Error::Range("norm"))
        }
    }

    fn leave_out_gauge(&self, row: &mut [T]) {
        leave_out_gauge(&self.layers, row);
    }
}
