//! Jobs and the order of their results.

use super::bcf::LENGTHS;
use super::chunk::{Chunk, Record};
use super::opened::Payload;
use super::piece::Piece;
use super::plan::Plan;
use super::reader::{Encoding, MAX_RECORD, Tally};
use super::record::Worker;
use crate::error::{Error, InputError, Place, Result};
use rayon::{ScopeFifo, Yield};
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Lines across batches that are shorter than this are read on the spot: a job would cost more.
const SHORT: usize = 64 << 10;

/// What all jobs share.
pub(super) struct Shared<'p> {
    plan: &'p Plan,
    encoding: &'p Encoding,
    /// Workers that no job has at the moment.
    idle: Mutex<Vec<Worker>>,
    /// Buffers of batches that have been read: new ones would cost page faults each time.
    buffers: Mutex<Vec<Vec<u8>>>,
    /// Nobody wants the results any more.
    stop: AtomicBool,
}

impl<'p> Shared<'p> {
    pub(super) fn new(plan: &'p Plan, encoding: &'p Encoding) -> Self {
        Self {
            plan,
            encoding,
            idle: Mutex::default(),
            buffers: Mutex::default(),
            stop: AtomicBool::new(false),
        }
    }

    fn buffers(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_worker<T>(&self, work: impl FnOnce(&mut Worker) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut worker = taken.unwrap_or_else(Worker::new);
        let result = work(&mut worker);
        idle().push(worker);
        result
    }
}

/// The end of a job.
pub(super) enum Done {
    Piece(u64, Result<Piece>),
    Chunk(u64, Chunk),
    /// It was dropped before its end: it panicked.
    Lost,
}

/// Sends exactly one message, whatever becomes of the job.
struct Promise(Option<Sender<Done>>);

impl Promise {
    fn keep(mut self, done: Done) {
        if let Some(sender) = self.0.take() {
            // Where nobody listens any more, nobody wants it.
            let _ = sender.send(done);
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        if let Some(sender) = self.0.take() {
            let _ = sender.send(Done::Lost);
        }
    }
}

/// A place in the order of chunks.
struct Slot {
    chunk: Option<Chunk>,
    cost: usize,
}

/// The calling thread's view of the work under way.
pub(super) struct Flow<'a, 's, 'p> {
    /// Where jobs are done; by the calling thread where there is none.
    scope: Option<&'a ScopeFifo<'s>>,
    shared: &'s Shared<'p>,
    sender: Sender<Done>,
    receiver: Receiver<Done>,
    sink: &'a mut dyn FnMut(Chunk) -> Result<()>,
    /// Jobs under way.
    jobs: usize,
    /// Bytes that wait for their turn or for a job.
    in_flight: usize,
    /// Batches handed out, and taken up in order.
    handed_out: u64,
    taken_up: u64,
    costs: VecDeque<usize>,
    pieces: BTreeMap<u64, Result<Piece>>,
    slots: VecDeque<Slot>,
    /// The number of the first slot.
    first_slot: u64,
    /// The beginning of a record of which the end is not seen yet.
    pending: Vec<u8>,
    /// Lines or BCF records before `pending`.
    count: u64,
    tally: Tally,
}

impl<'a, 's, 'p> Flow<'a, 's, 'p>
where
    'p: 's,
{
    pub(super) fn new(
        scope: Option<&'a ScopeFifo<'s>>,
        shared: &'s Shared<'p>,
        sender: Sender<Done>,
        receiver: Receiver<Done>,
        lines: u64,
        sink: &'a mut dyn FnMut(Chunk) -> Result<()>,
    ) -> Self {
        Self {
            scope,
            shared,
            sender,
            receiver,
            sink,
            jobs: 0,
            in_flight: 0,
            handed_out: 0,
            taken_up: 0,
            costs: VecDeque::new(),
            pieces: BTreeMap::new(),
            slots: VecDeque::new(),
            first_slot: 0,
            pending: Vec::new(),
            count: lines,
            tally: Tally::default(),
        }
    }

    /// Reads all that `next` gives: at most `limit` bytes and `max_jobs` jobs at a time, but
    /// always one.
    pub(super) fn run(
        &mut self,
        next: &mut dyn FnMut() -> Result<Option<Payload>>,
        batch: usize,
        limit: usize,
        max_jobs: usize,
    ) -> Result<Tally> {
        let result = self.drive(next, batch, limit, max_jobs);
        self.shared.stop.store(true, Ordering::Relaxed);
        result
    }

    fn drive(
        &mut self,
        next: &mut dyn FnMut() -> Result<Option<Payload>>,
        batch: usize,
        limit: usize,
        max_jobs: usize,
    ) -> Result<Tally> {
        // What is wrong with the file further on must not hide what came before it.
        let mut end: Option<Result<()>> = None;
        let mut finished = false;
        loop {
            while let Ok(done) = self.receiver.try_recv() {
                self.accept(done)?;
            }
            self.advance()?;
            let room = self.in_flight + batch <= limit && self.jobs < max_jobs;
            if end.is_none() && (self.jobs == 0 || room) {
                match next() {
                    Ok(Some(payload)) => self.hand_out(payload),
                    Ok(None) => end = Some(Ok(())),
                    Err(e) => end = Some(Err(e)),
                }
            } else if self.jobs > 0 {
                let done = self.wait()?;
                self.accept(done)?;
            } else if finished {
                return Ok(self.tally);
            } else if let Some(end) = end.replace(Ok(())) {
                end?;
                self.finish()?;
                finished = true;
            }
        }
    }

    fn wait(&self) -> Result<Done> {
        let lost = |_| lost();
        loop {
            // A thread of the pool itself must work while it waits, or nobody might.
            match rayon::yield_now() {
                None => return self.receiver.recv().map_err(lost),
                Some(Yield::Executed) => {}
                Some(Yield::Idle) => std::thread::sleep(Duration::from_micros(50)),
            }
            match self.receiver.try_recv() {
                Ok(done) => return Ok(done),
                Err(TryRecvError::Empty) => {}
                Err(TryRecvError::Disconnected) => return Err(self::lost()),
            }
        }
    }

    fn accept(&mut self, done: Done) -> Result<()> {
        self.jobs -= 1;
        match done {
            Done::Piece(n, piece) => {
                // From here on it holds what was read instead of what was to be read.
                let size = piece.as_ref().map_or(0, Piece::size);
                let at = (n - self.taken_up) as usize;
                if let Some(cost) = self.costs.get_mut(at) {
                    self.in_flight = self.in_flight - *cost + size;
                    *cost = size;
                }
                self.pieces.insert(n, piece);
            }
            Done::Chunk(n, chunk) => {
                let at = n.checked_sub(self.first_slot);
                if let Some(slot) = at.and_then(|at| self.slots.get_mut(at as usize)) {
                    self.in_flight = self.in_flight - slot.cost + chunk.size();
                    slot.cost = chunk.size();
                    slot.chunk = Some(chunk);
                }
            }
            Done::Lost => return Err(lost()),
        }
        Ok(())
    }

    fn hand_out(&mut self, payload: Payload) {
        let cost = payload.cost();
        self.in_flight += cost;
        self.costs.push_back(cost);
        let n = self.handed_out;
        self.handed_out += 1;
        self.spawn(move |shared| {
            let piece = shared.with_worker(|worker| match shared.encoding {
                Encoding::Text => worker.text_piece(shared.plan, payload),
                Encoding::Bcf(_) => {
                    let buffer = shared.buffers().pop().unwrap_or_default();
                    worker.raw_piece(shared.plan, payload, buffer)
                }
            });
            Done::Piece(n, piece)
        });
    }

    fn spawn(&mut self, work: impl FnOnce(&'s Shared<'p>) -> Done + Send + 's) {
        self.jobs += 1;
        let promise = Promise(Some(self.sender.clone()));
        let shared = self.shared;
        let job = move || {
            if shared.stop.load(Ordering::Relaxed) {
                promise.keep(Done::Lost);
            } else {
                let done = work(shared);
                promise.keep(done);
            }
        };
        match self.scope {
            Some(scope) => scope.spawn_fifo(|_| job()),
            None => job(),
        }
    }

    /// Takes up the pieces in their turn, and hands on the chunks in theirs.
    fn advance(&mut self) -> Result<()> {
        while let Some(piece) = self.pieces.remove(&self.taken_up) {
            self.taken_up += 1;
            let cost = self.costs.pop_front().unwrap_or_default();
            let piece = piece?;
            self.tally.bytes += piece.bytes;
            match self.shared.encoding {
                Encoding::Text => self.join_text(piece, cost)?,
                Encoding::Bcf(_) => self.frame(piece.head, cost)?,
            }
        }
        while self.slots.front().is_some_and(|slot| slot.chunk.is_some()) {
            if let Some(slot) = self.slots.pop_front() {
                self.first_slot += 1;
                let chunk = slot.chunk.unwrap_or_default();
                self.tally.records_read += chunk.records.len() as u64 + chunk.refused_count();
                let nothing = chunk.records.is_empty()
                    && chunk.refused.is_empty()
                    && chunk.warnings.is_empty();
                if !nothing {
                    (self.sink)(chunk)?;
                }
                self.in_flight -= slot.cost;
            }
        }
        Ok(())
    }

    fn push(&mut self, chunk: Chunk, cost: usize) {
        let chunk = Some(chunk);
        self.slots.push_back(Slot { chunk, cost });
    }

    /// Keeps a place in the order for a chunk that a job will make.
    fn promise(&mut self, cost: usize) -> u64 {
        self.slots.push_back(Slot { chunk: None, cost });
        self.first_slot + self.slots.len() as u64 - 1
    }

    fn join_text(&mut self, mut piece: Piece, cost: usize) -> Result<()> {
        let complete = piece.head.last() == Some(&b'\n');
        if self.pending.len() + piece.head.len() > MAX_RECORD {
            return Err(self.too_long(Place::Line(self.count + 1)));
        }
        if self.pending.is_empty() {
            self.pending = piece.head;
        } else {
            self.pending.append(&mut piece.head);
        }
        if !complete {
            self.in_flight -= cost;
            return Ok(());
        }
        let mut line = std::mem::replace(&mut self.pending, piece.tail);
        line.pop();
        self.read_line(line);
        shift(&mut piece.chunk, self.count);
        self.count += piece.lines;
        self.push(piece.chunk, cost);
        Ok(())
    }

    fn read_line(&mut self, line: Vec<u8>) {
        self.count += 1;
        let place = Place::Line(self.count);
        let read = move |shared: &Shared<'_>, line: &[u8]| {
            let mut chunk = Chunk::default();
            shared.with_worker(|worker| worker.line(shared.plan, line, place, &mut chunk));
            chunk
        };
        if line.len() < SHORT {
            let chunk = read(self.shared, &line);
            self.push(chunk, 0);
        } else {
            self.in_flight += line.len();
            let slot = self.promise(line.len());
            self.spawn(move |shared| Done::Chunk(slot, read(shared, &line)));
        }
    }

    /// Cuts the records out of BCF.
    fn frame(&mut self, bytes: Vec<u8>, cost: usize) -> Result<()> {
        let mut at = 0;
        // First the end of what the last piece began: its lengths, then all of it.
        while !self.pending.is_empty() {
            let place = Place::Record(self.count + 1);
            let whole = self.record_len(&self.pending, place)?;
            let wanted = whole.unwrap_or(LENGTHS) - self.pending.len();
            let rest = bytes.get(at..).unwrap_or_default();
            let given = rest.get(..wanted).unwrap_or(rest);
            self.pending.extend_from_slice(given);
            at += given.len();
            if given.len() < wanted {
                self.in_flight -= cost;
                return Ok(());
            }
            if whole.is_some() {
                let record = std::mem::take(&mut self.pending);
                let range = 0..record.len();
                self.read_records(record, range, 1, 0);
            }
        }
        let (start, mut records) = (at, 0);
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            match self.record_len(rest, Place::Record(self.count + records + 1))? {
                Some(len) if len <= rest.len() => {
                    at += len;
                    records += 1;
                }
                _ => {
                    self.pending = rest.to_vec();
                    break;
                }
            }
        }
        if records > 0 {
            self.read_records(bytes, start..at, records, cost);
        } else {
            self.in_flight -= cost;
        }
        Ok(())
    }

    /// How long the record is that starts here, once its lengths are there.
    fn record_len(&self, bytes: &[u8], place: Place) -> Result<Option<usize>> {
        let Some((shared, individual)) = lengths(bytes) else {
            return Ok(None);
        };
        // The fixed columns of the shared part are always there.
        if shared < 24 {
            return Err(self.fault(
                place,
                "a record with a shared part of 24 bytes or more",
                format!("{shared} bytes"),
            ));
        }
        let len = LENGTHS + shared + individual;
        if len > MAX_RECORD {
            return Err(self.too_long(place));
        }
        Ok(Some(len))
    }

    fn read_records(&mut self, bytes: Vec<u8>, range: Range<usize>, records: u64, cost: usize) {
        let first = self.count + 1;
        self.count += records;
        let Encoding::Bcf(dictionary) = self.shared.encoding else {
            return;
        };
        let slot = self.promise(cost);
        self.spawn(move |shared| {
            let mut chunk = Chunk::default();
            shared.with_worker(|worker| {
                let mut rest = bytes.get(range).unwrap_or_default();
                for n in first..first + records {
                    let len = lengths(rest).map_or(0, |(a, b)| LENGTHS + a + b);
                    let (record, next) = rest.split_at_checked(len).unwrap_or((rest, b""));
                    worker.bcf_record(
                        shared.plan,
                        dictionary,
                        record,
                        Place::Record(n),
                        &mut chunk,
                    );
                    rest = next;
                }
            });
            // As many come back as went out: records joined from two batches have their own.
            if cost > 0 {
                shared.buffers().push(bytes);
            }
            Done::Chunk(slot, chunk)
        });
    }

    /// What is left at the end of the file: in text a last line without a line end.
    fn finish(&mut self) -> Result<()> {
        let rest = std::mem::take(&mut self.pending);
        match self.shared.encoding {
            Encoding::Text => {
                if !rest.is_empty() {
                    self.read_line(rest);
                }
                self.tally.lines = self.count;
            }
            Encoding::Bcf(_) if !rest.is_empty() => {
                return Err(self.fault(
                    Place::Record(self.count + 1),
                    "a whole record",
                    format!("the end of the file after {} bytes of it", rest.len()),
                ));
            }
            Encoding::Bcf(_) => {}
        }
        Ok(())
    }

    fn fault(&self, place: Place, expected: &str, found: String) -> Error {
        Error::Input(Box::new(InputError {
            file: self.shared.plan.file.clone(),
            place,
            expected: expected.to_owned(),
            found,
        }))
    }

    fn too_long(&self, place: Place) -> Error {
        let expected = format!("a record of at most {MAX_RECORD} bytes");
        self.fault(place, &expected, "a longer one".to_owned())
    }
}

fn lost() -> Error {
    Error::io("reading", io::Error::other("a worker thread was lost"))
}

/// The lengths of the two halves of a BCF record.
pub(super) fn lengths(bytes: &[u8]) -> Option<(usize, usize)> {
    let (&[a, b, c, d, e, f, g, h], _) = bytes.split_first_chunk()?;
    let shared = u32::from_le_bytes([a, b, c, d]) as usize;
    let individual = u32::from_le_bytes([e, f, g, h]) as usize;
    Some((shared, individual))
}

/// Turns line numbers within a batch into those of the file.
fn shift(chunk: &mut Chunk, by: u64) {
    let records = chunk.records.iter_mut().map(|r: &mut Record| &mut r.place);
    let refused = chunk.refused.iter_mut().map(|r| &mut r.place);
    let warnings = chunk.warnings.iter_mut().map(|w| &mut w.place);
    for place in records.chain(refused).chain(warnings) {
        if let Place::Line(n) = place {
            *n += by;
        }
    }
}
