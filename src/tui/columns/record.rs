//! The record that a row shows, and its properties: title, lines, failures, filter terms.

use crate::event::ConnId;
use crate::header::Timestamp;
use crate::index::store::extent::Span;
use crate::index::{
    Connection, ConnectionId, DeliveryState, Direction, Index, Message, MessageId, Symbol,
};
use crate::judge::RouteState;
use crate::position::Position;
use crate::search::LineRequest;
use crate::trace::Subject;
use crate::triage::{DestinationId, HostId};

use crate::query::term;

/// A reference to the record of a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Record {
    Connection(ConnectionId),
    Message(MessageId),
    User(Symbol),
    Route(DestinationId),
    Host(HostId),
    /// The routes of one kind that never worked, in one row.
    Tail(Tail),
    /// A group of routes, by its row number in the triage results.
    Group(u32),
    /// A finding, by its row number in the triage results.
    Finding(u32),
    /// The messages affected by the failures of a route or host.
    AffectedMessages(Peer),
    FailedConnections(Peer),
    /// A line of the log, shown in view Log.
    Line(Position),
    /// A source, by its position in the list of sources.
    Source(u32),
}

/// A route, or one of its hosts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Peer {
    Route(DestinationId),
    Host(HostId),
}

/// The kinds of routes that never worked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Tail {
    Refusing,
    Unreachable,
    Deferring,
}

impl Tail {
    pub(crate) const ALL: [Self; 3] = [Self::Refusing, Self::Unreachable, Self::Deferring];

    pub(crate) fn state(self) -> RouteState {
        match self {
            Self::Refusing => RouteState::Refusing,
            Self::Unreachable => RouteState::Unreachable,
            Self::Deferring => RouteState::Deferring,
        }
    }

    /// What they did, after `298 destinations`.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Refusing => "never took a message",
            Self::Unreachable => "never answered",
            Self::Deferring => "only deferred mail so far",
        }
    }
}

impl Peer {
    pub(crate) fn title(self, index: &Index) -> String {
        match self {
            Self::Route(id) => id.title(index),
            Self::Host(id) => id.title(index),
        }
    }
}

impl From<Subject> for Record {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::Connection(id) => Self::Connection(id),
            Subject::Message(id) => Self::Message(id),
        }
    }
}

impl Record {
    /// The route or host that it is about.
    pub(crate) fn peer(self) -> Option<Peer> {
        match self {
            Self::Route(id) => Some(Peer::Route(id)),
            Self::Host(id) => Some(Peer::Host(id)),
            Self::AffectedMessages(peer) | Self::FailedConnections(peer) => Some(peer),
            _ => None,
        }
    }

    /// The subject of its trace; only connections and messages have one.
    pub(crate) fn subject(self) -> Option<Subject> {
        match self {
            Self::Connection(id) => Some(Subject::Connection(id)),
            Self::Message(id) => Some(Subject::Message(id)),
            _ => None,
        }
    }

    /// Whether its page ends with raw lines.
    pub(crate) fn has_lines(self) -> bool {
        self.subject().is_some() || matches!(self, Self::Finding(_))
    }

    /// Whether the index still contains it: limits evict the oldest records.
    pub(crate) fn is_kept(self, index: &Index) -> bool {
        match self {
            Self::Connection(id) => index.contains_connection(id),
            Self::Message(id) => index.contains_message(id),
            Self::User(name) => index.names.users.is_used(name),
            _ => true,
        }
    }

    /// The same record in the index of the whole log; `part` is the index of its end.
    pub(crate) fn in_whole(self, part: &Index, whole: &Index) -> Option<Self> {
        match self {
            Self::Connection(id) => {
                let known = part.connection(id);
                let same = |id: &ConnectionId| {
                    let other = whole.connection(*id);
                    other.host_of_appliance() == known.host_of_appliance()
                        && other.first_seen() <= known.first_seen()
                        && (known.closed().is_none() || other.closed() == known.closed())
                };
                let found = whole.find_connections(known.link());
                found.into_iter().find(same).map(Self::Connection)
            }
            Self::Message(id) => {
                let known = part.message(id);
                let same = |id: &MessageId| {
                    let other = whole.message(*id);
                    other.host_of_appliance() == known.host_of_appliance()
                        && other.first_seen() <= known.first_seen()
                };
                let found = whole.find_messages(known.mid());
                found.into_iter().find(same).map(Self::Message)
            }
            Self::User(name) => {
                let user = part.names.users.get(name);
                whole.names.users.find(user).map(Self::User)
            }
            Self::Host(_)
            | Self::Route(_)
            | Self::Tail(_)
            | Self::Group(_)
            | Self::Finding(_)
            | Self::AffectedMessages(_)
            | Self::FailedConnections(_)
            | Self::Line(_)
            | Self::Source(_) => None,
        }
    }

    /// The appliance's name for it: `ICID 451`, `DCID 5640`, `MID 448`; users and routes by name,
    /// not escaped.
    pub(crate) fn title(self, index: &Index) -> String {
        match self {
            _ if !self.is_kept(index) => "retired".to_owned(),
            Self::Connection(id) => match index.connection(id).link() {
                ConnId::In(icid) => format!("ICID {icid}"),
                ConnId::Out(dcid) => format!("DCID {dcid}"),
            },
            Self::Message(id) => format!("MID {}", index.message(id).mid()),
            Self::User(name) => format!("user {}", index.names.users.get(name)),
            Self::Route(id) => id.title(index),
            Self::Host(id) => id.title(index),
            Self::AffectedMessages(peer) => format!("messages affected by {}", peer.title(index)),
            Self::FailedConnections(peer) => format!("failed connections to {}", peer.title(index)),
            Self::Tail(kind) => format!("destinations that {}", kind.phrase()),
            Self::Line(_) => "line".to_owned(),
            Self::Group(_) => "routes".to_owned(),
            Self::Finding(_) => "finding".to_owned(),
            Self::Source(_) => "source".to_owned(),
        }
    }

    /// The time of its first line; connections and messages only.
    pub(crate) fn time(self, index: &Index) -> Option<Timestamp> {
        match self {
            Self::Connection(id) => index.connection(id).first_seen(),
            Self::Message(id) => index.message(id).first_seen(),
            _ => None,
        }
    }

    /// The positions of its lines; empty for an evicted record or one without lines.
    pub(crate) fn spans(self, index: &Index) -> Vec<Span> {
        match self {
            _ if !self.is_kept(index) => Vec::new(),
            Self::Connection(id) => index.connection(id).spans(),
            Self::Message(id) => index.message(id).spans(),
            _ => Vec::new(),
        }
    }

    /// The request that reads its lines.
    pub(crate) fn wanted(self, index: &Index) -> Option<LineRequest> {
        match self {
            _ if !self.is_kept(index) => None,
            Self::Connection(id) => Some(LineRequest::of_connection(&index.connection(id))),
            Self::Message(id) => Some(LineRequest::of_message(&index.message(id))),
            _ => None,
        }
    }

    /// Whether a login, a delivery, TLS or the connection failed.
    pub(crate) fn has_failed(self, index: &Index) -> bool {
        match self {
            Self::Connection(id) => connection_failed(&index.connection(id)),
            Self::Message(id) => message_failed(&index.message(id)),
            _ => false,
        }
    }

    /// The filter term for its value of `icid`, `dcid`, `user` or `profile`; the field's name alone if
    /// it has no value.
    pub(crate) fn term(self, index: &Index, field: &'static str) -> String {
        let value = match self {
            _ if !self.is_kept(index) => None,
            Self::Connection(id) => of_connection(&index.connection(id), field),
            Self::Message(id) => of_message(&index.message(id), field),
            Self::User(name) => (field == "user").then(|| index.names.users.get(name).to_owned()),
            _ => None,
        };
        value.map_or_else(|| format!("{field}:"), |value| term(field, &value))
    }
}

fn connection_failed(connection: &Connection<'_>) -> bool {
    connection.has_failed_auth()
        || connection.error().is_some()
        || connection.tls().is_some_and(|tls| !tls.success)
        || connection.direction() == Direction::Outbound
            && connection
                .deliveries()
                .iter()
                .any(|delivery| delivery.result().is_refusal())
}

fn message_failed(message: &Message<'_>) -> bool {
    message.recipients().iter().any(|recipient| {
        matches!(
            recipient.state(),
            DeliveryState::Bounced | DeliveryState::Aborted
        )
    })
}

fn of_connection(connection: &Connection<'_>, field: &str) -> Option<String> {
    let last = connection.last_attempt();
    match (field, connection.link()) {
        ("icid", ConnId::In(icid)) => Some(icid.to_string()),
        ("dcid", ConnId::Out(dcid)) => Some(dcid.to_string()),
        ("user", _) => last?.user().map(str::to_owned),
        ("profile", _) => last?.profile().map(str::to_owned),
        ("icid", ConnId::Out(_)) => {
            let message = connection.carried().into_iter().next()?;
            of_message(&message, "icid")
        }
        ("dcid", ConnId::In(_)) => of_message(connection.messages().first()?, "dcid"),
        _ => None,
    }
}

fn of_message(message: &Message<'_>, field: &str) -> Option<String> {
    match field {
        "dcid" => {
            let deliveries = message.deliveries();
            let connection = deliveries.last()?.connection()?;
            Some(connection.number().to_string())
        }
        "icid" => {
            let icid = message.icid().filter(|icid| *icid > 0);
            icid.map(|icid| icid.to_string())
        }
        _ => of_connection(&message.connection()?, field),
    }
}
