//! A small network and selectors over it.

use gleaner::Scalar;
use gleaner::model::{Activation, Flat, Model, Network, Objective, Shape};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Scaling, Selector, selector_len};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// Features of a reading.
pub const INPUTS: usize = 2;

type Whole<'a, T> = Selector<'a, T, Network<Flat<'a, T>>, Xoshiro128PlusPlus, Vec<T>, Vec<Item<T>>>;

/// A selector that owns its memory.
pub struct Device<'a, T: Scalar> {
    /// The selector.
    pub selector: Whole<'a, T>,
    /// What its objective takes.
    pub label: Option<T>,
    items: usize,
}

/// A network, 2-2-1 with ReLU, by its parts.
pub struct Net<T> {
    shapes: [Shape<T>; 2],
    theta: Vec<T>,
}

impl<T: Scalar> Net<T> {
    /// The network.
    pub fn new() -> Self {
        let shape = |outputs, bias, activation| Shape {
            inputs: 2,
            outputs,
            bias,
            activation,
        };
        Net {
            shapes: [
                shape(2, true, Activation::Relu),
                shape(1, false, Activation::Identity),
            ],
            theta: [0.5, -0.25, 0.75, 1.0, 0.125, -0.5, 1.5, -0.75]
                .map(T::of)
                .to_vec(),
        }
    }

    /// Its model.
    pub fn network(&self) -> Network<Flat<'_, T>> {
        Network::new(Flat {
            shapes: &self.shapes,
            theta: &self.theta,
        })
        .expect("a network")
    }

    /// Length of a row without its redundant columns.
    pub fn order(&self) -> usize {
        Model::<T>::order(&self.network())
    }

    /// A selector with options by `choice`.
    pub fn device(&self, choice: u8, items: usize) -> Device<'_, T> {
        let net = self.network();
        let options = Options {
            objective: match choice & 3 {
                0 => Objective::Residual,
                1 => Objective::Huber(T::HALF),
                _ => Objective::Prediction,
            },
            scaling: if choice & 4 == 0 {
                Scaling::None
            } else {
                Scaling::Running
            },
            half_life: if choice & 8 == 0 { 0 } else { 20 },
            uniform: T::of(if choice & 16 == 0 { 0.0 } else { 0.25 }),
            ridge: T::of(if choice & 32 == 0 { 0.0 } else { 0.5 }),
            model_id: 7,
        };
        let length = selector_len(net.inputs(), net.parameters(), net.order(), net.scratch());
        let generator = Xoshiro128PlusPlus::seed_from_u64(3);
        let memory = vec![T::ZERO; length];
        let place = vec![Item::default(); items];
        let label = (options.objective != Objective::Prediction).then_some(T::HALF);
        Device {
            selector: Selector::new(net, options, generator, memory, place).expect("a selector"),
            label,
            items,
        }
    }
}

impl<T: Scalar> Device<'_, T> {
    /// Stops where the selector is not in order.
    pub fn check(&self) {
        let slots = self.selector.drain().map(|kept| kept.slot);
        check_slots(self.items, self.selector.free(), slots);
        assert!(self.selector.drain().all(|kept| kept.weight >= T::ONE));
        assert!(self.selector.effective_size() >= T::ZERO);
    }
}

/// Stops where two samples have one slot, or one has the free one.
pub fn check_slots(slots: usize, free: u32, used: impl Iterator<Item = u32>) {
    let mut seen = vec![false; slots];
    for slot in used.chain([free]) {
        let slot = slot as usize;
        assert!(slot < slots && !seen[slot]);
        seen[slot] = true;
    }
}
