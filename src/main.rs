//! The `mailscope` binary: arguments to a command, errors to an exit status.

#![forbid(unsafe_code)]

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match mailscope::cli::Cli::try_parse() {
        Ok(cli) => cli,
        // Monitoring takes 2 for a failing route: a command line that cannot be read says nothing of routes.
        Err(refused) if refused.use_stderr() && std::env::args_os().any(|arg| arg == "--check") => {
            let text = refused.to_string();
            let first = text.lines().next().unwrap_or_default();
            let _ = writeln!(std::io::stdout(), "ROUTES UNKNOWN - {first}");
            return ExitCode::from(3);
        }
        Err(refused) => refused.exit(),
    };
    match mailscope::command::run(&cli) {
        Ok(status) => status.into(),
        Err(problem) => {
            // Nobody may be listening on standard error.
            let _ = writeln!(std::io::stderr(), "mailscope: {problem}");
            ExitCode::from(2)
        }
    }
}
