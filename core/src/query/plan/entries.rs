//! What is asked of annotations: each question is put to single entries, so that all that stands
//! side by side in it holds of one transcript.

use super::rows::Rows;
use crate::error::Result;
use crate::format::{Container, TextBlock};
use crate::model::short_protein;
use crate::set::{for_each_bit, get_bit, set_bit, words_for};
use crate::store::Segment;
use crate::store::annotations::{Annotations, IMPACTS, change_hash, protein_hash, split_change};
use std::sync::Arc;

/// So few rows are tested one by one sooner than a set of many is read.
const FEW_ROWS: u64 = 4_096;

/// What is asked of an entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum EntryTest {
    /// A gene that answers to one of these names, in lower case.
    Gene(Vec<String>),
    /// The same, of several genes.
    AnyGene(Vec<String>),
    /// One of these terms.
    Consequence(Vec<String>),
    /// An impact with its bit set.
    Impact(u8),
    /// A transcript with one of these flags.
    Flags(u8),
    /// A change of a protein in one-letter code; of the one with this accession and version (any where empty), where
    /// there is one.
    Protein {
        accession: Option<(String, String)>,
        change: String,
    },
    /// A change of a transcript.
    Change {
        transcript: String,
        /// Any where empty.
        version: String,
        change: String,
    },
    All(Vec<EntryTest>),
    Any(Vec<EntryTest>),
}

/// A question with its names looked up in a segment.
#[derive(Debug)]
pub(in crate::query) enum LocalTest {
    /// Ascending numbers.
    Gene(Vec<u32>),
    /// Bits over consequences.
    Consequence(Vec<u64>),
    Impact(u8),
    Flags(u8),
    Text(EntryTest),
    All(Vec<LocalTest>),
    Any(Vec<LocalTest>),
}

impl EntryTest {
    /// All of these, of one entry.
    pub(in crate::query) fn all(tests: Vec<Self>) -> Self {
        let mut all = Vec::new();
        for test in tests {
            match test {
                Self::All(more) => all.extend(more),
                test => all.push(test),
            }
        }
        // what is read from texts comes last
        all.sort_by_key(Self::cost);
        Self::All(all)
    }

    /// Any of these: one test where all are of genes.
    pub(in crate::query) fn any(tests: Vec<Self>) -> Self {
        let is_gene = |test: &Self| matches!(test, Self::Gene(_) | Self::AnyGene(_));
        if !tests.iter().all(is_gene) {
            return Self::Any(tests);
        }
        let names = tests.into_iter().flat_map(|test| match test {
            Self::Gene(names) | Self::AnyGene(names) => names,
            _ => Vec::new(),
        });
        Self::AnyGene(names.collect())
    }

    fn cost(&self) -> u8 {
        match self {
            Self::Gene(_) | Self::AnyGene(_) => 0,
            Self::Consequence(_) | Self::Impact(_) | Self::Flags(_) => 1,
            Self::Protein { .. } | Self::Change { .. } => 3,
            Self::All(tests) | Self::Any(tests) => tests.iter().map(Self::cost).max().unwrap_or(0),
        }
    }

    pub(in crate::query) fn local(&self, of: &Annotations, file: &Container) -> Result<LocalTest> {
        let each = |tests: &[Self]| -> Result<Vec<LocalTest>> {
            tests.iter().map(|test| test.local(of, file)).collect()
        };
        Ok(match self {
            Self::Gene(names) | Self::AnyGene(names) => {
                let mut genes = Vec::new();
                for name in names {
                    genes.extend(of.genes_named(file, name)?);
                }
                genes.sort_unstable();
                genes.dedup();
                LocalTest::Gene(genes)
            }
            Self::Consequence(wanted) => {
                let known = of.consequences(file)?;
                let mut bits = vec![0; words_for(known.len() as u32)];
                for (number, terms) in (0..).zip(known) {
                    if terms
                        .split('&')
                        .any(|term| wanted.iter().any(|w| w == term))
                    {
                        set_bit(&mut bits, number);
                    }
                }
                LocalTest::Consequence(bits)
            }
            Self::Impact(mask) => LocalTest::Impact(*mask),
            Self::Flags(flags) => LocalTest::Flags(*flags),
            Self::Protein { .. } | Self::Change { .. } => LocalTest::Text(self.clone()),
            Self::All(tests) => LocalTest::All(each(tests)?),
            Self::Any(tests) => LocalTest::Any(each(tests)?),
        })
    }

    /// Whether the texts of an entry are what is asked for.
    fn holds_of(&self, hgvs_c: &str, hgvs_p: &str, protein: &str) -> bool {
        match self {
            Self::Protein { accession, change } => {
                let same = protein.eq_ignore_ascii_case(change)
                    || short_protein(protein)
                        .is_some_and(|short| short.eq_ignore_ascii_case(change));
                let of = |(wanted, version): &(String, String)| {
                    split_change(hgvs_p).is_some_and(|(name, reported, _)| {
                        name.eq_ignore_ascii_case(wanted) && is_version(version, reported)
                    })
                };
                same && accession.as_ref().is_none_or(of)
            }
            Self::Change {
                transcript,
                version,
                change,
            } => split_change(hgvs_c).is_some_and(|(name, reported, what)| {
                name.eq_ignore_ascii_case(transcript)
                    && what.eq_ignore_ascii_case(change)
                    && is_version(version, reported)
            }),
            _ => false,
        }
    }
}

/// Whether the version of an accession is the one that is asked for; without one it is any.
fn is_version(asked: &str, reported: &str) -> bool {
    asked.is_empty() || reported.is_empty() || asked == reported
}

impl LocalTest {
    /// The rows of a segment with an entry that may be meant.
    pub(in crate::query) fn rows(&self, segment: &Segment) -> Result<Rows> {
        let Some(of) = segment.annotations() else {
            return Ok(Rows::none());
        };
        let (file, rows) = (segment.file(), segment.meta().rows);
        let mut bits = Vec::new();
        match self {
            Self::Gene(genes) if genes.is_empty() => return Ok(Rows::none()),
            Self::Gene(genes) => of.add_rows_of_genes(file, genes, &mut bits)?,
            Self::Consequence(wanted) => {
                let mut numbers = Vec::new();
                for_each_bit(wanted, |number| numbers.push(number));
                of.add_rows_of_consequences(file, numbers.into_iter(), &mut bits)?;
            }
            Self::Impact(mask) => {
                let impacts = (0..IMPACTS).filter(|impact| mask >> impact & 1 != 0);
                of.add_rows_of_impacts(file, impacts, &mut bits)?;
            }
            Self::Flags(_) => of.add_rows_of_impacts(file, 0..IMPACTS, &mut bits)?,
            Self::Text(test) => {
                let hash = match test {
                    EntryTest::Protein { change, .. } => protein_hash(change),
                    EntryTest::Change {
                        transcript, change, ..
                    } => change_hash(transcript, change),
                    _ => 0,
                };
                let found = of.rows_of_change(file, hash)?;
                return Ok(Rows::of(&found, false));
            }
            Self::All(tests) => {
                let mut all: Option<Rows> = None;
                for test in tests {
                    // of these there are too many for their sets to be worth reading, where there are few
                    // rows left
                    let few = all.as_ref().is_some_and(|rows| rows.len() <= FEW_ROWS);
                    let many = match test {
                        Self::Flags(_) => all.is_some(),
                        Self::Impact(_) => few,
                        _ => false,
                    };
                    if many {
                        continue;
                    }
                    let more = test.rows(segment)?;
                    all = Some(match all {
                        Some(rows) => rows.and(&more),
                        None => more,
                    });
                }
                return Ok(all.unwrap_or_default().inexact());
            }
            Self::Any(tests) => {
                let mut any = Rows::none();
                for test in tests {
                    any = any.or(test.rows(segment)?);
                }
                return Ok(any);
            }
        }
        bits.resize(words_for(rows), 0);
        let mut found = Vec::new();
        for_each_bit(&bits, |row| found.push(row));
        Ok(Rows::of(&found, !matches!(self, Self::Flags(_))))
    }

    /// Whether an entry is what is asked for.
    pub(in crate::query) fn holds(
        &self,
        of: &Annotations,
        file: &Container,
        (entry, class): (u32, u32),
        block: &mut TextBlock,
    ) -> Result<bool> {
        Ok(match self {
            Self::Gene(genes) => {
                let gene = of.gene_of(file, class)?;
                gene.is_some_and(|gene| genes.binary_search(&gene).is_ok())
            }
            Self::Consequence(wanted) => get_bit(wanted, of.consequence_of(file, class)?),
            Self::Impact(mask) => mask >> of.grade_of(file, class)?.impact() & 1 != 0,
            Self::Flags(flags) => flags & of.grade_of(file, class)?.flags() != 0,
            Self::Text(test) => {
                let texts = of.changes(file, entry, block)?;
                test.holds_of(texts.hgvs_c, texts.hgvs_p, texts.protein)
            }
            Self::All(tests) => {
                for test in tests {
                    if !test.holds(of, file, (entry, class), block)? {
                        return Ok(false);
                    }
                }
                true
            }
            Self::Any(tests) => {
                for test in tests {
                    if test.holds(of, file, (entry, class), block)? {
                        return Ok(true);
                    }
                }
                false
            }
        })
    }
}

/// Questions that were looked up in a segment, each as long as its test lives.
#[derive(Default)]
pub(in crate::query) struct LocalTests {
    known: Vec<(Arc<EntryTest>, LocalTest)>,
    block: TextBlock,
}

impl LocalTests {
    /// Whether a row has an entry that is what is asked for.
    pub(in crate::query) fn holds(
        &mut self,
        segment: &Segment,
        test: &Arc<EntryTest>,
        row: u32,
    ) -> Result<bool> {
        let Some(of) = segment.annotations() else {
            return Ok(false);
        };
        let file = segment.file();
        let at = self.at(of, file, test)?;
        let Some((_, local)) = self.known.get(at) else {
            return Ok(false);
        };
        for item in of.items(file, row)? {
            let entry = of.entry(file, item)?;
            let class = of.class_of(file, entry)?;
            if local.holds(of, file, (entry, class), &mut self.block)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The highest impact of a row's entries that are what is asked for.
    pub(in crate::query) fn highest_impact(
        &mut self,
        segment: &Segment,
        test: &Arc<EntryTest>,
        row: u32,
    ) -> Result<Option<u8>> {
        let Some(of) = segment.annotations() else {
            return Ok(None);
        };
        let file = segment.file();
        let at = self.at(of, file, test)?;
        let mut highest = None;
        for item in of.items(file, row)? {
            let entry = of.entry(file, item)?;
            let class = of.class_of(file, entry)?;
            if let Some((_, local)) = self.known.get(at)
                && local.holds(of, file, (entry, class), &mut self.block)?
            {
                highest = highest.max(Some(of.grade_of(file, class)?.impact()));
            }
        }
        Ok(highest)
    }

    /// Whether an entry is what is asked for.
    pub(in crate::query) fn entry_holds(
        &mut self,
        of: &Annotations,
        file: &Container,
        test: &Arc<EntryTest>,
        (entry, class): (u32, u32),
    ) -> Result<bool> {
        let at = self.at(of, file, test)?;
        match self.known.get(at) {
            Some((_, local)) => local.holds(of, file, (entry, class), &mut self.block),
            None => Ok(false),
        }
    }

    /// Whether an entry is what is asked for by one of these.
    pub(in crate::query) fn any_holds(
        &mut self,
        of: &Annotations,
        file: &Container,
        tests: &[Arc<EntryTest>],
        (entry, class): (u32, u32),
    ) -> Result<bool> {
        for test in tests {
            if self.entry_holds(of, file, test, (entry, class))? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn at(&mut self, of: &Annotations, file: &Container, test: &Arc<EntryTest>) -> Result<usize> {
        let mut known = self.known.iter();
        if let Some(at) = known.position(|(known, _)| Arc::ptr_eq(known, test)) {
            return Ok(at);
        }
        let local = test.local(of, file)?;
        self.known.push((Arc::clone(test), local));
        Ok(self.known.len() - 1)
    }
}
