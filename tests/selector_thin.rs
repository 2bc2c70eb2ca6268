//! A selector that keeps many and hands over few.

mod common;

use common::{Random, activation};
use gleaner::model::{Flat, Model, Network, Objective, Shape};
use gleaner::sampler::{Candidate, Item, positions_len};
use gleaner::selector::{Options, Scaling, Selector, selector_len};
use gleaner::snapshot::selector_snapshot_len;
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

type Net<'a, T> = Network<Flat<'a, T>>;
type Sel<'a, T> = Selector<'a, T, Net<'a, T>, Xoshiro128PlusPlus, Vec<T>, Vec<Item<T>>>;

fn neuron<T: Scalar>() -> [Shape<T>; 1] {
    [Shape {
        inputs: 2,
        outputs: 1,
        bias: true,
        activation: activation("tanh"),
    }]
}

fn theta<T: Scalar>() -> [T; 3] {
    [0.6, -0.4, 0.3].map(T::of)
}

fn selector<'a, T: Scalar>(net: Net<'a, T>, seed: u64, k: usize) -> Sel<'a, T> {
    let options = Options {
        objective: Objective::Residual,
        scaling: Scaling::Running,
        ridge: T::of(1e-3),
        uniform: T::of(0.1),
        ..Options::default()
    };
    let length = selector_len(net.inputs(), net.parameters(), net.order(), net.scratch());
    let generator = Xoshiro128PlusPlus::seed_from_u64(seed);
    let (memory, items) = (vec![T::ZERO; length], vec![Item::default(); k + 1]);
    Selector::new(net, options, generator, memory, items).unwrap()
}

fn stream<T: Scalar>(count: usize) -> Vec<([T; 2], T)> {
    let mut random = Random::new(11);
    let mut draw = || random.normal();
    (0..count)
        .map(|_| {
            let x = [draw(), draw()];
            let label = (x[0] - 0.5 * x[1]).tanh() + 0.2 * draw();
            (x.map(T::of), T::of(label))
        })
        .collect()
}

/// Offers everything; what is in each slot.
fn pass<T: Scalar>(selector: &mut Sel<'_, T>, readings: &[([T; 2], T)], k: usize) -> Vec<usize> {
    let mut slots = vec![0; k + 1];
    for (index, (x, label)) in readings.iter().enumerate() {
        slots[selector.free() as usize] = index;
        selector.offer(x, &[*label]).unwrap();
    }
    slots
}

fn thin<T: Scalar>(
    selector: &mut Sel<'_, T>,
    readings: &[([T; 2], T)],
    slots: &[usize],
    keep: usize,
) -> Result<(), Error> {
    let waiting = selector.len().max(1);
    let mut positions = vec![T::ZERO; positions_len(waiting, selector.model().order())];
    let mut candidates = vec![Candidate::default(); waiting];
    selector.thin(keep, &mut candidates, &mut positions, |slot, x, labels| {
        let (reading, label) = &readings[slots[slot as usize]];
        x.copy_from_slice(reading);
        labels.fill(*label);
        Ok(())
    })
}

/// Sums over the stream that a fit depends on: products of inputs, labels.
fn sums<T: Scalar>(
    readings: &[([T; 2], T)],
    weighted: impl Iterator<Item = (usize, T)>,
) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for (index, weight) in weighted {
        let (x, label) = &readings[index];
        let values = [x[0] * x[0], x[0] * x[1], *label * x[0]];
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += weight.wide() * value.wide();
        }
    }
    sums
}

#[test]
fn thinning_is_unbiased_and_has_a_fraction_of_the_variance() {
    const TRIALS: u64 = 400;
    let (shapes, theta) = (neuron::<f32>(), theta::<f32>());
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let readings = stream::<f32>(1500);
    let exact = sums(&readings, (0..1500).map(|index| (index, 1.0)));
    let (mut squares, mut means) = ([[0.0; 3]; 2], [0.0; 3]);
    for seed in 0..TRIALS {
        for (way, k) in [(0, 40), (1, 200)] {
            let mut selector = selector(net, seed, k);
            let slots = pass(&mut selector, &readings, k);
            if way == 1 {
                thin(&mut selector, &readings, &slots, 40).unwrap();
            }
            assert_eq!(selector.len(), 40);
            let kept = selector.drain();
            let found = sums(
                &readings,
                kept.map(|kept| (slots[kept.slot as usize], kept.weight)),
            );
            for (j, (found, exact)) in found.iter().zip(exact).enumerate() {
                squares[way][j] += (found - exact).powi(2) / TRIALS as f64;
                if way == 1 {
                    means[j] += (found - exact) / TRIALS as f64;
                }
            }
        }
    }
    for j in 0..3 {
        let error = (squares[1][j] / TRIALS as f64).sqrt();
        assert!(means[j].abs() < 4.0 * error, "{j}: {} {error}", means[j]);
        // A ratio of variances has a standard error of 2 / sqrt(400), 0.1 of itself.
        let ratio = squares[1][j] / squares[0][j];
        assert!(ratio < 0.5, "{j}: {ratio}");
    }
}

#[test]
fn a_thinned_selector_waits_for_the_next_period() {
    let (shapes, theta) = (neuron::<f64>(), theta::<f64>());
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let readings = stream::<f64>(300);
    let mut selector = selector(net, 3, 50);
    let slots = pass(&mut selector, &readings, 50);
    thin(&mut selector, &readings, &slots, 12).unwrap();
    assert_eq!(selector.len(), 12);
    let before = selector.state();
    assert_eq!(
        selector.offer(&readings[0].0, &[readings[0].1]),
        Err(Error::Thinned)
    );
    assert_eq!(before.factor, selector.state().factor);
    let stats = selector.stats();
    assert_eq!(stats.refused_other, 1);
    assert_eq!(stats.accepted - stats.evicted, 12);

    // Thinned, saved and restored: the same sample, which takes no readings either.
    let mut bytes = vec![0; selector_snapshot_len::<f64>(2, selector.model().order(), 51, 16)];
    let length = selector.save(|generator| generator.state(), &mut bytes);
    let mut again = self::selector(net, 9, 50);
    again.restore(&bytes[..length.unwrap()]).unwrap();
    assert!(again.drain().eq(selector.drain()));
    assert_eq!(
        again.offer(&readings[0].0, &[readings[0].1]),
        Err(Error::Thinned)
    );
    selector.begin_period();
    let slots = pass(&mut selector, &readings, 50);
    assert_eq!(selector.len(), 50);
    // Where there is nothing to thin, nothing changes.
    let before: Vec<_> = selector.drain().collect();
    thin(&mut selector, &readings, &slots, 50).unwrap();
    assert!(before.iter().copied().eq(selector.drain()));
}

#[test]
fn a_refusal_leaves_the_sample() {
    let (shapes, theta) = (neuron::<f64>(), theta::<f64>());
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let readings = stream::<f64>(300);
    let mut selector = selector(net, 4, 30);
    let slots = pass(&mut selector, &readings, 30);
    let sorted = |selector: &Sel<'_, f64>| {
        let mut kept: Vec<_> = selector
            .drain()
            .map(|kept| (kept.sequence, kept.slot, kept.weight.to_bits()))
            .collect();
        kept.sort_unstable();
        (kept, selector.threshold().to_bits())
    };
    let before = sorted(&selector);
    let mut candidates = [Candidate::default(); 30];
    let mut positions = vec![0.0; positions_len(30, 4)];
    let mut asked = 0;
    let mut broken = |_: u32, x: &mut [f64], labels: &mut [f64]| {
        asked += 1;
        x.fill(1.0);
        if asked < 30 {
            labels.fill(0.5);
            Ok(())
        } else {
            Err(Error::Range("payload"))
        }
    };
    assert_eq!(
        selector.thin(5, &mut candidates, &mut positions, &mut broken),
        Err(Error::Range("payload"))
    );
    assert_eq!(before, sorted(&selector));
    let fine = |_: u32, x: &mut [f64], labels: &mut [f64]| {
        x.fill(1.0);
        labels.fill(0.5);
        Ok(())
    };
    assert_eq!(
        selector.thin(0, &mut candidates, &mut positions, fine),
        Err(Error::Range("keep"))
    );
    assert_eq!(
        selector.thin(5, &mut [], &mut positions, fine),
        Err(Error::Length("candidates"))
    );
    for short in [3, positions_len(30, 4) - 1] {
        assert_eq!(
            selector.thin(5, &mut candidates, &mut positions[..short], fine),
            Err(Error::Length("positions"))
        );
    }
    assert_eq!(before, sorted(&selector));
    // Readings that cannot be recalled a second time cost spread, not weights.
    let mut again = 0;
    let once = |slot: u32, x: &mut [f64], labels: &mut [f64]| {
        again += 1;
        let (reading, label) = &readings[slots[slot as usize]];
        x.copy_from_slice(reading);
        if again <= 30 {
            labels.fill(*label);
            Ok(())
        } else {
            Err(Error::Range("payload"))
        }
    };
    selector
        .thin(5, &mut candidates, &mut positions, once)
        .unwrap();
    assert_eq!(selector.len(), 5);
}
