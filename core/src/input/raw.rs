//! Whole records as bytes, for what hands them on.

use super::bcf::{Dictionary, LENGTHS};
use super::bgzf::{Inflater, Window};
use super::flow::lengths;
use super::header::Header;
use super::opened::{self, Payload, Stream};
use super::plan::{Plan, ReadOptions};
use super::raw_site::SiteReader;
use super::reader::{Encoding, MAX_RECORD, Progress, Start};
use super::typed::unpadded;
use crate::error::{Error, InputError, Place, Result};
use memchr::{memchr, memchr_iter, memrchr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Bytes in a block, unless a record has more.
const BLOCK: usize = 256 << 10;

/// An opened file of variants of which records are read as they are written.
pub(crate) struct RawReader {
    file: String,
    header: Header,
    head: Vec<u8>,
    encoding: Encoding,
    plan: Plan,
    stream: Stream,
    inflater: Inflater,
    window: Window,
    /// The beginning of a record.
    pending: Vec<u8>,
    /// Lines or BCF records handed out; of text with the header's.
    count: u64,
    ended: bool,
    progress: Progress,
}

/// Records that follow each other.
#[derive(Debug, Default)]
pub(crate) struct RawBlock {
    pub(crate) bytes: Vec<u8>,
    /// How many lines or BCF records are in front of it.
    pub(crate) before: u64,
}

impl RawBlock {
    /// Its records: lines without their ends, or records of BCF with their lengths.
    pub(crate) fn records(&self, is_bcf: bool) -> impl Iterator<Item = &[u8]> {
        self.whole_records(is_bcf).map(move |record| {
            if is_bcf {
                return record;
            }
            let line = record.strip_suffix(b"\n").unwrap_or(record);
            line.strip_suffix(b"\r").unwrap_or(line)
        })
    }

    /// The same with the ends of lines.
    pub(crate) fn whole_records(&self, is_bcf: bool) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let end = match is_bcf {
                true => lengths(rest).map(|(shared, individual)| LENGTHS + shared + individual),
                false => memchr(b'\n', rest).map(|at| at + 1),
            };
            let whole = end.and_then(|end| rest.split_at_checked(end));
            let (record, next) = whole.unwrap_or((rest, b""));
            rest = next;
            Some(record)
        })
    }
}

impl RawReader {
    /// Opens VCF (text, BGZF or gzip) or BCF, which its content says; `-` is standard input.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file = path.display().to_string();
        let read = Arc::new(AtomicU64::new(0));
        let (mut stream, total) = opened::open(path, &file, Arc::clone(&read))?;
        let options = ReadOptions::default();
        let start = Start::read(&mut stream, &file, &options)?;
        let count = match start.encoding {
            Encoding::Text => start.header.lines,
            Encoding::Bcf(_) => 0,
        };
        let mut plan = Plan::new(&file, &start.header, &options);
        if matches!(start.encoding, Encoding::Text) {
            // a line is read without its genotypes
            plan.samples = Arc::default();
        }
        Ok(Self {
            plan,
            file,
            header: start.header,
            head: start.bytes,
            encoding: start.encoding,
            stream,
            inflater: Inflater::new(),
            window: Window::default(),
            pending: start.rest,
            count,
            ended: false,
            progress: Progress { read, total },
        })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// The file as the user named it.
    pub(crate) fn file(&self) -> &str {
        &self.file
    }

    pub(crate) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The lines of the header as they are written; none of the padding of BCF.
    pub(crate) fn header_lines(&self) -> &[u8] {
        match &self.encoding {
            Encoding::Text => &self.head,
            Encoding::Bcf(_) => unpadded(self.head.get(LENGTHS + 1..).unwrap_or_default()),
        }
    }

    /// Of BCF the first number that no key has, and whether the header says the numbers.
    pub(crate) fn next_key(&self) -> Option<(u32, bool)> {
        let dictionary = self.dictionary()?;
        let says = self.header.dictionary.iter().any(|of| of.idx.is_some());
        Some((dictionary.next_key(), says))
    }

    fn dictionary(&self) -> Option<&Dictionary> {
        match &self.encoding {
            Encoding::Text => None,
            Encoding::Bcf(dictionary) => Some(dictionary),
        }
    }

    /// Where a key of the header is declared, as INFO, FORMAT or FILTER.
    pub(crate) fn line_of(&self, key: &str) -> Option<u64> {
        let mut entries = self.header.dictionary.iter();
        let found = entries.find(|of| !of.contig && of.key == key);
        found.map(|of| of.line)
    }

    /// The records, and what reads them: in any thread, while the next ones are fetched.
    pub(crate) fn split(&mut self) -> (RawBlocks<'_>, SiteSource<'_>) {
        let Self {
            file,
            plan,
            encoding,
            stream,
            inflater,
            window,
            pending,
            count,
            ended,
            ..
        } = self;
        let is_bcf = matches!(encoding, Encoding::Bcf(_));
        let dictionary = match encoding {
            Encoding::Text => None,
            Encoding::Bcf(dictionary) => Some(&*dictionary),
        };
        let blocks = RawBlocks {
            file,
            is_bcf,
            stream,
            inflater,
            window,
            pending,
            count,
            ended,
        };
        (blocks, SiteSource { plan, dictionary })
    }
}

/// Makes what reads records, in any thread.
#[derive(Clone, Copy)]
pub(crate) struct SiteSource<'r> {
    plan: &'r Plan,
    dictionary: Option<&'r Dictionary>,
}

impl<'r> SiteSource<'r> {
    pub(crate) fn sites(&self) -> SiteReader<'r> {
        SiteReader::new(self.plan, self.dictionary)
    }
}

/// The blocks of an opened file.
pub(crate) struct RawBlocks<'r> {
    file: &'r str,
    is_bcf: bool,
    stream: &'r mut Stream,
    inflater: &'r mut Inflater,
    window: &'r mut Window,
    pending: &'r mut Vec<u8>,
    count: &'r mut u64,
    ended: &'r mut bool,
}

impl RawBlocks<'_> {
    /// The next whole records, in a buffer that is used again; `None` behind the last.
    pub(crate) fn next(&mut self, mut bytes: Vec<u8>) -> Result<Option<RawBlock>> {
        bytes.clear();
        bytes.append(self.pending);
        // what came with the header may be whole records
        let mut looked = 0;
        let before = *self.count;
        while !*self.ended {
            let (end, records) = self.whole(&bytes, looked)?;
            if end > 0 {
                self.pending
                    .extend_from_slice(bytes.get(end..).unwrap_or_default());
                bytes.truncate(end);
                *self.count += records;
                return Ok(Some(RawBlock { bytes, before }));
            }
            if bytes.len() > MAX_RECORD {
                return Err(self.too_long());
            }
            looked = bytes.len();
            *self.ended = !self.more(&mut bytes)?;
        }
        if bytes.is_empty() {
            return Ok(None);
        }
        if self.is_bcf {
            let found = format!("the end of the file after {} bytes of it", bytes.len());
            return Err(self.fault("a whole record", found));
        }
        // a last line without a line end
        *self.count += 1;
        Ok(Some(RawBlock { bytes, before }))
    }

    /// Whether a BGZF file lacks its end-of-file marker.
    pub(crate) fn lacks_marker(&self) -> bool {
        self.stream.lacks_marker()
    }

    /// Where the last whole record ends, and how many there are; no line ends in front of `looked`.
    fn whole(&self, bytes: &[u8], looked: usize) -> Result<(usize, u64)> {
        if !self.is_bcf {
            let new = bytes.get(looked..).unwrap_or_default();
            return Ok(match memrchr(b'\n', new) {
                Some(at) => {
                    let lines = new.get(..=at).unwrap_or_default();
                    (looked + at + 1, memchr_iter(b'\n', lines).count() as u64)
                }
                None => (0, 0),
            });
        }
        let (mut end, mut records) = (0, 0);
        while let Some((shared, individual)) = lengths(bytes.get(end..).unwrap_or_default()) {
            let Some(next) = (LENGTHS + end)
                .checked_add(shared)
                .and_then(|end| end.checked_add(individual))
            else {
                return Err(self.too_long());
            };
            if next - end > MAX_RECORD {
                return Err(self.too_long());
            }
            if next > bytes.len() {
                break;
            }
            (end, records) = (next, records + 1);
        }
        Ok((end, records))
    }

    /// Adds the next bytes; `false` at the end.
    fn more(&mut self, bytes: &mut Vec<u8>) -> Result<bool> {
        match self.stream.next(self.file, BLOCK)? {
            None => return Ok(false),
            Some(Payload::Bytes(more)) => bytes.extend_from_slice(&more),
            Some(Payload::Blocks(batch)) => {
                self.window.clear();
                for block in &batch.blocks {
                    self.inflater
                        .inflate(self.file, &batch, block, self.window)?;
                }
                bytes.extend_from_slice(self.window.bytes());
            }
        }
        Ok(true)
    }

    fn too_long(&self) -> Error {
        let expected = format!("a record of at most {MAX_RECORD} bytes");
        self.fault(&expected, "a longer one".to_owned())
    }

    fn fault(&self, expected: &str, found: String) -> Error {
        let next = *self.count + 1;
        Error::Input(Box::new(InputError {
            file: self.file.to_owned(),
            place: match self.is_bcf {
                true => Place::Record(next),
                false => Place::Line(next),
            },
            expected: expected.to_owned(),
            found,
        }))
    }
}
