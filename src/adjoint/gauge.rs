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
    let mut below_is_homogeneous = false;
    for index in 0..layers.depth() {
        let Some(layer) = layers.layer(index) else {
            break;
        };
        let above = layers.layer(index.saturating_add(1));
        let above = above.filter(|_| layer.activation.is_homogeneous());
        for k in 0..layer.outputs {
            let is_idle = above
                .as_ref()
                .is_some_and(|above| first_outgoing(above, k).is_none());
            let idle_column = if is_idle {
                first_kept(&layer, k, below_is_homogeneous)
            } else {
                None
            };
            for j in 0..layer.inputs {
                let is_gauge = below_is_homogeneous && first_outgoing(&layer, j) == Some(k);
                front.take(!is_gauge && idle_column != Some(j));
            }
        }
        for _ in layer.bias {
            front.take(true);
        }
        below_is_homogeneous = layer.activation.is_homogeneous();
    }
    front.take(true);
    front.write
}

/// The first neuron of `above` that input j leads to with a weight that is not 0.
fn first_outgoing<T: Scalar>(above: &Layer<'_, T>, j: usize) -> Option<usize> {
    let mut column = above.weights.get(j..)?.iter().step_by(above.inputs.max(1));
    column.position(|&weight| weight != T::ZERO)
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

impl<T: Scalar> Front<'_, T> {
    fn take(&mut self, keep: bool) {
        if keep {
            if self.read != self.write
                && let Some(&value) = self.row.get(self.read)
                && let Some(slot) = self.row.get_mut(self.write)
            {
                *slot = value;
            }
            self.write = self.write.saturating_add(1);
        }
        self.read = self.read.saturating_add(1);
    }
}
