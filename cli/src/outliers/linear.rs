//! Scores of linear rows `[1, x]`: nothing is trained.

use crate::batch;
use crate::regression::{Fitted, fit};
use gleaner::factor::{Factor, default_ridge, factor_len};
use gleaner::{Error, Sum};

pub type Owned = Factor<f64, Vec<f64>>;

pub fn factor(order: usize, ridge: f64) -> Result<Owned, Error> {
    Factor::new(order, ridge, vec![0.0; factor_len(order)])
}

/// The default ridge of rows one after the other.
pub fn ridge(order: usize, rows: &[f64]) -> f64 {
    let mut squares = Sum::default();
    rows.iter().for_each(|entry| squares.add(entry * entry));
    default_ridge(squares.value() / (rows.len() / order).max(1) as f64)
}

/// `[1, x]` of each reading.
pub fn rows(x: &[f64], width: usize) -> Vec<f64> {
    let with_one = |x: &[f64]| {
        core::iter::once(1.0)
            .chain(x.iter().copied())
            .collect::<Vec<_>>()
    };
    x.chunks_exact(width).flat_map(with_one).collect()
}

/// Leverage of each row. Without a ridge columns may depend on each other.
pub fn leverage(order: usize, rows: &[f64], ridge: f64) -> Result<Vec<f64>, Error> {
    let mut factor = factor(order, ridge)?;
    batch::observe(&mut factor, rows)?;
    if ridge == 0.0 {
        factor.pivot()?;
    }
    Ok(batch::leverages(&factor, rows)?)
}

/// Leverage of each row against the half of the rows with the lowest, found in so many rounds from those of all rows: the
/// concentration steps of the minimum covariance determinant (Rousseeuw and Van Driessen 1999), from one start. Rows that
/// are odd together no longer hide each other.
pub fn trimmed(order: usize, rows: &[f64], rounds: usize) -> Result<Vec<f64>, Error> {
    let ridge = ridge(order, rows);
    let mut scores = leverage(order, rows, 0.0)?;
    for _ in 0..rounds {
        let mut by_score: Vec<usize> = (0..scores.len()).collect();
        by_score.sort_by(|&i, &j| scores[i].total_cmp(&scores[j]));
        let mut factor = factor(order, ridge)?;
        let half = by_score.len().div_ceil(2).max(order);
        for &i in by_score.iter().take(half) {
            factor.observe(&rows[i * order..][..order], 1.0)?;
        }
        scores = batch::leverages(&factor, rows)?;
    }
    Ok(scores)
}

/// Leverage and novelty of each reading (so many rows each, added up) against those before it in `order_of`.
pub fn online(
    order: usize,
    rows: &[f64],
    outputs: usize,
    order_of: &[usize],
) -> Result<(Vec<f64>, Vec<f64>), Error> {
    let mut factor = factor(order, ridge(order, rows))?;
    let mut scratch = vec![0.0; order];
    let (mut leverages, mut novelties) = (vec![0.0; order_of.len()], vec![0.0; order_of.len()]);
    for &reading in order_of {
        let own = &rows[reading * outputs * order..][..outputs * order];
        for row in own.chunks_exact(order) {
            let novelty = factor.score(row, &mut scratch)?.novelty;
            novelties[reading] = f64::max(novelties[reading], novelty);
        }
        for row in own.chunks_exact(order) {
            leverages[reading] += factor.observe(row, 1.0)?;
        }
    }
    Ok((leverages, novelties))
}

/// Each column regressed on the others: the sum of the squares of the externally studentised residuals.
pub fn studentised(x: &[f64], width: usize) -> Result<Vec<f64>, Error> {
    let count = x.len() / width;
    let mut scores = vec![0.0; count];
    for target in 0..width {
        let mut design = Vec::with_capacity(x.len());
        let mut labels = Vec::with_capacity(count);
        for x in x.chunks_exact(width) {
            design.push(1.0);
            design.extend(
                x.iter()
                    .enumerate()
                    .filter(|(j, _)| *j != target)
                    .map(|(_, v)| v),
            );
            labels.push(x[target]);
        }
        let found = squares(width, &design, &labels)?;
        scores
            .iter_mut()
            .zip(found)
            .for_each(|(score, square)| *score += square);
    }
    Ok(scores)
}

/// Squares of the externally studentised residuals of a regression. Where undefined: 0 at leverage 1, where a row says
/// nothing of its label; the largest scalar where all others fit perfectly and this one does not.
pub fn squares(order: usize, design: &[f64], labels: &[f64]) -> Result<Vec<f64>, Error> {
    let Fitted {
        residuals,
        leverages,
        left,
    } = fit(order, design, labels).map_err(|refused| refused.cause)?;
    let mut found = Vec::new();
    for (&residual, leverage) in residuals.iter().zip(leverages) {
        let figures = left.diagnose(residual, leverage.min(1.0))?;
        found.push(match (figures.left_out, figures.external) {
            (_, Some(t)) => t * t,
            (Some(_), None) if residual != 0.0 && left.sum.value() > 0.0 => f64::MAX.sqrt(),
            _ => 0.0,
        });
    }
    Ok(found)
}
