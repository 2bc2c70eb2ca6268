//! A model of one's own in a selector: how fast a battery's voltage falls, not a network.
//!
//! `cargo run --release --example own`

use gleaner::Error;
use gleaner::model::{Gradient, Own, own_scratch};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Selector, selector_len};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// Volts after t hours at a load: `b1 - b2 load - b3 (1 - exp(-b4 load t))`.
struct Battery;

impl Gradient<f32> for Battery {
    fn inputs(&self) -> usize {
        2
    }
    fn parameters(&self) -> usize {
        4
    }
    fn at(&self, theta: &[f32], x: &[f32], _: usize, slope: &mut [f32]) -> Result<f32, Error> {
        let (&[b1, b2, b3, b4], &[t, load]) = (theta, x) else {
            return Err(Error::Model);
        };
        let left = (-b4 * load * t).exp();
        slope.copy_from_slice(&[1.0, -load, left - 1.0, -b3 * load * t * left]);
        Ok(b1 - b2 * load - b3 * (1.0 - left))
    }
}

const KEEP: usize = 6;
const MEMORY: usize = selector_len(2, 4, 5, own_scratch(4, 8));

fn main() -> Result<(), Error> {
    let theta = [4.1, 0.08, 0.9, 0.35];
    let model = Own::new(Battery, &theta)?;
    // Once, where the model is made: is the gradient the value's?
    model.check(&[1.0, 2.0], 3e-3, &mut [0.0; own_scratch(4, 8)])?;

    let generator = Xoshiro128PlusPlus::seed_from_u64(1);
    let items = [Item::default(); KEEP + 1];
    let mut selector = Selector::new(model, Options::default(), generator, [0.0; MEMORY], items)?;
    let mut slots = [[0.0f32; 2]; KEEP + 1];
    for minute in 0..600u16 {
        // An hour of heavy load in a light day.
        let load = if (300..360).contains(&minute) {
            3.0
        } else {
            0.4
        };
        let reading = [f32::from(minute) / 60.0, load];
        slots[selector.free() as usize] = reading;
        selector.offer(&reading, &[])?;
    }
    for kept in selector.drain() {
        let [hours, load] = slots[kept.slot as usize];
        println!("{hours:5.2} h at load {load}: weight {:.1}", kept.weight);
    }
    Ok(())
}
