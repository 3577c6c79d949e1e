//! The door between plans and what runs them.

use super::bound::BoundPlan;
use crate::cohort::View;
use crate::error::Result;

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
pub(crate) fn admit<P>(view: &View, plan: BoundPlan<P>) -> Result<Admitted<P>> {
    // rows and people are numbers of the view that gave them
    view.refuse_foreign("a plan", &plan.view)?;
    Ok(Admitted(plan.of))
}
