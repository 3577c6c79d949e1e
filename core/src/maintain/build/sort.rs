//! Sorting an input of which the records are not in order.
//!
//! The input is read once more from its beginning, by the usual reader, so that everything wrong or
//! odd in it is reported with its place. The bytes of the records that can be read are sorted in runs
//! that fit the memory; the runs are merged while the reader reads the merged stream like a file.

use super::contigs::Contigs;
use super::report::Report;
use super::runs::{Merge, Runs};
use crate::error::{Error, Place, Result};
use crate::input::chunk::Chunk;
use crate::input::{Progress, Reader, Workers};
use crate::store::Publication;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
        let mut runs = Runs::new(self.publication, self.workers, self.memory);
        let mut records = 0;
        reader.keep_raw();
        let tally = reader.read(self.workers, in_flight, &mut |chunk| {
            records += chunk.records.len() as u64 + chunk.refused_count();
            if !progress(handle.read(), records) {
                return Err(Error::Cancelled);
            }
            report.take_chunk(self.file, &chunk, self.skip_malformed)?;
            add(&mut runs, chunk, &mut contigs)
        })?;
        report.records += tally.records_read;
        let size = handle.read();
        let mut go_on = || progress(size, tally.records_read);
        let (runs, bytes) = runs.finish(&mut go_on)?;
        let places = Places::default();
        // reported as bytes of the input, of which there are fewer where it is compressed
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

/// Adds the records of a chunk: those of a contig together, by position.
fn add(runs: &mut Runs<'_>, mut chunk: Chunk, contigs: &mut Contigs) -> Result<()> {
    let raw = std::mem::take(&mut chunk.raw);
    let mut sorted = Vec::with_capacity(chunk.records.len());
    for (record, &end) in chunk.records.iter().zip(&chunk.raw_ends) {
        // names are checked by the reader
        let contig = contigs
            .number(chunk.text(record.contig))
            .unwrap_or(u32::MAX);
        let (Place::Line(place) | Place::Record(place) | Place::Byte(place)) = record.place else {
            continue;
        };
        sorted.push((place_key(contig, record.position), place, end));
    }
    runs.add(raw, sorted.into_iter())
}

/// What records are sorted by.
pub(super) fn place_key(contig: u32, position: i32) -> u64 {
    u64::from(contig) << 32 | (i64::from(position) + 1) as u64
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
