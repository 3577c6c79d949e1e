//! Pairs of variants in one gene, one after the other, with the dataset that they are read from.

use super::exec::compound::{CompoundPair, PairHit, Sweep, pairs_of};
use super::group::Group;
use super::page::Query;
use crate::cohort::View;
use crate::error::Result;
use self_cell::self_cell;
use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

self_cell!(
    struct Kept {
        owner: View,
        #[not_covariant]
        dependent: Sweep,
    }
);

/// Pairs of variants in one gene, one after the other: see [`View::compound_pairs`]. After an error there is
/// no more.
pub struct CompoundPairs {
    /// `None` after the last variant.
    kept: Option<Kept>,
    /// Hits in genes that have later variants.
    hits: HashMap<u32, Vec<PairHit>>,
    /// Genes without later variants, each with its hits by sample, those not yet given, last first.
    closed: VecDeque<(Arc<str>, Vec<PairHit>)>,
    /// Pairs of one sample, last first.
    ready: Vec<CompoundPair>,
}

impl View {
    /// Every pair of the variants of a question that one sample of its group has in one gene, on different
    /// copies as far as is known: by the end of the gene, then by sample, then by variants.
    ///
    /// Both calls are of two copies of which one carries. Where they are phased to each other, by one phase
    /// set, they are on different copies; other pairs are unknown, but for two ALTs of one record. Memory
    /// holds the carriers of genes that overlap each other. Token and limit of the question do not matter.
    ///
    /// # Errors
    ///
    /// As [`Self::ask`], and [`Error::Usage`](crate::Error::Usage) where no genes are known and for a group of another
    /// dataset.
    pub fn compound_pairs(&self, query: &Query) -> Result<CompoundPairs> {
        let kept = Kept::try_new(self.clone(), |view| {
            let group = query.group.as_ref().map(|group| group.within(view));
            let group = group.transpose()?;
            Sweep::new(view, view.bound(query)?, group.map(Group::samples), false)
        })?;
        Ok(CompoundPairs {
            kept: Some(kept),
            hits: HashMap::new(),
            closed: VecDeque::new(),
            ready: Vec::new(),
        })
    }
}

impl CompoundPairs {
    fn read(&mut self) -> Result<Option<CompoundPair>> {
        loop {
            if let Some(pair) = self.ready.pop() {
                return Ok(Some(pair));
            }
            if let Some((gene, hits)) = self.closed.front_mut() {
                let sample = hits.last().map(|hit| hit.sample);
                let first = hits.iter().rposition(|hit| Some(hit.sample) != sample);
                let of_sample = hits.split_off(first.map_or(0, |last| last + 1));
                pairs_of(gene, of_sample, &mut self.ready);
                if hits.is_empty() {
                    self.closed.pop_front();
                }
                continue;
            }
            if !self.sweep()? {
                return Ok(None);
            }
        }
    }

    /// Reads up to the next variant with hits; `false` where there is none.
    fn sweep(&mut self) -> Result<bool> {
        let Some(kept) = &mut self.kept else {
            return Ok(false);
        };
        let (hits, closed) = (&mut self.hits, &mut self.closed);
        let more = kept.with_dependent_mut(|_, sweep| -> Result<bool> {
            let more = sweep.step(true)?;
            let ended: Vec<u32> = sweep.closed().collect();
            for gene in ended {
                if let Some(mut hits) = hits.remove(&gene) {
                    // stable: what is known of a variant stays in its order
                    hits.sort_by_key(|hit| Reverse(hit.sample));
                    closed.push_back((sweep.name(gene).into(), hits));
                }
            }
            for (gene, of_variant) in sweep.of_genes() {
                hits.entry(gene).or_default().extend_from_slice(of_variant);
            }
            Ok(more)
        })?;
        if !more {
            self.kept = None;
        }
        Ok(true)
    }
}

impl Iterator for CompoundPairs {
    type Item = Result<CompoundPair>;

    fn next(&mut self) -> Option<Self::Item> {
        let pair = self.read().transpose();
        if matches!(pair, Some(Err(_))) {
            (self.kept, self.closed, self.ready) = (None, VecDeque::new(), Vec::new());
        }
        pair
    }
}
