//! Refits of small ReLU networks on samples: what the parts on images and on the occupancy log share.

mod basis;
pub mod descent;
mod draw;
pub mod methods;
mod report;
mod scores;
pub mod study;

pub use report::{panel, tell};
