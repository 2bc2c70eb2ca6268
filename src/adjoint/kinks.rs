//! Where the path from 0 to theta has kinks: a piecewise activation crosses one of its breaks.
//!
//! Along the path a neuron of layer 1 has pre-activation `t z`: a break c is crossed at `t = c / z`.
//! Where layer 1 is homogeneous, one of layer 2 has `t (t <w, h1> + b)`, which is 0 at `t = -b / <w, h1>`.
//! Everything else, the bends of a Huber root too, is searched for: eight samples a panel, sign changes closed in on by
//! false position.

use super::pass::Path;
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
        let last = path.layers.depth().checked_sub(1)?;
        for index in 0..=last {
            let layer = path.layers.layer(index)?;
            // Of the last layer only one neuron is on the path.
            let neurons = if index == last {
                Neurons {
                    index,
                    first: output,
                    count: 1,
                }
            } else {
                Neurons {
                    index,
                    first: 0,
                    count: layer.outputs,
                }
            };
            for at in layer.activation.breaks().into_iter().flatten() {
                if index == 0 {
                    self.first_layer(&layer, neurons, path.x, at);
                } else if index == 1
                    && at == T::ZERO
                    && path.layers.layer(0)?.activation.is_homogeneous()
                {
                    path.pre_activations(1, 0, T::ONE, &mut [])?;
                    self.second_layer(&layer, neurons, path.values);
                } else {
                    self.search(path, neurons, Level { at, phi: None }, spare)?;
                }
            }
            if index == last
                && let Target::Huber { label, delta } = target
            {
                let phi = Some(layer.activation);
                for at in [label - delta, label + delta] {
                    self.search(path, neurons, Level { at, phi }, spare)?;
                }
            }
        }
        Some(())
    }

    /// `t z = at`
    fn first_layer(&mut self, layer: &Layer<'_, T>, neurons: Neurons, x: &[T], at: T) {
        if at == T::ZERO {
            return;
        }
        for j in neurons.first..neurons.first.saturating_add(neurons.count) {
            let Some(row) = layer.neuron(j) else { break };
            let z = neuron(row, layer.bias.get(j).copied().unwrap_or(T::ZERO), x);
            self.insert(at / z);
        }
    }

    /// `t (t <w, h1> + b) = 0`
    fn second_layer(&mut self, layer: &Layer<'_, T>, neurons: Neurons, input: &[T]) {
        let biases = layer.bias.iter().enumerate();
        for (j, &bias) in biases.skip(neurons.first).take(neurons.count) {
            let Some(row) = layer.neuron(j) else { break };
            self.insert(-bias / neuron(row, T::ZERO, input));
        }
    }

    /// Takes in all zeros of a level.
    fn search<L: Layers<T>>(
        &mut self,
        path: &mut Path<'_, T, L>,
        neurons: Neurons,
        level: Level<T>,
        spare: &mut [T],
    ) -> Option<()> {
        let (before, now) = spare.split_at_mut_checked(neurons.count)?;
        let mut search = Search {
            neurons,
            level,
            before,
            now: now.get_mut(..neurons.count)?,
            from: T::ZERO,
            end: T::ZERO,
            step: T::ZERO,
            left: T::ZERO,
            right: T::ZERO,
            sample: SAMPLES,
            compared: neurons.count,
        };
        while let Some(bracket) = search.next(path, self)? {
            let point = crossing(path, neurons.index, level, bracket)?;
            self.insert(point);
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
#[derive(Clone, Copy)]
struct Level<T> {
    at: T,
    phi: Option<Activation<T>>,
}

impl<T: Scalar> Level<T> {
    fn of(self, z: T) -> T {
        match self.phi {
            None => z - self.at,
            Some(phi) => phi.value(z) - self.at,
        }
    }
}

/// A stretch of the path over which the level of a neuron changes its sign.
struct Bracket<T> {
    neuron: usize,
    left: (T, T),
    right: (T, T),
}

/// Where a search stands: panel by panel, sample by sample, neuron by neuron.
struct Search<'a, T> {
    neurons: Neurons,
    level: Level<T>,
    /// Pre-activations at `left` and `right`.
    before: &'a mut [T],
    now: &'a mut [T],
    /// The panel's start and end, and what is between its samples.
    from: T,
    end: T,
    step: T,
    left: T,
    right: T,
    /// Samples of the panel taken.
    sample: u32,
    /// Neurons compared between `left` and `right`.
    compared: usize,
}

impl<T: Scalar> Search<'_, T> {
    /// The next sign change; none at the path's end.
    #[inline(never)]
    fn next<L: Layers<T>>(
        &mut self,
        path: &mut Path<'_, T, L>,
        kinks: &Kinks<'_, T>,
    ) -> Option<Option<Bracket<T>>> {
        let Neurons { index, first, .. } = self.neurons;
        loop {
            let pairs = self.before.iter_mut().zip(&*self.now);
            for (before, &now) in pairs.skip(self.compared) {
                let (low, high) = (self.level.of(*before), self.level.of(now));
                *before = now;
                let neuron = first.saturating_add(self.compared);
                self.compared = self.compared.saturating_add(1);
                if low * high < T::ZERO {
                    return Some(Some(Bracket {
                        neuron,
                        left: (self.left, low),
                        right: (self.right, high),
                    }));
                }
            }
            self.left = self.right;
            if self.sample >= SAMPLES {
                if self.end >= T::ONE {
                    return Some(None);
                }
                self.from = self.end;
                self.end = kinks.panel_end(self.from);
                self.step = (self.end - self.from) / T::count(u64::from(SAMPLES));
                // Just inside: at 0 every pre-activation is 0 and has no sign.
                self.left = self.from + self.step / T::count(256);
                path.pre_activations(index, first, self.left, self.before)?;
                self.sample = 0;
            }
            self.sample += 1;
            self.right = if self.sample == SAMPLES {
                self.end
            } else {
                self.from + self.step * T::count(u64::from(self.sample))
            };
            path.pre_activations(index, first, self.right, self.now)?;
            self.compared = 0;
        }
    }
}

/// Closes in on the one sign change between two points (Illinois form of false position).
#[inline(never)]
fn crossing<T: Scalar, L: Layers<T>>(
    path: &mut Path<'_, T, L>,
    index: usize,
    level: Level<T>,
    bracket: Bracket<T>,
) -> Option<T> {
    let ((mut a, mut low), (mut b, mut high)) = (bracket.left, bracket.right);
    let mut moved_left = None;
    for _ in 0..STEPS {
        let middle = a + (b - a) * (low / (low - high));
        if !(middle > a && middle < b) || b - a <= T::EPSILON {
            break;
        }
        let mut sum = [T::ZERO];
        path.pre_activations(index, bracket.neuron, middle, &mut sum)?;
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
