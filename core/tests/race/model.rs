//! The plain model: what each step of a history changes, and what every question answers then. All of it follows from
//! the seed, so that a reader in another process knows it, too.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use varidex::Purpose;

/// Positions of the variants.
pub const POSITIONS: [u32; 5] = [7, 19, 20, 400, 401];
/// The purpose that is asked for beside none, and another one that some decide about.
pub const PURPOSES: [Purpose; 2] = [Purpose::Commercial, Purpose::Af];
/// The samples of a build; with those that are added, one a batch or three.
const BUILT: usize = 6;
const ADDED_MAX: usize = 12;
/// So many states are kept.
pub const KEPT: u32 = 3;

/// A decision: of whom, about what, in or out.
pub type Act = (String, Option<Purpose>, bool);

/// A step of the history.
#[derive(Debug, Clone)]
pub enum Step {
    /// Replaces the dataset by one of these samples.
    Build(Vec<String>),
    Add(Vec<String>),
    /// Merges all batches: nothing that is asked changes.
    Compact,
    /// Withdraws or restores some, about a purpose or about all.
    Decide(Vec<String>, Option<Purpose>, bool),
    /// Loads a list.
    Load(Vec<Act>),
}

/// What a history has come to.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Samples in their order.
    pub samples: Vec<String>,
    /// Counts the states of the data.
    pub data: usize,
    /// The last decision of each sample about each purpose, with its place among all.
    last: BTreeMap<String, BTreeMap<Option<Purpose>, (u64, bool)>>,
    decided: u64,
}

/// What is answered to all that a reader asks of a view.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answer {
    pub samples: Vec<String>,
    /// Of each variant that may be seen: AC, AN, and who carries it. One that nobody carries whom one may see is none.
    pub variants: BTreeMap<u32, (u64, Option<u64>, Vec<String>)>,
    pub everybody: Vec<String>,
    pub women: u64,
}

/// The letters of two copies: `1` carries, `.` is missing. The first sample carries everything, for a variant that nobody
/// carries is shown, and one of which the carriers may not be seen is not.
pub fn genotype(sample: &str, position: u32) -> [char; 2] {
    if sample.ends_with("x0") {
        return ['0', '1'];
    }
    let seed = sample
        .bytes()
        .fold(u64::from(position) * 131, |seed, byte| {
            seed.wrapping_mul(31).wrapping_add(byte.into())
        });
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    [(); 2].map(|()| match random.random_range(0..20) {
        0..=4 => '1',
        5 => '.',
        _ => '0',
    })
}

pub fn is_female(sample: &str) -> bool {
    sample.bytes().map(u32::from).sum::<u32>().is_multiple_of(2)
}

/// The text of a VCF of these samples.
pub fn vcf(samples: &[String]) -> String {
    let mut text = format!(
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n",
        samples.join("\t")
    );
    for position in POSITIONS {
        let _ = write!(text, "1\t{position}\t.\tA\tG\t.\t.\t.\tGT");
        for sample in samples {
            let [a, b] = genotype(sample, position);
            let _ = write!(text, "\t{a}|{b}");
        }
        text.push('\n');
    }
    text
}

/// The table of people who have these samples.
pub fn people(samples: &[String]) -> String {
    let mut text = "id\tsex\n".to_owned();
    for sample in samples {
        let sex = if is_female(sample) { 'F' } else { 'M' };
        let _ = writeln!(text, "{sample}\t{sex}");
    }
    text
}

/// A history without end, and the state after each step.
pub struct History {
    random: ChaCha8Rng,
    seed: u64,
    state: State,
    added: usize,
    /// There are batches that have not been merged.
    several: bool,
}

impl History {
    pub fn new(seed: u64) -> Self {
        Self {
            random: ChaCha8Rng::seed_from_u64(seed),
            seed,
            state: State::default(),
            added: 0,
            several: false,
        }
    }

    fn named(&self, range: std::ops::Range<usize>) -> Vec<String> {
        range.map(|n| format!("S{}x{n}", self.seed)).collect()
    }

    /// Some of all who are there or may come.
    fn some(&mut self) -> Vec<String> {
        let mut some = self.state.samples.clone();
        let share = self.random.random_range(0.05..0.5);
        some.retain(|_| self.random.random_bool(share));
        if some.is_empty() {
            let one = self.random.random_range(0..self.state.samples.len());
            some.push(self.state.samples[one].clone());
        }
        some
    }

    fn purpose(&mut self) -> Option<Purpose> {
        let number = self.random.random_range(0..6);
        PURPOSES.get(number).copied()
    }

    /// The next step, and what it comes to.
    pub fn next(&mut self) -> (Step, &State) {
        let step = match self.state.data {
            0 => Step::Build(self.named(0..BUILT)),
            _ => self.draw(),
        };
        self.state.apply(&step);
        (step, &self.state)
    }

    fn draw(&mut self) -> Step {
        let there = self.state.samples.len();
        match self.random.random_range(0..20) {
            0..=2 if self.added < ADDED_MAX => {
                self.added += 1;
                self.several = true;
                let many = self.random.random_range(1..=3);
                Step::Add(self.named(there..there + many))
            }
            0..=2 => {
                (self.added, self.several) = (0, false);
                // those who were added come again later, and their decisions were kept
                Step::Build(self.named(0..BUILT))
            }
            3 if self.several => {
                self.several = false;
                Step::Compact
            }
            4..=6 => {
                let acts = self.some().into_iter().map(|sample| {
                    (
                        sample,
                        PURPOSES.get(self.random.random_range(0..4)).copied(),
                        self.random.random_bool(0.5),
                    )
                });
                Step::Load(acts.collect())
            }
            n => {
                let some = self.some();
                Step::Decide(some, self.purpose(), n % 2 == 0)
            }
        }
    }
}

impl State {
    fn apply(&mut self, step: &Step) {
        match step {
            Step::Build(samples) => {
                self.samples.clone_from(samples);
                self.data += 1;
            }
            Step::Add(samples) => {
                self.samples.extend_from_slice(samples);
                self.data += 1;
            }
            Step::Compact => self.data += 1,
            Step::Decide(samples, purpose, allows) => {
                for sample in samples {
                    self.decide(sample, *purpose, *allows);
                }
            }
            Step::Load(acts) => {
                for (sample, purpose, allows) in acts {
                    self.decide(sample, *purpose, *allows);
                }
            }
        }
    }

    fn decide(&mut self, sample: &str, purpose: Option<Purpose>, allows: bool) {
        self.decided += 1;
        let of = self.last.entry(sample.to_owned()).or_default();
        of.insert(purpose, (self.decided, allows));
    }

    fn is_seen(&self, sample: &str, asked: Option<Purpose>) -> bool {
        let last = self.last.get(sample).into_iter().flatten();
        let about = last.filter(|(purpose, _)| purpose.is_none() || **purpose == asked);
        let last = about.map(|(_, decided)| decided).max();
        last.is_none_or(|(_, allows)| *allows)
    }

    /// What is answered of these samples by the decisions of this state.
    pub fn answer(&self, samples: &[String], asked: Option<Purpose>) -> Answer {
        let seen = samples.iter().filter(|sample| self.is_seen(sample, asked));
        let seen: Vec<String> = seen.cloned().collect();
        let variants = POSITIONS.iter().filter_map(|&position| {
            let (mut ac, mut an, mut carriers) = (0, 0, Vec::new());
            for sample in &seen {
                let copies = genotype(sample, position);
                let carried = copies.iter().filter(|copy| **copy == '1').count() as u64;
                ac += carried;
                an += copies.iter().filter(|copy| **copy != '.').count() as u64;
                if carried > 0 {
                    carriers.push(sample.clone());
                }
            }
            (ac > 0).then_some((position, (ac, Some(an), carriers)))
        });
        let everybody: BTreeSet<String> = seen.iter().cloned().collect();
        Answer {
            variants: variants.collect(),
            women: seen.iter().filter(|sample| is_female(sample)).count() as u64,
            everybody: everybody.into_iter().collect(),
            samples: seen,
        }
    }
}
