//! Two variants in one gene, one on each copy: carriers by gene.
//!
//! Candidates are the variants asked for that are a gene's (see [`super::reached`]), on one contig. An
//! ALT of `*` is none: it tells of a deletion that has a row of its own.
//! A call is a *hit* where the sample has two copies and one of them carries: calls of both copies, of
//! one copy and of three or more never count.
//!
//! Two different variants of a gene are a pair of a sample where both are hits and
//!
//! * *trans*: both are phased and on different copies, or both are ALTs of one record, as in `1/2`;
//! * *unknown*: at least one is not phased.
//!
//! Phase is what `|` says, between all calls of a sample on a contig: phase sets are not kept.

use super::Group;
use super::IntoWhere;
use super::expression::Node;
use super::genotype::CarrierGenotype;
use super::people::Step;
use super::reached::Reached;
use super::resolve::{Resolver, Test};
use super::variants::Variants;
use crate::dataset::Dataset;
use crate::error::{Error, Result};
use crate::genome::{AlleleType, Position};
use crate::set::{SampleSet, set_bit, words_for};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// A variant of a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairedVariant {
    /// The contig, by the name in the input.
    pub contig: String,
    /// Where REF starts.
    pub position: Position,
    /// REF.
    pub reference: Vec<u8>,
    /// ALT.
    pub alternate: Vec<u8>,
}

/// What is known of the copies that two variants are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PairPhase {
    /// On different copies.
    Trans,
    /// On different copies or on the same.
    Unknown,
}

/// Two variants of a sample in one gene that may take out both copies of it.
#[derive(Debug, Clone, Copy)]
pub struct CompoundPair<'p> {
    /// The gene's symbol.
    pub gene: &'p str,
    /// Number of the sample.
    pub sample: u32,
    /// The variant that comes first in the dataset.
    pub first: &'p PairedVariant,
    /// The other.
    pub second: &'p PairedVariant,
    /// Whether they are known to be on different copies.
    pub phase: PairPhase,
}

impl Dataset {
    /// Calls `f` with every pair of variants that one sample has in one gene, on different copies as
    /// far as is known: by the end of the gene, then by sample, then by variants.
    ///
    /// Both calls are of two copies of which one carries. Where both are phased they are on different
    /// copies; pairs with an unphased call are unknown, but for two ALTs of one record. Memory holds
    /// the carriers of genes that overlap each other.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`], and [`Error::Usage`] where no genes are known; what `f` fails with.
    pub fn compound_pairs<E: From<Error>>(
        &self,
        of: impl IntoWhere,
        group: Option<&Group<'_>>,
        mut f: impl FnMut(&CompoundPair<'_>) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let (of, text) = of.into_where()?;
        let test = Resolver::new(self, text).resolve(&of)?;
        let mut sweep = Sweep::new(self, test, group)?;
        let mut hits: HashMap<u32, Vec<PairHit>> = HashMap::new();
        loop {
            let more = sweep.step(true)?;
            for gene in sweep.closed.drain(..) {
                if let Some(hits) = hits.remove(&gene) {
                    pairs_of(sweep.reached.name(gene), hits, &mut f)?;
                }
            }
            if !more {
                return Ok(());
            }
            for &gene in &sweep.genes {
                hits.entry(gene).or_default().extend_from_slice(&sweep.hits);
            }
        }
    }
}

pub(super) const NO_GENES: &str = "no genes are known here: build with `--genes`, or from annotated files, to ask for two variants in \
     one gene";

/// The samples that have a pair in some gene.
pub(super) fn find(dataset: &Dataset, test: Node<Test>, step: &mut Step) -> Result<SampleSet> {
    /// A hit that is not phased; hits that are have the bit of their copy.
    const UNPHASED: u8 = 4;
    let mut sweep = Sweep::new(dataset, test, None)?;
    let plan = sweep.variants.walk.plan();
    step.candidate_rows = plan.candidates;
    step.segments = (plan.segments, plan.segments_passed_by);
    let mut found = vec![0; words_for(dataset.sample_count())];
    // by gene and sample: which kinds of hits there were. With a large pad many genes are open at once: what
    // is kept of one must depend on its carriers, not on the cohort
    let mut seen: HashMap<u32, HashMap<u32, u8>> = HashMap::new();
    while sweep.step(false)? {
        for gene in sweep.closed.drain(..) {
            seen.remove(&gene);
        }
        for &gene in &sweep.genes {
            let seen = seen.entry(gene).or_default();
            for hit in &sweep.hits {
                let kinds = seen.entry(hit.sample).or_insert(0);
                // a phased hit pairs with those on the other copy, one that is not with any
                let (kind, partners) = match hit.copy {
                    Some(copy) => (1 << copy, UNPHASED | 2 >> copy),
                    None => (UNPHASED, u8::MAX),
                };
                if *kinds & partners != 0 {
                    set_bit(&mut found, hit.sample);
                }
                *kinds |= kind;
            }
        }
    }
    step.variants = sweep.seen;
    step.set_bytes += sweep.set_bytes;
    Ok(SampleSet::from_bits(0, &found))
}

/// A call of two copies of which one carries.
#[derive(Clone)]
struct PairHit {
    sample: u32,
    /// The copy that carries, 0 or 1; `None` where that is not known.
    copy: Option<u8>,
    /// Part and number of the record among those at its position.
    record: (usize, i64),
    /// Kept only where pairs are told.
    variant: Option<Rc<PairedVariant>>,
}

/// What is known of the copies of two hits of one sample; `None` where both are on the same copy.
fn phase(first: &PairHit, second: &PairHit) -> Option<PairPhase> {
    let place = |hit: &PairHit| hit.variant.as_ref().map(|v| (v.contig.clone(), v.position));
    match (first.copy, second.copy) {
        (Some(a), Some(b)) => (a != b).then_some(PairPhase::Trans),
        _ if first.record == second.record && place(first) == place(second) => {
            Some(PairPhase::Trans)
        }
        _ => Some(PairPhase::Unknown),
    }
}

fn pairs_of<E>(
    gene: &str,
    mut hits: Vec<PairHit>,
    f: &mut impl FnMut(&CompoundPair<'_>) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    // stable: variants stay in their order
    hits.sort_by_key(|hit| hit.sample);
    for of_sample in hits.chunk_by(|a, b| a.sample == b.sample) {
        for (i, first) in of_sample.iter().enumerate() {
            for second in of_sample.iter().skip(i + 1) {
                if let (Some(phase), Some(a), Some(b)) =
                    (phase(first, second), &first.variant, &second.variant)
                {
                    f(&CompoundPair {
                        gene,
                        sample: first.sample,
                        first: a,
                        second: b,
                        phase,
                    })?;
                }
            }
        }
    }
    Ok(())
}

/// Variants of genes, one after the other, with their hits.
struct Sweep<'a> {
    reached: Reached<'a>,
    /// Where the last variant of a gene on a contig starts.
    ends: HashMap<(u32, u32), Position>,
    variants: Variants<'a>,
    contig: Option<u32>,
    /// Genes met that have later variants, by their end.
    open: BTreeSet<(Position, u32)>,
    /// Genes that have no later variant.
    closed: Vec<u32>,
    /// Genes of the variant.
    genes: Vec<u32>,
    /// Hits of the variant, by sample.
    hits: Vec<PairHit>,
    seen: u64,
    set_bytes: u64,
}

impl<'a> Sweep<'a> {
    fn new(dataset: &'a Dataset, test: Node<Test>, group: Option<&Group<'_>>) -> Result<Self> {
        let reached = Reached::new(dataset, &test)?;
        let mut reached = reached.ok_or_else(|| Error::Usage(NO_GENES.to_owned()))?;
        // once without genotypes, so that no carrier is kept longer than its gene lasts
        let mut ends = HashMap::new();
        let mut genes = Vec::new();
        let mut variants = Variants::new(dataset, test.clone(), None)?;
        while let Some(variant) = variants.next()? {
            reached.find(&variant, &mut genes)?;
            for &gene in &genes {
                ends.insert((variant.contig_number(), gene), variant.position()?);
            }
        }
        Ok(Self {
            reached,
            ends,
            variants: Variants::new(dataset, test, group.map(Group::samples))?,
            contig: None,
            open: BTreeSet::new(),
            closed: Vec::new(),
            genes: Vec::new(),
            hits: Vec::new(),
            seen: 0,
            set_bytes: 0,
        })
    }

    /// Moves to the next variant with hits in a gene; `false` after the last, when all genes are closed.
    fn step(&mut self, names: bool) -> Result<bool> {
        self.genes.clear();
        self.hits.clear();
        while let Some(mut variant) = self.variants.next()? {
            self.seen += 1;
            let contig = variant.contig_number();
            let position = variant.position()?;
            if self.contig != Some(contig) {
                self.closed.extend(self.open.iter().map(|(_, gene)| *gene));
                self.open.clear();
                self.contig = Some(contig);
            }
            while let Some(&(end, gene)) = self.open.first()
                && end < position
            {
                self.open.pop_first();
                self.closed.push(gene);
            }
            self.reached.find(&variant, &mut self.genes)?;
            if self.genes.is_empty() {
                continue;
            }
            let (reference, alternate) = variant.alleles()?;
            if alternate == b"*" || AlleleType::of(reference, alternate, None) == AlleleType::Ref {
                continue;
            }
            let alleles = names.then(|| (reference.to_vec(), alternate.to_vec()));
            let named = alleles.map(|(reference, alternate)| {
                Rc::new(PairedVariant {
                    contig: variant.contig().to_owned(),
                    position,
                    reference,
                    alternate,
                })
            });
            let mut ranks = Vec::new();
            for (part, segment, row) in variant.rows() {
                let rank = segment.columns.record_rank.get(segment.file(), row)?;
                ranks.push((part, rank));
            }
            let rows = variant.of.walk.rows().to_vec();
            let hits = &mut self.hits;
            self.set_bytes += variant.carriers_by_row(false, |row, carrier| {
                let at = rows.iter().position(|other| *other == row);
                let record = at.and_then(|at| ranks.get(at)).copied();
                if let (Some(record), true) = (record, is_hit(&carrier)) {
                    hits.push(PairHit {
                        sample: carrier.sample,
                        copy: carrier.phased.then_some((carrier.copies >> 1 & 1) as u8),
                        record,
                        variant: named.clone(),
                    });
                }
            })?;
            if rows.len() > 1 {
                // batches may share samples, and a sample has a variant once
                hits.sort_by_key(|hit| hit.sample);
                hits.dedup_by_key(|hit| hit.sample);
            }
            if hits.is_empty() {
                continue;
            }
            for &gene in &self.genes {
                let end = self.ends.get(&(contig, gene)).copied();
                self.open.insert((end.unwrap_or(position), gene));
            }
            return Ok(true);
        }
        self.genes.clear();
        self.closed.extend(self.open.iter().map(|(_, gene)| *gene));
        self.open.clear();
        Ok(false)
    }
}

fn is_hit(carrier: &CarrierGenotype) -> bool {
    carrier.ploidy == 2 && carrier.carried == 1
}
