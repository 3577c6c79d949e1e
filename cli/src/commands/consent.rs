//! `varidex withdraw`, `varidex restore` and `varidex consent`.

use crate::args::State;
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::{PlainFormat, print, print_json};
use clap::{ArgGroup, Args};
use serde_json::json;
use std::fmt::Write as _;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use varidex::{
    Access, ConsentOptions, ConsentReport, Dataset, Date, DecisionReport, Disagreement, Effect,
    Error, FileLoader as _, LocalFiles, Policy, PolicyView, Purpose, QcPolicy, View, Withdrawal,
    WithoutDecision,
};
use varidex_ledger::LedgerAt;

/// Bytes of a policy, at most.
const POLICY_MAX: u64 = 1 << 20;

/// Who asks, for what, and under which permit.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Who may be seen")]
pub(crate) struct Seen {
    /// What it is asked for: whoever decided against that is not seen
    #[arg(long, value_name = "PURPOSE")]
    pub(crate) purpose: Option<Purpose>,
    /// The day that the permit was approved [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) permit_date: Option<Date>,
    /// National law sets aside decisions about later permits; the dataset keeps a note that it was asked for
    #[arg(long)]
    pub(crate) national_override: bool,
    /// As it was known at the end of this day, for an audit; the dataset keeps a note that it was asked for
    #[arg(long, value_name = "DATE")]
    pub(crate) audit: Option<Date>,
    /// All of that as JSON, as servers keep it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["purpose", "permit_date", "national_override", "audit"])]
    pub(crate) access: Option<PathBuf>,
    /// The policy of quality, in TOML or JSON, by which `proof` picks people
    #[arg(long, value_name = "FILE")]
    pub(crate) qc_policy: Option<PathBuf>,
    /// Show no samples of which the policy does not hold
    #[arg(long, requires = "qc_policy", conflicts_with = "access")]
    pub(crate) proof: bool,
    /// What may leave: open, controlled, registered, public, rare-match, all-of-us, omop, datashield, pcornet, gdi, or a file in
    /// TOML or JSON. Only open and controlled show who is meant; under the others ask, frequencies, people and terms answer
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Option<String>,
    /// What a policy remembers between questions: budgets, about whom was answered, the state that is answered of, and an audit log.
    /// The file is made where there is none; without it each answer is cut by itself
    #[arg(
        long,
        value_name = "FILE",
        requires = "policy",
        requires = "ledger_secret"
    )]
    pub(crate) ledger: Option<PathBuf>,
    /// A file of 32 bytes or more that nobody else knows: names and questions are in the ledger by hashes with it, people by number
    #[arg(long, value_name = "FILE", requires = "ledger")]
    pub(crate) ledger_secret: Option<PathBuf>,
    /// Whom the ledger takes the asker for; without it anybody, who share their budgets
    #[arg(long, value_name = "NAME", requires = "ledger")]
    pub(crate) asker: Option<String>,
    /// What the ledger calls the people of the dataset [default: the directory of the dataset]
    #[arg(long, value_name = "NAME", requires = "ledger")]
    pub(crate) ledger_population: Option<String>,
    #[command(flatten)]
    pub(crate) state: State,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("who").required(true).multiple(true))]
pub(crate) struct Withdraw {
    /// The dataset
    pub(crate) dataset: PathBuf,
    /// Samples by name, these alone, or a list of them (@FILE, one a line)
    #[arg(
        long,
        value_name = "ID,...|@FILE",
        value_delimiter = ',',
        group = "who"
    )]
    pub(crate) samples: Vec<String>,
    /// Individuals by id, with all their samples, or a list of them (@FILE, one a line)
    #[arg(
        long,
        value_name = "ID,...|@FILE",
        value_delimiter = ',',
        group = "who"
    )]
    pub(crate) individuals: Vec<String>,
    /// About these purposes only
    #[arg(long, value_name = "PURPOSE,...", value_delimiter = ',')]
    pub(crate) purpose: Vec<Purpose>,
    /// The first day that it holds [default: from now on]
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<Date>,
    /// Only for permits that are approved from then on: who has one already goes on (EHDS, article 71)
    #[arg(long)]
    pub(crate) later_permits: bool,
    /// Where it comes from, such as the form
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) source: String,
    /// Report what would be recorded, and record nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Consent {
    /// The dataset
    pub(crate) dataset: PathBuf,
    /// Lists of decisions, separated by tabs: individual (or sample), purpose (all, a purpose or a DUO code), in or out, from,
    /// until, source; with a line of names also effect (now or later_permits) and source_date
    pub(crate) lists: Vec<PathBuf>,
    /// What holds of whoever decided nothing: opt_in or opt_out, of a purpose or of all
    #[arg(long, value_name = "[PURPOSE=]opt_in|opt_out", value_delimiter = ',')]
    pub(crate) default: Vec<Default>,
    /// Whether health and medical research (HMB, DUO:0000006) includes frequencies by ancestry: yes or no
    #[arg(long, value_name = "YES|NO", value_parser = yes_or_no)]
    pub(crate) hmb_in_strata: Option<bool>,
    /// Report what would be recorded, and record nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// How the summary is written
    #[arg(long, value_enum, default_value_t = PlainFormat::Tsv)]
    pub(crate) format: PlainFormat,
}

/// What holds without a decision, of a purpose or of all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Default(pub(crate) Option<Purpose>, pub(crate) WithoutDecision);

impl std::str::FromStr for Default {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (purpose, without) = match text.split_once('=') {
            Some((purpose, without)) => (Some(purpose), without),
            None => (None, text),
        };
        let purpose = purpose.map(str::parse).transpose();
        let purpose = purpose.map_err(|e: varidex::UnknownPurpose| e.to_string())?;
        let without = WithoutDecision::named(without)
            .ok_or_else(|| format!("expected opt_in or opt_out, found {without:?}"))?;
        Ok(Self(purpose, without))
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("expected yes or no".to_owned()),
    }
}

/// So many ids are listed in a message.
const LISTED: usize = 5;

impl Seen {
    /// What the holder asks for.
    pub(crate) fn access(&self) -> Result<Access, Failure> {
        if let Some(file) = &self.access {
            let text = std::fs::read_to_string(file).map_err(|e| Error::io(file, e))?;
            return Ok(Access::from_json(&text)?);
        }
        let mut access = Access::holder();
        access.purpose = self.purpose;
        access.permit_date = self.permit_date;
        access.national_override = self.national_override;
        access.known_at = self.audit;
        Ok(access)
    }

    /// What may be seen of a dataset: refused under a policy that does not show records.
    pub(crate) fn view(&self, dataset: &Dataset) -> Result<View, Failure> {
        let view = self.seen(dataset)?;
        match self.policy()? {
            Some(policy) => Ok(self.under(&policy, &view)?.0.records()?.clone()),
            None => Ok(view),
        }
    }

    /// The same under a policy that does not show records; nothing where there is none.
    pub(crate) fn shown(
        &self,
        dataset: &Dataset,
        messages: Messages,
    ) -> Result<Option<PolicyView>, Failure> {
        match self.policy()? {
            Some(policy) if !policy.shows_records() => {
                let (shown, note) = self.under(&policy, &self.seen(dataset)?)?;
                if let Some(note) = note {
                    messages.say(format_args!("note: {note}"));
                }
                Ok(Some(shown))
            }
            _ => Ok(None),
        }
    }

    /// A view under a policy, with what was asked before where a ledger keeps it, and what is to be said of that.
    fn under(&self, policy: &Policy, view: &View) -> Result<(PolicyView, Option<String>), Failure> {
        let Some((file, secret)) = self.ledger.as_ref().zip(self.ledger_secret.as_ref()) else {
            let note = varidex_ledger::note_without(policy);
            return Ok((view.under_policy(policy)?, note));
        };
        let mut ledger = LedgerAt::new(file, secret);
        ledger.asker.clone_from(&self.asker);
        ledger.population.clone_from(&self.ledger_population);
        Ok(ledger.under_policy(view, policy)?)
    }

    /// Refuses what is asked of a published file: it shows what it does of whom it does.
    pub(crate) fn refuse_any(&self, path: &Path) -> Result<(), Failure> {
        let is_given = self.purpose.is_some()
            || self.permit_date.is_some()
            || self.national_override
            || self.audit.is_some()
            || self.access.is_some()
            || self.qc_policy.is_some()
            || self.policy.is_some()
            || self.ledger.is_some()
            || self.state.snapshot.is_some();
        match is_given {
            false => Ok(()),
            true => Err(Error::Usage(format!(
                "{}: a published file shows the same to everybody: it has no purposes, policies and snapshots to choose",
                path.display()
            ))
            .into()),
        }
    }

    /// One of the policies that have a name, or one in a file.
    pub(crate) fn policy(&self) -> Result<Option<Policy>, Failure> {
        let Some(name) = &self.policy else {
            return Ok(None);
        };
        let file = Path::new(name);
        // a name that is none is more often misspelt than a file
        if Policy::NAMES.contains(&name.as_str())
            || (!file.exists() && !name.contains(['.', '/', '\\']))
        {
            return Ok(Some(Policy::named(name)?));
        }
        let text = text_of(file)?;
        let policy = text.parse::<Policy>();
        let policy = policy.map_err(|e| Error::Usage(format!("{}: {e}", file.display())))?;
        Ok(Some(policy))
    }

    /// Who of a dataset may be seen.
    fn seen(&self, dataset: &Dataset) -> Result<View, Failure> {
        let access = self.access()?;
        let Some(file) = &self.qc_policy else {
            return Ok(dataset.view_for(&access)?);
        };
        let text = text_of(file)?;
        let policy = text.parse::<QcPolicy>();
        let policy = policy.map_err(|e| Error::Usage(format!("{}: {e}", file.display())))?;
        let access = match self.proof {
            true => access.with_proof(policy.hash()),
            false => access,
        };
        Ok(dataset.view_by(&access, &policy)?)
    }
}

/// The text of a policy, which is not long.
fn text_of(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    File::open(file)
        .and_then(|file| file.take(POLICY_MAX + 1).read_to_string(&mut text))
        .map_err(|e| Error::io(file, e))?;
    match text.len() as u64 > POLICY_MAX {
        true => Err(Error::Usage(format!(
            "{}: a policy has up to {POLICY_MAX} bytes, and this is more",
            file.display()
        ))
        .into()),
        false => Ok(text),
    }
}

pub(crate) fn withdraw(args: &Withdraw, messages: Messages) -> Result<(), Failure> {
    let report = varidex::withdraw(&args.dataset, &withdrawal(args)?)?;
    say(&report, args, "withdrawn", messages);
    Ok(())
}

pub(crate) fn restore(args: &Withdraw, messages: Messages) -> Result<(), Failure> {
    let report = varidex::restore(&args.dataset, &withdrawal(args)?)?;
    say(&report, args, "restored", messages);
    Ok(())
}

fn withdrawal(args: &Withdraw) -> Result<Withdrawal, Failure> {
    let mut what = Withdrawal::default();
    what.individuals = ids(&args.individuals)?;
    what.samples = ids(&args.samples)?;
    what.purposes.clone_from(&args.purpose);
    what.from = args.from;
    what.effect = match args.later_permits {
        true => Effect::LaterPermits,
        false => Effect::Now,
    };
    what.source.clone_from(&args.source);
    what.dry_run = args.dry_run;
    Ok(what)
}

/// Ids as they were given, and those of files, one a line.
fn ids(given: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids = Vec::new();
    for one in given {
        let Some(file) = one.strip_prefix('@') else {
            ids.push(one.clone());
            continue;
        };
        let bytes = LocalFiles::of_terminal().load(file)?;
        let text = String::from_utf8(bytes).map_err(|_| {
            let message = format!("{file}: expected ids in UTF-8, one a line, found other bytes");
            Error::Usage(message)
        })?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let before = ids.len();
        ids.extend(lines.map(str::to_owned));
        if ids.len() == before {
            let message = format!("{file}: expected ids, one a line, found none");
            return Err(Error::Usage(message).into());
        }
    }
    Ok(ids)
}

fn say(report: &DecisionReport, args: &Withdraw, done: &str, messages: Messages) {
    let would = if args.dry_run {
        " (nothing is recorded)"
    } else {
        ""
    };
    messages.say(format_args!(
        "{done}: {} decisions of {} samples, {} held already{would}",
        report.recorded, report.samples, report.unchanged
    ));
    if report.readmitted > 0 {
        messages.say(format_args!(
            "note: {} ids of who was erased may be added again; a person and each sample have ids of their own, so name the \
             samples as well",
            report.readmitted
        ));
    }
    if !report.without_effect.is_empty() {
        messages.say(format_args!(
            "note: a decision that is from a later day holds for {}: give --from a day that is not before it",
            listed(&report.without_effect)
        ));
    }
}

/// The first few ids, and how many more there are.
fn listed(ids: &[String]) -> String {
    let first = ids
        .iter()
        .take(LISTED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match ids.len().checked_sub(LISTED) {
        None | Some(0) => first,
        Some(more) => format!("{first} and {more} more"),
    }
}

pub(crate) fn run(args: &Consent, messages: Messages) -> Result<(), Failure> {
    let is_set = !args.default.is_empty() || args.hmb_in_strata.is_some();
    if args.lists.is_empty() && !is_set {
        return summary(&args.dataset, args.format);
    }
    let mut options = ConsentOptions::default();
    options.defaults = args.default.iter().map(|set| (set.0, set.1)).collect();
    options.hmb_in_strata = args.hmb_in_strata;
    options.dry_run = args.dry_run;
    let report = varidex::record_consent(&args.dataset, &args.lists, &options)?;
    report_list(&report, args.dry_run, messages);
    Ok(())
}

fn report_list(report: &ConsentReport, is_dry: bool, messages: Messages) {
    let would = if is_dry { " (nothing is recorded)" } else { "" };
    messages.say(format_args!(
        "consent: {} lines, {} decisions recorded, {} known before{would}",
        report.read, report.recorded, report.unchanged
    ));
    if !report.unknown.is_empty() {
        messages.say(format_args!(
            "note: nobody here has the ids {}: their decisions hold of whoever is added under them",
            listed(&report.unknown)
        ));
    }
    if report.erased > 0 {
        messages.say(format_args!(
            "note: {} decisions of people who were erased are left out",
            report.erased
        ));
    }
    for (what, count) in &report.beside {
        messages.say(format_args!(
            "note: {count} codes ask for what is not decided here: {what}"
        ));
    }
    for one in report.disagreements.iter().take(LISTED) {
        messages.say(format_args!("note: {}", disagreement(one)));
    }
    if let Some(more) = report
        .disagreements
        .len()
        .checked_sub(LISTED)
        .filter(|more| *more > 0)
    {
        messages.say(format_args!(
            "note: sources disagree about {more} others: `varidex consent DATASET` lists them"
        ));
    }
}

fn disagreement(of: &Disagreement) -> String {
    let about = of.purpose.map_or("all", |purpose| purpose.name());
    let holds = if of.in_holds { "in" } else { "out" };
    format!(
        "sources disagree about {} ({about}): in by {:?}, out by {:?}; {holds} holds",
        of.id, of.in_source, of.out_source
    )
}

fn summary(dataset: &Path, format: PlainFormat) -> Result<(), Failure> {
    let summary = varidex::consent_summary(dataset)?;
    if format != PlainFormat::Tsv {
        let value = json!(summary);
        return match format {
            PlainFormat::Ndjson => print(&format!("{value}\n")),
            _ => print_json(&value),
        };
    }
    let mut text = "purpose\tin\tout\twithout\tsamples\n".to_owned();
    for of in &summary.purposes {
        let purpose = of.purpose.map_or("none", |purpose| purpose.name());
        // writing to a string cannot fail
        let _ = writeln!(
            text,
            "{purpose}\t{}\t{}\t{}\t{}",
            of.is_in,
            of.is_out,
            of.without.name(),
            of.samples
        );
    }
    for one in &summary.disagreements {
        let _ = writeln!(text, "# {}", disagreement(one));
    }
    if !summary.unknown.is_empty() {
        let _ = writeln!(
            text,
            "# nobody here has the ids {}",
            listed(&summary.unknown)
        );
    }
    print(&text)
}
