//! Rows as a plain reader knows them.

use super::*;

/// One row of a file.
#[derive(Debug)]
pub(super) struct Row<'w> {
    pub(super) file: usize,
    /// Number of its record in the file.
    pub(super) record: usize,
    pub(super) contig: &'static str,
    pub(super) position: i64,
    pub(super) alt: &'static str,
    /// The first and the last base of REF as it is written.
    pub(super) written: (i64, i64),
    /// Its number in the record.
    pub(super) number: usize,
    pub(super) entries: &'w [Entry],
    pub(super) format: &'static str,
    pub(super) cells: &'w [Cell],
}

impl<'w> Row<'w> {
    /// Of which variant it is.
    pub(super) fn variant(&self) -> (&'static str, i64, &'static str) {
        (self.contig, self.position, self.alt)
    }

    pub(super) fn all(world: &'w World) -> Vec<Self> {
        let mut rows = Vec::new();
        for (file, records) in world.files.iter().enumerate() {
            for (number, record) in records.iter().enumerate() {
                let contig = if record.on_x { "X" } else { "1" };
                let (start, reference, _) = record.written();
                for (n, alt) in (1..).zip(record.alts.split(',')) {
                    rows.push(Row {
                        written: (start, start + reference.len() as i64 - 1),
                        file,
                        record: number,
                        contig,
                        position: record.position,
                        alt,
                        number: n,
                        entries: entries_of(world, contig, record.position, alt),
                        format: record.format,
                        cells: &record.cells,
                    });
                }
            }
        }
        rows
    }

    pub(super) fn cell(&self, sample: &str) -> Option<&'w Cell> {
        let column = FILES[self.file].iter().position(|name| *name == sample)?;
        Some(&self.cells[column])
    }

    pub(super) fn copies(&self, sample: &str) -> Vec<bool> {
        let gt = self.cell(sample).map_or("", |cell| cell.0);
        let alleles = gt.split(['|', '/']);
        alleles.map(|a| a == self.number.to_string()).collect()
    }

    /// The haplotype of each of two copies, where it is known.
    pub(super) fn haplotypes(&self, sample: &str) -> [Option<String>; 2] {
        let Some((gt, set, names)) = self.cell(sample) else {
            return [None, None];
        };
        let has = |key: &str| self.format.split(':').any(|known| known == key);
        if has("PSL") && *names != [".", "."] {
            let reported = names[0] != names[1];
            let name = |name: &str| (reported && name != ".").then(|| format!("haplotype {name}"));
            return names.map(name);
        }
        let set = match (gt.contains('|'), has("PS") && *set != ".") {
            (false, _) => return [None, None],
            (true, false) => "the contig".to_owned(),
            (true, true) => format!("set {set}"),
        };
        [0, 1].map(|copy| Some(format!("copy {copy} of {set}")))
    }

    pub(super) fn in_place(&self, gene: usize) -> bool {
        PLACES.iter().any(|(contig, from, to, name)| {
            *name == GENES[gene] && self.touches(contig, from + 1, *to)
        })
    }

    pub(super) fn touches(&self, contig: &str, from: i64, to: i64) -> bool {
        self.contig == contig && self.written.0 <= to && self.written.1 >= from
    }
}
