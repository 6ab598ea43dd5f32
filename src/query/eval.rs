//! Evaluates one term over the columns of each kind of record, and follows the links between them.
//!
//! A predicate on names is evaluated once for each distinct name; then the column of the names'
//! numbers is scanned, or the few records of the matching names are walked.

mod attempt;
mod connection;
mod delivery;
mod entry;
mod message;

use super::bitset::BitSet;
use super::field::Field;
use super::value::{NamePredicate, Predicate};
use crate::event::enhanced_code;
use crate::header::Timestamp;
use crate::index::store::column::{ColumnPage, PagedColumn, Tag};
use crate::index::store::int_column::IntColumn;
use crate::index::store::posting::PostingList;
use crate::index::{Index, Interner, Symbol, TextId};
use crate::search::LineRequest;

pub(super) use attempt::attempts;
pub(super) use connection::connections;
pub(super) use delivery::deliveries;
use delivery::outcomes;
pub(super) use entry::EntryQuery;
pub(super) use message::{domain, messages};

/// The kind of records that a query selects.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RecordKind {
    /// Connections in both directions.
    Connections,
    Messages,
    /// Authentication attempts.
    Attempts,
    /// Deliveries, one a recipient and attempt.
    Deliveries,
}

/// The bit of `none` in [`super::field::AUTH`].
pub(super) const AUTH_NONE: u16 = 1 << 2;

fn enhanced(index: &Index, details: &PagedColumn<Option<TextId>>, names: &NamePredicate) -> BitSet {
    BitSet::of_numbers(details.ranks(), |at| {
        let text = details.get(at).map_or("", |id| index.texts.prefix(id));
        names.prefix_may_match(text)
            && enhanced_code(text.as_bytes()).is_some_and(|code| names.matches(ascii(code)))
    })
}

/// A code's digits and dots as text.
fn ascii(code: &[u8]) -> &str {
    std::str::from_utf8(code).unwrap_or_default()
}

/// `since` and `until` for records with a single time.
fn by_time(
    times: &IntColumn<Option<Timestamp>>,
    field: Field,
    test: &Predicate,
    newest: Option<Timestamp>,
) -> BitSet {
    let holds = moment(field, test, newest);
    BitSet::of(times.iter(), times.ranks(), |time| {
        time.is_some_and(|time| holds(time.seconds(), time.seconds()))
    })
}

/// Whether a lifetime, from its first to its last second, matches `since`, `until` or `at`.
pub(super) fn moment(
    field: Field,
    test: &Predicate,
    newest: Option<Timestamp>,
) -> impl Fn(i64, i64) -> bool {
    let span = match (field, test) {
        (Field::Since, Predicate::Time(moment)) => {
            moment.span(newest).map(|(first, _)| (first, i64::MAX))
        }
        (Field::Until, Predicate::Time(moment)) => {
            moment.until(newest).map(|last| (i64::MIN, last))
        }
        (_, Predicate::Time(moment)) => moment.span(newest),
        _ => None,
    };
    move |began, ended| span.is_some_and(|(first, last)| began <= last && ended >= first)
}

fn matching(names: &Interner, wanted: &NamePredicate) -> BitSet {
    BitSet::of(names.iter(), names.len(), |(_, name)| wanted.matches(name))
}

/// The records whose name is one of these.
fn named(
    names: &BitSet,
    column: &PagedColumn<Option<Symbol>, impl ColumnPage<Option<Symbol>>>,
) -> BitSet {
    if names.is_empty() {
        return BitSet::none(column.ranks());
    }
    BitSet::of(column.iter(), column.ranks(), |name| {
        name.is_some_and(|name| names.contains(name.at()))
    })
}

/// Whether walking the records of these names costs less than scanning the column.
fn are_rare<K: Tag>(
    names: &BitSet,
    column: &PagedColumn<Option<Symbol>, impl ColumnPage<Option<Symbol>>>,
    posting: &PostingList<K>,
) -> bool {
    let few = column.ranks().len() / 16;
    let mut records = 0;
    names.iter().all(|at| {
        records += posting.count(Symbol::new(at)) + 1;
        records <= few
    })
}

/// Whether a term on this field is answered from postings.
pub(super) fn is_posted(index: &Index, field: Field, test: &Predicate) -> bool {
    let (names, attempts, connections) = (&index.names, &index.attempts, &index.connections);
    match (field, test) {
        (Field::User, Predicate::Name(wanted)) => {
            let names = matching(&names.users, wanted);
            are_rare(&names, &attempts.user, &attempts.by_user)
        }
        (Field::Profile, Predicate::Name(wanted)) => {
            let names = matching(&names.profiles, wanted);
            are_rare(&names, &attempts.profile, &attempts.by_profile)
        }
        (Field::Ip, _) => connection::addresses(index, test).is_some_and(|names| {
            are_rare(
                &names,
                &connections.peer.address,
                &connections.peer.by_address,
            )
        }),
        _ => false,
    }
}

/// The same from posting lists if these names have few records.
fn posted<K: Tag>(
    names: &BitSet,
    column: &PagedColumn<Option<Symbol>, impl ColumnPage<Option<Symbol>>>,
    posting: &PostingList<K>,
) -> BitSet {
    if !are_rare(names, column, posting) {
        return named(names, column);
    }
    let mut bits = BitSet::none(column.ranks());
    for name in names.iter().map(Symbol::new) {
        let records = posting.recent(name);
        records.for_each(|record| bits.set(record.at()));
    }
    for number in column.live().pinned() {
        let number = *number as usize;
        let name = column.get(number);
        if name.is_some_and(|name| names.contains(name.at())) {
            bits.set(number);
        }
    }
    bits
}

/// The lines of these records, for a text search.
pub(super) fn lines_of(index: &Index, records: &BitSet, view: RecordKind) -> LineRequest {
    let mut wanted = LineRequest::default();
    let (connections, messages) = match view {
        RecordKind::Connections => (records.clone(), BitSet::none(index.messages.ranks())),
        RecordKind::Messages => (BitSet::none(index.connections.ranks()), records.clone()),
        RecordKind::Attempts => (
            attempts_connections(index, records),
            BitSet::none(index.messages.ranks()),
        ),
        RecordKind::Deliveries => (
            deliveries_connections(index, records),
            deliveries_messages(index, records),
        ),
    };
    for id in connections.ids() {
        wanted.add_connection(&index.connection(id));
    }
    for id in messages.ids() {
        wanted.add_message(&index.message(id));
    }
    wanted
}

/// The connections on which these attempts were made.
pub(super) fn attempts_connections(index: &Index, attempts: &BitSet) -> BitSet {
    let of = |at| index.attempts.connection.get(at);
    BitSet::of_ids(index.connections.ranks(), attempts.iter().map(of))
}

fn deliveries_connections(index: &Index, deliveries: &BitSet) -> BitSet {
    let of = |at| index.deliveries.connection.get(at);
    BitSet::of_ids(index.connections.ranks(), deliveries.iter().filter_map(of))
}

fn recipients_messages(index: &Index, recipients: &BitSet) -> BitSet {
    let of = |at| index.recipients.message.get(at);
    BitSet::of_ids(index.messages.ranks(), recipients.iter().map(of))
}

fn messages_of_deliveries(index: &Index) -> impl Iterator<Item = usize> + '_ {
    let recipients = &index.recipients;
    let of_deliveries = index.deliveries.recipient.iter();
    of_deliveries.map(|id| recipients.message.get(id.at()).at())
}

pub(super) fn messages_deliveries(index: &Index, messages: &BitSet) -> BitSet {
    let count = index.deliveries.ranks();
    if messages.is_empty() {
        return BitSet::none(count);
    }
    BitSet::of(messages_of_deliveries(index), count, |message| {
        messages.contains(message)
    })
}

fn deliveries_messages(index: &Index, deliveries: &BitSet) -> BitSet {
    let of = |at| {
        let recipient = index.deliveries.recipient.get(at);
        index.recipients.message.get(recipient.at())
    };
    BitSet::of_ids(index.messages.ranks(), deliveries.iter().map(of))
}

/// The connections that received or delivered these messages.
pub(super) fn messages_connections(index: &Index, messages: &BitSet) -> BitSet {
    let out = deliveries_connections(index, &messages_deliveries(index, messages));
    let of = |at| index.messages.connection.get(at);
    out.or(&BitSet::of_ids(
        index.connections.ranks(),
        messages.iter().filter_map(of),
    ))
}

/// The messages that one of these connections received or delivered.
pub(super) fn connections_messages(index: &Index, connections: &BitSet) -> BitSet {
    let columns = &index.messages;
    if connections.is_empty() {
        return BitSet::none(columns.ranks());
    }
    let has =
        |id: Option<crate::index::ConnectionId>| id.is_some_and(|id| connections.contains(id.at()));
    let mut messages = BitSet::of(columns.connection.iter(), columns.ranks(), has);
    let deliveries = &index.deliveries;
    let went = deliveries
        .connection
        .iter()
        .zip(deliveries.recipient.iter());
    went.filter(|(connection, _)| has(*connection))
        .for_each(|(_, recipient)| messages.set(index.recipients.message.get(recipient.at()).at()));
    messages
}
