//! A described model as the library asks it, in single precision: layers or a function, rows whole or sketched.

use super::descriptor::Descriptor;
use super::own::Callback;
use core::borrow::Borrow;
use gleaner::Error;
use gleaner::model::{Model, Network, Objective, Own, Plan, RowReport, Target};
use gleaner::sketch::Sketch;

/// The model. Its plan is owned, or lies in the selector.
pub(super) struct Described<'a, P = Plan> {
    pub(super) kind: Kind<'a, P>,
    pub(super) sketch: Option<Sketch>,
}

/// What computes it.
pub(super) enum Kind<'a, P> {
    Layers(Network<Descriptor<'a>, P>),
    Own(Own<'a, f32, Callback<'a>>),
}

impl<'a, P: Borrow<Plan>> Described<'a, P> {
    /// Of whole rows.
    pub(super) fn whole(kind: Kind<'a, P>) -> Self {
        Described { kind, sketch: None }
    }

    #[inline(never)]
    fn made_by(
        &self,
        sketch: &Sketch,
        x: &[f32],
        output: usize,
        target: Target<f32>,
        row: &mut [f32],
        scratch: &mut [f32],
    ) -> Result<RowReport<f32>, Error> {
        match &self.kind {
            Kind::Layers(model) => model.sketch(x, output, target, sketch, row, scratch),
            Kind::Own(model) => model.sketch(x, output, target, sketch, row, scratch),
        }
    }
}

/// Asks whichever model it is.
macro_rules! ask {
    ($self:ident, $model:ident => $question:expr) => {
        match &$self.kind {
            Kind::Layers($model) => $question,
            Kind::Own($model) => $question,
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
    fn row_len(&self) -> usize {
        match &self.sketch {
            Some(sketch) => sketch.buckets() + 1,
            None => ask!(self, model => model.row_len()),
        }
    }
    fn order(&self) -> usize {
        match &self.sketch {
            Some(sketch) => sketch.buckets() + 1,
            None => ask!(self, model => model.order()),
        }
    }
    fn scratch(&self) -> usize {
        match &self.sketch {
            Some(sketch) => ask!(self, model => model.sketch_scratch(sketch)),
            None => ask!(self, model => model.scratch()),
        }
    }
    fn sketched(&self) -> Option<Sketch> {
        self.sketch
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
        if let Some(sketch) = &self.sketch {
            return self.made_by(sketch, x, output, target, row, scratch);
        }
        match &self.kind {
            Kind::Layers(model) => model.row(x, output, target, row, scratch),
            Kind::Own(model) => own_row(model, x, output, target, row, scratch),
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
        self.made_by(sketch, x, output, target, row, scratch)
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
        if self.sketch.is_none() {
            ask!(self, model => Model::<f32>::leave_out_gauge(model, row));
        }
    }
}

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
