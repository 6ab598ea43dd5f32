//! Keeps what is shown up to date with the index, at a bounded cost.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::table::{Keep, Table};
use super::{App, Effect, Job, RecordLines, View};
use crate::index::Index;
use crate::search::LineRequest;
use crate::tui::columns::record::{Peer, Record};
use crate::tui::state::context::{self, RenderContext};
use crate::tui::state::page::{self, Page};
use crate::tui::state::rows::{self, Order, PinOpen};
use crate::tui::state::triage_state::{Need, RefreshPolicy, TriageJob};
use crate::tui::widgets::layout;

/// Rows are computed again after at least this many times what the last computation took.
pub(super) const REST: u32 = 10;
/// Up to so many rows, records that match only later are looked for too.
const FEW: usize = 50_000;

impl App {
    /// The generation that the view's rows depend on: the index's, or the number of triage results or fetches.
    fn generation(&self, index: &Index) -> u64 {
        match self.view {
            View::Routes | View::Findings => self.records.triage.serial(),
            View::Sources => self.records.sources.serial,
            _ => index.generation(),
        }
    }

    fn refresh_policy(&self) -> RefreshPolicy {
        match self.feed.paused {
            Some(_) => RefreshPolicy::Held,
            None if self.feed.is_loading() => RefreshPolicy::Loading,
            None => RefreshPolicy::Settled,
        }
    }

    /// Whether view Sources is shown and may change.
    fn shows_sources(&self) -> bool {
        self.view == View::Sources && self.feed.paused.is_none()
    }

    /// The effect that fetches the sources, if that is due.
    pub(crate) fn files_again(&mut self, index: &Index, now: Duration) -> Option<Effect> {
        if self.shows_sources() {
            self.records.sources.fetch(index.generation(), now)
        } else {
            None
        }
    }

    /// The triage results that the view needs; a filter that is still being answered restricts nothing yet.
    fn need(&self) -> Need {
        if self.view == View::Routes && self.filter.is_answered() {
            Need::Scope
        } else {
            Need::Whole
        }
    }

    /// The effect that analyzes routes and findings, if that is due.
    pub(crate) fn look_again(&mut self, index: &Index, now: Duration) -> Option<Effect> {
        let (need, pace) = (self.need(), self.refresh_policy());
        let triage = &mut self.records.triage;
        let what = triage.order(index.generation(), need, pace, now)?;
        Some(Effect::Look(TriageJob {
            what,
            filter: (Arc::clone(&self.filter.active), self.filter.hits.clone()),
            thresholds: self.settings.thresholds,
        }))
    }

    /// The effect that searches what was appended to the log, if that is due.
    pub(crate) fn search_again(&mut self, index: &Index, now: Duration) -> Option<Effect> {
        let paused = self.feed.paused.is_some();
        self.filter.search_again(index, now, paused)
    }

    /// Shows the next growth at once.
    pub(super) fn refresh_soon(&mut self) {
        self.records.next_refresh = Duration::ZERO;
    }

    /// When to compute the rows, if they are out of date: a time since the start.
    pub(crate) fn due(&self, index: &Index) -> Option<Duration> {
        let table = self.table().filter(|_| self.filter.is_answered())?;
        let is_behind = |of| of != self.generation(index) && self.feed.paused.is_none();
        match table.generation {
            None => Some(Duration::ZERO),
            Some(of) => is_behind(of).then_some(self.records.next_refresh),
        }
    }

    /// When to do something without an event: a time since the start.
    pub(crate) fn wake(&self, index: &Index) -> Option<Duration> {
        let generation = index.generation();
        let is_live = self.feed.paused.is_none();
        let search = self.filter.due(index).filter(|_| is_live);
        let triage = &self.records.triage;
        let look = triage.due(generation, self.need(), self.refresh_policy());
        let sources = self.records.sources.due(generation);
        let sources = sources.filter(|_| self.shows_sources());
        let all = [self.due(index), search, look, sources];
        all.into_iter().flatten().min()
    }

    /// Computes the rows if that is due; returns whether it was.
    pub(crate) fn refresh(&mut self, index: &Index, now: Duration) -> bool {
        let due = self.due(index).is_some_and(|due| due <= now);
        if due {
            self.refresh_rows(index);
        }
        due
    }

    /// Takes in how long computing the rows took.
    pub(crate) fn took(&mut self, spent: Duration, now: Duration) {
        self.filter.took = Some(spent);
        self.records.next_refresh = now + spent * REST;
    }

    fn refresh_rows(&mut self, index: &Index) {
        let Some(table) = self.table() else { return };
        let forced = table.generation.is_none();
        let held = table.scroll.cursor > 0 || self.feed.paused.is_some();
        let stay = !forced && held && table.sort.order == Order::Natural;
        if stay && table.view.is_of_mail() {
            return self.add_rows(index);
        }
        // At the top no row is to be found again, so that the list's memory can be used again.
        let old = self.table_mut();
        let old = old.filter(|table| table.scroll.cursor == 0 && !stay);
        let room = old.map(|table| std::mem::take(&mut table.rows));
        let rows = self.rows(index, room.unwrap_or_default());
        if stay {
            return self.keep_rows(rows, index);
        }
        let generation = self.generation(index);
        let Some(table) = self.table_mut() else {
            return;
        };
        // At the top the table follows what comes; anywhere else the selected record stays selected.
        let keep = match table.scroll.cursor {
            0 => Keep::Top,
            _ => Keep::Selected,
        };
        table.replace(rows, keep);
        table.generation = Some(generation);
        table.seen = table.end(index);
    }

    fn rows(&mut self, index: &Index, room: Vec<Record>) -> Vec<Record> {
        let Some(sort) = self.table().map(|table| table.sort) else {
            return room;
        };
        let (filter, hits) = (&*self.filter.active, &self.filter.hits);
        let pin_open = match self.feed.is_followed() {
            true => PinOpen::Yes,
            false => PinOpen::No,
        };
        match self.view {
            View::Connections => rows::connections(index, filter, hits, sort, pin_open, room),
            View::Messages => rows::messages(index, filter, hits, sort, room),
            View::Users => {
                let (rows, users) = rows::users(index, filter, hits, sort);
                self.records.users = users;
                rows
            }
            View::Routes => rows::routes(self.known(index), sort),
            View::Findings => rows::findings(self.known(index), sort),
            View::Sources => rows::sources(self.known(index), sort),
            View::Log => room,
        }
    }

    /// Puts new connections or messages before the others, in a table by time; the others keep their place.
    fn add_rows(&mut self, index: &Index) {
        let Some(table) = self.table() else { return };
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

    /// Connections or messages that are not in the table yet, the newest first.
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
            // The new ones are the newest: the others need not be read.
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

    /// Rows keep their order; new ones are appended, before the tail of routes, and those that are
    /// gone are removed.
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
        let is_tail = |row: &Record| matches!(row, Record::Tail(_));
        let end = table.rows.iter().position(is_tail);
        let end = end.unwrap_or(table.rows.len());
        table.rows.splice(end..end, new);
        let at = selected.and_then(|record| table.rows.iter().position(|row| *row == record));
        table.scroll.cursor = at.unwrap_or(table.scroll.cursor);
        table.generation = Some(generation);
    }

    /// After every change: keeps cursors inside their lists, and requests lines that are shown but not read.
    pub(crate) fn settle(&mut self, index: &Index) -> Vec<Effect> {
        let areas = layout::areas(self.size, self.view);
        let height = usize::from(areas.rows.height);
        if let Some(table) = self.table_mut() {
            table.scroll.settle(height, table.rows.len());
        }
        self.settle_page(index, usize::from(areas.page.height));
        if self.view == View::Log {
            let height = usize::from(areas.log.height);
            self.log.settle(height);
            if self.feed.paused.is_none() || self.log.lines.is_empty() {
                let ask = self.log.ask(height);
                let read = ask.map(|ask| Effect::Read(Job::Log(ask)));
                self.effects.extend(read);
            }
        }
        self.settle_preview(index, areas.preview.height);
        std::mem::take(&mut self.effects)
    }

    fn settle_page(&mut self, index: &Index, height: usize) {
        let known = self.records.context(index);
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
        let spans = context::spans(known, record);
        if page.lines.spans != spans {
            page.built_from = None;
            page.lines.spans = spans.clone();
            let job =
                context::wanted(known, record).map(|wanted| Job::Record(record, spans, wanted));
            self.effects.extend(job.map(Effect::Read));
        } else if spans.is_empty() && record.subject().is_none() {
            page.lines.read.get_or_insert_with(|| Ok(Vec::new()));
        }
        if let (Record::Route(_) | Record::Host(_), Some(peer)) = (record, record.peer()) {
            let job = settle_sides(page, known, peer);
            self.effects.extend(job.map(Effect::Read));
        }
        // Only what is summed up changes with a look.
        let serial = match record.subject() {
            Some(_) => 0,
            None => self.records.triage.serial(),
        };
        let of = Some((serial, self.size.0));
        if page.built_from != of {
            page.set_head(page::head(known, page, self.size.0));
            page.built_from = of;
        }
        page.settle(height);
    }

    fn settle_preview(&mut self, index: &Index, height: u16) {
        let selected = self.table().and_then(Table::selected);
        let selected = selected.filter(|_| height > 0 && self.pages.is_empty());
        let Some(record) = selected.or(self.preview.copying) else {
            return;
        };
        let known = self.records.context(index);
        let spans = context::spans(known, record);
        let wanted = context::wanted(known, record);
        let preview = &mut self.preview.lines;
        let shown = preview.as_ref();
        if shown.is_some_and(|preview| preview.is_of(record, &spans)) {
            return;
        }
        let Some(wanted) = wanted else {
            *preview = None;
            return;
        };
        // Lines that grew stay shown until the new ones are there.
        let before = preview.take().filter(|before| before.record == record);
        *preview = Some(RecordLines {
            record,
            spans: spans.clone(),
            read: before.and_then(|before| before.read),
        });
        let job = Job::Record(record, spans, wanted);
        self.effects.push(Effect::Read(job));
    }
}

/// The job that reads the two connections that a route's page compares, if these have changed.
fn settle_sides(page: &mut Page, known: RenderContext<'_>, peer: Peer) -> Option<Job> {
    let index = known.index;
    let of = page::sides(known, peer);
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
