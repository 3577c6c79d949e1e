//! Files of alleles, ids and genes. What a file lists is looked up line by line, and the rows that are found are one
//! test: rows are asked whether they are among them, however many there are.

use super::allele_rows::ListedAlleles;
use super::entries::EntryTest;
use super::find::{doubt_of_mate, find_change};
use super::lines::Lines;
use super::listed::ListedContigs;
use super::names::Names;
use super::several::Several;
use super::test::{Test, entry};
use super::vrs::{Identified, find_ids, identified_at};
use crate::cohort::{Regions, View};
use crate::error::{Error, Result};
use crate::genome::{Change, Identifier, Position, VrsId, parse_identifier};
use crate::stop::check_stop;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// Alleles that several inputs have, each of which is kept apart: they may be spelled otherwise there.
const MOST_SHARED: usize = 1 << 20;
/// Lines between two looks whether to stop.
const STOP_EVERY: u64 = 256;
const ALLELE: &str = "an allele, as 22:16050075:A:G";

impl Names<'_> {
    /// The alleles that a file lists: one spelling a line, or the records of a VCF.
    pub(in crate::query) fn listed_alleles(&self, file: &str, at: &Range<usize>) -> Result<Test> {
        let lines = self.lines(file, at)?;
        if lines.begins_with(b"BCF") {
            let found = "a BCF: `bcftools view` makes a VCF of it".to_owned();
            return Err(lines.error(1, "alleles, one a line, or a VCF", found));
        }
        let is_vcf = lines.begins_with(b"##fileformat=VCF");
        let mut alleles = ReadAlleles {
            names: self,
            lines: &lines,
            at,
            contigs: ListedContigs::new(self, &lines),
            found: ListedAlleles::default(),
            ids: Vec::new(),
        };
        for line in lines.lines() {
            let (number, text) = line?;
            if number.is_multiple_of(STOP_EVERY) {
                check_stop()?;
            }
            match text.trim() {
                "" => {}
                text if text.starts_with('#') => {}
                text if is_vcf => alleles.record(number, text)?,
                text => alleles.spelling(number, text)?,
            }
        }
        alleles.identifiers()?;
        alleles.contigs.finish("allele")?;
        Ok(Test::Alleles(Arc::new(alleles.found.sorted())))
    }

    /// The variants with one of the ids that a file lists.
    pub(in crate::query) fn listed_ids(&self, file: &str, at: &Range<usize>) -> Result<Test> {
        let lines = self.lines(file, at)?;
        let mut ids = HashSet::new();
        for line in lines.lines() {
            let (_, id) = line?;
            let id = id.trim();
            if !id.is_empty() && !id.starts_with('#') {
                ids.insert(id.as_bytes());
            }
        }
        let mut ids: Vec<&[u8]> = ids.into_iter().collect();
        ids.sort_unstable();
        let mut found = HashMap::new();
        for (index, part) in self.view.parts().iter().enumerate() {
            check_stop()?;
            let rows = self.view.segment(part)?.find_ids(&ids)?;
            if !rows.is_empty() {
                found.insert(index, rows);
            }
        }
        Ok(Test::Rows(found))
    }

    /// The variants of the genes that a file lists, by annotation or by position as those of one gene.
    pub(in crate::query) fn listed_genes(&self, file: &str, at: &Range<usize>) -> Result<Test> {
        let lines = self.lines(file, at)?;
        let (mut names, mut regions) = (Vec::new(), Vec::new());
        let mut known = HashSet::new();
        let before = self.notes.borrow().len();
        for line in lines.lines() {
            let (number, name) = line?;
            let name = name.trim();
            if name.is_empty() || name.starts_with('#') || !known.insert(name) {
                continue;
            }
            if number.is_multiple_of(STOP_EVERY) {
                check_stop()?;
            }
            let test = self.gene(name, at).map_err(|error| match error {
                Error::Expression(of) if !known_nothing(self.view) => {
                    let found = match (lines.may_show(), of.candidates.as_slice()) {
                        (false, _) => "another word".to_owned(),
                        (true, []) => of.message,
                        (true, near) => format!("{}; near: {}", of.message, near.join(", ")),
                    };
                    lines.error(number, "a gene of the dataset", found)
                }
                error => error,
            })?;
            match test {
                Test::Entry(test) => match &*test {
                    EntryTest::Gene(more) => names.extend(more.iter().cloned()),
                    _ => continue,
                },
                Test::Regions(of) => regions.push(of),
                _ => continue,
            }
        }
        // how each is found is the same: one note says it
        let count = known.len();
        let mut notes = self.notes.borrow_mut();
        let how = match &self.view.manifest().annotations {
            Some(annotations) => format!("by annotation ({annotations})"),
            None => "by position".to_owned(),
        };
        notes.truncate(before);
        notes.push(format!("genes of {}: {count}, {how}", lines.name()));
        Ok(match self.view.manifest().annotations {
            Some(_) => entry(EntryTest::AnyGene(names)),
            None => Test::Regions(Regions::union(regions)),
        })
    }
}

/// Whether no gene can be found, whatever its name.
fn known_nothing(view: &View) -> bool {
    view.manifest().annotations.is_none() && view.genes().is_none()
}

/// Reads the alleles of a file.
struct ReadAlleles<'a> {
    names: &'a Names<'a>,
    lines: &'a Lines<'a>,
    at: &'a Range<usize>,
    contigs: ListedContigs<'a>,
    found: ListedAlleles,
    /// Computed identifiers with their lines: all of them are looked for at once.
    ids: Vec<(u64, VrsId)>,
}

impl<'a> ReadAlleles<'a> {
    /// A line with an allele in any spelling.
    fn spelling(&mut self, line: u64, text: &'a str) -> Result<()> {
        let parsed = parse_identifier(text);
        match parsed {
            Ok(Identifier::Allele(name)) => self.add(line, text, name.contig, &name.change),
            Ok(Identifier::Vrs(id)) => {
                self.ids.push((line, id));
                Ok(())
            }
            Ok(Identifier::Id(_)) => {
                let found = self.lines.shown(text, "another word");
                let ids = format!("`ids(@{})` takes ids", self.lines.name());
                Err(self.lines.error(line, ALLELE, format!("{found}: {ids}")))
            }
            Err(error) => {
                let found = self.lines.shown(text, "another word");
                Err(self.lines.error(line, &error.message, found))
            }
        }
    }

    /// The alleles of the computed identifiers among the lines.
    fn identifiers(&mut self) -> Result<()> {
        let view = self.names.view;
        let ids = std::mem::take(&mut self.ids);
        let places = find_ids(view, ids.iter().map(|(_, id)| *id))?;
        for (line, id) in ids {
            match identified_at(view, id, places.get(&id).copied())? {
                Identified::Allele(contig, allele) => {
                    let name = view.contig_name(contig);
                    self.add(line, &id.to_string(), name, &allele.change())?;
                }
                Identified::Absent => {}
                Identified::Doubt(why) => return Err(self.refused(line, why)),
            }
        }
        Ok(())
    }

    fn refused(&self, line: u64, why: String) -> Error {
        let found = match self.lines.may_show() {
            true => why,
            false => "another one".to_owned(),
        };
        self.lines.error(line, "one variant of the dataset", found)
    }

    /// A record of a VCF: each of its ALTs.
    fn record(&mut self, line: u64, text: &'a str) -> Result<()> {
        let mut fields = text.split('\t');
        let (contig, position) = (fields.next(), fields.next());
        let (reference, alternates) = (fields.nth(1), fields.next());
        let position = position.and_then(|number| number.parse().ok());
        let position = position.and_then(Position::from_one_based);
        let (Some(contig), Some(position), Some(reference), Some(alternates)) =
            (contig, position, reference, alternates)
        else {
            let found = self.lines.shown(text, "another line");
            let expected = "CHROM, POS, ID, REF and ALT of a VCF, between tabs";
            return Err(self.lines.error(line, expected, found));
        };
        // a record without ALT names no allele
        for alternate in alternates.split(',').filter(|alternate| *alternate != ".") {
            let change = Change::Exact {
                position,
                reference: Cow::Borrowed(reference),
                alternate: Cow::Borrowed(alternate),
            };
            self.add(line, text, contig, &change)?;
        }
        Ok(())
    }

    fn add(&mut self, line: u64, text: &str, contig: &'a str, change: &Change<'_>) -> Result<()> {
        let view = self.names.view;
        let Some(contig) = self.contigs.find(contig, line)? else {
            return Ok(());
        };
        if let Some(doubt) = doubt_of_mate(view, change) {
            return Err(self.refused(line, doubt.to_string()));
        }
        let found = find_change(view, contig, change)?;
        if let Some((message, _)) = found.doubt(view, text)? {
            return Err(self.refused(line, message));
        }
        if let Some(several) = Several::of(view, text, self.at, &found.rows)? {
            return Err(self.refused(line, several.refusal(view)?.0));
        }
        if self.found.shared.len() >= MOST_SHARED {
            let why = format!("more than {MOST_SHARED} that several inputs have");
            return Err(self.refused(line, why));
        }
        self.found.add(view, found)
    }
}
