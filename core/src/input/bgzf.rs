//! BGZF framing: cutting a stream of blocks without inflating them, and inflating them elsewhere.

use super::waiting::read_failed;
use crate::error::{Error, InputError, Place, Result};
use libdeflater::DecompressionError;
use std::io::Read;
use std::ops::Range;

/// The most bytes a block may hold, and take, by the format.
pub(super) const MAX_BLOCK: usize = 1 << 16;
/// Fixed part of a block header, up to and with XLEN.
const FIXED_HEADER: usize = 12;
/// CRC32 and ISIZE.
const TRAILER: usize = 8;
/// Blocks in a batch, however small: the table of them must not outgrow their contents.
const MAX_BLOCKS: usize = 4096;

/// Whether a file that starts so is BGZF: gzip of which the first extra field is BGZF's.
pub(super) fn is_bgzf(start: &[u8]) -> bool {
    start.starts_with(&[0x1f, 0x8b, 8])
        && start.get(3).is_some_and(|flags| flags & 4 != 0)
        && start.get(FIXED_HEADER..FIXED_HEADER + 4) == Some(b"BC\x02\x00")
}

/// Where one block's parts lie in its batch, and what its trailer promises.
#[derive(Debug, Clone)]
pub(super) struct Block {
    deflate: Range<usize>,
    crc: u32,
    size: usize,
    /// Offset of the block in the file.
    offset: u64,
}

/// Blocks that follow each other, still compressed.
#[derive(Debug, Default)]
pub(super) struct Batch {
    data: Vec<u8>,
    pub(super) blocks: Vec<Block>,
    /// Bytes that the blocks promise to hold.
    pub(super) size: usize,
}

impl Batch {
    pub(super) fn is_full(&self, target: usize) -> bool {
        self.size >= target || self.data.len() >= target || self.blocks.len() >= MAX_BLOCKS
    }

    /// What it occupies now and once inflated.
    pub(super) fn cost(&self) -> usize {
        self.size + self.data.len()
    }
}

/// A stream of BGZF blocks.
pub(super) struct Blocks<R> {
    input: R,
    file: String,
    offset: u64,
    last_is_empty: bool,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R, file: String) -> Self {
        Self {
            input,
            file,
            offset: 0,
            last_is_empty: false,
        }
    }

    /// Whether the last block read was empty, as the end-of-file marker is.
    pub(super) fn ended_with_marker(&self) -> bool {
        self.last_is_empty
    }

    /// Appends the next block to `batch`; `false` at the end of the file.
    pub(super) fn next(&mut self, batch: &mut Batch) -> Result<bool> {
        let start = batch.data.len();
        let got = self.take(batch, FIXED_HEADER)?;
        if got == 0 {
            return Ok(false);
        }
        let header: &[u8] = batch.data.get(start..).unwrap_or_default();
        let sound = header.starts_with(&[0x1f, 0x8b, 8, 4]);
        if got < FIXED_HEADER || !sound {
            let found = if sound || got < 4 {
                "the end of the file inside a block header: the file is cut off".to_owned()
            } else {
                format!("bytes {:02x?}", header.get(..4).unwrap_or(header))
            };
            return Err(self.fault("a BGZF block header", found));
        }
        let extra = usize::from(u16_at(header, 10));
        if self.take(batch, extra)? < extra {
            return Err(self.cut());
        }
        let fields = batch.data.get(start + FIXED_HEADER..).unwrap_or_default();
        let Some(total) = block_size(fields) else {
            return Err(self.fault(
                "a BGZF block size in the gzip extra field",
                "a gzip member without it".to_owned(),
            ));
        };
        let header_len = FIXED_HEADER + extra;
        let Some(rest) = total
            .checked_sub(header_len)
            .filter(|&rest| rest >= TRAILER)
        else {
            return Err(self.fault(
                "a BGZF block size that covers its header",
                format!("{total} bytes"),
            ));
        };
        if self.take(batch, rest)? < rest {
            return Err(self.cut());
        }
        let end = batch.data.len();
        let trailer = batch.data.get(end - TRAILER..).unwrap_or_default();
        let size = u32_at(trailer, 4) as usize;
        if size > MAX_BLOCK {
            return Err(self.fault(
                "a BGZF block of at most 65536 bytes",
                format!("{size} bytes"),
            ));
        }
        batch.blocks.push(Block {
            deflate: start + header_len..end - TRAILER,
            crc: u32_at(trailer, 0),
            size,
            offset: self.offset,
        });
        batch.size += size;
        self.offset += total as u64;
        self.last_is_empty = size == 0;
        Ok(true)
    }

    fn take(&mut self, batch: &mut Batch, len: usize) -> Result<usize> {
        (&mut self.input)
            .take(len as u64)
            .read_to_end(&mut batch.data)
            .map_err(|e| read_failed(&self.file, e))
    }

    fn cut(&self) -> Error {
        self.fault(
            "a whole BGZF block",
            "the end of the file inside it: the file is cut off".to_owned(),
        )
    }

    fn fault(&self, expected: &str, found: String) -> Error {
        Error::Input(Box::new(InputError {
            file: self.file.clone(),
            place: Place::Byte(self.offset),
            expected: expected.to_owned(),
            found,
        }))
    }
}

/// The compressed bytes of the block that a file begins with, where all of it is there.
pub(super) fn first_deflate(start: &[u8]) -> Option<&[u8]> {
    if !is_bgzf(start) || !start.starts_with(&[0x1f, 0x8b, 8, 4]) {
        return None;
    }
    let header_len = FIXED_HEADER + usize::from(u16_at(start, 10));
    let total = block_size(start.get(FIXED_HEADER..header_len)?)?;
    start.get(header_len..total.checked_sub(TRAILER)?)
}

/// BSIZE + 1 among the extra fields.
fn block_size(mut fields: &[u8]) -> Option<usize> {
    loop {
        let (head, rest) = fields.split_at_checked(4)?;
        let len = usize::from(u16_at(head, 2));
        let value = rest.get(..len)?;
        if head.starts_with(b"BC") && len == 2 {
            return Some(usize::from(u16_at(value, 0)) + 1);
        }
        fields = rest.get(len..)?;
    }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes
        .get(at..at + 2)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}

/// A growing buffer that is not cleared before blocks are inflated into it.
#[derive(Default)]
pub(super) struct Window {
    buffer: Vec<u8>,
    used: usize,
}

impl Window {
    /// Takes over a buffer, whatever it holds, to hold `len` bytes.
    pub(super) fn new(mut buffer: Vec<u8>, len: usize) -> Self {
        if buffer.len() < len {
            buffer.resize(len, 0);
        }
        Self { buffer, used: 0 }
    }

    pub(super) fn into_bytes(mut self) -> Vec<u8> {
        self.buffer.truncate(self.used);
        self.buffer
    }

    pub(super) fn clear(&mut self) {
        self.used = 0;
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.buffer.get(..self.used).unwrap_or_default()
    }

    /// Drops the first `len` bytes.
    pub(super) fn consume(&mut self, len: usize) {
        let len = len.min(self.used);
        self.buffer.copy_within(len..self.used, 0);
        self.used -= len;
    }

    fn room(&mut self, len: usize) -> &mut [u8] {
        let end = self.used + len;
        if self.buffer.len() < end {
            self.buffer.resize(end.max(2 * self.buffer.len()), 0);
        }
        self.buffer.get_mut(self.used..end).unwrap_or_default()
    }
}

/// Inflates blocks; one for each thread.
pub(super) struct Inflater(libdeflater::Decompressor);

impl Inflater {
    pub(super) fn new() -> Self {
        Self(libdeflater::Decompressor::new())
    }

    /// Appends the contents of a block to `window`, checked against its trailer.
    pub(super) fn inflate(
        &mut self,
        file: &str,
        batch: &Batch,
        block: &Block,
        window: &mut Window,
    ) -> Result<(), Box<InputError>> {
        let fault = |expected: &str, found: String| {
            Box::new(InputError {
                file: file.to_owned(),
                place: Place::Byte(block.offset),
                expected: expected.to_owned(),
                found,
            })
        };
        let deflate = batch.data.get(block.deflate.clone()).unwrap_or_default();
        let room = window.room(block.size);
        match self.0.deflate_decompress(deflate, room) {
            Ok(size) if size == block.size => {}
            Ok(size) => {
                let expected = format!("a BGZF block of {} bytes", block.size);
                return Err(fault(&expected, format!("{size} bytes")));
            }
            Err(DecompressionError::BadData) => {
                return Err(fault("a sound BGZF block", "damaged data".to_owned()));
            }
            Err(DecompressionError::InsufficientSpace) => {
                let expected = format!("a BGZF block of {} bytes", block.size);
                return Err(fault(&expected, "more".to_owned()));
            }
        }
        let crc = libdeflater::crc32(room);
        if crc != block.crc {
            let expected = format!("a BGZF block with CRC {:08x}", block.crc);
            return Err(fault(&expected, format!("{crc:08x}: it is damaged")));
        }
        window.used += block.size;
        Ok(())
    }
}
