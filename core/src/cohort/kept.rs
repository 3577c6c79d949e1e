//! AC and AN of rows among those whom a view shows, kept once they were counted: whoever asks again is asked by the same
//! view most often.

use crate::format::PAGE_ROWS;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

/// Pages that a view keeps at most: eight million rows, in 64 MB.
const PAGES_MAX: usize = 8192;

/// How many pages a view may still keep, of all its segments.
#[derive(Debug, Clone)]
pub(crate) struct Room(Arc<AtomicUsize>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(PAGES_MAX)))
    }
}

impl Room {
    fn take(&self) -> bool {
        let less = |left: usize| left.checked_sub(1);
        self.0.fetch_update(Relaxed, Relaxed, less).is_ok()
    }
}

/// Of each row AC in the upper half and AN in the lower, and 1 more; 0 is not counted.
type Page = Box<[AtomicU64]>;

/// The rows of a segment.
#[derive(Debug)]
pub(crate) struct Kept {
    /// `None` where there was no room.
    pages: Box<[OnceLock<Option<Page>>]>,
    room: Room,
}

impl Kept {
    pub(super) fn new(rows: u32, room: &Room) -> Self {
        let pages = rows.div_ceil(PAGE_ROWS) as usize;
        Self {
            pages: (0..pages).map(|_| OnceLock::new()).collect(),
            room: room.clone(),
        }
    }

    /// AC and AN of a row.
    #[inline]
    pub(super) fn get(&self, row: u32) -> Option<(u32, u32)> {
        let page = self
            .pages
            .get((row / PAGE_ROWS) as usize)?
            .get()?
            .as_ref()?;
        let known = page.get((row % PAGE_ROWS) as usize)?.load(Relaxed);
        let known = known.checked_sub(1)?;
        Some(((known >> 32) as u32, known as u32))
    }

    pub(super) fn put(&self, row: u32, ac: u32, an: u32) {
        let Some(page) = self.pages.get((row / PAGE_ROWS) as usize) else {
            return;
        };
        let new = || {
            let page = || (0..PAGE_ROWS).map(|_| AtomicU64::new(0)).collect();
            self.room.take().then(page)
        };
        let slot = page.get_or_init(new).as_ref();
        if let Some(slot) = slot.and_then(|page| page.get((row % PAGE_ROWS) as usize)) {
            slot.store((u64::from(ac) << 32 | u64::from(an)) + 1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_until_there_is_no_room() {
        let room = Room::default();
        let kept = Kept::new(PAGE_ROWS * 9000, &room);
        assert_eq!(kept.get(0), None);
        for page in 0..9000 {
            kept.put(page * PAGE_ROWS + 7, page, u32::MAX >> 4);
        }
        let found = (0..9000).filter(|page| kept.get(page * PAGE_ROWS + 7).is_some());
        assert_eq!(found.count(), PAGES_MAX);
        assert_eq!(kept.get(5 * PAGE_ROWS + 7), Some((5, u32::MAX >> 4)));
        assert_eq!(kept.get(5 * PAGE_ROWS + 8), None);
        kept.put(8, 0, 0);
        assert_eq!(kept.get(8), Some((0, 0)));
        kept.put(u32::MAX, 1, 1);
        assert_eq!(kept.get(u32::MAX), None);
    }
}
