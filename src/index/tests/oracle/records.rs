//! The oracle's records, and their text.

use std::fmt::Write;

use crate::event::{ConnId, Mid};
use crate::header::Timestamp;
use crate::index::{ConnectionEnd, DeliveryResult, DeliveryState};

/// The host, time and offset of a line.
#[derive(Clone, Copy)]
pub(crate) struct At {
    pub host: &'static str,
    pub time: Option<Timestamp>,
    pub offset: u64,
}

pub(crate) struct Connection {
    pub host: &'static str,
    pub link: ConnId,
    pub opened: bool,
    pub began: Option<Timestamp>,
    pub closed: Option<Timestamp>,
    pub end: Option<ConnectionEnd>,
    pub places: Vec<u64>,
    pub logins: Vec<(bool, Option<String>)>,
}

pub(crate) struct Message {
    pub host: &'static str,
    pub mid: Mid,
    pub began: Option<Timestamp>,
    pub started: bool,
    pub made_here: bool,
    pub connection: Option<usize>,
    pub from: Option<String>,
    pub queued: Option<Timestamp>,
    pub finished: bool,
    pub fate: Option<DeliveryState>,
    pub parent: Option<usize>,
    pub recipients: Vec<Recipient>,
    pub replies: Vec<(u64, String)>,
    pub places: Vec<u64>,
}

pub(crate) struct Recipient {
    pub rid: Option<u64>,
    pub to: Option<String>,
    pub state: DeliveryState,
    pub deliveries: Vec<usize>,
}

pub(crate) struct Delivery {
    pub connection: Option<usize>,
    pub message: usize,
    pub time: Option<Timestamp>,
    pub result: DeliveryResult,
    pub detail: Option<String>,
}

#[derive(Default)]
pub(crate) struct Model {
    pub connections: Vec<Connection>,
    pub messages: Vec<Message>,
    /// Messages in the order in which they were linked to their connection.
    pub arrivals: Vec<usize>,
    /// Messages in the order in which they got a parent.
    pub descents: Vec<usize>,
    pub deliveries: Vec<Delivery>,
    /// Closed records: whether it is a connection, and its number.
    pub ended: Vec<(bool, usize)>,
    pub entries: u64,
    pub unknown: u64,
}

impl Model {
    /// All records as text, in the form of the index's.
    pub(crate) fn shown(&self) -> String {
        let mut text = String::new();
        let mut write = |line: std::fmt::Arguments<'_>| writeln!(text, "{line}").expect("memory");
        for (at, one) in self.connections.iter().enumerate() {
            let logins: Vec<_> = one
                .logins
                .iter()
                .map(|(ok, user)| (*ok, user.as_deref()))
                .collect();
            let came = self
                .arrivals
                .iter()
                .filter(|&&id| self.messages[id].connection == Some(at));
            let carried: Vec<_> = came.copied().collect();
            let deliveries: Vec<_> = (0..self.deliveries.len())
                .filter(|&id| self.deliveries[id].connection == Some(at))
                .collect();
            write(format_args!(
                "{:?} {:?} opened {:?} closed {:?} {:?} lines {} logins {logins:?} messages {carried:?} deliveries {deliveries:?}",
                one.host,
                one.link,
                one.began.filter(|_| one.opened),
                one.closed,
                one.end,
                one.places.len()
            ));
        }
        for (at, one) in self.messages.iter().enumerate() {
            let children: Vec<_> = self
                .descents
                .iter()
                .copied()
                .filter(|&id| self.messages[id].parent == Some(at))
                .collect();
            let came = one.connection.map(|id| match self.connections[id].link {
                ConnId::In(id) => id.0,
                ConnId::Out(id) => id.0,
            });
            let icid = came.or(one.made_here.then_some(0));
            write(format_args!(
                "{:?} {:?} icid {icid:?} started {:?} from {:?} queued {:?} finished {} parent {:?} children {children:?}",
                one.host,
                one.mid,
                one.began.filter(|_| one.started),
                one.from.as_deref(),
                one.queued,
                one.finished,
                one.parent
            ));
            let mut recipients: Vec<_> = one.recipients.iter().collect();
            recipients.sort_by_key(|to| to.rid.unwrap_or(u64::MAX));
            for to in recipients {
                write(format_args!(
                    "  {:?} {:?} {:?} {:?}",
                    to.rid,
                    to.to.as_deref(),
                    to.state,
                    to.deliveries
                ));
            }
        }
        for one in &self.deliveries {
            write(format_args!(
                "{:?} of {} on {:?} at {:?} {:?}",
                one.result,
                one.message,
                one.connection,
                one.time,
                one.detail.as_deref()
            ));
        }
        text
    }
}
