//! Least squares by the factor, and its diagnostics, against exact values, a fit without the row, and the identities that
//! tie them together.

mod common;

use common::{Random, activation, cases, golden, matrix, number, numbers, scalars};
use gleaner::diagnose::{Diagnosis, Residuals};
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Flat, Model, Network, Shape, Target};
use gleaner::{Error, Scalar, Sum};

type Owned<T> = Factor<T, Vec<T>>;

fn factor<T: Scalar>(order: usize) -> Owned<T> {
    Factor::new(order, T::ZERO, vec![T::ZERO; factor_len(order)]).unwrap()
}

/// Rows and labels, coefficients, residuals, leverages, and what the fit leaves.
struct Fitted<T> {
    coefficients: Vec<T>,
    residuals: Vec<T>,
    leverages: Vec<T>,
    left: Residuals<T>,
}

fn fitted<T: Scalar>(rows: &[Vec<f64>], y: &[f64]) -> Fitted<T> {
    let order = rows[0].len();
    let (mut design, mut both) = (factor::<T>(order), factor::<T>(order + 1));
    for (row, &y) in rows.iter().zip(y) {
        let mut row: Vec<T> = scalars(row);
        design.observe(&row, T::ONE).unwrap();
        row.push(T::of(y));
        both.observe(&row, T::ONE).unwrap();
    }
    let mut coefficients = vec![T::ZERO; order];
    both.solve(&mut coefficients).unwrap();
    let mut scratch = vec![T::ZERO; order];
    let (mut residuals, mut leverages, mut sum) = (Vec::new(), Vec::new(), Sum::default());
    for (row, &y) in rows.iter().zip(y) {
        let row: Vec<T> = scalars(row);
        leverages.push(design.score(&row, &mut scratch).unwrap().leverage);
        let mut residual = Sum::default();
        residual.add(T::of(y));
        for (&entry, &by) in row.iter().zip(&coefficients) {
            residual.add(-(entry * by));
        }
        let residual = residual.value();
        sum.add(residual * residual);
        residuals.push(residual);
    }
    let left = Residuals::from_sum(sum.value(), rows.len() as u64, order as u64).unwrap();
    Fitted {
        coefficients,
        residuals,
        leverages,
        left,
    }
}

/// The five figures, in the golden file's words.
fn figures<T: Scalar>(found: &Diagnosis<T>) -> [(&'static str, Option<f64>); 5] {
    let wide = |figure: Option<T>| figure.map(Scalar::wide);
    [
        ("leave_one_out_residual", wide(found.left_out)),
        ("studentised_internal", wide(found.internal)),
        ("studentised_external", wide(found.external)),
        ("cooks_distance", wide(found.cook)),
        ("dffits", wide(found.dffits)),
    ]
}

/// Fits in T; errors are relative, to `floor` where a figure is smaller.
fn least_squares<T: Scalar>(tolerance: f64, floor: f64) {
    for case in cases(&golden("diagnostics")) {
        let (rows, y) = (matrix(&case["rows"]), numbers(&case["y"]));
        let fit = fitted::<T>(&rows, &y);
        let coefficients = numbers(&case["coefficients"]);
        assert!(common::distance(&fit.coefficients, &coefficients) <= tolerance);
        assert!(common::farthest(&fit.leverages, &numbers(&case["leverage"])) <= tolerance);
        let variance = fit.left.variance().unwrap().wide();
        assert!(common::relative(variance, number(&case["sigma2"])) <= tolerance);
        let mut undefined = 0;
        for i in 0..rows.len() {
            let found = fit
                .left
                .diagnose(fit.residuals[i], fit.leverages[i])
                .unwrap();
            for (name, got) in figures(&found) {
                let want = &case[name][i];
                let Some(got) = got else {
                    assert!(want.is_null(), "{name} of row {i}");
                    undefined += 1;
                    continue;
                };
                let want = number(want);
                // A residual near 0 keeps the absolute error of what it is the difference of.
                let error = (got - want).abs() / want.abs().max(floor);
                assert!(error <= tolerance, "{name} of row {i}: {got} for {want}");
            }
        }
        let exact = numbers(&case["leverage"]);
        assert_eq!(undefined, 5 * exact.iter().filter(|h| **h == 1.0).count());
    }
}

#[test]
fn all_figures_are_exact() {
    least_squares::<f64>(1e-11, 0.0);
    least_squares::<f32>(1e-4, 1e-2);
}

/// From exact residuals and leverages, each rounded once.
fn formulas<T: Scalar>(tolerance: f64) {
    for case in cases(&golden("diagnostics")) {
        let (residuals, leverages) = (numbers(&case["residual"]), numbers(&case["leverage"]));
        let (rows, rank) = (
            residuals.len() as u64,
            matrix(&case["rows"])[0].len() as u64,
        );
        let variance = T::of(number(&case["sigma2"]));
        let left = Residuals::from_variance(variance, rows, rank).unwrap();
        for (i, (&e, &h)) in residuals.iter().zip(&leverages).enumerate() {
            let found = left.diagnose(T::of(e), T::of(h)).unwrap();
            for (name, got) in figures(&found) {
                let want = &case[name][i];
                assert_eq!(got.is_none(), want.is_null());
                if let Some(got) = got {
                    let error = common::relative(got, number(want));
                    assert!(error <= tolerance, "{name} of row {i}: {error}");
                }
            }
        }
    }
}

#[test]
fn all_formulas_are_exact() {
    formulas::<f64>(1e-14);
    formulas::<f32>(1e-5);
}

fn problem(random: &mut Random, count: usize, order: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let rows = random.rows(count, order);
    let y = rows
        .iter()
        .map(|row| row.iter().sum::<f64>() + random.normal())
        .collect();
    (rows, y)
}

fn without(rows: &[Vec<f64>], y: &[f64], i: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let (mut rows, mut y) = (rows.to_vec(), y.to_vec());
    rows.remove(i);
    y.remove(i);
    (rows, y)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn figures_are_those_of_a_fit_without_the_row() {
    let mut random = Random::new(21);
    let mut worst = 0.0_f64;
    for (count, order) in [(6, 4), (12, 3), (40, 7)] {
        let (rows, y) = problem(&mut random, count, order);
        let fit = fitted::<f64>(&rows, &y);
        for i in 0..count {
            let found = fit
                .left
                .diagnose(fit.residuals[i], fit.leverages[i])
                .unwrap();
            let (others, labels) = without(&rows, &y, i);
            let out = fitted::<f64>(&others, &labels);
            let error = y[i] - dot(&rows[i], &out.coefficients);
            let moved = fit.coefficients.iter().zip(&out.coefficients);
            let moved: Vec<f64> = moved.map(|(all, out)| all - out).collect();
            let variance = fit.left.variance().unwrap();
            let cook = rows.iter().map(|row| dot(row, &moved).powi(2)).sum::<f64>()
                / (order as f64 * variance);
            let deviation = out.left.variance().unwrap().sqrt();
            let h = fit.leverages[i];
            let want = [
                ("left out", error),
                ("internal", fit.residuals[i] / (variance * (1.0 - h)).sqrt()),
                (
                    "external",
                    fit.residuals[i] / (deviation * (1.0 - h).sqrt()),
                ),
                ("cook", cook),
                ("dffits", dot(&rows[i], &moved) / (deviation * h.sqrt())),
            ];
            // The same from the side of the others: before the row is taken in.
            let mut scratch = vec![0.0; order];
            let mut design = factor::<f64>(order);
            others.iter().for_each(|row| {
                design.observe(row, 1.0).unwrap();
            });
            let t = design.score(&rows[i], &mut scratch).unwrap().leverage;
            let new = out.left.diagnose_new(error, t).unwrap();
            for ((name, want), ((_, got), (_, new))) in want
                .iter()
                .zip(figures(&found).into_iter().zip(figures(&new)))
            {
                for got in [got.unwrap(), new.unwrap()] {
                    let error = (got - want).abs() / want.abs().max(1e-2);
                    assert!(error < 1e-10, "{name} of row {i}: {got} for {want}");
                    worst = worst.max(error);
                }
            }
            let mut grown = out.left;
            let recursive = grown.observe(error, t).unwrap();
            assert!((recursive - error / (1.0 + t).sqrt()).abs() < 1e-12);
            assert!(common::relative(grown.sum.value(), fit.left.sum.value()) < 1e-11);
            assert_eq!((grown.rows, grown.rank), (fit.left.rows, fit.left.rank));
        }
    }
    assert!(worst > 0.0);
}

#[test]
fn the_sum_grows_row_by_row_to_that_of_the_whole_fit() {
    let mut random = Random::new(22);
    let (rows, y) = problem(&mut random, 200, 5);
    let (mut design, mut both) = (factor::<f32>(5), factor::<f32>(6));
    let mut left = Residuals::<f32>::default();
    let (mut scratch, mut solution) = (vec![0.0; 5], vec![0.0; 5]);
    for (i, (row, &y)) in rows.iter().zip(&y).enumerate() {
        let mut row: Vec<f32> = scalars(row);
        let fitted: f32 = row.iter().zip(&solution).map(|(a, b)| a * b).sum();
        if i < 5 {
            // The first five pass through the fit.
            left.observe_novel();
            assert_eq!(left.variance(), None);
        } else {
            let t = design.score(&row, &mut scratch).unwrap().leverage;
            left.observe(y as f32 - fitted, t).unwrap();
        }
        design.observe(&row, 1.0).unwrap();
        row.push(y as f32);
        both.observe(&row, 1.0).unwrap();
        both.solve(&mut solution).unwrap();
    }
    let whole = fitted::<f64>(&rows, &y).left;
    assert_eq!((left.rows, left.rank), (whole.rows, whole.rank));
    let error = common::relative(left.sum.value().into(), whole.sum.value());
    // A nearly singular start costs digits; three are left at the least.
    assert!(error < 1e-3, "{error}");
}

#[test]
fn a_row_that_dominates_keeps_its_digits_where_it_is_judged_first() {
    // Ten rows with small errors, and one whose label is far off: S is nearly all its own.
    let mut random = Random::new(23);
    let (mut rows, mut y) = problem(&mut random, 10, 2);
    for (row, y) in rows.iter().zip(y.iter_mut()) {
        *y = row.iter().sum::<f64>() + 1e-4 * random.normal();
    }
    rows.push(vec![1.0, 1.0]);
    y.push(2e3);
    let others = fitted::<f64>(&rows[..10], &y[..10]);
    let whole = fitted::<f64>(&rows, &y);
    let error = y[10] - dot(&rows[10], &others.coefficients);
    let t = whole.leverages[10] / (1.0 - whole.leverages[10]);
    let want = error / (others.left.variance().unwrap().sqrt() * (1.0 + t).sqrt());
    let single = Residuals::<f32>::from_sum(others.left.sum.value() as f32, 10, 2).unwrap();
    let new = single.diagnose_new(error as f32, t as f32).unwrap();
    assert!(common::relative(new.external.unwrap().into(), want) < 1e-6);
    // From e, h and S in f32 there is nothing to divide by.
    let after = Residuals::<f32>::from_sum(whole.left.sum.value() as f32, 11, 2).unwrap();
    let (e, h) = (whole.residuals[10] as f32, whole.leverages[10] as f32);
    let after = after.diagnose(e, h).unwrap();
    assert_eq!((after.external, after.dffits), (None, None));
    assert!(common::relative(after.internal.unwrap().into(), 3.0) < 1e-5);
    assert!(common::relative(new.internal.unwrap().into(), 3.0) < 1e-5);
}

#[test]
fn undefined_is_no_number() {
    let some = Residuals::from_sum(2.0_f32, 12, 3).unwrap();
    for leverage in [1.0, 1.0 - 2.0 * f32::EPSILON, 1.0 + f32::EPSILON] {
        assert_eq!(some.diagnose(0.0, leverage), Ok(Diagnosis::default()));
    }
    assert!(some.diagnose(0.0, 0.9999).unwrap().left_out.is_some());
    // As many rows as columns, and one more.
    let none = Residuals::from_sum(0.0_f32, 3, 3)
        .unwrap()
        .diagnose(0.0, 0.5)
        .unwrap();
    assert_eq!(
        (none.left_out, none.internal, none.cook),
        (Some(0.0), None, None)
    );
    let one = Residuals::from_sum(2.0_f32, 4, 3).unwrap();
    let found = one.diagnose(1.0, 0.5).unwrap();
    assert!(found.internal.is_some() && found.external.is_none() && found.dffits.is_none());
    let found = one.diagnose_new(1.0, 0.5).unwrap();
    assert!(found.internal.is_some() && found.external.is_some());
    // A perfect fit.
    let found = Residuals::from_sum(0.0_f64, 9, 3)
        .unwrap()
        .diagnose(0.0, 0.5)
        .unwrap();
    assert_eq!((found.internal, found.external), (None, None));
    // A perfect fit without the row: its internal residual is as large as one gets, its external one is not finite.
    let found = Residuals::from_sum(0.0_f64, 9, 3)
        .unwrap()
        .diagnose_new(-2.0, 1.0)
        .unwrap();
    assert_eq!((found.left_out, found.external), (Some(-2.0), None));
    assert!((found.internal.unwrap() + 7.0_f64.sqrt()).abs() < 1e-15);
    assert_eq!(Residuals::<f64>::default().variance(), None);
    assert_eq!(
        Residuals::from_sum(6.0, 5, 3).unwrap().variance(),
        Some(3.0)
    );
    assert_eq!(
        Residuals::from_variance(3.0, 5, 3),
        Residuals::from_sum(6.0, 5, 3)
    );
}

#[test]
fn the_ends_of_the_range() {
    for scale in [1e-30_f32, 1e18, 1e30] {
        let sum = (scale.wide() * scale.wide() * 4.0) as f32;
        let left = Residuals::from_sum(sum, 12, 2).ok();
        // Squares of 1e30 are beyond f32, and those of 1e-30 are 0.
        let new = Residuals {
            sum: Sum {
                high: sum.min(1e38),
                low: 0.0,
            },
            rows: 12,
            rank: 2,
        };
        assert!(new.diagnose_new(scale, 0.5).unwrap().internal.is_some());
        assert_eq!(left.is_some(), scale < 1e19);
    }
    let left = Residuals::from_sum(4e36_f32, 12, 2).unwrap();
    let found = left.diagnose(1e18, 0.5).unwrap();
    let want = Residuals::from_sum(4.0_f32, 12, 2)
        .unwrap()
        .diagnose(1.0, 0.5)
        .unwrap();
    assert!((found.internal.unwrap() - want.internal.unwrap()).abs() < 1e-6);
    assert!((found.external.unwrap() - want.external.unwrap()).abs() < 1e-6);
}

#[test]
fn bad_numbers_are_refused() {
    let mut left = Residuals::from_sum(2.0_f32, 12, 3).unwrap();
    let before = left;
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(left.diagnose(bad, 0.5), Err(Error::NotFinite("residual")));
        assert_eq!(left.diagnose(0.5, bad), Err(Error::NotFinite("leverage")));
        assert_eq!(
            left.diagnose_new(bad, 0.5),
            Err(Error::NotFinite("residual"))
        );
        assert_eq!(left.observe(0.5, bad), Err(Error::NotFinite("leverage")));
        assert_eq!(
            Residuals::from_sum(bad, 12, 3),
            Err(Error::NotFinite("sum"))
        );
    }
    assert_eq!(left.diagnose(0.5, -1e-3), Err(Error::Range("leverage")));
    assert_eq!(left.diagnose(0.5, 1.1), Err(Error::Range("leverage")));
    assert_eq!(left.diagnose_new(0.5, -1e-3), Err(Error::Range("leverage")));
    // A square that S does not hold.
    assert_eq!(left.diagnose(1.2, 0.5), Err(Error::Range("residual")));
    assert_eq!(left.observe(1e25, 0.5), Err(Error::Range("residual")));
    assert_eq!(left.diagnose_new(3e38, 1e30), Err(Error::Range("figures")));
    assert_eq!(Residuals::from_sum(-1.0, 12, 3), Err(Error::Range("sum")));
    assert_eq!(
        Residuals::from_variance(1.0, 3, 3),
        Err(Error::Range("rows"))
    );
    assert_eq!(left, before);
}

/// Full Gauss-Newton steps until they no longer move; theta, residuals, leverages of the gradients.
fn refit(shapes: &[Shape<f64>], start: &[f64], x: &[Vec<f64>], y: &[f64]) -> Fitted<f64> {
    let mut theta = start.to_vec();
    let order = theta.len();
    let mut row = vec![0.0; order + 1];
    for _ in 0..60 {
        let mut both = factor::<f64>(order + 1);
        let network = Network::new(Flat {
            shapes,
            theta: &theta,
        })
        .unwrap();
        let mut scratch = vec![0.0; network.scratch()];
        for (x, &y) in x.iter().zip(y) {
            let (last, gradient) = row.split_last_mut().unwrap();
            *last = -network
                .gradient(x, 0, Target::Residual(y), gradient, &mut scratch)
                .unwrap();
            both.observe(&row, 1.0).unwrap();
        }
        let mut step = vec![0.0; order];
        both.solve(&mut step).unwrap();
        theta
            .iter_mut()
            .zip(&step)
            .for_each(|(parameter, by)| *parameter += by);
    }
    let network = Network::new(Flat {
        shapes,
        theta: &theta,
    })
    .unwrap();
    let mut scratch = vec![0.0; network.scratch()];
    let (mut gradients, mut residuals) = (Vec::new(), Vec::new());
    for (x, &y) in x.iter().zip(y) {
        let mut gradient = vec![0.0; order];
        let f = network
            .gradient(x, 0, Target::Residual(y), &mut gradient, &mut scratch)
            .unwrap();
        residuals.push(f);
        gradients.push(gradient);
    }
    let leverages = common::leverage(&gradients);
    let sum = residuals.iter().map(|f| f * f).sum();
    let left = Residuals::from_sum(sum, y.len() as u64, order as u64).unwrap();
    Fitted {
        coefficients: theta,
        residuals,
        leverages,
        left,
    }
}

/// Largest relative error of the linearised left-out residuals of a single tanh neuron.
fn nonlinear_error(noise: f64) -> f64 {
    let shapes = [Shape {
        inputs: 3,
        outputs: 1,
        bias: true,
        activation: activation("tanh"),
    }];
    let truth = [0.5, -0.4, 0.3, 0.2];
    let mut random = Random::new(24);
    let x = random.rows(25, 3);
    let network = Network::new(Flat {
        shapes: &shapes,
        theta: &truth,
    })
    .unwrap();
    let mut scratch = vec![0.0; network.scratch()];
    let y: Vec<f64> = x
        .iter()
        .map(|x| network.value(x, 0, &mut scratch).unwrap() + noise * random.normal())
        .collect();
    let fit = refit(&shapes, &truth, &x, &y);
    let mut worst = 0.0_f64;
    for i in 0..x.len() {
        let found = fit
            .left
            .diagnose(fit.residuals[i], fit.leverages[i])
            .unwrap();
        let (others, labels) = without(&x, &y, i);
        let out = refit(&shapes, &fit.coefficients, &others, &labels);
        let network = Network::new(Flat {
            shapes: &shapes,
            theta: &out.coefficients,
        })
        .unwrap();
        let error = network.value(&x[i], 0, &mut scratch).unwrap() - y[i];
        worst = worst.max((found.left_out.unwrap() - error).abs() / noise);
    }
    worst
}

#[test]
fn a_nonlinear_model_is_right_to_first_order() {
    let errors = [0.1, 0.01, 0.001].map(nonlinear_error);
    assert!(errors[0] < 0.3, "{errors:?}");
    for pair in errors.windows(2) {
        let ratio = pair[0] / pair[1];
        assert!((5.0..20.0).contains(&ratio), "{errors:?}");
    }
}

#[test]
fn a_residual_is_no_more_than_all_of_the_sum() {
    let nothing = Residuals::from_sum(0.0_f64, 10, 2).unwrap();
    assert_eq!(nothing.diagnose(1.0, 0.5), Err(Error::Range("residual")));
    assert!(nothing.diagnose(0.0, 0.5).is_ok());
    let one = Residuals::from_sum(1.0_f64, 10, 2).unwrap();
    for rest in [1e-3, 1e-12] {
        let residual = (rest + 2e-3_f64).sqrt();
        let internal = one.diagnose(residual, 1.0 - rest).unwrap().internal;
        assert!(
            internal.is_some_and(|t| t * t <= 8.0 * (1.0 + 1e-9)),
            "{rest}"
        );
    }
}
