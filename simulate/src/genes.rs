//! Where genes lie.
//!
//! Symbols and ids of four genes that questions are asked about are the real ones. Their places,
//! their exons and all other genes are invented, so that any stretch of any contig has them.

use std::io::{self, Write};

use super::random::Random;

/// A gene that is known by its real name.
struct Known {
    symbol: &'static str,
    id: &'static str,
    hgnc: &'static str,
    description: &'static str,
    /// Its transcript in MANE, the protein, and the same transcript's name at RefSeq.
    transcript: &'static str,
    protein: &'static str,
    mane: &'static str,
}

/// How many genes are asked about; they are in every cohort.
pub(super) const ASKED: usize = 4;

/// Which of the asked genes is which.
pub(super) const RYR1: usize = 0;
pub(super) const PTEN: usize = 1;
pub(super) const TLR7: usize = 3;

const KNOWN: [Known; ASKED] = [
    Known {
        symbol: "RYR1",
        id: "ENSG00000196218",
        hgnc: "HGNC:10483",
        description: "ryanodine receptor 1",
        transcript: "ENST00000359596.8",
        protein: "ENSP00000352608.2",
        mane: "NM_000540.3",
    },
    Known {
        symbol: "PTEN",
        id: "ENSG00000171862",
        hgnc: "HGNC:9588",
        description: "phosphatase and tensin homolog",
        transcript: "ENST00000371953.8",
        protein: "ENSP00000361021.3",
        mane: "NM_000314.8",
    },
    Known {
        symbol: "BRAF",
        id: "ENSG00000157764",
        hgnc: "HGNC:1097",
        description: "B-Raf proto-oncogene, serine/threonine kinase",
        transcript: "ENST00000646891.2",
        protein: "ENSP00000493543.1",
        mane: "NM_004333.6",
    },
    Known {
        symbol: "TLR7",
        id: "ENSG00000196664",
        hgnc: "HGNC:15631",
        description: "toll like receptor 7",
        transcript: "ENST00000380659.4",
        protein: "ENSP00000370034.3",
        mane: "NM_016562.4",
    },
];

/// One gene for so many bases; genes fill a good half of them.
const BASES_PER_GENE: f64 = 50_000.0;
const MOST_GENES: usize = 4_000;
/// Farthest from a gene that a variant is said to be up- or downstream of it, as VEP does.
const NEARBY: u32 = 5_000;

/// A transcript; its exons code from end to end.
pub(super) struct Transcript {
    /// With version.
    pub(super) id: String,
    pub(super) protein: String,
    /// The same transcript at RefSeq, of the one that is canonical.
    pub(super) mane: Option<String>,
    /// First and last base of each, 1-based, ascending.
    pub(super) exons: Vec<(u32, u32)>,
}

impl Transcript {
    pub(super) fn start(&self) -> u32 {
        self.exons.first().map_or(0, |exon| exon.0)
    }

    pub(super) fn end(&self) -> u32 {
        self.exons.last().map_or(0, |exon| exon.1)
    }
}

pub(super) struct Gene {
    pub(super) symbol: String,
    pub(super) id: String,
    /// Of the genes that exist.
    pub(super) hgnc: Option<&'static str>,
    description: &'static str,
    /// First and last base, 1-based.
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) forward: bool,
    pub(super) transcripts: [Transcript; 2],
    /// Its number among the genes that are asked about.
    pub(super) asked: Option<usize>,
}

/// All genes, in order and apart from each other.
pub(super) struct Genes {
    list: Vec<Gene>,
    /// Bases before and behind a gene that are still annotated as its neighbourhood.
    pub(super) nearby: u32,
}

impl Genes {
    /// Lays genes over the bases from `first` (1-based) on that variants will stand on.
    pub(super) fn new(first: u32, span: f64, length: u32, random: &mut Random) -> Self {
        let room = length - first + 1;
        let span = (span as u32).clamp(1, room);
        let slots = ((f64::from(span) / BASES_PER_GENE) as usize).clamp(ASKED, MOST_GENES);
        let width = (span / slots as u32).max(1);
        let mut genes = Self {
            list: Vec::with_capacity(slots),
            nearby: NEARBY.min(width / 4),
        };
        for slot in 0..slots {
            // The asked ones are spread out.
            let asked = (0..ASKED).find(|&asked| slots * (2 * asked + 1) / (2 * ASKED) == slot);
            let size = ((0.3 + 0.5 * random.unit()) * f64::from(width)) as u32;
            let size = size.clamp(1, width);
            let offset = random.below((width - size + 1) as usize) as u32;
            let forward = random.chance(0.5);
            // Where there are fewer bases than genes, the last ones lie upon each other.
            let start = (first + slot as u32 * width + offset).min(length);
            let end = (start + size - 1).min(length);
            genes.list.push(gene(slot, asked, (start, end), forward));
        }
        genes
    }

    /// Genes that overlap a stretch or are near it.
    pub(super) fn near(&self, start: u32, end: u32) -> &[Gene] {
        let from = self
            .list
            .partition_point(|gene| gene.end.saturating_add(self.nearby) < start);
        let to = self
            .list
            .partition_point(|gene| gene.start.saturating_sub(self.nearby) <= end);
        self.list.get(from..to).unwrap_or_default()
    }

    /// GFF3, as Ensembl writes it.
    pub(super) fn write(&self, out: &mut impl Write, contig: &str, length: u32) -> io::Result<()> {
        writeln!(out, "##gff-version 3")?;
        writeln!(out, "##sequence-region   {contig} 1 {length}")?;
        writeln!(out, "#!places and exons are invented by varidex simulate")?;
        for gene in &self.list {
            let strand = if gene.forward { '+' } else { '-' };
            let source = gene.hgnc.map_or(String::new(), |hgnc| {
                format!(" [Source:HGNC Symbol%3BAcc:{hgnc}]")
            });
            writeln!(
                out,
                "{contig}\tsimulated\tgene\t{}\t{}\t.\t{strand}\t.\tID=gene:{};Name={};biotype=protein_coding;\
                 description={}{source};gene_id={}",
                gene.start,
                gene.end,
                gene.id,
                gene.symbol,
                gene.description.replace(',', "%2C"),
                gene.id,
            )?;
            for transcript in &gene.transcripts {
                let id = bare(&transcript.id);
                let tag = if transcript.mane.is_some() {
                    "tag=Ensembl_canonical;"
                } else {
                    ""
                };
                writeln!(
                    out,
                    "{contig}\tsimulated\tmRNA\t{}\t{}\t.\t{strand}\t.\tID=transcript:{id};Parent=gene:{};\
                     Name={}-{id};biotype=protein_coding;{tag}transcript_id={id}",
                    transcript.start(),
                    transcript.end(),
                    gene.id,
                    gene.symbol,
                )?;
                let total: u32 = transcript.exons.iter().map(|(s, e)| e - s + 1).sum();
                let mut before = 0;
                for &(start, end) in &transcript.exons {
                    let size = end - start + 1;
                    let coded = match gene.forward {
                        true => before,
                        false => total - before - size,
                    };
                    before += size;
                    let phase = (3 - coded % 3) % 3;
                    writeln!(
                        out,
                        "{contig}\tsimulated\texon\t{start}\t{end}\t.\t{strand}\t.\tParent=transcript:{id}"
                    )?;
                    writeln!(
                        out,
                        "{contig}\tsimulated\tCDS\t{start}\t{end}\t.\t{strand}\t{phase}\tID=CDS:{protein};\
                         Parent=transcript:{id};protein_id={protein}",
                        protein = bare(&transcript.protein),
                    )?;
                }
            }
        }
        Ok(())
    }
}

/// An id without its version.
pub(super) fn bare(id: &str) -> &str {
    id.split_once('.').map_or(id, |(bare, _)| bare)
}

fn gene(slot: usize, asked: Option<usize>, (start, end): (u32, u32), forward: bool) -> Gene {
    let known = asked.and_then(|asked| KNOWN.get(asked));
    let number = slot + 1;
    let exons = exons(start, end);
    // The second transcript leaves the last exon out.
    let fewer = match exons.split_last() {
        Some((_, rest)) if !rest.is_empty() => rest.to_vec(),
        _ => exons.clone(),
    };
    let invented = |kind: &str, second: usize| format!("ENS{kind}9{:010}.1", 2 * number + second);
    let text = |real: fn(&Known) -> &'static str, other: String| {
        known.map_or(other, |known| real(known).to_owned())
    };
    Gene {
        symbol: text(|k| k.symbol, format!("SIMG{number}")),
        id: text(|k| k.id, format!("ENSG9{number:010}")),
        hgnc: known.map(|k| k.hgnc),
        description: known.map_or("an invented gene", |k| k.description),
        start,
        end,
        forward,
        transcripts: [
            Transcript {
                id: text(|k| k.transcript, invented("T", 0)),
                protein: text(|k| k.protein, invented("P", 0)),
                mane: Some(text(|k| k.mane, format!("NM_9{number:08}.1"))),
                exons,
            },
            Transcript {
                id: invented("T", 1),
                protein: invented("P", 1),
                mane: None,
                exons: fewer,
            },
        ],
        asked,
    }
}

/// Exons from the first base of a gene to its last: a fifth to a quarter of the bases.
fn exons(start: u32, end: u32) -> Vec<(u32, u32)> {
    let size = end - start + 1;
    let count = (size / 3_000).clamp(1, 20);
    if count == 1 {
        // A small one has two, if there is room for an intron.
        return match size {
            0..100 => vec![(start, end)],
            _ => vec![(start, start + size / 3 - 1), (end - size / 3 + 1, end)],
        };
    }
    let unit = size / count;
    let wide = (unit / 4).clamp(1, 600);
    (0..count)
        .map(|i| match i + 1 == count {
            true => (end - wide + 1, end),
            false => (start + i * unit, start + i * unit + wide - 1),
        })
        .collect()
}
