//! Annotations on their way from records to rows.

use super::report::Report;
use super::row::Row;
use crate::error::Place;
use crate::format::TextWriter;
use crate::input::annotation::{Layout, Parsed, SiteAlleles};
use crate::input::chunk::Chunk;
use crate::model::Annotator;
use crate::store::annotations::{EncodedAnnotations, Pointer};
use std::sync::Arc;

/// Kinds of oddities reported of a dataset; what comes after them is counted together.
const KINDS_MAX: usize = 64;

/// Where the annotation of an input stands, and how it is read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Annotated {
    pub(super) annotator: Annotator,
    /// `None` where the input does not have it: its rows are without.
    pub(super) layout: Option<Layout>,
    /// Number of the INFO key among those read.
    pub(super) key: u16,
    /// For each key kept: the number of the layout's field, where it is one.
    pub(super) fields: Vec<Option<usize>>,
}

/// Something reported of entries: what, how many times, and where first.
#[derive(Debug)]
struct Told {
    what: String,
    count: u64,
    first: Place,
}

/// What was read of a group's entries.
#[derive(Debug, Default)]
pub(super) struct EntryTally {
    read: u64,
    stored: u64,
    refused: Vec<Told>,
    warnings: Vec<Told>,
}

/// A group's annotations: for each kept field the values of all rows.
pub(super) struct EncodedEntries {
    pub(super) annotations: EncodedAnnotations,
    pub(super) kept: Vec<TextWriter>,
    pub(super) tally: EntryTally,
}

/// Takes the annotations of rows apart.
pub(super) fn encode_annotations(rows: &[Row], annotated: &Annotated) -> EncodedEntries {
    let fields = annotated.fields.iter().flatten().count();
    let mut encoded = EncodedEntries {
        annotations: EncodedAnnotations::default(),
        kept: (0..fields).map(|_| TextWriter::default()).collect(),
        tally: EntryTally::default(),
    };
    // the rows of a record follow each other most often
    let mut last: Option<(*const Chunk, u32, Parsed)> = None;
    let mut value = String::new();
    for row in rows {
        let place = (Arc::as_ptr(&row.chunk), row.record);
        let parsed = match last.take() {
            Some(known) if (known.0, known.1) == place => known.2,
            _ => parse(row, annotated),
        };
        // a record counts once, with its first row
        if row.alt_number <= 1 {
            encoded.tally.add(&parsed, row.record().place);
        }
        for (alt, entry) in &parsed.entries {
            if *alt == row.alt_number {
                encoded.annotations.push_entry(entry);
            }
        }
        let pointers = parsed.elsewhere.iter().map(|&to| pointer(row, to));
        encoded.annotations.push_row(pointers);
        for (n, kept) in (0..).zip(&mut encoded.kept) {
            value.clear();
            for (alt, field, one) in &parsed.kept {
                if (*alt, *field) == (row.alt_number, n) {
                    let between = if value.is_empty() { "" } else { "&" };
                    value.push_str(between);
                    value.push_str(one);
                }
            }
            kept.push(value.as_bytes());
        }
        last = Some((place.0, place.1, parsed));
    }
    encoded
}

fn parse(row: &Row, annotated: &Annotated) -> Parsed {
    let (chunk, record) = (&row.chunk, row.record());
    let values = chunk.info.get(record.info.range()).unwrap_or_default();
    let value = values.iter().find(|value| value.key == annotated.key);
    let (Some(value), Some(layout)) = (value, &annotated.layout) else {
        return Parsed::default();
    };
    let alts = chunk.alts.get(record.alts.range()).unwrap_or_default();
    let site = SiteAlleles {
        position: i64::from(record.position) + 1,
        reference: chunk.text(record.reference),
        alts: alts.iter().map(|alt| chunk.text(alt.text)).collect(),
    };
    layout.parse(chunk.text(value.value), &site)
}

fn pointer(row: &Row, to: (i64, u64)) -> Pointer {
    let record = row.record();
    Pointer {
        row: 0,
        to,
        change: format!(
            "{}{}>{}",
            i64::from(record.position) + 1,
            String::from_utf8_lossy(row.chunk.text(record.reference)),
            String::from_utf8_lossy(row.original_alternate()),
        ),
        place: record.place,
    }
}

impl EntryTally {
    fn add(&mut self, parsed: &Parsed, place: Place) {
        self.read += parsed.read;
        self.stored += parsed.stored;
        for what in &parsed.refused {
            tell(&mut self.refused, what, 1, place);
        }
        for what in &parsed.warnings {
            tell(&mut self.warnings, what, 1, place);
        }
    }

    /// Adds what was found to the report.
    pub(super) fn report(self, file: &str, report: &mut Report) {
        if let Some(told) = &mut report.annotations {
            told.read += self.read;
            told.stored += self.stored;
        }
        for told in self.refused {
            report.refuse_entries(file, told.first, &told.what, told.count);
        }
        for told in self.warnings {
            let full = report.warnings.len() >= KINDS_MAX;
            let what = match full && !report.warnings.iter().any(|w| w.what == told.what) {
                true => "more oddities of annotations",
                false => &told.what,
            };
            report.warn_count(file, told.first, what, told.count);
        }
    }
}

fn tell(all: &mut Vec<Told>, what: &str, count: u64, first: Place) {
    let full = all.len() >= KINDS_MAX;
    match all.iter_mut().find(|told| told.what == what) {
        Some(told) => told.count += count,
        None if full => {
            if let Some(told) = all.last_mut() {
                "more oddities of annotations".clone_into(&mut told.what);
                told.count += count;
            }
        }
        None => all.push(Told {
            what: what.to_owned(),
            count,
            first,
        }),
    }
}
