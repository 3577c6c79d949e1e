//! Text blocks that a thread inflated last, so that one entry after the other, in no order and by
//! whoever asks, does not inflate the same block again.

use super::container::Container;
use super::text::{Text, TextBlock};
use crate::error::Result;
use std::cell::RefCell;

/// So many blocks are kept, each of at most so many bytes.
const BLOCKS: usize = 8;
const BYTES: usize = 1 << 17;

struct Kept {
    file: u64,
    section: usize,
    number: u32,
    block: TextBlock,
}

thread_local! {
    /// The last one used stands first.
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
}

impl Drop for Container {
    /// What this thread keeps of a file is of no use once that is closed.
    fn drop(&mut self) {
        let forget = |kept: &RefCell<Vec<Kept>>| {
            // it is lent out where an entry is being read, and that one will be pushed out by others
            if let Ok(mut kept) = kept.try_borrow_mut() {
                kept.retain(|one| one.file != self.id());
            }
        };
        // a thread that ends keeps nothing
        let _ = KEPT.try_with(forget);
    }
}

impl Text {
    /// Calls `f` with one entry, which is empty where there is no section. `f` reads no other.
    pub(crate) fn with<T>(
        &self,
        file: &Container,
        entry: u32,
        f: impl FnOnce(&[u8]) -> T,
    ) -> Result<T> {
        if self.section().is_none() {
            return Ok(f(&[]));
        }
        self.with_block(file, entry, |block| f(block.get(entry).unwrap_or_default()))
    }

    /// Calls `f` with the block that holds an entry; it reads no other.
    pub(crate) fn with_block<T>(
        &self,
        file: &Container,
        entry: u32,
        f: impl FnOnce(&TextBlock) -> T,
    ) -> Result<T> {
        let section = self.section().unwrap_or(usize::MAX);
        let number = self.block_of(file, entry)?;
        KEPT.with_borrow_mut(|kept| {
            let same =
                |one: &Kept| (one.file, one.section, one.number) == (file.id(), section, number);
            let mut block = TextBlock::default();
            match kept.iter().position(same) {
                Some(at) => kept.get_mut(..=at).unwrap_or_default().rotate_right(1),
                None => block = self.block(file, number)?,
            }
            let found = kept.first_mut().filter(|one| same(one));
            let known = found.is_some();
            let result = {
                let block = found.map_or(&mut block, |one| &mut one.block);
                // in a damaged file the block may have no such entry
                self.get(file, entry, block)?;
                f(block)
            };
            if !known && block.bytes() <= BYTES {
                kept.truncate(BLOCKS - 1);
                kept.insert(
                    0,
                    Kept {
                        file: file.id(),
                        section,
                        number,
                        block,
                    },
                );
            }
            Ok(result)
        })
    }
}
