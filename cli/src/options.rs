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
    /// f = model(x) - y; the last column is y
    Residual,
    /// The root of the logistic loss of a logit; the last column is y in [0, 1]
    Logistic,
}

impl Objective {
    /// The library's objective.
    pub fn build<T: Scalar>(self) -> model::Objective<T> {
        match self {
            Objective::Prediction => model::Objective::Prediction,
            Objective::Residual => model::Objective::Residual,
            Objective::Logistic => model::Objective::Logistic,
        }
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Objective::Prediction => "prediction",
            Objective::Residual => "residual",
            Objective::Logistic => "logistic",
        }
    }

    /// Whether the last column of the data is a label.
    pub fn takes_label(self) -> bool {
        self != Objective::Prediction
    }

    /// Refuses labels outside [0, 1] where the loss is logistic.
    pub fn check_labels(self, table: &Table) -> Result<(), Failure> {
        if self != Objective::Logistic {
            return Ok(());
        }
        for (index, row) in table.rows().enumerate() {
            let label = row[table.width - 1];
            if !(0.0..=1.0).contains(&label) {
                return Err(data(format!(
                    "{}, column {}: the logistic objective expects a label between 0 and 1, found {label}",
                    table.place(index),
                    table.width
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
