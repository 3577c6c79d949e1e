//! The sets of one record, and how they change.

use super::super::planes::{bits, contains, plane};
use super::super::report::PLACES;
use super::Changes;
use crate::input::chunk::{Chunk, Phased, Plane, Record, Span};
use crate::set::{EVEN, first_copies, get_bit, samples_of_first_copies, set_bit, words_for};

/// Sets of one record, over first copies but for the missing copies.
#[derive(Default)]
pub(super) struct Work {
    pub(super) missing: Vec<u64>,
    pub(super) haploid: Vec<u64>,
    /// Samples of more than two copies.
    polyploid: Vec<u64>,
    /// Males of two copies that differ.
    pub(super) differs: Vec<u64>,
    /// Samples of which the genotype is replaced.
    pub(super) changed: Vec<u64>,
    /// Copies that carry nothing any more.
    cleared: Vec<u64>,
}

impl Work {
    pub(super) fn begin(&mut self, chunk: &Chunk, record: &Record, samples: u32) {
        let words = words_for(2 * samples);
        let zero = |of: &mut Vec<u64>| {
            of.clear();
            of.resize(words, 0);
        };
        self.missing = bits(chunk, record.missing, 2 * samples);
        match record.haploid {
            Plane::Empty => zero(&mut self.haploid),
            some => self.haploid = first_copies(&bits(chunk, some, samples)),
        }
        self.haploid.resize(words, 0);
        for of in [
            &mut self.polyploid,
            &mut self.differs,
            &mut self.changed,
            &mut self.cleared,
        ] {
            zero(of);
        }
        let polyploid = chunk.polyploid.get(record.polyploid.range());
        for one in polyploid.unwrap_or_default() {
            set_bit(&mut self.polyploid, 2 * one.sample);
        }
    }

    /// Decides of all samples of at most two copies, by the first copies of males and of the females that have none;
    /// gives the first few that are set missing.
    pub(super) fn decide(
        &mut self,
        (males, females): (&[u64], &[u64]),
        changes: &mut Changes,
    ) -> Vec<(usize, u32)> {
        let mut examples = Vec::new();
        for at in 0..self.missing.len() {
            let word = |of: &[u64]| of.get(at).copied().unwrap_or(0);
            let (missing, haploid) = (word(&self.missing), word(&self.haploid));
            let two = !haploid & !word(&self.polyploid);
            let (males, females) = (word(males) & two, word(females) & !word(&self.polyploid));
            if males | females == 0 {
                continue;
            }
            let unknown = missing & (missing >> 1 | haploid) & EVEN;
            let differs = word(&self.differs) & males;
            let half = (missing ^ missing >> 1) & males;
            let lost = [differs & !half, half, females & !unknown];
            changes.haploid += u64::from((males & !differs & !unknown).count_ones());
            for (which, mut of) in lost.into_iter().enumerate() {
                let Some(count) = changes.missing.get_mut(which) else {
                    continue;
                };
                let mut before = *count;
                *count += u64::from(of.count_ones());
                while of != 0 && before < PLACES as u64 {
                    before += 1;
                    examples.push((which, (at as u32 * 64 + of.trailing_zeros()) / 2));
                    of &= of - 1;
                }
            }
            let both = males | females;
            let gone = differs | females;
            let put = |of: &mut [u64], value: u64| {
                if let Some(word) = of.get_mut(at) {
                    *word = value;
                }
            };
            put(&mut self.missing, (missing | gone) & !(both << 1));
            put(&mut self.haploid, haploid | both);
            put(&mut self.changed, both);
            put(&mut self.cleared, both << 1 | gone);
        }
        examples
    }

    /// Puts the sets back into a record, and takes what was cleared out of its ALTs.
    pub(super) fn store(&self, chunk: &mut Chunk, record: &mut Record, samples: u32) {
        for at in record.alts.range() {
            let carriers = chunk.alts.get(at).map_or(Plane::Empty, |alt| alt.carriers);
            let carriers = self.without_cleared(chunk, carriers, 2 * samples);
            if let Some(alt) = chunk.alts.get_mut(at) {
                alt.carriers = carriers;
            }
        }
        record.missing = plane(&self.missing, 2 * samples, chunk);
        let mut of_samples = vec![0; words_for(samples)];
        samples_of_first_copies(&self.haploid, &mut of_samples);
        record.haploid = plane(&of_samples, samples, chunk);
        record.unphased = self.unphased(chunk, record.unphased, samples);
        let calls = chunk.phases.get(record.phases.range()).unwrap_or_default();
        let is_kept = |call: &&Phased| !get_bit(&self.changed, 2 * call.sample);
        let kept: Vec<Phased> = calls.iter().filter(is_kept).copied().collect();
        if kept.len() < calls.len() {
            let start = chunk.phases.len() as u32;
            chunk.phases.extend(kept);
            let end = chunk.phases.len() as u32;
            record.phases = Span { start, end };
        }
    }

    fn without_cleared(&self, chunk: &mut Chunk, carriers: Plane, copies: u32) -> Plane {
        match carriers {
            Plane::Empty => Plane::Empty,
            Plane::List(span) => {
                let list = chunk.list.get(span.range()).unwrap_or_default();
                let kept = list.iter().filter(|copy| !get_bit(&self.cleared, **copy));
                let kept: Vec<u32> = kept.copied().collect();
                if kept.len() == list.len() {
                    return carriers;
                }
                if kept.is_empty() {
                    return Plane::Empty;
                }
                let start = chunk.list.len() as u32;
                chunk.list.extend(kept);
                let end = chunk.list.len() as u32;
                Plane::List(Span { start, end })
            }
            some => {
                let mut words = bits(chunk, some, copies);
                let pairs = words.iter_mut().zip(&self.cleared);
                pairs.for_each(|(word, cleared)| *word &= !cleared);
                plane(&words, copies, chunk)
            }
        }
    }

    /// Who is unphased of those who can be.
    fn unphased(&self, chunk: &mut Chunk, unphased: Plane, samples: u32) -> Plane {
        if unphased == Plane::Empty {
            return unphased;
        }
        let mut can_be = vec![0; words_for(2 * samples)];
        (0..samples).for_each(|sample| set_bit(&mut can_be, 2 * sample));
        let sets = self.missing.iter().zip(&self.haploid).zip(&self.polyploid);
        for (word, ((missing, haploid), polyploid)) in can_be.iter_mut().zip(sets) {
            *word &= !(missing & missing >> 1 | haploid | polyploid);
        }
        let is_some = |words: &[u64]| words.iter().any(|word| *word != 0);
        if unphased == Plane::Full {
            return match is_some(&can_be) {
                true => Plane::Full,
                false => Plane::Empty,
            };
        }
        let mut left = first_copies(&bits(chunk, unphased, samples));
        left.resize(can_be.len(), 0);
        let pairs = left.iter_mut().zip(&self.changed);
        pairs.for_each(|(word, changed)| *word &= !changed);
        match left == can_be && is_some(&left) {
            true => Plane::Full,
            false => {
                let mut of_samples = vec![0; words_for(samples)];
                samples_of_first_copies(&left, &mut of_samples);
                plane(&of_samples, samples, chunk)
            }
        }
    }
}

/// Adds the first copies of samples of which one copy is in a set and the other one is not.
pub(super) fn add_differing(chunk: &Chunk, of: Plane, differs: &mut [u64]) {
    match of {
        Plane::Empty | Plane::Full | Plane::AllBut(_) => {}
        Plane::Bits(span) => {
            let words = chunk.words.get(span.range()).unwrap_or_default();
            for (differs, word) in differs.iter_mut().zip(words) {
                *differs |= (word ^ word >> 1) & EVEN;
            }
        }
        Plane::List(span) => {
            let list = chunk.list.get(span.range()).unwrap_or_default();
            for pair in list.chunk_by(|a, b| a / 2 == b / 2) {
                if let [copy] = pair {
                    set_bit(differs, copy & !1);
                }
            }
        }
    }
}

/// Adds copies to the carriers of an ALT, by its number in the record.
pub(super) fn add_copies(chunk: &mut Chunk, record: &Record, more: &[(u32, u32)], copies: u32) {
    let Some((number, _)) = more.first() else {
        return;
    };
    let alts = chunk.alts.get(record.alts.range()).unwrap_or_default();
    let Some(alt) = alts.get(*number as usize - 1) else {
        return;
    };
    let mut words = bits(chunk, alt.carriers, copies);
    more.iter().for_each(|(_, copy)| set_bit(&mut words, *copy));
    let carriers = plane(&words, copies, chunk);
    let alts = chunk.alts.get_mut(record.alts.range());
    if let Some(alt) = alts.and_then(|alts| alts.get_mut(*number as usize - 1)) {
        alt.carriers = carriers;
    }
}

/// The genotype of a sample of at most two copies.
pub(super) fn written(chunk: &Chunk, record: &Record, sample: u32) -> String {
    let alts = chunk.alts.get(record.alts.range()).unwrap_or_default();
    let allele = |copy: u32| {
        let mut carried = (1..).zip(alts);
        let carried = carried.find(|(_, alt)| contains(chunk, alt.carriers, copy));
        match carried {
            _ if contains(chunk, record.missing, copy) => ".".to_owned(),
            Some((number, _)) => i32::to_string(&number),
            None => "0".to_owned(),
        }
    };
    if contains(chunk, record.haploid, sample) {
        return allele(2 * sample);
    }
    let mut both = [allele(2 * sample), allele(2 * sample + 1)];
    if contains(chunk, record.unphased, sample) {
        both.sort();
        return both.join("/");
    }
    both.join("|")
}
