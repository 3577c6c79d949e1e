//! Random questions: the ledger decides like the model, and what it decided keeps the laws that the policy rests on.

use crate::model::Model;
use crate::{Kept, open};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use varidex_ledger::*;

const PEOPLE: u32 = 14;
const ASKERS: [Asker<'static>; 3] = [Asker::Known("anna"), Asker::Known("bo"), Asker::Anonymous];
const POPULATIONS: [&str; 2] = ["P1", "P2"];
const NAMES: [&str; 6] = ["HG1", "HG2", "HG3", "HG4", "HG5", "HG6"];
/// With p = 0.05 (2.99 nats) and 10 people: 5.4, 2.3, 0.46 and 10⁻⁴ nats, nothing, and more than anybody has.
const FREQUENCIES: [f64; 6] = [0.000_2, 0.005, 0.05, 0.37, 0.9, 0.0];

#[derive(Debug, Clone)]
enum Step {
    YesNo {
        asker: usize,
        population: usize,
        question: u8,
        frequency: usize,
        carriers: Vec<usize>,
        at_least: u64,
    },
    Sites {
        asker: usize,
        population: usize,
        most: u64,
        sites: Vec<u8>,
    },
    Influence {
        asker: usize,
        population: usize,
        question: u8,
        form: u8,
        carriers: BTreeMap<u32, u32>,
        others: u64,
    },
    Overlap {
        population: usize,
        set: BTreeSet<u32>,
        k: u64,
        variants: Option<u8>,
    },
    Epoch {
        population: usize,
        snapshot: u8,
        visible: BTreeSet<u32>,
        altered: u64,
    },
    /// The next questions are of a process that has just opened the file.
    Reopen,
}

/// What is asked of variants, of three questions or none.
fn variants() -> impl Strategy<Value = Option<u8>> {
    prop_oneof![2 => Just(None), 2 => (0_u8..3).prop_map(Some)]
}

fn words(variants: Option<u8>) -> Option<String> {
    variants.map(|of| format!("carriers({of})"))
}

fn set() -> impl Strategy<Value = BTreeSet<u32>> {
    prop_oneof![
        prop::collection::btree_set(0..PEOPLE, 0..PEOPLE as usize),
        // all but a few: near each other, and to everyone
        prop::collection::btree_set(0..PEOPLE, 0..3)
            .prop_map(|out| (0..PEOPLE).filter(|of| !out.contains(of)).collect()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let (asker, population) = (0..ASKERS.len(), 0..POPULATIONS.len());
    let carriers = prop::collection::vec(0..NAMES.len(), 0..5);
    let yes_no = (
        asker.clone(),
        population.clone(),
        0_u8..12,
        0..FREQUENCIES.len(),
        carriers,
        1_u64..4,
    );
    let influence = (
        asker.clone(),
        population.clone(),
        0_u8..12,
        prop_oneof![4 => Just(0_u8), 1 => Just(1)],
        prop::collection::btree_map(0..PEOPLE, 1_u32..3, 0..PEOPLE as usize),
        0_u64..60,
    );
    let sites = (
        asker,
        population.clone(),
        0_u64..6,
        prop::collection::vec(0_u8..9, 0..6),
    );
    prop_oneof![
        4 => yes_no.prop_map(|(asker, population, question, frequency, carriers, at_least)| {
            Step::YesNo { asker, population, question, frequency, carriers, at_least }
        }),
        2 => sites.prop_map(|(asker, population, most, sites)| Step::Sites { asker, population, most, sites }),
        4 => influence.prop_map(|(asker, population, question, form, carriers, others)| {
            Step::Influence { asker, population, question, form, carriers, others }
        }),
        6 => (population.clone(), set(), 0_u64..5, variants())
            .prop_map(|(population, set, k, variants)| Step::Overlap { population, set, k, variants }),
        3 => (population, 0_u8..4, set(), 0_u64..2).prop_map(|(population, snapshot, visible, altered)| {
            Step::Epoch { population, snapshot, visible, altered }
        }),
        1 => Just(Step::Reopen),
    ]
}

/// What a ledger says, as text that can be compared; digests are of the store.
fn said(ledger: &dyn Ledger, step: &Step) -> String {
    fn text<T: std::fmt::Debug>(of: Result<T>) -> String {
        of.map_or_else(|error| error.to_string(), |of| format!("{of:?}"))
    }
    match step {
        Step::YesNo {
            asker,
            population,
            question,
            frequency,
            carriers,
            at_least,
        } => {
            let carriers: Vec<&str> = carriers.iter().map(|of| NAMES[*of]).collect();
            text(ledger.yes_no(&YesNoQuestion {
                asker: ASKERS[*asker],
                population: POPULATIONS[*population],
                question: &[*question],
                frequency: FREQUENCIES[*frequency],
                people: 10,
                carriers: &carriers,
                at_least: *at_least,
                p: 0.05,
            }))
        }
        Step::Sites {
            asker,
            population,
            most,
            sites,
        } => {
            let sites: Vec<&[u8]> = sites.chunks(1).collect();
            let (asker, population) = (ASKERS[*asker], POPULATIONS[*population]);
            text(ledger.sites(&SitesQuestion {
                asker,
                population,
                most: *most,
                sites: &sites,
            }))
        }
        Step::Influence {
            asker,
            population,
            question,
            form,
            carriers,
            others,
        } => {
            let share = |(person, copies): (&u32, &u32)| Share {
                person: *person,
                copies: *copies,
                of: 2,
            };
            let shares: Vec<Share> = carriers.iter().map(share).collect();
            let left_out = ledger.influence(&InfluenceQuestion {
                asker: ASKERS[*asker],
                population: POPULATIONS[*population],
                question: &[*question],
                form: &[*form],
                part: &[*question % 2],
                copies: carriers.values().map(|of| u64::from(*of)).sum(),
                total: 2 * (carriers.len() as u64 + others),
                shares: &shares,
                budget: 0.7,
            });
            text(left_out.map(|of| of.iter().collect::<Vec<_>>()))
        }
        Step::Overlap {
            population,
            set,
            k,
            variants,
        } => {
            let members = set.iter().copied().collect();
            let population = POPULATIONS[*population];
            text(ledger.overlap(&OverlapQuestion {
                population,
                members: &members,
                at_least: *k,
                by_variants: words(*variants).as_deref(),
            }))
        }
        Step::Epoch {
            population,
            snapshot,
            visible,
            altered,
        } => {
            let epoch = ledger.epoch(&EpochQuestion {
                population: POPULATIONS[*population],
                snapshot: &format!("s{snapshot}"),
                visible: &visible.iter().copied().collect(),
                altered: *altered,
                at_least: 3,
            });
            text(epoch.map(|of| {
                let members: Vec<u32> = of.members.iter().collect();
                (of.number, of.snapshot, members, of.pending, of.moved)
            }))
        }
        Step::Reopen => String::new(),
    }
}

fn options(sets: u64, decisions: u64, withholds: bool) -> Options {
    let mut options = Options::default();
    options.sets = sets;
    options.decisions = decisions;
    if withholds {
        options.when_full = WhenFull::Withhold;
    }
    options
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_ledger_decides_like_the_model(
        steps in prop::collection::vec(step(), 1..60),
        sets in prop_oneof![Just(1_u64), 2_u64..5, Just(1_000)],
        decisions in prop_oneof![1_u64..4, Just(1_000)],
        withholds: bool,
    ) {
        let options = options(sets, decisions, withholds);
        let Kept { folder, mut ledger } = Kept::passing(options.clone());
        let model = Model::new(options.clone());
        for (at, step) in steps.iter().enumerate() {
            if matches!(step, Step::Reopen) {
                let path = ledger.path().to_owned();
                drop(ledger);
                ledger = SqliteLedger::open_with(path, crate::secret(), options.clone()).unwrap();
            }
            prop_assert_eq!(said(&ledger, step), said(&model, step), "step {}: {:?}", at, step);
        }
        drop(folder);
    }
}

/// A few sets, most of them near each other, asked again and again in one population that people leave and join.
fn few_sets() -> impl Strategy<Value = (Vec<BTreeSet<u32>>, Vec<Step>)> {
    let out = prop::collection::btree_set(0..PEOPLE, 0..3);
    let epoch = (0_u8..3, out, 0_u64..5).prop_map(|(snapshot, out, altered)| Step::Epoch {
        population: 0,
        snapshot,
        visible: (0..PEOPLE).filter(|of| !out.contains(of)).collect(),
        altered,
    });
    (prop::collection::vec(set(), 2..6), 1_u64..4).prop_flat_map(move |(pool, k)| {
        let set = prop::sample::select(pool.clone());
        let k = prop_oneof![4 => Just(k), 1 => 1_u64..5];
        let overlap = (set, k, variants()).prop_map(|(set, k, variants)| Step::Overlap {
            population: 0,
            set,
            k,
            variants,
        });
        let step = prop_oneof![5 => overlap, 1 => epoch.clone()];
        (Just(pool), prop::collection::vec(step, 5..60))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn sets_are_decided_like_in_the_model(
        (_, steps) in few_sets(),
        sets in 1_u64..5,
        decisions in prop_oneof![1 => 1_u64..4, 3 => Just(1_000)],
        withholds: bool,
    ) {
        let options = options(sets, decisions, withholds);
        let kept = Kept::passing(options.clone());
        let model = Model::new(options);
        let everyone: BTreeSet<u32> = (0..PEOPLE).collect();
        let mut members = everyone.clone();
        let begin = Step::Epoch { population: 0, snapshot: 0, visible: everyone, altered: 0 };
        for (at, step) in [begin].iter().chain(&steps).enumerate() {
            // cut to the epoch, as hosts do
            let step = match step.clone() {
                Step::Overlap { population, set, k, variants } => {
                    Step::Overlap { population, set: &set & &members, k, variants }
                }
                other => other,
            };
            prop_assert_eq!(said(&kept.ledger, &step), said(&model, &step), "step {}: {:?}", at, step);
            if matches!(step, Step::Epoch { .. }) {
                members = model.members(POPULATIONS[0]);
            }
        }
    }
}

/// Rare alleles, asked in any order: `(question, frequency, carriers)`.
fn questions() -> impl Strategy<Value = Vec<(u8, usize, BTreeSet<usize>)>> {
    let carriers = prop::collection::btree_set(0..NAMES.len(), 0..5);
    prop::collection::vec((0_u8..40, 1..4_usize, carriers), 1..80).prop_map(|mut questions| {
        // one question is always of the same allele
        let mut first = BTreeMap::new();
        for question in &mut questions {
            *question = first
                .entry(question.0)
                .or_insert_with(|| question.clone())
                .clone();
        }
        questions
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Nobody pays more than the budget, each "yes" is of people who paid, each "no" is one where nobody could, and a
    /// question has one answer.
    #[test]
    fn nobody_pays_more_than_the_budget(questions in questions(), people in 6_u64..40) {
        let kept = Kept::passing(Options::default());
        let mut paid = [0_u64; NAMES.len()];
        let mut answers: BTreeMap<u8, YesNo> = BTreeMap::new();
        for (question, frequency, carriers) in questions {
            let names: Vec<&str> = carriers.iter().map(|of| NAMES[*of]).collect();
            let asked = YesNoQuestion {
                asker: Asker::Anonymous, population: "P", question: &[question], frequency: FREQUENCIES[frequency], people,
                carriers: &names, at_least: 1, p: 0.05,
            };
            let answer = kept.ledger.yes_no(&asked).unwrap();
            if let Some(before) = answers.insert(question, answer.clone()) {
                prop_assert_eq!(before, answer);
                continue;
            }
            prop_assert_eq!(answer.yes, !answer.counted.is_empty());
            let unable = |most| Ok::<_, ()>(paid.iter().filter(|paid| **paid > most).count() as u64);
            let price = price(&asked, unable).unwrap();
            for (place, person) in carriers.into_iter().enumerate() {
                let after = price.map(|price| paid[person] + price).filter(|after| *after <= budget(0.05));
                prop_assert_eq!(answer.counted.contains(&place), after.is_some());
                paid[person] = after.unwrap_or(paid[person]);
            }
        }
        prop_assert!(paid.iter().all(|paid| *paid <= budget(0.05)));
    }

    /// Of all sets that were answered in an epoch no two isolate anybody, nor does one by itself; and none that isolates
    /// nobody is withheld.
    #[test]
    fn no_two_answered_sets_isolate_anybody(
        sets in prop::collection::vec((set(), variants()), 1..40),
        k in 1_u64..6,
    ) {
        let kept = Kept::passing(Options::default());
        let everyone = MemberSet::full(PEOPLE);
        let population = "P";
        let asked = EpochQuestion { population, snapshot: "s", visible: &everyone, altered: 0, at_least: 50 };
        kept.ledger.epoch(&asked).unwrap();
        let mut answered = vec![(MemberSet::new(), None), (everyone.clone(), None)];
        for (set, variants) in sets {
            let members: MemberSet = set.iter().copied().collect();
            // neither may one that variants pick be the same as that of another question
            let is_all_or_none = members.is_empty() || members.len() == everyone.len();
            let isolates = answered.iter().any(|(of, question)| {
                let apart = members.symmetric_difference_len(of);
                let is_one = apart == 0 || apart == everyone.len();
                isolates(&members, of, &everyone, k)
                    || k > 1 && is_one && !is_all_or_none && *question != variants
            });
            let words = words(variants);
            let question = OverlapQuestion { population, members: &members, at_least: k, by_variants: words.as_deref() };
            let decided = kept.ledger.overlap(&question).unwrap();
            prop_assert_eq!(decided == Overlap::Withhold, isolates);
            if !isolates {
                answered.push((members, variants));
            }
        }
    }
}

#[test]
fn a_repeat_costs_nothing_and_survives_the_process() {
    let kept = Kept::passing(Options::default());
    let ask = |ledger: &SqliteLedger, question: &[u8], asker, carriers: &[&str]| {
        let answer = ledger.yes_no(&YesNoQuestion {
            asker,
            population: "P",
            question,
            frequency: 0.0005,
            people: 1_000,
            carriers,
            at_least: 1,
            p: 0.5,
        });
        answer.unwrap()
    };
    let anna = Asker::Known("anna");
    // 0.459 of 0.693 nats
    assert!(ask(&kept.ledger, b"a", anna, &["HG1", "HG2"]).yes);
    assert!(ask(&kept.ledger, b"a", anna, &["HG1", "HG2"]).yes);
    let other = open(&kept.path());
    assert_eq!(ask(&other, b"a", anna, &["HG1", "HG2"]).counted, [0, 1]);
    // who paid is taken out of the next, where others are counted
    assert_eq!(ask(&other, b"b", anna, &["HG1", "HG3"]).counted, [1]);
    assert!(!ask(&other, b"c", anna, &["HG1"]).yes);
    // another asker has another budget, and so has who has no identity; "anonymous" is a name like others
    assert!(ask(&other, b"c", Asker::Known("bo"), &["HG1"]).yes);
    assert!(ask(&other, b"c", Asker::Known("anonymous"), &["HG1"]).yes);
    assert!(ask(&other, b"c", Asker::Anonymous, &["HG1"]).yes);
    assert!(!ask(&other, b"d", Asker::Anonymous, &["HG1"]).yes);
    assert!(ask(&other, b"d", Asker::Known(""), &["HG1"]).yes);
    // one person by two samples pays once, and is one carrier
    assert_eq!(ask(&other, b"e", anna, &["HG9", "HG9"]).counted, [0, 1]);
    let question = YesNoQuestion {
        asker: anna,
        population: "P",
        question: b"f",
        frequency: 0.0005,
        people: 1_000,
        carriers: &["HG8", "HG8"],
        at_least: 2,
        p: 0.5,
    };
    assert!(!other.yes_no(&question).unwrap().yes);
}

#[test]
fn arguments_that_make_no_sense_are_named() {
    let kept = Kept::passing(Options::default());
    let good = YesNoQuestion {
        asker: Asker::Anonymous,
        population: "P",
        question: b"",
        frequency: 0.1,
        people: 10,
        carriers: &[],
        at_least: 1,
        p: 0.5,
    };
    for (wrong, place) in [
        (
            YesNoQuestion {
                frequency: f64::NAN,
                ..good
            },
            "frequency",
        ),
        (
            YesNoQuestion {
                frequency: -0.1,
                ..good
            },
            "frequency",
        ),
        (YesNoQuestion { p: 0.0, ..good }, "p"),
        (
            YesNoQuestion {
                p: f64::NAN,
                ..good
            },
            "p",
        ),
        (
            YesNoQuestion {
                at_least: 0,
                ..good
            },
            "at_least",
        ),
        (YesNoQuestion { people: 0, ..good }, "people"),
        (
            YesNoQuestion {
                population: "",
                ..good
            },
            "population",
        ),
    ] {
        match kept.ledger.yes_no(&wrong).unwrap_err() {
            Error::Usage { what, .. } => assert_eq!(what, place),
            error => panic!("{error}"),
        }
    }
    let far: MemberSet = [u32::MAX].into_iter().collect();
    let question = OverlapQuestion {
        population: "P",
        members: &far,
        at_least: 5,
        by_variants: None,
    };
    assert!(matches!(
        kept.ledger.overlap(&question),
        Err(Error::Usage {
            what: "members",
            ..
        })
    ));
    let question = EpochQuestion {
        population: "P",
        snapshot: "",
        visible: &MemberSet::new(),
        altered: 0,
        at_least: 5,
    };
    assert!(matches!(
        kept.ledger.epoch(&question),
        Err(Error::Usage {
            what: "snapshot",
            ..
        })
    ));
}
