//! Whether the ALTs of a record can have one set of genotypes.

use super::genotypes::Genotypes;
use super::records::{BatchRows, Record, RecordId};
use crate::error::Result;
use crate::query::Place;

impl<'a> Genotypes<'a> {
    /// Whether one set of genotypes is that of every ALT of a record: a batch may have some of them in one record, while
    /// another one of its records reports for the others.
    pub(super) fn is_one(&mut self, record: &Record<'_, 'a>) -> Result<bool> {
        let alts = record.alts.len();
        let all = |of: &BatchRows<'_>| of.rows.len() == alts;
        let Some(coverage) = self.coverage.as_mut().filter(|_| alts > 1) else {
            return Ok(true);
        };
        if record.batches.iter().all(all) {
            return Ok(true);
        }
        let place = Place {
            contig: record.place.0,
            position: record.place.1.zero_based(),
        };
        let (mut first, mut next) = (Vec::new(), Vec::new());
        for alt in 0..alts as u32 {
            let rows = record.rows_of(alt);
            let reports = if alt == 0 { &mut first } else { &mut next };
            reports.clear();
            reports.extend(rows.clone().map(|row| (row.batch.0, row.record)));
            coverage.look_at(place, rows.map(|row| (row.part, row.segment, row.row)))?;
            for (part, row) in coverage.rows_elsewhere() {
                if let Some(of) = self.view.parts().get(part) {
                    let at = (part, self.view.segment(of)?, row);
                    let id = RecordId::of(self.view, at, record.place)?;
                    reports.push((self.view.batch(part), id));
                }
            }
            reports.sort_unstable();
            if alt > 0 && first != next {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
