//! Variants with their counts as a policy shows them.

use super::influence::{Influence, Unit};
use super::memory::{Decided, PolicyMemory, lasting};
use super::noise::Noised;
use super::pace::Pace;
use super::people_table::Grid;
use super::policy_view::{SEVERAL_VALUES, SPENT};
use crate::cohort::View;
use crate::error::Result;
use crate::genome::Position;
use crate::model::Known;
use crate::query::{By, CountedGroup, Group, Query, Scan, Showing, ShownCounts, Variant};
use std::collections::VecDeque;
use std::sync::Arc;

/// Variants with their counts as a policy shows them, one after the other.
pub struct ShownScan {
    scan: Scan,
    showing: Showing,
    /// Samples that may be seen.
    samples: u64,
    /// Samples of the group that is counted in; `None` is all.
    group: Option<u64>,
    /// The group, where there is one, and its parts, in the order in which they are counted.
    groups: Vec<Group>,
    /// The fields that parts are made by.
    fields: String,
    /// The parts of the group: values of the fields, and samples, with the number of each among what is counted.
    parts: Vec<(Vec<Option<String>>, Part)>,
    /// Which of them are listed.
    listed: Vec<bool>,
    width: Option<usize>,
    counted: Vec<CountedGroup>,
    shown: Vec<ShownCounts>,
    withheld: u64,
    /// Whether the group, and its parts, may be spoken of beside what was said before.
    says_group: bool,
    says_parts: bool,
    paid: Option<Box<Paid>>,
    /// Who is left out of counts that would set him too far apart.
    influence: Option<Box<Influence>>,
    /// Of a policy that adds noise.
    noised: Option<Box<Noised>>,
    /// When it began, where that nothing is shown must not say by its time whether something was found.
    pace: Option<Pace>,
}

/// Noise of one variant: in everybody, and then in each group that is counted.
#[derive(Clone, Copy)]
struct Noise<'n>(&'n [i64]);

impl Noise<'_> {
    /// Counts with the noise at this place; where none was drawn, none are shown.
    fn shown(self, showing: &Showing, at: usize, counted: &CountedGroup) -> Option<ShownCounts> {
        let noise = self.0.get(at).copied();
        noise.and_then(|noise| showing.noisy(counted, noise))
    }

    /// Counts of the group with this number.
    fn part(self, showing: &Showing, number: usize, counted: &CountedGroup) -> ShownCounts {
        let shown = self.shown(showing, number + 1, counted);
        shown.unwrap_or_default()
    }

    /// Counts of the group of all, where those outside of it are not too few to be spoken of.
    fn group(self, showing: &Showing, all: &CountedGroup, group: &CountedGroup) -> ShownCounts {
        match showing.leaves_enough(all, group) {
            true => self.part(showing, 0, group),
            false => ShownCounts::default(),
        }
    }
}

/// Sites that are paid for before they are shown.
struct Paid {
    /// The same variants, read ahead of them.
    ahead: ShownScan,
    memory: Arc<dyn PolicyMemory>,
    /// Of the variants that come next, whether they are paid for.
    granted: VecDeque<bool>,
    /// So many were paid for last.
    together: usize,
}

/// Why nothing is counted of people who differ by few from those who were answered about.
const TOO_LIKE: &str = "would say, beside what was answered before, what few people have";
/// Sites that are paid for together at most.
const TOGETHER: usize = 16;

impl Paid {
    /// Whether the variant that comes next is paid for.
    fn next(&mut self) -> Result<bool> {
        if self.granted.is_empty() {
            let mut sites = Vec::new();
            // few at first: who reads few pays for few
            self.together = (2 * self.together).clamp(1, TOGETHER);
            while sites.len() < self.together
                && let Some(site) = self.ahead.next(|mut variant| variant.variant().name())?
            {
                sites.push(site);
            }
            self.granted = self.memory.may_count(&sites)?.into();
        }
        Ok(self.granted.pop_front().unwrap_or_default())
    }
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
    listed: &'s [bool],
    shown: &'s [ShownCounts],
}

impl<'v, 'a> ShownVariant<'_, 'v, 'a> {
    /// Where it is, its alleles and its id: what is of no person.
    pub fn variant(&mut self) -> ShownSite<'_, 'v, 'a> {
        ShownSite(&mut self.variant)
    }

    /// By the fields that were asked for: their values, and counts.
    pub fn parts(&self) -> impl Iterator<Item = (&[Option<String>], ShownCounts)> {
        let parts = self.parts.iter().zip(self.shown).zip(self.listed);
        parts
            .filter(|(_, listed)| **listed)
            .map(|(((values, _), shown), _)| (values.as_slice(), *shown))
    }
}

/// A variant without those who have it.
pub struct ShownSite<'s, 'v, 'a>(pub(super) &'s mut Variant<'v, 'a>);

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
    pub fn position(&self) -> Result<Position> {
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

    /// `contig:position:REF:ALT`, of a site that is paid for.
    pub(super) fn name(&mut self) -> Result<String> {
        let place = format!("{}:{}", self.0.contig(), self.0.position()?.one_based());
        let (reference, alternate) = self.0.alleles()?;
        let [reference, alternate] = [reference, alternate].map(String::from_utf8_lossy);
        Ok(format!("{place}:{reference}:{alternate}"))
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
        (by, lists): (&[By], &dyn Fn(u64) -> bool),
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
        let whole = group.as_ref().map_or_else(
            || u64::from(view.sample_count()),
            |group| group.samples().len(),
        );
        let in_parts: u64 = parts.iter().map(|(_, part)| part.samples).sum();
        if !by.is_empty() && in_parts != whole && view.policy().is_some() {
            return Err(showing.refused(SEVERAL_VALUES));
        }
        let grid = Grid::of(parts, by.len());
        let listed = grid.listed(|part| part.samples, lists);
        Ok(Self {
            samples: view.sample_count().into(),
            group: group.map(|group| group.samples().len()),
            parts: grid.cells,
            listed,
            width: grid.width,
            counted: Vec::new(),
            shown: Vec::new(),
            withheld: 0,
            says_group: true,
            says_parts: true,
            paid: None,
            influence: None,
            noised: None,
            pace: None,
            showing,
            scan: view.scan(&query.clone().by(counted.clone()))?,
            groups: counted,
            fields: by.iter().map(|of| format!("{of} ")).collect(),
        })
    }

    /// The same with noise, which `noised` draws for everybody and each of some groups.
    pub(super) fn noised(
        mut self,
        noised: impl FnOnce(&[Group]) -> Result<Noised>,
    ) -> Result<Self> {
        self.noised = Some(Box::new(noised(&self.groups)?));
        Ok(self)
    }

    /// The same, of which the time does not say whether something was found of which nothing is shown.
    pub(super) fn paced(self, pace: Option<Pace>) -> Self {
        Self { pace, ..self }
    }

    /// The same without those whom a count would set too far apart, of each variant.
    pub(super) fn influenced(mut self, view: &View, memory: Arc<dyn PolicyMemory>) -> Result<Self> {
        let everybody = || Unit {
            label: String::new(),
            group: None,
        };
        let of = |label: String, number: usize| {
            let group = self.groups.get(number)?;
            Some(Unit {
                label,
                group: Some((number, group.samples().clone())),
            })
        };
        // nobody is in two parts, and everybody is in one
        let parts = self.parts.iter();
        let parts = parts.filter_map(|(values, part)| of(format!("{values:?}"), part.number?));
        let units = match self.parts.is_empty() {
            true => ("everybody".to_owned(), vec![everybody()]),
            false => (format!("by {}", self.fields), parts.collect()),
        };
        self.influence = Some(Box::new(Influence::new(view, memory, units)?));
        Ok(self)
    }

    /// The same beside what was said before: the group, and all parts or none, and sites that are paid for with what is `ahead`.
    /// `by_variants` is the question that picks the group, where variants do.
    pub(super) fn remembering(
        mut self,
        view: &View,
        memory: &Arc<dyn PolicyMemory>,
        by_variants: Option<&str>,
        ahead: Option<Self>,
    ) -> Result<Self> {
        let about = |group: &Group, by_variants| {
            memory.may_answer_about(&lasting(view, group.subjects())?, by_variants)
        };
        let may = |group: &Group| about(group, None);
        let mut counted = self.groups.iter();
        if self.group.is_some()
            && let Some(group) = counted.next()
        {
            self.says_group = about(group, by_variants)?;
        } else if !may(&view.all()?)? {
            return Err(self.showing.refused(TOO_LIKE));
        }
        for group in counted {
            self.says_parts = self.says_parts && may(group)?;
        }
        self.paid = ahead.map(|ahead| {
            Box::new(Paid {
                ahead,
                memory: Arc::clone(memory),
                granted: VecDeque::new(),
                together: 0,
            })
        });
        Ok(self)
    }

    /// Fields of a table by which counts are given: the values of each part, in their order.
    pub fn parts(&self) -> impl Iterator<Item = &[Option<String>]> {
        let parts = self.parts.iter().zip(&self.listed);
        parts
            .filter(|(_, listed)| **listed)
            .map(|((values, _), _)| values.as_slice())
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
            listed,
            counted,
            shown,
            withheld,
            paid,
            influence,
            groups,
            noised,
            pace,
            ..
        } = self;
        let (samples, group, width) = (self.samples, self.group, self.width);
        let is_plain = parts.is_empty() && group.is_none() && influence.is_none();
        let (says_group, says_parts) = (self.says_group, self.says_parts);
        loop {
            let made = scan.next(|mut variant| {
                // what comes next has noise whether it is shown or not
                let noise = noised.as_mut().map(|noised| noised.next()).transpose()?;
                let noise = noise.as_deref().map(Noise);
                let seen = |showing: &Showing, all: &CountedGroup| match noise {
                    None => showing.all(all),
                    Some(noise) => noise.shown(showing, 0, all),
                };
                let mut all = CountedGroup {
                    counts: variant.counts()?,
                    samples,
                };
                if let Some(paid) = paid
                    && seen(showing, &all).is_some()
                    && !paid.next()?
                {
                    paid.memory.record(Decided::Refused)?;
                    return Err(showing.refused(SPENT));
                }
                let without = match influence.as_mut() {
                    None => None,
                    Some(influence) => {
                        let left = influence.left_out(&mut variant, &all)?;
                        (!left.is_empty()).then_some((influence, left))
                    }
                };
                if let Some((influence, left)) = &without {
                    all = influence.count(&mut variant, &all, None, left)?;
                    // that somebody had it is not said by a row of nobody
                    if all.counts.ac == 0 {
                        *withheld += 1;
                        return Ok(None);
                    }
                }
                let count = |variant: &mut Variant<'_, '_>, number: usize, samples: u64| {
                    let whole = CountedGroup {
                        counts: variant.counts_of(number)?,
                        samples,
                    };
                    match (&without, groups.get(number)) {
                        (Some((influence, left)), Some(group)) => {
                            influence.count(variant, &whole, Some(group), left)
                        }
                        _ => Ok(whole),
                    }
                };
                let Some(of_all) = seen(showing, &all) else {
                    *withheld += 1;
                    return Ok(None);
                };
                // most often nothing else is counted, and a row costs as little as without a policy
                if is_plain {
                    let Some(f) = f.take() else { return Ok(None) };
                    return f(ShownVariant {
                        variant,
                        counts: of_all,
                        parts,
                        listed,
                        shown,
                    })
                    .map(Some);
                }
                let (whole, in_group) = match group {
                    None => (all, of_all),
                    Some(samples) => {
                        let group = count(&mut variant, 0, samples)?;
                        (
                            group,
                            match (says_group, noise) {
                                (false, _) => ShownCounts::default(),
                                (true, None) => showing.group(&all, &group),
                                (true, Some(noise)) => noise.group(showing, &all, &group),
                            },
                        )
                    }
                };
                counted.clear();
                shown.clear();
                for (_, part) in parts.iter() {
                    counted.push(match part.number {
                        Some(number) => count(&mut variant, number, part.samples)?,
                        None => CountedGroup {
                            counts: whole.counts.of_nobody_beside(),
                            samples: 0,
                        },
                    });
                }
                let nothing = in_group == ShownCounts::default();
                let counts = match (parts.is_empty(), nothing) {
                    (true, _) => in_group,
                    // nothing of the group is shown, and so nothing of its parts
                    (false, true) => {
                        shown.resize(parts.len(), ShownCounts::default());
                        in_group
                    }
                    (false, false) if noise.is_some() => {
                        for ((_, part), counted) in parts.iter().zip(counted.iter()) {
                            shown.push(match (says_parts, noise.zip(part.number)) {
                                (true, Some((noise, number))) => {
                                    noise.part(showing, number, counted)
                                }
                                _ => ShownCounts::default(),
                            });
                        }
                        in_group
                    }
                    (false, false) => {
                        let may_split = in_group.n_het != Known::Withheld;
                        let whole = showing.parts((&whole, may_split), counted, width, shown);
                        if !says_parts {
                            shown.fill(ShownCounts::default());
                        }
                        whole.unwrap_or_default()
                    }
                };
                let counts = match influence.is_some() {
                    true => {
                        shown.iter_mut().for_each(|of| *of = of.capped());
                        counts.capped()
                    }
                    false => counts,
                };
                let Some(f) = f.take() else { return Ok(None) };
                f(ShownVariant {
                    variant,
                    counts,
                    parts,
                    listed,
                    shown,
                })
                .map(Some)
            })?;
            match made {
                None => {
                    if let Some(pace) = pace.take() {
                        pace.wait();
                    }
                    return Ok(None);
                }
                Some(Some(made)) => {
                    *pace = None;
                    return Ok(Some(made));
                }
                Some(None) => {}
            }
        }
    }
}
