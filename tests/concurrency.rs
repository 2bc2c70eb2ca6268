//! Objects go to other threads and are read from several; a clone under the lock is a whole copy, and the stream
//! goes on as if nobody had looked.

use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Activation, Flat, Layer, Network, exact_scratch};
use gleaner::sampler::{Item, Kept, Reservoir, Top};
use gleaner::selector::{Options, Selector, selector_len};
use gleaner::standardiser::Moments;
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use std::sync::Mutex;
use std::thread;

type Net<'a> = Network<[Layer<'a, f32>; 2]>;
const INPUTS: usize = 2;
const HIDDEN: usize = 3;
const PARAMETERS: usize = INPUTS * HIDDEN + HIDDEN + HIDDEN;
const ORDER: usize = PARAMETERS + 1 - HIDDEN;
const MEMORY: usize = selector_len(INPUTS, PARAMETERS, ORDER, exact_scratch(HIDDEN));
const KEEP: usize = 16;
type Owned<'a> =
    Selector<'a, f32, Net<'a>, Xoshiro128PlusPlus, [f32; MEMORY], [Item<f32>; KEEP + 1]>;
type Borrowed<'a> =
    Selector<'a, f32, Net<'a>, Xoshiro128PlusPlus, &'a mut [f32], &'a mut [Item<f32>]>;

fn goes_to_other_threads<T: Send + Sync>() {}

#[test]
fn objects_are_send_and_sync() {
    goes_to_other_threads::<Owned<'_>>();
    goes_to_other_threads::<Borrowed<'_>>();
    goes_to_other_threads::<Network<Flat<'_, f64>>>();
    goes_to_other_threads::<Factor<f32, [f32; factor_len(4)]>>();
    goes_to_other_threads::<Factor<f64, &mut [f64]>>();
    goes_to_other_threads::<Reservoir<f32, &mut [Item<f32>]>>();
    goes_to_other_threads::<Top<f32, [Item<f32>; 3]>>();
    goes_to_other_threads::<Moments<f64, &mut [f64]>>();
    goes_to_other_threads::<Options<'_, f32>>();
    goes_to_other_threads::<gleaner::record::Reader<'_>>();
    goes_to_other_threads::<gleaner::Error>();
}

static W1: [f32; INPUTS * HIDDEN] = [0.5, -1.0, 0.25, 0.75, -0.5, 1.25];
static B1: [f32; HIDDEN] = [0.5, -0.25, 0.125];
static W2: [f32; HIDDEN] = [1.0, -0.5, 0.75];

fn selector() -> Owned<'static> {
    let layer = |weights, bias, inputs, outputs, activation| Layer {
        weights,
        bias,
        inputs,
        outputs,
        activation,
    };
    let network = Network::new([
        layer(&W1[..], &B1[..], INPUTS, HIDDEN, Activation::Relu),
        layer(&W2[..], &[][..], HIDDEN, 1, Activation::Identity),
    ])
    .expect("a network");
    let generator = Xoshiro128PlusPlus::seed_from_u64(3);
    let items = [Item::default(); KEEP + 1];
    Selector::new(network, Options::default(), generator, [0.0; MEMORY], items).expect("a selector")
}

fn readings() -> Vec<[f32; INPUTS]> {
    let mut random = Xoshiro128PlusPlus::seed_from_u64(4);
    let mut draw = || random.next_u32() as f32 / u32::MAX as f32 - 0.5;
    (0..20_000).map(|_| [draw(), draw()]).collect()
}

/// What a lone thread keeps of these readings.
fn alone(readings: &[[f32; INPUTS]]) -> Vec<Kept<f32>> {
    let mut selector = selector();
    for x in readings {
        selector.offer(x, &[]).expect("a reading");
    }
    selector.drain().collect()
}

#[test]
fn clones_under_the_lock_are_whole() {
    let readings = readings();
    let live = Mutex::new(selector());
    let seen = |selector: &Owned<'_>| selector.stats().seen as usize;
    let copies = thread::scope(|scope| {
        let scoring = scope.spawn(|| {
            for x in &readings {
                let mut selector = live.lock().expect("no thread panics");
                selector.offer(x, &[]).expect("a reading");
            }
        });
        let mut copies = Vec::new();
        loop {
            copies.push(live.lock().expect("no thread panics").clone());
            if scoring.is_finished() {
                break;
            }
            thread::yield_now();
        }
        copies
    });
    // As many as can be checked soon, the last among them.
    for copy in copies.iter().rev().step_by(copies.len().div_ceil(20)) {
        let kept: Vec<_> = copy.drain().collect();
        assert_eq!(kept, alone(&readings[..seen(copy)]));
    }

    let live = live.into_inner().expect("no thread panics");
    assert_eq!(seen(&live), readings.len());
    let expected = alone(&readings);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert_eq!(live.drain().collect::<Vec<_>>(), expected));
        }
    });
}
