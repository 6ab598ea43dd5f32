//! `routes --explain HOST`: reads the log with a judge that records, and prints what it recorded of one
//! route.
//!
//! ```text
//! TIME                 ATTEMPT         OF     S     P0     INCIDENT
//! 2009-04-22 11:19:39  authentication  route  3.91  0.010
//! 2009-04-22 11:21:07                                      opens: failing, critical
//! ```

use std::collections::BTreeSet;
use std::io::Write;

use super::super::records::read_all;
use super::super::{CommandError, Status, empty_index, first_year, output, request, warn};
use super::{Args, notices};
use crate::config::Config;
use crate::header::Timestamp;
use crate::humanize;
use crate::index::TrackClosed;
use crate::judge::incident::{Severity, State};
use crate::judge::{Step, StepKind, Subject};
use crate::report::Format;
use crate::report::steps::StepRecord;
use crate::safe;
use crate::source::Follow;
use crate::triage::findings::FindingKind;

pub(super) fn run(args: &Args, config: &Config, subject: &str) -> Result<Status, CommandError> {
    if !matches!(args.format, Format::Table | Format::Json) {
        let text = "--explain prints a table or json";
        return Err(CommandError::Usage(text.to_owned()));
    }
    let (request, stop) = request(&args.paths, config, Follow::Once)?;
    let mut index = empty_index(config, TrackClosed::Off);
    index.record_evidence(Subject::parse(subject));
    let mut notices = notices(args);
    let ingest = read_all(&request, stop, first_year(&args.input), index, &mut notices)?;
    let index = ingest.index.read();
    let mut out = output();
    let mut printed = 0;
    for (appliance, judge) in index.judges() {
        let steps = judge.recorded();
        if steps.is_empty() {
            continue;
        }
        if args.format == Format::Table {
            if let Some(name) = index.appliance(appliance) {
                writeln!(out, "{}", safe::text(name))?;
            }
            table(&mut out, &steps, |incident| {
                FindingKind::of_incident(judge.incident(incident)).word()
            })?;
        } else {
            for step in &steps {
                let appliance = index.appliance(appliance);
                let kind = match step.kind {
                    StepKind::Change { incident, .. } => {
                        Some(FindingKind::of_incident(judge.incident(incident)).word())
                    }
                    StepKind::Attempt { .. } => None,
                };
                crate::report::json::write(&mut out, &StepRecord((appliance, step, kind)))?;
                out.write_all(b"\n")?;
            }
        }
        printed += steps.len();
    }
    out.flush()?;
    if printed == 0 {
        warn(&format!(
            "no attempt changed the evidence of the route of {}: it never failed, or the log does not have it",
            safe::text(subject)
        ));
    }
    Ok(notices.status(if printed == 0 {
        Status::Nothing
    } else {
        Status::Matched
    }))
}

fn table(
    out: &mut dyn Write,
    steps: &[Step],
    kind: impl Fn(usize) -> &'static str,
) -> Result<(), CommandError> {
    let name = |step: &Step| match step.host {
        Some(host) => host.to_string(),
        None => "route".to_owned(),
    };
    let width = steps.iter().map(|step| name(step).len()).max().unwrap_or(5);
    writeln!(
        out,
        "{:<19}  {:<15}  {:<width$}  {:>5}  {:>5}  INCIDENT",
        "TIME", "ATTEMPT", "OF", "S", "P0"
    )?;
    let mut opened = BTreeSet::new();
    for step in steps {
        let at = Timestamp::from_seconds(step.at).map_or_else(String::new, humanize::date_time);
        let line = match &step.kind {
            StepKind::Attempt {
                class,
                sum,
                recovering,
                usual,
            } => {
                let towards = if *recovering { "towards its end" } else { "" };
                format!(
                    "{at:<19}  {:<15}  {:<width$}  {sum:>5.2}  {usual:>5.3}  {towards}",
                    class.word(),
                    name(step),
                )
            }
            StepKind::Change {
                incident,
                state,
                severity,
            } => {
                let what = match state {
                    State::Over => "closes",
                    _ if opened.insert(*incident) => "opens",
                    _ => "now",
                };
                let severity = severity.map_or("no severity of its own", Severity::word);
                format!(
                    "{at:<19}  {:<15}  {:<width$}  {:>5}  {:>5}  {} {what}: {}, {severity}",
                    "",
                    "",
                    "",
                    "",
                    kind(*incident),
                    state.word(),
                )
            }
        };
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
