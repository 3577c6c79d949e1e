//! What who asks should know of an annotated file.

use super::AnnotateTally;
use super::keys::Keys;
use std::collections::BTreeMap;

/// Contigs named one by one.
const NAMED: usize = 20;

/// What was met; notes of stretches of a file are added in its order.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    pub(super) records: u64,
    pub(super) written: u64,
    /// Records that were left out, and have an ALT of which AF is not known.
    pub(super) unknown: u64,
    /// By dataset.
    pub(super) tallies: Vec<Tally>,
}

/// Of one dataset.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) present: u64,
    pub(super) absent: u64,
    pub(super) uncovered: u64,
    pub(super) undecided: u64,
    /// Why the first of those is.
    pub(super) doubt: Option<String>,
    /// Contigs that it does not have, with the alleles on them and why.
    contigs: BTreeMap<String, (u64, String)>,
    /// Alleles on more such contigs.
    others: u64,
}

impl Tally {
    /// Alleles on a contig that the dataset does not have.
    pub(super) fn on_unknown(&mut self, contig: &str, alleles: u64, why: &str) {
        if let Some((known, _)) = self.contigs.get_mut(contig) {
            *known += alleles;
        } else if self.contigs.len() < NAMED {
            let new = (alleles, why.to_owned());
            self.contigs.insert(contig.to_owned(), new);
        } else {
            self.others += alleles;
        }
    }

    /// A line for each thing that should be known.
    pub(super) fn warnings(&self) -> Vec<String> {
        let contigs = self.contigs.values();
        let mut lines: Vec<String> = contigs
            .map(|(alleles, why)| format!("{why}: {alleles} alleles not covered"))
            .collect();
        if self.others > 0 {
            lines.push(format!(
                "{} alleles on more contigs that are not there",
                self.others
            ));
        }
        if let Some(doubt) = &self.doubt {
            lines.push(format!(
                "{} alleles of which it cannot be decided, the first: {doubt}",
                self.undecided
            ));
        }
        lines
    }

    fn add(&mut self, other: Self) {
        self.present += other.present;
        self.absent += other.absent;
        self.uncovered += other.uncovered;
        self.undecided += other.undecided;
        if self.doubt.is_none() {
            self.doubt = other.doubt;
        }
        for (contig, (alleles, why)) in other.contigs {
            self.on_unknown(&contig, alleles, &why);
        }
        self.others += other.others;
    }
}

impl Notes {
    pub(super) fn of(sources: usize) -> Self {
        Self {
            tallies: vec![Tally::default(); sources],
            ..Self::default()
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.records += other.records;
        self.written += other.written;
        self.unknown += other.unknown;
        for (tally, other) in self.tallies.iter_mut().zip(other.tallies) {
            tally.add(other);
        }
    }

    pub(super) fn tallies(&self, keys: &[Keys]) -> Vec<AnnotateTally> {
        let all = keys.iter().zip(&self.tallies);
        all.map(|(keys, tally)| AnnotateTally {
            name: keys.name.clone(),
            present: tally.present,
            absent: tally.absent,
            uncovered: tally.uncovered,
            undecided: tally.undecided,
        })
        .collect()
    }

    /// A line for each thing that should be known.
    pub(super) fn warnings(&self, keys: &[Keys]) -> Vec<String> {
        let mut lines = Vec::new();
        for (keys, tally) in keys.iter().zip(&self.tallies) {
            let named = |line| format!("{}: {line}", keys.name);
            lines.extend(tally.warnings().into_iter().map(named));
        }
        if self.unknown > 0 {
            lines.push(format!(
                "{} records were left out that have an allele without AF: of what is not known no comparison holds; `… | ac=0` keeps those that nobody carries",
                self.unknown
            ));
        }
        lines
    }
}
