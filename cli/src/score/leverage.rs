//! Scores of rows, and what is to be said of the matrix that they form.

use super::rows::Rows;
use super::{digits, print};
use crate::batch::{self, Refused};
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
    /// Looks at the pivots of the same rows in double precision, at the rank that the scalar found.
    fn of(exact: &Owned<f64>, rank: usize) -> Health {
        let order = exact.state().order;
        let mut squares = vec![0.0; order];
        let mut pivots = Vec::with_capacity(order);
        let mut rest = exact.packed();
        for j in 0..order {
            let (row, tail) = rest.split_at(order - j);
            for (square, unit) in squares[j..].iter_mut().zip([1.0].iter().chain(&row[1..])) {
                *square += row[0] * unit * unit;
            }
            pivots.push(row[0]);
            rest = tail;
        }
        let share = |(pivot, square): (&f64, &f64)| {
            if *square > 0.0 {
                (pivot / square).sqrt()
            } else {
                0.0
            }
        };
        let mut shares: Vec<f64> = pivots.iter().zip(&squares).map(share).collect();
        shares.sort_by(|a, b| b.total_cmp(a));
        if rank == 0 {
            return Health {
                rank,
                condition: 1.0,
                gap: f64::INFINITY,
            };
        }
        let least = shares[rank - 1];
        let refused = shares.get(rank).copied().unwrap_or_default();
        let gap = if refused > 0.0 {
            least / refused
        } else {
            f64::INFINITY
        };
        Health {
            rank,
            condition: shares[0] / least,
            gap,
        }
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
            eprintln!(
                "ridge: {:e} (1e-6 times the mean squared norm of a row)",
                ridge.wide()
            );
            ridge
        }
    };
    let new = |ridge| {
        Factor::new(order, ridge, vec![T::ZERO; factor_len(order)]).map_err(|cause| {
            data(format!(
                "no factor of order {order}: {cause}; choose another --ridge"
            ))
        })
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
    let mut exact = Factor::new(order, 0.0, vec![0.0; factor_len(order)])?;
    let refused = |refused: Refused| out_of_range(rows, refused.row, refused.cause);
    batch::observe(&mut plain, &rows.entries).map_err(refused)?;
    let wide: Vec<f64> = rows.entries.iter().map(|entry| entry.wide()).collect();
    batch::observe(&mut exact, &wide).map_err(refused)?;
    bar.inc(norms.len() as u64);
    let rank = plain.pivot()?;
    exact.pivot()?;
    let without_ridge = report_rank::<T>(&Health::of(&exact, rank), order);
    let (with_ridge, with_ridge_is_right) = if ridge > T::ZERO {
        let right = report_digits::<T>("ridge and online", online.condition().wide(), false);
        (online, right)
    } else {
        (plain.clone(), without_ridge)
    };

    let leverages = batch::leverages(&plain, &rows.entries).map_err(refused)?;
    let ridges = batch::leverages(&with_ridge, &rows.entries).map_err(refused)?;
    for (position, (leverage, ridge)) in leverages.into_iter().zip(ridges).enumerate() {
        let s = &mut scores[position / rows.outputs];
        s.leverage += leverage;
        s.ridge += ridge;
    }
    bar.inc(norms.len() as u64);
    bar.finish_and_clear();
    for s in &mut scores {
        if !without_ridge {
            s.leverage = T::of(f64::NAN);
        }
        if !with_ridge_is_right {
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

/// Says on standard error what the pivots tell; whether leverages mean anything.
fn report_rank<T: Scalar>(health: &Health, order: usize) -> bool {
    let Health {
        rank,
        condition,
        gap,
    } = *health;
    eprintln!("rank: {rank} of {order} columns, condition about {condition:.1e}");
    let is_right = report_digits::<T>("leverage", condition, gap < PLAIN_GAP);
    if is_right && rank < order {
        eprintln!(
            "WARNING: RANK-DEFICIENT: only {rank} of {order} columns are independent; leverage is that of the \
             pseudo-inverse and sums to {rank}."
        );
    }
    is_right
}

/// Says on standard error what a condition costs; whether any digit is left.
fn report_digits<T: Scalar>(what: &str, condition: f64, rank_is_unclear: bool) -> bool {
    let (scalar, advice) = if T::BYTES == 4 {
        (
            "f32",
            "Take --scalar f64, or centre and scale the columns, or give a larger --ridge.",
        )
    } else {
        (
            "f64",
            "Centre and scale the columns, leave some out, or give a larger --ridge.",
        )
    };
    let error = condition * T::EPSILON.wide();
    if rank_is_unclear || error > NO_DIGITS {
        eprintln!(
            "WARNING: ILL-CONDITIONED: in {scalar} some columns cannot be told from dependent ones; no digit of \
             {what} would be right, so NaN is printed. {advice}"
        );
        return false;
    }
    if error > FEW_DIGITS {
        let digits = -error.log10();
        eprintln!("warning: {what}: expect about {digits:.0} correct digits in {scalar}. {advice}");
    }
    true
}

/// `|d|^2`, compensated.
fn square_norm<T: Scalar>(row: &[T]) -> T {
    let mut sum = Sum::default();
    row.iter().for_each(|&entry| sum.add(entry * entry));
    sum.value()
}

fn out_of_range<T: Scalar>(rows: &Rows<T>, position: usize, cause: Error) -> Failure {
    let place = rows.place(position);
    data(format!(
        "{place}: this row cannot be scored: {cause}; take --scalar f64 or rescale the columns"
    ))
}
