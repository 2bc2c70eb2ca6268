//! For one seed C and Rust keep the same readings with the same weights, bit for bit, through a
//! selector's whole life: offers, refusals, a rebase, a period's end.

mod support;

use gleaner::Scalar;
use gleaner::model::{Activation, Layer, Network, Objective, exact_scratch};
use gleaner::sampler::{Candidate, Item, positions_len};
use gleaner::selector::{Options, Scaling, Selector, selector_len};
use rand_core::SeedableRng;
use rand_xoshiro::Xoshiro128PlusPlus;
use std::fmt::Write;
use support::net::{INPUTS, MEAN, SCALE, reading};
use support::{Program, SANITIZERS};

const HIDDEN: usize = 4;
const PARAMETERS: usize = INPUTS * HIDDEN + HIDDEN + HIDDEN;
const ORDER: usize = PARAMETERS + 1 - HIDDEN;
const KEEP: usize = 20;

const W1: [f64; INPUTS * HIDDEN] = [
    0.5, -0.25, 0.75, -0.5, 1.0, 0.125, 0.375, 0.625, -0.875, -1.125, 0.25, 0.5,
];
const B1: [f64; HIDDEN] = [0.125, -0.25, 0.5, 0.0625];
const W2: [f64; HIDDEN] = [1.5, -0.75, 0.5, -1.25];
const NEXT_W2: [f64; HIDDEN] = [-0.5, 1.25, 0.75, 1.0];

fn bits<T: Scalar>(value: T) -> String {
    format!(" {:016x}", value.wide().to_bits())
}

type Net<'a, T> = Network<[Layer<'a, T>; 2]>;
type Whole<'a, T> = Selector<'a, T, Net<'a, T>, Xoshiro128PlusPlus, Vec<T>, Vec<Item<T>>>;

struct Life<'a, T> {
    selector: Whole<'a, T>,
    slots: Vec<[T; INPUTS]>,
    out: String,
}

impl<T: Scalar> Life<'_, T> {
    fn label(objective: Objective<T>, x: [T; INPUTS]) -> Option<T> {
        let above = x[0] + x[1] > x[2];
        (objective != Objective::Prediction).then_some(if above { T::ONE } else { T::ZERO })
    }

    fn stream(&mut self, objective: Objective<T>, readings: std::ops::Range<u32>) {
        for i in readings {
            let x = reading(i);
            self.slots[self.selector.free() as usize] = x;
            let label = Self::label(objective, x);
            if i.is_multiple_of(101) {
                let broken = [T::of(f64::NAN), T::ZERO, T::ZERO];
                assert!(self.selector.offer(&broken, label.as_slice()).is_err());
            }
            self.selector
                .offer(&x, label.as_slice())
                .expect("a good reading");
        }
    }

    fn print(&mut self, what: &str) {
        let state = self.selector.state();
        let stats = self.selector.stats();
        let out = &mut self.out;
        let counts = [
            stats.seen,
            stats.accepted,
            stats.evicted,
            stats.refused_not_finite,
        ];
        write!(out, "{what}").unwrap();
        for count in counts {
            write!(out, " {count}").unwrap();
        }
        write!(out, " {} {}", self.selector.len(), state.period).unwrap();
        for value in [
            self.selector.threshold(),
            self.selector.effective_size(),
            stats.highest_dropped,
        ] {
            *out += &bits(value);
        }
        out.push('\n');
        for kept in self.selector.drain() {
            let (score, weight) = (bits(kept.score), bits(kept.weight));
            writeln!(out, "{} {}{score}{weight}", kept.sequence, kept.slot).unwrap();
        }
    }
}

fn life<T: Scalar>(objective: Objective<T>, is_running: bool) -> String {
    let [w1, b1, w2, next_w2, mean, scale] = [&W1[..], &B1, &W2, &NEXT_W2, &MEAN, &SCALE]
        .map(|values| values.iter().map(|value| T::of(*value)).collect::<Vec<T>>());
    let first = Layer {
        weights: &w1,
        bias: &b1,
        inputs: INPUTS,
        outputs: HIDDEN,
        activation: Activation::Relu,
    };
    let last = |weights| Layer {
        weights,
        bias: &[],
        inputs: HIDDEN,
        outputs: 1,
        activation: Activation::Identity,
    };
    let options = Options {
        objective,
        scaling: match is_running {
            true => Scaling::Running,
            false => Scaling::Constants {
                mean: &mean,
                scale: &scale,
            },
        },
        uniform: T::of(0.25),
        model_id: 77,
        ..Options::default()
    };
    let memory = selector_len(INPUTS, PARAMETERS, ORDER, exact_scratch(HIDDEN));
    let selector = Selector::new(
        Network::new([first, last(&w2)]).expect("a network"),
        options,
        Xoshiro128PlusPlus::seed_from_u64(5),
        vec![T::ZERO; memory],
        vec![Item::default(); KEEP + 1],
    );
    let slots = vec![[T::ZERO; INPUTS]; KEEP + 1];
    let mut life = Life {
        selector: selector.expect("a selector"),
        slots,
        out: String::new(),
    };
    life.stream(objective, 0..700);
    life.print("half");
    life.stream(objective, 700..2000);
    life.print("first");
    let slots = life.slots.clone();
    let next = Network::new([first, last(&next_w2)]).expect("a network");
    life.selector
        .rebase(
            next,
            Options {
                model_id: 78,
                ..options
            },
            |slot, x, labels| {
                x.copy_from_slice(&slots[slot as usize]);
                labels.copy_from_slice(Life::label(objective, slots[slot as usize]).as_slice());
                Ok(())
            },
        )
        .expect("a rebase");
    life.print("rebased");
    life.stream(objective, 2000..2500);
    life.print("next");
    life.selector.begin_period();
    life.print("empty");
    life.stream(objective, 2500..2600);
    life.print("second");
    let slots = &life.slots;
    let mut candidates = [Candidate::default(); KEEP];
    let mut positions = vec![T::ZERO; positions_len(KEEP, ORDER)];
    let recall = |slot: u32, x: &mut [T], labels: &mut [T]| {
        x.copy_from_slice(&slots[slot as usize]);
        labels.copy_from_slice(Life::label(objective, slots[slot as usize]).as_slice());
        Ok(())
    };
    let thinned = life
        .selector
        .thin(6, &mut candidates, &mut positions, recall);
    thinned.expect("kept readings");
    life.print("thinned");
    life.out
}

fn compare<T: Scalar>(define: &str) {
    let rust = life::<T>(Objective::Prediction, false)
        + &life::<T>(Objective::Logistic, false)
        + &life::<T>(Objective::Residual, true);
    for (how, flags) in [("plain", &["-O2"][..]), ("sanitized", &SANITIZERS)] {
        let c = Program::new(&format!("life{define}_{how}"))
            .args(&["-std=c99", define])
            .args(flags)
            .source("tests/c/life.c")
            .run();
        for (line, (c, rust)) in c.lines().zip(rust.lines()).enumerate() {
            assert_eq!(c, rust, "line {line}, {how}");
        }
        assert_eq!(c, rust);
    }
    assert_eq!(
        rust.lines()
            .filter(|line| line.starts_with("rebased 2000 "))
            .count(),
        3
    );
}

#[test]
fn c_keeps_what_rust_keeps_in_single_precision() {
    compare::<f32>("-DSINGLE");
}

#[test]
fn c_keeps_what_rust_keeps_in_double_precision() {
    compare::<f64>("-DDOUBLE");
}
