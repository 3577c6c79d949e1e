//! Checking a published file by reading all of it.

use super::row::Row;
use super::{BASE_LEN, ENTRY_LEN, PAGE_HEAD, PublishedFile, check_hash, is_past};
use crate::error::Result;
use crate::format::{Kind, LONG, PAGE_ROWS, pack_alleles};

impl PublishedFile {
    /// Checks every checksum and hash, that rows ascend, and that every row is as it is written.
    pub(crate) fn verify(&self) -> Result<()> {
        self.file.verify()?;
        let (entries, _) = self
            .file
            .whole(Kind::PublishedHashes)?
            .as_chunks::<ENTRY_LEN>();
        for number in self.file.kinds() {
            let kind = Kind::from_number(number);
            let kind =
                kind.filter(|kind| !matches!(kind, Kind::PublishedHashes | Kind::PublishedDigest));
            if let Some(kind) = kind {
                check_hash(&self.file, kind, entries)?;
            }
        }
        let far = i64::from(i32::MAX);
        self.position.verify(&self.file, false, -1..=far)?;
        self.span.verify(&self.file, false, 0..=far + 1)?;
        self.allele.verify(&self.file, false, 0..=u32::MAX.into())?;
        self.ends.verify(&self.file, false, 1..=i64::MAX)?;
        self.verify_sites()?;
        for page in 0..self.rows.div_ceil(PAGE_ROWS) {
            self.verify_page(page)?;
        }
        self.verify_end()
    }

    fn verify_sites(&self) -> Result<()> {
        let (mut reference, mut alternate) = (Vec::new(), Vec::new());
        let mut longs = 0;
        for contig in 0..self.info.contigs.len() {
            let mut last = i32::MIN;
            let length = self.info.contigs.get(contig).and_then(|of| of.length);
            for row in self.rows_of(contig) {
                let start = self.interval(row)?.start;
                if start < last {
                    let found = format!("row {row} at {start} behind {last}");
                    let expected = "positions that ascend";
                    return Err(self
                        .file
                        .damage_in(Kind::PublishedPosition, expected, found));
                }
                if length.is_some_and(|length| is_past(start, length)) {
                    let found = format!("row {row} at {start}");
                    let length = length.unwrap_or_default();
                    let expected = format!("positions on a contig of {length} bases");
                    return Err(self
                        .file
                        .damage_in(Kind::PublishedPosition, expected, found));
                }
                last = start;
                self.alleles(row, &mut reference, &mut alternate)?;
                let expected = pack_alleles(&reference, &alternate).unwrap_or_else(|| {
                    longs += 1;
                    LONG | (longs - 1)
                });
                let code = self.allele.get(&self.file, row)?;
                if code != i64::from(expected) {
                    let expected = format!("code {expected} in row {row}");
                    let found = code.to_string();
                    return Err(self.file.damage_in(Kind::PublishedAllele, expected, found));
                }
            }
        }
        // frames follow each other, and blocks have the entries that they should
        self.long.each(&self.file, |_, _| Ok(()))?;
        match self.long.len() == longs {
            true => Ok(()),
            false => {
                let expected = format!("{longs} long alleles");
                let found = self.long.len().to_string();
                Err(self.file.damage_in(Kind::PublishedLong, expected, found))
            }
        }
    }

    /// What the page says is what its rows have at most, and each row is written again.
    fn verify_page(&self, page: u32) -> Result<()> {
        let entry = self.page_entry(page)?;
        let (bases, _) = entry
            .get(PAGE_HEAD..)
            .unwrap_or_default()
            .as_chunks::<BASE_LEN>();
        let bases: Vec<u64> = bases.iter().map(|base| u64::from_le_bytes(*base)).collect();
        let mut largest = vec![0; bases.len()];
        let (mut row, mut again, mut end) = (Row::default(), Vec::new(), i32::MIN);
        let first = page * PAGE_ROWS;
        for number in first..self.rows.min(first.saturating_add(PAGE_ROWS)) {
            self.counts(number, &mut row)?;
            end = end.max(self.interval(number)?.end);
            for (largest, cell) in largest.iter_mut().zip(&row.strata) {
                *largest = cell.and_then(|of| of.an).unwrap_or(0).max(*largest);
            }
            again.clear();
            row.encode(&bases, &mut again);
            if again != self.bytes(number)? {
                let expected = format!("the fewest bits for each number of row {number}");
                return Err(self
                    .file
                    .damage_in(Kind::PublishedCounts, expected, "others"));
            }
        }
        let zero = entry.get(4..PAGE_HEAD).is_some_and(|gap| gap == [0; 4]);
        match largest == bases && self.page_end(page)? == end && zero {
            true => Ok(()),
            false => {
                let expected = format!("the greatest AN and the last end of page {page}");
                Err(self
                    .file
                    .damage_in(Kind::PublishedPages, expected, "others"))
            }
        }
    }

    fn verify_end(&self) -> Result<()> {
        let last = match self.rows.checked_sub(1) {
            Some(last) => self.ends.get(&self.file, last)?,
            None => 0,
        };
        let len = self.counts.map_or(0, |section| self.file.len(section));
        match usize::try_from(last) == Ok(len) {
            true => Ok(()),
            false => {
                let expected = format!("{last} bytes");
                Err(self
                    .file
                    .damage_in(Kind::PublishedCounts, expected, len.to_string()))
            }
        }
    }
}
