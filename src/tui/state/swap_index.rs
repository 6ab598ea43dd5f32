//! Replaces the index of the end of a large log, which is shown at once, by that of the whole log. Records have other
//! numbers there.

use super::{App, Effect, Feed, Preview, SearchState};
use crate::index::Index;
use crate::query::TextMatches;
use crate::tui::columns::record::Record;
use crate::tui::state::log::LogView;
use crate::tui::state::triage_state::TriageState;

impl App {
    pub(crate) fn show_newest(&mut self) {
        if let Feed::Loading(progress) = self.feed.phase {
            self.feed.phase = Feed::Newest(progress);
        }
    }

    /// Selected, opened and marked records keep their state under their new numbers; positions in the log and the
    /// history do not.
    pub(crate) fn show_whole(&mut self, part: &Index, whole: &Index) -> Vec<Effect> {
        let moved = |record: Record| record.in_whole(part, whole);
        for table in &mut self.records.tables {
            let selected = table.selected().filter(|_| table.scroll.cursor > 0);
            table.forget(selected.and_then(moved));
        }
        let opened: Vec<Record> = (self.pages.drain(..))
            .map_while(|page| moved(page.lines.record))
            .collect();
        let wanted = std::mem::take(&mut self.records.triage.wanted);
        self.records.triage = TriageState::default();
        self.records.triage.wanted = wanted;
        self.records.sources.restart();
        for record in opened {
            self.open_page(record, whole);
        }
        self.records.marks = std::mem::take(&mut self.records.marks)
            .into_iter()
            .filter_map(moved)
            .collect();
        self.back_stack.clear();
        self.log = LogView::default();
        self.preview = Preview::default();
        self.feed.paused = self.feed.paused.map(|_| whole.totals().entries);
        (self.filter.hits, self.filter.search) = (TextMatches::none(), SearchState::Done);
        let filter = std::mem::take(&mut self.filter.active);
        self.apply_filter(filter);
        self.refresh_soon();
        std::mem::take(&mut self.effects)
    }
}
