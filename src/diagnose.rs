//! Diagnose: what one row does to a least-squares fit, in closed form, with the row left out and nothing fitted again.
//!
//! With e a row's residual, h its leverage, S the residual sum of squares of n rows of rank p, and `c = 1 - h`:
//!
//! ```text
//! left out    e / c                                   the residual of a fit without the row
//! internal    e / (s sqrt c)                          s^2 = S / (n - p)
//! external    e / (s_out sqrt c)                      s_out^2 = (S - e^2 / c) / (n - p - 1)
//! Cook        internal^2 h / (p c)                    how far all fitted values move
//! DFFITS      external sqrt(h / c)                    how far the row's own fitted value moves
//! ```
//!
//! # Where they are undefined
//! At h = 1 the fit passes through the row whatever its label: e = 0 and nothing can be said. Every figure is then
//! `None`. So are those that divide by a variance that does not exist (n <= p, or n - 1 <= p without the row) or is 0
//! but for rounding.
//!
//! # Cancellation
//! `1 - h` and `S - e^2 / c` lose digits where a row dominates; no formula in e, h and S gets them back: an error in S
//! grows by `S / (S - e^2 / c)`. A row that is judged *before* it is taken in has no such trouble
//! ([`Residuals::diagnose_new`]): with t its leverage against the other rows and r its residual against their fit,
//! `c = 1 / (1 + t)`, `S = S_out + r^2 / (1 + t)`, and every figure is a sum or product of positive terms. The
//! residual sum of squares grows the same way ([`Residuals::observe`]), a recursive residual at a time.
//!
//! # Weights
//! A row of weight w counts as `sqrt(w)` times the row, residual included; the row count stays a count of rows.
//!
//! # Nonlinear models
//! At a minimum theta of `sum f_i^2` take for e the value `f_i(theta)` and for h the leverage of its gradient (not of
//! the adjoint row). Then e, h, S and the internal residual are those of the linearised fit, and whatever leaves the row
//! out is one Gauss-Newton step from theta: exact for a linear model; elsewhere the relative error falls in proportion
//! to the residuals, since the step does (`tests/diagnostics.rs`). Where theta is no minimum, as at a pilot, fit first or
//! take for e the residual behind one Gauss-Newton step, `f_i + <gradient_i, step>`, step from [`crate::factor::Factor::solve`];
//! rows of the weight decay belong into the factor.
//!
//! Source: Cook and Weisberg, Residuals and Influence in Regression (1982), sections 2.2 and 3.5; Belsley, Kuh and Welsch,
//! Regression Diagnostics (1980), chapter 2; recursive residuals: Brown, Durbin and Evans, Techniques for testing the
//! constancy of regression relationships over time, J. R. Stat. Soc. B 37 (1975).

use crate::{Error, Scalar, Sum};

/// Leverages that differ from 1 by less than this many units of rounding are 1.
const ROUNDING: f64 = 64.0;
/// What rounding may add to a leverage of 1 before the row counts as one that is not in the fit.
const EXCESS: f64 = 1.0 / 256.0;

/// What a fit leaves: its residual sum of squares, compensated, its rows and its rank.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct Residuals<T> {
    /// S, the sum of squared residuals.
    pub sum: Sum<T>,
    /// n
    pub rows: u64,
    /// p, the rank of the rows: their number of columns where none depends on others.
    pub rank: u64,
}

/// A row's figures; `None` where a figure is undefined.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Diagnosis<T> {
    /// The residual of a fit without the row.
    pub left_out: Option<T>,
    /// Internally studentised residual, in `[-sqrt(n - p), sqrt(n - p)]`.
    pub internal: Option<T>,
    /// Externally studentised residual: Student's t with n - p - 1 degrees of freedom where errors are normal.
    pub external: Option<T>,
    /// Cook's distance.
    pub cook: Option<T>,
    /// DFFITS.
    pub dffits: Option<T>,
}

impl<T: Copy> Diagnosis<T> {
    /// All five: left out, internal, external, Cook, DFFITS.
    pub fn figures(&self) -> [Option<T>; 5] {
        [
            self.left_out,
            self.internal,
            self.external,
            self.cook,
            self.dffits,
        ]
    }
}

impl<T: Scalar> Residuals<T> {
    /// Of a residual sum of squares. See [`Residuals::from_variance`] for `s^2`.
    ///
    /// # Errors
    /// NotFinite and Range: a sum that is not finite or below 0.
    pub fn from_sum(sum: T, rows: u64, rank: u64) -> Result<Self, Error> {
        if !sum.is_finite() {
            return Err(Error::NotFinite("sum"));
        }
        if sum < T::ZERO {
            return Err(Error::Range("sum"));
        }
        Ok(Residuals {
            sum: Sum::of(sum),
            rows,
            rank,
        })
    }

    /// Of a residual variance `s^2 = S / (n - p)`.
    ///
    /// # Errors
    /// As [`Residuals::from_sum`]; Range also where n <= p.
    pub fn from_variance(variance: T, rows: u64, rank: u64) -> Result<Self, Error> {
        let freedom: T = freedom(rows, rank).ok_or(Error::Range("rows"))?;
        Self::from_sum(variance * freedom, rows, rank)
    }

    /// `s^2 = S / (n - p)`; None where n <= p.
    pub fn variance(&self) -> Option<T> {
        freedom(self.rows, self.rank).map(|freedom: T| self.sum.value().max(T::ZERO) / freedom)
    }

    /// Takes in a row that the fit has not seen, for a fit that grows row by row: `error` is its residual against the
    /// fit of the rows before, `leverage` theirs of it ([`crate::factor::Factor::score`]). Adds
    /// `error^2 / (1 + leverage)`, the square of its recursive residual, which is returned: under the model these are
    /// independent and of one variance.
    ///
    /// # Errors
    /// NotFinite, Range: error or leverage, or a sum beyond the scalar's range. Then nothing has changed.
    pub fn observe(&mut self, error: T, leverage: T) -> Result<T, Error> {
        check(error, leverage)?;
        let recursive = error / (T::ONE + leverage).sqrt();
        let sum = self.sum.plus(recursive * recursive);
        if !sum.is_finite() {
            return Err(Error::Range("residual"));
        }
        (self.sum, self.rows) = (sum, self.rows.saturating_add(1));
        Ok(recursive)
    }

    /// Takes in a row that raises the rank (of novelty above 0, without a ridge, which hides it): the fit then passes through it, and the sum
    /// stays.
    pub fn observe_novel(&mut self) {
        self.rows = self.rows.saturating_add(1);
        self.rank = self.rank.saturating_add(1);
    }

    /// Figures of a row that is in the fit, from its residual and its leverage, 0 to 1.
    ///
    /// A leverage within 64 units of rounding of 1 counts as 1.
    ///
    /// # Errors
    /// NotFinite: residual or leverage. Range: a leverage below 0 or above 1 by more than rounding, a residual that the
    /// sum of squares does not hold, or a figure beyond the scalar's range.
    pub fn diagnose(&self, residual: T, leverage: T) -> Result<Diagnosis<T>, Error> {
        check(residual, leverage)?;
        if leverage > T::ONE + T::of(EXCESS) {
            return Err(Error::Range("leverage"));
        }
        let rest = T::ONE - leverage;
        if rest <= T::of(ROUNDING) * T::EPSILON {
            return Ok(Diagnosis::default());
        }
        let sum = self.sum.value();
        // The residual as a share of them all: no square leaves the range.
        let share = if sum > T::ZERO {
            residual / sum.sqrt()
        } else if residual * residual == T::ZERO {
            T::ZERO
        } else {
            return Err(Error::Range("residual"));
        };
        // What the others keep of S, times 1 - h: 1 less the leverage of [row | y].
        let others = rest - share * share;
        if others < T::ZERO - T::of(EXCESS) {
            return Err(Error::Range("residual"));
        }
        // The residual can be no more than all of S: what is beyond is rounding of a leverage near 1.
        let most = rest.sqrt();
        let share = share.max(T::ZERO - most).min(most);
        let (left_out, odds) = (residual / rest, leverage / rest);
        let internal = freedom(self.rows, self.rank)
            .filter(|_| sum > T::ZERO)
            .map(|freedom: T| share * freedom.sqrt() / rest.sqrt());
        let external = freedom(self.rows, self.rank.saturating_add(1))
            .filter(|_| sum > T::ZERO && others > T::of(ROUNDING) * T::EPSILON * rest)
            .map(|freedom: T| share * freedom.sqrt() / others.sqrt());
        self.figures(left_out, odds, internal, external)
    }

    /// Figures that a row would have in the fit, before it is taken in; `self` describes the others. `error` is its
    /// residual against their fit, `leverage` theirs of it, 0 or more. Nothing cancels here.
    ///
    /// A row that the others do not determine (of novelty above 0) has no finite leverage: its figures are undefined.
    /// They are [`Diagnosis::default`].
    ///
    /// # Errors
    /// NotFinite: error or leverage. Range: a leverage below 0, or a figure beyond the scalar's range.
    pub fn diagnose_new(&self, error: T, leverage: T) -> Result<Diagnosis<T>, Error> {
        check(error, leverage)?;
        let whole = T::ONE + leverage;
        let spread = whole.sqrt();
        // As shares of the deviation without the row: no square of the residual itself leaves the range.
        let deviation = self.sum.value().max(T::ZERO).sqrt();
        let external = freedom(self.rows, self.rank)
            .filter(|_| deviation > T::ZERO)
            .map(|freedom: T| error / deviation / spread * freedom.sqrt());
        let recursive = (error / spread).abs();
        let largest = deviation.max(recursive);
        let internal = freedom(self.rows.saturating_add(1), self.rank)
            .filter(|_| largest > T::ZERO)
            .map(|freedom: T| {
                let (a, b) = (deviation / largest, recursive / largest);
                error / spread / largest / (a * a + b * b).sqrt() * freedom.sqrt()
            });
        self.figures(error, leverage, internal, external)
    }

    /// All five; `odds` are `h / (1 - h)`, the leverage against the others.
    fn figures(
        &self,
        left_out: T,
        odds: T,
        internal: Option<T>,
        external: Option<T>,
    ) -> Result<Diagnosis<T>, Error> {
        let rank = self.rank;
        let found = Diagnosis {
            left_out: Some(left_out),
            internal,
            external,
            cook: internal
                .filter(|_| rank > 0)
                .map(|r| r * odds / T::count(rank) * r),
            dffits: external.map(|r| r * odds.sqrt()),
        };
        let all = found.figures();
        if all.iter().flatten().all(|figure| figure.is_finite()) {
            Ok(found)
        } else {
            Err(Error::Range("figures"))
        }
    }
}

/// n - p where that is positive.
fn freedom<T: Scalar>(rows: u64, rank: u64) -> Option<T> {
    match rows.checked_sub(rank) {
        None | Some(0) => None,
        Some(freedom) => Some(T::count(freedom)),
    }
}

fn check<T: Scalar>(residual: T, leverage: T) -> Result<(), Error> {
    if !residual.is_finite() {
        return Err(Error::NotFinite("residual"));
    }
    if !leverage.is_finite() {
        return Err(Error::NotFinite("leverage"));
    }
    if leverage < T::ZERO {
        return Err(Error::Range("leverage"));
    }
    Ok(())
}
