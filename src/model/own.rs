//! A model of the caller's own: value and gradient from the caller, rows by quadrature.

use super::{Form, Model, Objective, RowReport, Target, all_finite, dot};
use crate::adjoint::legendre::legendre;
use crate::{Error, Scalar};

/// Nodes a panel unless the caller says otherwise.
const DEFAULT_NODES: usize = 8;
/// Nodes a panel at most.
const MOST_NODES: usize = 32;

/// A differentiable function of parameters and input, such as a library does not know: [`Own`] makes a [`Model`] of it.
///
/// Where rows have a closed form, implement [`Model`] itself: its `row` writes what you work out, and nothing is integrated.
pub trait Gradient<T: Scalar> {
    /// Length of an input.
    fn inputs(&self) -> usize;
    /// Number of outputs; one unless the model says otherwise.
    fn outputs(&self) -> usize {
        1
    }
    /// P, the number of parameters.
    fn parameters(&self) -> usize;
    /// The value of an output at x, and its gradient with respect to the parameters at *any* parameters: rows ask along
    /// the path from 0 to those of the model, a fit asks wherever it goes.
    ///
    /// `theta` and `gradient` have P entries, `x` has `inputs()`, all finite; `output` counts from 0. Every entry of `gradient`
    /// is to be written. What is not finite need not be caught: whoever asked checks, and answers `Range`.
    ///
    /// # Errors
    /// Any; it is passed on. `Range` says that there is no value at these parameters: a fit then takes a shorter step.
    fn at(&self, theta: &[T], x: &[T], output: usize, gradient: &mut [T]) -> Result<T, Error>;
}

impl<T: Scalar, G: Gradient<T> + ?Sized> Gradient<T> for &G {
    fn inputs(&self) -> usize {
        (**self).inputs()
    }
    fn outputs(&self) -> usize {
        (**self).outputs()
    }
    fn parameters(&self) -> usize {
        (**self).parameters()
    }
    fn at(&self, theta: &[T], x: &[T], output: usize, gradient: &mut [T]) -> Result<T, Error> {
        (**self).at(theta, x, output, gradient)
    }
}

/// Scalars of scratch of an [`Own`] model: `3 P + 1` and two for each node of a panel.
pub const fn own_scratch(parameters: usize, nodes: usize) -> usize {
    parameters
        .saturating_mul(3)
        .saturating_add(1)
        .saturating_add(nodes.saturating_mul(2))
}

/// Scalars of scratch for sketches of an [`Own`] model's rows: a whole row more.
pub const fn own_sketch_scratch(parameters: usize, nodes: usize) -> usize {
    own_scratch(parameters, nodes)
        .saturating_add(parameters)
        .saturating_add(1)
}

/// A [`Gradient`] at its parameters, with rows by Gauss-Legendre quadrature on equal panels of [0, 1].
///
/// ```text
/// a = sum over panels and nodes of weight g'(m(t theta)) grad m(t theta),   f = g(m)
/// ```
///
/// Models that are smooth along the path reach rounding with 8 to 32 nodes; where the value turns within a small part of it, take
/// panels (`tests/nist.rs` has both). Where the path crosses a kink (an absolute value, a maximum) the error is of
/// order `1 / (nodes panels)` of the jump: the kinks of a foreign model are not known, so panels are not split there as a
/// network's are. Every [`RowReport`] has the completeness. A row asks the model `nodes panels + 2` times, of which the one
/// at 0 counts by its value alone. A model without a value at 0 has no rows: `Range`.
///
/// There is no closed form and no gauge column. The logistic objective takes a logit: whether the model gives one is not known
/// here.
///
/// ```
/// use gleaner::Error;
/// use gleaner::model::{Gradient, Model, Own, Target};
///
/// /// f = b1 (1 - exp(-b2 x))
/// struct Saturation;
/// impl Gradient<f64> for Saturation {
///     fn inputs(&self) -> usize {
///         1
///     }
///     fn parameters(&self) -> usize {
///         2
///     }
///     fn at(&self, theta: &[f64], x: &[f64], _: usize, gradient: &mut [f64]) -> Result<f64, Error> {
///         let (&[b1, b2], &[x], [g1, g2]) = (theta, x, gradient) else {
///             return Err(Error::Model);
///         };
///         let left = (-b2 * x).exp();
///         (*g1, *g2) = (1.0 - left, b1 * x * left);
///         Ok(b1 * (1.0 - left))
///     }
/// }
///
/// let model = Own::new(Saturation, &[2.0, 0.5])?;
/// let mut scratch = vec![0.0; model.scratch()];
/// model.check(&[3.0], 1e-6, &mut scratch)?;
/// let mut row = [0.0; 3];
/// let report = model.row(&[3.0], 0, Target::Prediction, &mut row, &mut scratch)?;
/// assert!(report.completeness < 1e-12);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Own<'a, T, G> {
    pub(super) gradient: G,
    pub(super) theta: &'a [T],
    nodes: usize,
    panels: usize,
}

impl<'a, T: Scalar, G: Gradient<T>> Own<'a, T, G> {
    /// Joins a model and its parameters, with 8 nodes and one panel. Runs nothing of the model's.
    ///
    /// # Errors
    /// `Model` for a model without inputs, outputs or parameters; `Length` where `theta` does not have its P entries,
    /// `NotFinite` where one is not finite.
    pub fn new(gradient: G, theta: &'a [T]) -> Result<Self, Error> {
        if gradient.inputs() == 0 || gradient.outputs() == 0 || gradient.parameters() == 0 {
            return Err(Error::Model);
        }
        if theta.len() != gradient.parameters() {
            return Err(Error::Length("theta"));
        }
        if !all_finite(theta) {
            return Err(Error::NotFinite("theta"));
        }
        Ok(Own {
            gradient,
            theta,
            nodes: DEFAULT_NODES,
            panels: 1,
        })
    }

    /// Gauss-Legendre nodes a panel, 1 to 32. Default 8.
    ///
    /// # Errors
    /// `Range` outside 1 to 32.
    pub fn with_nodes(mut self, nodes: usize) -> Result<Self, Error> {
        if nodes == 0 || nodes > MOST_NODES {
            return Err(Error::Range("nodes"));
        }
        self.nodes = nodes;
        Ok(self)
    }

    /// The parameters.
    pub fn theta(&self) -> &'a [T] {
        self.theta
    }

    /// What gives value and gradient.
    pub fn function(&self) -> &G {
        &self.gradient
    }

    /// Nodes a panel.
    pub fn nodes(&self) -> usize {
        self.nodes
    }

    /// Equal panels of the path, at least 1. Default 1.
    ///
    /// # Errors
    /// `Range` for 0.
    pub fn with_panels(mut self, panels: usize) -> Result<Self, Error> {
        if panels == 0 {
            return Err(Error::Range("panels"));
        }
        self.panels = panels;
        Ok(self)
    }

    /// Whether it can be answered; the scratch by its parts.
    pub(super) fn admit<'s>(
        &self,
        x: &[T],
        output: usize,
        scratch: &'s mut [T],
    ) -> Result<Work<'s, T>, Error> {
        if x.len() != self.gradient.inputs() {
            return Err(Error::Length("x"));
        }
        if output >= self.gradient.outputs() {
            return Err(Error::Range("output"));
        }
        if !all_finite(x) {
            return Err(Error::NotFinite("x"));
        }
        Work::of(scratch, self.theta.len(), self.nodes).ok_or(Error::Length("scratch"))
    }

    /// The model's output at any parameters, finite; its gradient is as the model gives it.
    pub(super) fn ask(
        &self,
        point: &[T],
        x: &[T],
        output: usize,
        gradient: &mut [T],
    ) -> Result<T, Error> {
        let value = self.gradient.at(point, x, output, gradient)?;
        if value.is_finite() {
            Ok(value)
        } else {
            Err(Error::Range("output"))
        }
    }

    /// Output and gradient at theta, both finite.
    pub(super) fn at_theta(&self, x: &[T], output: usize, gradient: &mut [T]) -> Result<T, Error> {
        let value = self.ask(self.theta, x, output, gradient)?;
        if all_finite(gradient) {
            Ok(value)
        } else {
            Err(Error::Range("gradient"))
        }
    }

    /// The whole row, in the scratch.
    fn integrate(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        work: &mut Work<'_, T>,
    ) -> Result<RowReport<T>, Error> {
        check_target(target)?;
        legendre(work.nodes, work.weights)?;
        let (last, a) = work.row.split_last_mut().ok_or(Error::Model)?;
        a.fill(T::ZERO);
        let panels = T::count(self.panels as u64);
        for panel in 0..self.panels {
            let from = T::count(panel as u64);
            for (&node, &weight) in work.nodes.iter().zip(&*work.weights) {
                let t = (from + node) / panels;
                for (point, &parameter) in work.point.iter_mut().zip(self.theta) {
                    *point = t * parameter;
                }
                let m = self.ask(work.point, x, output, work.gradient)?;
                let share = weight / panels * target.derivative(m);
                for (entry, &g) in a.iter_mut().zip(&*work.gradient) {
                    *entry += share * g;
                }
            }
        }
        let value = target.value(self.ask(self.theta, x, output, work.gradient)?);
        work.point.fill(T::ZERO);
        let at_zero = target.value(self.ask(work.point, x, output, work.gradient)?);
        *last = at_zero;
        let completeness = (dot(a, self.theta) - (value - at_zero)).abs();
        // Entries that are not finite stay so in any sum.
        if !completeness.is_finite() || !all_finite(a) {
            return Err(Error::Range("row"));
        }
        Ok(RowReport {
            form: Form::Quadrature,
            value,
            at_zero,
            completeness,
        })
    }
}

fn check_target<T: Scalar>(target: Target<T>) -> Result<(), Error> {
    if target.is_joint() {
        Err(Error::Objective)
    } else {
        Ok(())
    }
}

impl<T: Scalar, G: Gradient<T>> Model<T> for Own<'_, T, G> {
    fn inputs(&self) -> usize {
        self.gradient.inputs()
    }

    fn outputs(&self) -> usize {
        self.gradient.outputs()
    }

    fn parameters(&self) -> usize {
        self.theta.len()
    }

    fn scratch(&self) -> usize {
        own_scratch(self.theta.len(), self.nodes)
    }

    /// All but those of all outputs at once.
    fn suits(&self, objective: Objective<T>) -> bool {
        !objective.is_joint()
    }

    fn value(&self, x: &[T], output: usize, scratch: &mut [T]) -> Result<T, Error> {
        let work = self.admit(x, output, scratch)?;
        self.ask(self.theta, x, output, work.gradient)
    }

    fn gradient(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        gradient: &mut [T],
        scratch: &mut [T],
    ) -> Result<T, Error> {
        let work = self.admit(x, output, scratch)?;
        check_target(target)?;
        if gradient.len() != self.theta.len() {
            return Err(Error::Length("gradient"));
        }
        let m = self.at_theta(x, output, work.gradient)?;
        let (value, slope) = (target.value(m), target.derivative(m));
        work.gradient.iter_mut().for_each(|g| *g *= slope);
        if !value.is_finite() || !all_finite(work.gradient) {
            return Err(Error::Range("gradient"));
        }
        copy(gradient, work.gradient);
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
        let mut work = self.admit(x, output, scratch)?;
        if row.len() != work.row.len() {
            return Err(Error::Length("row"));
        }
        let report = self.integrate(x, output, target, &mut work)?;
        copy(row, work.row);
        Ok(report)
    }

    fn norm(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        let mut work = self.admit(x, output, scratch)?;
        self.integrate(x, output, target, &mut work)?;
        let norm = dot(work.row, work.row);
        if norm.is_finite() {
            Ok(norm)
        } else {
            Err(Error::Range("norm"))
        }
    }
}

/// The parts of the scratch.
pub(super) struct Work<'s, T> {
    /// P + 1
    pub(super) row: &'s mut [T],
    /// P, parameters on the path.
    pub(super) point: &'s mut [T],
    /// P
    pub(super) gradient: &'s mut [T],
    nodes: &'s mut [T],
    weights: &'s mut [T],
}

impl<'s, T> Work<'s, T> {
    fn of(scratch: &'s mut [T], parameters: usize, nodes: usize) -> Option<Self> {
        let (row, rest) = scratch.split_at_mut_checked(parameters.checked_add(1)?)?;
        let (point, rest) = rest.split_at_mut_checked(parameters)?;
        let (gradient, rest) = rest.split_at_mut_checked(parameters)?;
        let (abscissae, rest) = rest.split_at_mut_checked(nodes)?;
        let (weights, _) = rest.split_at_mut_checked(nodes)?;
        Some(Work {
            row,
            point,
            gradient,
            nodes: abscissae,
            weights,
        })
    }
}

fn copy<T: Scalar>(to: &mut [T], from: &[T]) {
    for (to, &from) in to.iter_mut().zip(from) {
        *to = from;
    }
}
