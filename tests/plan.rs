//! Draws with replacement: the formula, its inverse, and where there is no guarantee.

mod common;

use gleaner::Error;
use gleaner::plan::Terms;
use gleaner::sampler::Alias;

const USUAL: Terms = Terms {
    rank: 49,
    failure: 0.1,
    share: 1.0,
};

#[test]
fn draws_follow_the_formula() {
    // 98 x (1 + 1/6) x ln(980) / 0.25
    let exact = 2.0 * 49.0 * (1.0 + 0.5 / 3.0) * 980.0_f64.ln() / 0.25;
    assert_eq!(USUAL.draws(0.5), Ok(Some(exact.ceil() as u64)));
    assert_eq!(USUAL.draws(0.5), Ok(Some(3150)));
    let half = Terms {
        share: 0.5,
        ..USUAL
    };
    assert_eq!(half.draws(0.5), Ok(Some((2.0 * exact).ceil() as u64)));
}

#[test]
fn few_draws_have_no_guarantee() {
    assert_eq!(USUAL.accuracy(200), Ok(None));
    assert_eq!(USUAL.accuracy(0), Ok(None));
    for accuracy in [1.0, 1.5, f64::INFINITY] {
        assert_eq!(USUAL.draws(accuracy), Ok(None));
    }
    // The first number of draws with a guarantee: 98 x 4/3 x ln 980.
    let least = (98.0 * 4.0 / 3.0 * 980.0_f64.ln()).ceil() as u64;
    assert_eq!(USUAL.accuracy(least - 1), Ok(None));
    assert!(matches!(USUAL.accuracy(least), Ok(Some(accuracy)) if accuracy > 0.999));
}

#[test]
fn accuracy_and_draws_are_inverse() {
    for rank in [1, 2, 49, 1000, 1 << 20] {
        for failure in [1e-9, 0.01, 0.5, 0.999] {
            for share in [1e-3, 0.3, 1.0] {
                let terms = Terms {
                    rank,
                    failure,
                    share,
                };
                for accuracy in [0.01, 0.1, 0.5, 0.99] {
                    let draws = terms.draws(accuracy).unwrap().unwrap();
                    let found = terms.accuracy(draws).unwrap().unwrap();
                    assert!(found <= accuracy * (1.0 + 1e-12), "{terms:?} {accuracy}");
                    // One draw less is not enough.
                    let fewer = terms.accuracy(draws - 1).unwrap();
                    let is_enough = fewer.is_some_and(|eps| eps < accuracy * (1.0 - 1e-12));
                    assert!(!is_enough, "{terms:?} {accuracy}");
                }
            }
        }
    }
}

#[test]
fn impossible_terms_are_refused() {
    let with = |rank, failure, share| Terms {
        rank,
        failure,
        share,
    };
    let cases = [
        (with(0, 0.1, 1.0), "rank"),
        (with(1, 0.0, 1.0), "failure"),
        (with(1, 1.0, 1.0), "failure"),
        (with(1, f64::NAN, 1.0), "failure"),
        (with(1, 0.1, 0.0), "share"),
        (with(1, 0.1, 1.1), "share"),
        (with(1, 0.1, f64::NAN), "share"),
    ];
    for (terms, name) in cases {
        assert_eq!(terms.draws(0.5), Err(Error::Range(name)));
        assert_eq!(terms.accuracy(500), Err(Error::Range(name)));
    }
    for accuracy in [0.0, -1.0, f64::NAN, 1e-12, f64::MIN_POSITIVE] {
        assert_eq!(USUAL.draws(accuracy), Err(Error::Range("accuracy")));
    }
}

/// The promise itself: over 200 samples of as many draws as planned, the worst direction is off by more than eps in
/// far fewer than a tenth (none: the bound is a wide one).
#[test]
fn planned_draws_keep_every_direction() {
    let mut random = common::Random::new(8);
    let rows = random.rows(400, 2);
    let leverage = common::leverage(&rows);
    let terms = Terms {
        rank: 2,
        failure: 0.1,
        share: 1.0,
    };
    let draws = terms.draws(0.5).unwrap().unwrap();
    let table = Alias::new(&leverage[..], vec![0.0; 400], vec![0; 400]).unwrap();
    let gram = |weighted: &mut dyn Iterator<Item = (usize, f64)>| {
        weighted.fold([0.0; 3], |[a, b, c], (index, weight)| {
            let [x, y] = rows[index][..] else {
                unreachable!()
            };
            [a + weight * x * x, b + weight * x * y, c + weight * y * y]
        })
    };
    let whole = gram(&mut (0..400).map(|index| (index, 1.0)));
    let mut failed = 0;
    for _ in 0..200 {
        let mut drawn = (0..draws).map(|_| {
            let draw = table.draw(&mut random.generator).unwrap();
            (draw.index, draw.weight(draws))
        });
        let part = gram(&mut drawn);
        let is_off = (0..360).any(|angle| {
            let (y, x) = (f64::from(angle) / 360.0 * std::f64::consts::PI).sin_cos();
            let form = |[a, b, c]: [f64; 3]| a * x * x + 2.0 * b * x * y + c * y * y;
            (form(part) / form(whole) - 1.0).abs() > 0.5
        });
        failed += i32::from(is_off);
    }
    assert_eq!(failed, 0);
}
