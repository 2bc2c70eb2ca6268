//! Gauss-Legendre rules: moments, known nodes, errors.

use gleaner::adjoint::legendre::legendre;
use gleaner::{Error, Scalar};

/// The rule of n nodes.
fn rule<T: Scalar>(n: usize) -> (Vec<T>, Vec<T>) {
    let (mut nodes, mut weights) = (vec![T::ZERO; n], vec![T::ZERO; n]);
    legendre(&mut nodes, &mut weights).expect("1 to 32 nodes");
    (nodes, weights)
}

/// The worst error of the moments t^m, m from 0 to 2 n - 1, over all rules, summed in f64.
fn worst_moment<T: Scalar>() -> f64 {
    let mut worst = 0.0f64;
    for n in 1..=32 {
        let (nodes, weights) = rule::<T>(n);
        for m in 0..2 * n as i32 {
            let sum: f64 = nodes
                .iter()
                .zip(&weights)
                .map(|(t, w)| w.wide() * t.wide().powi(m))
                .sum();
            worst = worst.max((sum - 1.0 / f64::from(m + 1)).abs());
        }
    }
    worst
}

#[test]
fn moments_are_exact() {
    let (wide, narrow) = (worst_moment::<f64>(), worst_moment::<f32>());
    println!("{wide:e} {narrow:e}");
    assert!(wide <= 1e-15, "{wide:e}");
    assert!(narrow <= 5e-7, "{narrow:e}");
}

#[test]
fn the_next_moment_is_not() {
    // n nodes miss t^(2n) by (n!)^4 / ((2n + 1) ((2n)!)^2): 1/180 for two.
    let (nodes, weights) = rule::<f64>(2);
    let sum: f64 = nodes.iter().zip(&weights).map(|(t, w)| w * t.powi(4)).sum();
    assert!((0.2 - sum - 1.0 / 180.0).abs() < 1e-15);
}

#[test]
fn nodes_ascend_inside_and_mirror_each_other() {
    for n in 1..=32 {
        let (nodes, weights) = rule::<f64>(n);
        assert!(nodes.windows(2).all(|pair| pair[0] < pair[1]), "{n}");
        assert!(nodes.iter().all(|&t| 0.0 < t && t < 1.0) && weights.iter().all(|&w| w > 0.0));
        for (t, mirror) in nodes.iter().zip(nodes.iter().rev()) {
            assert!((t + mirror - 1.0).abs() < 2e-16, "{n}");
        }
        assert!(weights.iter().eq(weights.iter().rev()), "{n}");
        let (narrow, _) = rule::<f32>(n);
        assert!(narrow.windows(2).all(|pair| pair[0] < pair[1]) && narrow.iter().all(|&t| t < 1.0));
        let far = nodes
            .iter()
            .zip(&narrow)
            .map(|(a, &b)| (a - f64::from(b)).abs());
        assert!(far.fold(0.0, f64::max) < 1.5e-7, "{n}");
    }
}

#[test]
fn known_nodes() {
    assert_eq!(rule::<f64>(1), (vec![0.5], vec![1.0]));
    let (two, _) = rule::<f64>(2);
    assert!((two[0] - 0.211_324_865_405_187_1).abs() < 1e-16);
    assert!((two[1] - 0.788_675_134_594_812_9).abs() < 2e-16);
    let (twenty, _) = rule::<f64>(20);
    let exact = 0.5 + 0.5 * 0.746_331_906_460_150_8;
    assert!(twenty.iter().any(|t| (t - exact).abs() < 2e-16));
}

#[test]
fn sizes_are_checked_and_nothing_is_written() {
    assert_eq!(
        legendre::<f32>(&mut [], &mut []),
        Err(Error::Range("nodes"))
    );
    let (mut nodes, mut weights) = (vec![7.0f64; 33], vec![7.0; 33]);
    assert_eq!(
        legendre(&mut nodes, &mut weights),
        Err(Error::Range("nodes"))
    );
    assert_eq!(
        legendre(&mut nodes[..4], &mut weights[..3]),
        Err(Error::Length("weights"))
    );
    assert!(nodes.iter().chain(&weights).all(|&v| v == 7.0));
}
