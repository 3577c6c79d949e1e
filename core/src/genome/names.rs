//! The contigs of a dataset under all the names they go by.

use std::collections::HashMap;

use super::assembly::{HG19_CHR_M, accession};
use super::{Assembly, Chromosome};

/// Why a name is not that of a contig of the dataset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// No contig goes by this name.
    #[error("no contig {name:?}{}", did_you_mean(candidates))]
    Unknown {
        /// The name asked for, shortened where long.
        name: String,
        /// The nearest names of contigs, best first.
        candidates: Vec<String>,
    },
    /// The accession belongs to another assembly than the dataset's: positions would be wrong.
    #[error("{accession} is of {of}, but {contig} here is of {here}")]
    OtherAssembly {
        /// The accession asked for.
        accession: String,
        /// The assembly it belongs to.
        of: Assembly,
        /// The contig of that chromosome.
        contig: String,
        /// The assembly of that contig.
        here: Assembly,
    },
    /// The accession names a sequence, but nothing says which sequence the contig is.
    #[error(
        "{accession} is of {}, but the assembly of contig {contig} is not known: name the contig as the dataset does, or tell the assembly",
        list(of)
    )]
    AssemblyUnknown {
        /// The accession asked for.
        accession: String,
        /// The assemblies it belongs to.
        of: Vec<Assembly>,
        /// The contig of that chromosome.
        contig: String,
    },
    /// The accession names another sequence than the contig's, as its length shows.
    #[error("{accession} has {expected} bases, but contig {contig} has {found}")]
    OtherLength {
        /// The accession asked for.
        accession: String,
        /// The length of that sequence.
        expected: u64,
        /// The contig of that chromosome.
        contig: String,
        /// Its length.
        found: u64,
    },
    /// A known accession in a version of no known assembly, or without version.
    #[error(
        "{accession} is in none of the assemblies known here{}",
        did_you_mean(candidates)
    )]
    OtherVersion {
        /// The accession asked for.
        accession: String,
        /// The versions known here.
        candidates: Vec<String>,
    },
    /// Several contigs of the dataset are this chromosome.
    #[error("{name:?} could be any of {}: use one of these names", contigs.join(", "))]
    Ambiguous {
        /// The name asked for.
        name: String,
        /// The contigs it fits.
        contigs: Vec<String>,
    },
}

fn did_you_mean(candidates: &[String]) -> String {
    if candidates.is_empty() {
        String::new()
    } else {
        format!("; did you mean {}?", candidates.join(", "))
    }
}

fn list(assemblies: &[Assembly]) -> String {
    let names: Vec<_> = assemblies.iter().map(|a| a.name()).collect();
    names.join(" and ")
}

impl NameError {
    /// The nearest names that would be understood, best first.
    pub fn candidates(&self) -> &[String] {
        match self {
            Self::Unknown { candidates, .. } | Self::OtherVersion { candidates, .. } => candidates,
            Self::Ambiguous { contigs, .. } => contigs,
            _ => &[],
        }
    }
}

/// Names longer than this are shown shortened and get no candidates: distances take time.
const LONGEST_NAME: usize = 100;
const MOST_CANDIDATES: usize = 3;

/// The contigs of a dataset, found by the name in its files or by any other name of theirs.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContigNames {
    contigs: Vec<Contig>,
    by_name: HashMap<String, usize>,
    by_chromosome: [Holders; Chromosome::COUNT],
    assembly: Option<Assembly>,
}

#[derive(Debug, Clone)]
struct Contig {
    name: String,
    length: Option<u64>,
}

/// Which contigs are a certain chromosome.
#[derive(Debug, Clone, Copy, Default)]
enum Holders {
    #[default]
    None,
    One(usize),
    Several,
}

impl ContigNames {
    /// From the contigs in the dataset's order, with their lengths where known, and the assembly
    /// where known. Of contigs of the same name the first is found.
    pub(crate) fn new(
        contigs: impl IntoIterator<Item = (String, Option<u64>)>,
        assembly: Option<Assembly>,
    ) -> Self {
        let mut names = Self {
            assembly,
            ..Self::default()
        };
        for (index, (name, length)) in contigs.into_iter().enumerate() {
            let chromosome = chromosome_of(&name);
            let holders = chromosome.and_then(|of| names.by_chromosome.get_mut(of.index()));
            if let Some(holders) = holders {
                *holders = match holders {
                    Holders::None => Holders::One(index),
                    _ => Holders::Several,
                };
            }
            names.by_name.entry(name.clone()).or_insert(index);
            names.contigs.push(Contig { name, length });
        }
        names
    }

    /// The assembly of the dataset, where known.
    pub(crate) fn assembly(&self) -> Option<Assembly> {
        self.assembly
    }

    /// The name of a contig in the files.
    pub(crate) fn name(&self, index: usize) -> Option<&str> {
        self.contigs.get(index).map(|of| of.name.as_str())
    }

    /// Which chromosome a contig is; `None` for others, such as decoys.
    pub(crate) fn chromosome(&self, index: usize) -> Option<Chromosome> {
        chromosome_of(&self.contigs.get(index)?.name)
    }

    /// The letters behind `SQ.` of a contig's refget accession, and its length; `None` where its length is not known
    /// or is not that of the chromosome it is called.
    pub(crate) fn refget(&self, index: usize) -> Option<(&'static str, u64)> {
        let contig = self.contigs.get(index)?;
        // a contig named by accession is of that assembly, whatever the dataset's
        let (chromosome, assembly) = match accession(&contig.name) {
            Some((chromosome, mut of)) => (chromosome, of.next()?),
            None => (Chromosome::from_name(&contig.name)?, self.assembly?),
        };
        let length = contig.length?;
        (assembly.length(chromosome) == length)
            .then(|| assembly.refget(chromosome))
            .flatten()
            .map(|accession| (accession, length))
    }

    /// The index of the contig that `text` names.
    ///
    /// The name as in the file comes first and costs one look-up; then plain and UCSC names
    /// whatever their case, then accessions with version, which must be of the contig's assembly.
    pub(crate) fn resolve(&self, text: &str) -> Result<usize, NameError> {
        match self.by_name.get(text) {
            Some(&index) => Ok(index),
            None => self.resolve_alias(text),
        }
    }

    /// The same for many names, of which some may mean nothing here: `None` without nearest names, which take time.
    pub(crate) fn resolve_listed(&self, text: &str) -> Result<Option<usize>, NameError> {
        let is_held = |of: Chromosome| {
            let holders = self.by_chromosome.get(of.index());
            !matches!(holders, None | Some(Holders::None))
        };
        let means_something = self.by_name.contains_key(text)
            || accession(text).is_some()
            || text == HG19_CHR_M.0
            || Chromosome::from_name(text).is_some_and(is_held)
            || !other_versions(text).is_empty();
        match means_something.then(|| self.resolve(text)) {
            None | Some(Err(NameError::Unknown { .. })) => Ok(None),
            Some(found) => found.map(Some),
        }
    }

    /// The name in the dataset of the contig that `text` names; of a chromosome that the dataset does
    /// not have, its plain name. `None` for names that mean nothing here.
    pub(crate) fn known_name(&self, text: &str) -> Option<String> {
        match self.resolve(text) {
            Ok(index) => self.contigs.get(index).map(|contig| contig.name.clone()),
            Err(NameError::Unknown { .. }) => {
                Chromosome::from_name(text).map(|chromosome| chromosome.name().to_owned())
            }
            Err(_) => None,
        }
    }

    #[cold]
    fn resolve_alias(&self, text: &str) -> Result<usize, NameError> {
        if let Some((chromosome, of)) = accession(text) {
            return self.resolve_accession(text, chromosome, of.collect());
        }
        if text == HG19_CHR_M.0 {
            return self.resolve_hg19_mitochondrion();
        }
        if let Some(chromosome) = Chromosome::from_name(text) {
            return self.holder(text, chromosome);
        }
        let candidates = other_versions(text);
        if !candidates.is_empty() {
            return Err(NameError::OtherVersion {
                accession: text.to_owned(),
                candidates,
            });
        }
        Err(self.unknown(text))
    }

    /// The one contig that is this chromosome.
    fn holder(&self, text: &str, chromosome: Chromosome) -> Result<usize, NameError> {
        match self.by_chromosome.get(chromosome.index()) {
            Some(Holders::One(index)) => Ok(*index),
            None | Some(Holders::None) => Err(self.unknown(text)),
            Some(Holders::Several) => Err(NameError::Ambiguous {
                name: text.to_owned(),
                contigs: self
                    .contigs
                    .iter()
                    .map(|contig| &contig.name)
                    .filter(|name| chromosome_of(name) == Some(chromosome))
                    .take(LONGEST_NAME)
                    .cloned()
                    .collect(),
            }),
        }
    }

    fn resolve_accession(
        &self,
        text: &str,
        chromosome: Chromosome,
        of: Vec<Assembly>,
    ) -> Result<usize, NameError> {
        let index = match self.holder(text, chromosome) {
            // Of several contigs, one may be this very sequence under its other accession.
            Err(error) => return self.same_sequence(chromosome, &of).ok_or(error),
            Ok(index) => index,
        };
        let Some(contig) = self.contigs.get(index) else {
            return Err(self.unknown(text));
        };
        let Some(&first) = of.first() else {
            return Err(self.unknown(text));
        };
        let other = |here| NameError::OtherAssembly {
            accession: text.to_owned(),
            of: first,
            contig: contig.name.clone(),
            here,
        };
        // A contig named by accession says itself what it is, whatever the dataset's assembly.
        if let Some((_, named)) = accession(&contig.name) {
            let named: Vec<_> = named.collect();
            return match named.first() {
                Some(&here) if !named.iter().any(|a| of.contains(a)) => Err(other(here)),
                _ => Ok(index),
            };
        }
        let expected = first.length(chromosome);
        if let Some(here) = self.assembly {
            if !of.contains(&here) {
                return Err(other(here));
            }
            // A shorter contig may be an excerpt; a length that is another sequence's is not.
            if let Some(found) = contig
                .length
                .filter(|&n| is_another(chromosome, n, expected))
            {
                return Err(other_length(text, expected, contig, found));
            }
            // hg19 has a chrM of its own: only the length distinguishes it from that of GRCh37.
            if here == Assembly::Grch37 && chromosome == Chromosome::MT {
                return match contig.length {
                    Some(_) => Ok(index),
                    None if contig.name.eq_ignore_ascii_case("MT") => Ok(index),
                    None => Err(assembly_unknown(text, of, contig)),
                };
            }
            return Ok(index);
        }
        match contig.length {
            // Both mitochondria have 16,569 bases, so that the length proves nothing.
            Some(found) if found == expected && chromosome != Chromosome::MT => Ok(index),
            Some(found) if found != expected => Err(other_length(text, expected, contig, found)),
            _ => Err(assembly_unknown(text, of, contig)),
        }
    }

    /// A contig of which the own name is another accession of the same sequence.
    fn same_sequence(&self, chromosome: Chromosome, of: &[Assembly]) -> Option<usize> {
        self.contigs.iter().position(|contig| {
            accession(&contig.name)
                .is_some_and(|(c, mut named)| c == chromosome && named.any(|a| of.contains(&a)))
        })
    }

    /// The chrM of hg19, known by its length alone.
    fn resolve_hg19_mitochondrion(&self) -> Result<usize, NameError> {
        let (text, expected) = HG19_CHR_M;
        let index = self.holder(text, Chromosome::MT)?;
        let Some(contig) = self.contigs.get(index) else {
            return Err(self.unknown(text));
        };
        match contig.length {
            Some(found) if found == expected => Ok(index),
            Some(found) => Err(other_length(text, expected, contig, found)),
            None => Err(assembly_unknown(text, vec![Assembly::Grch37], contig)),
        }
    }

    fn unknown(&self, text: &str) -> NameError {
        NameError::Unknown {
            name: text.chars().take(LONGEST_NAME).collect(),
            candidates: self.nearest(text),
        }
    }

    /// The names nearest to `text`, best first.
    fn nearest(&self, text: &str) -> Vec<String> {
        if text.len() > LONGEST_NAME {
            return Vec::new();
        }
        let asked = text.to_ascii_lowercase();
        let mut near: Vec<(usize, usize)> = self
            .contigs
            .iter()
            .enumerate()
            .filter(|(_, contig)| contig.name.len() <= LONGEST_NAME)
            .map(|(index, contig)| {
                let name = contig.name.to_ascii_lowercase();
                (strsim::osa_distance(&asked, &name), index)
            })
            // Half of the letters wrong is another name, not a slip.
            .filter(|&(distance, _)| distance <= (asked.chars().count() / 2).max(1))
            .collect();
        near.sort_unstable();
        near.truncate(MOST_CANDIDATES);
        near.iter()
            .filter_map(|&(_, index)| Some(self.contigs.get(index)?.name.clone()))
            .collect()
    }
}

fn other_length(text: &str, expected: u64, contig: &Contig, found: u64) -> NameError {
    NameError::OtherLength {
        accession: text.to_owned(),
        expected,
        contig: contig.name.clone(),
        found,
    }
}

fn assembly_unknown(text: &str, of: Vec<Assembly>, contig: &Contig) -> NameError {
    NameError::AssemblyUnknown {
        accession: text.to_owned(),
        of,
        contig: contig.name.clone(),
    }
}

/// Whether two contigs, by name and length where known, are surely the same one. Names that differ by `chr`
/// and case alone are, where lengths do not contradict; other names of a chromosome (`M` and `MT`, `23` and
/// `X`, accessions) where lengths or the assembly say so.
pub(crate) fn is_same_contig(
    a: (&str, Option<u64>),
    b: (&str, Option<u64>),
    assembly: Option<Assembly>,
) -> bool {
    let chromosome = chromosome_of(a.0);
    let same_length = a.1.zip(b.1).map(|(a, b)| a == b);
    if chromosome.is_none() || chromosome != chromosome_of(b.0) || same_length == Some(false) {
        return false;
    }
    let is_accession = |name: &str| name == HG19_CHR_M.0 || accession(name).is_some();
    let named = |of: (&str, Option<u64>), name: &str| {
        ContigNames::new([(of.0.to_owned(), of.1)], assembly)
            .resolve(name)
            .is_ok()
    };
    match (is_accession(a.0), is_accession(b.0)) {
        // an accession says which sequence it is, and is asked for in the other one
        (true, _) => named(b, a.0),
        (false, true) => named(a, b.0),
        (false, false) => {
            let plain = |name: &str| {
                let name = name.to_ascii_lowercase();
                name.strip_prefix("chr").unwrap_or(&name).to_owned()
            };
            // hg19 has a chrM beside the MT of GRCh37
            let told_by_assembly = match assembly {
                Some(Assembly::Grch37) => chromosome != Some(Chromosome::MT),
                known => known.is_some(),
            };
            plain(a.0) == plain(b.0) || same_length == Some(true) || told_by_assembly
        }
    }
}

/// The chromosome that a contig's name means.
pub(crate) fn chromosome_of(name: &str) -> Option<Chromosome> {
    if name == HG19_CHR_M.0 {
        return Some(Chromosome::MT);
    }
    Chromosome::from_name(name).or_else(|| accession(name).map(|(chromosome, _)| chromosome))
}

/// Whether `found` is the length of this chromosome, but not in the assembly that expects
/// `expected`.
fn is_another(chromosome: Chromosome, found: u64, expected: u64) -> bool {
    found != expected
        && (Assembly::ALL
            .into_iter()
            .any(|assembly| assembly.length(chromosome) == found)
            || (chromosome == Chromosome::MT && found == HG19_CHR_M.1))
}

/// The accessions known here that differ from `text` in their version alone.
fn other_versions(text: &str) -> Vec<String> {
    let base = |accession: &str| accession.split('.').next().map(str::to_owned);
    if text.len() > LONGEST_NAME {
        return Vec::new();
    }
    let asked = base(text);
    let mut found: Vec<String> = Assembly::ALL
        .into_iter()
        .flat_map(|assembly| {
            Chromosome::all().flat_map(move |chromosome| {
                [
                    assembly.refseq(chromosome),
                    Some(assembly.genbank(chromosome)),
                ]
            })
        })
        .flatten()
        .filter(|accession| base(accession) == asked)
        .map(str::to_owned)
        .collect();
    found.dedup();
    found
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
