//! The sources as the interface holds them: how each is doing, and what befell it.

use std::collections::HashMap;

use crate::pipeline::{ParseStatus, ParsedSource};
use crate::position::SourceId;
use crate::source::{Noticed, SourceStatus, Sources};

/// All sources, as they were when they were last looked at.
#[derive(Clone, Debug, Default)]
pub struct SourceList {
    /// How each is doing, in the order in which they began; behind them what is waited for.
    pub statuses: Vec<SourceStatus>,
    parsed: HashMap<SourceId, ParsedSource>,
    /// What happened to them, the newest last.
    pub notices: Vec<Noticed>,
    /// Notices that were given but are no longer kept.
    pub dropped: u64,
}

impl SourceList {
    /// The sources as they are now.
    pub fn of(sources: &Sources, parse_status: &ParseStatus) -> Self {
        let notices = sources.notices();
        Self {
            statuses: sources.statuses(),
            parsed: parse_status.all(),
            dropped: sources.notices_given().saturating_sub(notices.len() as u64),
            notices,
        }
    }

    /// What parsing found out about a source.
    pub fn parsed(&self, status: &SourceStatus) -> Option<&ParsedSource> {
        self.parsed.get(&status.source?)
    }

    /// What happened to a source, the newest first.
    pub fn notices_of<'f>(&'f self, status: &'f SourceStatus) -> impl Iterator<Item = &'f Noticed> {
        let newest_first = self.notices.iter().rev();
        newest_first.filter(|noticed| {
            noticed.notice.path == status.path
                || noticed.source.is_some() && noticed.source == status.source
        })
    }
}
