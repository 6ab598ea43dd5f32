//! The `mailscope` binary: arguments to a command, errors to an exit status.

#![forbid(unsafe_code)]

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = mailscope::cli::Cli::parse();
    match mailscope::command::run(&cli) {
        Ok(status) => status.into(),
        Err(problem) => {
            // Nobody may be listening on standard error.
            let _ = writeln!(std::io::stderr(), "mailscope: {problem}");
            ExitCode::from(2)
        }
    }
}
