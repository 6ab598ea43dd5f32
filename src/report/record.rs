//! The records as scripts know them: keys, order and values of the contract.

use std::borrow::Cow;

use serde::Serialize;

use crate::event::{Policy, Tls};
use crate::header::Timestamp;
use crate::index::{self, Attempt, Connection, Delivery, Direction, Message};

/// A time as records write it: ISO 8601 in the log's local time.
#[derive(Clone, Copy, Debug)]
pub struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

pub(super) fn time(stamp: Option<Timestamp>) -> Option<Time> {
    stamp.map(Time)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// The HAT verdict.
#[derive(Serialize, Debug)]
pub struct PolicyRecord<'i> {
    action: &'i str,
    sender_group: &'i str,
    #[serde(rename = "match")]
    matched: Option<&'i str>,
    sbrs: Option<f64>,
    country: Option<&'i str>,
}

impl<'i> From<Policy<'i>> for PolicyRecord<'i> {
    fn from(policy: Policy<'i>) -> Self {
        Self {
            action: text(policy.action),
            sender_group: text(policy.sender_group),
            matched: policy.matched.map(text),
            sbrs: policy.sbrs,
            country: policy.country.map(text),
        }
    }
}

/// How TLS went.
#[derive(Serialize, Debug)]
pub struct TlsRecord<'i> {
    result: &'static str,
    protocol: Option<&'i str>,
    cipher: Option<&'i str>,
    detail: Option<&'i str>,
}

impl<'i> From<Tls<'i>> for TlsRecord<'i> {
    fn from(tls: Tls<'i>) -> Self {
        Self {
            result: if tls.success { "success" } else { "failed" },
            protocol: tls.protocol.map(text),
            cipher: tls.cipher.map(text),
            detail: tls.detail.map(text),
        }
    }
}

/// A login on a listener, inside its connection.
#[derive(Serialize, Debug)]
pub struct LoginRecord<'i> {
    time: Option<Time>,
    result: &'static str,
    user: Option<&'i str>,
    mechanism: Option<&'i str>,
    profile: Option<&'i str>,
    detail: Option<&'i str>,
}

/// The appliance's own login, inside its connection.
#[derive(Serialize, Debug)]
pub struct OutboundLoginRecord<'i> {
    time: Option<Time>,
    result: &'static str,
    profile: Option<&'i str>,
    code: Option<u16>,
    enhanced: Option<&'i str>,
    detail: Option<&'i str>,
}

impl<'i> From<Attempt<'i>> for LoginRecord<'i> {
    fn from(attempt: Attempt<'i>) -> Self {
        Self {
            time: time(attempt.time()),
            result: attempt.result(),
            user: attempt.user(),
            mechanism: attempt.mechanism(),
            profile: attempt.profile(),
            detail: attempt.detail(),
        }
    }
}

impl<'i> From<Attempt<'i>> for OutboundLoginRecord<'i> {
    fn from(attempt: Attempt<'i>) -> Self {
        Self {
            time: time(attempt.time()),
            result: attempt.result(),
            profile: attempt.profile(),
            code: attempt.code(),
            enhanced: attempt.enhanced(),
            detail: attempt.detail(),
        }
    }
}

/// One recipient's attempt, inside its connection.
#[derive(Serialize, Debug)]
pub struct DeliveryEntry<'i> {
    mid: u64,
    rid: Option<u32>,
    result: &'static str,
    code: Option<u16>,
    enhanced: Option<&'i str>,
    detail: Option<Cow<'i, str>>,
}

impl<'i> From<Delivery<'i>> for DeliveryEntry<'i> {
    fn from(delivery: Delivery<'i>) -> Self {
        Self {
            mid: delivery.message().mid().0,
            rid: delivery.recipient().rid(),
            result: delivery.result().word(),
            code: delivery.code(),
            enhanced: delivery.enhanced(),
            detail: delivery.detail(),
        }
    }
}

/// `--view connections`, inbound.
#[derive(Serialize, Debug)]
pub struct InboundRecord<'i> {
    direction: &'static str,
    appliance: Option<&'i str>,
    icid: u64,
    opened: Option<Time>,
    closed: Option<Time>,
    end: Option<&'static str>,
    interface: Option<&'i str>,
    interface_ip: Option<&'i str>,
    remote_ip: Option<&'i str>,
    remote_host: Option<&'i str>,
    verified: bool,
    policy: Option<PolicyRecord<'i>>,
    tls: Option<TlsRecord<'i>>,
    auth: Vec<LoginRecord<'i>>,
    messages: Vec<u64>,
    error: Option<&'i str>,
    lines: u32,
}

/// `--view connections`, outbound.
#[derive(Serialize, Debug)]
pub struct OutboundRecord<'i> {
    direction: &'static str,
    appliance: Option<&'i str>,
    dcid: u64,
    opened: Option<Time>,
    closed: Option<Time>,
    end: Option<&'static str>,
    interface_ip: Option<&'i str>,
    remote_ip: Option<&'i str>,
    remote_port: Option<u16>,
    tls: Option<TlsRecord<'i>>,
    auth: Vec<OutboundLoginRecord<'i>>,
    deliveries: Vec<DeliveryEntry<'i>>,
    error: Option<&'i str>,
    lines: u32,
}

/// `--view connections`: the two directions have keys of their own.
#[derive(Serialize, Debug)]
#[serde(untagged)]
pub enum ConnectionRecord<'i> {
    /// A peer connected to a listener.
    Inbound(InboundRecord<'i>),
    /// The appliance connected to a destination.
    Outbound(OutboundRecord<'i>),
}

impl<'i> From<Connection<'i>> for ConnectionRecord<'i> {
    fn from(connection: Connection<'i>) -> Self {
        let (appliance, number, error) = (
            connection.appliance(),
            connection.number(),
            connection.error(),
        );
        let (opened, closed) = (time(connection.opened()), time(connection.closed()));
        let end = connection.end().map(index::ConnectionEnd::word);
        let direction = connection.direction().word();
        let (interface_ip, remote_ip) = (connection.interface_ip(), connection.remote_ip());
        let (tls, lines) = (connection.tls().map(Into::into), connection.lines());
        match connection.direction() {
            Direction::Inbound => Self::Inbound(InboundRecord {
                direction,
                appliance,
                icid: number,
                opened,
                closed,
                end,
                interface: connection.interface(),
                interface_ip,
                remote_ip,
                remote_host: connection.remote_host(),
                verified: connection.is_verified(),
                policy: connection.policy().map(Into::into),
                tls,
                auth: connection.attempts().into_iter().map(Into::into).collect(),
                messages: connection
                    .messages()
                    .into_iter()
                    .map(|message| message.mid().0)
                    .collect(),
                error,
                lines,
            }),
            Direction::Outbound => Self::Outbound(OutboundRecord {
                direction,
                appliance,
                dcid: number,
                opened,
                closed,
                end,
                interface_ip,
                remote_ip,
                remote_port: connection.remote_port(),
                tls,
                auth: connection.attempts().into_iter().map(Into::into).collect(),
                deliveries: connection
                    .deliveries()
                    .into_iter()
                    .map(Into::into)
                    .collect(),
                error,
                lines,
            }),
        }
    }
}

/// A recipient inside its message.
#[derive(Serialize, Debug)]
pub struct RecipientEntry<'i> {
    rid: Option<u32>,
    to: Option<&'i str>,
    state: &'static str,
    dcid: Option<u64>,
}

/// `--view messages`
#[derive(Serialize, Debug)]
pub struct MessageRecord<'i> {
    appliance: Option<&'i str>,
    mid: u64,
    icid: Option<u64>,
    started: Option<Time>,
    from: Option<&'i str>,
    subject: Option<&'i str>,
    message_id: Option<Cow<'i, str>>,
    size: Option<u64>,
    recipients: Vec<RecipientEntry<'i>>,
    parent: Option<u64>,
    children: Vec<u64>,
    state: Option<&'static str>,
}

impl<'i> From<Message<'i>> for MessageRecord<'i> {
    fn from(message: Message<'i>) -> Self {
        let recipients = message.recipients().into_iter().map(|recipient| {
            let decided = recipient
                .decided_by()
                .and_then(|delivery| delivery.connection());
            RecipientEntry {
                rid: recipient.rid(),
                to: recipient.to(),
                state: recipient.state().word(),
                dcid: decided.map(|connection| connection.number()),
            }
        });
        Self {
            appliance: message.appliance(),
            mid: message.mid().0,
            icid: message.icid(),
            started: time(message.started()),
            from: message.from(),
            subject: message.subject(),
            message_id: message.message_id(),
            size: message.size(),
            recipients: recipients.collect(),
            parent: message.parent().map(|parent| parent.mid().0),
            children: message
                .children()
                .into_iter()
                .map(|child| child.mid().0)
                .collect(),
            state: message.common_state().word(),
        }
    }
}

/// `--view auth`
#[derive(Serialize, Debug)]
pub struct AttemptRecord<'i> {
    direction: &'static str,
    appliance: Option<&'i str>,
    icid: Option<u64>,
    dcid: Option<u64>,
    remote_ip: Option<&'i str>,
    remote_port: Option<u16>,
    time: Option<Time>,
    result: &'static str,
    user: Option<&'i str>,
    mechanism: Option<&'i str>,
    profile: Option<&'i str>,
    code: Option<u16>,
    enhanced: Option<&'i str>,
    detail: Option<&'i str>,
}

impl<'i> From<Attempt<'i>> for AttemptRecord<'i> {
    fn from(attempt: Attempt<'i>) -> Self {
        let connection = attempt.connection();
        let number = |direction| (connection.direction() == direction).then(|| connection.number());
        Self {
            direction: connection.direction().word(),
            appliance: connection.appliance(),
            icid: number(Direction::Inbound),
            dcid: number(Direction::Outbound),
            remote_ip: connection.remote_ip(),
            remote_port: connection.remote_port(),
            time: time(attempt.time()),
            result: attempt.result(),
            user: attempt.user(),
            mechanism: attempt.mechanism(),
            profile: attempt.profile(),
            code: attempt.code(),
            enhanced: attempt.enhanced(),
            detail: attempt.detail(),
        }
    }
}

/// `--view deliveries`
#[derive(Serialize, Debug)]
pub struct DeliveryRecord<'i> {
    appliance: Option<&'i str>,
    dcid: Option<u64>,
    time: Option<Time>,
    #[serde(flatten)]
    entry: DeliveryEntry<'i>,
    to: Option<&'i str>,
    from: Option<&'i str>,
    remote_ip: Option<&'i str>,
    remote_port: Option<u16>,
    profile: Option<&'i str>,
}

impl<'i> From<Delivery<'i>> for DeliveryRecord<'i> {
    fn from(delivery: Delivery<'i>) -> Self {
        let (connection, message) = (delivery.connection(), delivery.message());
        Self {
            appliance: message.appliance(),
            dcid: connection.map(|connection| connection.number()),
            time: time(delivery.time()),
            entry: delivery.into(),
            to: delivery.recipient().to(),
            from: message.from(),
            remote_ip: connection.and_then(|connection| connection.remote_ip()),
            remote_port: connection.and_then(|connection| connection.remote_port()),
            profile: connection.and_then(|connection| connection.last_attempt()?.profile()),
        }
    }
}
