//! Bottom k: against a sort, ties by arrival, scores of 0, slots.

mod common;

use gleaner::Error;
use gleaner::sampler::{Bottom, Item};

fn bottom(k: usize) -> Bottom<f64, Vec<Item<f64>>> {
    Bottom::new(vec![Item::default(); k + 1]).unwrap()
}

fn kept(sampler: &Bottom<f64, Vec<Item<f64>>>) -> Vec<u64> {
    let mut kept: Vec<u64> = sampler.drain().map(|kept| kept.sequence).collect();
    kept.sort_unstable();
    kept
}

#[test]
fn the_lowest_stay_and_the_earlier_of_equals() {
    let mut random = common::Random::new(31);
    for k in 0..40 {
        let mut sampler = bottom(k);
        let mut payloads = vec![u64::MAX; k + 1];
        let mut all: Vec<(f64, u64)> = Vec::new();
        for sequence in 0..5 * k as u64 + 3 {
            // Few values: many ties, and zeros of both signs.
            let score = random.below(6) as f64 * if random.below(2) == 0 { 1.0 } else { 0.5 };
            let score = if score == 0.0 { -0.0 } else { score };
            payloads[sampler.free() as usize] = sequence;
            let outcome = sampler.offer(score).unwrap();
            assert_eq!(outcome.free, sampler.free());
            all.push((score, sequence));
            all.sort_by(|a, b| a.partial_cmp(b).unwrap());
            let leaves = (all.len() > k).then(|| all.pop().unwrap().1);
            assert_eq!(outcome.dropped.map(|item| item.sequence), leaves);
            assert_eq!(outcome.kept, leaves != Some(sequence));
            let mut expected: Vec<u64> = all.iter().map(|entry| entry.1).collect();
            expected.sort_unstable();
            assert_eq!(kept(&sampler), expected);
            for kept in sampler.drain() {
                assert_eq!(payloads[kept.slot as usize], kept.sequence);
                assert_eq!(kept.weight, 1.0);
                assert!(kept.slot != sampler.free());
            }
        }
    }
}

#[test]
fn zero_is_the_lowest() {
    let mut sampler = bottom(2);
    for score in [f64::MIN_POSITIVE, 0.0, 5e-324, -0.0, 0.0] {
        sampler.offer(score).unwrap();
    }
    assert_eq!(kept(&sampler), [1, 3]);
    let free = sampler.free();
    sampler.clear();
    assert!(sampler.is_empty() && sampler.free() == free);
    sampler.offer(f64::MAX).unwrap();
    assert_eq!((kept(&sampler), sampler.len()), (vec![0], 1));
}

#[test]
fn bad_scores_change_nothing() {
    let mut sampler = bottom(2);
    for score in [3.0, 1.0, 2.0] {
        sampler.offer(score).unwrap();
    }
    let before = sampler.clone().detach();
    for bad in [f64::NAN, -1.0, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(sampler.offer(bad), Err(Error::Score));
        assert_eq!(sampler.clone().detach(), before);
    }
}
