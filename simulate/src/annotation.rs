//! Consequences of variants, in the form in which Ensembl VEP writes them.
//!
//! Which bases code is what [`super::genes`] says; the amino acids are invented, as the reference
//! is: functions of seed and place. Common variants are rarely harmful, as in people.

use std::io::Write as _;

use super::genes::{ASKED, Gene, Genes, Transcript, bare};
use super::random::hash;
use super::row::Tally;
use super::sites::{Alleles, MOST_ALTERNATES, Structural};

/// The fields of an entry.
pub(super) const FIELDS: &str = "Allele|Consequence|IMPACT|SYMBOL|Gene|Feature_type|Feature|HGVSc|HGVSp|\
                                 ALLELE_NUM|CANONICAL|MANE_SELECT|HGNC_ID|gnomADe_AF";

/// What an ALT allele is to each of the genes that are asked about: bits as [`bit`] numbers them.
pub(super) type Marks = [u32; MOST_ALTERNATES];

/// How a gene was met.
#[derive(Clone, Copy)]
pub(super) enum Met {
    /// An entry of the annotation names it.
    Annotated,
    /// An entry that names it has a moderate or high impact.
    Moderate,
    /// The record and the gene share a base.
    Overlapping,
}

const METS: usize = 3;

/// The bit of a gene that is asked about. The next one says the same of rare alleles.
pub(super) fn bit(asked: usize, met: Met, rare: bool) -> u32 {
    1 << ((asked * METS + met as usize) * 2 + usize::from(rare))
}

/// Sets the bits of rare alleles, too.
pub(super) fn also_rare(marks: u32) -> u32 {
    marks | (marks & 0x5555_5555) << 1
}

const _: () = assert!(ASKED * METS * 2 <= 32);

/// The frequency below which questions call an allele rare.
pub(super) const RARE: f64 = 0.01;

const AMINO_ACIDS: [&str; 20] = [
    "Ala", "Arg", "Asn", "Asp", "Cys", "Gln", "Glu", "Gly", "His", "Ile", "Leu", "Lys", "Met",
    "Phe", "Pro", "Ser", "Thr", "Trp", "Tyr", "Val",
];
const METHIONINE: &str = "Met";

/// An allele frequency above which a variant is rarely harmful.
const COMMON: f64 = 0.01;

/// The last base that a record touches.
pub(super) fn last_base(position: u32, alleles: &Alleles) -> u32 {
    match &alleles.structural {
        Some(structural) => structural.end,
        None => position + alleles.reference.len() as u32 - 1,
    }
}

/// Which of the asked genes a record shares a base with, whatever its annotation says.
pub(super) fn overlaps(genes: &Genes, position: u32, alleles: &Alleles) -> u32 {
    let last = last_base(position, alleles);
    let met = genes
        .near(position, last)
        .iter()
        .filter(|gene| gene.start <= last && position <= gene.end);
    met.filter_map(|gene| gene.asked)
        .fold(0, |bits, asked| bits | bit(asked, Met::Overlapping, false))
}

/// Annotates records.
pub(super) struct Annotator<'a> {
    genes: &'a Genes,
    seed: u64,
    /// The current record's entries.
    pub(super) text: Vec<u8>,
}

/// What happens to a transcript.
struct Consequence {
    terms: &'static str,
    impact: Impact,
    /// `c.…` and `p.…`, without the names before the colon; empty where there is none.
    coding: String,
    protein: String,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Impact {
    Modifier,
    Low,
    Moderate,
    High,
}

impl Impact {
    fn name(self) -> &'static str {
        match self {
            Self::Modifier => "MODIFIER",
            Self::Low => "LOW",
            Self::Moderate => "MODERATE",
            Self::High => "HIGH",
        }
    }
}

/// One ALT allele of a record.
struct Variant<'a> {
    position: u32,
    reference: &'a [u8],
    alternate: &'a [u8],
    structural: Option<&'a Structural>,
    last: u32,
    common: bool,
    /// A draw of its own, the same for all transcripts.
    draw: u64,
}

impl<'a> Annotator<'a> {
    pub(super) fn new(genes: &'a Genes, seed: u64) -> Self {
        Self {
            genes,
            seed,
            text: Vec::new(),
        }
    }

    /// Writes the entries of a record to `text`, and says what its alleles are to the asked genes.
    pub(super) fn record(&mut self, position: u32, alleles: &Alleles, tally: &Tally) -> Marks {
        self.text.clear();
        let mut marks = Marks::default();
        let last = last_base(position, alleles);
        let near = self.genes.near(position, last);
        let names = names(alleles);
        let seed = self.seed;
        let counts = alleles.alternates.iter().zip(&tally.alternates);
        for (i, ((alternate, counts), name)) in counts.zip(&names).enumerate() {
            let frequency = tally.frequency(counts);
            let variant = Variant {
                position,
                reference: &alleles.reference,
                alternate,
                structural: alleles.structural.as_ref(),
                last,
                common: frequency > COMMON,
                draw: hash(seed ^ 0xa11e1e, u64::from(position) * 8 + i as u64),
            };
            let elsewhere = elsewhere(frequency, variant.draw);
            let mut met = false;
            for gene in near {
                for transcript in &gene.transcripts {
                    let Some(what) = variant.consequence(seed, self.genes.nearby, gene, transcript)
                    else {
                        continue;
                    };
                    met = true;
                    if let (Some(asked), Some(marks)) = (gene.asked, marks.get_mut(i)) {
                        *marks |= bit(asked, Met::Annotated, false);
                        if what.impact >= Impact::Moderate {
                            *marks |= bit(asked, Met::Moderate, false);
                        }
                    }
                    entry(&mut self.text, name, i, gene, transcript, &what, &elsewhere);
                }
            }
            if !met {
                comma(&mut self.text);
                // Writing to memory cannot fail.
                let _ = write!(
                    self.text,
                    "{name}|intergenic_variant|MODIFIER|||||||{}||||{elsewhere}",
                    i + 1
                );
            }
        }
        marks
    }
}

fn comma(text: &mut Vec<u8>) {
    if !text.is_empty() {
        text.push(b',');
    }
}

fn entry(
    text: &mut Vec<u8>,
    allele: &str,
    index: usize,
    gene: &Gene,
    transcript: &Transcript,
    what: &Consequence,
    elsewhere: &str,
) {
    comma(text);
    let of = |name: &str, change: &str| match change {
        "" => String::new(),
        change => format!("{name}:{change}"),
    };
    // Writing to memory cannot fail.
    let _ = write!(
        text,
        "{allele}|{}|{}|{}|{}|Transcript|{}|{}|{}|{}|{}|{}|{}|{elsewhere}",
        what.terms,
        what.impact.name(),
        gene.symbol,
        gene.id,
        bare(&transcript.id),
        of(&transcript.id, &what.coding),
        of(&transcript.protein, &what.protein),
        index + 1,
        if transcript.mane.is_some() { "YES" } else { "" },
        transcript.mane.as_deref().unwrap_or_default(),
        gene.hgnc.unwrap_or_default(),
    );
}

/// The alleles as VEP names them: without the first base where lengths differ and all share it,
/// symbolic ones by a word.
fn names(alleles: &Alleles) -> Vec<String> {
    if let Some(structural) = &alleles.structural {
        let name = match structural.kind {
            "DEL" => "deletion",
            "DUP" => "duplication",
            "INS" => "insertion",
            _ => "inversion",
        };
        return vec![name.to_owned(); alleles.alternates.len()];
    }
    let length = alleles.reference.len();
    let indel = alleles.alternates.iter().any(|a| a.len() != length);
    let shared = |a: &Vec<u8>| a.first() == alleles.reference.first();
    let strip = usize::from(indel && alleles.alternates.iter().all(shared));
    let name = |alternate: &Vec<u8>| match alternate.get(strip..) {
        None | Some([]) => "-".to_owned(),
        Some(rest) => String::from_utf8_lossy(rest).into_owned(),
    };
    alleles.alternates.iter().map(name).collect()
}

/// The frequency that other people's exomes are said to show: near the one here; nothing for many
/// rare variants.
fn elsewhere(frequency: f64, draw: u64) -> String {
    if frequency < 0.001 && draw & 1 == 0 {
        return String::new();
    }
    let noise = 0.8 + 0.4 * unit(draw.rotate_left(17));
    format!("{:.6}", (frequency * noise).min(1.0))
}

fn unit(draw: u64) -> f64 {
    (draw >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

impl Consequence {
    fn new(terms: &'static str, impact: Impact) -> Self {
        Self {
            terms,
            impact,
            coding: String::new(),
            protein: String::new(),
        }
    }
}

/// Where a base stands in a transcript, in the direction of the transcript.
enum Place {
    /// So many coding bases before it.
    Exon(u32),
    /// Beside the coding base of this number (1-based), so many bases into the intron: above zero
    /// behind the exon before, below zero ahead of the exon after.
    Intron(u32, i64),
}

fn place(gene: &Gene, transcript: &Transcript, position: u32) -> Place {
    let mut before = 0;
    let mut walk = |exons: &mut dyn Iterator<Item = &(u32, u32)>| {
        let mut previous: Option<u32> = None;
        for &(start, end) in exons {
            let (near, far) = if gene.forward {
                (start, end)
            } else {
                (end, start)
            };
            let ahead = i64::from(near) - i64::from(position);
            let ahead = if gene.forward { ahead } else { -ahead };
            if ahead > 0 {
                let behind = previous.map_or(0, |p| u32::abs_diff(p, position));
                return match previous.is_some() && i64::from(behind) <= ahead {
                    true => Place::Intron(before, i64::from(behind)),
                    false => Place::Intron(before + 1, -ahead),
                };
            }
            if (start..=end).contains(&position) {
                return Place::Exon(before + (-ahead) as u32);
            }
            before += end - start + 1;
            previous = Some(far);
        }
        // Behind the last exon: only a stretch that begins inside comes here.
        Place::Intron(before, 1)
    };
    match gene.forward {
        true => walk(&mut transcript.exons.iter()),
        false => walk(&mut transcript.exons.iter().rev()),
    }
}

fn complement(base: u8) -> u8 {
    match base {
        b'A' => b'T',
        b'C' => b'G',
        b'G' => b'C',
        _ => b'A',
    }
}

/// Bases as the transcript reads them.
fn read(gene: &Gene, bases: &[u8]) -> String {
    let bases: Vec<u8> = match gene.forward {
        true => bases.to_vec(),
        false => bases.iter().rev().map(|&b| complement(b)).collect(),
    };
    String::from_utf8_lossy(&bases).into_owned()
}

/// The amino acid of a codon: the first is always the same.
fn amino_acid(seed: u64, gene: &Gene, codon: u32) -> &'static str {
    match codon {
        0 => METHIONINE,
        _ => pick(hash(seed ^ u64::from(gene.start), u64::from(codon))),
    }
}

fn pick(draw: u64) -> &'static str {
    AMINO_ACIDS
        .get((draw % AMINO_ACIDS.len() as u64) as usize)
        .unwrap_or(&METHIONINE)
}

/// Another than `reference`.
fn another(draw: u64, reference: &str) -> &'static str {
    let first = pick(draw);
    if first != reference {
        return first;
    }
    pick(draw % AMINO_ACIDS.len() as u64 + 1)
}

impl Variant<'_> {
    /// `None` where the transcript is too far away to be annotated.
    fn consequence(
        &self,
        seed: u64,
        nearby: u32,
        gene: &Gene,
        transcript: &Transcript,
    ) -> Option<Consequence> {
        use Impact::{High, Modifier};
        let (start, end) = (transcript.start(), transcript.end());
        // The first base of an indel stays as it is.
        let first = self.first();
        if first.max(self.last) < start || first > end {
            let distance = match first > end {
                true => first - end,
                false => start - first.max(self.last),
            };
            let before = (first < start) == gene.forward;
            return (distance <= nearby).then(|| match before {
                true => Consequence::new("upstream_gene_variant", Modifier),
                false => Consequence::new("downstream_gene_variant", Modifier),
            });
        }
        let last = self.last.max(first);
        if let Some(structural) = self.structural {
            let whole = first <= start && end <= last;
            let coding = transcript.exons.iter().any(|e| e.0 <= last && first <= e.1);
            return Some(match (structural.kind, whole, coding) {
                ("DEL", true, _) => Consequence::new("transcript_ablation", High),
                ("DUP", true, _) => Consequence::new("transcript_amplification", High),
                ("DEL", _, true) => {
                    Consequence::new("feature_truncation&coding_sequence_variant", High)
                }
                ("DUP", _, true) => {
                    Consequence::new("feature_elongation&coding_sequence_variant", High)
                }
                (_, _, true) => Consequence::new("coding_sequence_variant", Modifier),
                _ => Consequence::new("intron_variant", Modifier),
            });
        }
        let at = first.clamp(start, end);
        Some(match place(gene, transcript, at) {
            Place::Exon(offset) => self.coding(seed, gene, offset),
            Place::Intron(base, distance) => self.intron(gene, base, distance),
        })
    }

    /// The first base that differs.
    fn first(&self) -> u32 {
        match self.reference.len() == 1 && self.alternate.len() == 1 || self.structural.is_some() {
            true => self.position,
            false => self.position + 1,
        }
    }

    fn substitution(&self) -> bool {
        self.reference.len() == self.alternate.len()
    }

    fn intron(&self, gene: &Gene, base: u32, distance: i64) -> Consequence {
        let mut what = match distance {
            1 | 2 => Consequence::new("splice_donor_variant", Impact::High),
            -2 | -1 => Consequence::new("splice_acceptor_variant", Impact::High),
            3..=8 | -8..=-3 => {
                Consequence::new("splice_region_variant&intron_variant", Impact::Low)
            }
            _ => Consequence::new("intron_variant", Impact::Modifier),
        };
        if self.substitution() && self.reference.len() == 1 {
            let (from, to) = (read(gene, self.reference), read(gene, self.alternate));
            what.coding = format!("c.{base}{distance:+}{from}>{to}");
        }
        what
    }

    /// A change of coding bases, `offset` of which lie before it.
    fn coding(&self, seed: u64, gene: &Gene, offset: u32) -> Consequence {
        let codon = offset / 3;
        let number = codon + 1;
        let amino = amino_acid(seed, gene, codon);
        let new = another(self.draw.rotate_left(29), amino);
        let (long, short) = (self.reference.len(), self.alternate.len());
        if self.substitution() {
            let draw = unit(self.draw);
            let limits = if self.common {
                [0.75, 1.0]
            } else {
                [0.3, 0.94]
            };
            let (from, to) = (
                read(gene, self.reference.get(long - 1..).unwrap_or_default()),
                read(gene, self.alternate.get(short - 1..).unwrap_or_default()),
            );
            let (terms, impact, protein) = if codon == 0 {
                ("start_lost", Impact::High, format!("p.{amino}1?"))
            } else if draw < limits[0] {
                // The equals sign has a meaning of its own in INFO.
                (
                    "synonymous_variant",
                    Impact::Low,
                    format!("p.{amino}{number}%3D"),
                )
            } else if draw < limits[1] {
                (
                    "missense_variant",
                    Impact::Moderate,
                    format!("p.{amino}{number}{new}"),
                )
            } else {
                ("stop_gained", Impact::High, format!("p.{amino}{number}Ter"))
            };
            return Consequence {
                terms,
                impact,
                coding: format!("c.{}{from}>{to}", offset + 1),
                protein,
            };
        }
        let size = long.abs_diff(short) as u32;
        let coding = if long > short {
            // The transcript may run against the contig.
            let from = if gene.forward {
                offset + 1
            } else {
                (offset + 2).saturating_sub(size).max(1)
            };
            match size {
                1 => format!("c.{from}del"),
                _ => format!("c.{from}_{}del", from + size - 1),
            }
        } else {
            let bases = self.alternate.get(1..=size as usize).unwrap_or_default();
            let from = if gene.forward {
                offset.max(1)
            } else {
                offset + 1
            };
            format!("c.{from}_{}ins{}", from + 1, read(gene, bases))
        };
        let (terms, impact, protein) = match (size.is_multiple_of(3), long > short) {
            (false, _) => {
                let stop = 2 + self.draw % 40;
                (
                    "frameshift_variant",
                    Impact::High,
                    format!("p.{amino}{number}{new}fsTer{stop}"),
                )
            }
            (true, true) => (
                "inframe_deletion",
                Impact::Moderate,
                format!("p.{amino}{number}del"),
            ),
            (true, false) => {
                let next = amino_acid(seed, gene, codon + 1);
                let protein = format!("p.{amino}{number}_{next}{}ins{new}", number + 1);
                ("inframe_insertion", Impact::Moderate, protein)
            }
        };
        Consequence {
            terms,
            impact,
            coding,
            protein,
        }
    }
}
