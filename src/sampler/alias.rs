//! Draws with replacement, each in O(1): the alias table.
//!
//! Of n scores, sample i is drawn with probability `p_i = score_i / sum of scores`. A draw takes one of n equal columns,
//! and there either the column's own sample or its alias. With s draws, `1 / (s p_i)` for each time that i was drawn
//! makes every sum unbiased; [`crate::plan`] says how many draws keep a loss.
//!
//! Source: A. J. Walker, "An efficient method for generating discrete random variables with general distributions", ACM
//! Trans. Math. Softw. 3 (1977); M. D. Vose, "A linear algorithm for generating random numbers with a given distribution",
//! IEEE Trans. Softw. Eng. 17 (1991).

use super::pool::count;
use crate::bytes::len;
use crate::{Error, Scalar, Sum};
use rand_core::Rng;

/// Everything of an alias table but its memory: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct AliasState<T> {
    /// Number of samples.
    pub count: usize,
    /// The largest score; 0: nothing can be drawn.
    pub largest: T,
    /// Sum of the scores over the largest, 1 to n.
    pub total: Sum<T>,
}

/// A sample that was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw<T> {
    /// Its index.
    pub index: usize,
    /// The probability of its being drawn, each time.
    pub probability: T,
}

impl<T: Scalar> Draw<T> {
    /// Its weight as one of so many draws: `1 / (draws probability)`.
    pub fn weight(&self, draws: u64) -> T {
        (T::ONE / self.probability / T::count(draws)).min(T::MAX)
    }
}

/// An alias table over n scores, which stay as they are, in memory of n scalars and n numbers.
///
/// ```
/// use gleaner::sampler::Alias;
/// use rand_xoshiro::{Xoshiro128PlusPlus, rand_core::SeedableRng};
///
/// let mut generator = Xoshiro128PlusPlus::seed_from_u64(1);
/// let table = Alias::new([1.0_f32, 0.0, 3.0], [0.0; 3], [0; 3])?;
/// let draw = table.draw(&mut generator).expect("a score above 0");
/// assert!(draw.index != 1);
/// assert_eq!(table.probability(2), Some(0.75));
/// # Ok::<(), gleaner::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Alias<T, W, C, A> {
    state: AliasState<T>,
    scores: W,
    cuts: C,
    aliases: A,
}

impl<T: Scalar, W: AsRef<[T]>, C: AsRef<[T]>, A: AsRef<[u32]>> Alias<T, W, C, A> {
    /// The table of n scores: 0 or more, at least one above 0 for anything to be drawn. Scores and table belong together
    /// from now on. Cost: O(n), one division a score.
    ///
    /// # Errors
    /// `Length` where cuts and aliases are not as many as the scores, or too many to number; `Score` for a score that is
    /// negative, NaN or infinite. Then nothing is written.
    pub fn new(scores: W, mut cuts: C, mut aliases: A) -> Result<Self, Error>
    where
        C: AsMut<[T]>,
        A: AsMut<[u32]>,
    {
        let given = scores.as_ref();
        check_lengths(given.len(), cuts.as_ref().len(), aliases.as_ref().len())?;
        let mut largest = T::ZERO;
        for &score in given {
            if !(score >= T::ZERO && score <= T::MAX) {
                return Err(Error::Score);
            }
            largest = largest.max(score);
        }
        let mut total = Sum::default();
        if largest > T::ZERO {
            given.iter().for_each(|&score| total.add(score / largest));
            build(given, largest, total, cuts.as_mut(), aliases.as_mut());
        }
        let state = AliasState {
            count: given.len(),
            largest,
            total,
        };
        Ok(Alias {
            state,
            scores,
            cuts,
            aliases,
        })
    }

    /// Joins a state and what it was detached from, whose content is not read.
    ///
    /// # Errors
    /// `Length` for other lengths; `Range` where the state contradicts itself.
    pub fn attach(state: AliasState<T>, scores: W, cuts: C, aliases: A) -> Result<Self, Error> {
        let found = scores.as_ref().len();
        check_lengths(found, cuts.as_ref().len(), aliases.as_ref().len())?;
        if found != state.count {
            return Err(Error::Length("scores"));
        }
        let AliasState { largest, total, .. } = state;
        let most = count::<T>(found) * (T::ONE + T::of(4.0) * T::EPSILON);
        let is_consistent = if largest == T::ZERO {
            total == Sum::default()
        } else {
            largest > T::ZERO
                && largest <= T::MAX
                && total.high >= T::ONE
                && total.high <= most
                && total.low.abs() <= T::EPSILON * total.high
        };
        if !is_consistent {
            return Err(Error::Range("state"));
        }
        Ok(Alias {
            state,
            scores,
            cuts,
            aliases,
        })
    }

    /// Takes state and memory apart: state, scores, cuts, aliases.
    pub fn detach(self) -> (AliasState<T>, W, C, A) {
        (self.state, self.scores, self.cuts, self.aliases)
    }

    /// The state.
    pub fn state(&self) -> AliasState<T> {
        self.state
    }

    /// The probability of a sample's being drawn, each time.
    pub fn probability(&self, index: usize) -> Option<T> {
        let &score = self.scores.as_ref().get(index)?;
        if self.state.largest > T::ZERO {
            Some(score / self.state.largest / self.state.total.value())
        } else {
            Some(T::ZERO)
        }
    }

    /// Draws a sample; `None` where no score is above 0. Draws: one 64-bit word and one [`Scalar::unit`]. A score of 0
    /// is never drawn. Scores below the mean are right to rounding and to 2^-32 (f32) or 2^-64 (f64) of the mean; those
    /// above to a rounding or two of the total. Cost: O(1).
    pub fn draw<G: Rng>(&self, generator: &mut G) -> Option<Draw<T>> {
        if self.state.largest == T::ZERO {
            return None;
        }
        let columns = u128::try_from(self.state.count).ok()?;
        let column = u128::from(generator.next_u64()).wrapping_mul(columns) >> 64;
        let column = usize::try_from(column).ok()?;
        let cut = self.cuts.as_ref().get(column)?;
        let index = if T::unit(generator) <= *cut {
            column
        } else {
            usize::try_from(*self.aliases.as_ref().get(column)?).ok()?
        };
        let probability = self.probability(index)?;
        Some(Draw { index, probability })
    }
}

fn check_lengths(scores: usize, cuts: usize, aliases: usize) -> Result<(), Error> {
    // The number behind the last ends a list.
    if u32::try_from(scores).is_err() || scores >= len(NONE) {
        return Err(Error::Length("scores"));
    }
    if cuts != scores {
        return Err(Error::Length("cuts"));
    }
    if aliases != scores {
        return Err(Error::Length("aliases"));
    }
    Ok(())
}

const NONE: u32 = u32::MAX;

/// A list of columns that are not done yet: each names the next where its alias will be.
struct List {
    first: u32,
}

impl List {
    fn push(&mut self, aliases: &mut [u32], column: u32) {
        if let Some(place) = aliases.get_mut(len(column)) {
            *place = self.first;
            self.first = column;
        }
    }

    fn pop(&mut self, aliases: &[u32]) -> Option<u32> {
        let column = self.first;
        self.first = *aliases.get(len(column))?;
        Some(column)
    }
}

/// Fills the table. Columns below 1 are topped up one after the other from one above 1, of which the compensated rest is
/// kept until it is below 1 itself.
fn build<T: Scalar>(scores: &[T], largest: T, total: Sum<T>, cuts: &mut [T], aliases: &mut [u32]) {
    let columns = count::<T>(scores.len());
    let height = |score: T| score / largest * (columns / total.value());
    let (mut low, mut high) = (List { first: NONE }, List { first: NONE });
    let mut heaviest = 0;
    for ((column, &score), cut) in (0_u32..).zip(scores).zip(cuts.iter_mut()) {
        *cut = height(score);
        if score >= largest {
            heaviest = column;
        }
        let list = if *cut < T::ONE { &mut low } else { &mut high };
        list.push(aliases, column);
    }
    while let Some(giver) = high.pop(aliases) {
        let mut rest = Sum {
            high: at(cuts, giver),
            low: T::ZERO,
        };
        let mut is_high = true;
        while is_high {
            let Some(taker) = low.pop(aliases) else {
                break;
            };
            if let Some(alias) = aliases.get_mut(len(taker)) {
                *alias = giver;
            }
            rest = rest.plus(-T::ONE).plus(at(cuts, taker));
            is_high = rest.high >= T::ONE;
        }
        let cut = if is_high {
            T::ONE
        } else {
            rest.high.max(T::ZERO)
        };
        put(cuts, giver, cut);
        if is_high {
            if let Some(alias) = aliases.get_mut(len(giver)) {
                *alias = giver;
            }
        } else {
            low.push(aliases, giver);
        }
    }
    // What is left is 1 but for rounding; a score of 0 is never drawn even so.
    while let Some(column) = low.pop(aliases) {
        let is_drawn = scores
            .get(len(column))
            .is_some_and(|&score| score > T::ZERO);
        let cut = if is_drawn { T::ONE } else { T::ZERO };
        put(cuts, column, cut);
        if let Some(alias) = aliases.get_mut(len(column)) {
            *alias = if is_drawn { column } else { heaviest };
        }
    }
}

fn at<T: Scalar>(cuts: &[T], column: u32) -> T {
    cuts.get(len(column)).copied().unwrap_or_default()
}

fn put<T: Scalar>(cuts: &mut [T], column: u32, value: T) {
    if let Some(cut) = cuts.get_mut(len(column)) {
        *cut = value;
    }
}
