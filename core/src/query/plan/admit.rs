//! The door between plans and what runs them.

use super::bound::{BoundGroup, BoundPlan, BoundVariants, GroupPart, GroupTest, Whom};
use crate::cohort::View;
use crate::error::{Error, Result};
use crate::model::{Attribute, Policy};
use crate::query::expr::Node;

/// A plan that may run. Only [`admit`] makes one, and nothing that reads genotypes takes a plan otherwise.
#[derive(Debug)]
pub(crate) struct Admitted<P>(P);

impl<P> Admitted<P> {
    /// What is to be run.
    pub(in crate::query) fn into_plan(self) -> P {
        self.0
    }
}

/// Lets a plan run against a view, or refuses it: every plan comes here once, with its sub-questions, before
/// anything of it is run. What may be asked is decided here, by the plan alone.
pub(crate) fn admit<P: Asking>(view: &View, plan: BoundPlan<P>) -> Result<Admitted<P>> {
    admit_beside(view, plan, false)
}

/// The same of a plan that is asked beside variants, which are counted in whom it finds.
pub(crate) fn admit_beside<P: Asking>(
    view: &View,
    plan: BoundPlan<P>,
    beside_variants: bool,
) -> Result<Admitted<P>> {
    // rows and people are numbers of the view that gave them
    view.refuse_foreign("a plan", &plan.view)?;
    if let Some(policy) = view.policy() {
        let mut asked = Asked {
            variants: beside_variants,
            ..Asked::default()
        };
        plan.of.asks(&mut asked);
        asked.check(policy)?;
    }
    Ok(Admitted(plan.of))
}

/// What a plan asks for, which policies allow or do not.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    variants: bool,
    /// What is recorded of people, and attributes of them.
    recorded: bool,
    described: Vec<Attribute>,
}

impl Asked {
    fn check(&self, policy: &Policy) -> Result<()> {
        let refused = |what: String| {
            Err(Error::Usage(format!(
                "policy `{}` {what}",
                policy.name.escape_debug()
            )))
        };
        if !self.variants || policy.combine {
            return Ok(());
        }
        if self.recorded {
            return refused(
                "does not answer of variants together with what is recorded of people".to_owned(),
            );
        }
        let other = self
            .described
            .iter()
            .find(|of| !allows_field(policy, of.name()));
        match other {
            Some(attribute) => refused(format!(
                "does not answer of variants together with {}",
                attribute.name()
            )),
            None => Ok(()),
        }
    }
}

/// Whether a policy allows to count variants by a field.
pub(crate) fn allows_field(policy: &Policy, field: &str) -> bool {
    let strata = policy.strata.as_ref();
    strata.is_none_or(|strata| strata.iter().any(|known| known.eq_ignore_ascii_case(field)))
}

/// A plan of which can be said what it asks for.
pub(crate) trait Asking {
    /// Adds what it asks for.
    fn asks(&self, asked: &mut Asked);
}

impl Asking for BoundGroup {
    fn asks(&self, asked: &mut Asked) {
        add(&self.root, asked);
    }
}

impl Asking for BoundVariants {
    fn asks(&self, asked: &mut Asked) {
        asked.variants = true;
        for group in &self.groups {
            group.asks(asked);
        }
    }
}

fn add(node: &Node<GroupPart>, asked: &mut Asked) {
    match node {
        Node::Atom(atom) => match &atom.kind.test {
            GroupTest::Stored(whom, _) => match whom {
                Whom::Described(attribute) => asked.described.push(*attribute),
                Whom::Recorded | Whom::Sampled => asked.recorded = true,
                // lists are refused where they are read, before it can be seen which ids there are
                Whom::All | Whom::Genotyped | Whom::Proven | Whom::Listed => {}
            },
            GroupTest::Carriers(carriers) => {
                asked.variants = true;
                asked.recorded |= !carriers.samples.are_any();
                if let Some(of) = &carriers.of {
                    of.asks(asked);
                }
            }
            GroupTest::Called(called) => called.of.asks(asked),
            GroupTest::Similar(_) => asked.recorded = true,
        },
        Node::Not(inner) => add(inner, asked),
        Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| add(part, asked)),
    }
}
