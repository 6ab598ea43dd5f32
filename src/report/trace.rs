//! A trace on paper: as text for people, as JSON for scripts.

use std::io::{self, Write};

use serde::Serialize;

use super::record::{ConnectionRecord, MessageRecord, Time};
use super::table::{ColorMode, TableStyle};
use crate::index::Index;
use crate::safe;
use crate::trace::{self, Subject, TextPart, TextStyle, Trace, TraceStep};

/// A trace and its raw lines, where they are asked for.
pub struct TraceView<'t> {
    /// What it is of.
    pub subject: Subject,
    /// What happened.
    pub trace: &'t Trace,
    /// The lines of all that it tells of, in the order of the log.
    pub lines: Option<&'t [Vec<u8>]>,
}

/// Its ordinal among several stories of one id, from 1, and how many there are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ordinal {
    /// From 1.
    pub at: usize,
    /// All of them.
    pub of: usize,
}

/// Columns before a step's text: its time and its label.
const MARGIN: usize = 15;
/// However narrow the terminal is, a step's text gets so many columns.
const NARROWEST: usize = 30;

/// Prints a trace for people.
///
/// # Errors
/// When the output cannot be written.
pub fn text(
    out: &mut dyn Write,
    index: &Index,
    view: &TraceView<'_>,
    ordinal: Ordinal,
    style: TableStyle,
) -> io::Result<()> {
    let mut headline = trace::headline(index, view.subject);
    let note = |text: String| TextPart {
        style: TextStyle::Dim,
        text,
    };
    if let Some(appliance) = appliance(index, view.subject) {
        headline.push(note(format!("  on {}", safe::text(appliance))));
    }
    let day = view.trace.steps.iter().find_map(|step| step.time);
    if let Some(day) = day {
        headline.push(note(format!("  {}", &day.to_string()[..10])));
    }
    if ordinal.of > 1 {
        headline.push(note(format!("  ({} of {})", ordinal.at, ordinal.of)));
    }
    write_parts(out, &headline, 0, style)?;
    let mut before = day.map(|day| day.to_string());
    for step in &view.trace.steps {
        let time = step.time.map(|time| time.to_string());
        if let (Some(time), Some(day)) = (&time, &before)
            && time[..10] != day[..10]
        {
            writeln!(out, "{}", &time[..10])?;
        }
        let clock = time.as_ref().map_or("", |time| &time[11..]);
        write!(out, "{clock:<8}  {:<5}", step.kind.label())?;
        before = time.or(before);
        write_parts(out, &step.parts, MARGIN, style)?;
    }
    if let Some(lines) = view.lines {
        writeln!(out)?;
        for line in lines {
            writeln!(out, "  {}", safe::bytes(line))?;
        }
    }
    Ok(())
}

fn appliance(index: &Index, subject: Subject) -> Option<&str> {
    match subject {
        Subject::Connection(id) => index.connection(id).appliance(),
        Subject::Message(id) => index.message(id).appliance(),
    }
}

/// Writes the texts behind the margin, broken between words where the terminal ends, and a line end.
fn write_parts(
    out: &mut dyn Write,
    parts: &[TextPart],
    margin: usize,
    style: TableStyle,
) -> io::Result<()> {
    let room = style.width.map_or(usize::MAX, |width| {
        width.saturating_sub(margin).max(NARROWEST)
    });
    let mut left = room;
    for part in parts {
        let mut line = String::new();
        for word in part.text.split_inclusive(' ') {
            let width = safe::width(word.trim_end());
            if width > left && left < room {
                colour(out, &line, part.style, style)?;
                write!(out, "\n{:margin$}", "")?;
                line.clear();
                left = room;
                line.push_str(word.trim_start());
            } else {
                line.push_str(word);
            }
            left = left.saturating_sub(safe::width(word));
        }
        colour(out, &line, part.style, style)?;
    }
    writeln!(out)
}

fn colour(out: &mut dyn Write, text: &str, tone: TextStyle, style: TableStyle) -> io::Result<()> {
    let code = match tone {
        _ if style.color == ColorMode::Plain || text.is_empty() => None,
        TextStyle::Plain => None,
        TextStyle::Id => Some(36),
        TextStyle::Good => Some(32),
        TextStyle::Bad => Some(31),
        TextStyle::Waiting => Some(33),
        TextStyle::Dim => Some(2),
    };
    match code {
        Some(code) => write!(out, "\x1b[{code}m{text}\x1b[0m"),
        None => out.write_all(text.as_bytes()),
    }
}

/// A trace as JSON has it.
#[derive(Serialize)]
struct TraceRecord<'t> {
    trace: String,
    appliance: Option<&'t str>,
    summary: String,
    steps: Vec<StepRecord>,
    connections: Vec<ConnectionRecord<'t>>,
    messages: Vec<MessageRecord<'t>>,
    lines: Option<Vec<String>>,
}

#[derive(Serialize)]
struct StepRecord {
    time: Option<Time>,
    kind: &'static str,
    icid: Option<u64>,
    dcid: Option<u64>,
    mid: Option<u64>,
    text: String,
}

/// Prints a trace as one JSON object on a line.
///
/// # Errors
/// When the output cannot be written.
pub fn json(out: &mut dyn Write, index: &Index, view: &TraceView<'_>) -> io::Result<()> {
    let all = view.trace.related.iter();
    let connections = all.clone().filter_map(|one| match one {
        Subject::Connection(id) => Some(ConnectionRecord::from(index.connection(*id))),
        Subject::Message(_) => None,
    });
    let messages = all.filter_map(|one| match one {
        Subject::Message(id) => Some(MessageRecord::from(index.message(*id))),
        Subject::Connection(_) => None,
    });
    let lines = view.lines.map(|lines| {
        let text = |line: &Vec<u8>| String::from_utf8_lossy(line).into_owned();
        lines.iter().map(text).collect()
    });
    let record = TraceRecord {
        trace: id(index, view.subject),
        appliance: appliance(index, view.subject),
        summary: trace::text(&trace::headline(index, view.subject)),
        steps: view
            .trace
            .steps
            .iter()
            .map(|step| step_record(index, step))
            .collect(),
        connections: connections.collect(),
        messages: messages.collect(),
        lines,
    };
    super::json::write(out, &record)?;
    out.write_all(b"\n")
}

/// `icid:450`, `dcid:5640`, `mid:448`
fn id(index: &Index, subject: Subject) -> String {
    use crate::event::ConnId;
    match subject {
        Subject::Connection(id) => match index.connection(id).link() {
            ConnId::In(icid) => format!("icid:{icid}"),
            ConnId::Out(dcid) => format!("dcid:{dcid}"),
        },
        Subject::Message(id) => format!("mid:{}", index.message(id).mid()),
    }
}

fn step_record(index: &Index, step: &TraceStep) -> StepRecord {
    use crate::event::ConnId;
    let (mut icid, mut dcid, mut mid) = (None, None, None);
    match step.of {
        Subject::Connection(id) => match index.connection(id).link() {
            ConnId::In(id) => icid = Some(id.0),
            ConnId::Out(id) => dcid = Some(id.0),
        },
        Subject::Message(id) => mid = Some(index.message(id).mid().0),
    }
    StepRecord {
        time: step.time.map(Time),
        kind: step.kind.word(),
        icid,
        dcid,
        mid,
        text: trace::text(&step.parts),
    }
}
