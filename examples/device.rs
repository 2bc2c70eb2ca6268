//! The device's loop in Rust: everything in fixed memory, no heap.
//!
//! `cargo run --release --example device`

use gleaner::factor::factor_len;
use gleaner::model::{Activation, Dense, Fixed, Model, Network, TwoLayer, exact_scratch};
use gleaner::nalgebra::{SMatrix, SVector};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Selector, selector_len};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

type Net<'a> = TwoLayer<'a, f32, 3, 4>;
/// Length of a row: no bias behind, and one gauge column less a ReLU neuron.
const PARAMETERS: usize = Net::PARAMETERS - 1;
const ORDER: usize = PARAMETERS + 1 - 4;
const MEMORY: usize = selector_len(3, PARAMETERS, ORDER, exact_scratch(Net::NEURONS));
const KEEP: usize = 8;

fn main() -> Result<(), gleaner::Error> {
    // The model as the cloud trained it. Neuron j is column j.
    let hidden = SMatrix::<f32, 3, 4>::from_columns(&[
        [0.9, -0.4, 0.1].into(),
        [-0.3, 0.8, 0.5].into(),
        [0.2, 0.2, -0.9].into(),
        [-0.6, -0.5, 0.4].into(),
    ]);
    let bias = SVector::from([0.1, -0.2, 0.3, 0.0]);
    let output = SVector::from([0.7, -1.1, 0.5, 0.9]);
    let first = Dense {
        weights: &hidden,
        bias: Some(&bias),
        activation: Activation::Relu,
    };
    let last = Dense {
        weights: &output,
        bias: None,
        activation: Activation::Identity,
    };
    let network = Network::new(first.then(last))?;

    let generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let items = [Item::default(); KEEP + 1];
    let mut selector = Selector::new(network, Options::default(), generator, [0.0; MEMORY], items)?;

    // One more slot than readings to keep: the free one takes the next reading.
    let mut slots = [[0.0f32; 3]; KEEP + 1];
    for minute in 0..1000u16 {
        let t = f32::from(minute) / 60.0;
        let reading = [
            t.sin(),
            (3.0 * t).cos(),
            if minute == 700 { 6.0 } else { 0.5 * t.sin() },
        ];
        if let Some(slot) = slots.get_mut(selector.free() as usize) {
            *slot = reading;
        }
        let verdict = selector.offer(&reading, &[])?;
        if verdict.leverage > 0.5 && minute > 100 {
            println!("minute {minute} is odd: leverage {:.2}", verdict.leverage);
        }
    }
    for kept in selector.drain() {
        let payload = slots[kept.slot as usize];
        println!(
            "reading {:4}  weight {:7.2}  {payload:?}",
            kept.sequence, kept.weight
        );
    }
    println!(
        "row of {} ({} parameters), factor of {} scalars, {} bytes in all",
        selector.model().order(),
        selector.model().parameters(),
        factor_len(ORDER),
        size_of_val(&selector)
    );
    Ok(())
}
