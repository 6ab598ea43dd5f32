//! Runs each command: from the parsed arguments to sources, index, query, output and exit status.
//! Formats are left to `report` and `tui`.

mod check;
mod completions;
mod configuration;
mod error;
mod events;
mod follow;
mod interactive;
mod output;
mod records;
mod routes;
mod trace;

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};

use crate::cli::{Cli, Command, InputArgs, QueryArgs};
use crate::config::{Color, Config};
use crate::index::{Index, TrackClosed};
use crate::pipeline::{FirstYear, Ingest, IngestEvent};
use crate::report::check::Judged;
use crate::report::table::{ColorMode, TableStyle};
use crate::report::{Format, View};
use crate::source::{EmptyFolder, Follow, LogReader, RawLines, Request, Stop};

pub(crate) use error::CommandError;
pub(crate) use records::json_lines;

use output::{Notices, ResultSink, with_output};

/// The result of a command that did not fail, for the exit status.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Something matched, or the command has no matches to report.
    Matched,
    Nothing,
    /// An input could not be read; the reason is on standard error.
    Incomplete,
    /// The status for monitoring: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    Check(u8),
    /// A signal ended the interface: the exit status is 128 plus its number.
    Signal(u8),
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Matched => Self::SUCCESS,
            Status::Nothing => Self::from(1),
            Status::Incomplete => Self::from(2),
            Status::Check(status) => Self::from(status),
            Status::Signal(number) => Self::from(128 + number),
        }
    }
}

/// Runs a command. Errors are printed on standard error; a closed output pipe is not an error.
pub fn run(cli: &Cli) -> ExitCode {
    let result = match (run_command(cli), &cli.command) {
        // Monitoring needs a status line for every error.
        (Err(error), Some(Command::Routes(args))) if args.check => {
            check::unknown(Judged::Routes, &error)
        }
        (Err(error), Some(Command::Check(_))) => check::unknown(Judged::All, &error),
        (result, _) => result,
    };
    match result {
        Ok(status) => status.into(),
        Err(CommandError::Output(cause)) if cause.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            warn(&error.to_string());
            ExitCode::from(2)
        }
    }
}

fn run_command(cli: &Cli) -> Result<Status, CommandError> {
    if let Some(Command::Config(args)) = &cli.command
        && args.default
    {
        return configuration::print_default();
    }
    match &cli.command {
        Some(Command::Completions { shell }) => return completions::print_script(*shell),
        Some(Command::Man) => return completions::print_man(),
        _ => {}
    }
    let config = Config::load(&cli.overrides())?;
    // A wrong key or column stops every command, as any other wrong setting does.
    crate::tui::Settings::from_config(&config)?;
    match &cli.command {
        None => interactive::run(&cli.explore, &config),
        Some(Command::Demo(args)) => interactive::demo(args, &config),
        Some(Command::Query(query)) => run_query(query, &config),
        Some(Command::Trace(args)) => trace::run(args, &config),
        Some(Command::Routes(args)) => routes::run(args, &config),
        Some(Command::Queue(args)) => run_query(&args.to_query(), &config),
        Some(Command::Check(args)) => check::all(args, &config),
        Some(Command::Config(_) | Command::Completions { .. } | Command::Man) => {
            configuration::print(&config)
        }
    }
}

/// Refuses unknown fields: a misspelt one would print an empty column without an error.
fn check_fields(view: View, fields: &[String]) -> Result<(), CommandError> {
    let mut known = fields.iter().map(|field| view.check_field(field));
    known.try_for_each(|known| known.map_err(CommandError::Usage))
}

fn run_query(args: &QueryArgs, config: &Config) -> Result<Status, CommandError> {
    check_fields(args.view, &args.fields)?;
    let query =
        crate::query::parse_with(&args.query, config.saved()).map_err(CommandError::Query)?;
    match (args.view, args.follow) {
        (View::Events, _) => events::run(args, config, &query),
        (View::Users | View::Profiles | View::Routes | View::Hosts | View::Queue | View::Findings, true) => Err(CommandError::Usage(
            "--follow needs a view of single records; users, profiles, routes, hosts, queue and findings are totals (omit -f; `mailscope routes -f` follows routes)"
                .to_owned(),
        )),
        (_, true) => follow::run(args, config, &query),
        (_, false) => records::run(args, config, &query),
    }
}

/// The inputs to read, from the arguments and the configuration.
pub(crate) fn request(
    paths: &[OsString],
    config: &Config,
    follow: Follow,
) -> Result<(Request, Stop), CommandError> {
    let paths = if paths.is_empty() {
        default_paths(config)?
    } else {
        paths.to_vec()
    };
    let stop = Stop::new();
    let empty_folder = match follow {
        Follow::Once => EmptyFolder::Refuse,
        Follow::Live => EmptyFolder::Wait,
    };
    let request = Request {
        paths,
        follow,
        poll: config.poll,
        is_mail_log: crate::pipeline::is_mail_log,
        liveness: crate::pipeline::LIVENESS,
        empty_folder,
        raw_lines: RawLines::Needed,
        stop: stop.clone(),
    };
    Ok((request, stop))
}

/// Whether a query prints or searches raw lines.
fn raw_lines(args: &QueryArgs, query: &crate::query::Query) -> RawLines {
    let shows = args.view == View::Findings || (args.format == Format::Log && !args.count);
    if shows || query.needs_text() {
        RawLines::Needed
    } else {
        RawLines::Unneeded
    }
}

/// Without a PATH: standard input if it is piped, else the paths of the configuration.
fn default_paths(config: &Config) -> Result<Vec<OsString>, CommandError> {
    if is_piped() {
        Ok(vec!["-".into()])
    } else if config.paths.is_empty() {
        Err(CommandError::NoPath)
    } else {
        Ok(config.paths.clone())
    }
}

/// Whether standard input is a pipe, a socket or a file, not a terminal or a closed descriptor.
fn is_piped() -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        use std::os::unix::fs::FileTypeExt;
        let Ok(stdin) = io::stdin().as_fd().try_clone_to_owned() else {
            return false;
        };
        let kind = std::fs::File::from(stdin)
            .metadata()
            .map(|data| data.file_type());
        kind.is_ok_and(|kind| kind.is_fifo() || kind.is_file() || kind.is_socket())
    }
    #[cfg(not(unix))]
    {
        !io::stdin().is_terminal()
    }
}

fn first_year(input: &InputArgs) -> FirstYear {
    input.year.map_or(FirstYear::ByModification, FirstYear::Is)
}

/// An empty index with the limits of the configuration.
pub(crate) fn empty_index(config: &Config, journal: TrackClosed) -> Index {
    let mut index = Index::limited(journal, config.index_limits());
    index.judge_by(config.routes.clone(), config.logins);
    index
}

/// Starts reading; the channel delivers events until reading ends.
pub(crate) fn ingest(
    request: &Request,
    stop: Stop,
    years: FirstYear,
    index: Index,
) -> Result<(Ingest, Receiver<IngestEvent>), CommandError> {
    let reader = LogReader::open(request)?;
    let (sender, events) = channel();
    // The receiver is gone if the command has failed.
    let emit = move |event| {
        let _ = sender.send(event);
    };
    Ok((Ingest::start(reader, stop, years, index, emit), events))
}

/// Standard output, buffered.
fn output() -> BufWriter<io::StdoutLock<'static>> {
    BufWriter::with_capacity(64 * 1024, io::stdout().lock())
}

/// The style of tables: on a terminal as wide as it is and in colour, else of any width and plain.
fn table_style(color: Color) -> TableStyle {
    let terminal = io::stdout().is_terminal();
    let width = if terminal {
        let size = crossterm::terminal::size();
        size.ok().map(|(width, _)| usize::from(width))
    } else {
        None
    };
    let coloured = color.is_used() && (terminal || color == Color::Always);
    TableStyle {
        width: width.filter(|width| *width > 0),
        color: if coloured {
            ColorMode::Coloured
        } else {
            ColorMode::Plain
        },
    }
}

/// Prints a line on standard error, which may be closed.
fn warn(line: &str) {
    let _ = writeln!(io::stderr(), "mailscope: {line}");
}
