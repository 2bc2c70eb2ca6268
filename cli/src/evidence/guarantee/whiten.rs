//! An orthonormal basis of the columns of a matrix: in it `D^T D` is the identity.

/// A column of which no more than this is left behind the others depends on them.
const DEPENDENT: f64 = 1e-9;

/// Rows of an orthonormal basis.
#[derive(Clone, Debug)]
pub struct White {
    /// Number of basis vectors.
    pub rank: usize,
    /// A row of `rank` entries for each row of the matrix.
    pub rows: Vec<f64>,
}

impl White {
    /// The basis of the columns of `rows`, one row after the other, by Gram-Schmidt done twice. Cost: 4 n N^2 flops.
    pub fn of(rows: &[f64], order: usize) -> White {
        let count = rows.len() / order;
        let mut basis: Vec<Vec<f64>> = Vec::new();
        for j in 0..order {
            let mut column: Vec<f64> = (0..count).map(|i| rows[i * order + j]).collect();
            let norm = length(&column);
            for _ in 0..2 {
                for known in &basis {
                    let share: f64 = known.iter().zip(&column).map(|(a, b)| a * b).sum();
                    column
                        .iter_mut()
                        .zip(known)
                        .for_each(|(x, a)| *x -= share * a);
                }
            }
            let left = length(&column);
            if left > DEPENDENT * norm {
                column.iter_mut().for_each(|x| *x /= left);
                basis.push(column);
            }
        }
        let rank = basis.len();
        let white = (0..count).flat_map(|i| basis.iter().map(move |column| column[i]));
        White {
            rank,
            rows: white.collect(),
        }
    }

    /// Row i.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.rows[i * self.rank..][..self.rank]
    }
}

fn length(column: &[f64]) -> f64 {
    column.iter().map(|x| x * x).sum::<f64>().sqrt()
}
