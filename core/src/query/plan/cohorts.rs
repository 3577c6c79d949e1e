//! Virtual cohorts: `cohort:NAME` stands for the expression that was defined under the name, and is bound in its place, in the
//! view of who asks.

use super::names::Names;
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::Attribute;
use crate::query::expr::{Atom, GroupAtom, GroupExpr, Node, SampleList, VariantAtom};
use crate::store::cohorts::{self, Definition};
use std::cell::{Cell, OnceCell, RefCell};
use std::ops::Range;
use std::rc::Rc;

/// Cohorts stand within each other so deep at most.
const DEPTH: usize = 16;
/// A question may use so many cohorts, those within others counted each time.
const USED: usize = 1024;

/// The cohorts that a question uses.
#[derive(Debug, Default)]
pub(super) struct Used {
    all: OnceCell<Vec<Definition>>,
    /// Names of those that are being bound, one within the other.
    within: RefCell<Vec<String>>,
    count: Cell<usize>,
    /// Of these the outermost, where that is one that is being defined.
    defined: Cell<usize>,
}

/// A cohort that is being bound; it ends when this is dropped.
pub(super) struct Within(Rc<Used>);

impl Drop for Within {
    fn drop(&mut self) {
        self.0.within.borrow_mut().pop();
    }
}

impl Used {
    /// What is stored under a name.
    fn definition(&self, view: &View, name: &str) -> Result<Option<Definition>> {
        let all = match self.all.get() {
            Some(all) => all,
            None => {
                let all = cohorts::read(view.folder())?;
                self.all.get_or_init(|| all)
            }
        };
        Ok(all
            .iter()
            .find(|of| of.name.eq_ignore_ascii_case(name))
            .cloned())
    }

    /// Whether a cohort is being bound: then who is not there any more is left out, and is no error.
    pub(super) fn is_within(&self) -> bool {
        self.depth() > 0
    }

    /// Whether one alone is being bound.
    pub(super) fn is_outermost(&self) -> bool {
        self.depth() <= 1
    }

    fn depth(&self) -> usize {
        self.within.borrow().len() - self.defined.get()
    }

    /// The same for one that is being defined: of it all must be there.
    pub(super) fn begin_defined(of: &Rc<Self>, name: &str) -> Result<Within, String> {
        let begun = Self::begin(of, name)?;
        of.defined.set(1);
        Ok(begun)
    }

    /// Begins to bind a cohort; what is wrong where that cannot be.
    pub(super) fn begin(of: &Rc<Self>, name: &str) -> Result<Within, String> {
        let mut within = of.within.borrow_mut();
        if within.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            let path: Vec<&str> = within.iter().map(String::as_str).collect();
            return Err(format!(
                "cohort `{name}` stands within itself: {} → {name}",
                path.join(" → ")
            ));
        }
        if within.len() >= DEPTH {
            return Err(format!("more than {DEPTH} cohorts stand within each other"));
        }
        of.count.set(of.count.get() + 1);
        if of.count.get() > USED {
            return Err(format!(
                "a question uses at most {USED} cohorts, those within others counted each time"
            ));
        }
        within.push(name.to_owned());
        Ok(Within(Rc::clone(of)))
    }
}

impl Names<'_> {
    /// The expression of the cohort that was defined under a name, as this view may see it; `None` where none was.
    pub(super) fn defined_cohort(
        &self,
        used: &Used,
        name: &str,
        at: &Range<usize>,
    ) -> Result<Option<GroupExpr>> {
        let Some(of) = used.definition(self.view, name)? else {
            return Ok(None);
        };
        if self.is_recorded_cohort(name)? {
            let message = format!(
                "`{name}` is a cohort that was defined, and one that is recorded of people: drop it, and define it under another name"
            );
            return Err(self.error(at, message, Vec::new()));
        }
        if of.pinned && of.snapshot != self.view.snapshot() {
            let message = format!(
                "cohort `{name}` is pinned to snapshot {}, and this is {}: define it anew",
                of.snapshot,
                self.view.snapshot()
            );
            return Err(self.error(at, message, Vec::new()));
        }
        parsed(self.view, &of)
            .and_then(|of| visible(self.view, &of))
            .map(Some)
    }

    /// Whether a cohort of this name is recorded of people who may be seen.
    pub(in crate::query) fn is_recorded_cohort(&self, name: &str) -> Result<bool> {
        let Some(people) = self.view.people() else {
            return Ok(false);
        };
        let set = people.attribute_set(Attribute::Cohort, name)?;
        let visible = self.view.visible_individuals();
        Ok(set.is_some_and(|set| visible.is_none_or(|visible| !set.is_disjoint(visible))))
    }
}

/// The names under which cohorts are defined.
pub(in crate::query) fn names(view: &View) -> Result<Vec<String>> {
    let all = cohorts::read(view.folder())?;
    Ok(all.into_iter().map(|of| of.name).collect())
}

/// The expression of a definition.
pub(in crate::query) fn parsed(view: &View, of: &Definition) -> Result<GroupExpr> {
    let wrong = |found: String| {
        let expected = format!("an expression over people in cohort {:?}", of.name);
        cohorts::damage(view.folder(), 0, &expected, found)
    };
    let expression: GroupExpr = of
        .expression
        .parse()
        .map_err(|e: Error| wrong(e.to_string()))?;
    Ok(expression)
}

/// An expression of which lists have those alone who may be seen.
pub(in crate::query) fn visible(view: &View, of: &GroupExpr) -> Result<GroupExpr> {
    let node = with_lists(&of.0, &mut |list| {
        let (GroupAtom::Samples(SampleList::Names(ids))
        | GroupAtom::Individuals(SampleList::Names(ids))) = list
        else {
            return Ok(Node::built(list.clone()));
        };
        let of_samples = matches!(list, GroupAtom::Samples(_));
        let mut seen = Vec::new();
        for id in ids {
            if is_seen(view, id, of_samples)? {
                seen.push(id.clone());
            }
        }
        Ok(match (seen.is_empty(), of_samples) {
            (true, _) => Node::Not(Box::new(Node::built(GroupAtom::All))),
            (false, true) => Node::built(GroupAtom::Samples(SampleList::Names(seen))),
            (false, false) => Node::built(GroupAtom::Individuals(SampleList::Names(seen))),
        })
    })?;
    Ok(GroupExpr(node))
}

fn is_seen(view: &View, id: &str, of_samples: bool) -> Result<bool> {
    if of_samples {
        return Ok(view.sample_number(id)?.is_some());
    }
    let Some(people) = view.people() else {
        return Ok(false);
    };
    let number = people.number(id)?;
    let visible = view.visible_individuals();
    Ok(number.is_some_and(|of| visible.is_none_or(|visible| visible.contains(of))))
}

/// Whether an expression uses a cohort, within variants as well.
pub(in crate::query) fn mentions(of: &GroupExpr, name: &str) -> Result<bool> {
    let mut found = false;
    with_atoms(&of.0, &mut |atom| {
        let used = atom.as_cohort();
        found |= used.is_some_and(|used| used.eq_ignore_ascii_case(name));
        Ok(None)
    })?;
    Ok(found)
}

/// An expression with other lists of samples and individuals.
pub(in crate::query) fn with_lists(
    node: &Node<GroupAtom>,
    list: &mut dyn FnMut(&GroupAtom) -> Result<Node<GroupAtom>>,
) -> Result<Node<GroupAtom>> {
    with_atoms(node, &mut |atom| match atom {
        GroupAtom::Samples(_) | GroupAtom::Individuals(_) => list(atom).map(Some),
        _ => Ok(None),
    })
}

/// What stands in the place of an atom; `None` is the atom itself.
type Replace<'a> = dyn FnMut(&GroupAtom) -> Result<Option<Node<GroupAtom>>> + 'a;

/// An expression with other atoms, also in groups that variants within it are counted in.
fn with_atoms(node: &Node<GroupAtom>, replace: &mut Replace<'_>) -> Result<Node<GroupAtom>> {
    let all = |parts: &[Node<GroupAtom>], replace: &mut Replace<'_>| -> Result<Vec<_>> {
        parts.iter().map(|part| with_atoms(part, replace)).collect()
    };
    Ok(match node {
        Node::Atom(Atom { kind, .. }) => match replace(kind)? {
            Some(other) => other,
            None => {
                let mut kind = kind.clone();
                if let GroupAtom::Carriers { of, .. }
                | GroupAtom::Called(of)
                | GroupAtom::Noncarriers(of) = &mut kind
                {
                    of.0 = variants_with_atoms(&of.0, replace)?;
                }
                Node::built(kind)
            }
        },
        Node::Not(inner) => Node::Not(Box::new(with_atoms(inner, replace)?)),
        Node::And(parts) => Node::And(all(parts, replace)?),
        Node::Or(parts) => Node::Or(all(parts, replace)?),
    })
}

fn variants_with_atoms(
    node: &Node<VariantAtom>,
    replace: &mut Replace<'_>,
) -> Result<Node<VariantAtom>> {
    let all = |parts: &[Node<VariantAtom>], replace: &mut Replace<'_>| -> Result<Vec<_>> {
        let parts = parts.iter();
        parts
            .map(|part| variants_with_atoms(part, replace))
            .collect()
    };
    Ok(match node {
        Node::Atom(Atom { kind, .. }) => {
            let mut kind = kind.clone();
            if let VariantAtom::NumberIn { of, .. } = &mut kind {
                of.0 = with_atoms(&of.0, replace)?;
            }
            Node::built(kind)
        }
        Node::Not(inner) => Node::Not(Box::new(variants_with_atoms(inner, replace)?)),
        Node::And(parts) => Node::And(all(parts, replace)?),
        Node::Or(parts) => Node::Or(all(parts, replace)?),
    })
}
