//! Blocks of records, annotated by several threads and written in order.

use super::block::{Annotator, write_header};
use super::notes::Notes;
use super::{AnnotateProgress, AnnotateSummary, Annotation};
use crate::error::{Error, Result};
use crate::export::{Counted, ExportFormat};
use crate::input::{RawBlock, RawBlocks};
use crate::stop::check_stop;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use varidex_sink::{Sink, bounded};

/// Blocks on their way for each thread.
const BLOCKS_PER_THREAD: usize = 3;

/// A block to annotate, and where the result goes.
struct Job {
    block: RawBlock,
    out: Vec<u8>,
    reply: SyncSender<Result<Done>>,
}

/// An annotated block; the buffer of what was read is used again.
struct Done {
    out: Vec<u8>,
    read: Vec<u8>,
    notes: Notes,
}

/// What is written, and what is known of it.
struct Writer<'w> {
    sink: Sink<Counted<'w>>,
    name: &'w Path,
    notes: Notes,
    /// Buffers to read into, and to write from.
    spare: Vec<(Vec<u8>, Vec<u8>)>,
    progress: &'w mut dyn FnMut(&AnnotateProgress) -> bool,
    at: AnnotateProgress,
}

pub(super) fn run<'w>(
    mut annotation: Annotation,
    out: Counted<'w>,
    name: &'w Path,
    threads: Option<usize>,
    progress: &'w mut dyn FnMut(&AnnotateProgress) -> bool,
) -> Result<AnnotateSummary> {
    let threads = bounded(threads);
    let failed = |e| Error::io(name, e);
    let is_bcf = annotation.format == ExportFormat::Bcf;
    let mut sink = match annotation.format {
        ExportFormat::Vcf => Sink::plain(out),
        ExportFormat::VcfGz | ExportFormat::Bcf => Sink::bgzf(out, threads).map_err(failed)?,
    };
    let (reader, keys) = (&mut annotation.reader, &annotation.keys);
    write_header(&mut sink, reader.header_lines(), keys, is_bcf).map_err(failed)?;
    let mut warnings: Vec<String> = Vec::new();
    for warning in &reader.header().warnings {
        let (file, place) = (reader.file(), warning.place);
        warnings.push(format!("{file}{place}: {}", warning.what));
    }
    let read = reader.progress().clone();
    let mut writer = Writer {
        sink,
        name,
        notes: Notes::of(annotation.sources.len()),
        spare: Vec::new(),
        progress,
        at: AnnotateProgress {
            total: read.total,
            ..AnnotateProgress::default()
        },
    };
    let file = reader.file().to_owned();
    let (mut blocks, source) = reader.split();
    let sources = &annotation.sources;
    let annotator = || Annotator::new(&file, is_bcf, source, sources, keys);
    let bytes_read = || read.read();
    match threads {
        1 => writer.alone(&mut blocks, &mut annotator()?, &bytes_read)?,
        _ => writer.spread(&mut blocks, &annotator, threads, &bytes_read)?,
    }
    if blocks.lacks_marker() {
        warnings.push(format!(
            "{file}: no BGZF end-of-file marker: the file may be cut off"
        ));
    }
    let out = writer.sink.finish().map_err(failed)?;
    warnings.extend(writer.notes.warnings(keys));
    Ok(AnnotateSummary {
        records: writer.notes.records,
        written: writer.notes.written,
        bytes: out.bytes,
        tallies: writer.notes.tallies(keys),
        warnings,
    })
}

impl Writer<'_> {
    /// Reads, annotates and writes in the calling thread.
    fn alone(
        &mut self,
        blocks: &mut RawBlocks<'_>,
        annotator: &mut Annotator<'_>,
        read: &dyn Fn() -> u64,
    ) -> Result<()> {
        loop {
            let (buffer, mut out) = self.spare.pop().unwrap_or_default();
            let Some(block) = blocks.next(buffer)? else {
                return Ok(());
            };
            out.clear();
            let notes = annotator.block(&block, &mut out)?;
            let read_into = block.bytes;
            let done = Done {
                out,
                read: read_into,
                notes,
            };
            self.write(done, read())?;
        }
    }

    /// Reads and writes in the calling thread, and annotates in others.
    fn spread<'a>(
        &mut self,
        blocks: &mut RawBlocks<'_>,
        annotator: &(impl Fn() -> Result<Annotator<'a>> + Sync),
        threads: usize,
        read: &dyn Fn() -> u64,
    ) -> Result<()> {
        let most = threads * BLOCKS_PER_THREAD;
        let (jobs, queue) = sync_channel::<Job>(most);
        let queue = Mutex::new(queue);
        thread::scope(|scope| {
            let mut started = Vec::new();
            for _ in 0..threads {
                let run = thread::Builder::new().name("varidex-annotate".to_owned());
                let started_now = run.spawn_scoped(scope, || work(&queue, annotator));
                started.push(started_now.map_err(|e| Error::io("annotating", e))?);
            }
            let written = self.hand_out(blocks, &jobs, most, read);
            drop(jobs);
            for thread in started {
                // who waits for a block that a panic has ended is answered already
                let _ = thread.join();
            }
            written
        })
    }

    fn hand_out(
        &mut self,
        blocks: &mut RawBlocks<'_>,
        jobs: &SyncSender<Job>,
        most: usize,
        read: &dyn Fn() -> u64,
    ) -> Result<()> {
        let mut pending: VecDeque<Receiver<Result<Done>>> = VecDeque::new();
        // what is wrong with the file further on must not hide what came before it
        let mut end = Ok(());
        loop {
            let (buffer, out) = self.spare.pop().unwrap_or_default();
            let block = match blocks.next(buffer) {
                Ok(Some(block)) => block,
                Ok(None) => break,
                Err(error) => {
                    end = Err(error);
                    break;
                }
            };
            let (reply, receiver) = sync_channel(1);
            let job = Job { block, out, reply };
            jobs.send(job).map_err(|_| lost())?;
            pending.push_back(receiver);
            if pending.len() >= most
                && let Some(first) = pending.pop_front()
            {
                self.write(first.recv().map_err(|_| lost())??, read())?;
            }
        }
        for receiver in pending {
            self.write(receiver.recv().map_err(|_| lost())??, read())?;
        }
        end
    }

    fn write(&mut self, done: Done, read: u64) -> Result<()> {
        check_stop()?;
        self.sink
            .write_all(&done.out)
            .map_err(|e| Error::io(self.name, e))?;
        self.notes.add(done.notes);
        self.spare.push((done.read, done.out));
        self.at.records = self.notes.records;
        self.at.bytes = read;
        match (self.progress)(&self.at) {
            true => Ok(()),
            false => Err(Error::Cancelled),
        }
    }
}

/// Annotates blocks until there are no more.
fn work<'a>(queue: &Mutex<Receiver<Job>>, annotator: &impl Fn() -> Result<Annotator<'a>>) {
    let mut made: Option<Annotator<'a>> = None;
    loop {
        let job = match queue.lock() {
            Ok(queue) => queue.recv(),
            Err(_) => return,
        };
        let Ok(Job {
            block,
            mut out,
            reply,
        }) = job
        else {
            return;
        };
        out.clear();
        let mut annotate = || {
            let annotator = match &mut made {
                Some(made) => made,
                none => none.insert(annotator()?),
            };
            let notes = annotator.block(&block, &mut out)?;
            Ok::<_, Error>(notes)
        };
        let notes = annotate();
        let read = block.bytes;
        // nobody waits for it where writing has failed
        let _ = reply.send(notes.map(|notes| Done { out, read, notes }));
    }
}

fn lost() -> Error {
    Error::io("annotating", io::Error::other("a thread that works ended"))
}
