//! The rows of each table and their order.

use std::collections::HashMap;

use crate::header::Timestamp;
use crate::index::{ConnectionId, Direction, Index, Symbol};
use crate::judge::incident::Impact;
use crate::present::RouteRow;
use crate::query::aggregate::Users;
use crate::query::{Query, TextMatches};
use crate::tui::columns::Field;
use crate::tui::columns::record::Record;
use crate::tui::state::context::RenderContext;

/// How a table is sorted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Sort {
    pub field: Field,
    pub order: Order,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Order {
    /// The usual order of the column: newest, longest or failed first, names alphabetically.
    Natural,
    Reversed,
}

/// Whether open connections come first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PinOpen {
    /// While the log may grow.
    Yes,
    No,
}

impl Sort {
    /// By time, the newest first.
    pub(crate) const NEWEST: Self = Self {
        field: Field::Opened,
        order: Order::Natural,
    };

    fn by_time(self) -> bool {
        self.field == Field::Opened
    }

    /// Sorts rows by a key; the sort is stable.
    fn apply(self, rows: &mut [Record], mut key: impl FnMut(Record) -> u64) {
        let mut keyed: Vec<(u64, Record)> = rows.iter().map(|row| (key(*row), *row)).collect();
        match self.order {
            Order::Natural => keyed.sort_by_key(|(key, _)| *key),
            Order::Reversed => keyed.sort_by_key(|(key, _)| u64::MAX - *key),
        }
        for (row, (_, sorted)) in rows.iter_mut().zip(keyed) {
            *row = sorted;
        }
    }
}

/// Matching connections in order. The memory of `room` is reused: while a log grows, its rows are
/// computed many times a second, and allocating a new list took half of that time.
pub(crate) fn connections(
    index: &Index,
    filter: &Query,
    hits: &TextMatches,
    sort: Sort,
    pin_open: PinOpen,
    room: Vec<Record>,
) -> Vec<Record> {
    let mut rows = room;
    rows.clear();
    let is_open =
        |row: &Record| matches!(row, Record::Connection(id) if index.connection(*id).is_open());
    let pin_open = sort.by_time() && sort.order == Order::Natural && pin_open == PinOpen::Yes;
    if !filter.is_empty() {
        let matching = filter.connections(index, hits).into_iter().rev();
        rows.extend(matching.map(Record::Connection));
        if pin_open {
            let (open, closed): (Vec<_>, Vec<_>) = rows.into_iter().partition(is_open);
            rows = open;
            rows.extend(closed);
        }
    } else if pin_open {
        rows.extend(all_connections(index).filter(is_open));
        rows.extend(all_connections(index).filter(|row| !is_open(row)));
    } else {
        rows.extend(all_connections(index));
    }
    if sort.by_time() {
        if sort.order == Order::Reversed {
            rows.reverse();
        }
        return rows;
    }
    let sort_keys = SortKeys::new(index, sort.field);
    sort.apply(&mut rows, |row| match row {
        Record::Connection(id) => connection_key(index, &sort_keys, id, sort.field),
        _ => 0,
    });
    rows
}

/// Every connection, the newest first.
pub(crate) fn all_connections(index: &Index) -> impl Iterator<Item = Record> {
    let all = index.connections().rev();
    all.map(|connection| Record::Connection(connection.record()))
}

/// Every message, the newest first.
pub(crate) fn all_messages(index: &Index) -> impl Iterator<Item = Record> {
    let all = index.messages().rev();
    all.map(|message| Record::Message(message.record()))
}

/// The alphabetical rank of each name, by symbol.
#[derive(Default)]
struct SortKeys {
    first: Vec<u32>,
    second: Vec<u32>,
}

impl SortKeys {
    fn new(index: &Index, field: Field) -> Self {
        let names = &index.names;
        match field {
            Field::Peer => Self {
                first: addresses(index),
                ..Self::default()
            },
            Field::Login => Self {
                first: sort_keys(names.users.iter()),
                second: sort_keys(names.profiles.iter()),
            },
            _ => Self::default(),
        }
    }
}

fn addresses(index: &Index) -> Vec<u32> {
    let names = index.names.addresses.iter();
    let of = |(name, text)| (index.address(name), text, name);
    let mut order: Vec<_> = names.map(of).collect();
    order.sort_unstable();
    by_number(order.into_iter().map(|(_, _, name)| name))
}

fn sort_keys<'i>(names: impl Iterator<Item = (Symbol, &'i str)>) -> Vec<u32> {
    let mut order: Vec<(String, Symbol)> = names
        .map(|(name, text)| (text.to_lowercase(), name))
        .collect();
    order.sort_unstable();
    by_number(order.into_iter().map(|(_, name)| name))
}

fn by_number(order: impl ExactSizeIterator<Item = Symbol>) -> Vec<u32> {
    let mut sort_keys = vec![0; order.len()];
    for (rank, name) in (0u32..).zip(order) {
        sort_keys[name.at()] = rank;
    }
    sort_keys
}

fn connection_key(index: &Index, sort_keys: &SortKeys, id: ConnectionId, field: Field) -> u64 {
    let connection = index.connection(id);
    let rank = |sort_keys: &[u32], name: Option<Symbol>| {
        name.and_then(|name| sort_keys.get(name.at()))
            .map_or(u64::from(u32::MAX), |rank| u64::from(*rank))
    };
    match field {
        Field::Age => most_first(connection.duration(index.newest()).unwrap_or(-1) + 1),
        Field::Id => {
            u64::from(connection.direction() == Direction::Outbound) << 63
                | (u64::MAX >> 1).saturating_sub(connection.number())
        }
        Field::Peer => rank(&sort_keys.first, connection.remote_name()),
        Field::AuthResult => match connection.last_attempt() {
            Some(last) if !last.succeeded() => 0,
            Some(_) => 1 + u64::from(!connection.has_failed_auth()),
            None => 3,
        },
        Field::Login => match connection.last_attempt() {
            Some(last) if last.user_name().is_some() => rank(&sort_keys.first, last.user_name()),
            Some(last) => 1 << 40 | rank(&sort_keys.second, last.profile_name()),
            None => u64::MAX,
        },
        Field::Messages => {
            most_first(i64::try_from(connection.carried().len()).unwrap_or(i64::MAX))
        }
        _ => 0,
    }
}

fn most_first(value: i64) -> u64 {
    u64::MAX - u64::try_from(value).unwrap_or(0)
}

fn latest_first(time: Option<Timestamp>) -> u64 {
    most_first(time.map_or(0, Timestamp::seconds))
}

/// Matching messages in order.
pub(crate) fn messages(
    index: &Index,
    filter: &Query,
    hits: &TextMatches,
    sort: Sort,
    room: Vec<Record>,
) -> Vec<Record> {
    let mut rows = room;
    rows.clear();
    if filter.is_empty() {
        rows.extend(all_messages(index));
    } else {
        let matching = filter.messages(index, hits).into_iter().rev();
        rows.extend(matching.map(Record::Message));
    }
    if sort.by_time() {
        if sort.order == Order::Reversed {
            rows.reverse();
        }
        return rows;
    }
    let senders = if sort.field == Field::From {
        sort_keys(index.names.mail.iter())
    } else {
        Vec::new()
    };
    sort.apply(&mut rows, |row| {
        let Record::Message(id) = row else { return 0 };
        let message = index.message(id);
        match sort.field {
            Field::Mid => u64::MAX - message.mid().0,
            Field::Size => {
                let size = message.size();
                let size = size.map_or(-1, |size| i64::try_from(size).unwrap_or(i64::MAX));
                most_first(size + 1)
            }
            Field::State => state_key(message.common_state().word()),
            Field::From => {
                let sender = message.sender_name();
                sender.map_or(u64::MAX, |name| u64::from(senders[name.at()]))
            }
            _ => 0,
        }
    });
    rows
}

/// Failures sort first.
fn state_key(word: Option<&str>) -> u64 {
    const ORDER: [&str; 8] = [
        "bounced",
        "aborted",
        "mixed",
        "delayed",
        "dropped",
        "quarantined",
        "queued",
        "delivered",
    ];
    word.and_then(|word| ORDER.iter().position(|known| *known == word))
        .unwrap_or(ORDER.len()) as u64
}

/// The users of the matching connections, and the totals of their logins.
pub(crate) fn users(
    index: &Index,
    filter: &Query,
    hits: &TextMatches,
    sort: Sort,
) -> (Vec<Record>, Users) {
    let users = if filter.is_empty() {
        Users::of_attempts(index, index.attempts())
    } else {
        let connections = filter.connections(index, hits);
        let connections = connections.into_iter();
        Users::of_attempts(
            index,
            connections.flat_map(|id| index.connection(id).attempts()),
        )
    };
    let mut rows: Vec<Record> = users.names(index).into_iter().map(Record::User).collect();
    let names = sort_keys(index.names.users.iter());
    let order = Order::Natural;
    Sort { order, ..sort }.apply(&mut rows, |row| match row {
        Record::User(name) => u64::from(names[name.at()]),
        _ => 0,
    });
    sort.apply(&mut rows, |row| {
        let Record::User(name) = row else { return 0 };
        let user = users.of(name);
        match sort.field {
            Field::Failed => u64::MAX - user.totals.failed,
            Field::Succeeded => u64::MAX - user.totals.succeeded,
            Field::Sources => u64::MAX - user.sources,
            Field::Nets => u64::MAX - user.nets,
            Field::Failing => latest_first(user.totals.failing_since),
            Field::LastFailure => latest_first(user.totals.last_failure),
            Field::LastSuccess => latest_first(user.totals.last_success),
            _ => u64::from(names[name.at()]),
        }
    });
    (rows, users)
}

/// Routes, or groups of them; the triage results list failing ones first.
pub(crate) fn routes(known: RenderContext<'_>, sort: Sort) -> Vec<Record> {
    let mut rows = known.triage.route_rows().unwrap_or_default();
    let tail = known.triage.tail_rows();
    let places: HashMap<Record, u64> = (0..).zip(&rows).map(|(at, row)| (*row, at)).collect();
    let mut names: Vec<(String, Record)> = Vec::new();
    if sort.field == Field::Route {
        names = rows.iter().map(|row| (name(known, *row), *row)).collect();
        names.sort();
    }
    let sort_keys: HashMap<Record, u64> =
        (0..).zip(names).map(|(at, (_, row))| (row, at)).collect();
    sort.apply(&mut rows, |record| {
        let Some(row) = known.route(record) else {
            return u64::MAX;
        };
        match sort.field {
            // Worst first, which the state alone does not tell.
            Field::State => places.get(&record).copied().unwrap_or(u64::MAX),
            Field::Route => sort_keys.get(&record).copied().unwrap_or(u64::MAX),
            Field::Since => latest_first(row.since()),
            Field::Impact => u64::MAX - impact(&row),
            Field::Failed => u64::MAX - row.tally().failed(),
            Field::LastSuccess => latest_first(row.tally().last_ok),
            _ => 0,
        }
    });
    rows.extend(tail);
    rows
}

/// The recipients that its incident hit, else those that wait.
fn impact(row: &RouteRow<'_>) -> u64 {
    let Some(route) = row.destination() else {
        return row.tally().impact.recipients();
    };
    let of_incident = route.judgement.impact.as_ref();
    let hit = of_incident.map_or(route.traffic.waiting, Impact::recipients);
    u64::from(hit)
}

fn name(known: RenderContext<'_>, record: Record) -> String {
    match record {
        Record::Group(number) => {
            let group = known.triage.group(number);
            group
                .and_then(|group| group.key.clone())
                .unwrap_or_default()
        }
        Record::Route(id) => {
            let route = known.triage.route_shown(id);
            route.map_or_else(String::new, |route| route.name.clone())
        }
        record => record.title(known.index),
    }
}

/// Findings; the triage results list the worst first.
pub(crate) fn findings(known: RenderContext<'_>, sort: Sort) -> Vec<Record> {
    let mut rows = known.triage.finding_rows().to_vec();
    let places: HashMap<Record, u64> = (0..).zip(&rows).map(|(at, row)| (*row, at)).collect();
    sort.apply(&mut rows, |record| {
        let Record::Finding(number) = record else {
            return u64::MAX;
        };
        let Some(finding) = known.triage.finding(number) else {
            return u64::MAX;
        };
        match sort.field {
            // Worst first, which the severity alone does not tell.
            Field::Severity => places.get(&record).copied().unwrap_or(u64::MAX),
            Field::Kind => finding.kind as u64,
            Field::Since => latest_first(finding.since),
            _ => 0,
        }
    });
    rows
}

/// Sources; directories and patterns without a file come last.
pub(crate) fn sources(known: RenderContext<'_>, sort: Sort) -> Vec<Record> {
    let statuses = &known.files.statuses;
    let numbers = (0..).zip(statuses);
    let mut rows: Vec<Record> = numbers.map(|(at, _)| Record::Source(at)).collect();
    let mut appliances = vec![0; statuses.len()];
    if sort.field == Field::Appliance {
        let appliance = |(at, status)| {
            let parsed = known.files.parsed(status);
            let name = parsed.and_then(|parsed| parsed.appliance.as_deref());
            (name.unwrap_or_default(), at)
        };
        let mut names: Vec<(&str, usize)> = statuses.iter().enumerate().map(appliance).collect();
        names.sort_unstable();
        for (rank, (_, at)) in (0u64..).zip(names) {
            appliances[at] = rank;
        }
    }
    sort.apply(&mut rows, |record| {
        let Record::Source(number) = record else {
            return u64::MAX;
        };
        let at = number as usize;
        let status = &statuses[at];
        let parsed = known.files.parsed(status);
        match sort.field {
            Field::State => status.state as u64,
            Field::Appliance => appliances[at],
            Field::Size => u64::MAX - status.read,
            Field::Entries => u64::MAX - parsed.map_or(0, |parsed| parsed.entries),
            Field::LastEntry => latest_first(parsed.and_then(|parsed| parsed.newest)),
            // In the order in which they are read.
            _ => at as u64,
        }
    });
    rows
}
