//! Gauge columns: entries of a row that the others determine.
//!
//! A homogeneous hidden neuron can be rescaled (inputs times c, outputs over c) without changing the model,
//! so in every row `<w_j, dW_j> + b_j db_j = sum_k v_jk dv_jk`, v its outgoing weights. One entry a neuron is
//! redundant: that of its first outgoing weight that is not 0; where all are 0, an incoming one, which is 0 in every row.

use crate::Scalar;
use crate::model::{Layer, Layers};

/// Moves the other entries of a whole row to its front, in order; returns their number. An empty row is only counted.
pub(crate) fn leave_out_gauge<T: Scalar, L: Layers<T>>(layers: &L, row: &mut [T]) -> usize {
    let mut front = Front {
        row,
        read: 0,
        write: 0,
    };
    walk(layers, &mut front);
    front.write
}

/// Writes the entries of a row without gauge columns to their places in a whole one, and 0 to the gauge columns.
pub(crate) fn put_back_gauge<T: Scalar, L: Layers<T>>(layers: &L, reduced: &[T], whole: &mut [T]) {
    walk(layers, &mut Back { reduced, whole });
}

/// Told of the entries of a whole row in order.
trait Entries {
    /// So many that are none of the gauge columns.
    fn keep(&mut self, count: usize);
    /// A gauge column.
    fn leave_out(&mut self);
}

fn walk<T: Scalar, L: Layers<T>>(layers: &L, front: &mut impl Entries) {
    let mut below_is_homogeneous = false;
    let mut next = layers.layer(0);
    for index in 0..layers.depth() {
        let Some(layer) = next else { break };
        next = layers.layer(index.saturating_add(1));
        let is_homogeneous = layer.activation.is_homogeneous();
        let above = next.as_ref().filter(|_| is_homogeneous);
        for k in 0..layer.outputs {
            let is_idle = above.is_some_and(|above| first_outgoing(above, k).is_none());
            if !is_idle && !below_is_homogeneous {
                front.keep(layer.inputs);
                continue;
            }
            let idle = if is_idle {
                first_kept(&layer, k, below_is_homogeneous)
            } else {
                None
            };
            for j in 0..layer.inputs {
                let is_gauge = below_is_homogeneous && first_outgoing(&layer, j) == Some(k);
                if is_gauge || idle == Some(j) {
                    front.leave_out()
                } else {
                    front.keep(1)
                }
            }
        }
        front.keep(layer.bias.len());
        below_is_homogeneous = is_homogeneous;
    }
    front.keep(1);
}

/// The first neuron of `above` that input j leads to with a weight that is not 0.
fn first_outgoing<T: Scalar>(above: &Layer<'_, T>, j: usize) -> Option<usize> {
    let mut at = j;
    for k in 0..above.outputs {
        if *above.weights.get(at)? != T::ZERO {
            return Some(k);
        }
        at = at.saturating_add(above.inputs);
    }
    None
}

/// The first incoming weight of neuron k that is no gauge column itself.
fn first_kept<T: Scalar>(
    layer: &Layer<'_, T>,
    k: usize,
    below_is_homogeneous: bool,
) -> Option<usize> {
    let kept = |&j: &usize| !below_is_homogeneous || first_outgoing(layer, j) != Some(k);
    (0..layer.inputs).find(kept)
}

/// A row that moves to its own front.
struct Front<'a, T> {
    row: &'a mut [T],
    read: usize,
    write: usize,
}

impl<T: Scalar> Entries for Front<'_, T> {
    fn keep(&mut self, count: usize) {
        if self.read == self.write {
            self.read = self.read.saturating_add(count);
            self.write = self.read;
            return;
        }
        for _ in 0..count {
            if let Some(&value) = self.row.get(self.read)
                && let Some(slot) = self.row.get_mut(self.write)
            {
                *slot = value;
            }
            self.read = self.read.saturating_add(1);
            self.write = self.write.saturating_add(1);
        }
    }

    fn leave_out(&mut self) {
        self.read = self.read.saturating_add(1);
    }
}

/// A row that goes back to its places.
struct Back<'r, 'w, T> {
    reduced: &'r [T],
    whole: &'w mut [T],
}

impl<T: Scalar> Entries for Back<'_, '_, T> {
    fn keep(&mut self, count: usize) {
        let (from, rest) = self.reduced.split_at_checked(count).unwrap_or_default();
        let whole = core::mem::take(&mut self.whole);
        let (to, others) = whole.split_at_mut_checked(count).unwrap_or_default();
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        (self.reduced, self.whole) = (rest, others);
    }

    fn leave_out(&mut self) {
        let whole = core::mem::take(&mut self.whole);
        let (place, others) = whole.split_at_mut_checked(1).unwrap_or_default();
        place.fill(T::ZERO);
        self.whole = others;
    }
}
