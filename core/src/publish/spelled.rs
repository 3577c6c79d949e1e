//! Finding an allele of a published file however it is spelled, as far as REF columns show that two spellings are one change.

use super::published::{Published, PublishedSite};
use crate::error::Result;
use crate::genome::{
    Indel, Interval, KnownBases, Position, Same, Trimmed, bases_differ, is_sequence,
    with_mate_named,
};
use crate::stop::check_stop;
use std::ops::Range;

/// Rows between two looks at whether to stop.
const ROWS_TO_STOP: u32 = 4096;

/// The rows of an allele.
#[derive(Debug, Default)]
pub(crate) struct Spelled {
    /// Those that are it.
    pub(crate) found: Vec<PublishedSite>,
    /// Those of which only bases of the reference that no REF shows could say whether they are.
    pub(crate) undecided: Vec<PublishedSite>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) position: Position,
    pub(crate) reference: &'a [u8],
    pub(crate) alternate: &'a [u8],
}

impl Wanted<'_> {
    fn start(&self) -> i64 {
        self.position.zero_based().into()
    }
}

impl Published {
    /// The rows of an allele on a contig by its number. What is no bases is its text; a breakend whatever its mate's contig is called.
    pub(crate) fn spelled(&self, contig: usize, of: &Wanted<'_>) -> Result<Spelled> {
        let start = of.start();
        match Trimmed::of(start, of.reference, of.alternate) {
            Some(trimmed) if !trimmed.is_no_change() => match trimmed.indel() {
                Some(indel) => self.spelled_indel(contig, of, (&trimmed, indel)),
                // bases for others: none of them can stand elsewhere
                None => self.spelled_where(contig, trimmed.start..trimmed.start + 1, |site| {
                    is_trimmed_so(site, &trimmed) && may_be_one_reference(of, site)
                }),
            },
            _ => {
                let named = |alternate: &'_ [u8]| {
                    let name = |name: &str| self.contig_names().known_name(name);
                    with_mate_named(alternate, name).into_owned()
                };
                let mate = named(of.alternate);
                self.spelled_where(contig, start..start + 1, |site| {
                    let (reference, alternate) = site.alleles();
                    site.position() == of.position
                        && reference.eq_ignore_ascii_case(of.reference)
                        && named(alternate).eq_ignore_ascii_case(&mate)
                })
            }
        }
    }

    /// Rows that reach into a stretch.
    fn rows_over(
        &self,
        contig: usize,
        stretch: Range<i64>,
        mut each: impl FnMut(PublishedSite),
    ) -> Result<()> {
        let clamp = |n: i64| i32::try_from(n.max(-1)).unwrap_or(i32::MAX);
        // what spans nothing overlaps no base of its own, but the one before it
        let interval = Interval {
            start: clamp(stretch.start - 1),
            end: clamp(stretch.end),
        };
        let file = &self.inner.file;
        let rows = file.rows_of(contig);
        let mut next = rows.start;
        while let Some(row) = file.next_in(next, &rows, interval)? {
            if row.is_multiple_of(ROWS_TO_STOP) {
                check_stop()?;
            }
            each(self.row(contig, row)?);
            next = row.saturating_add(1);
        }
        Ok(())
    }

    fn spelled_where(
        &self,
        contig: usize,
        stretch: Range<i64>,
        is: impl Fn(&PublishedSite) -> bool,
    ) -> Result<Spelled> {
        let mut spelled = Spelled::default();
        self.rows_over(contig, stretch, |site| {
            if is(&site) {
                spelled.found.push(site);
            }
        })?;
        Ok(spelled)
    }

    /// An indel may stand wherever bases repeat it.
    fn spelled_indel(
        &self,
        contig: usize,
        of: &Wanted<'_>,
        (trimmed, indel): (&Trimmed<'_>, Indel<'_>),
    ) -> Result<Spelled> {
        let length = indel.bases.len() as i64;
        let reach = Indel::reach(length);
        let stretch = trimmed.start - reach..trimmed.start + length + reach + 1;
        let mut known = KnownBases::new(stretch.clone());
        known.add(of.start(), of.reference);
        let mut candidates = Vec::new();
        self.rows_over(contig, stretch, |site| {
            let (reference, alternate) = site.alleles();
            if is_sequence(reference) {
                known.add(site.interval().start.into(), reference);
            }
            let other = Trimmed::of(site.interval().start.into(), reference, alternate);
            let other = other.and_then(|other| other.indel());
            if other.is_some_and(|other| {
                other.deletes == indel.deletes && other.bases.len() == indel.bases.len()
            }) {
                candidates.push(site);
            }
        })?;
        let mut spelled = Spelled::default();
        for site in candidates {
            let (reference, alternate) = site.alleles();
            let other = Trimmed::of(site.interval().start.into(), reference, alternate);
            let Some(other) = other.and_then(|other| other.indel()) else {
                continue;
            };
            let same = match is_trimmed_so(&site, trimmed) {
                true if may_be_one_reference(of, &site) => Same::Yes,
                true => Same::No,
                false => indel.same(&other, &|at| known.get(at)),
            };
            match same {
                Same::Yes => spelled.found.push(site),
                Same::Unknown => spelled.undecided.push(site),
                Same::No => {}
            }
        }
        Ok(spelled)
    }
}

/// Whether a row has the same change at the same place.
fn is_trimmed_so(site: &PublishedSite, of: &Trimmed<'_>) -> bool {
    let (reference, alternate) = site.alleles();
    let trimmed = Trimmed::of(site.interval().start.into(), reference, alternate);
    trimmed.is_some_and(|trimmed| trimmed.same(of))
}

/// Whether REF that was asked for and REF of a row can both be the reference: else one is of another assembly, or wrong.
fn may_be_one_reference(of: &Wanted<'_>, site: &PublishedSite) -> bool {
    let (theirs, _) = site.alleles();
    let start = i64::from(site.interval().start);
    let other_at = |at: i64| {
        let place = usize::try_from(at - start).ok();
        place.and_then(|place| theirs.get(place)).copied()
    };
    (of.start()..)
        .zip(of.reference)
        .all(|(at, &base)| other_at(at).is_none_or(|other| !bases_differ(base, other)))
}
