//! Opening a file of variants, and reading it with many threads in the order of the file.
//!
//! The calling thread reads the file and cuts it into batches at block boundaries; jobs inflate the
//! batches and read the whole records in them while they are in cache; the calling thread joins the
//! pieces of records that lie across batches and hands everything on in order.

use super::bcf::{Dictionary, LENGTHS};
use super::chunk::{Chunk, Warning, quote};
use super::flow::{Flow, Shared};
use super::header::{self, Header, HeaderEnd, MAX_HEADER};
use super::opened::{self, Payload, Stream, not_variants};
use super::plan::{Plan, ReadOptions};
use super::workers::Workers;
use crate::error::{Error, InputError, Place, Result};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

/// The longest line or BCF record read. What is longer is refused, not stored in memory.
pub(super) const MAX_RECORD: usize = 1 << 29;
/// Bytes in a batch, unless records are long.
const BATCH: usize = 1 << 20;
/// Whole records that a batch should hold, so that few of them lie across two.
const RECORDS_PER_BATCH: usize = 8;
const MAX_BATCH: usize = 64 << 20;
const MIN_BATCH: usize = 64 << 10;
/// Bytes of a file, as it is stored, that the calling thread reads alone: it is hardly more than one batch.
const SMALL: u64 = 128 << 10;

/// What was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Records stored and refused.
    pub records_read: u64,
    /// Bytes after decompression, without the header.
    pub bytes: u64,
    /// Lines of a text file, with the header's; 0 for BCF.
    pub lines: u64,
}

/// How far reading is, to be asked from any thread.
#[derive(Debug, Clone)]
pub(crate) struct Progress {
    pub(crate) read: Arc<AtomicU64>,
    /// Bytes of the file as it is stored; unknown for pipes.
    pub total: Option<u64>,
}

impl Progress {
    /// Bytes of the file read so far, as it is stored.
    pub(crate) fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

/// What the records are written in.
pub(super) enum Encoding {
    Text,
    Bcf(Dictionary),
}

/// An opened file of variants, its header read.
pub(crate) struct Reader {
    file: String,
    header: Header,
    encoding: Encoding,
    plan: Plan,
    stream: Stream,
    /// What came with the header's last bytes.
    rest: Vec<u8>,
    progress: Progress,
    /// Bytes in a batch, where the usual choice is not wanted.
    pub(super) batch: Option<usize>,
}

impl Reader {
    /// Opens VCF (text, BGZF or gzip) or BCF (BGZF, gzip or neither), recognised by content;
    /// `-` is standard input.
    pub(crate) fn open(path: &Path, options: &ReadOptions) -> Result<Self> {
        let file = path.display().to_string();
        let read = Arc::new(AtomicU64::new(0));
        let (stream, total) = opened::open(path, &file, Arc::clone(&read))?;
        Self::start(stream, file, Progress { read, total }, options)
    }

    pub(super) fn start(
        mut stream: Stream,
        file: String,
        progress: Progress,
        options: &ReadOptions,
    ) -> Result<Self> {
        let Start {
            header,
            encoding,
            rest,
            ..
        } = Start::read(&mut stream, &file, options)?;
        Ok(Self {
            plan: Plan::new(&file, &header, options),
            file,
            header,
            encoding,
            stream,
            rest,
            progress,
            batch: None,
        })
    }

    /// What the header says.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Opens what `file` holds from its beginning, `name` being what it is called.
    pub(crate) fn open_file(mut file: File, name: &str, options: &ReadOptions) -> Result<Self> {
        let total = file
            .rewind()
            .and_then(|()| file.metadata())
            .map_err(|e| Error::io(name, e))?
            .len();
        let total = Some(total);
        let read = Arc::new(AtomicU64::new(0));
        let stream = opened::detect(opened::counted(file, Arc::clone(&read)), name, total)?;
        Self::start(stream, name.to_owned(), Progress { read, total }, options)
    }

    /// Makes chunks hold the values of these INFO keys, and of no others.
    pub(crate) fn ask_for(&mut self, info_keys: &[String]) {
        let options = ReadOptions {
            info_keys: info_keys.to_vec(),
            ..ReadOptions::default()
        };
        self.plan = Plan::new(&self.file, &self.header, &options);
    }

    /// Makes chunks hold each record's bytes too.
    pub(crate) fn keep_raw(&mut self) {
        self.plan.raw = true;
    }

    /// Reads `records` next, without a header: some of the records that it read with
    /// [`Reader::keep_raw`], their bytes one after the other.
    /// `progress` is called as if it were the file's.
    pub(crate) fn read_instead(&mut self, records: Box<dyn Read + Send>, progress: Progress) {
        self.progress = progress;
        self.plan.raw = false;
        self.rest.clear();
        self.stream = Stream::plain(records);
    }

    /// A handle that says how far reading is.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// Reads everything: `sink` gets the chunks in the order of the file, on the calling thread.
    ///
    /// About `in_flight_bytes` of the input, decompressed, are held at a time, but at least one
    /// batch and one record.
    pub(crate) fn read(
        &mut self,
        workers: &Workers,
        in_flight_bytes: usize,
        sink: &mut dyn FnMut(Chunk) -> Result<()>,
    ) -> Result<Tally> {
        let threads = workers.threads();
        let record = 4 * self.header.samples.len() + 256;
        // a job needs room for some records beside its batch: in wide ones, more than the batch
        let jobs = (in_flight_bytes / (4 * record)).clamp(2, 4 * threads + 4);
        let share = in_flight_bytes / (jobs.min(2 * threads) + 2);
        let batch = self.batch.unwrap_or_else(|| {
            let wanted = (RECORDS_PER_BATCH * record).clamp(BATCH, MAX_BATCH);
            wanted.min(share).max(MIN_BATCH)
        });
        let warnings = std::mem::take(&mut self.header.warnings);
        if !warnings.is_empty() {
            sink(Chunk {
                warnings,
                ..Chunk::default()
            })?;
        }
        let mut lines = self.header.lines;
        if matches!(self.encoding, Encoding::Bcf(_)) {
            lines = 0;
        }
        let shared = Shared::new(&self.plan, &self.encoding);
        let stream = &mut self.stream;
        let mut first =
            (!self.rest.is_empty()).then(|| Payload::Bytes(std::mem::take(&mut self.rest)));
        let mut next = || match first.take() {
            Some(payload) => Ok(Some(payload)),
            None => stream.next(&self.file, batch),
        };
        let (sender, receiver) = mpsc::channel();
        let is_small = self.progress.total.is_some_and(|total| total <= SMALL);
        let tally = match workers.pool().filter(|_| !is_small) {
            None => {
                let mut flow = Flow::new(None, &shared, sender, receiver, lines, sink);
                flow.run(&mut next, batch, in_flight_bytes, jobs)
            }
            Some(pool) => pool.in_place_scope_fifo(|scope| {
                let mut flow = Flow::new(Some(scope), &shared, sender, receiver, lines, sink);
                flow.run(&mut next, batch, in_flight_bytes, jobs)
            }),
        }?;
        if self.stream.lacks_marker() {
            sink(Chunk {
                warnings: vec![Warning {
                    place: Place::File,
                    what: "no BGZF end-of-file marker: the file may be cut off".to_owned(),
                    count: 1,
                }],
                ..Chunk::default()
            })?;
        }
        Ok(tally)
    }
}

/// What a stream begins with.
pub(super) struct Start {
    pub(super) header: Header,
    /// The bytes of the header, without a byte-order mark; of BCF with the magic number and the length.
    pub(super) bytes: Vec<u8>,
    pub(super) encoding: Encoding,
    /// What came with the header's last bytes.
    pub(super) rest: Vec<u8>,
}

impl Start {
    pub(super) fn read(stream: &mut Stream, file: &str, options: &ReadOptions) -> Result<Self> {
        let mut bytes = Vec::new();
        while bytes.len() < LENGTHS + 1 && stream.more(file, &mut bytes)? {}
        if bytes.is_empty() {
            return Err(not_variants(file, "a compressed file without contents"));
        }
        let is_bcf = bytes.starts_with(b"BCF");
        let (header, rest) = match is_bcf {
            true => bcf_header(stream, &mut bytes, file, options)?,
            false => text_header(stream, &mut bytes, file, options)?,
        };
        let encoding = match is_bcf {
            true => Encoding::Bcf(Dictionary::new(&header, file)?),
            false => Encoding::Text,
        };
        Ok(Self {
            header,
            bytes,
            encoding,
            rest,
        })
    }
}

/// Reads a text header from `text` and on, and leaves it there; gives also what follows it.
fn text_header(
    stream: &mut Stream,
    text: &mut Vec<u8>,
    file: &str,
    options: &ReadOptions,
) -> Result<(Header, Vec<u8>)> {
    let byte_order_mark = text.starts_with(b"\xef\xbb\xbf");
    if byte_order_mark {
        text.drain(..3);
    }
    if !text.starts_with(b"##") && !text.starts_with(b"#CHROM") {
        let line = text.split(|&b| b == b'\n').next().unwrap_or_default();
        let found = match std::str::from_utf8(line) {
            Ok(line) if !line.contains(|c: char| c.is_control() && c != '\t' && c != '\r') => {
                format!("a line \"{}\"", quote(line.as_bytes()))
            }
            _ => "other binary data".to_owned(),
        };
        return Err(not_variants(file, &found));
    }
    let mut header_end = HeaderEnd::default();
    let end = loop {
        if let Some(end) = header_end.find(text) {
            break end;
        }
        if text.len() > MAX_HEADER {
            return Err(long_header(file));
        }
        if !stream.more(file, text)? {
            break text.len();
        }
    };
    let rest = text.split_off(end);
    let mut header = header::parse(text, file, &options.last)?;
    if byte_order_mark {
        header.warnings.push(Warning {
            place: Place::Line(1),
            what: "byte-order mark".to_owned(),
            count: 1,
        });
    }
    Ok((header, rest))
}

/// The same of a BCF header, its magic number included.
fn bcf_header(
    stream: &mut Stream,
    text: &mut Vec<u8>,
    file: &str,
    options: &ReadOptions,
) -> Result<(Header, Vec<u8>)> {
    const START: usize = LENGTHS + 1;
    let fault = |expected: &str, found: String| {
        Error::Input(Box::new(InputError {
            file: file.to_owned(),
            place: Place::File,
            expected: expected.to_owned(),
            found,
        }))
    };
    let cut = || {
        fault(
            "a whole BCF header",
            "the end of the file inside it".to_owned(),
        )
    };
    let magic = text.get(3..5).unwrap_or_default();
    if !matches!(magic, [2, 1 | 2]) {
        return Err(fault(
            "BCF 2.1 or 2.2",
            format!("BCF with version bytes {magic:?}"),
        ));
    }
    let len = text.get(5..START).and_then(|b| b.try_into().ok());
    let end = START + u32::from_le_bytes(len.ok_or_else(cut)?) as usize;
    if end > MAX_HEADER {
        return Err(long_header(file));
    }
    while text.len() < end {
        if !stream.more(file, text)? {
            return Err(cut());
        }
    }
    let rest = text.split_off(end);
    let lines = text.get(START..).unwrap_or_default();
    let header = header::parse(super::typed::unpadded(lines), file, &options.last)?;
    Ok((header, rest))
}

fn long_header(file: &str) -> Error {
    Error::Input(Box::new(InputError {
        file: file.to_owned(),
        place: Place::File,
        expected: format!("a header of at most {MAX_HEADER} bytes"),
        found: "a longer one".to_owned(),
    }))
}
