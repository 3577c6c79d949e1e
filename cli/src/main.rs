//! The program: see the library of this crate.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(varidex_cli::main(std::env::args_os()))
}
