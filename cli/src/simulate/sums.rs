//! Sums over all readings that a device keeps, and the weights that meet them.

use super::device::{Pick, PilotModel};
use super::task::{Sample, Task};
use gleaner::calibrate::{Options, Totals, Vector, calibrate, calibrate_len, totals_len};
use gleaner::model::{Flat, Model, Network, Objective};
use gleaner::{Error, Scalar};

/// Sums of a vector, at the pilot.
pub struct Sums<'a, T> {
    task: &'a Task<T>,
    network: Network<Flat<'a, T>>,
    all: Sample<T>,
    vector: Vector,
    totals: Totals<T, Vec<T>>,
    entries: Vec<T>,
    scratch: Vec<T>,
}

impl<'a, T: Scalar> Sums<'a, T> {
    /// Of nothing yet.
    pub fn new(task: &'a Task<T>, pilot: &'a PilotModel<T>, vector: Vector) -> Result<Self, Error> {
        let network = task.network(&pilot.theta, 1)?;
        let length = vector.len(network.parameters());
        let picks: Vec<(usize, f64)> = (0..task.len()).map(|index| (index, 1.0)).collect();
        Ok(Sums {
            task,
            network,
            all: task.sample(&pilot.constants, &picks),
            vector,
            totals: Totals::new(length, vec![T::ZERO; totals_len(length)])?,
            entries: vec![T::ZERO; length],
            scratch: vec![T::ZERO; network.scratch()],
        })
    }

    /// Bytes that a device would need for them.
    pub fn memory(&self) -> usize {
        (totals_len(self.entries.len()) + self.entries.len()) * T::BYTES
    }

    fn write(&mut self, index: usize) -> Result<(), Error> {
        let inputs = self.task.inputs();
        let objective = match self.vector {
            Vector::Output => Objective::Prediction,
            _ => self.task.loss,
        };
        let labelled = objective != Objective::Prediction;
        let target = objective.with(labelled.then_some(self.task.labels[index]))?;
        let x = &self.all.x[index * inputs..][..inputs];
        let (entries, scratch) = (&mut self.entries, &mut self.scratch);
        self.vector
            .write(&self.network, x, 0, target, entries, scratch)
    }

    /// Takes a reading in.
    pub fn observe(&mut self, index: usize) -> Result<(), Error> {
        self.write(index)?;
        self.totals.observe(&self.entries)
    }

    /// Calibrates the weights of what was kept.
    pub fn calibrate(mut self, kept: &mut [Pick]) -> Result<(), Error> {
        let length = self.entries.len();
        let mut ratios = vec![T::ZERO; kept.len()];
        let mut memory = vec![T::ZERO; calibrate_len(length)];
        let totals = self.totals.clone();
        let item = |index: usize, to: &mut [T]| {
            let pick: &Pick = &kept[index];
            self.write(pick.index)?;
            to.copy_from_slice(&self.entries);
            Ok(T::of(pick.weight))
        };
        let options = Options::default();
        calibrate(&totals, kept.len(), item, options, &mut ratios, &mut memory)?;
        for (pick, ratio) in kept.iter_mut().zip(ratios) {
            pick.calibrated = pick.weight * ratio.wide();
        }
        Ok(())
    }
}
