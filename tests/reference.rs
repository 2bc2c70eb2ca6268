//! The dense reference of the tests against exact leverages.

mod common;

use common::{cases, farthest, golden, leverage, matrix, number, numbers};
use common::{online_leverage, ridge_leverage};

#[test]
fn the_dense_reference_meets_golden() {
    for case in cases(&golden("leverage")) {
        let (name, rows) = (&case["name"], matrix(&case["rows"]));
        let ridge = number(&case["ridge"]);
        let plain = farthest(&leverage(&rows), &numbers(&case["leverage"]));
        let damped = farthest(
            &ridge_leverage(&rows, ridge),
            &numbers(&case["ridge_leverage"]),
        );
        let exact = numbers(&case["online_ridge_leverage"]);
        let online = farthest(&online_leverage(&rows, ridge), &exact);
        println!("{name}: {plain:e} {damped:e} {online:e}");
        assert!(
            plain <= 1e-11 && damped <= 1e-11 && online <= 1e-12,
            "{name}"
        );
    }
}
