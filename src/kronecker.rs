//! Kronecker leverage: two small factors a layer instead of one of all parameters.
//!
//! A layer's share of a row is an outer product `delta (outer) [h ; 1]`. With `A = sum delta delta^T` and
//! `B = sum [h ; 1] [h ; 1]^T` over n rows, the layer's block of `D^T D` is near `(A (x) B) / n`, and blocks of
//! different layers are taken to be far from each other:
//!
//! ```text
//! score = n sum over layers of  (delta^T (A + a I)^-1 delta) ([h ; 1]^T (B + b I)^-1 [h ; 1])
//! ```
//!
//! It ranks readings much as the exact leverage does, best among those of 5 % highest, where a sketch of the same
//! memory is farther off unless layers are hundreds of neurons wide (docs/evidence/scorers.md); it is no leverage: it does not
//! sum to the rank.
//!
//! Online, with t a layer's product over the rows before, the score is `sum t / (1 + t)`, as an online leverage is: at most
//! 1 a layer, about that for the first rows, which nothing like has been seen of.
//!
//! f(0) is not in it. A score of 0 comes of a row of zeros, or of one whose products vanish.
//!
//! Rows with a closed form give `q delta`; a network whose rows are integrals gives the gradient's delta at theta instead.
//!
//! Memory of a layer: factors of order `outputs` and `inputs + 1`, [`kronecker_len`]. Cost of a row: both passes, and
//! about `2 (outputs^2 + (inputs + 1)^2)` multiplications and additions each a layer.
//!
//! Source: Martens and Grosse, Optimizing neural networks with Kronecker-factored approximate curvature, ICML 2015, of
//! which this is the leverage.

use crate::adjoint::Term;
use crate::drift::faded;
use crate::factor::{Factor, FactorState, factor_len};
use crate::model::{Layers, Model, Network, Plan, Target};
use crate::{Error, Scalar};
use core::borrow::Borrow;

/// Scalars of memory for a layer's two factors.
pub const fn kronecker_len(inputs: usize, outputs: usize, bias: bool) -> usize {
    let side = inputs.saturating_add(bias as usize);
    factor_len(outputs).saturating_add(factor_len(side))
}

/// Scalars of scratch: the network's, and twice the longest side of an outer product.
pub fn kronecker_scratch<T: Scalar, L: Layers<T>, P: Borrow<Plan>>(
    network: &Network<L, P>,
) -> usize {
    let sides = longest(network.layers()).saturating_mul(2);
    network.scratch().saturating_add(sides)
}

/// A layer's two factors, without their memory: plain, copied freely.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
pub struct LayerState<T> {
    /// Of the deltas.
    pub delta: FactorState<T>,
    /// Of `[h ; 1]`.
    pub input: FactorState<T>,
}

/// Everything of a Kronecker scorer but its layers and memory: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(C)]
pub struct KroneckerState<T> {
    /// Rows taken in.
    pub rows: u64,
    /// Half-life in rows; 0: never forget.
    pub half_life: u64,
    /// n: rows taken in, the half forgotten counted half.
    pub effective: T,
}

/// Scores a network's rows by two factors a layer.
#[derive(Clone, Copy, Debug)]
pub struct Kronecker<T, S, B> {
    state: KroneckerState<T>,
    layers: S,
    memory: B,
}

impl<T: Scalar> KroneckerState<T> {
    /// Whether the rows that count are at most all rows.
    pub(crate) fn is_possible(&self) -> bool {
        self.effective >= T::ZERO && self.effective <= T::count(self.rows)
    }
}

impl<T: Scalar> Default for LayerState<T> {
    /// Factors of nothing, to be made by [`Kronecker::new`].
    fn default() -> Self {
        let empty = FactorState {
            order: 0,
            ridge: T::ZERO,
            rows: 0,
            half_life: 0,
            age: 0,
            cursor: 0,
            pivoted: false,
        };
        LayerState {
            delta: empty,
            input: empty,
        }
    }
}

impl<T, S, B> Kronecker<T, S, B>
where
    T: Scalar,
    S: AsRef<[LayerState<T>]> + AsMut<[LayerState<T>]>,
    B: AsRef<[T]> + AsMut<[T]>,
{
    /// An empty scorer of a network's layers, one state each, over the sum of their [`kronecker_len`] scalars. Each factor's
    /// ridge is 1e-6 times the squared norm of the first row that is not 0.
    ///
    /// # Errors
    /// `Length`: not a state a layer, or too little memory. `Range`: a half-life below a side of a layer.
    pub fn new<L: Layers<T>, P: Borrow<Plan>>(
        network: &Network<L, P>,
        half_life: u64,
        mut layers: S,
        mut memory: B,
    ) -> Result<Self, Error> {
        let given = layers.as_mut();
        if given.len() != network.layers().depth() {
            return Err(Error::Length("layers"));
        }
        let state = |order| FactorState {
            order,
            half_life,
            ..LayerState::default().delta
        };
        let mut rest = memory.as_mut();
        for (index, place) in given.iter_mut().enumerate() {
            let layer = network.layers().layer(index).ok_or(Error::Model)?;
            let side = layer.inputs + usize::from(!layer.bias.is_empty());
            *place = LayerState {
                delta: state(layer.outputs),
                input: state(side),
            };
            for state in [&mut place.delta, &mut place.input] {
                state.check().map_err(|_| Error::Range("half_life"))?;
                let parts = rest.split_at_mut_checked(factor_len(state.order));
                let part;
                (part, rest) = parts.ok_or(Error::Length("memory"))?;
                state.reset(part, T::ZERO)?;
            }
        }
        let state = KroneckerState {
            half_life,
            ..KroneckerState::default()
        };
        Ok(Kronecker {
            state,
            layers,
            memory,
        })
    }

    /// Joins a state and what it was detached from.
    ///
    /// # Errors
    /// `Length` for too little memory; `Range` where a state contradicts itself.
    pub fn attach(state: KroneckerState<T>, layers: S, memory: B) -> Result<Self, Error> {
        let mut rest = memory.as_ref();
        for layer in layers.as_ref() {
            for factor in [&layer.delta, &layer.input] {
                factor.check_over(rest)?;
                if factor.half_life != state.half_life {
                    return Err(Error::Range("state"));
                }
                rest = rest.get(factor_len(factor.order)..).unwrap_or_default();
            }
        }
        if !state.is_possible() {
            return Err(Error::Range("state"));
        }
        Ok(Kronecker {
            state,
            layers,
            memory,
        })
    }

    /// Takes the scorer apart: state, layers, memory.
    pub fn detach(self) -> (KroneckerState<T>, S, B) {
        (self.state, self.layers, self.memory)
    }

    /// The state.
    pub fn state(&self) -> KroneckerState<T> {
        self.state
    }

    /// All of it, to be read.
    pub(crate) fn inner(&self) -> (&KroneckerState<T>, &[LayerState<T>], &[T]) {
        (&self.state, self.layers.as_ref(), self.memory.as_ref())
    }

    /// All of it, to be written.
    pub(crate) fn inner_mut(&mut self) -> (&mut KroneckerState<T>, &mut [LayerState<T>], &mut [T]) {
        (&mut self.state, self.layers.as_mut(), self.memory.as_mut())
    }

    /// Takes a row in and scores it: `sum t / (1 + t)` over the layers, t as [`Kronecker::score`] would have it before; 1 of
    /// each layer for the first row that is not 0. `x` as the network sees it.
    ///
    /// # Errors
    /// `Length`: scratch, [`kronecker_scratch`], or a network of other layers. Those of [`Model::row`]. `Range` for a row
    /// that a factor has no room for. Nothing has changed then.
    pub fn observe<L: Layers<T>, P: Borrow<Plan>>(
        &mut self,
        network: &Network<L, P>,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        let (side, scratch) = self.sides(network, scratch)?;
        let pass = network.outer_products(x, output, target, scratch)?;
        // All are admitted before any is taken in.
        let mut rest = self.memory.as_mut();
        for (term, layer) in pass.terms().zip(self.layers.as_ref()) {
            for (factor, of) in [(&layer.delta, Of::Delta), (&layer.input, Of::Input)] {
                let row = of
                    .side(&term, factor.order, side)
                    .ok_or(Error::Length("layers"))?;
                let (part, others) = split(rest, factor)?;
                rest = others;
                let opens = factor.ridge == T::ZERO;
                if !factor.admits(part, [row].into_iter(), opens) {
                    return Err(Error::Range("row"));
                }
            }
        }
        let mut next = self.state;
        next.rows = next.rows.saturating_add(1);
        // Of the first row nothing is known: it counts whole.
        let count = match next.effective {
            none if none == T::ZERO => T::ONE,
            before => before,
        };
        if next.half_life > 0 {
            next.effective = (next.effective + T::ONE) * faded(next.half_life);
        } else {
            // Not one by one: in f32 that ends at 2^24.
            next.effective = T::count(next.rows);
        }
        let (mut score, mut rest) = (T::ZERO, self.memory.as_mut());
        for (term, layer) in pass.terms().zip(self.layers.as_mut()) {
            // An online leverage l is q / (1 + q), so that t is the first product over the second.
            let (mut product, mut rest_of_one) = (count, T::ONE);
            for (factor, of) in [(&mut layer.delta, Of::Delta), (&mut layer.input, Of::Input)] {
                let row = of
                    .side(&term, factor.order, side)
                    .ok_or(Error::Length("layers"))?;
                let (part, others) = split(rest, factor)?;
                rest = others;
                if factor.ridge == T::ZERO && !is_zero(row) {
                    factor.start_from_row(part, row)?;
                }
                let leverage = factor.take_in(part, row, T::ONE)?;
                // Memory of any content may lie under it.
                let leverage = leverage.max(T::ZERO).min(T::ONE);
                product *= leverage;
                rest_of_one *= T::ONE - leverage;
                factor.forget(part);
            }
            if product > T::ZERO {
                score += product / (product + rest_of_one);
            }
        }
        self.state = next;
        Ok(score)
    }

    /// Scores a row against those that were taken in, by `sum t`; 0 before there are any.
    ///
    /// # Errors
    /// As [`Kronecker::observe`].
    pub fn score<L: Layers<T>, P: Borrow<Plan>>(
        &self,
        network: &Network<L, P>,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        let (sides, scratch) = self.sides(network, scratch)?;
        let halves = sides.split_at_mut_checked(sides.len() / 2);
        let (side, work) = halves.ok_or(Error::Length("scratch"))?;
        let pass = network.outer_products(x, output, target, scratch)?;
        let (mut score, mut rest) = (T::ZERO, self.memory.as_ref());
        for (term, layer) in pass.terms().zip(self.layers.as_ref()) {
            let mut product = self.state.effective;
            for (factor, of) in [(&layer.delta, Of::Delta), (&layer.input, Of::Input)] {
                let row = of
                    .side(&term, factor.order, side)
                    .ok_or(Error::Length("layers"))?;
                let parts = rest.split_at_checked(factor_len(factor.order));
                let part;
                (part, rest) = parts.ok_or(Error::Length("memory"))?;
                let work = work
                    .get_mut(..factor.order)
                    .ok_or(Error::Length("scratch"))?;
                product *= Factor::attach(*factor, part)?.score(row, work)?.leverage;
            }
            score += product;
        }
        Ok(score.min(T::MAX))
    }

    /// The scratch for two sides of an outer product, and the network's.
    fn sides<'s, L: Layers<T>, P: Borrow<Plan>>(
        &self,
        network: &Network<L, P>,
        scratch: &'s mut [T],
    ) -> Result<(&'s mut [T], &'s mut [T]), Error> {
        if network.layers().depth() != self.layers.as_ref().len() {
            return Err(Error::Length("layers"));
        }
        let sides = 2 * longest(network.layers());
        scratch
            .split_at_mut_checked(sides)
            .ok_or(Error::Length("scratch"))
    }
}

/// Which side of an outer product.
#[derive(Clone, Copy)]
enum Of {
    Delta,
    Input,
}

impl Of {
    /// Writes it to the front of `side`, as long as its factor's order.
    fn side<'s, T: Scalar>(
        self,
        term: &Term<'_, T>,
        order: usize,
        side: &'s mut [T],
    ) -> Option<&'s [T]> {
        let row = side.get_mut(..order)?;
        let layer = &term.layer;
        let (first, values, end, wanted) = match self {
            Of::Delta => (term.first, term.delta, T::ZERO, layer.outputs),
            Of::Input => {
                let side = layer.inputs + usize::from(!layer.bias.is_empty());
                (0, term.input, T::ONE, side)
            }
        };
        if order != wanted {
            return None;
        }
        row.fill(end);
        let (before, rest) = row.split_at_mut_checked(first)?;
        before.fill(T::ZERO);
        let (place, _) = rest.split_at_mut_checked(values.len())?;
        place
            .iter_mut()
            .zip(values)
            .for_each(|(to, from)| *to = *from);
        Some(row)
    }
}

/// The longest side of an outer product.
fn longest<T: Scalar, L: Layers<T>>(layers: &L) -> usize {
    let mut longest = 0;
    for index in 0..layers.depth() {
        if let Some(layer) = layers.layer(index) {
            longest = longest
                .max(layer.inputs.saturating_add(1))
                .max(layer.outputs);
        }
    }
    longest
}

/// A factor's memory, and the rest.
fn split<'m, T: Scalar>(
    memory: &'m mut [T],
    factor: &FactorState<T>,
) -> Result<(&'m mut [T], &'m mut [T]), Error> {
    memory
        .split_at_mut_checked(factor_len(factor.order))
        .ok_or(Error::Length("memory"))
}

fn is_zero<T: Scalar>(row: &[T]) -> bool {
    row.iter().all(|&entry| entry == T::ZERO)
}
