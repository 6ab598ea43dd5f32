//! Prints a trace: as text with times and labels, or as JSON.

use std::io::{self, Write};

use serde::Serialize;

use super::record::{ConnectionRecord, MessageRecord, Time};
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
    #[serde(flatten)]
    id: SubjectId,
    text: String,
}

/// Writes the trace as one JSON object on a line.
pub(crate) fn json(out: &mut dyn Write, index: &Index, view: &TraceView<'_>) -> io::Result<()> {
    let (mut connections, mut messages) = (Vec::new(), Vec::new());
    for one in &view.trace.related {
        match one {
            Subject::Connection(id) => {
                connections.push(ConnectionRecord(index.connection(*id)));
            }
            Subject::Message(id) => messages.push(MessageRecord(index.message(*id))),
        }
    }
    let text = |line: &Vec<u8>| String::from_utf8_lossy(line).into_owned();
    let steps = view.trace.steps.iter();
    let record = TraceRecord {
        trace: SubjectId::of(index, view.subject).query(),
        appliance: appliance(index, view.subject),
        summary: trace::plain_text(&trace::headline(index, view.subject)),
        steps: steps.map(|step| step_record(index, step)).collect(),
        connections,
        messages,
        lines: view.lines.map(|lines| lines.iter().map(text).collect()),
    };
    super::json::write(out, &record)?;
    out.write_all(b"\n")
}

/// The ID of a record, under the key it has in JSON.
#[derive(Serialize, Default)]
struct SubjectId {
    icid: Option<u64>,
    dcid: Option<u64>,
    mid: Option<u64>,
}

impl SubjectId {
    fn of(index: &Index, subject: Subject) -> Self {
        let mut id = Self::default();
        match subject {
            Subject::Connection(of) => match index.connection(of).link() {
                ConnId::In(icid) => id.icid = Some(icid.0),
                ConnId::Out(dcid) => id.dcid = Some(dcid.0),
            },
            Subject::Message(of) => id.mid = Some(index.message(of).mid().0),
        }
        id
    }

    /// `icid:450`, `dcid:5640`, `mid:448`
    fn query(&self) -> String {
        let all = [("icid", self.icid), ("dcid", self.dcid), ("mid", self.mid)];
        let known = all.into_iter().find_map(|(name, id)| Some((name, id?)));
        known.map_or_else(String::new, |(name, id)| format!("{name}:{id}"))
    }
}

fn step_record(index: &Index, step: &TraceStep) -> StepRecord {
    StepRecord {
        time: step.time.map(Time),
        kind: step.kind.word(),
        id: SubjectId::of(index, step.of),
        text: trace::plain_text(&step.text),
    }
}
