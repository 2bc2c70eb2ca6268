//! Which scorer a network gets, by its layers and the RAM that is there for it.
//!
//! | scorer | scalars, about | what it is |
//! |---|---|---|
//! | exact | `N^2 / 2` | leverage of the rows, without gauge columns |
//! | Kronecker | `(inputs^2 + outputs^2) / 2` a layer | two small factors a layer, [`crate::kronecker`] |
//! | sketch | `K^2 / 2` | leverage of rows of K entries, [`crate::sketch`] |
//! | norm | `3 neurons` | the squared norm of the rows |
//!
//! FIGURES

use crate::adjoint::{quadrature_len, sketching_len};
use crate::kronecker::kronecker_len;
use crate::model::{Objective, Shape, exact_scratch, network_scratch};
use crate::selector::selector_len_of;
use crate::{Error, Scalar};

/// Fewest buckets worth their RAM.
const LEAST: usize = 16;
/// Most buckets of a sketch.
const MOST: usize = 1 << 16;

/// What scores a network's readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scorer {
    /// Leverage of the rows, by a selector over the network.
    Exact,
    /// Two small factors a layer.
    Kronecker,
    /// Leverage of sketches, by a selector over the sketched network.
    Sketch {
        /// K
        buckets: usize,
    },
    /// The squared norm of the rows, without a factor.
    Norm,
}

/// What memory depends on.
struct Sizes {
    inputs: usize,
    /// Rows a sample.
    rows: usize,
    parameters: usize,
    /// N
    order: usize,
    /// Neurons that scratch is needed for.
    neurons: usize,
    has_closed_form: bool,
    /// Scalars of the factors of a Kronecker scorer, and of two longest sides.
    kronecker: usize,
}

impl Sizes {
    fn of<T: Scalar>(shapes: &[Shape<T>], objective: Objective<T>) -> Result<Self, Error> {
        let (first, last) = (shapes.first(), shapes.last());
        let (first, last) = first.zip(last).ok_or(Error::Model)?;
        let mut sizes = Sizes {
            inputs: first.inputs,
            rows: objective.rows(last.outputs),
            parameters: 0,
            order: 1,
            neurons: 0,
            has_closed_form: true,
            kronecker: 0,
        };
        let (mut width, mut longest) = (first.inputs, 0);
        let mut left = shapes.len();
        for shape in shapes {
            let Shape {
                inputs,
                outputs,
                bias,
                ..
            } = *shape;
            if inputs != width || inputs == 0 || outputs == 0 {
                return Err(Error::Model);
            }
            let is_first = left == shapes.len();
            left -= 1;
            let side = inputs.checked_add(usize::from(bias)).ok_or(Error::Model)?;
            let parameters = side.checked_mul(outputs).ok_or(Error::Model)?;
            // Far below it, so that no length on the way overflows.
            let more = |sum: usize, by: usize| {
                let sum = sum.checked_add(by).ok_or(Error::Model)?;
                if sum > usize::MAX / 64 {
                    return Err(Error::Model);
                }
                Ok(sum)
            };
            sizes.parameters = more(sizes.parameters, parameters)?;
            sizes.order = more(sizes.order, parameters)?;
            if left > 0 {
                sizes.neurons = more(sizes.neurons, outputs)?;
                if shape.activation.is_homogeneous() {
                    // A gauge column a neuron.
                    sizes.order = sizes.order.saturating_sub(outputs);
                } else {
                    sizes.has_closed_form = false;
                }
            }
            sizes.has_closed_form &= is_first || !bias;
            longest = longest.max(inputs.saturating_add(1)).max(outputs);
            let factors = kronecker_len(inputs, outputs, bias);
            sizes.kronecker = sizes.kronecker.saturating_add(factors);
            width = outputs;
        }
        if width > 1 {
            sizes.neurons = sizes.neurons.saturating_add(width);
        }
        sizes.kronecker = sizes.kronecker.saturating_add(longest.saturating_mul(2));
        Ok(sizes)
    }

    fn scratch(&self) -> usize {
        if self.has_closed_form {
            exact_scratch(self.neurons)
        } else {
            network_scratch(self.parameters, self.neurons)
        }
    }

    fn len(&self, scorer: Scorer) -> usize {
        let selector =
            |row, order, scratch| selector_len_of(self.inputs, self.rows, row, order, scratch);
        match scorer {
            Scorer::Exact => selector(self.parameters + 1, self.order, self.scratch()),
            Scorer::Kronecker => self.kronecker.saturating_add(self.scratch()),
            Scorer::Sketch { buckets } => {
                let row = buckets.saturating_add(1);
                let path = if self.has_closed_form {
                    exact_scratch(self.neurons)
                } else {
                    quadrature_len(self.neurons).saturating_add(row)
                };
                let scratch = path.saturating_add(sketching_len(buckets));
                selector(row, row, scratch)
            }
            Scorer::Norm => self.scratch(),
        }
    }
}

impl Scorer {
    /// Scalars of memory that the scorer needs for a network of these layers: of a selector where one does the scoring, else
    /// of factors and scratch. Hidden neurons are taken to have an outgoing weight that is not 0.
    ///
    /// # Errors
    /// `Model`: no layers, or widths that do not follow each other.
    pub fn len<T: Scalar>(
        self,
        shapes: &[Shape<T>],
        objective: Objective<T>,
    ) -> Result<usize, Error> {
        Ok(Sizes::of(shapes, objective)?.len(self))
    }

    /// Length of the rows that its factor takes; `None`: it has none, or several.
    ///
    /// # Errors
    /// As [`Scorer::len`].
    pub fn order<T: Scalar>(self, shapes: &[Shape<T>]) -> Result<Option<usize>, Error> {
        let order = Sizes::of(shapes, Objective::Prediction)?.order;
        Ok(match self {
            Scorer::Exact => Some(order),
            Scorer::Sketch { buckets } => Some(buckets.saturating_add(1)),
            _ => None,
        })
    }

    /// The scorer to take where so many bytes are there.
    ///
    /// # Errors
    /// As [`Scorer::len`]; `Range` where not even a norm fits.
    pub fn choose<T: Scalar>(
        shapes: &[Shape<T>],
        objective: Objective<T>,
        bytes: usize,
    ) -> Result<Scorer, Error> {
        let sizes = Sizes::of(shapes, objective)?;
        let fits = |scorer: Scorer| {
            let size = core::mem::size_of::<T>();
            sizes
                .len(scorer)
                .checked_mul(size)
                .is_some_and(|len| len <= bytes)
        };
        if fits(Scorer::Exact) {
            return Ok(Scorer::Exact);
        }
        let (mut buckets, mut step) = (0_usize, MOST);
        while step > 0 {
            let more = buckets.saturating_add(step);
            if more <= MOST && fits(Scorer::Sketch { buckets: more }) {
                buckets = more;
            }
            step /= 2;
        }
        let sketch = Scorer::Sketch { buckets };
        let is_fine = buckets.saturating_mul(2) >= sizes.parameters;
        if is_fine {
            Ok(sketch)
        } else if fits(Scorer::Kronecker) {
            Ok(Scorer::Kronecker)
        } else if buckets >= LEAST {
            Ok(sketch)
        } else if fits(Scorer::Norm) {
            Ok(Scorer::Norm)
        } else {
            Err(Error::Range("bytes"))
        }
    }
}
