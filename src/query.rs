//! The query language: which records and entries somebody asks for.
//!
//! [`parse()`] reads a query, [`Query`] answers which records of an [`Index`] hold. A term is answered for all records of
//! a kind at once, from columns and postings, as a set of bits; sets are joined by `and`, `or` and `not`. Words in raw
//! lines are looked for beforehand ([`TextMatches`]), without the index. [`field`] is the one table of fields, `complete`
//! the filter bar's suggestions, [`aggregate`] the sums by user and by profile.
//!
//! TokenKind is shown of the records, and how, is left to reports and screens.

pub mod aggregate;
mod bitset;
mod complete;
mod error;
mod eval;
mod explain;
pub mod field;
mod glob;
mod lex;
mod parse;
mod plan;
mod saved;
mod text;
mod time;
mod value;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::event::Entry;
use crate::header::Timestamp;
use crate::index::{AttemptId, ConnectionId, DeliveryId, Index, MessageId};
use crate::search::LineRequest;

pub use complete::{Completion, complete};
pub use error::QueryError;
pub use explain::{AccessPath, PlanStep};
pub use field::{FIELDS, Field, FieldDoc, ValueKind, nearest};
pub use lex::quote;
pub use plan::RecordKind;
pub use saved::Saved;
pub use text::{SearchProgress, TextMatches};
pub use value::{size, written_size};

/// Records' lines are read one by one only where they are so small a part of the log: a plain search is faster a byte.
const MOST_BYTES: u64 = 16;
/// To name the lines of more than this part of the records takes longer than that is worth.
const MOST_RECORDS: usize = 4;

/// A query that was read. Its `Display` is the query in normal form, which reads as the same query.
#[derive(Clone, PartialEq, Debug)]
pub struct Query {
    expr: parse::Expr,
    texts: Vec<text::TextPattern>,
}

/// Reads a query; the empty one holds for every record.
///
/// # Errors
/// When it cannot be read: what was expected, and where.
pub fn parse(query: &str) -> Result<Query, QueryError> {
    parse_with(query, &Saved::default())
}

/// Reads a query in which `@name` may stand for a saved one.
///
/// # Errors
/// When it cannot be read: what was expected, and where.
pub fn parse_with(query: &str, saved: &Saved) -> Result<Query, QueryError> {
    match parse::parse(query, saved) {
        Ok(parse::Parsed { expr, texts }) => Ok(Query { expr, texts }),
        Err(fault) => Err(fault.of(query)),
    }
}

/// Reads a duration as queries write it: seconds, or `5m`, `1h30m`, `30d`.
pub fn duration(text: &str) -> Option<std::time::Duration> {
    let seconds = time::duration(text)?;
    u64::try_from(seconds)
        .ok()
        .map(std::time::Duration::from_secs)
}

/// Writes a duration so that [`duration`] reads it.
pub fn written_duration(seconds: u64) -> String {
    time::write_duration(i128::from(seconds))
}

impl std::str::FromStr for Query {
    type Err = QueryError;

    fn from_str(query: &str) -> Result<Self, QueryError> {
        parse(query)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        parse::write(&self.expr, &self.texts, f)
    }
}

impl Query {
    /// Whether it holds for every record.
    pub fn is_empty(&self) -> bool {
        matches!(&self.expr, parse::Expr::All(parts) if parts.is_empty())
    }

    /// Whether raw lines must be searched ([`TextMatches::search`]) before it can be answered.
    pub fn needs_text(&self) -> bool {
        !self.texts.is_empty()
    }

    /// How many records of a kind hold, and what was done to find them.
    pub fn explain(
        &self,
        index: &Index,
        hits: &TextMatches,
        view: RecordKind,
    ) -> (usize, Vec<PlanStep>) {
        let (bits, steps) = plan::Plan::new(self, index, hits).explained(view);
        (bits.count(), steps)
    }

    /// The lines of the records for which it may hold as far as fields tell, where it asks for raw lines and these are so
    /// small a part of the log, of `whole` bytes, that they are sooner read than all of it.
    pub fn restricted(
        &self,
        index: &Index,
        kinds: &[RecordKind],
        whole: u64,
    ) -> Option<LineRequest> {
        let none = TextMatches::none();
        let plan = plan::Plan::new(self, index, &none);
        let mut wanted = LineRequest::default();
        for kind in kinds {
            let bits = plan.candidates(*kind);
            if bits.count() > bits.len() / MOST_RECORDS {
                return None;
            }
            wanted.extend(eval::lines_of(index, &bits, *kind));
        }
        (wanted.bytes() <= whole / MOST_BYTES).then_some(wanted)
    }

    /// The connections for which it holds, in the records' order.
    pub fn connections(&self, index: &Index, hits: &TextMatches) -> Vec<ConnectionId> {
        plan::Plan::new(self, index, hits)
            .answer(RecordKind::Connections)
            .ids()
    }

    /// The messages for which it holds, in the records' order.
    pub fn messages(&self, index: &Index, hits: &TextMatches) -> Vec<MessageId> {
        plan::Plan::new(self, index, hits)
            .answer(RecordKind::Messages)
            .ids()
    }

    /// The authentication attempts for which it holds, in the order of the log.
    pub fn attempts(&self, index: &Index, hits: &TextMatches) -> Vec<AttemptId> {
        plan::Plan::new(self, index, hits)
            .answer(RecordKind::Attempts)
            .ids()
    }

    /// The deliveries for which it holds, in the order of the log.
    pub fn deliveries(&self, index: &Index, hits: &TextMatches) -> Vec<DeliveryId> {
        plan::Plan::new(self, index, hits)
            .answer(RecordKind::Deliveries)
            .ids()
    }

    /// Whether it holds for one entry, by what the entry itself says: `line` is the entry as written, `appliance` as it
    /// is shown, `newest` the stamp that times count from.
    pub fn event(
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
