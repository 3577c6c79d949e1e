//! The variants that an expression picks, one after the other, with their counts in a group.

use super::annotation::{Annotation, EntryReader, asked_of_entries, has_entries};
use super::counting::Counting;
use super::counts::Counts;
use super::group_counter::GroupCounter;
use super::looked::Looked;
use super::place::{Place, RowRef};
use super::question::Question;
use super::spellings::Numbered;
use super::walk::Walk;
use crate::cohort::{Carrier, RowCounter, View};
use crate::error::Result;
use crate::format::PAGE_ROWS;
use crate::genome::{AlleleType, Interval, Position};
use crate::model::CarrierGenotype;
use crate::query::expr::Node;
use crate::query::plan::entries::EntryTest;
use crate::query::plan::test::Test;
use crate::set::SampleSet;
use crate::store::{IdBlocks, Segment};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The number of the group that was asked for.
const ASKED: usize = 0;

/// The variants that an expression picks, in the order of contig, position, REF and ALT.
///
/// It lends one variant after the other and allocates nothing per row:
///
/// ```no_run
/// # fn main() -> varidex::Result<()> {
/// let view = varidex::Dataset::open("cohort.vdx")?.view();
/// let mut variants = view.variants("22:16,000,000-17,000,000 & af<0.01")?;
/// while let Some(mut variant) = variants.next()? {
///     println!("{}:{} {:?}", variant.contig(), variant.position()?.one_based(), variant.counts()?);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Variants<'a> {
    pub(in crate::query) view: &'a View,
    pub(in crate::query) walk: Walk<'a>,
    /// The group that was asked for, and those that are counted beside.
    counting: Counting<'a>,
    /// Whether that is all who may be seen, of whom the rows of a variant say all.
    asks_all: bool,
    /// How many are counted beside.
    beside: usize,
    /// What is asked of annotations, so that what is shown is what was asked for.
    asked: Vec<Arc<EntryTest>>,
    /// Everybody who matters, where the group is not that: parents may be outside of it.
    whole: GroupCounter<'a>,
    /// The batches of samples that were looked for.
    pub(in crate::query) batches_of: HashMap<u32, Vec<u32>>,
    /// Who was looked at, once somebody asks for it.
    pub(super) looked: Option<Box<Looked<'a>>>,
    pub(super) scratch: Scratch,
}

/// Buffers that variants are read into.
#[derive(Default)]
pub(super) struct Scratch {
    reference: Vec<u8>,
    alternate: Vec<u8>,
    /// By part.
    ids: Vec<IdBlocks>,
    joined_ids: Vec<u8>,
    /// Part and allele number that `reference` and `alternate` hold.
    alleles_of: Option<(usize, u32)>,
    pub(super) carriers: Vec<Carrier>,
    pub(super) of_rows: Vec<(RowRef, CarrierGenotype)>,
    /// By part, what is kept of its annotations.
    entries: Vec<EntryReader>,
}

impl<'a> Variants<'a> {
    pub(in crate::query) fn new(
        view: &'a View,
        question: Question,
        group: Option<&SampleSet>,
    ) -> Result<Self> {
        let mut asked = Vec::new();
        asked_of_entries(&question.test, &mut asked);
        let walk = Walk::new(view, question)?;
        let counting = Counting::new(view, group);
        let is_all = counting.group(ASKED).is_some_and(GroupCounter::is_all);
        Ok(Self {
            view,
            walk,
            asks_all: is_all && !counting.looks_elsewhere(),
            counting,
            beside: 0,
            asked,
            whole: GroupCounter::new(view, None),
            batches_of: HashMap::new(),
            looked: None,
            scratch: Scratch::default(),
        })
    }

    /// The next variant; `None` after the last.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged) where bytes are not what was written.
    // inlined: what is lent need not go through memory
    #[inline]
    #[expect(
        clippy::should_implement_trait,
        reason = "an Iterator cannot lend its items"
    )]
    pub fn next(&mut self) -> Result<Option<Variant<'_, 'a>>> {
        if !self.walk.step()? {
            return Ok(None);
        }
        self.counting.begin(self.walk.place());
        if let Some(looked) = &mut self.looked {
            looked.forget();
        }
        let Some(&first) = self.walk.rows().first() else {
            return Ok(None);
        };
        let Some((_, segment)) = self.walk.part(first) else {
            return Ok(None);
        };
        Ok(Some(Variant {
            of: self,
            first,
            segment,
        }))
    }

    /// Counts in these groups as well: see [`Variant::counts_of`].
    pub(in crate::query) fn count_beside<'g>(
        mut self,
        groups: impl Iterator<Item = &'g SampleSet>,
    ) -> Self {
        for group in groups {
            self.counting.add(group);
            self.beside += 1;
        }
        self.counting.count_together();
        self
    }

    /// Gives origins of these children only, by looking only at their families: others do not matter.
    pub(in crate::query) fn look_only_at(&mut self, children: &SampleSet, families: &SampleSet) {
        self.counting = Counting::new(self.view, Some(children));
        self.asks_all = false;
        self.whole = GroupCounter::new(self.view, Some(families));
    }

    /// The group that was asked for; `None` is everybody.
    pub(in crate::query) fn group(&self) -> Option<&SampleSet> {
        self.counting.group(ASKED)?.group.as_ref()
    }

    /// One of the groups that were asked for together.
    pub(super) fn group_beside(&self, group: usize) -> Result<Option<&SampleSet>> {
        self.refuse_absent(group)?;
        let counted = self.counting.group(ASKED + 1 + group);
        Ok(counted.and_then(|counted| counted.group.as_ref()))
    }

    fn refuse_absent(&self, group: usize) -> Result<()> {
        match group < self.beside {
            true => Ok(()),
            false => Err(crate::error::Error::Usage(format!(
                "no group {group} was asked for"
            ))),
        }
    }

    /// What counts the group that was asked for, and the row of a variant that has only one, to which no other batch
    /// adds; `None` where stored counts are those of the group, too.
    #[inline]
    fn counter_of_only(&mut self) -> Option<(&mut RowCounter<'a>, u32)> {
        match self.walk.rows() {
            &[row] if !self.counting.looks_elsewhere() && self.counting.whole().is_none() => {
                Some((self.tally(row)?, row.row))
            }
            _ => None,
        }
    }

    #[inline]
    pub(super) fn tally(&mut self, row: RowRef) -> Option<&mut RowCounter<'a>> {
        let (part, segment) = self.walk.part(row)?;
        let counted = self.counting.group_mut(ASKED)?;
        counted.tally((part, segment, row.row))
    }

    /// As [`Self::tally`], of everybody.
    pub(in crate::query) fn whole_tally(&mut self, row: RowRef) -> Option<&mut RowCounter<'a>> {
        if self.group().is_none() {
            return self.tally(row);
        }
        let (part, segment) = self.walk.part(row)?;
        self.whole.tally((part, segment, row.row))
    }
}

/// One variant, lent by [`Variants::next`].
pub struct Variant<'v, 'a> {
    pub(in crate::query) of: &'v mut Variants<'a>,
    pub(super) first: RowRef,
    pub(super) segment: &'a Segment,
}

impl<'a> Variant<'_, 'a> {
    /// The contig, by the name in the input.
    pub fn contig(&self) -> &'a str {
        self.of
            .view
            .contig_name(self.segment.contig_of(self.first.row))
    }

    /// The number of the contig in the manifest.
    pub(crate) fn contig_number(&self) -> u32 {
        self.segment.contig_of(self.first.row)
    }

    /// Where REF starts.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`](crate::Error::Damaged), as every method here.
    pub fn position(&self) -> Result<Position> {
        let number = self
            .segment
            .columns
            .position
            .get(self.segment.file(), self.first.row)?;
        Position::from_zero_based(number).ok_or_else(|| {
            self.segment
                .file()
                .damage(usize::MAX, 0, "a position below 2^31", number.to_string())
        })
    }

    /// The part and the row of each record that is counted: of one state of the dataset.
    pub(crate) fn counted_rows(&self) -> impl Iterator<Item = (usize, u32)> + '_ {
        self.of.walk.rows().iter().map(|of| (of.part, of.row))
    }

    /// Where the variant stands among the others.
    pub(in crate::query) fn place(&self) -> Place {
        self.of.walk.place()
    }

    /// The stretch of the contig that the variant spans: of REF, or up to END or SVLEN.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn interval(&self) -> Result<Interval> {
        let start = self.position()?.zero_based();
        let span = self
            .segment
            .columns
            .span
            .get(self.segment.file(), self.first.row)?;
        let end = i32::try_from(i64::from(start).saturating_add(span)).unwrap_or(i32::MAX);
        Ok(Interval {
            start,
            end: end.max(start),
        })
    }

    fn load_alleles(&mut self) -> Result<()> {
        let key = Some((self.first.part, self.first.row));
        let scratch = &mut self.of.scratch;
        if scratch.alleles_of == key {
            return Ok(());
        }
        scratch.alleles_of = None;
        scratch.reference.clear();
        scratch.alternate.clear();
        let (reference, alternate) = (&mut scratch.reference, &mut scratch.alternate);
        self.of.walk.alleles(self.first, reference, alternate)?;
        scratch.alleles_of = key;
        Ok(())
    }

    /// REF and ALT; ALT is empty where the record has none.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn alleles(&mut self) -> Result<(&[u8], &[u8])> {
        self.load_alleles()?;
        Ok((&self.of.scratch.reference, &self.of.scratch.alternate))
    }

    /// What kind of change it is.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn allele_type(&mut self) -> Result<AlleleType> {
        let (segment, row) = (self.segment, self.first.row);
        let (reference, alternate) = self.alleles()?;
        segment.type_of(row, reference, alternate)
    }

    /// The ID column; empty where there is none. Ids of several batches stand one after the other with `;`
    /// between, each once.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn id(&mut self) -> Result<&[u8]> {
        let Scratch {
            ids,
            joined_ids: joined,
            ..
        } = &mut self.of.scratch;
        ids.resize_with(self.of.walk.part_count(), IdBlocks::default);
        let rows = self.of.walk.seen();
        if let &[row] = rows {
            let block = ids.get_mut(row.part);
            return block.map_or(Ok(&[]), |block| self.segment.id(row.row, block));
        }
        joined.clear();
        for &row in rows {
            let (Some((_, segment)), Some(block)) = (self.of.walk.part(row), ids.get_mut(row.part))
            else {
                continue;
            };
            let of_batch = segment.id(row.row, block)?;
            for id in of_batch.split(|&b| b == b';').filter(|id| !id.is_empty()) {
                if joined.split(|&b| b == b';').all(|known| known != id) {
                    if !joined.is_empty() {
                        joined.push(b';');
                    }
                    joined.extend_from_slice(id);
                }
            }
        }
        Ok(joined)
    }

    /// The FILTER column; empty where none is recorded. Of a variant that several batches have it is that of
    /// the records that pass the question: each text once, with `,` between, `.` for none.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn filter(&self) -> Result<Cow<'a, str>> {
        let mut shown = Cow::Borrowed("");
        let of_row = |row: RowRef| -> Result<&'a str> {
            let Some((_, segment)) = self.of.walk.part(row) else {
                return Ok("");
            };
            let number = segment.columns.filter.get(segment.file(), row.row)?;
            Ok(segment.filter(number))
        };
        let (first, others) = match self.of.walk.passing() {
            [first, others @ ..] => (of_row(*first)?, others),
            [] => return Ok(shown),
        };
        shown = Cow::Borrowed(first);
        let text = |filter: &'a str| match filter {
            "" => ".",
            filter => filter,
        };
        for row in others {
            let filter = of_row(*row)?;
            if filter != first && shown.split(',').all(|known| known != text(filter)) {
                if let Cow::Borrowed(first) = shown {
                    shown = Cow::Owned(text(first).to_owned());
                }
                let joined = shown.to_mut();
                joined.push(',');
                joined.push_str(text(filter));
            }
        }
        Ok(shown)
    }

    /// What is said of the variant, one entry for each transcript (and for each annotated region), in
    /// the order of the source. Empty where it is not annotated. Of a variant that several batches have it is
    /// what the records say that pass the question, each entry once.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn annotations(&mut self) -> Result<Vec<Annotation>> {
        let mut all = Vec::new();
        self.with_entries(|reader, segment, row, _| {
            let more = reader.all(segment, row)?;
            if all.is_empty() {
                all = more;
            } else {
                for entry in more {
                    if !all.contains(&entry) {
                        all.push(entry);
                    }
                }
            }
            Ok(())
        })?;
        Ok(all)
    }

    /// The most severe that is said of the variant, by the records that pass the question; of what was asked
    /// for, where genes, consequences and the like were. `None` where it is not annotated.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn annotation(&mut self) -> Result<Option<Annotation>> {
        let mut shown = None;
        self.with_entries(|reader, segment, row, asked| {
            let best = shown.as_ref().map(|(rank, _)| *rank);
            // of equals the first
            if let Some(better) = reader.shown(segment, row, asked, best)? {
                shown = Some(better);
            }
            Ok(())
        })?;
        Ok(shown.map(|(_, entry)| entry))
    }

    /// Reads the annotation of each batch that has one, of those that pass the question.
    fn with_entries(
        &mut self,
        mut read: impl FnMut(&mut EntryReader, &Segment, u32, &[Arc<EntryTest>]) -> Result<()>,
    ) -> Result<()> {
        let of = &mut *self.of;
        let readers = &mut of.scratch.entries;
        readers.resize_with(of.walk.part_count(), EntryReader::default);
        for &row in of.walk.passing() {
            let Some((_, segment)) = of.walk.part(row) else {
                continue;
            };
            if !has_entries(segment, row.row)? {
                continue;
            }
            if let Some(reader) = readers.get_mut(row.part) {
                read(reader, segment, row.row, &of.asked)?;
            }
        }
        Ok(())
    }

    /// The QUAL column; of a variant that several batches have, that of the first record with one among
    /// those that pass the question.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn quality(&self) -> Result<Option<f32>> {
        for row in self.of.walk.passing() {
            let Some((_, segment)) = self.of.walk.part(*row) else {
                continue;
            };
            let column = &segment.columns.quality;
            let page = column.page(segment.file(), row.row / PAGE_ROWS)?;
            if let Some(bits) = page.get_nullable(row.row % PAGE_ROWS) {
                return Ok(Some(f32::from_bits(bits as u32)));
            }
        }
        Ok(None)
    }

    /// The counts in the group that was asked for.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn counts(&mut self) -> Result<Counts> {
        if let Some((counter, row)) = self.of.counter_of_only() {
            let counts = counter.counts(row)?;
            return Ok(Counts::of_rows(counts));
        }
        let Variants { walk, counting, .. } = &mut *self.of;
        match counting.whole() {
            Some(_) => walk.counts(),
            None => counting.counts(ASKED, walk.rows_of()),
        }
    }

    /// The counts in one of the groups that were asked for together: see
    /// [`View::variants_by`].
    ///
    /// # Errors
    ///
    /// As [`Self::position`]; [`Error::Usage`](crate::Error::Usage) where there is no such group.
    pub fn counts_of(&mut self, group: usize) -> Result<Counts> {
        let of = &mut *self.of;
        of.refuse_absent(group)?;
        of.counting.counts(ASKED + 1 + group, of.walk.rows_of())
    }

    /// AC and AN in the group that was asked for: cheaper than all counts, for common variants need
    /// not be taken apart by sample.
    ///
    /// # Errors
    ///
    /// As [`Self::position`].
    pub fn ac_an(&mut self) -> Result<(u64, Option<u64>)> {
        if self.of.asks_all
            && let Some(known) = self.of.walk.ac_an_seen()
        {
            return Ok(known);
        }
        if let Some((counter, row)) = self.of.counter_of_only() {
            let counts = counter.ac_an(row)?;
            let an = (!counts.uncovered).then_some(counts.an.into());
            return Ok((counts.ac.into(), an));
        }
        let Variants { walk, counting, .. } = &mut *self.of;
        if counting.whole().is_some() {
            return walk.ac_an();
        }
        let counts = counting.ac_an(ASKED, walk.rows_of())?;
        Ok((counts.ac, counts.an))
    }

    /// The number of the variant: see [`Walk::numbered`].
    pub(in crate::query) fn numbered(&mut self) -> Result<Numbered> {
        self.of.walk.numbered()
    }

    /// Whether a test holds of the variant; what is asked of a record must hold of this one, or else of any.
    pub(in crate::query) fn passes(
        &mut self,
        test: &Node<Test>,
        record: Option<RowRef>,
    ) -> Result<bool> {
        self.of.walk.passes(test, record)
    }

    /// Of each of [`Self::rows`], whether its record passes the question.
    pub(crate) fn rows_pass(&self) -> impl Iterator<Item = bool> {
        // the rows that pass are in the order of all
        let mut passing = self.of.walk.passing().iter().peekable();
        let rows = self.of.walk.rows().iter();
        rows.map(move |row| passing.next_if(|next| *next == row).is_some())
    }

    /// Number and segment of each part that has the variant, and its row there, for writers of whole
    /// genotypes.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, &'a Segment, u32)> {
        self.with_parts(self.of.walk.rows())
    }

    /// The same of the records that may be seen.
    pub(in crate::query) fn rows_seen(&self) -> impl Iterator<Item = (usize, &'a Segment, u32)> {
        self.with_parts(self.of.walk.seen())
    }

    fn with_parts(&self, rows: &[RowRef]) -> impl Iterator<Item = (usize, &'a Segment, u32)> {
        let part = |row: &RowRef| {
            let (part, segment) = self.of.walk.part(*row)?;
            Some((part, segment, row.row))
        };
        rows.iter().filter_map(part)
    }
}
