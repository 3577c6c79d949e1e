//! The counts of the alleles of somebody's file as rows.

use super::AnnotateWith;
use super::counting::{SiteCounter, Source};
use super::notes::{Notes, Tally};
use crate::error::{Place, Result};
use crate::input::{RawBlock, RawReader};
use crate::query::Counts;
use std::path::Path;

/// The alleles of a file in its order, each with its counts in a dataset.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{AnnotateWith, Dataset, SiteCounts};
/// let with = AnnotateWith::new(Dataset::open("cohort.vdx")?.view());
/// let mut sites = SiteCounts::open("case.vcf.gz", &with)?;
/// while let Some(row) = sites.next()? {
///     println!("{} {} {:?}", row.contig, row.position, row.counts(0));
/// }
/// # Ok(())
/// # }
/// ```
pub struct SiteCounts {
    reader: RawReader,
    source: Source,
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
    /// The counts in a group, by its number: everybody, or who was asked for, and then by the values of attributes.
    /// `None` where nothing is known of it: it is no allele, or may be one of several variants.
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
    pub fn open(input: impl AsRef<Path>, with: &AnnotateWith) -> Result<Self> {
        Ok(Self {
            source: Source::new(with, None)?,
            reader: RawReader::open(input.as_ref())?,
            block: RawBlock::default(),
            rows: Vec::new().into_iter(),
            notes: Notes::of(1),
        })
    }

    /// By which fields groups are made.
    pub fn fields(&self) -> &[String] {
        self.source.fields()
    }

    /// The values of the fields that make each group, behind the first, which is of everybody; `None` where none is
    /// known.
    pub fn values(&self) -> &[Vec<Option<String>>] {
        self.source.values()
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
        let (mut sites, mut counter) = (source.sites(), SiteCounter::new(&self.source)?);
        let groups = self.source.labels().count();
        let mut rows = Vec::new();
        let mut notes = Notes::of(1);
        for (number, record) in (block.before + 1..).zip(block.records(is_bcf)) {
            let place = match is_bcf {
                true => Place::Record(number),
                false => Place::Line(number),
            };
            let Some(site) = sites.read(record, place)? else {
                continue;
            };
            notes.records += 1;
            for tally in &mut notes.tallies {
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
                rows.push(row(b"", vec![None; groups]));
            }
            for (alt, (alternate, _)) in site.alts().enumerate() {
                let counts = |group| counter.of_group(group).nth(alt).flatten().copied();
                rows.push(row(alternate, (0..groups).map(counts).collect()));
            }
        }
        self.notes.add(notes);
        self.block = block;
        self.rows = rows.into_iter();
        Ok(true)
    }
}
