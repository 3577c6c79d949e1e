//! Which of the picked rows at a position were one VCF record.

use crate::cohort::View;
use crate::error::Result;
use crate::genome::Position;
use crate::store::Segment;
use std::collections::{BTreeMap, HashMap};

/// A row of a variant in one batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowAt<'a> {
    pub(super) part: usize,
    /// Its batch; and in one that is put together from inputs of one sample each, which of the variant's rows it
    /// is: these speak of other samples each, as batches do.
    pub(super) batch: (u32, u32),
    pub(super) segment: &'a Segment,
    pub(super) row: u32,
    /// Whether its record passes the question.
    pub(super) passes: bool,
    /// Which ALT of its record, from 1; 0 where the record has none.
    pub(super) alt: i64,
    pub(super) record: RecordId,
}

/// A record at a position: the part that it was read into first, and its number there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct RecordId {
    origin: usize,
    rank: i64,
}

impl RecordId {
    pub(super) fn of(
        view: &View,
        (part, segment, row): (usize, &Segment, u32),
        place: (u32, Position),
    ) -> Result<Self> {
        Ok(Self {
            origin: origin(view, part, place),
            rank: segment.columns.record_rank.get(segment.file(), row)?,
        })
    }
}

/// A variant that was picked, in all batches that have it.
#[derive(Debug, Clone)]
pub(super) struct Picked<'a> {
    /// Number of the contig, and where REF starts.
    pub(super) place: (u32, Position),
    pub(super) reference: Vec<u8>,
    /// Empty where the record has none.
    pub(super) alternate: Vec<u8>,
    rows: Vec<RowAt<'a>>,
}

impl<'a> Picked<'a> {
    pub(super) fn new(
        view: &View,
        place: (u32, Position),
        rows: &[((usize, &'a Segment, u32), bool)],
        reference: &[u8],
        alternate: &[u8],
    ) -> Result<Self> {
        let rows = (1..)
            .zip(rows)
            .map(|(number, &((part, segment, row), passes))| {
                let of_merged = if view.is_merged(part) { number } else { 0 };
                Ok(RowAt {
                    part,
                    batch: (view.batch(part), of_merged),
                    segment,
                    row,
                    passes,
                    alt: segment.columns.alt_number.get(segment.file(), row)?,
                    record: RecordId::of(view, (part, segment, row), place)?,
                })
            });
        Ok(Self {
            place,
            reference: reference.to_vec(),
            alternate: alternate.to_vec(),
            rows: rows.collect::<Result<_>>()?,
        })
    }
}

/// The rows of a position may be cut by a segment's end: the part that has the first of them. Parts
/// of one batch that only lie over each other come from different files and share no record.
fn origin(view: &View, mut part: usize, (contig, position): (u32, Position)) -> usize {
    let span = |part: usize| {
        let entry = view.manifest().segments.get(part)?;
        entry.contigs.iter().find(|span| span.contig == contig)
    };
    let here = position.zero_based();
    while let Some(before) = part.checked_sub(1)
        && view.batch(before) == view.batch(part)
        && span(part).is_some_and(|span| span.start == here)
        && span(before).is_some_and(|span| span.last == here)
    {
        part = before;
    }
    part
}

/// The rows of a record in one batch.
#[derive(Debug, Clone)]
pub(super) struct BatchRows<'a> {
    /// Each with the number of its ALT in the record, from 0. Never empty.
    pub(super) rows: Vec<(u32, RowAt<'a>)>,
}

/// A record to write.
#[derive(Debug)]
pub(super) struct Record<'p, 'a> {
    pub(super) place: (u32, Position),
    pub(super) alts: Vec<&'p Picked<'a>>,
    pub(super) batches: Vec<BatchRows<'a>>,
}

impl<'p, 'a> Record<'p, 'a> {
    /// A record for each of its ALTs.
    pub(super) fn apart(&self) -> impl Iterator<Item = Record<'p, 'a>> {
        let alts = self.alts.iter();
        alts.map(|alt| record(std::slice::from_ref(*alt), &[0], alt.place))
    }

    /// The rows of an ALT, by its number.
    pub(super) fn rows_of(&self, alt: u32) -> impl Iterator<Item = RowAt<'a>> + Clone {
        let rows = self.batches.iter().flat_map(|of| &of.rows);
        rows.filter_map(move |(number, row)| (*number == alt).then_some(*row))
    }

    pub(super) fn reference(&self) -> &'p [u8] {
        self.alts.first().map_or(&[], |first| &first.reference)
    }

    /// The ALTs in their order; none where the record has none.
    pub(super) fn alternates(&self) -> impl Iterator<Item = &'p [u8]> + Clone {
        let texts = self.alts.iter().map(|alt| &alt.alternate[..]);
        texts.filter(|text| !text.is_empty())
    }
}

/// What distinguishes records of a position: batch, record, number of the REF, and one more where a record seems
/// to have the same ALT number twice.
type Key = ((u32, u32), RecordId, usize, u32);

/// Variants that become one record.
#[derive(Default)]
struct Component {
    members: Vec<usize>,
    keys: Vec<Key>,
}

impl Component {
    /// Whether a batch would have two records in it.
    fn clashes(&self, keys: &[Key]) -> bool {
        self.keys
            .iter()
            .any(|a| keys.iter().any(|b| a.0 == b.0 && a != b))
    }

    fn join(&mut self, other: Self) {
        self.members.extend(other.members);
        for key in other.keys {
            if !self.keys.contains(&key) {
                self.keys.push(key);
            }
        }
    }
}

/// Puts the picked variants of one position together to records, in the order of the first batch.
///
/// Variants that share a record in one batch become one record, unless another batch has them in
/// different records, of which the missing genotypes differ.
pub(super) fn assemble<'p, 'a>(picked: &'p [Picked<'a>]) -> Vec<Record<'p, 'a>> {
    if let [only] = picked {
        return vec![record(picked, &[0], only.place)];
    }
    let mut components: Vec<Option<Component>> = Vec::new();
    let mut of_key: HashMap<Key, usize> = HashMap::new();
    let mut seen: HashMap<(Key, i64), u32> = HashMap::new();
    let mut reference = 0;
    for (i, variant) in picked.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|before| picked.get(before));
        if before.is_some_and(|b| !b.reference.eq_ignore_ascii_case(&variant.reference)) {
            reference = i;
        }
        let mut joined = Component {
            members: vec![i],
            keys: Vec::with_capacity(variant.rows.len()),
        };
        // a variant that is put together from several inputs is a record of its own: ALTs of one record have one
        // set of genotypes, and here each has its own
        let merged = variant.rows.iter().any(|row| row.batch.1 > 0);
        for row in &variant.rows {
            let mut key = (row.batch, row.record, reference, 0);
            let times = seen.entry((key, row.alt)).or_default();
            key.3 = *times;
            *times += 1;
            joined.keys.push(key);
        }
        let mut linked: Vec<usize> = joined
            .keys
            .iter()
            .filter_map(|key| of_key.get(key).copied())
            .filter(|_| !merged)
            .collect();
        linked.sort_unstable();
        linked.dedup();
        for at in linked {
            if let Some(slot) = components.get_mut(at)
                && let Some(other) = slot.take_if(|other| !other.clashes(&joined.keys))
            {
                let later = std::mem::replace(&mut joined, other);
                joined.join(later);
            }
        }
        for key in joined.keys.iter().filter(|_| !merged) {
            of_key.insert(*key, components.len());
        }
        components.push(Some(joined));
    }
    let mut records: Vec<(Key, usize, Component)> = components
        .into_iter()
        .flatten()
        .filter_map(|mut component| {
            component.members.sort_unstable();
            let first = *component.members.first()?;
            let key = *component.keys.iter().min()?;
            Some((key, first, component))
        })
        .collect();
    records.sort_unstable_by_key(|&((batch, record, ..), first, _)| (batch, record, first));
    records
        .iter()
        .filter_map(|(_, first, component)| {
            let place = picked.get(*first)?.place;
            Some(record(picked, &component.members, place))
        })
        .collect()
}

fn record<'p, 'a>(
    picked: &'p [Picked<'a>],
    members: &[usize],
    place: (u32, Position),
) -> Record<'p, 'a> {
    let mut rows: BTreeMap<(u32, u32), Vec<(usize, RowAt<'a>)>> = BTreeMap::new();
    for &member in members {
        for row in picked.get(member).map_or(&[][..], |variant| &variant.rows) {
            rows.entry(row.batch).or_default().push((member, *row));
        }
    }
    // the order of the first batch; what only later ones have comes behind
    let mut numbers: HashMap<usize, u32> = HashMap::with_capacity(members.len());
    let mut alts = Vec::with_capacity(members.len());
    for rows in rows.values_mut() {
        rows.sort_by_key(|(_, row)| row.alt);
        for (member, _) in rows {
            numbers.entry(*member).or_insert_with(|| {
                alts.extend(picked.get(*member));
                alts.len() as u32 - 1
            });
        }
    }
    let batches = rows.into_values().map(|rows| BatchRows {
        rows: rows
            .into_iter()
            .filter_map(|(member, row)| Some((*numbers.get(&member)?, row)))
            .collect(),
    });
    Record {
        place,
        batches: batches.collect(),
        alts,
    }
}
