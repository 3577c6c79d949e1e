//! Attacks by questions about what the target carries: 1, 2, 3, and 7 with chosen sites.

use crate::attack::lrt::{self, Evidence};
use crate::attack::qi;
use crate::attack::sb2015::{Frequencies, Statistic};
use crate::attack::{MISMATCH, carried, summary};
use crate::cohort::Cohort;
use crate::experiment::{Found, Measured, People, Stage, Statistics, checkpoints};
use crate::random::Random;
use crate::respondent::{Answer, Guarded, Respondent};
use crate::rules::{Granularity, Rules};

/// Sites of all targets, in an order, and what is measured with them.
struct Asked<'s> {
    stage: &'s Stage,
    lists: Vec<Vec<u32>>,
    list_of: Vec<u32>,
    checkpoints: Vec<usize>,
}

/// Everybody who is a target, of any cohort.
fn targets(stage: &Stage) -> Vec<u32> {
    let people = stage.people(0);
    let mut targets: Vec<u32> = (0..stage.size.cohorts)
        .flat_map(|cohort| stage.people(cohort).members)
        .collect();
    targets.extend(people.controls);
    targets.extend(people.held_out);
    targets
}

/// Asks about a person, of whom the sites are given, and traces the statistic.
type Ask<'a> = dyn FnMut(&mut Guarded, u32, &[u32], &mut Trace) + 'a;

impl<'s> Asked<'s> {
    fn new(stage: &'s Stage, order: &[u32], questions: usize) -> Self {
        let targets = targets(stage);
        let mut list_of = vec![0; stage.population.people()];
        for (index, &person) in targets.iter().enumerate() {
            list_of[person as usize] = index as u32;
        }
        let lists = carried(&stage.population, order, &targets, questions);
        Self {
            stage,
            lists,
            list_of,
            checkpoints: checkpoints(questions),
        }
    }

    /// Runs an attack on all targets of all cohorts.
    fn run(&self, cohorts: &[Cohort], rules: Rules, askers: u32, statistic: &mut Ask) -> Found {
        let mut found = Found::default();
        for (index, cohort) in cohorts.iter().enumerate() {
            let mut guarded = Guarded::new(cohort, rules, askers, &self.stage.frequencies);
            let mut all = |people: &[u32]| {
                let mut statistics = Statistics::default();
                for &person in people {
                    guarded.reset();
                    let mut trace = Trace::new(&self.checkpoints);
                    let list = &self.lists[self.list_of[person as usize] as usize];
                    statistic(&mut guarded, person, list, &mut trace);
                    statistics.rows.push(trace.finish());
                }
                statistics
            };
            let People {
                members,
                controls,
                held_out,
                ..
            } = self.stage.people(index as u32);
            let (members, controls, held_out) = (all(&members), all(&controls), all(&held_out));
            found.add(&members, &controls, &held_out, self.checkpoints.len());
        }
        found
    }
}

/// Those who collude are measured on fewer cohorts, where these are small and many.
fn for_askers<'c, 'p>(cohorts: &'c [Cohort<'p>], askers: u32) -> &'c [Cohort<'p>] {
    if askers == 1 {
        cohorts
    } else {
        &cohorts[..cohorts.len().min(8)]
    }
}

/// The statistic at the checkpoints, as questions go by.
struct Trace<'c> {
    checkpoints: &'c [usize],
    questions: usize,
    value: f64,
    row: Vec<f64>,
}

impl<'c> Trace<'c> {
    fn new(checkpoints: &'c [usize]) -> Self {
        Self {
            checkpoints,
            questions: 0,
            value: 0.0,
            row: Vec::with_capacity(checkpoints.len()),
        }
    }

    /// A question was asked, after which the statistic is this.
    fn asked(&mut self, value: f64) {
        self.questions += 1;
        self.value = value;
        if self.checkpoints.get(self.row.len()) == Some(&self.questions) {
            self.row.push(value);
        }
    }

    /// Whether more questions would not be seen.
    fn full(&self) -> bool {
        self.row.len() == self.checkpoints.len()
    }

    /// Who has fewer sites than there are questions keeps the last statistic.
    fn finish(mut self) -> Vec<f64> {
        self.row.resize(self.checkpoints.len(), self.value);
        self.row
    }
}

/// Attack 1: sites of the target in random order.
pub fn sb2015(stage: &Stage, cohorts: &[Cohort], rules: &[Rules]) -> Vec<Measured> {
    let mut order: Vec<u32> = (0..stage.population.sites().len() as u32).collect();
    Random::new(u64::from(stage.size.members), 1 << 40).shuffle(&mut order);
    let asked = Asked::new(stage, &order, stage.size.questions);
    let of_targets = asked
        .lists
        .iter()
        .flatten()
        .map(|&site| stage.frequencies[site as usize]);
    let Some(expected) = Frequencies::fitted(of_targets) else {
        return Vec::new();
    };
    let statistic = Statistic::new(expected, stage.size.members, MISMATCH);
    let each = |rules: &Rules| {
        let found = asked.run(cohorts, *rules, 1, &mut |guarded, _, sites, trace| {
            let (mut answered, mut yes) = (0, 0);
            for &site in sites {
                let answer = guarded.exists(site);
                answered += usize::from(answer != Answer::Refused);
                yes += usize::from(matches!(answer, Answer::Yes | Answer::Few));
                trace.asked(statistic.after(answered, yes));
            }
        });
        found.measured("1 SB", stage.size.members, rules, 1, &asked.checkpoints)
    };
    rules.iter().flat_map(each).collect()
}

/// Questions about a target. A budget for influence is spent after few of them; later ones are about alleles so common
/// that thousands of people are charged for each.
fn questions(stage: &Stage, rules: &Rules) -> usize {
    const SPENT: usize = 300;
    if rules.influence.is_some() {
        stage.size.questions.min(SPENT)
    } else {
        stage.size.questions
    }
}

/// The evidence of sites, by their count in the panel.
fn evidence_by_count(stage: &Stage, rules: &Rules) -> Vec<Evidence> {
    let setting = stage.setting(rules);
    let all = f64::from(2 * stage.size.panel + 2);
    (0..=2 * stage.size.panel)
        .map(|count| lrt::evidence(setting, (f64::from(count) + 1.0) / all))
        .collect()
}

/// Attack 2, for principals that collude, and attack 3 for one of them: sites in the order of information.
pub fn lrt_and_qi(
    stage: &Stage,
    cohorts: &[Cohort],
    rules: &Rules,
    askers: &[u32],
) -> Vec<Measured> {
    let asked = Asked::new(stage, &stage.by_information(rules), questions(stage, rules));
    let evidence = evidence_by_count(stage, rules);
    let of = |site: u32, answer: Answer| evidence[stage.panel[site as usize] as usize].of(answer);
    let mut measured = Vec::new();
    for &askers in askers {
        let cohorts = for_askers(cohorts, askers);
        let found = asked.run(cohorts, *rules, askers, &mut |guarded, _, sites, trace| {
            let mut sum = 0.0;
            for &site in sites {
                sum += of(site, guarded.exists(site));
                trace.asked(sum);
            }
        });
        measured.extend(found.measured(
            "2 LRT",
            stage.size.members,
            rules,
            askers,
            &asked.checkpoints,
        ));
        if askers > 1 {
            continue;
        }
        let mut known: Vec<Vec<(u32, Answer)>> = vec![Vec::new(); stage.population.blocks()];
        let found = asked.run(cohorts, *rules, askers, &mut |guarded, _, sites, trace| {
            let mut sum = 0.0;
            for &site in sites {
                let block = stage.population.sites()[site as usize].block as usize;
                let follows = known[block].iter().find_map(|&(neighbour, answer)| {
                    qi::inferred(
                        qi::joint(&stage.population, &stage.panel, site, neighbour),
                        answer,
                    )
                });
                if let Some(answer) = follows {
                    sum += of(site, answer);
                    continue;
                }
                let answer = guarded.exists(site);
                known[block].push((site, answer));
                sum += of(site, answer);
                trace.asked(sum);
            }
            trace.value = sum;
            for &site in sites {
                known[stage.population.sites()[site as usize].block as usize].clear();
            }
        });
        measured.extend(found.measured(
            "3 QI",
            stage.size.members,
            rules,
            askers,
            &asked.checkpoints,
        ));
    }
    measured
}

/// Attack 7 with sites that the attacker chooses: those of the target's alleles with the counts that are worth most,
/// P(shown) / 2Nf of each.
pub fn summary_chosen(
    stage: &Stage,
    cohorts: &[Cohort],
    rules: &Rules,
    askers: &[u32],
) -> Vec<Measured> {
    if rules.granularity == Granularity::Boolean {
        return Vec::new();
    }
    let alleles = 2.0 * f64::from(stage.size.members);
    let least = rules.floor.least();
    let order = stage.ranked(|f| {
        let hidden: f64 = lrt::binomial_terms(alleles, f, least as usize).iter().sum();
        (1.0 - hidden).max(0.0) / (alleles * f)
    });
    let asked = Asked::new(stage, &order, questions(stage, rules));
    let mut measured = Vec::new();
    for &askers in askers {
        let found = asked.run(
            cohorts,
            *rules,
            askers,
            &mut |guarded, person, sites, trace| {
                let mut sum = 0.0;
                for &site in sites {
                    let copies = stage.population.copies(person, site);
                    sum += summary::evidence(
                        guarded.count(site),
                        stage.frequencies[site as usize],
                        copies,
                    );
                    trace.asked(sum);
                    if trace.full() {
                        break;
                    }
                }
            },
        );
        measured.extend(found.measured(
            "7 chosen",
            stage.size.members,
            rules,
            askers,
            &asked.checkpoints,
        ));
    }
    measured
}
