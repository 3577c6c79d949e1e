//! The sums over what batches report of the place at hand.

use crate::cohort::{Batches, Members, View};
use crate::cohort::{RowCounter, RowCounts};
use crate::error::Result;
use crate::set::SampleSet;

/// A row by its part.
pub(super) type PartRow = (u32, u32);

/// A row that reports for its batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) row: PartRow,
    /// AN and missing samples of the whole batch; `None` where that is still to be read.
    pub(super) known: Option<(u32, u32)>,
}

/// What each batch reports, and the sums in each group.
pub(super) struct Reports<'a> {
    view: &'a View,
    batches: &'a Batches,
    standings: Vec<Standing>,
    /// Batches with a row of the REF at hand.
    sites: Vec<u32>,
    groups: Vec<Asked<'a>>,
    /// What was read last, by group.
    read: Vec<(u32, u32)>,
}

/// Places in [`Asked::known`].
const BLOCK: usize = 0;
const SITE: usize = 1;

/// What is known of a batch at the place.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    /// The row without change over the place.
    block: Option<PartRow>,
    /// The row of the same REF at the place, which reports more.
    site: Option<PartRow>,
    /// Whether the batch has the variant.
    here: bool,
    /// Of the batches that have samples in common with it, how many have the variant, how many looked,
    /// and how many of those have a lower number.
    near: [u32; 3],
}

/// What becomes of a batch in the sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// What it reports is counted.
    GroupCounter,
    /// Its samples are counted elsewhere, or count nowhere.
    Silent,
    /// It did not look.
    Unknown,
}

impl Standing {
    fn looked(&self) -> bool {
        self.site.or(self.block).is_some()
    }

    fn part(&self) -> Part {
        let [near_here, near_looked, lower] = self.near;
        if self.here || near_here > 0 {
            return Part::Silent;
        }
        match (self.looked(), near_looked, lower) {
            (true, _, 0) => Part::GroupCounter,
            (true, ..) => Part::Silent,
            (false, 0, _) => Part::Unknown,
            (false, ..) => Part::Silent,
        }
    }
}

/// A group, and what batches report of it.
struct Asked<'a> {
    /// `None` is everybody: stored counts are used.
    group: Option<SampleSet>,
    /// Its samples in each batch.
    sizes: Vec<u32>,
    /// Whether some are in no batch: they were looked at nowhere.
    outside: bool,
    /// By part.
    tallies: Vec<Option<Box<RowCounter<'a>>>>,
    /// By batch: AN and missing samples by the block, and by the row of the same REF.
    known: Vec<[(u32, u32); 2]>,
    an: u64,
    missing: u64,
    /// Batches that hold samples of the group, and did not look; samples of no batch are one.
    unknown: u32,
}

impl<'a> Reports<'a> {
    pub(super) fn new<'g>(
        view: &'a View,
        batches: &'a Batches,
        groups: impl IntoIterator<Item = Option<&'g SampleSet>>,
    ) -> Result<Self> {
        let groups = groups.into_iter();
        let groups = groups.map(|group| Asked::new(view, batches, group));
        Ok(Self {
            view,
            batches,
            standings: vec![Standing::default(); batches.len()],
            sites: Vec::new(),
            groups: groups.collect::<Result<_>>()?,
            read: Vec::new(),
        })
    }

    /// Nobody looked.
    pub(super) fn forget(&mut self) {
        self.standings.fill(Standing::default());
        self.sites.clear();
        for group in &mut self.groups {
            group.forget();
        }
    }

    /// AN and missing samples of a group in the batches that looked, and whether one that holds some of it did not.
    pub(super) fn sum(&self, group: usize) -> RowCounts {
        let group = self.groups.get(group);
        group.map_or(RowCounts::default(), |group| RowCounts {
            an: u32::try_from(group.an).unwrap_or(u32::MAX),
            missing: u32::try_from(group.missing).unwrap_or(u32::MAX),
            uncovered: group.unknown > 0,
            ..RowCounts::default()
        })
    }

    /// Whether a batch did not look, and its samples are not counted elsewhere.
    pub(super) fn is_unknown(&self, batch: u32) -> bool {
        let standing = self.standings.get(batch as usize);
        standing.is_some_and(|standing| standing.part() == Part::Unknown)
    }

    /// The row that reports for a batch, where it is counted.
    pub(super) fn row_of(&self, batch: u32) -> Option<(usize, u32)> {
        let standing = self.standings.get(batch as usize)?;
        let (part, row) = standing.site.or(standing.block)?;
        (standing.part() == Part::GroupCounter).then_some((part as usize, row))
    }

    /// Whether a batch has the variant.
    pub(super) fn is_here(&self, batch: u32) -> bool {
        let standing = self.standings.get(batch as usize);
        standing.is_some_and(|standing| standing.here)
    }

    /// Which row without change lies over the place.
    pub(super) fn set_block(&mut self, batch: u32, report: Option<Report>) -> Result<()> {
        let row = report.map(|report| report.row);
        let known = self.standings.get(batch as usize);
        if known.is_some_and(|standing| standing.block == row) {
            return Ok(());
        }
        self.read(batch, report)?;
        self.change(batch, Some(BLOCK), |standing| standing.block = row);
        Ok(())
    }

    /// The row of the same REF at the place.
    pub(super) fn set_site(&mut self, batch: u32, report: Report) -> Result<()> {
        self.read(batch, Some(report))?;
        self.sites.push(batch);
        self.change(batch, Some(SITE), |standing| {
            standing.site = Some(report.row);
        });
        Ok(())
    }

    /// Before another REF.
    pub(super) fn clear_sites(&mut self) {
        while let Some(batch) = self.sites.pop() {
            self.change(batch, None, |standing| standing.site = None);
        }
    }

    /// Whether the batch has the variant; `false` where that was known.
    pub(super) fn set_here(&mut self, batch: u32, here: bool) -> bool {
        let counted = self.is_counted(batch);
        let Some(standing) = self.standings.get_mut(batch as usize) else {
            return false;
        };
        if standing.here == here {
            return false;
        }
        match counted {
            true => self.change(batch, None, |standing| standing.here = here),
            false => standing.here = here,
        }
        true
    }

    /// Whether what a batch reports matters to a sum: merged ones are counted elsewhere.
    fn is_counted(&self, batch: u32) -> bool {
        let holds = |group: &Asked<'_>| {
            group
                .sizes
                .get(batch as usize)
                .is_some_and(|size| *size > 0)
        };
        self.groups.iter().any(holds) || !self.view.sharing(self.batches, batch).is_empty()
    }

    /// Reads what a row reports to each group.
    fn read(&mut self, batch: u32, report: Option<Report>) -> Result<()> {
        self.read.clear();
        for group in &mut self.groups {
            let size = group.sizes.get(batch as usize).copied().unwrap_or(0);
            self.read.push(match report {
                Some(report) if size > 0 => group.count(self.view, report)?,
                _ => (0, 0),
            });
        }
        Ok(())
    }

    /// Changes what is known of a batch (with what was read, by its block or its site), and what follows
    /// from it for those that have samples in common with it.
    fn change(&mut self, batch: u32, read: Option<usize>, change: impl FnOnce(&mut Standing)) {
        let near = self.view.sharing(self.batches, batch);
        for &of in near.iter().chain(&[batch]) {
            self.put(of, false);
        }
        if let Some(standing) = self.standings.get_mut(batch as usize) {
            let before = (standing.here, standing.looked());
            change(standing);
            let after = (standing.here, standing.looked());
            for &of in near {
                if let Some(standing) = self.standings.get_mut(of as usize) {
                    let lower = batch < of;
                    let shifts = [
                        (before.0, after.0),
                        (before.1, after.1),
                        (before.1 && lower, after.1 && lower),
                    ];
                    for (count, (before, after)) in standing.near.iter_mut().zip(shifts) {
                        *count = *count + u32::from(after) - u32::from(before);
                    }
                }
            }
        }
        if let Some(which) = read {
            for (group, read) in self.groups.iter_mut().zip(&self.read) {
                let known = group.known.get_mut(batch as usize);
                if let Some(known) = known.and_then(|known| known.get_mut(which)) {
                    *known = *read;
                }
            }
        }
        for &of in near.iter().chain(&[batch]) {
            self.put(of, true);
        }
    }

    /// Puts a batch into the sums, or takes it out.
    fn put(&mut self, batch: u32, into: bool) {
        let at = batch as usize;
        let Some(standing) = self.standings.get(at) else {
            return;
        };
        let part = standing.part();
        let which = match standing.site {
            Some(_) => SITE,
            None => BLOCK,
        };
        if part == Part::Silent {
            return;
        }
        for group in &mut self.groups {
            if group.sizes.get(at).is_none_or(|size| *size == 0) {
                continue;
            }
            let known = group.known.get(at).and_then(|known| known.get(which));
            let (an, missing) = known.map_or((0, 0), |(an, missing)| (*an, *missing));
            let shift = |sum: &mut u64, by: u32| match into {
                true => *sum = sum.saturating_add(by.into()),
                false => *sum = sum.saturating_sub(by.into()),
            };
            if part == Part::Unknown {
                group.unknown = match into {
                    true => group.unknown + 1,
                    false => group.unknown.saturating_sub(1),
                };
            } else {
                shift(&mut group.an, an);
                shift(&mut group.missing, missing);
            }
        }
    }
}

impl<'a> Asked<'a> {
    fn new(view: &'a View, batches: &Batches, group: Option<&SampleSet>) -> Result<Self> {
        let everybody = u64::from(view.universe());
        let group = group.filter(|group| group.len() < everybody).cloned();
        let mut sizes = Vec::with_capacity(batches.len());
        for batch in (0..).take(batches.len()) {
            let parts = batches.parts(batch).iter();
            let mut parts = parts.filter_map(|&part| view.parts().get(part));
            sizes.push(match (parts.next(), &group) {
                (None, _) => 0,
                _ if batches
                    .parts(batch)
                    .first()
                    .is_some_and(|part| view.is_merged(*part)) =>
                {
                    0
                }
                (Some(part), None) => view.segment(part)?.meta().samples,
                (Some(part), Some(group)) => Members::of(view.segment(part)?).count_in(group),
            });
        }
        let outside = batches.outside();
        let mut asked = Self {
            outside: match &group {
                Some(group) => !group.is_disjoint(outside),
                None => !outside.is_empty(),
            },
            group,
            tallies: view.parts().iter().map(|_| None).collect(),
            known: vec![[(0, 0); 2]; sizes.len()],
            sizes,
            an: 0,
            missing: 0,
            unknown: 0,
        };
        asked.forget();
        Ok(asked)
    }

    fn forget(&mut self) {
        (self.an, self.missing) = (0, 0);
        let held = self.sizes.iter().filter(|size| **size > 0);
        self.unknown = held.count() as u32 + u32::from(self.outside);
    }

    /// AN and missing samples of the group in a row.
    fn count(&mut self, view: &'a View, report: Report) -> Result<(u32, u32)> {
        if let (None, Some(known)) = (&self.group, report.known) {
            return Ok(known);
        }
        let (part, row) = (report.row.0 as usize, report.row.1);
        let Some(of) = view.parts().get(part) else {
            return Ok((0, 0));
        };
        let segment = view.segment(of)?;
        let Some(slot) = self.tallies.get_mut(part) else {
            return Ok((0, 0));
        };
        let new = || Box::new(RowCounter::new(segment, self.group.as_ref()));
        slot.get_or_insert_with(new).known(row)
    }
}
