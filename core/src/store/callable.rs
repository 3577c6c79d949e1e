//! Where genotypes could be called: the regions of a capture kit, which many samples share.

#![deny(clippy::indexing_slicing)]

use crate::error::{Error, Result};
use crate::format::{Container, ContainerWriter, FileKind, Folder, Kind, Text, TextWriter};
use std::collections::BTreeMap;

/// Contig, start and end, of four bytes each.
const LEN: usize = 12;

/// The mapped file of the regions of one kit.
#[derive(Debug)]
pub(crate) struct Callable {
    file: Container,
    contigs: Vec<String>,
    section: usize,
    count: usize,
}

impl Callable {
    /// The file for these regions by the name of the contig, 0-based and half-open, in any order; those that overlap or touch are one.
    pub(crate) fn write(regions: &BTreeMap<String, Vec<(i32, i32)>>) -> Result<ContainerWriter> {
        let mut names = TextWriter::default();
        let mut bytes = Vec::new();
        for (contig, (name, of)) in (0u32..).zip(regions) {
            names.push(name.as_bytes());
            for (start, end) in joined(of) {
                bytes.extend(contig.to_le_bytes());
                bytes.extend(start.to_le_bytes());
                bytes.extend(end.to_le_bytes());
            }
        }
        let names = names.finish(true).map_err(|e| Error::io("callable", e))?;
        let mut file = ContainerWriter::default();
        file.add(Kind::CallableContigs, names);
        file.add(Kind::CallableRegions, bytes);
        Ok(file)
    }

    pub(crate) fn open(folder: &Folder, name: &str) -> Result<Self> {
        Self::of(folder.container(name, FileKind::Callable)?)
    }

    fn of(file: Container) -> Result<Self> {
        let mut contigs = Vec::new();
        let names = Text::find(&file, Kind::CallableContigs)?;
        for number in 0..names.len() {
            contigs.push(names.with(&file, number, |bytes| {
                String::from_utf8_lossy(bytes).into_owned()
            })?);
        }
        // there is a region, so that the section is not empty
        let Some(section) = file.find(Kind::CallableRegions) else {
            return Err(file.damage_in(Kind::CallableRegions, "regions", "none"));
        };
        if !file.len(section).is_multiple_of(LEN) {
            let expected = format!("entries of {LEN} bytes");
            return Err(file.damage(section, 0, expected, "another length"));
        }
        Ok(Self {
            count: file.len(section) / LEN,
            section,
            contigs,
            file,
        })
    }

    /// The names of contigs, by the numbers that regions have.
    pub(crate) fn contigs(&self) -> &[String] {
        &self.contigs
    }

    /// A region by its number: contig, start and end.
    fn region(&self, number: usize) -> Result<(u32, i32, i32)> {
        let at = number.saturating_mul(LEN);
        let bytes = self.file.slice(self.section, at..at.saturating_add(LEN))?;
        match *bytes.as_chunks::<4>().0 {
            [contig, start, end] => Ok((
                u32::from_le_bytes(contig),
                i32::from_le_bytes(start),
                i32::from_le_bytes(end),
            )),
            _ => Err(self.file.damage(self.section, at, "a region", "no bytes")),
        }
    }

    /// Whether one region holds all from `start` up to `end` of a contig.
    pub(crate) fn holds(&self, contig: u32, start: i32, end: i32) -> Result<bool> {
        // behind the last that begins at or before the start
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            let (of, first, _) = self.region(middle)?;
            if (of, first) <= (contig, start) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let Some(last) = low.checked_sub(1) else {
            return Ok(false);
        };
        let (of, _, behind) = self.region(last)?;
        Ok(of == contig && end <= behind)
    }

    /// Checks the file as a whole.
    pub(crate) fn verify(&self) -> Result<()> {
        self.file.verify()?;
        let mut before = None;
        for number in 0..self.count {
            let (contig, start, end) = self.region(number)?;
            let apart = match before.replace((contig, end)) {
                None => contig == 0,
                Some((of, behind)) => contig == of && behind < start || contig == of + 1,
            };
            let known = (contig as usize) < self.contigs.len();
            if !apart || !known || start < 0 || end <= start {
                let expected = "regions of known contigs, ascending and apart from each other";
                let found = format!("{start} to {end} of contig {contig}");
                let at = number * LEN;
                return Err(self.file.damage(self.section, at, expected, found));
            }
        }
        let all = before.map_or(0, |(contig, _)| contig as usize + 1);
        let ascending = self.contigs.is_sorted_by(|a, b| a < b);
        if all != self.contigs.len() || !ascending {
            let expected = "different names of contigs, ascending, each with regions";
            let found = "others";
            return Err(self.file.damage_in(Kind::CallableContigs, expected, found));
        }
        Ok(())
    }
}

/// Regions in ascending order; those that overlap or touch are one.
fn joined(of: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut all = of.to_vec();
    all.sort_unstable();
    all.dedup_by(|(start, end), (_, last)| {
        let joins = *start <= *last;
        if joins {
            *last = (*last).max(*end);
        }
        joins
    });
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_joined_and_found() {
        let of = vec![(30, 40), (10, 20), (20, 25), (12, 15), (50, 51)];
        let regions =
            BTreeMap::from([("1".to_owned(), of.clone()), ("X".to_owned(), vec![(0, 9)])]);
        let mut bytes = Vec::new();
        let file = Callable::write(&regions).unwrap();
        file.finish(FileKind::Callable, &mut bytes).unwrap();
        let path = std::path::Path::new("kit.callable");
        let file = Container::from_bytes(path, bytes, FileKind::Callable).unwrap();
        let callable = Callable::of(file).unwrap();
        callable.verify().unwrap();
        for start in 0..60 {
            for end in start + 1..60 {
                let each = |at: i32| {
                    of.iter()
                        .any(|(first, behind)| (*first..*behind).contains(&at))
                };
                let expected = (start..end).all(each);
                assert_eq!(
                    callable.holds(0, start, end).unwrap(),
                    expected,
                    "{start}..{end}"
                );
                assert_eq!(callable.holds(1, start, end).unwrap(), end <= 9);
                assert!(!callable.holds(2, start, end).unwrap());
            }
        }
    }
}
