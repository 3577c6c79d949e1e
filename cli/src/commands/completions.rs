//! `varidex completions`.

use crate::args::{Arguments, Completions};
use crate::failure::Failure;
use crate::table::print;
use clap::CommandFactory;

pub(crate) fn run(args: &Completions) -> Result<(), Failure> {
    let mut script = Vec::new();
    let mut command = Arguments::command();
    clap_complete::generate(args.shell, &mut command, "varidex", &mut script);
    print(&String::from_utf8_lossy(&script))
}
