//! How far a sample of rows distorts sums of squares.
//!
//! `max over v of |v^T (D_s^T W D_s) v / v^T D^T D v - 1|`: with an orthonormal basis of the columns of D the matrix below
//! the line is the identity, and the largest ratio is an eigenvalue.

use super::eigen::eigenvalues;
use super::whiten::White;
use gleaner::Error;
use gleaner::rand_core::Rng;
use gleaner::sampler::Alias;

/// An eigenvalue below this: the sample has lost a direction.
const LOST: f64 = 1e-12;

/// What one sample does.
#[derive(Clone, Copy, Debug)]
pub struct Distortion {
    /// The largest relative error over all directions.
    pub worst: f64,
    /// That of the sum of squares itself, at `[theta ; 1]`.
    pub loss: f64,
    /// A direction is lost: the rank of the sample is below that of the matrix.
    pub lost: bool,
}

/// Draws with replacement by chances in proportion to scores.
#[derive(Clone, Debug)]
pub struct Draws {
    table: Alias<f64, Vec<f64>, Vec<f64>, Vec<u32>>,
}

impl Draws {
    /// Of scores, at least one of them above 0.
    pub fn new(scores: Vec<f64>) -> Result<Draws, Error> {
        let count = scores.len();
        let table = Alias::new(scores, vec![0.0; count], vec![0; count])?;
        Ok(Draws { table })
    }

    /// Draws so many rows, and says how far they distort. `values`: f of each row at theta.
    pub fn distortion<G: Rng>(
        &self,
        white: &White,
        values: &[f64],
        draws: u64,
        generator: &mut G,
    ) -> Distortion {
        let rank = white.rank;
        let mut gram = vec![0.0; rank * rank];
        let mut loss = 0.0;
        let mut times = vec![0.0; values.len()];
        for draw in (0..draws).filter_map(|_| self.table.draw(generator)) {
            times[draw.index] += draw.weight(draws);
        }
        for (i, &weight) in times
            .iter()
            .enumerate()
            .filter(|(_, weight)| **weight > 0.0)
        {
            let row = white.row(i);
            for (j, &x) in row.iter().enumerate() {
                let scaled = weight * x;
                let line = &mut gram[j * rank..][..=j];
                line.iter_mut()
                    .zip(row)
                    .for_each(|(sum, &y)| *sum += scaled * y);
            }
            loss += weight * values[i] * values[i];
        }
        for j in 0..rank {
            for k in 0..j {
                gram[k * rank + j] = gram[j * rank + k];
            }
        }
        let found = eigenvalues(&mut gram, rank);
        let total: f64 = values.iter().map(|f| f * f).sum();
        Distortion {
            worst: found.iter().map(|x| (x - 1.0).abs()).fold(0.0, f64::max),
            loss: (loss / total - 1.0).abs(),
            lost: found.iter().copied().fold(f64::INFINITY, f64::min) < LOST,
        }
    }
}
