//! Attack 5: 1, 5 or 50 people join.

use std::collections::HashMap;

use crate::attack::update::Change;
use crate::attack::{MISMATCH, carried};
use crate::cohort::Cohort;
use crate::experiment::{Found, Measured, People, Stage, Statistics, checkpoints};
use crate::respondent::{Answer, Guarded, Respondent};
use crate::rules::{Granularity, Rules};

/// How many join.
pub const JOINING: [u32; 3] = [1, 5, 50];

/// Questions about a target before, and as many after.
const QUESTIONS: usize = 100;

/// Targets among those who joined.
const TARGETS: usize = 500;

/// Controls for the threshold, and as many held-out ones.
const CONTROLS: usize = 500;

/// The attack's name for so many people, with the rules' epochs or as if they had none.
pub fn name(joining: u32, epochs: bool) -> &'static str {
    match (joining, epochs) {
        (1, false) => "5 update by 1",
        (5, false) => "5 update by 5",
        (_, false) => "5 update by 50",
        (1, true) => "5 update by 1, epochs",
        (5, true) => "5 update by 5, epochs",
        (_, true) => "5 update by 50, epochs",
    }
}

/// Runs it for all numbers of people, with and without epochs.
pub fn update(stage: &Stage, cohort: &Cohort, rules: &Rules) -> Vec<Measured> {
    let mut measured = Vec::new();
    for joining in JOINING {
        measured.extend(run(
            stage,
            cohort,
            &Rules {
                epoch: None,
                ..*rules
            },
            joining,
            name(joining, false),
        ));
        if rules.epoch.is_some() {
            measured.extend(run(stage, cohort, rules, joining, name(joining, true)));
        }
    }
    measured
}

fn run(
    stage: &Stage,
    cohort: &Cohort,
    rules: &Rules,
    joining: u32,
    attack: &'static str,
) -> Vec<Measured> {
    let change = Change {
        people: stage.size.members,
        added: joining,
        floor: rules.floor,
        two_tailed: rules.two_tailed,
        zero_shown: rules.zero_shown,
        rounding: rules.rounding,
        mismatch: MISMATCH,
    };
    let boolean = rules.granularity == Granularity::Boolean;
    let order = stage.ranked(|f| {
        if boolean {
            worth(&change, f)
        } else {
            change.information_of_counts(f)
        }
    });
    let People {
        joining: added,
        controls,
        held_out,
        ..
    } = stage.people(0);
    // Half of a budget is kept for the questions after the update.
    let most = rules.sites.map_or(QUESTIONS, |budget| {
        ((budget.per_person * f64::from(stage.size.members)) as usize / 2).clamp(1, QUESTIONS)
    });
    let marks = checkpoints(QUESTIONS);
    let mut attacker = Attacker {
        stage,
        boolean,
        most,
        marks: marks.clone(),
        guarded: Guarded::new(cohort, *rules, 1, &stage.frequencies),
        evidence: Cache::new(change, stage),
    };
    let groups: Vec<&[u32]> = added.chunks_exact(joining as usize).collect();
    let joined: Vec<u32> = groups.concat().into_iter().take(TARGETS).collect();
    let members = attacker.statistics(&order, &joined, |index| groups[index / joining as usize]);
    let mut others = |people: &[u32]| {
        let people = &people[..people.len().min(CONTROLS)];
        attacker.statistics(&order, people, |index| groups[index % groups.len()])
    };
    let (controls, held_out) = (others(&controls), others(&held_out));
    let mut found = Found::default();
    found.add(&members, &controls, &held_out, marks.len());
    found.measured(attack, stage.size.members, rules, 1, &marks)
}

/// Who asks before and after.
struct Attacker<'s> {
    stage: &'s Stage,
    boolean: bool,
    most: usize,
    marks: Vec<usize>,
    guarded: Guarded<'s>,
    evidence: Cache<'s>,
}

impl Attacker<'_> {
    /// Of people, each held against those who joined.
    fn statistics<'g>(
        &mut self,
        order: &[u32],
        people: &[u32],
        group: impl Fn(usize) -> &'g [u32],
    ) -> Statistics {
        let lists = carried(&self.stage.population, order, people, self.most);
        let each = |(index, (&person, list)): (usize, (&u32, &Vec<u32>))| {
            self.of(person, list, group(index))
        };
        Statistics {
            rows: people.iter().zip(&lists).enumerate().map(each).collect(),
        }
    }

    fn of(&mut self, person: u32, sites: &[u32], joining: &[u32]) -> Vec<f64> {
        self.guarded.reset();
        let before = self.answers(sites);
        self.guarded.add(joining);
        let after = self.answers(sites);
        let mut sums = vec![0.0];
        let mut sum = 0.0;
        for ((&site, &first), &second) in sites.iter().zip(&before).zip(&after) {
            sum += if self.boolean {
                self.evidence.of_answers(site, first, second)
            } else {
                self.evidence.of_counts(
                    site,
                    first,
                    second,
                    self.stage.population.copies(person, site),
                )
            };
            sums.push(sum);
        }
        self.marks
            .iter()
            .map(|&mark| sums[mark.min(sums.len() - 1)])
            .collect()
    }

    fn answers(&mut self, sites: &[u32]) -> Vec<Answer> {
        let (guarded, boolean) = (&mut self.guarded, self.boolean);
        let each = |&site: &u32| {
            if boolean {
                guarded.exists(site)
            } else {
                guarded.count(site)
            }
        };
        sites.iter().map(each).collect()
    }
}

/// What it is worth to ask about a site twice, to who knows only its frequency.
fn worth(change: &Change, f: f64) -> f64 {
    let firsts = if change.zero_shown {
        [Answer::No, Answer::Few].as_slice()
    } else {
        &[Answer::No]
    };
    let each = |&first: &Answer| {
        change
            .of_answers(first, f)
            .map_or(0.0, |e| e.before * e.information)
    };
    firsts.iter().map(each).sum()
}

/// Evidence by the count in the panel.
struct Cache<'s> {
    change: Change,
    stage: &'s Stage,
    known: [Vec<Option<[f64; 2]>>; 2],
    /// By the count in the panel, the difference, the target's copies.
    counts: HashMap<(u32, i64, u32), f64>,
}

impl<'s> Cache<'s> {
    fn new(change: Change, stage: &'s Stage) -> Self {
        let all = 2 * stage.size.panel as usize + 1;
        Self {
            change,
            stage,
            known: [vec![None; all], vec![None; all]],
            counts: HashMap::new(),
        }
    }

    fn of_counts(&mut self, site: u32, first: Answer, second: Answer, copies: u32) -> f64 {
        let (
            Answer::Count {
                alleles: before, ..
            },
            Answer::Count { alleles: after, .. },
        ) = (first, second)
        else {
            return 0.0;
        };
        let key = (
            self.stage.panel[site as usize],
            i64::from(after) - i64::from(before),
            copies,
        );
        let (change, f) = (self.change, self.stage.frequencies[site as usize]);
        *self
            .counts
            .entry(key)
            .or_insert_with(|| change.of_counts(first, second, f, copies))
    }

    fn of_answers(&mut self, site: u32, first: Answer, second: Answer) -> f64 {
        let kind = match first {
            Answer::No => 0,
            Answer::Few => 1,
            Answer::Refused | Answer::Yes | Answer::Count { .. } => return 0.0,
        };
        if second == Answer::Refused {
            return 0.0;
        }
        let (change, f) = (self.change, self.stage.frequencies[site as usize]);
        let known =
            self.known[kind][self.stage.panel[site as usize] as usize].get_or_insert_with(|| {
                change
                    .of_answers(first, f)
                    .map_or([0.0; 2], |evidence| [evidence.hidden, evidence.shown])
            });
        // From nobody to few is a change that is seen, too.
        known[usize::from(second != first)]
    }
}
