//! Many inputs of one sample each, built as one batch.
//!
//! Each input is read by itself, a few at a time, and taken apart into items: changes of what is known of its
//! sample, and rows. Items are sorted by place in runs that fit the memory, and all items of a place are put
//! together. So no more files are open than there are threads, whatever the number of inputs.

mod assemble;
#[cfg(test)]
mod case_tests;
mod convert;
mod item;
mod lone;
#[cfg(test)]
mod lone_tests;
#[cfg(test)]
pub(super) mod tests;

use super::contigs::{ContigList, Contigs, Names};
use super::emit::input_error;
use super::groups::Groups;
use super::normal::Normaliser;
use super::plan::{Input, Plan};
use super::ploidy::SexPloidy;
use super::report::Report;
use super::runs::{Merge, Runs};
use super::samples::{AllSamples, InputSamples};
use super::sort::{Sorting, place_key};
use super::taken::Taken;
use super::{BuildOptions, Meter, Phase, Target};
use crate::error::{Error, Place, Result};
use crate::genome::Assembly;
use crate::input::{ReadOptions, Workers, as_here};
use crate::store::Publication;
use crate::store::coverage::State;
pub(super) use assemble::{Assembler, Items};
use convert::{Batch, Converter};
use item::{Item, read_item};
pub(super) use item::{put_change, put_row};
use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// Bytes of items that are handed over at once, and how often an input may be ahead by that.
const HANDED_OVER: usize = 1 << 18;
const AHEAD: usize = 2;
/// Items between two looks whether to stop.
const STOP_EVERY: u64 = 1 << 14;

/// Inputs that become one batch.
pub(super) struct MergedBuild<'a> {
    pub(super) plan: &'a Plan,
    pub(super) options: &'a BuildOptions,
    pub(super) workers: &'a Workers,
    pub(super) samples: &'a InputSamples,
    pub(super) target: Target<'a>,
}

/// What comes from the threads that read.
enum Message {
    /// Items, how many bytes of the input were read since the last ones, and how many records.
    Items(Batch, u64, u64),
    /// The end of an input: what is to be reported of it.
    Done(Box<Report>),
    /// The end of all, and whether it is that records are not in order.
    Failed(Error, bool),
}

/// What threads read from.
struct Reading<'a> {
    contigs: &'a ContigList,
    assembly: Option<Assembly>,
    options: &'a BuildOptions,
    read: &'a ReadOptions,
    workers: &'a Workers,
    publication: &'a Publication,
    inputs: Vec<Mutex<Input>>,
    /// The samples of which genotypes on X and Y go by sex.
    ploidy: Option<&'a SexPloidy>,
    /// The samples of all inputs.
    all_samples: &'a AllSamples,
    /// Where samples of each have records in the dataset that is added to.
    taken: Vec<Taken>,
    /// The name of each, and how it names contigs.
    files: Vec<String>,
    names: Vec<Names>,
    /// Each input is sorted before it is taken apart.
    sort: bool,
}

/// Is given bytes and records, and says whether to go on.
type OnProgress<'t> = dyn FnMut(u64, u64) -> bool + 't;

impl MergedBuild<'_> {
    /// Reads all inputs and writes their segments; sorts them where one must be and may be.
    pub(super) fn run(
        mut self,
        mut inputs: Vec<Input>,
        name: &str,
        meter: &mut Meter<'_>,
    ) -> Result<ContigList> {
        if let [input] = &mut inputs[..]
            && let Some(contigs) = lone::build(&mut self, input, meter)?
        {
            return Ok(contigs);
        }
        let annotated = inputs.first().and_then(|input| input.annotated.clone());
        let Target {
            publication,
            report,
            manifest,
        } = self.target;
        let mut reading = Reading {
            contigs: &self.plan.contigs,
            assembly: self.plan.assembly,
            options: self.options,
            read: &self.plan.read,
            workers: self.workers,
            publication,
            ploidy: self.plan.ploidy.as_ref(),
            all_samples: &self.plan.samples,
            files: inputs.iter().map(|of| of.source.name.clone()).collect(),
            names: inputs.iter().map(|of| of.names.clone()).collect(),
            taken: inputs.iter().map(|of| of.taken.clone()).collect(),
            inputs: inputs.into_iter().map(Mutex::new).collect(),
            sort: false,
        };
        let before = report.clone();
        let started = meter.done;
        let mut read = meter.phase(Phase::Storing, name, |on| reading.read(report, on))?;
        if read.is_none() {
            *report = before;
            reading.sort = true;
            let again = meter.done - started;
            meter.total = meter.total.map(|total| total + again);
            read = meter.phase(Phase::Sorting, name, |on| reading.read(report, on))?;
        }
        let files = std::mem::take(&mut reading.files);
        let Some((merge, contigs)) = read else {
            let changed = format!("{name}: a file changed while it was read");
            return Err(Error::Usage(changed));
        };
        let groups = Groups::new(
            self.plan.keys.clone().into(),
            (name, annotated),
            self.samples,
            self.options,
            self.workers,
            publication,
            manifest,
        );
        let assembler = Assembler::new(groups.merged(), &contigs, self.plan.assembly, &files);
        meter.phase(Phase::Storing, name, |on| {
            assemble(assembler, merge, report, on)
        })?;
        Ok(contigs)
    }
}

/// Puts sorted items together, place by place.
fn assemble(
    mut assembler: Assembler<'_>,
    mut merge: Merge,
    report: &mut Report,
    on_progress: &mut OnProgress<'_>,
) -> Result<()> {
    let mut items = Items::default();
    let mut at = 0;
    let mut taken = 0u64;
    let failed = |e| Error::io("temporary file", e);
    while let Some(item) = merge.next().map_err(failed)? {
        if item.key != at && !items.is_empty() {
            assembler.place(place_of(at), &items, report)?;
            items.clear();
        }
        at = item.key;
        items.push(item.place as u32, &item.bytes);
        taken += 1;
        if taken.is_multiple_of(STOP_EVERY) && !on_progress(0, taken) {
            return Err(Error::Cancelled);
        }
    }
    if !items.is_empty() {
        assembler.place(place_of(at), &items, report)?;
    }
    assembler.finish(report)
}

impl Reading<'_> {
    /// Reads all inputs, a few at a time, and sorts their items. Gives the contigs of the dataset with those that
    /// they added; `None` where records must be sorted first, and may be.
    fn read(
        &self,
        report: &mut Report,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Option<(Merge, ContigList)>> {
        let next = AtomicUsize::new(0);
        let threads = self.options.threads().min(self.inputs.len());
        // no thread begins an input that is far from its turn
        let (announce, announced) = sync_channel(threads);
        std::thread::scope(|scope| {
            let mut at_work = Vec::with_capacity(threads);
            for _ in 0..threads {
                let (announce, next) = (announce.clone(), &next);
                let as_here = as_here();
                at_work.push(scope.spawn(move || as_here(&mut || self.work(next, &announce))));
            }
            drop(announce);
            // what is dropped at its end makes the threads end that are still at work
            let read = self.collect(&mut Announced::new(announced), report, on_progress);
            // the scope waits for their work, a join for all they do
            for thread in at_work {
                thread.join().unwrap_or_else(|panic| resume_unwind(panic));
            }
            read
        })
    }

    /// Takes one input after the other, until there is none left or nobody listens.
    fn work(&self, next: &AtomicUsize, announce: &SyncSender<(usize, Receiver<Message>)>) {
        let reference = Normaliser::of(self.options, self.assembly);
        let mut reference = reference.map_err(Some);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.inputs.len() {
                return;
            }
            let (to, from) = sync_channel(AHEAD);
            if announce.send((number, from)).is_err() {
                return;
            }
            let sent = match &mut reference {
                Ok(reference) => self.convert(number, reference, &to),
                Err(error) => match error.take() {
                    Some(error) => to.send(Message::Failed(error, false)).is_ok(),
                    None => false,
                },
            };
            if !sent {
                return;
            }
        }
    }

    /// Reads an input; `false` where nobody listens.
    fn convert(
        &self,
        number: usize,
        reference: &mut Option<Normaliser>,
        to: &SyncSender<Message>,
    ) -> bool {
        let file = self.files.get(number).map_or("", String::as_str);
        let ploidy = self.ploidy.zip(self.inputs.get(number));
        let ploidy = ploidy.map(|(ploidy, input)| {
            let input = input.lock().unwrap_or_else(PoisonError::into_inner);
            ploidy.of_input(&input.place, self.all_samples)
        });
        let skip = self.options.skip_malformed;
        let sink = Batch::default();
        let mut converter = Converter::new(file, skip, reference, ploidy, sink);
        let last = match self.read_one(number, &mut converter, to) {
            Ok(()) => Message::Done(Box::new(converter.report)),
            Err(error) => Message::Failed(error, converter.unsorted),
        };
        to.send(last).is_ok()
    }

    fn read_one(
        &self,
        number: usize,
        converter: &mut Converter<'_, Batch>,
        to: &SyncSender<Message>,
    ) -> Result<()> {
        let memory = self.options.memory / 4 / self.options.threads() as u64;
        let mut reader = {
            let input = self.inputs.get(number).ok_or_else(ended)?;
            let mut input = input.lock().unwrap_or_else(PoisonError::into_inner);
            match self.sort {
                false => input.open(self.read)?,
                true => input.source.open(self.read)?,
            }
        };
        let mut places = None;
        if self.sort {
            let sorting = Sorting {
                publication: self.publication,
                workers: self.workers,
                memory,
                skip_malformed: self.options.skip_malformed,
                file: converter.file(),
            };
            let contigs = self.contigs();
            let contigs = contigs.of_next(self.names(number));
            let report = &mut converter.report;
            places = Some(sorting.sort(&mut reader, contigs, report, &mut |_, _| true)?);
        }
        let handle = reader.progress();
        let in_flight = usize::try_from(memory).unwrap_or(usize::MAX);
        let (mut bytes, mut records) = (0, 0);
        let mut send = |converter: &mut Converter<'_, Batch>, records: &mut u64| {
            let read = handle.read() - bytes;
            bytes += read;
            let batch = std::mem::take(&mut converter.sink);
            let items = Message::Items(batch, read, std::mem::take(records));
            to.send(items).map_err(|_| Error::Cancelled)
        };
        let tally = reader.read(self.workers, in_flight, &mut |chunk| {
            records += chunk.records.len() as u64 + chunk.refused_count();
            let chunk = converter.begin(chunk, places.as_ref())?;
            for number in 0..chunk.records.len() as u32 {
                converter.take(&chunk, number)?;
                if converter.sink.bytes.len() >= HANDED_OVER {
                    send(converter, &mut records)?;
                }
            }
            Ok(())
        })?;
        if !self.sort {
            converter.report.records += tally.records_read;
        }
        converter.finish();
        send(converter, &mut records)
    }

    /// Refuses what an input says of stretches over which its sample has records already. `since` is from where on
    /// something is known of the sample, by the items before.
    fn check_taken(
        &self,
        number: usize,
        batch: &Batch,
        (numbers, contigs): (&[u32], &Contigs),
        since: &mut Option<(u32, i32)>,
    ) -> Result<()> {
        let taken = self.taken.get(number).filter(|taken| !taken.is_empty());
        let Some(taken) = taken else { return Ok(()) };
        let file = self.files.get(number).map_or("", String::as_str);
        let mut start = 0;
        for &(contig, position, end) in &batch.items {
            let contig = numbers.get(contig as usize).copied().unwrap_or(u32::MAX);
            let bytes = batch.bytes.get(start..end as usize).unwrap_or_default();
            start = end as usize;
            let item = read_item(bytes);
            let (first, place) = match (&item, *since) {
                (Some(Item::Row(_, place, _)), _) => (position, *place),
                (_, Some((of, from))) if of == contig => (from, Place::File),
                _ => (position, Place::File),
            };
            // a change is about what comes behind it: what was known before ends here
            let last = match &item {
                Some(Item::Row(..)) => position,
                _ => position.saturating_sub(1),
            };
            if first <= last {
                taken.check(
                    (contig, first, last),
                    &|sample| self.all_samples.name(sample).to_owned(),
                    &|contig| contigs.name(contig).to_owned(),
                    (file, place),
                )?;
            }
            if let Some(Item::Change(state)) = item {
                *since = (state != State::UNCOVERED).then_some((contig, position));
            }
        }
        Ok(())
    }

    /// The contigs known before the inputs are read.
    fn contigs(&self) -> Contigs {
        Contigs::new(self.contigs.clone(), Names::default(), self.assembly)
    }

    /// How an input names contigs.
    fn names(&self, number: usize) -> Names {
        self.names.get(number).cloned().unwrap_or_default()
    }

    /// Sorts what the threads send, input by input: so contigs are numbered in the order of the inputs.
    fn collect(
        &self,
        announced: &mut Announced,
        report: &mut Report,
        on_progress: &mut OnProgress<'_>,
    ) -> Result<Option<(Merge, ContigList)>> {
        let mut runs = Runs::new(self.publication, self.workers, self.options.memory);
        let (mut bytes, mut records) = (0, 0);
        let mut contigs = self.contigs();
        for (number, file) in self.files.iter().enumerate() {
            let from = announced.of(number)?;
            contigs = contigs.of_next(self.names(number));
            let mut numbers = Vec::new();
            let mut since = None;
            loop {
                match from.recv().map_err(|_| ended())? {
                    Message::Items(batch, read, more) => {
                        (bytes, records) = (bytes + read, records + more);
                        if !on_progress(bytes, records) {
                            return Err(Error::Cancelled);
                        }
                        number_contigs(&batch, file, &mut contigs, &mut numbers)?;
                        self.check_taken(number, &batch, (&numbers, &contigs), &mut since)?;
                        let keys = batch.items.iter().map(|&(contig, position, end)| {
                            let contig = numbers.get(contig as usize).copied();
                            let contig = contig.unwrap_or(u32::MAX);
                            (place_key(contig, position), number as u64, end)
                        });
                        runs.add(batch.bytes, keys)?;
                    }
                    Message::Done(more) => {
                        report.absorb(*more);
                        break;
                    }
                    Message::Failed(_, true) if self.options.sort && !self.sort => {
                        return Ok(None);
                    }
                    Message::Failed(error, _) => return Err(error),
                }
            }
        }
        let (merge, _) = runs.finish(&mut || on_progress(bytes, records))?;
        Ok(Some((merge, contigs.into_list())))
    }
}

/// Gives the contigs that an input has for the first time their numbers in the dataset.
fn number_contigs(
    batch: &Batch,
    file: &str,
    contigs: &mut Contigs,
    numbers: &mut Vec<u32>,
) -> Result<()> {
    for (name, place) in &batch.contigs {
        let number = contigs.number(name).map_err(|bad| {
            let (expected, found) = bad.told(name);
            input_error(file, *place, expected, found)
        })?;
        numbers.push(number);
    }
    Ok(())
}

/// The inputs that threads have begun to read, by their numbers.
struct Announced {
    coming: Receiver<(usize, Receiver<Message>)>,
    begun: BTreeMap<usize, Receiver<Message>>,
}

impl Announced {
    fn new(coming: Receiver<(usize, Receiver<Message>)>) -> Self {
        Self {
            coming,
            begun: BTreeMap::new(),
        }
    }

    /// Waits until an input is read.
    fn of(&mut self, number: usize) -> Result<Receiver<Message>> {
        loop {
            if let Some(from) = self.begun.remove(&number) {
                return Ok(from);
            }
            let (other, from) = self.coming.recv().map_err(|_| ended())?;
            self.begun.insert(other, from);
        }
    }
}

/// Contig and position by the key that they are sorted by.
fn place_of(key: u64) -> (u32, i32) {
    let position = (key & 0xffff_ffff) as i64 - 1;
    (
        (key >> 32) as u32,
        i32::try_from(position).unwrap_or(i32::MAX),
    )
}

/// For a thread that ended before its work.
fn ended() -> Error {
    Error::Usage("a thread that read an input ended".to_owned())
}
