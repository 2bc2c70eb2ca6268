//! Networks D-H-1 with ReLU: output, norm, row and a selector's reading, beside a forward pass in plain C.

use crate::data::{fill, generator, reading};
use crate::report::Figures;
use core::ffi::CStr;
use core::hint::black_box;
use gleaner::Error;
use gleaner::model::{Activation, Flat, Model, Network, Shape, Target, network_scratch};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Selector, selector_len};

/// A layer of the forward pass in plain C.
#[repr(C)]
struct PlainLayer {
    weights: *const f32,
    bias: *const f32,
    inputs: u32,
    outputs: u32,
    relu: u32,
}

unsafe extern "C" {
    fn plain_forward(layers: *const PlainLayer, depth: u32, x: *const f32, work: *mut f32) -> f32;
}

const CALLS: u32 = 64;
const INPUTS: usize = 64;
const NEURONS: usize = 17;
/// P of the largest of the networks, 64-10-1 with a bias in each layer.
const PARAMETERS: usize = 64 * 10 + 10 + 10 + 1;

/// What a line of figures is called, for each kernel.
struct Names {
    plain: &'static CStr,
    value: &'static CStr,
    norm: &'static CStr,
    row: &'static CStr,
}

struct Net {
    theta: [f32; PARAMETERS],
    shapes: [Shape<f32>; 2],
}

impl Net {
    fn new(inputs: usize, hidden: usize, last_bias: bool) -> Self {
        let mut theta = [0.0; PARAMETERS];
        fill(&mut theta, &mut generator());
        let first = Shape {
            inputs,
            outputs: hidden,
            bias: true,
            activation: Activation::Relu,
        };
        let last = Shape {
            inputs: hidden,
            outputs: 1,
            bias: last_bias,
            activation: Activation::Identity,
        };
        Net {
            theta,
            shapes: [first, last],
        }
    }

    fn parameters(&self) -> usize {
        let [first, last] = &self.shapes;
        first.inputs * first.outputs + first.outputs + last.inputs + usize::from(last.bias)
    }

    fn network(&self) -> Result<Network<Flat<'_, f32>>, Error> {
        let theta = self.theta.get(..self.parameters()).ok_or(Error::Model)?;
        Network::new(Flat {
            shapes: &self.shapes,
            theta,
        })
    }

    /// The same network as the plain C takes it.
    fn plain(&self) -> Option<[PlainLayer; 2]> {
        let [first, last] = &self.shapes;
        let (weights, rest) = self.theta.split_at_checked(first.inputs * first.outputs)?;
        let (bias, rest) = rest.split_at_checked(first.outputs)?;
        let (outgoing, last_bias) = rest.split_at_checked(last.inputs)?;
        let layer = |shape: &Shape<f32>, weights: &[f32], bias: Option<&[f32]>| PlainLayer {
            weights: weights.as_ptr(),
            bias: bias.map_or(core::ptr::null(), <[f32]>::as_ptr),
            inputs: shape.inputs as u32,
            outputs: shape.outputs as u32,
            relu: u32::from(shape.activation == Activation::Relu),
        };
        Some([
            layer(first, weights, Some(bias)),
            layer(last, outgoing, last.bias.then_some(last_bias)),
        ])
    }
}

/// Output, norm and row of a network, and the plain C's output, which must be the same.
#[inline(never)]
fn network(inputs: usize, hidden: usize, last_bias: bool, names: &Names) -> Result<(), Error> {
    let net = Net::new(black_box(inputs), black_box(hidden), black_box(last_bias));
    let network = net.network()?;
    let plain = net.plain().ok_or(Error::Model)?;
    let mut generator = generator();
    let (mut x, mut row) = ([0.0f32; INPUTS], [0.0f32; PARAMETERS + 1]);
    let mut scratch = [0.0f32; network_scratch(PARAMETERS, NEURONS)];
    let mut work = [0.0f32; NEURONS];
    let mut figures: [Figures; 4] = Default::default();
    for index in 0..CALLS {
        let (Some(x), Some(row)) = (x.get_mut(..inputs), row.get_mut(..=net.parameters())) else {
            return Err(Error::Length("row"));
        };
        reading(index, x, &mut generator);
        let (x, scratch) = (black_box(&*x), black_box(&mut scratch));
        // SAFETY: the layers point into `net`, x has their inputs, and `work` has room for all neurons.
        let expected = figures[0].count(|| unsafe {
            plain_forward(plain.as_ptr(), 2, x.as_ptr(), work.as_mut_ptr())
        });
        let value = figures[1].count(|| network.value(x, 0, scratch))?;
        figures[2].count(|| network.norm(x, 0, Target::Prediction, scratch))?;
        figures[3].count(|| network.row(x, 0, Target::Prediction, row, scratch))?;
        let near = (value - expected).abs() <= 1e-5 * (1.0 + value.abs());
        if !near {
            return Err(Error::Model);
        }
    }
    let [plain, value, norm, row] = figures;
    plain.print(names.plain);
    value.print(names.value);
    norm.print(names.norm);
    row.print(names.row);
    Ok(())
}

/// A reading of the network 5-8-1 through the selector, from the first on, 32 kept.
#[inline(never)]
fn selector(last_bias: bool, readings: u32, name: &CStr) -> Result<(), Error> {
    let net = Net::new(5, 8, black_box(last_bias));
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
    for index in 0..readings {
        reading(index, &mut x, &mut readings_of);
        figures.count(|| selector.offer(black_box(&x), &[]))?;
    }
    figures.print(name);
    Ok(())
}

macro_rules! names {
    ($net:literal) => {
        &Names {
            plain: names!(@ "plain_", $net),
            value: names!(@ "value_", $net),
            norm: names!(@ "norm_", $net),
            row: names!(@ "row_", $net),
        }
    };
    (@ $kernel:literal, $net:literal) => {
        match CStr::from_bytes_with_nul(concat!($kernel, $net, "\0").as_bytes()) {
            Ok(name) => name,
            Err(_) => c"",
        }
    };
}

/// All networks.
pub fn run() -> Result<(), Error> {
    network(5, 8, false, names!("5-8-1"))?;
    network(16, 16, false, names!("16-16-1"))?;
    network(64, 10, false, names!("64-10-1"))?;
    network(5, 8, true, names!("5-8-1b"))?;
    network(16, 16, true, names!("16-16-1b"))?;
    network(64, 10, true, names!("64-10-1b"))?;
    selector(false, 1000, c"selector_offer_5-8-1")?;
    selector(true, 100, c"selector_offer_5-8-1b")
}
