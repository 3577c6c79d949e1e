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
    /// The accession names a sequence, but nothing tells which sequence the contig is.
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
    /// The accession names another sequence than the contig's, whose length tells so.
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

/// Names longer than this are told shortened and get no candidates: distances take time.
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

    /// Which chromosome a contig is; `None` for others, such as decoys.
    pub(crate) fn chromosome(&self, index: usize) -> Option<Chromosome> {
        chromosome_of(&self.contigs.get(index)?.name)
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
            // hg19 has a chrM of its own: only the length tells it from that of GRCh37.
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

    /// A contig whose own name is another accession of the same sequence.
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

/// The chromosome that a contig's name tells.
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(contigs: &[(&str, Option<u64>)], assembly: Option<Assembly>) -> ContigNames {
        ContigNames::new(
            contigs
                .iter()
                .map(|&(name, length)| (name.to_owned(), length)),
            assembly,
        )
    }

    #[test]
    fn aliases_are_one_contig() {
        let plain = names(
            &[("21", None), ("22", None), ("X", None)],
            Some(Assembly::Grch38),
        );
        for text in ["22", "chr22", "CHR22", "NC_000022.11", "CM000684.2"] {
            assert_eq!(plain.resolve(text), Ok(1), "{text}");
        }
        for text in ["X", "x", "chrX", "23", "NC_000023.11"] {
            assert_eq!(plain.resolve(text), Ok(2), "{text}");
        }
        let refseq = names(&[("NC_000022.11", None)], None);
        for text in ["22", "chr22", "NC_000022.11", "CM000684.2"] {
            assert_eq!(refseq.resolve(text), Ok(0), "{text}");
        }
        assert_eq!(refseq.chromosome(0).map(Chromosome::name), Some("22"));
        let t2t = names(&[("chr22", None), ("chrM", None)], Some(Assembly::T2tChm13));
        assert_eq!(t2t.resolve("NC_060946.1"), Ok(0));
        assert_eq!(t2t.resolve("CP068254.1"), Ok(1));
    }

    #[test]
    fn accessions_of_another_assembly_say_so() {
        let here = names(&[("chr22", None)], Some(Assembly::Grch38));
        assert_eq!(
            here.resolve("NC_000022.10").unwrap_err().to_string(),
            "NC_000022.10 is of GRCh37, but chr22 here is of GRCh38"
        );
        assert!(matches!(
            names(&[("NC_000022.11", None)], None).resolve("CM000684.1"),
            Err(NameError::OtherAssembly {
                of: Assembly::Grch37,
                here: Assembly::Grch38,
                ..
            })
        ));
        // The length contradicts the assembly that was told.
        assert!(matches!(
            names(&[("22", Some(51_304_566))], Some(Assembly::Grch38)).resolve("NC_000022.11"),
            Err(NameError::OtherLength {
                found: 51_304_566,
                ..
            })
        ));
        // An excerpt contradicts nothing.
        assert_eq!(
            names(&[("22", Some(17_000_200))], Some(Assembly::Grch37)).resolve("NC_000022.10"),
            Ok(0)
        );
    }

    #[test]
    fn without_assembly_the_length_decides() {
        let known = names(&[("22", Some(50_818_468))], None);
        assert_eq!(known.resolve("NC_000022.11"), Ok(0));
        assert!(matches!(
            known.resolve("NC_000022.10"),
            Err(NameError::OtherLength { .. })
        ));
        let unknown = names(&[("22", None)], None);
        assert!(matches!(
            unknown.resolve("NC_000022.10"),
            Err(NameError::AssemblyUnknown { .. })
        ));
        assert_eq!(
            unknown.resolve("NC_000022.10").unwrap_err().to_string(),
            "NC_000022.10 is of GRCh37, but the assembly of contig 22 is not known: name the contig as the dataset does, or tell the assembly"
        );
        let mitochondrion = names(&[("MT", Some(16_569))], None);
        assert!(matches!(
            mitochondrion.resolve("NC_012920.1"),
            Err(NameError::AssemblyUnknown { .. })
        ));
    }

    #[test]
    fn mitochondria_are_kept_apart() {
        let b37 = names(&[("MT", Some(16_569))], Some(Assembly::Grch37));
        assert_eq!(b37.resolve("NC_012920.1"), Ok(0));
        assert_eq!(b37.resolve("chrM"), Ok(0));
        assert!(b37.resolve("NC_001807.4").is_err());
        assert!(matches!(
            b37.resolve("CP068254.1"),
            Err(NameError::OtherAssembly { .. })
        ));
        let hg19 = names(&[("chrM", Some(16_571))], Some(Assembly::Grch37));
        assert_eq!(hg19.resolve("NC_001807.4"), Ok(0));
        assert!(matches!(
            hg19.resolve("NC_012920.1"),
            Err(NameError::OtherLength { .. })
        ));
        let untold = names(&[("chrM", None)], Some(Assembly::Grch37));
        assert!(matches!(
            untold.resolve("NC_012920.1"),
            Err(NameError::AssemblyUnknown { .. })
        ));
        assert_eq!(
            names(&[("chrM", None)], Some(Assembly::Grch38)).resolve("NC_012920.1"),
            Ok(0)
        );
    }

    #[test]
    fn unknown_names_get_candidates() {
        let here = names(
            &[
                ("chr1", None),
                ("chr2", None),
                ("chr22", None),
                ("chr22_KI270879v1_alt", None),
            ],
            Some(Assembly::Grch38),
        );
        assert_eq!(
            here.resolve("chr22_KI270879v2_alt"),
            Err(NameError::Unknown {
                name: "chr22_KI270879v2_alt".to_owned(),
                candidates: vec!["chr22_KI270879v1_alt".to_owned()],
            })
        );
        assert_eq!(here.resolve("chr3").unwrap_err().candidates().len(), 3);
        assert!(matches!(
            here.resolve("NC_000022"),
            Err(NameError::OtherVersion { candidates, .. })
                if candidates == ["NC_000022.10", "NC_000022.11"]
        ));
        assert!(matches!(
            here.resolve("NC_000022.9"),
            Err(NameError::OtherVersion { .. })
        ));
        let long = "A".repeat(1 << 20);
        assert!(here.resolve(&long).unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn names_of_one_contig() {
        let g38 = Some(Assembly::Grch38);
        let g37 = Some(Assembly::Grch37);
        let one = |a: (&str, Option<u64>), b: (&str, Option<u64>), assembly| {
            let found = is_same_contig(a, b, assembly);
            assert_eq!(found, is_same_contig(b, a, assembly), "{a:?} {b:?}");
            found
        };
        for (a, b, assembly, expected) in [
            (("1", None), ("chr1", None), None, true),
            (("CHRX", Some(5)), ("x", None), None, true),
            (("1", Some(5)), ("chr1", Some(5)), None, true),
            (("1", Some(5)), ("chr1", Some(6)), None, false),
            (("1", None), ("chr2", None), None, false),
            (("scaffold_1", None), ("chrscaffold_1", None), None, false),
            // where 23 may be a chromosome of its own
            (("23", None), ("X", None), None, false),
            (("23", None), ("X", None), g38, true),
            (("23", Some(9)), ("X", Some(9)), None, true),
            (("chrM", None), ("MT", None), g38, true),
            // hg19 has another chrM than GRCh37
            (("chrM", None), ("MT", None), g37, false),
            (("chrM", Some(16_571)), ("MT", Some(16_569)), g37, false),
            (("chrM", Some(16_569)), ("MT", Some(16_569)), g37, true),
            (("NC_000001.11", None), ("chr1", None), g38, true),
            (("NC_000001.11", None), ("CM000663.2", None), None, true),
            (("NC_000001.11", None), ("chr1", None), None, false),
            (("NC_000001.11", None), ("chr1", None), g37, false),
            (("NC_000001.11", None), ("NC_000001.10", None), g38, false),
            (
                ("NC_000001.11", None),
                ("chr1", Some(248_956_422)),
                None,
                true,
            ),
            (("NC_012920.1", None), ("chrM", None), g37, false),
            (("NC_012920.1", None), ("MT", None), g37, true),
        ] {
            assert_eq!(one(a, b, assembly), expected, "{a:?} {b:?} {assembly:?}");
        }
    }

    #[test]
    fn one_chromosome_under_two_names() {
        let here = names(&[("22", None), ("chr22", None)], Some(Assembly::Grch38));
        assert_eq!(here.resolve("22"), Ok(0));
        assert_eq!(here.resolve("chr22"), Ok(1));
        assert!(matches!(
            here.resolve("CHR22"),
            Err(NameError::Ambiguous { .. })
        ));
        assert!(matches!(
            here.resolve("NC_000022.11"),
            Err(NameError::Ambiguous { .. })
        ));
        let both = names(&[("NC_000022.10", None), ("NC_000022.11", None)], None);
        assert_eq!(both.resolve("CM000684.2"), Ok(1));
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in ".{0,100}", contigs in prop::collection::vec(".{0,8}", 0..5)) {
            let here = ContigNames::new(contigs.iter().map(|n| (n.clone(), None)), None);
            let _ = here.resolve(&text).map_err(|e| e.to_string());
            for name in &contigs {
                let found = here.resolve(name).unwrap();
                prop_assert_eq!(&contigs[found], name);
            }
        }
    }
}
