//! Calibration: weights moved a little, so that known sums over all readings are met by the kept ones.
//!
//! While the stream passes, [`Totals`] sums a vector a of every reading, kept or not. At the end [`calibrate()`] multiplies
//! each design weight by a ratio near 1, so that the weighted sum of a over the kept samples is the total. What is
//! nearly a linear combination of a's entries is then estimated with much less error.
//!
//! The vector is made at the pilot's parameters, see [`Vector`]: the ratios are good for the neighbourhood of this pilot
//! only, and estimates are unbiased asymptotically only, where design weights are unbiased for every sum. So keep the
//! design weights too.
//!
//! Source: J.-C. Deville, C.-E. Sarndal, "Calibration estimators in survey sampling", J. Amer. Statist. Assoc. 87
//! (1992), sections 1 and 2: the linear method with bounds.

mod ratios;
mod totals;
mod vector;

pub use ratios::{Options, Report, calibrate, calibrate_len};
pub use totals::{Totals, TotalsState, totals_len};
pub use vector::Vector;
