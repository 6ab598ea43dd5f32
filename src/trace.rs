//! The trace of a connection or a message: who connected, who logged in, what was sent to whom,
//! what engines and policies decided, each delivery attempt and how it ended, in order of time.
//!
//! [`build`] derives the steps from the index and, for what the index does not keep (engines,
//! quarantines, filters), from the raw lines that [`lines_needed`] names. `text` formats each fact
//! once; `report` and the pages of `tui` add only the layout.

mod connection;
mod message;
mod message_log;
mod recipients;
mod text;
mod waiting;

use crate::header::Timestamp;
use crate::index::{Connection, ConnectionId, Direction, Index, Message, MessageId};
use crate::search::{LineRequest, RawLine};

use text::Text;
pub(crate) use text::{TextPart, TextStyle, plain_text};

/// The record a trace is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Subject {
    Connection(ConnectionId),
    Message(MessageId),
}

impl Subject {
    fn of(message: &Message<'_>) -> Self {
        Self::Message(message.record())
    }

    fn on(connection: &Connection<'_>) -> Self {
        Self::Connection(connection.record())
    }
}

#[derive(Clone, PartialEq, Debug, Default)]
pub(crate) struct Trace {
    /// In order of time.
    pub steps: Vec<TraceStep>,
    /// Every record that has a step, in the order of their first one.
    pub related: Vec<Subject>,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct TraceStep {
    /// `None` if the log has no time for it.
    pub time: Option<Timestamp>,
    pub kind: StepKind,
    /// The record the step belongs to.
    pub of: Subject,
    /// Sanitized.
    pub text: Vec<TextPart>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum StepKind {
    /// A client connected.
    In,
    /// The appliance connected to a destination, or tried to.
    Out,
    Auth,
    /// A message was accepted.
    Accepted,
    /// A recipient was refused at SMTP time.
    Refused,
    /// The verdicts of engines and policies, in one step for each message.
    Verdict,
    /// A quarantine, a filter, a delay, an error.
    Note,
    /// A message was created from another one.
    New,
    /// The result of one attempt for one recipient.
    Delivery,
    End,
}

impl StepKind {
    /// The value of `kind` in JSON.
    pub(crate) fn word(self) -> &'static str {
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

    /// The word before the step in text output; empty for a step that continues the one above it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::In | Self::Out | Self::New | Self::End => self.word(),
            _ => "",
        }
    }
}

/// Messages of one connection that get all their steps; each further one gets its headline only.
const DETAILED_MESSAGES: usize = 20;
/// Steps of one kind for one record; the rest is counted.
const MAX_STEPS: usize = 200;

/// The raw lines that [`build`] reads.
pub(crate) fn lines_needed(index: &Index, subject: Subject) -> LineRequest {
    let mut request = LineRequest::default();
    match subject {
        Subject::Message(id) => {
            for message in message::family(&index.message(id)) {
                request.add_message(&message);
            }
        }
        Subject::Connection(id) => {
            let connection = index.connection(id);
            for message in connection.carried().iter().take(DETAILED_MESSAGES) {
                let family = match connection.direction() {
                    Direction::Inbound => message::descendants(message),
                    Direction::Outbound => message::ancestors(message),
                };
                family.iter().for_each(|one| request.add_message(one));
            }
        }
    }
    request
}

/// All raw lines of the records in the trace.
pub(crate) fn lines_of(index: &Index, subject: Subject, trace: &Trace) -> LineRequest {
    let mut request = LineRequest::default();
    for one in std::iter::once(&subject).chain(&trace.related) {
        match one {
            Subject::Connection(id) => request.add_connection(&index.connection(*id)),
            Subject::Message(id) => request.add_message(&index.message(*id)),
        }
    }
    request
}

/// Builds the trace. `lines` are those of [`lines_needed`]; with fewer of them, steps are missing.
pub(crate) fn build(index: &Index, subject: Subject, lines: &[RawLine]) -> Trace {
    let mut builder = TraceBuilder {
        lines,
        detailed: DETAILED_MESSAGES,
        trace: Trace::default(),
    };
    match subject {
        Subject::Connection(id) => builder.connection(&index.connection(id)),
        Subject::Message(id) => builder.message(&index.message(id)),
    }
    builder.finish(index)
}

/// The steps of the connection itself, with one line for each message.
pub(crate) fn outline(index: &Index, id: ConnectionId) -> Trace {
    let mut builder = TraceBuilder {
        lines: &[],
        detailed: 0,
        trace: Trace::default(),
    };
    builder.connection(&index.connection(id));
    builder.finish(index)
}

/// The subject in one line.
pub(crate) fn headline(index: &Index, subject: Subject) -> Vec<TextPart> {
    match subject {
        Subject::Connection(id) => text::connection_headline(&index.connection(id)),
        Subject::Message(id) => text::message_headline(&index.message(id)),
    }
    .0
}

struct TraceBuilder<'l> {
    lines: &'l [RawLine],
    /// Messages of the connection that get all their steps.
    detailed: usize,
    trace: Trace,
}

impl TraceBuilder<'_> {
    fn push(&mut self, time: Option<Timestamp>, kind: StepKind, of: Subject, text: Text) {
        if !self.trace.related.contains(&of) {
            self.trace.related.push(of);
        }
        self.trace.steps.push(TraceStep {
            time,
            kind,
            of,
            text: text.0,
        });
    }

    /// Sorts the steps by time, a step without a time stays behind its predecessor, and names the
    /// message in the first step after the trace switches to another message.
    fn finish(mut self, index: &Index) -> Trace {
        let mut last = None;
        let mut keyed: Vec<(Option<Timestamp>, TraceStep)> = Vec::new();
        for step in self.trace.steps {
            last = step.time.or(last);
            keyed.push((last, step));
        }
        keyed.sort_by_key(|(time, _)| *time);
        self.trace.steps = keyed.into_iter().map(|(_, step)| step).collect();
        let mut previous = None;
        for step in &mut self.trace.steps {
            let Subject::Message(id) = step.of else {
                continue;
            };
            let is_named = step.text.first().is_some_and(TextPart::is_id);
            if previous.is_some_and(|previous| previous != id) && !is_named {
                let name = format!("MID {}  ", index.message(id).mid());
                step.text.insert(0, TextPart::id(name));
            }
            previous = Some(id);
        }
        self.trace
    }
}
