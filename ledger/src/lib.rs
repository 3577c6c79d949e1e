//! What a disclosure policy remembers between questions.
//!
//! A policy that looks at one answer alone can be asked around: the same rare alleles one after another, one set of people
//! and then the same set but for one. A [`Ledger`] remembers what left, and decides of the next answer beside it:
//!
//! | | |
//! |---|---|
//! | [`Ledger::yes_no`] | whether somebody has a rare allele: each carrier pays for a "yes", and is taken out where he cannot |
//! | [`Ledger::sites`] | at how many sites an asker sees counts |
//! | [`Ledger::influence`] | in whom an allele is counted: each who has it pays for how far it sets him apart, and is counted with the other one where he cannot |
//! | [`Ledger::overlap`] | whether a set of people differs by too few from one that was answered |
//! | [`Ledger::noise`] | what is added to numbers that leave (feature `noise`) |
//! | [`Ledger::epoch`] | from which state of a dataset that grows, and that people leave, answers come |
//! | [`Ledger::record`], [`Ledger::verify`] | who asked, and what was decided, in a chain of rows that shows what is changed later |
//!
//! [`SqliteLedger`] keeps all of it in one file of SQLite, which any number of processes may have open: they share each
//! budget exactly. A host that has a database of its own implements [`Ledger`] by it; [`risk`], [`price`], [`budget`],
//! [`influence()`] and [`isolates`] are the arithmetic.
//!
//! ```
//! use varidex_ledger::*;
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("ledger.sqlite");
//!
//! // random, and not kept beside the file
//! let secret = Secret::new(&[0x5a; 32])?;
//! let ledger = SqliteLedger::open(&path, secret)?;
//! let asker = Asker::Known("https://login.example.org/ anna");
//!
//! // from which people answers come
//! let visible = MemberSet::full(1_000);
//! let epoch = ledger.epoch(&EpochQuestion {
//!     population: "GDI-XX-1", snapshot: "4f1c", visible: &visible, altered: 0, at_least: 50,
//! })?;
//!
//! // does anybody have it? Two do, and both can pay
//! let answer = ledger.yes_no(&YesNoQuestion {
//!     asker, population: "GDI-XX-1", question: b"epoch 1, 22:16050075 A>G",
//!     frequency: 0.001, people: 1_000, carriers: &["HG1", "HG7"], at_least: 1, p: 0.5,
//! })?;
//! assert!(answer.yes);
//!
//! // a count among all but one would give that one away
//! let members: MemberSet = (1..1_000).collect();
//! let overlap = ledger.overlap(&OverlapQuestion {
//!     population: "GDI-XX-1",
//!     members: &members,
//!     at_least: 10,
//!     by_variants: None,
//! })?;
//! assert_eq!(overlap, Overlap::Withhold);
//!
//! let head = ledger.record(&Entry {
//!     time: std::time::SystemTime::now(), asker, purpose: "rare_match", tier: "registered",
//!     decision: Decision::Answered, reason: "", snapshot: &epoch.snapshot, view: "",
//! })?;
//! // kept by the host elsewhere
//! assert_eq!(ledger.verify(Some(&head))?, Verdict::Whole { head });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing that is stored names an asker, a person, a variant or a question: these are HMAC-SHA-256 by the host's
//! [`Secret`]. Sets of people are stored, by number.
//!
//! # Limits
//!
//! Budgets are of one asker: askers who work together have one each. The audit of overlaps compares two sets at a time, and
//! the newest that it remembers ([`Options::sets`]). Who can write the file can grant budgets anew; of the audit log that
//! would show. See *The ledger of a policy* in the book.

#![deny(clippy::indexing_slicing)]

mod at;
mod audit;
mod beacon;
mod budget;
mod epoch;
mod error;
mod influence;
mod members;
mod noise;
mod overlap;
mod policy;
mod secret;
mod sqlite;

pub use at::{LedgerAt, note_without};
pub use audit::{Decision, Entry, Fault, Head, Verdict};
pub use beacon::open_beacon;
pub use budget::{
    PEOPLE_PER_SITE, Sites, SitesQuestion, UNITS_PER_NAT, YesNo, YesNoQuestion, budget, cost,
    power, price, risk, separation, site_budget,
};
pub use epoch::{Epoch, EpochQuestion, Moved};
pub use error::{Error, Result};
pub use influence::{InfluenceQuestion, Share, UNITS_PER_INFLUENCE, influence};
pub use members::{MalformedSet, MemberSet};
pub use noise::{Distribution, NoiseOf, NoiseQuestion};
pub use overlap::{Overlap, OverlapQuestion, isolates};
pub use policy::{Remembered, under_policy};
pub use secret::Secret;
pub use sqlite::{Options, SqliteLedger, WhenFull};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker<'a> {
    /// Somebody with an identity that the host has checked: issuer and subject of a token, for example.
    Known(&'a str),
    /// Anybody: all who have no identity share one budget.
    Anonymous,
}

impl<'a> Asker<'a> {
    /// What is digested of it: no name is that of nobody.
    pub(crate) fn parts(self) -> [&'a [u8]; 2] {
        match self {
            Self::Known(name) => [b"known", name.as_bytes()],
            Self::Anonymous => [b"anonymous", b""],
        }
    }
}

/// What a policy remembers, and what it decides by it.
///
/// Each call is one transaction: done as a whole and kept, or not done. An answer leaves after the call has returned
/// `Ok`, and only then; where it fails, the question is refused.
pub trait Ledger: Send + Sync {
    /// Answers whether anybody has an allele. Carriers who cannot pay are taken out before it is answered; the others
    /// pay if the answer is "yes". The same question of the same asker has the same answer, and costs nothing again.
    ///
    /// "No" costs nothing, and one with carriers takes the time of one without, where these are few.
    fn yes_no(&self, question: &YesNoQuestion<'_>) -> Result<YesNo>;

    /// Grants sites in the order in which they are given, until the asker has seen as many as he may. A site is counted
    /// once for each asker and population.
    fn sites(&self, question: &SitesQuestion<'_>) -> Result<Sites>;

    /// Charges everybody who has an allele for what its count says of him, and returns those who cannot pay: they are to be counted as
    /// if they had the other allele. The same question of the same asker leaves out the same people, and
    /// costs nothing again.
    fn influence(&self, question: &InfluenceQuestion<'_>) -> Result<MemberSet>;

    /// Decides whether an answer about a set of people may leave beside all that were remembered, whoever asked them, for
    /// whatever purpose and of whatever snapshot. Within an epoch the same set has the same decision.
    fn overlap(&self, question: &OverlapQuestion<'_>) -> Result<Overlap>;

    /// The snapshot of the present epoch, which stays as it is; `None` where none has begun.
    fn snapshot(&self, population: &str) -> Result<Option<String>>;

    /// The epoch to answer from, moved where the rule says so.
    fn epoch(&self, question: &EpochQuestion<'_>) -> Result<Epoch>;

    /// Noise of numbers, in their order: the same for the same number until the population has another state, of epoch or snapshot. What
    /// is drawn is kept before it is returned.
    ///
    /// A ledger that does not draw any, and [`SqliteLedger`] without the feature `noise`, refuses it.
    fn noise(&self, question: &NoiseQuestion<'_>) -> Result<Vec<i64>> {
        question.distribution.check()?;
        Err(noise::has_none())
    }

    /// Appends a row to the audit log. What is returned is its end, to be kept elsewhere now and then.
    fn record(&self, entry: &Entry<'_>) -> Result<Head>;

    /// The end of the audit log.
    fn head(&self) -> Result<Head>;

    /// Reads the audit log from its first row, and beside it a head that was kept elsewhere. Without one, rows that were
    /// taken off the end together with the ledger's own note of the end are not missed where an older file is put in place.
    fn verify(&self, kept: Option<&Head>) -> Result<Verdict>;
}
