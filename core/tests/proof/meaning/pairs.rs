//! Two variants of a sample in one gene, which may take out both copies of it.

use super::expression::VariantExpr;
use super::notes::Entry;
use super::world::{Cohort, Row};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    pub gene: String,
    pub sample: usize,
    pub first: Row,
    pub second: Row,
    /// Whether they are known to be on different copies.
    pub trans: bool,
}

impl Cohort<'_> {
    pub fn pairs(&self, of: &VariantExpr) -> Vec<Pair> {
        let seen = self.seen_by(of);
        let held: Vec<(Row, BTreeSet<String>)> = seen
            .rows
            .iter()
            .filter(|&&row| seen.tells_a_change(row) && seen.holds(of, row))
            .map(|&row| (row, seen.genes_of(of, row)))
            .collect();
        let mut pairs = Vec::new();
        for (number, (first, genes)) in held.iter().enumerate() {
            for (second, others) in &held[number + 1..] {
                if self.batch(*first) != self.batch(*second)
                    || self.contig(*first) != self.contig(*second)
                    || self.same(*first, *second) == Some(true)
                {
                    continue;
                }
                for sample in self.of_batch(self.batch(*first)) {
                    let Some(trans) = self.on_different_copies(*first, *second, sample) else {
                        continue;
                    };
                    pairs.extend(genes.intersection(others).map(|gene| Pair {
                        gene: gene.clone(),
                        sample,
                        first: *first,
                        second: *second,
                        trans,
                    }));
                }
            }
        }
        pairs
    }

    /// Whether a row describes a change itself: `*` is of a deletion that another record describes.
    fn tells_a_change(&self, row: Row) -> bool {
        self.is_change(row) && self.alternate(row) != Some("*")
    }

    /// Whether two variants of a sample are on different copies for sure, or may be; nothing where they
    /// are not, or are not both on one of two copies.
    fn on_different_copies(&self, first: Row, second: Row, sample: usize) -> Option<bool> {
        let (a, b) = (self.call(first, sample)?, self.call(second, sample)?);
        let one_of_two = |row: Row| self.carried(row, sample) == 1;
        if a.copies.len() != 2 || b.copies.len() != 2 || !one_of_two(first) || !one_of_two(second) {
            return None;
        }
        if (first.file, first.record) == (second.file, second.record) {
            // two ALTs of one genotype are on its two copies
            return Some(true);
        }
        if !(a.phased && b.phased && a.set == b.set) {
            return Some(false);
        }
        let copy = |row: Row, copies: &[Option<usize>]| {
            copies.iter().position(|copy| *copy == Some(row.allele))
        };
        (copy(first, &a.copies) != copy(second, &b.copies)).then_some(true)
    }

    /// The genes for which a row counts: with entries by which it fulfils the expression, or else those that it
    /// touches.
    fn genes_of(&self, of: &VariantExpr, row: Row) -> BTreeSet<String> {
        if !self.annotated {
            let genes = self
                .world
                .genes
                .iter()
                .filter(|gene| self.in_gene(row, gene));
            return genes.map(|gene| gene.symbol.clone()).collect();
        }
        let name = |entry: &Entry| match entry.symbol.is_empty() {
            true => entry.gene.clone(),
            false => entry.symbol.clone(),
        };
        let entries = self.entries_of_line(row);
        let mut genes: BTreeSet<String> = entries.iter().map(name).collect();
        genes.retain(|gene| {
            !gene.is_empty() && self.holds_among(of, row, &|entry| name(entry) == *gene)
        });
        genes
    }
}
