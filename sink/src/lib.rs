//! Where VCF and BCF go: what every writer of them needs, whatever its records come from.

#![deny(clippy::indexing_slicing)]

mod bgzf;
pub mod text;
mod threads;
pub mod typed;

pub use threads::bounded;

use bgzf::BgzfWriter;
use std::io::{self, BufWriter, Write};

/// Bytes of a file, as they are or in BGZF blocks.
pub enum Sink<W: Write> {
    /// As they are.
    Plain(BufWriter<W>),
    /// In BGZF blocks.
    Bgzf(BgzfWriter<W>),
}

impl<W: Write> Sink<W> {
    /// Bytes as they are.
    pub fn plain(out: W) -> Self {
        Self::Plain(BufWriter::with_capacity(1 << 16, out))
    }

    /// BGZF blocks, compressed by `threads` threads; how many is without influence on the bytes.
    pub fn bgzf(out: W, threads: usize) -> io::Result<Self> {
        BgzfWriter::new(out, threads).map(Self::Bgzf)
    }

    /// Writes what is still held, and the mark of the end of the file; gives back what was written to.
    pub fn finish(self) -> io::Result<W> {
        match self {
            Self::Plain(out) => out.into_inner().map_err(|e| e.into_error()),
            Self::Bgzf(out) => out.finish(),
        }
    }
}

impl<W: Write> Write for Sink<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => out.write(bytes),
            Self::Bgzf(out) => out.write(bytes),
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.write_all(bytes),
            Self::Bgzf(out) => out.write_all(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Bgzf(out) => out.flush(),
        }
    }
}

/// The start of a BCF file: magic, and the header's text with its length. Names in the text must
/// have their numbers (`IDX`).
pub fn write_bcf_header(out: &mut impl Write, text: impl AsRef<[u8]>) -> io::Result<()> {
    let text = text.as_ref();
    let length = u32::try_from(text.len() + 1).map_err(io::Error::other)?;
    out.write_all(b"BCF\x02\x02")?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(text)?;
    out.write_all(b"\0")
}
