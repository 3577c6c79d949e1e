//! What annotators say of a segment's rows, read where it lies.
//!
//! A row has *items*, each of which is an *entry*: what one annotator says of one ALT and one
//! transcript. An entry is its *class* (gene, transcript, consequence, impact: many entries share
//! one) and its texts (HGVS). Sets of rows by gene, by consequence and by impact, and an index of
//! rows by changes of transcripts and proteins, give the rows that a question may pick.

#![deny(clippy::indexing_slicing)]

mod named;
mod verify;
mod write;

pub(crate) use named::{Accession, NamedChanges};
pub(crate) use write::{AnnotationWriter, EncodedAnnotations, Pointed, Pointer};

use crate::error::Result;
use crate::format::{Column, Container, Kind, Text, TextBlock, find_hash, page_of, u32_of};
use crate::model::short_protein;
use crate::set::{Malformed, StoredSet, words_for};
use crate::store::set_in;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;
use xxhash_rust::xxh3::xxh3_64;

/// The most items of a row.
const ROW_ITEMS_MAX: u32 = 1 << 17;
/// Impacts: modifier, low, moderate, high.
pub(crate) const IMPACTS: u32 = 4;
/// Grades: an impact, and three flags.
const GRADES: u32 = 32;

/// What many entries have in common; names by their numbers in the segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Class {
    gene: Option<u32>,
    transcript: Option<u32>,
    consequence: u32,
    grade: Grade,
}

/// Impact, and what kind of transcript it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Grade(u8);

impl Grade {
    fn new(impact: u8, flags: u8) -> Self {
        Self(impact & 3 | flags << 2)
    }

    /// 0 (modifier) to 3 (high).
    pub(crate) fn impact(self) -> u8 {
        self.0 & 3
    }

    /// Bits of [`crate::input::annotation`].
    pub(crate) fn flags(self) -> u8 {
        self.0 >> 2
    }
}

/// How many there are of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    items: u32,
    entries: u32,
    classes: u32,
    genes: u32,
    transcripts: u32,
    consequences: u32,
}

impl Counts {
    const LEN: usize = 24;

    fn to_bytes(self) -> Vec<u8> {
        let all = [
            self.items,
            self.entries,
            self.classes,
            self.genes,
            self.transcripts,
            self.consequences,
        ];
        all.iter().flat_map(|count| count.to_le_bytes()).collect()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.len() != Self::LEN {
            return None;
        }
        let mut counts = bytes.chunks_exact(4).map(u32_of);
        Some(Self {
            items: counts.next()?,
            entries: counts.next()?,
            classes: counts.next()?,
            genes: counts.next()?,
            transcripts: counts.next()?,
            consequences: counts.next()?,
        })
    }
}

/// The annotations of a segment.
#[derive(Debug)]
pub(crate) struct Annotations {
    rows: u32,
    counts: Counts,
    ends: Column,
    /// Where an item is not the entry of its own number.
    items: Option<Column>,
    classes: Column,
    texts: Text,
    class_genes: Column,
    class_transcripts: Column,
    class_consequences: Column,
    class_grades: Column,
    genes: Text,
    transcripts: Text,
    consequences: Text,
    gene_rows: Column,
    consequence_rows: Column,
    impact_rows: Column,
    gene_index: Option<usize>,
    change_index: Option<usize>,
    /// The consequences as texts: a question looks at all of them.
    known: OnceLock<Vec<String>>,
    named: OnceLock<NamedChanges>,
}

/// The names of a gene; empty where not given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct GeneNames {
    pub(crate) symbol: String,
    pub(crate) id: String,
    pub(crate) hgnc: String,
}

impl GeneNames {
    /// The symbol, or else an id.
    pub(crate) fn shown(&self) -> &str {
        let names = [&self.symbol, &self.id, &self.hgnc];
        let told = names.into_iter().find(|name| !name.is_empty());
        told.map_or("", String::as_str)
    }

    /// Every name that the gene answers to, in lower case. Of a fusion, those of its parts, too.
    pub(crate) fn all(&self) -> impl Iterator<Item = String> + '_ {
        let whole = [&self.symbol, &self.id, &self.hgnc];
        let parts = [&self.symbol, &self.id]
            .into_iter()
            .filter(|name| name.contains('&'))
            .flat_map(|name| name.split('&'));
        whole
            .into_iter()
            .map(String::as_str)
            .chain(parts)
            .filter(|name| !name.is_empty())
            .map(str::to_lowercase)
    }

    fn from_line(line: &str) -> Option<Self> {
        let mut fields = line.split('\t').map(str::to_owned);
        let names = Self {
            symbol: fields.next()?,
            id: fields.next()?,
            hgnc: fields.next()?,
        };
        fields.next().is_none().then_some(names)
    }
}

/// The hash that the change of a protein is found by.
pub(crate) fn protein_hash(normal: &str) -> u64 {
    xxh3_64(format!("p.{}", normal.to_lowercase()).as_bytes())
}

/// A transcript without its version, and what changes in it: `NM_004333` and `c.1799t>a`.
pub(crate) fn split_change(hgvs: &str) -> Option<(&str, &str, &str)> {
    let (transcript, change) = hgvs.rsplit_once(':')?;
    // a gene may stand behind the transcript: NM_004333.6(BRAF)
    let transcript = transcript.split('(').next().unwrap_or(transcript);
    let (name, version) = match transcript.rsplit_once('.') {
        Some((name, version))
            if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()) =>
        {
            (name, version)
        }
        _ => (transcript, ""),
    };
    (!name.is_empty() && !change.is_empty()).then_some((name, version, change))
}

/// The hash that the change of a transcript is found by, whatever the transcript's version.
pub(crate) fn change_hash(transcript: &str, change: &str) -> u64 {
    let text = format!("{transcript}:{change}");
    xxh3_64(text.to_lowercase().as_bytes())
}

/// The hashes that an entry's row is found by.
fn entry_hashes(hgvs_c: &str, protein: &str) -> impl Iterator<Item = u64> {
    let change = split_change(hgvs_c).map(|(name, _, change)| change_hash(name, change));
    let whole = (!protein.is_empty()).then(|| protein_hash(protein));
    let short = short_protein(protein).map(|short| protein_hash(&short));
    change.into_iter().chain(whole).chain(short)
}

/// The texts of an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Changes<'b> {
    pub(crate) hgvs_c: &'b str,
    pub(crate) hgvs_p: &'b str,
    /// In one-letter code.
    pub(crate) protein: &'b str,
}

impl<'b> Changes<'b> {
    fn from_text(text: &'b str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let mut fields = text.split('\t');
        let changes = Self {
            hgvs_c: fields.next()?,
            hgvs_p: fields.next()?,
            protein: fields.next()?,
        };
        fields.next().is_none().then_some(changes)
    }
}

impl Annotations {
    /// The annotations of `rows` rows; `None` where none has any.
    pub(crate) fn find(file: &Container, rows: u32) -> Result<Option<Self>> {
        let Some(meta) = file.find(Kind::AnnotationMeta) else {
            return Ok(None);
        };
        let Some(counts) = Counts::from_bytes(file.whole(Kind::AnnotationMeta)?) else {
            return Err(file.damage(meta, 0, "24 bytes", format!("{} bytes", file.len(meta))));
        };
        let text = |kind| Text::find(file, kind);
        let (genes, transcripts, consequences) = (
            text(Kind::AnnotatedGenes)?,
            text(Kind::Transcripts)?,
            text(Kind::Consequences)?,
        );
        // whoever asks makes room for so many: they are bounded by what lies in the file
        for (at, len, count) in [
            (12, genes.len(), counts.genes),
            (16, transcripts.len(), counts.transcripts),
            (20, consequences.len(), counts.consequences),
        ] {
            if len != count {
                let expected = format!("{len}, as many as there are texts");
                return Err(file.damage(meta, at, expected, count.to_string()));
            }
        }
        let texts = text(Kind::EntryTexts)?;
        let there = |kind| file.find(kind).is_some();
        let sound = counts.items > 0
            && (1..=counts.items).contains(&counts.entries)
            && (1..=counts.entries).contains(&counts.classes)
            && there(Kind::EntryClasses)
            && (there(Kind::AnnotationItems) || counts.items == counts.entries)
            && (!there(Kind::EntryTexts) || texts.len() == counts.entries);
        if !sound {
            let expected = "items, entries and classes, fewer of each than before";
            return Err(file.damage(meta, 0, expected, format!("{counts:?}")));
        }
        let column = |kind, rows| Column::find(file, kind, rows);
        let items = match there(Kind::AnnotationItems) {
            true => Some(column(Kind::AnnotationItems, counts.items)?),
            false => None,
        };
        Ok(Some(Self {
            rows,
            counts,
            ends: column(Kind::AnnotationEnds, rows)?,
            items,
            classes: column(Kind::EntryClasses, counts.entries)?,
            texts,
            class_genes: column(Kind::ClassGenes, counts.classes)?,
            class_transcripts: column(Kind::ClassTranscripts, counts.classes)?,
            class_consequences: column(Kind::ClassConsequences, counts.classes)?,
            class_grades: column(Kind::ClassGrades, counts.classes)?,
            genes,
            transcripts,
            consequences,
            gene_rows: column(Kind::GeneRows, counts.genes)?,
            consequence_rows: column(Kind::ConsequenceRows, counts.consequences)?,
            impact_rows: column(Kind::ImpactRows, IMPACTS)?,
            gene_index: file.find(Kind::GeneNameIndex),
            change_index: file.find(Kind::ChangeIndex),
            known: OnceLock::new(),
            named: OnceLock::new(),
        }))
    }

    fn end(&self, file: &Container, row: u32) -> Result<u32> {
        let end = self.ends.get(file, row)?;
        match u32::try_from(end) {
            Ok(end) if end <= self.counts.items => Ok(end),
            _ => Err(self.broken(file, Kind::AnnotationEnds, "ends of items", end)),
        }
    }

    /// The items of a row.
    pub(crate) fn items(&self, file: &Container, row: u32) -> Result<Range<u32>> {
        let start = match row.checked_sub(1) {
            Some(before) => self.end(file, before)?,
            None => 0,
        };
        let end = self.end(file, row)?;
        match end.checked_sub(start) {
            Some(..=ROW_ITEMS_MAX) => Ok(start..end),
            _ => {
                let expected = format!("ascending ends, at most {ROW_ITEMS_MAX} items apart");
                Err(self.broken(file, Kind::AnnotationEnds, &expected, end.into()))
            }
        }
    }

    /// The entry that an item is.
    pub(crate) fn entry(&self, file: &Container, item: u32) -> Result<u32> {
        let Some(items) = &self.items else {
            return Ok(item);
        };
        let entry = items.get(file, item)?.saturating_sub(1);
        self.number(file, Kind::AnnotationItems, entry, self.counts.entries)
    }

    /// The class of an entry, by its number.
    pub(crate) fn class_of(&self, file: &Container, entry: u32) -> Result<u32> {
        let class = self.classes.get(file, entry)?.saturating_sub(1);
        self.number(file, Kind::EntryClasses, class, self.counts.classes)
    }

    /// The gene of a class.
    pub(crate) fn gene_of(&self, file: &Container, class: u32) -> Result<Option<u32>> {
        let (kind, count) = (Kind::ClassGenes, self.counts.genes);
        self.named(file, &self.class_genes, kind, class, count)
    }

    /// The transcript of a class.
    pub(crate) fn transcript_of(&self, file: &Container, class: u32) -> Result<Option<u32>> {
        let (kind, count) = (Kind::ClassTranscripts, self.counts.transcripts);
        self.named(file, &self.class_transcripts, kind, class, count)
    }

    /// The consequence of a class.
    pub(crate) fn consequence_of(&self, file: &Container, class: u32) -> Result<u32> {
        let (kind, count) = (Kind::ClassConsequences, self.counts.consequences);
        self.number(file, kind, self.class_consequences.get(file, class)?, count)
    }

    /// Impact and flags of a class.
    pub(crate) fn grade_of(&self, file: &Container, class: u32) -> Result<Grade> {
        let grade = self.class_grades.get(file, class)?;
        let grade = self.number(file, Kind::ClassGrades, grade, GRADES)?;
        Ok(Grade(grade as u8))
    }

    fn named(
        &self,
        file: &Container,
        column: &Column,
        kind: Kind,
        class: u32,
        count: u32,
    ) -> Result<Option<u32>> {
        let (page, i) = page_of(class);
        match column.page(file, page)?.get_nullable(i) {
            Some(number) => self.number(file, kind, number, count).map(Some),
            None => Ok(None),
        }
    }

    fn class(&self, file: &Container, class: u32) -> Result<Class> {
        Ok(Class {
            gene: self.gene_of(file, class)?,
            transcript: self.transcript_of(file, class)?,
            consequence: self.consequence_of(file, class)?,
            grade: self.grade_of(file, class)?,
        })
    }

    /// A number below `count`, or damage.
    fn number(&self, file: &Container, kind: Kind, number: i64, count: u32) -> Result<u32> {
        match u32::try_from(number) {
            Ok(found) if found < count => Ok(found),
            _ => Err(self.broken(file, kind, &format!("numbers below {count}"), number)),
        }
    }

    #[cold]
    fn broken(
        &self,
        file: &Container,
        kind: Kind,
        expected: &str,
        found: i64,
    ) -> crate::error::Error {
        let section = file.find(kind).unwrap_or(usize::MAX);
        file.damage(section, 0, expected, found.to_string())
    }

    /// The texts of an entry, from the block kept in `block`.
    pub(crate) fn changes<'b>(
        &self,
        file: &Container,
        entry: u32,
        block: &'b mut TextBlock,
    ) -> Result<Changes<'b>> {
        let text = self.texts.get(file, entry, block)?;
        let text = std::str::from_utf8(text).ok();
        text.and_then(Changes::from_text).ok_or_else(|| {
            let section = file.find(Kind::EntryTexts).unwrap_or(usize::MAX);
            file.damage(section, 0, "three fields in UTF-8", "something else")
        })
    }

    /// The names of a gene.
    pub(crate) fn gene(
        &self,
        file: &Container,
        gene: u32,
        block: &mut TextBlock,
    ) -> Result<GeneNames> {
        let line = String::from_utf8_lossy(self.genes.get(file, gene, block)?);
        GeneNames::from_line(&line).ok_or_else(|| three_names(file))
    }

    /// A transcript.
    pub(crate) fn transcript<'b>(
        &self,
        file: &Container,
        transcript: u32,
        block: &'b mut TextBlock,
    ) -> Result<Cow<'b, str>> {
        Ok(String::from_utf8_lossy(
            self.transcripts.get(file, transcript, block)?,
        ))
    }

    /// All consequences by number: terms of the Sequence Ontology joined by `&`.
    pub(crate) fn consequences(&self, file: &Container) -> Result<&[String]> {
        if let Some(known) = self.known.get() {
            return Ok(known);
        }
        let known = all_texts(file, &self.consequences)?;
        Ok(self.known.get_or_init(|| known))
    }

    /// The names of all genes, by number.
    pub(crate) fn all_genes(&self, file: &Container) -> Result<Vec<GeneNames>> {
        let lines = all_texts(file, &self.genes)?.into_iter();
        let parsed = lines.map(|line| GeneNames::from_line(&line));
        parsed
            .collect::<Option<_>>()
            .ok_or_else(|| three_names(file))
    }

    /// The genes that answer to a name (in lower case), ascending.
    pub(crate) fn genes_named(&self, file: &Container, name: &str) -> Result<Vec<u32>> {
        let Some(index) = self.gene_index else {
            return Ok(Vec::new());
        };
        let mut found = Vec::new();
        let mut block = TextBlock::default();
        for gene in find_hash(file, index, xxh3_64(name.as_bytes()))? {
            if gene < self.counts.genes
                && self
                    .gene(file, gene, &mut block)?
                    .all()
                    .any(|known| known == name)
            {
                found.push(gene);
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    /// The rows that may have a change of this hash, ascending.
    pub(crate) fn rows_of_change(&self, file: &Container, hash: u64) -> Result<Vec<u32>> {
        let Some(index) = self.change_index else {
            return Ok(Vec::new());
        };
        let mut rows = find_hash(file, index, hash)?;
        rows.retain(|&row| row < self.rows);
        rows.dedup();
        Ok(rows)
    }

    /// Adds the rows of genes to bits over rows.
    pub(crate) fn add_rows_of_genes(
        &self,
        file: &Container,
        genes: &[u32],
        bits: &mut Vec<u64>,
    ) -> Result<()> {
        self.add(file, &self.gene_rows, genes.iter().copied(), bits)
    }

    /// Adds the rows of consequences to bits over rows.
    pub(crate) fn add_rows_of_consequences(
        &self,
        file: &Container,
        consequences: impl Iterator<Item = u32>,
        bits: &mut Vec<u64>,
    ) -> Result<()> {
        self.add(file, &self.consequence_rows, consequences, bits)
    }

    /// Adds the rows of impacts to bits over rows.
    pub(crate) fn add_rows_of_impacts(
        &self,
        file: &Container,
        impacts: impl Iterator<Item = u32>,
        bits: &mut Vec<u64>,
    ) -> Result<()> {
        self.add(file, &self.impact_rows, impacts, bits)
    }

    fn add(
        &self,
        file: &Container,
        column: &Column,
        numbers: impl Iterator<Item = u32>,
        bits: &mut Vec<u64>,
    ) -> Result<()> {
        bits.resize(words_for(self.rows), 0);
        for number in numbers {
            let set = self.set(file, column.get(file, number)?)?;
            set.or_into(None, bits)
                .map_err(|rule| broken_set(file, rule))?;
        }
        Ok(())
    }

    /// The set of rows behind a descriptor.
    fn set<'a>(&self, file: &'a Container, descriptor: i64) -> Result<StoredSet<'a>> {
        set_in(file, Kind::AnnotationSets, descriptor, self.rows)
    }
}

#[cold]
fn three_names(file: &Container) -> crate::error::Error {
    let expected = "symbol, id and HGNC id";
    file.damage_in(Kind::AnnotatedGenes, expected, "something else")
}

/// An error for a set of rows that broke a rule while it was read.
#[cold]
fn broken_set(file: &Container, rule: Malformed) -> crate::error::Error {
    file.damage_in(Kind::AnnotationSets, rule.0, "something else")
}

/// All entries of a text section.
fn all_texts(file: &Container, text: &Text) -> Result<Vec<String>> {
    let mut all = Vec::with_capacity(text.len() as usize);
    text.each(file, |_, entry| {
        all.push(String::from_utf8_lossy(entry).into_owned());
        Ok(())
    })?;
    Ok(all)
}
