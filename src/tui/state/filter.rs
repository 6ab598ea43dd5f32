//! All that the interface asks the query language, in one place.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use crate::index::{ConnectionId, Index, MessageId};
use crate::pipeline::SharedIndex;
use crate::position::SourceId;
use crate::query;
use crate::source::Sources;

pub use crate::query::{Completion, SearchProgress, TextMatches};

/// Why a text is no filter.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// What is wrong and what was expected, in one safe line.
    pub message: String,
    /// The place in the text, in bytes.
    pub at: usize,
}

/// A filter that can be read.
#[derive(Clone, Debug)]
pub struct Filter {
    text: String,
    query: Arc<query::Query>,
}

impl Filter {
    /// Reads the text.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str, saved: &query::Saved) -> Result<Self, Problem> {
        let problem = |error: query::QueryError| Problem {
            message: crate::safe::text(error.message()).into_owned(),
            at: error.range().start.min(text.len()),
        };
        let query = query::parse_with(text, saved).map_err(problem)?;
        Ok(Self {
            text: text.to_owned(),
            query: Arc::new(query),
        })
    }

    /// The filter that keeps everything.
    pub fn none() -> Self {
        Self::parse("", &query::Saved::default()).expect("the empty query holds for everything")
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it keeps everything.
    pub fn is_empty(&self) -> bool {
        self.query.is_empty()
    }

    /// Whether the log must be read before it can be answered.
    pub fn needs_text(&self) -> bool {
        self.query.needs_text()
    }

    /// Connections that match, in the order in which they were first seen.
    pub fn connections(&self, index: &Index, hits: &TextMatches) -> Vec<ConnectionId> {
        self.query.connections(index, hits)
    }

    /// Messages that match, in the order in which they were first seen.
    pub fn messages(&self, index: &Index, hits: &TextMatches) -> Vec<MessageId> {
        self.query.messages(index, hits)
    }

    /// Reads only the lines of the records that the filter's fields leave, where these are few; `None` where they are not.
    ///
    /// # Errors
    /// When a source cannot be read.
    pub fn search_few(
        &self,
        index: &SharedIndex,
        sources: &Sources,
        stop: &AtomicBool,
    ) -> std::io::Result<Option<TextMatches>> {
        let sources_of = (0..sources.len()).map(SourceId::new);
        let whole = sources_of.map(|source| sources.emitted_bytes(source)).sum();
        let kinds = [query::RecordKind::Connections, query::RecordKind::Messages];
        let few = self.query.restricted(&index.read(), &kinds, whole);
        few.map(|few| TextMatches::search_lines(&self.query, sources, &few, stop))
            .transpose()
    }

    /// Reads the log for what [`Filter::needs_text`], from where `hits` was read to and for as long as `until` allows;
    /// `tell` hears of bytes read.
    ///
    /// # Errors
    /// When a source cannot be read.
    pub fn search(
        &self,
        hits: &mut TextMatches,
        sources: &Sources,
        stop: &AtomicBool,
        until: Instant,
        tell: &mut dyn FnMut(u64),
    ) -> std::io::Result<SearchProgress> {
        hits.advance(&self.query, sources, stop, Some(until), tell)
    }
}

/// What may stand at the cursor.
pub fn complete(text: &str, cursor: usize, index: &Index, saved: &query::Saved) -> Vec<Completion> {
    query::complete(text, cursor, index, saved)
}

/// A filter narrowed by a further term.
pub fn and(filter: &str, term: &str) -> String {
    let filter = filter.trim();
    // What stands beside a term binds more closely than OR.
    let has_or = filter
        .split_whitespace()
        .any(|word| word.eq_ignore_ascii_case("or"));
    match (filter.is_empty(), has_or) {
        (true, _) => term.to_owned(),
        (false, true) => format!("({filter}) {term}"),
        (false, false) => format!("{filter} {term}"),
    }
}

/// `field:value`, quoted where it must be.
pub fn term(field: &str, value: &str) -> String {
    format!("{field}:{}", query::quote(value))
}
