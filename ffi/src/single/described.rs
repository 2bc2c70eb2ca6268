//! A described model as the library asks it, in single precision: layers, or a function.

use super::descriptor::Descriptor;
use super::own::Callback;
use core::borrow::Borrow;
use gleaner::Error;
use gleaner::model::{Model, Network, Objective, Own, Plan, RowReport, Target};
use gleaner::sketch::Sketch;

/// The model. A network's plan is owned, or lies in the selector.
pub(super) enum Described<'a, P = Plan> {
    Layers(Network<Descriptor<'a>, P>),
    Own(Own<'a, f32, Callback<'a>>),
}

/// Asks whichever model it is.
macro_rules! ask {
    ($self:ident, $model:ident => $question:expr) => {
        match $self {
            Described::Layers($model) => $question,
            Described::Own($model) => $question,
        }
    };
}

impl<P: Borrow<Plan>> Model<f32> for Described<'_, P> {
    fn inputs(&self) -> usize {
        ask!(self, model => model.inputs())
    }
    fn outputs(&self) -> usize {
        ask!(self, model => model.outputs())
    }
    fn parameters(&self) -> usize {
        ask!(self, model => model.parameters())
    }
    fn order(&self) -> usize {
        ask!(self, model => model.order())
    }
    fn scratch(&self) -> usize {
        ask!(self, model => model.scratch())
    }
    fn suits(&self, objective: Objective<f32>) -> bool {
        ask!(self, model => model.suits(objective))
    }
    fn value(&self, x: &[f32], output: usize, scratch: &mut [f32]) -> Result<f32, Error> {
        ask!(self, model => model.value(x, output, scratch))
    }
    fn objective(
        &self,
        x: &[f32],
        output: usize,
        target: Target<f32>,
        scratch: &mut [f32],
    ) -> Result<f32, Error> {
        ask!(self, model => model.objective(x, output, target, scratch))
    }
    fn gradient(
        &self,
        x: &[f32],
        output: usize,
        target: Target<f32>,
        gradient: &mut [f32],
        scratch: &mut [f32],
    ) -> Result<f32, Error> {
        ask!(self, model => model.gradient(x, output, target, gradient, scratch))
    }
    #[inline(always)]
    fn row(
        &self,
        x: &[f32],
        output: usize,
        target: Target<f32>,
        row: &mut [f32],
        scratch: &mut [f32],
    ) -> Result<RowReport<f32>, Error> {
        match self {
            Described::Layers(model) => model.row(x, output, target, row, scratch),
            Described::Own(model) => own_row(model, x, output, target, row, scratch),
        }
    }
    fn sketch_scratch(&self, sketch: &Sketch) -> usize {
        ask!(self, model => model.sketch_scratch(sketch))
    }
    fn sketch(
        &self,
        x: &[f32],
        output: usize,
        target: Target<f32>,
        sketch: &Sketch,
        row: &mut [f32],
        scratch: &mut [f32],
    ) -> Result<RowReport<f32>, Error> {
        ask!(self, model => model.sketch(x, output, target, sketch, row, scratch))
    }
    fn norm(
        &self,
        x: &[f32],
        output: usize,
        target: Target<f32>,
        scratch: &mut [f32],
    ) -> Result<f32, Error> {
        ask!(self, model => model.norm(x, output, target, scratch))
    }
    fn leave_out_gauge(&self, row: &mut [f32]) {
        ask!(self, model => Model::<f32>::leave_out_gauge(model, row));
    }
    fn put_back_gauge(&self, reduced: &[f32], whole: &mut [f32]) {
        ask!(self, model => Model::<f32>::put_back_gauge(model, reduced, whole));
    }
}

// A frame of its own: a network's row is made with less of the stack.
#[inline(never)]
fn own_row(
    model: &Own<'_, f32, Callback<'_>>,
    x: &[f32],
    output: usize,
    target: Target<f32>,
    row: &mut [f32],
    scratch: &mut [f32],
) -> Result<RowReport<f32>, Error> {
    model.row(x, output, target, row, scratch)
}
