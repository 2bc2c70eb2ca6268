//! Compensated sums.

use gleaner::Sum;

#[test]
fn small_terms_are_not_absorbed() {
    let mut sum = Sum::<f64>::default();
    sum.add(1.0);
    for _ in 0..1 << 20 {
        sum.add(2f64.powi(-60));
    }
    assert_eq!(sum.value(), 1.0 + 2f64.powi(-40));
    sum.add(-1.0);
    assert_eq!(sum.value(), 2f64.powi(-40));
}

/// The number is the rounded one, also where what was left out is half a unit and the step below is a finer one.
#[test]
fn the_value_is_the_rounded_sum() {
    let mut sum = Sum::<f64>::default();
    for term in [1.0, 2f64.powi(-53)] {
        sum.add(term);
    }
    assert_eq!((sum.high, sum.low), (1.0, 2f64.powi(-53)));
    assert_eq!(sum.value(), 1.0);
    sum.add(2f64.powi(-53));
    assert_eq!((sum.high, sum.low), (1.0 + f64::EPSILON, 0.0));
}
