//! Alias table: probabilities to rounding, draws by simulation, pinned draws, refusals.

mod common;

use gleaner::sampler::{Alias, AliasState, Draw};
use gleaner::{Error, Scalar, Sum};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

type Owned<T> = Alias<T, Vec<T>, Vec<T>, Vec<u32>>;

fn table<T: Scalar>(weights: &[T]) -> Owned<T> {
    let n = weights.len();
    // Rubbish in the memory must not matter.
    Alias::new(weights.to_vec(), vec![T::of(7.0); n], vec![99; n]).unwrap()
}

/// The probabilities that the table really has, and the ones it says.
fn probabilities<T: Scalar>(weights: &[T]) -> (Vec<f64>, Vec<f64>) {
    let n = weights.len();
    let (_, _, cuts, aliases) = table(weights).detach();
    // In columns, compensated: the test's own rounding is far below the table's.
    let mut real = vec![Sum::<f64>::default(); n];
    for column in 0..n {
        let cut = cuts[column].wide().min(1.0);
        assert!(cut >= 0.0, "{cut}");
        real[column].add(cut);
        if cut < 1.0 {
            let alias = &mut real[aliases[column] as usize];
            alias.add(1.0);
            alias.add(-cut);
        }
    }
    let real = real.iter().map(|sum| sum.value() / n as f64).collect();
    let table = table(weights);
    let said = (0..n).map(|index| table.probability(index).unwrap().wide());
    (real, said.collect())
}

fn is_exact<T: Scalar>(weights: &[f64]) {
    let given: Vec<T> = weights.iter().map(|&weight| T::of(weight)).collect();
    let largest = given.iter().fold(0.0, |most: f64, w| most.max(w.wide()));
    let mut total = Sum::default();
    given
        .iter()
        .for_each(|weight| total.add(weight.wide() / largest));
    let total = total.value();
    let (real, said) = probabilities(&given);
    let (n, epsilon) = (given.len() as f64, T::EPSILON.wide());
    for (index, weight) in given.iter().enumerate() {
        let exact = weight.wide() / largest / total;
        let tiny = T::MIN_POSITIVE.wide();
        assert!((said[index] - exact).abs() <= 3.0 * epsilon * exact + tiny);
        // What is below a column is right relatively; the one that takes the rounding of all, to a few units of 1.
        let error = (real[index] - exact).abs();
        let others = if exact * n < 1.0 - 1e-6 { 0.0 } else { 2.0 };
        assert!(
            error <= epsilon * (4.0 * exact + others) + tiny,
            "{n}, {index}: {} for {exact}",
            real[index]
        );
        if weight.wide() == 0.0 {
            assert_eq!((real[index], said[index]), (0.0, 0.0));
        }
    }
}

#[test]
fn probabilities_are_exact_to_rounding() {
    let mut random = common::Random::new(3);
    let mut cases = vec![
        vec![1.0],
        vec![1.0, 2.0],
        vec![0.0, 5.0],
        vec![1.0; 10],
        vec![0.0, 0.0, 0.0, 1e-30, 0.0],
        vec![1e-38, 1e38],
        vec![1e38; 7],
        vec![3.4e38, 1.0, 3.4e38, 0.0, 1e-30],
        vec![1.0, 1e-7, 1e-7, 1e-7, 0.0],
        vec![1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0],
    ];
    for n in [3, 10, 100, 1000, 5000] {
        cases.push((0..n).map(|_| (4.0 * random.normal()).exp()).collect());
        let few = |index| if index % 7 == 3 { 1.0 } else { 0.0 };
        cases.push((0..n).map(few).collect());
        cases.push((0..n).map(|index| 1.0 + index as f64).collect());
        let one = |index| if index == n / 2 { 1e6 } else { 1.0 };
        cases.push((0..n).map(one).collect());
    }
    for case in cases.iter().filter(|case| case.iter().any(|&w| w > 0.0)) {
        is_exact::<f64>(case);
        is_exact::<f32>(case);
    }
}

#[test]
fn golden_probabilities() {
    let file = common::golden("sampling");
    for case in common::cases(&file) {
        let weights = common::numbers(&case["weights"]);
        let expected = common::numbers(&case["probability"]);
        for (found, tolerance) in [
            (probabilities::<f64>(&weights).1, 1e-12),
            (probabilities::<f32>(&common::scalars(&weights)).1, 1e-5),
        ] {
            for (found, expected) in found.iter().zip(&expected) {
                assert!((found - expected).abs() <= tolerance);
            }
        }
    }
}

/// Frequencies of 200 000 draws, each within 4 standard errors of its probability.
fn frequencies<T: Scalar>(weights: &[T]) {
    const DRAWS: u32 = 200_000;
    let table = table(weights);
    let mut random = common::Random::new(12);
    let mut counts = vec![0_u32; weights.len()];
    for _ in 0..DRAWS {
        let Draw { index, probability } = table.draw(&mut random.generator).unwrap();
        assert_eq!(Some(probability), table.probability(index));
        counts[index] += 1;
    }
    for (index, &count) in counts.iter().enumerate() {
        let expected = table.probability(index).unwrap().wide();
        let found = f64::from(count) / f64::from(DRAWS);
        let error = (expected * (1.0 - expected) / f64::from(DRAWS)).sqrt();
        assert!((found - expected).abs() <= 4.0 * error + 1e-12, "{index}");
    }
}

#[test]
fn draws_have_their_probabilities() {
    let weights: Vec<f64> = (0..50).map(|index| f64::from(index * index)).collect();
    frequencies::<f64>(&weights);
    frequencies::<f32>(&common::scalars(&weights));
    frequencies::<f32>(&[5.0]);
    frequencies::<f32>(&[0.0, 5.0, 0.0]);
    frequencies::<f32>(&[1e-30, 3e-30]);
}

/// Sums over a subset: the mean of 2000 estimates within 4 standard errors, and their variance as for s independent
/// draws, within 4 standard errors of a variance, sqrt(2 / 2000).
#[test]
fn sums_are_unbiased() {
    const TRIALS: usize = 2000;
    const DRAWS: u64 = 60;
    let mut random = common::Random::new(5);
    let weights: Vec<f64> = (0..80).map(|_| random.normal().exp()).collect();
    let values: Vec<f64> = (0..80).map(|index| 1.0 + f64::from(index).sin()).collect();
    let table = table(&weights);
    let truth: f64 = values[..20].iter().sum();
    let mut estimates = Vec::new();
    for _ in 0..TRIALS {
        let mut sum = 0.0;
        for _ in 0..DRAWS {
            let draw = table.draw(&mut random.generator).unwrap();
            if draw.index < 20 {
                sum += values[draw.index] * draw.weight(DRAWS);
            }
        }
        estimates.push(sum);
    }
    let exact: f64 = (0..20)
        .map(|index| values[index].powi(2) / table.probability(index).unwrap())
        .sum::<f64>();
    let exact = (exact - truth * truth) / DRAWS as f64;
    let mean = estimates.iter().sum::<f64>() / TRIALS as f64;
    let squares: f64 = estimates.iter().map(|sum| (sum - truth).powi(2)).sum();
    let variance = squares / TRIALS as f64;
    assert!((mean - truth).abs() <= 4.0 * (exact / TRIALS as f64).sqrt());
    assert!((variance / exact - 1.0).abs() <= 4.0 * (2.0 / TRIALS as f64).sqrt());
}

#[test]
fn draws_of_a_seed_are_pinned() {
    let weights: Vec<f32> = (1..=20).map(|weight| weight as f32).collect();
    let table = table(&weights);
    let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let found: Vec<usize> = (0..12)
        .map(|_| table.draw(&mut generator).unwrap().index)
        .collect();
    assert_eq!(found, PINNED);
}
const PINNED: [usize; 12] = [11, 19, 10, 7, 16, 16, 15, 15, 19, 7, 7, 7];

#[test]
fn nothing_is_drawn_of_nothing() {
    let mut random = common::Random::new(1);
    for weights in [vec![], vec![0.0], vec![0.0, -0.0, 0.0]] {
        let table = table::<f32>(&weights);
        assert_eq!(table.draw(&mut random.generator), None);
        let zero = (!weights.is_empty()).then_some(0.0);
        assert_eq!(table.probability(0), zero);
    }
}

#[test]
fn bad_weights_are_refused_and_nothing_is_written() {
    for bad in [f32::NAN, f32::INFINITY, -1.0, -f32::MIN_POSITIVE] {
        let (mut cuts, mut aliases) = ([5.0_f32; 3], [8_u32; 3]);
        let made = Alias::new([1.0, bad, 2.0], &mut cuts[..], &mut aliases[..]);
        assert_eq!(made.err(), Some(Error::Score));
        assert_eq!((cuts, aliases), ([5.0; 3], [8; 3]));
    }
    let lengths = Alias::new([1.0_f32; 3], [0.0; 2], [0; 3]).err();
    assert_eq!(lengths, Some(Error::Length("cuts")));
    let lengths = Alias::new([1.0_f32; 3], [0.0; 3], [0; 4]).err();
    assert_eq!(lengths, Some(Error::Length("aliases")));
}

#[test]
fn a_table_goes_on_from_its_state() {
    let weights = [1.0_f64, 4.0, 0.0, 2.0];
    let (state, given, cuts, aliases) = table(&weights).detach();
    let again = Alias::attach(state, &given[..], &cuts[..], &aliases[..]).unwrap();
    let mut one = common::Random::new(2);
    let mut other = common::Random::new(2);
    let table = table(&weights);
    for _ in 0..100 {
        assert_eq!(
            table.draw(&mut one.generator),
            again.draw(&mut other.generator)
        );
    }
    let mut bad = state;
    bad.count = 3;
    let refused =
        |state: AliasState<f64>| Alias::attach(state, &given[..], &cuts[..], &aliases[..]).err();
    assert_eq!(refused(bad), Some(Error::Length("scores")));
    for change in [
        |state: &mut AliasState<f64>| state.largest = f64::NAN,
        |state: &mut AliasState<f64>| state.largest = -1.0,
        |state: &mut AliasState<f64>| state.largest = 0.0,
        |state: &mut AliasState<f64>| state.total.high = 4.1,
        |state: &mut AliasState<f64>| state.total.high = 0.9,
        |state: &mut AliasState<f64>| state.total.low = f64::NAN,
    ] {
        let mut bad = state;
        change(&mut bad);
        assert_eq!(refused(bad), Some(Error::Range("state")));
    }
}
