//! Snapshots: any bytes, and a right snapshot with any edits and a right checksum. It is refused and nothing has
//! changed, or the object is the one that the bytes say and goes on.

use crate::Choices;
use crate::objects::{Device, INPUTS, Net, check_slots};
use crc::{CRC_32_ISO_HDLC, Crc};
use gleaner::factor::{Factor, factor_len};
use gleaner::kronecker::{Kronecker, LayerState, kronecker_len, kronecker_scratch};
use gleaner::model::{Flat, Network, Target};
use gleaner::sampler::{Item, Reservoir, Top};
use gleaner::standardiser::{Moments, moments_len};
use gleaner::{Error, Scalar};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);

/// Offers after which an object that was restored must still be in order.
const OFFERS: u32 = 50;

/// Any object that is saved, restored and fed.
trait Saved {
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error>;
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error>;
    /// Takes in sample number `number`, where it can.
    fn feed(&mut self, number: u32);
    /// Stops where the object is not in order.
    fn check(&self);

    fn saved(&self) -> Vec<u8> {
        let mut bytes = vec![0; 4096];
        let length = self.save(&mut bytes).expect("room enough");
        bytes.truncate(length);
        bytes
    }
}

/// Numbers between -4 and 4 that depend on a sample's number.
pub fn sample<T: Scalar>(number: u32, count: usize) -> Vec<T> {
    let mut word = number.wrapping_mul(2654435761);
    let mut next = || {
        word = word.wrapping_mul(1664525).wrapping_add(1013904223);
        T::of(f64::from((word >> 20) as i32 - 2048) / 512.0)
    };
    (0..count).map(|_| next()).collect()
}

const ORDER: usize = 5;

impl<T: Scalar> Saved for Factor<T, Vec<T>> {
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.restore(bytes)
    }
    fn feed(&mut self, number: u32) {
        let mut row = sample(number, ORDER);
        row[3] = row[1];
        // Numbers that no row made may be large: a row may be refused.
        let _ = self.observe(&row, T::ONE);
        let _ = self.score(&row, &mut [T::ZERO; ORDER]);
        if number % 20 == 19 && self.state().half_life == 0 {
            self.pivot().expect("it never fails");
        }
    }
    fn check(&self) {
        assert!(self.rank() <= ORDER && self.condition() >= T::ZERO);
    }
}

struct WithGenerator<T: Scalar>(Reservoir<T, Vec<Item<T>>>, Xoshiro128PlusPlus);

const ITEMS: usize = 6;

impl<T: Scalar> Saved for WithGenerator<T> {
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(&self.1.state(), bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.1 = self.0.restore(bytes)?;
        Ok(())
    }
    fn feed(&mut self, number: u32) {
        let _ = self.0.offer(sample::<T>(number, 1)[0].abs(), &mut self.1);
    }
    fn check(&self) {
        let slots = self.0.drain().map(|kept| kept.slot);
        check_slots(ITEMS, self.0.free(), slots);
        assert!(self.0.drain().all(|kept| kept.weight >= T::ONE));
    }
}

impl<T: Scalar> Saved for Top<T, Vec<Item<T>>> {
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.restore(bytes)
    }
    fn feed(&mut self, number: u32) {
        self.offer(sample::<T>(number, 1)[0].abs())
            .expect("a good score");
    }
    fn check(&self) {
        let slots = self.drain().map(|kept| kept.slot);
        check_slots(ITEMS, self.free(), slots);
    }
}

const FEATURES: usize = 2;

impl<T: Scalar> Saved for Moments<T, Vec<T>> {
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.restore(bytes)
    }
    fn feed(&mut self, number: u32) {
        let x = sample(number, FEATURES);
        let _ = self.observe(&x);
        let _ = self.standardise(&x, &mut [T::ZERO; FEATURES]);
    }
    fn check(&self) {
        assert!((0..FEATURES).all(|feature| self.variance(feature) >= Some(T::ZERO)));
    }
}

struct OfNet<'a, T: Scalar>(
    Kronecker<T, Vec<LayerState<T>>, Vec<T>>,
    Network<Flat<'a, T>>,
);

impl<T: Scalar> Saved for OfNet<'_, T> {
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.0.save(bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.restore(bytes)
    }
    fn feed(&mut self, number: u32) {
        let mut scratch = vec![T::ZERO; kronecker_scratch(&self.1)];
        let (x, target) = (sample(number, INPUTS), Target::Prediction);
        let score = self.0.observe(&self.1, &x, 0, target, &mut scratch);
        let most = T::of(2.0);
        assert!(score.is_err() || score.is_ok_and(|score| score >= T::ZERO && score <= most));
        let _ = self.0.score(&self.1, &x, 0, target, &mut scratch);
    }
    fn check(&self) {
        let state = self.0.state();
        assert!(state.effective >= T::ZERO && state.effective <= T::count(state.rows));
    }
}

impl<T: Scalar> Saved for Device<'_, T> {
    fn save(&self, bytes: &mut [u8]) -> Result<usize, Error> {
        self.selector.save(Xoshiro128PlusPlus::state, bytes)
    }
    fn restore(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.selector.restore(bytes)
    }
    fn feed(&mut self, number: u32) {
        let _ = self
            .selector
            .offer(&sample(number, INPUTS), self.label.as_slice());
        if number % 32 == 31 {
            self.selector.begin_period();
        }
    }
    fn check(&self) {
        self.check();
    }
}

/// Puts the right length and checksum on a snapshot.
pub fn seal(bytes: &mut [u8]) {
    let length = bytes.len();
    let Some((content, end)) = bytes.split_last_chunk_mut::<4>() else {
        return;
    };
    if let Some(place) = content.get_mut(4..8) {
        place.copy_from_slice(&(length as u32).to_le_bytes());
    }
    *end = CRC.checksum(content).to_le_bytes();
}

/// The fuzzer's edits of right bytes: a place each, and what to write there.
pub fn edit(bytes: &mut [u8], choices: &mut Choices<'_>) {
    while let [low, high, kind, ..] = *choices.0 {
        choices.some(3);
        let place = usize::from(u16::from_le_bytes([low, high])) % bytes.len().max(1);
        let count = usize::from(kind % 9);
        let new = choices.some(count);
        if let Some(old) = bytes.get_mut(place..place + new.len()) {
            old.copy_from_slice(new);
        }
    }
}

/// Restores what the fuzzer says into an object that was fed so many samples.
fn attempt<S: Saved>(mut object: S, mut choices: Choices<'_>) {
    let (flags, fed) = (choices.byte(), choices.byte() % 64);
    (0..u32::from(fed)).for_each(|number| object.feed(number));
    object.check();
    let before = object.saved();
    let mut bytes = if flags & 1 == 0 {
        choices.0.to_vec()
    } else {
        let mut bytes = before.clone();
        edit(&mut bytes, &mut choices);
        bytes
    };
    if flags & 2 == 0 {
        seal(&mut bytes);
    }
    if object.restore(&bytes).is_err() {
        assert_eq!(object.saved(), before);
    } else {
        // What is behind the snapshot is not looked at.
        let saved = object.saved();
        assert_eq!(saved, bytes[..saved.len()]);
    }
    object.check();
    for number in 0..OFFERS {
        object.feed(1000 + number);
    }
    object.check();
    let after = object.saved();
    object.restore(&after).expect("its own snapshot");
    assert_eq!(object.saved(), after);
}

fn run_as<T: Scalar>(mut choices: Choices<'_>) {
    match choices.below(6) {
        0 => {
            let memory = vec![T::ZERO; factor_len(ORDER)];
            let ridge = T::of([0.0, 0.01][choices.below(2)]);
            let mut factor = Factor::new(ORDER, ridge, memory).expect("a factor");
            let half_life = [0, 8, 1000][choices.below(3)];
            factor.set_half_life(half_life).expect("a half-life");
            attempt(factor, choices);
        }
        1 => {
            let items = vec![Item::default(); ITEMS];
            let generator = Xoshiro128PlusPlus::seed_from_u64(1);
            let reservoir = Reservoir::new(items).expect("items");
            attempt(WithGenerator::<T>(reservoir, generator), choices);
        }
        2 => attempt(
            Top::<T, _>::new(vec![Item::default(); ITEMS]).expect("items"),
            choices,
        ),
        3 => {
            let memory = vec![T::ZERO; moments_len(FEATURES)];
            attempt(Moments::new(memory).expect("memory"), choices);
        }
        4 => {
            let net = Net::<T>::new();
            let layers = vec![LayerState::default(); 2];
            let memory = kronecker_len(2, 2, true) + kronecker_len(2, 1, false);
            let half_life = [0, 8][choices.below(2)];
            let scorer = Kronecker::new(&net.network(), half_life, layers, vec![T::ZERO; memory]);
            attempt(OfNet(scorer.expect("a scorer"), net.network()), choices);
        }
        _ => {
            let net = Net::<T>::new();
            let device = net.device(choices.byte(), ITEMS);
            attempt(device, choices);
        }
    }
}

/// The target.
pub fn run(data: &[u8]) {
    let mut choices = Choices(data);
    if choices.byte() & 1 == 0 {
        run_as::<f32>(choices);
    } else {
        run_as::<f64>(choices);
    }
}
