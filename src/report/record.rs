//! The records as scripts know them: keys, order and values of the contract.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::ToRow;
use crate::event::{Policy, Tls};
use crate::header::Timestamp;
use crate::index::{
    Attempt, Connection, ConnectionEnd, Delivery, Direction, Index, Message, Recipient,
};
use crate::judge::class::Class;
use crate::present::{TableRow, UserRow};
use crate::query::aggregate::{ProfileTotals, UserTotals};

/// A record as a JSON object.
pub(crate) trait Object {
    /// Every key that such a record can have, in the order of the contract.
    fn keys() -> Vec<&'static str>;

    fn entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error>;
}

/// Implements [`Object`] and `Serialize` for a type: `"key" [CONDITION]: VALUE,`. A key without its
/// condition is left out. `..Shared,` inserts the keys of another object over the same data.
macro_rules! object {
    ($type:ident($record:pat) $(as $row:path)? => {
        $($key:literal $([$condition:expr])?: $value:expr,)*
        $(..$shared:ident, $($last:literal: $last_value:expr,)*)?
    }) => {
        impl $crate::report::record::Object for $type<'_> {
            fn keys() -> Vec<&'static str> {
                let keys = [$($key),*].into_iter();
                $(let keys = keys
                    .chain($shared::keys())
                    .chain(Vec::<&'static str>::from([$($last),*]));)?
                keys.collect()
            }

            fn entries<M: serde::ser::SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
                let $record = &self.0;
                $($(if $condition)? {
                    map.serialize_entry($key, &$value)?;
                })*
                $(
                    $shared(self.0).entries(map)?;
                    $(map.serialize_entry($last, &$last_value)?;)*
                )?
                Ok(())
            }
        }

        impl serde::Serialize for $type<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $crate::report::record::Object::entries(self, &mut map)?;
                serde::ser::SerializeMap::end(map)
            }
        }

        $(impl $crate::report::ToRow for $type<'_> {
            fn row(&self) -> $crate::present::TableRow<'_> {
                $row(self.0)
            }
        })?
    };
}

pub(super) use object;

/// A time as records write it: ISO 8601 in the log's local time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time(pub Timestamp);

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

/// A login inside its connection.
struct LoginEntry<'i>(Attempt<'i>);

object! { LoginEntry(attempt) => {
    "time": time(attempt.time()),
    "result": attempt.result(),
    "user" [attempt.direction() == Direction::Inbound]: attempt.user(),
    "mechanism" [attempt.direction() == Direction::Inbound]: attempt.mechanism(),
    "profile": attempt.profile(),
    "code" [attempt.direction() == Direction::Outbound]: attempt.code(),
    "enhanced" [attempt.direction() == Direction::Outbound]: attempt.enhanced(),
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
pub(crate) struct ConnectionRecord<'i>(pub Connection<'i>);

object! { ConnectionRecord(c) as TableRow::Connection => {
    "direction": c.direction().word(),
    "appliance": c.appliance(),
    "icid" [is_inbound(c)]: c.number(),
    "dcid" [!is_inbound(c)]: c.number(),
    "opened": time(c.opened()),
    "closed": time(c.closed()),
    "end": c.end().map(ConnectionEnd::word),
    "interface" [is_inbound(c)]: c.interface(),
    "interface_ip": c.interface_ip(),
    "remote_ip": c.remote_ip(),
    "remote_port" [!is_inbound(c)]: c.remote_port(),
    "remote_host" [is_inbound(c)]: c.remote_host(),
    "verified" [is_inbound(c)]: c.is_verified(),
    "policy" [is_inbound(c)]: c.policy().map(PolicyRecord),
    "tls": c.tls().map(TlsRecord),
    "auth": c.attempts().into_iter().map(LoginEntry).collect::<Vec<_>>(),
    "messages" [is_inbound(c)]: c.messages().iter().map(|message| message.mid().0).collect::<Vec<_>>(),
    "deliveries" [!is_inbound(c)]: c.deliveries().into_iter().map(DeliveryEntry).collect::<Vec<_>>(),
    "error": c.error(),
    "lines": c.lines(),
} }

fn is_inbound(connection: &Connection<'_>) -> bool {
    connection.direction() == Direction::Inbound
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
pub(crate) struct MessageRecord<'i>(pub Message<'i>);

object! { MessageRecord(message) as TableRow::Message => {
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
    "queued": time(message.queued()),
    "finished": time(message.ended()),
} }

/// `--view auth`
pub(crate) struct AttemptRecord<'i>(pub Attempt<'i>);

object! { AttemptRecord(attempt) as TableRow::Attempt => {
    "direction": attempt.direction().word(),
    "appliance": attempt.connection().appliance(),
    "icid": number(&attempt.connection(), Direction::Inbound),
    "dcid": number(&attempt.connection(), Direction::Outbound),
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

/// The ICID or DCID, if the connection is of that direction.
pub(super) fn number(connection: &Connection<'_>, direction: Direction) -> Option<u64> {
    (connection.direction() == direction).then(|| connection.number())
}

/// `--view deliveries`
pub(crate) struct DeliveryRecord<'i>(pub Delivery<'i>);

object! { DeliveryRecord(delivery) as TableRow::Delivery => {
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
    "reason": delivery.class().map(Class::word),
} }

/// `--view users`
pub(crate) struct UserRecord<'i>(UserRow<'i>);

impl<'i> UserRecord<'i> {
    pub(crate) fn new(index: &'i Index, name: &'i str, of: &'i UserTotals) -> Self {
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

impl ToRow for UserRecord<'_> {
    fn row(&self) -> TableRow<'_> {
        TableRow::User(&self.0)
    }
}

/// `--view profiles`
pub(crate) struct ProfileRecord<'i>(pub &'i ProfileTotals<'i>);

object! { ProfileRecord(of) as TableRow::Profile => {
    "profile": of.profile,
    "direction": of.direction.word(),
    "succeeded": of.totals.succeeded,
    "failed": of.totals.failed,
    "first_seen": time(of.totals.first_seen),
    "last_seen": time(of.totals.last_seen()),
    "last_success": time(of.totals.last_success),
    "last_failure": time(of.totals.last_failure),
} }
