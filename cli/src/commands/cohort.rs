//! `varidex cohort`: virtual cohorts.

use crate::commands::consent::Seen;
use crate::failure::Failure;
use crate::progress::Messages;
use crate::table::Written;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `cohort:NAME` stands for the expression of a virtual cohort wherever people are picked. It is asked anew each time, of who may
/// be seen then: decisions of people always hold, and people who were added count.
#[derive(Debug, Args)]
pub(crate) struct Cohort {
    /// The dataset
    dataset: PathBuf,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Name an expression
    Define {
        /// The name
        name: String,
        /// Which people, such as `population:FIN & age>=18y`; ids of `samples(@FILE)` are kept, not the file
        #[arg(value_name = "GROUP")]
        who: String,
        /// Refuse to use it in another state of the dataset than this
        #[arg(long)]
        pin: bool,
        #[command(flatten)]
        seen: Seen,
    },
    /// The virtual cohorts, with how many people of those who may be seen are in each
    List {
        #[command(flatten)]
        written: Written,
        #[command(flatten)]
        seen: Seen,
    },
    /// Forget a name
    Drop {
        /// The name
        name: String,
    },
}

pub(crate) fn run(args: &Cohort, messages: Messages) -> Result<(), Failure> {
    let path = &args.dataset;
    match &args.action {
        Action::Define {
            name,
            who,
            pin,
            seen,
        } => {
            let cohort = super::open(path, seen, messages)?.define_cohort(name, who, *pin)?;
            let count = cohort.count.unwrap_or(0);
            messages.say(format_args!("cohort {name}: {count} people"));
        }
        Action::List { written, seen } => {
            let view = super::open(path, seen, messages)?;
            written.write(varidex_columns::cohorts(&view)?, messages)?;
        }
        Action::Drop { name } => {
            super::open(path, &Seen::default(), messages)?.drop_cohort(name)?;
            messages.say(format_args!("cohort {name}: dropped"));
        }
    }
    Ok(())
}
