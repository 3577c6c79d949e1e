//! A beacon that remembers what was asked by a ledger.

use crate::{Ledger, LedgerAt, Remembered, under_policy};
use std::path::Path;
use std::sync::Arc;
use varidex::{Beacon, BeaconMemory, Policy, PolicyView, Result, View};

/// Opens a beacon, and the ledger that its configuration names, if it does: `[ledger]` with `file` and `secret`. The people of a dataset are
/// called by its id.
///
/// # Errors
///
/// As [`Beacon::open`] and [`LedgerAt::open`].
pub fn open_beacon(config: impl AsRef<Path>) -> Result<Beacon> {
    let config = config.as_ref();
    let beacon = Beacon::open(config)?;
    let Some(of) = &beacon.config().ledger else {
        return Ok(beacon);
    };
    let folder = config.parent().unwrap_or(Path::new(""));
    let ledger = LedgerAt::new(folder.join(&of.file), folder.join(&of.secret)).open()?;
    Ok(beacon.remembering(Arc::new(Kept(Arc::new(ledger)))))
}

struct Kept(Arc<dyn Ledger>);

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl BeaconMemory for Kept {
    fn under_policy(
        &self,
        view: &View,
        policy: &Policy,
        dataset: &str,
        asker: Option<&str>,
    ) -> Result<PolicyView> {
        let of = Remembered {
            population: dataset.to_owned(),
            asker: asker.map(str::to_owned),
        };
        // a beacon stays open while its datasets grow, and a ledger takes what it is shown later for newer
        let newest = view.dataset().newest()?;
        let ledger = Arc::clone(&self.0);
        let (shown, _) = match newest.snapshot() == view.snapshot() {
            true => under_policy(view, policy, ledger, of)?,
            false => under_policy(&newest.view_like(view)?, policy, ledger, of)?,
        };
        Ok(shown)
    }
}
