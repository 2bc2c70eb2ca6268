//! Least squares and normal equations from the factor.

mod common;

use common::{Random, cases, dense, golden, matrix, numbers, scalars};
use gleaner::factor::{Factor, factor_len};
use gleaner::{Error, Scalar};

fn observed<T: Scalar>(rows: &[Vec<f64>]) -> Factor<T, Vec<T>> {
    let order = rows[0].len();
    let mut factor = Factor::new(order, T::ZERO, vec![T::ZERO; factor_len(order)]).unwrap();
    for row in rows {
        factor.observe(&scalars::<T>(row), T::ONE).unwrap();
    }
    factor
}

fn solution<T: Scalar>(rows: &[Vec<f64>]) -> Vec<f64> {
    let mut solution = vec![T::ZERO; rows[0].len() - 1];
    observed::<T>(rows).solve(&mut solution).unwrap();
    solution.iter().map(|x| x.wide()).collect()
}

/// The wampler sets have integer answers, longley certified ones.
#[test]
fn certified_coefficients() {
    let longley = [
        -3482258.63459582,
        15.0618722713733,
        -0.358191792925910e-1,
        -2.02022980381683,
        -1.03322686717359,
        -0.511041056535807e-1,
        1829.15146461355,
    ];
    let file = golden("nist_linear");
    let mut seen = 0;
    for case in cases(&file) {
        let (exact, within) = match case["name"].as_str().unwrap() {
            "wampler1" => (vec![1.0; 6], 1e-9),
            "wampler4" => (vec![1.0; 6], 1e-5),
            "longley" => (longley.to_vec(), 1e-9),
            _ => continue,
        };
        let mut rows = matrix(&case["rows"]);
        for (row, y) in rows.iter_mut().zip(numbers(&case["y"])) {
            row.push(y);
        }
        for (got, exact) in solution::<f64>(&rows).iter().zip(&exact) {
            assert!(
                (got / exact - 1.0).abs() < within,
                "{}: {got} {exact}",
                case["name"]
            );
        }
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn exact_systems() {
    let mut random = Random::new(31);
    for order in 1..12 {
        let truth = random.normals(order - 1);
        let mut rows = random.rows(order + 3, order - 1);
        for row in &mut rows {
            row.push(row.iter().zip(&truth).map(|(x, b)| x * b).sum());
        }
        for (got, exact) in solution::<f64>(&rows).iter().zip(&truth) {
            assert!((got - exact).abs() < 1e-10, "{got} {exact}");
        }
        for (got, exact) in solution::<f32>(&rows).iter().zip(&truth) {
            assert!((got - exact).abs() < 1e-3, "{got} {exact}");
        }
    }
}

/// A column that depends on those before it gets 0, and predictions stay.
#[test]
fn dependent_columns_get_zero() {
    let mut rows = Random::new(12).rows(30, 4);
    for row in &mut rows {
        row[1] = 0.0;
        let (a, c) = (row[0], row[2]);
        row[3] = 3.0 * a - 2.0 * c;
        row.push(5.0 * a + c);
    }
    let got = solution::<f64>(&rows);
    assert_eq!((got[1], got[3]), (0.0, 0.0));
    assert!(
        (got[0] - 5.0).abs() < 1e-12 && (got[2] - 1.0).abs() < 1e-12,
        "{got:?}"
    );
}

#[test]
fn refusals() {
    let rows = Random::new(1).rows(9, 4);
    let mut factor = observed::<f64>(&rows);
    let mut expected = [0.0; 3];
    factor.solve(&mut expected).unwrap();
    assert_eq!(factor.solve(&mut [0.0; 4]), Err(Error::Length("solution")));
    assert_eq!(factor.solve(&mut [0.0; 2]), Err(Error::Length("solution")));
    factor.pivot().unwrap();
    assert_eq!(factor.solve(&mut [0.0; 3]), Err(Error::Stale));
    factor.unpivot();
    let mut again = [0.0; 3];
    factor.solve(&mut again).unwrap();
    for (a, b) in again.iter().zip(&expected) {
        assert!((a - b).abs() < 1e-13);
    }
}

/// One coefficient beyond the scalar is an error, whatever the others are.
#[test]
fn a_coefficient_out_of_range_is_refused() {
    let mut factor = Factor::new(3, 0.0, vec![0.0_f64; factor_len(3)]).unwrap();
    let mut solution = [0.0; 2];
    factor
        .start(&[1e-300, 1e20, 0.0, 1e240, 1e30, 1.0], 9, 0.0)
        .unwrap();
    assert_eq!(factor.solve(&mut solution), Ok(()));
    assert_eq!(solution, [-1e20 * 1e30, 1e30]);
    factor
        .start(&[1e-300, 1e280, 0.0, 1e240, 1e30, 1.0], 9, 0.0)
        .unwrap();
    assert_eq!(factor.solve(&mut solution), Err(Error::Range("solution")));
}

/// A column that holds nothing gets 0, whatever stands beside it.
#[test]
fn an_empty_column_gets_zero() {
    let mut factor = Factor::new(2, 0.0, vec![0.0_f64; factor_len(2)]).unwrap();
    factor.start(&[0.0, 5.0, 1.0], 3, 0.0).unwrap();
    let mut solution = [7.0];
    assert_eq!(factor.solve(&mut solution), Ok(()));
    assert_eq!(solution, [0.0]);
}

#[test]
fn normal_equations_are_solved() {
    let mut random = Random::new(1);
    for order in [1, 2, 5, 9] {
        let rows = random.rows(3 * order, order);
        for ridge in [0.0, 0.3] {
            let mut factor = Factor::new(order, ridge, vec![0.0; factor_len(order)]).unwrap();
            let mut a = vec![vec![0.0; order]; order];
            for row in &rows {
                factor.observe(row, 1.0).unwrap();
                for j in 0..order {
                    for k in 0..order {
                        a[j][k] += row[j] * row[k];
                    }
                }
            }
            (0..order).for_each(|j| a[j][j] += ridge);
            let b = random.rows(1, order).remove(0);
            let mut x = b.clone();
            factor.solve_normal(&mut x).unwrap();
            for (x, y) in x.iter().zip(dense(a, b)) {
                assert!((x - y).abs() < 1e-9 * (1.0 + y.abs()), "{x} {y}");
            }
            let mut long = vec![0.0; order + 1];
            assert_eq!(factor.solve_normal(&mut long), Err(Error::Length("vector")));
        }
    }
    let mut factor = Factor::new(2, 0.0, vec![0.0; factor_len(2)]).unwrap();
    factor.observe(&[1.0, 2.0], 1.0).unwrap();
    factor.observe(&[2.0, 4.0], 1.0).unwrap();
    let mut x = [5.0, 10.0];
    factor.solve_normal(&mut x).unwrap();
    assert_eq!(x, [1.0, 0.0]);
}

/// With a half-life, rows count by `2^(-age / half_life)`, in every phase between two halvings.
#[test]
fn normal_equations_that_forget() {
    let (order, half_life) = (4, 7);
    let rows = Random::new(15).rows(40, order);
    let mut factor = Factor::new(order, 0.0, vec![0.0; factor_len(order)]).unwrap();
    factor.set_half_life(half_life).unwrap();
    let mut a = vec![vec![0.0; order]; order];
    let b = Random::new(16).normals(order);
    for (count, row) in rows.iter().enumerate() {
        factor.observe(row, 1.0).unwrap();
        let keep = (-1.0 / half_life as f64).exp2();
        for j in 0..order {
            for k in 0..order {
                a[j][k] = keep * (a[j][k] + row[j] * row[k]);
            }
        }
        if count < 2 * order {
            continue;
        }
        let mut x = b.clone();
        factor.solve_normal(&mut x).unwrap();
        for (x, y) in x.iter().zip(dense(a.clone(), b.clone())) {
            assert!((x - y).abs() < 1e-9 * (1.0 + y.abs()), "{count}: {x} {y}");
        }
    }
}

#[test]
fn normal_equations_refuse() {
    let mut factor = observed::<f64>(&Random::new(17).rows(9, 3));
    let mut x = [1.0, f64::NAN, 2.0];
    assert_eq!(factor.solve_normal(&mut x), Err(Error::NotFinite("vector")));
    let mut x = [1.0, 2.0, 3.0];
    factor.pivot().unwrap();
    assert_eq!(factor.solve_normal(&mut x), Err(Error::Stale));
    assert_eq!(x, [1.0, 2.0, 3.0]);
    factor.unpivot();
    assert_eq!(factor.solve_normal(&mut x), Ok(()));
    let mut small = Factor::new(1, 0.0, vec![0.0_f64; factor_len(1)]).unwrap();
    small.observe(&[1e-100], 1.0).unwrap();
    let refused = small.solve_normal(&mut [1e200]);
    assert_eq!(refused, Err(Error::Range("vector")));
}
