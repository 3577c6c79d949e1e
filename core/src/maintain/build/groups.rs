//! Groups of rows on their way through the pool into segments.

use super::annotation::{Annotated, EntryTally, encode_annotations};
use super::compact::ReadBack;
use super::encode::{EncodedGroup, encode};
use super::info::{InfoColumn, Unfit, encode_info};
use super::options::BuildOptions;
use super::report::Report;
use super::row::Row;
use super::samples::InputSamples;
use super::segment::SegmentBuilder;
use crate::error::{Error, Result};
use crate::format::{FileKind, PAGE_ROWS};
use crate::input::Workers;
use crate::model::InfoKey;
use crate::store::annotations::EncodedAnnotations;
use crate::store::coverage::Written;
use crate::store::manifest::CoveredSpan;
use crate::store::{ContigSpan, Manifest, Publication, SegmentEntry};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, mpsc};

/// Rows of a group, unless they are too wide for the memory.
const GROUP_ROWS: usize = 4 * PAGE_ROWS as usize;

/// FILTER texts by number; 0 is none.
pub(super) struct Filters {
    list: Vec<String>,
    numbers: HashMap<Vec<u8>, u32>,
}

/// A group on its way into a segment.
struct Encoded {
    group: EncodedGroup,
    info: Vec<InfoColumn>,
    /// For each INFO key the values that were not of its type.
    unfit: Vec<Unfit>,
    annotations: Option<EncodedAnnotations>,
    tally: EntryTally,
}

/// Groups on their way through the pool into segments.
pub(super) struct Groups<'a> {
    keys: Arc<[InfoKey]>,
    /// The input as the user named it.
    file: String,
    /// How annotations are read.
    annotated: Option<Arc<Annotated>>,
    /// Where rows come of segments: what is said of each stands with it.
    read_back: Option<ReadBack>,
    samples: &'a InputSamples,
    workers: &'a Workers,
    publication: &'a mut Publication,
    manifest: &'a mut Manifest,
    memory: u64,
    current: Vec<Row>,
    /// Bytes of the sets of `current`, and how many of its rows are common.
    current_bytes: u64,
    current_common: u64,
    sent: u64,
    appended: u64,
    in_flight_max: u64,
    /// About what encoding each group sent and not appended takes.
    in_flight: VecDeque<u64>,
    ready: BTreeMap<u64, Encoded>,
    sender: mpsc::Sender<(u64, Encoded)>,
    receiver: mpsc::Receiver<(u64, Encoded)>,
    segment: Option<SegmentBuilder>,
    /// One above the highest FILTER number in the segment.
    filters_used: u32,
    pub(super) filters: Filters,
    /// Whether the batch is put together from inputs of one sample each.
    merged: bool,
    /// What is known of samples between rows, of no segment yet.
    covered: Vec<Written>,
    /// How many of them end before the last row of the segment in the making, and their bytes.
    covered_before: (usize, usize),
}

impl<'a> Groups<'a> {
    pub(super) fn new(
        keys: Arc<[InfoKey]>,
        (file, annotated): (&str, Option<Annotated>),
        samples: &'a InputSamples,
        options: &BuildOptions,
        workers: &'a Workers,
        publication: &'a mut Publication,
        manifest: &'a mut Manifest,
    ) -> Self {
        let (sender, receiver) = mpsc::channel();
        Self {
            keys,
            file: file.to_owned(),
            annotated: annotated.map(Arc::new),
            read_back: None,
            samples,
            workers,
            publication,
            manifest,
            memory: options.memory,
            current: Vec::new(),
            current_bytes: 0,
            current_common: 0,
            sent: 0,
            appended: 0,
            in_flight_max: options.threads() as u64 + 1,
            in_flight: VecDeque::new(),
            ready: BTreeMap::new(),
            sender,
            receiver,
            segment: None,
            filters_used: 0,
            filters: Filters::new(),
            merged: false,
            covered: Vec::new(),
            covered_before: (0, 0),
        }
    }

    /// The same for a batch that is put together from inputs of one sample each.
    pub(super) fn merged(self) -> Self {
        Self {
            merged: true,
            ..self
        }
    }

    /// The same for rows of segments.
    pub(super) fn reading_back(self, read_back: ReadBack) -> Self {
        Self {
            read_back: Some(read_back),
            ..self
        }
    }

    /// Adds what is known of samples up to the rows that come next, or further.
    pub(super) fn cover(&mut self, stretches: impl IntoIterator<Item = Written>) {
        self.covered.extend(stretches);
    }

    pub(super) fn push(&mut self, row: Row, report: &mut Report) -> Result<()> {
        // nothing but the rows decides where a group ends, so that it does not depend on timing
        self.current_bytes += row.set_bytes();
        let counts_info = match self.read_back {
            Some(_) => true,
            None => self.annotated.is_some() && row.alt_number <= 1,
        };
        if counts_info {
            self.current_bytes += row.info_bytes();
        }
        self.current_common += u64::from(row.may_be_common());
        self.current.push(row);
        let pages = self.current.len().is_multiple_of(PAGE_ROWS as usize);
        let full = self.current.len() == GROUP_ROWS || self.current_bytes >= self.memory / 16;
        if pages && full {
            self.send(report)?;
        }
        Ok(())
    }

    /// Hands the current group to the pool, and appends what is ready.
    fn send(&mut self, report: &mut Report) -> Result<()> {
        let rows = std::mem::take(&mut self.current);
        let (number, samples, order_bits) = (self.sent, self.samples.count, self.memory);
        let (keys, sender) = (Arc::clone(&self.keys), self.sender.clone());
        let annotated = self.annotated.clone();
        let read_back = self.read_back;
        self.sent += 1;
        // sorting copies takes a bit for each common row, and a key and some numbers
        let copies = u64::from(samples) * 2;
        let common = std::mem::take(&mut self.current_common);
        let carried = (common * copies / 8).min(order_bits / 8);
        let sorting = if common > 0 { carried + copies * 24 } else { 0 };
        self.in_flight
            .push_back(std::mem::take(&mut self.current_bytes) + sorting);
        self.workers.spawn(move || {
            let entries = annotated.as_ref().map(|of| encode_annotations(&rows, of));
            let fields = annotated.as_ref().map_or(&[][..], |of| &of.fields);
            let (mut annotations, kept, tally) = match entries {
                Some(entries) => (Some(entries.annotations), entries.kept, entries.tally),
                None => (None, Vec::new(), EntryTally::default()),
            };
            let (info, unfit) = match read_back {
                None => encode_info(&rows, &keys, fields, kept),
                Some(read_back) => {
                    annotations = read_back.annotations(&rows);
                    read_back.info(&rows, &keys)
                }
            };
            let group = encode(rows, samples, order_bits);
            let encoded = Encoded {
                group,
                info,
                unfit,
                annotations,
                tally,
            };
            // nobody listens when the build has failed already
            let _ = sender.send((number, encoded));
        });
        // one may always be under way
        while self.sent - self.appended > self.in_flight_max
            || self.in_flight.len() > 1 && self.in_flight.iter().sum::<u64>() > self.memory / 4
        {
            self.receive(report)?;
        }
        Ok(())
    }

    fn receive(&mut self, report: &mut Report) -> Result<()> {
        let (number, group) = self
            .receiver
            .recv()
            .map_err(|e| Error::Usage(format!("a worker thread ended: {e}")))?;
        self.ready.insert(number, group);
        while let Some(group) = self.ready.remove(&self.appended) {
            self.appended += 1;
            self.in_flight.pop_front();
            self.append(group, report)?;
        }
        Ok(())
    }

    fn append(&mut self, encoded: Encoded, report: &mut Report) -> Result<()> {
        let Encoded {
            group,
            info,
            unfit,
            annotations,
            tally,
        } = encoded;
        tally.report(&self.file, report);
        for (key, unfit) in self.keys.iter().zip(unfit) {
            if let Some((count, first)) = unfit {
                let what = format!(
                    "INFO {} is not of its declared type: kept as missing",
                    key.name
                );
                report.warn_count(&self.file, first, &what, count);
            }
        }
        let used = group
            .rows
            .iter()
            .map(|row| row.filter + 1)
            .max()
            .unwrap_or(0);
        self.filters_used = self.filters_used.max(used);
        let (samples, keys) = (self.samples, &self.keys);
        let segment = self
            .segment
            .get_or_insert_with(|| SegmentBuilder::new(samples.count, samples.first_sample, keys));
        segment.append(group, info, annotations);
        // decided by what was appended, in input order, so that it does not depend on timing
        let (passed, bytes) = &mut self.covered_before;
        let behind = self.covered.get(*passed..).unwrap_or_default().iter();
        for one in behind.take_while(|one| Some(one.end()) <= segment.end()) {
            *passed += 1;
            *bytes += one.len();
        }
        let bytes = segment.bytes() + *bytes;
        if SegmentBuilder::is_full(segment.rows(), bytes, self.memory) {
            self.write(report, false)?;
        }
        Ok(())
    }

    /// Writes the segment in the making, if there is one.
    fn write(&mut self, report: &mut Report, is_last: bool) -> Result<()> {
        let (samples, keys) = (self.samples, &self.keys);
        let new = || SegmentBuilder::new(samples.count, samples.first_sample, keys);
        let segment = match self.segment.take() {
            Some(segment) => segment,
            // samples may be covered where nobody has a variant
            None if is_last && !self.covered.is_empty() => new(),
            None => return Ok(()),
        };
        let numbers: Vec<u8> = self
            .samples
            .numbers
            .iter()
            .flatten()
            .flat_map(|n| n.to_le_bytes())
            .collect();
        // what ends behind the last row depends on timing: it goes to the next segment
        let end = segment.end();
        self.covered_before = (0, 0);
        let later = self.covered.iter().position(|one| Some(one.end()) > end);
        let later = match is_last {
            true => None,
            false => later,
        };
        let later = later.map_or_else(Vec::new, |later| self.covered.split_off(later));
        let covered = std::mem::replace(&mut self.covered, later);
        let covered_spans = spans_of(&covered);
        // later groups may have added more already: those depend on timing and stay out
        let filters = self
            .filters
            .list
            .get(..self.filters_used as usize)
            .unwrap_or_default();
        let (content, summary) = segment
            .finish(&numbers, filters, &self.keys, covered)
            .map_err(|e| Error::io(self.publication.folder(), e))?;
        if let Some(annotated) = &self.annotated {
            let pointed = &summary.pointed;
            if let Some(told) = &mut report.annotations {
                told.stored += pointed.found;
            }
            if let Some(first) = pointed.first_lost {
                let what = format!(
                    "a pointer of {} to a record that says nothing of this one",
                    annotated.annotator.key()
                );
                report.refuse_entries(&self.file, first, &what, pointed.lost);
            }
        }
        let file = self.publication.add(FileKind::Segment, content)?;
        self.filters_used = 0;
        self.manifest.segments.push(SegmentEntry {
            file,
            batch: self.samples.batch,
            rows: summary.meta.rows,
            records: summary.meta.records,
            samples: summary.meta.samples,
            contigs: summary
                .contigs
                .iter()
                .map(|c| ContigSpan {
                    contig: c.rows.contig,
                    start: c.start,
                    last: c.last,
                    end: c.end,
                    rows: c.rows.end_row - c.rows.first_row,
                })
                .collect(),
            merged: self.merged,
            covered: covered_spans,
        });
        Ok(())
    }

    /// Waits for the groups under way: what they occupy is wanted for something else.
    pub(super) fn abandon(mut self) {
        let arrived = self.appended + self.ready.len() as u64;
        for _ in arrived..self.sent {
            self.ready.clear();
            if self.receiver.recv().is_err() {
                break;
            }
        }
    }

    pub(super) fn finish(&mut self, report: &mut Report) -> Result<()> {
        if !self.current.is_empty() {
            self.send(report)?;
        }
        while self.appended < self.sent {
            self.receive(report)?;
        }
        self.write(report, true)
    }
}

/// The stretch of each contig that is covered, roughly; stretches ascend.
fn spans_of(stretches: &[Written]) -> Vec<CoveredSpan> {
    let mut spans: Vec<CoveredSpan> = Vec::new();
    for (contig, start, end) in stretches.iter().map(Written::span) {
        match spans.last_mut() {
            Some(last) if last.contig == contig => last.end = end,
            _ => spans.push(CoveredSpan { contig, start, end }),
        }
    }
    spans
}

impl Filters {
    pub(super) fn new() -> Self {
        Self {
            list: vec![String::new()],
            numbers: HashMap::new(),
        }
    }

    pub(super) fn number(&mut self, text: &[u8]) -> u32 {
        if text.is_empty() {
            return 0;
        }
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.list.len() as u32;
        self.list.push(String::from_utf8_lossy(text).into_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }
}
