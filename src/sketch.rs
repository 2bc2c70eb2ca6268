//! Sketches: rows of a network that is too big for its factor, hashed down to K entries.
//!
//! A sketch is a linear map of the row to K buckets, `S a`, with `E <S a, S b> = <a, b>`; f(0) stays exact behind it. The factor
//! runs at K + 1 instead of P + 1, so that a selector over a network of 100 000 parameters fits into 16 KiB; what a
//! leverage among sketches says of the exact one is measured in docs/evidence/scorers.md.
//!
//! Each layer's share of a row is an outer product `delta (outer) [h ; 1]`. Each entry of its two sides has a bucket and a
//! sign of its own; the share's sketch is the circular convolution of both sides' count sketches, made by turning that of
//! `[h ; 1]` to each live neuron's bucket:
//!
//! ```text
//! c_b = sum_j t_j h_j [bucket(j) = b]     e_a = sum_i s_i delta_i [bucket(i) = a]     (S a)_k = sum_(a + b = k mod K) e_a c_b
//! ```
//!
//! That is a count sketch of the outer product in which entry (i, j) has bucket `bucket(i) + bucket(j)` and sign `s_i t_j`:
//! unbiased, with a variance of a small multiple of 1 / K, at `inputs + K live neurons` operations a layer. No table: buckets and signs come from an integer hash of seed, layer and index, the same on
//! every target. Sketches of the same seed and K add and merge; those of others do not mean the same.
//!
//! A row that comes as a whole ([`Sketch::add_row`]) is count-sketched entry by entry.
//!
//! Source: Charikar, Chen and Farach-Colton, Finding frequent items in data streams, Theor. Comput. Sci. 312 (2004); Pham and
//! Pagh, Fast and scalable polynomial kernels via explicit feature maps, KDD 2013.

use crate::choose;
use crate::model::{Model, Objective, RowReport, Target};
use crate::{Error, Scalar};

/// How rows are hashed: number of buckets, and seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sketch {
    buckets: u32,
    seed: u64,
}

/// Most buckets: the largest order of a factor, less f(0).
const MOST: usize = 65_534;
/// 2^32 over the golden ratio: it spreads what counts up.
const GOLDEN: u32 = 0x9E37_79B9;

/// Which side of which outer product an index counts.
#[derive(Clone, Copy)]
pub(crate) struct Side(u32);

impl Side {
    pub(crate) const ROW: Side = Side(0);

    pub(crate) fn delta(layer: u32) -> Self {
        Side(layer.wrapping_mul(2).wrapping_add(1))
    }

    pub(crate) fn input(layer: u32) -> Self {
        Side(layer.wrapping_mul(2).wrapping_add(2))
    }
}

/// A permutation of the words in which every bit depends on every other (the end of MurmurHash3).
fn mixed(word: u32) -> u32 {
    let word = (word ^ (word >> 16)).wrapping_mul(0x85EB_CA6B);
    let word = (word ^ (word >> 13)).wrapping_mul(0xC2B2_AE35);
    word ^ (word >> 16)
}

impl Sketch {
    /// Sketches of K buckets, 1 to 65 534.
    ///
    /// # Errors
    /// `Range`: no buckets, or too many.
    pub const fn new(buckets: usize, seed: u64) -> Result<Self, Error> {
        if buckets == 0 || buckets > MOST {
            return Err(Error::Range("buckets"));
        }
        Ok(Sketch {
            buckets: buckets as u32,
            seed,
        })
    }

    /// K
    pub const fn buckets(&self) -> usize {
        self.buckets as usize
    }

    /// The seed.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// 24 bits of the seed, to tell sketches apart.
    pub(crate) fn mark(&self) -> u32 {
        self.key(Side::ROW) >> 8
    }

    /// What places on one side start from.
    fn key(&self, side: Side) -> u32 {
        let [a, b, c, d, e, f, g, h] = self.seed.to_le_bytes();
        let high = mixed(u32::from_le_bytes([e, f, g, h]) ^ side.0.wrapping_mul(GOLDEN));
        mixed(u32::from_le_bytes([a, b, c, d]) ^ high)
    }

    /// Bucket and sign of the entries of a side, from index `first` on: whether to subtract it.
    pub(crate) fn places(&self, side: Side, first: usize) -> impl Iterator<Item = (usize, bool)> {
        let (key, buckets) = (self.key(side), u64::from(self.buckets));
        let mut place = (first as u32).wrapping_mul(GOLDEN);
        core::iter::repeat_with(move || {
            let hash = mixed(key ^ place);
            place = place.wrapping_add(GOLDEN);
            // The bucket has the high bits of the hash, the sign its lowest.
            let bucket = (u64::from(hash) * buckets) >> 32;
            (bucket as usize, hash & 1 == 1)
        })
    }

    /// Adds values to their buckets, with their signs; `first` is the index of the first.
    pub(crate) fn count<T: Scalar>(
        &self,
        side: Side,
        first: usize,
        values: &[T],
        buckets: &mut [T],
    ) -> Option<()> {
        for (&value, (bucket, is_negative)) in values.iter().zip(self.places(side, first)) {
            // No branch: neither zeros nor signs can be foreseen.
            *buckets.get_mut(bucket)? += if is_negative { -value } else { value };
        }
        Some(())
    }

    /// Adds the count sketch of a row's entries but the last, which is added to the last of the `K + 1` in `sketch`.
    ///
    /// # Errors
    /// `Length`: `sketch` is not K + 1 long, or the row is empty. Then nothing has changed.
    pub fn add_row<T: Scalar>(&self, row: &[T], sketch: &mut [T]) -> Result<(), Error> {
        let (at_zero, a) = row.split_last().ok_or(Error::Length("row"))?;
        let (last, buckets) = sketch.split_last_mut().ok_or(Error::Length("sketch"))?;
        if buckets.len() != self.buckets() {
            return Err(Error::Length("sketch"));
        }
        *last += *at_zero;
        self.count(Side::ROW, 0, a, buckets).ok_or(Error::Model)
    }
}

/// A model whose rows are sketches, of K + 1 entries: for a [`crate::selector::Selector`], whose factor then has order K + 1.
///
/// All else is the model's own. Rows of a network are sketched as they come, layer by layer, and are nowhere whole. Without a
/// sketch it is the model.
#[derive(Clone, Copy, Debug)]
pub struct Sketched<M> {
    model: M,
    sketch: Option<Sketch>,
}

impl<M> Sketched<M> {
    /// The model, seen through a sketch; through `None` as it is.
    pub fn new(model: M, sketch: impl Into<Option<Sketch>>) -> Self {
        Sketched {
            model,
            sketch: sketch.into(),
        }
    }

    /// The model as a selector best scores it in so many scalars of memory, for a sample: by the rule of
    /// [`choose::buckets`]. The seed is that of the sketches, if it comes to that.
    ///
    /// ```
    /// use gleaner::model::{Activation, Flat, Network, Objective, Shape};
    /// use gleaner::sketch::Sketched;
    ///
    /// let layer = |inputs, outputs, activation| Shape { inputs, outputs, bias: false, activation };
    /// let shapes = [layer(64, 10, Activation::Relu), layer(10, 1, Activation::Identity)];
    /// let theta = [0.1f32; 650];
    /// let network = Network::new(Flat { shapes: &shapes, theta: &theta })?;
    /// // Whole rows would take 836 kB; here are 12.
    /// let model = Sketched::fitting(network, Objective::Prediction, 1, 3000)?;
    /// assert_eq!(model.sketch().map(|sketch| sketch.buckets()), Some(64));
    /// # Ok::<(), gleaner::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`choose::buckets`].
    pub fn fitting<T: Scalar>(
        model: M,
        objective: Objective<T>,
        seed: u64,
        scalars: usize,
    ) -> Result<Self, Error>
    where
        M: Model<T>,
    {
        let sketch = match choose::buckets(&model, objective, scalars)? {
            Some(buckets) => Some(Sketch::new(buckets, seed)?),
            None => None,
        };
        Ok(Sketched { model, sketch })
    }

    /// The model.
    pub fn model(&self) -> &M {
        &self.model
    }

    /// The sketch, where rows are not whole.
    pub fn sketch(&self) -> Option<Sketch> {
        self.sketch
    }
}

impl<M> Sketched<M> {
    // A frame of its own: a whole row is made with less of the stack.
    #[inline(never)]
    fn hashed<T: Scalar>(
        &self,
        sketch: &Sketch,
        x: &[T],
        (output, target): (usize, Target<T>),
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error>
    where
        M: Model<T>,
    {
        if row.len() != sketch.buckets().saturating_add(1) {
            return Err(Error::Length("row"));
        }
        self.model.sketch(x, output, target, sketch, row, scratch)
    }
}

impl<T: Scalar, M: Model<T>> Model<T> for Sketched<M> {
    fn inputs(&self) -> usize {
        self.model.inputs()
    }

    fn outputs(&self) -> usize {
        self.model.outputs()
    }

    fn parameters(&self) -> usize {
        self.model.parameters()
    }

    fn rows(&self, objective: Objective<T>) -> usize {
        self.model.rows(objective)
    }

    fn row_len(&self) -> usize {
        match &self.sketch {
            Some(sketch) => sketch.buckets().saturating_add(1),
            None => self.model.row_len(),
        }
    }

    fn order(&self) -> usize {
        match &self.sketch {
            Some(sketch) => sketch.buckets().saturating_add(1),
            None => self.model.order(),
        }
    }

    fn scratch(&self) -> usize {
        match &self.sketch {
            Some(sketch) => self.model.sketch_scratch(sketch),
            None => self.model.scratch(),
        }
    }

    fn sketched(&self) -> Option<Sketch> {
        self.sketch.or(self.model.sketched())
    }

    fn suits(&self, objective: Objective<T>) -> bool {
        self.model.suits(objective)
    }

    fn value(&self, x: &[T], output: usize, scratch: &mut [T]) -> Result<T, Error> {
        self.model.value(x, output, scratch)
    }

    fn objective(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        self.model.objective(x, output, target, scratch)
    }

    fn gradient(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        gradient: &mut [T],
        scratch: &mut [T],
    ) -> Result<T, Error> {
        self.model.gradient(x, output, target, gradient, scratch)
    }

    #[inline(always)]
    fn row(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        match &self.sketch {
            Some(sketch) => self.hashed(sketch, x, (output, target), row, scratch),
            None => self.model.row(x, output, target, row, scratch),
        }
    }

    fn sketch_scratch(&self, sketch: &Sketch) -> usize {
        self.model.sketch_scratch(sketch)
    }

    fn sketch(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        sketch: &Sketch,
        row: &mut [T],
        scratch: &mut [T],
    ) -> Result<RowReport<T>, Error> {
        self.model.sketch(x, output, target, sketch, row, scratch)
    }

    fn norm(
        &self,
        x: &[T],
        output: usize,
        target: Target<T>,
        scratch: &mut [T],
    ) -> Result<T, Error> {
        self.model.norm(x, output, target, scratch)
    }

    fn leave_out_gauge(&self, row: &mut [T]) {
        if self.sketch.is_none() {
            self.model.leave_out_gauge(row);
        }
    }

    fn put_back_gauge(&self, reduced: &[T], whole: &mut [T]) {
        match self.sketch {
            None => self.model.put_back_gauge(reduced, whole),
            // A sketch has no gauge columns.
            Some(_) => whole
                .iter_mut()
                .zip(reduced)
                .for_each(|(to, from)| *to = *from),
        }
    }
}
