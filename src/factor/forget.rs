//! Forgetting: incoming rows grow by `2^(1 / half_life)` each, and once in a half-life everything is halved,
//! exactly. A row costs nothing more than its growth, and nothing drifts.

use super::{Factor, FactorState, observe, parts_mut};
use crate::{Error, Scalar};

impl<T: Scalar> FactorState<T> {
    /// How much a row of now outweighs a row of the last halving: `2^(age / half_life)`.
    pub(super) fn growth(&self) -> T {
        if self.age == 0 {
            return T::ONE;
        }
        (T::count(self.age) / T::count(self.half_life)).exp2()
    }

    /// Takes in `sqrt(weight) e_column`.
    #[inline(never)]
    fn feed(&self, memory: &mut [T], column: usize, weight: T) {
        if weight < T::MIN_POSITIVE {
            return;
        }
        let parts = parts_mut(memory, self.order);
        for ((work, place), square) in parts.work.iter_mut().zip(parts.order).zip(parts.squares) {
            *work = T::ZERO;
            if place.index() == column {
                *work = T::ONE;
                *square += weight;
            }
        }
        observe::observe(parts.packed, parts.compensation, parts.work, weight);
    }

    /// Ages by a row, where there is a half-life: at most one column's ridge is fed, and a whole half-life halves
    /// everything.
    #[inline]
    pub(crate) fn forget(&mut self, memory: &mut [T]) {
        if self.half_life > 0 {
            self.age_by_one(memory);
        }
    }

    #[inline(never)]
    fn age_by_one(&mut self, memory: &mut [T]) {
        let due = self.due();
        self.settle(memory, due);
    }

    /// Ages by a row, and says what is due then.
    #[inline(always)]
    pub(super) fn due(&mut self) -> Due<T> {
        let FactorState {
            order,
            ridge,
            half_life,
            cursor,
            ..
        } = *self;
        let mut due = Due {
            column: cursor,
            ridge: T::ZERO,
            halves: false,
        };
        self.age += 1;
        let (columns, turn) = (order as u64, cursor as u64 + 1);
        let is_fed = self.age.saturating_mul(columns) >= turn.saturating_mul(half_life);
        if cursor < order && is_fed {
            self.cursor += 1;
            if ridge > T::ZERO {
                due.ridge = T::HALF * ridge * self.growth();
            }
        }
        if self.age >= half_life {
            self.age = 0;
            self.cursor = 0;
            due.halves = true;
        }
        due
    }

    /// Does what is due.
    #[inline(always)]
    pub(super) fn settle(&self, memory: &mut [T], due: Due<T>) {
        self.feed(memory, due.column, due.ridge);
        if due.halves {
            scale(memory, self.order, T::HALF);
        }
    }
}

/// What is due after a row.
#[derive(Clone, Copy)]
pub(super) struct Due<T> {
    /// The column whose ridge is fed.
    pub column: usize,
    /// What is fed to it; below the smallest normal scalar: nothing.
    pub ridge: T,
    /// Whether everything is halved.
    pub halves: bool,
}

/// Scales all rows so far.
fn scale<T: Scalar>(memory: &mut [T], order: usize, factor: T) {
    let parts = parts_mut(memory, order);
    parts
        .squares
        .iter_mut()
        .for_each(|square| *square *= factor);
    parts
        .compensation
        .iter_mut()
        .for_each(|error| *error *= factor);
    let mut packed = parts.packed;
    for j in 0..order {
        let Some((row, tail)) = packed.split_at_mut_checked(order - j) else {
            break;
        };
        if let Some(pivot) = row.first_mut() {
            *pivot *= factor;
            if *pivot < T::MIN_POSITIVE {
                *pivot = T::ZERO;
            }
        }
        packed = tail;
    }
}

impl<T: Scalar, B: AsRef<[T]> + AsMut<[T]>> Factor<T, B> {
    /// Half-life in rows, at least the order; 0: never forget.
    ///
    /// The ridge is fed back while rows are forgotten, one column at a time and each once in a half-life:
    /// every pivot stays at least half of lambda. Up to 1.5 lambda are there at first, at most lambda later. Set it once,
    /// at the start: each change may add or leave out as much as half of lambda, and so may each merge of a factor that
    /// forgets.
    /// Cost: a little more than a power of two and N^2 / 6 flops a row.
    ///
    /// # Errors
    /// Range: a half-life below the order.
    pub fn set_half_life(&mut self, rows: u64) -> Result<(), Error> {
        if rows > 0 && rows < self.state.order as u64 {
            return Err(Error::Range("half_life"));
        }
        let old = self.state.half_life;
        if old == rows {
            return Ok(());
        }
        if old > 0 {
            let before = self.state.growth();
            // The place within the cycle of halvings is kept, and with it the ridge's.
            let phase = T::count(self.state.age) / T::count(old);
            self.state.age = ((phase * T::count(rows)).index() as u64).min(rows.saturating_sub(1));
            self.state.half_life = rows;
            let growth = self.state.growth();
            scale(self.memory.as_mut(), self.state.order, growth / before);
            if rows == 0 {
                // What a column lacks of its ridge is at most half of it.
                for column in 0..self.state.order {
                    let weight = T::HALF * self.state.ridge;
                    self.state.feed(self.memory.as_mut(), column, weight);
                }
                self.state.cursor = 0;
            }
        }
        self.state.half_life = rows;
        Ok(())
    }
}
