//! Plans: expressions with every name looked up, as plain data that borrows nothing.

use super::covering::CoveringSet;
use super::rows::Rows;
use super::rules::Rules;
use super::similar::Similar;
use super::test::Test;
use super::trios::Trios;
use crate::model::{Attribute, Zygosity};
use crate::query::expr::{Node, Origin};
use crate::set::SampleSet;

/// A plan, and what it was made for: it runs against no other view.
#[derive(Debug)]
pub(crate) struct BoundPlan<P> {
    /// The id of the view.
    pub(in crate::query) view: String,
    pub(in crate::query) of: P,
}

/// Which variants.
#[derive(Debug)]
pub(crate) struct BoundVariants {
    pub(in crate::query) test: Node<Test>,
    /// Sub-questions: the groups that [`Test::NumberIn`] counts in, by its number.
    pub(in crate::query) groups: Vec<BoundGroup>,
    /// Candidates by part, from indexes and zone maps; `None` of parts that the manifest rules out. They are looked
    /// for again where a plan would keep too many.
    pub(in crate::query) rows: Option<Vec<Option<Rows>>>,
    /// How many there are.
    pub(in crate::query) size: Size,
    pub(in crate::query) rules: Rules,
    /// What is probably meant otherwise, or was not taken.
    pub(in crate::query) hints: Vec<String>,
}

/// How much is read of variants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::query) struct Size {
    pub(in crate::query) segments: u64,
    pub(in crate::query) segments_skipped: u64,
    pub(in crate::query) candidates: u64,
}

impl Size {
    /// Of candidates by part.
    pub(in crate::query) fn of(rows: &[Option<Rows>]) -> Self {
        let mut size = Self::default();
        for rows in rows {
            match rows {
                Some(rows) => {
                    size.segments += 1;
                    size.candidates += rows.len();
                }
                None => size.segments_skipped += 1,
            }
        }
        size
    }
}

/// Which people.
#[derive(Debug)]
pub(crate) struct BoundGroup {
    pub(in crate::query) root: Node<GroupPart>,
    pub(in crate::query) rules: Rules,
    /// What is probably meant otherwise, or was not taken.
    pub(in crate::query) hints: Vec<String>,
}

/// A part of a question for people.
#[derive(Debug)]
pub(in crate::query) struct GroupPart {
    /// As it stands in the expression; empty where nobody asked how it is answered.
    pub(in crate::query) what: String,
    pub(in crate::query) test: GroupTest,
}

/// A predicate over people.
#[derive(Debug)]
pub(in crate::query) enum GroupTest {
    /// What lies in stored sets, or is listed: the subjects, those that may not be seen among them but in a plan that is
    /// explained.
    Stored(Whom, SampleSet),
    Carriers(Box<BoundCarriers>),
    Called(Box<BoundCalled>),
    Similar(Box<Similar>),
}

/// Why somebody is in a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Whom {
    All,
    /// Named one by one.
    Listed,
    /// Something is recorded of them.
    Recorded,
    /// What is recorded of an attribute.
    Described(Attribute),
    /// They have a sample.
    Genotyped,
    /// They have a sample of which something is recorded.
    Sampled,
    /// They have a sample of which the policy of quality holds.
    Proven,
}

/// What is asked of carriers beside the variants.
#[derive(Debug, Clone, Copy)]
pub(in crate::query) struct Asked {
    pub(in crate::query) zygosity: Option<Zygosity>,
    pub(in crate::query) at_least: u32,
    pub(in crate::query) compound: bool,
    pub(in crate::query) origin: Option<Origin>,
}

impl Asked {
    /// Whether whoever carries a variant is meant.
    pub(in crate::query) fn is_plain(&self) -> bool {
        self.zygosity.is_none() && self.at_least <= 1 && !self.compound && self.origin.is_none()
    }
}

/// A question for carriers.
#[derive(Debug)]
pub(in crate::query) struct BoundCarriers {
    pub(in crate::query) notes: Vec<String>,
    /// Those of them that who asks should know.
    pub(in crate::query) hints: Vec<String>,
    pub(in crate::query) asked: Asked,
    /// What is stored of such carriers.
    pub(in crate::query) stored: Option<CoveringSet>,
    /// The variants of which rows are read; `None` where what is stored is the answer.
    pub(in crate::query) of: Option<BoundVariants>,
    /// Where an origin is asked for.
    pub(in crate::query) trios: Option<Trios>,
    pub(in crate::query) samples: BoundSamples,
}

impl BoundCarriers {
    /// Whether whoever carries a variant in any sample is meant.
    pub(in crate::query) fn is_plain(&self) -> bool {
        self.asked.is_plain() && self.samples.are_any()
    }
}

/// In which samples of a person variants are carried.
#[derive(Debug, Default)]
pub(in crate::query) struct BoundSamples {
    /// In these alone.
    pub(in crate::query) inside: Option<SampleSet>,
    /// And in none of these, one of which is called.
    pub(in crate::query) not_in: Option<SampleSet>,
}

impl BoundSamples {
    /// Whether nothing is asked of samples.
    pub(in crate::query) fn are_any(&self) -> bool {
        self.inside.is_none() && self.not_in.is_none()
    }
}

/// A question for who is called at all variants.
#[derive(Debug)]
pub(in crate::query) struct BoundCalled {
    pub(in crate::query) notes: Vec<String>,
    pub(in crate::query) of: BoundVariants,
    /// Of these who carries none.
    pub(in crate::query) free: bool,
}
