//! The kernels below the C face, each on data of its own: factor and reservoir.

use crate::data::{fill, generator, reading};
use crate::report::Figures;
use core::ffi::CStr;
use core::hint::black_box;
use gleaner::factor::{Factor, factor_len};
use gleaner::sampler::{Item, Reservoir};
use gleaner::{Error, Scalar};

const CALLS: u32 = 64;
const LARGEST: usize = 57;

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
    for index in 0..CALLS {
        reading(index, row, &mut generator);
        figures.count(|| factor.observe(black_box(row), black_box(1.0)))?;
    }
    figures.print(observe);
    let mut figures = Figures::default();
    for index in 0..CALLS {
        reading(index, row, &mut generator);
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
        let score = if index % 8 == 5 { 1e-41 } else { 1.0 / uniform };
        if index < 200 {
            reservoir.offer(score, &mut generator)?;
        } else {
            figures.count(|| reservoir.offer(black_box(score), &mut generator))?;
        }
    }
    figures.print(c"reservoir_offer_100");
    Ok(())
}

/// All kernels.
pub fn run() -> Result<(), Error> {
    factor(20, c"factor_observe_20", c"factor_score_20")?;
    factor(21, c"factor_observe_21", c"factor_score_21")?;
    factor(49, c"factor_observe_49", c"factor_score_49")?;
    factor(57, c"factor_observe_57", c"factor_score_57")?;
    reservoir()
}
