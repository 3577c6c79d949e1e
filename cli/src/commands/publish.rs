//! `varidex publish`.

use super::consent::Seen;
use crate::crypt4gh::{self, PublicKey};
use crate::failure::Failure;
use crate::progress::{self, Messages};
use crate::signature;
use clap::Args;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use varidex::{
    Assembly, Date, Error, Policy, PublishOptions, PublishSitesOptions, Published, publish,
    publish_sites,
};

/// The file has counts by strata as the policy shows them, and nothing of a person beside: no sample, no id. `varidex frequencies`, `info`
/// `export` and `verify` read it in the place of a dataset. A floor does not hide who is a member: whoever holds a genome can compute that of
/// many sites together. How well is measured and printed, and where it is more than the policy allows the file is refused, with what
/// else can be published.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The dataset; or a VCF or BCF file without samples, with AC, AN and AF of populations in INFO (AC_FI_F, AF_nfe, EUR_AC)
    #[arg(value_name = "DATASET|SITES")]
    dataset: PathBuf,
    /// The file to write; it appears whole or not at all
    #[arg(long, short, value_name = "OUT.vdx")]
    output: PathBuf,
    /// The fields of strata, as `varidex frequencies --by` takes them; without any there is the total alone. Of a file of counts sex, and
    /// country or population; without any the finest that do not overlap
    #[arg(long, value_name = "FIELD,...")]
    by: Vec<String>,
    /// Which variants, such as `22:16,000,000-17,000,000`; numbers are compared as the policy shows them
    #[arg(long = "where", value_name = "WHERE", default_value = "all")]
    of: String,
    /// Names the people who are counted; files of the same people have the same [default: the name of the dataset]
    #[arg(long, value_name = "ID")]
    population: Option<String>,
    /// After so many days the file is refused: somebody may have withdrawn since
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    max_age: u32,
    /// Publish these strata although their members are further from others than the policy allows; `Total` is everybody
    #[arg(long, value_name = "LABEL,...", value_delimiter = ',')]
    accept: Vec<String>,
    /// Sign the file with this ed25519 key in PEM (openssl genpkey -algorithm ed25519): the signature is beside it, in OUT.vdx.sig.
    /// `varidex verify OUT.vdx --key` checks it
    #[arg(long, value_name = "PRIVATE.pem")]
    sign: Option<PathBuf>,
    /// Write OUT.vdx.c4gh in the place of the file: a crypt4gh container that this recipient's private key opens; as often as there are
    /// recipients
    #[arg(long, value_name = "RECIPIENT.pub")]
    encrypt_to: Vec<PathBuf>,
    /// Replace a file that is there already
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    counts: Counts,
    #[command(flatten)]
    seen: Seen,
}

/// How a file of counts is read.
#[derive(Debug, Clone, PartialEq, Args)]
#[command(next_help_heading = "Files of counts")]
struct Counts {
    /// The labels of the strata as they stand in INFO keys, such as FI,SE or nfe_XX,nfe_XY; Total is everybody alone
    #[arg(long, value_name = "LABEL,...", conflicts_with = "by")]
    strata: Vec<String>,
    /// The day of which decisions of people are respected [default: today]
    #[arg(long, value_name = "DATE")]
    consent_date: Option<Date>,
    /// The assembly, where the header does not say it
    #[arg(long, value_name = "NAME")]
    assembly: Option<Assembly>,
    /// Refuse records with a FILTER other than PASS
    #[arg(long)]
    only_pass: bool,
    /// Refuse records that cannot be read or are out of order, instead of stopping at the first
    #[arg(long)]
    skip_malformed: bool,
}

const NONE: Counts = Counts {
    strata: Vec::new(),
    consent_date: None,
    assembly: None,
    only_pass: false,
    skip_malformed: false,
};

pub(crate) fn run(args: &Publish, messages: Messages) -> Result<(), Failure> {
    let Some(policy) = args.seen.policy()? else {
        let message = "publish: expected --policy NAME|FILE, found none: it says what may leave";
        return Err(Error::Usage(message.to_owned()).into());
    };
    if args.seen.ledger.is_some() {
        let message =
            "publish: a file is one answer to everybody, and no ledger keeps it: expected none";
        return Err(Error::Usage(message.to_owned()).into());
    }
    // what cannot be signed or encrypted is not written
    let key = args.sign.as_deref().map(signature::private_key);
    let key = key.transpose()?;
    let recipients = args
        .encrypt_to
        .iter()
        .map(|file| crypt4gh::public_key(file));
    let recipients: Vec<PublicKey> = recipients.collect::<Result<_, _>>()?;
    let target = Target::of(&args.output, !recipients.is_empty(), args.force)?;
    let signed = signature::path_of(&target.named);
    if signed.exists() && !signed.is_file() {
        return Err(signature::refused(&signed, "a signature, or none", "something else").into());
    }
    let report = match args.dataset.is_dir() || !is_given(&args.dataset) {
        true => of_dataset(args, policy, target.plain(), messages)?,
        false => of_sites(args, policy, target.plain())?,
    };
    // one that is there is of the file before
    if signed.exists() {
        std::fs::remove_file(&signed).map_err(|e| Error::io(&signed, e))?;
    }
    if let Some(key) = &key {
        signature::sign(&Published::open_outdated(target.plain())?, key, &signed)?;
    }
    if let Some(container) = &target.container {
        let bytes = crypt4gh::encrypt_file(target.plain(), container, &recipients)?;
        messages.say(format_args!("wrote {}, {bytes} bytes", container.display()));
    }
    messages.say(report.trim_end());
    Ok(())
}

/// Whether there is a file, or standard input.
fn is_given(path: &Path) -> bool {
    path == Path::new("-") || path.exists()
}

/// Where a file is written.
struct Target {
    /// What it is called as it is asked.
    named: PathBuf,
    /// What becomes of it where it is encrypted, and where it is until then: in a directory that nobody else can read and that is
    /// gone with this.
    container: Option<PathBuf>,
    hidden: Option<(TempDir, PathBuf)>,
}

impl Target {
    fn of(output: &Path, is_encrypted: bool, replaces: bool) -> Result<Self, Failure> {
        if !is_encrypted {
            return Ok(Self {
                named: output.to_owned(),
                container: None,
                hidden: None,
            });
        }
        let is_container = output.extension().is_some_and(|ending| ending == "c4gh");
        let named = match is_container {
            true => output.with_extension(""),
            false => output.to_owned(),
        };
        let container = crypt4gh::path_of(&named);
        let name = named.file_name().ok_or_else(|| {
            Error::Usage(format!("{}: expected the name of a file", output.display()))
        })?;
        if container.exists() && (!replaces || !container.is_file()) {
            let message = format!("{}: is there already", container.display());
            return Err(Error::Usage(message).into());
        }
        let directory = match named.parent() {
            Some(directory) if directory != Path::new("") => directory,
            _ => Path::new("."),
        };
        let hidden = tempfile::Builder::new()
            .prefix(".varidex-plain-")
            .tempdir_in(directory)
            .map_err(|e| Error::io(directory, e))?;
        let plain = hidden.path().join(name);
        Ok(Self {
            container: Some(container),
            hidden: Some((hidden, plain)),
            named,
        })
    }

    fn plain(&self) -> &Path {
        match &self.hidden {
            Some((_, plain)) => plain,
            None => &self.named,
        }
    }
}

fn of_dataset(
    args: &Publish,
    policy: Policy,
    out: &Path,
    messages: Messages,
) -> Result<String, Failure> {
    if args.counts != NONE {
        let message = "publish: --strata, --consent-date, --assembly, --only-pass and --skip-malformed are of files of counts: \
             expected none of a dataset";
        return Err(Error::Usage(message.to_owned()).into());
    }
    let seen = Seen {
        policy: None,
        ..args.seen.clone()
    };
    let view = super::open(&args.dataset, &seen, messages)?;
    let usual = PublishOptions::of_view(policy, &view)?;
    let options = PublishOptions {
        by: args.by.clone(),
        of: args.of.clone(),
        population: args.population.clone().unwrap_or(usual.population),
        max_age_days: args.max_age,
        accepted: args.accept.clone(),
        replace: args.force,
        ..usual
    };
    let report = progress::stoppable(|| publish(&view, &options, out))?;
    Ok(report.to_string())
}

fn of_sites(args: &Publish, policy: Policy, out: &Path) -> Result<String, Failure> {
    let seen = Seen {
        policy: None,
        ..args.seen.clone()
    };
    let wrong = |what: &str| {
        let message = format!("{}: a file of counts: {what}", args.dataset.display());
        Err(Error::Usage(message).into())
    };
    if seen.refuse_any(&args.dataset).is_err() {
        return wrong("expected no purposes and snapshots, for who is counted is not known");
    }
    if !args.accept.is_empty() {
        return wrong("expected no --accept: without genotypes nothing is measured");
    }
    if args.of != "all" {
        return wrong("expected no --where: all of it is read");
    }
    let Some(population) = args.population.clone() else {
        return wrong("expected --population ID, which names the people who are counted");
    };
    let options = PublishSitesOptions {
        by: args.by.clone(),
        strata: args.counts.strata.clone(),
        consent_date: args.counts.consent_date,
        max_age_days: args.max_age,
        assembly: args.counts.assembly,
        only_pass: args.counts.only_pass,
        skip_malformed: args.counts.skip_malformed,
        replace: args.force,
        ..PublishSitesOptions::new(policy, population)
    };
    let report = progress::stoppable(|| publish_sites(&args.dataset, &options, out))?;
    Ok(report.to_string())
}
