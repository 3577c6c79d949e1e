//! Checking the annotations of a segment through and through.

use super::write::Derived;
use super::{Annotations, Changes, Class, GRADES, GeneNames, all_texts, entry_hashes};
use crate::error::Result;
use crate::format::{Column, Container, Kind, verify_hashes};
use std::collections::HashSet;

impl Annotations {
    /// Checks columns and texts; the indexes are made again and compared.
    pub(crate) fn verify(&self, file: &Container) -> Result<()> {
        let fault = |kind: Kind, expected: &str| {
            let section = file.find(kind).unwrap_or(usize::MAX);
            file.damage(section, 0, expected, "something else")
        };
        let below = |count: u32| 0..=i64::from(count) - 1;
        let counts = self.counts;
        self.ends.verify(file, false, 0..=i64::from(counts.items))?;
        if let Some(items) = &self.items {
            items.verify(file, false, 1..=i64::from(counts.entries))?;
        }
        let all = 1..=i64::from(counts.classes);
        self.classes.verify(file, false, all)?;
        self.class_genes.verify(file, true, below(counts.genes))?;
        let transcripts = below(counts.transcripts);
        self.class_transcripts.verify(file, true, transcripts)?;
        let consequences = below(counts.consequences);
        self.class_consequences.verify(file, false, consequences)?;
        self.class_grades.verify(file, false, below(GRADES))?;

        let ends = numbers(file, &self.ends, self.rows, 0)?;
        let last = ends.last().copied().unwrap_or_default();
        for row in 0..self.rows {
            self.items(file, row)?;
        }
        if last != counts.items {
            return Err(fault(Kind::AnnotationEnds, "ends up to all items"));
        }
        let items = match &self.items {
            Some(items) => numbers(file, items, counts.items, 1)?,
            None => (0..counts.items).collect(),
        };
        let entry_classes = numbers(file, &self.classes, counts.entries, 1)?;
        let classes: Vec<Class> = (0..counts.classes)
            .map(|class| self.class(file, class))
            .collect::<Result<_>>()?;
        let genes = all_texts(file, &self.genes)?;
        let whole = |line: &String| {
            GeneNames::from_line(line).is_some_and(|names| names != GeneNames::default())
        };
        if !genes.iter().all(whole) {
            return Err(fault(
                Kind::AnnotatedGenes,
                "symbol, id and HGNC id of each",
            ));
        }
        self.verify_tables(file, &classes, &entry_classes, &items)?;

        // the hashes of each entry, to be met again by its rows
        let mut of_entry: Vec<Vec<u64>> = Vec::new();
        if file.find(Kind::EntryTexts).is_some() {
            of_entry.reserve(counts.entries as usize);
            self.texts.each(file, |_, entry| {
                let text = std::str::from_utf8(entry).ok();
                let Some(changes) = text.and_then(Changes::from_text) else {
                    return Err(fault(Kind::EntryTexts, "three fields in UTF-8"));
                };
                of_entry.push(entry_hashes(changes.hgvs_c, changes.protein).collect());
                Ok(())
            })?;
        }
        let mut hashes = Vec::new();
        let mut start = 0;
        for (row, &end) in (0u32..).zip(&ends) {
            let entries = items.get(start as usize..end as usize);
            start = end;
            for &entry in entries.unwrap_or_default() {
                let found = of_entry.get(entry as usize).into_iter().flatten();
                hashes.extend(found.map(|&hash| (hash, row)));
            }
        }
        let derived = Derived {
            rows: self.rows,
            ends: &ends,
            items: &items,
            entry_classes: &entry_classes,
            classes: &classes,
            genes: &genes,
            consequences: counts.consequences,
        };
        let lists = derived.rows();
        for (kind, column, lists) in [
            (Kind::GeneRows, &self.gene_rows, lists.genes),
            (
                Kind::ConsequenceRows,
                &self.consequence_rows,
                lists.consequences,
            ),
            (Kind::ImpactRows, &self.impact_rows, lists.impacts),
        ] {
            column.verify(file, false, 0..=i64::MAX)?;
            for (number, list) in (0..).zip(lists) {
                let set = self.set(file, column.get(file, number)?)?;
                let broken = |rule| super::broken_set(file, rule);
                set.verify(None).map_err(broken)?;
                let mut members = Vec::with_capacity(list.len());
                set.walk(None, |row| members.push(row)).map_err(broken)?;
                if members != list {
                    return Err(fault(kind, "what follows from the entries"));
                }
            }
        }
        let names = derived.name_hashes();
        verify_hashes(file, Kind::GeneNameIndex, counts.genes, names)?;
        verify_hashes(file, Kind::ChangeIndex, self.rows, hashes)
    }

    /// Checks that names and classes stand once each, and are of something.
    fn verify_tables(
        &self,
        file: &Container,
        classes: &[Class],
        entry_classes: &[u32],
        items: &[u32],
    ) -> Result<()> {
        let wrong = |kind: Kind, expected: &str| file.damage_in(kind, expected, "something else");
        let numbers = |of: fn(&Class) -> Option<u32>| -> HashSet<u32> {
            classes.iter().filter_map(of).collect()
        };
        for (kind, text, used) in [
            (Kind::AnnotatedGenes, &self.genes, numbers(|c| c.gene)),
            (
                Kind::Transcripts,
                &self.transcripts,
                numbers(|c| c.transcript),
            ),
            (
                Kind::Consequences,
                &self.consequences,
                numbers(|c| Some(c.consequence)),
            ),
        ] {
            let mut seen = HashSet::new();
            text.each(file, |number, entry| {
                let name = std::str::from_utf8(entry).unwrap_or_default();
                let single = kind == Kind::AnnotatedGenes || !name.contains('\t');
                let sound = !name.is_empty() && single && used.contains(&number);
                match sound && seen.insert(name.to_owned()) {
                    true => Ok(()),
                    false => Err(wrong(kind, "distinct names in UTF-8, each of a class")),
                }
            })?;
        }
        let used: HashSet<u32> = entry_classes.iter().copied().collect();
        let mut seen = HashSet::new();
        let mut numbered = (0u32..).zip(classes);
        if !numbered.all(|(number, class)| used.contains(&number) && seen.insert(class)) {
            return Err(wrong(
                Kind::EntryClasses,
                "distinct classes, each of an entry",
            ));
        }
        let used: HashSet<u32> = items.iter().copied().collect();
        match used.len() == entry_classes.len() {
            true => Ok(()),
            false => Err(wrong(Kind::AnnotationItems, "each entry in a row")),
        }
    }
}

/// All numbers of a column, which has been checked, less what is added to each there.
fn numbers(file: &Container, column: &Column, count: u32, added: i64) -> Result<Vec<u32>> {
    let mut all = Vec::with_capacity(count as usize);
    for row in 0..count {
        let number = column.get(file, row)?.saturating_sub(added);
        all.push(u32::try_from(number).unwrap_or(u32::MAX));
    }
    Ok(all)
}
