//! A device whose power fails: NOR flash that is torn, and a selector over a store on it.

use super::Random;
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use gleaner::Error;
use gleaner::model::{Activation, Flat, Model, Network, Shape};
use gleaner::sampler::Item;
use gleaner::selector::{Options, Selector, selector_len};
use gleaner::snapshot::selector_snapshot_len;
use gleaner::store::{Layout, Store, StoreMemory, StoreState};
use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::SeedableRng;

/// How an operation ends that power fails in.
#[derive(Clone, Copy, Debug)]
pub enum Torn {
    /// It never began.
    Before,
    /// Its first half is done.
    Half,
    /// All but its last byte is done.
    AlmostAll,
    /// Anything may be there now.
    Noise,
    /// It is done, and nothing after it.
    After,
}
pub const WAYS: [Torn; 5] = [
    Torn::Before,
    Torn::Half,
    Torn::AlmostAll,
    Torn::Noise,
    Torn::After,
];

pub const GRANULE: usize = 4;
pub const BLOCK: usize = 64;

/// NOR flash: erased to ones, written once.
#[derive(Clone)]
pub struct Flash {
    pub bytes: Vec<u8>,
    pub erases: Vec<u32>,
    pub operations: u64,
    /// Power fails in the operation of this number.
    pub cut: Option<(u64, Torn)>,
    pub is_dead: bool,
    /// Bytes that stay as they are, whatever is written there.
    pub worn: Option<core::ops::Range<usize>>,
    /// Addresses that cannot be read for now.
    pub unreadable: Option<core::ops::Range<usize>>,
    /// The next write is done and says that it failed.
    pub cries_wolf: bool,
}

impl Flash {
    pub fn new(length: usize) -> Self {
        Flash {
            bytes: vec![0xFF; length],
            erases: vec![0; length / BLOCK],
            operations: 0,
            cut: None,
            is_dead: false,
            worn: None,
            unreadable: None,
            cries_wolf: false,
        }
    }

    fn apply(&mut self, start: usize, new: &[u8]) -> Result<(), NorFlashErrorKind> {
        if self.is_dead {
            return Err(NorFlashErrorKind::Other);
        }
        let number = self.operations;
        self.operations += 1;
        if self.worn.as_ref().is_some_and(|worn| worn.contains(&start)) {
            return Ok(());
        }
        let place = &mut self.bytes[start..start + new.len()];
        let Some((_, torn)) = self.cut.filter(|cut| cut.0 == number) else {
            place.copy_from_slice(new);
            return Ok(());
        };
        self.is_dead = true;
        let done = match torn {
            Torn::Before => 0,
            Torn::Half => new.len() / 2,
            Torn::AlmostAll => new.len() - 1,
            Torn::After => new.len(),
            Torn::Noise => {
                let mut random = Random::new(number);
                place
                    .iter_mut()
                    .for_each(|byte| *byte = (random.normal() * 100.0) as i32 as u8);
                0
            }
        };
        place[..done].copy_from_slice(&new[..done]);
        Err(NorFlashErrorKind::Other)
    }
}

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = GRANULE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        let start = offset as usize;
        assert!(start.is_multiple_of(GRANULE) && bytes.len().is_multiple_of(GRANULE));
        let hidden = self.unreadable.as_ref();
        if self.is_dead || hidden.is_some_and(|hidden| hidden.contains(&start)) {
            return Err(NorFlashErrorKind::Other);
        }
        bytes.copy_from_slice(&self.bytes[start..start + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = GRANULE;
    const ERASE_SIZE: usize = BLOCK;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        let (from, to) = (from as usize, to as usize);
        assert!(from < to && from.is_multiple_of(BLOCK) && to.is_multiple_of(BLOCK));
        (from / BLOCK..to / BLOCK).for_each(|block| self.erases[block] += 1);
        self.apply(from, &vec![0xFF; to - from])
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        let start = offset as usize;
        assert!(start.is_multiple_of(GRANULE) && bytes.len().is_multiple_of(GRANULE));
        let place = &self.bytes[start..start + bytes.len()];
        assert!(
            self.is_dead || self.worn.is_some() || place.iter().all(|&byte| byte == 0xFF),
            "written twice"
        );
        self.apply(start, bytes)?;
        if core::mem::take(&mut self.cries_wolf) {
            return Err(NorFlashErrorKind::Other);
        }
        Ok(())
    }
}

pub type Net = Network<Flat<'static, f32>>;
pub type Sel = Selector<'static, f32, Net, Xoshiro128PlusPlus, Vec<f32>, Vec<Item<f32>>>;

pub const KEEP: usize = 10;
pub const PAYLOAD: usize = 9;

pub const SHAPE: [Shape<f32>; 2] = [
    Shape {
        inputs: 2,
        outputs: 3,
        bias: true,
        activation: Activation::Relu,
    },
    Shape {
        inputs: 3,
        outputs: 1,
        bias: false,
        activation: Activation::Identity,
    },
];
pub const THETA: [f32; 12] = [
    0.5, -1.0, 1.5, 0.25, -0.75, 1.0, 0.1, 0.2, -0.3, 1.0, -1.0, 0.5,
];

pub fn selector(seed: u64, uniform: f32, keep: usize) -> Sel {
    let net = Network::new(Flat {
        shapes: &SHAPE,
        theta: &THETA,
    })
    .unwrap();
    let options = Options {
        uniform,
        model_id: 3,
        ..Options::default()
    };
    let length = selector_len(net.inputs(), net.parameters(), net.order(), net.scratch());
    let generator = Xoshiro128PlusPlus::seed_from_u64(seed);
    Selector::new(
        net,
        options,
        generator,
        vec![0.0; length],
        vec![Item::default(); keep + 1],
    )
    .unwrap()
}

pub fn layout(keep: usize, spare: usize) -> Layout {
    let order = Network::new(Flat {
        shapes: &SHAPE,
        theta: &THETA,
    })
    .unwrap()
    .order();
    Layout::of::<Flash>(
        keep as u32 + 1,
        (keep + spare) as u32,
        PAYLOAD as u32,
        selector_snapshot_len::<f32>(2, order, keep + 1, 16) as u32,
    )
}

pub fn saved(selector: &Sel) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let length = selector
        .save(|generator| generator.state(), &mut bytes)
        .unwrap();
    bytes.truncate(length);
    bytes
}

/// A device: what is in its flash outlives a restart, the rest does not.
#[derive(Clone)]
pub struct Device {
    pub flash: Flash,
    pub selector: Sel,
    pub layout: Layout,
    pub every: u32,
    pub state: StoreState,
    pub pages: Vec<u32>,
    pub marks: Vec<u8>,
    pub buffer: Vec<u8>,
}

impl Device {
    pub fn new(flash: Flash, layout: Layout, every: u32, selector: Sel) -> Self {
        Device {
            flash,
            selector,
            layout,
            every,
            state: StoreState::default(),
            pages: vec![u32::MAX; layout.slots as usize],
            marks: vec![0; layout.pages as usize],
            buffer: vec![0; layout.buffer_len()],
        }
    }

    /// Runs a call on the store.
    pub fn with<R>(
        &mut self,
        call: impl FnOnce(&mut Store<'_, Flash, Xoshiro128PlusPlus, [u8; 16]>, &mut Sel) -> R,
    ) -> R {
        let memory = StoreMemory {
            pages: &mut self.pages,
            marks: &mut self.marks,
            buffer: &mut self.buffer,
        };
        let state_of = |generator: &Xoshiro128PlusPlus| generator.state();
        let flash = self.flash.clone();
        let mut store =
            Store::attach(flash, state_of, self.layout, self.every, self.state, memory).unwrap();
        let result = call(&mut store, &mut self.selector);
        let (flash, state, _) = store.detach();
        self.flash = flash;
        self.state = state;
        result
    }

    pub fn recover(&mut self) -> Result<bool, Error> {
        self.with(|store, selector| store.recover(selector))
    }

    /// The step of a number: a reading, or at some numbers a new period.
    pub fn step(&mut self, number: u32) -> Result<(), Error> {
        if number == PERIOD {
            return self.with(|store, selector| store.begin_period(selector));
        }
        self.with(|store, selector| {
            store
                .offer(selector, &reading(number), &[], &payload(number))
                .map(|_| ())
        })
    }

    /// Power comes back: an empty selector, nothing known.
    pub fn restarted(&self) -> Device {
        let mut flash = self.flash.clone();
        flash.cut = None;
        flash.is_dead = false;
        Device::new(flash, self.layout, self.every, selector(999, 0.0, KEEP))
    }
}

pub const PERIOD: u32 = 350;

pub fn reading(number: u32) -> [f32; 2] {
    let mut random = Random::new(u64::from(number));
    [random.normal() as f32, random.normal() as f32]
}

pub fn payload(number: u32) -> [u8; PAYLOAD] {
    let mut bytes = [0x5A; PAYLOAD];
    bytes[..4].copy_from_slice(&number.to_le_bytes());
    bytes
}

/// The step whose reading has this sequence number in the selector's period.
pub fn number_of(selector: &Sel, sequence: u64) -> u32 {
    let start = if selector.record_header(0, 0).period == 0 {
        0
    } else {
        PERIOD + 1
    };
    start + sequence as u32
}

pub fn check_payloads(device: &mut Device) {
    device.with(|store, selector| {
        for kept in selector.drain() {
            let mut found = [0; PAYLOAD];
            store.read(&kept, &mut found).unwrap();
            assert_eq!(found, payload(number_of(selector, kept.sequence)));
        }
    });
}

/// A device with nothing in its flash.
pub fn device(every: u32, spare: usize) -> Device {
    let layout = layout(KEEP, spare);
    let flash = Flash::new(layout.storage_len());
    Device::new(flash, layout, every, selector(1, 0.0, KEEP))
}
