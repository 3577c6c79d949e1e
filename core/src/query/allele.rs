//! One allele, found without an expression: the quickest question there is.

use super::exec::counting::Counting;
use super::exec::counts::Counts;
use super::exec::place::{Place, RowOf};
use super::expr::VariantExpr;
use super::group::Group;
use super::plan::find::{doubt_of_mate, find_change, name_of};
use super::plan::several::Several;
use super::plan::vrs::{Identified, identified};
use crate::cohort::{RowCounter, RowCounts, View, stored_row};
use crate::error::{Error, ExpressionError, Result};
use crate::genome::{AlleleName, Change, Identifier, Position, VrsId, parse_identifier};
use crate::model::CarrierGenotype;
use crate::set::{SampleSet, get_bit};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

/// Alleles of one id that an error names.
const NAMES_TOLD: usize = 8;

/// An allele of a dataset, with its rows in each batch that has it.
///
/// Where an allele stands more than once in a batch (duplicate records), this is the first. Where a batch
/// spells it in several ways, a sample has what the record says in which it carries most.
#[derive(Debug, Clone)]
pub struct Allele<'a> {
    view: &'a View,
    /// Number of the part, and the row.
    rows: Vec<(usize, u32)>,
    /// Of batches that spell it in several ways.
    spelled: Vec<Spellings>,
}

/// The rows of an allele in a batch that spells it in several ways.
#[derive(Debug, Clone)]
struct Spellings {
    /// Those of the first spelling, which are among the allele's rows.
    first: Vec<(usize, u32)>,
    /// Those of all spellings.
    all: Vec<(usize, u32)>,
}

impl View {
    /// Finds an allele; `None` where the dataset does not have it. `contig` by any of its names,
    /// alleles as VCF writes them or in another spelling of the same change.
    ///
    /// ```no_run
    /// # fn main() -> varidex::Result<()> {
    /// use varidex::{Dataset, Position};
    /// let view = Dataset::open("cohort.vdx")?.view();
    /// let position = Position::from_one_based(16_050_075).unwrap();
    /// if let Some(allele) = view.allele("22", position, "A", "G")? {
    ///     println!("{:?}", allele.counts()?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] for a contig that the dataset does not have; [`Error::Damaged`].
    pub fn allele(
        &self,
        contig: &str,
        position: Position,
        reference: &str,
        alternate: &str,
    ) -> Result<Option<Allele<'_>>> {
        self.check()?;
        let change = Change::Exact {
            position,
            reference: Cow::Borrowed(reference),
            alternate: Cow::Borrowed(alternate),
        };
        self.find_named(&AlleleName { contig, change })
    }

    /// Finds an allele by any of its spellings: `22:16050075:A:G`, `22-16050075-A-G`, SPDI, HGVS g., or
    /// an id, if it is that of one allele only, or a computed identifier of GA4GH VRS (`ga4gh:VA.…`, 2.0 or 1.3); `None` where the dataset does not have it.
    ///
    /// # Errors
    ///
    /// [`Error::Expression`] for what is no such text, for a contig that the dataset does not have, for
    /// an id of several alleles, and for a computed identifier that may be that of a variant of which it is not
    /// known; [`Error::Damaged`].
    pub fn allele_named(&self, text: &str) -> Result<Option<Allele<'_>>> {
        self.check()?;
        match parse_identifier(text)? {
            Identifier::Allele(name) => self.find_named(&name),
            Identifier::Id(id) => only_one(self, id),
            Identifier::Vrs(id) => self.find_vrs(id, text),
        }
    }

    /// Finds an allele by its computed identifier.
    fn find_vrs(&self, id: VrsId, text: &str) -> Result<Option<Allele<'_>>> {
        match identified(self, id)? {
            Identified::Allele(contig, allele) => self.find_named(&AlleleName {
                contig: self.contig_name(contig),
                change: allele.change(),
            }),
            Identified::Absent => Ok(None),
            Identified::Doubt(message) => Err(Error::from(Box::new(ExpressionError {
                text: text.to_owned(),
                at: 0..text.len(),
                message,
                candidates: Vec::new(),
            }))),
        }
    }

    /// Counts of an allele by any of its spellings, in everybody or in a group; `None` where the dataset
    /// does not have it.
    ///
    /// # Errors
    ///
    /// As [`Self::allele_named`], and [`Error::Usage`] for a group of another dataset.
    pub fn frequency(&self, allele: &str, group: Option<&Group>) -> Result<Option<Counts>> {
        self.check()?;
        let within = group.map(|group| group.within(self)).transpose()?;
        let Some(allele) = self.allele_named(allele)? else {
            return Ok(None);
        };
        allele.counts_of(within.map(Group::samples)).map(Some)
    }

    /// The alleles that may be the one of a text, where it depends on bases that the dataset does not hold whether they are.
    pub(crate) fn undecided(&self, text: &str) -> Result<Vec<Allele<'_>>> {
        let Identifier::Allele(name) = parse_identifier(text)? else {
            return Ok(Vec::new());
        };
        let found = find_change(self, self.contig_named(name.contig)?, &name.change)?;
        let rows = found.undecided().iter();
        let alleles = rows.map(|row| Allele::of_spellings(self, vec![*row]));
        alleles.filter_map(Result::transpose).collect()
    }

    /// Calls `f` with each allele of which the computed identifier is not known, for it depends on bases that the dataset
    /// does not hold, or on an assembly that is not known.
    pub(crate) fn unidentified(&self, mut f: impl FnMut(&Allele<'_>) -> Result<()>) -> Result<()> {
        self.unidentified_rows(|row| match Allele::of_spellings(self, vec![row])? {
            Some(allele) => f(&allele),
            None => Ok(()),
        })
    }

    fn find_named(&self, name: &AlleleName<'_>) -> Result<Option<Allele<'_>>> {
        let number = self.contig_named(name.contig)?;
        let refused = |(message, candidates), text: String| {
            let at = 0..text.len();
            Err(Error::from(Box::new(ExpressionError {
                text,
                at,
                message,
                candidates,
            })))
        };
        if let Some(doubt) = doubt_of_mate(self, &name.change) {
            return refused((doubt.to_string(), Vec::new()), name.to_text());
        }
        let found = find_change(self, number, &name.change)?;
        if found.is_undecided() {
            let text = name.to_text();
            if let Some(doubt) = found.doubt(self, &text)? {
                return refused(doubt, text);
            }
        }
        if found.by_text {
            let text = name.to_text();
            if let Some(several) = Several::of(self, &text, &(0..text.len()), &found.rows)? {
                return refused(several.refusal(self)?, text);
            }
        }
        let mut rows = Vec::new();
        for (part, of_part) in found.rows {
            rows.extend(of_part.into_iter().map(|row| (part, row)));
        }
        Allele::of_spellings(self, rows)
    }

    /// The number of a contig by any of its names.
    pub(super) fn contig_named(&self, contig: &str) -> Result<u32> {
        let number = self.contig_names().resolve(contig).map_err(|e| {
            Error::from(Box::new(ExpressionError {
                text: contig.to_owned(),
                at: 0..contig.len(),
                message: e.to_string(),
                candidates: Vec::new(),
            }))
        })?;
        Ok(number as u32)
    }
}

/// The allele with an id, if there is one only.
fn only_one<'a>(view: &'a View, id: &str) -> Result<Option<Allele<'a>>> {
    let mut variants = view.variants(VariantExpr::id(id))?;
    let (mut rows, mut names) = (Vec::new(), Vec::new());
    while let Some(mut variant) = variants.next()? {
        let name = variant.names()?.vcf;
        if names.is_empty() {
            rows = variant.rows().map(|(part, _, row)| (part, row)).collect();
        }
        names.push(name.unwrap_or_default());
        if names.len() > NAMES_TOLD {
            break;
        }
    }
    if names.len() > 1 {
        return Err(Error::from(Box::new(ExpressionError {
            text: id.to_owned(),
            at: 0..id.len(),
            message: format!("`{id}` is the id of several alleles"),
            candidates: names,
        })));
    }
    Ok(Allele::of_rows(view, rows))
}

impl<'a> Allele<'a> {
    pub(super) fn of_rows(view: &'a View, rows: Vec<(usize, u32)>) -> Option<Self> {
        (!rows.is_empty()).then_some(Self {
            view,
            rows,
            spelled: Vec::new(),
        })
    }

    /// Of all rows of a change: of those that a batch spells in the same way the first.
    pub(super) fn of_spellings(
        view: &'a View,
        mut rows: Vec<(usize, u32)>,
    ) -> Result<Option<Self>> {
        if view.whole().is_none() {
            let all = Self::of_rows(view, rows.clone());
            if !all.as_ref().map_or(Ok(false), Self::is_seen)? {
                return Ok(None);
            }
            rows.retain(|(part, _)| view.sees_part(*part));
        }
        if let [_] = rows[..] {
            return Ok(Self::of_rows(view, rows));
        }
        let mut by_batch: BTreeMap<u32, Vec<(usize, u32)>> = BTreeMap::new();
        for (part, row) in rows {
            by_batch
                .entry(view.batch(part))
                .or_default()
                .push((part, row));
        }
        let (mut first, mut spelled) = (Vec::new(), Vec::new());
        for rows in by_batch.into_values() {
            if let [_] = rows[..] {
                first.extend(rows);
                continue;
            }
            let mut known = HashSet::new();
            let mut of_batch = Spellings {
                first: Vec::new(),
                all: Vec::new(),
            };
            for (part, row) in rows {
                let new = known.insert(name_of(view, part, row)?.to_ascii_uppercase());
                // what is put together from several inputs has a row for each of their records
                if new || view.is_merged(part) {
                    of_batch.all.push((part, row));
                    if known.len() == 1 {
                        of_batch.first.push((part, row));
                    }
                }
            }
            first.extend_from_slice(&of_batch.first);
            if known.len() > 1 {
                spelled.push(of_batch);
            }
        }
        let found = Self::of_rows(view, first);
        Ok(found.map(|allele| Self { spelled, ..allele }))
    }

    /// Whether it may be seen: one that only those carry who may not be is none.
    fn is_seen(&self) -> Result<bool> {
        let (mut carried, mut recorded) = (false, false);
        for (part, segment, row) in self.rows_of(&self.rows)? {
            let mut tally = RowCounter::of(segment, self.view.scope(part, segment));
            carried |= tally.is_carried(row)?;
            recorded = recorded || !self.view.is_merged(part) || tally.has_record(row)?;
        }
        Ok(recorded && (!carried || self.counts_of(None)?.ac > 0))
    }

    /// Counts over everybody.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn counts(&self) -> Result<Counts> {
        self.counts_of(None)
    }

    /// Counts in a group.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where the group is of another dataset, [`Error::Damaged`].
    pub fn counts_in(&self, group: &Group) -> Result<Counts> {
        self.counts_of(Some(group.within(self.view)?.samples()))
    }

    /// The counts over everybody where its row of the only batch says all.
    fn counts_stored(&self) -> Result<Option<Counts>> {
        let (Some(whole), &[(part, row)]) = (self.view.whole(), &self.rows[..]) else {
            return Ok(None);
        };
        let part = self.view.parts().get(part);
        let Some(part) = part.filter(|_| self.spelled.is_empty() && !self.view.counts_references())
        else {
            return Ok(None);
        };
        let stored = stored_row(whole, self.view.segment(part)?, row)?;
        Ok(Some(Counts::of_rows(stored)))
    }

    pub(super) fn counts_of(&self, group: Option<&SampleSet>) -> Result<Counts> {
        if group.is_none()
            && let Some(counts) = self.counts_stored()?
        {
            return Ok(counts);
        }
        let group = group.or(self.view.visible_samples());
        let rows = self.rows_of(&self.rows)?;
        let mut counting = Counting::new(self.view, group);
        if let Some(&(_, segment, row)) = rows.first() {
            let position = segment.columns.position.get(segment.file(), row)?;
            counting.begin(Place {
                contig: segment.contig_of(row),
                position: i32::try_from(position).unwrap_or(i32::MAX),
            });
        }
        let mut counts = counting.counts(0, rows.iter().copied())?;
        for spelled in &self.spelled {
            let mut before = RowCounts::default();
            for (_, segment, row) in self.rows_of(&spelled.first)? {
                before.add(RowCounter::new(segment, group).counts(row)?);
            }
            let rows = self.rows_of(&spelled.all)?;
            let mut sum = RowCounts::default();
            for ((_, segment, row), samples) in rows.iter().zip(representatives(&rows)?) {
                let samples = match group {
                    Some(group) => samples.intersection(group),
                    None => samples,
                };
                sum.add(RowCounter::new(segment, Some(&samples)).counts(*row)?);
            }
            counts.replace(before, sum);
        }
        Ok(counts)
    }

    /// Rows with their segments.
    fn rows_of(&self, rows: &[(usize, u32)]) -> Result<Vec<RowOf<'a>>> {
        let parts = self.view.parts();
        let rows = rows.iter().filter_map(|&(number, row)| {
            let segment = self.view.segment(parts.get(number)?);
            Some(segment.map(|segment| (number, segment, row)))
        });
        rows.collect()
    }

    /// Calls `f` with every carrier, by batch, then by sample.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`].
    pub fn carriers(&self, mut f: impl FnMut(CarrierGenotype)) -> Result<()> {
        let mut found = Vec::new();
        let batch = |(part, _): &(usize, u32)| self.view.batch(*part);
        for rows in self.rows.chunk_by(|a, b| batch(a) == batch(b)) {
            let mut spelled = self.spelled.iter();
            if let Some(of) = spelled.find(|of| of.first.first() == rows.first()) {
                self.carriers_spelled(&of.all, &mut f)?;
                continue;
            }
            let mut all = Vec::new();
            for (part, segment, row) in self.rows_of(rows)? {
                let mut tally = RowCounter::of(segment, self.view.scope(part, segment));
                match rows.len() {
                    1 => tally.for_each_carrier(row, &mut found, &mut |carrier, _| f(carrier))?,
                    _ => tally
                        .for_each_carrier(row, &mut found, &mut |carrier, _| all.push(carrier))?,
                };
            }
            all.sort_by_key(|carrier| carrier.sample);
            all.into_iter().for_each(&mut f);
        }
        Ok(())
    }

    /// The carriers of a batch that spells it in several ways.
    fn carriers_spelled(
        &self,
        rows: &[(usize, u32)],
        f: &mut impl FnMut(CarrierGenotype),
    ) -> Result<()> {
        let rows = self.rows_of(rows)?;
        let (mut found, mut all) = (Vec::new(), Vec::new());
        for ((_, segment, row), samples) in rows.iter().zip(representatives(&rows)?) {
            let samples = match self.view.visible_samples() {
                Some(visible) => samples.intersection(visible),
                None => samples,
            };
            let mut tally = RowCounter::new(segment, Some(&samples));
            tally.for_each_carrier(*row, &mut found, &mut |carrier, _| all.push(carrier))?;
        }
        all.sort_by_key(|carrier| carrier.sample);
        all.into_iter().for_each(f);
        Ok(())
    }
}

/// For each row of one change in a batch the samples of which it says something: of a sample that record in which it
/// carries most copies, else one in which all of its copies are known.
fn representatives(rows: &[RowOf<'_>]) -> Result<Vec<SampleSet>> {
    let samples = rows.first().map_or(0, |(_, of, _)| of.meta().samples);
    let mut best: Vec<((u32, bool), usize)> = vec![((0, false), 0); samples as usize];
    let mut found = Vec::new();
    for (number, (_, segment, row)) in rows.iter().enumerate() {
        let mut tally = RowCounter::new(segment, None);
        tally.carriers(*row, &mut found)?;
        let incomplete = tally.incomplete(*row)?;
        let mut carried = vec![0; samples as usize];
        for carrier in &found {
            if let Some(slot) = carried.get_mut(carrier.sample as usize) {
                *slot = carrier.carried;
            }
        }
        for ((local, best), carried) in (0u32..).zip(&mut best).zip(carried) {
            let told = (carried, !get_bit(&incomplete, local));
            if number == 0 || told > best.0 {
                *best = (told, number);
            }
        }
    }
    let mut sets = vec![SampleSet::new(); rows.len()];
    for (local, (_, number)) in (0u32..).zip(best) {
        if let (Some(set), Some((_, segment, _))) = (sets.get_mut(number), rows.get(number)) {
            set.insert(segment.sample(local));
        }
    }
    Ok(sets)
}
