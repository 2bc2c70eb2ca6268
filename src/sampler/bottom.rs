//! The k lowest scores, ties by arrival: the earlier stays.

use super::heap::Order;
use super::{Item, Ranked};
use crate::Scalar;

/// The order of [`Bottom`]: the lowest scores stay, and 0 is the lowest of all.
#[derive(Clone, Copy, Debug)]
pub struct Lowest;

impl Order for Lowest {
    fn leaves<T: Scalar>(a: &Item<T>, b: &Item<T>) -> bool {
        a.score > b.score || (a.score == b.score && a.sequence > b.sequence)
    }

    fn admits<T: Scalar>(_: T) -> bool {
        true
    }
}

/// The k lowest of a stream, k = `items.len() - 1` kept samples and k + 1 slots, 0 to k: the readings that a model has seen
/// most of.
///
/// As [`super::Top`], but that a score of 0, or -0.0, is kept: nothing is lower.
///
/// ```
/// use gleaner::sampler::{Bottom, Item};
///
/// let mut sampler = Bottom::new([Item::<f32>::default(); 3])?;
/// for score in [3.0, 0.0, 2.0, 1.0] {
///     sampler.offer(score)?;
/// }
/// let mut scores = [0.0; 2];
/// for (score, kept) in scores.iter_mut().zip(sampler.drain()) {
///     *score = kept.score;
/// }
/// assert_eq!(scores, [1.0, 0.0]);
/// # Ok::<(), gleaner::Error>(())
/// ```
pub type Bottom<T, I> = Ranked<T, I, Lowest>;
