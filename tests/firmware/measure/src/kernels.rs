//! The kernels, each on data of its own.

use crate::report::Figures;
use core::ffi::CStr;
use core::hint::black_box;
use gleaner::factor::{Factor, factor_len};
use gleaner::model::{Activation, Flat, Model, Network, Shape, Target, network_scratch};
use gleaner::sampler::{Item, Reservoir};
use gleaner::selector::{Options, Selector, selector_len};
use gleaner::{Error, Scalar};
use rand_core::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro128PlusPlus;

const CALLS: usize = 64;
const LARGEST: usize = 57;

fn generator() -> Xoshiro128PlusPlus {
    Xoshiro128PlusPlus::seed_from_u64(7)
}

/// Uniform in [-1, 1), nowhere 0, so that no work is skipped.
fn fill(row: &mut [f32], generator: &mut Xoshiro128PlusPlus) {
    for entry in row {
        *entry = ((generator.next_u32() >> 8) as f32 + 0.5) * (1.0 / 8_388_608.0) - 1.0;
    }
}

/// Observes full rows, then scores full rows, at order `order`.
#[inline(never)]
fn factor(order: usize, observe: &CStr, score: &CStr) -> Result<(), Error> {
    let mut memory = [0.0f32; factor_len(LARGEST)];
    let (mut row, mut scratch) = ([0.0f32; LARGEST], [0.0f32; LARGEST]);
    let (Some(row), Some(scratch)) = (row.get_mut(..order), scratch.get_mut(..order)) else {
        return Err(Error::Length("row"));
    };
    let mut generator = generator();
    let mut factor = Factor::new(black_box(order), 1e-3, memory.as_mut_slice())?;
    for _ in 0..2 * LARGEST {
        fill(row, &mut generator);
        factor.observe(row, 1.0)?;
    }
    let mut figures = Figures::default();
    for _ in 0..CALLS {
        fill(row, &mut generator);
        figures.count(|| factor.observe(black_box(row), black_box(1.0)))?;
    }
    figures.print(observe);
    let mut figures = Figures::default();
    for _ in 0..CALLS {
        fill(row, &mut generator);
        figures.count(|| factor.score(black_box(row), black_box(scratch)))?;
    }
    figures.print(score);
    Ok(())
}

/// Offers to a full reservoir of 100.
#[inline(never)]
fn reservoir() -> Result<(), Error> {
    let mut items = [Item::<f32>::default(); 101];
    let mut generator = generator();
    let mut reservoir = Reservoir::new(items.as_mut_slice())?;
    let mut figures = Figures::default();
    for index in 0..1000 {
        let uniform: f32 = Scalar::unit(&mut generator);
        let score = 1.0 / uniform;
        if index < 200 {
            reservoir.offer(score, &mut generator)?;
        } else {
            figures.count(|| reservoir.offer(black_box(score), &mut generator))?;
        }
    }
    figures.print(c"reservoir_offer_100");
    Ok(())
}

/// The network 5-8-1 with ReLU, weights at random: 56 parameters with hidden biases alone, 57 with all.
struct Net {
    theta: [f32; 57],
    shapes: [Shape<f32>; 2],
}

impl Net {
    fn new(last_bias: bool) -> Self {
        let mut theta = [0.0; 57];
        fill(&mut theta, &mut generator());
        let first = Shape {
            inputs: 5,
            outputs: 8,
            bias: true,
            activation: Activation::Relu,
        };
        let last = Shape {
            inputs: 8,
            outputs: 1,
            bias: last_bias,
            activation: Activation::Identity,
        };
        Net {
            theta,
            shapes: [first, last],
        }
    }

    fn network(&self) -> Result<Network<Flat<'_, f32>>, Error> {
        let parameters = if self.shapes[1].bias { 57 } else { 56 };
        let theta = self.theta.get(..parameters).ok_or(Error::Model)?;
        Network::new(Flat {
            shapes: &self.shapes,
            theta,
        })
    }
}

/// Value, row and norm of the network whose rows have a closed form.
#[inline(never)]
fn model() -> Result<(), Error> {
    let net = Net::new(black_box(false));
    let network = net.network()?;
    let mut generator = generator();
    let (mut x, mut row, mut scratch) = ([0.0f32; 5], [0.0f32; 57], [0.0f32; 57]);
    let mut figures: [Figures; 3] = Default::default();
    for _ in 0..CALLS {
        fill(&mut x, &mut generator);
        let (x, scratch) = (black_box(&x), black_box(&mut scratch));
        figures[0].count(|| network.value(x, 0, scratch))?;
        figures[1].count(|| network.row(x, 0, Target::Prediction, &mut row, scratch))?;
        figures[2].count(|| network.norm(x, 0, Target::Prediction, scratch))?;
    }
    let [value, row, norm] = figures;
    value.print(c"network_value_5_8_1");
    row.print(c"network_row_5_8_1");
    norm.print(c"network_norm_5_8_1");
    Ok(())
}

/// A reading of the network 5-8-1 through the selector, from the first on, 32 kept.
#[inline(never)]
fn selector(last_bias: bool, readings: usize, name: &CStr) -> Result<(), Error> {
    let net = Net::new(black_box(last_bias));
    let network = net.network()?;
    let mut memory = [0.0f32; selector_len(5, 57, 57, network_scratch(57, 9))];
    let mut items = [Item::<f32>::default(); 33];
    let mut x = [0.0f32; 5];
    let mut readings_of = generator();
    let mut selector = Selector::new(
        network,
        Options::default(),
        generator(),
        memory.as_mut_slice(),
        items.as_mut_slice(),
    )?;
    let mut figures = Figures::default();
    for _ in 0..readings {
        fill(&mut x, &mut readings_of);
        figures.count(|| selector.offer(black_box(&x), None))?;
    }
    figures.print(name);
    Ok(())
}

/// All kernels.
pub fn run() -> Result<(), Error> {
    factor(20, c"factor_observe_20", c"factor_score_20")?;
    factor(33, c"factor_observe_33", c"factor_score_33")?;
    factor(49, c"factor_observe_49", c"factor_score_49")?;
    factor(57, c"factor_observe_57", c"factor_score_57")?;
    model()?;
    reservoir()?;
    selector(false, 1000, c"selector_offer_5_8_1")?;
    selector(true, 100, c"selector_offer_5_8_1_all_biases")
}
