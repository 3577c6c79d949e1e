//! Text entries in zstd blocks.
//!
//! ```text
//! u32 entries, u32 blocks
//! blocks × (u32 number of the first entry, u32 its bytes when inflated, u64 end of its frame in the data)
//! data: zstd frames; each inflates to its entries, every one ended by a line feed
//! ```

use super::container::Container;
use super::kind::Kind;
use crate::error::Result;
use std::cell::RefCell;
use zstd::bulk::{Compressor, Decompressor};

const HEAD_LEN: usize = 8;
const BLOCK_LEN: usize = 16;
/// A block is closed at this many entries or bytes.
const BLOCK_ENTRIES: usize = 1024;
const BLOCK_BYTES: usize = 1 << 16;
/// What one block may inflate to: more than the longest line that readers accept.
const INFLATED_MAX: u32 = 1 << 30;
const LEVEL: i32 = 6;
/// In the byte behind a frame's magic: a checksum of the content follows the content.
const FRAME_CHECKSUM: u8 = 4;

/// Where a text section lies in its file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    section: Option<usize>,
    entries: u32,
    blocks: u32,
}

/// The entries of one block.
#[derive(Debug, Default)]
pub(crate) struct TextBlock {
    /// Number of the first entry.
    first: u32,
    inflated: Vec<u8>,
    /// Where each entry ends.
    ends: Vec<u32>,
}

impl TextBlock {
    /// `None` where it has more entries than a block may have: line feeds cost next to nothing when
    /// compressed, their places here cost four bytes each.
    fn new(first: u32, inflated: Vec<u8>) -> Option<Self> {
        let ends: Vec<u32> = memchr::memchr_iter(b'\n', &inflated)
            .map(|end| end as u32)
            .take(BLOCK_ENTRIES + 1)
            .collect();
        (ends.len() <= BLOCK_ENTRIES).then_some(Self {
            first,
            inflated,
            ends,
        })
    }

    /// The entries in order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &[u8]> {
        (self.first..)
            .zip(&self.ends)
            .filter_map(|(entry, _)| self.get(entry))
    }

    /// The number behind its last entry.
    pub(crate) fn end(&self) -> u32 {
        self.first.saturating_add(self.ends.len() as u32)
    }

    /// The entries with these bytes in them, in order, with their numbers.
    pub(crate) fn containing<'a>(
        &'a self,
        bytes: &'a [u8],
    ) -> impl Iterator<Item = (u32, &'a [u8])> {
        let found = memchr::memmem::find_iter(&self.inflated, bytes);
        let entries = found.map(|at| self.ends.partition_point(|&end| (end as usize) < at) as u32);
        let mut last = None;
        entries
            .filter(move |&entry| last.replace(entry) != Some(entry))
            .filter_map(|entry| {
                let number = self.first.checked_add(entry)?;
                Some((number, self.get(number)?))
            })
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        self.inflated.len() + self.ends.len() * 4
    }

    /// The entry by its number in the section; `None` where it is in another block.
    pub(crate) fn get(&self, entry: u32) -> Option<&[u8]> {
        let i = entry.checked_sub(self.first)? as usize;
        let start = match i.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize + 1,
            None => 0,
        };
        self.inflated.get(start..*self.ends.get(i)? as usize)
    }
}

impl Text {
    /// The number of the section, where there is one.
    pub(super) fn section(&self) -> Option<usize> {
        self.section
    }

    /// A section that is not there: every entry is empty.
    pub(crate) const NONE: Self = Self {
        section: None,
        entries: 0,
        blocks: 0,
    };

    pub(crate) fn find(file: &Container, kind: Kind) -> Result<Self> {
        let Some(section) = file.find(kind) else {
            return Ok(Self {
                section: None,
                entries: 0,
                blocks: 0,
            });
        };
        let head = file.slice(section, 0..HEAD_LEN.min(file.len(section)))?;
        let &[a, b, c, d, e, f, g, h] = head else {
            return Err(file.damage(
                section,
                0,
                "numbers of entries and blocks",
                format!("{} bytes", head.len()),
            ));
        };
        let entries = u32::from_le_bytes([a, b, c, d]);
        let blocks = u32::from_le_bytes([e, f, g, h]);
        if (file.len(section) - HEAD_LEN) / BLOCK_LEN < blocks as usize {
            return Err(file.damage(
                section,
                4,
                "a block directory inside the section",
                format!("{blocks} blocks"),
            ));
        }
        // so the number of entries, which readers make room for, is bounded by the section's length
        let most = u64::from(blocks) * BLOCK_ENTRIES as u64;
        if entries < blocks || u64::from(entries) > most {
            return Err(file.damage(
                section,
                0,
                format!("{blocks} to {most} entries"),
                entries.to_string(),
            ));
        }
        Ok(Self {
            section: Some(section),
            entries,
            blocks,
        })
    }

    /// How many entries.
    pub(crate) fn len(&self) -> u32 {
        self.entries
    }

    /// (first entry, inflated length, end) of a block.
    fn directory(&self, file: &Container, block: u32) -> Result<(u32, u32, u64)> {
        let at = HEAD_LEN + block as usize * BLOCK_LEN;
        let entry = file.slice(self.section.unwrap_or(usize::MAX), at..at + BLOCK_LEN)?;
        Ok(match *entry {
            [a, b, c, d, e, f, g, h, ref end @ ..] => (
                u32::from_le_bytes([a, b, c, d]),
                u32::from_le_bytes([e, f, g, h]),
                end.first_chunk().map_or(0, |end| u64::from_le_bytes(*end)),
            ),
            _ => (0, 0, 0),
        })
    }

    /// Inflates a block.
    pub(super) fn block(&self, file: &Container, block: u32) -> Result<TextBlock> {
        let section = self.section.unwrap_or(usize::MAX);
        let (first, inflated_len, end) = self.directory(file, block)?;
        let start = match block.checked_sub(1) {
            Some(before) => self.directory(file, before)?.2,
            None => 0,
        };
        let data = HEAD_LEN + self.blocks as usize * BLOCK_LEN;
        let at = HEAD_LEN + block as usize * BLOCK_LEN;
        let range = usize::try_from(start)
            .ok()
            .zip(usize::try_from(end).ok())
            .filter(|(start, end)| start <= end && *end <= file.len(section) - data);
        let Some((start, end)) = range else {
            return Err(file.damage(
                section,
                at,
                "a block inside the section",
                format!("one that ends at {end}"),
            ));
        };
        if inflated_len > INFLATED_MAX {
            return Err(file.damage(
                section,
                at + 4,
                format!("at most {INFLATED_MAX} inflated bytes"),
                inflated_len.to_string(),
            ));
        }
        let frame = file.slice(section, data + start..data + end)?;
        let broken = |found: String| {
            file.damage(
                section,
                data + start,
                format!("a zstd frame of {inflated_len} bytes"),
                found,
            )
        };
        // the frame's own claim is held against the directory before anything is allocated
        match zstd::zstd_safe::get_frame_content_size(frame) {
            Ok(Some(len)) if len == u64::from(inflated_len) => {}
            other => return Err(broken(format!("{other:?}"))),
        }
        // with it, what is inflated is what was compressed: one byte changed in a frame is still a frame
        if frame.get(4).is_none_or(|&bits| bits & FRAME_CHECKSUM == 0) {
            return Err(broken("one without a checksum".to_owned()));
        }
        let inflated = inflate(frame, inflated_len as usize).map_err(|e| broken(e.to_string()))?;
        TextBlock::new(first, inflated).ok_or_else(|| {
            file.damage(
                section,
                at,
                format!("at most {BLOCK_ENTRIES} entries in a block"),
                "more",
            )
        })
    }

    /// Calls `f` with the number and the bytes of every entry, and checks what reading one does not:
    /// that frames follow each other up to the end, and that blocks have the entries they should. Whoever reads
    /// all of a text reads it so.
    pub(crate) fn each(
        &self,
        file: &Container,
        mut f: impl FnMut(u32, &[u8]) -> Result<()>,
    ) -> Result<()> {
        let Some(section) = self.section else {
            return Ok(());
        };
        let broken = |expected: &str| file.damage(section, 0, expected, "something else");
        let mut next = 0u32;
        let mut end = 0u64;
        for number in 0..self.blocks {
            end = self.directory(file, number)?.2;
            let block = self.block(file, number)?;
            if block.first != next || block.inflated.last() != Some(&b'\n') {
                return Err(broken("blocks of the entries that the directory says"));
            }
            for entry in block.entries() {
                f(next, entry)?;
                next = next.saturating_add(1);
            }
        }
        if next != self.entries {
            return Err(broken("as many entries as the head says"));
        }
        let data = HEAD_LEN + self.blocks as usize * BLOCK_LEN;
        if end != (file.len(section) - data) as u64 {
            return Err(broken("an end with the last frame"));
        }
        Ok(())
    }

    /// The block that holds an entry.
    pub(super) fn block_of(&self, file: &Container, entry: u32) -> Result<u32> {
        let (mut low, mut high) = (0, self.blocks);
        while low + 1 < high {
            let middle = low.midpoint(high);
            if self.directory(file, middle)?.0 <= entry {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// One entry; empty where there is no section. `block` keeps the block last inflated, so that
    /// neighbours cost nothing more.
    pub(crate) fn get<'b>(
        &self,
        file: &Container,
        entry: u32,
        block: &'b mut TextBlock,
    ) -> Result<&'b [u8]> {
        let Some(section) = self.section else {
            return Ok(&[]);
        };
        if block.get(entry).is_none() {
            *block = self.block(file, self.block_of(file, entry)?)?;
        }
        block.get(entry).ok_or_else(|| {
            file.damage(
                section,
                0,
                format!("an entry {entry}"),
                "a block without it",
            )
        })
    }
}

/// A frame of these bytes, with a checksum of them.
fn frame(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    thread_local! {
        static CONTEXT: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    CONTEXT.with_borrow_mut(|context| {
        let context = match context {
            Some(context) => context,
            None => {
                let mut new = Compressor::new(LEVEL)?;
                new.include_checksum(true)?;
                context.insert(new)
            }
        };
        context.compress(bytes)
    })
}

/// Inflates a frame with the thread's own context: making one costs more than to inflate a block.
fn inflate(frame: &[u8], len: usize) -> std::io::Result<Vec<u8>> {
    thread_local! {
        static CONTEXT: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
    }
    CONTEXT.with_borrow_mut(|context| {
        let context = match context {
            Some(context) => context,
            None => context.insert(Decompressor::new()?),
        };
        context.decompress(frame, len)
    })
}

/// Writes text entries.
#[derive(Debug, Default)]
pub(crate) struct TextWriter {
    directory: Vec<u8>,
    data: Vec<u8>,
    block: Vec<u8>,
    block_entries: usize,
    entries: u32,
    any: bool,
    /// Reported at the end: entries are added one by one in hot loops.
    failed: Option<std::io::Error>,
}

impl TextWriter {
    /// Adds an entry, which has no line feed in it.
    pub(crate) fn push(&mut self, entry: &[u8]) {
        if self.block_entries == 0 {
            self.directory.extend(self.entries.to_le_bytes());
        }
        self.any |= !entry.is_empty();
        self.block.extend(entry);
        self.block.push(b'\n');
        self.block_entries += 1;
        self.entries += 1;
        if self.block_entries == BLOCK_ENTRIES || self.block.len() >= BLOCK_BYTES {
            self.flush();
        }
    }

    /// Bytes held so far.
    pub(crate) fn len(&self) -> usize {
        self.directory.len() + self.data.len() + self.block.len()
    }

    /// Appends the entries of another writer. Both get a block's end there.
    pub(crate) fn append(&mut self, mut other: Self) {
        for writer in [&mut *self, &mut other] {
            if writer.block_entries > 0 {
                writer.flush();
            }
        }
        let shift = self.data.len() as u64;
        for entry in other.directory.chunks_exact(BLOCK_LEN) {
            let [a, b, c, d, e, f, g, h, end @ ..] = entry else {
                continue;
            };
            let first = u32::from_le_bytes([*a, *b, *c, *d]) + self.entries;
            let end = end.first_chunk().map_or(0, |end| u64::from_le_bytes(*end)) + shift;
            self.directory.extend(first.to_le_bytes());
            self.directory.extend([e, f, g, h]);
            self.directory.extend(end.to_le_bytes());
        }
        self.data.extend(other.data);
        self.entries += other.entries;
        self.any |= other.any;
        self.failed = self.failed.take().or(other.failed);
    }

    fn flush(&mut self) {
        match frame(&self.block) {
            Ok(frame) => self.data.extend(frame),
            Err(e) => self.failed = Some(e),
        }
        self.directory
            .extend((self.block.len() as u32).to_le_bytes());
        self.directory
            .extend((self.data.len() as u64).to_le_bytes());
        self.block.clear();
        self.block_entries = 0;
    }

    /// The section, empty where there is no entry, or every one is empty and `keep` does not hold.
    pub(crate) fn finish(mut self, keep: bool) -> std::io::Result<Vec<u8>> {
        if self.entries == 0 || !self.any && !keep {
            return Ok(Vec::new());
        }
        if self.block_entries > 0 {
            self.flush();
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        let blocks = (self.directory.len() / BLOCK_LEN) as u32;
        let mut out = Vec::with_capacity(HEAD_LEN + self.directory.len() + self.data.len());
        out.extend(self.entries.to_le_bytes());
        out.extend(blocks.to_le_bytes());
        out.extend(self.directory);
        out.extend(self.data);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{ContainerWriter, FileKind};
    use std::path::Path;

    #[test]
    fn entries_come_back_by_number() {
        let mut writer = TextWriter::default();
        let entry = |i: u32| {
            if i.is_multiple_of(7) {
                String::new()
            } else {
                format!("rs{}", i * 37)
            }
        };
        (0..5000).for_each(|i| writer.push(entry(i).as_bytes()));
        let mut file = ContainerWriter::default();
        file.add(Kind::Ids, writer.finish(false).unwrap());
        let mut bytes = Vec::new();
        file.finish(FileKind::Segment, &mut bytes).unwrap();
        let file = Container::from_bytes(Path::new("test"), bytes, FileKind::Segment).unwrap();
        let text = Text::find(&file, Kind::Ids).unwrap();
        assert_eq!(text.len(), 5000);
        for i in [0, 1, 1023, 1024, 4999] {
            assert_eq!(
                text.get(&file, i, &mut TextBlock::default()).unwrap(),
                entry(i).as_bytes()
            );
        }
        assert!(text.get(&file, 5000, &mut TextBlock::default()).is_err());
        let mut count = 0;
        text.each(&file, |_, _| {
            count += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(count, 5000);
    }

    fn file_of(section: Vec<u8>) -> Container {
        let mut file = ContainerWriter::default();
        file.add(Kind::Ids, section);
        let mut bytes = Vec::new();
        file.finish(FileKind::Segment, &mut bytes).unwrap();
        Container::from_bytes(Path::new("test"), bytes, FileKind::Segment).unwrap()
    }

    /// A byte that is changed in a frame may inflate to another text: the frame's own checksum says so.
    #[test]
    fn every_changed_byte_of_a_frame_is_found() {
        let mut writer = TextWriter::default();
        (0..40).for_each(|i| writer.push(format!("SAMPLE{i}").as_bytes()));
        let good = writer.finish(false).unwrap();
        let file = file_of(good.clone());
        let text = Text::find(&file, Kind::Ids).unwrap();
        let right = text.block(&file, 0).unwrap().inflated;
        for at in HEAD_LEN + BLOCK_LEN..good.len() {
            for mask in [1, 0x10, 0x80, 0xff] {
                let mut corrupted = good.clone();
                corrupted[at] ^= mask;
                let file = file_of(corrupted);
                let text = Text::find(&file, Kind::Ids).unwrap();
                // some bits have no meaning
                if let Ok(block) = text.block(&file, 0) {
                    assert!(block.inflated == right, "byte {at}, {mask:#x}");
                }
            }
        }
        let content: Vec<u8> = (0..40).flat_map(|_| *b"rs1\n").collect();
        let mut bare = good[..HEAD_LEN + BLOCK_LEN].to_vec();
        let frame = zstd::bulk::compress(&content, LEVEL).unwrap();
        bare[12..16].copy_from_slice(&(content.len() as u32).to_le_bytes());
        bare[16..24].copy_from_slice(&(frame.len() as u64).to_le_bytes());
        bare.extend(frame);
        let file = file_of(bare);
        let text = Text::find(&file, Kind::Ids).unwrap();
        assert!(text.block(&file, 0).is_err());
    }

    /// A few kilobytes that claim, or inflate to, billions of entries would fill the memory.
    #[test]
    fn more_entries_than_blocks_can_have_are_refused() {
        let mut writer = TextWriter::default();
        (0..5).for_each(|_| writer.push(b"rs1"));
        let good = writer.finish(false).unwrap();
        for entries in [0, 1025, u32::MAX] {
            let mut corrupted = good.clone();
            corrupted[..4].copy_from_slice(&entries.to_le_bytes());
            assert!(
                Text::find(&file_of(corrupted), Kind::Ids).is_err(),
                "{entries}"
            );
        }
        let mut corrupted = good[..8].to_vec();
        let frame = frame(&[b'\n'; 2000]).unwrap();
        corrupted.extend(0u32.to_le_bytes());
        corrupted.extend(2000u32.to_le_bytes());
        corrupted.extend((frame.len() as u64).to_le_bytes());
        corrupted.extend(frame);
        let file = file_of(corrupted);
        let text = Text::find(&file, Kind::Ids).unwrap();
        assert!(text.block(&file, 0).is_err());
    }
}
