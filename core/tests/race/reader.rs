//! Readers, who compare every view with the states that it may be of.

use crate::Place;
use crate::model::{Answer, History, POSITIONS, PURPOSES, State};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::time::Duration;
use varidex::{Access, Dataset, Error, Purpose, View};

/// A dataset is opened again after so many questions on average.
const REOPENED: u32 = 20;
/// States of the data that may still be kept. Ids are of contents: of states that are alike one is kept.
const KEPT_MAX: usize = 32;

/// States as far as they are needed.
struct Known {
    history: History,
    /// Behind so many steps.
    states: VecDeque<(usize, State)>,
    /// The samples of each state of the data.
    data: Vec<Vec<String>>,
}

impl Known {
    fn new(seed: u64) -> Self {
        Self {
            history: History::new(seed),
            states: VecDeque::from([(0, State::default())]),
            data: vec![Vec::new()],
        }
    }

    /// The states behind these numbers of steps. Those before are not asked for again.
    fn states(&mut self, steps: RangeInclusive<usize>) -> Vec<State> {
        while let Some((last, _)) = self.states.back()
            && last < steps.end()
        {
            let (last, (_, state)) = (*last, self.history.next());
            if state.data == self.data.len() {
                self.data.push(state.samples.clone());
            }
            self.states.push_back((last + 1, state.clone()));
        }
        self.states.retain(|(behind, _)| behind >= steps.start());
        let states = self
            .states
            .iter()
            .filter(|(behind, _)| steps.contains(behind));
        states.map(|(_, state)| state.clone()).collect()
    }
}

/// A dataset, and the states of the data that it may be of.
struct Opened {
    dataset: Dataset,
    of: Vec<usize>,
}

/// Asks until the writer is done; how many views were compared.
pub fn read(place: &Place, number: u64, shared: Option<&Dataset>) -> u64 {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let mut known = Known::new(place.seed);
    let mut opened = match shared {
        // it was opened behind the first step, and stays what it is
        Some(dataset) => {
            known.states(1..=1);
            let dataset = dataset.clone();
            Some(Opened {
                dataset,
                of: vec![1],
            })
        }
        None => None,
    };
    let mut view: Option<View> = None;
    let mut asked = 0;
    while !place.is_over() {
        let now = match opened.take() {
            Some(now) => now,
            None => match open(place, &mut known, number % 4 == 3) {
                Some(now) => now,
                None => continue,
            },
        };
        let mut purposes = vec![None];
        purposes.extend(PURPOSES.map(Some));
        let purpose = purposes[random.random_range(0..purposes.len())];
        // all of them together must leave time to the writer
        std::thread::sleep(Duration::from_micros(random.random_range(0..8_000)));
        let (ended, _) = place.steps();
        // one that was made before follows as well
        let made = match view.take() {
            Some(view) => view.renew().unwrap(),
            None => now.dataset.view_for(&access(purpose)).unwrap(),
        };
        let (_, begun) = place.steps();
        let purpose = made.access().purpose;
        let found = answer(&made);
        opened = Some(compare(now, &mut known, ended..=begun, purpose, &found));
        asked += 1;
        if random.random_bool(0.3) {
            view = Some(made);
        }
        if shared.is_none() && (number.is_multiple_of(2) || random.random_range(0..REOPENED) == 0) {
            (opened, view) = (None, None);
        }
    }
    asked
}

fn access(purpose: Option<Purpose>) -> Access {
    let holder = Access::holder();
    purpose.map_or(holder, |purpose| holder.for_purpose(purpose))
}

/// The newest state, or the oldest that is kept; `None` where that is not kept any more when it is opened.
fn open(place: &Place, known: &mut Known, oldest: bool) -> Option<Opened> {
    let (ended, _) = place.steps();
    let dataset = match oldest {
        false => Dataset::open(place.dataset()),
        true => {
            let kept = Dataset::snapshots(place.dataset()).unwrap();
            Dataset::open_snapshot(place.dataset(), &kept.last().unwrap().id)
        }
    };
    let (_, begun) = place.steps();
    let states = known.states(ended..=begun);
    let (first, last) = (states[0].data, states[states.len() - 1].data);
    let dataset = match dataset {
        Err(Error::Usage(_) | Error::Io { .. }) if oldest && first < last => return None,
        dataset => dataset.unwrap(),
    };
    let first = match oldest {
        true => first.saturating_sub(KEPT_MAX).max(1),
        false => first,
    };
    let of = (first..=last).collect();
    Some(Opened { dataset, of })
}

/// All that is asked of a view.
fn answer(view: &View) -> Answer {
    let names: Vec<String> = view.sample_names().unwrap().map(str::to_owned).collect();
    let mut found = BTreeMap::new();
    let mut variants = view.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let (ac, an) = variant.ac_an().unwrap();
        let mut carriers = Vec::new();
        let mut add = |sample| carriers.push(view.sample_name(sample).unwrap().to_owned());
        variant.carriers(|carrier| add(carrier.sample)).unwrap();
        let position = variant.position().unwrap().one_based();
        let counted = found.insert(position as u32, (ac, an, carriers));
        assert!(counted.is_none(), "{position} twice");
    }
    for position in POSITIONS {
        let allele = format!("1:{position}:A:G");
        let counts = view.frequency(&allele, None).unwrap();
        let counts = counts.map(|counts| (counts.ac, counts.an));
        let walked = found.get(&position);
        assert_eq!(counts, walked.map(|(ac, an, _)| (*ac, *an)), "{allele}");
        let carriers = view.ask(&*format!("carriers({allele})"));
        let carriers = carriers.map_or(Vec::new(), |group| ids(&group));
        let walked = walked.map_or(Vec::new(), |(.., carriers)| {
            let mut carriers = carriers.clone();
            carriers.sort_unstable();
            carriers
        });
        assert_eq!(carriers, walked, "{allele}");
    }
    // where nobody is seen no sex is known either
    let women = view.ask("sex:female");
    Answer {
        everybody: ids(&view.ask("all").unwrap()),
        women: women.map_or(0, |group| group.count()),
        samples: names,
        variants: found,
    }
}

fn ids(group: &varidex::Group) -> Vec<String> {
    let mut ids: Vec<String> = group
        .ids()
        .unwrap()
        .into_iter()
        .map(str::to_owned)
        .collect();
    ids.sort_unstable();
    ids
}

/// Keeps of the states that a dataset may be of those that fit.
fn compare(
    opened: Opened,
    known: &mut Known,
    steps: RangeInclusive<usize>,
    purpose: Option<Purpose>,
    found: &Answer,
) -> Opened {
    let states = known.states(steps.clone());
    let mut of = opened.of.clone();
    of.retain(|&data| {
        let samples = &known.data[data];
        let mut answers = states.iter().map(|state| state.answer(samples, purpose));
        answers.any(|answer| answer == *found)
    });
    if of.is_empty() {
        let samples = opened.of.iter().map(|&data| &known.data[data]);
        let expected = samples.flat_map(|samples| {
            let answers = states.iter();
            answers.map(|state| state.answer(samples, purpose))
        });
        let expected: Vec<Answer> = expected.collect();
        panic!(
            "for {purpose:?}, behind {steps:?} steps: expected one of {expected:#?}, found {found:#?}"
        );
    }
    Opened { of, ..opened }
}
