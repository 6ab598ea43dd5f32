//! The sources of the log: state and notices, as fetched last.

use std::collections::HashMap;
use std::time::Duration;

use super::Effect;
use crate::pipeline::{Noticed, ParseStatus, ParsedSource, SourceStatus, Sources};
use crate::position::SourceId;

/// The least time between two fetches.
const REST: Duration = Duration::from_millis(250);

#[derive(Clone, Debug, Default)]
pub(crate) struct SourceList {
    /// In the order in which they began; directories and patterns that are waited for come last.
    pub statuses: Vec<SourceStatus>,
    parsed: HashMap<SourceId, ParsedSource>,
    /// The newest last.
    pub notices: Vec<Noticed>,
    /// Older notices that are no longer kept.
    pub dropped: u64,
}

impl SourceList {
    pub(crate) fn of(sources: &Sources, parse_status: &ParseStatus) -> Self {
        let notices = sources.notices();
        Self {
            statuses: sources.statuses(),
            parsed: parse_status.all(),
            dropped: sources.notices_given().saturating_sub(notices.len() as u64),
            notices,
        }
    }

    /// What parsing found out about a source.
    pub(crate) fn parsed(&self, status: &SourceStatus) -> Option<&ParsedSource> {
        self.parsed.get(&status.source?)
    }

    /// A source's notices, the newest first.
    pub(crate) fn notices_of<'f>(
        &'f self,
        status: &'f SourceStatus,
    ) -> impl Iterator<Item = &'f Noticed> {
        let newest_first = self.notices.iter().rev();
        newest_first.filter(|noticed| {
            noticed.notice.path == status.path
                || noticed.source.is_some() && noticed.source == status.source
        })
    }
}

/// The list, and when to fetch it again.
#[derive(Debug, Default)]
pub(crate) struct SourcesState {
    pub list: SourceList,
    /// Counts the fetches.
    pub(super) serial: u64,
    /// The index's generation that was last fetched for.
    generation: Option<u64>,
    next: Duration,
}

impl SourcesState {
    pub(super) fn set(&mut self, list: SourceList) {
        self.list = list;
        self.serial += 1;
    }

    /// Marks the list as out of date.
    pub(super) fn expire(&mut self) {
        self.generation = None;
    }

    /// As [`expire`](Self::expire), without the pause before the next fetch.
    pub(super) fn restart(&mut self) {
        (self.generation, self.next) = (None, Duration::ZERO);
    }

    /// When to fetch again: a time since the start.
    pub(super) fn due(&self, generation: u64) -> Option<Duration> {
        (self.generation != Some(generation)).then_some(self.next)
    }

    pub(super) fn fetch(&mut self, generation: u64, now: Duration) -> Option<Effect> {
        self.due(generation).filter(|due| *due <= now)?;
        self.generation = Some(generation);
        self.next = now + REST;
        Some(Effect::Files)
    }
}

#[cfg(test)]
mod tests;
