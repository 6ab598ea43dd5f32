//! The query language: which records and entries a query selects.
//!
//! [`parse()`] reads a query; [`Query`] evaluates it over an [`Index`]. Each term is evaluated for
//! all records of a kind at once, from columns and posting lists, into a bit set; the sets are
//! joined by `and`, `or` and `not`. Nothing here reads a file: bare words and regular expressions
//! are answered from [`TextMatches`], which `search` collects before. [`field`] is the one table of
//! fields, [`complete()`] makes suggestions for the filter bar, [`aggregate`] sums logins by user
//! and by profile.
//!
//! How records are shown is left to `report` and `tui`.

pub(crate) mod aggregate;
mod bitset;
mod complete;
mod error;
mod eval;
mod explain;
pub(crate) mod field;
mod glob;
mod lex;
mod parse;
mod plan;
mod quote;
mod saved;
mod term;
mod time;
mod value;

#[cfg(test)]
mod tests;

use std::fmt;

use plan::Plan;

use crate::event::Entry;
use crate::header::Timestamp;
use crate::index::store::column::{RecordId, Tag};
use crate::index::{AttemptId, ConnectionId, DeliveryId, Index, MessageId};
use crate::search::{LineRequest, TextPattern};

pub(crate) use crate::search::TextMatches;
pub(crate) use complete::{Completion, complete};
pub(crate) use error::QueryError;
pub(crate) use eval::RecordKind;
pub(crate) use explain::PlanStep;
pub(crate) use field::{FIELDS, Field, nearest};
pub(crate) use quote::quote;
pub(crate) use saved::Saved;
pub(crate) use term::{FilterTerm, and, filter_text, term};
pub(crate) use time::{duration, moment, written_duration};
pub(crate) use value::{size, written_size};

/// Lines are read record by record only if they make up at most this part of the log: a search of
/// the whole reads a byte faster.
const MOST_BYTES: u64 = 16;
/// To collect the lines of more than this part of the records takes longer than it saves.
const MOST_RECORDS: usize = 4;

/// A query that was read. Its `Display` is the normal form, which reads as the same query.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    text: String,
    expr: parse::Expr,
    texts: Vec<TextPattern>,
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        (&self.expr, &self.texts) == (&other.expr, &other.texts)
    }
}

/// The query that selects every record.
impl Default for Query {
    fn default() -> Self {
        Self {
            text: String::new(),
            expr: parse::Expr::All(Vec::new()),
            texts: Vec::new(),
        }
    }
}

/// Reads a query; the empty one selects every record.
pub(crate) fn parse(query: &str) -> Result<Query, QueryError> {
    parse_with(query, &Saved::default())
}

/// Reads a query in which `@name` may stand for a saved one.
pub(crate) fn parse_with(query: &str, saved: &Saved) -> Result<Query, QueryError> {
    match parse::parse(query, saved) {
        Ok(parse::Parsed { expr, texts }) => Ok(Query {
            text: query.to_owned(),
            expr,
            texts,
        }),
        Err(error) => Err(error.of(query)),
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", parse::Written(&self.expr, &self.texts))
    }
}

impl Query {
    /// As typed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether it selects every record.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(&self.expr, parse::Expr::All(parts) if parts.is_empty())
    }

    /// Whether raw lines must be searched before it can be evaluated.
    pub(crate) fn needs_text(&self) -> bool {
        !self.texts.is_empty()
    }

    /// What [`TextMatches`] must be searched for.
    pub(crate) fn texts(&self) -> &[TextPattern] {
        &self.texts
    }

    /// How many records of a kind it selects, and the steps of the evaluation.
    pub(crate) fn explain(
        &self,
        index: &Index,
        texts: &TextMatches,
        kind: RecordKind,
    ) -> (usize, Vec<PlanStep>) {
        let (bits, steps) = Plan::new(&self.expr, &self.texts, index, texts).explained(kind);
        (bits.count(), steps)
    }

    /// The lines of the records that its fields select, if they are so small a part of the log, of
    /// `log_bytes`, that it is faster to search only these.
    pub(crate) fn restricted(
        &self,
        index: &Index,
        kinds: &[RecordKind],
        log_bytes: u64,
    ) -> Option<LineRequest> {
        let none = TextMatches::none();
        let plan = Plan::new(&self.expr, &self.texts, index, &none);
        let mut wanted = LineRequest::default();
        for kind in kinds {
            let bits = plan.candidates(*kind);
            if bits.count() > bits.len() / MOST_RECORDS {
                return None;
            }
            wanted.extend(eval::lines_of(index, &bits, *kind));
        }
        (wanted.bytes() <= log_bytes / MOST_BYTES).then_some(wanted)
    }

    /// The selected connections, in the order of the records.
    pub(crate) fn connections(&self, index: &Index, texts: &TextMatches) -> Vec<ConnectionId> {
        self.select(index, texts, RecordKind::Connections)
    }

    /// The selected messages, in the order of the records.
    pub(crate) fn messages(&self, index: &Index, texts: &TextMatches) -> Vec<MessageId> {
        self.select(index, texts, RecordKind::Messages)
    }

    /// The selected authentication attempts, in the order of the log.
    pub(crate) fn attempts(&self, index: &Index, texts: &TextMatches) -> Vec<AttemptId> {
        self.select(index, texts, RecordKind::Attempts)
    }

    /// The selected deliveries, in the order of the log.
    pub(crate) fn deliveries(&self, index: &Index, texts: &TextMatches) -> Vec<DeliveryId> {
        self.select(index, texts, RecordKind::Deliveries)
    }

    fn select<K: Tag>(
        &self,
        index: &Index,
        texts: &TextMatches,
        kind: RecordKind,
    ) -> Vec<RecordId<K>> {
        let plan = Plan::new(&self.expr, &self.texts, index, texts);
        plan.answer(kind).ids()
    }

    /// Whether it selects one entry, by that entry alone: `line` is the entry as written,
    /// `appliance` as it is shown, `newest` the time from which relative times count back.
    pub(crate) fn event(
        &self,
        entry: &Entry<'_>,
        line: &[u8],
        appliance: Option<&str>,
        newest: Option<Timestamp>,
    ) -> bool {
        eval::EntryQuery {
            entry,
            line,
            appliance,
            newest,
        }
        .matches(&self.expr, &self.texts)
    }
}
