//! From the end of a large log, which is shown at once, to the whole of it: its records have other numbers.

use std::time::Duration;

use super::{App, Effect, Feed, SearchState};
use std::sync::Arc;

use crate::index::Index;
use crate::query::TextMatches;
use crate::tui::state::log::Log;
use crate::tui::state::record::Record;
use crate::tui::state::triage_state::TriageState;

impl App {
    /// Only the end of the log is shown until all of it was read.
    pub fn show_newest(&mut self) {
        if let Feed::Loading(progress) = self.feed {
            self.feed = Feed::Newest(progress);
        }
    }

    /// All of the log is there. What the reader has selected, opened and marked stays, under its new number; places in
    /// the log's view and the way back to them go.
    pub fn show_whole(&mut self, part: &Index, whole: &Index) -> Vec<Effect> {
        let moved = |record: Record| record.in_whole(part, whole);
        for table in self.tables_mut() {
            let selected = table.selected().filter(|_| table.cursor > 0);
            table.forget(selected.and_then(moved));
        }
        let opened: Vec<Record> = (self.pages.drain(..))
            .map_while(|page| moved(page.lines.record))
            .collect();
        let wanted = std::mem::take(&mut self.triage.wanted);
        self.triage = TriageState::default();
        self.triage.wanted = wanted;
        (self.files_of, self.next_files) = (None, Duration::ZERO);
        for record in opened {
            self.open_page(record, whole);
        }
        self.marks = std::mem::take(&mut self.marks)
            .into_iter()
            .filter_map(moved)
            .collect();
        self.line_marks.clear();
        self.back_stack.clear();
        self.log = Log::default();
        (self.preview, self.copying, self.finding) = (None, None, false);
        self.paused = self.paused.map(|_| whole.totals().entries);
        (self.filter.hits, self.filter.search) = (TextMatches::none(), SearchState::Done);
        let filter = std::mem::replace(&mut self.filter.active, Arc::default());
        let effects = self.apply_filter(filter);
        self.refresh_soon();
        effects
    }
}
