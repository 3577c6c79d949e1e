//! `varidex beacon`: one request of Beacon 2.

use crate::args::State;
use crate::failure::Failure;
use crate::table::print;
use clap::Args;
use std::io::Read;
use std::path::PathBuf;
use varidex::{Access, BeaconConfig, BeaconRequest, Error, Published};

/// The longest request that is read; a beacon refuses shorter ones.
const REQUEST_MAX: u64 = 1 << 24;

#[derive(Debug, Args)]
pub(crate) struct Beacon {
    /// A dataset, a published file, or the configuration of a beacon (TOML)
    #[arg(value_name = "DATASET|TOML")]
    of: PathBuf,
    /// What is asked for: a path below the root of a beacon
    #[arg(long, value_name = "PATH", default_value = "g_variants")]
    entry: String,
    /// The request as the query of an address (`start=100&referenceName=22`), in place of JSON on standard input
    #[arg(long, value_name = "QUERY")]
    get: Option<String>,
    /// Who asks, as JSON (`{"granularity": "record"}`); without it whether there is anything is all that is said
    #[arg(long, value_name = "FILE")]
    access: Option<PathBuf>,
    /// Whom a ledger of the configuration takes the asker for; without it anybody, who share their budgets
    #[arg(long, value_name = "NAME")]
    asker: Option<String>,
    #[command(flatten)]
    state: State,
}

pub(crate) fn run(args: &Beacon) -> Result<(), Failure> {
    let access = match &args.access {
        None => None,
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|e| Error::io(file, e))?;
            let read = Access::from_json(&text);
            Some(read.map_err(|e| Error::Usage(format!("{}: {e}", file.display())))?)
        }
    };
    let beacon = match args.of.is_dir() {
        true => {
            let view = super::opened(&args.of, &args.state)?.view();
            varidex::Beacon::new(BeaconConfig::of_dataset(&args.of), vec![view])?
        }
        false if args.state.snapshot.is_some() => {
            let message = "--snapshot is about a dataset: a configuration may be of several, and a published file has none";
            return Err(Error::Usage(message.to_owned()).into());
        }
        false if Published::is_likely(&args.of) => {
            let file = Published::open(&args.of)?;
            varidex::Beacon::new(BeaconConfig::of_dataset(&args.of), vec![file])?
        }
        false => varidex_ledger::open_beacon(&args.of)?,
    };
    let mut body = Vec::new();
    if args.get.is_none() {
        let mut input = std::io::stdin().lock().take(REQUEST_MAX);
        input
            .read_to_end(&mut body)
            .map_err(|e| Error::io("-", e))?;
    }
    let request = match &args.get {
        Some(query) => BeaconRequest::get(&args.entry, query),
        None => BeaconRequest::post(&args.entry, &body),
    };
    let response = beacon.answer_to(&request, access, args.asker.as_deref());
    let mut text = String::from_utf8_lossy(&response.body).into_owned();
    text.push('\n');
    print(&text)?;
    match response.status {
        200 => Ok(()),
        status => Err(Failure::Library(Error::Usage(format!(
            "the request is answered with status {status}"
        )))),
    }
}
