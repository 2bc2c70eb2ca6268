//! Regression of the last column on the others, and five figures for each row: leave-one-out residual, both studentised
//! residuals, Cook's distance, DFFITS.

use crate::leverage::{factor, score};
use crate::table::{Number, Table};
use crate::{Timed, time};
use gleaner::diagnose::Residuals;
use gleaner::factor::{Factor, factor_len};

pub fn run<T: Number>(table: &Table, threads: usize, least: f64) -> Timed {
    assert_eq!(threads, 1, "diagnostics are timed on one thread");
    let rows = &T::of_table(table).flat[..];
    let (seconds, result) = time(least, || figures(rows, table.columns));
    Timed {
        seconds,
        result: result
            .map(|figures| figures.into_iter().map(gleaner::Scalar::wide).collect())
            .map_err(|error| format!("{error:?}")),
    }
}

fn figures<T: Number>(rows: &[T], columns: usize) -> Result<Vec<T>, gleaner::Error> {
    let order = columns - 1;
    let count = (rows.len() / columns) as u64;
    let whole = factor(rows, columns)?;
    let mut coefficients = vec![T::ZERO; order];
    whole.solve(&mut coefficients)?;
    // The factor of [X | y] without its last column is the one of X.
    let mut packed = Vec::with_capacity(order * (order + 1) / 2);
    let mut rest = whole.packed();
    for length in (2..=columns).rev() {
        packed.extend_from_slice(&rest[..length - 1]);
        rest = &rest[length..];
    }
    let mut design = Factor::new(order, T::ZERO, vec![T::ZERO; factor_len(order)])?;
    design.start(&packed, count, T::ZERO)?;

    let mut inputs = Vec::with_capacity(rows.len());
    let mut errors = Vec::with_capacity(count as usize);
    let mut sum = gleaner::Sum::default();
    for row in rows.chunks_exact(columns) {
        let (x, y) = row.split_at(order);
        let terms = x.iter().zip(&coefficients);
        let error = terms.fold(y[0], |left, (x, c)| left - *x * *c);
        sum.add(error * error);
        inputs.extend_from_slice(x);
        errors.push(error);
    }
    let mut leverages = vec![T::ZERO; count as usize];
    score(&design, &inputs, order, &mut leverages)?;
    let residuals = Residuals::from_sum(sum.value(), count, order as u64)?;
    let mut figures = Vec::with_capacity(5 * count as usize);
    for (error, leverage) in errors.into_iter().zip(leverages) {
        let row = residuals.diagnose(error, leverage)?;
        let five = [
            row.left_out,
            row.internal,
            row.external,
            row.cook,
            row.dffits,
        ];
        figures.extend(five.map(|x| x.unwrap_or(T::of(f64::NAN))));
    }
    Ok(figures)
}
