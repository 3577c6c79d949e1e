//! Histories of a dataset beside a plain model: a table of samples and sites, and a list of decisions with their days.
//! Every view that can be had behind each step, of handles that stay open, of new ones and of states that are kept, says
//! what the model says.

use super::build::{BuildOptions, CompactOptions, add_in, build_in, compact_in};
use super::consent::{ConsentOptions, Withdrawal, decide, record_in};
use crate::cohort::{Dataset, View};
use crate::format::{Folder, Memory};
use crate::model::{Access, Date, Effect, Purpose, WithoutDecision, now};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

const SITES: [u32; 4] = [7, 8, 30, 500];
const PURPOSES: [Option<Purpose>; 3] = [None, Some(Purpose::Commercial), Some(Purpose::Af)];
/// From today on, in days.
const DAYS: [i64; 5] = [-20, -10, 0, 10, 20];
/// States that are kept.
const KEEP: u32 = 3;

/// A step of a history. What else changes a dataset is added here, with what it changes of the model in [`Run::step`].
#[derive(Debug, Clone)]
enum Step {
    /// A build in the place of what is there, of one batch.
    Build(Batch),
    Add(Batch),
    Decide(Decided),
    /// A list of decisions, which are taken together.
    Load(Vec<Line>),
    /// Segments are merged, and whoever withdrew for good may be erased.
    Compact {
        erase: bool,
    },
    /// What is open is opened again.
    Reopen,
}

/// Sites, and how many samples each new individual has; 0 is a sample of nobody who is known.
#[derive(Debug, Clone)]
struct Batch {
    sites: Vec<u32>,
    individuals: Vec<usize>,
}

/// What somebody decides: a place in the list of individuals or of samples.
#[derive(Debug, Clone, Copy)]
struct Line {
    who: usize,
    is_sample: bool,
    purpose: Option<Purpose>,
    allows: bool,
    effect: Effect,
    from: Option<i64>,
    until: Option<i64>,
}

/// The same by the commands that withdraw and restore.
#[derive(Debug, Clone, Copy)]
struct Decided(Line);

fn batch() -> impl Strategy<Value = Batch> {
    let sites = proptest::sample::subsequence(SITES.to_vec(), 1..=SITES.len());
    (sites, proptest::collection::vec(0..3usize, 1..4))
        .prop_map(|(sites, individuals)| Batch { sites, individuals })
}

fn line() -> impl Strategy<Value = Line> {
    let day = || proptest::option::of(select(&DAYS[..]));
    (
        (
            0..64usize,
            any::<bool>(),
            select(&PURPOSES[..]),
            any::<bool>(),
        ),
        (
            select(&[Effect::Now, Effect::LaterPermits][..]),
            day(),
            day(),
        ),
    )
        .prop_map(
            |((who, is_sample, purpose, allows), (effect, from, until))| Line {
                who,
                is_sample,
                purpose,
                allows,
                effect,
                from,
                // days that end before they begin are refused
                until: until.filter(|until| *until >= from.unwrap_or(0)),
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => batch().prop_map(Step::Build),
        3 => batch().prop_map(Step::Add),
        8 => line().prop_map(|line| Step::Decide(Decided(Line { until: None, ..line }))),
        4 => proptest::collection::vec(line(), 1..5).prop_map(Step::Load),
        2 => any::<bool>().prop_map(|erase| Step::Compact { erase }),
        1 => Just(Step::Reopen),
    ]
}

/// A sample of the model.
#[derive(Debug, Clone)]
struct Sample {
    name: String,
    individual: Option<String>,
    /// Where it was looked at.
    sites: Vec<u32>,
}

impl Sample {
    /// The individual's id, which is the name where nobody is known.
    fn id(&self) -> &str {
        self.individual.as_deref().unwrap_or(&self.name)
    }

    /// ALT and known copies at a site; `None` where it was not looked at.
    fn copies(&self, site: u32) -> Option<(u64, u64)> {
        let seed = self
            .name
            .bytes()
            .fold(site as usize, |sum, byte| sum * 31 + byte as usize);
        let looked_at = self.sites.contains(&site);
        looked_at.then_some([(0, 2), (1, 2), (0, 2), (2, 2), (1, 1), (0, 0), (0, 2)][seed % 7])
    }

    fn cell(&self, site: u32) -> &'static str {
        match self.copies(site) {
            Some((0, 2)) => "0|0",
            Some((1, 2)) => "0|1",
            Some((2, 2)) => "1|1",
            Some((1, 1)) => ".|1",
            _ => ".|.",
        }
    }
}

/// A decision of the model.
#[derive(Debug, Clone)]
struct Known {
    frame: usize,
    id: String,
    line: Line,
    /// In days from today.
    from: i64,
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
struct Asking {
    purpose: Option<Purpose>,
    permit: Option<i64>,
    is_override: bool,
}

#[derive(Debug, Default)]
struct Model {
    decisions: Vec<Known>,
    frames: usize,
    opt_in: BTreeSet<Purpose>,
    /// Ids of samples and individuals.
    erased: BTreeSet<String>,
}

impl Model {
    fn decide(&mut self, id: &str, line: Line) {
        self.decisions.push(Known {
            frame: self.frames,
            id: id.to_owned(),
            line,
            from: line.from.unwrap_or(0),
        });
    }

    /// What an id's decisions of one effect say.
    fn says(&self, id: (&str, bool), effect: Effect, asking: Asking) -> Option<bool> {
        let day = match effect {
            Effect::Now => 0,
            Effect::LaterPermits => asking.permit.unwrap_or(0),
        };
        let last = self.last(id, (effect, day), asking.purpose);
        last.map(|line| line.allows)
    }

    /// The decision that holds on a day.
    fn last(
        &self,
        (id, is_sample): (&str, bool),
        (effect, day): (Effect, i64),
        purpose: Option<Purpose>,
    ) -> Option<Line> {
        let about = |of: Option<Purpose>| of.is_none() || of == purpose;
        let all = self.decisions.iter().filter(|known| {
            let line = &known.line;
            (known.id.as_str(), line.is_sample, line.effect) == (id, is_sample, effect)
                && about(line.purpose)
                && known.from <= day
                && line.until.is_none_or(|until| day <= until)
        });
        let last = all.max_by_key(|known| (known.from, known.frame, !known.line.allows));
        last.map(|known| known.line)
    }

    /// Whether somebody says something new by withdrawing or coming back: not where it is so already without end, nor by
    /// coming back where nothing was decided.
    fn is_new(&self, id: &str, line: Line) -> bool {
        let of = |known: &&Known| known.id == id && known.line.is_sample == line.is_sample;
        let decided = self.decisions.iter().filter(of);
        let others = decided.filter_map(|known| known.line.purpose);
        let others = others.filter(|_| line.purpose.is_none()).map(Some);
        others.chain([line.purpose]).any(|purpose| {
            let first = line.from.unwrap_or(0);
            let asks_first = match purpose {
                Some(purpose) => self.opt_in.contains(&purpose),
                None => !self.opt_in.is_empty(),
            };
            let last = self.last((id, line.is_sample), (line.effect, first), purpose);
            last.map_or(!line.allows || asks_first, |last| {
                let other_day = line.from.is_some_and(|from| from != last.from.unwrap_or(0));
                last.allows != line.allows || last.until.is_some() || other_day
            })
        })
    }

    /// Takes out whoever withdrew from all without an end, and what they decided.
    fn erase(&mut self, samples: &mut Vec<Sample>) {
        let is_out = |id: &str, is_sample| {
            let last = self.last((id, is_sample), (Effect::Now, 0), None);
            last.is_some_and(|line| !line.allows && line.until.is_none())
        };
        let goes = |of: &Sample| is_out(&of.name, true) || is_out(of.id(), false);
        let (gone, stay): (Vec<Sample>, Vec<Sample>) = samples.drain(..).partition(goes);
        *samples = stay;
        // what only they carried is known of nobody any more
        let carries = |of: &Sample, site| of.copies(site).is_some_and(|(ac, _)| ac > 0);
        for site in SITES {
            let is_lost = gone.iter().any(|of| carries(of, site));
            if is_lost && !samples.iter().any(|of| carries(of, site)) {
                samples
                    .iter_mut()
                    .for_each(|of| of.sites.retain(|known| *known != site));
            }
        }
        for of in gone {
            if samples.iter().all(|other| other.id() != of.id()) {
                self.erased.insert(of.id().to_owned());
            }
            self.erased.insert(of.name);
        }
        let Self {
            decisions, erased, ..
        } = self;
        decisions.retain(|known| !erased.contains(&known.id));
    }

    fn sees(&self, sample: &Sample, asking: Asking) -> bool {
        // of a state that was open before
        if self.erased.contains(&sample.name) || self.erased.contains(sample.id()) {
            return false;
        }
        let of_sample = [(sample.name.as_str(), true)];
        let individual = sample.id();
        let by = of_sample.into_iter().chain([(individual, false)]);
        let (mut is_in, mut is_out) = (false, false);
        for id in by {
            let now = self.says(id, Effect::Now, asking);
            let later = self.says(id, Effect::LaterPermits, asking);
            let both = [now, later.filter(|_| !asking.is_override)];
            let says = |allows| both.contains(&Some(allows));
            is_out |= says(false);
            is_in |= says(true) && !says(false);
        }
        let asks_first = asking.purpose.is_some_and(|of| self.opt_in.contains(&of));
        !is_out && (is_in || !asks_first)
    }
}

/// AC, AN, and who carries, by site.
type Sites = BTreeMap<u32, (u64, Option<u64>, Vec<String>)>;

/// A history that is run.
struct Run {
    folder: Folder,
    inputs: tempfile::TempDir,
    /// Names that were given.
    named: usize,
    model: Model,
    samples: Vec<Sample>,
    /// The samples of each state, by its id.
    states: BTreeMap<String, Vec<Sample>>,
    open: Dataset,
    today: Date,
}

impl Run {
    fn new(first: &Batch, opt_in: &[Purpose]) -> Self {
        let folder = Folder::of("d.vdx", Arc::new(Memory::default()));
        let inputs = tempfile::tempdir().unwrap();
        let (mut named, mut samples) = (0, Vec::new());
        let id = write(&folder, &inputs, &mut named, (first, &mut samples), false);
        let defaults = opt_in.iter();
        let defaults = defaults.map(|of| (Some(*of), WithoutDecision::OptIn));
        let options = ConsentOptions {
            defaults: defaults.collect(),
            ..ConsentOptions::default()
        };
        record_in(&folder, &[], &options).unwrap();
        Self {
            open: Dataset::open_in(&folder).unwrap(),
            folder,
            inputs,
            named,
            model: Model {
                opt_in: opt_in.iter().copied().collect(),
                ..Model::default()
            },
            states: BTreeMap::from([(id, samples.clone())]),
            samples,
            today: Date::today(),
        }
    }

    fn day(&self, days: i64) -> Date {
        Date::from_days(self.today.days() + days as i32)
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Build(batch) | Step::Add(batch) => {
                let adds = matches!(step, Step::Add(_));
                if !adds {
                    self.samples.clear();
                }
                let to = (batch, &mut self.samples);
                let id = write(&self.folder, &self.inputs, &mut self.named, to, adds);
                self.states.insert(id, self.samples.clone());
            }
            Step::Compact { erase } => {
                let options = CompactOptions {
                    erase: *erase,
                    keep: KEEP,
                    threads: Some(1),
                    ..CompactOptions::default()
                };
                let report = compact_in(&self.folder, &options, &mut |_| true).unwrap();
                if *erase {
                    self.model.erase(&mut self.samples);
                }
                self.states.insert(report.snapshot, self.samples.clone());
            }
            // everybody was erased
            Step::Decide(_) | Step::Load(_) if self.samples.is_empty() => {}
            Step::Decide(Decided(line)) => {
                let id = self.id_of(line);
                let mut what = Withdrawal {
                    purposes: line.purpose.into_iter().collect(),
                    from: line.from.map(|days| self.day(days)),
                    effect: line.effect,
                    ..Withdrawal::default()
                };
                match line.is_sample {
                    true => what.samples.push(id.clone()),
                    false => what.individuals.push(id.clone()),
                }
                decide(&self.folder, &what, line.allows).unwrap();
                self.model.frames += 1;
                if self.model.is_new(&id, *line) {
                    self.model.decide(&id, *line);
                }
            }
            Step::Load(lines) => self.load(lines),
            Step::Reopen => self.open = Dataset::open_in(&self.folder).unwrap(),
        }
    }

    fn id_of(&self, line: &Line) -> String {
        let sample = &self.samples[line.who % self.samples.len()];
        match &sample.individual {
            Some(individual) if !line.is_sample => individual.clone(),
            _ => sample.name.clone(),
        }
    }

    fn load(&mut self, lines: &[Line]) {
        self.model.frames += 1;
        let lists = [("individual", false), ("sample", true)].map(|(column, is_sample)| {
            let mut text = format!("{column}\tpurpose\tdecision\teffect\tfrom\tuntil\n");
            let lines = lines.iter().filter(|line| line.is_sample == is_sample);
            for line in lines {
                let id = self.id_of(line);
                let day = |days: Option<i64>| days.map(|days| self.day(days).to_string());
                let _ = writeln!(
                    text,
                    "{id}\t{}\t{}\t{}\t{}\t{}",
                    line.purpose.map_or("all", Purpose::name),
                    if line.allows { "in" } else { "out" },
                    line.effect.name(),
                    day(line.from).unwrap_or_default(),
                    day(line.until).unwrap_or_default()
                );
            }
            // a list that was loaded before from the same source would change nothing
            let name = format!("{column}-{}.tsv", self.model.frames);
            let path = self.inputs.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        });
        record_in(&self.folder, &lists, &ConsentOptions::default()).unwrap();
        for line in lines {
            let id = self.id_of(line);
            self.model.decide(&id, *line);
        }
    }

    /// Asks all that can be opened.
    fn check(&self, asking: Asking) {
        let access = Access {
            purpose: asking.purpose,
            permit_date: asking.permit.map(|days| self.day(days)),
            national_override: asking.is_override,
            ..Access::holder()
        };
        let fresh = Dataset::open_in(&self.folder).unwrap();
        self.compare(&fresh, &access, asking);
        self.compare(&self.open, &access, asking);
        let kept = Dataset::snapshots_in(&self.folder).unwrap();
        assert!(kept.len() <= KEEP as usize);
        for state in kept.iter().skip(1) {
            let then = Dataset::open_snapshot_in(&self.folder, &state.id).unwrap();
            self.compare(&then, &access, asking);
        }
    }

    fn compare(&self, dataset: &Dataset, access: &Access, asking: Asking) {
        let samples = &self.states[dataset.snapshot()];
        let seen: Vec<&Sample> = samples
            .iter()
            .filter(|sample| self.model.sees(sample, asking))
            .collect();
        let view = dataset.view_for(access).unwrap();
        let names: Vec<&str> = view.sample_names().unwrap().collect();
        let expected = seen.iter().map(|sample| sample.name.as_str());
        assert!(
            names.iter().copied().eq(expected),
            "{asking:?}: {names:?}, {:#?}",
            self.model
        );
        let people: BTreeSet<&str> = seen.iter().map(|of| of.id()).collect();
        let everybody = view.ask("all").unwrap();
        let ids: BTreeSet<&str> = everybody.ids().unwrap().into_iter().collect();
        assert_eq!(ids, people, "{asking:?}");
        let found = sites(&view);
        for site in SITES {
            let carried = |of: &&Sample| of.copies(site).is_some_and(|(ac, _)| ac > 0);
            let expected = of_site(&seen, site);
            match (found.get(&site), expected.0) {
                (found, 1..) => assert_eq!(found, Some(&expected), "{asking:?} {site}"),
                (Some(found), _) => {
                    assert_eq!(
                        (found.0, found.1),
                        (expected.0, expected.1),
                        "{asking:?} {site}"
                    );
                    // one that only those carry who may not be seen is not there
                    assert!(!samples.iter().any(|of| carried(&of)), "{asking:?} {site}");
                }
                (None, _) => {}
            }
        }
    }
}

fn of_site(seen: &[&Sample], site: u32) -> (u64, Option<u64>, Vec<String>) {
    let (mut ac, mut an, mut carriers) = (0, Some(0), Vec::new());
    for sample in seen {
        let copies = sample.copies(site);
        an = an.zip(copies).map(|(sum, (_, known))| sum + known);
        let (carried, _) = copies.unwrap_or_default();
        ac += carried;
        if carried > 0 {
            carriers.push(sample.name.clone());
        }
    }
    (ac, an, carriers)
}

fn sites(view: &View) -> Sites {
    let mut found = Sites::new();
    let mut variants = view.variants("all").unwrap();
    while let Some(mut variant) = variants.next().unwrap() {
        let (ac, an) = variant.ac_an().unwrap();
        let mut carriers = Vec::new();
        let mut add = |sample| carriers.push(view.sample_name(sample).unwrap().to_owned());
        variant.carriers(|carrier| add(carrier.sample)).unwrap();
        let site = variant.position().unwrap().one_based() as u32;
        let alone = view.frequency(&format!("1:{site}:A:G"), None).unwrap();
        let alone = alone.map(|counts| (counts.ac, counts.an));
        assert_eq!(alone, Some((ac, an)), "{site}");
        assert!(
            found.insert(site, (ac, an, carriers)).is_none(),
            "{site} twice"
        );
    }
    found
}

/// Builds or adds a batch; the id of the state.
fn write(
    folder: &Folder,
    inputs: &tempfile::TempDir,
    named: &mut usize,
    (batch, samples): (&Batch, &mut Vec<Sample>),
    adds: bool,
) -> String {
    let before = samples.len();
    let (mut people, mut map) = ("id\tsex\n".to_owned(), "sample\tindividual\n".to_owned());
    for &owned in &batch.individuals {
        *named += 1;
        let individual = (owned > 0).then(|| format!("P{named}"));
        if let Some(individual) = &individual {
            let _ = writeln!(people, "{individual}\tF");
        }
        for n in 0..owned.max(1) {
            let name = format!("S{named}x{n}");
            if let Some(individual) = &individual {
                let _ = writeln!(map, "{name}\t{individual}");
            }
            samples.push(Sample {
                name,
                individual: individual.clone(),
                sites: batch.sites.clone(),
            });
        }
    }
    let new = &samples[before..];
    let names: Vec<&str> = new.iter().map(|sample| sample.name.as_str()).collect();
    let mut vcf = format!(
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{}\n",
        names.join("\t")
    );
    for &site in &batch.sites {
        let cells: Vec<&str> = new.iter().map(|sample| sample.cell(site)).collect();
        let _ = writeln!(vcf, "1\t{site}\t.\tA\tG\t.\t.\t.\tGT\t{}", cells.join("\t"));
    }
    let file = |name: &str, text: &str| {
        let path = inputs.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let input = file("input.vcf", &vcf);
    let mut options = BuildOptions {
        replace: true,
        threads: Some(1),
        keep: KEEP,
        ..BuildOptions::default()
    };
    options.people.files = vec![file("people.tsv", &people)];
    options.people.sample_map = Some(file("map.tsv", &map));
    if batch.individuals.iter().all(|owned| *owned == 0) {
        options.people = Default::default();
    }
    let report = match adds {
        true => add_in(&[&input], folder, &options, &mut |_| true),
        false => build_in(&[&input], folder, &options, &mut |_| true),
    };
    report.unwrap().snapshot
}

fn asking() -> impl Strategy<Value = Asking> {
    let permit = proptest::option::of(select(&[-25i64, -15, -10, 0, 15, 25][..]));
    (select(&PURPOSES[..]), permit, proptest::bool::weighted(0.1)).prop_map(
        |(purpose, permit, is_override)| Asking {
            purpose,
            permit,
            is_override,
        },
    )
}

/// How many histories there are; `VARIDEX_HISTORIES` says another number.
fn histories() -> u32 {
    std::env::var("VARIDEX_HISTORIES").map_or(64, |text| text.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(histories()))]

    #[test]
    fn histories_come_to_what_a_plain_model_says(
        first in batch(),
        opt_in in proptest::sample::subsequence(vec![Purpose::Commercial, Purpose::Af], 0..=2),
        steps in proptest::collection::vec((step(), proptest::collection::vec(asking(), 1..4)), 1..16),
    ) {
        let mut run = Run::new(&first, &opt_in);
        for (step, asks) in &steps {
            run.step(step);
            for asking in asks {
                run.check(*asking);
            }
            // whatever happens at midnight is another test
            if Date::of_seconds(now()) != run.today {
                return Ok(());
            }
        }
    }
}
