//! `varidex publish`.

use super::consent::Seen;
use crate::failure::Failure;
use crate::progress::{self, Messages};
use crate::signature;
use clap::Args;
use std::path::PathBuf;
use varidex::{Error, PublishOptions, Published};

/// The file has counts by strata as the policy shows them, and nothing of a person beside: no sample, no id. `varidex frequencies`, `info`
/// and `verify` read it in the place of a dataset. A floor does not hide who is a member: whoever holds a genome can compute that of
/// many sites together.
#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The dataset
    dataset: PathBuf,
    /// The file to write; it appears whole or not at all
    #[arg(long, short, value_name = "OUT.vdx")]
    output: PathBuf,
    /// The fields of strata, as `varidex frequencies --by` takes them; without any there is the total alone
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
    /// Sign the file with this ed25519 key in PEM (openssl genpkey -algorithm ed25519): the signature is beside it, in OUT.vdx.sig.
    /// `varidex verify OUT.vdx --key` checks it
    #[arg(long, value_name = "PRIVATE.pem")]
    sign: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    seen: Seen,
}

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
    // what cannot be signed is not written
    let key = args.sign.as_deref().map(signature::private_key);
    let key = key.transpose()?;
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
        replace: args.force,
        ..usual
    };
    let signed = signature::path_of(&args.output);
    if signed.exists() && !signed.is_file() {
        return Err(signature::refused(&signed, "a signature, or none", "something else").into());
    }
    let report = progress::stoppable(|| varidex::publish(&view, &options, &args.output))?;
    // one that is there is of the file before
    if signed.exists() {
        std::fs::remove_file(&signed).map_err(|e| Error::io(&signed, e))?;
    }
    if let Some(key) = &key {
        signature::sign(&Published::open_outdated(&args.output)?, key)?;
    }
    messages.say(report.to_string().trim_end());
    Ok(())
}
