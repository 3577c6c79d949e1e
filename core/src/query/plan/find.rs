//! Finding the rows of one change, however it is spelled in the question and in each batch.
//!
//! Rows that are spelled plainly (see [`crate::genome::Trimmed`]) are looked up by position and text, those
//! that are not by where their changes start: for them segments have a list. An indel that is asked for to
//! the right of where it is stored is found by how far rows roll, where the dataset is normalised. Where it
//! is not, the bases that REF columns show decide whether two indels are one; if they do not, the question
//! cannot be answered, for "no row" would say that nobody has it.

mod replaced;

use super::row_text::{RowText, TextCursor};
use crate::cohort::View;
use crate::error::Result;
use crate::format::ColumnCursor;
use crate::genome::{
    AlleleName, BaseAt, Change, Indel, Interval, KnownBases, NameError, Position, Same, Trimmed,
    bases_differ, is_plain, mate_contig, with_mate_named,
};
use crate::store::{Segment, WantedAlleles};
use std::ops::Range;

/// How far left of where a text puts an indel its row may stand: the build moves none further.
const ROLL_REACH: i64 = 10_000;
/// Rows that an error names.
const NAMED: usize = 3;

/// The rows of a change.
#[derive(Debug, Default)]
pub(in crate::query) struct Found {
    /// By part, ascending; rows of a part ascend.
    pub(in crate::query) rows: Vec<(usize, Vec<u32>)>,
    /// Whether the allele is its text: symbolic ones, breakends, and what changes nothing.
    pub(in crate::query) by_text: bool,
    /// Rows of which only the reference could tell whether they are the change.
    undecided: Vec<(usize, u32)>,
    /// Whether rows are normalised there.
    normalised: bool,
}

impl Found {
    fn add(&mut self, part: usize, mut rows: Vec<u32>) {
        if rows.is_empty() {
            return;
        }
        match self.rows.iter_mut().find(|(known, _)| *known == part) {
            Some((_, known)) => known.append(&mut rows),
            None => self.rows.push((part, rows)),
        }
    }

    fn sorted(mut self) -> Self {
        self.rows.sort_unstable_by_key(|(part, _)| *part);
        for (_, rows) in &mut self.rows {
            rows.sort_unstable();
            rows.dedup();
        }
        self.undecided.sort_unstable();
        self.undecided.dedup();
        self
    }

    /// The rows that may be the change or not: see [`Self::doubt`].
    pub(in crate::query) fn undecided(&self) -> &[(usize, u32)] {
        &self.undecided
    }

    /// Whether rows are in doubt.
    pub(in crate::query) fn is_undecided(&self) -> bool {
        !self.undecided.is_empty()
    }

    /// Why the change cannot be distinguished from others here, and what may be meant; `None` where it can.
    pub(in crate::query) fn doubt(
        &self,
        view: &View,
        asked: &str,
    ) -> Result<Option<(String, Vec<String>)>> {
        if self.undecided.is_empty() {
            return Ok(None);
        }
        let mut names = Vec::new();
        for &(part, row) in self.undecided.iter().take(NAMED) {
            names.push(name_of(view, part, row)?);
        }
        let why = match (view.manifest().normalised, self.normalised) {
            (true, true) => "bases beside the change that are in no REF here",
            (true, false) => "the reference of the dataset has no bases there",
            (false, _) => "the dataset was built without `--reference`",
        };
        let message = format!(
            "whether `{asked}` is a variant here cannot be decided: {why}, and {} may be the same change",
            names.join(", ")
        );
        Ok(Some((message, Vec::new())))
    }
}

/// A row as `contig:position:REF:ALT`.
pub(in crate::query) fn name_of(view: &View, part: usize, row: u32) -> Result<String> {
    let Some(of) = view.parts().get(part) else {
        return Ok(String::new());
    };
    let segment = view.segment(of)?;
    let mut text = RowText::default();
    text.load(segment, row)?;
    let change = text.change();
    let contig = view.contig_name(segment.contig_of(row));
    Ok(AlleleName { contig, change }
        .to_vcf_text()
        .unwrap_or_default())
}

/// What is wrong with the contig of a breakend's mate: it may be any that is not here, but none of another
/// assembly, of which positions would be wrong.
pub(in crate::query) fn doubt_of_mate(view: &View, change: &Change<'_>) -> Option<NameError> {
    let Change::Exact { alternate, .. } = change else {
        return None;
    };
    let mate = mate_contig(alternate.as_bytes())?;
    let found = view.contig_names().resolve(mate).err();
    found.filter(|error| !matches!(error, NameError::Unknown { .. }))
}

/// The rows of a change on a contig, in all batches.
pub(in crate::query) fn find_change(
    view: &View,
    contig: u32,
    change: &Change<'_>,
) -> Result<Found> {
    find_change_within(view, contig, change, i64::MIN..i64::MAX)
}

/// The same, of an indel among those that start in a stretch.
pub(in crate::query) fn find_change_within(
    view: &View,
    contig: u32,
    change: &Change<'_>,
    within: Range<i64>,
) -> Result<Found> {
    let mut finder = Finder {
        view,
        contig,
        within,
        found: Found {
            normalised: is_normalised(view, contig, change),
            ..Found::default()
        },
        text: RowText::default(),
    };
    match change {
        Change::Exact {
            position,
            reference,
            alternate,
        } => finder.exact(*position, reference.as_bytes(), alternate.as_bytes())?,
        Change::Deletion { interval, inserted } if inserted.is_empty() => {
            finder.interval(*interval, change, true)?;
        }
        Change::Duplication { interval } => finder.interval(*interval, change, false)?,
        Change::Deletion { interval, .. } | Change::Inversion { interval } => {
            finder.replacement(*interval, change)?;
        }
    }
    Ok(finder.found.sorted())
}

/// Whether rows are normalised at a place: elsewhere they are kept as they were written.
fn is_normalised(view: &View, contig: u32, change: &Change<'_>) -> bool {
    let position = match change {
        Change::Exact { position, .. } => position.zero_based(),
        Change::Deletion { interval, .. }
        | Change::Duplication { interval }
        | Change::Inversion { interval } => interval.start,
    };
    let of = view.manifest().contigs.get(contig as usize);
    let extent = of.and_then(|of| of.reference);
    extent.is_some_and(|(start, end)| (start..end).contains(&position))
}

/// A row that may be the indel asked for, spelled at another place.
struct Candidate {
    part: usize,
    row: u32,
    position: i64,
    reference: Vec<u8>,
    start: i64,
    bases: Vec<u8>,
    deletes: bool,
}

impl Candidate {
    fn indel(&self) -> Indel<'_> {
        Indel {
            start: self.start,
            bases: &self.bases,
            deletes: self.deletes,
        }
    }
}

/// The span of an indel of so many bases that is spelled plainly: that of REF, which has one base before the change.
fn plain_span(deletes: bool, length: i64) -> i64 {
    match deletes {
        true => length.saturating_add(1),
        false => 1,
    }
}

struct Finder<'a> {
    view: &'a View,
    contig: u32,
    /// Where other spellings of an indel may start.
    within: Range<i64>,
    found: Found,
    text: RowText,
}

impl<'a> Finder<'a> {
    /// The parts with rows over a stretch of the contig.
    fn parts(
        &self,
        stretch: Range<i64>,
    ) -> Result<impl Iterator<Item = Result<(usize, &'a Segment)>> + use<'a>> {
        let clamp = |n: i64| i32::try_from(n.max(-1)).unwrap_or(i32::MAX);
        let interval = Interval {
            start: clamp(stretch.start),
            end: clamp(stretch.end),
        };
        let view = self.view;
        let on_contig = view.batches()?.on_contig(self.contig).iter();
        Ok(on_contig.filter_map(move |&(part, span)| {
            let part = part as usize;
            let reached = view.span_reaches(part, span as usize, interval);
            let of = view.parts().get(part).filter(|_| reached)?;
            Some(view.segment(of).map(|segment| (part, segment)))
        }))
    }

    /// The rows of a segment that start in a stretch.
    fn rows(&self, segment: &Segment, positions: Range<i64>) -> Result<Range<u32>> {
        segment.starting(self.contig, positions)
    }

    fn exact(&mut self, position: Position, reference: &[u8], alternate: &[u8]) -> Result<()> {
        let start = i64::from(position.zero_based());
        match Trimmed::of(start, reference, alternate) {
            Some(of) if !of.is_no_change() => match of.indel() {
                Some(indel) => self.indel(start, reference, alternate, &of, indel),
                None => self.substitution(&of, (start, reference)),
            },
            _ => self.by_text(position, reference, alternate),
        }
    }

    /// What is no bases is its text; a breakend whatever the mate's contig is called.
    fn by_text(&mut self, position: Position, reference: &[u8], alternate: &[u8]) -> Result<()> {
        self.found.by_text = true;
        let view = self.view;
        let names = view.contig_names();
        let named = |alternate: &'_ [u8]| {
            with_mate_named(alternate, |name| names.known_name(name)).into_owned()
        };
        let wanted = WantedAlleles::new(reference, alternate);
        let mate = named(alternate);
        let is_breakend = alternate.iter().any(|b| matches!(b, b'[' | b']'));
        let start = i64::from(position.zero_based());
        for part in self.parts(start..start + 1)? {
            let (part, segment) = part?;
            let mut rows = Vec::new();
            if is_breakend {
                for row in self.rows(segment, start..start + 1)? {
                    self.text.load(segment, row)?;
                    if self.text.reference.eq_ignore_ascii_case(reference)
                        && named(&self.text.alternate).eq_ignore_ascii_case(&mate)
                    {
                        rows.push(row);
                    }
                }
            } else {
                segment.find_exact(self.contig, position.zero_based(), &wanted, &mut rows)?;
            }
            self.found.add(part, rows);
        }
        Ok(())
    }

    /// The rows of a part of which the change is this one, as trimming shows; those are not of which REF
    /// contradicts the REF that was asked for, a position and bases: that is of another assembly, or wrong.
    fn rows_trimmed(
        &mut self,
        segment: &Segment,
        rows: impl Iterator<Item = u32>,
        (of, asked): (&Trimmed<'_>, (i64, &[u8])),
    ) -> Result<Vec<u32>> {
        let mut found = Vec::new();
        let mut texts = TextCursor::new(segment);
        for row in rows {
            self.text.load_by(&mut texts, row)?;
            let text = &self.text;
            if text.trimmed().is_some_and(|trimmed| trimmed.same(of))
                && may_be_one_reference(asked, (text.start(), &text.reference))
            {
                found.push(row);
            }
        }
        Ok(found)
    }

    /// Those among them that are not spelled plainly.
    fn respelled(
        &mut self,
        part: usize,
        segment: &Segment,
        of: (&Trimmed<'_>, (i64, &[u8])),
    ) -> Result<()> {
        let start = of.0.start;
        let rows = segment.respelled(self.contig, start..start + 1)?;
        let rows = self.rows_trimmed(segment, rows.into_iter(), of)?;
        self.found.add(part, rows);
        Ok(())
    }

    /// Bases for others: none of them can stand elsewhere.
    fn substitution(&mut self, of: &Trimmed<'_>, asked: (i64, &[u8])) -> Result<()> {
        let wanted = WantedAlleles::new(of.reference, of.alternate);
        for part in self.parts(of.start..of.start + 1)? {
            let (part, segment) = part?;
            let mut rows = Vec::new();
            if let Ok(start) = i32::try_from(of.start) {
                segment.find_exact(self.contig, start, &wanted, &mut rows)?;
            }
            self.found.add(part, rows);
            self.respelled(part, segment, (of, asked))?;
        }
        Ok(())
    }

    fn indel(
        &mut self,
        position: i64,
        reference: &[u8],
        alternate: &[u8],
        of: &Trimmed<'_>,
        indel: Indel<'_>,
    ) -> Result<()> {
        let plain = is_plain(position, reference, of);
        let leftmost = plain || of.start <= 0 || of.is_leftmost(position, reference);
        let wanted = WantedAlleles::new(reference, alternate);
        for part in self.parts(of.start - 1..of.start + 1)? {
            let (part, segment) = part?;
            let mut rows = Vec::new();
            if plain && let Ok(position) = i32::try_from(position) {
                segment.find_exact(self.contig, position, &wanted, &mut rows)?;
            }
            if rows.is_empty() {
                let anchored = self.rows(segment, of.start - 1..of.start)?;
                rows = self.rows_trimmed(segment, anchored, (of, (position, reference)))?;
            }
            self.found.add(part, rows);
            self.respelled(part, segment, (of, (position, reference)))?;
        }
        if self.found.normalised && !leftmost && self.found.rows.is_empty() {
            self.rolled(position, reference, alternate, of.start)?;
        }
        let length = indel.bases.len() as i64;
        let reach = Indel::reach(length);
        let left = match leftmost {
            true => of.start,
            false => of.start - reach,
        };
        let first = left.max(self.within.start);
        let starts = first..(of.start + reach + 1).min(self.within.end).max(first);
        let unknown = |_: i64| None;
        let asked = Some(&indel);
        let candidates = self.candidates(
            starts,
            (indel.deletes, length),
            asked,
            &|candidate, roll| {
                candidate.start != of.start
                    && may_roll_to(candidate.start, roll, of.start)
                    && candidate.same(&indel, &unknown) != Same::No
            },
        )?;
        let same =
            |candidate: &Candidate, known: &BaseAt<'_>| candidate.indel().same(&indel, known);
        self.decide(
            candidates,
            of.start..of.start + length,
            (position, reference),
            &same,
        )
    }

    /// Rows of a normalised dataset that stand left of where the change is asked for.
    fn rolled(
        &mut self,
        position: i64,
        reference: &[u8],
        alternate: &[u8],
        start: i64,
    ) -> Result<()> {
        let mut first: Option<(Position, Vec<u8>, Vec<u8>)> = None;
        let window = start - ROLL_REACH..start + 2;
        for part in self.parts(window.clone())? {
            let (part, segment) = part?;
            if let Some((at, reference, alternate)) = &first {
                // of what is found once, the one spelling is known
                let wanted = WantedAlleles::new(reference, alternate);
                let mut rows = Vec::new();
                segment.find_exact(self.contig, at.zero_based(), &wanted, &mut rows)?;
                self.found.add(part, rows);
                continue;
            }
            let mut rows = Vec::new();
            for row in self.rows(segment, window.clone())? {
                self.text.load(segment, row)?;
                let stored = self.text.stored();
                if stored.is_some_and(|of| of.same_after_roll(position, reference, alternate)) {
                    rows.push(row);
                    first.get_or_insert_with(|| {
                        let text = &self.text;
                        (
                            text.position,
                            text.reference.clone(),
                            text.alternate.clone(),
                        )
                    });
                }
            }
            self.found.add(part, rows);
        }
        Ok(())
    }

    /// Indels of which REF and ALT do not show where they may be spelled, of so many bases and with starts in a
    /// stretch: those not spelled plainly, and all left of it where nothing is normalised. Of those that are spelled
    /// plainly the ones that are `asked` for elsewhere, where all bases of that are given. `may_be` is given an indel
    /// and how far it rolls.
    fn candidates(
        &mut self,
        starts: Range<i64>,
        (deletes, length): (bool, i64),
        asked: Option<&Indel<'_>>,
        may_be: &dyn Fn(&Indel<'_>, u32) -> bool,
    ) -> Result<Vec<Candidate>> {
        let mut found = Vec::new();
        let all = !self.found.normalised;
        for part in self.parts(starts.start - 1..starts.end + 1)? {
            let (part, segment) = part?;
            let mut texts = TextCursor::new(segment);
            let mut rows = segment.respelled(self.contig, starts.clone())?;
            if all {
                let span = plain_span(deletes, length);
                let mut spans = ColumnCursor::new(segment.file(), segment.columns.span);
                for row in self.rows(segment, starts.start - 1..starts.end - 1)? {
                    if spans.get(row)? == span
                        && texts.may_be_indel(row, (deletes, length), asked)?
                    {
                        rows.push(row);
                    }
                }
                rows.sort_unstable();
                rows.dedup();
            }
            for row in rows {
                self.text.load_by(&mut texts, row)?;
                let text = &self.text;
                let Some(indel) = text.trimmed().and_then(|trimmed| trimmed.indel()) else {
                    continue;
                };
                if starts.contains(&indel.start) && may_be(&indel, text.roll) {
                    found.push(Candidate {
                        part,
                        row,
                        position: text.start(),
                        reference: text.reference.clone(),
                        start: indel.start,
                        bases: indel.bases.to_vec(),
                        deletes: indel.deletes,
                    });
                }
            }
        }
        Ok(found)
    }

    /// Decides on candidates by what is known of the reference: from what was asked, from the candidates and
    /// from the rows between. Candidates of which REF contradicts what was asked are not of that change.
    fn decide(
        &mut self,
        mut candidates: Vec<Candidate>,
        asked: Range<i64>,
        asked_with: (i64, &[u8]),
        same: &dyn Fn(&Candidate, &BaseAt<'_>) -> Same,
    ) -> Result<()> {
        candidates.retain(|of| may_be_one_reference(asked_with, (of.position, &of.reference)));
        let starts = || candidates.iter().map(|candidate| candidate.start);
        let ends = candidates.iter().map(|of| of.start + of.bases.len() as i64);
        let (Some(first), Some(end)) = (starts().min(), ends.max()) else {
            return Ok(());
        };
        let stretch = first.min(asked.start) - 1..end.max(asked.end) + 1;
        let mut known = self.known_bases(stretch)?;
        for candidate in &candidates {
            known.add(candidate.position, &candidate.reference);
        }
        known.add(asked_with.0, asked_with.1);
        for candidate in &candidates {
            match same(candidate, &|at| known.get(at)) {
                Same::Yes => self.found.add(candidate.part, vec![candidate.row]),
                Same::No => {}
                Same::Unknown => self.found.undecided.push((candidate.part, candidate.row)),
            }
        }
        Ok(())
    }

    /// What the REFs of rows that start in a stretch show of it, and the repeats that rows roll through.
    fn known_bases(&mut self, stretch: Range<i64>) -> Result<KnownBases> {
        let mut known = KnownBases::new(stretch.clone());
        for part in self.parts(stretch.clone())? {
            let (_, segment) = part?;
            let mut texts = TextCursor::new(segment);
            for row in self.rows(segment, stretch.clone())? {
                self.text.load_by(&mut texts, row)?;
                let text = &self.text;
                known.add(text.start(), &text.reference);
                if text.roll > 0
                    && let Some(of) = text.trimmed()
                {
                    let end = of.start + of.reference.len() as i64 + i64::from(text.roll);
                    let repeat = of.start..end.min(stretch.end);
                    if let Some(bases) = text.stored().and_then(|of| of.known_reference(repeat)) {
                        known.add(of.start, &bases);
                    }
                }
            }
        }
        Ok(known)
    }

    /// A deletion or duplication of an interval; its bases are not given.
    fn interval(&mut self, interval: Interval, change: &Change<'_>, deletes: bool) -> Result<()> {
        let interval = i64::from(interval.start)..i64::from(interval.end);
        let length = interval.end - interval.start;
        if self.found.normalised {
            let window = interval.start - ROLL_REACH..interval.end + 2;
            for part in self.parts(window.clone())? {
                let (part, segment) = part?;
                let mut rows = Vec::new();
                for row in self.rows(segment, window.clone())? {
                    self.text.load(segment, row)?;
                    if self.text.stored().and_then(|of| of.is(change)) == Some(true) {
                        rows.push(row);
                    }
                }
                self.found.add(part, rows);
            }
        }
        let reach = Indel::reach(length);
        let starts = interval.start - reach..interval.start + reach + 1;
        let of_interval = interval.clone();
        let unknown = |_: i64| None;
        let candidates = self.candidates(starts, (deletes, length), None, &|candidate, roll| {
            candidate.deletes == deletes
                && may_roll_to(candidate.start, roll, interval.start)
                && candidate.same_as_interval(interval.clone(), &unknown) != Same::No
        })?;
        let same = |candidate: &Candidate, known: &BaseAt<'_>| {
            candidate
                .indel()
                .same_as_interval(of_interval.clone(), known)
        };
        self.decide(candidates, of_interval.clone(), (0, &[]), &same)
    }
}

/// Whether a row may be an indel that starts elsewhere: one that rolls is the leftmost spelling, and no base further
/// is it the same; of one that does not the bases decide.
fn may_roll_to(start: i64, roll: u32, asked: i64) -> bool {
    roll == 0 || (start..=start + i64::from(roll)).contains(&asked)
}

/// Whether two REFs, each with its start, agree where both are: a base that is no `ACGT` may be any.
fn may_be_one_reference(a: (i64, &[u8]), b: (i64, &[u8])) -> bool {
    let from = a.0.max(b.0);
    let mut both = from_place(a, from).iter().zip(from_place(b, from));
    !both.any(|(&a, &b)| bases_differ(a, b))
}

/// The bases from a place on.
fn from_place((start, bases): (i64, &[u8]), place: i64) -> &[u8] {
    let skipped = usize::try_from(place - start).unwrap_or(usize::MAX);
    bases.get(skipped..).unwrap_or_default()
}
