//! The rows that are scored: of a model and its readings, or finished ones.

use crate::failure::{Failure, data};
use crate::net::Net;
use crate::options::Objective;
use crate::progress;
use crate::table::{FirstLine, Table};
use gleaner::Scalar;
use gleaner::model::{Form, Model};
use std::path::Path;

/// Whole rows, gauge columns too.
pub struct Rows<T> {
    /// Length of a row.
    pub order: usize,
    /// Rows a reading: the model's outputs.
    pub outputs: usize,
    /// All rows one after the other.
    pub entries: Vec<T>,
    /// Form and completeness of each; empty for finished rows.
    pub reports: Vec<(Form, T)>,
    /// Where each reading stands, for messages.
    pub places: Vec<String>,
}

impl<T: Scalar> Rows<T> {
    /// Reads finished rows.
    pub fn finished(path: &Path) -> Result<Self, Failure> {
        let table = Table::read(path, FirstLine::Numbers)?;
        let entries: Vec<T> = table.cast();
        let places = (0..table.len()).map(|index| table.place(index)).collect();
        let rows = Rows {
            order: table.width,
            outputs: 1,
            entries,
            reports: Vec::new(),
            places,
        };
        for (row, place) in rows.iter().zip(&rows.places) {
            if let Some(column) = row.iter().position(|entry| !entry.is_finite()) {
                return Err(data(format!(
                    "{place}, column {}: the number is beyond this scalar's range; take --scalar f64 or rescale",
                    column + 1
                )));
            }
        }
        Ok(rows)
    }

    /// Makes the rows of a model for all readings of a file.
    pub fn of_model(
        net: &Path,
        readings: &Path,
        objective: Objective,
        nodes: usize,
    ) -> Result<Self, Failure> {
        let name = net.display();
        let net = Net::read(net)?;
        let inputs = net.inputs();
        let table = Table::read(readings, FirstLine::MayBeNames)?;
        if objective.takes_label() {
            table.expect_width(
                inputs + 1,
                &format!("{inputs} inputs of {name}, then the label"),
            )?;
            objective.check_labels(&table)?;
        } else {
            table.expect_width(
                inputs,
                &format!("{inputs} inputs of {name}; prediction takes no label"),
            )?;
        }
        if objective == Objective::Logistic && net.last_activation().name == "sigmoid" {
            eprintln!(
                "warning: {name} ends in a sigmoid, and the logistic objective expects a logit: the sigmoid's \
                 output is taken as one. For the logistic loss name the last activation \"identity\"."
            );
        }
        let cast = net.cast::<T>();
        let network = cast
            .network(nodes)
            .map_err(|cause| data(format!("{name}: {cause}")))?;
        let wanted = objective.build::<T>();
        if objective != Objective::Logistic || net.outputs() > 1 {
            objective.check_model(&name.to_string(), &network)?;
        }
        let outputs = wanted.rows(net.outputs());
        let order = network.parameters() + 1;
        let mut scratch = vec![T::ZERO; network.scratch()];
        let cells: Vec<T> = table.cast();
        let mut rows = Rows {
            order,
            outputs,
            entries: Vec::with_capacity(table.len() * outputs * order),
            reports: Vec::new(),
            places: (0..table.len()).map(|index| table.place(index)).collect(),
        };
        let bar = progress::bar(table.len() as u64, "rows");
        let mut row = vec![T::ZERO; order];
        for (cells, place) in cells.chunks_exact(table.width).zip(&rows.places) {
            let (x, label) = cells.split_at(inputs);
            let failed = |cause| data(format!("{place}: no row for this reading: {cause}"));
            let target = wanted.with(label.first().copied()).map_err(failed)?;
            for output in 0..outputs {
                let report = network
                    .row(x, output, target, &mut row, &mut scratch)
                    .map_err(failed)?;
                rows.entries.extend_from_slice(&row);
                rows.reports.push((report.form, report.completeness));
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(rows)
    }

    /// All rows in order.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        self.entries.chunks_exact(self.order)
    }

    /// Where row `position` stands.
    pub fn place(&self, position: usize) -> &str {
        &self.places[position / self.outputs]
    }
}
