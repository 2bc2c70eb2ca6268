//! The standardiser and the check pairs, both made of the training readings.

use crate::failure::{Failure, data};
use crate::net::Net;
use crate::table::Table;
use gleaner::model::Model;
use gleaner::standardiser::{Moments, moments_len, standardise};
use gleaner::{Error, Scalar};

/// Check pairs at most.
const MOST_CHECKS: usize = 8;

/// A reading becomes `(x - mean) / scale`.
#[derive(Clone, Debug)]
pub struct Scaling<T> {
    /// One a feature.
    pub mean: Vec<T>,
    /// One a feature, positive.
    pub scale: Vec<T>,
}

impl Scaling<f64> {
    /// Mean and population standard deviation a feature; a constant feature has scale 1.
    pub fn of(table: &Table, inputs: usize) -> Result<Self, Failure> {
        let mut moments = Moments::new(vec![0.0; moments_len(inputs)])?;
        for (index, row) in table.rows().enumerate() {
            moments
                .observe(&row[..inputs])
                .map_err(|cause| data(format!("{}: {cause}", table.place(index))))?;
        }
        let feature = |j| {
            let deviation = moments.variance(j).unwrap_or_default().sqrt();
            let scale = if deviation > 0.0 { deviation } else { 1.0 };
            (moments.mean(j).unwrap_or_default(), scale)
        };
        let (mean, scale) = (0..inputs).map(feature).unzip();
        Ok(Scaling { mean, scale })
    }

    /// That of integers of a quantised tensor: `(x - zero) scale`.
    pub fn quantised(scale: f64, zero: f64, inputs: usize) -> Result<Self, Failure> {
        let step = 1.0 / scale;
        if !(scale > 0.0 && step.is_finite() && step > 0.0 && zero.is_finite()) {
            return Err(data(format!(
                "--quantised: expected a positive scale and a zero point, found {scale}, {zero}"
            )));
        }
        Ok(Scaling {
            mean: vec![zero; inputs],
            scale: vec![step; inputs],
        })
    }

    /// The same in another scalar.
    pub fn cast<T: Scalar>(&self) -> Result<Scaling<T>, Failure> {
        let cast = |values: &[f64]| -> Vec<T> { values.iter().map(|&v| T::of(v)).collect() };
        let (mean, scale) = (cast(&self.mean), cast(&self.scale));
        for (j, (mean, scale)) in mean.iter().zip(&scale).enumerate() {
            if !(mean.is_finite() && scale.is_finite() && *scale > T::ZERO) {
                return Err(data(format!(
                    "feature {j}: mean {:e} or scale {:e} is beyond this scalar's range; take --scalar f64 or other units",
                    self.mean[j], self.scale[j]
                )));
            }
        }
        Ok(Scaling { mean, scale })
    }
}

/// Standardises a reading, or copies it.
pub fn apply<T: Scalar>(scaling: Option<&Scaling<T>>, raw: &[T], x: &mut [T]) -> Result<(), Error> {
    match scaling {
        Some(scaling) => standardise(raw, &scaling.mean, &scaling.scale, x),
        None => {
            x.copy_from_slice(raw);
            Ok(())
        }
    }
}

/// Readings with the model's outputs for them.
#[derive(Clone, Debug)]
pub struct Checks {
    /// Readings as the sensor gives them, one after the other.
    pub inputs: Vec<f64>,
    /// All outputs of the first, of the second, ...
    pub outputs: Vec<f64>,
    /// Number of pairs.
    pub count: usize,
}

/// Numbers of rows spread evenly over a table.
pub fn spread(rows: usize) -> impl Iterator<Item = usize> {
    let count = rows.min(MOST_CHECKS);
    (0..count).map(move |index| index * rows / count)
}

impl Checks {
    /// Some readings of a table, outputs computed in double precision.
    pub fn of(table: &Table, net: &Net, scaling: Option<&Scaling<f64>>) -> Result<Self, Failure> {
        let mut checks = Checks {
            inputs: Vec::new(),
            outputs: Vec::new(),
            count: 0,
        };
        for index in spread(table.len()) {
            let reading = &table.row(index)[..net.inputs()];
            checks.inputs.extend_from_slice(reading);
            checks.outputs.extend(
                outputs(net, scaling, reading)
                    .map_err(|cause| data(format!("{}: {cause}", table.place(index))))?,
            );
            checks.count += 1;
        }
        Ok(checks)
    }
}

/// The outputs of a net for a reading, in double precision.
pub fn outputs(
    net: &Net,
    scaling: Option<&Scaling<f64>>,
    reading: &[f64],
) -> Result<Vec<f64>, Error> {
    let cast = net.cast::<f64>();
    let network = cast.network(1)?;
    let mut x = vec![0.0; net.inputs()];
    apply(scaling, reading, &mut x)?;
    let mut scratch = vec![0.0; network.scratch()];
    (0..net.outputs())
        .map(|output| network.value(&x, output, &mut scratch))
        .collect()
}
