//! The ledger again, as plain as can be: everything in memory, everything compared with everything, names in clear.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use varidex_ledger::*;

type People = BTreeSet<u32>;
type Name = (bool, String);

#[derive(Default)]
struct Population {
    number: u64,
    snapshot: String,
    members: People,
    snapshots: Vec<String>,
    /// Oldest first, with the greatest k under which each was answered, and to what question where variants pick it.
    sets: Vec<(People, u64, Option<String>)>,
    decisions: Vec<(People, u64, Option<String>, bool)>,
}

#[derive(Default)]
struct State {
    spent: BTreeMap<(Name, String, String), u64>,
    answers: BTreeMap<(Name, String, Vec<u8>), BTreeSet<String>>,
    sites: BTreeMap<(Name, String), BTreeSet<Vec<u8>>>,
    influence: BTreeMap<(String, Name, u32), u64>,
    left_out: BTreeMap<(String, Name, Vec<u8>), People>,
    forms: BTreeMap<(String, Name, Vec<u8>), Vec<u8>>,
    populations: BTreeMap<String, Population>,
}

pub(crate) struct Model {
    options: Options,
    state: Mutex<State>,
}

impl Model {
    pub(crate) fn new(options: Options) -> Self {
        let state = Mutex::default();
        Self { options, state }
    }

    /// Who is in the epoch.
    pub(crate) fn members(&self, population: &str) -> BTreeSet<u32> {
        self.state.lock().unwrap().populations[population]
            .members
            .clone()
    }
}

fn name(asker: Asker<'_>) -> Name {
    match asker {
        Asker::Known(name) => (true, name.into()),
        Asker::Anonymous => (false, String::new()),
    }
}

fn apart(a: &People, b: &People) -> u64 {
    a.symmetric_difference(b).count() as u64
}

impl Population {
    /// Whether the set, or what is outside it, differs from a set that was answered by a few people.
    fn isolates(&self, set: &People, k: u64, variants: Option<&str>) -> bool {
        let rest: People = self.members.difference(set).copied().collect();
        let nobody = (People::new(), 0, None);
        let is_of_some = !set.is_empty() && !rest.is_empty();
        self.sets.iter().chain([&nobody]).any(|(of, _, question)| {
            let may_be_one = !is_of_some || question.as_deref() == variants;
            [apart(set, of), apart(&rest, of)]
                .iter()
                .any(|apart| *apart < k && (*apart > 0 || k > 1 && !may_be_one))
        })
    }
}

impl Ledger for Model {
    fn yes_no(&self, question: &YesNoQuestion<'_>) -> Result<YesNo> {
        let mut state = self.state.lock().unwrap();
        let (asker, population) = (name(question.asker), question.population.to_owned());
        let asked = (
            asker.clone(),
            population.clone(),
            question.question.to_vec(),
        );
        let account = |person: &str| (asker.clone(), population.clone(), person.to_owned());
        let is_free = cost(question.frequency, question.people, question.at_least) == Some(0);
        let known = state.answers.get(&asked).filter(|_| !is_free).cloned();
        // the least price that all who can pay it can pay, where those who cannot are not there
        let spent = |person: &str| *state.spent.get(&account(person)).unwrap_or(&0);
        let accounts = state
            .spent
            .iter()
            .filter(|((of, at, _), _)| (of, at) == (&asker, &population));
        let accounts: Vec<u64> = accounts.map(|(_, spent)| *spent).collect();
        let fits = |able: u64| {
            let price = cost(question.frequency, able, question.at_least)?;
            let left = budget(question.p).checked_sub(price)?;
            let unable = accounts.iter().filter(|spent| **spent > left).count() as u64;
            (is_free || able <= question.people.saturating_sub(unable)).then_some(price)
        };
        let price = (0..=question.people).rev().find_map(fits);
        let paying = known.clone().unwrap_or_else(|| {
            let carriers = question.carriers.iter().map(|of| (*of).to_owned());
            let can_pay = |person: &str| {
                price.is_some_and(|price| spent(person) + price <= budget(question.p))
            };
            carriers.filter(|of| is_free || can_pay(of)).collect()
        });
        let yes = known.is_some() || price.is_some() && paying.len() as u64 >= question.at_least;
        if yes && known.is_none() && !is_free {
            for person in &paying {
                *state.spent.entry(account(person)).or_default() += price.unwrap();
            }
            state.answers.insert(asked, paying.clone());
        }
        Ok(answer(yes, question, &paying))
    }

    fn sites(&self, question: &SitesQuestion<'_>) -> Result<Sites> {
        let mut state = self.state.lock().unwrap();
        let owner = (name(question.asker), question.population.to_owned());
        let seen = state.sites.entry(owner).or_default();
        let grant = |site: &&[u8]| {
            seen.contains(*site)
                || (seen.len() as u64) < question.most && seen.insert(site.to_vec())
        };
        let granted = question.sites.iter().map(grant).collect();
        Ok(Sites {
            granted,
            spent: seen.len() as u64,
        })
    }

    fn influence(&self, question: &InfluenceQuestion<'_>) -> Result<MemberSet> {
        let mut state = self.state.lock().unwrap();
        let (population, asker) = (question.population.to_owned(), name(question.asker));
        let of = (
            population.clone(),
            asker.clone(),
            question.question.to_vec(),
        );
        let part = [question.question, question.form, question.part].concat();
        let asked = (population.clone(), asker.clone(), part);
        // whoever cannot pay goes, one after the other, until all can
        let settle = |spent: &dyn Fn(u32) -> u64| {
            let mut staying = question.shares.to_vec();
            loop {
                let gone: Vec<&Share> = question
                    .shares
                    .iter()
                    .filter(|of| !staying.contains(of))
                    .collect();
                let copies =
                    question.copies - gone.iter().map(|of| u64::from(of.copies)).sum::<u64>();
                let total = question.total;
                let price = |of: &Share| match copies > 0 && copies < total {
                    true => (influence(of.copies, of.of, copies, total) * 1e9).ceil() as u64,
                    false => 0,
                };
                let poor =
                    |of: &Share| spent(of.person) + price(of) > (question.budget * 1e9) as u64;
                match staying.iter().rposition(poor) {
                    Some(at) => staying.remove(at),
                    None => {
                        let gone = gone.iter().map(|of| of.person).collect::<People>();
                        let paid = staying.iter().map(|of| (of.person, price(of)));
                        return (
                            gone,
                            paid.filter(|(_, units)| *units > 0).collect::<Vec<_>>(),
                        );
                    }
                };
            }
        };
        let (left_out, paying) = settle(&|_| 0);
        if paying.is_empty() {
            return Ok(left_out.into_iter().collect());
        }
        if state
            .forms
            .get(&of)
            .is_some_and(|form| form != question.form)
        {
            return Err(Error::OtherForm);
        }
        if let Some(known) = state.left_out.get(&asked) {
            return Ok(known.iter().copied().collect());
        }
        let account = |person| (population.clone(), asker.clone(), person);
        let (left_out, paying) =
            settle(&|person| *state.influence.get(&account(person)).unwrap_or(&0));
        for (person, units) in &paying {
            *state.influence.entry(account(*person)).or_default() += units;
        }
        if !paying.is_empty() {
            state.forms.insert(of, question.form.to_vec());
            state.left_out.insert(asked, left_out.clone());
        }
        Ok(left_out.into_iter().collect())
    }

    fn overlap(&self, question: &OverlapQuestion<'_>) -> Result<Overlap> {
        let mut state = self.state.lock().unwrap();
        let set: People = question.members.iter().collect();
        let k = question.at_least;
        let Some(of) = state.populations.get_mut(question.population) else {
            return Err(Error::NoEpoch {
                population: question.population.into(),
            });
        };
        let outside = set.difference(&of.members).count() as u64;
        if outside > 0 {
            let population = question.population.into();
            return Err(Error::NotInEpoch {
                population,
                epoch: of.number,
                people: outside,
            });
        }
        let decided = of
            .decisions
            .iter()
            .find(|of| (&of.0, of.1, of.2.as_deref()) == (&set, k, question.by_variants));
        let decided = decided.map(|of| of.3);
        let place = of.sets.iter().position(|of| of.0 == set);
        let floor = place.map_or(0, |place| of.sets[place].1);
        let is_known =
            place.is_some_and(|place| of.sets[place].2.as_deref() == question.by_variants);
        let has_room = self.options.when_full == WhenFull::ForgetOldest
            || place.is_some()
            || (of.sets.len() as u64) < self.options.sets;
        let answered = decided.unwrap_or(
            is_known && floor >= k.max(1)
                || !of.isolates(&set, k, question.by_variants) && has_room,
        );
        if decided.is_none() {
            let asked = question.by_variants.map(str::to_owned);
            of.decisions.push((set.clone(), k, asked, answered));
            let forgotten = of
                .decisions
                .len()
                .saturating_sub(self.options.decisions as usize);
            of.decisions.drain(..forgotten);
        }
        if !answered {
            return Ok(Overlap::Withhold);
        }
        match place {
            Some(place) => of.sets[place].1 = floor.max(k.max(1)),
            None => of
                .sets
                .push((set, k.max(1), question.by_variants.map(str::to_owned))),
        }
        let forgotten = of.sets.len().saturating_sub(self.options.sets as usize);
        of.sets.drain(..forgotten);
        Ok(Overlap::Answer)
    }

    fn snapshot(&self, population: &str) -> Result<Option<String>> {
        let state = self.state.lock().unwrap();
        let of = state.populations.get(population);
        Ok(of.map(|of| of.snapshot.clone()))
    }

    fn epoch(&self, question: &EpochQuestion<'_>) -> Result<Epoch> {
        let mut state = self.state.lock().unwrap();
        let visible: People = question.visible.iter().collect();
        let of = state
            .populations
            .entry(question.population.into())
            .or_default();
        let newest = !of.snapshots.iter().any(|seen| seen == question.snapshot);
        let place = |of: &Population, id: &str| of.snapshots.iter().position(|seen| seen == id);
        let is_older = !newest && place(of, question.snapshot) < place(of, &of.snapshot);
        let came = visible.difference(&of.members).count() as u64 + question.altered;
        let gone = of.members.difference(&visible).count() as u64;
        if of.number > 0 && is_older && (came > 0 || gone > 0) {
            return Err(Error::OldSnapshot {
                population: question.population.into(),
                epoch: of.number,
                newer: of.snapshot.clone(),
                snapshot: question.snapshot.into(),
            });
        }
        if newest {
            of.snapshots.push(question.snapshot.into());
        }
        let (moved, pending) = if of.number == 0 {
            of.members = visible;
            (Moved::Begun, 0)
        } else if came > 0 && came >= question.at_least {
            of.members = visible;
            (
                Moved::TakenIn {
                    people: came,
                    withdrawn: gone,
                },
                0,
            )
        } else {
            of.members.retain(|person| visible.contains(person));
            (
                if gone > 0 {
                    Moved::Withdrawn { people: gone }
                } else {
                    Moved::Not
                },
                came,
            )
        };
        if pending == 0 && !is_older {
            of.snapshot = question.snapshot.into();
        }
        if moved != Moved::Not {
            of.number += 1;
            of.decisions.clear();
        }
        if gone > 0 {
            trim(of);
        }
        let people = of.members.clone();
        // the digest is of the store
        let (number, snapshot) = (of.number, of.snapshot.clone());
        if moved != Moved::Not && moved != Moved::Begun {
            let is_other =
                |(population, _, _): &(String, Name, Vec<u8>)| population != question.population;
            state.left_out.retain(|asked, _| is_other(asked));
            state.forms.retain(|asked, _| is_other(asked));
        }
        if gone > 0 {
            let stays = |(population, _, person): &(String, Name, u32)| {
                population != question.population || people.contains(person)
            };
            state.influence.retain(|account, _| stays(account));
        }
        let members = people.into_iter().collect();
        Ok(Epoch {
            number,
            snapshot,
            members,
            digest: [0; 32],
            pending,
            moved,
        })
    }

    fn record(&self, _: &Entry<'_>) -> Result<Head> {
        Ok(Head::default())
    }

    fn head(&self) -> Result<Head> {
        Ok(Head::default())
    }

    fn verify(&self, _: Option<&Head>) -> Result<Verdict> {
        Ok(Verdict::Whole {
            head: Head::default(),
        })
    }
}

/// Who withdrew goes from all sets; a set that is another's by that is one with it, and one of which nobody is left is none.
fn trim(of: &mut Population) {
    let whole: Vec<People> = {
        let sets = of.sets.iter().map(|(people, ..)| people);
        sets.filter(|people| people.is_subset(&of.members))
            .cloned()
            .collect()
    };
    let mut left = Vec::new();
    for (people, floor, question) in std::mem::take(&mut of.sets) {
        let kept: People = people.intersection(&of.members).copied().collect();
        if kept == people {
            left.push((people, floor, question));
        } else if !kept.is_empty()
            && !whole.contains(&kept)
            && !left.iter().any(|(of, ..)| *of == kept)
        {
            left.push((kept, 0, question));
        }
    }
    of.sets = left;
}

fn answer(yes: bool, question: &YesNoQuestion<'_>, counted: &BTreeSet<String>) -> YesNo {
    let places = question.carriers.iter().enumerate();
    let counted = places
        .filter(|(_, of)| yes && counted.contains(**of))
        .map(|(at, _)| at);
    YesNo {
        yes,
        counted: counted.collect(),
    }
}
