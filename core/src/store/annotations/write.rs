//! From entries to the sections of a segment.

use super::{Class, Counts, GeneNames, Grade, IMPACTS, ROW_ITEMS_MAX, entry_hashes};
use crate::error::Place;
use crate::format::{ColumnWriter, Kind, TextWriter, hash_index};
use crate::model::Entry;
use crate::set::{Members, SetWriter};
use std::collections::HashMap;
use std::hash::Hash;
use xxhash_rust::xxh3::xxh3_64;

/// Distinct values, numbered as they come.
#[derive(Debug)]
struct Numbered<T> {
    list: Vec<T>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            numbers: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Numbered<T> {
    fn number(&mut self, value: T) -> u32 {
        if let Some(&number) = self.numbers.get(&value) {
            return number;
        }
        let number = self.list.len() as u32;
        self.list.push(value.clone());
        self.numbers.insert(value, number);
        number
    }
}

/// The distinct names and classes of entries.
#[derive(Debug, Default)]
struct Tables {
    /// Lines of names.
    genes: Numbered<String>,
    transcripts: Numbered<String>,
    consequences: Numbered<String>,
    classes: Numbered<Class>,
    /// Bytes of the names.
    bytes: usize,
    /// The line of a gene that is looked up.
    line: String,
}

impl Tables {
    fn named(table: &mut Numbered<String>, text: &str, bytes: &mut usize) -> u32 {
        if let Some(&number) = table.numbers.get(text) {
            return number;
        }
        // once in the list and once in the map
        *bytes += 2 * text.len() + 80;
        table.number(text.to_owned())
    }

    fn class(&mut self, entry: &Entry) -> u32 {
        let names = [&entry.symbol, &entry.gene_id, &entry.hgnc];
        self.line.clear();
        for (n, name) in names.iter().enumerate() {
            self.line.push_str(if n == 0 { "" } else { "\t" });
            self.line.push_str(name);
        }
        let bytes = &mut self.bytes;
        let gene = names.iter().any(|name| !name.is_empty());
        let gene = gene.then(|| Self::named(&mut self.genes, &self.line, bytes));
        let transcript = (!entry.transcript.is_empty())
            .then(|| Self::named(&mut self.transcripts, &entry.transcript, bytes));
        let consequence = Self::named(&mut self.consequences, &entry.consequence, bytes);
        self.classes.number(Class {
            gene,
            transcript,
            consequence,
            grade: Grade::new(entry.impact, entry.flags),
        })
    }

    /// The number here of a class of other tables.
    fn translated(&mut self, other: &Self, class: Class) -> u32 {
        let bytes = &mut self.bytes;
        let mut same = |table: &mut Numbered<String>, of: &Numbered<String>, number: u32| {
            let text = of.list.get(number as usize);
            Self::named(table, text.map_or("", String::as_str), bytes)
        };
        let class = Class {
            gene: class
                .gene
                .map(|gene| same(&mut self.genes, &other.genes, gene)),
            transcript: class
                .transcript
                .map(|transcript| same(&mut self.transcripts, &other.transcripts, transcript)),
            consequence: same(
                &mut self.consequences,
                &other.consequences,
                class.consequence,
            ),
            ..class
        };
        self.classes.number(class)
    }
}

/// A row that another record describes.
#[derive(Debug, Clone)]
pub(crate) struct Pointer {
    /// The row in its group, then in its segment.
    pub(crate) row: u32,
    /// Position of the other record, 1-based, and how often the record says so.
    pub(crate) to: (i64, u64),
    /// How the row's change stands in the other record's entries: `69134A>G`.
    pub(crate) change: String,
    /// The record.
    pub(crate) place: Place,
}

/// The texts of an entry that another record may point to.
#[derive(Debug, Clone)]
pub(crate) struct EntryTexts {
    pub(crate) entry: u32,
    pub(crate) hgvs_c: String,
    pub(crate) protein: String,
}

/// The annotations of a group of rows.
#[derive(Debug, Default)]
pub(crate) struct EncodedAnnotations {
    tables: Tables,
    /// How many entries each row has.
    counts: Vec<u32>,
    /// The class of each entry.
    classes: Vec<u32>,
    texts: TextWriter,
    hashes: Vec<(u64, u32)>,
    pointers: Vec<Pointer>,
    pointed: Vec<EntryTexts>,
    /// Of the row that entries are being added to.
    row_entries: u32,
    row_hashes: Vec<u64>,
}

impl EncodedAnnotations {
    /// Adds an entry to the row that is added next.
    pub(crate) fn push_entry(&mut self, entry: &Entry) {
        let class = self.tables.class(entry);
        let number = self.classes.len() as u32;
        self.classes.push(class);
        self.row_entries += 1;
        let (c, p, protein) = (&entry.hgvs_c, &entry.hgvs_p, &entry.protein);
        if c.is_empty() && p.is_empty() && protein.is_empty() {
            self.texts.push(b"");
        } else {
            self.texts.push(format!("{c}\t{p}\t{protein}").as_bytes());
        }
        self.row_hashes.extend(entry_hashes(c, protein));
        // of several records together
        if c.contains('+') && c.starts_with(|first: char| first.is_ascii_digit()) {
            self.pointed.push(EntryTexts {
                entry: number,
                hgvs_c: c.clone(),
                protein: protein.clone(),
            });
        }
    }

    /// Ends a row with the entries added since the last.
    pub(crate) fn push_row(&mut self, pointers: impl Iterator<Item = Pointer>) {
        let row = self.counts.len() as u32;
        self.counts.push(std::mem::take(&mut self.row_entries));
        self.row_hashes.sort_unstable();
        self.row_hashes.dedup();
        let hashes = self.row_hashes.drain(..).map(|hash| (hash, row));
        self.hashes.extend(hashes);
        self.pointers
            .extend(pointers.map(|pointer| Pointer { row, ..pointer }));
    }
}

/// The annotations of a segment's rows on their way to its sections.
#[derive(Debug, Default)]
pub(crate) struct AnnotationWriter {
    tables: Tables,
    /// Where the entries of each row end.
    ends: Vec<u32>,
    classes: Vec<u32>,
    texts: TextWriter,
    hashes: Vec<(u64, u32)>,
    pointers: Vec<Pointer>,
    pointed: Vec<EntryTexts>,
}

/// What became of pointers: one that is of several ALTs is found where one of them is.
#[derive(Debug, Default)]
pub(crate) struct Pointed {
    /// Pointers that led to an entry.
    pub(crate) found: u64,
    /// How many did not, and the record of the first.
    pub(crate) lost: u64,
    pub(crate) first_lost: Option<Place>,
}

/// Sections, and what became of pointers.
pub(crate) type Finished = (Vec<(Kind, Vec<u8>)>, Pointed);

impl AnnotationWriter {
    /// Adds a group of rows.
    pub(crate) fn append(&mut self, group: EncodedAnnotations) {
        let (first_row, first_entry) = (self.ends.len() as u32, self.classes.len() as u32);
        let mut translated = Vec::with_capacity(group.tables.classes.list.len());
        for &class in &group.tables.classes.list {
            translated.push(self.tables.translated(&group.tables, class));
        }
        let classes = group.classes.iter();
        self.classes.extend(
            classes.map(|&class| translated.get(class as usize).copied().unwrap_or_default()),
        );
        let mut end = first_entry;
        self.ends.extend(group.counts.iter().map(|count| {
            end += count;
            end
        }));
        self.texts.append(group.texts);
        let hashes = group.hashes.into_iter();
        self.hashes
            .extend(hashes.map(|(hash, row)| (hash, first_row + row)));
        let pointers = group.pointers.into_iter();
        self.pointers.extend(pointers.map(|pointer| Pointer {
            row: first_row + pointer.row,
            ..pointer
        }));
        let pointed = group.pointed.into_iter();
        self.pointed.extend(pointed.map(|texts| EntryTexts {
            entry: first_entry + texts.entry,
            ..texts
        }));
    }

    /// Bytes held so far, about.
    pub(crate) fn bytes(&self) -> usize {
        let pointed = |texts: &EntryTexts| texts.hgvs_c.len() + texts.protein.len() + 64;
        self.tables.bytes
            + self.tables.classes.list.len() * 48
            // sets of rows are made of them at the end
            + self.ends.len() * 4
            + self.classes.len() * 12
            + self.texts.len()
            + self.hashes.len() * 16
            + self.pointers.len() * 128
            + self.pointed.iter().map(pointed).sum::<usize>()
    }

    /// The sections; none where no row has an entry. `at` gives the rows (of the same contig as a
    /// row) of which the record stands at a position (1-based).
    pub(crate) fn finish(
        mut self,
        at: impl Fn(u32, i64) -> std::ops::Range<u32>,
    ) -> std::io::Result<Finished> {
        let rows = self.ends.len() as u32;
        let mut items: Vec<u32> = (0..self.classes.len() as u32).collect();
        let pointed = self.resolve(&mut items, at);
        if items.is_empty() {
            return Ok((Vec::new(), pointed));
        }
        let tables = &self.tables;
        let counts = Counts {
            items: items.len() as u32,
            entries: self.classes.len() as u32,
            classes: tables.classes.list.len() as u32,
            genes: tables.genes.list.len() as u32,
            transcripts: tables.transcripts.list.len() as u32,
            consequences: tables.consequences.list.len() as u32,
        };
        let mut sections = vec![
            (Kind::AnnotationMeta, counts.to_bytes()),
            (Kind::AnnotationEnds, column(self.ends.iter().copied())),
        ];
        if items.len() != self.classes.len() {
            let items = column(items.iter().map(|entry| entry + 1));
            sections.push((Kind::AnnotationItems, items));
        }
        let classes = &tables.classes.list;
        // never all zero: so the section is there wherever there are entries
        let of_entries = column(self.classes.iter().map(|class| class + 1));
        sections.push((Kind::EntryClasses, of_entries));
        sections.push((Kind::EntryTexts, self.texts.finish(false)?));
        let nullable = |number: &dyn Fn(&Class) -> Option<u32>| {
            let mut column = ColumnWriter::nullable();
            classes
                .iter()
                .for_each(|class| column.push_nullable(number(class).map(i64::from)));
            column.finish()
        };
        sections.push((Kind::ClassGenes, nullable(&|class| class.gene)));
        sections.push((Kind::ClassTranscripts, nullable(&|class| class.transcript)));
        let consequences = classes.iter().map(|class| class.consequence);
        sections.push((Kind::ClassConsequences, column(consequences)));
        let grades = classes.iter().map(|class| u32::from(class.grade.0));
        sections.push((Kind::ClassGrades, column(grades)));
        for (kind, table) in [
            (Kind::AnnotatedGenes, &tables.genes),
            (Kind::Transcripts, &tables.transcripts),
            (Kind::Consequences, &tables.consequences),
        ] {
            let mut writer = TextWriter::default();
            let texts = table.list.iter();
            texts.for_each(|text| writer.push(text.as_bytes()));
            sections.push((kind, writer.finish(true)?));
        }
        let derived = Derived {
            rows,
            ends: &self.ends,
            items: &items,
            entry_classes: &self.classes,
            classes,
            genes: &tables.genes.list,
            consequences: counts.consequences,
        };
        sections.extend(derived.sections(self.hashes));
        sections.retain(|(_, bytes)| !bytes.is_empty());
        Ok((sections, pointed))
    }

    /// Gives rows the entries that other records have of them.
    fn resolve(
        &mut self,
        items: &mut Vec<u32>,
        at: impl Fn(u32, i64) -> std::ops::Range<u32>,
    ) -> Pointed {
        let mut told = Pointed::default();
        if self.pointers.is_empty() {
            return told;
        }
        let mut parts: HashMap<&str, Vec<&EntryTexts>> = HashMap::new();
        for texts in &self.pointed {
            for part in texts.hgvs_c.split('+') {
                parts.entry(part).or_default().push(texts);
            }
        }
        let mut added: Vec<(u32, u32)> = Vec::new();
        let mut found: HashMap<(Place, i64), (u64, bool)> = HashMap::new();
        for pointer in &self.pointers {
            let rows = at(pointer.row, pointer.to.0);
            let end = |row: u32| self.ends.get(row as usize).copied().unwrap_or_default();
            let entries =
                rows.start.checked_sub(1).map_or(0, end)..rows.end.checked_sub(1).map_or(0, end);
            let known = parts.get(&*pointer.change).map_or(&[][..], Vec::as_slice);
            let from = known.partition_point(|texts| texts.entry < entries.start);
            let known = known.iter().skip(from);
            let key = (pointer.place, pointer.to.0);
            let (_, any) = found.entry(key).or_insert((pointer.to.1, false));
            for texts in known.take_while(|texts| texts.entry < entries.end) {
                *any = true;
                added.push((pointer.row, texts.entry));
                let hashes = entry_hashes(&texts.hgvs_c, &texts.protein);
                self.hashes.extend(hashes.map(|hash| (hash, pointer.row)));
            }
        }
        for pointer in &self.pointers {
            match found.remove(&(pointer.place, pointer.to.0)) {
                Some((count, true)) => told.found += count,
                Some((count, false)) => {
                    told.lost += count;
                    told.first_lost = told.first_lost.or(Some(pointer.place));
                }
                None => {}
            }
        }
        added.sort_unstable();
        added.dedup();
        let mut all = Vec::with_capacity(items.len() + added.len());
        let mut added = added.into_iter().peekable();
        let mut start = 0;
        for (row, end) in (0u32..).zip(&mut self.ends) {
            let first = all.len() as u32;
            all.extend(start..*end);
            start = *end;
            while let Some((_, entry)) = added.next_if(|(of, _)| *of == row) {
                if all.len() as u32 - first < ROW_ITEMS_MAX {
                    all.push(entry);
                } else {
                    told.lost += 1;
                    told.first_lost = told.first_lost.or(Some(Place::File));
                }
            }
            *end = all.len() as u32;
        }
        *items = all;
        told
    }
}

/// What the indexes follow from.
pub(super) struct Derived<'a> {
    pub(super) rows: u32,
    pub(super) ends: &'a [u32],
    pub(super) items: &'a [u32],
    pub(super) entry_classes: &'a [u32],
    pub(super) classes: &'a [Class],
    /// Lines of names.
    pub(super) genes: &'a [String],
    pub(super) consequences: u32,
}

/// Rows by gene, by consequence and by impact.
pub(super) struct RowLists {
    pub(super) genes: Vec<Vec<u32>>,
    pub(super) consequences: Vec<Vec<u32>>,
    pub(super) impacts: Vec<Vec<u32>>,
}

impl Derived<'_> {
    pub(super) fn rows(&self) -> RowLists {
        let mut lists = RowLists {
            genes: vec![Vec::new(); self.genes.len()],
            consequences: vec![Vec::new(); self.consequences as usize],
            impacts: vec![Vec::new(); IMPACTS as usize],
        };
        let add = |lists: &mut [Vec<u32>], number: u32, row: u32| {
            if let Some(list) = lists.get_mut(number as usize)
                && list.last() != Some(&row)
            {
                list.push(row);
            }
        };
        let mut start = 0;
        for (row, &end) in (0u32..).zip(self.ends) {
            let items = self.items.get(start as usize..end as usize);
            start = end;
            for &entry in items.unwrap_or_default() {
                let class = self.entry_classes.get(entry as usize);
                let Some(class) = class.and_then(|class| self.classes.get(*class as usize)) else {
                    continue;
                };
                if let Some(gene) = class.gene {
                    add(&mut lists.genes, gene, row);
                }
                add(&mut lists.consequences, class.consequence, row);
                add(&mut lists.impacts, u32::from(class.grade.impact()), row);
            }
        }
        lists
    }

    /// The hashes of the names of genes.
    pub(super) fn name_hashes(&self) -> Vec<(u64, u32)> {
        let mut names = Vec::new();
        for (gene, line) in (0u32..).zip(self.genes) {
            let known = GeneNames::from_line(line).unwrap_or_default();
            names.extend(known.all().map(|name| (xxh3_64(name.as_bytes()), gene)));
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Sets of rows and both hash indexes.
    fn sections(&self, mut hashes: Vec<(u64, u32)>) -> Vec<(Kind, Vec<u8>)> {
        let lists = self.rows();
        let mut payload = Vec::new();
        let mut sets = |lists: Vec<Vec<u32>>| {
            let mut column = ColumnWriter::default();
            for list in lists {
                let mut writer = SetWriter {
                    payload: &mut payload,
                    base: 0,
                    universe: self.rows,
                };
                column.push(writer.write(Members::List(&list), None).cast_signed());
            }
            column.finish()
        };
        let genes = sets(lists.genes);
        let consequences = sets(lists.consequences);
        let impacts = sets(lists.impacts);
        // how many there are decides about the index
        hashes.sort_unstable();
        hashes.dedup();
        let genes_known = self.genes.len() as u32;
        vec![
            (Kind::GeneRows, genes),
            (Kind::ConsequenceRows, consequences),
            (Kind::ImpactRows, impacts),
            (Kind::AnnotationSets, payload),
            (
                Kind::GeneNameIndex,
                hash_index(self.name_hashes(), genes_known),
            ),
            (Kind::ChangeIndex, hash_index(hashes, self.rows)),
        ]
    }
}

/// A column of numbers.
fn column(numbers: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut column = ColumnWriter::default();
    numbers.for_each(|number| column.push(i64::from(number)));
    column.finish()
}
