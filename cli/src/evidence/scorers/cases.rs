//! The networks, their data, and what is asked of them.

use crate::evidence::Context;
use crate::failure::Failure;
use crate::simulate::task::Task;
use crate::table::{FirstLine, Table};
use gleaner::model::{Activation, Objective, Shape};

/// mu in `mean loss + mu |theta|^2`.
pub const DECAY: f64 = 1e-3;
/// Steps of a fit at most.
pub const STEPS: u32 = 100;
/// The same of networks of thousands of parameters.
pub const LARGE_STEPS: u32 = 60;
/// The same of the network of a hundred thousand.
pub const HUGE_STEPS: u32 = 60;
/// Readings of a quick look.
const QUICK: usize = 400;
/// Steps of the largest network in a quick look.
const QUICK_STEPS: u32 = 10;
/// Entries of the sketches.
const SKETCHES: &[usize] = &[16, 32, FIRMWARE, 64, 128, 256];

/// What a reading's rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Of the sigmoid of the logit.
    Probability,
    /// Of the root of the logistic loss.
    Logistic,
    /// A row a class.
    Softmax,
    /// Of the root of the cross-entropy.
    CrossEntropy,
}

impl Rows {
    /// The objective of the network that is scored.
    pub fn objective(self) -> Objective<f32> {
        match self {
            Rows::Probability => Objective::Prediction,
            Rows::Logistic => Objective::Logistic,
            Rows::Softmax => Objective::Softmax,
            Rows::CrossEntropy => Objective::CrossEntropy,
        }
    }

    fn what(self) -> &'static str {
        match self {
            Rows::Probability => "probability, no labels",
            Rows::Logistic => "root of the logistic loss, labels",
            Rows::Softmax => "softmax, no labels",
            Rows::CrossEntropy => "root of the cross-entropy, labels",
        }
    }
}

/// A network and its rows.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The data set.
    pub set: &'static str,
    /// What is told apart.
    pub what: &'static str,
    /// The two classes' labels up to this one count as 0, the rest as 1; none: all labels as they are.
    split: Option<f64>,
    /// Labels at or above this one are left out.
    below: f64,
    /// The largest value of an input.
    largest: f64,
    /// Neurons behind the inputs, layer by layer.
    widths: &'static [usize],
    /// Whether the first layer has a bias.
    bias: bool,
    /// The rows.
    pub rows: Rows,
    /// Steps of a fit at most.
    pub steps: u32,
    /// Entries of the sketches that score.
    pub sketches: &'static [usize],
}

const DIGITS: Case = Case {
    set: "digits_8x8",
    what: "digits 0 to 4 from 5 to 9",
    split: Some(5.0),
    below: 10.0,
    largest: 16.0,
    widths: &[10, 1],
    bias: false,
    rows: Rows::Probability,
    steps: STEPS,
    sketches: SKETCHES,
};
const CLASSES: Case = Case {
    what: "ten digits",
    split: None,
    widths: &[32, 10],
    bias: true,
    rows: Rows::Softmax,
    steps: LARGE_STEPS,
    ..DIGITS
};
const LETTERS: Case = Case {
    set: "notmnist_10x10",
    what: "letters A from B",
    split: Some(1.0),
    below: 2.0,
    largest: 255.0,
    widths: &[10, 1],
    bias: true,
    rows: Rows::Probability,
    steps: STEPS,
    sketches: SKETCHES,
};

/// The network of `tests/firmware/big.sh`, which runs a sketch of [`FIRMWARE`] entries.
pub const LARGEST: Case = Case {
    widths: &[272, 272, 1],
    steps: HUGE_STEPS,
    ..LETTERS
};
/// Entries of the sketch that the firmware runs.
pub const FIRMWARE: usize = 48;

/// All cases.
pub const CASES: [Case; 7] = [
    DIGITS,
    Case {
        rows: Rows::Logistic,
        ..DIGITS
    },
    CLASSES,
    Case {
        rows: Rows::CrossEntropy,
        ..CLASSES
    },
    LETTERS,
    Case {
        widths: &[64, 32, 1],
        steps: LARGE_STEPS,
        ..LETTERS
    },
    LARGEST,
];

impl Case {
    /// The case in a quick look.
    pub fn quick(self) -> Self {
        let steps = if self.is_largest() {
            QUICK_STEPS
        } else {
            self.steps
        };
        let sketches = &[16, 64];
        Case {
            steps,
            sketches,
            ..self
        }
    }

    /// Whether it is the network of the firmware.
    pub fn is_largest(&self) -> bool {
        self.widths == LARGEST.widths
    }

    /// Inputs and widths, as `64-10-1`.
    pub fn network(&self, inputs: usize) -> String {
        let widths = self.widths.iter().map(|width| format!("-{width}"));
        inputs.to_string() + &widths.collect::<String>()
    }

    /// The case, for headings and keys; both cases of a network begin alike.
    pub fn name(&self, inputs: usize) -> String {
        format!("{}: {}", self.title(inputs), self.rows.what())
    }

    /// Network and data alone: cases of the same pilots.
    pub fn title(&self, inputs: usize) -> String {
        format!("{}, {}", self.network(inputs), self.what)
    }

    /// What is learnt, of values in [0, 1]; `None` where the set is not there.
    pub fn task(&self, context: &Context) -> Result<Option<Task<f32>>, Failure> {
        let Some(path) = context.find(self.set) else {
            return Ok(None);
        };
        let table = Table::read(&path, FirstLine::MayBeNames)?;
        let inputs = table.width - 1;
        let (mut readings, mut labels) = (Vec::new(), Vec::new());
        let most = if context.quick { QUICK } else { usize::MAX };
        let rows = table.rows().filter(|row| row[inputs] < self.below);
        for row in rows.take(most) {
            readings.extend(row[..inputs].iter().map(|&x| (x / self.largest) as f32));
            let label = row[inputs] as f32;
            let is_second = |split: f64| if row[inputs] >= split { 1.0 } else { 0.0 };
            labels.push(self.split.map_or(label, is_second));
        }
        Ok(Some(Task {
            readings,
            labels,
            shapes: self.shapes(inputs),
            loss: match self.split {
                Some(_) => Objective::Logistic,
                None => Objective::CrossEntropy,
            },
            decay: DECAY,
        }))
    }

    fn shapes(&self, inputs: usize) -> Vec<Shape<f32>> {
        let mut shapes = Vec::new();
        let mut width = inputs;
        for (index, &outputs) in self.widths.iter().enumerate() {
            let is_last = index + 1 == self.widths.len();
            shapes.push(Shape {
                inputs: width,
                outputs,
                bias: self.bias && index == 0,
                activation: if is_last {
                    Activation::Identity
                } else {
                    Activation::Relu
                },
            });
            width = outputs;
        }
        shapes
    }

    /// The layers of the network that is scored, which may end in a sigmoid where the one that is trained does not.
    pub fn scored(&self, inputs: usize) -> Vec<Shape<f32>> {
        let mut shapes = self.shapes(inputs);
        if let (Rows::Probability, Some(last)) = (self.rows, shapes.last_mut()) {
            last.activation = Activation::Sigmoid;
        }
        shapes
    }
}
