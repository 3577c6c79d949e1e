//! The varidex command line: reads arguments, asks the library, prints.

mod aggregates;
mod args;
mod commands;
mod crypt4gh;
mod failure;
mod progress;
mod signature;
mod table;

pub use args::size as parse_size;

use clap::Parser;
use std::ffi::OsString;
use std::io::Write;

/// Pages of reference that come with the program, for its users may have nothing else: `varidex help NAME`.
const PAGES: [(&str, &str); 3] = [
    ("expressions", varidex::expressions::REFERENCE),
    ("tables", include_str!("../tables.md")),
    ("people-tables", include_str!("../people-tables.md")),
];

/// Runs the program with its arguments, of which the first is its name, and gives its exit code. Ctrl-C
/// is taken by commands that write, and by nobody else.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // clap's own `help` knows commands alone
    let asked = |(name, _): &(&str, _)| arguments.iter().skip(1).eq(["help", *name]);
    if let Some((_, page)) = PAGES.into_iter().find(asked) {
        return exit_code(table::print(page));
    }
    let arguments = match args::Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(message) => {
            // help and version are answers; where nobody reads them there is nothing to do about it
            let _ = message.print();
            return u8::from(message.use_stderr()) * failure::USAGE;
        }
    };
    exit_code(commands::run(arguments))
}

fn exit_code(done: Result<(), failure::Failure>) -> u8 {
    match done {
        Ok(()) => 0,
        Err(failure) => {
            if let Some(message) = failure.message() {
                let _ = writeln!(std::io::stderr().lock(), "varidex: {message}");
            }
            failure.code()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::args;
    use super::failure::Failure;

    #[test]
    fn arguments_do_not_contradict_each_other() {
        <args::Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn a_closed_pipe_is_no_failure() {
        let closed = Failure::Output(std::io::ErrorKind::BrokenPipe.into());
        assert_eq!((closed.code(), closed.message()), (0, None));
    }
}
