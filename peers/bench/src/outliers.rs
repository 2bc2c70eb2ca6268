//! The score of a reading and the verdict over a threshold, from a factor that training rows have filled.

use crate::leverage::factor;
use crate::table::{Number, Table};
use crate::{Timed, time};
use gleaner::outlier::leverage_threshold;

/// `by`: `one`, a call a reading, or `pair`. Results: the leverages.
pub fn run<T: Number>(table: &Table, train: &Table, by: &str, least: f64) -> Timed {
    let (rows, order) = (&T::of_table(table).flat[..], table.columns);
    let trained = &T::of_table(train).flat[..];
    let count = (trained.len() / order) as u64;
    let factor = factor(trained, order).expect("training rows");
    let threshold = leverage_threshold(T::of(3.0), order as u64, count).expect("a threshold");
    let mut scratch = vec![T::ZERO; 2 * order];
    let mut scores = vec![T::ZERO; rows.len() / order];
    let (seconds, _) = time(least, || {
        let mut odd = 0;
        if by == "pair" {
            for (rows, scores) in rows.chunks_exact(2 * order).zip(scores.chunks_exact_mut(2)) {
                let (first, second) = rows.split_at(order);
                let pair = factor.score_pair([first, second], &mut scratch);
                for (to, score) in scores.iter_mut().zip(pair.expect("a pair")) {
                    *to = score.leverage;
                    odd += u32::from(score.leverage > threshold);
                }
            }
        } else {
            for (row, to) in rows.chunks_exact(order).zip(&mut scores) {
                *to = factor.score(row, &mut scratch).expect("a row").leverage;
                odd += u32::from(*to > threshold);
            }
        }
        odd
    });
    Timed {
        seconds,
        result: Ok(scores.iter().map(|x| x.wide()).collect()),
    }
}
