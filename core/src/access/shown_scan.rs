//! Variants with their counts as a policy shows them.

use super::policy_view::Grid;
use crate::cohort::View;
use crate::error::Result;
use crate::model::Known;
use crate::query::{By, CountedGroup, Group, Query, Scan, Showing, ShownCounts, Variant};

/// Variants with their counts as a policy shows them, one after the other.
pub struct ShownScan {
    scan: Scan,
    showing: Showing,
    /// Samples that may be seen.
    samples: u64,
    /// Samples of the group that is counted in; `None` is all.
    group: Option<u64>,
    /// The parts of the group: values of the fields, and samples, with the number of each among what is counted.
    parts: Vec<(Vec<Option<String>>, Part)>,
    width: Option<usize>,
    counted: Vec<CountedGroup>,
    shown: Vec<ShownCounts>,
    withheld: u64,
}

/// A part of the group.
#[derive(Debug, Clone, Copy, Default)]
struct Part {
    /// Its number among the groups that are counted; `None` where nobody is in it.
    number: Option<usize>,
    samples: u64,
}

/// A variant, lent by [`ShownScan::next`].
pub struct ShownVariant<'s, 'v, 'a> {
    variant: Variant<'v, 'a>,
    /// In everybody, or in the group that was asked for.
    pub counts: ShownCounts,
    parts: &'s [(Vec<Option<String>>, Part)],
    shown: &'s [ShownCounts],
}

impl<'v, 'a> ShownVariant<'_, 'v, 'a> {
    /// Where it is, its alleles and its id: what is of no person.
    pub fn variant(&mut self) -> ShownSite<'_, 'v, 'a> {
        ShownSite(&mut self.variant)
    }

    /// By the fields that were asked for: their values, and counts.
    pub fn parts(&self) -> impl Iterator<Item = (&[Option<String>], ShownCounts)> {
        let parts = self.parts.iter().zip(self.shown);
        parts.map(|((values, _), shown)| (values.as_slice(), *shown))
    }
}

/// A variant without those who have it.
pub struct ShownSite<'s, 'v, 'a>(&'s mut Variant<'v, 'a>);

impl<'a> ShownSite<'_, '_, 'a> {
    /// See [`Variant::contig`].
    pub fn contig(&self) -> &'a str {
        self.0.contig()
    }

    /// See [`Variant::position`].
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged), as every method here.
    pub fn position(&self) -> Result<crate::Position> {
        self.0.position()
    }

    /// See [`Variant::interval`].
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn interval(&self) -> Result<crate::genome::Interval> {
        self.0.interval()
    }

    /// See [`Variant::alleles`].
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn alleles(&mut self) -> Result<(&[u8], &[u8])> {
        self.0.alleles()
    }

    /// See [`Variant::id`].
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn id(&mut self) -> Result<&[u8]> {
        self.0.id()
    }
}

impl ShownScan {
    pub(super) fn new(
        view: &View,
        query: &Query,
        group: Option<Group>,
        by: &[By],
        showing: Showing,
    ) -> Result<Self> {
        let group = view.counted_by(by, group.as_ref())?;
        let mut counted: Vec<Group> = group.iter().cloned().collect();
        let mut parts = Vec::new();
        if !by.is_empty() {
            for (values, part) in view.groups_by(by, group.as_ref())? {
                let of = Part {
                    number: Some(counted.len()),
                    samples: part.samples().len(),
                };
                parts.push((values, of));
                counted.push(part);
            }
        }
        let grid = Grid::of(parts, by.len());
        Ok(Self {
            samples: view.sample_count().into(),
            group: group.map(|group| group.samples().len()),
            parts: grid.cells,
            width: grid.width,
            counted: Vec::new(),
            shown: Vec::new(),
            withheld: 0,
            showing,
            scan: view.scan(&query.clone().by(counted))?,
        })
    }

    /// Fields of a table by which counts are given: the values of each part, in their order.
    pub fn parts(&self) -> impl Iterator<Item = &[Option<String>]> {
        self.parts.iter().map(|(values, _)| values.as_slice())
    }

    /// How many variants were skipped so far of which nothing may be shown; it may not be shown itself.
    pub(crate) fn withheld(&self) -> u64 {
        self.withheld
    }

    /// Calls `f` with the next variant of which something is shown, and gives what it makes of it; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged), and what `f` ends with.
    pub fn next<T>(
        &mut self,
        f: impl for<'s, 'v, 'a> FnOnce(ShownVariant<'s, 'v, 'a>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut f = Some(f);
        let Self {
            scan,
            showing,
            parts,
            counted,
            shown,
            withheld,
            ..
        } = self;
        let (samples, group, width) = (self.samples, self.group, self.width);
        loop {
            let made = scan.next(|mut variant| {
                let all = CountedGroup {
                    counts: variant.counts()?,
                    samples,
                };
                let Some(of_all) = showing.all(&all) else {
                    *withheld += 1;
                    return Ok(None);
                };
                let (whole, in_group) = match group {
                    None => (all, of_all),
                    Some(samples) => {
                        let counts = variant.counts_of(0)?;
                        let group = CountedGroup { counts, samples };
                        (group, showing.group(&all, &group))
                    }
                };
                counted.clear();
                shown.clear();
                for (_, part) in parts.iter() {
                    counted.push(match part.number {
                        Some(number) => CountedGroup {
                            counts: variant.counts_of(number)?,
                            samples: part.samples,
                        },
                        None => CountedGroup {
                            counts: whole.counts.of_nobody_beside(),
                            samples: 0,
                        },
                    });
                }
                let counts = match (parts.is_empty(), in_group == ShownCounts::default()) {
                    (true, _) => in_group,
                    // nothing of the group is shown, and so nothing of its parts
                    (false, true) => {
                        shown.resize(parts.len(), ShownCounts::default());
                        in_group
                    }
                    (false, false) => {
                        let may_split = in_group.n_het != Known::Withheld;
                        let whole = showing.parts((&whole, may_split), counted, width, shown);
                        whole.unwrap_or_default()
                    }
                };
                let Some(f) = f.take() else { return Ok(None) };
                f(ShownVariant {
                    variant,
                    counts,
                    parts,
                    shown,
                })
                .map(Some)
            })?;
            match made {
                None => return Ok(None),
                Some(Some(made)) => return Ok(Some(made)),
                Some(None) => {}
            }
        }
    }
}
