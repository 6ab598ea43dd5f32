//! What the simulation keeps and schedules: messages, batches of recipients, events.

use std::collections::VecDeque;

use crate::event::{Icid, Mid};

/// Milliseconds since the simulation began.
pub(super) type Millis = u64;

/// A message that a connection is about to submit.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) icid: Icid,
    /// The sender's reverse DNS name.
    pub(super) host: Option<&'static str>,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// A recipient that the directory does not know.
    pub(super) refused: Option<String>,
    pub(super) subject: String,
    /// How long the sender takes for DATA.
    pub(super) transfer: Millis,
    /// The templates of the lines behind the envelope.
    pub(super) lines: &'static [String],
    pub(super) disposition: Disposition,
}

/// What happens to a message before it is queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disposition {
    Queued,
    Spam,
    /// The connection is lost during DATA.
    Aborted,
}

/// A message in the appliance's queue.
#[derive(Debug, Clone)]
pub(super) struct SimMessage {
    pub(super) born: Millis,
    /// Empty for a bounce.
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// Recipients that are neither delivered nor bounced.
    pub(super) open: usize,
}

/// The recipients of a message in one domain.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) mid: Mid,
    pub(super) rids: Vec<usize>,
    pub(super) attempts: u32,
    /// The kind of the reply that put it off.
    pub(super) delayed_by: Option<&'static str>,
}

impl Batch {
    pub(super) fn new(mid: Mid, rid: usize) -> Self {
        let (rids, attempts, delayed_by) = (vec![rid], 0, None);
        Self {
            mid,
            rids,
            attempts,
            delayed_by,
        }
    }
}

/// The batches that wait for a destination.
#[derive(Debug, Default)]
pub(super) struct DeliveryQueue {
    pub(super) waiting: VecDeque<Batch>,
    /// A connection is scheduled or being opened.
    pub(super) is_served: bool,
    /// Since the last session: how often no host could be reached, and why.
    pub(super) failures: u32,
    pub(super) error: &'static str,
    /// The host to connect to, and how many were tried since they were looked up.
    pub(super) next: usize,
    pub(super) tried: usize,
}

/// An event of the simulation. Destinations and logins are given by number.
#[derive(Debug)]
pub(super) enum SimEvent {
    Lines(String),
    /// A remote host connects to deliver mail.
    Incoming,
    /// A user connects to send mail.
    Submission,
    /// A password spray tries again.
    Spray(usize),
    /// A mistyping user tries again.
    MistypingUser(usize),
    /// The envelope of a message arrives.
    Receive(Box<Draft>),
    /// A message leaves the work queue.
    Queue(Mid),
    /// A batch is due at its destination, for the first time or again.
    Enqueue(usize, Box<Batch>),
    /// The hosts of a destination are looked up.
    LookUp(usize),
    /// The appliance connects to the next host of a destination.
    Connect(usize),
    /// The sender gets a bounce of the message.
    Bounce(Mid),
    /// This many recipients of the message are finished.
    Settle(Mid, usize),
}

/// The part of an address behind the last `@`.
pub(super) fn domain(address: &str) -> &str {
    let parts = address.rsplit_once('@');
    parts.map_or(address, |(_, domain)| domain)
}

/// A text in quotes, as Python writes it.
pub(super) fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') { '"' } else { '\'' };
    format!("{quote}{text}{quote}")
}

/// A template with each `{name}` replaced by its value.
pub(super) fn expand(template: &str, values: &[(&str, &str)]) -> String {
    let mut parts = template.split('{');
    let mut text = String::with_capacity(2 * template.len());
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        let value = values.iter().find(|value| value.0 == name);
        text.push_str(value.map_or("", |value| value.1));
        text.push_str(rest);
    }
    text
}
