//! The framework's own outputs against the model's; where they differ, what would make them fit.

use super::constants::{Checks, Scaling, outputs};
use crate::activations::Named;
use crate::failure::{Failure, data};
use crate::net::Net;
use crate::table::Table;

/// Largest difference relative to the largest expected output, as the library's model check has it.
const TOLERANCE: f64 = 1e-3;

/// Hidden activations that are tried.
const HIDDEN: [&str; 9] = [
    "identity",
    "relu",
    "tanh",
    "sigmoid",
    "gelu",
    "gelu_tanh",
    "silu",
    "elu",
    "leaky_relu_0.01",
];
/// Last activations that are tried.
const LAST: [&str; 5] = ["identity", "sigmoid", "relu", "tanh", "softplus"];

/// One way in which file and framework may differ from each other.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Kernels,
    Standardiser,
    Hidden(&'static str),
    Last(&'static str),
    SigmoidOnTop,
    SoftmaxOnTop,
}

/// Compares; gives the first readings as check pairs, with the framework's outputs.
pub fn verify(
    table: &Table,
    net: &Net,
    scaling: Option<&Scaling<f64>>,
    of_data: Option<&Scaling<f64>>,
) -> Result<Checks, Failure> {
    let (inputs, width) = (net.inputs(), net.inputs() + net.outputs());
    table.expect_width(
        width,
        &format!(
            "{inputs} inputs as the sensor gives them, then {} outputs of the framework's model",
            net.outputs()
        ),
    )?;
    let error = |net: &Net, scaling: Option<&Scaling<f64>>, top: Option<Change>| {
        distance(table, net, scaling, top)
    };
    let found = error(net, scaling, None);
    if found <= TOLERANCE {
        let rows = || super::constants::spread(table.len()).map(|index| table.row(index));
        return Ok(Checks {
            inputs: rows().flat_map(|row| row[..inputs].to_vec()).collect(),
            outputs: rows().flat_map(|row| row[inputs..].to_vec()).collect(),
            count: rows().count(),
        });
    }
    // The fewest changes that fit.
    let mut best: Option<(usize, f64, Vec<Change>)> = None;
    for changes in combinations(net, scaling.is_some() || of_data.is_some()) {
        let changed = change(net, &changes);
        let scaling = match (changes.contains(&Change::Standardiser), scaling) {
            (false, scaling) => scaling,
            (true, Some(_)) => None,
            (true, None) => of_data,
        };
        let on_top = |c: &&Change| matches!(c, Change::SigmoidOnTop | Change::SoftmaxOnTop);
        let error = error(&changed, scaling, changes.iter().find(on_top).copied());
        let is_better = best
            .as_ref()
            .is_none_or(|(count, least, _)| (changes.len(), error) < (*count, *least));
        if error <= TOLERANCE && is_better {
            best = Some((changes.len(), error, changes));
        }
    }
    let cause = match best {
        Some((_, _, changes)) => {
            let causes: Vec<String> = changes
                .iter()
                .map(|change| change.cause(scaling.is_some()))
                .collect();
            format!("The outputs fit when {}.", causes.join("; and when "))
        }
        None => {
            "Tried without success: kernels transposed, standardiser left out or added, other activations, a sigmoid \
             or softmax less or more. Likely then: another training file for --data, columns in another order, \
             weights of another training run, or layers in another order (--layers)."
                .to_string()
        }
    };
    let found = if found.is_finite() {
        format!("differ by {found:.2e} of the largest")
    } else {
        "cannot be compared".to_string()
    };
    Err(data(format!(
        "{}: the model's outputs and the framework's {found} (allowed: {TOLERANCE:e}). {cause}",
        table.name
    )))
}

impl Change {
    /// What it tells the user, behind "The outputs fit when".
    fn cause(self, is_standardised: bool) -> String {
        match self {
            Change::Kernels => "the kernels are transposed: give the other --layout, or in a JSON net write each \
                                kernel as outputs x inputs"
                .to_string(),
            Change::Standardiser if is_standardised => {
                "the standardiser is left out: the model was trained on readings as they come (give \
                 --no-standardise), or the checks' inputs are standardised already (write them as the sensor gives \
                 them)"
                    .to_string()
            }
            Change::Standardiser => "a standardiser made of --data comes first: the model was trained on standardised \
                                     readings (leave out --no-standardise)"
                .to_string(),
            Change::Hidden(name) => format!("the hidden activations are {name}: mend --activations"),
            Change::Last("identity") => {
                "the last activation is identity: there is an activation too many at the end (a doubled sigmoid, say); \
                 the framework's outputs are those before it"
                    .to_string()
            }
            Change::Last(name) => format!(
                "the last activation is {name}: it is missing in the net; export the outputs before it (logits) as \
                 checks, or name it"
            ),
            Change::SigmoidOnTop => {
                "another sigmoid is put behind the last activation: a doubled sigmoid in the framework; take its \
                 outputs before that"
                    .to_string()
            }
            Change::SoftmaxOnTop => {
                "a softmax is put behind the last layer: take the framework's outputs before it (logits)".to_string()
            }
        }
    }
}

/// Every choice of at most one change a kind, none left out.
fn combinations(net: &Net, has_scaling: bool) -> Vec<Vec<Change>> {
    let mut all = vec![Vec::new()];
    let mut with = |choices: &[Change]| {
        let extended = all.iter().flat_map(|so_far: &Vec<Change>| {
            choices.iter().map(move |&choice| {
                let mut next = so_far.clone();
                next.push(choice);
                next
            })
        });
        let extended: Vec<_> = extended.collect();
        all.extend(extended);
    };
    with(&[Change::Kernels]);
    if has_scaling {
        with(&[Change::Standardiser]);
    }
    if net.layers.len() > 1 {
        with(&HIDDEN.map(Change::Hidden));
    }
    let mut last: Vec<Change> = LAST.map(Change::Last).to_vec();
    last.push(Change::SigmoidOnTop);
    if net.outputs() > 1 {
        last.push(Change::SoftmaxOnTop);
    }
    with(&last);
    all.retain(|changes| !changes.is_empty());
    all
}

/// The net with changes made.
fn change(net: &Net, changes: &[Change]) -> Net {
    let mut net = net.clone();
    let last = net.layers.len() - 1;
    for change in changes {
        match *change {
            Change::Kernels => transpose(&mut net),
            Change::Hidden(name) => {
                for layer in &mut net.layers[..last] {
                    if let Ok(named) = Named::parse(name) {
                        layer.activation = named;
                    }
                }
            }
            Change::Last(name) => {
                if let Ok(named) = Named::parse(name) {
                    net.layers[last].activation = named;
                }
            }
            _ => {}
        }
    }
    net
}

/// Takes each kernel's memory for inputs x outputs.
fn transpose(net: &mut Net) {
    let mut rest = &mut net.theta[..];
    for layer in &net.layers {
        let (kernel, tail) = rest.split_at_mut(layer.inputs * layer.outputs);
        let before = kernel.to_vec();
        for (o, row) in kernel.chunks_exact_mut(layer.inputs).enumerate() {
            for (i, weight) in row.iter_mut().enumerate() {
                *weight = before[i * layer.outputs + o];
            }
        }
        rest = &mut tail[if layer.bias { layer.outputs } else { 0 }..];
    }
}

/// The largest difference relative to the largest expected output; infinite where outputs cannot be computed.
fn distance(table: &Table, net: &Net, scaling: Option<&Scaling<f64>>, top: Option<Change>) -> f64 {
    let (mut largest, mut difference) = (0f64, 0f64);
    for row in table.rows() {
        let (reading, expected) = row.split_at(net.inputs());
        let Ok(mut found) = outputs(net, scaling, reading) else {
            return f64::INFINITY;
        };
        match top {
            Some(Change::SigmoidOnTop) => {
                found
                    .iter_mut()
                    .for_each(|s| *s = 1.0 / (1.0 + (-*s).exp()));
            }
            Some(Change::SoftmaxOnTop) => {
                let most = found.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                found.iter_mut().for_each(|s| *s = (*s - most).exp());
                let sum: f64 = found.iter().sum();
                found.iter_mut().for_each(|s| *s /= sum);
            }
            _ => {}
        }
        for (found, expected) in found.iter().zip(expected) {
            largest = largest.max(expected.abs());
            difference = difference.max((found - expected).abs());
        }
    }
    if difference > 0.0 {
        difference / largest
    } else {
        0.0
    }
}
