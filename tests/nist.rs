//! Models of the caller's own on the nonlinear regression sets of the NIST StRD (`tests/nist`), certified to 11 digits.

#[path = "nist/models.rs"]
mod models;

use gleaner::Error;
use gleaner::factor::{Factor, factor_len};
use gleaner::fit::{FitOptions, Stop, fit_len, fit_own};
use gleaner::model::{Gradient, Model, Objective, Own, Target, own_scratch};
use models::Data;

struct Set {
    name: &'static str,
    at: models::At,
    /// Digits of the worst parameter that a fit reaches from the second start, and one Gauss-Newton step more.
    second: [f64; 2],
    /// From the first start; None where the fit ends at another minimum or far out, as most programs do.
    first: Option<f64>,
    /// Digits of the worst standard deviation at the certified parameters.
    deviations: f64,
    /// Completeness over the value at most, by 8 nodes, by 32, and by 32 in each of 8 panels; None where there is no value at 0.
    completeness: Option<[f64; 3]>,
}

const fn set(
    name: &'static str,
    at: models::At,
    second: [f64; 2],
    first: Option<f64>,
    deviations: f64,
    completeness: Option<[f64; 3]>,
) -> Set {
    Set {
        name,
        at,
        second,
        first,
        deviations,
        completeness,
    }
}

#[rustfmt::skip]
const SETS: [Set; 14] = [
    set("BoxBOD", models::saturation, [7.0, 7.5], None, 10.2, Some([3e-11, 1e-14, 1e-14])),
    set("Chwirut1", models::chwirut, [7.0, 8.0], Some(7.0), 10.5, None),
    set("Chwirut2", models::chwirut, [7.0, 8.0], Some(7.0), 10.2, None),
    set("DanWood", models::power, [8.0, 10.0], Some(7.5), 10.5, Some([1e-14, 1e-14, 1e-14])),
    set("Eckerle4", models::eckerle, [8.0, 9.3], Some(8.5), 10.2, None),
    set("Gauss1", models::gauss, [8.4, 10.2], Some(8.4), 10.4, Some([4.0, 0.2, 0.02])),
    set("Hahn1", models::rational, [5.0, 6.4], Some(5.4), 10.0, Some([0.3, 7e-5, 1e-12])),
    set("Kirby2", models::rational, [6.0, 7.1], Some(5.6), 10.0, Some([1e-7, 1e-10, 1e-10])),
    set("Lanczos3", models::lanczos, [6.0, 7.4], Some(6.0), 10.0, Some([7e-10, 1e-13, 1e-13])),
    set("MGH17", models::mgh17, [6.5, 8.0], None, 9.6, Some([2e-9, 1e-13, 1e-13])),
    set("Misra1a", models::saturation, [8.0, 10.2], Some(8.4), 10.4, Some([1e-13, 1e-13, 1e-13])),
    set("Rat42", models::growth, [8.2, 9.5], Some(8.0), 10.3, Some([4e-11, 1e-13, 1e-13])),
    set("Roszman1", models::roszman, [6.4, 8.0], Some(6.4), 10.1, Some([1e-6, 1e-13, 1e-13])),
    set("Thurber", models::rational, [6.3, 6.5], Some(6.5), 9.1, Some([2e-5, 1e-11, 1e-11])),
];

/// Digits that the worst entry has in common with the exact one.
fn digits(got: &[f64], exact: &[f64]) -> f64 {
    assert_eq!(got.len(), exact.len());
    let each = got.iter().zip(exact).map(|(got, exact)| {
        let error = ((got - exact) / exact).abs();
        if error.is_nan() { 0.0 } else { -error.log10() }
    });
    each.fold(11.0, f64::min)
}

/// The parameters that a fit reaches, and what it says of itself.
fn fitted(data: &Data, start: &[f64]) -> (Vec<f64>, gleaner::fit::FitReport<f64>) {
    let mut theta = start.to_vec();
    let mut memory = vec![0.0; fit_len(1, theta.len(), own_scratch(theta.len(), 1))];
    let options = FitOptions {
        weight_decay: 0.0,
        steps: 2000,
        tolerance: 1e-15,
    };
    let sample = |index: usize, x: &mut [f64], labels: &mut [f64]| {
        let (input, label) = data.points[index];
        x[0] = input;
        labels[0] = label;
        Ok(1.0)
    };
    let count = data.points.len();
    let report = fit_own(
        data,
        &mut theta,
        Objective::Residual,
        options,
        count,
        sample,
        &mut memory,
    );
    (theta, report.unwrap())
}

/// What rotates in at some parameters: rows of the gradient, with `-f` behind where the order has room. And the sum of
/// squares.
fn factor(data: &Data, theta: &[f64], order: usize) -> (Factor<f64, Vec<f64>>, f64) {
    let model = Own::new(data, theta).unwrap();
    let mut scratch = vec![0.0; model.scratch()];
    let mut factor = Factor::new(order, 0.0, vec![0.0; factor_len(order)]).unwrap();
    let (mut row, mut sum) = (vec![0.0; theta.len() + 1], 0.0);
    for &(x, y) in &data.points {
        let (f, gradient) = row.split_last_mut().unwrap();
        let target = Target::Residual(y);
        *f = -model
            .gradient(&[x], 0, target, gradient, &mut scratch)
            .unwrap();
        sum += *f * *f;
        factor.observe(&row[..order], 1.0).unwrap();
    }
    (factor, sum)
}

#[test]
fn fits_reach_the_certified_parameters() {
    for set in &SETS {
        let (data, name) = (Data::read(set.name, set.at), set.name);
        let (mut theta, report) = fitted(&data, &data.starts[1]);
        let reached = digits(&theta, &data.certified);
        assert!(reached >= set.second[0], "{name} {reached} {report:?}");
        assert_ne!(report.stop, Stop::Steps, "{name}");
        let sum = (report.loss / data.sum_of_squares - 1.0).abs();
        assert!(sum < 1e-10, "{name} {sum:e}");

        let parameters = theta.len();
        let mut step = vec![0.0; parameters];
        let (factor, _) = factor(&data, &theta, parameters + 1);
        factor.solve(&mut step).unwrap();
        theta.iter_mut().zip(&step).for_each(|(t, s)| *t += s);
        let polished = digits(&theta, &data.certified);
        assert!(polished >= set.second[1], "{name} {polished}");

        let (theta, report) = fitted(&data, &data.starts[0]);
        let reached1 = digits(&theta, &data.certified);
        match set.first {
            Some(stated) => assert!(reached1 >= stated, "{name} {reached1} {report:?}"),
            None => assert!(report.loss > 2.0 * data.sum_of_squares, "{name}"),
        }
    }
}

/// `sqrt(s^2 diag((J^T J)^-1))`: entries of the inverse are leverages of unit rows, and solutions of the normal equations.
#[test]
fn standard_deviations_are_the_certified_ones() {
    for set in &SETS {
        let (data, name) = (Data::read(set.name, set.at), set.name);
        let order = data.certified.len();
        let (factor, sum) = factor(&data, &data.certified, order);
        assert!((sum / data.sum_of_squares - 1.0).abs() < 1e-10, "{name}");
        let variance = sum / (data.points.len() - order) as f64;
        let mut work = vec![0.0; order];
        let (mut by_score, mut by_solve) = (vec![], vec![]);
        for j in 0..order {
            let mut unit = vec![0.0; order];
            unit[j] = 1.0;
            let leverage = factor.score(&unit, &mut work).unwrap().leverage;
            by_score.push((variance * leverage).sqrt());
            factor.solve_normal(&mut unit).unwrap();
            by_solve.push((variance * unit[j]).sqrt());
        }
        for found in [by_score, by_solve] {
            let agree = digits(&found, &data.deviations);
            assert!(agree >= set.deviations, "{name} {agree}");
        }
    }
}

#[test]
fn rows_by_nodes() {
    for set in &SETS {
        let (data, name) = (Data::read(set.name, set.at), set.name);
        let whole = data.certified.len() + 1;
        let mut worst = [0.0f64; 3];
        for (worst, (nodes, panels)) in worst.iter_mut().zip([(8, 1), (32, 1), (32, 8)]) {
            let model = Own::new(&data, &data.certified).unwrap();
            let model = model.with_nodes(nodes).unwrap();
            let model = model.with_panels(panels).unwrap();
            let mut scratch = vec![0.0; model.scratch()];
            for &(x, _) in &data.points {
                let mut row = vec![0.5; whole];
                let made = model.row(&[x], 0, Target::Prediction, &mut row, &mut scratch);
                if set.completeness.is_none() {
                    // A denominator that is 0 at 0.
                    assert_eq!(made.err(), Some(Error::Range("output")), "{name}");
                    assert_eq!(row, vec![0.5; whole]);
                    continue;
                }
                let report = made.unwrap();
                *worst = worst.max(report.completeness / report.value.abs());
            }
        }
        let stated = set.completeness.unwrap_or_default();
        for (worst, stated) in worst.iter().zip(stated) {
            assert!(*worst <= stated, "{name} {worst:e}");
        }
    }
}

/// A gradient with one entry wrong by a tenth.
struct Wrong<'a>(&'a Data, usize);

impl Gradient<f64> for Wrong<'_> {
    fn inputs(&self) -> usize {
        1
    }
    fn parameters(&self) -> usize {
        self.0.parameters()
    }
    fn at(&self, theta: &[f64], x: &[f64], output: usize, g: &mut [f64]) -> Result<f64, Error> {
        let value = self.0.at(theta, x, output, g)?;
        g[self.1] *= 1.1;
        Ok(value)
    }
}

#[test]
fn the_check_tells_right_from_wrong() {
    for set in &SETS {
        let (data, name) = (Data::read(set.name, set.at), set.name);
        for theta in [&data.certified, &data.starts[1]] {
            let mut scratch = vec![0.0; own_scratch(theta.len(), 8)];
            let right = Own::new(&data, theta).unwrap();
            for (x, _) in &data.points {
                let found = right.check(&[*x], 1e-4, &mut scratch);
                assert_eq!(found, Ok(()), "{name} at {x}");
            }
            for entry in 0..theta.len() {
                let wrong = Own::new(Wrong(&data, entry), theta).unwrap();
                let mut found = data
                    .points
                    .iter()
                    .map(|(x, _)| wrong.check(&[*x], 1e-4, &mut scratch));
                assert!(
                    found.any(|found| found == Err(Error::Check)),
                    "{name} {entry}"
                );
            }
        }
    }
}
