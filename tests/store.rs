//! The store on a flash that is torn: power fails at every write and erase of a stream, and what comes back is the old
//! state or the new one, with every payload in its place.

mod common;

use common::device::*;
use gleaner::Error;

/// Cuts every write and erase of a stream of 500 readings in every way.
fn survives(every: u32, spare: usize) {
    let layout = layout(KEEP, spare);
    let flash = Flash::new(layout.storage_len());
    let mut device = Device::new(flash, layout, every, selector(1, 0.0, KEEP));
    assert_eq!(device.recover(), Ok(false));
    // The state after every step, had nothing ever failed.
    let mut plain = selector(1, 0.0, KEEP);
    let mut states = vec![saved(&plain)];
    for number in 0..=501 {
        if number == PERIOD {
            plain.begin_period();
        } else {
            plain.offer(&reading(number), &[]).unwrap();
        }
        states.push(saved(&plain));
    }

    let (mut cuts, mut old, mut new) = (0, 0, 0);
    let mut committed: Option<usize> = None;
    for number in 0..=500 {
        let before = device.flash.operations;
        let mut whole = device.clone();
        whole.step(number).unwrap();
        assert_eq!(saved(&whole.selector), states[number as usize + 1]);
        for operation in before..whole.flash.operations {
            for torn in WAYS {
                cuts += 1;
                let mut broken = device.clone();
                broken.flash.cut = Some((operation, torn));
                assert_eq!(broken.step(number), Err(Error::Storage));
                let mut again = broken.restarted();
                let fresh = saved(&again.selector);
                let found = again.recover();
                if found == Ok(false) {
                    assert!(committed.is_none(), "{number} {torn:?}");
                    assert_eq!(saved(&again.selector), fresh);
                    continue;
                }
                assert_eq!(found, Ok(true), "{number} {torn:?}");
                let bytes = saved(&again.selector);
                let seen = number_of(&again.selector, again.selector.stats().seen) as usize;
                // Old or new: the last commit, one that pages ran out for before this reading, or this step's own.
                let is_old = Some(seen) == committed || seen == number as usize;
                assert!(
                    is_old || seen == number as usize + 1,
                    "{number} {torn:?} {seen}"
                );
                if is_old {
                    old += 1
                } else {
                    new += 1
                }
                assert_eq!(bytes, states[seen], "{number} {torn:?}");
                check_payloads(&mut again);
                // It goes on from there as if nothing had happened.
                for later in seen as u32..(seen as u32 + 3).min(501) {
                    again.step(later).unwrap();
                    assert_eq!(saved(&again.selector), states[later as usize + 1]);
                }
                check_payloads(&mut again);
            }
        }
        let commits = device.state.commits;
        device = whole;
        if device.state.commits > commits {
            let is_own = device.state.pending == 0;
            committed = Some(number as usize + usize::from(is_own));
        }
        let lost = number as usize + 1 - committed.unwrap_or(0);
        assert!(
            lost < every as usize + usize::from(every == 1),
            "{lost} {every}"
        );
        check_payloads(&mut device);
    }
    assert!(cuts > 700 && old > 300 && new > 10, "{cuts} {old} {new}");
}

#[test]
fn power_fails_at_every_write_with_a_commit_each_reading() {
    survives(1, 1);
}

#[test]
fn power_fails_at_every_write_with_commits_in_batches() {
    survives(25, 25);
}

#[test]
fn power_fails_at_every_write_where_pages_run_out_before_a_batch_is_full() {
    survives(25, 2);
}
