//! What the simulation keeps and schedules: messages, batches of recipients, events.

use std::collections::VecDeque;

use crate::event::{Dcid, Icid, Mid};

/// Milliseconds since the simulation began.
pub(super) type Millis = u64;

/// A message that a connection is about to submit.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) icid: Icid,
    pub(super) sender: Sender,
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// Rejected recipients, and by what.
    pub(super) refused: Vec<(String, &'static str)>,
    pub(super) subject: String,
    /// How long the sender takes for DATA.
    pub(super) transfer: Millis,
    pub(super) disposition: Disposition,
}

/// The origin of a message, as the scanners see it.
#[derive(Debug, Clone)]
pub(super) enum Sender {
    /// `signed` mail passes SPF and DKIM.
    Internet { host: Option<String>, signed: bool },
    /// An authenticated user.
    Local,
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
    /// Empty for a bounce.
    pub(super) from: String,
    pub(super) to: Vec<String>,
    /// Recipients that are neither delivered nor bounced.
    pub(super) open: usize,
}

/// The recipients of a message that share a route.
#[derive(Debug, Clone)]
pub(super) struct Batch {
    pub(super) mid: Mid,
    pub(super) rids: Vec<usize>,
    pub(super) attempts: u32,
}

/// The batches that wait for a route.
#[derive(Debug, Default)]
pub(super) struct RouteQueue {
    pub(super) waiting: VecDeque<Batch>,
    /// A connection is scheduled or open.
    pub(super) is_served: bool,
}

/// An event of the simulation. Routes and logins are given by number.
#[derive(Debug)]
pub(super) enum SimEvent {
    Line(String),
    /// A remote host connects to deliver mail.
    Incoming,
    /// A user connects to send mail.
    Submission,
    /// The password spray tries again.
    Spray(usize),
    /// The mistyping user tries again.
    MistypingUser(usize),
    /// The envelope of a message arrives.
    Receive(Box<Draft>),
    /// A message leaves the work queue.
    Queue(Mid),
    /// A batch is due at its route, for the first time or again.
    Enqueue(usize, Batch),
    /// The route opens a connection.
    Connect(usize),
    /// The route's connection timed out.
    GiveUp(usize, Dcid, Vec<Batch>),
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
