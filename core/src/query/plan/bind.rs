//! Binding: every name of an expression is looked up, and nothing is run.
//!
//! Errors never depend on who was found, for all names are looked up before. Questions within questions (the
//! group of a count, the variants of carriers) become plans within plans.

use super::bound::{
    Asked, BoundCalled, BoundCarriers, BoundGroup, BoundPlan, BoundSamples, BoundVariants,
    GroupPart, GroupTest, Size,
};
use super::candidates::candidates_of;
use super::carriers;
use super::covering::CoveringSet;
use super::names::Names;
use super::order::ordered;
use super::rules::{Rule, Rules};
use super::several::narrow;
use super::test::{Test, any_of, together};
use crate::cohort::View;
use crate::error::Result;
use crate::query::expr::hints::of_several_genes;
use crate::query::expr::{Atom, GroupAtom, GroupExpr, Node, VariantAtom, VariantExpr};
use std::cell::Cell;
use std::ops::Range;

/// Makes plans against a view.
pub(crate) struct Binder<'a> {
    view: &'a View,
    /// What the places of atoms refer to, for errors.
    text: &'a str,
    rules: Rules,
    /// Whether parts keep how they are written.
    explained: bool,
    /// Ranges of candidates and segments that the plan keeps.
    kept: Cell<usize>,
}

/// A plan keeps so many of them, of 8 bytes and 32: a question may have many parts, each of which may be of all rows.
const KEPT: usize = 1 << 20;

impl<'a> Binder<'a> {
    pub(crate) fn new(view: &'a View, text: &'a str) -> Self {
        Self {
            view,
            text,
            rules: Rules::ALL,
            explained: false,
            kept: Cell::new(0),
        }
    }

    /// Parts keep how they are written, for `--explain`.
    pub(in crate::query) fn explained(self) -> Self {
        Self {
            explained: true,
            ..self
        }
    }

    /// With other rules, for tests.
    #[cfg(test)]
    pub(in crate::query) fn with_rules(self, rules: Rules) -> Self {
        Self { rules, ..self }
    }

    /// A plan for variants.
    pub(crate) fn variants(&self, of: &VariantExpr) -> Result<BoundPlan<BoundVariants>> {
        let (mut of, _) = self.variants_within(of)?;
        self.find_rows(&mut of)?;
        Ok(self.plan(of))
    }

    /// What who asks for variants should know: that something is probably meant otherwise, or was not taken.
    pub(in crate::query) fn hints(&self, of: &VariantExpr) -> Result<Vec<String>> {
        self.variants_within(of).map(|(of, _)| of.hints)
    }

    /// A plan for people.
    pub(in crate::query) fn group(&self, of: &GroupExpr) -> Result<BoundPlan<BoundGroup>> {
        let of = self.group_within(of, self.explained)?;
        Ok(self.plan(of))
    }

    fn plan<P>(&self, of: P) -> BoundPlan<P> {
        BoundPlan {
            view: self.view.id().to_owned(),
            of,
        }
    }

    /// Finds the candidates of variants, and keeps them where there is room.
    fn find_rows(&self, of: &mut BoundVariants) -> Result<()> {
        let rows = candidates_of(self.view, &of.test, self.rules)?;
        of.size = Size::of(&rows);
        let ranges = rows.iter().flatten().map(|rows| rows.ranges.len());
        let kept = self.kept.get() + rows.len() + ranges.sum::<usize>();
        // the first is kept in any case: it is what is walked, or one of few
        let fits = kept <= KEPT || self.kept.get() == 0;
        if fits && self.rules.has(Rule::Kept) {
            self.kept.set(kept);
            of.rows = Some(rows);
        }
        Ok(())
    }

    /// Variants without their rows, and how names were understood.
    fn variants_within(&self, of: &VariantExpr) -> Result<(BoundVariants, Vec<String>)> {
        let names = Names::new(self.view, self.text);
        let mut groups = Vec::new();
        let test = self.variant_node(&names, &of.0, &mut groups)?;
        if let Some(several) = names.several.take().first() {
            let (message, candidates) = several.refusal(self.view)?;
            return Err(names.error(&several.at, message, candidates));
        }
        let bound = BoundVariants {
            test,
            groups,
            rows: None,
            size: Size::default(),
            rules: self.rules,
            hints: names.hints.take(),
        };
        Ok((bound, names.notes.take()))
    }

    fn variant_node(
        &self,
        names: &Names<'_>,
        node: &Node<VariantAtom>,
        groups: &mut Vec<BoundGroup>,
    ) -> Result<Node<Test>> {
        let mut all = |nodes: &[Node<VariantAtom>]| -> Result<Vec<Node<Test>>> {
            nodes
                .iter()
                .map(|node| self.variant_node(names, node, groups))
                .collect()
        };
        Ok(match node {
            Node::Atom(atom) => Node::Atom(Atom {
                kind: self.variant_atom(names, atom, groups)?,
                at: atom.at.clone(),
            }),
            Node::Not(inner) => Node::Not(Box::new(self.variant_node(names, inner, groups)?)),
            Node::And(parts) => {
                let parts = all(parts)?;
                narrow(self.view, &mut names.several.borrow_mut(), &parts)?;
                together(parts)
            }
            Node::Or(parts) => any_of(all(parts)?),
        })
    }

    fn variant_atom(
        &self,
        names: &Names<'_>,
        atom: &Atom<VariantAtom>,
        groups: &mut Vec<BoundGroup>,
    ) -> Result<Test> {
        names.variant_atom(atom, |of| {
            let group = self.group_within(of, false)?;
            group.hints.iter().for_each(|hint| names.hint(hint.clone()));
            groups.push(group);
            Ok(groups.len() - 1)
        })
    }

    fn group_within(&self, of: &GroupExpr, explained: bool) -> Result<BoundGroup> {
        let mut hints = Vec::new();
        Ok(BoundGroup {
            root: self.group_node(&of.0, explained, &mut hints)?,
            rules: self.rules,
            hints,
        })
    }

    fn group_node(
        &self,
        node: &Node<GroupAtom>,
        explained: bool,
        hints: &mut Vec<String>,
    ) -> Result<Node<GroupPart>> {
        let mut all = |nodes: &[Node<GroupAtom>]| -> Result<Vec<Node<GroupPart>>> {
            nodes
                .iter()
                .map(|node| self.group_node(node, explained, hints))
                .collect()
        };
        Ok(match node {
            Node::Atom(atom) => Node::built(GroupPart {
                what: match explained {
                    true => atom.kind.to_string(),
                    false => String::new(),
                },
                test: self.group_atom(&atom.kind, &atom.at, hints)?,
            }),
            Node::Not(inner) => Node::Not(Box::new(self.group_node(inner, explained, hints)?)),
            Node::And(parts) => Node::And(ordered(all(parts)?, self.rules)),
            Node::Or(parts) => Node::Or(all(parts)?),
        })
    }

    fn group_atom(
        &self,
        atom: &GroupAtom,
        at: &Range<usize>,
        hints: &mut Vec<String>,
    ) -> Result<GroupTest> {
        let names = Names::new(self.view, self.text);
        let carriers = |of: &VariantExpr, asked, samples| {
            let several = of_several_genes(atom);
            let carriers = self.carriers(of, (asked, samples), several, at)?;
            carriers
                .hints
                .iter()
                .for_each(|hint| names.hint(hint.clone()));
            Ok(carriers)
        };
        let called = |of: &VariantExpr| {
            let (mut of, notes) = self.variants_within(of)?;
            of.hints.iter().for_each(|hint| names.hint(hint.clone()));
            self.find_rows(&mut of)?;
            Ok(BoundCalled {
                notes,
                of,
                free: false,
            })
        };
        let test = names.group_atom(atom, at, carriers, called)?;
        for hint in names.hints.take() {
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        Ok(test)
    }

    fn carriers(
        &self,
        of: &VariantExpr,
        (asked, samples): (Asked, BoundSamples),
        hint: Option<String>,
        at: &Range<usize>,
    ) -> Result<BoundCarriers> {
        let (mut bound, mut notes) = self.variants_within(of)?;
        let mut hints = std::mem::take(&mut bound.hints);
        hints.extend(hint);
        notes.extend(hints.iter().cloned());
        let names = Names::new(self.view, self.text);
        let trios = carriers::needs(&names, asked, &mut notes, at)?;
        let stored = match self.rules.has(Rule::Covering) {
            true => CoveringSet::find(self.view, of, &bound.test)?,
            false => None,
        };
        let plain = asked.is_plain() && samples.are_any();
        let answered = plain && stored.as_ref().is_some_and(CoveringSet::is_exact);
        if !answered {
            self.find_rows(&mut bound)?;
        }
        Ok(BoundCarriers {
            notes,
            hints,
            asked,
            stored,
            of: (!answered).then_some(bound),
            trios,
            samples,
        })
    }
}
