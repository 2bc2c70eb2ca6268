//! What a store finds in flash after a restart: anything, or what it wrote itself with any edits and right checksums.
//! It says no and the selector is as it was, or it is the selector of a commit and goes on.

use crate::Choices;
use crate::objects::{Device, INPUTS, Net};
use crate::snapshots::{edit, sample, seal};
use crc::{CRC_32_ISO_HDLC, Crc};
use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use gleaner::Scalar;
use gleaner::snapshot::selector_snapshot_len;
use gleaner::store::{Layout, Store, StoreMemory};
use rand_xoshiro::Xoshiro128PlusPlus;

const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
const GRANULE: usize = 4;
const BLOCK: usize = 32;
const ITEMS: usize = 4;
const PAGES: usize = 7;
const PAYLOAD: usize = 5;
/// Readings between two commits.
const EVERY: u32 = 3;
/// Readings after a recovery.
const OFFERS: u32 = 20;
/// Bytes of an area's front up to its checksum, as the store's documentation has it.
const FRAME: usize = 36 + 4 * ITEMS;

struct Flash(Vec<u8>);

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = GRANULE;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        let start = offset as usize;
        assert!(start.is_multiple_of(GRANULE) && bytes.len().is_multiple_of(GRANULE));
        bytes.copy_from_slice(&self.0[start..start + bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.0.len()
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = GRANULE;
    const ERASE_SIZE: usize = BLOCK;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        let (from, to) = (from as usize, to as usize);
        assert!(from < to && from.is_multiple_of(BLOCK) && to.is_multiple_of(BLOCK));
        self.0[from..to].fill(0xFF);
        Ok(())
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        let start = offset as usize;
        assert!(start.is_multiple_of(GRANULE) && bytes.len().is_multiple_of(GRANULE));
        let place = &mut self.0[start..start + bytes.len()];
        assert!(place.iter().all(|&byte| byte == 0xFF), "written twice");
        place.copy_from_slice(bytes);
        Ok(())
    }
}

/// The store's memory.
struct Memory {
    pages: [u32; ITEMS],
    marks: [u8; PAGES],
    buffer: Vec<u8>,
}

type Whole<'m> = Store<'m, Flash, Xoshiro128PlusPlus, [u8; 16]>;

impl Memory {
    fn new(layout: &Layout) -> Self {
        Memory {
            pages: [9; ITEMS],
            marks: [9; PAGES],
            buffer: vec![9; layout.buffer_len()],
        }
    }

    fn store(&mut self, layout: Layout, flash: Flash) -> Whole<'_> {
        let memory = StoreMemory {
            pages: &mut self.pages,
            marks: &mut self.marks,
            buffer: &mut self.buffer,
        };
        let generator = Xoshiro128PlusPlus::state;
        Store::new(flash, generator, layout, EVERY, memory).expect("a store")
    }
}

fn saved<T: Scalar>(device: &Device<'_, T>) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let length = device.selector.save(Xoshiro128PlusPlus::state, &mut bytes);
    bytes.truncate(length.expect("room enough"));
    bytes
}

/// Whether the reading is kept.
fn offer<T: Scalar>(store: &mut Whole<'_>, device: &mut Device<'_, T>, number: u32) -> bool {
    let x = sample(number, INPUTS);
    let label = device.label;
    // A state that nobody made may hold a factor that refuses a row.
    let verdict = store.offer(
        &mut device.selector,
        &x,
        label.as_slice(),
        &[number as u8; PAYLOAD],
    );
    verdict.is_ok_and(|verdict| verdict.kept)
}

/// Right checksums on an area: its snapshot's, then the frame's, which names it.
fn seal_area(area: &mut [u8]) {
    let length = u32::from_le_bytes([area[28], area[29], area[30], area[31]]) as usize;
    let start = FRAME + 4;
    if let Some(snapshot) = area.get_mut(start..start + length.min(4096)) {
        seal(snapshot);
        if let Some(end) = snapshot.last_chunk::<4>() {
            let end = *end;
            area[32..36].copy_from_slice(&end);
        }
    }
    let sum = CRC.checksum(&area[..FRAME]).to_le_bytes();
    area[FRAME..FRAME + 4].copy_from_slice(&sum);
}

fn run_as<T: Scalar>(mut choices: Choices<'_>) {
    let net = Net::<T>::new();
    let (options, flags, fed) = (choices.byte(), choices.byte(), choices.byte() % 32);
    let order = net.order();
    let snapshot = selector_snapshot_len::<T>(INPUTS, order, ITEMS, 16) as u32;
    let layout = Layout::of::<Flash>(ITEMS as u32, PAGES as u32, PAYLOAD as u32, snapshot);

    // The life before.
    let mut device = net.device(options, ITEMS);
    let mut memory = Memory::new(&layout);
    let mut store = memory.store(layout, Flash(vec![0xFF; layout.storage_len()]));
    assert_eq!(store.recover(&mut device.selector), Ok(false));
    for number in 0..u32::from(fed) {
        offer(&mut store, &mut device, number);
    }
    let Flash(mut bytes) = store.detach().0;

    if flags & 1 == 0 {
        edit(&mut bytes, &mut choices);
    } else {
        let given = choices.0.len().min(bytes.len());
        bytes[..given].copy_from_slice(&choices.0[..given]);
    }
    let (first, rest) = bytes.split_at_mut(layout.area_len());
    for (area, bit) in [(first, 2), (&mut rest[..layout.area_len()], 4)] {
        if flags & bit != 0 {
            seal_area(area);
        }
    }

    let mut device = net.device(options, ITEMS);
    let before = saved(&device);
    let mut memory = Memory::new(&layout);
    let mut store = memory.store(layout, Flash(bytes));
    match store.recover(&mut device.selector) {
        Ok(true) => device.check(),
        Ok(false) => assert_eq!(saved(&device), before),
        Err(_) => {
            assert_eq!(saved(&device), before);
            let x = sample(0, INPUTS);
            let refused = store.offer(
                &mut device.selector,
                &x,
                device.label.as_slice(),
                &[0; PAYLOAD],
            );
            assert!(refused.is_err());
            assert_eq!(saved(&device), before);
            return;
        }
    }
    // Payloads from here on must be there; those of the life before may be damaged.
    let mut own = [None; ITEMS];
    for number in 0..OFFERS {
        let slot = device.selector.free() as usize;
        if offer(&mut store, &mut device, number) {
            own[slot] = Some([number as u8; PAYLOAD]);
        }
        device.check();
        for kept in device.selector.drain() {
            let mut payload = [0; PAYLOAD];
            let read = store.read(&kept, &mut payload);
            if let Some(own) = own[kept.slot as usize] {
                assert_eq!((read, payload), (Ok(()), own));
            }
        }
    }
    if store.commit(&mut device.selector).is_ok() {
        let flash = store.detach().0;
        let after = saved(&device);
        let mut device = net.device(options, ITEMS);
        let mut memory = Memory::new(&layout);
        let mut store = memory.store(layout, flash);
        assert_eq!(store.recover(&mut device.selector), Ok(true));
        assert_eq!(saved(&device), after);
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
