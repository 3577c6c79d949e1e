//! What is published of a file of counts, and what is said of it.

use super::levels::LeftOut;
use crate::genome::Assembly;
use crate::maintain::{Refused, Warned};
use crate::model::{Date, Policy};
use crate::publish::PublishReport;
use std::fmt;

/// Labels and keys that a report names at most.
const NAMED_MAX: usize = 10;

/// What is published of a file of counts.
#[derive(Debug, Clone)]
pub struct PublishSitesOptions {
    /// What is shown of whom.
    pub policy: Policy,
    /// Names the people that are counted. Files of the same people have the same, those of others another.
    pub population: String,
    /// By which fields strata are made: `sex`, and `country` where all groups have two capital letters, `population` otherwise. Without
    /// any, and without labels, those of the finest level are taken.
    pub by: Vec<String>,
    /// Or the labels of the strata, as they stand in the keys (`FI`, `nfe_XX`); `Total` is everybody alone.
    pub strata: Vec<String>,
    /// The day of which decisions of people are respected; `None` is today.
    pub consent_date: Option<Date>,
    /// After so many days the file is refused.
    pub max_age_days: u32,
    /// The assembly, where the header does not say it.
    pub assembly: Option<Assembly>,
    /// Whether records with a FILTER other than `PASS` are refused.
    pub only_pass: bool,
    /// Whether records that cannot be read, and those out of order, are refused instead of ending the import.
    pub skip_malformed: bool,
    /// Threads that read; as many as the machine has where `None`.
    pub threads: Option<usize>,
    /// Whether a file that is there is replaced.
    pub replace: bool,
}

impl PublishSitesOptions {
    /// All records, by the finest level of strata, for a year.
    pub fn new(policy: Policy, population: impl Into<String>) -> Self {
        Self {
            policy,
            population: population.into(),
            by: Vec::new(),
            strata: Vec::new(),
            consent_date: None,
            max_age_days: 365,
            assembly: None,
            only_pass: false,
            skip_malformed: false,
            threads: None,
            replace: false,
        }
    }
}

/// What was read of a file of counts, and what was published. `records = stored + refused`, always.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct PublishSitesReport {
    /// Records read.
    pub records: u64,
    /// Records of which the counts were taken, of whatever is shown of them.
    pub stored: u64,
    /// Refused records, by reason.
    pub refused: Vec<Refused>,
    /// What was odd but legal, by kind.
    pub warnings: Vec<Warned>,
    /// Populations and keys that were not taken, and why.
    pub left_out: Vec<LeftOut>,
    /// Counts of alleles in strata that are not known, for there is no AC and AF is of several: they are withheld.
    pub unclear: u64,
    /// What is in the file.
    pub published: PublishReport,
}

impl PublishSitesReport {
    /// Records refused.
    pub fn refused_count(&self) -> u64 {
        self.refused.iter().map(|reason| reason.count).sum()
    }
}

impl fmt::Display for PublishSitesReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "records read      {:>14}", self.records)?;
        writeln!(f, "records stored    {:>14}", self.stored)?;
        writeln!(f, "records refused   {:>14}", self.refused_count())?;
        for reason in &self.refused {
            writeln!(f, "refused {}: expected {}", reason.count, reason.expected)?;
            for (place, found) in &reason.places {
                writeln!(f, "  {place}: found {found}")?;
            }
        }
        for warning in &self.warnings {
            let Warned { what, count, first } = warning;
            writeln!(f, "warning: {what} ({count}, first at {first})")?;
        }
        for LeftOut { what, why } in &self.left_out {
            let named: Vec<&str> = what.iter().take(NAMED_MAX).map(String::as_str).collect();
            let more = what.len() - named.len();
            match more {
                0 => writeln!(f, "left out: {}: {why}", named.join(", "))?,
                _ => writeln!(f, "left out: {} and {more} more: {why}", named.join(", "))?,
            }
        }
        if self.unclear > 0 {
            writeln!(
                f,
                "{} counts withheld for there is no AC, and AF is of several",
                self.unclear
            )?;
        }
        self.published.fmt(f)
    }
}
