//! Prints a trace: as text with times and labels, or as JSON.

use std::io::{self, Write};

use super::record::{ConnectionRecord, MessageRecord, object, time};
use super::table::{ColorMode, TableStyle};
use crate::event::ConnId;
use crate::index::Index;
use crate::safe;
use crate::trace::{self, Subject, TextPart, TextStyle, Trace, TraceStep};

pub(crate) struct TraceView<'t> {
    pub subject: Subject,
    pub trace: &'t Trace,
    /// The raw lines of all its records, in the order of the log; `None` if not requested.
    pub lines: Option<&'t [Vec<u8>]>,
}

/// The position of a trace among those of one ID.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Ordinal {
    /// From 1.
    pub at: usize,
    pub of: usize,
}

/// Columns before the text of a step, for its time and its label.
const MARGIN: usize = 15;
/// The least columns for the text of a step, however narrow the terminal is.
const NARROWEST: usize = 30;

pub(crate) fn text(
    out: &mut dyn Write,
    index: &Index,
    view: &TraceView<'_>,
    ordinal: Ordinal,
    style: TableStyle,
) -> io::Result<()> {
    let mut headline = trace::headline(index, view.subject);
    if let Some(appliance) = appliance(index, view.subject) {
        headline.push(TextPart::dim(format!("  on {}", safe::text(appliance))));
    }
    let first = view.trace.steps.iter().find_map(|step| step.time);
    let mut day = first.map(|time| time.to_string()[..10].to_owned());
    if let Some(day) = &day {
        headline.push(TextPart::dim(format!("  {day}")));
    }
    if ordinal.of > 1 {
        let Ordinal { at, of } = ordinal;
        headline.push(TextPart::dim(format!("  ({at} of {of})")));
    }
    write_parts(out, &headline, 0, style)?;
    for step in &view.trace.steps {
        let time = step.time.map(|time| time.to_string());
        let time = time.as_deref().map(|time| time.split_at(11));
        if let Some((date, _)) = time
            && day.as_deref() != Some(&date[..10])
        {
            writeln!(out, "{}", &date[..10])?;
            day = Some(date[..10].to_owned());
        }
        let clock = time.map_or("", |(_, clock)| clock);
        write!(out, "{clock:<8}  {:<5}", step.kind.label())?;
        write_parts(out, &step.text, MARGIN, style)?;
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

/// Writes one line, wrapped between words at the width of the terminal and indented by `margin`.
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

fn colour(out: &mut dyn Write, text: &str, part: TextStyle, style: TableStyle) -> io::Result<()> {
    let code = match part {
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

/// Writes the trace as one JSON object on a line.
pub(crate) fn json(out: &mut dyn Write, index: &Index, view: &TraceView<'_>) -> io::Result<()> {
    super::json::write(out, &TraceRecord((index, view)))?;
    out.write_all(b"\n")
}

struct TraceRecord<'t>((&'t Index, &'t TraceView<'t>));

object! { TraceRecord((index, view)) => {
    "trace": query(index, view.subject),
    "appliance": appliance(index, view.subject),
    "summary": trace::plain_text(&trace::headline(index, view.subject)),
    "steps": view.trace.steps.iter().map(|step| StepEntry((index, step))).collect::<Vec<_>>(),
    "connections": view.trace.related.iter().filter_map(|one| match one {
        Subject::Connection(id) => Some(ConnectionRecord(index.connection(*id))),
        Subject::Message(_) => None,
    }).collect::<Vec<_>>(),
    "messages": view.trace.related.iter().filter_map(|one| match one {
        Subject::Connection(_) => None,
        Subject::Message(id) => Some(MessageRecord(index.message(*id))),
    }).collect::<Vec<_>>(),
    "lines": view.lines.map(|lines| {
        lines.iter().map(|line| String::from_utf8_lossy(line)).collect::<Vec<_>>()
    }),
} }

struct StepEntry<'t>((&'t Index, &'t TraceStep));

object! { StepEntry((index, step)) => {
    "time": time(step.time),
    "kind": step.kind.word(),
    "icid": id(index, step.of, "icid"),
    "dcid": id(index, step.of, "dcid"),
    "mid": id(index, step.of, "mid"),
    "text": trace::plain_text(&step.text),
} }

/// The subject's ID if its key is `key`.
fn id(index: &Index, subject: Subject, key: &str) -> Option<u64> {
    let (of, id) = key_and_id(index, subject);
    (of == key).then_some(id)
}

/// `icid:450`, `dcid:5640`, `mid:448`
fn query(index: &Index, subject: Subject) -> String {
    let (key, id) = key_and_id(index, subject);
    format!("{key}:{id}")
}

fn key_and_id(index: &Index, subject: Subject) -> (&'static str, u64) {
    match subject {
        Subject::Connection(of) => match index.connection(of).link() {
            ConnId::In(icid) => ("icid", icid.0),
            ConnId::Out(dcid) => ("dcid", dcid.0),
        },
        Subject::Message(of) => ("mid", index.message(of).mid().0),
    }
}
