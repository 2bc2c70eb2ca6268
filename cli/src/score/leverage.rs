//! Scores of rows, and what is to be said of the matrix that they form.

use super::rows::Rows;
use super::{digits, print};
use crate::failure::{Failure, data};
use crate::progress;
use gleaner::factor::{Factor, default_ridge, factor_len};
use gleaner::{Error, Scalar, Sum};

/// Condition times epsilon beyond which scores have no digit right.
const NO_DIGITS: f64 = 0.05;
/// Condition times epsilon beyond which scores have few digits right.
const FEW_DIGITS: f64 = 1e-4;
/// A smallest accepted pivot must stand this far above the largest refused one for the rank to be plain.
const PLAIN_GAP: f64 = 30.0;

type Owned<T> = Factor<T, Vec<T>>;

/// Scores of one reading; over several outputs added up, the novelty the largest.
#[derive(Clone, Copy, Debug, Default)]
struct Scores<T> {
    norm: T,
    leverage: T,
    ridge: T,
    online: T,
    novelty: T,
}

/// How far the rank and the scores of a matrix can be trusted.
#[derive(Debug)]
struct Health {
    rank: usize,
    /// Largest over smallest accepted pivot, each relative to its column.
    condition: f64,
    /// Smallest accepted over largest refused pivot.
    gap: f64,
}

impl Health {
    /// Reads the pivots of a factor.
    fn of<T: Scalar>(factor: &Owned<T>) -> Health {
        let order = factor.state().order;
        let rank = factor.rank();
        let mut squares = vec![0.0f64; order];
        let mut pivots = Vec::with_capacity(order);
        let mut rest = factor.packed();
        for j in 0..order {
            let (row, tail) = rest.split_at(order - j);
            let pivot = row[0].wide();
            squares[j] += pivot;
            for (square, unit) in squares[j + 1..].iter_mut().zip(&row[1..]) {
                *square += pivot * unit.wide() * unit.wide();
            }
            pivots.push(pivot);
            rest = tail;
        }
        let mut shares: Vec<f64> = pivots
            .iter()
            .zip(&squares)
            .map(|(pivot, square)| if *square > 0.0 { (pivot / square).sqrt() } else { 0.0 })
            .collect();
        shares.sort_by(|a, b| b.total_cmp(a));
        let least = if rank == 0 { 1.0 } else { shares[rank - 1] };
        let refused = shares.get(rank).copied().unwrap_or_default();
        let condition = if rank == 0 { 1.0 } else { shares[0] / least };
        Health { rank, condition, gap: if refused > 0.0 { least / refused } else { f64::INFINITY } }
    }

    fn is_hopeless<T: Scalar>(&self) -> bool {
        let noise = T::EPSILON.wide();
        let rank_is_unclear = self.gap < PLAIN_GAP;
        rank_is_unclear || self.condition * noise > NO_DIGITS
    }
}

/// Computes and prints all scores.
pub fn print_scores<T: Scalar>(rows: &Rows<T>, ridge: Option<f64>) -> Result<(), Failure> {
    let scores = scores(rows, ridge)?;
    print(|out| {
        writeln!(out, "index,norm,leverage,ridge,online,novelty")?;
        for (index, s) in scores.iter().enumerate() {
            let [norm, leverage, ridge] = [s.norm, s.leverage, s.ridge].map(digits);
            let [online, novelty] = [s.online, s.novelty].map(digits);
            writeln!(out, "{index},{norm},{leverage},{ridge},{online},{novelty}")?;
        }
        Ok(())
    })
}

fn scores<T: Scalar>(rows: &Rows<T>, ridge: Option<f64>) -> Result<Vec<Scores<T>>, Failure> {
    let order = rows.order;
    let norms: Vec<T> = rows.iter().map(square_norm).collect();
    if let Some(position) = norms.iter().position(|norm| !norm.is_finite()) {
        return Err(out_of_range(rows, position, Error::Range("norm")));
    }
    let ridge = match ridge {
        Some(ridge) => T::of(ridge),
        None => {
            let mut sum = Sum::default();
            norms.iter().for_each(|&norm| sum.add(norm));
            let ridge = default_ridge(sum.value() / T::count(norms.len() as u64));
            eprintln!("ridge: {:e} (1e-6 times the mean squared norm of a row)", ridge.wide());
            ridge
        }
    };
    let new = |ridge| {
        Factor::new(order, ridge, vec![T::ZERO; factor_len(order)])
            .map_err(|cause| data(format!("no factor of order {order}: {cause}; choose another --ridge")))
    };
    let bar = progress::bar(3 * norms.len() as u64, "scores");
    let mut scratch = vec![T::ZERO; order];
    let mut scores = vec![Scores::<T>::default(); norms.len() / rows.outputs];

    // In row order: novelty against the rows before, then the online leverage.
    let mut online: Owned<T> = new(ridge)?;
    for (position, row) in rows.iter().enumerate() {
        let failed = |cause| out_of_range(rows, position, cause);
        let novelty = novelty(&mut online, row, &mut scratch).map_err(failed)?;
        let leverage = online.observe(row, T::ONE).map_err(failed)?;
        let s = &mut scores[position / rows.outputs];
        s.norm += norms[position];
        s.online += leverage;
        s.novelty = s.novelty.max(novelty);
        bar.inc(1);
    }

    let mut plain: Owned<T> = new(T::ZERO)?;
    for (position, row) in rows.iter().enumerate() {
        plain.observe(row, T::ONE).map_err(|cause| out_of_range(rows, position, cause))?;
        bar.inc(1);
    }
    plain.pivot()?;
    let plain_is_hopeless = report::<T>(&plain, "leverage", order);
    let with_ridge = if ridge > T::ZERO { online } else { plain.clone() };
    let ridge_is_hopeless = if ridge > T::ZERO {
        report::<T>(&with_ridge, "ridge and online", order)
    } else {
        plain_is_hopeless
    };

    for (position, row) in rows.iter().enumerate() {
        let failed = |cause| out_of_range(rows, position, cause);
        let s = &mut scores[position / rows.outputs];
        s.leverage += plain.score(row, &mut scratch).map_err(failed)?.leverage;
        s.ridge += with_ridge.score(row, &mut scratch).map_err(failed)?.leverage;
        bar.inc(1);
    }
    bar.finish_and_clear();
    for s in &mut scores {
        if plain_is_hopeless {
            s.leverage = T::of(f64::NAN);
        }
        if ridge_is_hopeless {
            (s.ridge, s.online) = (T::of(f64::NAN), T::of(f64::NAN));
        }
    }
    Ok(scores)
}

/// Novelty against what the factor has seen; pivots it where that is needed.
fn novelty<T: Scalar>(factor: &mut Owned<T>, row: &[T], scratch: &mut [T]) -> Result<T, Error> {
    match factor.score(row, scratch) {
        Err(Error::Stale) => {
            factor.pivot()?;
            Ok(factor.score(row, scratch)?.novelty)
        }
        other => Ok(other?.novelty),
    }
}

/// Says on standard error what the factor's pivots tell; returns whether its scores mean nothing.
fn report<T: Scalar>(factor: &Owned<T>, what: &str, order: usize) -> bool {
    let health = Health::of(factor);
    let scalar = if T::BYTES == 4 { "f32" } else { "f64" };
    let condition = health.condition;
    let has_ridge = factor.state().ridge > T::ZERO;
    let hopeless = if has_ridge {
        factor.condition().wide() * T::EPSILON.wide() > NO_DIGITS
    } else {
        health.is_hopeless::<T>()
    };
    if !has_ridge {
        eprintln!("rank: {} of {order} columns, condition about {condition:.1e}", health.rank);
    }
    let advice = if T::BYTES == 4 {
        "Take --scalar f64, or centre and scale the columns, or give a larger --ridge."
    } else {
        "Centre and scale the columns, leave some out, or give a larger --ridge."
    };
    if hopeless {
        eprintln!(
            "WARNING: ILL-CONDITIONED: in {scalar} the columns cannot be told from dependent ones; no digit of \
             {what} would be right, so NaN is printed. {advice}"
        );
        return true;
    }
    if !has_ridge && health.rank < order {
        eprintln!(
            "WARNING: RANK-DEFICIENT: only {} of {order} columns are independent; leverage is that of the \
             pseudo-inverse and sums to {}.",
            health.rank, health.rank
        );
    }
    let digits_lost = if has_ridge { factor.condition().wide() } else { condition };
    if digits_lost * T::EPSILON.wide() > FEW_DIGITS {
        eprintln!(
            "warning: {what}: condition about {digits_lost:.1e} in {scalar}: expect about {:.0} correct digits. {advice}",
            (-(digits_lost * T::EPSILON.wide()).log10()).max(0.0)
        );
    }
    false
}

/// `|d|^2`, compensated.
fn square_norm<T: Scalar>(row: &[T]) -> T {
    let mut sum = Sum::default();
    row.iter().for_each(|&entry| sum.add(entry * entry));
    sum.value()
}

fn out_of_range<T: Scalar>(rows: &Rows<T>, position: usize, cause: Error) -> Failure {
    let place = rows.place(position);
    data(format!("{place}: this row cannot be scored: {cause}; take --scalar f64 or rescale the columns"))
}
