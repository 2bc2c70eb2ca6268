//! The entry points in single precision, one file an object, in the header's order.

pub mod own;

pub mod descriptor;

pub mod described;

pub mod model;

pub mod factor;

pub mod kronecker;

pub mod score;

pub mod reservoir;

pub mod merge;

pub mod thin;

pub mod pivotal;

pub mod top;

pub mod bottom;

pub mod poisson;

pub mod alias;

pub mod calibrate;

pub mod moments;

pub mod quantile;

pub mod drift;

pub mod state;

pub mod selector;

pub mod snapshot;

pub mod store;

pub mod copy;

pub mod fit;

pub mod diagnose;

pub mod explain;

pub mod activation;
