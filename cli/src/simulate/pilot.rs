//! The factor of a pilot's rows, which is shipped beside its parameters.

use gleaner::factor::{Factor, default_ridge, factor_len};
use gleaner::model::{Layers, Model, Network, Objective};
use gleaner::{Error, Scalar, Sum};

/// A packed factor and what belongs to it.
#[derive(Clone, Debug)]
pub struct PilotFactor<T> {
    /// Packed triangle.
    pub packed: Vec<T>,
    /// Rows in it.
    pub rows: u64,
    /// Ridge in it.
    pub ridge: T,
    /// Mean online leverage of its rows.
    pub mean_leverage: T,
}

impl<T: Scalar> PilotFactor<T> {
    /// Observes the rows, without gauge columns, of standardised readings; the ridge is the default.
    pub fn new<L: Layers<T>>(
        network: &Network<L>,
        objective: Objective<T>,
        x: &[T],
        labels: Option<&[T]>,
    ) -> Result<Self, Error> {
        let order = network.order();
        let mut scratch = vec![T::ZERO; network.scratch()];
        let mut whole = vec![T::ZERO; network.parameters() + 1];
        let mut rows: Vec<T> = Vec::new();
        let mut norms = Sum::default();
        for (index, x) in x.chunks_exact(network.inputs()).enumerate() {
            let target = objective.with(labels.and_then(|labels| labels.get(index)).copied())?;
            network.row(x, 0, target, &mut whole, &mut scratch)?;
            network.leave_out_gauge(&mut whole);
            let row = &whole[..order];
            norms.add(row.iter().fold(T::ZERO, |sum, &entry| sum + entry * entry));
            rows.extend_from_slice(row);
        }
        let rows = rows.chunks_exact(order);
        let count = T::count(rows.len().max(1) as u64);
        let ridge = default_ridge(norms.value() / count);
        let mut factor = Factor::new(order, ridge, vec![T::ZERO; factor_len(order)])?;
        let mut leverages = Sum::default();
        let number = rows.len() as u64;
        for row in rows {
            leverages.add(factor.observe(row, T::ONE)?);
        }
        Ok(PilotFactor {
            packed: factor.packed().to_vec(),
            rows: number,
            ridge,
            mean_leverage: leverages.value() / count,
        })
    }
}
