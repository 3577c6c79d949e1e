//! Lists of decisions, as clinics, registries and portals keep them.

use super::{Writer, as_json, from_object};
use crate::cohort::consent::{Asked, Decisions, Outcome, is_known, outcome_of};
use crate::cohort::decided::{Decider, deciders};
use crate::error::{Error, Place, Result};
use crate::format::Folder;
use crate::input::decisions::{ListedDecision, read_decisions};
use crate::input::input_error;
use crate::model::duo_code;
use crate::model::{ConsentSetting, Date, DecidedBy, Decision, Effect, Purpose, WithoutDecision};
use crate::store::decisions::Entry;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// How lists are taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ConsentOptions {
    /// What holds of whoever decided nothing: of a purpose, or, without one, of all for which nothing is set.
    pub defaults: Vec<(Option<Purpose>, WithoutDecision)>,
    /// Whether health and medical research (`HMB`) includes frequencies by ancestry. Without it, as it was set before.
    pub hmb_in_strata: Option<bool>,
    /// Reports what would be recorded, and records nothing.
    pub dry_run: bool,
}

/// [`ConsentOptions`] as JSON: `{"defaults": {"all": "opt_out", "commercial": "opt_in"}, "hmb_in_strata": false}`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Written {
    defaults: BTreeMap<String, WithoutDecision>,
    hmb_in_strata: Option<bool>,
    dry_run: bool,
}

impl ConsentOptions {
    /// Reads `{"defaults": {"all": "opt_out", "commercial": "opt_in"}, "hmb_in_strata": false, "dry_run": true}`.
    ///
    /// # Errors
    ///
    /// [`Error::Usage`] for anything else, with the place.
    pub fn from_json(text: &str) -> Result<Self> {
        let written: Written = from_object(text, "consent")?;
        let mut defaults = Vec::new();
        for (purpose, without) in written.defaults {
            let purpose = match purpose.as_str() {
                "all" => None,
                purpose => Some(
                    purpose
                        .parse()
                        .map_err(|e| Error::Usage(format!("consent: {e}")))?,
                ),
            };
            defaults.push((purpose, without));
        }
        Ok(Self {
            defaults,
            hmb_in_strata: written.hmb_in_strata,
            dry_run: written.dry_run,
        })
    }
}

/// Sources that say different things of the same decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Disagreement {
    /// The id of whoever decided.
    pub id: String,
    /// What about; `None` is all.
    pub purpose: Option<Purpose>,
    /// The source that says in.
    pub in_source: String,
    /// The source that says out.
    pub out_source: String,
    /// Whether the one that says in holds: the one from the latest day does, and of one day the one that was recorded last or
    /// says out.
    pub in_holds: bool,
}

/// What lists came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConsentReport {
    /// Lines that were read.
    pub read: u64,
    /// Decisions that were recorded: a code may be several.
    pub recorded: u64,
    /// Decisions that were recorded before from the same source.
    pub unchanged: u64,
    /// Ids that nobody has here. Their decisions are recorded, and hold of whoever is added under such an id.
    pub unknown: Vec<String>,
    /// Decisions of people who were erased, which are not recorded: nothing of them is kept.
    pub erased: u64,
    /// Where sources disagree, by id and purpose.
    pub disagreements: Vec<Disagreement>,
    /// What codes ask for beside purposes, which is for a person to decide, and of how many.
    pub beside: Vec<(String, u64)>,
}

impl ConsentReport {
    /// As an object of JSON: the members are the fields.
    pub fn to_json(&self) -> String {
        as_json(self)
    }
}

/// Records lists of decisions. All of them count, or, where one is faulty, none. To load one again changes nothing.
///
/// A list is a table separated by tabs, plain or gzipped. Its columns are `individual` (or `sample`), `purpose` (`all`, a
/// [`Purpose`], or a code of the Data Use Ontology, of which the decision may be left out), `decision` (`in` or `out`),
/// `from`, `until`, `source`, and `effect` (`now` or `later_permits`) and `source_date`; without a line of names they are
/// the first six of these. Where a list has no sources, its file name is the source.
///
/// # Errors
///
/// [`Error::Input`] for a line that is no decision; [`Error::Usage`]; as [`withdraw`](super::withdraw).
pub fn record_consent<P: AsRef<Path>>(
    dataset: impl AsRef<Path>,
    lists: &[P],
    options: &ConsentOptions,
) -> Result<ConsentReport> {
    let lists: Vec<PathBuf> = lists.iter().map(|list| list.as_ref().to_owned()).collect();
    record_in(&Folder::on_disk(dataset), &lists, options)
}

/// The same wherever the dataset is.
pub(crate) fn record_in(
    folder: &Folder,
    lists: &[PathBuf],
    options: &ConsentOptions,
) -> Result<ConsentReport> {
    let mut writer = Writer::open(folder, Decisions::default())?;
    let hmb = options.hmb_in_strata.or(writer.decisions.hmb_in_strata);
    let mut taken = Taken {
        hmb,
        report: ConsentReport::default(),
        beside: BTreeMap::new(),
        new: Vec::new(),
    };
    for list in lists {
        read_decisions(list, |listed| taken.take(list, &listed, &writer))?;
    }
    let mut entries = settings(options, &writer);
    let Taken {
        report,
        beside,
        new,
        ..
    } = taken;
    let mut report = report;
    report.beside = beside.into_iter().collect();
    report.recorded = new.len() as u64;
    let concerned: BTreeSet<DecidedBy> = new.iter().map(|decision| decision.by.clone()).collect();
    entries.extend(new.into_iter().map(Entry::Decision));
    let concerned: Vec<&DecidedBy> = concerned.iter().collect();
    let found = deciders(&writer.dataset, &concerned)?;
    let unknown = concerned.iter().zip(found);
    let unknown = unknown.filter(|(_, decider)| *decider == Decider::Unknown);
    report.unknown = unknown.map(|(by, _)| by.id().to_owned()).collect();
    writer.record(entries, options.dry_run)?;
    report.disagreements = disagreements(&writer);
    Ok(report)
}

/// The settings that are not so already.
fn settings(options: &ConsentOptions, writer: &Writer) -> Vec<Entry> {
    let known = writer.decisions.defaults();
    let defaults = options.defaults.iter();
    let new = defaults.filter(|(purpose, without)| known.get(purpose) != Some(without));
    let new = new.map(|(purpose, without)| ConsentSetting::Default(*purpose, *without));
    let hmb = options.hmb_in_strata;
    let hmb = hmb.filter(|_| hmb != writer.decisions.hmb_in_strata);
    let hmb = hmb.map(ConsentSetting::HmbInStrata);
    new.chain(hmb).map(Entry::Setting).collect()
}

/// What lists said so far.
struct Taken {
    hmb: Option<bool>,
    report: ConsentReport,
    beside: BTreeMap<String, u64>,
    new: Vec<Decision>,
}

impl Taken {
    fn take(&mut self, list: &Path, listed: &ListedDecision, writer: &Writer) -> Result<()> {
        self.report.read += 1;
        for (purpose, allows) in self.meaning(list, listed)? {
            let file = || {
                list.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned()
            };
            let decision = Decision {
                by: listed.by.clone(),
                purpose,
                allows,
                effect: listed.effect,
                from: listed.from,
                until: listed.until,
                source: listed.source.clone().unwrap_or_else(file),
                source_date: listed.source_date,
            };
            if writer.decisions.erased(decision.by.id()).is_some() {
                self.report.erased += 1;
            } else if is_known(writer.decisions.of(&decision.by), &decision) {
                self.report.unchanged += 1;
            } else {
                self.new.push(decision);
            }
        }
        Ok(())
    }

    /// The purposes that a line decides about, and how.
    fn meaning(
        &mut self,
        list: &Path,
        listed: &ListedDecision,
    ) -> Result<Vec<(Option<Purpose>, bool)>> {
        let place = Place::Line(listed.line);
        let fault = |expected: &str, found: &str| -> Error {
            let found: String = found.chars().take(60).collect();
            input_error(list, place, expected, &format!("{found:?}"))
        };
        let purpose = match listed.about.as_str() {
            "all" => Some(None),
            text => text.parse().ok().map(Some),
        };
        if let Some(purpose) = purpose {
            let allows = listed.allows;
            let allows = allows.ok_or_else(|| fault("a decision, `in` or `out`", ""))?;
            return Ok(vec![(purpose, allows)]);
        }
        let code = duo_code(&listed.about, self.hmb).ok_or_else(|| {
            let purposes = Purpose::ALL.map(Purpose::name).join(", ");
            let expected = format!("`all`, a purpose ({purposes}) or a DUO code");
            fault(&expected, &listed.about)
        })?;
        let code = code.map_err(|why| Error::Usage(format!("{}{place}: {why}", list.display())))?;
        // a code that was taken back decides nothing any more: which decision comes instead is not known
        if listed.allows == Some(false) {
            return Err(fault(
                "a code that holds (`in`), or a purpose that is out",
                &listed.about,
            ));
        }
        if !code.beside.is_empty() {
            *self.beside.entry(code.beside.to_owned()).or_default() += 1;
        }
        let decides = code.decides.into_iter();
        Ok(decides
            .map(|(purpose, allows)| (Some(purpose), allows))
            .collect())
    }
}

/// What decisions are about that sources may disagree on: a purpose, an effect, and the day, or, where none is given, the
/// command. A decision of another day is a change of mind.
type About = (Option<Purpose>, Effect, std::result::Result<Date, u32>);

/// Where sources say different things of one day, by whom and what about.
pub(super) fn disagreements(writer: &Writer) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for (by, all) in writer.decisions.by().filter(|(_, all)| all.len() > 1) {
        // the source that says in, and the one that says out
        let mut about: BTreeMap<About, [Option<&str>; 2]> = BTreeMap::new();
        for recorded in all {
            let decision = &recorded.decision;
            let day = decision.from.ok_or(recorded.frame());
            let of = about.entry((decision.purpose, decision.effect, day));
            let [in_source, out_source] = of.or_default();
            match decision.allows {
                true => *in_source = Some(&decision.source),
                false => *out_source = Some(&decision.source),
            }
        }
        for ((purpose, effect, _), sources) in about {
            let [Some(in_source), Some(out_source)] = sources else {
                continue;
            };
            let asked = Asked::today(purpose, writer.today);
            found.push(Disagreement {
                id: by.id().to_owned(),
                purpose,
                in_source: in_source.to_owned(),
                out_source: out_source.to_owned(),
                in_holds: outcome_of(all, effect, &asked) == Outcome::In,
            });
        }
    }
    found
}
