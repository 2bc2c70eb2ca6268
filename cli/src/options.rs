//! Choices that several commands share.

use crate::failure::{Failure, data};
use crate::table::Table;
use clap::ValueEnum;
use gleaner::Scalar;
use gleaner::model;

/// What a reading contributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Objective {
    /// f = model(x); no label
    Prediction,
    /// f = model(x) - y; the label is y
    Residual,
    /// The root of the logistic loss of a logit; the label is y in [0, 1]
    Logistic,
    /// The root of the cross-entropy of logits; the label is the class, counted from 0
    CrossEntropy,
    /// Twice the root of each class's share of the softmax of logits; no label
    Softmax,
}

impl Objective {
    /// The library's objective.
    pub fn build<T: Scalar>(self) -> model::Objective<T> {
        match self {
            Objective::Prediction => model::Objective::Prediction,
            Objective::Residual => model::Objective::Residual,
            Objective::Logistic => model::Objective::Logistic,
            Objective::CrossEntropy => model::Objective::CrossEntropy,
            Objective::Softmax => model::Objective::Softmax,
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Objective::Prediction => "prediction",
            Objective::Residual => "residual",
            Objective::Logistic => "logistic",
            Objective::CrossEntropy => "cross-entropy",
            Objective::Softmax => "softmax",
        }
    }

    /// Whether the last column of the data is a label.
    pub fn takes_label(self) -> bool {
        !matches!(self, Objective::Prediction | Objective::Softmax)
    }

    /// Refuses a model that it cannot be asked of.
    pub fn check_model<T: Scalar>(
        self,
        name: &str,
        model: &dyn model::Model<T>,
    ) -> Result<(), Failure> {
        let outputs = model.outputs();
        let labels = self.build::<T>().labels(outputs);
        if labels > 1 {
            return Err(data(format!(
                "{name}: the {} objective takes one label, and the model has {outputs} outputs; take --objective prediction, \
                 or cross-entropy for classes",
                self.name()
            )));
        }
        match self {
            _ if model.suits(self.build()) => Ok(()),
            Objective::CrossEntropy | Objective::Softmax => Err(data(format!(
                "{name}: the {} objective takes the logits of at least two classes: outputs without an activation",
                self.name()
            ))),
            _ => Err(data(format!(
                "{name}: the logistic objective takes a logit, and the model ends in a sigmoid: name its last activation \
                 \"identity\", or take another objective"
            ))),
        }
    }

    /// Refuses labels that are none of the objective's.
    pub fn check_labels(self, table: &Table) -> Result<(), Failure> {
        let (is_right, wanted): (fn(f64) -> bool, _) = match self {
            Objective::Logistic => (|y| (0.0..=1.0).contains(&y), "a label between 0 and 1"),
            Objective::CrossEntropy => (|y| y >= 0.0 && y.fract() == 0.0, "a class, 0, 1, 2, ..."),
            _ => return Ok(()),
        };
        for (index, row) in table.rows().enumerate() {
            let label = row[table.width - 1];
            if !is_right(label) {
                return Err(data(format!(
                    "{}, column {}: the {} objective expects {wanted}, found {label}",
                    table.place(index),
                    table.width,
                    self.name()
                )));
            }
        }
        Ok(())
    }
}

/// The scalar that everything is computed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Precision {
    /// Single precision, as on the device
    F32,
    /// Double precision
    F64,
}
