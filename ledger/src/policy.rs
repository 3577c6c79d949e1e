//! The memory of a view under a policy, kept in a ledger.

use crate::{
    Asker, Decision, Distribution, Entry, Epoch, EpochQuestion, Error, InfluenceQuestion, Ledger,
    MemberSet, NoiseOf, NoiseQuestion, OverlapQuestion, Share, SitesQuestion, YesNoQuestion,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;
use varidex::{
    Decided, InfluenceAsked, Noise, NoiseAsked, NoiseSource, Policy, PolicyMemory, PolicyView,
    SampleSet, View, YesNoAsked,
};

/// Of whom a ledger remembers questions, and of which asker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Names the people of the dataset, in every state of it: datasets of the same people have the same.
    pub population: String,
    /// Whom the host knows the asker as; `None` is anybody: all of them share their budgets.
    pub asker: Option<String>,
}

/// A view under a policy that remembers: answers are of the ledger's epoch, budgets are kept, about whom was answered is compared,
/// and every question is written into the audit log. The epoch is returned beside it: what it says of a move is to be said.
///
/// ```no_run
/// use std::sync::Arc;
/// use varidex::{Dataset, Policy};
/// use varidex_ledger::{Remembered, Secret, SqliteLedger, under_policy};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let ledger = Arc::new(SqliteLedger::open("ledger.db", Secret::new(&[7; 32])?)?);
/// let view = Dataset::open("cohort.vdx")?.view();
/// let of = Remembered { population: "cohort".into(), asker: Some("issuer/subject".into()) };
/// let (shown, epoch) = under_policy(&view, &Policy::named("registered")?, ledger, of)?;
/// println!("{:?} of epoch {}", shown.ask("sex:female")?.count, epoch.number);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// As [`View::under_policy`]; where the ledger fails; where the epoch is of a state of the dataset that is not kept.
pub fn under_policy(
    view: &View,
    policy: &Policy,
    ledger: Arc<dyn Ledger>,
    of: Remembered,
) -> varidex::Result<(PolicyView, Epoch)> {
    check(policy, &of)?;
    // a ledger takes what it is shown later for newer
    let newest = view.dataset().newest()?;
    if newest.snapshot() != view.snapshot() {
        return Err(varidex::Error::Usage(format!(
            "ledger: answers are of the state that it remembers: expected the newest, {}, found {}",
            newest.snapshot(),
            view.snapshot()
        )));
    }
    // everybody but the withdrawn, whatever the view is for
    let everybody = view.dataset().view();
    let epoch = epoch(&*ledger, &of, &everybody, moves_by(policy))?;
    let view = match epoch.snapshot == view.snapshot() {
        true => view.clone(),
        false => varidex::Dataset::open_snapshot(view.path(), &epoch.snapshot)?.view_like(view)?,
    };
    let among: SampleSet = epoch.members.iter().collect();
    let shown = match policy.noise.as_ref() {
        None => view.under_policy(policy)?,
        Some(noise) => {
            let source = Drawn {
                ledger: Arc::clone(&ledger),
                population: of.population.clone(),
            };
            // a ledger that draws none says so now
            source.noise(noise, &[])?;
            view.under_policy_with_noise(policy, Arc::new(source))?
        }
    };
    let shown = shown.among(among)?;
    let memory = Memory {
        ledger,
        of,
        epoch: AtomicU64::new(epoch.number),
        everybody,
        people: shown.lasting_people()?.len(),
        policy: policy.clone(),
        purpose: view.access().purpose.map_or("", varidex::Purpose::name),
        snapshot: view.snapshot().to_owned(),
        view: view.id().to_owned(),
    };
    Ok((shown.remembering(Arc::new(memory)), epoch))
}

/// Refuses before anything is asked what would be refused when an answer is written down.
fn check(policy: &Policy, of: &Remembered) -> varidex::Result<()> {
    let usage = |what: &str, expected: String, found: &str| {
        Err(varidex::Error::Usage(format!(
            "{what}: expected {expected}, found `{}`",
            found.escape_debug()
        )))
    };
    if !crate::audit::is_word(&policy.name) {
        let expected = format!(
            "1 to {} small letters, `-` and `_`, as it is written into the audit log",
            crate::audit::WORD_MAX
        );
        return usage("name of a policy with a ledger", expected, &policy.name);
    }
    match of.asker.as_deref() {
        Some("") => usage("asker", "a name, or none at all for anybody".to_owned(), ""),
        _ => Ok(()),
    }
}

/// How many people move an epoch: not fewer than answers must differ by, or all that is asked later would be too near to what was
/// answered before. Where single people are shown nothing waits.
fn moves_by(policy: &Policy) -> u64 {
    let floor = policy.floor.people;
    match policy.epoch {
        _ if floor < 2 => policy.epoch,
        0 => floor.saturating_mul(5),
        epoch => epoch.max(floor),
    }
}

/// The epoch of a dataset, by the decisions of people as they are now.
fn epoch(
    ledger: &dyn Ledger,
    of: &Remembered,
    everybody: &View,
    at_least: u64,
) -> varidex::Result<Epoch> {
    let question = EpochQuestion {
        population: &of.population,
        snapshot: everybody.snapshot(),
        visible: &members(&everybody.lasting_people()?),
        altered: match at_least {
            0 => 0,
            _ => altered(ledger, of, everybody)?,
        },
        at_least,
    };
    ledger.epoch(&question).map_err(varidex::Error::from)
}

/// How many people have other data than in the state of the epoch; of a state that is not kept that is not known, and taken for nobody.
fn altered(ledger: &dyn Ledger, of: &Remembered, everybody: &View) -> varidex::Result<u64> {
    let snapshot = ledger
        .snapshot(&of.population)
        .map_err(varidex::Error::from)?;
    let Some(snapshot) = snapshot.filter(|of| of != everybody.snapshot()) else {
        return Ok(0);
    };
    match varidex::Dataset::open_snapshot(everybody.path(), &snapshot) {
        Ok(earlier) => everybody.altered_since(&earlier.view()),
        Err(_) => Ok(0),
    }
}

fn members(people: &SampleSet) -> MemberSet {
    people.iter().collect()
}

/// Noise that a ledger draws and keeps.
struct Drawn {
    ledger: Arc<dyn Ledger>,
    population: String,
}

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drawn").finish_non_exhaustive()
    }
}

impl NoiseSource for Drawn {
    fn noise(&self, noise: &Noise, of: &[NoiseAsked<'_>]) -> varidex::Result<Vec<i64>> {
        let distribution = match (noise.scale, noise.deviation) {
            (Some(scale), _) => Distribution::Laplace { scale },
            (None, deviation) => Distribution::Gaussian {
                deviation: deviation.unwrap_or_default(),
            },
        };
        let numbers: Vec<NoiseOf<'_>> = of
            .iter()
            .map(|number| NoiseOf {
                statistic: number.statistic,
                of: number.of,
                members: number.members,
            })
            .collect();
        let question = NoiseQuestion {
            population: &self.population,
            distribution,
            numbers: &numbers,
        };
        self.ledger.noise(&question).map_err(varidex::Error::from)
    }
}

struct Memory {
    ledger: Arc<dyn Ledger>,
    of: Remembered,
    /// The number of the epoch: a question of another is another one.
    epoch: AtomicU64,
    /// All who may be seen, whatever for.
    everybody: View,
    /// People of the view.
    people: u64,
    policy: Policy,
    purpose: &'static str,
    snapshot: String,
    view: String,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

impl Memory {
    fn asker(&self) -> Asker<'_> {
        match &self.of.asker {
            Some(name) => Asker::Known(name),
            None => Asker::Anonymous,
        }
    }

    /// A question of an epoch: that of another is another one.
    fn of_epoch(&self, question: &str) -> String {
        format!("{}:{question}", self.epoch.load(Ordering::Relaxed))
    }
}

impl PolicyMemory for Memory {
    fn may_answer_about(
        &self,
        people: &SampleSet,
        by_variants: Option<&str>,
    ) -> varidex::Result<bool> {
        let found = self.ledger.overlap(&OverlapQuestion {
            population: &self.of.population,
            members: &members(people),
            at_least: self.policy.floor.people,
            by_variants,
        });
        Ok(found.map_err(varidex::Error::from)? == crate::Overlap::Answer)
    }

    fn may_count(&self, sites: &[String]) -> varidex::Result<Vec<bool>> {
        let each = self.policy.budget.and_then(|of| of.sites_per_person);
        let Some(each) = each else {
            return Ok(vec![true; sites.len()]);
        };
        let sites: Vec<&[u8]> = sites.iter().map(String::as_bytes).collect();
        let found = self.ledger.sites(&SitesQuestion {
            asker: self.asker(),
            population: &self.of.population,
            // a share of a site is none
            most: (self.people as f64 * each) as u64,
            sites: &sites,
        });
        Ok(found.map_err(varidex::Error::from)?.granted)
    }

    fn leave_out(&self, asked: &InfluenceAsked<'_>) -> varidex::Result<SampleSet> {
        let Some(budget) = self.policy.budget.and_then(|of| of.influence) else {
            return Ok(SampleSet::new());
        };
        let shares = asked.shares.iter().map(|share| Share {
            person: share.person,
            copies: share.copies,
            of: share.of,
        });
        let left = self.ledger.influence(&InfluenceQuestion {
            asker: self.asker(),
            population: &self.of.population,
            question: self.of_epoch(asked.question).as_bytes(),
            form: asked.form.as_bytes(),
            part: asked.part.as_bytes(),
            copies: asked.copies,
            total: asked.total,
            shares: &shares.collect::<Vec<_>>(),
            budget,
        });
        match left {
            Ok(left) => Ok(left.iter().collect()),
            Err(Error::OtherForm) => Err(varidex::Error::NotAllowed {
                policy: self.policy.name.clone(),
                what: "does not count an allele again in another group, or by other fields"
                    .to_owned(),
            }),
            Err(error) => Err(error.into()),
        }
    }

    fn has_any(&self, asked: &YesNoAsked<'_>) -> varidex::Result<bool> {
        let rare_p = self.policy.budget.and_then(|of| of.rare_p);
        // of everybody who is found one copy: that many of all copies
        let found = asked.found.len() as f64;
        let frequency = (found / (2.0 * asked.people.max(1) as f64)).min(1.0);
        let question = self.of_epoch(asked.question);
        let answer = self.ledger.yes_no(&YesNoQuestion {
            asker: self.asker(),
            population: &self.of.population,
            question: question.as_bytes(),
            frequency,
            people: asked.people.max(1),
            carriers: asked.found,
            at_least: asked.at_least,
            p: rare_p.unwrap_or(1.0),
        });
        Ok(answer.map_err(varidex::Error::from)?.yes)
    }

    fn follow(&self) -> varidex::Result<()> {
        let now = self.everybody.renew()?;
        let epoch = epoch(&*self.ledger, &self.of, &now, moves_by(&self.policy))?;
        self.epoch.store(epoch.number, Ordering::Relaxed);
        Ok(())
    }

    fn record(&self, decided: Decided) -> varidex::Result<()> {
        let (decision, reason) = match decided {
            Decided::Answered => (Decision::Answered, ""),
            Decided::Withheld => (Decision::Withheld, "policy"),
            _ => (Decision::Refused, "not-allowed"),
        };
        let entry = Entry {
            time: SystemTime::now(),
            asker: self.asker(),
            purpose: self.purpose,
            tier: &self.policy.name,
            decision,
            reason,
            snapshot: &self.snapshot,
            view: &self.view,
        };
        self.ledger
            .record(&entry)
            .map(|_| ())
            .map_err(varidex::Error::from)
    }
}
