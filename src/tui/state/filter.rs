//! The filter, and the search of the log's text that it may need.

use std::sync::Arc;
use std::time::Duration;

use super::refresh::REST;
use super::{App, Effect};
use crate::index::Index;
use crate::query::{self, Query, TextMatches};
use crate::tui::theme::Role;

/// How far the log has been searched for a filter's texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum SearchState {
    /// To its end, or the filter has no text.
    #[default]
    Done,
    /// Bytes read; the rows are still those of the filter before.
    First(u64),
    /// The part that was appended is being searched.
    Further,
}

#[derive(Debug, Default)]
pub(crate) struct FilterState {
    /// The filter last applied with Enter.
    pub kept: String,
    /// The effective filter: while a filter is being typed, its last text without an error.
    pub active: Arc<Query>,
    pub hits: TextMatches,
    pub search: SearchState,
    /// Whether the rows already show the matches so far.
    pub(super) partial: bool,
    /// The index's generation at the last search.
    searched_at: u64,
    /// When the last search began, and when the next may begin: times since the start.
    searched: (Duration, Duration),
    /// How long the last rows took to compute.
    pub took: Option<Duration>,
}

impl FilterState {
    /// Whether rows can be computed: not while the first search has no matches to show.
    pub(super) fn is_answered(&self) -> bool {
        self.search == SearchState::Done || self.partial
    }

    /// When to search the appended part of the log: a time since the start.
    pub(super) fn due(&self, index: &Index) -> Option<Duration> {
        let is_due = self.search == SearchState::Done
            && self.active.needs_text()
            && self.searched_at != index.generation();
        is_due.then_some(self.searched.1)
    }

    /// Searches the appended part if that is due; `paused` holds it back.
    pub(super) fn search_again(
        &mut self,
        index: &Index,
        now: Duration,
        paused: bool,
    ) -> Option<Effect> {
        let (began, again) = self.searched;
        match self.search {
            SearchState::Done if !self.active.needs_text() => None,
            SearchState::Done if began > again => {
                // It has just ended; the next one waits in proportion.
                self.searched = (began, now + (now - began) * REST);
                None
            }
            SearchState::Done
                if self.searched_at != index.generation() && now >= again && !paused =>
            {
                self.searched_at = index.generation();
                self.searched = (now, Duration::ZERO);
                self.search = SearchState::Further;
                let hits = std::mem::take(&mut self.hits);
                Some(Effect::Search(Arc::clone(&self.active), hits))
            }
            SearchState::First(0) if began <= again => {
                self.searched_at = index.generation();
                self.searched = (now.max(Duration::from_nanos(1)), Duration::ZERO);
                None
            }
            _ => None,
        }
    }
}

impl App {
    /// Parses and keeps a filter, or shows its error.
    pub(super) fn set_filter_text(&mut self, text: &str) {
        match query::parse_with(text, &self.settings.saved) {
            Ok(filter) => self.set_filter(filter),
            Err(error) => self.note(Role::Failed, error.message()),
        }
    }

    pub(super) fn set_filter(&mut self, filter: impl Into<Arc<Query>>) {
        let filter = filter.into();
        filter.text().clone_into(&mut self.filter.kept);
        self.apply_filter(filter);
    }

    pub(super) fn restore_filter(&mut self) {
        if let Ok(kept) = query::parse_with(&self.filter.kept, &self.settings.saved) {
            self.apply_filter(kept);
        }
    }

    /// Makes a filter effective without keeping it.
    pub(super) fn apply_filter(&mut self, filter: impl Into<Arc<Query>>) {
        let filter = filter.into();
        if filter.text() == self.filter.active.text() {
            return;
        }
        let was_searching = self.filter.search != SearchState::Done;
        self.filter.active = filter;
        self.filter.partial = false;
        self.filter.hits = TextMatches::none();
        if self.filter.active.needs_text() {
            // The rows stay until matches are there.
            self.filter.search = SearchState::First(0);
            let filter = Arc::clone(&self.filter.active);
            let search = Effect::Search(filter, TextMatches::none());
            return self.effects.push(search);
        }
        self.filter.search = SearchState::Done;
        self.filter_changed();
        self.effects.extend(was_searching.then_some(Effect::Cancel));
    }

    pub(super) fn filter_changed(&mut self) {
        self.records.filter_changed(self.filter.active.text());
    }
}
