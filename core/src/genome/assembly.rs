//! The human assemblies: their names, their chromosomes and what those are called elsewhere.

use std::fmt;
use std::str::FromStr;

use super::Interval;
use super::chromosome::Chromosome;

/// A human reference assembly.
///
/// ```
/// use varidex::Assembly;
/// assert_eq!("hg38".parse(), Ok(Assembly::Grch38));
/// assert_eq!("GCF_000001405.25".parse(), Ok(Assembly::Grch37));
/// assert_eq!(Assembly::T2tChm13.to_string(), "T2T-CHM13v2.0");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Assembly {
    /// GRCh37, also called hg19, b37 and hs37d5.
    Grch37,
    /// GRCh38, also called hg38.
    Grch38,
    /// T2T-CHM13v2.0, also called hs1: CHM13 with the Y of HG002.
    T2tChm13,
}

/// A text that names no assembly known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an assembly: expected GRCh37 (hg19, b37), GRCh38 (hg38) or T2T-CHM13 (hs1)")]
pub struct UnknownAssembly(pub String);

/// Evidence of one header for two assemblies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("contig {first_contig:?} is of {first}, but contig {second_contig:?} is of {second}")]
pub struct MixedAssemblies {
    /// The first assembly found.
    pub first: Assembly,
    /// The contig that shows it.
    pub first_contig: String,
    /// The assembly that contradicts it.
    pub second: Assembly,
    /// The contig that shows it.
    pub second_contig: String,
}

impl Assembly {
    /// Every assembly known here.
    pub const ALL: [Self; 3] = [Self::Grch37, Self::Grch38, Self::T2tChm13];

    /// The name in the words of its makers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Grch37 => "GRCh37",
            Self::Grch38 => "GRCh38",
            Self::T2tChm13 => "T2T-CHM13v2.0",
        }
    }

    /// The pseudoautosomal regions of X, then of Y; none on other chromosomes.
    ///
    /// A copy there is one of two in everybody. Sources: for GRCh37 and GRCh38 the regions the
    /// Genome Reference Consortium lists for each assembly
    /// (<https://www.ncbi.nlm.nih.gov/grc/human>); for T2T-CHM13v2.0 `chm13v2.0_PAR.bed` of the
    /// T2T consortium (<https://github.com/marbl/CHM13>).
    pub fn pseudoautosomal(self, chromosome: Chromosome) -> &'static [Interval] {
        const fn part(start: i32, end: i32) -> Interval {
            Interval { start, end }
        }
        const X37: [Interval; 2] = [part(60_000, 2_699_520), part(154_931_043, 155_260_560)];
        const Y37: [Interval; 2] = [part(10_000, 2_649_520), part(59_034_049, 59_363_566)];
        const X38: [Interval; 2] = [part(10_000, 2_781_479), part(155_701_382, 156_030_895)];
        const Y38: [Interval; 2] = [part(10_000, 2_781_479), part(56_887_902, 57_217_415)];
        const XT2T: [Interval; 2] = [part(0, 2_394_410), part(153_925_834, 154_259_566)];
        const YT2T: [Interval; 2] = [part(0, 2_458_320), part(62_122_809, 62_460_029)];
        match (self, chromosome) {
            (Self::Grch37, Chromosome::X) => &X37,
            (Self::Grch37, Chromosome::Y) => &Y37,
            (Self::Grch38, Chromosome::X) => &X38,
            (Self::Grch38, Chromosome::Y) => &Y38,
            (Self::T2tChm13, Chromosome::X) => &XT2T,
            (Self::T2tChm13, Chromosome::Y) => &YT2T,
            _ => &[],
        }
    }

    /// The length of a chromosome.
    pub fn length(self, chromosome: Chromosome) -> u64 {
        self.sequence(chromosome).length
    }

    /// The RefSeq accession of a chromosome; the mitochondrion of T2T-CHM13 has none.
    pub(crate) fn refseq(self, chromosome: Chromosome) -> Option<&'static str> {
        let accession = self.sequence(chromosome).refseq;
        (!accession.is_empty()).then_some(accession)
    }

    /// The GenBank accession of a chromosome.
    pub(crate) fn genbank(self, chromosome: Chromosome) -> &'static str {
        self.sequence(chromosome).genbank
    }

    fn sequence(self, chromosome: Chromosome) -> &'static Sequence {
        let table = match self {
            Self::Grch37 => &GRCH37,
            Self::Grch38 => &GRCH38,
            Self::T2tChm13 => &T2T_CHM13,
        };
        // a chromosome is made from 0..25 only, and each table has 25 rows
        let [first, ..] = table;
        table.get(chromosome.index()).unwrap_or(first)
    }

    /// The one assembly that a header's contigs belong to, by their accessions, their lengths and
    /// their `assembly` tags; `None` where nothing shows it.
    ///
    /// Accessions and lengths are facts and outweigh tags, which are free text. The mitochondrion
    /// says nothing: the same sequence is part of several assemblies.
    pub(crate) fn guess<'a>(
        contigs: impl IntoIterator<Item = HeaderContig<'a>>,
    ) -> Result<Option<Self>, MixedAssemblies> {
        let mut facts: Option<(Self, &str)> = None;
        let mut tags: Option<(Self, &str)> = None;
        let mut mixed_tags = None;
        for contig in contigs {
            if let Some(assembly) = contig.fact() {
                match facts {
                    None => facts = Some((assembly, contig.name)),
                    Some((first, name)) if first != assembly => {
                        return Err(mixed(first, name, assembly, contig.name));
                    }
                    Some(_) => {}
                }
            }
            if let Some(assembly) = contig.tag.and_then(|tag| tag.parse::<Self>().ok()) {
                match tags {
                    None => tags = Some((assembly, contig.name)),
                    Some((first, name)) if first != assembly && mixed_tags.is_none() => {
                        mixed_tags = Some(mixed(first, name, assembly, contig.name));
                    }
                    Some(_) => {}
                }
            }
        }
        match (facts, tags, mixed_tags) {
            (Some((assembly, _)), ..) => Ok(Some(assembly)),
            (None, _, Some(error)) => Err(error),
            (None, tag, None) => Ok(tag.map(|(assembly, _)| assembly)),
        }
    }
}

fn mixed(first: Assembly, first_contig: &str, second: Assembly, contig: &str) -> MixedAssemblies {
    MixedAssemblies {
        first,
        first_contig: first_contig.to_owned(),
        second,
        second_contig: contig.to_owned(),
    }
}

/// What a header says of one contig.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HeaderContig<'a> {
    /// Its name as in the file.
    pub(crate) name: &'a str,
    /// Its length, where given.
    pub(crate) length: Option<u64>,
    /// Its `assembly` tag, where given.
    pub(crate) tag: Option<&'a str>,
}

impl HeaderContig<'_> {
    /// The assembly that name or length prove.
    fn fact(self) -> Option<Assembly> {
        if let Some((chromosome, mut of)) = accession(self.name) {
            return (chromosome != Chromosome::MT).then(|| of.next()).flatten();
        }
        let chromosome = Chromosome::from_name(self.name).filter(|&c| c != Chromosome::MT)?;
        let length = self.length?;
        Assembly::ALL
            .into_iter()
            .find(|a| a.length(chromosome) == length)
    }
}

impl fmt::Display for Assembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Assembly {
    type Err = UnknownAssembly;

    fn from_str(text: &str) -> Result<Self, UnknownAssembly> {
        let unknown = || UnknownAssembly(text.chars().take(80).collect());
        // Longer than every name there is: not worth a lower-case copy.
        if text.len() > 80 {
            return Err(unknown());
        }
        let name = text.trim().to_ascii_lowercase();
        if let Some(version) = name
            .strip_prefix("gcf_000001405.")
            .or_else(|| name.strip_prefix("gca_000001405."))
        {
            let refseq = name.starts_with("gcf");
            // GenBank numbers the same releases from 1 (GRCh37) and 15 (GRCh38), RefSeq from 13
            // and 26.
            return match (refseq, version.parse::<u8>()) {
                (true, Ok(13..=25)) | (false, Ok(1..=14)) => Ok(Self::Grch37),
                (true, Ok(26..=u8::MAX)) | (false, Ok(15..=u8::MAX)) => Ok(Self::Grch38),
                _ => Err(unknown()),
            };
        }
        let release = |prefix: &str| {
            name.strip_prefix(prefix).is_some_and(|rest| {
                rest.is_empty()
                    || rest
                        .strip_prefix(".p")
                        .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
            })
        };
        if release("grch37") || release("hg19") {
            return Ok(Self::Grch37);
        }
        if release("grch38") || release("hg38") {
            return Ok(Self::Grch38);
        }
        match name.as_str() {
            "b37"
            | "g1k_v37"
            | "human_g1k_v37"
            | "human_g1k_v37_decoy"
            | "hs37"
            | "hs37d5"
            | "ncbi37"
            | "37" => Ok(Self::Grch37),
            "b38" | "hs38" | "hs38d1" | "hs38dh" | "grch38dh" | "ncbi38" | "38" => Ok(Self::Grch38),
            "t2t-chm13" | "t2t-chm13v2.0" | "t2t_chm13" | "t2t_chm13v2.0" | "t2t" | "chm13"
            | "chm13v2" | "chm13v2.0" | "chm13_v2.0" | "hs1" | "gcf_009914755.1"
            | "gca_009914755.4" => Ok(Self::T2tChm13),
            _ => Err(unknown()),
        }
    }
}

/// The chromosome of an accession with version, and the assemblies it is part of.
///
/// RefSeq and GenBank accessions of the 25 chromosomes; case counts, as it does at NCBI.
pub(crate) fn accession(
    text: &str,
) -> Option<(Chromosome, impl Iterator<Item = Assembly> + use<'_>)> {
    let is = move |assembly: Assembly, chromosome| {
        assembly.refseq(chromosome) == Some(text) || assembly.genbank(chromosome) == text
    };
    // The shape keeps ordinary names away from 150 comparisons.
    if !matches!(
        text.as_bytes(),
        [b'N', b'C', b'_', ..] | [b'C', b'M' | b'P', ..] | [b'J', b'0', ..]
    ) {
        return None;
    }
    let chromosome =
        Chromosome::all().find(|&c| Assembly::ALL.into_iter().any(|assembly| is(assembly, c)))?;
    Some((
        chromosome,
        Assembly::ALL
            .into_iter()
            .filter(move |&assembly| is(assembly, chromosome)),
    ))
}

/// The accession of the mitochondrion that hg19 of UCSC calls chrM, and its length: not the one of
/// GRCh37, which is NC_012920.1.
pub(crate) const HG19_CHR_M: (&str, u64) = ("NC_001807.4", 16_571);

struct Sequence {
    length: u64,
    refseq: &'static str,
    genbank: &'static str,
}

const fn sequence(length: u64, refseq: &'static str, genbank: &'static str) -> Sequence {
    Sequence {
        length,
        refseq,
        genbank,
    }
}

static GRCH37: [Sequence; 25] = [
    sequence(249_250_621, "NC_000001.10", "CM000663.1"),
    sequence(243_199_373, "NC_000002.11", "CM000664.1"),
    sequence(198_022_430, "NC_000003.11", "CM000665.1"),
    sequence(191_154_276, "NC_000004.11", "CM000666.1"),
    sequence(180_915_260, "NC_000005.9", "CM000667.1"),
    sequence(171_115_067, "NC_000006.11", "CM000668.1"),
    sequence(159_138_663, "NC_000007.13", "CM000669.1"),
    sequence(146_364_022, "NC_000008.10", "CM000670.1"),
    sequence(141_213_431, "NC_000009.11", "CM000671.1"),
    sequence(135_534_747, "NC_000010.10", "CM000672.1"),
    sequence(135_006_516, "NC_000011.9", "CM000673.1"),
    sequence(133_851_895, "NC_000012.11", "CM000674.1"),
    sequence(115_169_878, "NC_000013.10", "CM000675.1"),
    sequence(107_349_540, "NC_000014.8", "CM000676.1"),
    sequence(102_531_392, "NC_000015.9", "CM000677.1"),
    sequence(90_354_753, "NC_000016.9", "CM000678.1"),
    sequence(81_195_210, "NC_000017.10", "CM000679.1"),
    sequence(78_077_248, "NC_000018.9", "CM000680.1"),
    sequence(59_128_983, "NC_000019.9", "CM000681.1"),
    sequence(63_025_520, "NC_000020.10", "CM000682.1"),
    sequence(48_129_895, "NC_000021.8", "CM000683.1"),
    sequence(51_304_566, "NC_000022.10", "CM000684.1"),
    sequence(155_270_560, "NC_000023.10", "CM000685.1"),
    sequence(59_373_566, "NC_000024.9", "CM000686.1"),
    sequence(16_569, "NC_012920.1", "J01415.2"),
];

static GRCH38: [Sequence; 25] = [
    sequence(248_956_422, "NC_000001.11", "CM000663.2"),
    sequence(242_193_529, "NC_000002.12", "CM000664.2"),
    sequence(198_295_559, "NC_000003.12", "CM000665.2"),
    sequence(190_214_555, "NC_000004.12", "CM000666.2"),
    sequence(181_538_259, "NC_000005.10", "CM000667.2"),
    sequence(170_805_979, "NC_000006.12", "CM000668.2"),
    sequence(159_345_973, "NC_000007.14", "CM000669.2"),
    sequence(145_138_636, "NC_000008.11", "CM000670.2"),
    sequence(138_394_717, "NC_000009.12", "CM000671.2"),
    sequence(133_797_422, "NC_000010.11", "CM000672.2"),
    sequence(135_086_622, "NC_000011.10", "CM000673.2"),
    sequence(133_275_309, "NC_000012.12", "CM000674.2"),
    sequence(114_364_328, "NC_000013.11", "CM000675.2"),
    sequence(107_043_718, "NC_000014.9", "CM000676.2"),
    sequence(101_991_189, "NC_000015.10", "CM000677.2"),
    sequence(90_338_345, "NC_000016.10", "CM000678.2"),
    sequence(83_257_441, "NC_000017.11", "CM000679.2"),
    sequence(80_373_285, "NC_000018.10", "CM000680.2"),
    sequence(58_617_616, "NC_000019.10", "CM000681.2"),
    sequence(64_444_167, "NC_000020.11", "CM000682.2"),
    sequence(46_709_983, "NC_000021.9", "CM000683.2"),
    sequence(50_818_468, "NC_000022.11", "CM000684.2"),
    sequence(156_040_895, "NC_000023.11", "CM000685.2"),
    sequence(57_227_415, "NC_000024.10", "CM000686.2"),
    sequence(16_569, "NC_012920.1", "J01415.2"),
];

static T2T_CHM13: [Sequence; 25] = [
    sequence(248_387_328, "NC_060925.1", "CP068277.2"),
    sequence(242_696_752, "NC_060926.1", "CP068276.2"),
    sequence(201_105_948, "NC_060927.1", "CP068275.2"),
    sequence(193_574_945, "NC_060928.1", "CP068274.2"),
    sequence(182_045_439, "NC_060929.1", "CP068273.2"),
    sequence(172_126_628, "NC_060930.1", "CP068272.2"),
    sequence(160_567_428, "NC_060931.1", "CP068271.2"),
    sequence(146_259_331, "NC_060932.1", "CP068270.2"),
    sequence(150_617_247, "NC_060933.1", "CP068269.2"),
    sequence(134_758_134, "NC_060934.1", "CP068268.2"),
    sequence(135_127_769, "NC_060935.1", "CP068267.2"),
    sequence(133_324_548, "NC_060936.1", "CP068266.2"),
    sequence(113_566_686, "NC_060937.1", "CP068265.2"),
    sequence(101_161_492, "NC_060938.1", "CP068264.2"),
    sequence(99_753_195, "NC_060939.1", "CP068263.2"),
    sequence(96_330_374, "NC_060940.1", "CP068262.2"),
    sequence(84_276_897, "NC_060941.1", "CP068261.2"),
    sequence(80_542_538, "NC_060942.1", "CP068260.2"),
    sequence(61_707_364, "NC_060943.1", "CP068259.2"),
    sequence(66_210_255, "NC_060944.1", "CP068258.2"),
    sequence(45_090_682, "NC_060945.1", "CP068257.2"),
    sequence(51_324_926, "NC_060946.1", "CP068256.2"),
    sequence(154_259_566, "NC_060947.1", "CP068255.2"),
    sequence(62_460_029, "NC_060948.1", "CP086569.2"),
    sequence(16_569, "", "CP068254.1"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_of_assemblies() {
        for (assembly, names) in [
            (
                Assembly::Grch37,
                &[
                    "GRCh37",
                    "grch37.p13",
                    "hg19",
                    "b37",
                    "hs37d5",
                    "GCF_000001405.13",
                    "GCF_000001405.25",
                    "GCA_000001405.14",
                ][..],
            ),
            (
                Assembly::Grch38,
                &[
                    "GRCh38",
                    "GRCh38.p14",
                    "hg38",
                    "GCF_000001405.26",
                    "GCF_000001405.40",
                    "GCA_000001405.15",
                    "GRCh38DH",
                ],
            ),
            (
                Assembly::T2tChm13,
                &[
                    "T2T-CHM13",
                    "T2T-CHM13v2.0",
                    "hs1",
                    "GCF_009914755.1",
                    "GCA_009914755.4",
                    "chm13v2.0",
                ],
            ),
        ] {
            for name in names {
                assert_eq!(name.parse(), Ok(assembly), "{name}");
            }
            assert_eq!(assembly.name().parse(), Ok(assembly));
        }
        for name in [
            "",
            "hg18",
            "GRCh38.px",
            "GRCh38.p",
            "GCF_000001405.12",
            "GCF_000001405.",
            "GRCh3",
            "GCF_009914755.2",
        ] {
            assert!(name.parse::<Assembly>().is_err(), "{name}");
        }
    }

    #[test]
    fn tables_are_consistent() {
        let mut seen = std::collections::HashSet::new();
        for assembly in Assembly::ALL {
            for chromosome in Chromosome::all() {
                assert!(chromosome == Chromosome::MT || seen.insert(assembly.length(chromosome)));
                for text in [
                    assembly.refseq(chromosome),
                    Some(assembly.genbank(chromosome)),
                ]
                .into_iter()
                .flatten()
                {
                    let (found, mut of) = accession(text).unwrap();
                    assert_eq!(found, chromosome);
                    assert!(of.any(|a| a == assembly));
                }
                for part in assembly.pseudoautosomal(chromosome) {
                    assert!(i64::from(part.end) <= assembly.length(chromosome) as i64);
                }
            }
            // The two copies of a pseudoautosomal region have one length, except where X and Y
            // come from two people.
            if assembly != Assembly::T2tChm13 {
                let x = assembly.pseudoautosomal(Chromosome::X);
                let y = assembly.pseudoautosomal(Chromosome::Y);
                for (x, y) in x.iter().zip(y) {
                    assert_eq!(x.end - x.start, y.end - y.start);
                }
            }
        }
        assert_eq!(
            Assembly::Grch37.refseq(Chromosome::from_name("22").unwrap()),
            Some("NC_000022.10")
        );
        assert_eq!(Assembly::Grch38.genbank(Chromosome::X), "CM000685.2");
        assert_eq!(
            Assembly::T2tChm13.genbank(Chromosome::from_name("22").unwrap()),
            "CP068256.2"
        );
    }

    fn contig<'a>(name: &'a str, length: Option<u64>, tag: Option<&'a str>) -> HeaderContig<'a> {
        HeaderContig { name, length, tag }
    }

    #[test]
    fn guesses() {
        let guess = |contigs: &[HeaderContig<'_>]| Assembly::guess(contigs.iter().copied());
        assert_eq!(guess(&[]), Ok(None));
        assert_eq!(
            guess(&[contig("22", Some(51_304_566), None)]),
            Ok(Some(Assembly::Grch37))
        );
        assert_eq!(
            guess(&[contig("chr22", Some(50_818_468), Some("b37"))]),
            Ok(Some(Assembly::Grch38))
        );
        assert_eq!(
            guess(&[contig("CM000684.2", None, None)]),
            Ok(Some(Assembly::Grch38))
        );
        assert_eq!(guess(&[contig("chr22", Some(17_000_200), None)]), Ok(None));
        assert_eq!(
            guess(&[contig("chr22", Some(17_000_200), Some("hg19"))]),
            Ok(Some(Assembly::Grch37))
        );
        assert_eq!(guess(&[contig("MT", Some(16_569), None)]), Ok(None));
        assert_eq!(guess(&[contig("NC_012920.1", None, None)]), Ok(None));
        assert!(
            guess(&[
                contig("1", None, Some("hg19")),
                contig("2", None, Some("hg38"))
            ])
            .is_err()
        );
        let error = guess(&[
            contig("1", Some(249_250_621), None),
            contig("NC_000002.12", None, None),
        ])
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "contig \"1\" is of GRCh37, but contig \"NC_000002.12\" is of GRCh38"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_safe(text in ".{0,100}") {
            let _ = text.parse::<Assembly>();
            let _ = Chromosome::from_name(&text);
            let _ = accession(&text).map(|(_, of)| of.count());
        }
    }
}
