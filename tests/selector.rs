//! The selector's whole life: picks, weights, refusals, periods, the next model.

mod common;

use common::{Random, activation};
use gleaner::drift::{ALARM, Drift};
use gleaner::factor::Factor;
use gleaner::model::{Activation, Flat, Form, Model, Network, Objective, RowReport, Shape, Target};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Pilot, Scaling, Selector, selector_len};
use gleaner::sketch::Sketch;
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

type Net<'a, T> = Network<Flat<'a, T>>;
type Sel<'a, T> = Selector<'a, T, Net<'a, T>, Xoshiro128PlusPlus, Vec<T>, Vec<Item<T>>>;

fn shapes<T: Scalar>(output_bias: bool) -> Vec<Shape<T>> {
    vec![
        Shape {
            inputs: 2,
            outputs: 3,
            bias: true,
            activation: Activation::Relu,
        },
        Shape {
            inputs: 3,
            outputs: 1,
            bias: output_bias,
            activation: activation("identity"),
        },
    ]
}

fn theta<T: Scalar>(shapes: &[Shape<T>], seed: u64) -> Vec<T> {
    let mut random = Random::new(seed);
    let mut draw = || random.normal();
    let count: usize = shapes
        .iter()
        .map(|s| s.inputs * s.outputs + if s.bias { s.outputs } else { 0 })
        .sum();
    (0..count).map(|_| T::of(draw())).collect()
}

fn selector<'a, T: Scalar>(
    net: Net<'a, T>,
    options: Options<'a, T>,
    seed: u64,
    k: usize,
) -> Sel<'a, T> {
    let generator = Xoshiro128PlusPlus::seed_from_u64(seed);
    let length = selector_len(net.inputs(), net.parameters(), net.order(), net.scratch());
    Selector::new(
        net,
        options,
        generator,
        vec![T::ZERO; length],
        vec![Item::default(); k + 1],
    )
    .unwrap()
}

fn stream<T: Scalar>(seed: u64, count: usize) -> Vec<[T; 2]> {
    let mut random = Random::new(seed);
    let mut draw = || random.normal();
    (0..count).map(|_| [T::of(draw()), T::of(draw())]).collect()
}

#[test]
fn a_stream_leaves_k_readings_whose_payloads_are_theirs() {
    let shapes = shapes::<f32>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let mut selector = selector(net, Options::default(), 7, 20);
    let mut slots = [u64::MAX; 21];
    let readings = stream::<f32>(3, 1000);
    for (i, x) in readings.iter().enumerate() {
        slots[selector.free() as usize] = i as u64;
        let verdict = selector.offer(x, &[]).unwrap();
        assert!((0.0..=1.0).contains(&verdict.leverage) && verdict.form == Form::Exact);
        assert_eq!(verdict.score, verdict.leverage);
        assert_eq!(verdict.free, selector.free());
    }
    let kept: Vec<_> = selector.drain().collect();
    assert_eq!(kept.len(), 20);
    for item in &kept {
        assert_eq!(slots[item.slot as usize], item.sequence);
        assert!(item.weight >= 1.0);
    }
    let total: f64 = kept.iter().map(|k| f64::from(k.weight * k.score)).sum();
    let stats = selector.stats();
    assert_eq!((stats.seen, stats.accepted - stats.evicted), (1000, 20));
    assert!((total / f64::from(stats.total_score.value()) - 1.0).abs() < 1e-5);
    assert!(selector.effective_size() > 1.0 && selector.effective_size() <= 20.0);
    assert!(stats.highest_dropped <= selector.threshold());
    let header = selector.record_header(7, 8);
    assert_eq!(
        (header.items, header.seen, header.payload, header.period),
        (20, 1000, 8, 0)
    );
}

#[test]
fn refused_readings_are_counted_and_change_nothing() {
    let shapes = shapes::<f32>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let options = Options {
        scaling: Scaling::Running,
        ..Options::default()
    };
    let mut clean = selector(net, options, 7, 10);
    let mut dirty = selector(net, options, 7, 10);
    for x in stream::<f32>(3, 200) {
        clean.offer(&x, &[]).unwrap();
        assert_eq!(
            dirty.offer(&[f32::NAN, 0.0], &[]),
            Err(Error::NotFinite("x"))
        );
        assert_eq!(
            dirty.offer(&[0.0, f32::INFINITY], &[]),
            Err(Error::NotFinite("x"))
        );
        assert_eq!(dirty.offer(&[0.0], &[]), Err(Error::Length("x")));
        assert_eq!(dirty.offer(&x, &[1.0]), Err(Error::Label));
        assert!(matches!(
            dirty.offer(&[f32::MAX, -f32::MAX], &[]),
            Err(Error::Range(_))
        ));
        dirty.offer(&x, &[]).unwrap();
    }
    let stats = dirty.stats();
    assert_eq!((stats.refused_not_finite, stats.refused_length), (400, 200));
    assert_eq!(
        (
            stats.refused_label,
            stats.refused_range,
            stats.refused_other
        ),
        (200, 200, 0)
    );
    assert_eq!(clean.state().reservoir, dirty.state().reservoir);
    assert_eq!(clean.state().factor, dirty.state().factor);
    assert!(clean.drain().eq(dirty.drain()));
}

/// The statistic is that of the leverages of the verdicts, over all periods; it begins anew with the factor.
#[test]
fn the_stats_tell_when_a_stream_has_changed() {
    let shapes = shapes::<f64>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    // A pilot that outweighs what a half-life leaves is forgotten as it goes, and that is no change.
    for (half_life, rows) in [(0, 400), (600, 400), (300, 3000)] {
        let options = Options {
            half_life,
            ..Options::default()
        };
        let readings = stream::<f64>(3, 6000);
        let (packed, ridge) = pilot(&net, &readings[..rows]);
        let mut selector = selector(net, options, 7, 20);
        selector
            .start(Pilot {
                packed: &packed,
                rows: rows as u64,
                ridge,
                mean_leverage: 0.0,
                model_id: 0,
                objective: Objective::Prediction,
                sketch: None,
            })
            .unwrap();
        let mut drift = Drift::new(rows as u64, half_life);
        let mut highest = 0.0_f64;
        for (i, x) in readings[rows..].iter().enumerate() {
            if i % 100 == 99 {
                selector.begin_period();
                highest = drift.level();
            }
            let verdict = selector.offer(x, &[]).unwrap();
            let level = drift.observe(verdict.leverage).unwrap();
            highest = highest.max(level);
            assert_eq!(selector.stats().drift, highest);
            assert!(level < ALARM, "{level} at {i}");
        }
        selector.offer(&[f64::NAN, 0.0], &[]).unwrap_err();
        assert_eq!(selector.state().drift, drift);
        let noticed = stream::<f64>(4, 200).iter().position(|x| {
            let x = [3.0 + 2.0 * x[0], 2.0 * x[1] - 3.0];
            selector.offer(&x, &[]).unwrap();
            selector.stats().drift > ALARM
        });
        assert!(noticed.is_some_and(|readings| readings < 64), "{noticed:?}");
        selector.begin_period();
        assert!(selector.stats().drift > ALARM);
        // The kept readings weigh as much as those that were seen, about.
        selector.begin_period();
        let mut slots = vec![[0.0; 2]; 21];
        for x in &readings[..500] {
            slots[selector.free() as usize] = *x;
            selector.offer(x, &[]).unwrap();
        }
        selector
            .rebase(net, options, |slot, x, _| {
                x.copy_from_slice(&slots[slot as usize]);
                Ok(())
            })
            .unwrap();
        let drift = selector.state().drift;
        assert_eq!(
            (selector.stats().drift, drift.blocks, drift.half_life),
            (0.0, 0, half_life)
        );
        // Aged once for each of the 20.
        assert!((250..1000).contains(&drift.rows), "{}", drift.rows);
        assert!((250.0..1000.0).contains(&drift.weight), "{drift:?}");
        for x in &readings[500..] {
            selector.offer(x, &[]).unwrap();
        }
        let level = selector.stats().drift;
        assert!(
            level < ALARM,
            "{level} after a rebase, half-life {half_life}"
        );
    }
}

#[test]
fn a_copy_goes_on_like_the_original() {
    let shapes = shapes::<f64>(true);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let options = Options {
        objective: Objective::Residual,
        uniform: 0.1,
        half_life: 64,
        ..Options::default()
    };
    let mut original = selector(net, options, 9, 10);
    let readings = stream::<f64>(3, 400);
    for x in &readings[..200] {
        original.offer(x, &[0.5]).unwrap();
    }
    let (generator, state, memory, items) = original.clone().detach();
    let mut copy = Selector::attach(net, options, generator, state, memory, items).unwrap();
    for x in &readings[200..] {
        assert_eq!(original.offer(x, &[0.5]), copy.offer(x, &[0.5]));
    }
    assert_eq!(original.state(), copy.state());
}

/// The packed factor of some rows, as an exporter makes it.
fn pilot(net: &Net<'_, f64>, readings: &[[f64; 2]]) -> (Vec<f64>, f64) {
    let order = net.order();
    let ridge = 1e-5;
    let mut factor =
        Factor::new(order, ridge, vec![0.0; gleaner::factor::factor_len(order)]).unwrap();
    let (mut row, mut scratch) = (vec![0.0; net.parameters() + 1], vec![0.0; net.scratch()]);
    let target = Objective::Prediction.with(None).unwrap();
    for x in readings {
        net.row(x, 0, target, &mut row, &mut scratch).unwrap();
        net.leave_out_gauge(&mut row);
        factor.observe(&row[..order], 1.0).unwrap();
    }
    (factor.packed().to_vec(), ridge)
}

#[test]
fn a_pilot_starts_the_factor_where_its_rows_left_it() {
    let shapes = shapes::<f64>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let readings = stream::<f64>(3, 300);
    let (packed, ridge) = pilot(&net, &readings[..100]);
    let options = Options {
        model_id: 5,
        ridge,
        ..Options::default()
    };
    let mut started = selector(net, options, 1, 10);
    let mut plain = selector(net, options, 1, 10);
    let shipped = Pilot {
        packed: &packed,
        rows: 100,
        ridge,
        mean_leverage: 0.1,
        model_id: 5,
        objective: Objective::Prediction,
        sketch: None,
    };
    started.start(shipped).unwrap();
    for x in &readings[..100] {
        plain.offer(x, &[]).unwrap();
    }
    for x in &readings[100..] {
        let (a, b) = (started.offer(x, &[]).unwrap(), plain.offer(x, &[]).unwrap());
        assert!((a.leverage - b.leverage).abs() < 1e-12);
    }
    assert_eq!(
        started.start(Pilot {
            model_id: 6,
            ..shipped
        }),
        Err(Error::Identity)
    );
    assert_eq!(
        started.start(Pilot {
            sketch: Some(Sketch::new(8, 0).unwrap()),
            ..shipped
        }),
        Err(Error::Identity)
    );
    assert_eq!(
        started.start(Pilot {
            objective: Objective::Residual,
            ..shipped
        }),
        Err(Error::Objective)
    );
    assert_eq!(
        started.start(Pilot {
            packed: &packed[1..],
            ..shipped
        }),
        Err(Error::Length("packed"))
    );
    assert_eq!(
        started.start(Pilot {
            mean_leverage: 2.0,
            ..shipped
        }),
        Err(Error::Range("mean leverage"))
    );
}

#[test]
fn the_uniform_share_mixes_in() {
    let shapes = shapes::<f64>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let readings = stream::<f64>(3, 100);
    let mut all = selector(
        net,
        Options {
            uniform: 1.0,
            ..Options::default()
        },
        1,
        10,
    );
    let mut half = selector(
        net,
        Options {
            uniform: 0.5,
            ..Options::default()
        },
        1,
        10,
    );
    let (mut sum, mut count) = (0.0, 0.0);
    for x in &readings {
        assert_eq!(all.offer(x, &[]).unwrap().score, 1.0);
        let verdict = half.offer(x, &[]).unwrap();
        // The mean of the readings before this one: known before it is scored.
        let mean = if count > 0.0 { sum / count } else { 1.0 };
        assert!((verdict.score - (0.5 * verdict.leverage / mean + 0.5)).abs() < 1e-12);
        sum += verdict.leverage;
        count += 1.0;
    }
    let wrong = Options {
        uniform: 1.5,
        ..Options::default()
    };
    let length = selector_len(2, net.parameters(), net.order(), net.scratch());
    let generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let outcome = Selector::new(
        net,
        wrong,
        generator,
        vec![0.0; length],
        vec![Item::default(); 4],
    );
    assert_eq!(outcome.err(), Some(Error::Range("uniform")));
}

#[test]
fn options_that_refuse_every_reading_are_refused_at_once() {
    let (mean, scale) = ([0.0, 1.0], [1.0, 2.0]);
    let refusal = |objective, mean: &[f64], scale: &[f64]| {
        let shapes = [Shape {
            inputs: 2,
            outputs: 1,
            bias: true,
            activation: Activation::Identity,
        }];
        let theta = [1.0, -1.0, 0.5];
        let net = Network::new(Flat {
            shapes: &shapes,
            theta: &theta,
        })
        .unwrap();
        let length = selector_len(2, net.parameters(), net.order(), net.scratch());
        let options = Options {
            objective,
            scaling: Scaling::Constants { mean, scale },
            ..Options::default()
        };
        let generator = Xoshiro128PlusPlus::seed_from_u64(1);
        let items = [Item::default(); 4];
        Selector::new(net, options, generator, vec![0.0; length], items).err()
    };
    let (plain, huber) = (Objective::Prediction, Objective::Huber);
    assert_eq!(refusal(plain, &mean, &scale), None);
    assert_eq!(refusal(huber(1.0), &mean, &scale), None);
    for delta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = refusal(huber(delta), &mean, &scale);
        assert_eq!(refused, Some(Error::Range("delta")));
    }
    for bad in [0.0, -1.0] {
        let refused = refusal(plain, &mean, &[1.0, bad]);
        assert_eq!(refused, Some(Error::Range("scale")));
    }
    for bad in [f64::NAN, f64::INFINITY] {
        let not_finite = Some(Error::NotFinite("scaling"));
        assert_eq!(refusal(plain, &mean, &[1.0, bad]), not_finite);
        assert_eq!(refusal(plain, &[bad, 0.0], &scale), not_finite);
    }
}

#[test]
fn a_doubled_sigmoid_is_refused() {
    let shapes = [Shape {
        inputs: 2,
        outputs: 1,
        bias: false,
        activation: Activation::Sigmoid,
    }];
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &[1.0f32, 2.0],
    })
    .unwrap();
    let options = Options {
        objective: Objective::Logistic,
        ..Options::default()
    };
    let generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let outcome = Selector::new(
        net,
        options,
        generator,
        vec![0.0; 200],
        vec![Item::default(); 4],
    );
    assert_eq!(outcome.err(), Some(Error::Objective));
}

#[test]
fn a_new_model_takes_over_from_the_kept_readings() {
    let shapes = shapes::<f64>(false);
    let (old, new) = (theta(&shapes, 1), theta(&shapes, 2));
    let net = |theta| {
        Network::new(Flat {
            shapes: &shapes,
            theta,
        })
        .unwrap()
    };
    let options = Options {
        model_id: 1,
        ..Options::default()
    };
    let mut selector = selector(net(&old), options, 3, 60);
    let mut slots = vec![[0.0; 2]; 61];
    let readings = stream::<f64>(3, 800);
    for x in &readings {
        slots[selector.free() as usize] = *x;
        selector.offer(x, &[]).unwrap();
    }
    let before: Vec<_> = selector.drain().collect();
    let state = selector.state();
    let next = Options {
        model_id: 2,
        ..options
    };

    // What fails leaves everything.
    let broken = |slot: u32, x: &mut [f64], _: &mut [f64]| {
        x.copy_from_slice(&slots[slot as usize]);
        if slot == 40 {
            Err(Error::Range("payload"))
        } else {
            Ok(())
        }
    };
    assert_eq!(
        selector.rebase(net(&new), next, broken),
        Err(Error::Range("payload"))
    );
    assert_eq!(selector.state(), state);

    let recall = |slot: u32, x: &mut [f64], _: &mut [f64]| {
        x.copy_from_slice(&slots[slot as usize]);
        Ok(())
    };
    selector.rebase(net(&new), next, recall).unwrap();
    assert!(before.iter().copied().eq(selector.drain()));

    // Against the factor of all readings under the new model: near in rank, where the old one is not.
    let (packed, ridge) = pilot(&net(&new), &readings);
    let order = net(&new).order();
    let length = gleaner::factor::factor_len(order);
    let mut full = Factor::new(order, ridge, vec![0.0; length]).unwrap();
    full.start(&packed, 800, ridge).unwrap();
    let (mut row, mut scratch) = (
        vec![0.0; net(&new).parameters() + 1],
        vec![0.0; net(&new).scratch()],
    );
    let mut pairs = Vec::new();
    for x in stream::<f64>(77, 300) {
        net(&new)
            .row(
                &x,
                0,
                Objective::Prediction.with(None).unwrap(),
                &mut row,
                &mut scratch,
            )
            .unwrap();
        net(&new).leave_out_gauge(&mut row);
        let exact = full
            .score(&row[..order], &mut vec![0.0; order])
            .unwrap()
            .leverage;
        pairs.push((exact, selector.clone().offer(&x, &[]).unwrap().leverage));
    }
    let correlation = rank_correlation(&pairs);
    assert!(correlation > 0.9, "{correlation}");

    // A model of another shape is none of this selector's.
    let wide = [Shape {
        inputs: 2,
        outputs: 1,
        bias: false,
        activation: Activation::Identity,
    }];
    let other = Network::new(Flat {
        shapes: &wide,
        theta: &[1.0, 2.0],
    })
    .unwrap();
    assert_eq!(
        selector.rebase(other, next, recall),
        Err(Error::Length("model"))
    );
}

fn rank_correlation(pairs: &[(f64, f64)]) -> f64 {
    let ranks = |values: Vec<f64>| {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mut ranks = vec![0.0; values.len()];
        for (rank, &i) in order.iter().enumerate() {
            ranks[i] = rank as f64;
        }
        ranks
    };
    let (a, b) = (
        ranks(pairs.iter().map(|p| p.0).collect()),
        ranks(pairs.iter().map(|p| p.1).collect()),
    );
    let mean = (pairs.len() - 1) as f64 / 2.0;
    let covariance: f64 = a.iter().zip(&b).map(|(a, b)| (a - mean) * (b - mean)).sum();
    covariance / a.iter().map(|a| (a - mean) * (a - mean)).sum::<f64>()
}

/// One trial of a stream with everything in it: a next model half way, refused readings, and a second period.
/// Returns the estimated and the true sums of the first and last tenth of the second period.
fn trial(
    nets: [Net<'_, f64>; 2],
    readings: &[[f64; 2]],
    ids: [u64; 2],
    seed: u64,
    k: usize,
) -> [f64; 2] {
    let options = |i: usize| Options {
        model_id: ids[i],
        uniform: 0.05,
        ..Options::default()
    };
    let mut selector = selector(nets[0], options(0), seed, k);
    let mut slots = vec![[0.0; 2]; k + 1];
    let mut offer = |selector: &mut Sel<'_, f64>, x: &[f64; 2]| {
        slots[selector.free() as usize] = *x;
        selector.offer(x, &[]).unwrap();
    };
    for x in &readings[..20] {
        offer(&mut selector, x);
    }
    selector.begin_period();
    let period = &readings[20..];
    for x in &period[..period.len() / 2] {
        offer(&mut selector, x);
    }
    assert!(selector.offer(&[f64::NAN, 1.0], &[]).is_err());
    let kept = slots.clone();
    let recall = |slot: u32, x: &mut [f64], _: &mut [f64]| {
        x.copy_from_slice(&kept[slot as usize]);
        Ok(())
    };
    selector.rebase(nets[1], options(1), recall).unwrap();
    let offer = |selector: &mut Sel<'_, f64>, x: &[f64; 2]| {
        selector.offer(x, &[]).unwrap();
    };
    for x in &period[period.len() / 2..] {
        offer(&mut selector, x);
    }
    let tenth = (period.len() / 10) as u64;
    let mut sums = [0.0; 2];
    for item in selector.drain() {
        let value = amount(&period[item.sequence as usize]);
        if item.sequence < tenth {
            sums[0] += item.weight * value;
        } else if item.sequence >= period.len() as u64 - tenth {
            sums[1] += item.weight * value;
        }
    }
    sums
}

fn amount(x: &[f64; 2]) -> f64 {
    1.0 + x[0] * x[0] + x[1]
}

#[test]
fn sums_over_the_first_and_last_tenth_are_unbiased_through_a_whole_life() {
    const TRIALS: u64 = 20_000;
    let shapes = shapes::<f64>(false);
    let (old, new) = (theta(&shapes, 1), theta(&shapes, 2));
    let nets = [
        Network::new(Flat {
            shapes: &shapes,
            theta: &old,
        })
        .unwrap(),
        Network::new(Flat {
            shapes: &shapes,
            theta: &new,
        })
        .unwrap(),
    ];
    let readings = stream::<f64>(3, 80);
    let period = &readings[20..];
    let truth: [f64; 2] = [
        period[..6].iter().map(amount).sum(),
        period[54..].iter().map(amount).sum(),
    ];
    let (mut sum, mut squares) = ([0.0; 2], [0.0; 2]);
    for seed in 0..TRIALS {
        for (i, s) in trial(nets, &readings, [1, 2], seed, 12)
            .into_iter()
            .enumerate()
        {
            sum[i] += s;
            squares[i] += s * s;
        }
    }
    for i in 0..2 {
        let n = TRIALS as f64;
        let mean = sum[i] / n;
        let error = ((squares[i] / n - mean * mean) / n).sqrt();
        assert!(
            (mean - truth[i]).abs() < 4.0 * error,
            "{mean} for {} within {error}",
            truth[i]
        );
        assert!(error < 0.05 * truth[i], "too coarse to tell: {error}");
    }
}

#[test]
fn the_default_ridge_comes_from_the_first_row_that_is_not_zero() {
    let shapes = [Shape {
        inputs: 2,
        outputs: 1,
        bias: false,
        activation: Activation::Identity,
    }];
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &[1.0f64, 1.0],
    })
    .unwrap();
    let mut selector = selector(net, Options::default(), 1, 4);
    assert_eq!(selector.offer(&[0.0, 0.0], &[]).unwrap().leverage, 0.0);
    assert_eq!(selector.state().factor.ridge, 0.0);
    let first = selector.offer(&[3.0, 4.0], &[]).unwrap().leverage;
    assert!((selector.state().factor.ridge - 25e-6).abs() < 1e-12 && first > 0.999_99);
    selector.offer(&[300.0, 400.0], &[]).unwrap();
    assert!((selector.state().factor.ridge - 25e-6).abs() < 1e-12);
}

/// One neuron that every second reading leaves dead: its row is 0.
fn half_dead<T: Scalar>() -> (Vec<Shape<T>>, Vec<T>) {
    let shape = Shape {
        inputs: 1,
        outputs: 1,
        bias: false,
        activation: Activation::Relu,
    };
    (vec![shape], vec![T::ONE])
}

#[test]
fn readings_that_the_model_says_nothing_of_are_counted_or_have_a_uniform_chance() {
    let (shapes, theta) = half_dead::<f64>();
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let readings: Vec<[f64; 1]> = (0..200)
        .map(|i| {
            if i % 2 == 0 {
                [-1.0]
            } else {
                [1.0 + f64::from(i) / 100.0]
            }
        })
        .collect();
    let weights = |uniform: f64, seed: u64| {
        let mut selector = selector(
            net,
            Options {
                uniform,
                ..Options::default()
            },
            seed,
            20,
        );
        for x in &readings {
            selector.offer(x, &[]).unwrap();
        }
        let sum: f64 = selector.drain().map(|kept| kept.weight).sum();
        (sum, selector.stats().unscored)
    };
    assert_eq!(weights(0.0, 1).1, 100);
    assert_eq!(weights(0.1, 1).1, 0);
    let trials = 4000;
    for (uniform, truth) in [(0.0, 100.0), (0.1, 200.0)] {
        let sums: Vec<f64> = (0..trials).map(|seed| weights(uniform, seed).0).collect();
        let mean = sums.iter().sum::<f64>() / f64::from(trials as u32);
        let variance =
            sums.iter().map(|s| (s - mean) * (s - mean)).sum::<f64>() / f64::from(trials as u32);
        let error = (variance / f64::from(trials as u32)).sqrt();
        assert!(
            (mean - truth).abs() < 4.0 * error,
            "{uniform}: {mean} for {truth} within {error}"
        );
    }
}

#[test]
fn an_attached_state_must_fit_its_items() {
    let shapes = shapes::<f64>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let mut full = selector(net, Options::default(), 1, 10);
    for x in stream::<f64>(3, 50) {
        full.offer(&x, &[]).unwrap();
    }
    let (generator, state, memory, items) = full.detach();
    for count in [0, 1, 6, 10, 12] {
        let mut other = items.clone();
        other.resize(count, Item::default());
        let outcome = Selector::attach(
            net,
            Options::default(),
            generator.clone(),
            state,
            memory.clone(),
            other,
        );
        if count < 12 {
            assert!(outcome.is_err(), "{count} items for 11");
        } else {
            // One more looks as if a reading had left by thinning.
            let refused = outcome.unwrap().offer(&stream::<f64>(3, 1)[0], &[]);
            assert_eq!(refused, Err(Error::Thinned));
        }
    }
}

#[test]
fn a_first_reading_out_of_range_leaves_the_selector_as_it_was() {
    let shapes = [Shape {
        inputs: 2,
        outputs: 1,
        bias: false,
        activation: Activation::Identity,
    }];
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &[1.0f32, 1.0],
    })
    .unwrap();
    let mut selector = selector(net, Options::default(), 1, 4);
    // Squares that vanish, a ridge below or above its range, squares that overflow.
    for x in [[1e-25f32, 0.0], [1e-16, 1e-16], [1e19, 1e19], [1e30, 0.0]] {
        let (_, before, memory, items) = selector.clone().detach();
        assert!(
            matches!(selector.offer(&x, &[]), Err(Error::Range("row"))),
            "{x:?}"
        );
        let (_, after, memory_after, items_after) = selector.clone().detach();
        assert_eq!(before.factor, after.factor, "{x:?}");
        assert_eq!((before.reservoir, items), (after.reservoir, items_after));
        let factor = memory.len() - gleaner::factor::factor_len(net.order());
        let packed = factor..factor + net.order() * (net.order() + 1) / 2;
        assert_eq!(memory[packed.clone()], memory_after[packed]);
    }
    assert!(selector.offer(&[1.0, 2.0], &[]).unwrap().leverage > 0.999);
}

#[test]
fn a_refused_rebase_leaves_the_selector_as_it_was() {
    let shapes = shapes::<f32>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let mut selector = selector(net, Options::default(), 1, 4);
    for x in stream::<f32>(3, 20) {
        selector.offer(&x, &[]).unwrap();
    }
    let factor_of = |s: &Sel<'_, f32>| {
        let (_, state, memory, _) = s.clone().detach();
        let start = memory.len() - gleaner::factor::factor_len(net.order());
        (
            state,
            memory[start..start + net.order() * (net.order() + 1) / 2].to_vec(),
        )
    };
    let before = factor_of(&selector);
    let short = Options {
        half_life: 2,
        ..Options::default()
    };
    let fine = |_: u32, x: &mut [f32], _: &mut [f32]| {
        x.copy_from_slice(&[1.0, 2.0]);
        Ok(())
    };
    assert_eq!(
        selector.rebase(net, short, fine),
        Err(Error::Range("half_life"))
    );
    for value in [1e19f32, 1e30] {
        let odd = |_: u32, x: &mut [f32], _: &mut [f32]| {
            x.fill(value);
            Ok(())
        };
        let outcome = selector.rebase(net, Options::default(), odd);
        assert_eq!(outcome, Err(Error::Range("row")), "{value}");
    }
    let negative = Options {
        ridge: -1.0,
        ..Options::default()
    };
    assert_eq!(
        selector.rebase(net, negative, fine),
        Err(Error::Range("ridge"))
    );
    assert_eq!(factor_of(&selector), before);
}

#[test]
fn a_loop_goes_on_over_a_period_with_the_slot_it_has() {
    let shapes = shapes::<f64>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let mut selector = selector(net, Options::default(), 5, 4);
    let mut slots = [(0, 0); 5];
    let mut free = selector.free() as usize;
    for (period, count) in [(0, 3), (1, 2), (2, 40), (3, 40), (4, 5)] {
        for (i, x) in stream::<f64>(period, count).iter().enumerate() {
            slots[free] = (period, i as u64);
            free = selector.offer(x, &[]).unwrap().free as usize;
        }
        for kept in selector.drain() {
            assert_eq!(slots[kept.slot as usize], (period, kept.sequence));
        }
        assert_eq!(selector.len(), count.min(4));
        selector.begin_period();
        assert_eq!(selector.free() as usize, free);
    }
}

#[test]
fn a_reading_that_is_recalled_once_only_leaves_a_selector_that_works() {
    let shapes = shapes::<f64>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let mut selector = selector(
        net,
        Options {
            model_id: 1,
            ..Options::default()
        },
        5,
        4,
    );
    for x in &stream::<f64>(3, 20) {
        selector.offer(x, &[]).unwrap();
    }
    let kept: Vec<_> = selector.drain().collect();
    let mut asked = 0;
    let flaky = |_: u32, x: &mut [f64], _: &mut [f64]| {
        asked += 1;
        x.copy_from_slice(&[0.5, f64::from(asked)]);
        if asked == 6 {
            Err(Error::Range("flash"))
        } else {
            Ok(())
        }
    };
    let outcome = selector.rebase(
        net,
        Options {
            model_id: 2,
            ..Options::default()
        },
        flaky,
    );
    assert_eq!(outcome, Err(Error::Range("flash")));
    assert!(kept.iter().copied().eq(selector.drain()));
    assert_eq!(
        (selector.state().model_id, selector.state().factor.rows),
        (1, 0)
    );
    // The first reading with a row is new to the empty factor.
    let fresh = stream::<f64>(4, 20);
    let mut leverages = fresh
        .iter()
        .map(|x| selector.offer(x, &[]).unwrap().leverage);
    let first = leverages.find(|&leverage| leverage > 0.0).unwrap();
    assert!(first > 0.999 && first <= 1.0, "{first}");
}

#[test]
fn a_pilot_mean_too_small_to_divide_by_counts_as_unknown() {
    let shapes = shapes::<f32>(false);
    let theta = theta(&shapes, 1);
    let net = Network::new(Flat {
        shapes: &shapes,
        theta: &theta,
    })
    .unwrap();
    let order = net.order();
    let mut packed = Vec::new();
    for j in 0..order {
        packed.push(1.0f32);
        packed.extend(vec![0.0; order - j - 1]);
    }
    for mean_leverage in [1e-39f32, 1e-38, 1e-10] {
        let mut selector = selector(
            net,
            Options {
                uniform: 0.2,
                ..Options::default()
            },
            1,
            4,
        );
        let pilot = Pilot {
            packed: &packed,
            rows: 10,
            ridge: 1.0,
            mean_leverage,
            model_id: 0,
            objective: Objective::Prediction,
            sketch: None,
        };
        selector.start(pilot).unwrap();
        for x in stream::<f32>(3, 50) {
            let verdict = selector.offer(&x, &[]).unwrap();
            assert!(verdict.score <= 1e6, "{verdict:?}");
        }
        assert!(selector.stats().total_score.value().is_finite());
    }
}

/// A model that claims what it likes of its sizes and refuses all work.
#[derive(Clone, Copy)]
struct Claims {
    inputs: usize,
    outputs: usize,
    parameters: usize,
    order: usize,
    scratch: usize,
}

impl<T: Scalar> Model<T> for Claims {
    fn inputs(&self) -> usize {
        self.inputs
    }
    fn outputs(&self) -> usize {
        self.outputs
    }
    fn parameters(&self) -> usize {
        self.parameters
    }
    fn order(&self) -> usize {
        self.order
    }
    fn scratch(&self) -> usize {
        self.scratch
    }
    fn value(&self, _: &[T], _: usize, _: &mut [T]) -> Result<T, Error> {
        Err(Error::Model)
    }
    fn gradient(
        &self,
        _: &[T],
        _: usize,
        _: Target<T>,
        _: &mut [T],
        _: &mut [T],
    ) -> Result<T, Error> {
        Err(Error::Model)
    }
    fn row(
        &self,
        _: &[T],
        _: usize,
        _: Target<T>,
        _: &mut [T],
        _: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        Err(Error::Model)
    }
    fn norm(&self, _: &[T], _: usize, _: Target<T>, _: &mut [T]) -> Result<T, Error> {
        Err(Error::Model)
    }
}

#[test]
fn a_model_of_impossible_sizes_is_refused() {
    let possible = Claims {
        inputs: 2,
        outputs: 1,
        parameters: 3,
        order: 4,
        scratch: 1,
    };
    let options = Options::<f32>::default();
    let length = selector_len(2, 3, 4, 1);
    let new = |claims: Claims| {
        let generator = Xoshiro128PlusPlus::seed_from_u64(1);
        let items = vec![Item::default(); 3];
        Selector::new(claims, options, generator, vec![0.0; length], items)
    };
    let (generator, state, memory, items) = new(possible).unwrap().detach();
    let attach = |claims: Claims| {
        let (generator, items) = (generator.clone(), items.clone());
        Selector::attach(claims, options, generator, state, memory.clone(), items)
    };
    assert!(attach(possible).is_ok());
    let most = usize::MAX;
    let impossible = [
        Claims {
            inputs: 0,
            ..possible
        },
        Claims {
            outputs: 0,
            ..possible
        },
        Claims {
            order: 0,
            ..possible
        },
        Claims {
            order: 5,
            ..possible
        },
        Claims {
            order: most,
            ..possible
        },
        Claims {
            parameters: most,
            ..possible
        },
        Claims {
            parameters: most,
            order: most,
            ..possible
        },
    ];
    for claims in impossible {
        assert_eq!(new(claims).err(), Some(Error::Model));
        assert_eq!(attach(claims).err(), Some(Error::Model));
    }
    // Possible, but for no memory.
    let huge = [
        Claims {
            inputs: most,
            ..possible
        },
        Claims {
            parameters: most - 1,
            ..possible
        },
        Claims {
            parameters: most - 1,
            order: most,
            ..possible
        },
        Claims {
            scratch: most,
            ..possible
        },
    ];
    for claims in huge {
        assert_eq!(new(claims).err(), Some(Error::Length("memory")));
        assert_eq!(attach(claims).err(), Some(Error::Length("memory")));
    }
    for length in [
        selector_len(most, 3, 4, 1),
        selector_len(2, most, 4, 1),
        selector_len(2, 3, most, 1),
        selector_len(2, 3, 4, most),
    ] {
        assert!(length > most / 2);
    }
}
