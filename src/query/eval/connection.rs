//! The fields of a connection.

use hashbrown::HashMap;

use super::{
    Field, attempts, attempts_connections, deliveries_connections, matching, moment, named,
    outcomes, posted,
};
use crate::event::{Policy, Tls, listener};
use crate::header::Timestamp;
use crate::index::records::connection::{ConnectionTable, text};
use crate::index::store::int_column::IntColumn;
use crate::index::{ApplianceId, Direction, Index, Symbol};
use crate::query::bitset::BitSet;
use crate::query::value::{AddressPredicate, NamePredicate, Predicate, Ranges, thousandths};

/// The connections that match; `None` if connections do not have the field.
pub(in crate::query) fn connections(
    index: &Index,
    field: Field,
    test: &Predicate,
    newest: Option<Timestamp>,
) -> Option<BitSet> {
    let columns = &index.connections;
    let bits = match (field, test) {
        (Field::Icid, Predicate::Ranges(ranges)) => ids(columns, Direction::Inbound, ranges),
        (Field::Dcid, Predicate::Ranges(ranges)) => ids(columns, Direction::Outbound, ranges),
        (Field::Port, Predicate::Ranges(ranges)) => {
            BitSet::of(columns.peer.port.iter(), columns.ranks(), |port| {
                port > 0 && ranges.matches(port)
            })
        }
        (Field::Ip, _) => posted(
            &addresses(index, test)?,
            &columns.peer.address,
            &columns.peer.by_address,
        ),
        (Field::Host, Predicate::Name(names)) => {
            named(&matching(&index.names.hosts, names), &columns.peer.host)
        }
        (Field::Interface, Predicate::Name(names)) => {
            named(&interfaces(index, names), &columns.interface)
        }
        (Field::Group | Field::Action | Field::Country | Field::Sbrs, _) => {
            named(&policies(index, field, test), &columns.policy)
        }
        (Field::Tls | Field::Cipher, Predicate::Name(names)) => tls(index, field, names),
        (Field::Dir | Field::State | Field::End, Predicate::Words(words)) => {
            facts(columns, field, *words)
        }
        (Field::Duration, Predicate::Ranges(ranges)) => durations(index, ranges, newest),
        (Field::Appliance, Predicate::Name(names)) => appliances(index, &columns.appliance, names),
        (Field::Code | Field::Enhanced | Field::Result, _) => replies(index, field, test, newest),
        (Field::Since | Field::Until | Field::At, Predicate::Time(_)) => {
            let holds = moment(field, test, newest);
            lives(index, holds)
        }
        _ => return None,
    };
    Some(bits)
}

fn ids(columns: &ConnectionTable, direction: Direction, ranges: &Ranges) -> BitSet {
    let ids = columns.id.iter().zip(columns.flags.iter());
    BitSet::of(ids, columns.ranks(), |(id, facts)| {
        facts.direction == direction && ranges.matches(id)
    })
}

pub(super) fn addresses(index: &Index, test: &Predicate) -> Option<BitSet> {
    let names = &index.names.addresses;
    Some(match test {
        Predicate::Addresses(tests) => BitSet::of(names.iter(), names.len(), |(name, text)| {
            let address = index.address(name);
            tests
                .iter()
                .any(|test: &AddressPredicate| test.matches(text, address))
        }),
        Predicate::Name(wanted) => matching(names, wanted),
        _ => return None,
    })
}

/// Interfaces by the listener's name or by the address.
fn interfaces(index: &Index, wanted: &NamePredicate) -> BitSet {
    let names = &index.names.interfaces;
    BitSet::of(names.iter(), names.len(), |(_, written)| {
        let (name, address) = listener(written.as_bytes());
        wanted.matches(text(name)) || address.is_some_and(|address| wanted.matches(text(address)))
    })
}

pub(super) fn policy_match(field: Field, test: &Predicate, policy: &Policy<'_>) -> bool {
    let value = match (field, test) {
        (Field::Sbrs, Predicate::Ranges(ranges)) => {
            return policy
                .sbrs
                .is_some_and(|score| ranges.matches(thousandths(score)));
        }
        (Field::Group, _) => Some(policy.sender_group),
        (Field::Action, _) => Some(policy.action),
        (Field::Country, _) => policy.country,
        _ => None,
    };
    match (value, test) {
        (Some(value), Predicate::Name(names)) => names.matches(&String::from_utf8_lossy(value)),
        _ => false,
    }
}

fn policies(index: &Index, field: Field, test: &Predicate) -> BitSet {
    let names = &index.names.policies;
    BitSet::of(names.iter(), names.len(), |(_, written)| {
        Policy::parse(written.as_bytes()).is_some_and(|policy| policy_match(field, test, &policy))
    })
}

pub(super) fn tls_match(field: Field, names: &NamePredicate, tls: &Tls<'_>) -> bool {
    let result = if tls.success { "success" } else { "failed" };
    let value = match field {
        Field::Tls => tls.protocol,
        _ => tls.cipher,
    };
    field == Field::Tls && names.matches(result)
        || value.is_some_and(|value| names.matches(&String::from_utf8_lossy(value)))
}

fn tls(index: &Index, field: Field, wanted: &NamePredicate) -> BitSet {
    let (names, column) = (&index.names.tls, &index.connections.tls);
    let matching = BitSet::of(names.iter(), names.len(), |(_, written)| {
        Tls::parse(written.as_bytes()).is_some_and(|tls| tls_match(field, wanted, &tls))
    });
    let bits = named(&matching, column);
    if field == Field::Tls && wanted.names("none") {
        let is_none = |tls: Option<Symbol>| tls.is_none();
        return bits.or(&BitSet::of(column.iter(), column.ranks(), is_none));
    }
    bits
}

fn facts(columns: &ConnectionTable, field: Field, words: u16) -> BitSet {
    let has = |at: u16| words >> at & 1 == 1;
    BitSet::of(columns.flags.iter(), columns.ranks(), |facts| {
        match (field, facts.end) {
            (Field::Dir, _) => has(u16::from(facts.direction == Direction::Outbound)),
            (Field::State, end) => has(u16::from(end.is_some())),
            (_, Some(end)) => has(end as u16),
            (_, None) => false,
        }
    })
}

fn durations(index: &Index, ranges: &Ranges, newest: Option<Timestamp>) -> BitSet {
    let columns = &index.connections;
    let times = columns.began.iter().zip(columns.closed.iter());
    BitSet::of(
        times.zip(columns.flags.iter()),
        columns.ranks(),
        |((began, closed), facts)| {
            let until = if facts.end.is_none() { newest } else { closed };
            let seconds = until
                .zip(began)
                .map(|(until, began)| until.seconds() - began.seconds());
            seconds.is_some_and(|seconds| ranges.matches(seconds.max(0)))
        },
    )
}

pub(super) fn appliances(
    index: &Index,
    column: &IntColumn<ApplianceId>,
    wanted: &NamePredicate,
) -> BitSet {
    let mut known = HashMap::new();
    BitSet::of(column.iter(), column.ranks(), |id| {
        *known
            .entry(id)
            .or_insert_with(|| index.appliance(id).is_some_and(|name| wanted.matches(name)))
    })
}

/// The connections with a matching reply to a login or a delivery.
fn replies(index: &Index, field: Field, test: &Predicate, newest: Option<Timestamp>) -> BitSet {
    let none = BitSet::none(index.connections.ranks());
    let of_attempts = attempts(index, field, test, newest);
    let of_deliveries = outcomes(index, field, test);
    let bits = of_attempts.map_or(none, |attempts| attempts_connections(index, &attempts));
    match of_deliveries {
        Some(deliveries) => bits.or(&deliveries_connections(index, &deliveries)),
        None => bits,
    }
}

/// The connections whose lifetime matches. An open connection has no end yet. A superseded one has
/// no end in the log: its last attempt, delivery or message counts as its end.
fn lives(index: &Index, holds: impl Fn(i64, i64) -> bool) -> BitSet {
    let columns = &index.connections;
    let times = columns.began.iter().zip(columns.closed.iter());
    let numbers = columns.ranks().numbers();
    let all = numbers.zip(times.zip(columns.flags.iter()));
    BitSet::of(all, columns.ranks(), |(at, ((began, closed), facts))| {
        let Some(began) = began.map(Timestamp::seconds) else {
            return false;
        };
        let ended = match (closed, facts.end) {
            (Some(closed), _) => closed.seconds(),
            (None, None) => i64::MAX,
            (None, Some(_)) => last_activity(index, at).map_or(began, Timestamp::seconds),
        };
        holds(began, ended.max(began))
    })
}

fn last_activity(index: &Index, at: usize) -> Option<Timestamp> {
    let newest = &index.connections.newest;
    let attempt = newest.attempt.get(at);
    let delivery = newest.delivery.get(at);
    let message = newest.message.get(at);
    let attempt = attempt.and_then(|id| index.attempts.time.get(id.at()));
    let delivery = delivery.and_then(|id| index.deliveries.time.get(id.at()));
    let message = message.and_then(|id| index.messages.began.get(id.at()));
    attempt.max(delivery).max(message)
}
