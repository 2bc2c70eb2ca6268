//! The store over a driver that fails while the power stays on.

mod common;

use common::device::*;
use gleaner::Error;

/// Readings between commits: only those that are asked for.
const NEVER: u32 = 1000;

fn feed(device: &mut Device, numbers: core::ops::Range<u32>) {
    numbers.for_each(|number| device.step(number).unwrap());
}

fn commit(device: &mut Device) -> Result<(), Error> {
    device.with(|store, selector| store.commit(selector))
}

/// Two commits, the newer one in area 1.
fn twice_committed() -> Device {
    let mut device = device(NEVER, 6);
    device.recover().unwrap();
    feed(&mut device, 0..10);
    commit(&mut device).unwrap();
    feed(&mut device, 10..20);
    commit(&mut device).unwrap();
    device
}

#[test]
fn an_area_that_cannot_be_read_for_now_is_no_older_state() {
    let device = twice_committed();
    let area = device.layout.area_len();
    for hidden in [0..area, area..2 * area] {
        let mut again = device.restarted();
        let before = saved(&again.selector);
        again.flash.unreadable = Some(hidden);
        assert_eq!(again.recover(), Err(Error::Storage));
        assert_eq!(saved(&again.selector), before);
        assert_eq!(commit(&mut again), Err(Error::Unrecovered));
        again.flash.unreadable = None;
        assert_eq!(again.recover(), Ok(true));
        assert_eq!(again.selector.stats().seen, 20);
        check_payloads(&mut again);
    }
}

#[test]
fn a_recovery_that_fails_closes_the_store() {
    let mut device = twice_committed();
    device.flash.unreadable = Some(0..2 * device.layout.area_len());
    assert_eq!(device.recover(), Err(Error::Storage));
    device.flash.unreadable = None;
    assert_eq!(device.step(20), Err(Error::Unrecovered));
    assert_eq!(commit(&mut device), Err(Error::Unrecovered));
    let mut again = device.restarted();
    assert_eq!(again.recover(), Ok(true));
    check_payloads(&mut again);
}

/// A commit that is said to have failed may come back: its pages are as safe as those of the last one.
#[test]
fn pages_of_a_failed_commit_stay_until_one_succeeds() {
    for by_write in [true, false] {
        let mut device = device(NEVER, 3);
        device.recover().unwrap();
        feed(&mut device, 0..12);
        commit(&mut device).unwrap();
        feed(&mut device, 12..16);
        let area = device.layout.area_len();
        if by_write {
            device.flash.cries_wolf = true;
        } else {
            device.flash.unreadable = Some(area..2 * area);
        }
        assert_eq!(commit(&mut device), Err(Error::Storage));
        device.flash.unreadable = None;
        let (mut failed, mut later) = (0, 0);
        for number in 16..60 {
            device.step(number).unwrap();
            let mut again = device.restarted();
            assert_eq!(again.recover(), Ok(true));
            match again.selector.stats().seen {
                16 => failed += 1,
                seen => {
                    assert!(seen > 16);
                    later += 1;
                }
            }
            check_payloads(&mut again);
        }
        assert!(failed > 0 && later > 0, "{failed} {later}");
    }
}

#[test]
fn a_page_that_takes_no_writes_is_named_and_gives_no_other_periods_payload() {
    let mut device = device(NEVER, KEEP);
    device.recover().unwrap();
    feed(&mut device, 0..10);
    device
        .with(|store, selector| store.begin_period(selector))
        .unwrap();
    let pages = 2 * device.layout.area_len()..device.layout.storage_len();
    device.flash.worn = Some(pages);
    for number in 10..20 {
        assert_eq!(device.step(number), Err(Error::Storage));
    }
    device.with(|store, selector| {
        for kept in selector.drain() {
            assert_eq!(store.read(&kept, &mut [0; PAYLOAD]), Err(Error::Storage));
        }
    });
}
