//! Where the path from 0 to theta has kinks: a piecewise activation crosses one of its breaks.
//!
//! Along the path a neuron of layer 1 has pre-activation `t z`: a break c is crossed at `t = c / z`.
//! Where layer 1 is homogeneous, one of layer 2 has `t (t <w, h1> + b)`, which is 0 at `t = -b / <w, h1>`.
//! Everything else, the bends of a Huber root too, is searched for: eight samples a panel, sign changes closed in on by
//! false position.

use super::pass::{Asked, Path};
use crate::Scalar;
use crate::model::{Activation, Layer, Layers, Target, neuron};

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
    /// So many that memory holds already.
    pub(crate) fn found(points: &'a mut [T], count: usize) -> Self {
        Kinks { points, count }
    }

    pub(crate) fn count(&self) -> usize {
        self.count
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
    #[inline(always)]
    pub(crate) fn find<L: Layers<T>>(
        &mut self,
        path: &mut Path<'_, T, L>,
        asked: &Asked<'_, T, L>,
        spare: &mut [T],
    ) -> Option<()> {
        let depth = path.layers.depth();
        for index in 0..depth {
            let Layer {
                outputs,
                activation,
                ..
            } = path.layers.layer(index)?;
            // Of the last layer only one neuron is on the path.
            let neurons = if index + 1 == depth {
                Neurons {
                    index,
                    first: asked.output,
                    count: 1,
                }
            } else {
                Neurons {
                    index,
                    first: 0,
                    count: outputs,
                }
            };
            for at in activation.breaks().into_iter().flatten() {
                if index == 0 {
                    self.first_layer(path, neurons, at)?;
                } else if index == 1
                    && at == T::ZERO
                    && path.layers.layer(0)?.activation.is_homogeneous()
                {
                    self.second_layer(path, neurons)?;
                } else {
                    self.search(path, neurons, &Level { at, phi: None }, spare)?;
                }
            }
            if index + 1 == depth
                && let Target::Huber { label, delta } = asked.target
            {
                let phi = Some(activation);
                for at in [label - delta, label + delta] {
                    self.search(path, neurons, &Level { at, phi }, spare)?;
                }
            }
        }
        Some(())
    }

    /// `t z = at`
    #[inline(never)]
    fn first_layer<L: Layers<T>>(
        &mut self,
        path: &Path<'_, T, L>,
        neurons: Neurons,
        at: T,
    ) -> Option<()> {
        if at == T::ZERO {
            return Some(());
        }
        let layer = path.layers.layer(0)?;
        for j in neurons.first..neurons.first.saturating_add(neurons.count) {
            let Some(row) = layer.neuron(j) else { break };
            let z = neuron(row, layer.bias.get(j).copied().unwrap_or(T::ZERO), path.x);
            self.insert(at / z);
        }
        Some(())
    }

    /// `t (t <w, h1> + b) = 0`
    #[inline(never)]
    fn second_layer<L: Layers<T>>(
        &mut self,
        path: &mut Path<'_, T, L>,
        neurons: Neurons,
    ) -> Option<()> {
        path.pre_activations(1, 0, T::ONE, &mut [])?;
        let layer = path.layers.layer(1)?;
        let biases = layer.bias.iter().enumerate();
        for (j, &bias) in biases.skip(neurons.first).take(neurons.count) {
            let Some(row) = layer.neuron(j) else { break };
            self.insert(-bias / neuron(row, T::ZERO, path.values));
        }
        Some(())
    }

    /// Takes in all zeros of a level.
    #[inline(never)]
    fn search<L: Layers<T>>(
        &mut self,
        path: &mut Path<'_, T, L>,
        neurons: Neurons,
        level: &Level<T>,
        spare: &mut [T],
    ) -> Option<()> {
        let Neurons {
            index,
            first,
            count,
        } = neurons;
        let (before, now) = spare.split_at_mut_checked(count)?;
        let now = now.get_mut(..count)?;
        let mut from = T::ZERO;
        while from < T::ONE {
            let end = self.panel_end(from);
            let step = (end - from) / T::count(u64::from(SAMPLES));
            // Just inside: at 0 every pre-activation is 0 and has no sign.
            let mut left = from + step / T::count(256);
            path.pre_activations(index, first, left, before)?;
            for sample in 1..=SAMPLES {
                let right = if sample == SAMPLES {
                    end
                } else {
                    from + step * T::count(u64::from(sample))
                };
                path.pre_activations(index, first, right, now)?;
                for (j, (before, &now)) in before.iter_mut().zip(&*now).enumerate() {
                    let (low, high) = (level.of(*before), level.of(now));
                    *before = now;
                    // Signs, since the product may vanish.
                    let is_crossed =
                        (low < T::ZERO && high > T::ZERO) || (low > T::ZERO && high < T::ZERO);
                    if is_crossed {
                        let bracket = Bracket {
                            index,
                            neuron: first.saturating_add(j),
                            left: (left, low),
                            right: (right, high),
                        };
                        self.insert(crossing(path, level, &bracket)?);
                    }
                }
                left = right;
            }
            from = end;
        }
        Some(())
    }
}

/// Neurons of a layer.
#[derive(Clone, Copy)]
struct Neurons {
    index: usize,
    first: usize,
    count: usize,
}

/// What is looked for: a pre-activation, or its activation, that equals `at`.
struct Level<T> {
    at: T,
    phi: Option<Activation<T>>,
}

impl<T: Scalar> Level<T> {
    fn of(&self, z: T) -> T {
        match self.phi {
            None => z - self.at,
            Some(phi) => phi.value(z) - self.at,
        }
    }
}

/// A stretch of the path over which the level of a neuron changes its sign.
struct Bracket<T> {
    index: usize,
    neuron: usize,
    left: (T, T),
    right: (T, T),
}

/// Closes in on the one sign change between two points (Illinois form of false position).
#[inline(never)]
fn crossing<T: Scalar, L: Layers<T>>(
    path: &mut Path<'_, T, L>,
    level: &Level<T>,
    bracket: &Bracket<T>,
) -> Option<T> {
    let ((mut a, mut low), (mut b, mut high)) = (bracket.left, bracket.right);
    let mut moved_left = None;
    for _ in 0..STEPS {
        let middle = a + (b - a) * (low / (low - high));
        if !(middle > a && middle < b) || b - a <= T::EPSILON {
            break;
        }
        let mut sum = [T::ZERO];
        path.pre_activations(bracket.index, bracket.neuron, middle, &mut sum)?;
        let z = level.of(sum[0]);
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
