//! Records sorted in runs that fit the memory, and the runs merged: what has a key, a place and bytes.

use crate::error::{Error, Result};
use crate::format::{Folder, unnamed, unnamed_failed};
use rayon::ThreadPool;
use rayon::slice::ParallelSliceMut;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::SpooledTempFile;

/// Runs merged at once, unless their longest records would fill the memory.
const MERGED_MAX: usize = 64;
/// What reading a run takes beside its current record: a buffer and the decoder's window.
const RUN_COST: u64 = 1 << 20;
/// Bytes read of a run at once.
const RUN_BUFFER: usize = 128 << 10;
/// The fastest level: runs are read once or twice and thrown away.
const LEVEL: i32 = 1;
/// Bytes inflated of a run at once: to ask the decoder for each record costs more than the record does.
const INFLATED: usize = 16 << 10;
/// Records of more bytes grow with what is there: a damaged length must not ask for memory.
const GROWS_FROM: u64 = 1 << 16;
/// Key, place and length before a record's bytes.
const FRAME: usize = 20;

/// A record in memory.
#[derive(Clone)]
struct Entry {
    key: u64,
    place: u64,
    arena: u32,
    bytes: Range<u32>,
}

/// Runs in the making.
pub(crate) struct Runs<'a> {
    /// Where the runs are; `None`: in memory.
    folder: Option<&'a Folder>,
    pool: Option<&'a ThreadPool>,
    memory: u64,
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
    /// Of at most a quarter of `memory` each.
    pub(crate) fn of(
        folder: Option<&'a Folder>,
        pool: Option<&'a ThreadPool>,
        memory: u64,
    ) -> Self {
        Self {
            folder,
            pool,
            memory,
            arenas: Vec::new(),
            entries: Vec::new(),
            held: 0,
            spill: Spill::new(unnamed(folder)),
            runs: Vec::new(),
            longest: 0,
            bytes: 0,
        }
    }

    /// Adds records: the key and the place of each, and where its bytes end in `bytes`, in which they follow each
    /// other.
    pub(crate) fn add(
        &mut self,
        bytes: Vec<u8>,
        records: impl Iterator<Item = (u64, u64, u32)>,
    ) -> Result<()> {
        let mut start = 0;
        let before = self.entries.len();
        for (key, place, end) in records {
            self.entries.push(Entry {
                key,
                place,
                arena: self.arenas.len() as u32,
                bytes: start..end,
            });
            self.longest = self.longest.max(u64::from(end - start));
            start = end;
        }
        self.bytes += bytes.len() as u64;
        // sorting entries takes half of them once more
        let entries = (self.entries.len() - before) * size_of::<Entry>() * 3 / 2;
        self.held += (bytes.capacity() + entries) as u64;
        self.arenas.push(bytes);
        if self.held >= self.memory / 4 {
            self.write()?;
        }
        Ok(())
    }

    /// What is held, sorted.
    fn sorted(&mut self) -> Sorted {
        let mut entries = std::mem::take(&mut self.entries);
        self.held = 0;
        match self.pool {
            Some(pool) => pool.install(|| entries.par_sort_by_key(|entry| entry.key)),
            None => entries.sort_by_key(|entry| entry.key),
        }
        Sorted {
            arenas: std::mem::take(&mut self.arenas),
            entries: entries.into_iter(),
        }
    }

    /// Writes what is held as a run.
    fn write(&mut self) -> Result<()> {
        if self.entries.is_empty() {
            return Ok(());
        }
        let mut sorted = self.sorted();
        let run = self.spill.write(|out| {
            while let Some((entry, bytes)) = sorted.next() {
                write_frame(out, entry.key, entry.place, bytes)?;
            }
            Ok(())
        });
        self.runs.push(run.map_err(|e| self.failed(e))?);
        Ok(())
    }

    fn failed(&self, error: io::Error) -> Error {
        unnamed_failed(self.folder, error)
    }

    /// The last merge, and how many bytes it gives.
    pub(crate) fn finish(mut self, go_on: &mut dyn FnMut() -> bool) -> Result<(Merge, u64)> {
        let cost = RUN_COST + self.longest;
        let merged = (self.memory / 4 / cost).clamp(2, MERGED_MAX as u64) as usize;
        // what is held need not be written, where it is merged only once
        let mut held = None;
        if self.runs.len() < merged {
            held = Some(self.sorted());
        } else {
            self.write()?;
        }
        while self.runs.len() > merged {
            let mut spill = Spill::new(unnamed(self.folder));
            let mut runs = Vec::new();
            // neighbours only: what is equal stays in the order of the input
            for part in self.runs.chunks(merged) {
                let mut merge = Merge::new(&self.spill, part, None).map_err(|e| self.failed(e))?;
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
                runs.push(run.map_err(|e| self.failed(e))?);
                if stop {
                    return Err(Error::Cancelled);
                }
            }
            (self.spill, self.runs) = (spill, runs);
        }
        let merge = Merge::new(&self.spill, &self.runs, held).map_err(|e| self.failed(e))?;
        Ok((merge, self.bytes))
    }
}

/// Records in memory, sorted.
struct Sorted {
    arenas: Vec<Vec<u8>>,
    entries: std::vec::IntoIter<Entry>,
}

impl Sorted {
    fn next(&mut self) -> Option<(Entry, &[u8])> {
        let entry = self.entries.next()?;
        let range = entry.bytes.start as usize..entry.bytes.end as usize;
        let arena = self.arenas.get(entry.arena as usize);
        let bytes = arena.and_then(|arena| arena.get(range)).unwrap_or_default();
        Some((entry, bytes))
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

/// Where the records of a run are.
enum RunInput {
    Written(BufReader<zstd::Decoder<'static, BufReader<Stretch>>>),
    Held(Sorted),
}

/// A run being read, at one of its records.
pub(crate) struct Run {
    input: RunInput,
    pub(crate) key: u64,
    pub(crate) place: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Run {
    /// Reads the next record; `false` at the end.
    fn advance(&mut self) -> io::Result<bool> {
        let input = match &mut self.input {
            RunInput::Written(input) => input,
            RunInput::Held(sorted) => {
                let Some((entry, bytes)) = sorted.next() else {
                    return Ok(false);
                };
                (self.key, self.place) = (entry.key, entry.place);
                bytes.clone_into(&mut self.bytes);
                return Ok(true);
            }
        };
        let mut frame = [0; FRAME];
        let first = input.read(&mut frame)?;
        if first == 0 {
            return Ok(false);
        }
        input.read_exact(frame.get_mut(first..).unwrap_or_default())?;
        let word = |at: usize| {
            let bytes = frame.get(at..at + 8).and_then(|b| b.try_into().ok());
            bytes.map_or(0, u64::from_le_bytes)
        };
        self.key = word(0);
        self.place = word(8);
        let len = word(FRAME - 8) >> 32;
        self.bytes.clear();
        if len < GROWS_FROM {
            self.bytes.resize(len as usize, 0);
            input.read_exact(&mut self.bytes)?;
        } else if input.take(len).read_to_end(&mut self.bytes)? as u64 != len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(true)
    }
}

/// Runs being merged.
pub(crate) struct Merge {
    runs: Vec<Run>,
    /// Keys of the runs' records, lower runs first among equals.
    heads: BinaryHeap<Reverse<(u64, usize)>>,
    /// The run of the record that was given last.
    given: Option<usize>,
}

impl Merge {
    /// Of runs that were written, and of records behind all of those.
    fn new(spill: &Spill, runs: &[Range<u64>], held: Option<Sorted>) -> io::Result<Self> {
        let mut merge = Self {
            runs: Vec::new(),
            heads: BinaryHeap::new(),
            given: None,
        };
        for left in runs.iter().cloned() {
            let file = Arc::clone(&spill.file);
            let input = BufReader::with_capacity(RUN_BUFFER, Stretch { file, left });
            let input = BufReader::with_capacity(INFLATED, zstd::Decoder::with_buffer(input)?);
            merge.add(RunInput::Written(input))?;
        }
        if let Some(held) = held {
            merge.add(RunInput::Held(held))?;
        }
        Ok(merge)
    }

    fn add(&mut self, input: RunInput) -> io::Result<()> {
        self.runs.push(Run {
            input,
            key: 0,
            place: 0,
            bytes: Vec::new(),
        });
        self.advance(self.runs.len() - 1)
    }

    fn advance(&mut self, n: usize) -> io::Result<()> {
        if let Some(run) = self.runs.get_mut(n)
            && run.advance()?
        {
            self.heads.push(Reverse((run.key, n)));
        }
        Ok(())
    }

    pub(crate) fn current(&self) -> Option<&Run> {
        self.runs.get(self.given?)
    }

    /// The next record.
    pub(crate) fn next(&mut self) -> io::Result<Option<&Run>> {
        if let Some(last) = self.given.take() {
            self.advance(last)?;
        }
        self.given = self.heads.pop().map(|Reverse((_, n))| n);
        Ok(self.current())
    }
}
