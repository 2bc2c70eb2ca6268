//! A store: a selector and its payloads in flash, so that a loss of power loses nothing that was committed.
//!
//! State and payloads are one transaction. Two areas hold the last two states, each with the number of its commit;
//! payloads have pages of their own. A reading that is kept goes into a page that neither the running state nor the
//! committed one names; then the state that names it goes into the older area. Wherever power fails, the newest area
//! that is whole says what was kept, and every page that it names is untouched.
//!
//! A commit happens every `every` readings, earlier where pages run out, and when it is asked for. After a restart the
//! selector is as at the last commit: at most the last `every` readings are as if they had never come, and all weights
//! are right for the stream without them. With `every = 1` nothing is lost but a reading whose call had not returned.
//!
//! # The next model
//! The store has no rebase of its own: list the kept readings and read their payloads ([`Store::read`]) into a table by
//! slot, rebase the selector, then [`Store::commit`]. Until that commit the storage holds a state of the old model, which comes back
//! with the old model only: firmware that replaces its model keeps the old one until then.
//!
//! # Other content
//! Storage that holds something else is [`Error::Damaged`], another layout's is `Length`. Erase it, both areas at
//! least, and recover again: erased storage is that of a store that has committed nothing.
//!
//! # Wear
//! In a period of n readings, k kept: about `k (1 + ln(n / k))` page writes, each with one erase of that page, and
//! `n / every` commits, each with one erase of one of the two areas, alternately. Pages are used in turn.
//!
//! # Layout
//! Area 0, area 1, then the pages ([`Layout`]). An area, little-endian: magic `GLNT`, u16 version 1, u16 length of this
//! header 36, u64 number of the commit, u32 slots, u32 pages, u32 payload bytes, u32 snapshot bytes, u32 checksum of the
//! snapshot; u32 page of each slot, 0xFFFFFFFF for none; u32 CRC-32 of all bytes before; then the snapshot
//! ([`crate::snapshot`]). A page: payload, u64 sequence, u32 CRC-32 of both. What is left of a granule is 0xFF.

mod frame;
mod layout;
mod pages;
mod recover;

pub use layout::Layout;

use crate::model::Model;
use crate::selector::{Joined, Verdict};
use crate::{Error, Scalar};
use embedded_storage::nor_flash::NorFlash;
use frame::Frame;
use pages::sealed;
use rand_core::Rng;

/// No page.
const NONE: u32 = u32::MAX;
/// A page that a committed state names, or one whose commit failed.
const COMMITTED: u8 = 1;
/// A page that the running state names.
const RUNNING: u8 = 2;

/// Everything of a store but its driver and memory: plain, copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct StoreState {
    /// Commits since the storage was first used.
    pub commits: u64,
    /// Payloads written since this store was made.
    pub writes: u64,
    /// Area of the next commit, 0 or 1.
    pub area: u32,
    /// Page where the search for a free one goes on.
    pub page: u32,
    /// Readings since the last commit.
    pub pending: u32,
    /// Whether it is known what the storage holds.
    pub is_recovered: bool,
}

/// The caller's memory for a store.
#[derive(Debug)]
pub struct StoreMemory<'m> {
    /// k + 1 numbers.
    pub pages: &'m mut [u32],
    /// One byte a page of the layout.
    pub marks: &'m mut [u8],
    /// [`Layout::buffer_len`] bytes or more.
    pub buffer: &'m mut [u8],
}

/// Keeps a selector and its payloads in storage.
///
/// `F` is the driver; `G` the selector's generator, whose state `S` the store asks for as [`crate::selector::Selector::save`]
/// does. Its methods take `&mut selector`; use a selector that has a store through the store alone.
#[derive(Debug)]
pub struct Store<'m, F, G, S> {
    driver: F,
    /// The state of the selector's generator.
    generator: fn(&G) -> S,
    layout: Layout,
    every: u32,
    state: StoreState,
    memory: StoreMemory<'m>,
}

impl<'m, F: NorFlash, G: Rng, S: AsRef<[u8]>> Store<'m, F, G, S> {
    /// A store over what the driver reaches, with a commit every `every` readings. Touches no storage: go on with
    /// [`Store::recover`].
    ///
    /// # Errors
    /// `Length` for memory or storage that is too small, or fewer pages than slots; `Range` for an impossible layout or
    /// `every` = 0.
    pub fn new(
        driver: F,
        generator: fn(&G) -> S,
        layout: Layout,
        every: u32,
        memory: StoreMemory<'m>,
    ) -> Result<Self, Error> {
        let state = StoreState::default();
        let mut store = Self::attach(driver, generator, layout, every, state, memory)?;
        store.forget();
        Ok(store)
    }

    /// Joins a state, and what it was detached from.
    ///
    /// # Errors
    /// As [`Store::new`].
    pub fn attach(
        driver: F,
        generator: fn(&G) -> S,
        layout: Layout,
        every: u32,
        state: StoreState,
        memory: StoreMemory<'m>,
    ) -> Result<Self, Error> {
        layout.check()?;
        if every == 0 {
            return Err(Error::Range("every"));
        }
        if memory.pages.len() != layout.slots as usize {
            return Err(Error::Length("memory.pages"));
        }
        if memory.marks.len() != layout.pages as usize {
            return Err(Error::Length("marks"));
        }
        if memory.buffer.len() < layout.buffer_len() {
            return Err(Error::Length("buffer"));
        }
        if driver.capacity() < layout.storage_len() {
            return Err(Error::Length("storage"));
        }
        Ok(Store {
            driver,
            generator,
            layout,
            every,
            state,
            memory,
        })
    }

    /// Takes the store apart: driver, state, memory.
    pub fn detach(self) -> (F, StoreState, StoreMemory<'m>) {
        (self.driver, self.state, self.memory)
    }

    /// The state.
    pub fn state(&self) -> StoreState {
        self.state
    }

    fn forget(&mut self) {
        self.memory.pages.fill(NONE);
        self.memory.marks.fill(0);
    }

    /// Scores a reading and decides, as [`crate::selector::Selector::offer`]; a payload that is kept goes into a page at once, and every
    /// `every` readings the state is committed.
    ///
    /// # Errors
    /// `Length` for a payload of another length; those of [`crate::selector::Selector::offer`]; `Unrecovered`: nothing has changed.
    /// `Storage`: the reading was taken in, but either its payload could not be written, which is lost
    /// ([`Store::read`] will say so), or a commit that was due failed (the next reading tries again).
    pub fn offer<'s, T, M>(
        &mut self,
        selector: impl Into<Joined<'s, T, M, G>>,
        x: &[T],
        labels: &[T],
        payload: &[u8],
    ) -> Result<Verdict<T>, Error>
    where
        T: Scalar,
        M: Model<T> + 's,
        G: 's,
    {
        let mut selector = selector.into();
        if payload.len() != self.layout.payload as usize {
            return Err(Error::Length("payload"));
        }
        self.check_recovered()?;
        if self.state.pending >= self.every || self.spare().is_none() {
            self.write_commit(&selector)?;
        }
        let page = self.spare().ok_or(Error::Length("pages"))?;
        let state = &selector.state;
        let (slot, sequence) = (state.reservoir.free, state.stats.seen);
        let verdict = selector.offer(x, labels)?;
        self.state.pending = self.state.pending.saturating_add(1);
        if verdict.kept {
            self.release(verdict.free);
            // On with the next one, also where this one is worn.
            self.state.page = page.wrapping_add(1);
            self.write_page(page, sequence, payload)?;
            self.take(slot, page);
        }
        if self.state.pending >= self.every {
            self.write_commit(&selector)?;
        }
        Ok(verdict)
    }

    fn check_recovered(&self) -> Result<(), Error> {
        if self.state.is_recovered {
            Ok(())
        } else {
            Err(Error::Unrecovered)
        }
    }

    /// Commits the selector's state now. Cost: a snapshot, its checksum twice, one erase, one write.
    ///
    /// # Errors
    /// `Storage`: after a loss of power the last commit comes back, or this one. `Length` where the selector's snapshot is longer than the layout says.
    pub fn commit<'s, T, M>(
        &mut self,
        selector: impl Into<Joined<'s, T, M, G>>,
    ) -> Result<(), Error>
    where
        T: Scalar,
        M: Model<T> + 's,
        G: 's,
    {
        self.write_commit(&selector.into())
    }

    fn write_commit<T: Scalar, M: Model<T>>(
        &mut self,
        selector: &Joined<'_, T, M, G>,
    ) -> Result<(), Error> {
        self.check_recovered()?;
        let short = Error::Length("buffer");
        let start = frame::len(&self.layout);
        let room = start.saturating_add(self.layout.snapshot as usize);
        let bytes = self.memory.buffer.get_mut(..self.layout.granules(room));
        let bytes = bytes.ok_or(short)?;
        bytes.fill(0xFF);
        let snapshot = bytes.get_mut(start..room).ok_or(short)?;
        let length = selector.save(self.generator, snapshot)?;
        let snapshot = snapshot.get(..length).ok_or(short)?;
        let frame = Frame {
            sequence: self.state.commits.saturating_add(1),
            snapshot: length,
            snapshot_checksum: sealed(snapshot).ok_or(short)?,
        };
        frame.put(&self.layout, self.memory.pages, bytes)?;

        let area = self.state.area & 1;
        let length = self.layout.granules(start.saturating_add(length));
        let bytes = bytes.get(..length).ok_or(short)?;
        let (from, to) = (
            self.layout.area(area),
            self.layout.area(area.wrapping_add(1)),
        );
        // From here on this commit may come back instead of the last one, also where the driver says that it failed: until
        // one succeeds, no page of either is free.
        for mark in self.memory.marks.iter_mut() {
            if *mark & RUNNING != 0 {
                *mark |= COMMITTED;
            }
        }
        self.driver
            .erase(from, to)
            .and_then(|()| self.driver.write(from, bytes))
            .map_err(|_| Error::Storage)?;
        // A worn block tells nobody: what cannot be read back was not committed.
        let found = self.read_area(area).map_err(|_| Error::Storage)?;
        if found.sequence != frame.sequence {
            return Err(Error::Storage);
        }
        self.state.commits = frame.sequence;
        self.state.area = 1 - area;
        self.state.pending = 0;
        for mark in self.memory.marks.iter_mut() {
            *mark = if *mark & RUNNING == 0 {
                0
            } else {
                COMMITTED | RUNNING
            };
        }
        Ok(())
    }

    /// Begins the next period, as [`crate::selector::Selector::begin_period`], and commits: payloads of the last period are gone.
    ///
    /// # Errors
    /// Those of [`Store::commit`]: the period has begun, but a loss of power may go back to the last one.
    pub fn begin_period<'s, T, M>(
        &mut self,
        selector: impl Into<Joined<'s, T, M, G>>,
    ) -> Result<(), Error>
    where
        T: Scalar,
        M: Model<T> + 's,
        G: 's,
    {
        let selector = selector.into();
        self.check_recovered()?;
        selector.state.begin_period();
        for slot in 0..self.layout.slots {
            self.release(slot);
        }
        self.write_commit(&selector)
    }
}
