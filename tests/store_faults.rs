//! The store and what is not a loss of power: rot, worn blocks, other layouts, wear.

mod common;

use common::device::*;
use gleaner::Error;
use gleaner::store::{Layout, Store, StoreMemory};
use rand_xoshiro::Xoshiro128PlusPlus;

#[test]
fn a_store_that_has_not_recovered_refuses() {
    let mut device = device(1, 1);
    assert_eq!(device.step(0), Err(Error::Unrecovered));
    assert_eq!(device.selector.stats().seen, 0);
    assert_eq!(device.recover(), Ok(false));
    assert_eq!(device.step(0), Ok(()));
}

#[test]
fn rotten_areas_fall_back_to_the_other_and_are_named_when_both_are() {
    let mut device = device(1, 1);
    device.recover().unwrap();
    (0..40).for_each(|number| device.step(number).unwrap());
    let area = device.layout.area_len();
    // The newest commit, the fortieth, is in area 1.
    for place in [0, 10, 20, 60, 90, 200] {
        let mut rotten = device.restarted();
        rotten.flash.bytes[area + place] ^= 4;
        assert_eq!(rotten.recover(), Ok(true));
        assert_eq!(
            (rotten.selector.stats().seen, rotten.state.commits),
            (39, 39),
            "{place}"
        );
        rotten.flash.bytes[place] ^= 4;
        let mut rotten = rotten.restarted();
        assert_eq!(rotten.recover(), Err(Error::Damaged), "{place}");
        assert_eq!(rotten.step(0), Err(Error::Unrecovered));
    }
    // Erased area 0 and rotten area 1: there were commits.
    let mut rotten = device.restarted();
    rotten.flash.bytes[..area].fill(0xFF);
    rotten.flash.bytes[area + 9] ^= 1;
    assert_eq!(rotten.recover(), Err(Error::Damaged));
}

#[test]
fn another_layout_or_model_is_refused_and_changes_nothing() {
    let mut device = device(1, 2);
    device.recover().unwrap();
    (0..40).for_each(|number| device.step(number).unwrap());
    let mut other = device.restarted();
    other.layout.pages -= 1;
    other.marks.pop();
    assert_eq!(other.recover(), Err(Error::Length("store")));
    let mut other = device.restarted();
    other.selector = selector(1, 0.5, KEEP);
    let before = saved(&other.selector);
    assert_eq!(other.recover(), Err(Error::Object));
    assert_eq!(saved(&other.selector), before);
}

#[test]
fn a_damaged_payload_is_named() {
    let mut device = device(1, 1);
    device.recover().unwrap();
    (0..40).for_each(|number| device.step(number).unwrap());
    let first = 2 * device.layout.area_len();
    let kept: Vec<_> = device.selector.drain().collect();
    for page in 0..device.layout.pages as usize {
        let mut rotten = device.clone();
        rotten.flash.bytes[first + page * device.layout.page_len() + 3] ^= 8;
        let damaged = rotten.with(|store, _| {
            let mut read = |kept| store.read(kept, &mut [0; PAYLOAD]);
            kept.iter()
                .filter(|&kept| read(kept) == Err(Error::Storage))
                .count()
        });
        assert!(damaged <= 1);
        let named = device.pages.contains(&(page as u32));
        assert_eq!(damaged == 1, named, "{page}");
    }
}

#[test]
fn impossible_layouts_and_short_memory_are_refused() {
    let good = layout(KEEP, 1);
    let refused = |layout: Layout, every, change: fn(&mut Device)| {
        let flash = Flash::new(good.storage_len());
        let mut device = Device::new(flash, good, 1, selector(1, 0.0, KEEP));
        change(&mut device);
        let memory = StoreMemory {
            pages: &mut device.pages,
            marks: &mut device.marks,
            buffer: &mut device.buffer,
        };
        let state_of = |generator: &Xoshiro128PlusPlus| generator.state();
        Store::new(device.flash, state_of, layout, every, memory).err()
    };
    assert_eq!(refused(good, 1, |_| ()), None);
    assert_eq!(refused(good, 0, |_| ()), Some(Error::Range("every")));
    assert_eq!(
        refused(good, 1, |d| d.pages.truncate(3)),
        Some(Error::Length("memory.pages"))
    );
    assert_eq!(
        refused(good, 1, |d| d.marks.truncate(3)),
        Some(Error::Length("marks"))
    );
    assert_eq!(
        refused(good, 1, |d| d.buffer.truncate(3)),
        Some(Error::Length("buffer"))
    );
    assert_eq!(
        refused(good, 1, |d| d.flash.bytes.truncate(3)),
        Some(Error::Length("storage"))
    );
    for layout in [
        Layout { granule: 0, ..good },
        Layout { erase: 0, ..good },
        Layout { granule: 5, ..good },
    ] {
        assert_eq!(refused(layout, 1, |_| ()), Some(Error::Range("layout")));
    }
    let few = Layout {
        pages: KEEP as u32,
        ..good
    };
    assert_eq!(refused(few, 1, |_| ()), Some(Error::Length("layout.pages")));
    for layout in [
        Layout {
            slots: u32::MAX,
            pages: u32::MAX,
            ..good
        },
        Layout {
            payload: u32::MAX,
            ..good
        },
        Layout {
            snapshot: u32::MAX,
            erase: 1 << 31,
            ..good
        },
    ] {
        assert_eq!(refused(layout, 1, |_| ()), Some(Error::Length("storage")));
    }
}

/// With equal scores the i-th reading is kept with probability min(1, k / i): page writes have mean
/// `k (1 + sum over i > k of 1 / i)`, which the README rounds to `k (1 + ln(n / k))`, and as many page erases.
#[test]
fn wear_is_what_the_formula_says() {
    let (keep, readings, every, trials) = (KEEP, 400, 50, 60);
    let layout = layout(keep, 50);
    let (mut sum, mut squares) = (0.0, 0.0);
    for seed in 0..trials {
        let flash = Flash::new(layout.storage_len());
        let mut device = Device::new(flash, layout, every, selector(seed, 1.0, keep));
        device.recover().unwrap();
        (0..readings)
            .filter(|&number| number != PERIOD)
            .for_each(|number| device.step(number).unwrap());
        let stats = device.selector.stats();
        assert_eq!(device.state.writes, stats.accepted);
        assert_eq!(device.state.commits, stats.seen / u64::from(every));
        let area_blocks = layout.area_len() / BLOCK;
        let (areas, pages) = device.flash.erases.split_at(2 * area_blocks);
        let of_area = device.state.commits as u32 / 2;
        assert!(
            areas.iter().all(|&erases| erases.abs_diff(of_area) <= 1),
            "{areas:?}"
        );
        assert_eq!(pages.iter().sum::<u32>(), stats.accepted as u32);
        assert!(*pages.iter().max().unwrap() <= 3, "{pages:?}");
        let writes = device.state.writes as f64;
        sum += writes;
        squares += writes * writes;
    }
    let seen = readings - 1;
    let tail: f64 = (keep as u32 + 1..=seen).map(|i| 1.0 / f64::from(i)).sum();
    let expected = keep as f64 * (1.0 + tail);
    let mean = sum / trials as f64;
    let error = ((squares / trials as f64 - mean * mean) / trials as f64).sqrt();
    assert!(
        (mean - expected).abs() < 4.0 * error,
        "{mean} {expected} {error}"
    );
    let formula = keep as f64 * (1.0 + (f64::from(seen) / keep as f64).ln());
    assert!(
        (formula / expected - 1.0).abs() < 0.02,
        "{formula} {expected}"
    );
}

/// A block that no longer takes what is written to it: the commit is not believed, and the last one stands.
#[test]
fn a_worn_area_is_noticed() {
    let mut device = device(1, 1);
    device.recover().unwrap();
    (0..40).for_each(|number| device.step(number).unwrap());
    device.flash.worn = Some(0..device.layout.area_len());
    assert_eq!(device.step(40), Err(Error::Storage));
    assert_eq!(device.step(41), Err(Error::Storage));
    let mut again = device.restarted();
    assert_eq!(again.recover(), Ok(true));
    assert_eq!(again.selector.stats().seen, 40);
    check_payloads(&mut again);
}

#[test]
fn a_layout_without_room_for_the_snapshot_is_refused_before_readings_come() {
    let good = layout(KEEP, 1);
    let short = Layout {
        snapshot: good.snapshot - 1,
        ..good
    };
    let flash = Flash::new(good.storage_len());
    let mut device = Device::new(flash, short, 1, selector(1, 0.0, KEEP));
    assert_eq!(device.recover(), Err(Error::Length("layout.snapshot")));
}

#[test]
fn storage_with_other_content_is_used_once_it_is_erased() {
    let mut device = device(1, 1);
    device.flash.bytes.fill(0x5A);
    assert_eq!(device.recover(), Err(Error::Damaged));
    assert_eq!(device.step(0), Err(Error::Unrecovered));
    device.flash.bytes.fill(0xFF);
    assert_eq!(device.recover(), Ok(false));
    assert_eq!(device.step(0), Ok(()));
}

#[test]
fn numbers_that_no_store_wrote_reach_no_storage_outside_it() {
    let mut device = device(1, 1);
    device.recover().unwrap();
    (0..40).for_each(|number| device.step(number).unwrap());
    let kept = device.selector.drain().next().unwrap();
    for page in [device.layout.pages, 1 << 20, u32::MAX - 1, u32::MAX] {
        let mut forged = device.clone();
        forged.pages.fill(page);
        let read = forged.with(|store, _| store.read(&kept, &mut [0; PAYLOAD]));
        assert_eq!(read, Err(Error::Storage), "{page}");
    }
    // An area's number is taken for its lowest bit.
    let mut forged = device.clone();
    forged.state.area |= 0x4000_0002;
    let bytes = forged.flash.bytes.len();
    assert_eq!(forged.step(40), Ok(()));
    assert_eq!(forged.flash.bytes.len(), bytes);
}
