//! Two variants in one gene, one on each copy: carriers by gene.
//!
//! Candidates are the variants asked for that are a gene's (see [`super::variant_genes`]), on one contig. An
//! ALT of `*` is none: it is of a deletion that has a row of its own.
//! A call is a *hit* where the sample has two copies and one of them carries: calls of both copies, of
//! one copy and of three or more never count.
//!
//! Two different variants of a gene are a pair of a sample where both are hits and
//!
//! * *trans*: they are phased to each other and on different copies, or both are ALTs of one record, as in
//!   `1/2`;
//! * *unknown*: they are not phased to each other.
//!
//! Calls are phased to each other within a phase set of a contig: calls of one PS, calls with `|` that are
//! of no set, and by PSL calls of which a copy is of the same haplotype (see [`super::haplotype`]).
//! A variant that several records report, in whatever spellings, is one: it is no partner of itself.

use super::haplotype::{Haplotype, Haplotypes};
use super::place::RowRef;
use super::question::Question;
use super::step::{ALL_FOUND, FEW, Step};
use super::variant_genes::Reached;
use super::variants::{Variant, Variants};
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::genome::{AlleleType, Position};
use crate::model::CarrierGenotype;
use crate::query::plan::carriers::NO_GENES;
use crate::set::{SampleSet, get_bit, set_bit, words_for};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

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
#[derive(Debug, Clone)]
pub struct CompoundPair {
    /// The gene's symbol.
    pub gene: Arc<str>,
    /// Number of the sample.
    pub sample: u32,
    /// The variant that comes first in the dataset.
    pub first: Arc<PairedVariant>,
    /// The other.
    pub second: Arc<PairedVariant>,
    /// Whether they are known to be on different copies.
    pub phase: PairPhase,
}

/// The samples that have a pair in some gene; of those who are `left`, where others do not matter.
pub(super) fn find(
    view: &View,
    question: Question,
    mut left: Option<SampleSet>,
    step: &mut Step,
) -> Result<SampleSet> {
    let few = left.as_ref().is_some_and(|left| left.len() <= FEW);
    let mut sweep = Sweep::new(view, question, left.as_ref(), few)?;
    step.will_read(sweep.variants.walk.size());
    let mut found = vec![0; words_for(view.universe())];
    // by gene and sample: the hits so far. With a large pad many genes are open at once: what is kept of
    // one must depend on its carriers, not on the cohort
    let mut seen: HashMap<u32, HashMap<u32, Seen>> = HashMap::new();
    while sweep.step(false)? {
        for gene in sweep.closed() {
            seen.remove(&gene);
        }
        for (gene, hits) in sweep.of_genes() {
            let seen = seen.entry(gene).or_default();
            for hit in hits {
                let has_pair = match seen.entry(hit.sample) {
                    Entry::Occupied(mut known) => known.get_mut().add(hit),
                    Entry::Vacant(free) => {
                        free.insert(Seen::new(hit));
                        false
                    }
                };
                if has_pair && !get_bit(&found, hit.sample) {
                    set_bit(&mut found, hit.sample);
                    if let Some(left) = &mut left {
                        left.remove(hit.sample);
                    }
                }
            }
        }
        if left.as_ref().is_some_and(SampleSet::is_empty) {
            step.notes.push(ALL_FOUND.to_owned());
            break;
        }
    }
    step.variants = sweep.seen;
    step.set_bytes += sweep.set_bytes;
    Ok(SampleSet::from_bits(0, &found))
}

/// The hits of a sample in a gene without a pair: all are on one haplotype, or all are calls of one
/// variant.
struct Seen {
    /// The haplotype of all; `None` where that is not known, or where there are several.
    on: Option<Haplotype>,
    /// The first variant, and whether there are others.
    variant: u32,
    has_others: bool,
}

impl Seen {
    fn new(hit: &PairHit) -> Self {
        Self {
            on: hit.on,
            variant: hit.variant,
            has_others: false,
        }
    }

    /// Adds a hit; says whether it makes a pair with one of those before.
    fn add(&mut self, hit: &PairHit) -> bool {
        let together = self.on.is_some() && self.on == hit.on;
        if hit.variant != self.variant {
            self.has_others = true;
            return !together;
        }
        if self.has_others {
            return !together;
        }
        if !together {
            self.on = None;
        }
        false
    }
}

/// A call of two copies of which one carries.
#[derive(Clone)]
pub(in crate::query) struct PairHit {
    pub(in crate::query) sample: u32,
    /// The number of the variant.
    variant: u32,
    /// The haplotypes of the copy that carries and of the other, where they are known.
    on: Option<Haplotype>,
    other: Option<Haplotype>,
    /// Part and number of the record among those at its position.
    record: (usize, i64),
    /// Kept only where pairs are reported.
    names: Option<Arc<PairedVariant>>,
}

/// What is known of the copies of two hits of one sample, of different variants; `None` where both are on
/// the same copy.
fn phase(first: &PairHit, second: &PairHit) -> Option<PairPhase> {
    let same = |a: Option<Haplotype>, b: Option<Haplotype>| a.is_some() && a == b;
    if same(first.on, second.on) {
        return None;
    }
    let names = first.names.as_ref().zip(second.names.as_ref());
    let of_one_record = first.record == second.record
        && names.is_none_or(|(a, b)| (&a.contig, a.position) == (&b.contig, b.position));
    let apart = same(first.on, second.other) || same(first.other, second.on);
    Some(match apart || of_one_record {
        true => PairPhase::Trans,
        false => PairPhase::Unknown,
    })
}

/// Adds the pairs of one sample in a gene, last first.
pub(in crate::query) fn pairs_of(
    gene: &Arc<str>,
    mut hits: Vec<PairHit>,
    pairs: &mut Vec<CompoundPair>,
) {
    // stable: what is known of a variant stays in its order, behind where it was met first
    hits.sort_by_key(|hit| hit.variant);
    // a variant may be reported more than once
    let variants = hits.chunk_by(|a, b| a.variant == b.variant);
    let variants: Vec<&[PairHit]> = variants.collect();
    for (i, first) in variants.iter().enumerate() {
        for second in variants.iter().skip(i + 1) {
            let calls = first
                .iter()
                .flat_map(|a| second.iter().map(move |b| (a, b)));
            let phase = calls.fold(None, |known, (a, b)| match (known, phase(a, b)) {
                (Some(PairPhase::Trans), _) => known,
                (_, Some(more)) => Some(more),
                (_, None) => known,
            });
            let names = |of: &[PairHit]| of.first().and_then(|hit| hit.names.clone());
            if let (Some(phase), Some(a), Some(b)) = (phase, names(first), names(second)) {
                pairs.push(CompoundPair {
                    gene: Arc::clone(gene),
                    sample: first.first().map_or(0, |hit| hit.sample),
                    first: a,
                    second: b,
                    phase,
                });
            }
        }
    }
    pairs.reverse();
}

/// Variants of genes, one after the other, with their hits.
pub(in crate::query) struct Sweep<'a> {
    reached: Reached<'a>,
    /// Where the last variant of a gene on a contig starts.
    ends: HashMap<(u32, u32), Position>,
    variants: Variants<'a>,
    contig: Option<u32>,
    /// Genes met that have later variants, by their end.
    open: BTreeSet<(Position, u32)>,
    /// Genes that have no later variant.
    closed: Vec<u32>,
    found: Found,
    haplotypes: Haplotypes,
    /// The number of the variant: the same for each time that it is reported.
    variant: u32,
    seen: u64,
    set_bytes: u64,
    /// Whether hits are so few that all are kept to the end of a contig, and variants without one are skipped
    /// before their genes are looked for.
    few: bool,
}

/// What was found of a variant.
#[derive(Default)]
struct Found {
    /// The rows of which the record passes.
    rows: Vec<RowRef>,
    /// Part and rank of each of these records.
    records: Vec<(usize, i64)>,
    /// Genes: of the variant, or of one record after the other where these may differ.
    genes: Vec<u32>,
    /// Hits in the order of the rows.
    hits: Vec<PairHit>,
    /// Genes and hits that belong together.
    together: Vec<(Range<usize>, Range<usize>)>,
    scratch: Vec<u32>,
}

impl Found {
    fn clear(&mut self) {
        self.rows.clear();
        self.records.clear();
        self.genes.clear();
        self.hits.clear();
        self.together.clear();
    }

    /// Finds rows and genes.
    fn load<'a>(&mut self, variant: &mut Variant<'_, 'a>, reached: &mut Reached<'a>) -> Result<()> {
        self.clear();
        let walk = &variant.of.walk;
        self.rows.extend_from_slice(walk.passing());
        if !(reached.depends_on_records() && walk.is_by_record()) {
            reached.find(variant, None, &mut self.genes)?;
            self.together.push((0..self.genes.len(), 0..0));
            return Ok(());
        }
        for &row in &self.rows {
            reached.find(variant, Some(row), &mut self.scratch)?;
            let from = self.genes.len();
            self.genes.extend_from_slice(&self.scratch);
            self.together.push((from..self.genes.len(), 0..0));
        }
        Ok(())
    }

    /// Finds the hits of variant number `number`; returns the bytes of sets read.
    fn load_hits(
        &mut self,
        variant: &mut Variant<'_, '_>,
        haplotypes: &mut Haplotypes,
        number: u32,
        names: Option<&Arc<PairedVariant>>,
    ) -> Result<u64> {
        let mut segments = Vec::with_capacity(self.rows.len());
        for &row in &self.rows {
            let Some((part, segment)) = variant.of.walk.part(row) else {
                continue;
            };
            let rank = segment.columns.record_rank.get(segment.file(), row.row)?;
            self.records.push((part, rank));
            segments.push((part, segment));
        }
        let (rows, records, hits) = (&self.rows, &self.records, &mut self.hits);
        let mut fault = None;
        let bytes = variant.carriers_by_row(false, |row, carrier, set| {
            let at = rows.iter().position(|other| *other == row).unwrap_or(0);
            let (Some(record), Some(of), true) =
                (records.get(at), segments.get(at), is_hit(&carrier))
            else {
                return;
            };
            match haplotypes.of(&carrier, carrier.copies >> 1 & 1, set, *of) {
                Ok([on, other]) => hits.push(PairHit {
                    sample: carrier.sample,
                    variant: number,
                    on,
                    other,
                    record: *record,
                    names: names.cloned(),
                }),
                Err(error) => {
                    fault.get_or_insert(error);
                }
            }
        })?;
        if let Some(error) = fault {
            return Err(error);
        }
        let mut from = 0;
        let by_record = self.together.len() > 1;
        for ((_, of), record) in self.together.iter_mut().zip(&self.records) {
            let rest = self.hits.get(from..).unwrap_or_default().iter();
            let count = match by_record {
                true => rest.take_while(|hit| hit.record == *record).count(),
                false => rest.len(),
            };
            *of = from..from + count;
            from = of.end;
        }
        Ok(bytes)
    }

    /// Each gene, and the hits in it.
    fn of_genes(&self) -> impl Iterator<Item = (u32, &[PairHit])> {
        self.together.iter().flat_map(|(genes, hits)| {
            let genes = self.genes.get(genes.clone()).unwrap_or_default();
            let hits = self.hits.get(hits.clone()).unwrap_or_default();
            genes.iter().map(move |&gene| (gene, hits))
        })
    }
}

impl<'a> Sweep<'a> {
    /// Of a group of `few`, genes are closed at the end of their contig alone.
    pub(in crate::query) fn new(
        view: &'a View,
        question: Question,
        group: Option<&SampleSet>,
        few: bool,
    ) -> Result<Self> {
        let reached = Reached::new(view, &question.test)?;
        let mut reached = reached.ok_or_else(|| Error::Usage(NO_GENES.to_owned()))?;
        // once without genotypes, so that no carrier is kept longer than its gene lasts
        let mut ends = HashMap::new();
        let mut found = Found::default();
        let mut all = match few {
            true => None,
            false => Some(Variants::new(view, question.clone(), None)?),
        };
        while let Some(mut variant) = all.as_mut().map_or(Ok(None), Variants::next)? {
            found.load(&mut variant, &mut reached)?;
            for &gene in &found.genes {
                ends.insert((variant.contig_number(), gene), variant.position()?);
            }
        }
        let mut variants = Variants::new(view, question, group)?;
        variants.walk.number_variants()?;
        Ok(Self {
            reached,
            ends,
            variants,
            contig: None,
            open: BTreeSet::new(),
            closed: Vec::new(),
            found,
            haplotypes: Haplotypes::default(),
            variant: 0,
            seen: 0,
            set_bytes: 0,
            few,
        })
    }

    /// The next genes without later variants: each is given once.
    pub(in crate::query) fn closed(&mut self) -> std::vec::Drain<'_, u32> {
        self.closed.drain(..)
    }

    /// The hits of the variant in each of its genes.
    pub(in crate::query) fn of_genes(&self) -> impl Iterator<Item = (u32, &[PairHit])> {
        self.found.of_genes()
    }

    /// The symbol of a gene.
    pub(in crate::query) fn name(&self, gene: u32) -> &str {
        self.reached.name(gene)
    }

    /// Moves to the next variant with hits in a gene; `false` after the last, when all genes are closed.
    pub(in crate::query) fn step(&mut self, names: bool) -> Result<bool> {
        while let Some(mut variant) = self.variants.next()? {
            self.seen += 1;
            self.variant = variant.numbered()?.number;
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
            if self.few && !variant.has_carrier(&mut self.set_bytes, is_hit)? {
                continue;
            }
            self.found.load(&mut variant, &mut self.reached)?;
            if self.found.genes.is_empty() {
                continue;
            }
            let (reference, alternate) = variant.alleles()?;
            if alternate == b"*" || AlleleType::of(reference, alternate, None) == AlleleType::Ref {
                continue;
            }
            let alleles = names.then(|| (reference.to_vec(), alternate.to_vec()));
            let named = alleles.map(|(reference, alternate)| {
                Arc::new(PairedVariant {
                    contig: variant.contig().to_owned(),
                    position,
                    reference,
                    alternate,
                })
            });
            let (found, haplotypes) = (&mut self.found, &mut self.haplotypes);
            let number = self.variant;
            self.set_bytes += found.load_hits(&mut variant, haplotypes, number, named.as_ref())?;
            if found.hits.is_empty() {
                continue;
            }
            for &gene in &found.genes {
                let end = match self.few {
                    // not before the contig's
                    true => Some(Position::MAX),
                    false => self.ends.get(&(contig, gene)).copied(),
                };
                self.open.insert((end.unwrap_or(position), gene));
            }
            return Ok(true);
        }
        self.found.clear();
        self.closed.extend(self.open.iter().map(|(_, gene)| *gene));
        self.open.clear();
        Ok(false)
    }
}

fn is_hit(carrier: &CarrierGenotype) -> bool {
    carrier.ploidy == 2 && carrier.carried == 1
}
