//! A beacon that remembers what its askers asked before: the verbs of a [`PolicyView`] pay for what a policy keeps budgets of.

use crate::access::PolicyView;
use crate::cohort::View;
use crate::error::Result;
use crate::model::Policy;
use std::fmt;

/// Puts the datasets of a beacon under their policies with what was asked before: `varidex_ledger::open_beacon` does by a ledger.
pub trait BeaconMemory: Send + Sync + fmt::Debug {
    /// A view under a policy, as an asker may ask it. `dataset` is the id in the configuration; no `asker` is anybody: all of them share
    /// their budgets.
    ///
    /// # Errors
    ///
    /// As [`View::under_policy`], and where it cannot be known what was asked.
    fn under_policy(
        &self,
        view: &View,
        policy: &Policy,
        dataset: &str,
        asker: Option<&str>,
    ) -> Result<PolicyView>;
}

/// Who asks, as far as a beacon remembers it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Remembering<'a> {
    pub(super) memory: &'a dyn BeaconMemory,
    pub(super) asker: Option<&'a str>,
}
