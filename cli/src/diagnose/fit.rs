//! Residuals and leverages of all rows: of a linear fit, or of a model linearised at its parameters.

use crate::failure::{Failure, data};
use crate::net::Net;
use crate::regression::{Fitted, Refused, fit, sum_of_squares};
use crate::table::Table;
use gleaner::model::{Model, Target};

/// Decrease by one Gauss-Newton step, as a share of the sum of squares, from which theta is no minimum.
const FAR: f64 = 1e-3;

/// Least squares of y on a constant and the inputs.
pub fn linear(table: &Table) -> Result<Fitted, Failure> {
    let mut design = Vec::new();
    let mut labels = Vec::new();
    for row in table.rows() {
        let (label, inputs) = row.split_last().expect("a row has two columns");
        design.push(1.0);
        design.extend_from_slice(inputs);
        labels.push(*label);
    }
    fit(table.width, &design, &labels).map_err(failure(table))
}

/// The model at its parameters, by the gradients there: residuals are those behind one Gauss-Newton step.
pub fn of_net(name: &str, net: &Net, table: &Table) -> Result<Fitted, Failure> {
    table.expect_width(net.inputs() + 1, &format!("inputs of {name}, then y"))?;
    if net.outputs() != 1 {
        return Err(data(format!(
            "{name} has {} outputs, and diagnose expects 1",
            net.outputs()
        )));
    }
    let cast = net.cast::<f64>();
    let network = cast.network(1)?;
    let mut scratch = vec![0.0; network.scratch()];
    let mut gradient = vec![0.0; network.parameters()];
    let (mut design, mut residuals) = (Vec::new(), Vec::new());
    for (index, row) in table.rows().enumerate() {
        let (label, x) = row.split_last().expect("a row has two columns");
        let target = Target::Residual(*label);
        let f = network
            .gradient(x, 0, target, &mut gradient, &mut scratch)
            .map_err(|cause| data(format!("{}: {cause}", table.place(index))))?;
        design.extend_from_slice(&gradient);
        residuals.push(-f);
    }
    let before = sum_of_squares(&residuals);
    let fitted = fit(gradient.len(), &design, &residuals).map_err(failure(table))?;
    let decrease = 1.0 - fitted.left.sum.value() / before;
    if decrease > FAR {
        eprintln!(
            "warning: one Gauss-Newton step lowers the sum of squares by {:.1} %: the parameters are no minimum for \
             these rows. The figures are those behind that step, a linearisation far from where it holds.",
            100.0 * decrease
        );
    }
    Ok(fitted)
}

fn failure(table: &Table) -> impl Fn(Refused) -> Failure {
    |Refused { row, cause }| match row {
        Some(index) => data(format!("{}: {cause}", table.place(index))),
        None => cause.into(),
    }
}
