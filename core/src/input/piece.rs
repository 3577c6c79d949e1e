//! What a job makes of a batch.

use super::bgzf::Window;
use super::chunk::Chunk;
use super::opened::Payload;
use super::plan::Plan;
use super::record::Worker;
use crate::error::{Place, Result};
use memchr::memchr;

/// What a batch gives.
#[derive(Default)]
pub(super) struct Piece {
    /// Bytes up to and with the first line end; everything where there is none, or in BCF.
    pub(super) head: Vec<u8>,
    /// The whole lines after it, numbered from 1.
    pub(super) chunk: Chunk,
    pub(super) lines: u64,
    /// What follows the last line end.
    pub(super) tail: Vec<u8>,
    pub(super) bytes: u64,
}

impl Worker {
    /// Inflates a batch of text and reads the whole lines in it.
    pub(super) fn text_piece(&mut self, plan: &Plan, payload: Payload) -> Result<Piece> {
        let mut piece = Piece::default();
        match payload {
            Payload::Bytes(bytes) => {
                piece.bytes = bytes.len() as u64;
                let (used, complete) = self.lines(plan, &bytes, 0, &mut piece);
                let rest = bytes.get(used..).unwrap_or_default().to_vec();
                piece.leave(rest, complete);
            }
            Payload::Blocks(batch) => {
                // The window is this worker's own, but so is what the lines are read with.
                let mut window = std::mem::take(&mut self.window);
                window.clear();
                let mut looked = 0;
                let mut complete = false;
                for block in &batch.blocks {
                    let inflated = self
                        .inflater
                        .inflate(&plan.file, &batch, block, &mut window);
                    if let Err(e) = inflated {
                        self.window = window;
                        return Err(e.into());
                    }
                    let (used, any) = self.lines(plan, window.bytes(), looked, &mut piece);
                    complete |= any;
                    window.consume(used);
                    looked = window.bytes().len();
                }
                piece.bytes = batch.size as u64;
                piece.leave(window.bytes().to_vec(), complete);
                self.window = window;
            }
        }
        Ok(piece)
    }

    /// Reads the whole lines of `bytes`, in the first `looked` bytes of which no line ends; says how many
    /// bytes they are, and whether there was any. The first of a piece is left for joining.
    fn lines(
        &mut self,
        plan: &Plan,
        bytes: &[u8],
        mut looked: usize,
        piece: &mut Piece,
    ) -> (usize, bool) {
        let mut start = 0;
        while let Some(len) = memchr(b'\n', bytes.get(looked..).unwrap_or_default()) {
            let end = looked + len;
            if piece.head.is_empty() {
                piece.head = bytes.get(start..=end).unwrap_or_default().to_vec();
            } else {
                piece.lines += 1;
                let line = bytes.get(start..end).unwrap_or_default();
                self.line(plan, line, Place::Line(piece.lines), &mut piece.chunk);
            }
            start = end + 1;
            looked = start;
        }
        (start, start > 0)
    }

    /// Inflates a batch of BCF.
    pub(super) fn raw_piece(
        &mut self,
        plan: &Plan,
        payload: Payload,
        buffer: Vec<u8>,
    ) -> Result<Piece> {
        let head = match payload {
            Payload::Bytes(bytes) => bytes,
            Payload::Blocks(batch) => {
                let mut window = Window::new(buffer, batch.size);
                for block in &batch.blocks {
                    self.inflater
                        .inflate(&plan.file, &batch, block, &mut window)?;
                }
                window.into_bytes()
            }
        };
        Ok(Piece {
            bytes: head.len() as u64,
            head,
            ..Piece::default()
        })
    }
}

impl Piece {
    /// Bytes it occupies, roughly.
    pub(super) fn size(&self) -> usize {
        self.head.len() + self.tail.len() + self.chunk.size()
    }

    /// Takes what follows the last line end.
    fn leave(&mut self, rest: Vec<u8>, complete: bool) {
        if complete {
            self.tail = rest;
        } else {
            self.head = rest;
        }
    }
}
