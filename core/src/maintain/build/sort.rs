//! Sorting an input whose records are not in order.
//!
//! The input is read once more from its beginning, by the usual reader, so that everything wrong or
//! odd in it is told with its place. The bytes of the records that can be read are sorted in runs
//! that fit the memory; the runs are merged while the reader reads the merged stream like a file.

use super::contigs::Contigs;
use super::report::Report;
use crate::error::{Error, Place, Result};
use crate::input::chunk::Chunk;
use crate::input::{Progress, Reader, Workers};
use crate::store::Publication;
use rayon::slice::ParallelSliceMut;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tempfile::SpooledTempFile;

/// Runs merged at once, unless their longest records would fill the memory.
const MERGED_MAX: usize = 64;
/// What reading a run takes beside its current record: a buffer and the decoder's window.
const RUN_COST: u64 = 1 << 20;
/// Bytes read of a run at once.
const RUN_BUFFER: usize = 128 << 10;
/// The fastest level: runs are read once or twice and thrown away.
const LEVEL: i32 = 1;
/// Key, place and length before a record's bytes.
const FRAME: usize = 20;

/// Places of the records in the order in which the merged stream gives them.
#[derive(Clone, Default)]
pub(super) struct Places(Arc<Mutex<VecDeque<u64>>>);

impl Places {
    fn queue(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the records of the next chunk the places they have in the input.
    pub(super) fn restore(&self, chunk: &mut Chunk) {
        let mut queue = self.queue();
        for record in &mut chunk.records {
            if let (Place::Line(n) | Place::Record(n), Some(place)) =
                (&mut record.place, queue.pop_front())
            {
                *n = place;
            }
        }
    }
}

/// What sorting works with.
pub(super) struct Sorting<'a> {
    pub(super) publication: &'a Publication,
    pub(super) workers: &'a Workers,
    pub(super) memory: u64,
    pub(super) skip_malformed: bool,
    /// The input as the user named it.
    pub(super) file: &'a str,
}

impl Sorting<'_> {
    /// Reads all of `reader`, and makes it read the same records again, sorted by contig (in the
    /// order of `contigs`) and position, equal ones in the order of the input.
    pub(super) fn sort(
        &self,
        reader: &mut Reader,
        mut contigs: Contigs,
        report: &mut Report,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<Places> {
        let handle = reader.progress();
        let in_flight = usize::try_from(self.memory / 4).unwrap_or(usize::MAX);
        let mut runs = Runs::new(self)?;
        let mut records = 0;
        reader.keep_raw();
        let tally = reader.read(self.workers, in_flight, &mut |chunk| {
            records += chunk.records.len() as u64 + chunk.refused_count();
            if !progress(handle.read(), records) {
                return Err(Error::Cancelled);
            }
            report.take_chunk(self.file, &chunk, self.skip_malformed)?;
            runs.add(chunk, &mut contigs)
        })?;
        report.records += tally.records_read;
        let size = handle.read();
        let mut go_on = || progress(size, tally.records_read);
        let (runs, bytes) = runs.finish(&mut go_on)?;
        let places = Places::default();
        // told as bytes of the input, of which there are fewer where it is compressed
        let read = Arc::new(AtomicU64::new(0));
        reader.read_instead(
            Box::new(Sorted {
                merge: runs,
                at: 0,
                places: places.clone(),
                given: 0,
                bytes,
                size,
                read: Arc::clone(&read),
            }),
            Progress {
                read,
                total: Some(size),
            },
        );
        Ok(places)
    }
}

/// A record in memory.
#[derive(Clone)]
struct Entry {
    key: u64,
    place: u64,
    arena: u32,
    bytes: Range<u32>,
}

/// Runs in the making.
struct Runs<'a> {
    sorting: &'a Sorting<'a>,
    arenas: Vec<Vec<u8>>,
    entries: Vec<Entry>,
    /// Bytes of the arenas and the entries.
    held: u64,
    spill: Spill,
    runs: Vec<Range<u64>>,
    longest: u64,
    bytes: u64,
}

impl<'a> Runs<'a> {
    fn new(sorting: &'a Sorting<'a>) -> Result<Self> {
        Ok(Self {
            sorting,
            arenas: Vec::new(),
            entries: Vec::new(),
            held: 0,
            spill: Spill::new(sorting.publication.unnamed()),
            runs: Vec::new(),
            longest: 0,
            bytes: 0,
        })
    }

    fn add(&mut self, mut chunk: Chunk, contigs: &mut Contigs) -> Result<()> {
        let raw = std::mem::take(&mut chunk.raw);
        let mut start = 0;
        let before = self.entries.len();
        for (record, &end) in chunk.records.iter().zip(&chunk.raw_ends) {
            // names are checked by the reader
            let contig = contigs
                .number(chunk.text(record.contig))
                .unwrap_or(u32::MAX);
            let position = i64::from(record.position) + 1;
            let (Place::Line(place) | Place::Record(place) | Place::Byte(place)) = record.place
            else {
                continue;
            };
            self.entries.push(Entry {
                key: u64::from(contig) << 32 | position as u64,
                place,
                arena: self.arenas.len() as u32,
                bytes: start..end,
            });
            self.longest = self.longest.max(u64::from(end - start));
            start = end;
        }
        self.bytes += raw.len() as u64;
        // sorting entries takes half of them once more
        let entries = (self.entries.len() - before) * size_of::<Entry>() * 3 / 2;
        self.held += (raw.capacity() + entries) as u64;
        self.arenas.push(raw);
        if self.held >= self.sorting.memory / 4 {
            self.write()?;
        }
        Ok(())
    }

    /// Writes what is held as a run.
    fn write(&mut self) -> Result<()> {
        let mut entries = std::mem::take(&mut self.entries);
        let arenas = std::mem::take(&mut self.arenas);
        self.held = 0;
        if entries.is_empty() {
            return Ok(());
        }
        match self.sorting.workers.pool() {
            Some(pool) => pool.install(|| entries.par_sort_by_key(|entry| entry.key)),
            None => entries.sort_by_key(|entry| entry.key),
        }
        let run = self.spill.write(|out| {
            for entry in &entries {
                let range = entry.bytes.start as usize..entry.bytes.end as usize;
                let arena = arenas.get(entry.arena as usize);
                let bytes = arena.and_then(|arena| arena.get(range)).unwrap_or_default();
                write_frame(out, entry.key, entry.place, bytes)?;
            }
            Ok(())
        });
        self.runs
            .push(run.map_err(|e| Error::io(self.sorting.publication.folder(), e))?);
        Ok(())
    }

    /// The last merge, and how many bytes it gives.
    fn finish(mut self, go_on: &mut dyn FnMut() -> bool) -> Result<(Merge, u64)> {
        self.write()?;
        let cost = RUN_COST + self.longest;
        let merged = (self.sorting.memory / 4 / cost).clamp(2, MERGED_MAX as u64) as usize;
        let failed = |e| Error::io(self.sorting.publication.folder(), e);
        while self.runs.len() > merged {
            let mut spill = Spill::new(self.sorting.publication.unnamed());
            let mut runs = Vec::new();
            // neighbours only: what is equal stays in the order of the input
            for part in self.runs.chunks(merged) {
                let mut merge = Merge::new(&self.spill, part).map_err(failed)?;
                let mut stop = false;
                let run = spill.write(|out| {
                    let mut records = 0u64;
                    while let Some(record) = merge.next()? {
                        write_frame(out, record.key, record.place, &record.bytes)?;
                        records += 1;
                        if records.is_multiple_of(1024) && !go_on() {
                            stop = true;
                            break;
                        }
                    }
                    Ok(())
                });
                runs.push(run.map_err(failed)?);
                if stop {
                    return Err(Error::Cancelled);
                }
            }
            (self.spill, self.runs) = (spill, runs);
        }
        let merge = Merge::new(&self.spill, &self.runs).map_err(failed)?;
        Ok((merge, self.bytes))
    }
}

fn write_frame(out: &mut dyn Write, key: u64, place: u64, bytes: &[u8]) -> io::Result<()> {
    let mut frame = [0; FRAME];
    let (a, rest) = frame.split_at_mut(8);
    let (b, c) = rest.split_at_mut(8);
    a.copy_from_slice(&key.to_le_bytes());
    b.copy_from_slice(&place.to_le_bytes());
    c.copy_from_slice(&(bytes.len() as u32).to_le_bytes());
    out.write_all(&frame)?;
    out.write_all(bytes)
}

/// Runs behind each other in one file: a file of its own for each would be too many open ones.
struct Spill {
    file: Arc<Mutex<SpooledTempFile>>,
    end: u64,
}

impl Spill {
    fn new(file: SpooledTempFile) -> Self {
        Self {
            file: Arc::new(Mutex::new(file)),
            end: 0,
        }
    }

    /// Adds a run, compressed.
    fn write(
        &mut self,
        fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<Range<u64>> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.end))?;
        let out = BufWriter::with_capacity(1 << 20, &mut *file);
        let mut encoder = zstd::Encoder::new(out, LEVEL)?;
        encoder.include_checksum(true)?;
        fill(&mut encoder)?;
        encoder.finish()?.into_inner().map_err(|e| e.into_error())?;
        let start = self.end;
        self.end = file.stream_position()?;
        Ok(start..self.end)
    }
}

/// The bytes of one run.
struct Stretch {
    file: Arc<Mutex<SpooledTempFile>>,
    left: Range<u64>,
}

impl Read for Stretch {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.left.end - self.left.start).unwrap_or(usize::MAX);
        let len = buffer.len().min(left);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(self.left.start))?;
        let got = file.read(buffer.get_mut(..len).unwrap_or_default())?;
        self.left.start += got as u64;
        Ok(got)
    }
}

/// A run being read, at one of its records.
struct Run {
    input: zstd::Decoder<'static, BufReader<Stretch>>,
    key: u64,
    place: u64,
    bytes: Vec<u8>,
}

impl Run {
    /// Reads the next record; `false` at the end.
    fn advance(&mut self) -> io::Result<bool> {
        let mut frame = [0; FRAME];
        let first = self.input.read(&mut frame)?;
        if first == 0 {
            return Ok(false);
        }
        self.input
            .read_exact(frame.get_mut(first..).unwrap_or_default())?;
        let word = |at: usize| {
            let bytes = frame.get(at..at + 8).and_then(|b| b.try_into().ok());
            bytes.map_or(0, u64::from_le_bytes)
        };
        self.key = word(0);
        self.place = word(8);
        let len = word(FRAME - 8) >> 32;
        self.bytes.clear();
        // grows with what is there: a damaged length must not ask for memory
        if (&mut self.input).take(len).read_to_end(&mut self.bytes)? as u64 != len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(true)
    }
}

/// Runs being merged.
struct Merge {
    runs: Vec<Run>,
    /// Keys of the runs' records, lower runs first among equals.
    heads: BinaryHeap<Reverse<(u64, usize)>>,
    /// The run whose record was given last.
    given: Option<usize>,
}

impl Merge {
    fn new(spill: &Spill, runs: &[Range<u64>]) -> io::Result<Self> {
        let mut merge = Self {
            runs: Vec::new(),
            heads: BinaryHeap::new(),
            given: None,
        };
        for (n, left) in runs.iter().cloned().enumerate() {
            let file = Arc::clone(&spill.file);
            let input = BufReader::with_capacity(RUN_BUFFER, Stretch { file, left });
            merge.runs.push(Run {
                input: zstd::Decoder::with_buffer(input)?,
                key: 0,
                place: 0,
                bytes: Vec::new(),
            });
            merge.advance(n)?;
        }
        Ok(merge)
    }

    fn advance(&mut self, n: usize) -> io::Result<()> {
        if let Some(run) = self.runs.get_mut(n)
            && run.advance()?
        {
            self.heads.push(Reverse((run.key, n)));
        }
        Ok(())
    }

    fn current(&self) -> Option<&Run> {
        self.runs.get(self.given?)
    }

    /// The next record.
    fn next(&mut self) -> io::Result<Option<&Run>> {
        if let Some(last) = self.given.take() {
            self.advance(last)?;
        }
        self.given = self.heads.pop().map(|Reverse((_, n))| n);
        Ok(self.current())
    }
}

/// The sorted records as a stream of bytes.
struct Sorted {
    merge: Merge,
    /// Bytes of the current record that were given.
    at: usize,
    places: Places,
    given: u64,
    bytes: u64,
    /// The input's size, and how much of it that is.
    size: u64,
    read: Arc<AtomicU64>,
}

impl Sorted {
    fn fill(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let rest = self
                .merge
                .current()
                .and_then(|run| run.bytes.get(self.at..));
            if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
                let len = rest.len().min(buffer.len());
                if let (Some(to), Some(from)) = (buffer.get_mut(..len), rest.get(..len)) {
                    to.copy_from_slice(from);
                }
                self.at += len;
                return Ok(len);
            }
            self.at = 0;
            match self.merge.next()? {
                Some(run) => self.places.queue().push_back(run.place),
                None => return Ok(0),
            }
        }
    }
}

impl Read for Sorted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // of another kind than a fault of the input itself
        let len = self
            .fill(buffer)
            .map_err(|e| io::Error::other(format!("reading the sorted records: {e}")))?;
        self.given += len as u64;
        let part = u128::from(self.size) * u128::from(self.given) / u128::from(self.bytes.max(1));
        self.read.store(part as u64, Ordering::Relaxed);
        Ok(len)
    }
}
