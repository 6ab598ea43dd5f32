//! Keeping what is shown up to date with the index, as often as it costs little.

use std::collections::HashSet;
use std::time::Duration;

use super::table::{Keep, Table};
use super::{App, Effect, Feed, Follow, RecordLines, SearchState, View};
use std::sync::Arc;

use crate::index::Index;
use crate::query::{Query, TextMatches};
use crate::search::LineRequest;
use crate::triage::RouteId;
use crate::tui::columns::RenderContext;
use crate::tui::state::page::{self, Page};
use crate::tui::state::record::Record;
use crate::tui::state::rows::{self, Order, PinOpen};
use crate::tui::state::triage_state::{Need, RefreshPolicy, TriageJob as Look};
use crate::tui::views;
use crate::tui::workers::Job;

/// Rows are computed again after at least this many times what it took last.
const REST: u32 = 10;
/// How the sources are doing is looked at this often at most.
const FILES: Duration = Duration::from_millis(250);
/// Up to so many rows, records that match only later are looked for too.
const FEW: usize = 50_000;

impl App {
    /// Another filter holds.
    pub(super) fn set_filter(&mut self, filter: impl Into<Arc<Query>>) -> Vec<Effect> {
        let filter = filter.into();
        filter.text().clone_into(&mut self.filter.kept);
        self.apply_filter(filter)
    }

    /// Another filter holds for now.
    pub(super) fn apply_filter(&mut self, filter: impl Into<Arc<Query>>) -> Vec<Effect> {
        let filter = filter.into();
        if filter.text() == self.filter.active.text() {
            return Vec::new();
        }
        let was_searching =
            std::mem::replace(&mut self.filter.search, SearchState::Done) != SearchState::Done;
        let needs_text = filter.needs_text();
        self.filter.active = filter;
        self.filter.partial = false;
        if needs_text {
            // The rows stay until the log was read.
            self.filter.search = SearchState::First(0);
            self.filter.hits = TextMatches::none();
            return vec![Effect::Search(
                self.filter.active.clone(),
                TextMatches::none(),
            )];
        }
        self.filter.hits = TextMatches::none();
        self.filter_changed();
        if was_searching {
            vec![Effect::Cancel]
        } else {
            Vec::new()
        }
    }

    /// All rows are out of date.
    pub(super) fn filter_changed(&mut self) {
        self.triage.wanted.filter = self.filter.active.text().to_owned();
        self.triage.filter_changed();
        for table in self.tables_mut() {
            table.generation = None;
        }
    }

    /// What the view's rows are of: the index's generation, or the number of the look at routes.
    fn generation(&self, index: &Index) -> u64 {
        match self.view {
            View::Routes | View::Findings => self.triage.serial(),
            View::Sources => self.files_serial,
            _ => index.generation(),
        }
    }

    fn pace(&self) -> RefreshPolicy {
        match self.paused {
            Some(_) => RefreshPolicy::Held,
            None if self.is_loading() => RefreshPolicy::Loading,
            None => RefreshPolicy::Settled,
        }
    }

    /// Whether what was there is still being read.
    pub fn is_loading(&self) -> bool {
        matches!(self.feed, Feed::Loading(_) | Feed::Newest(_))
    }

    /// Whether view Sources shows how things were at another generation of the index.
    fn files_are_old(&self, index: &Index) -> bool {
        self.view == View::Sources
            && self.paused.is_none()
            && self.files_of != Some(index.generation())
    }

    /// Asks how the sources are doing, if that is due.
    pub fn files_again(&mut self, index: &Index, now: Duration) -> Option<Effect> {
        let due = self.files_are_old(index) && self.next_files <= now;
        due.then(|| {
            self.files_of = Some(index.generation());
            self.next_files = now + FILES;
            Effect::Files
        })
    }

    /// What of the routes the reader looks at; a filter that is still being answered keeps nothing yet.
    fn need(&self) -> Need {
        let answered = self.filter.search == SearchState::Done || self.filter.partial;
        if self.view == View::Routes && answered {
            Need::Scope
        } else {
            Need::Whole
        }
    }

    /// What to look at routes and for findings for, if that is due.
    pub fn look_again(&mut self, index: &Index, now: Duration) -> Option<Effect> {
        let (need, pace) = (self.need(), self.pace());
        let what = self.triage.order(index.generation(), need, pace, now)?;
        Some(Effect::Look(Look {
            what,
            filter: (self.filter.active.clone(), self.filter.hits.clone()),
            thresholds: self.settings.thresholds,
        }))
    }

    /// The next growth is shown at once.
    pub(super) fn refresh_soon(&mut self) {
        self.next_refresh = Duration::ZERO;
    }

    /// When the rows are to be computed again, if they are out of date: a time since the start.
    pub fn due(&self, index: &Index) -> Option<Duration> {
        let table = self
            .table()
            .filter(|_| self.filter.search == SearchState::Done || self.filter.partial)?;
        match table.generation {
            None => Some(Duration::ZERO),
            Some(of) if of != self.generation(index) && self.paused.is_none() => {
                Some(self.next_refresh)
            }
            Some(_) => None,
        }
    }

    /// When there is something to do though nothing comes in: a time since the start.
    pub fn wake(&self, index: &Index) -> Option<Duration> {
        let filter = &self.filter;
        let behind = filter.active.needs_text()
            && filter.searched_at != index.generation()
            && self.paused.is_none();
        let search = (behind && filter.search == SearchState::Done).then_some(filter.searched.1);
        let look = self
            .triage
            .due(index.generation(), self.need(), self.pace());
        let files = self.files_are_old(index).then_some(self.next_files);
        let due = self.due(index).into_iter();
        due.chain(search).chain(look).chain(files).min()
    }

    /// Computes the rows again if they are due. Whether they were.
    pub fn refresh(&mut self, index: &Index, now: Duration) -> bool {
        let due = self.due(index).is_some_and(|due| due <= now);
        if due {
            self.refresh_rows(index);
        }
        due
    }

    /// Tells how long the rows took.
    pub fn took(&mut self, spent: Duration, now: Duration) {
        self.filter.took = Some(spent);
        self.next_refresh = now + spent * REST;
    }

    /// What came in since the log was last read for the filter's texts is read too, as often as it costs little.
    pub fn search_again(&mut self, index: &Index, now: Duration) -> Option<Effect> {
        let filter = &mut self.filter;
        let (began, again) = filter.searched;
        match filter.search {
            SearchState::Done if !filter.active.needs_text() => None,
            SearchState::Done if began > again => {
                // It has just ended: rest for as long as it deserves.
                filter.searched = (began, now + (now - began) * REST);
                None
            }
            SearchState::Done
                if filter.searched_at != index.generation()
                    && now >= again
                    && self.paused.is_none() =>
            {
                filter.searched_at = index.generation();
                filter.searched = (now, Duration::ZERO);
                filter.search = SearchState::Further;
                Some(Effect::Search(
                    filter.active.clone(),
                    std::mem::take(&mut filter.hits),
                ))
            }
            SearchState::First(0) if began <= again => {
                filter.searched_at = index.generation();
                filter.searched = (now.max(Duration::from_nanos(1)), Duration::ZERO);
                None
            }
            _ => None,
        }
    }

    fn refresh_rows(&mut self, index: &Index) {
        let Some(table) = self.table() else { return };
        let (sort, view) = (table.sort, table.view);
        let forced = table.generation.is_none();
        let held = table.cursor > 0 || self.paused.is_some();
        if !forced && held && table.sort.order == Order::Natural {
            self.add_rows(index);
            return;
        }
        let following = self.feed != Feed::Ended && self.follow == Follow::Yes;
        let pin_open = if following { PinOpen::Yes } else { PinOpen::No };
        // At the top no row is to be found again.
        let old = self.table_mut().filter(|table| table.cursor == 0);
        let room = old
            .map(|table| std::mem::take(&mut table.rows))
            .unwrap_or_default();
        let (filter, hits) = (&self.filter.active, &self.filter.hits);
        let rows = match view {
            View::Connections => rows::connections(index, filter, hits, sort, pin_open, room),
            View::Messages => rows::messages(index, filter, hits, sort, room),
            View::Users => {
                let (rows, logins) = rows::users(index, filter, hits, sort);
                self.logins = logins;
                rows
            }
            View::Routes => rows::routes(self.known(index), sort),
            View::Findings => rows::findings(self.known(index), sort),
            View::Sources => rows::sources(self.known(index), sort),
            View::Log => Vec::new(),
        };
        let generation = self.generation(index);
        let Some(table) = self.table_mut() else {
            return;
        };
        // At the top the reader follows what comes; anywhere else the selected record stays selected.
        let keep = if table.cursor == 0 {
            Keep::Top
        } else {
            Keep::Selected
        };
        table.replace(rows, keep);
        table.generation = Some(generation);
        table.seen = table.end(index);
    }

    /// Rows keep their place while the reader is among them: new ones come before them, in a table by time.
    fn add_rows(&mut self, index: &Index) {
        let (filter, hits) = (&self.filter.active, &self.filter.hits);
        let Some(table) = self.table() else { return };
        match table.view {
            View::Users => {
                let (rows, logins) = rows::users(index, filter, hits, table.sort);
                self.logins = logins;
                return self.keep_rows(rows, index);
            }
            View::Routes => {
                return self.keep_rows(rows::routes(self.known(index), table.sort), index);
            }
            View::Findings => {
                return self.keep_rows(rows::findings(self.known(index), table.sort), index);
            }
            View::Sources => {
                return self.keep_rows(rows::sources(self.known(index), table.sort), index);
            }
            View::Connections | View::Messages | View::Log => {}
        }
        let new = self.new_rows(index, table);
        let by_time = table.is_newest_first();
        let Some(table) = self.table_mut() else {
            return;
        };
        if by_time {
            table.prepend(new);
        }
        table.drop_retired(index);
        table.generation = Some(index.generation());
        table.seen = table.end(index);
    }

    /// Connections or messages that are not in a table yet, newest first.
    fn new_rows(&self, index: &Index, table: &Table) -> Vec<Record> {
        let (filter, hits) = (&self.filter.active, &self.filter.hits);
        let (sort, seen, room) = (rows::Sort::NEWEST, table.seen, Vec::new());
        let is_newer = |row: &Record| match row {
            Record::Connection(id) => id.at() >= seen,
            Record::Message(id) => id.at() >= seen,
            _ => false,
        };
        let connections = table.view == View::Connections;
        if filter.is_empty() {
            // All are there, and the new ones are the newest: the others are not looked at.
            return if connections {
                rows::all_connections(index).take_while(is_newer).collect()
            } else {
                rows::all_messages(index).take_while(is_newer).collect()
            };
        }
        let rows = if connections {
            rows::connections(index, filter, hits, sort, PinOpen::No, room)
        } else {
            rows::messages(index, filter, hits, sort, room)
        };
        let known: Option<HashSet<Record>> =
            (table.rows.len() <= FEW).then(|| table.rows.iter().copied().collect());
        let is_new = |row: &Record| match &known {
            Some(known) => !known.contains(row),
            None => is_newer(row),
        };
        rows.into_iter().filter(is_new).collect()
    }

    /// Values change in place; rows do not move, new ones come behind them, and what is no more goes.
    fn keep_rows(&mut self, rows: Vec<Record>, index: &Index) {
        let generation = self.generation(index);
        let Some(table) = self.table_mut() else {
            return;
        };
        let there: HashSet<Record> = rows.iter().copied().collect();
        let known: HashSet<Record> = table.rows.iter().copied().collect();
        let selected = table.selected();
        table.rows.retain(|row| there.contains(row));
        let new = rows.into_iter().filter(|row| !known.contains(row));
        table.rows.extend(new);
        let at = selected.and_then(|record| table.rows.iter().position(|row| *row == record));
        table.cursor = at.unwrap_or(table.cursor);
        table.generation = Some(generation);
    }

    /// After every change: cursors inside their lists, and what is shown but not yet read is asked for.
    pub fn settle(&mut self, index: &Index) -> Vec<Effect> {
        let areas = views::areas(self.size, self.view);
        let height = usize::from(areas.rows.height);
        if let Some(table) = self.table_mut() {
            table.settle(height);
        }
        let mut effects = Vec::new();
        self.settle_page(index, usize::from(areas.page.height), &mut effects);
        if self.view == View::Log {
            let height = usize::from(areas.log.height);
            self.log.settle(height);
            if self.paused.is_none() || self.log.lines.is_empty() {
                let ask = self.log.ask(height);
                effects.extend(ask.map(|ask| Effect::Read(Job::Log(ask))));
            }
        }
        self.settle_preview(index, areas.preview.height, &mut effects);
        effects
    }

    fn settle_page(&mut self, index: &Index, height: usize, effects: &mut Vec<Effect>) {
        let known = RenderContext {
            index,
            users: &self.logins,
            triage: &self.triage,
            files: &self.files,
        };
        let Some(page) = self.pages.last_mut() else {
            return;
        };
        let record = page.lines.record;
        if !record.is_kept(index) {
            // Lines that were read stay.
            page.set_head(page::head(known, page, self.size.0));
            page.settle(height);
            return;
        }
        let spans = record.spans(index);
        if page.lines.spans != spans {
            page.built_from = None;
            page.lines.spans = spans.clone();
            let job = record
                .wanted(index)
                .map(|wanted| Job::Record(record, spans, wanted));
            effects.extend(job.map(Effect::Read));
        }
        if let Record::Route(id) = record {
            effects.extend(settle_sides(page, known, id).map(Effect::Read));
        }
        // Only what is summed up changes with a look.
        let serial = match record.subject() {
            Some(_) => 0,
            None => self.triage.serial(),
        };
        let of = Some((serial, self.size.0));
        if page.built_from != of {
            page.set_head(page::head(known, page, self.size.0));
            page.built_from = of;
        }
        page.settle(height);
    }

    fn settle_preview(&mut self, index: &Index, height: u16, effects: &mut Vec<Effect>) {
        let copying = self.copying;
        let record = if height > 0 && self.pages.is_empty() {
            self.table().and_then(Table::selected)
        } else {
            None
        };
        let Some(record) = record.or(copying) else {
            return;
        };
        let spans = record.spans(index);
        if self
            .preview
            .as_ref()
            .is_some_and(|preview| preview.record == record && preview.spans == spans)
        {
            return;
        }
        let Some(wanted) = record.wanted(index) else {
            self.preview = None;
            return;
        };
        // Lines that grew stay shown until the new ones are there.
        let before = self.preview.take().filter(|before| before.record == record);
        self.preview = Some(RecordLines {
            record,
            spans: spans.clone(),
            read: before.and_then(|before| before.read),
        });
        effects.push(Effect::Read(Job::Record(record, spans, wanted)));
    }
}

/// The lines of the last good and the first bad connection of a route's page: what to read, where that has changed.
fn settle_sides(page: &mut Page, known: RenderContext<'_>, id: RouteId) -> Option<Job> {
    let index = known.index;
    let of = page::sides(known, id);
    let spans = of.map(|id| id.map_or_else(Vec::new, |id| index.connection(id).spans()));
    let sides = &mut page.sides;
    if (sides.of, &sides.spans) == (of, &spans) {
        return None;
    }
    let same = sides.of == of;
    (sides.of, sides.spans) = (of, spans);
    if !same {
        // Lines that grew stay shown until the new ones are there.
        sides.read = None;
        page.built_from = None;
    }
    let wanted = of.map(|id| id.map(|id| LineRequest::of_connection(&index.connection(id))));
    Some(Job::Sides(of, wanted))
}
