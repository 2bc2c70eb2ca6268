//! Exact ridge leverages, in one pass and in two: by the factor, or by the Gram matrix of the rows where those are fewer
//! than their entries.
//!
//! With `K = D D^T + lambda I = L L^T` the leverages are the diagonal of `D D^T K^-1 = I - lambda K^-1`, and the online ones
//! `1 - lambda / L_ii^2`.

use crate::batch;
use crate::pilot::ridge;
use gleaner::Error;
use gleaner::factor::{Factor, factor_len};

/// Leverages of rows, one after the other.
#[derive(Clone, Debug)]
pub struct Leverages {
    /// Against all rows.
    pub all: Vec<f64>,
    /// Each against those before it and itself.
    pub online: Vec<f64>,
}

/// Entries of all rows that are multiplied before the next ones are looked at.
const STRETCH: usize = 512;
/// Rows of a tile: so many stretches stay in a processor's cache.
const TILE: usize = 64;

/// Under each of some ridges, in times the default ridge of the rows.
pub fn leverages(order: usize, rows: &[f32], times: &[f32]) -> Result<Vec<Leverages>, Error> {
    let least = ridge(order, rows);
    let ridges = times.iter().map(|times| times * least);
    if rows.len() / order < order {
        let gram = gram(order, rows);
        let each = ridges.map(|ridge| by_gram(&gram, f64::from(ridge)));
        each.collect()
    } else {
        let each = ridges.map(|ridge| with_ridge(order, rows, ridge));
        each.collect()
    }
}

/// By the library's factor, with the default ridge.
pub fn by_factor(order: usize, rows: &[f32]) -> Result<Leverages, Error> {
    with_ridge(order, rows, ridge(order, rows))
}

fn with_ridge(order: usize, rows: &[f32], ridge: f32) -> Result<Leverages, Error> {
    let mut factor = Factor::new(order, ridge, vec![0.0; factor_len(order)])?;
    let wide = |values: Vec<f32>| values.into_iter().map(f64::from).collect();
    let online = batch::observe(&mut factor, rows)?;
    let all = batch::leverages(&factor, rows)?;
    Ok(Leverages {
        all: wide(all),
        online: wide(online),
    })
}

/// The lower triangle of the rows' products, line by line.
fn gram(order: usize, rows: &[f32]) -> Vec<Vec<f64>> {
    let count = rows.len() / order;
    let mut lower: Vec<Vec<f64>> = (1..=count).map(|length| vec![0.0; length]).collect();
    for start in (0..order).step_by(STRETCH) {
        let end = order.min(start + STRETCH);
        let each = rows.chunks_exact(order).flat_map(|row| &row[start..end]);
        let part: Vec<f64> = each.map(|&x| f64::from(x)).collect();
        let part: Vec<&[f64]> = part.chunks_exact(end - start).collect();
        for tile in (0..count).step_by(TILE) {
            let others = &part[tile..count.min(tile + TILE)];
            for (row, line) in part.iter().zip(&mut lower).skip(tile) {
                for (sum, other) in line[tile..].iter_mut().zip(others) {
                    *sum += dot(row, other);
                }
            }
        }
    }
    lower
}

fn by_gram(gram: &[Vec<f64>], ridge: f64) -> Result<Leverages, Error> {
    let count = gram.len();
    let mut lower: Vec<Vec<f64>> = Vec::with_capacity(count);
    for (i, products) in gram.iter().enumerate() {
        let mut line = products.clone();
        line[i] += ridge;
        for j in 0..i {
            line[j] = (line[j] - dot(&line[..j], &lower[j][..j])) / lower[j][j];
        }
        let pivot = line[i] - dot(&line[..i], &line[..i]);
        if pivot.is_nan() || pivot <= 0.0 {
            return Err(Error::Range("ridge"));
        }
        line[i] = pivot.sqrt();
        lower.push(line);
    }
    let online = (0..count).map(|i| 1.0 - ridge / lower[i][i].powi(2));
    let online = online.collect();
    // Columns of the inverse of L, one at a time.
    let mut all = Vec::with_capacity(count);
    let mut column = vec![0.0; count];
    for i in 0..count {
        column[i] = 1.0 / lower[i][i];
        for k in i + 1..count {
            column[k] = -dot(&lower[k][i..k], &column[i..k]) / lower[k][k];
        }
        all.push(1.0 - ridge * dot(&column[i..], &column[i..]));
    }
    Ok(Leverages { all, online })
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, rest) = a.as_chunks::<8>();
    let (b, others) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let tail: f64 = rest.iter().zip(others).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both ways on the same rows, more of them than entries and fewer.
    #[test]
    fn the_gram_matrix_is_as_the_factor() {
        for (count, order) in [(30, 7), (20, 40), (90, 700)] {
            let entry = |i: usize| ((i * i * 31 % 97) as f32 - 48.0) / 20.0;
            let rows: Vec<f32> = (0..count * order).map(entry).collect();
            let factor = by_factor(order, &rows).unwrap();
            let gram = by_gram(&gram(order, &rows), f64::from(ridge(order, &rows))).unwrap();
            let pairs = factor.all.iter().zip(&gram.all);
            for (a, b) in pairs.chain(factor.online.iter().zip(&gram.online)) {
                assert!((a - b).abs() < 1e-4, "{a} {b}");
            }
        }
    }
}
