//! The whole story of a connection or a message, as a person would build it: who connected, logged in as whom, sent what
//! to whom, what engines and policies said, what it was split or rewritten into, each delivery attempt and how it ended.
//!
//! [`build`] makes it from the index and, for what the index does not keep (engines, quarantines, filters), from the
//! messages' raw lines, which [`wanted`] names. How it looks is left to the report and to the screen.

mod connection;
mod message;
mod message_log;
mod recipients;

use std::borrow::Cow;

use crate::header::Timestamp;
use crate::index::{Connection, ConnectionId, Direction, Index, Message, MessageId};
use crate::safe;
use crate::search::{LineRequest, RawLine};

/// What a story is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// A connection, in or out.
    Connection(ConnectionId),
    /// A message.
    Message(MessageId),
}

/// A story.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Trace {
    /// What happened, in the order of time.
    pub steps: Vec<TraceStep>,
    /// Records it tells of beside its subject.
    pub related: Vec<Subject>,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct TraceStep {
    /// When; `None` where the log does not say.
    pub time: Option<Timestamp>,
    /// What sort of thing.
    pub kind: StepKind,
    /// The record it is about.
    pub of: Subject,
    /// Safe texts, to be read one behind the other.
    pub parts: Vec<TextPart>,
}

/// What sort of thing happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StepKind {
    /// A peer connected, and what was agreed on.
    In,
    /// The appliance connected to a destination.
    Out,
    /// Somebody authenticated, or tried to.
    Auth,
    /// A message was taken in.
    Accepted,
    /// A recipient was refused.
    Refused,
    /// What engines and policies said.
    Verdict,
    /// What befell a message: a quarantine, a filter, a delay.
    Note,
    /// A message made from another one.
    New,
    /// What became of a recipient in one attempt.
    Delivery,
    /// How it ended.
    End,
}

impl StepKind {
    /// As JSON writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::Auth => "auth",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Verdict => "verdict",
            Self::Note => "note",
            Self::New => "new",
            Self::Delivery => "delivery",
            Self::End => "end",
        }
    }

    /// The word that stands before the step where people read it; empty for what belongs to the step before.
    pub fn label(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
            Self::New => "new",
            Self::End => "end",
            _ => "",
        }
    }
}

/// A piece of a step's text and what it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextPart {
    /// What it means.
    pub style: TextStyle,
    /// Safe to print.
    pub text: String,
}

/// What a piece of text means; a word in it always says the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextStyle {
    /// Ordinary text.
    Plain,
    /// An id.
    Id,
    /// It worked.
    Good,
    /// It failed.
    Bad,
    /// It may still work.
    Waiting,
    /// Of less weight.
    Dim,
}

/// Messages of one connection that are told at length; the others get a line each.
const AT_LENGTH: usize = 20;
/// Steps of one sort about one record; what is left out is counted.
const MOST: usize = 200;

/// The lines that telling the story needs.
pub fn wanted(index: &Index, subject: Subject) -> LineRequest {
    let mut wanted = LineRequest::default();
    match subject {
        Subject::Message(id) => {
            for message in message::family(&index.message(id)) {
                wanted.add_message(&message);
            }
        }
        Subject::Connection(id) => {
            let connection = index.connection(id);
            for message in connection.carried().iter().take(AT_LENGTH) {
                let kin = match connection.direction() {
                    Direction::Inbound => message::descendants(message),
                    Direction::Outbound => message::ancestors(message),
                };
                kin.iter().for_each(|one| wanted.add_message(one));
            }
        }
    }
    wanted
}

/// All lines of what the story tells of.
pub fn lines_of(index: &Index, subject: Subject, story: &Trace) -> LineRequest {
    let mut wanted = LineRequest::default();
    for one in std::iter::once(&subject).chain(&story.related) {
        match one {
            Subject::Connection(id) => wanted.add_connection(&index.connection(*id)),
            Subject::Message(id) => wanted.add_message(&index.message(*id)),
        }
    }
    wanted
}

/// Tells the story. `lines` are those that [`wanted`] names, or as many of them as were read.
pub fn build(index: &Index, subject: Subject, lines: &[RawLine]) -> Trace {
    let mut builder = TraceBuilder {
        lines,
        story: Trace::default(),
    };
    match subject {
        Subject::Connection(id) => builder.connection(&index.connection(id)),
        Subject::Message(id) => builder.message(&index.message(id)),
    }
    in_order(&mut builder.story.steps);
    name_messages(index, &mut builder.story.steps);
    builder.story
}

/// Sorts steps by time; one without a time stays behind the one before it.
fn in_order(steps: &mut Vec<TraceStep>) {
    let mut last = None;
    let keyed = std::mem::take(steps).into_iter().map(|step| {
        last = step.time.or(last);
        (last, step)
    });
    let mut keyed: Vec<_> = keyed.collect();
    keyed.sort_by_key(|(time, _)| *time);
    steps.extend(keyed.into_iter().map(|(_, step)| step));
}

/// Where a story goes from one message over to another, the step says which.
fn name_messages(index: &Index, steps: &mut [TraceStep]) {
    let mut told = None;
    for step in steps {
        let Subject::Message(id) = step.of else {
            continue;
        };
        let is_named = step
            .parts
            .first()
            .is_some_and(|part| part.style == TextStyle::Id);
        if told.is_some_and(|told| told != id) && !is_named {
            let text = format!("MID {}  ", index.message(id).mid());
            step.parts.insert(
                0,
                TextPart {
                    style: TextStyle::Id,
                    text,
                },
            );
        }
        told = Some(id);
    }
}

/// The story's headline: what it is of, in one line.
pub fn headline(index: &Index, subject: Subject) -> Vec<TextPart> {
    match subject {
        Subject::Connection(id) => connection::headline(&index.connection(id)),
        Subject::Message(id) => message::headline(&index.message(id)),
    }
}

/// A story being told.
struct TraceBuilder<'l> {
    lines: &'l [RawLine],
    story: Trace,
}

impl TraceBuilder<'_> {
    fn step(&mut self, time: Option<Timestamp>, kind: StepKind, of: Subject, parts: Parts) {
        if !self.story.related.contains(&of) {
            self.story.related.push(of);
        }
        self.story.steps.push(TraceStep {
            time,
            kind,
            of,
            parts: parts.0,
        });
    }
}

/// Builds a step's text piece by piece.
#[derive(Default)]
struct Parts(Vec<TextPart>);

impl Parts {
    fn add(mut self, style: TextStyle, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push(TextPart { style, text });
        }
        self
    }

    fn plain(self, text: impl Into<String>) -> Self {
        self.add(TextStyle::Plain, text)
    }

    fn id(self, text: impl Into<String>) -> Self {
        self.add(TextStyle::Id, text)
    }

    fn dim(self, text: impl Into<String>) -> Self {
        self.add(TextStyle::Dim, text)
    }
}

/// A step's text as a whole.
pub fn text(parts: &[TextPart]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

fn shown(text: &str) -> Cow<'_, str> {
    safe::text(text)
}

fn subject_of(message: &Message<'_>) -> Subject {
    Subject::Message(message.record())
}

fn id_of(connection: &Connection<'_>) -> Subject {
    Subject::Connection(connection.record())
}

/// `7 s`, `3 min 5 s`, `2 h 4 min`
pub fn lasting(seconds: i64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}
