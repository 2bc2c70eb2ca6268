//! Top k: against a sort, ties by arrival, slots, refusals.

use gleaner::sampler::{Item, Kept, Top, TopState};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

type Owned<T> = Top<T, Vec<Item<T>>>;

fn top<T: Scalar>(k: usize) -> Owned<T> {
    Top::new(vec![Item::default(); k + 1]).unwrap()
}

fn sequences<T: Scalar>(sampler: &Owned<T>) -> Vec<u64> {
    let mut all: Vec<u64> = sampler.drain().map(|kept| kept.sequence).collect();
    all.sort_unstable();
    all
}

/// By definition: a stable sort by falling score, zeros left out.
fn expected(scores: &[f64], k: usize) -> Vec<u64> {
    let mut order: Vec<usize> = (0..scores.len())
        .filter(|&index| scores[index] > 0.0)
        .collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let mut best: Vec<u64> = order
        .into_iter()
        .take(k)
        .map(|index| index as u64)
        .collect();
    best.sort_unstable();
    best
}

#[test]
fn the_highest_are_kept_and_no_live_payload_is_overwritten() {
    let mut generator = Xoshiro256PlusPlus::seed_from_u64(1);
    for k in [0, 1, 2, 3, 8, 31] {
        for n in [0, 1, k, k + 1, 500] {
            let mut sampler = top::<f64>(k);
            let mut payloads = vec![None; k + 1];
            let mut scores = Vec::new();
            for index in 0..n as u64 {
                // Eighths, so that ties are common.
                let score = (8.0 * f64::unit(&mut generator)).floor() / 8.0;
                scores.push(score);
                payloads[sampler.free() as usize] = Some(index);
                let outcome = sampler.offer(score).unwrap();
                assert_eq!(outcome.free, sampler.free());
                if let Some(dropped) = outcome.dropped {
                    assert_eq!(dropped.slot, outcome.free);
                    assert_eq!(payloads[dropped.slot as usize], Some(dropped.sequence));
                    assert_eq!(outcome.kept, dropped.sequence != index);
                }
                for Kept {
                    slot,
                    sequence,
                    score,
                    weight,
                } in sampler.drain()
                {
                    assert_ne!(slot, sampler.free());
                    assert_eq!(payloads[slot as usize], Some(sequence));
                    assert_eq!((score, weight), (scores[sequence as usize], 1.0));
                }
                assert_eq!(sequences(&sampler), expected(&scores, k));
                let (state, items) = sampler.detach();
                sampler = Top::attach(state, items).unwrap();
            }
            assert_eq!(sampler.state().seen, n as u64);
            let free = sampler.free();
            sampler.clear();
            assert!(sampler.is_empty() && sampler.free() == free);
        }
    }
}

#[test]
fn of_equal_scores_the_earlier_stay() {
    let mut sampler = top::<f32>(3);
    for _ in 0..10 {
        sampler.offer(0.5).unwrap();
    }
    assert_eq!(sequences(&sampler), [0, 1, 2]);
    sampler.offer(1.0).unwrap();
    assert_eq!(sequences(&sampler), [0, 1, 10]);
}

#[test]
fn zero_is_counted_and_never_kept() {
    let mut sampler = top::<f32>(2);
    for score in [0.0, -0.0, 1.0, 0.0] {
        assert_eq!(sampler.offer(score).unwrap().kept, score > 0.0);
    }
    assert_eq!((sampler.state().seen, sequences(&sampler)), (4, vec![2]));
}

#[test]
fn bad_scores_change_nothing() {
    for filled in [0, 1, 3, 9] {
        let mut sampler = top::<f32>(3);
        for index in 0..filled {
            sampler.offer(1.0 + index as f32).unwrap();
        }
        let before = sampler.clone().detach();
        for bad in [f32::NAN, -1.0, f32::NEG_INFINITY, f32::INFINITY] {
            assert_eq!(sampler.offer(bad), Err(Error::Score));
            assert_eq!(sampler.clone().detach(), before);
        }
    }
}

#[test]
fn contradicting_states_are_refused() {
    let items = [Item::<f64>::default(); 4];
    let attach = |seen, kept, free| {
        Top::attach(TopState { seen, kept, free }, &items[..])
            .map(|_| ())
            .err()
    };
    assert_eq!(attach(0, 0, 0), None);
    assert_eq!(attach(9, 3, 1), None);
    assert_eq!(attach(9, 2, 2), None);
    assert_eq!(attach(9, 4, 0), Some(Error::Length("items")));
    assert_eq!(attach(9, usize::MAX, 0), Some(Error::Length("items")));
    assert_eq!(attach(9, 3, 4), Some(Error::Range("state")));
    assert_eq!(attach(9, 2, 1), None);
    assert_eq!(attach(9, 2, 4), Some(Error::Range("state")));
    assert_eq!(attach(1, 2, 2), Some(Error::Range("state")));
    assert_eq!(
        Top::new(&items[..0]).map(|_| ()).err(),
        Some(Error::Length("items"))
    );
}
