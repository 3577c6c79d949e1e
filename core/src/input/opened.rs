//! Opening an input and telling its compression by its first bytes.

use super::bgzf::{Batch, Blocks, Inflater, Window, is_bgzf};
use super::waiting::{Waiting, read_failed};
use crate::error::{Error, InputError, Place, Result};
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes asked of the operating system at once, unless the input is known to be smaller.
const READ_SIZE: usize = 1 << 20;
/// Enough to see a BGZF header.
const PEEK: u64 = 18;

pub(super) type Bytes = Box<dyn Read + Send>;

/// An opened input.
pub(super) struct Stream {
    source: Source,
    /// A fault met after bytes that were still to be handed out.
    fault: Option<Error>,
    /// No stretch has more bytes: a small input takes no large buffers.
    most: usize,
}

enum Source {
    /// BGZF: blocks are inflated by the workers.
    Blocks(Blocks<Bytes>),
    /// Text or BCF that needs no inflating by the workers.
    Bytes(Bytes),
}

/// Work for one job, in the order of the input.
pub(super) enum Payload {
    Blocks(Batch),
    Bytes(Vec<u8>),
}

impl Payload {
    pub(super) fn cost(&self) -> usize {
        match self {
            Self::Blocks(batch) => batch.cost(),
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// Counts what is read of the file as it is stored.
struct Counted<R> {
    input: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.input.read(buffer)?;
        self.read.fetch_add(len as u64, Ordering::Relaxed);
        Ok(len)
    }
}

/// Counts what is read of `input` in `read`.
pub(super) fn counted(input: impl Read + Send + 'static, read: Arc<AtomicU64>) -> Bytes {
    Box::new(Counted { input, read })
}

/// Opens `path`, `-` being standard input; says how long it is where that is known.
pub(super) fn open(path: &Path, file: &str, read: Arc<AtomicU64>) -> Result<(Stream, Option<u64>)> {
    #[cfg(feature = "testing")]
    if let Some(held) = super::held::open(path) {
        let (input, len) = held.map_err(|e| Error::io(path, e))?;
        return Ok((detect(counted(input, read), file, Some(len))?, Some(len)));
    }
    let mut total = None;
    let input: Bytes = if file == "-" {
        counted(waiting(io::stdin(), file)?, read)
    } else {
        let opened = File::open(path).map_err(|e| Error::io(path, e))?;
        let kind = opened.metadata().map_err(|e| Error::io(path, e))?;
        if kind.is_dir() {
            return Err(not_variants(file, "a directory"));
        }
        total = kind.is_file().then_some(kind.len());
        match total {
            Some(_) => counted(opened, read),
            None => counted(waiting(opened, file)?, read),
        }
    };
    Ok((detect(input, file, total)?, total))
}

fn waiting(stream: impl Read + Send + 'static, file: &str) -> Result<Waiting> {
    Waiting::new(stream).map_err(|e| Error::io(file, e))
}

/// Detects the compression of `input`, which has so many bytes where that is known.
pub(super) fn detect(mut input: Bytes, file: &str, total: Option<u64>) -> Result<Stream> {
    let mut start = Vec::new();
    (&mut input)
        .take(PEEK)
        .read_to_end(&mut start)
        .map_err(|e| read_error(file, e))?;
    if start.is_empty() {
        return Err(not_variants(file, "an empty file"));
    }
    let other = [
        (&b"\x28\xb5\x2f\xfd"[..], "a zstd file: decompress it first"),
        (b"BZh", "a bzip2 file: decompress it first"),
        (b"\xfd7zXZ\0", "an xz file: decompress it first"),
        (b"PK\x03\x04", "a zip archive: unpack it first"),
        (b"CRAM", "a CRAM file"),
        (b"\xff\xfe", "UTF-16 text"),
        (b"\xfe\xff", "UTF-16 text"),
    ];
    if let Some((_, what)) = other.iter().find(|(magic, _)| start.starts_with(magic)) {
        return Err(not_variants(file, what));
    }
    let (bgzf, gzip) = (is_bgzf(&start), start.starts_with(&[0x1f, 0x8b]));
    // one more, so that the end is seen without growing
    let size = total
        .map_or(usize::MAX, |total| total as usize)
        .saturating_add(1);
    let whole = Cursor::new(start).chain(input);
    let whole = BufReader::with_capacity(READ_SIZE.min(size), whole);
    let most = if gzip { usize::MAX } else { size };
    let source = if bgzf {
        Source::Blocks(Blocks::new(Box::new(whole), file.to_owned()))
    } else if gzip {
        Source::Bytes(Box::new(MultiGzDecoder::new(whole)))
    } else {
        Source::Bytes(Box::new(whole))
    };
    Ok(Stream {
        source,
        fault: None,
        most,
    })
}

pub(super) fn not_variants(file: &str, found: &str) -> Error {
    Error::Input(Box::new(InputError {
        file: file.to_owned(),
        place: Place::File,
        expected: "VCF or BCF".to_owned(),
        found: found.to_owned(),
    }))
}

impl Stream {
    /// Bytes that are neither compressed nor begin with a header.
    pub(super) fn plain(input: Bytes) -> Self {
        Self {
            source: Source::Bytes(input),
            fault: None,
            most: usize::MAX,
        }
    }

    /// The next stretch of the input, `None` at its end. What comes before a fault is handed out
    /// before it.
    pub(super) fn next(&mut self, file: &str, target: usize) -> Result<Option<Payload>> {
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        let (payload, end) = match &mut self.source {
            Source::Blocks(blocks) => {
                let mut batch = Batch::default();
                let end = loop {
                    if batch.is_full(target) {
                        break Ok(());
                    }
                    match blocks.next(&mut batch) {
                        Ok(true) => {}
                        Ok(false) => break Ok(()),
                        Err(e) => break Err(e),
                    }
                };
                let any = !batch.blocks.is_empty();
                (any.then_some(Payload::Blocks(batch)), end)
            }
            Source::Bytes(input) => {
                let mut bytes = Vec::with_capacity(target.min(self.most));
                let end = input.take(target as u64).read_to_end(&mut bytes);
                let any = !bytes.is_empty();
                let end = end.map(drop).map_err(|e| read_error(file, e));
                (any.then_some(Payload::Bytes(bytes)), end)
            }
        };
        match (payload, end) {
            (Some(payload), Err(fault)) => {
                self.fault = Some(fault);
                Ok(Some(payload))
            }
            (payload, end) => end.map(|()| payload),
        }
    }

    /// Appends the next few bytes to `out`, inflated here: for the header.
    pub(super) fn more(&mut self, file: &str, out: &mut Vec<u8>) -> Result<bool> {
        match self.next(file, 1 << 16)? {
            None => Ok(false),
            Some(Payload::Bytes(bytes)) => {
                out.extend_from_slice(&bytes);
                Ok(true)
            }
            Some(Payload::Blocks(batch)) => {
                let mut window = Window::default();
                let mut inflater = Inflater::new();
                for block in &batch.blocks {
                    inflater.inflate(file, &batch, block, &mut window)?;
                }
                out.extend_from_slice(window.bytes());
                Ok(true)
            }
        }
    }

    /// Whether a BGZF file lacks its end-of-file marker.
    pub(super) fn lacks_marker(&self) -> bool {
        matches!(&self.source, Source::Blocks(blocks) if !blocks.ended_with_marker())
    }
}

/// A fault of the gzip data is the file's, anything else the operating system's.
fn read_error(file: &str, error: io::Error) -> Error {
    let found = match error.kind() {
        io::ErrorKind::UnexpectedEof => {
            "the end of the file inside it: the file is cut off".to_owned()
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => error.to_string(),
        _ => return read_failed(file, error),
    };
    Error::Input(Box::new(InputError {
        file: file.to_owned(),
        place: Place::File,
        expected: "sound gzip data".to_owned(),
        found,
    }))
}
