//! Who carries variants of each gene: a mapped file of sets, so that a question for a gene reads one
//! set and no row.
//!
//! It says nothing that the rows do not: a set is left out where its rows are read as fast, and a
//! dataset without the file gives the same answers.

#![deny(clippy::indexing_slicing)]

use crate::error::{Error, Result};
use crate::format::{
    Column, ColumnWriter, Container, ContainerWriter, FileKind, Folder, Kind, Text, TextWriter,
    find_hash, hash_index, page_of, verify_hashes,
};
use crate::set::{Malformed, Members, SampleSet, SetWriter, StoredSet};
use crate::store::set_in;
use std::collections::{BTreeSet, HashMap};
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

impl Carried {
    /// The names as they are stored.
    fn line(&self) -> String {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        names.join("\t")
    }
}

/// Writes the file gene by gene.
#[derive(Debug)]
pub(crate) struct GeneCarriersWriter {
    samples: u32,
    names: TextWriter,
    hashes: Vec<(u64, u32)>,
    genes: u32,
    classes: ColumnWriter,
    payload: Vec<u8>,
}

impl GeneCarriersWriter {
    /// In a dataset of so many samples.
    pub(crate) fn new(samples: u32) -> Self {
        Self {
            samples,
            names: TextWriter::default(),
            hashes: Vec::new(),
            genes: 0,
            classes: ColumnWriter::nullable(),
            payload: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, gene: &Carried) {
        self.names.push(gene.line().as_bytes());
        let names = gene.names.iter();
        self.hashes
            .extend(names.map(|name| (xxh3_64(name.as_bytes()), self.genes)));
        self.genes += 1;
        for (variants, carriers) in &gene.classes {
            let start = self.payload.len();
            let members: Vec<u32> = carriers.iter().collect();
            let mut sets = SetWriter {
                payload: &mut self.payload,
                base: 0,
                universe: self.samples,
            };
            let descriptor = sets.write(Members::List(&members), None);
            let fits = (self.payload.len() - start) as u64 <= variants * VARIANT_BYTES;
            if !fits {
                self.payload.truncate(start);
            }
            self.classes
                .push_nullable(fits.then(|| descriptor.cast_signed()));
        }
    }

    /// The file; `None` where there is no gene.
    pub(crate) fn finish(self) -> Result<Option<ContainerWriter>> {
        if self.genes == 0 {
            return Ok(None);
        }
        let mut file = ContainerWriter::default();
        let names = self.names.finish(true);
        let names = names.map_err(|e| Error::io("carriers", e))?;
        file.add(Kind::CarriedGenes, names);
        file.add(Kind::CarriedIndex, hash_index(self.hashes, self.genes));
        file.add(Kind::CarriedClasses, self.classes.finish());
        file.add(Kind::CarriedSets, self.payload);
        Ok(Some(file))
    }
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
    pub(crate) fn open(folder: &Folder, name: &str, samples: u32) -> Result<Self> {
        let file = folder.container(name, FileKind::Carriers)?;
        let names = Text::find(&file, Kind::CarriedGenes)?;
        let Some(classes) = names.len().checked_mul(Class::COUNT) else {
            let expected = "fewer genes";
            return Err(file.damage_in(Kind::CarriedGenes, expected, names.len().to_string()));
        };
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
        let wanted = wanted.as_bytes();
        let is_one = |names: &[u8]| names.split(|&b| b == b'\t').any(|known| known == wanted);
        for gene in find_hash(&self.file, index, xxh3_64(wanted))? {
            if gene < self.names.len() && self.names.with(&self.file, gene, is_one)? {
                return Ok(Some(gene));
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
        let row = gene
            .saturating_mul(Class::COUNT)
            .saturating_add(class.number());
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

    /// Begins a check of the file as a whole, which goes on gene by gene.
    pub(crate) fn check(&self) -> Result<Check<'_>> {
        self.file.verify()?;
        self.classes.verify(&self.file, true, 0..=i64::MAX)?;
        let mut check = Check {
            of: self,
            unseen: HashMap::new(),
            hashes: Vec::new(),
        };
        self.names.verify(&self.file, |gene, line| {
            let names = line.split(|&b| b == b'\t');
            check.hashes.extend(names.map(|name| (xxh3_64(name), gene)));
            match check.unseen.insert(line.to_vec(), gene) {
                None => Ok(()),
                Some(_) => Err(self.fault(Kind::CarriedGenes, "each gene once")),
            }
        })?;
        Ok(check)
    }

    fn fault(&self, kind: Kind, expected: &str) -> Error {
        self.file.damage_in(kind, expected, "others")
    }
}

/// A check of the file against what follows from the rows.
pub(crate) struct Check<'a> {
    of: &'a GeneCarriers,
    /// Genes of the file by their names, until they were met among those that have variants.
    unseen: HashMap<Vec<u8>, u32>,
    hashes: Vec<(u64, u32)>,
}

impl Check<'_> {
    /// A gene that has variants: it may stand in the file.
    pub(crate) fn gene(&mut self, gene: &Carried) -> Result<()> {
        let of = self.of;
        let Some(number) = self.unseen.remove(gene.line().as_bytes()) else {
            return Ok(());
        };
        for (class, (_, expected)) in Class::all().zip(&gene.classes) {
            let Some(set) = of.set(number, class)? else {
                continue;
            };
            set.verify(None).map_err(|rule| of.broken(rule))?;
            if set.to_set().map_err(|rule| of.broken(rule))? != *expected {
                let expected = "the samples that carry such a variant";
                return Err(of.fault(Kind::CarriedClasses, expected));
            }
        }
        Ok(())
    }

    /// Once all genes with variants were met: no other stands in the file.
    pub(crate) fn finish(self) -> Result<()> {
        let of = self.of;
        if !self.unseen.is_empty() {
            let expected = "genes with variants, with all their names, ascending";
            return Err(of.fault(Kind::CarriedGenes, expected));
        }
        verify_hashes(&of.file, Kind::CarriedIndex, of.names.len(), self.hashes)
    }
}
