//! The `mailscope` binary.

#![forbid(unsafe_code)]

use std::process::ExitCode;

fn main() -> ExitCode {
    match mailscope::Cli::from_env() {
        Ok(cli) => mailscope::run(&cli),
        Err(status) => status,
    }
}
