//! The counts of the alleles of somebody's file as rows.

use super::counting::{SiteCounter, Source};
use super::notes::{Notes, Tally};
use super::{AnnotateWith, no_dataset};
use crate::error::{Place, Result};
use crate::input::{RawBlock, RawReader};
use crate::query::Counts;
use std::path::Path;

/// The alleles of a file in its order, each with its counts in one or several datasets.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{AnnotateWith, Dataset, SiteCounts};
/// let with = AnnotateWith::new(Dataset::open("cohort.vdx")?.view());
/// let mut sites = SiteCounts::open("case.vcf.gz", &[with])?;
/// while let Some(row) = sites.next()? {
///     println!("{} {} {:?}", row.contig, row.position, row.counts(0));
/// }
/// # Ok(())
/// # }
/// ```
pub struct SiteCounts {
    reader: RawReader,
    /// What each dataset was named.
    names: Vec<Option<String>>,
    sources: Vec<Source>,
    /// The records of which rows were made last.
    block: RawBlock,
    rows: std::vec::IntoIter<SiteRow>,
    notes: Notes,
}

/// An allele of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteRow {
    /// As the file has it.
    pub contig: String,
    /// POS, from 1.
    pub position: u64,
    /// Empty where there is none.
    pub id: String,
    /// REF.
    pub reference: String,
    /// ALT; empty where the record has none.
    pub alternate: String,
    counts: Vec<Option<Counts>>,
}

impl SiteRow {
    /// The counts in a group, by its number: of each dataset in turn everybody, or who was asked for, and then by the
    /// values of attributes. `None` where nothing is known of it: it is no allele, or may be one of several variants.
    pub fn counts(&self, group: usize) -> Option<&Counts> {
        self.counts.get(group)?.as_ref()
    }
}

impl SiteCounts {
    /// Opens a file of variants; `-` is standard input.
    ///
    /// # Errors
    ///
    /// As [`annotate`](super::annotate()).
    pub fn open(input: impl AsRef<Path>, with: &[AnnotateWith]) -> Result<Self> {
        if with.is_empty() {
            return Err(no_dataset());
        }
        let sources = with.iter().map(|with| Source::new(with, None));
        Ok(Self {
            names: with.iter().map(|with| with.name.clone()).collect(),
            sources: sources.collect::<Result<_>>()?,
            reader: RawReader::open(input.as_ref())?,
            block: RawBlock::default(),
            rows: Vec::new().into_iter(),
            notes: Notes::of(with.len()),
        })
    }

    /// By which fields the groups of the first dataset are made.
    pub fn fields(&self) -> &[String] {
        self.sources.first().map_or(&[], Source::fields)
    }

    /// The values of the fields that make each group of the first dataset, behind the first group, which is of
    /// everybody; `None` where none is known.
    pub fn values(&self) -> &[Vec<Option<String>>] {
        self.sources.first().map_or(&[], Source::values)
    }

    /// All groups in the order of [`SiteRow::counts`]: what the dataset was named, and what the group is called;
    /// nothing where it is everybody, or who was asked for.
    pub fn groups(&self) -> impl Iterator<Item = (Option<&str>, Option<&str>)> {
        let datasets = self.names.iter().zip(&self.sources);
        datasets.flat_map(|(name, source)| source.labels().map(|label| (name.as_deref(), label)))
    }

    /// The next allele; `None` behind the last.
    ///
    /// # Errors
    ///
    /// [`Error::Input`](crate::Error::Input) for what cannot be read; [`Error::Damaged`](crate::Error::Damaged).
    #[expect(
        clippy::should_implement_trait,
        reason = "reading may fail, as in the other walks of this crate"
    )]
    pub fn next(&mut self) -> Result<Option<SiteRow>> {
        loop {
            if let Some(row) = self.rows.next() {
                return Ok(Some(row));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// What who asks should know of what was read until now, a line each.
    pub fn warnings(&self) -> Vec<String> {
        self.notes
            .tallies
            .iter()
            .flat_map(Tally::warnings)
            .collect()
    }

    /// Makes the rows of the next block.
    fn fill(&mut self) -> Result<bool> {
        let buffer = std::mem::take(&mut self.block.bytes);
        let is_bcf = self.reader.next_key().is_some();
        let file = self.reader.file().to_owned();
        let (mut blocks, source) = self.reader.split();
        let Some(block) = blocks.next(buffer)? else {
            return Ok(false);
        };
        let mut sites = source.sites();
        let counters = self.sources.iter().map(SiteCounter::new);
        let mut counters: Vec<SiteCounter<'_>> = counters.collect::<Result<_>>()?;
        let groups = self.sources.iter().map(|of| of.labels().count());
        let groups: Vec<usize> = groups.collect();
        let mut rows = Vec::new();
        let mut notes = Notes::of(counters.len());
        for (number, record) in (block.before + 1..).zip(block.records(is_bcf)) {
            let place = match is_bcf {
                true => Place::Record(number),
                false => Place::Line(number),
            };
            let Some(site) = sites.read(record, place)? else {
                continue;
            };
            notes.records += 1;
            for (counter, tally) in counters.iter_mut().zip(&mut notes.tallies) {
                counter.count(&site, (&file, place), tally)?;
            }
            let text = |bytes: &[u8]| match bytes {
                b"." => String::new(),
                bytes => String::from_utf8_lossy(bytes).into_owned(),
            };
            let row = |alternate: &[u8], counts| SiteRow {
                contig: text(site.contig),
                position: u64::try_from(i64::from(site.position) + 1).unwrap_or(0),
                id: text(site.id),
                reference: text(site.reference),
                alternate: text(alternate),
                counts,
            };
            if site.alts().len() == 0 {
                rows.push(row(b"", vec![None; groups.iter().sum()]));
            }
            for (alt, (alternate, _)) in site.alts().enumerate() {
                let mut counts = Vec::new();
                for (counter, groups) in counters.iter().zip(&groups) {
                    let of = |group| counter.of_group(group).nth(alt).flatten().copied();
                    counts.extend((0..*groups).map(of));
                }
                rows.push(row(alternate, counts));
            }
        }
        self.notes.add(notes);
        self.block = block;
        self.rows = rows.into_iter();
        Ok(true)
    }
}
