//! A query's answer for all records of a kind: each term over its own table, joined as sets of bits.
//!
//! Links: a connection answers a message's fields through the messages it carried, a message answers a connection's
//! fields through any connection it came by or went out on, attempts and deliveries answer theirs through what they are
//! part of. Nothing is followed further. A value that the log did not give answers no comparison, so `-port:25` keeps
//! records without a port.

use super::bits::Bits;
use super::explain::{Journal, Step, Way, cost};
use super::field::Field;
use super::own;
use super::parse::Expr;
use super::value::Test;
use super::{Hits, Query};
use crate::header::Stamp;
use crate::index::Index;
use crate::index::store::live_set::Ranks;

/// The kind of records that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// Connections in both directions.
    Connections,
    /// Messages.
    Messages,
    /// Authentication attempts.
    Attempts,
    /// Deliveries, one a recipient and attempt.
    Deliveries,
}

pub(super) struct Plan<'q> {
    query: &'q Query,
    index: &'q Index,
    hits: &'q Hits,
    newest: Option<Stamp>,
    journal: Journal,
}

impl<'q> Plan<'q> {
    pub fn new(query: &'q Query, index: &'q Index, hits: &'q Hits) -> Self {
        Self {
            query,
            index,
            hits,
            newest: index.newest(),
            journal: Journal::default(),
        }
    }

    pub fn answer(&self, view: View) -> Bits {
        self.expr(&self.query.expr, view)
    }

    /// Answers, and tells how.
    pub fn explained(mut self, view: View) -> (Bits, Vec<Step>) {
        self.journal = Journal::kept();
        let answer = self.answer(view);
        (answer, self.journal.steps())
    }

    /// The records that could hold as far as anything but raw lines tells: words in lines are taken to be there.
    pub fn candidates(&self, view: View) -> Bits {
        self.upper(&self.query.expr, view)
    }

    fn upper(&self, expr: &Expr, view: View) -> Bits {
        let all = Bits::all(self.places(view));
        match expr {
            _ if !asks_lines(expr) => self.expr(expr, view),
            Expr::All(parts) => {
                let (lines, rest): (Vec<Expr>, Vec<Expr>) =
                    parts.iter().cloned().partition(asks_lines);
                let rest = self.all(&rest, view);
                lines
                    .iter()
                    .fold(rest, |all, part| all.and(&self.upper(part, view)))
            }
            Expr::Any(parts) => parts
                .iter()
                .fold(Bits::none(self.places(view)), |any, part| {
                    any.or(&self.upper(part, view))
                }),
            Expr::Not(_) | Expr::Field(..) | Expr::Text(_) => all,
        }
    }

    fn places(&self, view: View) -> Ranks {
        match view {
            View::Connections => self.index.connections.ranks(),
            View::Messages => self.index.messages.ranks(),
            View::Attempts => self.index.attempts.ranks(),
            View::Deliveries => self.index.deliveries.ranks(),
        }
    }

    fn expr(&self, expr: &Expr, view: View) -> Bits {
        match expr {
            Expr::All(parts) => self.all(parts, view),
            _ if is_of_attempt(expr) => self.attempt(&[expr], view),
            Expr::Any(parts) => {
                let none = Bits::none(self.places(view));
                parts
                    .iter()
                    .fold(none, |any, part| any.or(&self.expr(part, view)))
            }
            Expr::Not(part) => self.expr(part, view).not(),
            Expr::Field(field, test) => self.noted(expr, || self.field(*field, test, view)),
            Expr::Text(term) => self.noted(expr, || self.text(*term, view)),
        }
    }

    /// Terms side by side; those on one attempt's fields speak of the same attempt.
    fn all(&self, parts: &[Expr], view: View) -> Bits {
        let (of_attempt, mut others): (Vec<&Expr>, Vec<&Expr>) =
            parts.iter().partition(|part| is_of_attempt(part));
        // What is cheap to ask comes first: it may leave nothing for the rest.
        others.sort_by_key(|part| dear(part));
        let mut all = Bits::all(self.places(view));
        if !of_attempt.is_empty() {
            all = self.attempt(&of_attempt, view);
        }
        for part in others {
            if all.is_empty() {
                self.journal.skip(|| self.written(part));
                continue;
            }
            all = all.and(&self.expr(part, view));
        }
        all
    }

    /// The records with one attempt for which all of these hold. A connection without any attempt holds where each of
    /// them asks for `auth:none`.
    fn attempt(&self, parts: &[&Expr], view: View) -> Bits {
        let all = Bits::all(self.index.attempts.ranks());
        let attempts = parts
            .iter()
            .fold(all, |all, part| all.and(&self.one_attempt(part)));
        if view == View::Attempts {
            return attempts;
        }
        let columns = &self.index.connections;
        let mut connections = own::attempts_connections(self.index, &attempts);
        if parts.iter().all(|part| asks_for_none(part)) {
            let last = columns.last_attempt.iter();
            connections = connections.or(&Bits::of(last, columns.ranks(), |last| last.is_none()));
        }
        self.of_connections(connections, view)
    }

    fn one_attempt(&self, expr: &Expr) -> Bits {
        let places = self.index.attempts.ranks();
        match expr {
            Expr::All(parts) => parts.iter().fold(Bits::all(places), |all, part| {
                all.and(&self.one_attempt(part))
            }),
            Expr::Any(parts) => parts.iter().fold(Bits::none(places), |any, part| {
                any.or(&self.one_attempt(part))
            }),
            Expr::Field(field, test) => self.noted(expr, || {
                own::attempts(self.index, *field, test, self.newest)
                    .unwrap_or_else(|| Bits::none(places))
            }),
            Expr::Not(_) | Expr::Text(_) => Bits::none(places),
        }
    }

    /// The view's records that belong to one of these connections.
    fn of_connections(&self, connections: Bits, view: View) -> Bits {
        let index = self.index;
        if connections.is_empty() {
            return Bits::none(self.places(view));
        }
        match view {
            View::Connections => connections,
            View::Messages => own::connections_messages(index, &connections),
            View::Attempts => {
                let columns = &index.attempts;
                Bits::of(columns.connection.iter(), columns.ranks(), |id| {
                    connections.has(id.at())
                })
            }
            View::Deliveries => {
                let columns = &index.deliveries;
                Bits::of(columns.connection.iter(), columns.ranks(), |id| {
                    id.is_some_and(|id| connections.has(id.at()))
                })
            }
        }
    }

    fn field(&self, field: Field, test: &Test, view: View) -> Bits {
        let (index, newest) = (self.index, self.newest);
        let itself = match view {
            View::Connections => own::connections(index, field, test, newest),
            View::Messages => own::messages(index, field, test, newest),
            View::Attempts => own::attempts(index, field, test, newest),
            View::Deliveries => own::deliveries(index, field, test, newest),
        };
        let linked = || match view {
            View::Connections if is_carried(field) => own::messages(index, field, test, newest)
                .map(|messages| own::messages_connections(index, &messages)),
            View::Connections => None,
            // Of a connection these would say something else than of what it is linked to.
            _ if matches!(field, Field::State) => None,
            _ => own::connections(index, field, test, newest)
                .map(|connections| self.of_connections(connections, view)),
        };
        itself
            .or_else(linked)
            .unwrap_or_else(|| Bits::none(self.places(view)))
    }

    fn noted(&self, expr: &Expr, answer: impl FnOnce() -> Bits) -> Bits {
        self.journal
            .note(|| (self.written(expr), self.way(expr)), answer)
    }

    /// The term in its normal form.
    fn written(&self, expr: &Expr) -> String {
        let query = Query {
            expr: expr.clone(),
            texts: self.query.texts.clone(),
        };
        query.to_string()
    }

    fn way(&self, expr: &Expr) -> Way {
        match expr {
            Expr::Field(field, test) if own::is_posted(self.index, *field, test) => Way::Postings,
            Expr::Field(Field::Subject | Field::Msgid | Field::Enhanced, _) => Way::Texts,
            Expr::Text(_) => Way::RawLines,
            _ => Way::Column,
        }
    }

    fn text(&self, term: usize, view: View) -> Bits {
        let (connections, messages) = self.hits.records(term, self.index);
        match view {
            View::Messages => messages,
            View::Deliveries => own::messages_deliveries(self.index, &messages)
                .or(&self.of_connections(connections, view)),
            _ => self.of_connections(connections, view),
        }
    }
}

/// Whether raw lines are needed to answer it.
fn asks_lines(expr: &Expr) -> bool {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().any(asks_lines),
        Expr::Not(part) => asks_lines(part),
        Expr::Field(..) => false,
        Expr::Text(_) => true,
    }
}

/// How dear an expression is to ask.
fn dear(expr: &Expr) -> u8 {
    match expr {
        Expr::All(parts) | Expr::Any(parts) => parts.iter().map(dear).max().unwrap_or(0),
        Expr::Not(part) => dear(part),
        Expr::Field(field, _) => cost(*field),
        Expr::Text(_) => 3,
    }
}

/// Fields that a connection answers through the messages it carried.
fn is_carried(field: Field) -> bool {
    use Field::{Domain, From, Mid, Msgid, Rid, Size, Subject, To};
    matches!(
        field,
        Mid | Rid | From | To | Domain | Subject | Msgid | Size
    )
}

/// Whether the expression speaks of one attempt: terms on its fields, without a NOT, which speaks of the whole record.
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
        Expr::Field(Field::Auth, Test::Words(words)) => words & own::AUTH_NONE != 0,
        Expr::All(parts) => parts.iter().all(asks_for_none),
        Expr::Any(parts) => parts.iter().any(asks_for_none),
        _ => false,
    }
}
