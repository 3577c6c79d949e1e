//! Who of a batch carries variants of each gene: a mapped file of sets, so that a question for a gene reads one
//! set and no row.
//!
//! It says nothing that the rows do not: a set is left out where its rows are read as fast, and a
//! dataset without such files gives the same answers. Classes are of rows up to a bound of their AC in the batch,
//! which no other batch changes.

#![deny(clippy::indexing_slicing)]

use crate::error::{Error, Result};
use crate::format::{
    Bytes, Column, ColumnWriter, Container, ContainerWriter, FileKind, Kind, SAMPLES_MAX, Text,
    TextWriter, find_hash, hash_index, page_of, u32_of, verify_hashes,
};
use crate::set::{Malformed, Members, SampleSet, SetWriter, StoredSet};
use crate::store::set_in;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

/// Where one of so many known copies carries, a variant is rare no more: each gene has a class up to the AC before.
const RARE_OF: u32 = 100;
/// The least bound of a file, and how many times the one before the next one is.
const FIRST_BOUND: u32 = 2;
const NEXT_BOUND: u32 = 4;
/// Bounds below are there however few samples are: variants of few carriers are asked for by number, too.
const LOW_BOUNDS: u32 = 16;
/// At most so many bounds.
const BOUNDS_MAX: usize = 32;
/// Bytes of `carried_meta` before the bounds.
const META_LEN: usize = 12;
/// Sets of classes between the least bound and the gene's own are at most one of so many of the next greater one, in
/// bytes: others spare little.
const SMALLER: u64 = 3;
/// A set takes at most so many bytes for each of the rows it stands for.
const VARIANT_BYTES: u64 = 32;

/// The least impact of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Least {
    #[default]
    Any,
    Moderate,
    High,
}

impl Least {
    pub(crate) const ALL: [Self; 3] = [Self::Any, Self::Moderate, Self::High];
}

/// Which of a gene's rows a set is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class {
    /// Only those with an entry of the gene of at least this impact.
    pub(crate) least: Least,
    /// Only those up to the bound of AC with this number.
    pub(crate) bound: usize,
}

/// What a file says of its batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CarriedMeta {
    pub(crate) samples: u32,
    /// The most copies that a sample has in a row of the batch, at least 2.
    pub(crate) copies: u32,
    /// Whether the annotations of each variant that an earlier batch has as well are of the same genes and impacts.
    pub(crate) agrees: bool,
    /// Of AC, ascending; behind them come the bound of the gene, and none.
    pub(crate) bounds: Vec<u32>,
}

impl CarriedMeta {
    /// Of a batch that is to be written.
    pub(crate) fn new(samples: u32, copies: u32, agrees: bool) -> Self {
        let all = samples.saturating_mul(2);
        let end = rare_bound(all).max(LOW_BOUNDS.min(all));
        let next = |bound: &u32| bound.checked_mul(NEXT_BOUND);
        let bounds = std::iter::successors(Some(FIRST_BOUND), next);
        Self {
            samples,
            copies,
            agrees,
            bounds: bounds.take_while(|bound| *bound < end).collect(),
        }
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, bounds) = bytes.split_at_checked(META_LEN)?;
        let mut head = head.chunks_exact(4).map(u32_of);
        let (samples, copies, agrees) = (head.next()?, head.next()?, head.next()?);
        let (bounds, rest) = (bounds.chunks_exact(4), bounds.chunks_exact(4).remainder());
        let bounds: Vec<u32> = bounds.map(u32_of).collect();
        let mut before = 0;
        let ascend = bounds
            .iter()
            .all(|&bound| std::mem::replace(&mut before, bound) < bound);
        let sound = samples < SAMPLES_MAX
            && copies >= 2
            && agrees <= 1
            && bounds.len() <= BOUNDS_MAX
            && rest.is_empty()
            && ascend;
        sound.then_some(Self {
            samples,
            copies,
            agrees: agrees == 1,
            bounds,
        })
    }

    fn to_bytes(&self) -> Vec<u8> {
        let head = [self.samples, self.copies, u32::from(self.agrees)];
        let numbers = head.iter().chain(&self.bounds);
        numbers.flat_map(|number| number.to_le_bytes()).collect()
    }

    /// How many classes there are of each least impact.
    pub(crate) fn bound_count(&self) -> usize {
        self.bounds.len() + 2
    }

    /// All classes, as they stand in the file.
    pub(crate) fn classes(&self) -> impl Iterator<Item = Class> + use<> {
        let bounds = 0..self.bound_count();
        let of = move |least| bounds.clone().map(move |bound| Class { least, bound });
        Least::ALL.into_iter().flat_map(of)
    }

    /// The greatest AC of a class of a gene with rows of so many known copies; `None` where there is none.
    pub(crate) fn bound(&self, number: usize, greatest_an: u32) -> Option<u32> {
        match self.bounds.get(number) {
            Some(bound) => Some(*bound),
            None if number == self.bounds.len() => Some(rare_bound(greatest_an)),
            None => None,
        }
    }
}

/// The greatest AC of a row that is rare, where so many copies are known.
fn rare_bound(an: u32) -> u32 {
    an.saturating_sub(1) / RARE_OF
}

/// Who carries the rows of a class.
#[derive(Debug, Clone, Default)]
pub(crate) struct CarriedClass {
    /// How many rows that somebody carries.
    pub(crate) rows: u64,
    /// By their numbers in the batch.
    pub(crate) samples: SampleSet,
    /// AC and AN of the row with the greatest AF, of several the one with the greatest AC.
    pub(crate) top: Option<(u32, u32)>,
}

impl CarriedClass {
    /// With the rows of another one.
    pub(crate) fn add(&mut self, other: &Self) {
        self.rows += other.rows;
        self.samples.add(&other.samples);
        if let Some(counts) = other.top {
            self.see(counts);
        }
    }

    /// A row of these counts.
    pub(crate) fn see(&mut self, (ac, an): (u32, u32)) {
        let key = |(ac, an): (u32, u32), other: u32| (u64::from(ac) * u64::from(other), ac, an);
        self.top = match self.top {
            Some(top) if key(top, an) >= key((ac, an), top.1) => Some(top),
            _ => Some((ac, an)),
        };
    }
}

/// What is known of a gene before it is stored.
#[derive(Debug)]
pub(crate) struct Carried {
    /// In lower case.
    pub(crate) names: BTreeSet<String>,
    /// The greatest AN of its rows that somebody carries, or 0.
    pub(crate) greatest_an: u32,
    /// By class.
    pub(crate) classes: Vec<CarriedClass>,
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
    meta: CarriedMeta,
    names: TextWriter,
    hashes: Vec<(u64, u32)>,
    genes: u32,
    greatest_an: ColumnWriter,
    classes: ColumnWriter,
    top_ac: ColumnWriter,
    top_an: ColumnWriter,
    payload: Vec<u8>,
}

impl GeneCarriersWriter {
    pub(crate) fn new(meta: CarriedMeta) -> Self {
        Self {
            meta,
            names: TextWriter::default(),
            hashes: Vec::new(),
            genes: 0,
            greatest_an: ColumnWriter::default(),
            classes: ColumnWriter::nullable(),
            top_ac: ColumnWriter::nullable(),
            top_an: ColumnWriter::nullable(),
            payload: Vec::new(),
        }
    }

    /// How many genes it has.
    pub(crate) fn len(&self) -> u32 {
        self.genes
    }

    pub(crate) fn push(&mut self, gene: &Carried) {
        self.names.push(gene.line().as_bytes());
        let names = gene.names.iter();
        self.hashes
            .extend(names.map(|name| (xxh3_64(name.as_bytes()), self.genes)));
        self.genes += 1;
        self.greatest_an.push(gene.greatest_an.into());
        let bounds = self.meta.bound_count();
        // a set stands once, of however many of the gene's classes it is
        let mut stored: Vec<(&SampleSet, u64)> = Vec::new();
        let mut descriptors = vec![None; gene.classes.len()];
        let of_least = gene.classes.chunks(bounds);
        for (classes, descriptors) in of_least.zip(descriptors.chunks_mut(bounds)) {
            // the bytes of the next greater class that is stored
            let mut greater = u64::MAX;
            for (number, (class, slot)) in classes.iter().zip(descriptors).enumerate().rev() {
                let known = stored.iter().find(|(set, _)| **set == class.samples);
                *slot = match known {
                    Some((_, descriptor)) => Some(*descriptor),
                    None => {
                        let between = number > 0 && number < self.meta.bounds.len();
                        let most = if between { greater / SMALLER } else { u64::MAX };
                        self.write(class, most, &mut greater)
                    }
                };
                if let (None, Some(descriptor)) = (known, *slot) {
                    stored.push((&class.samples, descriptor));
                }
            }
        }
        for ((class, of), descriptor) in self.meta.classes().zip(&gene.classes).zip(descriptors) {
            self.classes.push_nullable(descriptor.map(u64::cast_signed));
            if class.bound <= self.meta.bounds.len() {
                self.top_ac.push_nullable(of.top.map(|top| top.0.into()));
                self.top_an.push_nullable(of.top.map(|top| top.1.into()));
            }
        }
    }

    /// The descriptor of a class's set, and how many bytes that takes; `None` where these are more than `most`, or
    /// rows are read as fast.
    fn write(&mut self, class: &CarriedClass, most: u64, bytes: &mut u64) -> Option<u64> {
        let start = self.payload.len();
        let members: Vec<u32> = class.samples.iter().collect();
        let mut sets = SetWriter {
            payload: &mut self.payload,
            base: 0,
            universe: self.meta.samples,
        };
        let descriptor = sets.write(Members::List(&members), None);
        let taken = (self.payload.len() - start) as u64;
        if taken > most.min(class.rows * VARIANT_BYTES) {
            self.payload.truncate(start);
            return None;
        }
        *bytes = taken;
        Some(descriptor)
    }

    /// The file.
    pub(crate) fn finish(self) -> Result<ContainerWriter> {
        let mut file = ContainerWriter::default();
        let names = self.names.finish(true);
        let names = names.map_err(|e| Error::io("carriers", e))?;
        file.add(Kind::CarriedGenes, names);
        file.add(Kind::CarriedIndex, hash_index(self.hashes, self.genes));
        file.add(Kind::CarriedClasses, self.classes.finish());
        file.add(Kind::CarriedSets, self.payload);
        file.add(Kind::CarriedMeta, self.meta.to_bytes());
        file.add(Kind::CarriedAn, self.greatest_an.finish());
        file.add(Kind::CarriedTopAc, self.top_ac.finish());
        file.add(Kind::CarriedTopAn, self.top_an.finish());
        Ok(file)
    }
}

/// The mapped file.
#[derive(Debug)]
pub(crate) struct GeneCarriers {
    file: Container,
    meta: CarriedMeta,
    names: Text,
    greatest_an: Column,
    classes: Column,
    top_ac: Column,
    top_an: Column,
}

impl GeneCarriers {
    pub(crate) fn of(path: &Path, bytes: Bytes) -> Result<Self> {
        let file = Container::parse(path, bytes, FileKind::Carriers)?;
        let Some(meta) = CarriedMeta::from_bytes(file.whole(Kind::CarriedMeta)?) else {
            let expected = "numbers of samples and copies, and bounds that ascend";
            return Err(file.damage_in(Kind::CarriedMeta, expected, "others"));
        };
        let names = Text::find(&file, Kind::CarriedGenes)?;
        let of_gene = (Least::ALL.len() * meta.bound_count()) as u32;
        let Some(classes) = names.len().checked_mul(of_gene) else {
            let expected = "fewer genes";
            return Err(file.damage_in(Kind::CarriedGenes, expected, names.len().to_string()));
        };
        let bounded = names.len() * (of_gene - Least::ALL.len() as u32);
        Ok(Self {
            greatest_an: Column::find(&file, Kind::CarriedAn, names.len())?,
            classes: Column::find(&file, Kind::CarriedClasses, classes)?,
            top_ac: Column::find(&file, Kind::CarriedTopAc, bounded)?,
            top_an: Column::find(&file, Kind::CarriedTopAn, bounded)?,
            file,
            meta,
            names,
        })
    }

    pub(crate) fn meta(&self) -> &CarriedMeta {
        &self.meta
    }

    /// The gene that a name in lower case means in the batch; `None` where it has no rows of it.
    pub(crate) fn find(&self, wanted: &str) -> Result<Option<u32>> {
        let Some(index) = self.file.find(Kind::CarriedIndex) else {
            return Ok(None);
        };
        let wanted = wanted.as_bytes();
        let is_one = |names: &[u8]| names.split(|&b| b == b'\t').any(|known| known == wanted);
        for gene in find_hash(&self.file, index, xxh3_64(wanted))? {
            if gene < self.names.len() && self.names.with(&self.file, gene, is_one)? {
                return Ok(Some(gene));
            }
        }
        Ok(None)
    }

    /// The greatest AN of a gene's rows that somebody carries, or 0.
    pub(crate) fn greatest_an(&self, gene: u32) -> Result<u32> {
        let found = self.greatest_an.get(&self.file, gene)?;
        u32::try_from(found).map_err(|_| self.fault(Kind::CarriedAn, "a number of copies"))
    }

    /// AC and AN of the row of a class with a bound that has the greatest AF.
    pub(crate) fn top(&self, gene: u32, class: Class) -> Result<Option<(u32, u32)>> {
        let (page, at) = page_of(self.place(gene, class, self.meta.bound_count() - 1));
        let ac = self.top_ac.page(&self.file, page)?.get_nullable(at);
        let an = self.top_an.page(&self.file, page)?.get_nullable(at);
        let (Some(ac), Some(an)) = (ac, an) else {
            return Ok(None);
        };
        match (u32::try_from(ac), u32::try_from(an)) {
            (Ok(ac), Ok(an)) => Ok(Some((ac, an))),
            _ => Err(self.fault(Kind::CarriedTopAc, "numbers of copies")),
        }
    }

    /// The samples that carry a row of this class of a gene; `None` where the rows must be read.
    pub(crate) fn carriers(&self, gene: u32, class: Class) -> Result<Option<StoredSet<'_>>> {
        let (page, at) = page_of(self.place(gene, class, self.meta.bound_count()));
        let descriptor = self.classes.page(&self.file, page)?.get_nullable(at);
        let universe = self.meta.samples;
        let set = |descriptor| set_in(&self.file, Kind::CarriedSets, descriptor, universe);
        descriptor.map(set).transpose()
    }

    /// Where a class of a gene stands, of so many bounds.
    fn place(&self, gene: u32, class: Class, bounds: usize) -> u32 {
        let of_gene = class.least as usize * bounds + class.bound;
        let before = u64::from(gene) * (Least::ALL.len() * bounds) as u64;
        u32::try_from(before + of_gene as u64).unwrap_or(u32::MAX)
    }

    #[cold]
    pub(crate) fn broken(&self, rule: Malformed) -> Error {
        self.file
            .damage_in(Kind::CarriedSets, rule.0, "something else")
    }

    #[cold]
    pub(crate) fn fault(&self, kind: Kind, expected: &str) -> Error {
        self.file.damage_in(kind, expected, "others")
    }

    /// Begins a check of the file as a whole, which goes on gene by gene, against what the batch says.
    pub(crate) fn check(&self, meta: &CarriedMeta) -> Result<Check<'_>> {
        self.file.verify()?;
        let own = (self.meta.samples, self.meta.copies, self.meta.agrees);
        if own != (meta.samples, meta.copies, meta.agrees) {
            let expected = "samples, copies and annotations as those of the batch";
            return Err(self.fault(Kind::CarriedMeta, expected));
        }
        self.classes.verify(&self.file, true, 0..=i64::MAX)?;
        let counts = 0..=i64::from(u32::MAX);
        self.greatest_an.verify(&self.file, false, counts.clone())?;
        self.top_ac.verify(&self.file, true, counts.clone())?;
        self.top_an.verify(&self.file, true, counts)?;
        let mut check = Check {
            of: self,
            unseen: HashMap::new(),
            hashes: Vec::new(),
        };
        self.names.each(&self.file, |gene, line| {
            let names = line.split(|&b| b == b'\t');
            check.hashes.extend(names.map(|name| (xxh3_64(name), gene)));
            match check.unseen.insert(line.to_vec(), gene) {
                None => Ok(()),
                Some(_) => Err(self.fault(Kind::CarriedGenes, "each gene once")),
            }
        })?;
        Ok(check)
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
    /// A gene that has variants: it stands in the file.
    pub(crate) fn gene(&mut self, gene: &Carried) -> Result<()> {
        let of = self.of;
        let Some(number) = self.unseen.remove(gene.line().as_bytes()) else {
            return Err(of.fault(Kind::CarriedGenes, "all genes with variants"));
        };
        if of.greatest_an(number)? != gene.greatest_an {
            return Err(of.fault(Kind::CarriedAn, "the greatest AN of the gene's rows"));
        }
        for (class, expected) in of.meta.classes().zip(&gene.classes) {
            if class.bound <= of.meta.bounds.len() && of.top(number, class)? != expected.top {
                let rule = "AC and AN of the row with the greatest AF";
                return Err(of.fault(Kind::CarriedTopAc, rule));
            }
            let Some(set) = of.carriers(number, class)? else {
                continue;
            };
            set.verify(None).map_err(|rule| of.broken(rule))?;
            if set.to_set().map_err(|rule| of.broken(rule))? != expected.samples {
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
