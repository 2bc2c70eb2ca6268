//! Where the path from 0 to theta has kinks: a piecewise activation crosses one of its breaks.
//!
//! Along the path a neuron of layer 1 has pre-activation `t z`: a break c is crossed at `t = c / z`.
//! Where layer 1 is homogeneous, one of layer 2 has `t (t <w, h1> + b)`, which is 0 at `t = -b / <w, h1>`.
//! Everything else, the bends of a Huber root too, is searched for: eight samples a panel, sign changes closed in on by
//! false position.

use super::pass::hidden_values;
use crate::Scalar;
use crate::model::{Layer, Layers, Target, neuron, product};

/// Samples a panel in which sign changes are looked for.
const SAMPLES: u32 = 8;
/// Steps of false position at most.
const STEPS: u32 = 60;

/// The kinks in (0, 1), ascending, in memory that bounds their number.
pub(crate) struct Kinks<'a, T> {
    points: &'a mut [T],
    count: usize,
}

impl<'a, T: Scalar> Kinks<'a, T> {
    pub(crate) fn new(points: &'a mut [T]) -> Self {
        Kinks { points, count: 0 }
    }

    /// The end of the panel that starts at `from`: the next kink, or 1.
    pub(crate) fn panel_end(&self, from: T) -> T {
        let known = self.points.iter().take(self.count);
        known.copied().find(|&point| point > from).unwrap_or(T::ONE)
    }

    /// Takes in a point of (0, 1); once the memory is full, no more.
    fn insert(&mut self, point: T) {
        if !(point > T::ZERO && point < T::ONE) || self.count >= self.points.len() {
            return;
        }
        let mut carried = point;
        for slot in self.points.iter_mut().take(self.count) {
            if carried < *slot {
                core::mem::swap(slot, &mut carried);
            }
        }
        if let Some(slot) = self.points.get_mut(self.count) {
            *slot = carried;
            self.count += 1;
        }
    }

    /// Finds the kinks of all layers and of the target. `spare` holds two scalars a hidden neuron and two more.
    pub(crate) fn find<L: Layers<T>>(
        &mut self,
        path: &mut Path<'_, T, L>,
        output: usize,
        target: Target<T>,
        spare: &mut [T],
    ) -> Option<()> {
        let layers = path.layers;
        let last = layers.depth().checked_sub(1)?;
        for index in 0..layers.depth() {
            let layer = layers.layer(index)?;
            // Of the last layer only one neuron is on the path.
            let layer = if index == last {
                layer.single(output)?
            } else {
                layer
            };
            for at in layer.activation.breaks().into_iter().flatten() {
                if index == 0 {
                    self.first_layer(&layer, path.x, at);
                } else if index == 1
                    && at == T::ZERO
                    && layers.layer(0)?.activation.is_homogeneous()
                {
                    self.second_layer(&layer, path.hidden(1, T::ONE)?);
                } else {
                    self.search(path, index, &layer, |z| z - at, spare)?;
                }
            }
        }
        if let Target::Huber { label, delta } = target {
            let neuron = layers.layer(last)?.single(output)?;
            for at in [label - delta, label + delta] {
                self.search(
                    path,
                    last,
                    &neuron,
                    |z| neuron.activation.value(z) - at,
                    spare,
                )?;
            }
        }
        Some(())
    }

    /// `t z = at`
    fn first_layer(&mut self, layer: &Layer<'_, T>, x: &[T], at: T) {
        if at == T::ZERO {
            return;
        }
        for j in 0..layer.outputs {
            let Some(row) = layer.neuron(j) else { break };
            let z = neuron(row, layer.bias.get(j).copied().unwrap_or(T::ZERO), x);
            self.insert(at / z);
        }
    }

    /// `t (t <w, h1> + b) = 0`
    fn second_layer(&mut self, layer: &Layer<'_, T>, input: &[T]) {
        for (j, &bias) in layer.bias.iter().enumerate() {
            let Some(row) = layer.neuron(j) else { break };
            self.insert(-bias / neuron(row, T::ZERO, input));
        }
    }

    /// Looks for zeros of `level(pre-activation)` in every panel that was left before.
    fn search<L: Layers<T>>(
        &mut self,
        path: &mut Path<'_, T, L>,
        index: usize,
        layer: &Layer<'_, T>,
        level: impl Fn(T) -> T,
        spare: &mut [T],
    ) -> Option<()> {
        let (before, now) = spare.split_at_mut_checked(layer.outputs)?;
        let now = now.get_mut(..layer.outputs)?;
        let mut from = T::ZERO;
        while from < T::ONE {
            let end = self.panel_end(from);
            let step = (end - from) / T::count(u64::from(SAMPLES));
            // Just inside: at 0 every pre-activation is 0 and has no sign.
            let mut left = from + step / T::count(256);
            path.pre_activations(index, layer, left, before)?;
            for sample in 1..=SAMPLES {
                let inner = from + step * T::count(u64::from(sample));
                let right = if sample == SAMPLES { end } else { inner };
                path.pre_activations(index, layer, right, now)?;
                for (j, (before, &mut now)) in before.iter_mut().zip(now.iter_mut()).enumerate() {
                    let (low, high) = (level(*before), level(now));
                    *before = now;
                    if low * high < T::ZERO {
                        let neuron = layer.single(j)?;
                        let mut function = |t| {
                            let mut z = [T::ZERO];
                            path.pre_activations(index, &neuron, t, &mut z)?;
                            let [z] = z;
                            Some(level(z))
                        };
                        let point = crossing(&mut function, (left, low), (right, high))?;
                        self.insert(point);
                    }
                }
                left = right;
            }
            from = end;
        }
        Some(())
    }
}

/// The network along the path, with memory of one scalar a hidden neuron each.
pub(crate) struct Path<'a, T, L> {
    pub(crate) layers: &'a L,
    pub(crate) x: &'a [T],
    pub(crate) values: &'a mut [T],
    pub(crate) slopes: &'a mut [T],
}

impl<T: Scalar, L: Layers<T>> Path<'_, T, L> {
    /// What layer `index` sees at `t theta`.
    fn hidden(&mut self, index: usize, t: T) -> Option<&[T]> {
        hidden_values(self.layers, self.x, index, t, self.values, self.slopes)
    }

    /// Pre-activations of layer `index` at `t theta`.
    fn pre_activations(
        &mut self,
        index: usize,
        layer: &Layer<'_, T>,
        t: T,
        out: &mut [T],
    ) -> Option<()> {
        product(layer, self.hidden(index, t)?, t, out);
        Some(())
    }
}

/// Closes in on the one sign change between two points (Illinois form of false position).
fn crossing<T: Scalar>(
    function: &mut impl FnMut(T) -> Option<T>,
    left: (T, T),
    right: (T, T),
) -> Option<T> {
    let ((mut a, mut low), (mut b, mut high)) = (left, right);
    let mut moved_left = None;
    for _ in 0..STEPS {
        let middle = a + (b - a) * (low / (low - high));
        if !(middle > a && middle < b) || b - a <= T::EPSILON {
            break;
        }
        let z = function(middle)?;
        if z == T::ZERO {
            return Some(middle);
        }
        let moves_left = (z < T::ZERO) == (low < T::ZERO);
        if moves_left {
            (a, low) = (middle, z);
        } else {
            (b, high) = (middle, z);
        }
        // An end that stays twice is weighed down, or it would never move.
        if moved_left == Some(moves_left) {
            if moves_left {
                high *= T::HALF;
            } else {
                low *= T::HALF;
            }
        }
        moved_left = Some(moves_left);
    }
    Some(if low.abs() < high.abs() { a } else { b })
}
