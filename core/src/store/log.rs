//! Records kept in the order in which they came, compressed, outside of the memory.

use crate::format::{Folder, Spool, unnamed};
use std::io::{self, Read};

/// Bytes of records before they are compressed. Tests have few records and want several blocks.
const BLOCK: usize = if cfg!(test) { 1 << 9 } else { 1 << 20 };
/// The fastest level: what is written is read twice and thrown away.
const LEVEL: i32 = 1;
/// Longer blocks grow with what is there: a damaged length must not ask for memory.
const GROWS_FROM: u64 = 2 * BLOCK as u64;
/// The length before a record's bytes.
const LEN: usize = 4;

#[derive(Debug)]
pub(crate) struct Log {
    spool: Spool,
    block: Vec<u8>,
    records: u64,
}

impl Log {
    pub(crate) fn new(folder: Option<&Folder>) -> Self {
        Self {
            spool: Spool::new(unnamed(folder)),
            block: Vec::new(),
            records: 0,
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.records
    }

    /// Bytes in memory.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.block.capacity()
    }

    /// Adds a record: what `fill` appends.
    pub(crate) fn push(&mut self, fill: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        let start = self.block.len();
        self.block.extend([0; LEN]);
        fill(&mut self.block);
        let len = (self.block.len() - start - LEN) as u32;
        if let Some(place) = self.block.get_mut(start..start + LEN) {
            place.copy_from_slice(&len.to_le_bytes());
        }
        self.records += 1;
        match self.block.len() >= BLOCK {
            true => self.flush(),
            false => Ok(()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.block.is_empty() {
            return Ok(());
        }
        let mut compressor = zstd::bulk::Compressor::new(LEVEL)?;
        compressor.include_checksum(true)?;
        let frame = compressor.compress(&self.block)?;
        for len in [self.block.len(), frame.len()] {
            self.spool.push(&(len as u64).to_le_bytes())?;
        }
        self.spool.push(&frame)?;
        self.block.clear();
        // one record may have been much longer than a block
        self.block.shrink_to(GROWS_FROM as usize);
        Ok(())
    }

    /// Calls `each` with the blocks of records: see [`records`].
    pub(crate) fn blocks<E: From<io::Error>>(
        &mut self,
        mut each: impl FnMut(Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.flush()?;
        let mut left = self.spool.len();
        let mut input = self.spool.read()?;
        let mut frame = Vec::new();
        while left > 0 {
            let mut lens = [[0; 8]; 2];
            for len in &mut lens {
                input.read_exact(len)?;
            }
            let [len, packed] = lens.map(u64::from_le_bytes);
            frame.clear();
            (&mut input).take(packed).read_to_end(&mut frame)?;
            left = left.saturating_sub(16).saturating_sub(packed);
            let mut block = Vec::with_capacity(len.min(GROWS_FROM) as usize);
            zstd::Decoder::with_buffer(frame.as_slice())?.read_to_end(&mut block)?;
            each(block)?;
        }
        Ok(())
    }
}

/// The records of a block: their bytes, and where each ends in the block.
pub(crate) fn records(block: &[u8]) -> impl Iterator<Item = (&[u8], u32)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let len = u32::from_le_bytes(*block.get(at..)?.first_chunk()?) as usize;
        let bytes = block.get(at + LEN..at + LEN + len)?;
        at += LEN + len;
        Some((bytes, at as u32))
    })
}

/// A record as it lies in a block, without its length.
pub(crate) fn without_length(record: &[u8]) -> &[u8] {
    record.get(LEN..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(log: &mut Log) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        let each = |block: Vec<u8>| {
            let mut start = 0;
            for (record, end) in records(&block) {
                assert_eq!(without_length(&block[start..end as usize]), record);
                start = end as usize;
                all.push(record.to_vec());
            }
            assert_eq!(start, block.len());
            Ok::<_, io::Error>(())
        };
        log.blocks(each).unwrap();
        all
    }

    proptest! {
        #[test]
        fn records_are_read_as_often_as_one_likes_and_more_may_follow(
            lens in proptest::collection::vec((0usize..3 * BLOCK, any::<bool>()), 0..30),
        ) {
            let mut log = Log::new(None);
            let mut all = Vec::new();
            for (n, (len, look)) in lens.into_iter().enumerate() {
                let record = vec![n as u8; len];
                log.push(|out| out.extend(&record)).unwrap();
                all.push(record);
                if look {
                    prop_assert_eq!(&read(&mut log), &all);
                    // who does not read to the end does not move where the next record goes
                    let stopped = log.blocks(|_| Err(io::Error::other("stop")));
                    prop_assert!(stopped.is_err());
                }
            }
            prop_assert_eq!(log.len(), all.len() as u64);
            prop_assert_eq!(read(&mut log), all);
        }
    }

    #[test]
    fn nothing_is_read_of_an_empty_log() {
        assert!(read(&mut Log::new(None)).is_empty());
    }
}
