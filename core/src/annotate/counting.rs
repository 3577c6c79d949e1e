//! The counts of the alleles of one record in one dataset.

use super::AnnotateWith;
use super::notes::Tally;
use crate::cohort::View;
use crate::error::{Error, Place, Result};
use crate::genome::Position;
use crate::input::RawSite;
use crate::query::{BoundFilter, CountFilter, Counts, Group, Lookup, Presence};

/// A dataset, and the groups that are counted in it.
pub(super) struct Source {
    view: View,
    group: Option<Group>,
    /// Those that are shown, and behind them those that the filter asks for.
    beside: Vec<Group>,
    shown: usize,
    /// By which fields they are made, and the values of each.
    fields: Vec<String>,
    values: Vec<Vec<Option<String>>>,
    filter: Option<BoundFilter>,
}

impl Source {
    pub(super) fn new(with: &AnnotateWith, filter: Option<&CountFilter>) -> Result<Self> {
        let view = with.view.clone();
        let mut groups = Vec::new();
        let group = view.counted_by(&with.by, with.group.as_ref())?;
        if !with.by.is_empty() {
            groups = view.groups_by(&with.by, with.group.as_ref())?;
        }
        let (values, mut beside): (Vec<_>, Vec<_>) = groups.into_iter().unzip();
        let shown = beside.len();
        let filter = filter.map(|filter| filter.bind(&view)).transpose()?;
        if let Some(filter) = &filter {
            beside.extend(filter.groups.iter().cloned());
        }
        // a group of another dataset is known now
        view.lookup(with.group.as_ref())?;
        Ok(Self {
            group,
            view,
            beside,
            shown,
            fields: with.by.iter().map(ToString::to_string).collect(),
            values,
            filter,
        })
    }

    /// By which fields groups are made.
    pub(super) fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The values of the fields that make each group, behind everybody.
    pub(super) fn values(&self) -> &[Vec<Option<String>>] {
        &self.values
    }

    /// What the groups are called: nothing where it is everybody, or who was asked for.
    pub(super) fn labels(&self) -> impl Iterator<Item = Option<&str>> {
        let shown = self.beside.iter().take(self.shown);
        std::iter::once(None).chain(shown.map(|group| Some(group.label())))
    }
}

/// What is known of an allele.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Counted,
    /// It is none, or it cannot be decided which one it is.
    Nothing,
}

/// Counts one record after the other; neighbours share what was read.
pub(super) struct SiteCounter<'a> {
    source: &'a Source,
    lookup: Lookup<'a>,
    /// The contig of the record before, and why it is none of the dataset.
    contig: Vec<u8>,
    unknown: Option<String>,
    one: Vec<Counts>,
    known: Vec<Known>,
    /// By ALT, and then by group that is shown.
    counts: Vec<Counts>,
    /// By ALT, whether the filter holds.
    holds: Vec<bool>,
}

impl<'a> SiteCounter<'a> {
    pub(super) fn new(source: &'a Source) -> Result<Self> {
        let lookup = source.view.lookup(source.group.as_ref())?;
        Ok(Self {
            source,
            lookup: lookup.beside(&source.beside)?,
            contig: Vec::new(),
            unknown: None,
            one: Vec::new(),
            known: Vec::new(),
            counts: Vec::new(),
            holds: Vec::new(),
        })
    }

    /// Counts the alleles of a record.
    pub(super) fn count(
        &mut self,
        site: &RawSite<'_>,
        (file, place): (&str, Place),
        tally: &mut Tally,
    ) -> Result<()> {
        self.known.clear();
        self.counts.clear();
        self.holds.clear();
        // readers let nothing else pass
        let contig = std::str::from_utf8(site.contig).unwrap_or_default();
        if self.contig != site.contig {
            self.contig.clear();
            self.contig.extend_from_slice(site.contig);
            self.unknown = match self.lookup.enter(contig) {
                Ok(()) => None,
                Err(Error::Expression(error)) => Some(error.message),
                Err(error) => return Err(error),
            };
        }
        let groups = self.source.beside.len() + 1;
        for (alternate, extent) in site.alts() {
            self.one.clear();
            let known = if matches!(alternate, b"*" | b"<*>" | b"<NON_REF>") {
                Known::Nothing
            } else if let Some(why) = &self.unknown {
                tally.uncovered += 1;
                tally.on_unknown(contig, 1, why);
                self.one.resize(groups, Counts::default());
                Known::Counted
            } else {
                let text = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
                let alleles = (text(site.reference), text(alternate));
                let position = Position::from_zero_based(site.position.into());
                let position = position.unwrap_or(Position::TELOMERE);
                let presence = self.lookup.counts_of_extent(
                    contig,
                    position,
                    alleles,
                    extent,
                    &mut self.one,
                )?;
                let an = self.one.first().and_then(|counts| counts.an);
                match (presence, an) {
                    (Presence::Present, _) => tally.present += 1,
                    (Presence::Absent, Some(_)) => tally.absent += 1,
                    (Presence::Absent, None) => tally.uncovered += 1,
                    (Presence::Undecided(why), _) => {
                        tally.undecided += 1;
                        tally
                            .doubt
                            .get_or_insert_with(|| format!("{file}{place}: {why}"));
                    }
                }
                match self.one.is_empty() {
                    true => Known::Nothing,
                    false => Known::Counted,
                }
            };
            self.keep(known);
        }
        Ok(())
    }

    /// Keeps what is known of the next ALT.
    fn keep(&mut self, known: Known) {
        self.known.push(known);
        let of_filter = self.source.shown + 1;
        let filter = self.source.filter.as_ref();
        self.holds.push(match (known, filter) {
            (_, None) => true,
            (Known::Nothing, _) => false,
            (Known::Counted, Some(filter)) => {
                let counts = self.one.first().copied().unwrap_or_default();
                filter.holds(&counts, self.one.get(of_filter..).unwrap_or_default())
            }
        });
        self.one.resize(of_filter, Counts::default());
        self.counts.extend_from_slice(&self.one);
    }

    /// Whether there is a filter.
    pub(super) fn filters(&self) -> bool {
        self.source.filter.is_some()
    }

    /// Whether the filter holds of an ALT.
    pub(super) fn holds(&self, alt: usize) -> bool {
        self.holds.get(alt).copied().unwrap_or_default()
    }

    /// Whether there is an allele of which AF is not known.
    pub(super) fn has_unknown(&self) -> bool {
        let width = self.source.shown + 1;
        let counts = self.counts.iter().step_by(width);
        let mut all = self.known.iter().zip(counts);
        all.any(|(known, counts)| *known == Known::Counted && counts.af().is_none())
    }

    /// The counts of the ALTs in a group; `None` of those of which nothing is known.
    pub(super) fn of_group(
        &self,
        group: usize,
    ) -> impl ExactSizeIterator<Item = Option<&Counts>> + Clone {
        let width = self.source.shown + 1;
        self.known.iter().enumerate().map(move |(alt, known)| {
            let counts = self.counts.get(alt * width + group);
            counts.filter(|_| *known == Known::Counted)
        })
    }
}
