//! From whom a child has a variant, by the genotypes of both parents.
//!
//! A parent *carries* where a copy has the ALT, and is *free* of it where no copy has it and none is
//! missing; else it is not known. A parent of several samples carries where any of them does, and is
//! free where none carries and one is free. Whoever was not looked at (no such sample, another batch
//! that does not cover the place) is not known.
//!
//! A child with one copy has it from one parent, who decides alone: the mother on X and MT, the father
//! on Y. Ploidies are those written, so that a son's calls in pseudo-autosomal regions and diploid
//! calls elsewhere ask both parents.

use super::place::RowRef;
use super::variants::Variant;
use crate::cohort::RowCounter;
use crate::error::Result;
use crate::genome::Chromosome;
use crate::model::CarrierGenotype;
use crate::query::expr::Origin;
use crate::query::plan::trios::Trios;
use crate::set::{SampleSet, get_bit};
use crate::store::Segment;
use std::collections::hash_map::Entry;
use std::fmt;

/// From whom a child has a variant that it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inheritance {
    /// Both parents are called and carry none.
    DeNovo,
    /// The mother carries it, the father is called and does not.
    Maternal,
    /// The father carries it, the mother is called and does not.
    Paternal,
    /// Both parents carry it.
    Both,
    /// One parent carries it, and of the other it is not known.
    Inherited,
    /// No parent is known to carry it, and of one it is not known.
    Unknown,
}

impl Inheritance {
    /// The name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::DeNovo => "de_novo",
            Self::Maternal => "maternal",
            Self::Paternal => "paternal",
            Self::Both => "both",
            Self::Inherited => "inherited",
            Self::Unknown => "unknown",
        }
    }

    /// Whether a question for this origin means it.
    pub fn is(self, origin: Origin) -> bool {
        match origin {
            Origin::DeNovo => self == Self::DeNovo,
            Origin::Maternal => self == Self::Maternal,
            Origin::Paternal => self == Self::Paternal,
            Origin::Inherited => !matches!(self, Self::DeNovo | Self::Unknown),
        }
    }
}

impl fmt::Display for Inheritance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a parent has of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Has {
    Carries,
    Free,
    NotKnown,
}

fn inheritance(mother: Has, father: Has) -> Inheritance {
    match (mother, father) {
        (Has::Carries, Has::Carries) => Inheritance::Both,
        (Has::Carries, Has::Free) => Inheritance::Maternal,
        (Has::Free, Has::Carries) => Inheritance::Paternal,
        (Has::Carries, Has::NotKnown) | (Has::NotKnown, Has::Carries) => Inheritance::Inherited,
        (Has::Free, Has::Free) => Inheritance::DeNovo,
        (Has::NotKnown, _) | (_, Has::NotKnown) => Inheritance::Unknown,
    }
}

/// Which parents give a chromosome to a child with so many copies: mother, father.
fn givers(chromosome: Option<Chromosome>, ploidy: u32) -> (bool, bool) {
    match (ploidy, chromosome) {
        (1, Some(Chromosome::X | Chromosome::MT)) => (true, false),
        (1, Some(Chromosome::Y)) => (false, true),
        _ => (true, true),
    }
}

impl Variant<'_, '_> {
    /// Calls `f` with every child in the group that was asked for that carries the variant, and from
    /// whom it has it, by sample.
    ///
    /// A parent *carries* where a copy has the ALT, and is *free* of it where none has and none is
    /// missing; whoever was not looked at is neither. A child with one copy on X or MT has it from the
    /// mother, on Y from the father: the other parent is not asked.
    ///
    /// # Errors
    ///
    /// As [`Variant::position`].
    pub fn origins(
        &mut self,
        trios: &Trios,
        f: impl FnMut(CarrierGenotype, Inheritance),
    ) -> Result<()> {
        self.origins_counted(trios, f).map(|_| ())
    }

    /// [`Self::origins`]; returns the bytes of sets read.
    pub(in crate::query) fn origins_counted(
        &mut self,
        trios: &Trios,
        mut f: impl FnMut(CarrierGenotype, Inheritance),
    ) -> Result<u64> {
        if !trios.is_empty() {
            self.of.view.refuse_foreign("trios", &trios.view)?;
        }
        let names = self.of.view.contig_names();
        let chromosome = names.chromosome(self.contig_number() as usize);
        self.with_relatives(|variant, family, carrier| {
            let Some(parents) = trios.children.get(&carrier.sample) else {
                return Ok(());
            };
            let (by_mother, by_father) = givers(chromosome, carrier.ploidy);
            let mut has = |asked: bool, samples: &[u32]| match asked {
                true => family.has(variant, samples),
                false => Ok(Has::Free),
            };
            let mother = has(by_mother, &parents.mother)?;
            let father = has(by_father, &parents.father)?;
            f(carrier, inheritance(mother, father));
            Ok(())
        })
    }

    /// Calls `f` with every carrier in the group that was asked for, and with what may be known of others at the
    /// variant; returns the bytes of sets read.
    pub(super) fn with_relatives(
        &mut self,
        mut f: impl FnMut(&mut Self, &mut Family<'_>, CarrierGenotype) -> Result<()>,
    ) -> Result<u64> {
        let mut carriers = Vec::new();
        // parents may carry in records that do not pass
        let passing = self.of.walk.passing().to_vec();
        let some_only = passing.len() < self.of.walk.rows().len();
        let mut within = SampleSet::new();
        let bytes = self.carriers_by_row(true, |row, carrier, _| {
            if some_only && passing.contains(&row) {
                within.insert(carrier.sample);
            }
            carriers.push(carrier);
        })?;
        // batches may share samples
        carriers.sort_by_key(|carrier| carrier.sample);
        carriers.dedup_by_key(|carrier| carrier.sample);
        let mut again = Vec::new();
        self.of.walk.rows_again(&mut again)?;
        let elsewhere = self.carriers_again(&again)?;
        let mut family = Family {
            incomplete: Vec::new(),
            carriers: &carriers,
            again,
            elsewhere,
        };
        for carrier in &carriers {
            if some_only && !within.contains(carrier.sample) {
                continue;
            }
            let group = self.of.group();
            if group.is_some_and(|group| !group.contains(carrier.sample)) {
                continue;
            }
            f(self, &mut family, *carrier)?;
        }
        Ok(bytes)
    }
}

impl Variant<'_, '_> {
    /// Who carries the variant in other rows.
    fn carriers_again(&mut self, rows: &[RowRef]) -> Result<SampleSet> {
        let mut found = SampleSet::new();
        let mut carriers = Vec::new();
        for &row in rows {
            if let Some(tally) = self.of.whole_tally(row) {
                tally.carriers(row.row, &mut carriers)?;
                tally.with_phases(row.row, &carriers, &mut |carrier, _| {
                    found.insert(carrier.sample);
                })?;
            }
        }
        Ok(found)
    }
}

/// What is known of parents, or of others, at a variant.
pub(super) struct Family<'c> {
    /// Rows that tell the variant once more, and who carries it there.
    again: Vec<RowRef>,
    elsewhere: SampleSet,
    /// By row of the variant, samples with missing copies; made when first needed.
    incomplete: Vec<(RowRef, Vec<u64>)>,
    /// By sample.
    carriers: &'c [CarrierGenotype],
}

impl Family<'_> {
    /// Whether none of these samples carries the variant, and one is called.
    pub(super) fn are_free(
        &mut self,
        variant: &mut Variant<'_, '_>,
        samples: &[u32],
    ) -> Result<bool> {
        Ok(self.has(variant, samples)? == Has::Free)
    }

    fn has(&mut self, variant: &mut Variant<'_, '_>, samples: &[u32]) -> Result<Has> {
        let carries = |sample: &u32| {
            let found = self.carriers.binary_search_by_key(sample, |c| c.sample);
            found.is_ok() || self.elsewhere.contains(*sample)
        };
        if samples.iter().any(carries) {
            return Ok(Has::Carries);
        }
        for &sample in samples {
            if self.is_called(variant, sample)? {
                return Ok(Has::Free);
            }
        }
        Ok(Has::NotKnown)
    }

    /// Whether all copies of a sample that does not carry are known.
    fn is_called(&mut self, variant: &mut Variant<'_, '_>, sample: u32) -> Result<bool> {
        let mut here = false;
        let rows = variant.of.walk.rows().len();
        for i in 0..rows + self.again.len() {
            let row = match i.checked_sub(rows) {
                None => variant.of.walk.rows().get(i),
                Some(i) => self.again.get(i),
            };
            let Some(&row) = row else {
                break;
            };
            let Some((_, segment)) = variant.of.walk.part(row) else {
                continue;
            };
            let Some(local) = local_number(segment, sample) else {
                continue;
            };
            here = true;
            let known = self.incomplete.iter().position(|(of, _)| *of == row);
            let at = match known {
                Some(at) => at,
                None => {
                    let tally = variant.of.whole_tally(row);
                    let bits = tally.map_or_else(
                        || Ok(Vec::new()),
                        |t: &mut RowCounter<'_>| t.incomplete(row.row),
                    )?;
                    self.incomplete.push((row, bits));
                    self.incomplete.len() - 1
                }
            };
            let bits = self.incomplete.get(at).map_or(&[][..], |(_, bits)| bits);
            if !get_bit(bits, local) {
                return Ok(true);
            }
        }
        match here {
            true => Ok(false),
            false => called_elsewhere(variant, sample),
        }
    }
}

/// Whether a sample's batch, which does not have the variant, was looked at here and knows all of its
/// copies.
fn called_elsewhere(variant: &mut Variant<'_, '_>, sample: u32) -> Result<bool> {
    let view = variant.of.view;
    if !view.counts_references() {
        return Ok(false);
    }
    let batches = match variant.of.batches_of.entry(sample) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(new) => new.insert(view.batches_of(sample)?),
    };
    let coverage = variant.of.walk.coverage()?;
    if coverage.callable_elsewhere()?.contains(sample) {
        return Ok(true);
    }
    for &batch in batches.iter() {
        if let Some(state) = coverage.state_elsewhere(batch, sample)? {
            return Ok(state.is_called());
        }
    }
    let one: SampleSet = std::iter::once(sample).collect();
    let (mut an, mut missing) = (0, 0);
    for (part, row) in batches.iter().filter_map(|&batch| coverage.row_of(batch)) {
        if let Some(of) = view.parts().get(part) {
            let known = RowCounter::new(view.segment(of)?, Some(&one)).known(row)?;
            (an, missing) = (an + known.0, missing + known.1);
        }
    }
    Ok(an > 0 && missing == 0)
}

/// A sample's number in the batch of a segment.
fn local_number(segment: &Segment, sample: u32) -> Option<u32> {
    match segment.numbers() {
        None => {
            let meta = segment.meta();
            let local = sample.checked_sub(meta.first_sample)?;
            (local < meta.samples).then_some(local)
        }
        Some(numbers) => numbers.binary_search(&sample).ok().map(|at| at as u32),
    }
}
