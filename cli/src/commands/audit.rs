//! `varidex audit`: the log of what was asked under policies.

use crate::failure::Failure;
use crate::table::print;
use clap::{Args, Subcommand};
use std::fs::File;
use std::path::PathBuf;
use varidex::Error;
use varidex_ledger::{Head, Ledger as _, LedgerAt, SqliteLedger, Verdict};

/// The audit log of a ledger is a chain: each row has a digest of all rows before it. Whoever keeps its end elsewhere sees whether a row
/// was changed, left out or taken off the end.
#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// The end of the log, to be kept elsewhere
    Head {
        #[command(flatten)]
        of: Of,
    },
    /// Whether every row is as it was written; exit code 1 where one is not
    Verify {
        #[command(flatten)]
        of: Of,
        /// An end that was kept: the log is to have it, and may have gone on behind it
        #[arg(long, value_name = "HEAD")]
        head: Option<Head>,
    },
}

#[derive(Debug, Args)]
struct Of {
    /// The ledger
    ledger: PathBuf,
    /// The file of its secret
    #[arg(long, value_name = "FILE")]
    ledger_secret: PathBuf,
}

pub(crate) fn run(args: &Audit) -> Result<(), Failure> {
    let (of, kept) = match &args.action {
        Action::Head { of } => {
            let head = existing(of)?.head().map_err(failed)?;
            return print(&format!("{head}\n"));
        }
        Action::Verify { of, head } => (of, head),
    };
    let verdict = existing(of)?.verify(kept.as_ref()).map_err(failed)?;
    print(&format!("{verdict}\n"))?;
    match verdict {
        Verdict::Whole { .. } => Ok(()),
        Verdict::Differs { .. } => Err(Failure::BadAnswer),
    }
}

/// A ledger that is there.
fn existing(of: &Of) -> Result<SqliteLedger, Failure> {
    // to open one makes it
    File::open(&of.ledger).map_err(|e| Error::io(&of.ledger, e))?;
    Ok(LedgerAt::new(&of.ledger, &of.ledger_secret).open()?)
}

fn failed(error: varidex_ledger::Error) -> Failure {
    Error::from(error).into()
}
