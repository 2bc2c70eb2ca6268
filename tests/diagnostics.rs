//! Least squares by the factor: coefficients from `solve`, leverages from `score`, leave-one-out residuals from both,
//! against exact values.

mod common;

use common::{cases, golden, matrix, numbers, scalars};
use gleaner::Scalar;
use gleaner::factor::{Factor, factor_len};

fn least_squares<T: Scalar>(tolerance: f64) {
    for case in cases(&golden("diagnostics")) {
        let (rows, y) = (matrix(&case["rows"]), numbers(&case["y"]));
        let order = rows[0].len();
        let new =
            |order| Factor::<T, _>::new(order, T::ZERO, vec![T::ZERO; factor_len(order)]).unwrap();
        let (mut design, mut both) = (new(order), new(order + 1));
        for (row, &y) in rows.iter().zip(&y) {
            let mut row: Vec<T> = scalars(row);
            design.observe(&row, T::ONE).unwrap();
            row.push(T::of(y));
            both.observe(&row, T::ONE).unwrap();
        }
        let mut solution = vec![T::ZERO; order];
        both.solve(&mut solution).unwrap();
        let coefficients = numbers(&case["coefficients"]);
        let size = coefficients.iter().fold(0.0, |m: f64, c| m.max(c.abs()));
        for (got, want) in solution.iter().zip(&coefficients) {
            assert!(
                (got.wide() - want).abs() <= tolerance * size,
                "{got:?} for {want}"
            );
        }
        let leverages = numbers(&case["leverage"]);
        let left_out = case["leave_one_out_residual"].as_array().unwrap();
        let mut scratch = vec![T::ZERO; order];
        for (i, row) in rows.iter().enumerate() {
            let row: Vec<T> = scalars(row);
            let found = design.score(&row, &mut scratch).unwrap();
            let h = found.leverage.wide();
            assert!(
                (h - leverages[i]).abs() <= tolerance,
                "{h} for {}",
                leverages[i]
            );
            // Undefined where the leverage is 1.
            if left_out[i].is_null() {
                continue;
            }
            let fitted: f64 = row
                .iter()
                .zip(&solution)
                .map(|(a, b)| a.wide() * b.wide())
                .sum();
            let residual = (y[i] - fitted) / (1.0 - h);
            let want = common::number(&left_out[i]);
            assert!(
                (residual - want).abs() <= 10.0 * tolerance * want.abs().max(1.0),
                "{residual} for {want}"
            );
        }
    }
}

#[test]
fn coefficients_leverages_and_left_out_residuals_are_exact() {
    least_squares::<f64>(1e-11);
    least_squares::<f32>(1e-4);
}
