//! Counts of a line of a table: of everybody or of a group, over all batches.

use super::world::{Cohort, Line, Row};
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub ac: u64,
    /// Nothing where a batch of the group was not looked at here.
    pub an: Option<u64>,
    pub het: u64,
    pub hom: u64,
    pub hemi: u64,
    /// Nothing where AN is not known.
    pub missing: Option<u64>,
}

impl<'w> Cohort<'w> {
    /// Rows that are one variant are one line: the first of each batch, then the second of each.
    pub(super) fn gathered(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for same in self.rows.chunk_by(|&a, &b| self.place(a) == self.place(b)) {
            let before = lines.len();
            for &row in same {
                let fits = |line: &&mut Line| {
                    let other_batch = line
                        .rows
                        .iter()
                        .all(|other| self.batch(*other) != self.batch(row));
                    other_batch && self.extent(line.rows[0]) == self.extent(row)
                };
                match lines[before..].iter_mut().find(fits) {
                    Some(line) => line.rows.push(row),
                    None => lines.push(Line { rows: vec![row] }),
                }
            }
        }
        lines
    }

    /// What distinguishes symbolic alleles of one text.
    pub fn extent(&self, row: Row) -> Option<(i64, Option<i64>)> {
        let symbolic = self
            .alternate(row)
            .is_some_and(|alternate| alternate.starts_with('<'));
        (symbolic && self.is_change(row)).then(|| (self.span(row).1, self.length(row)))
    }

    /// The row that speaks for a batch at a place of which it has no such line: that of another ALT of the
    /// same REF, or else one without change over it. Where there is neither, the batch did not look.
    pub(super) fn looked_at(&self, batch: usize, row: Row) -> Option<Row> {
        let position = self.record(row).position;
        let contig = self.contig(row);
        let upper = |text: &str| text.to_uppercase();
        let reference = upper(&self.record(row).reference);
        let alternate = |row: &Row| upper(self.alternate(*row).unwrap_or_default());
        let mut here: Vec<Row> = self.rows.clone();
        here.retain(|&row| self.batch(row) == batch && self.contig(row) == contig);
        let same = here.iter().filter(|&&row| {
            let record = self.record(row);
            record.position == position && upper(&record.reference) == reference
        });
        let over = here
            .iter()
            .filter(|&&row| !self.is_change(row) && self.touches(row, &contig, position, position));
        let first = same.min_by_key(|row| alternate(row));
        let last = over.max_by_key(|&&row| self.record(row).position);
        first.or(last).copied()
    }

    /// Copies of a sample that carry.
    pub fn carried(&self, row: Row, sample: usize) -> usize {
        let call = self.call(row, sample);
        match row.allele {
            0 => 0,
            allele => call.map_or(0, |call| call.carried(allele)),
        }
    }

    pub fn zygosity(&self, row: Row, sample: usize) -> Option<&'static str> {
        let copies = self.call(row, sample)?.copies.len();
        match (self.carried(row, sample), copies) {
            (0, _) => None,
            (1, 1) => Some("hemi"),
            (carried, copies) if carried == copies => Some("hom"),
            _ => Some("het"),
        }
    }

    pub fn counts(&self, line: &Line, group: &BTreeSet<usize>) -> Counts {
        let mut counts = Counts {
            an: Some(0),
            missing: Some(0),
            ..Counts::default()
        };
        let mut numbers: Vec<usize> = self.batches.clone();
        numbers.sort_unstable();
        numbers.dedup();
        for &batch in &numbers {
            let row = line
                .rows
                .iter()
                .find(|row| self.batch(**row) == batch)
                .copied();
            let mut samples = self
                .of_batch(batch)
                .filter(|sample| group.contains(sample))
                .peekable();
            if samples.peek().is_none() || row.is_none() && self.is_counted_elsewhere(batch, line) {
                continue;
            }
            let Some(known_by) = row.or_else(|| self.looked_at(batch, line.rows[0])) else {
                (counts.an, counts.missing) = (None, None);
                continue;
            };
            for sample in samples {
                let Some(call) = self.call(known_by, sample) else {
                    continue;
                };
                counts.an = counts.an.map(|an| an + call.known() as u64);
                let missing = u64::from(call.known() < call.copies.len());
                counts.missing = counts.missing.map(|sum| sum + missing);
                let Some(row) = row else {
                    continue;
                };
                counts.ac += self.carried(row, sample) as u64;
                match self.zygosity(row, sample) {
                    Some("het") => counts.het += 1,
                    Some("hom") => counts.hom += 1,
                    Some(_) => counts.hemi += 1,
                    None => {}
                }
            }
        }
        counts
    }

    /// Samples may be in several batches, and are counted once: where a batch does not have the variant,
    /// and one that has a sample in common with it has it, or comes before it and looked at the place.
    pub(super) fn is_counted_elsewhere(&self, batch: usize, line: &Line) -> bool {
        let own: BTreeSet<usize> = self.of_batch(batch).collect();
        let mut others: Vec<usize> = self
            .batches
            .iter()
            .copied()
            .filter(|&other| other != batch)
            .collect();
        others.retain(|&other| self.of_batch(other).any(|sample| own.contains(&sample)));
        others.into_iter().any(|other| {
            let has = line.rows.iter().any(|&row| self.batch(row) == other);
            has || other < batch && self.looked_at(other, line.rows[0]).is_some()
        })
    }
}
