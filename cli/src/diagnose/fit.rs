//! Residuals and leverages of all rows: of a linear fit, or of a model linearised at its parameters.

use crate::failure::{Failure, data};
use crate::net::Net;
use crate::table::Table;
use gleaner::diagnose::Residuals;
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Model, Target};
use gleaner::{Error, Sum};

/// Decrease by one Gauss-Newton step, as a share of the sum of squares, from which theta is no minimum.
const FAR: f64 = 1e-3;

/// What a fit says of each row.
pub struct Fitted {
    /// y less the fitted value.
    pub residuals: Vec<f64>,
    /// Each row's leverage.
    pub leverages: Vec<f64>,
    /// Sum of squares, rows, rank.
    pub left: Residuals<f64>,
}

impl Fitted {
    /// Least squares of y on a constant and the inputs.
    pub fn linear(table: &Table) -> Result<Self, Failure> {
        let mut design = Vec::new();
        let mut labels = Vec::new();
        for row in table.rows() {
            let (label, inputs) = row.split_last().expect("a row has two columns");
            design.push(1.0);
            design.extend_from_slice(inputs);
            labels.push(*label);
        }
        of_rows(table.width, &design, &labels, table)
    }

    /// The model at its parameters, by the gradients there: residuals are those behind one Gauss-Newton step.
    pub fn of_net(name: &str, net: &Net, table: &Table) -> Result<Self, Failure> {
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
        let fitted = of_rows(gradient.len(), &design, &residuals, table)?;
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
}

fn sum_of_squares(values: &[f64]) -> f64 {
    let mut sum = Sum::default();
    values.iter().for_each(|value| sum.add(value * value));
    sum.value()
}

fn of_rows(order: usize, design: &[f64], labels: &[f64], table: &Table) -> Result<Fitted, Failure> {
    let new = |order| Factor::new(order, 0.0, vec![0.0; factor_len(order)]);
    let (mut rows, mut both) = (new(order)?, new(order + 1)?);
    let failed = |index| move |cause: Error| data(format!("{}: {cause}", table.place(index)));
    let mut wide = vec![0.0; order + 1];
    for (index, (row, &label)) in design.chunks_exact(order).zip(labels).enumerate() {
        rows.observe(row, 1.0).map_err(failed(index))?;
        wide[..order].copy_from_slice(row);
        wide[order] = label;
        both.observe(&wide, 1.0).map_err(failed(index))?;
    }
    let rank = rows.pivot()? as u64;
    let mut coefficients = vec![0.0; order];
    both.solve(&mut coefficients)?;
    let (mut residuals, mut leverages) = (Vec::new(), Vec::new());
    let mut scratch = vec![0.0; order];
    for (index, (row, &label)) in design.chunks_exact(order).zip(labels).enumerate() {
        let mut residual = Sum::default();
        residual.add(label);
        for (entry, by) in row.iter().zip(&coefficients) {
            residual.add(-(entry * by));
        }
        residuals.push(residual.value());
        leverages.push(
            rows.score(row, &mut scratch)
                .map_err(failed(index))?
                .leverage,
        );
    }
    let left = Residuals::from_sum(sum_of_squares(&residuals), labels.len() as u64, rank)?;
    Ok(Fitted {
        residuals,
        leverages,
        left,
    })
}
