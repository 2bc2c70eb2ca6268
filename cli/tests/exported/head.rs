// head, a 4-3 network (identity), id 2583680292062084308
// Generated, not to be edited:
//
// gleaner export --net cli/tests/exported/head.json --data cli/tests/exported/head.csv --name head --head-from 1 --quantised 0.05,-3 --objective softmax --sketch 8 --sketch-seed 5 --out-rust cli/tests/exported/head.rs
//
// Take it in with `#[allow(dead_code)] mod head;`. What is not used takes no memory.

use gleaner::Error;
use gleaner::model::{Activation, Dense, Flat, Network, Objective, Shape, exact_sketch_scratch};
use gleaner::nalgebra::{ArrayStorage, SMatrix};
use gleaner::selector::{Options, Pilot, Scaling, selector_len_of};
use gleaner::sketch::Sketch;

/// Features of a reading.
pub const INPUTS: usize = 4;
/// Outputs of the model.
pub const OUTPUTS: usize = 3;
/// P.
pub const PARAMETERS: usize = 12;
/// N, entries of a row without its redundant columns.
pub const ORDER: usize = 9;
/// Rows are scored as sketches: join the network with it, `Sketched::new(network()?, SKETCH)`.
pub const SKETCH: Sketch = match Sketch::new(8, 5) {
    Ok(sketch) => sketch,
    Err(_) => panic!("a sketch of so many buckets"),
};
/// Scalars of scratch for the model.
pub const SCRATCH: usize = exact_sketch_scratch(3, SKETCH.buckets());
/// Scalars of memory for a selector.
pub const SELECTOR_LEN: usize = selector_len_of(INPUTS, 3, 9, ORDER, SCRATCH);
/// Gauss-Legendre nodes a panel, where rows need them.
pub const NODES: usize = 8;
/// Id of the model.
pub const MODEL_ID: u64 = 0x23db13896589bcd4;
/// Objective of the pilot's rows.
pub const OBJECTIVE: Objective<f32> = Objective::Softmax;

/// The layers without their weights.
#[rustfmt::skip]
pub static SHAPES: [Shape<f32>; 1] = [
    Shape {
        inputs: 4,
        outputs: 3,
        bias: false,
        activation: Activation::Identity,
    },
];
/// All parameters: W1, b1, W2, b2, ..., each W outputs x inputs, row-major.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
const NUMBERS: [f32; 12] = [
    1.1191, -0.3281, -0.1045, 1.4082, -0.5508, -0.0742, -1.6328, 0.9961, 1.3359, -0.5684, -1.2852,
    1.9268,
];
/// What is taken off each feature.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static MEAN: [f32; 4] = [
    -3.0, -3.0, -3.0, -3.0,
];
/// What each feature is then divided by.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static SCALE: [f32; 4] = [
    20.0, 20.0, 20.0, 20.0,
];
/// Readings as the sensor gives them, `INPUTS` each.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static CHECK_INPUTS: [f32; 32] = [
    -3.0, -3.0, -3.0, -3.0, -3.0, 40.0, -1.0, -3.0, 11.0, 26.0, 0.0, -1.0, -3.0, -3.0, -3.0, -3.0,
    7.0, -3.0, 19.0, 26.0, 38.0, -3.0, 34.0, 27.0, 3.0, -3.0, 14.0, -3.0, 15.0, -3.0, -3.0, 23.0,
];
/// The model's outputs for them, `OUTPUTS` each.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static CHECK_OUTPUTS: [f32; 24] = [
    0.0, 0.0, 0.0, -0.715865, -0.32281, -1.35058, 0.43277, -0.63846, 0.11085, 0.0, 0.0, 0.0,
    2.48649, -0.627135, 2.04809, 4.21313, -2.65567, 3.251175, 0.246905, -1.55312, -0.69165, 2.83785,
    0.79921, 3.70715,
];
/// The factor of the pilot's rows, packed.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static PILOT_PACKED: [f32; 45] = [
    2.0233265e-6, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 25.455877, -0.7138531, 0.18355168,
    -0.21002913, 0.04164577, 0.24450096, -0.026477456, 0.1664451, 8.746672, -0.13873006, 0.18581986,
    1.0559952, -0.05599592, 0.04708976, 0.33450222, 3.9570043, -0.7219913, -0.15564698, 0.15564698,
    0.27800816, 0.2544671, 1.5112318, 0.51676965, -0.5167695, 0.9999977, 1.1694293, 5.7213545,
    -0.9999989, 3.0430814e-7, 0.05795245, 8.0933005e-6, -1.3268242e-7, 0.28800046, 6.0699695e-6,
    0.8092697, 155.97392,
];
/// All parameters, flat.
pub static THETA: [f32; PARAMETERS] = NUMBERS;

/// Part of the parameters as columns, one a neuron.
const fn columns<const I: usize, const O: usize>(start: usize) -> SMatrix<f32, I, O> {
    let mut columns = [[0.0; I]; O];
    let mut k = 0;
    while k < I * O {
        columns[k / I][k % I] = NUMBERS[start + k];
        k += 1;
    }
    SMatrix::from_array_storage(ArrayStorage(columns))
}

/// Weights of layer 0, neuron j in column j.
pub static WEIGHTS_0: SMatrix<f32, 4, 3> = columns(0);

/// The layers with sizes that the compiler knows.
#[rustfmt::skip]
pub type Fixed = Dense<'static, f32, 4, 3>;
/// For `Network::new`.
#[rustfmt::skip]
pub const LAYERS: Fixed = Dense { weights: &WEIGHTS_0, bias: None, activation: Activation::Identity };

/// How a reading is standardised.
pub const SCALING: Scaling<'static, f32> = Scaling::Constants {
    mean: &MEAN,
    scale: &SCALE,
};
/// Options of a selector: ridge of the pilot, no forgetting, no uniform share.
pub const OPTIONS: Options<'static, f32> = Options {
    objective: OBJECTIVE,
    scaling: SCALING,
    ridge: 0.0,
    half_life: 0,
    uniform: 0.0,
    model_id: MODEL_ID,
};
/// For `Selector::start`.
pub const PILOT: Pilot<'static, f32> = Pilot {
    packed: &PILOT_PACKED,
    rows: 120,
    ridge: 2.0233265e-6,
    mean_leverage: 0.14999998,
    model_id: MODEL_ID,
    objective: OBJECTIVE,
    sketch: Some(SKETCH),
};

/// The model over `SHAPES` and `THETA`.
pub fn network() -> Result<Network<Flat<'static, f32>>, Error> {
    let layers = Flat {
        shapes: &SHAPES,
        theta: &THETA,
    };
    Network::new(layers)?.with_nodes(NODES)
}
