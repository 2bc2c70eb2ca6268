//! Nets as files describe them: JSON and safetensors. What is taken in is a network that works.

use crate::Choices;
use crate::net::Net;
use crate::weights::{Layout, parse};
use gleaner::Scalar;
use gleaner::model::{Model, Target};

const ACTIVATIONS: [&str; 6] = [
    "relu",
    "identity",
    "tanh",
    "gelu",
    "leaky_relu_0.01",
    "bounded_swish_1_2_1",
];

/// A network of the net gives a value and a row, or says why not.
fn use_it<T: Scalar>(net: &Net) {
    let cast = net.cast::<T>();
    let Ok(network) = cast.network(2) else {
        return;
    };
    assert_eq!(network.parameters(), net.theta.len());
    let mut scratch = vec![T::ZERO; network.scratch()];
    let x = vec![T::HALF; net.inputs()];
    for output in 0..net.outputs().min(3) {
        if let Ok(value) = network.value(&x, output, &mut scratch) {
            assert!(value.is_finite());
        }
        let mut row = vec![T::ZERO; network.parameters() + 1];
        if network
            .row(&x, output, Target::Prediction, &mut row, &mut scratch)
            .is_ok()
        {
            assert!(row.iter().all(|entry| entry.is_finite()));
        }
    }
}

/// The target.
pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    let flags = choices.byte();
    let net = if flags & 1 == 0 {
        match std::str::from_utf8(choices.0) {
            Ok(text) => Net::parse("json", text),
            Err(_) => return,
        }
    } else {
        let layers = choices.below(4);
        let activations: Vec<String> = (0..layers)
            .map(|_| ACTIVATIONS[choices.below(ACTIVATIONS.len())].into())
            .collect();
        let layout = match flags >> 1 & 3 {
            0 => Some(Layout::Pytorch),
            1 => Some(Layout::Keras),
            _ => None,
        };
        parse("safetensors", choices.0, layout, &activations, &[])
    };
    if let Ok(net) = net {
        assert!(!net.layers.is_empty() && net.theta.iter().all(|value| value.is_finite()));
        let name = net.last_activation().to_string();
        assert_eq!(
            crate::activations::Named::parse(&name).expect("a name that it gave"),
            *net.last_activation()
        );
        use_it::<f32>(&net);
        use_it::<f64>(&net);
    }
}
