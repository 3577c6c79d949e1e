//! Segments of one batch, written again as one stream of rows.

use super::super::groups::Groups;
use super::super::report::Report;
use super::rows::{NewRow, RowReader, Staying};
use crate::error::Result;
use crate::input::chunk::Chunk;
use crate::model::InfoKey;
use crate::set::get_bit;
use crate::store::Segment;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Records and bytes of a chunk, about.
const RECORDS: usize = 1024;
const BYTES: usize = 4 << 20;

/// A segment that is read.
pub(super) struct Source<'s> {
    pub(super) segment: &'s Segment,
    /// Who of its samples stays; `None` is all.
    pub(super) staying: Option<&'s Staying>,
    /// Rows of variants that are to go, as bits; `None` is none.
    pub(super) lost: Option<&'s [u64]>,
}

impl Source<'_> {
    pub(super) fn is_lost(&self, row: u32) -> bool {
        self.lost.is_some_and(|lost| get_bit(lost, row))
    }
}

/// Rows of a source on one contig.
#[derive(Debug, Clone)]
pub(super) struct Span {
    pub(super) contig: u32,
    pub(super) source: usize,
    pub(super) rows: Range<u32>,
}

/// The rows of all sources by contig and position; of each contig those of a source stand together.
pub(super) fn spans(sources: &[Source<'_>]) -> Result<Vec<Span>> {
    let mut all = Vec::new();
    for (source, of) in sources.iter().enumerate() {
        for rows in of.segment.contigs() {
            let file = of.segment.file();
            let start = of.segment.columns.position.get(file, rows.first_row)?;
            let span = Span {
                contig: rows.contig,
                source,
                rows: rows.first_row..rows.end_row,
            };
            all.push((start, span));
        }
    }
    all.sort_by_key(|(start, span)| (span.contig, *start, span.source));
    Ok(all.into_iter().map(|(_, span)| span).collect())
}

/// Writes the rows of segments of a batch again.
pub(super) struct PlainWriter<'w, 's> {
    sources: &'w [Source<'s>],
    readers: Vec<RowReader<'s>>,
    groups: Groups<'w>,
    /// The names of contigs, by number.
    contigs: &'w [Arc<str>],
    /// Whether ALTs of a record may be without the others.
    alone: bool,
    chunk: Chunk,
    rows: Vec<NewRow>,
    written: u64,
}

/// A row at a place: of which source, which one.
type Placed = (usize, u32);

impl<'w, 's> PlainWriter<'w, 's> {
    pub(super) fn new(
        sources: &'w [Source<'s>],
        keys: &[InfoKey],
        groups: Groups<'w>,
        (contigs, alone): (&'w [Arc<str>], bool),
    ) -> Result<Self> {
        let readers = sources
            .iter()
            .map(|source| RowReader::new(source.segment, keys, source.staying));
        Ok(Self {
            sources,
            readers: readers.collect::<Result<_>>()?,
            groups,
            contigs,
            alone,
            chunk: Chunk::default(),
            rows: Vec::new(),
            written: 0,
        })
    }

    /// Writes all rows; `on_progress` is given how many there were so far.
    pub(super) fn run(
        mut self,
        report: &mut Report,
        on_progress: &mut dyn FnMut(u64) -> Result<()>,
    ) -> Result<()> {
        let mut place: Vec<Placed> = Vec::new();
        let mut at = None;
        let any_lost = self.sources.iter().any(|source| source.lost.is_some());
        for span in spans(self.sources)? {
            for row in span.rows {
                // what goes of a record changes the numbers of the rest of it
                if any_lost {
                    let here = self.position(span.source, row)?;
                    if at != Some((span.contig, here)) {
                        self.place(&place)?;
                        place.clear();
                        at = Some((span.contig, here));
                    }
                    place.push((span.source, row));
                } else {
                    self.row((span.source, row), None)?;
                }
                if self.is_full() {
                    self.send(report)?;
                    on_progress(self.written)?;
                }
            }
        }
        self.place(&place)?;
        self.send(report)?;
        self.groups.finish(report)
    }

    fn position(&self, source: usize, row: u32) -> Result<i32> {
        match self.readers.get(source) {
            Some(reader) => reader.position(row),
            None => Ok(0),
        }
    }

    fn is_full(&self) -> bool {
        let chunk = &self.chunk;
        let bytes = chunk.bytes.len() + chunk.list.len() * 4 + chunk.words.len() * 8;
        chunk.records.len() >= RECORDS || bytes >= BYTES
    }

    /// Takes the rows of a place, without those that are to go.
    fn place(&mut self, place: &[Placed]) -> Result<()> {
        let lost = |&(source, row): &Placed| {
            let source = self.sources.get(source);
            source.is_some_and(|source| source.is_lost(row))
        };
        let lost: Vec<bool> = place.iter().map(lost).collect();
        if !lost.contains(&true) {
            return place.iter().try_for_each(|&row| self.row(row, None));
        }
        // by record: its ALTs that stay
        let mut records = BTreeMap::<u32, Vec<u32>>::new();
        let mut numbers = Vec::new();
        for (&(source, row), lost) in place.iter().zip(&lost) {
            let reader = self.readers.get(source);
            let (rank, alt) = reader.map_or(Ok((0, 0)), |reader| reader.rank_and_alt(row))?;
            numbers.push((rank, alt));
            if !lost {
                records.entry(rank).or_default().push(alt);
            }
        }
        records.values_mut().for_each(|alts| alts.sort_unstable());
        for ((&row, lost), (rank, _)) in place.iter().zip(&lost).zip(numbers) {
            if *lost {
                continue;
            }
            let new_rank = records.range(..rank).count() as u32;
            let alts = records.get(&rank).map_or(&[][..], Vec::as_slice);
            let alts = match self.alone {
                true => &[][..],
                false => alts,
            };
            self.row(row, Some((new_rank, alts)))?;
        }
        Ok(())
    }

    /// Takes a row; with another rank of its record, and the ALTs of this that stay, which are numbered by their places
    /// then, where that is given.
    fn row(&mut self, (source, row): Placed, renumbered: Option<(u32, &[u32])>) -> Result<()> {
        let Some(reader) = self.readers.get_mut(source) else {
            return Ok(());
        };
        let mut new = reader.record(&mut self.chunk, row)?;
        reader.genotypes(&mut self.chunk, row, &new)?;
        if let Some((rank, alts)) = renumbered {
            new.renumber(&mut self.chunk, rank, alts);
        }
        self.rows.push(new);
        self.written += 1;
        Ok(())
    }

    /// Sends the rows of the chunk in the making on.
    fn send(&mut self, report: &mut Report) -> Result<()> {
        let chunk = Arc::new(std::mem::take(&mut self.chunk));
        for new in std::mem::take(&mut self.rows) {
            let row = new.into_row(&chunk, self.contigs, Some(&mut self.groups.filters));
            self.groups.push(row, report)?;
        }
        Ok(())
    }
}
