//! Disclosure rules: those of the policies that come with Varidex, and others beside them.

use std::sync::LazyLock;

use varidex::{Error, Granularity as Finest, Policy, Zero};

/// The finest answer that is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granularity {
    /// Whether somebody carries an allele.
    Boolean,
    /// How many alleles there are.
    Count,
}

/// Below this, a number is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// Nothing is hidden.
    None,
    /// Fewer carriers than this.
    People(u32),
    /// Fewer alleles than this.
    Alleles(u32),
}

impl Floor {
    /// The least number that is shown, in its own unit.
    pub fn least(self) -> u32 {
        match self {
            Self::None => 1,
            Self::People(least) | Self::Alleles(least) => least.max(1),
        }
    }
}

/// Which frequency a budget for rare alleles takes for that of an allele.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frequency {
    /// That in the dataset itself.
    Dataset,
    /// That in the population, from a panel.
    Population,
}

/// A budget of each person for rare alleles (Raisaro et al. 2017, strategy S3): `b = −ln p`, and a *yes* about an
/// allele of frequency f costs each carrier `−ln(1 − (1 − f)^2N)`. Who lacks that is taken out of the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rare {
    /// The paper's p.
    pub p: f64,
    /// Where f is from.
    pub frequency: Frequency,
}

/// A budget of questions about different sites.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sites {
    /// Sites for each member of the dataset.
    pub per_person: f64,
    /// A site in linkage disequilibrium (r² ≥ this) with one that was paid for costs nothing.
    pub pruned: Option<f64>,
}

/// Rules by which a dataset answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// How they are called in tables.
    pub name: &'static str,
    /// The finest answer.
    pub granularity: Granularity,
    /// What is hidden.
    pub floor: Floor,
    /// Whether the floor holds for the reference allele, too.
    pub two_tailed: bool,
    /// Whether a zero is shown as one. Otherwise zero and hidden are the same answer.
    pub zero_shown: bool,
    /// Counts are rounded to a multiple of this.
    pub rounding: u32,
    /// Datasets of fewer people are not answered about.
    pub smallest_cohort: u32,
    /// Budget of each asker, or of the dataset where askers have no identity.
    pub sites: Option<Sites>,
    /// Budget of each person for rare alleles.
    pub rare: Option<Rare>,
    /// Budget of each person for influence: an answer about an allele of frequency f costs who has g copies, of the
    /// rarer of the two alleles, `(g − 2f)² / 2Nf(1 − f)`. The sum is the squared separation, in standard deviations, of
    /// the person as a member from the same person as a non-member. Who lacks the cost is counted as if both copies were the other
    /// allele, and out of f, by which more may come to lack it.
    pub influence: Option<f64>,
    /// Answers move when this many people have changed.
    pub epoch: Option<u32>,
}

/// Those in linkage disequilibrium are one site.
const PRUNED: f64 = 0.2;

impl Rules {
    /// The rules of a policy, as far as questions about alleles meet them.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] where there is no policy of the name, or its floor is one that is not attacked here.
    fn of(name: &'static str) -> Result<Self, Error> {
        let policy = Policy::named(name)?;
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let budget = policy.budget.unwrap_or_default();
        Ok(Self {
            name,
            granularity: match policy.granularity {
                Finest::Boolean => Granularity::Boolean,
                _ => Granularity::Count,
            },
            floor: match (number(policy.floor.people), number(policy.floor.alleles)) {
                (0 | 1, 0) => Floor::None,
                (people, 0) => Floor::People(people),
                // so many copies are of half as many people at least
                (people, alleles) if alleles >= 2 * people => Floor::Alleles(alleles),
                (people, alleles) => {
                    let found = format!("a floor of {people} people and {alleles} copies");
                    return Err(Error::Usage(found));
                }
            },
            two_tailed: policy.two_tailed,
            zero_shown: policy.zero == Zero::Shown,
            rounding: number(policy.rounding),
            smallest_cohort: number(policy.smallest_cohort),
            sites: budget.sites_per_person.map(|per_person| Sites {
                per_person,
                pruned: None,
            }),
            rare: budget.rare_p.map(|p| Rare {
                p,
                frequency: Frequency::Dataset,
            }),
            influence: budget.influence,
            epoch: Some(number(policy.epoch)).filter(|epoch| *epoch > 0),
        })
    }
}

/// The policies that come with Varidex, but for `controlled`, which shows what `open` shows.
pub static NAMED: LazyLock<Vec<Rules>> = LazyLock::new(|| {
    let names = Policy::NAMES.iter().filter(|name| **name != "controlled");
    names.filter_map(|name| Rules::of(name).ok()).collect()
});

/// Rules beside the named ones: each changes what measurement names as the reason that a claim is met, or is not.
pub static VARIANTS: LazyLock<Vec<Rules>> = LazyLock::new(|| {
    let like = |name: &str| NAMED.iter().find(|rules| rules.name == name).copied();
    let rare = |p, frequency| Some(Rare { p, frequency });
    let variants = || {
        let [open, registered, public, rare_match] =
            ["open", "registered", "public", "rare-match"].map(like);
        let (registered, public, rare_match) = (registered?, public?, rare_match?);
        Some(vec![
            Rules {
                name: "open, yes or no",
                granularity: Granularity::Boolean,
                ..open?
            },
            Rules {
                name: "registered, no influence",
                influence: None,
                ..registered
            },
            Rules {
                name: "registered, no influence, LD free",
                influence: None,
                sites: registered.sites.map(|sites| Sites {
                    pruned: Some(PRUNED),
                    ..sites
                }),
                ..registered
            },
            Rules {
                name: "public, no influence",
                influence: None,
                ..public
            },
            Rules {
                name: "public, p 0.75 for influence",
                influence: None,
                rare: rare(0.75, Frequency::Dataset),
                ..public
            },
            Rules {
                name: "rare-match, p 0.05",
                rare: rare(0.05, Frequency::Dataset),
                ..rare_match
            },
            Rules {
                name: "rare-match, population f",
                rare: rare(0.5, Frequency::Population),
                ..rare_match
            },
        ])
    };
    variants().unwrap_or_default()
});

/// The rules of a name, among the named ones and the variants.
pub fn named(name: &str) -> Option<Rules> {
    let all = NAMED.iter().chain(VARIANTS.iter());
    all.copied().find(|rules| rules.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_policies_are_attacked() {
        assert_eq!(NAMED.len(), Policy::NAMES.len() - 1);
        assert_eq!(VARIANTS.len(), 7);
        assert_eq!(named("gdi").unwrap().floor, Floor::Alleles(10));
        assert_eq!(named("omop").unwrap().floor, Floor::People(5));
        assert_eq!(named("open").unwrap().floor, Floor::None);
        assert_eq!(named("registered").unwrap().influence, Some(0.04));
        assert_eq!(named("public").unwrap().epoch, Some(50));
        assert!(named("controlled").is_none());
    }
}
