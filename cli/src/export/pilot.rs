//! The pilot's factor: rows of the readings that the model was trained on, as the device takes them.

use super::constants::{Scaling, apply};
use crate::failure::{Failure, data};
use crate::options::Objective;
use crate::pilot::{self, PilotFactor};
use crate::progress;
use crate::table::Table;
use gleaner::Scalar;
use gleaner::model::Model;

impl<T: Scalar> PilotFactor<T> {
    /// Observes the rows of every reading, gauge columns left out.
    pub fn of(
        table: &Table,
        network: &dyn Model<T>,
        scaling: Option<&Scaling<T>>,
        objective: Objective,
    ) -> Result<Self, Failure> {
        let (inputs, order) = (network.inputs(), network.order());
        let objective = objective.build::<T>();
        let each = network.rows(objective);
        let labels = objective.labels(network.outputs());
        let mut row = vec![T::ZERO; network.row_len()];
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
            apply(scaling, reading, &mut x).map_err(failed)?;
            for index in 0..each {
                let target = objective.target(&label[..labels], index, network.outputs());
                let target = target.map_err(failed)?;
                network
                    .row(&x, index, target, &mut row, &mut scratch)
                    .map_err(failed)?;
                network.leave_out_gauge(&mut row);
                rows.extend_from_slice(&row[..order]);
            }
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
        let no_factor = |cause| data(format!("{}: no factor of these rows: {cause}", table.name));
        let mut factor = PilotFactor::new(order, &rows).map_err(no_factor)?;
        // A reading's leverage is the sum over its rows.
        factor.mean_leverage *= T::count(each as u64);
        Ok(factor)
    }
}
