//! Adjoint rows of all inputs, one after the other, kept or overwritten.

use crate::table::{Number, Table};
use crate::{Timed, time};
use gleaner::model::{Activation, Flat, Form, Model, Network, Shape, Target};
use serde_json::Value;

fn activation<T: Number>(name: &str) -> Activation<T> {
    match name {
        "identity" => Activation::Identity,
        "relu" => Activation::Relu,
        "leaky_relu_0.01" => Activation::LeakyRelu(T::of(f64::from(0.01_f32))),
        "sigmoid" => Activation::Sigmoid,
        "tanh" => Activation::Tanh,
        "softplus" => Activation::Softplus,
        "silu" => Activation::Silu,
        "gelu_erf" => Activation::Gelu,
        "elu_1" => Activation::Elu(T::ONE),
        "exp" => Activation::Exp,
        "sin" => Activation::Sin,
        "bounded_swish_1_2_1" => Activation::BoundedSwish {
            lower: T::ONE,
            upper: T::of(2.0),
            steepness: T::ONE,
        },
        other => panic!("no activation {other}"),
    }
}

fn shape<T: Number>(layer: &Value) -> Shape<T> {
    Shape {
        inputs: layer["inputs"].as_u64().expect("inputs") as usize,
        outputs: layer["outputs"].as_u64().expect("outputs") as usize,
        bias: layer["bias"].as_bool().expect("bias"),
        activation: activation(layer["activation"].as_str().expect("activation")),
    }
}

/// `by`: `row`, or `norm` for its squared norm alone. Results: the rows `[a ; f(0)]`, or the norms.
pub fn run<T: Number>(table: &Table, by: &str, model: &Value, threads: usize, least: f64) -> Timed {
    let list = |name: &str| model[name].as_array().expect("a list");
    let shapes: Vec<Shape<T>> = list("layers").iter().map(shape).collect();
    let theta = list("theta").iter();
    let theta: Vec<T> = theta
        .map(|x| T::of(x.as_f64().expect("a number")))
        .collect();
    let nodes = model["nodes"].as_u64().unwrap_or(8) as usize;
    let layers = Flat {
        shapes: &shapes,
        theta: &theta,
    };
    let network = Network::new(layers).and_then(|network| network.with_nodes(nodes));
    let network = network.expect("a network");
    let inputs = &T::of_table(table).flat[..];
    let width = match by {
        "row" => network.parameters() + 1,
        _ => 1,
    };
    let count = inputs.len() / table.columns;
    let mut rows = vec![T::ZERO; count * width];
    // A second thread costs some 0.1 ms to start: not for little work.
    let passes = match network.form() {
        Form::Exact => 1,
        Form::Quadrature => nodes,
    };
    let little = count * passes * network.parameters() < 1_000_000;
    let threads = if little { 1 } else { threads };
    let share = count.div_ceil(threads);
    let one = |inputs: &[T], rows: &mut [T]| -> Result<(), gleaner::Error> {
        let mut scratch = vec![T::ZERO; network.scratch()];
        for (x, row) in inputs
            .chunks_exact(table.columns)
            .zip(rows.chunks_exact_mut(width))
        {
            match row {
                [norm] => *norm = network.norm(x, 0, Target::Prediction, &mut scratch)?,
                row => {
                    network.row(x, 0, Target::Prediction, row, &mut scratch)?;
                }
            }
        }
        Ok(())
    };
    let (seconds, result) = time(least, || {
        if threads == 1 {
            return one(inputs, &mut rows);
        }
        std::thread::scope(|scope| {
            let inputs = inputs.chunks(share * table.columns);
            let parts = inputs.zip(rows.chunks_mut(share * width));
            let running: Vec<_> = parts
                .map(|(x, rows)| scope.spawn(|| one(x, rows)))
                .collect();
            running
                .into_iter()
                .try_for_each(|thread| thread.join().expect("rows"))
        })
    });
    Timed {
        seconds,
        result: result
            .map(|()| rows.iter().map(|x| x.wide()).collect())
            .map_err(|error| format!("{error:?}")),
    }
}
