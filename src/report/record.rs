//! The records as scripts know them: keys, order and values of the contract.

use serde::{Serialize, Serializer};

use super::TableRow;
use crate::event::{Policy, Tls};
use crate::header::Timestamp;
use crate::index::{
    Attempt, Connection, ConnectionEnd, Delivery, Direction, Index, Message, Recipient,
};
use crate::present::{Row, UserRow};
use crate::query::aggregate::{ProfileTotals, UserTotals};

/// Serializes a type as an object of these keys, in this order.
macro_rules! object {
    ($type:ident($record:ident) $(as $row:path)? => { $($key:literal: $value:expr,)* }) => {
        impl serde::Serialize for $type<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $record = &self.0;
                let mut map = serializer.serialize_map(None)?;
                $(serde::ser::SerializeMap::serialize_entry(&mut map, $key, &$value)?;)*
                serde::ser::SerializeMap::end(map)
            }
        }
        $(impl $crate::report::TableRow for $type<'_> {
            fn row(&self) -> $crate::present::Row<'_> {
                $row(self.0)
            }
        })?
    };
}

pub(super) use object;

/// A time as records write it: ISO 8601 in the log's local time.
#[derive(Clone, Copy, Debug)]
pub struct Time(pub Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

pub(super) fn time(stamp: Option<Timestamp>) -> Option<Time> {
    stamp.map(Time)
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

struct PolicyRecord<'i>(Policy<'i>);

object! { PolicyRecord(policy) => {
    "action": text(policy.action),
    "sender_group": text(policy.sender_group),
    "match": policy.matched.map(text),
    "sbrs": policy.sbrs,
    "country": policy.country.map(text),
} }

struct TlsRecord<'i>(Tls<'i>);

object! { TlsRecord(tls) => {
    "result": if tls.success { "success" } else { "failed" },
    "protocol": tls.protocol.map(text),
    "cipher": tls.cipher.map(text),
    "detail": tls.detail.map(text),
} }

/// A login on a listener, inside its connection.
struct LoginEntry<'i>(Attempt<'i>);

object! { LoginEntry(attempt) => {
    "time": time(attempt.time()),
    "result": attempt.result(),
    "user": attempt.user(),
    "mechanism": attempt.mechanism(),
    "profile": attempt.profile(),
    "detail": attempt.detail(),
} }

/// The appliance's own login, inside its connection.
struct OutboundLoginEntry<'i>(Attempt<'i>);

object! { OutboundLoginEntry(attempt) => {
    "time": time(attempt.time()),
    "result": attempt.result(),
    "profile": attempt.profile(),
    "code": attempt.code(),
    "enhanced": attempt.enhanced(),
    "detail": attempt.detail(),
} }

/// One recipient's attempt, inside its connection.
struct DeliveryEntry<'i>(Delivery<'i>);

object! { DeliveryEntry(delivery) => {
    "mid": delivery.message().mid().0,
    "rid": delivery.recipient().rid(),
    "result": delivery.result().word(),
    "code": delivery.code(),
    "enhanced": delivery.enhanced(),
    "detail": delivery.detail(),
} }

/// `--view connections`: the two directions have keys of their own.
pub struct ConnectionRecord<'i>(pub Connection<'i>);

struct InboundRecord<'i>(Connection<'i>);

object! { InboundRecord(c) => {
    "direction": c.direction().word(),
    "appliance": c.appliance(),
    "icid": c.number(),
    "opened": time(c.opened()),
    "closed": time(c.closed()),
    "end": c.end().map(ConnectionEnd::word),
    "interface": c.interface(),
    "interface_ip": c.interface_ip(),
    "remote_ip": c.remote_ip(),
    "remote_host": c.remote_host(),
    "verified": c.is_verified(),
    "policy": c.policy().map(PolicyRecord),
    "tls": c.tls().map(TlsRecord),
    "auth": c.attempts().into_iter().map(LoginEntry).collect::<Vec<_>>(),
    "messages": c.messages().iter().map(|message| message.mid().0).collect::<Vec<_>>(),
    "error": c.error(),
    "lines": c.lines(),
} }

struct OutboundRecord<'i>(Connection<'i>);

object! { OutboundRecord(c) => {
    "direction": c.direction().word(),
    "appliance": c.appliance(),
    "dcid": c.number(),
    "opened": time(c.opened()),
    "closed": time(c.closed()),
    "end": c.end().map(ConnectionEnd::word),
    "interface_ip": c.interface_ip(),
    "remote_ip": c.remote_ip(),
    "remote_port": c.remote_port(),
    "tls": c.tls().map(TlsRecord),
    "auth": c.attempts().into_iter().map(OutboundLoginEntry).collect::<Vec<_>>(),
    "deliveries": c.deliveries().into_iter().map(DeliveryEntry).collect::<Vec<_>>(),
    "error": c.error(),
    "lines": c.lines(),
} }

impl Serialize for ConnectionRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.direction() {
            Direction::Inbound => InboundRecord(self.0).serialize(serializer),
            Direction::Outbound => OutboundRecord(self.0).serialize(serializer),
        }
    }
}

impl TableRow for ConnectionRecord<'_> {
    fn row(&self) -> Row<'_> {
        Row::Connection(self.0)
    }
}

/// A recipient inside its message.
struct RecipientEntry<'i>(Recipient<'i>);

object! { RecipientEntry(recipient) => {
    "rid": recipient.rid(),
    "to": recipient.to(),
    "state": recipient.state().word(),
    "dcid": recipient.decided_by().and_then(|one| one.connection()).map(|c| c.number()),
} }

/// `--view messages`
pub struct MessageRecord<'i>(pub Message<'i>);

object! { MessageRecord(message) as Row::Message => {
    "appliance": message.appliance(),
    "mid": message.mid().0,
    "icid": message.icid(),
    "started": time(message.started()),
    "from": message.from(),
    "subject": message.subject(),
    "message_id": message.message_id(),
    "size": message.size(),
    "recipients": message.recipients().into_iter().map(RecipientEntry).collect::<Vec<_>>(),
    "parent": message.parent().map(|parent| parent.mid().0),
    "children": message.children().iter().map(|child| child.mid().0).collect::<Vec<_>>(),
    "state": message.common_state().word(),
} }

/// `--view auth`
pub struct AttemptRecord<'i>(pub Attempt<'i>);

object! { AttemptRecord(attempt) as Row::Attempt => {
    "direction": attempt.direction().word(),
    "appliance": attempt.connection().appliance(),
    "icid": number(attempt, Direction::Inbound),
    "dcid": number(attempt, Direction::Outbound),
    "remote_ip": attempt.connection().remote_ip(),
    "remote_port": attempt.connection().remote_port(),
    "time": time(attempt.time()),
    "result": attempt.result(),
    "user": attempt.user(),
    "mechanism": attempt.mechanism(),
    "profile": attempt.profile(),
    "code": attempt.code(),
    "enhanced": attempt.enhanced(),
    "detail": attempt.detail(),
} }

fn number(attempt: &Attempt<'_>, direction: Direction) -> Option<u64> {
    (attempt.direction() == direction).then(|| attempt.connection().number())
}

/// `--view deliveries`
pub struct DeliveryRecord<'i>(pub Delivery<'i>);

object! { DeliveryRecord(delivery) as Row::Delivery => {
    "appliance": delivery.message().appliance(),
    "dcid": delivery.connection().map(|c| c.number()),
    "time": time(delivery.time()),
    "mid": delivery.message().mid().0,
    "rid": delivery.recipient().rid(),
    "result": delivery.result().word(),
    "code": delivery.code(),
    "enhanced": delivery.enhanced(),
    "detail": delivery.detail(),
    "to": delivery.recipient().to(),
    "from": delivery.message().from(),
    "remote_ip": delivery.connection().and_then(|c| c.remote_ip()),
    "remote_port": delivery.connection().and_then(|c| c.remote_port()),
    "profile": delivery.connection().and_then(|c| c.last_attempt()?.profile()),
} }

/// `--view users`
pub struct UserRecord<'i>(UserRow<'i>);

impl<'i> UserRecord<'i> {
    pub fn new(index: &'i Index, name: &'i str, of: &'i UserTotals) -> Self {
        let mut row = UserRow::new(index, name, of);
        row.profiles.sort_unstable();
        row.mechanisms.sort_unstable();
        Self(row)
    }
}

object! { UserRecord(user) => {
    "user": user.name,
    "succeeded": user.of.totals.succeeded,
    "failed": user.of.totals.failed,
    "sources": user.of.sources,
    "profiles": user.profiles,
    "mechanisms": user.mechanisms,
    "first_seen": time(user.of.totals.first_seen),
    "last_seen": time(user.of.totals.last_seen()),
    "last_success": time(user.of.totals.last_success),
    "last_failure": time(user.of.totals.last_failure),
} }

impl TableRow for UserRecord<'_> {
    fn row(&self) -> Row<'_> {
        Row::User(&self.0)
    }
}

/// `--view profiles`
pub struct ProfileRecord<'i>(pub &'i ProfileTotals<'i>);

object! { ProfileRecord(of) as Row::Profile => {
    "profile": of.profile,
    "direction": of.direction.word(),
    "succeeded": of.totals.succeeded,
    "failed": of.totals.failed,
    "first_seen": time(of.totals.first_seen),
    "last_seen": time(of.totals.last_seen()),
    "last_success": time(of.totals.last_success),
    "last_failure": time(of.totals.last_failure),
} }
