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
use super::cohorts::Used;
use super::covering::CoveringSet;
use super::names::Names;
use super::order::ordered;
use super::rules::{Rule, Rules};
use super::several::narrow;
use super::test::{Test, any_of, together};
use crate::cohort::{Subjects, View};
use crate::error::{Error, Result};
use crate::query::expr::hints::of_several_genes;
use crate::query::expr::{Atom, GroupAtom, GroupExpr, Node, VariantAtom, VariantExpr};
use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

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
    /// Virtual cohorts.
    cohorts: Rc<Used>,
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
            cohorts: Rc::default(),
        }
    }

    /// What looks up names here.
    fn names(&self) -> Names<'a> {
        let leaves_out = self.cohorts.is_within() || self.view.hides_zero();
        Names {
            // a cohort is defined by the holder
            refuses_lists: self.view.policy().is_some() && !self.cohorts.is_within(),
            ..Names::new(self.view, self.text).leaving_out(leaves_out)
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

    /// A plan for people who are to be in a cohort: it is not within itself.
    pub(in crate::query) fn group_of_cohort(
        &self,
        name: &str,
        of: &GroupExpr,
    ) -> Result<BoundPlan<BoundGroup>> {
        let at = 0..self.text.len();
        let begun = Used::begin_defined(&self.cohorts, name);
        let _within = begun.map_err(|why| self.names().error(&at, why, Vec::new()))?;
        // what is named must be here when it is defined
        let of = BoundGroup {
            root: self.group_node(&of.0, false, &mut Vec::new())?,
            rules: self.rules,
            hints: Vec::new(),
        };
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
        let names = self.names();
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
        if let Node::Atom(atom) = node
            && let Some(cohort) = self.cohort(atom, explained, hints)?
        {
            return Ok(cohort);
        }
        let mut all = |nodes: &[Node<GroupAtom>]| -> Result<Vec<Node<GroupPart>>> {
            nodes
                .iter()
                .map(|node| self.group_node(node, explained, hints))
                .collect()
        };
        Ok(match node {
            Node::Atom(atom) => {
                let mut test = self.group_atom(&atom.kind, &atom.at, hints)?;
                // the order that is shown is by those who may be seen
                if let GroupTest::Stored(_, found) = &mut test
                    && explained
                {
                    *found = Subjects::of(self.view).seen(std::mem::take(found));
                }
                Node::built(GroupPart {
                    what: match explained {
                        true => atom.kind.to_string(),
                        false => String::new(),
                    },
                    test,
                })
            }
            Node::Not(inner) => Node::Not(Box::new(self.group_node(inner, explained, hints)?)),
            Node::And(parts) => Node::And(ordered(all(parts)?, self.rules)),
            Node::Or(parts) => Node::Or(all(parts)?),
        })
    }

    /// What `cohort:NAME` picks where a cohort was defined under the name: what its expression does.
    fn cohort(
        &self,
        atom: &Atom<GroupAtom>,
        explained: bool,
        hints: &mut Vec<String>,
    ) -> Result<Option<Node<GroupPart>>> {
        let Some(name) = atom.kind.as_cohort() else {
            return Ok(None);
        };
        let names = self.names();
        let Some(of) = names.defined_cohort(&self.cohorts, name, &atom.at)? else {
            return Ok(None);
        };
        let begun = Used::begin(&self.cohorts, name);
        let _within = begun.map_err(|why| names.error(&atom.at, why, Vec::new()))?;
        let (view, text) = (self.view.without_loader(), of.to_string());
        let inner = Binder {
            view: &view,
            text: &text,
            rules: self.rules,
            explained,
            kept: Cell::new(self.kept.get()),
            cohorts: Rc::clone(&self.cohorts),
        };
        let bound = inner.group_node(&of.0, explained, hints);
        self.kept.set(inner.kept.get());
        match bound {
            Ok(bound) => Ok(Some(bound)),
            // where it stands, for whoever asks need not see what is meant by it
            Err(Error::Expression(error)) => {
                let why = match self.cohorts.is_outermost() {
                    true => format!("cohort `{name}`: {}", error.message),
                    false => error.message.clone(),
                };
                Err(names.error(&atom.at, why, error.candidates.clone()))
            }
            Err(other) => Err(other),
        }
    }

    fn group_atom(
        &self,
        atom: &GroupAtom,
        at: &Range<usize>,
        hints: &mut Vec<String>,
    ) -> Result<GroupTest> {
        let names = self.names();
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
        let names = self.names();
        let trios = carriers::needs(&names, asked, &mut notes, at)?;
        let stored = match self.rules.has(Rule::Covering) {
            true => CoveringSet::find(self.view, of, &bound.test, self.rules)?,
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
