//! The counts of the alleles of somebody's file, of published counts.

use super::group::StrataGroup;
use super::published::{Published, PublishedSite};
use super::spelled::Wanted;
use crate::error::{Error, Place, Result};
use crate::genome::{Extent, Position};
use crate::input::{RawBlock, RawReader, RawSite};
use crate::model::Known;
use crate::query::ShownCounts;
use std::collections::VecDeque;
use std::path::Path;

/// The alleles of a file in its order, each with its counts in unions of strata.
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// use varidex::{Published, PublishedSiteCounts};
/// let file = Published::open("frequencies.vdx")?;
/// let groups = vec![file.group("FI")?];
/// let mut sites = PublishedSiteCounts::open("case.vcf.gz", &file, groups)?;
/// while let Some(row) = sites.next()? {
///     println!("{} {} {:?}", row.contig, row.position, row.counts(0));
/// }
/// # Ok(())
/// # }
/// ```
pub struct PublishedSiteCounts {
    reader: RawReader,
    of: Published,
    groups: Vec<StrataGroup>,
    block: RawBlock,
    rows: VecDeque<PublishedSiteRow>,
    /// Alleles on contigs that the file does not have, and the first of these.
    unknown: Option<(u64, String)>,
    /// Alleles of which it cannot be decided which site they are, and the first of these.
    undecided: Option<(u64, String)>,
}

/// An allele of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedSiteRow {
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
    counts: Option<Vec<ShownCounts>>,
}

impl PublishedSiteRow {
    /// The counts in a group, by its number. All are withheld of what the published file does not have: nobody has it, or what is of it
    /// may not be shown. `None` where it is no allele, or where only the reference could say which one it is.
    pub fn counts(&self, group: usize) -> Option<&ShownCounts> {
        self.counts.as_ref()?.get(group)
    }
}

impl PublishedSiteCounts {
    /// Opens a file of variants; `-` is standard input.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for what cannot be read; [`Error::Io`].
    pub fn open(input: impl AsRef<Path>, of: &Published, groups: Vec<StrataGroup>) -> Result<Self> {
        Ok(Self {
            reader: RawReader::open(input.as_ref())?,
            of: of.clone(),
            groups,
            block: RawBlock::default(),
            rows: VecDeque::new(),
            unknown: None,
            undecided: None,
        })
    }

    /// The next allele; `None` behind the last.
    ///
    /// # Errors
    ///
    /// [`Error::Input`] for what cannot be read; [`Error::Usage`] for a contig of another assembly; [`Error::Damaged`].
    #[expect(
        clippy::should_implement_trait,
        reason = "reading may fail, as in the other walks of this crate"
    )]
    pub fn next(&mut self) -> Result<Option<PublishedSiteRow>> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Ok(Some(row));
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    /// What who asks should know of what was read until now, a line each.
    pub fn warnings(&self) -> Vec<String> {
        let unknown = self.unknown.iter().map(|(number, first)| {
            format!(
                "{number} alleles on contigs that the published file does not have, such as {first}"
            )
        });
        let undecided = self.undecided.iter().map(|(number, first)| {
            format!(
                "{number} alleles may be sites of the published file or not, by bases of the reference that it does not have: {first}"
            )
        });
        unknown.chain(undecided).collect()
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
        let mut counter = Counter {
            of: &self.of,
            groups: &self.groups,
            unknown: &mut self.unknown,
            undecided: &mut self.undecided,
        };
        let mut sites = source.sites();
        for (number, record) in (block.before + 1..).zip(block.records(is_bcf)) {
            let place = match is_bcf {
                true => Place::Record(number),
                false => Place::Line(number),
            };
            let Some(site) = sites.read(record, place)? else {
                continue;
            };
            let row = |alternate: &[u8], counts| PublishedSiteRow {
                contig: text(site.contig),
                position: u64::try_from(i64::from(site.position) + 1).unwrap_or(0),
                id: text(site.id),
                reference: text(site.reference),
                alternate: text(alternate),
                counts,
            };
            if site.alts().len() == 0 {
                self.rows.push_back(row(b"", None));
            }
            for (alternate, extent) in site.alts() {
                let counts =
                    counter.count(&site, (alternate, extent), &|| format!("{file}{place}"))?;
                self.rows.push_back(row(alternate, counts));
            }
        }
        self.block = block;
        Ok(true)
    }
}

fn text(bytes: &[u8]) -> String {
    match bytes {
        b"." => String::new(),
        bytes => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Looks up one allele after the other.
struct Counter<'a> {
    of: &'a Published,
    groups: &'a [StrataGroup],
    unknown: &'a mut Option<(u64, String)>,
    undecided: &'a mut Option<(u64, String)>,
}

impl Counter<'_> {
    fn count(
        &mut self,
        site: &RawSite<'_>,
        (alternate, extent): (&[u8], Option<Extent>),
        place: &dyn Fn() -> String,
    ) -> Result<Option<Vec<ShownCounts>>> {
        if matches!(alternate, b"*" | b"<*>" | b"<NON_REF>") {
            return Ok(None);
        }
        let withheld = || Some(vec![ShownCounts::default(); self.groups.len()]);
        // readers let nothing else pass
        let name = std::str::from_utf8(site.contig).unwrap_or_default();
        let contig = self.of.contig_names().resolve_listed(name);
        let contig = contig.map_err(|e| Error::Usage(format!("{}: {e}", place())))?;
        let Some(contig) = contig else {
            note(self.unknown, || format!("{name} in {}", place()));
            return Ok(withheld());
        };
        let position = Position::from_zero_based(site.position.into());
        let wanted = Wanted {
            position: position.unwrap_or(Position::TELOMERE),
            reference: site.reference,
            alternate,
        };
        let spelled = self.of.spelled(contig, &wanted)?;
        // symbolic alleles of one text differ by how far they reach
        let is_it = |found: &&PublishedSite| {
            let of = found.interval();
            let span = i64::from(of.end) - i64::from(of.start);
            extent.is_none_or(|extent| i64::try_from(extent.span) == Ok(span))
        };
        let found: Vec<&PublishedSite> = spelled.found.iter().filter(is_it).collect();
        if !found.is_empty() {
            let groups = self.groups.iter();
            return Ok(Some(groups.map(|group| together(&found, group)).collect()));
        }
        match spelled.undecided.first() {
            None => Ok(withheld()),
            Some(other) => {
                note(self.undecided, || {
                    format!("{} may be {}", place(), other.name())
                });
                Ok(None)
            }
        }
    }
}

/// The counts of an allele that stands in several rows: copies are those of all rows, AN is known where all rows have the same, and how many
/// people have one or two of them is not said by these.
fn together(rows: &[&PublishedSite], group: &StrataGroup) -> ShownCounts {
    let shown: Vec<ShownCounts> = rows.iter().map(|row| row.shown(group)).collect();
    let Some((first, others)) = shown.split_first() else {
        return ShownCounts::default();
    };
    others.iter().fold(*first, |sum, row| ShownCounts {
        ac: sum.ac.and(row.ac),
        an: match sum.an == row.an {
            true => sum.an,
            false => Known::NotCovered,
        },
        n_het: Known::Withheld,
        n_hom: Known::Withheld,
        n_hemi: Known::Withheld,
    })
}

/// Counts one more, of which the first is kept.
fn note(of: &mut Option<(u64, String)>, first: impl FnOnce() -> String) {
    match of {
        Some((number, _)) => *number += 1,
        None => *of = Some((1, first())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use crate::maintain::{BuildOptions, build};
    use crate::publish::{PublishOptions, publish};

    /// Copies of an allele are those of all rows that spell it, as in a dataset.
    #[test]
    fn an_allele_in_several_rows_has_the_copies_of_all() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let head =
            "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
        let rows = [
            ("4\t.\tTA\tTG", "1|0"),
            ("5\t.\tA\tG", "0|1\t1|0"),
            ("5\t.\tAC\tGC", "1|1\t0|1"),
        ];
        let mut text = format!("{head}\tFORMAT\tA\tB\tC\tD\n");
        let mut sites = format!("{head}\n");
        for (row, calls) in rows {
            let none = 4 - calls.split('\t').count();
            text += &format!("1\t{row}\t.\t.\t.\tGT\t{calls}{}\n", "\t0|0".repeat(none));
            sites += &format!("1\t{row}\t.\t.\t.\n");
        }
        std::fs::write(at("in.vcf"), text).unwrap();
        std::fs::write(at("sites.vcf"), sites).unwrap();
        build(
            &[at("in.vcf")],
            at("d.vdx"),
            &BuildOptions::default(),
            &mut |_| true,
        )
        .unwrap();
        let rules = "name = 'a'\ngranularity = 'count'\nzero = 'shown'\ntwo_tailed = false";
        let options = PublishOptions::new(rules.parse().unwrap(), "p");
        let view = crate::cohort::Dataset::open(at("d.vdx")).unwrap().view();
        publish(&view, &options, at("out.vdx")).unwrap();
        let file = Published::open(at("out.vdx")).unwrap();
        let groups = vec![StrataGroup::total()];
        let mut counts = PublishedSiteCounts::open(at("sites.vcf"), &file, groups).unwrap();
        let mut seen = 0;
        while let Some(row) = counts.next().unwrap() {
            let shown = row.counts.unwrap()[0];
            assert_eq!((shown.ac, shown.an), (Known::Exact(6), Known::Exact(8)));
            assert_eq!(shown.n_hom, Known::Withheld);
            seen += 1;
        }
        assert_eq!(seen, 3);
    }
}
