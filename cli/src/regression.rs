//! A least-squares fit by the factor: residuals and leverages of its rows.

use gleaner::diagnose::Residuals;
use gleaner::factor::{Factor, factor_len};
use gleaner::{Error, Sum};

/// What a fit says of each row.
pub struct Fitted {
    /// y less the fitted value.
    pub residuals: Vec<f64>,
    /// Each row's leverage.
    pub leverages: Vec<f64>,
    /// Sum of squares, rows, rank.
    pub left: Residuals<f64>,
}

/// Why there is no fit, and the row that is to blame where it is one.
pub struct Refused {
    /// Its number.
    pub row: Option<usize>,
    /// What is wrong with it.
    pub cause: Error,
}

impl From<Error> for Refused {
    fn from(cause: Error) -> Self {
        Refused { row: None, cause }
    }
}

/// Regresses labels on rows of so many entries, one after the other. Columns that depend on others get 0.
pub fn fit(order: usize, design: &[f64], labels: &[f64]) -> Result<Fitted, Refused> {
    let new = |order| Factor::new(order, 0.0, vec![0.0; factor_len(order)]);
    let (mut rows, mut both) = (new(order)?, new(order + 1)?);
    let refused = |index| {
        move |cause| Refused {
            row: Some(index),
            cause,
        }
    };
    let mut wide = vec![0.0; order + 1];
    for (index, (row, &label)) in design.chunks_exact(order).zip(labels).enumerate() {
        rows.observe(row, 1.0).map_err(refused(index))?;
        wide[..order].copy_from_slice(row);
        wide[order] = label;
        both.observe(&wide, 1.0).map_err(refused(index))?;
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
        let score = rows.score(row, &mut scratch).map_err(refused(index))?;
        leverages.push(score.leverage);
    }
    let left = Residuals::from_sum(sum_of_squares(&residuals), labels.len() as u64, rank)?;
    Ok(Fitted {
        residuals,
        leverages,
        left,
    })
}

/// Compensated.
pub fn sum_of_squares(values: &[f64]) -> f64 {
    let mut sum = Sum::default();
    values.iter().for_each(|value| sum.add(value * value));
    sum.value()
}
