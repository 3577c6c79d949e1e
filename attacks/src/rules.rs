//! Disclosure rules, and those that have a name.

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
    /// the person as a member from the same person as a non-member. Who lacks the cost is taken out of the answer, and out of
    /// f and N, too, by which more may come to lack it.
    pub influence: Option<f64>,
    /// Answers move when this many people have changed.
    pub epoch: Option<u32>,
}

const OPEN: Rules = Rules {
    name: "open",
    granularity: Granularity::Count,
    floor: Floor::None,
    two_tailed: false,
    zero_shown: true,
    rounding: 1,
    smallest_cohort: 0,
    sites: None,
    rare: None,
    influence: None,
    epoch: None,
};

/// One site for 16 members, those in linkage disequilibrium being one.
const SIXTEENTH: Sites = Sites {
    per_person: 1.0 / 16.0,
    pruned: Some(0.2),
};

const REGISTERED: Rules = Rules {
    name: "registered",
    floor: Floor::People(10),
    two_tailed: true,
    zero_shown: false,
    rounding: 10,
    sites: Some(SIXTEENTH),
    epoch: Some(50),
    ..OPEN
};

const PUBLIC: Rules = Rules {
    name: "public",
    granularity: Granularity::Boolean,
    floor: Floor::People(10),
    zero_shown: false,
    smallest_cohort: 1000,
    sites: Some(SIXTEENTH),
    rare: Some(Rare {
        p: 0.05,
        frequency: Frequency::Dataset,
    }),
    epoch: Some(50),
    ..OPEN
};

const RARE_MATCH: Rules = Rules {
    name: "rare-match",
    granularity: Granularity::Boolean,
    rare: Some(Rare {
        p: 0.05,
        frequency: Frequency::Dataset,
    }),
    epoch: Some(5),
    ..OPEN
};

/// The named policies. `controlled` shows what `open` shows. Of All of Us, OMOP, DataSHIELD and PCORnet it is the
/// published rule for small cells: a count from 1 to below the floor is hidden, a zero is shown.
pub const NAMED: [Rules; 9] = [
    OPEN,
    REGISTERED,
    PUBLIC,
    RARE_MATCH,
    Rules {
        name: "all-of-us",
        floor: Floor::People(21),
        ..OPEN
    },
    Rules {
        name: "omop",
        floor: Floor::People(5),
        ..OPEN
    },
    Rules {
        name: "datashield",
        floor: Floor::People(3),
        ..OPEN
    },
    Rules {
        name: "pcornet",
        floor: Floor::People(11),
        ..OPEN
    },
    Rules {
        name: "gdi",
        floor: Floor::Alleles(10),
        two_tailed: true,
        zero_shown: false,
        ..OPEN
    },
];

/// Rules beside the named ones: each changes what measurement names as the reason that a claim is not met.
pub const VARIANTS: [Rules; 6] = [
    Rules {
        name: "open, yes or no",
        granularity: Granularity::Boolean,
        ..OPEN
    },
    Rules {
        name: "registered, no LD free",
        sites: Some(Sites {
            pruned: None,
            ..SIXTEENTH
        }),
        ..REGISTERED
    },
    Rules {
        name: "registered + influence",
        influence: Some(0.04),
        ..REGISTERED
    },
    Rules {
        name: "public + influence",
        influence: Some(0.02),
        ..PUBLIC
    },
    Rules {
        name: "rare-match, population f",
        rare: Some(Rare {
            p: 0.05,
            frequency: Frequency::Population,
        }),
        ..RARE_MATCH
    },
    Rules {
        name: "rare-match, population f, p 0.7",
        rare: Some(Rare {
            p: 0.7,
            frequency: Frequency::Population,
        }),
        ..RARE_MATCH
    },
];

/// The rules of a name, among the named ones and the variants.
pub fn named(name: &str) -> Option<Rules> {
    NAMED
        .iter()
        .chain(&VARIANTS)
        .find(|rules| rules.name == name)
        .copied()
}
