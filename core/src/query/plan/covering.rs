//! Who carries variants of a gene, by the stored sets: finding those that answer a question.

use super::entries::EntryTest;
use super::passing::PassingRows;
use super::rules::Rules;
use super::test::Test;
use crate::cohort::{Applies, CarriersOfBatch, Members, Shortcut, Subjects, View};
use crate::error::Result;
use crate::format::Kind;
use crate::query::expr::{Comparison, Impact, Node, Number, VariantAtom, VariantExpr};
use crate::set::{SampleSet, StoredSet};
use crate::store::gene_carriers::{Class, GeneCarriers, Least};
use std::borrow::Cow;

/// A question for an AC of this and more is one for any.
const AC_END: f64 = (1u64 << 40) as f64;

/// What is stored of the carriers that a question is about.
#[derive(Debug)]
pub(in crate::query) struct CoveringSet {
    /// All who carry such a variant; others, too, where `known` says who does for sure.
    pub(in crate::query) samples: SampleSet,
    /// `None` is all of them.
    pub(in crate::query) known: Option<SampleSet>,
    /// Bytes of the sets.
    pub(in crate::query) bytes: u64,
}

impl CoveringSet {
    /// The smallest stored sets that hold all who carry what is asked for, and the largest that hold nobody else;
    /// `None` where no set holds all.
    pub(in crate::query) fn find(
        view: &View,
        of: &VariantExpr,
        test: &Node<Test>,
        rules: Rules,
    ) -> Result<Option<Self>> {
        let stored = view.gene_carriers();
        if stored.is_empty() {
            return Ok(None);
        }
        let Some(mut asked) = Asked::of(view, of, test)? else {
            return Ok(None);
        };
        asked.look_at_rows(view, test, rules)?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        for batch in stored.iter().filter(|of| view.sees_part(of.part)) {
            let batch = Batch::of(view, batch)?;
            for gene in batch.genes(&asked.names)? {
                found.push(batch.find(&asked, gene, &mut bytes)?);
            }
        }
        // where nobody has a row of the gene, nobody is all
        if !found.is_empty() && found.iter().all(|of| of.covering == Covering::Batch) {
            return Ok(None);
        }
        let exact = found.iter().all(|of| of.covering == Covering::Exact);
        let (mut samples, mut known) = (SampleSet::new(), SampleSet::new());
        for of in found {
            if !exact {
                known.add(match of.covering {
                    Covering::Exact => &of.samples,
                    _ => &of.known,
                });
            }
            match samples.is_empty() {
                true => samples = of.samples,
                false => samples.add(&of.samples),
            }
        }
        Ok(Some(Self {
            samples,
            known: (!exact).then_some(known),
            bytes,
        }))
    }

    /// Whether it holds nobody else.
    pub(in crate::query) fn is_exact(&self) -> bool {
        self.known.is_none()
    }

    /// For `--explain`: whether they are the answer, and how many of them may be seen.
    pub(in crate::query) fn note(&self, subjects: &Subjects<'_>, answered: bool) -> String {
        let count = |samples: &SampleSet| subjects.seen(samples.clone()).len();
        let known = self.known.as_ref().map_or(0, count);
        let count = count(&self.samples);
        match (answered, known) {
            (true, _) => format!("carriers stored by gene: {count} samples, no row is read"),
            (false, 0) => format!("carriers stored by gene: at most {count} samples"),
            (false, known) => {
                format!(
                    "carriers stored by gene: at most {count} samples, {known} of them for certain"
                )
            }
        }
    }
}

/// What is found of a gene in a batch.
struct OfBatch {
    samples: SampleSet,
    covering: Covering,
    /// Who of them carries such a variant for sure, where others may not.
    known: SampleSet,
}

/// What a set is that holds all who carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Covering {
    /// They alone.
    Exact,
    /// And others.
    Stored,
    /// No such set is stored: all of the batch.
    Batch,
}

/// A number up to which variants are asked for.
struct Limit {
    /// AC or AF.
    field: Number,
    comparison: Comparison,
    value: f64,
}

impl Limit {
    /// `None` where it is none.
    fn of(atom: &VariantAtom) -> Option<Self> {
        match atom {
            VariantAtom::Number {
                field: field @ (Number::Ac | Number::Af),
                comparison:
                    comparison @ (Comparison::Less | Comparison::LessOrEqual | Comparison::Equal),
                value,
            } => Some(Self {
                field: *field,
                comparison: *comparison,
                value: *value,
            }),
            _ => None,
        }
    }

    fn holds(&self, ac: f64, an: f64) -> bool {
        let left = match self.field {
            Number::Af => ac / an,
            _ => ac,
        };
        self.comparison.holds(left, self.value)
    }

    /// The greatest AC of the variants that pass, of which at most so many copies are known; `None` where that may
    /// be any. Rounding never takes a quotient over another one, so no lower AN lets a greater AC pass.
    fn greatest_ac(&self, an: u64) -> Option<u64> {
        let an = an as f64;
        let end = match self.field {
            Number::Af => self.value * an,
            _ => self.value,
        };
        if end.is_nan() || end >= AC_END {
            return None;
        }
        let passes = |ac: u64| match self.comparison {
            Comparison::Equal => !(Self {
                comparison: Comparison::Greater,
                ..*self
            })
            .holds(ac as f64, an),
            _ => self.holds(ac as f64, an),
        };
        let mut ac = end.max(0.0).ceil() as u64 + 1;
        while ac > 0 && !passes(ac) {
            ac -= 1;
        }
        Some(ac)
    }
}

/// A question for the variants of a gene, as far as stored sets know of it.
struct Asked<'q> {
    /// Of the gene, in lower case.
    names: Cow<'q, [String]>,
    least: Least,
    limits: Vec<Limit>,
    /// Whether nothing else is asked.
    only: bool,
    /// Whether a bound of AC in a batch is one of the variant's AC, and what is known of AF in the batch holds.
    by_count: bool,
    by_frequency: bool,
    /// The most copies that are known of a variant, where that is not for the gene to say.
    copies: Option<u64>,
    /// Which rows pass the limits, where those do not say so that somebody carries who may not be seen.
    passing: Option<PassingRows>,
}

impl<'q> Asked<'q> {
    /// `None` where it is about no gene, or the sets do not hold all who are asked for.
    fn of(view: &View, of: &VariantExpr, test: &'q Node<Test>) -> Result<Option<Self>> {
        let parts = match &of.0 {
            Node::And(parts) => parts.as_slice(),
            node => std::slice::from_ref(node),
        };
        let mut name = None;
        let mut only = view.applies(Shortcut::GeneCarriers) == Applies::Exact;
        let (mut least, mut limits) = (Least::Any, Vec::new());
        for part in parts {
            let Node::Atom(atom) = part else {
                only = false;
                continue;
            };
            if let Some(limit) = Limit::of(&atom.kind) {
                limits.push(limit);
                continue;
            }
            only &= match &atom.kind {
                VariantAtom::Gene(gene) if name.is_none() => {
                    name = Some(gene);
                    true
                }
                VariantAtom::Impact { comparison, impact } => {
                    let (of, all) = least_of(*comparison, *impact);
                    least = least.max(of);
                    all
                }
                _ => false,
            };
        }
        // stored sets are by counts as they are, not as a policy shows them
        if !limits.is_empty() && view.policy().is_some() {
            return Ok(None);
        }
        let Some(name) = name else {
            return Ok(None);
        };
        let names = match view.manifest().annotations {
            Some(_) => annotated_as(test).map(Cow::Borrowed),
            None => Some(Cow::Owned(vec![name.trim().to_lowercase()])),
        };
        // what cannot be asked by stands nowhere
        let askable = |names: &Cow<'_, [String]>| names.iter().all(|name| name.trim() == name);
        let Some(names) = names.filter(askable) else {
            return Ok(None);
        };
        let mut copies = None;
        if view.joins_rows() {
            // rows that spell a change otherwise may be of no gene, or of another one
            if names_change(test) {
                return Ok(None);
            }
            let mut sum = 0u64;
            for batch in view.gene_carriers() {
                let meta = view.gene_carriers_of(batch)?.meta();
                if !meta.agrees {
                    return Ok(None);
                }
                sum = sum.saturating_add(u64::from(meta.samples) * u64::from(meta.copies));
            }
            copies = Some(sum);
        }
        Ok(Some(Self {
            names,
            least,
            limits,
            only,
            by_count: view.applies(Shortcut::CountedGeneCarriers) == Applies::Exact,
            by_frequency: view.applies(Shortcut::FrequentGeneCarriers) == Applies::Exact,
            copies,
            passing: None,
        }))
    }

    /// Looks which rows pass the limits, where some people may not be seen: counts of all say that of most.
    fn look_at_rows(&mut self, view: &View, test: &Node<Test>, rules: Rules) -> Result<()> {
        let stands_alone = !view.joins_rows() && !view.counts_references();
        let (None, Some(batch)) = (view.whole(), view.gene_carriers().first()) else {
            return Ok(());
        };
        if !stands_alone || self.limits.is_empty() {
            return Ok(());
        }
        let limits = self.limits.iter();
        let limits: Vec<_> = limits
            .map(|of| (of.field, of.comparison, of.value))
            .collect();
        let copies = view.gene_carriers_of(batch)?.meta().copies;
        self.passing = Some(PassingRows::of(view, test, (&limits, copies), rules)?);
        Ok(())
    }
}

/// The names that a question for a gene means in annotations.
fn annotated_as(test: &Node<Test>) -> Option<&[String]> {
    let parts = match test {
        Node::And(parts) => parts.as_slice(),
        node => std::slice::from_ref(node),
    };
    parts.iter().find_map(|part| match part {
        Node::Atom(atom) => match &atom.kind {
            Test::Entry(test) => gene_names(test),
            _ => None,
        },
        _ => None,
    })
}

fn gene_names(test: &EntryTest) -> Option<&[String]> {
    match test {
        EntryTest::Gene(names) => Some(names),
        EntryTest::All(tests) => tests.iter().find_map(gene_names),
        _ => None,
    }
}

/// Whether a question names a change of bases, which batches may spell otherwise.
fn names_change(test: &Node<Test>) -> bool {
    match test {
        Node::Atom(atom) => matches!(atom.kind, Test::Change(_) | Test::Alleles(_)),
        Node::Not(inner) => names_change(inner),
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(names_change),
    }
}

/// The highest least impact of which all entries are that are asked for, and whether they are all of
/// those.
fn least_of(comparison: Comparison, impact: Impact) -> (Least, bool) {
    let asked = |grade: Impact| comparison.holds(f64::from(grade as u8), f64::from(impact as u8));
    let lower = asked(Impact::Modifier) || asked(Impact::Low);
    match (lower, asked(Impact::Moderate), asked(Impact::High)) {
        (true, ..) => (Least::Any, false),
        (false, true, high) => (Least::Moderate, high),
        (false, false, high) => (Least::High, high),
    }
}

/// What is stored of a batch.
struct Batch<'a> {
    file: &'a GeneCarriers,
    members: Members<'a>,
    /// By how much AC of a row may be lower among those who may be seen.
    hidden: u64,
}

impl<'a> Batch<'a> {
    fn of(view: &'a View, batch: &'a CarriersOfBatch) -> Result<Self> {
        let file = view.gene_carriers_of(batch)?;
        let members = match view.parts().get(batch.part) {
            Some(part) => Members::of(view.segment(part)?),
            None => Members::Range(0..0),
        };
        let samples = members.count();
        if u64::from(file.meta().samples) != samples {
            return Err(file.fault(Kind::CarriedMeta, "the samples of the batch"));
        }
        let seen = view.visible_samples();
        let hidden = seen.map_or(0, |seen| samples - u64::from(members.count_in(seen)));
        Ok(Self {
            file,
            members,
            hidden: hidden * u64::from(file.meta().copies),
        })
    }

    /// The genes of these names.
    fn genes(&self, names: &[String]) -> Result<Vec<u32>> {
        let mut genes = Vec::new();
        for name in names {
            if let Some(gene) = self.file.find(name)?
                && !genes.contains(&gene)
            {
                genes.push(gene);
            }
        }
        Ok(genes)
    }

    /// What is stored of those who carry what is asked for of a gene; adds the bytes of sets read.
    fn find(&self, asked: &Asked<'_>, gene: u32, bytes: &mut u64) -> Result<OfBatch> {
        let (covering, within) = self.choose(asked, gene)?;
        let mut read = |class: Option<Class>| -> Result<Option<SampleSet>> {
            let set = class.map(|class| self.file.carriers(gene, class));
            let Some(set) = set.transpose()?.flatten() else {
                return Ok(None);
            };
            *bytes += set.byte_len() as u64;
            self.samples(set).map(Some)
        };
        let exact = covering.is_some() && covering == within;
        let known = if exact { None } else { read(within)? };
        let samples = read(covering)?;
        Ok(OfBatch {
            covering: match samples {
                Some(_) if exact => Covering::Exact,
                Some(_) => Covering::Stored,
                None => Covering::Batch,
            },
            samples: samples.unwrap_or_else(|| self.members.to_set()),
            known: known.unwrap_or_default(),
        })
    }

    /// The least of the stored classes that have all rows asked for, and the greatest of those that have no other;
    /// the same one twice where it has just these.
    fn choose(&self, asked: &Asked<'_>, gene: u32) -> Result<(Option<Class>, Option<Class>)> {
        let an = self.file.greatest_an(gene)?;
        let copies = asked.copies.unwrap_or_else(|| an.into());
        let limits = asked.limits.iter();
        let needed = limits.filter_map(|limit| limit.greatest_ac(copies)).min();
        let needed = match &asked.passing {
            Some(passing) => passing.greatest,
            None => needed.map_or(u64::MAX, |ac| ac.saturating_add(self.hidden)),
        };
        let bounds = 0..self.file.meta().bound_count();
        let bound = |number| {
            self.file
                .meta()
                .bound(number, an)
                .map_or(u64::MAX, u64::from)
        };
        let mut covering: Option<Class> = None;
        for least in Least::ALL.into_iter().rev().filter(|of| *of <= asked.least) {
            let enough = bounds.clone().filter(|number| bound(*number) >= needed);
            for number in enough {
                let class = Class {
                    least,
                    bound: number,
                };
                let is_less = covering.is_none_or(|found| bound(number) < bound(found.bound));
                if is_less && self.file.carriers(gene, class)?.is_some() {
                    covering = Some(class);
                }
            }
            if covering.is_some() {
                break;
            }
        }
        if !asked.only {
            return Ok((covering, None));
        }
        if let Some(class) = covering
            && class.least == asked.least
            && self.has_only(asked, gene, class, bound(class.bound))?
        {
            return Ok((covering, covering));
        }
        let mut within: Option<Class> = None;
        for number in bounds {
            let class = Class {
                least: asked.least,
                bound: number,
            };
            let is_more = within.is_none_or(|found| bound(number) > bound(found.bound));
            if is_more
                && self.has_only(asked, gene, class, bound(number))?
                && self.file.carriers(gene, class)?.is_some()
            {
                within = Some(class);
            }
        }
        Ok((covering, within))
    }

    /// Whether all rows of a class pass the limits.
    fn has_only(&self, asked: &Asked<'_>, gene: u32, class: Class, bound: u64) -> Result<bool> {
        if let Some(passing) = &asked.passing {
            return Ok(passing.least_other.is_none_or(|least| bound < least));
        }
        for limit in &asked.limits {
            let holds = match limit.field {
                _ if bound == u64::MAX => false,
                Number::Ac => asked.by_count && limit.holds(bound as f64, 1.0),
                _ if asked.by_frequency => {
                    let top = self.file.top(gene, class)?;
                    top.is_none_or(|(ac, an)| limit.holds(ac.into(), an.into()))
                }
                _ => false,
            };
            // of those of one AC the others are not known
            if !holds || limit.comparison == Comparison::Equal {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The members of a stored set by their numbers in the dataset.
    fn samples(&self, set: StoredSet<'_>) -> Result<SampleSet> {
        let broken = |rule| self.file.broken(rule);
        match &self.members {
            Members::Range(range) => set.to_set_from(range.start).map_err(broken),
            Members::List(numbers) => {
                let mut found = SampleSet::new();
                let add = |local: u32| {
                    if let Some(sample) = numbers.get(local as usize) {
                        found.insert(*sample);
                    }
                };
                set.walk(None, add).map_err(broken)?;
                Ok(found)
            }
        }
    }
}
