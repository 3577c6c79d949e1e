//! Rows of a segment, read back as those of a build.

use super::super::groups::Filters;
use super::super::planes::{bits, plane};
use super::super::row::Row;
use super::entries::{ENTRIES, EntryReader};
use crate::cohort::for_each_polyploid;
use crate::error::{Error, Place, Result};
use crate::format::{Column, Kind, PAGE_ROWS, Text, TextBlock, page_of, u32_of};
use crate::genome::AlleleType;
use crate::input::chunk::{
    Alt, Chunk, InfoValue, Phased, PhasedTo, Plane, Polyploid, Record, Span,
};
use crate::model::{InfoKey, InfoType};
use crate::set::{Order, PhaseSet, StoredSet, for_each_bit, set_bit, words_for};
use crate::store::{IdBlocks, Segment};
use std::ops::Range;
use std::sync::Arc;

/// Who of a batch's samples stays: the new number of each, by the old one.
pub(super) struct Staying {
    pub(super) to: Vec<Option<u32>>,
    pub(super) count: u32,
}

/// A row of a chunk in the making, which may still be given another number of its record and ALT.
pub(super) struct NewRow {
    record: u32,
    pub(super) alt_number: u32,
    contig: u32,
    position: i32,
    end: i32,
    rank: u32,
    roll: u32,
    /// REF and ALT, where they are others than the record's.
    normalised: Option<Box<(Vec<u8>, Vec<u8>)>>,
}

/// Where the values of a key are.
enum Values {
    Column(Column),
    Text(Text, TextBlock),
}

/// POS from 0, REF and ALT as a record has them.
type Original = (i32, Vec<u8>, Vec<u8>);

/// Reads the rows of a segment, in about their order.
pub(super) struct RowReader<'s> {
    segment: &'s Segment,
    staying: Option<&'s Staying>,
    /// The number that each key has among those that are kept, how it is kept, and where it is.
    info: Vec<(u16, InfoType, Values)>,
    ids: IdBlocks,
    alleles: TextBlock,
    originals: TextBlock,
    names: TextBlock,
    original_rows: Vec<u32>,
    order: Option<(u32, Order<'s>)>,
    sets: Option<(u32, Range<usize>)>,
    entries: EntryReader,
    buffer: Vec<u8>,
}

/// Adds bytes to a chunk.
fn text(chunk: &mut Chunk, bytes: &[u8]) -> Span {
    let start = chunk.bytes.len() as u32;
    chunk.bytes.extend_from_slice(bytes);
    Span {
        start,
        end: chunk.bytes.len() as u32,
    }
}

impl<'s> RowReader<'s> {
    /// With the INFO keys that are kept, which are among the segment's.
    pub(super) fn new(
        segment: &'s Segment,
        keys: &[InfoKey],
        staying: Option<&'s Staying>,
    ) -> Result<Self> {
        let (file, rows) = (segment.file(), segment.meta().rows);
        let mut info = Vec::new();
        for (n, key) in (0u16..).zip(keys) {
            let stored = segment.info_keys.iter().position(|known| known == key);
            let Some(stored) = stored else {
                let expected = format!("the INFO key {}, which the manifest lists", key.name);
                return Err(file.damage_in(Kind::InfoKeys, expected, "others"));
            };
            let section = Kind::Info(stored as u16);
            let values = match key.kind.is_text() {
                true => Values::Text(Text::find(file, section)?, TextBlock::default()),
                false => Values::Column(Column::find(file, section, rows)?),
            };
            info.push((n, key.kind, values));
        }
        let original_rows = file.whole(Kind::OriginalRows)?;
        Ok(Self {
            segment,
            staying,
            info,
            ids: IdBlocks::default(),
            alleles: TextBlock::default(),
            originals: TextBlock::default(),
            names: TextBlock::default(),
            original_rows: original_rows.chunks_exact(4).map(u32_of).collect(),
            order: None,
            sets: None,
            entries: EntryReader::default(),
            buffer: Vec::new(),
        })
    }

    fn number<T: TryFrom<i64>>(&self, column: &Column, what: &str, row: u32) -> Result<T> {
        let found = column.get(self.segment.file(), row)?;
        T::try_from(found).map_err(|_| self.wrong(what, found))
    }

    #[cold]
    fn wrong(&self, what: &str, found: i64) -> Error {
        let expected = format!("{what} that a row can have");
        let file = self.segment.file();
        file.damage(usize::MAX, 0, expected, found.to_string())
    }

    fn nullable(&self, column: &Column, row: u32) -> Result<Option<i64>> {
        let (page, i) = page_of(row);
        Ok(column.page(self.segment.file(), page)?.get_nullable(i))
    }

    /// How many rows the segment has.
    pub(super) fn rows(&self) -> u32 {
        self.segment.meta().rows
    }

    /// Position of a row.
    pub(super) fn position(&self, row: u32) -> Result<i32> {
        self.number(&self.segment.columns.position, "a position", row)
    }

    /// Number of a row's record at its position, and of its ALT in it.
    pub(super) fn rank_and_alt(&self, row: u32) -> Result<(u32, u32)> {
        let c = &self.segment.columns;
        Ok((
            self.number(&c.record_rank, "a rank", row)?,
            self.number(&c.alt_number, "a number of an ALT", row)?,
        ))
    }

    /// The text of a row's FILTER.
    pub(super) fn filter(&self, row: u32) -> Result<&'s str> {
        let c = &self.segment.columns;
        Ok(self.segment.filter(c.filter.get(self.segment.file(), row)?))
    }

    /// REF and ALT of a row.
    pub(super) fn alleles(&mut self, row: u32) -> Result<(Vec<u8>, Vec<u8>)> {
        let (segment, number) = (self.segment, self.segment.columns.allele);
        let number = number.get(segment.file(), row)?;
        let (mut reference, mut alternate) = (Vec::new(), Vec::new());
        segment.alleles(number, &mut self.alleles, &mut reference, &mut alternate)?;
        Ok((reference, alternate))
    }

    /// Adds a row's record to a chunk, without genotypes.
    pub(super) fn record(&mut self, chunk: &mut Chunk, row: u32) -> Result<NewRow> {
        let segment = self.segment;
        let c = &segment.columns;
        let position = self.position(row)?;
        let span: i64 = c.span.get(segment.file(), row)?;
        let end = i64::from(position).saturating_add(span);
        let end = i32::try_from(end).unwrap_or(i32::MAX);
        let short: i32 = self.number(&c.block_short, "the end of a block", row)?;
        let (rank, alt_number) = self.rank_and_alt(row)?;
        let (reference, alternate) = self.alleles(row)?;
        let original = self.original(row)?;
        let (at, normalised) = match &original {
            Some((at, ..)) => (*at, Some(Box::new((reference.clone(), alternate.clone())))),
            None => (position, None),
        };
        let (of_reference, of_alternate) = match &original {
            Some((_, reference, alternate)) => (&reference[..], &alternate[..]),
            None => (&reference[..], &alternate[..]),
        };
        let reference = text(chunk, of_reference);
        let alts = match alt_number {
            0 => Span::default(),
            number => {
                // the ALTs in front of it are of other rows
                while chunk.alts.len() < number as usize - 1 {
                    chunk.alts.push(Alt::default());
                }
                let stated: i64 = c.stated_type.get(segment.file(), row)?;
                let alt = Alt {
                    text: text(chunk, of_alternate),
                    carriers: Plane::Empty,
                    end,
                    sv_length: self.nullable(&c.sv_length, row)?,
                    stated: AlleleType::of_code(stated - 1),
                };
                chunk.alts.push(alt);
                let end = chunk.alts.len() as u32;
                Span {
                    start: end - number,
                    end,
                }
            }
        };
        let info = self.info(chunk, row)?;
        let id = text(chunk, segment.id(row, &mut self.ids)?);
        let quality = self.nullable(&c.quality, row)?;
        let filter = text(chunk, self.filter(row)?.as_bytes());
        let record = chunk.records.len() as u32;
        chunk.records.push(Record {
            position: at,
            id,
            reference,
            alts,
            quality: quality.map(|bits| f32::from_bits(bits as u32)),
            filter,
            info,
            end: end.saturating_sub(short),
            place: Place::File,
            ..Record::NONE
        });
        Ok(NewRow {
            record,
            alt_number,
            contig: segment.contig_of(row),
            position,
            end,
            rank,
            roll: self.number(&c.roll, "a number of bases", row)?,
            normalised,
        })
    }

    /// POS from 0, REF and ALT as the record has them, where those of the row are others.
    fn original(&mut self, row: u32) -> Result<Option<Original>> {
        let Ok(entry) = self.original_rows.binary_search(&row) else {
            return Ok(None);
        };
        let file = self.segment.file();
        let originals = &self.segment.originals;
        let text = originals.get(file, entry as u32, &mut self.originals)?;
        let mut fields = text.split(|&b| b == b'\t');
        let mut next = || fields.next().unwrap_or_default();
        let (position, reference, alternate) = (next(), next().to_vec(), next().to_vec());
        let position = std::str::from_utf8(position).ok();
        let position = position.and_then(|text| text.parse::<i64>().ok()?.checked_sub(1));
        match position.and_then(|position| i32::try_from(position).ok()) {
            Some(position) => Ok(Some((position, reference, alternate))),
            None => Err(file.damage_in(Kind::Originals, "POS tab REF tab ALT", "others")),
        }
    }

    /// The values of the INFO keys, and the entries of annotators.
    fn info(&mut self, chunk: &mut Chunk, row: u32) -> Result<Span> {
        let (segment, file) = (self.segment, self.segment.file());
        let start = chunk.info.len() as u32;
        for (key, kind, values) in &mut self.info {
            self.buffer.clear();
            let there = match values {
                Values::Text(of, block) => {
                    self.buffer.extend_from_slice(of.get(file, row, block)?);
                    !self.buffer.is_empty()
                }
                Values::Column(column) => {
                    let (page, i) = page_of(row);
                    let page = column.page(file, page)?;
                    let number = page.get_nullable(i);
                    match kind {
                        InfoType::Flag => page.get(i) != 0,
                        InfoType::Integer => {
                            let text = number.map(|number| number.to_string());
                            self.buffer
                                .extend(text.iter().flat_map(|text| text.bytes()));
                            text.is_some()
                        }
                        _ => {
                            let text = number.map(|bits| f32::from_bits(bits as u32).to_string());
                            self.buffer
                                .extend(text.iter().flat_map(|text| text.bytes()));
                            text.is_some()
                        }
                    }
                }
            };
            if there {
                let value = text(chunk, &self.buffer);
                chunk.info.push(InfoValue { key: *key, value });
            }
        }
        if let Some(annotations) = segment.annotations() {
            self.buffer.clear();
            self.entries
                .read(segment, annotations, row, &mut self.buffer)?;
            if !self.buffer.is_empty() {
                let value = text(chunk, &self.buffer);
                chunk.info.push(InfoValue {
                    key: ENTRIES,
                    value,
                });
            }
        }
        Ok(Span {
            start,
            end: chunk.info.len() as u32,
        })
    }

    /// Gives the record of a row the genotypes of those who stay.
    pub(super) fn genotypes(&mut self, chunk: &mut Chunk, row: u32, new: &NewRow) -> Result<()> {
        let c = &self.segment.columns;
        let carriers = self.plane(chunk, &c.carriers, row, 2)?;
        let missing = self.plane(chunk, &c.missing, row, 2)?;
        let haploid = self.plane(chunk, &c.haploid, row, 1)?;
        let unphased = self.plane(chunk, &c.unphased, row, 1)?;
        let polyploid = self.polyploid(chunk, row)?;
        let phases = self.phases(chunk, row)?;
        let Some(record) = chunk.records.get_mut(new.record as usize) else {
            return Ok(());
        };
        (record.missing, record.haploid, record.unphased) = (missing, haploid, unphased);
        (record.polyploid, record.phases) = (polyploid, phases);
        if new.alt_number > 0
            && let Some(alt) = chunk.alts.get_mut(record.alts.end as usize - 1)
        {
            alt.carriers = carriers;
        }
        Ok(())
    }

    /// The set of a row, and its order where it needs one.
    pub(super) fn set(
        &mut self,
        column: &Column,
        row: u32,
        universe: u32,
    ) -> Result<(StoredSet<'s>, Option<Order<'s>>)> {
        let segment = self.segment;
        let page = row / PAGE_ROWS;
        let descriptor = column.get(segment.file(), row)?;
        let sets = match &self.sets {
            Some((known, sets)) if *known == page => sets.clone(),
            _ => {
                let sets = segment.page_sets(page)?;
                self.sets = Some((page, sets.clone()));
                sets
            }
        };
        let set = segment.set(descriptor, &sets, universe)?;
        if !set.needs_order() {
            return Ok((set, None));
        }
        let number = segment.order_of(row)?;
        let order = match &self.order {
            Some((known, order)) if *known == number => *order,
            _ => {
                let order = segment.order(number)?;
                self.order = Some((number, order));
                order
            }
        };
        Ok((set, Some(order)))
    }

    /// A set of those who stay, with so many numbers of each sample.
    fn plane(&mut self, chunk: &mut Chunk, column: &Column, row: u32, per: u32) -> Result<Plane> {
        let samples = self.segment.meta().samples;
        let (set, order) = self.set(column, row, per * samples)?;
        if set.is_plainly_empty() {
            return Ok(Plane::Empty);
        }
        if set.is_plainly_full() {
            return Ok(Plane::Full);
        }
        let left = self.staying.map_or(samples, |staying| staying.count);
        let broken = |rule| self.segment.broken_set(rule);
        // where few are in it, room for all costs more than they do
        let start = chunk.list.len();
        let list = &mut chunk.list;
        let listed = set.walk_pairs(|pair, which| {
            for number in (0..2).filter(|n| which >> n & 1 != 0).map(|n| 2 * pair + n) {
                list.extend(self.stays(number / per).map(|to| per * to + number % per));
            }
        });
        if listed.map_err(broken)? {
            let count = (chunk.list.len() - start) as u64;
            let span = Span {
                start: start as u32,
                end: chunk.list.len() as u32,
            };
            if count * 32 < u64::from(per * left) {
                return Ok(match count {
                    0 => Plane::Empty,
                    _ => Plane::List(span),
                });
            }
            let words = bits(chunk, Plane::List(span), per * left);
            chunk.list.truncate(start);
            return Ok(plane(&words, per * left, chunk));
        }
        let mut words = vec![0; words_for(per * samples)];
        set.or_into(order.as_ref(), &mut words).map_err(broken)?;
        if self.staying.is_none() {
            return Ok(plane(&words, per * samples, chunk));
        }
        let mut stay = vec![0; words_for(per * left)];
        for_each_bit(&words, |number| {
            if let Some(sample) = self.stays(number / per) {
                set_bit(&mut stay, per * sample + number % per);
            }
        });
        Ok(plane(&stay, per * left, chunk))
    }

    /// The new number of a sample, where it stays.
    fn stays(&self, sample: u32) -> Option<u32> {
        match self.staying {
            Some(staying) => staying.to.get(sample as usize).copied().flatten(),
            None => Some(sample),
        }
    }

    fn polyploid(&self, chunk: &mut Chunk, row: u32) -> Result<Span> {
        let segment = self.segment;
        let start = chunk.polyploid.len() as u32;
        let bytes = segment.polyploid(row)?;
        for_each_polyploid(bytes, segment.meta().samples, |genotype| {
            let Some(sample) = self.stays(genotype.sample) else {
                return;
            };
            let alleles = genotype.alleles.iter();
            let from = chunk.list.len() as u32;
            chunk
                .list
                .extend(alleles.map(|allele| allele.unwrap_or(u32::MAX)));
            chunk.polyploid.push(Polyploid {
                sample,
                alleles: Span {
                    start: from,
                    end: chunk.list.len() as u32,
                },
                phased: genotype.phased,
            });
        })
        .map_err(|rule| segment.broken_set(rule))?;
        Ok(Span {
            start,
            end: chunk.polyploid.len() as u32,
        })
    }

    fn phases(&mut self, chunk: &mut Chunk, row: u32) -> Result<Span> {
        let segment = self.segment;
        let start = chunk.phases.len() as u32;
        if segment.has_phase_sets() {
            let mut sets = segment.phase_sets(row)?;
            let broken = |rule| segment.broken_phase_sets(rule);
            while let Some((sample, set)) = sets.next().map_err(broken)? {
                let Some(sample) = self.stays(sample) else {
                    continue;
                };
                let set = match set {
                    PhaseSet::Number(number) => PhasedTo::Number(number),
                    PhaseSet::Name(name) => PhasedTo::Name(self.name(chunk, name)?),
                    PhaseSet::Haplotypes([a, b]) => {
                        let a = a.map(|name| self.name(chunk, name)).transpose()?;
                        let b = b.map(|name| self.name(chunk, name)).transpose()?;
                        PhasedTo::Haplotypes([a, b])
                    }
                };
                chunk.phases.push(Phased { sample, set });
            }
        }
        Ok(Span {
            start,
            end: chunk.phases.len() as u32,
        })
    }

    /// Adds the name of a phase set to a chunk.
    pub(super) fn name(&mut self, chunk: &mut Chunk, number: u32) -> Result<Span> {
        let names = &self.segment.phase_names;
        let name = names.get(self.segment.file(), number, &mut self.names)?;
        Ok(text(chunk, name))
    }
}

impl NewRow {
    /// The row of a chunk that is complete; `contigs` are names by number.
    pub(super) fn into_row(
        self,
        chunk: &Arc<Chunk>,
        contigs: &[Arc<str>],
        filters: Option<&mut Filters>,
    ) -> Row {
        let mut row = Row::of(chunk, self.record, self.alt_number, self.contig);
        let name = contigs.get(self.contig as usize);
        row.contig_name = name.cloned().unwrap_or_default();
        let filter = chunk.text(row.record().filter);
        row.filter = filters.map_or(0, |filters| filters.number(filter));
        (row.record_rank, row.roll) = (self.rank, self.roll);
        if let Some(alleles) = self.normalised {
            row.respell(self.position, alleles.0, alleles.1);
        }
        row.end = self.end;
        row
    }

    /// Gives its record another number among those of its position, and its ALTs their places among those that stay
    /// for numbers; none are given where they keep theirs.
    pub(super) fn renumber(&mut self, chunk: &mut Chunk, rank: u32, alts: &[u32]) {
        self.rank = rank;
        let place = |alt: u32| alts.iter().position(|known| *known == alt);
        let number = |alt: u32| place(alt).map_or(alt, |place| place as u32 + 1);
        let Some(record) = chunk.records.get_mut(self.record as usize) else {
            return;
        };
        if self.alt_number > 0 {
            self.alt_number = number(self.alt_number);
            record.alts.start = record.alts.end - self.alt_number;
        }
        let polyploid = chunk.polyploid.get(record.polyploid.range());
        for one in polyploid.unwrap_or_default() {
            let alleles = chunk.list.get_mut(one.alleles.range());
            for allele in alleles.unwrap_or_default() {
                if ![0, u32::MAX].contains(allele) {
                    *allele = number(*allele);
                }
            }
        }
    }
}
