//! What a store finds in its storage: the newest commit that is whole.

use super::frame::{self, Frame};
use super::pages::sealed;
use super::{COMMITTED, NONE, RUNNING, Store};
use crate::model::Model;
use crate::selector::Joined;
use crate::snapshot::are_distinct;
use crate::{Error, Scalar};
use embedded_storage::nor_flash::NorFlash;
use rand_core::{Rng, SeedableRng};

impl<F: NorFlash, G: Rng, S: AsRef<[u8]>> Store<'_, F, G, S> {
    /// Brings back the selector of the newest commit that is whole; `false`: nothing was ever committed, and the selector
    /// is as it was. Make the selector first as the lost one was, see [`crate::selector::Selector::restore`].
    ///
    /// # Errors
    /// `Damaged` where there is something and no commit is whole; `Length` for a store of other sizes, or a selector whose snapshot is
    /// longer than the layout says; those of
    /// [`crate::selector::Selector::restore`]; `Storage`. Then nothing has changed, but the store holds no payload until it recovers.
    pub fn recover<'s, T, M>(
        &mut self,
        selector: impl Into<Joined<'s, T, M, G>>,
    ) -> Result<bool, Error>
    where
        T: Scalar,
        M: Model<T> + 's,
        G: SeedableRng + 's,
    {
        let mut selector = selector.into();
        if selector.snapshot_len(self.generator) > self.layout.snapshot as usize {
            return Err(Error::Length("layout.snapshot"));
        }
        self.state.is_recovered = false;
        self.state.pending = 0;
        self.forget();
        let numbers = [self.commit_number(0), self.commit_number(1)];
        // An area that cannot be read may be the newer one.
        for number in numbers {
            match number {
                Ok(_) | Err(Error::Blank | Error::Damaged) => {}
                Err(cause) => return Err(cause),
            }
        }
        let newer = match numbers {
            [Ok(first), Ok(second)] if second > first => 1,
            [Err(_), Ok(_)] => 1,
            _ => 0,
        };
        let mut result = Err(Error::Damaged);
        for area in [newer, 1 - newer] {
            match numbers.get(area as usize) {
                Some(Ok(_)) => match self.bring_back(area, &mut selector) {
                    // Not whole after all.
                    Err(Error::Damaged | Error::Blank) => {}
                    other => {
                        result = other.map(|()| true);
                        break;
                    }
                },
                // The first commit goes to area 0: while area 1 is blank, there was no other.
                Some(Err(Error::Blank)) if area == 1 => result = Ok(false),
                Some(Err(_)) | None => {}
            }
        }
        if result.is_err() {
            self.forget();
        }
        if result == Ok(false) {
            (self.state.commits, self.state.area) = (0, 0);
        }
        self.state.is_recovered = result.is_ok();
        result
    }

    /// The number of the commit in an area.
    fn commit_number(&mut self, area: u32) -> Result<u64, Error> {
        self.read_frame(area).map(|frame| frame.sequence)
    }

    fn read_frame(&mut self, area: u32) -> Result<Frame, Error> {
        let length = self.layout.granules(frame::len(&self.layout));
        let address = self.layout.area(area);
        let bytes = self.memory.buffer.get_mut(..length);
        let bytes = bytes.ok_or(Error::Length("buffer"))?;
        self.driver
            .read(address, bytes)
            .map_err(|_| Error::Storage)?;
        Frame::read(&self.layout, bytes)
    }

    /// Reads a whole area into the buffer; the frame, whose snapshot is behind it and has the checksum it names.
    pub(super) fn read_area(&mut self, area: u32) -> Result<Frame, Error> {
        let frame = self.read_frame(area)?;
        let start = frame::len(&self.layout);
        let end = start.saturating_add(frame.snapshot);
        let bytes = self.memory.buffer.get_mut(..self.layout.granules(end));
        let bytes = bytes.ok_or(Error::Length("buffer"))?;
        self.driver
            .read(self.layout.area(area), bytes)
            .map_err(|_| Error::Storage)?;
        let snapshot = bytes.get(start..end).ok_or(Error::Damaged)?;
        if sealed(snapshot) == Some(frame.snapshot_checksum) {
            Ok(frame)
        } else {
            Err(Error::Damaged)
        }
    }

    fn bring_back<T: Scalar, M: Model<T>>(
        &mut self,
        area: u32,
        selector: &mut Joined<'_, T, M, G>,
    ) -> Result<(), Error>
    where
        G: SeedableRng,
    {
        let frame = self.read_area(area)?;
        let pages = Frame::pages(&self.layout, self.memory.buffer);
        let named = pages.clone().filter(|&page| page != NONE);
        let count = self.layout.pages as usize;
        if !(named.clone().all(|page| page < self.layout.pages)
            && are_distinct(count, named.map(|page| page as usize)))
        {
            return Err(Error::Damaged);
        }
        let start = frame::len(&self.layout);
        let snapshot = self.memory.buffer.get(start..).unwrap_or_default();
        selector.restore(snapshot)?;
        for (place, page) in self.memory.pages.iter_mut().zip(pages) {
            *place = page;
            if let Some(mark) = self.memory.marks.get_mut(page as usize) {
                *mark = COMMITTED | RUNNING;
            }
        }
        self.state.commits = frame.sequence;
        self.state.area = 1 - area;
        Ok(())
    }
}
