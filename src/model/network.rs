//! A dense network over borrowed layers: checks, value, gradient, row, norm.

use super::{Form, Layers, Model, Objective, Plan, RowReport, Target, all_finite};
use crate::adjoint::{
    Asked, Pass, Sketching, backward, exact_norm, exact_pass, exact_row, exact_sketch, forward,
    has_closed_form, joint_gradient, joint_value, leave_out_gauge, logits, put_back_gauge,
    quadrature_norm, quadrature_row, quadrature_sketch,
};
use crate::sketch::Sketch;
use crate::{Error, Scalar};
use core::borrow::Borrow;

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
///
/// The plan is owned, or borrowed from where it was kept (`P = &Plan`).
#[derive(Clone, Copy, Debug)]
pub struct Network<L, P = Plan> {
    layers: L,
    plan: P,
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
        let network = Self::known(layers)?;
        for index in 0..network.layers.depth() {
            let layer = network.layers.layer(index).ok_or(Error::Model)?;
            if !all_finite(layer.weights) || !all_finite(layer.bias) {
                return Err(Error::NotFinite("weights"));
            }
        }
        Ok(network)
    }

    /// As [`Network::new`], of layers whose weights it has seen before: all but those is checked, at a cost that does not
    /// grow with the weights of the first layer. A weight that is not finite shows in what is computed, mostly.
    ///
    /// # Errors
    /// `Model` where the description contradicts itself.
    pub fn known<T: Scalar>(layers: L) -> Result<Self, Error>
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
}

impl<L, P: Borrow<Plan>> Network<L, P> {
    /// Joins layers and the plan that [`Network::new`] made of them, unchecked: with other layers, calls fail or give
    /// numbers that mean nothing.
    pub fn attach(layers: L, plan: P) -> Self {
        Network { layers, plan }
    }

    /// What the checks worked out.
    pub fn plan(&self) -> Plan {
        *self.plan.borrow()
    }

    /// The form that rows of this network have.
    pub fn form(&self) -> Form {
        self.plan.borrow().form
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

    /// One outer product a layer: of the row where it has a closed form, of the gradient at theta otherwise.
    pub(crate) fn outer_products<'s, T: Scalar>(
        &'s self,
        x: &'s [T],
        output: usize,
        target: Target<T>,
        scratch: &'s mut [T],
    ) -> Result<Pass<'s, T, L>, Error>
    where
        L: Layers<T>,
    {
        let asked = self.ask(x, output, target);
        admit(&asked, scratch.len())?;
        match asked.plan.form {
            Form::Exact => exact_pass(&asked, scratch),
            Form::Quadrature => gradient_pass(&asked, scratch).map(|(_, pass)| pass),
        }
    }

    #[inline(always)]
    fn ask<'a, T: Scalar>(
        &'a self,
        x: &'a [T],
        output: usize,
        target: Target<T>,
    ) -> Asked<'a, T, L> {
        Asked {
            layers: &self.layers,
            plan: self.plan.borrow(),
            x,
            output,
            target,
        }
    }
}

/// Whether it can be answered, over so many scalars of scratch.
fn admit<T: Scalar, L: Layers<T>>(asked: &Asked<'_, T, L>, scratch: usize) -> Result<(), Error> {
    if scratch < asked.plan.scratch() {
        return Err(Error::Length("scratch"));
    }
    admit_reading(asked)
}

/// Whether it can be answered, over scratch enough.
#[inline(never)]
fn admit_reading<T: Scalar, L: Layers<T>>(asked: &Asked<'_, T, L>) -> Result<(), Error> {
    if asked.x.len() != asked.plan.inputs {
        return Err(Error::Length("x"));
    }
    if asked.output >= asked.target.objective().rows(asked.plan.outputs) {
        return Err(Error::Range("output"));
    }
    if asked.target.is_joint() && !is_softmax(asked.layers) {
        return Err(Error::Objective);
    }
    if !all_finite(asked.x) {
        return Err(Error::NotFinite("x"));
    }
    Ok(())
}

/// Whether the outputs are logits of at least two classes.
fn is_softmax<T: Scalar, L: Layers<T>>(layers: &L) -> bool {
    let last = layers.layer(layers.depth().saturating_sub(1));
    last.is_some_and(|layer| Objective::Softmax.suits(layer.outputs, layer.activation))
}

impl<T: Scalar, L: Layers<T>, P: Borrow<Plan>> Model<T> for Network<L, P> {
    fn inputs(&self) -> usize {
        self.plan.borrow().inputs
    }

    fn outputs(&self) -> usize {
        self.plan.borrow().outputs
    }

    fn parameters(&self) -> usize {
        self.plan.borrow().parameters
    }

    fn order(&self) -> usize {
        self.plan.borrow().order
    }

    fn scratch(&self) -> usize {
        self.plan.borrow().scratch()
    }

    fn suits(&self, objective: Objective<T>) -> bool {
        let last = self.layers.layer(self.layers.depth().saturating_sub(1));
        last.map_or(!objective.is_joint(), |layer| {
            objective.suits(layer.outputs, layer.activation)
        })
    }

    #[inline(always)]
    fn value(&self, x: &[T], output: usize, scratch: &mut [T]) -> Result<T, Error> {
        let asked = self.ask(x, output, Target::Prediction);
        admit(&asked, scratch.len())?;
        let s = forward(&asked, scratch).ok_or(Error::Model)?;
        let phi = asked.last_activation().ok_or(Error::Model)?;
        let value = phi.value(s);
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Error::Range("output"))
        }
    }

    fn objective(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        if !target.is_joint() {
            return Ok(target.value(self.value(x, output, scratch)?));
        }
        let asked = self.ask(x, output, target);
        admit(&asked, scratch.len())?;
        forward(&asked, scratch).ok_or(Error::Model)?;
        logits(&asked, scratch).ok_or(Error::Model)?;
        let (value, _) = joint_value(&asked, scratch).ok_or(Error::Label)?;
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Error::Range("output"))
        }
    }

    #[inline(always)]
    fn gradient(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        gradient: &mut [T],
        scratch: &mut [T],
    ) -> Result<T, Error> {
        let asked = self.ask(x, output, target);
        admit(&asked, scratch.len())?;
        if gradient.len() != asked.plan.parameters {
            return Err(Error::Length("gradient"));
        }
        let (value, pass) = gradient_pass(&asked, scratch)?;
        pass.set(gradient).ok_or(Error::Model)?;
        Ok(value)
    }

    #[inline(always)]
    fn row(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        let asked = self.ask(x, output, target);
        admit(&asked, scratch.len())?;
        if row.len().checked_sub(1) != Some(asked.plan.parameters) {
            return Err(Error::Length("row"));
        }
        match asked.plan.form {
            Form::Exact => exact_row(&asked, row, scratch),
            Form::Quadrature => quadrature_row(&asked, row, scratch),
        }
    }

    #[inline(always)]
    fn norm(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        let asked = self.ask(x, output, target);
        admit(&asked, scratch.len())?;
        let norm = match asked.plan.form {
            Form::Exact => exact_norm(&asked, scratch)?,
            Form::Quadrature => quadrature_norm(&asked, scratch)?,
        };
        if norm.is_finite() {
            Ok(norm)
        } else {
            Err(Error::Range("norm"))
        }
    }

    fn sketch_scratch(&self, sketch: &Sketch) -> usize {
        self.plan.borrow().sketch_scratch(sketch.buckets())
    }

    fn sketch(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        sketch: &Sketch,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        let asked = self.ask(x, output, target);
        admit_reading(&asked)?;
        if row.len() != sketch.buckets() + 1 {
            return Err(Error::Length("row"));
        }
        if scratch.len() < asked.plan.sketch_scratch(sketch.buckets()) {
            return Err(Error::Length("scratch"));
        }
        let short = Error::Length("scratch");
        match asked.plan.form {
            Form::Exact => {
                let (sketching, rest) = Sketching::new(sketch, row, scratch).ok_or(short)?;
                exact_sketch(&asked, sketching, rest)
            }
            Form::Quadrature => {
                let (made, rest) = scratch.split_at_mut_checked(row.len()).ok_or(short)?;
                let (mut sketching, rest) = Sketching::new(sketch, made, rest).ok_or(short)?;
                let report = quadrature_sketch(&asked, &mut sketching, rest)?;
                row.iter_mut().zip(made).for_each(|(to, from)| *to = *from);
                Ok(report)
            }
        }
    }

    fn leave_out_gauge(&self, row: &mut [T]) {
        leave_out_gauge(&self.layers, row);
    }

    fn put_back_gauge(&self, reduced: &[T], whole: &mut [T]) {
        put_back_gauge(&self.layers, reduced, whole);
    }
}

/// f, and the outer products that its gradient is the sum of, over the scratch.
#[inline(always)]
fn gradient_pass<'s, T: Scalar, L: Layers<T>>(
    asked: &Asked<'s, T, L>,
    scratch: &'s mut [T],
) -> Result<(T, Pass<'s, T, L>), Error> {
    let s = forward(asked, scratch).ok_or(Error::Model)?;
    let (value, seed) = if asked.target.is_joint() {
        let value = joint_gradient(asked, scratch);
        (value.ok_or(Error::Label)?, T::ZERO)
    } else {
        let phi = asked.last_activation().ok_or(Error::Model)?;
        let (m, slope) = phi.value_and_derivative(s);
        (asked.target.value(m), asked.target.derivative(m) * slope)
    };
    backward(asked, seed, scratch).ok_or(Error::Model)?;
    let pass = Pass::of(asked, seed, scratch).ok_or(Error::Model)?;
    if value.is_finite() && pass.is_finite() {
        Ok((value, pass))
    } else {
        Err(Error::Range("gradient"))
    }
}
