//! The varidex command line: reads arguments, asks the library, prints.

mod args;
mod commands;
mod failure;
mod progress;
mod table;

use clap::Parser;
use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match args::Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(message) => {
            // help and version are answers; where nobody reads them there is nothing to do about it
            let _ = message.print();
            return ExitCode::from(u8::from(message.use_stderr()) * failure::USAGE);
        }
    };
    match commands::run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if let Some(message) = failure.message() {
                let _ = writeln!(std::io::stderr().lock(), "varidex: {message}");
            }
            ExitCode::from(failure.code())
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
