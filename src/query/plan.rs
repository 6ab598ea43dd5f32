//! Evaluates a query for all records of a kind: each term over its own table, joined as bit sets.
//!
//! A field of another kind of record is evaluated on the linked records: a connection matches a
//! message's field through the messages it carried, a message matches a connection's field through
//! the connections that received or delivered it, attempts and deliveries through their connection
//! and message. Only direct links are followed. Missing values never match a comparison, so
//! `-port:25` keeps records without a port.

use super::bitset::BitSet;
use super::eval::{self, RecordKind};
use super::explain::{AccessPath, PlanStep, PlanTrace, cost};
use super::field::Field;
use super::parse::{Expr, Written};
use super::value::Predicate;
use crate::header::Timestamp;
use crate::index::Index;
use crate::index::store::live_set::Ranks;
use crate::search::{TextMatches, TextPattern};

pub(super) struct Plan<'q> {
    expr: &'q Expr,
    texts: &'q [TextPattern],
    index: &'q Index,
    hits: &'q TextMatches,
    newest: Option<Timestamp>,
    trace_log: PlanTrace,
}

impl<'q> Plan<'q> {
    pub(super) fn new(
        expr: &'q Expr,
        texts: &'q [TextPattern],
        index: &'q Index,
        hits: &'q TextMatches,
    ) -> Self {
        Self {
            expr,
            texts,
            index,
            hits,
            newest: index.newest(),
            trace_log: PlanTrace::default(),
        }
    }

    pub(super) fn answer(&self, view: RecordKind) -> BitSet {
        self.expr(self.expr, view)
    }

    /// Evaluates, and returns the steps.
    pub(super) fn explained(mut self, view: RecordKind) -> (BitSet, Vec<PlanStep>) {
        self.trace_log = PlanTrace::enabled();
        let answer = self.answer(view);
        (answer, self.trace_log.steps())
    }

    /// An upper bound: the records that match if every text term does.
    pub(super) fn candidates(&self, view: RecordKind) -> BitSet {
        self.upper_bound(self.expr, view)
    }

    fn upper_bound(&self, expr: &Expr, view: RecordKind) -> BitSet {
        let all = BitSet::all(self.places(view));
        match expr {
            _ if !asks_lines(expr) => self.expr(expr, view),
            Expr::All(parts) => {
                let (lines, rest): (Vec<Expr>, Vec<Expr>) =
                    parts.iter().cloned().partition(asks_lines);
                let rest = self.all(&rest, view);
                lines
                    .iter()
                    .fold(rest, |all, part| all.and(&self.upper_bound(part, view)))
            }
            Expr::Any(parts) => parts
                .iter()
                .fold(BitSet::none(self.places(view)), |any, part| {
                    any.or(&self.upper_bound(part, view))
                }),
            Expr::Not(_) | Expr::Field(..) | Expr::Text(_) => all,
        }
    }

    fn places(&self, view: RecordKind) -> Ranks {
        match view {
            RecordKind::Connections => self.index.connections.ranks(),
            RecordKind::Messages => self.index.messages.ranks(),
            RecordKind::Attempts => self.index.attempts.ranks(),
            RecordKind::Deliveries => self.index.deliveries.ranks(),
        }
    }

    fn expr(&self, expr: &Expr, view: RecordKind) -> BitSet {
        match expr {
            Expr::All(parts) => self.all(parts, view),
            _ if is_of_attempt(expr) => self.attempt(&[expr], view),
            Expr::Any(parts) => {
                let none = BitSet::none(self.places(view));
                parts
                    .iter()
                    .fold(none, |any, part| any.or(&self.expr(part, view)))
            }
            Expr::Not(part) => self.expr(part, view).not(),
            Expr::Field(field, test) => self.trace(expr, || self.field(*field, test, view)),
            Expr::Text(term) => self.trace(expr, || self.text(*term, view)),
        }
    }

    /// Terms side by side; those on an attempt's fields must match the same attempt.
    fn all(&self, parts: &[Expr], view: RecordKind) -> BitSet {
        let (of_attempt, mut others): (Vec<&Expr>, Vec<&Expr>) =
            parts.iter().partition(|part| is_of_attempt(part));
        // Cheap terms come first: they may leave no record for the others.
        others.sort_by_key(|part| cost_of(part));
        let mut all = BitSet::all(self.places(view));
        if !of_attempt.is_empty() {
            all = self.attempt(&of_attempt, view);
        }
        for part in others {
            if all.is_empty() {
                self.trace_log.skip(|| self.written(part));
                continue;
            }
            all = all.and(&self.expr(part, view));
        }
        all
    }

    /// The records with one attempt that matches all parts. A connection without any attempt
    /// matches if each part includes `auth:none`.
    fn attempt(&self, parts: &[&Expr], view: RecordKind) -> BitSet {
        let all = BitSet::all(self.index.attempts.ranks());
        let attempts = parts
            .iter()
            .fold(all, |all, part| all.and(&self.one_attempt(part)));
        if view == RecordKind::Attempts {
            return attempts;
        }
        let columns = &self.index.connections;
        let mut connections = eval::attempts_connections(self.index, &attempts);
        if parts.iter().all(|part| asks_for_none(part)) {
            let last = columns.newest.attempt.iter();
            connections = connections.or(&BitSet::of(last, columns.ranks(), |last| last.is_none()));
        }
        self.of_connections(connections, view)
    }

    fn one_attempt(&self, expr: &Expr) -> BitSet {
        let places = self.index.attempts.ranks();
        match expr {
            Expr::All(parts) => parts.iter().fold(BitSet::all(places), |all, part| {
                all.and(&self.one_attempt(part))
            }),
            Expr::Any(parts) => parts.iter().fold(BitSet::none(places), |any, part| {
                any.or(&self.one_attempt(part))
            }),
            Expr::Field(field, test) => self.trace(expr, || {
                eval::attempts(self.index, *field, test, self.newest)
                    .unwrap_or_else(|| BitSet::none(places))
            }),
            Expr::Not(_) | Expr::Text(_) => BitSet::none(places),
        }
    }

    /// The view's records that belong to one of these connections.
    fn of_connections(&self, connections: BitSet, view: RecordKind) -> BitSet {
        let index = self.index;
        if connections.is_empty() {
            return BitSet::none(self.places(view));
        }
        match view {
            RecordKind::Connections => connections,
            RecordKind::Messages => eval::connections_messages(index, &connections),
            RecordKind::Attempts => {
                let columns = &index.attempts;
                BitSet::of(columns.connection.iter(), columns.ranks(), |id| {
                    connections.contains(id.at())
                })
            }
            RecordKind::Deliveries => {
                let columns = &index.deliveries;
                BitSet::of(columns.connection.iter(), columns.ranks(), |id| {
                    id.is_some_and(|id| connections.contains(id.at()))
                })
            }
        }
    }

    fn field(&self, field: Field, test: &Predicate, view: RecordKind) -> BitSet {
        let (index, newest) = (self.index, self.newest);
        let itself = match view {
            RecordKind::Connections => eval::connections(index, field, test, newest),
            RecordKind::Messages => eval::messages(index, field, test, newest),
            RecordKind::Attempts => eval::attempts(index, field, test, newest),
            RecordKind::Deliveries => eval::deliveries(index, field, test, newest),
        };
        let linked = || match view {
            RecordKind::Connections if is_carried(field) => {
                eval::messages(index, field, test, newest)
                    .map(|messages| eval::messages_connections(index, &messages))
            }
            RecordKind::Connections => None,
            // `state` means something else for a connection than for the records linked to it.
            _ if matches!(field, Field::State) => None,
            _ => eval::connections(index, field, test, newest)
                .map(|connections| self.of_connections(connections, view)),
        };
        itself
            .or_else(linked)
            .unwrap_or_else(|| BitSet::none(self.places(view)))
    }

    fn trace(&self, expr: &Expr, answer: impl FnOnce() -> BitSet) -> BitSet {
        self.trace_log
            .note(|| (self.written(expr), self.access_path(expr)), answer)
    }

    fn written(&self, expr: &Expr) -> String {
        Written(expr, self.texts).to_string()
    }

    fn access_path(&self, expr: &Expr) -> AccessPath {
        match expr {
            Expr::Field(field, test) if eval::is_posted(self.index, *field, test) => {
                AccessPath::Postings
            }
            Expr::Field(Field::Subject | Field::Msgid | Field::Enhanced, _) => AccessPath::Texts,
            Expr::Text(_) => AccessPath::RawLines,
            _ => AccessPath::Column,
        }
    }

    fn text(&self, term: usize, kind: RecordKind) -> BitSet {
        let index = self.index;
        let (in_connections, in_messages) = self.hits.records(term, index);
        let connections = BitSet::of_ids(index.connections.ranks(), in_connections);
        let messages = BitSet::of_ids(index.messages.ranks(), in_messages);
        match kind {
            RecordKind::Messages => messages,
            RecordKind::Deliveries => eval::messages_deliveries(index, &messages)
                .or(&self.of_connections(connections, kind)),
            _ => self.of_connections(connections, kind),
        }
    }
}

fn asks_lines(expr: &Expr) -> bool {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().any(asks_lines),
        Expr::Not(part) => asks_lines(part),
        Expr::Field(..) => false,
        Expr::Text(_) => true,
    }
}

fn cost_of(expr: &Expr) -> u8 {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().map(cost_of).max().unwrap_or(0),
        Expr::Not(part) => cost_of(part),
        Expr::Field(field, _) => cost(*field),
        Expr::Text(_) => 3,
    }
}

/// Fields that a connection matches through the messages it carried.
fn is_carried(field: Field) -> bool {
    use Field::{Domain, From, Mid, Msgid, Rid, Size, Subject, To};
    matches!(
        field,
        Mid | Rid | From | To | Domain | Subject | Msgid | Size
    )
}

/// Whether the expression refers to one attempt: terms on its fields, without NOT, which refers to
/// the whole record.
fn is_of_attempt(expr: &Expr) -> bool {
    match expr {
        Expr::Field(field, _) => {
            matches!(
                field,
                Field::User | Field::Auth | Field::Mechanism | Field::Profile
            )
        }
        Expr::All(parts) | Expr::Any(parts) => !parts.is_empty() && parts.iter().all(is_of_attempt),
        Expr::Not(_) | Expr::Text(_) => false,
    }
}

/// Whether the expression holds for a record without any attempt.
fn asks_for_none(expr: &Expr) -> bool {
    match expr {
        Expr::Field(Field::Auth, Predicate::Words(words)) => words & eval::AUTH_NONE != 0,
        Expr::All(parts) => parts.iter().all(asks_for_none),
        Expr::Any(parts) => parts.iter().any(asks_for_none),
        _ => false,
    }
}
