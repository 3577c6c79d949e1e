//! Who carries variants of each gene: a mapped file of sets, so that a question for a gene reads one
//! set and no row.
//!
//! It says nothing that the rows do not: a set is left out where its rows are read as fast, and a
//! dataset without the file gives the same answers.

#![deny(clippy::indexing_slicing)]

use crate::error::{Error, Result};
use crate::format::{
    Column, ColumnWriter, Container, ContainerWriter, FileKind, Kind, Text, TextBlock, TextWriter,
    find_hash, hash_index, page_of, verify_hashes,
};
use crate::set::{Malformed, Members, SampleSet, SetWriter, StoredSet, set_in};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

/// Variants are rare where their frequency among everybody is below this.
pub(crate) const RARE: f64 = 0.01;
/// A set takes at most so many bytes for each of the variants it stands for.
const VARIANT_BYTES: u64 = 32;

/// Which of a gene's variants a set is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Class {
    /// Only those with a frequency below [`RARE`].
    pub(crate) rare: bool,
    /// Only those with an entry of the gene of at least this impact.
    pub(crate) least: Least,
}

/// The least impact of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Least {
    #[default]
    Any,
    Moderate,
    High,
}

impl Class {
    pub(crate) const COUNT: u32 = 6;

    /// All classes, by their numbers on disk.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let least = [Least::Any, Least::Moderate, Least::High];
        let of = |least| [false, true].map(|rare| Self { rare, least });
        least.into_iter().flat_map(of)
    }

    fn number(self) -> u32 {
        2 * self.least as u32 + u32::from(self.rare)
    }

    /// The classes that all variants of this one are of, itself first.
    pub(crate) fn wider(self) -> impl Iterator<Item = Self> {
        let mut all: Vec<Self> = Self::all()
            .filter(|wide| wide.least <= self.least && wide.rare <= self.rare)
            .collect();
        all.reverse();
        all.into_iter()
    }
}

/// What is known of a gene before it is stored.
#[derive(Debug)]
pub(crate) struct Carried {
    /// In lower case.
    pub(crate) names: BTreeSet<String>,
    /// By class: how many variants there are, and who carries one.
    pub(crate) classes: Vec<(u64, SampleSet)>,
}

/// The mapped file.
#[derive(Debug)]
pub(crate) struct GeneCarriers {
    file: Container,
    names: Text,
    classes: Column,
    samples: u32,
}

impl GeneCarriers {
    /// The file for these genes in a dataset of so many samples.
    pub(crate) fn write(genes: &[Carried], samples: u32) -> Result<ContainerWriter> {
        let mut names = TextWriter::default();
        let mut classes = ColumnWriter::nullable();
        let mut payload = Vec::new();
        for gene in genes {
            names.push(joined(&gene.names).as_bytes());
            for (variants, carriers) in &gene.classes {
                let start = payload.len();
                let members: Vec<u32> = carriers.iter().collect();
                let mut sets = SetWriter {
                    payload: &mut payload,
                    base: 0,
                    universe: samples,
                };
                let descriptor = sets.write(Members::List(&members), None);
                let fits = (payload.len() - start) as u64 <= variants * VARIANT_BYTES;
                if !fits {
                    payload.truncate(start);
                }
                classes.push_nullable(fits.then(|| descriptor.cast_signed()));
            }
        }
        let mut file = ContainerWriter::default();
        let names = names.finish(true);
        file.add(
            Kind::CarriedGenes,
            names.map_err(|e| Error::io("carriers", e))?,
        );
        let hashes = hashes(genes.iter().map(|gene| joined(&gene.names)));
        file.add(Kind::CarriedIndex, hash_index(hashes, genes.len() as u32));
        file.add(Kind::CarriedClasses, classes.finish());
        file.add(Kind::CarriedSets, payload);
        Ok(file)
    }

    pub(crate) fn open(path: &Path, samples: u32) -> Result<Self> {
        let file = Container::open(path, FileKind::Carriers)?;
        let names = Text::find(&file, Kind::CarriedGenes)?;
        let classes = names.len().saturating_mul(Class::COUNT);
        let classes = Column::find(&file, Kind::CarriedClasses, classes)?;
        Ok(Self {
            file,
            names,
            classes,
            samples,
        })
    }

    /// The gene that a name means here, where its carriers are known.
    pub(crate) fn find(&self, name: &str) -> Result<Option<u32>> {
        let Some(index) = self.file.find(Kind::CarriedIndex) else {
            return Ok(None);
        };
        let wanted = name.trim().to_lowercase();
        let mut block = TextBlock::default();
        for gene in find_hash(&self.file, index, xxh3_64(wanted.as_bytes()))? {
            if gene < self.names.len() {
                let names = self.names.get(&self.file, gene, &mut block)?;
                if names
                    .split(|&b| b == b'\t')
                    .any(|known| known == wanted.as_bytes())
                {
                    return Ok(Some(gene));
                }
            }
        }
        Ok(None)
    }

    /// The samples that carry a variant of this class of a gene, and how many bytes they take; `None`
    /// where the rows must be read.
    pub(crate) fn carriers(&self, gene: u32, class: Class) -> Result<Option<(SampleSet, u64)>> {
        let Some(set) = self.set(gene, class)? else {
            return Ok(None);
        };
        let samples = set.to_set().map_err(|rule| self.broken(rule))?;
        Ok(Some((samples, set.byte_len() as u64)))
    }

    fn set(&self, gene: u32, class: Class) -> Result<Option<StoredSet<'_>>> {
        let row = gene.saturating_mul(Class::COUNT) + class.number();
        let (page, at) = page_of(row);
        let descriptor = self.classes.page(&self.file, page)?.get_nullable(at);
        let set = |descriptor| set_in(&self.file, Kind::CarriedSets, descriptor, self.samples);
        descriptor.map(set).transpose()
    }

    #[cold]
    fn broken(&self, rule: Malformed) -> Error {
        self.file
            .damage_in(Kind::CarriedSets, rule.0, "something else")
    }

    /// Checks the file as a whole: `again` is what follows from the rows.
    pub(crate) fn verify(&self, again: &[Carried]) -> Result<()> {
        self.file.verify()?;
        let fault = |kind, expected| self.file.damage_in(kind, expected, "others");
        let mut meant = HashMap::new();
        for (number, gene) in again.iter().enumerate() {
            meant.extend(gene.names.iter().map(|name| (name.as_str(), number)));
        }
        // each entry is a gene with all its names
        let mut genes = Vec::new();
        let mut lines = Vec::new();
        self.names.verify(&self.file, |_, line| {
            let expected = "all names of a gene, ascending";
            let wrong = || fault(Kind::CarriedGenes, expected);
            let line = std::str::from_utf8(line).map_err(|_| wrong())?;
            let first = line.split('\t').next().unwrap_or_default();
            let number = *meant.get(first).ok_or_else(wrong)?;
            let gene = again.get(number).ok_or_else(wrong)?;
            if line != joined(&gene.names) || genes.contains(&number) {
                return Err(wrong());
            }
            genes.push(number);
            lines.push(line.to_owned());
            Ok(())
        })?;
        verify_hashes(
            &self.file,
            Kind::CarriedIndex,
            self.names.len(),
            hashes(lines.into_iter()),
        )?;
        self.classes.verify(&self.file, true, 0..=i64::MAX)?;
        for (number, gene) in (0u32..).zip(&genes) {
            let sets = again.get(*gene).map_or(&[][..], |gene| &gene.classes);
            for (class, (_, expected)) in Class::all().zip(sets) {
                let Some(set) = self.set(number, class)? else {
                    continue;
                };
                set.verify(None).map_err(|rule| self.broken(rule))?;
                if set.to_set().map_err(|rule| self.broken(rule))? != *expected {
                    let expected = "the samples that carry such a variant";
                    return Err(fault(Kind::CarriedClasses, expected));
                }
            }
        }
        Ok(())
    }
}

fn joined(names: &BTreeSet<String>) -> String {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.join("\t")
}

fn hashes(lines: impl Iterator<Item = String>) -> Vec<(u64, u32)> {
    let mut hashes = Vec::new();
    for (number, line) in (0u32..).zip(lines) {
        hashes.extend(
            line.split('\t')
                .map(|name| (xxh3_64(name.as_bytes()), number)),
        );
    }
    hashes
}
