//! `gleaner faults` on the shipped log.

mod common;

use common::*;

/// Share found in percent, a detector each and any, of a line.
fn shares(printed: &str, name: &str) -> Vec<f64> {
    let line = printed
        .lines()
        .find(|line| line.starts_with(&format!("| {name} |")))
        .unwrap();
    let cells = line
        .split('|')
        .skip(2)
        .map(str::trim)
        .filter(|cell| !cell.is_empty());
    cells
        .map(|cell| cell.split(['%', ' ']).next().unwrap().parse().unwrap())
        .collect()
}

#[test]
fn larger_faults_are_found_more_often() {
    let printed = run(&["faults", "--trials", "60"]);
    let (level, change, residual, repeats, any) = (0, 1, 2, 3, 4);
    let of = |name: &str| shares(&printed, name);
    let growing = |names: &[&str], way: usize| {
        let found: Vec<f64> = names.iter().map(|name| of(name)[way]).collect();
        assert!(
            found.windows(2).all(|pair| pair[0] <= pair[1] + 2.0),
            "{found:?}"
        );
        found
    };
    let spikes = ["spike 0.25", "spike 0.5", "spike 1", "spike 2", "spike 4"];
    let drifts = ["drift 0.5", "drift 1", "drift 2", "drift 4"];
    growing(&spikes, level);
    growing(&drifts, residual);
    let found = growing(&spikes, change);
    assert!(found[4] > 90.0, "{found:?}");
    // What stands still moves no difference: repeats find it, and a slow drift is none of the change's.
    assert!(of("stuck")[repeats] > 2.0 * of("stuck")[change]);
    assert!(of("drift 4")[change] < 5.0 && of("drift 4")[residual] > 50.0);
    assert!(of("spike 4")[repeats] < 5.0);
    for name in spikes.iter().chain(&drifts) {
        let found = of(name);
        let most = found[..4].iter().copied().fold(0.0, f64::max);
        assert!(found[any] >= most && found[any] <= found[..4].iter().sum::<f64>() + 2.0);
    }
    // Two of a thousand readings a score at most, were they exchangeable: 2.9 a day.
    let alarms = of("false alarms a day");
    assert!(alarms[..4].iter().all(|alarms| *alarms < 5.8), "{alarms:?}");
    assert_eq!(printed, run(&["faults", "--trials", "60"]));
}

#[test]
fn logs_that_are_too_short() {
    let directory = directory("faults");
    let data = file(&directory, "short.csv", &"1,2,0\n".repeat(50));
    assert!(fail(&["faults", "--data", &data], 1).contains("5040 readings"));
    let refused = fail(&["faults", "--probability", "1"], 1);
    assert!(refused.contains("between 0 and 1"));
}
