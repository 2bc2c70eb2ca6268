//! Which scorer a network gets, by its layers and the RAM that is there for it.
//!
//! | scorer | scalars, about | what it is |
//! |---|---|---|
//! | exact | `N^2 / 2` | leverage of the rows, without gauge columns |
//! | Kronecker | `(inputs^2 + outputs^2) / 2` a layer | two small factors a layer, [`crate::kronecker`] |
//! | sketch | `K^2 / 2` | leverage of rows of K entries, [`crate::sketch`] |
//! | norm | `3 neurons` | the squared norm of the rows |
//!
//! Measured on seven networks and objectives of 650 to 101 728 parameters (docs/evidence/scorers.md): what comes nearest to exact
//! leverage is not what refits best. Where the rows have hundreds of dimensions, exact leverages with the default ridge are flat: at
//! 101 728 parameters those of 2000 readings sum up to 1783. A sketch of K = 64 ranks as exact leverage does under a ridge of the
//! rows' mean squared norm (rank correlation 0.95 to 0.98; 0.92 of a softmax with its ten rows a reading), with the default ridge it
//! has 0.60 to 0.84.
//!
//! - For a sample: refits on samples by sketches of K = 32 to 128 had 0.84 to 0.85 of the loss of refits by exact leverage with the
//!   default ridge (geometric mean over all but the largest network; K = 64, 10 to 12 kB in f32, at worst 1.05), K = 16 and 256 0.90,
//!   the norm 0.94, Kronecker 0.97, uniform sampling 1.2. On the largest network K = 32 to 64 had 0.57 to 0.59, K = 16 0.63, 128
//!   0.61, 256 0.65, the norm 0.75, Kronecker 0.65 (642 kB). So: the exact factor up to N = 256 where it fits (smaller
//!   networks are in the other pages; in between nothing was measured), else the largest sketch up to K = 64, else the norm.
//! - For the leverage itself, to rank readings: Kronecker has a rank correlation of 0.87 to 0.96 with it in 11 to 48 kB, where sketches
//!   of the same RAM have 0.6 to 0.85; with K = 256 (140 kB) they have 0.92 to 0.96 for one output, 0.71 and 0.74 for ten
//!   classes. Two layers of 272 neurons take 642 kB and have 0.83, where K = 64 has 0.82 in 17 kB. So: exact where it fits, else for
//!   one output a sketch where K = 256 fits, else Kronecker, else the largest sketch, else the norm.

use crate::adjoint::{quadrature_len, sketching_len};
use crate::kronecker::kronecker_len;
use crate::model::{Model, Objective, Shape, exact_scratch, network_scratch};
use crate::selector::selector_len_of;
use crate::sketch::Sketch;
use crate::{Error, Scalar};

/// Fewest buckets worth their RAM.
const LEAST: usize = 16;
/// Buckets beyond which samples get no better.
const ENOUGH: usize = 64;
/// Buckets from which a network of one output is ranked as by two factors a layer, or better.
const FINE: usize = 256;
/// Most buckets of a sketch.
const MOST: usize = 65_534;
/// Largest order of an exact factor for a sample.
const SMALL: usize = 256;

/// The rule for a sample where a model is at hand, as a selector has it: K of the sketches that its rows become in so many
/// scalars of memory ([`crate::selector::selector_len_of`]); `None`: they stay whole.
///
/// Whole up to N = 256 where that fits; else the largest K up to 64, as [`Scorer::choose`] has it for a sample. But rows of N up
/// to 65 stay whole whatever the memory: that of a network so small is rather miscounted than meant for a sketch.
///
/// # Errors
/// `Length`: whole rows do not fit, nor do sketches of 16 entries or N is at most 65.
pub fn buckets<T: Scalar, M: Model<T>>(
    model: &M,
    objective: Objective<T>,
    scalars: usize,
) -> Result<Option<usize>, Error> {
    let (inputs, rows, order) = (model.inputs(), model.rows(objective), model.order());
    let fits = |row, order, scratch| selector_len_of(inputs, rows, row, order, scratch) <= scalars;
    if order <= SMALL && fits(model.row_len(), order, model.scratch()) {
        return Ok(None);
    }
    let short = Error::Length("memory");
    if order <= NEVER_SKETCHED {
        return Err(short);
    }
    let buckets = largest(ENOUGH, |buckets| {
        let row = buckets.saturating_add(1);
        Sketch::new(buckets, 0).is_ok_and(|sketch| fits(row, row, model.sketch_scratch(&sketch)))
    });
    if buckets < LEAST {
        return Err(short);
    }
    Ok(Some(buckets))
}

/// The largest number up to `most` that fits, where all below it do; 0: none.
fn largest(most: usize, fits: impl Fn(usize) -> bool) -> usize {
    let (mut found, mut step) = (0_usize, most.next_power_of_two());
    while step > 0 {
        let more = found.saturating_add(step);
        if more <= most && fits(more) {
            found = more;
        }
        step /= 2;
    }
    found
}

/// Largest order that [`buckets`] leaves whole whatever the memory.
pub const NEVER_SKETCHED: usize = ENOUGH + 1;

/// What scores are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// A sample to refit on.
    #[default]
    Sample,
    /// The leverages themselves: to rank readings, to find odd ones.
    Leverage,
}

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
    outputs: usize,
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
            outputs: last.outputs,
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
        if !objective.suits(last.outputs, last.activation) {
            return Err(Error::Objective);
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
            Scorer::Kronecker => self
                .kronecker
                .saturating_add(self.inputs)
                .saturating_add(self.scratch()),
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
            Scorer::Norm => self.inputs.saturating_add(self.scratch()),
        }
    }
}

impl Scorer {
    /// Scalars of memory that the scorer needs for a network of these layers: of a selector where one does the scoring, else
    /// of factors, scratch and the reading as the model sees it. Hidden neurons are taken to have an outgoing weight that is not 0.
    ///
    /// # Errors
    /// `Model`: no layers, or widths that do not follow each other. `Objective`: one that the network cannot be asked for.
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
        purpose: Purpose,
        bytes: usize,
    ) -> Result<Scorer, Error> {
        let sizes = Sizes::of(shapes, objective)?;
        let fits = |scorer: Scorer| {
            let size = core::mem::size_of::<T>();
            let length = sizes.len(scorer).checked_mul(size);
            length.is_some_and(|length| length <= bytes)
        };
        let most = match purpose {
            Purpose::Sample => ENOUGH,
            Purpose::Leverage => MOST,
        };
        let buckets = largest(most, |buckets| fits(Scorer::Sketch { buckets }));
        let sketch = Scorer::Sketch { buckets };
        let is_exact = purpose == Purpose::Leverage || sizes.order <= SMALL;
        if is_exact && sizes.order <= MOST + 1 && fits(Scorer::Exact) {
            return Ok(Scorer::Exact);
        }
        let is_kronecker = purpose == Purpose::Leverage && (sizes.outputs > 1 || buckets < FINE);
        if is_kronecker && fits(Scorer::Kronecker) {
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
