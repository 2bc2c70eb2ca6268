// deep, a 2-3-2-1 network (leaky_relu_0.1, tanh, identity), id 1472088029626715349
// Generated, not to be edited:
//
// gleaner export --net cli/tests/exported/deep.json --data cli/tests/exported/deep.csv --scalar f64 --nodes 16 --name deep --out-rust cli/tests/exported/deep.rs
//
// Take it in with `#[allow(dead_code)] mod deep;`. What is not used takes no memory.

use gleaner::Error;
use gleaner::model::{Activation, Dense, Flat, Network, Objective, Shape, Then, network_scratch};
use gleaner::nalgebra::{ArrayStorage, SMatrix};
use gleaner::selector::{Options, Pilot, Scaling, selector_len};

/// Features of a reading.
pub const INPUTS: usize = 2;
/// Outputs of the model.
pub const OUTPUTS: usize = 1;
/// P.
pub const PARAMETERS: usize = 20;
/// N, entries of a row without its redundant columns.
pub const ORDER: usize = 18;
/// Scalars of scratch for the model.
pub const SCRATCH: usize = network_scratch(PARAMETERS, 5);
/// Scalars of memory for a selector.
pub const SELECTOR_LEN: usize = selector_len(INPUTS, PARAMETERS, ORDER, SCRATCH);
/// Gauss-Legendre nodes a panel, where rows need them.
pub const NODES: usize = 16;
/// Id of the model.
pub const MODEL_ID: u64 = 0x146de84374014cd5;
/// Objective of the pilot's rows.
pub const OBJECTIVE: Objective<f64> = Objective::Prediction;

/// The layers without their weights.
#[rustfmt::skip]
pub static SHAPES: [Shape<f64>; 3] = [
    Shape {
        inputs: 2,
        outputs: 3,
        bias: true,
        activation: Activation::LeakyRelu(0.10000000149011612),
    },
    Shape {
        inputs: 3,
        outputs: 2,
        bias: true,
        activation: Activation::Tanh,
    },
    Shape {
        inputs: 2,
        outputs: 1,
        bias: true,
        activation: Activation::Identity,
    },
];
/// All parameters: W1, b1, W2, b2, ..., each W outputs x inputs, row-major.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
const NUMBERS: [f64; 20] = [
    0.5, -1.25, 3.14159, 0.1, -0.7, 1e-7, 0.25, -0.5, 0.125, 1.5, -0.3, 0.9, 0.2, 1.1, -0.8, 0.05,
    -0.15, 2.718281828, -1.0, 0.33,
];
/// What is taken off each feature.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static MEAN: [f64; 2] = [
    0.7611111111111112, 0.11666666666666664,
];
/// What each feature is then divided by.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static SCALE: [f64; 2] = [
    1.1718403801470616, 1.1050389636167184,
];
/// Readings as the sensor gives them, `INPUTS` each.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static CHECK_INPUTS: [f64; 16] = [
    0.5, 1.0, 1.5, -2.0, -0.25, 0.75, 3.0, 0.1, 0.1, 0.2, -1.0, -1.0, 2.0, 2.0, 0.0, 0.5,
];
/// The model's outputs for them, `OUTPUTS` each.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static CHECK_OUTPUTS: [f64; 8] = [
    1.3597776619378241, 2.0917304126736695, 2.7127851538662267, -0.32695166453787616,
    2.398483273522484, 3.9144286528417576, -2.847906354169752, 2.4481611457014054,
];
/// The factor of the pilot's rows, packed.
#[rustfmt::skip]
#[allow(clippy::approx_constant, clippy::excessive_precision)]
pub static PILOT_PACKED: [f64; 171] = [
    6.933583370403505, 0.011421242797963508, -0.22178872435654995, 0.004360140093474553,
    0.12496174938065822, 0.014529069669086084, 0.4781561046473263, -0.12079505993569953,
    -0.029704566196085965, -0.013944651756595382, -0.06647567929114383, 0.021424027160082737,
    0.4424294674456435, -0.007640753249272268, -0.016981734579594163, 0.3127340404286361,
    0.2992153238250405, 0.0, 0.36614083727465385, 0.13053685882322036, -0.7656468623902077,
    0.24810883757571756, 0.8230780313081674, -1.0709596909520387, 0.5212710071681947,
    0.14013123634796437, 0.7846081614154096, 0.049684225801896985, 0.11506823250384361,
    -0.5296515724338229, 0.6421533140238924, -1.4459801009824669, 0.011104885117682525,
    -1.8288333031777761, 0.0, 0.07864697860661786, 1.1087589316209308, -0.22917266466025096,
    -0.08283876750263203, -0.649131944824042, 1.1809867433147172, -0.07973788372490005,
    0.45825375896116477, 0.8267618409510222, 0.00910314830026604, -3.63787596419645,
    0.9317364166808885, 0.30194089278581493, -2.118298168101691, -4.538232273058055, 0.0,
    0.08833289824655643, 1.0895252772107222, 1.1374629608880098, -0.8692671094446555,
    -0.4709198578180792, -0.387446713644607, -0.8018469188224415, -0.45140412108943184,
    0.41647360096780606, -0.5217246909372221, -0.3274807205792113, 0.5236917921625786,
    1.2928438484763027, 0.09008361169174339, 0.0, 1.3029595015305655, -0.5853983438811348,
    -0.34613580380666464, 0.13048790611917566, -1.5438956550577705, 0.038921059477571254,
    -0.07478131999647018, 0.2480113673151859, -2.2234466369228776, 0.7147714701150552,
    -0.4365818781704488, 0.4251155081463573, -1.9641494913531237, 0.0, 0.3685291403204402,
    0.3870235189229139, -0.19467177565376828, 0.8512810969640999, -0.02869919394001514,
    0.06723419413866057, -0.047268207211181364, 1.244791032329311, -0.5185070238179208,
    0.08556587813398159, -0.26299582630153695, 0.9152222500311641, 0.0, 0.039843866497959866,
    -1.3828856556547648, 0.621429651672488, -0.14850884574037812, 0.2635134759854339,
    0.07139010307777982, 2.5081822695523046, -1.2782379364844738, -0.4917056694177949,
    -0.7812516624638203, 1.0698356941607248, 0.0, 0.0016643189141417201, 10.617915385021705,
    0.09102267924195631, -0.11391951777303963, -0.7262095068620786, 11.197143335788253,
    -3.763578444287261, 1.338076479816608, -0.12711786397447847, 9.219888311750408, 0.0,
    0.012996903049940133, -0.019519410571827073, -0.020657648825232452, -0.056738563462675945,
    1.1806289777097358, -0.41870087949932516, 0.09943179050348179, 0.01550417553928882,
    0.9438240001652284, 0.0, 9.822130610660845e-6, 0.48689952636330514, -0.019151498902872655,
    -0.6957894228159373, 0.2390374305380354, -0.7968278599245734, -1.1596366849870372,
    -2.068754191361727, 0.0, 7.927163899318512e-6, -0.037232351625311716, -0.6232633008188802,
    0.055431156578874985, -0.4437377506849992, -0.9746978991553337, -1.7574266959948466, 0.0,
    6.311583238705876e-6, 0.13309198154611396, -0.12458805400233633, 0.1940404607390082,
    -0.49573416092417943, 0.5839945034463357, 0.0, 2.4145824344390292e-5, -0.250924724826319,
    0.0012983115310712737, 0.19987784951238596, 0.9019309567505779, 0.0, 5.995818467913711e-6,
    -0.03746089122559959, 0.2855833428701824, 0.002782869328956772, 0.0, 1.401150337427927e-5,
    0.019273098817439993, 1.0344561818757636, 0.0, 2.065029104832519e-5, 0.18014125203273262, 0.0,
    2.1344654614425293e-5, 0.0, 4.490523998500098e-6,
];
/// All parameters, flat.
pub static THETA: [f64; PARAMETERS] = NUMBERS;

/// Part of the parameters as columns, one a neuron.
const fn columns<const I: usize, const O: usize>(start: usize) -> SMatrix<f64, I, O> {
    let mut columns = [[0.0; I]; O];
    let mut k = 0;
    while k < I * O {
        columns[k / I][k % I] = NUMBERS[start + k];
        k += 1;
    }
    SMatrix::from_array_storage(ArrayStorage(columns))
}

/// Weights of layer 0, neuron j in column j.
pub static WEIGHTS_0: SMatrix<f64, 2, 3> = columns(0);
/// Biases of layer 0.
pub static BIAS_0: SMatrix<f64, 3, 1> = columns(6);
/// Weights of layer 1, neuron j in column j.
pub static WEIGHTS_1: SMatrix<f64, 3, 2> = columns(9);
/// Biases of layer 1.
pub static BIAS_1: SMatrix<f64, 2, 1> = columns(15);
/// Weights of layer 2, neuron j in column j.
pub static WEIGHTS_2: SMatrix<f64, 2, 1> = columns(17);
/// Biases of layer 2.
pub static BIAS_2: SMatrix<f64, 1, 1> = columns(19);

/// The layers with sizes that the compiler knows.
#[rustfmt::skip]
pub type Fixed = Then<Then<Dense<'static, f64, 2, 3>, Dense<'static, f64, 3, 2>>, Dense<'static, f64, 2, 1>>;
/// For `Network::new`.
#[rustfmt::skip]
pub const LAYERS: Fixed = Then { first: Then { first: Dense { weights: &WEIGHTS_0, bias: Some(&BIAS_0), activation: Activation::LeakyRelu(0.10000000149011612) }, last: Dense { weights: &WEIGHTS_1, bias: Some(&BIAS_1), activation: Activation::Tanh } }, last: Dense { weights: &WEIGHTS_2, bias: Some(&BIAS_2), activation: Activation::Identity } };

/// How a reading is standardised.
pub const SCALING: Scaling<'static, f64> = Scaling::Constants {
    mean: &MEAN,
    scale: &SCALE,
};
/// Options of a selector: ridge of the pilot, no forgetting, no uniform share.
pub const OPTIONS: Options<'static, f64> = Options {
    objective: OBJECTIVE,
    scaling: SCALING,
    ridge: 0.0,
    half_life: 0,
    uniform: 0.0,
    model_id: MODEL_ID,
};
/// For `Selector::start`.
pub const PILOT: Pilot<'static, f64> = Pilot {
    packed: &PILOT_PACKED,
    rows: 9,
    ridge: 4.490523998500098e-6,
    mean_leverage: 0.9733798584906153,
    model_id: MODEL_ID,
    objective: OBJECTIVE,
    sketch: None,
};

/// The model over `SHAPES` and `THETA`.
pub fn network() -> Result<Network<Flat<'static, f64>>, Error> {
    let layers = Flat {
        shapes: &SHAPES,
        theta: &THETA,
    };
    Network::new(layers)?.with_nodes(NODES)
}
