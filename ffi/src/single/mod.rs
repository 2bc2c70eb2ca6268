//! The entry points in single precision, one file an object.

pub mod activation;
pub mod descriptor;
pub mod factor;
pub mod fit;
pub mod model;
pub mod moments;
pub mod reservoir;
pub mod selector;
pub mod state;
pub mod top;
