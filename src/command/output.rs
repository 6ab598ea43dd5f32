//! Output: results to standard output, printed or counted, and notices to standard error.

use std::io::{self, Write};
use std::ops::ControlFlow;

use serde_json::json;

use super::{CommandError, Status, output, table_style, warn};
use crate::cli::QueryArgs as Args;
use crate::config::{Color, Config};
use crate::humanize;
use crate::index::Evicted;
use crate::report::{self, Fields, Format, Printable, Printer, View};
use crate::safe;
use crate::source::{Notice, NoticeLevel};

enum Target<'o> {
    Counted,
    Printed(Box<dyn Printer + 'o>),
    /// Raw lines of records, read again from the log.
    Raw(&'o mut dyn Write),
}

/// Prints or counts results, up to a limit.
pub(super) struct ResultSink<'o> {
    target: Target<'o>,
    left: u64,
    seen: u64,
    /// Until the hidden columns are reported.
    warn_columns: bool,
}

impl<'o> ResultSink<'o> {
    pub(super) fn json(view: View, out: &'o mut dyn Write) -> Self {
        let fields = Fields::new(Vec::new());
        let style = table_style(Color::Never);
        Self {
            target: Target::Printed(report::printer(Format::Json, view, fields, style, out)),
            left: u64::MAX,
            seen: 0,
            warn_columns: false,
        }
    }
}

impl ResultSink<'_> {
    /// Prints a record; breaks after the last one within the limit.
    pub(super) fn record(&mut self, record: &dyn Printable) -> io::Result<ControlFlow<()>> {
        if self.count_one().is_break() {
            return Ok(ControlFlow::Break(()));
        }
        if let Target::Printed(printer) = &mut self.target {
            printer.record(record)?;
        }
        Ok(self.state())
    }

    /// Counts a record that the caller prints; breaks if it exceeds the limit.
    pub(super) fn count_one(&mut self) -> ControlFlow<()> {
        if self.left == 0 {
            return ControlFlow::Break(());
        }
        self.left -= 1;
        self.seen += 1;
        ControlFlow::Continue(())
    }

    /// Whether records are only counted, so that none need be built.
    pub(super) fn is_counting(&self) -> bool {
        matches!(self.target, Target::Counted)
    }

    /// Breaks if the limit is reached.
    pub(super) fn state(&self) -> ControlFlow<()> {
        if self.left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        match &mut self.target {
            Target::Counted => Ok(()),
            Target::Printed(printer) => {
                printer.flush()?;
                if std::mem::take(&mut self.warn_columns) {
                    warn_hidden_columns(printer.as_ref());
                }
                Ok(())
            }
            Target::Raw(out) => out.flush(),
        }
    }

    /// The output itself, if raw lines are printed.
    pub(super) fn raw(&mut self) -> Option<&mut dyn Write> {
        match &mut self.target {
            Target::Raw(out) => Some(*out),
            _ => None,
        }
    }
}

/// Reports the columns that the terminal is too narrow for. Piped output has all columns.
pub(super) fn warn_hidden_columns(printer: &dyn Printer) {
    let titles = printer.hidden_columns();
    if !titles.is_empty() {
        warn(&format!(
            "terminal too narrow for {}; --fields A,B selects columns",
            titles.join(", ")
        ));
    }
}

/// Runs `print` with a sink for the requested format, then flushes it.
pub(super) fn with_output(
    args: &Args,
    config: &Config,
    print: impl FnOnce(&mut ResultSink<'_>) -> Result<(), CommandError>,
) -> Result<Status, CommandError> {
    let mut stdout = output();
    let target = match args.format {
        _ if args.count => Target::Counted,
        Format::Log if args.view != View::Events => Target::Raw(&mut stdout),
        format => {
            let fields =
                Fields::new(args.fields.clone()).or_columns(config.columns_set(args.view.name()));
            Target::Printed(report::printer(
                format,
                args.view,
                fields,
                table_style(config.color),
                &mut stdout,
            ))
        }
    };
    let mut out = ResultSink {
        target,
        left: args.limit.unwrap_or(u64::MAX),
        seen: 0,
        warn_columns: true,
    };
    let printed = print(&mut out);
    let flushed = out.flush();
    let seen = out.seen;
    drop(out);
    printed?;
    flushed?;
    if args.count {
        writeln!(stdout, "{seen}")?;
    }
    stdout.flush()?;
    Ok(if seen > 0 {
        Status::Matched
    } else {
        Status::Nothing
    })
}

/// Prints notices on standard error.
pub(super) struct Notices {
    as_json: bool,
    least: NoticeLevel,
    incomplete: bool,
    /// What was reported as a warning.
    warnings: Vec<String>,
}

impl Notices {
    /// A command that follows reports every notice, another one only warnings and errors.
    pub(super) fn new(args: &Args) -> Self {
        let least = if args.follow {
            NoticeLevel::Info
        } else {
            NoticeLevel::Warning
        };
        Self::of(args.format, least)
    }

    /// Reports notices of that level and above.
    pub(super) fn of(format: Format, least: NoticeLevel) -> Self {
        Self {
            as_json: format == Format::Json,
            least,
            incomplete: false,
            warnings: Vec::new(),
        }
    }

    /// Reports warnings and errors as text.
    pub(super) fn of_once() -> Self {
        Self {
            as_json: false,
            least: NoticeLevel::Warning,
            incomplete: false,
            warnings: Vec::new(),
        }
    }

    pub(super) fn report(&mut self, notice: &Notice) {
        self.incomplete |= notice.kind.severity() == NoticeLevel::Error;
        if notice.kind.severity() < self.least {
            return;
        }
        let text = notice.to_string();
        if notice.kind.severity() == NoticeLevel::Warning {
            self.warnings.push(text.clone());
        }
        if !self.as_json {
            return warn(&safe::text(&text));
        }
        let path = notice.path.to_string_lossy();
        write_notice(&json!({"notice": notice.kind.word(), "path": path, "text": text}));
    }

    /// Reports how many records were evicted to keep to the limits: the answer lacks them.
    pub(super) fn retired(&self, retired: Evicted) {
        if retired.all() == 0 {
            return;
        }
        let Evicted {
            connections,
            messages,
        } = retired;
        let text = format!(
            "{} and {} retired (--keep, --max-memory)",
            humanize::plural(connections, "connection"),
            humanize::plural(messages, "message")
        );
        if !self.as_json {
            return warn(&text);
        }
        write_notice(&json!({
            "notice": "retired", "connections": connections, "messages": messages, "text": text,
        }));
    }

    /// The warnings that were reported.
    pub(super) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The command's status: an unreadable input takes precedence over matches.
    pub(super) fn status(&self, status: Status) -> Status {
        if self.incomplete {
            Status::Incomplete
        } else {
            status
        }
    }
}

fn write_notice(notice: &serde_json::Value) {
    let mut line = Vec::new();
    if report::json::write(&mut line, notice).is_ok() {
        line.push(b'\n');
        // Standard error may be closed.
        let _ = io::stderr().write_all(&line);
    }
}
