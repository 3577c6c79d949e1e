//! Of whom of a batch is asked, and when what is stored of all is the answer.

use super::kept::{Kept, Room};
use super::{Mask, View};
use crate::model::InfoKey;
use crate::set::SampleSet;
use crate::store::Segment;
use std::sync::Arc;

/// Of whom of a batch is counted: made once for a group or a view, and shared by what counts there.
#[derive(Debug, Clone)]
pub(crate) enum BatchScope {
    /// All samples: stored counts are the answer.
    Whole,
    /// All but a few: stored counts less theirs.
    AllBut(Arc<AllBut>),
    /// These: the sets are counted.
    Only(Arc<Mask>),
    /// Nobody.
    Nothing,
}

#[derive(Debug)]
pub(crate) struct AllBut {
    pub(super) few: Mask,
    pub(super) left: Mask,
    /// What was counted, where it is of a view.
    pub(super) kept: Option<Kept>,
}

/// So many of a batch are few, and a part of its samples.
const FEW: u32 = 2;
const FEW_OF: u32 = 64;

impl BatchScope {
    /// The members of a group (dataset numbers); `None` is all.
    pub(crate) fn of(group: Option<&SampleSet>, segment: &Segment) -> Self {
        match group {
            Some(group) => Self::of_mask(Mask::of(group, segment), segment, None),
            None => Self::Whole,
        }
    }

    /// The samples that a view shows, of which counts are kept, by these and by those that it does not.
    pub(super) fn of_view(
        (seen, hidden): (&SampleSet, &SampleSet),
        segment: &Segment,
        room: &Room,
    ) -> Self {
        // to walk over a few takes no time
        let mask = match hidden.len() < seen.len() {
            true => Mask::of(hidden, segment).others(segment.meta().samples),
            false => Mask::of(seen, segment),
        };
        Self::of_mask(mask, segment, Some(room))
    }

    fn of_mask(mask: Mask, segment: &Segment, room: Option<&Room>) -> Self {
        let samples = segment.meta().samples;
        let others = samples.saturating_sub(mask.size);
        match (mask.size, others) {
            (_, 0) => Self::Whole,
            (0, _) => Self::Nothing,
            // how many of the others were not looked at is not known of all that are left
            (left, few)
                if few <= FEW.max(samples / FEW_OF) && few < left && !segment.has_scopes() =>
            {
                Self::AllBut(Arc::new(AllBut {
                    few: mask.others(samples),
                    left: mask,
                    kept: room.map(|room| Kept::new(segment.meta().rows, room)),
                }))
            }
            _ => Self::Only(Arc::new(mask)),
        }
    }

    /// Who is asked of, if not all.
    pub(crate) fn mask(&self) -> Option<&Mask> {
        match self {
            Self::Whole => None,
            Self::AllBut(all_but) => Some(&all_but.left),
            Self::Only(mask) => Some(mask),
            Self::Nothing => Some(const { &Mask::nobody() }),
        }
    }
}

/// That all of a dataset is asked of, of whom all may be seen: only then stored counts may be read as they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole(());

/// What is stored of all samples or individuals, and spares a question reading what it was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shortcut {
    /// Who carries a variant of a gene, of an impact.
    GeneCarriers,
    /// The same of rows up to an AC, as a batch has it: to a question for variants up to one.
    CountedGeneCarriers,
    /// To a question for variants up to a frequency, whatever rows of the greatest one a class has.
    FrequentGeneCarriers,
    /// The least and the greatest AC of a page's rows.
    PageCounts,
}

/// What a shortcut is to a question of those who may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Applies {
    /// What it gives is the answer, once that is cut to who may be seen.
    Exact,
    /// The answer is among it, or below it: who may not be seen counts there, too.
    Superset,
    /// It says nothing.
    No,
}

impl View {
    /// A proof, where all may be seen.
    pub(crate) fn whole(&self) -> Option<Whole> {
        self.is_whole().then_some(Whole(()))
    }

    /// Whether an INFO key of the source is withheld: it counts those who may not be seen.
    pub(crate) fn withholds(&self, key: &str) -> bool {
        InfoKey::is_of_cohort(key) && (self.whole().is_none() || self.policy().is_some())
    }

    /// Whether records of one variant in a batch may say different things of it.
    fn reports_in_rows(&self) -> bool {
        self.manifest().annotations.is_some()
            && (0..self.parts().len()).any(|part| self.is_merged(part))
    }

    /// What a shortcut is to questions of this view.
    pub(crate) fn applies(&self, shortcut: Shortcut) -> Applies {
        match (shortcut, self.is_whole()) {
            // the record that says so may be of those alone who may not be seen
            (Shortcut::GeneCarriers, false) if self.reports_in_rows() => Applies::Superset,
            (Shortcut::GeneCarriers, _) => Applies::Exact,
            // counts are compared as a policy shows them, not as they are stored
            _ if self.policy().is_some() => Applies::No,
            // other rows of a variant add to its AC
            (Shortcut::CountedGeneCarriers, _) if self.joins_rows() => Applies::Superset,
            // among fewer people AC is at most what it is among all
            (Shortcut::CountedGeneCarriers, _) => Applies::Exact,
            // where AN is of more than the row, or of fewer people, AF is another one
            (Shortcut::FrequentGeneCarriers, whole)
                if !whole || self.counts_references() || self.joins_rows() =>
            {
                Applies::Superset
            }
            (Shortcut::FrequentGeneCarriers, _) => Applies::Exact,
            // a variant's counts are sums over rows, of which a page knows one
            (Shortcut::PageCounts, _) if self.joins_rows() || !self.kits().is_empty() => {
                Applies::No
            }
            (_, true) => Applies::Exact,
            (Shortcut::PageCounts, false) => Applies::Superset,
        }
    }
}
