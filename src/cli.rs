//! The command line as clap types. What the arguments do is left to `command`; settings go to
//! `config` as plain text.

pub(crate) mod examples;
mod queue;
mod routes;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::config::CliOverrides;
use crate::report::{Format, View};
use crate::source::NoticeKind;

use examples::HelpTopic;
pub(crate) use queue::QueueArgs;
pub(crate) use routes::{CheckArgs, RoutesArgs};

/// A terminal explorer for the mail_logs of the Cisco Email Security Appliance.
///
/// Correlates login, connection, message and route from the interleaved lines of a log, follows it
/// live, and answers the same questions headless.
#[derive(Parser, Debug)]
#[command(name = "mailscope", version, after_help = examples::text(HelpTopic::Program), args_conflicts_with_subcommands = true)]
#[command(subcommand_negates_reqs = true)]
pub struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) explore: ExploreArgs,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Print the records that match a query
    #[command(after_help = query_help(), after_long_help = query_long_help())]
    Query(QueryArgs),
    /// Show everything about one connection or message
    #[command(after_help = trace_help())]
    Trace(TraceArgs),
    /// Print the outbound routes, worst first
    #[command(after_help = routes::help())]
    Routes(RoutesArgs),
    /// Print the mail that waits, by recipient domain
    #[command(after_help = queue::help())]
    Queue(QueueArgs),
    /// Print one status for monitoring over routes, logins and inputs
    #[command(after_help = routes::check_help())]
    Check(CheckArgs),
    /// Explore a simulated appliance that writes its log live
    Demo(DemoArgs),
    /// Print the effective settings and the origin of each
    Config(ConfigArgs),
    /// Print a shell's completions, to put in the shell's completions directory
    Completions {
        /// bash, elvish, fish, powershell or zsh
        shell: clap_complete::Shell,
    },
    /// Print the manual page, to put in man's directory
    Man,
}

fn query_help() -> String {
    let status = "Exit status: 0 matches, 1 no match, 2 an error.";
    let (language, examples) = (examples::language(), examples::text(HelpTopic::Query));
    format!("{language}\n\n{examples}\n\n{status}")
}

/// `--help` also lists the notices; `-h` does not.
fn query_long_help() -> String {
    format!(
        "{}\n\nNotices on standard error (with --format json as objects with `notice`, `path` and `text`):\n{}",
        query_help(),
        NoticeKind::help()
    )
}

fn trace_help() -> String {
    let status = "Exit status: 0 the id was found, 1 it was not found, 2 an error.";
    format!("{}\n\n{status}", examples::text(HelpTopic::Trace))
}

/// Options of the commands that read a log.
#[derive(Args, Debug, Clone)]
pub(crate) struct InputArgs {
    /// Year of the first entry, if the timestamps have none
    #[arg(long, value_name = "YEAR", value_parser = clap::value_parser!(i32).range(1970..=2105))]
    pub year: Option<i32>,
    /// Poll the files every SECONDS instead of waiting for notifications
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "1",
          value_parser = seconds)]
    pub poll: Option<Duration>,
    #[command(flatten)]
    pub common: CommonArgs,
}

/// Options of every command.
#[derive(Args, Debug, Clone, Default)]
pub(crate) struct CommonArgs {
    /// When to use colours
    #[arg(long, value_name = "WHEN", value_parser = color_words())]
    pub color: Option<String>,
    /// Discard records that ended more than DURATION ago (30m, 12h, 7d; log time)
    #[arg(long, value_name = "DURATION")]
    pub keep: Option<String>,
    /// Discard the oldest closed records to stay under SIZE of memory (64M, 2G)
    #[arg(long, value_name = "SIZE")]
    pub max_memory: Option<String>,
    /// Use this configuration file instead of the user's own
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

fn color_words() -> PossibleValuesParser {
    PossibleValuesParser::new([
        PossibleValue::new("auto").help("On a terminal, unless `NO_COLOR` is set"),
        PossibleValue::new("always").help("Also when not a terminal"),
        PossibleValue::new("never").help("No colours"),
    ])
}

/// Arguments of the interface, and of the summary without a terminal.
#[derive(Args, Debug)]
pub(crate) struct ExploreArgs {
    /// Files, directories, globs, or - for standard input; files may be compressed
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,
    /// The filter the interface starts with
    #[arg(short, long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Read to the end and do not follow
    #[arg(long)]
    pub no_follow: bool,
    #[command(flatten)]
    pub input: InputArgs,
}

#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// The filter the interface starts with
    #[arg(short, long, value_name = "QUERY")]
    pub query: Option<String>,
    /// Write a simulated log to FILE (- is standard output) and exit, for tests and benchmarks
    #[arg(long, value_name = "FILE", conflicts_with = "query")]
    pub write: Option<PathBuf>,
    /// Maximum size of that log (100k, 1G)
    #[arg(long, value_name = "N", requires = "write", default_value = "100M", value_parser = size)]
    pub bytes: u64,
    /// Seed of that log; equal seeds give equal logs
    #[arg(long, value_name = "S", requires = "write", default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub common: CommonArgs,
}

#[derive(Args, Debug)]
pub(crate) struct ConfigArgs {
    /// Print the documented default configuration instead, to start a file from
    #[arg(long)]
    pub default: bool,
    #[command(flatten)]
    pub common: CommonArgs,
}

impl Cli {
    /// Parses the program's arguments. For `--help` and for invalid arguments, prints the text and
    /// returns the exit status.
    pub fn from_env() -> Result<Self, ExitCode> {
        let refused = match Self::try_parse() {
            Ok(cli) => return Ok(cli),
            Err(refused) => refused,
        };
        // For monitoring, 2 is a failing route: invalid arguments are UNKNOWN.
        if let Some(service) = monitored(std::env::args_os()).filter(|_| refused.use_stderr()) {
            let text = refused.to_string();
            let first = text.lines().next().unwrap_or_default();
            let _ = writeln!(std::io::stdout(), "{service} UNKNOWN - {first}");
            return Err(ExitCode::from(3));
        }
        // The output may be closed.
        let _ = refused.print();
        Err(ExitCode::from(
            u8::try_from(refused.exit_code()).unwrap_or(2),
        ))
    }

    /// The flags that set a setting.
    pub fn overrides(&self) -> CliOverrides {
        let mut overrides = CliOverrides::default();
        match &self.command {
            None => {
                let explore = &self.explore;
                overrides.flag("query", "--query", explore.query.clone());
                if explore.no_follow {
                    overrides.flag("follow", "--no-follow", Some("false".to_owned()));
                }
                explore.input.apply(&mut overrides);
            }
            Some(Command::Query(query)) => query.input.apply(&mut overrides),
            Some(Command::Trace(trace)) => trace.input.apply(&mut overrides),
            Some(Command::Routes(routes)) => routes.input.apply(&mut overrides),
            Some(Command::Queue(queue)) => queue.input.apply(&mut overrides),
            Some(Command::Check(check)) => check.input.apply(&mut overrides),
            Some(Command::Demo(demo)) => {
                overrides.flag("query", "--query", demo.query.clone());
                demo.common.apply(&mut overrides);
            }
            Some(Command::Config(config)) => config.common.apply(&mut overrides),
            Some(Command::Completions { .. } | Command::Man) => {}
        }
        overrides
    }
}

/// What monitoring asks about, if it does.
fn monitored(words: impl Iterator<Item = OsString>) -> Option<&'static str> {
    let words: Vec<OsString> = words.collect();
    if words.get(1).is_some_and(|word| word == "check") {
        return Some("MAILSCOPE");
    }
    words
        .iter()
        .any(|word| word == "--check")
        .then_some("ROUTES")
}

impl InputArgs {
    fn apply(&self, overrides: &mut CliOverrides) {
        let seconds = self.poll.map(|interval| interval.as_secs_f64().to_string());
        overrides.flag("poll", "--poll", seconds);
        self.common.apply(overrides);
    }
}

impl CommonArgs {
    fn apply(&self, overrides: &mut CliOverrides) {
        overrides.flag("color", "--color", self.color.clone());
        overrides.flag("limits.keep", "--keep", self.keep.clone());
        overrides.flag("limits.max-memory", "--max-memory", self.max_memory.clone());
        overrides.file.clone_from(&self.config);
    }
}

#[derive(Args, Debug)]
pub(crate) struct TraceArgs {
    /// icid:450, dcid:5640, mid:448, or a Message-ID
    pub id: String,
    /// Files, directories, globs, or - for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,
    /// If several records have this id, show only those matching QUERY
    #[arg(short, long, value_name = "QUERY", default_value = "")]
    pub query: String,
    /// Output format
    #[arg(long, value_enum, default_value_t = TraceFormat::Text)]
    pub format: TraceFormat,
    /// Also print the raw log lines
    #[arg(long)]
    pub raw: bool,
    /// Print at most N traces
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    #[command(flatten)]
    pub input: InputArgs,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TraceFormat {
    /// Text for a person
    Text,
    /// One JSON object per record that has the id
    Json,
    /// The raw log lines, in the order of the log
    Log,
}

impl ValueEnum for View {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = self.words();
        Some(PossibleValue::new(name).help(help))
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = self.words();
        Some(PossibleValue::new(name).help(help))
    }
}

#[derive(Args, Debug)]
pub(crate) struct QueryArgs {
    /// The query; '' matches everything
    pub query: String,
    /// Files, directories, globs, or - for standard input
    #[arg(value_name = "PATH")]
    pub paths: Vec<OsString>,
    /// Record type
    #[arg(long, value_enum, default_value_t = View::Connections)]
    pub view: View,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Print only these fields, in this order
    #[arg(long, value_delimiter = ',', value_name = "A,B")]
    pub fields: Vec<String>,
    /// Print only the number of matching records
    #[arg(long, conflicts_with_all = ["follow", "fields", "limit"])]
    pub count: bool,
    /// Print at most N records
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Keep following the log
    #[arg(short, long)]
    pub follow: bool,
    /// Print the query plan and timings to stderr
    #[arg(long, conflicts_with = "follow")]
    pub explain: bool,
    #[command(flatten)]
    pub input: InputArgs,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "expected seconds, as in --poll=2".to_owned())?;
    Duration::try_from_secs_f64(seconds)
        .ok()
        .filter(|interval| (0.05..=3600.0).contains(&interval.as_secs_f64()))
        .ok_or_else(|| "expected 0.05 to 3600 seconds".to_owned())
}

fn size(text: &str) -> Result<u64, String> {
    let bytes = crate::query::size(text);
    bytes.ok_or_else(|| "expected bytes, as in 5000000, 100M or 1G".to_owned())
}
