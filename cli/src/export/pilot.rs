//! The pilot's factor: rows of the readings that the model was trained on, as the device takes them.

use super::constants::{Scaling, apply};
use crate::failure::{Failure, data};
use crate::options::Objective;
use crate::pilot::{self, PilotFactor};
use crate::progress;
use crate::table::Table;
use gleaner::Scalar;
use gleaner::model::{Flat, Model, Network};

impl<T: Scalar> PilotFactor<T> {
    /// Observes the row of every reading, gauge columns left out; none for a model of several outputs, which the
    /// selector does not take yet.
    pub fn of(
        table: &Table,
        network: &Network<Flat<'_, T>>,
        scaling: Option<&Scaling<T>>,
        objective: Objective,
    ) -> Result<Option<Self>, Failure> {
        if network.outputs() > 1 {
            eprintln!(
                "warning: the model has {} outputs, and the selector takes one: no pilot's factor is exported",
                network.outputs()
            );
            return Ok(None);
        }
        let (inputs, order) = (network.inputs(), network.order());
        let objective = objective.build::<T>();
        let mut row = vec![T::ZERO; network.parameters() + 1];
        let mut x = vec![T::ZERO; inputs];
        let mut scratch = vec![T::ZERO; network.scratch()];
        let mut rows = Vec::with_capacity(table.len() * order);
        let bar = progress::bar(table.len() as u64, "pilot rows");
        let cells: Vec<T> = table.cast();
        for (index, cells) in cells.chunks_exact(table.width).enumerate() {
            let failed = |cause| {
                data(format!(
                    "{}: no row for this reading: {cause}",
                    table.place(index)
                ))
            };
            let (reading, label) = cells.split_at(inputs);
            let label = label.first().copied();
            let target = match objective {
                gleaner::model::Objective::Prediction => objective.with(None),
                _ => objective.with(label),
            };
            let target = target.map_err(failed)?;
            apply(scaling, reading, &mut x).map_err(failed)?;
            network
                .row(&x, 0, target, &mut row, &mut scratch)
                .map_err(failed)?;
            network.leave_out_gauge(&mut row);
            rows.extend_from_slice(&row[..order]);
            bar.inc(1);
        }
        bar.finish_and_clear();
        let ridge = pilot::ridge(order, &rows);
        if ridge.is_finite() && ridge <= T::ZERO {
            return Err(data(format!(
                "{}: every row is 0 under this model, so the device could score nothing; look at the weights",
                table.name
            )));
        }
        let factor = PilotFactor::new(order, &rows);
        let no_factor = |cause| data(format!("{}: no factor of these rows: {cause}", table.name));
        factor.map(Some).map_err(no_factor)
    }
}
