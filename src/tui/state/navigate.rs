//! Opening records, going to times, copying.

use super::{App, Effect, HistoryEntry, View};
use crate::event;
use crate::header::{HeaderParser, Timestamp, YearResolver};
use crate::index::{ConnectionId, Index};
use crate::position::Position;
use crate::query::{self, term};
use crate::safe;
use crate::search::RawLine;
use crate::triage::GroupBy;
use crate::triage::findings::{DrillDown, Evidence, FindingKind};
use crate::tui::columns::Field;
use crate::tui::columns::record::{Record, Tail};
use crate::tui::state::context;
use crate::tui::state::page::{self, Page};
use crate::tui::state::rows::Sort;
use crate::tui::theme::Role;

impl App {
    pub(super) fn open(&mut self, index: &Index) {
        let record = match self.pages.last() {
            Some(page) => page.link(),
            None if self.view == View::Log => {
                let line = self.log.current();
                line.and_then(|line| of_line(index, line.position, &line.bytes))
            }
            None => self.current(),
        };
        match record {
            Some(Record::User(name)) => {
                let text = term("user", index.names.users.get(name));
                self.lead_to(View::Connections, &text);
            }
            // From the page of its route.
            Some(Record::Finding(number)) if !self.pages.is_empty() => {
                self.open_page(Record::Finding(number), index);
            }
            Some(Record::Finding(number)) => self.open_finding(number, index),
            Some(Record::Source(at)) => self.open_source(at),
            Some(Record::Tail(kind)) => self.unfold(kind, None),
            Some(Record::Line(position)) => self.open_line(position),
            Some(record) => self.open_page(record, index),
            None if self.view == View::Log || !self.pages.is_empty() => {
                self.note(Role::Pending, "nothing to open on this line");
            }
            None => {}
        }
    }

    pub(super) fn open_page(&mut self, record: Record, index: &Index) {
        let title = match record {
            Record::Group(number) => {
                let group = self.records.triage.group(number);
                let key = group.and_then(|group| group.key.clone());
                key.unwrap_or_else(|| "(none)".to_owned())
            }
            Record::AffectedMessages(_) => "affected messages".to_owned(),
            Record::FailedConnections(_) => "failed connections".to_owned(),
            Record::Finding(number) => {
                let finding = self.records.triage.finding(number);
                finding.map_or_else(String::new, |finding| finding.kind.phrase().to_owned())
            }
            record => record.title(index),
        };
        self.pages.push(Page::new(record, title));
    }

    /// Opens the route or the records that a finding refers to, else its page.
    fn open_finding(&mut self, number: u32, index: &Index) {
        let Some(finding) = self.records.triage.finding(number) else {
            return;
        };
        match (finding.drill_down.clone(), &finding.evidence[..]) {
            (DrillDown::Destination(id), _) if self.records.triage.route(id).is_some() => {
                self.open_page(Record::Route(id), index);
            }
            (DrillDown::Query(terms), _) if !page::has_routes(finding) => {
                let view = match finding.kind {
                    FindingKind::TailNoSuchDomain => View::Messages,
                    _ => View::Connections,
                };
                self.lead_to(view, &query::filter_text(&terms));
            }
            (DrillDown::Evidence, [Evidence::Connection(id)]) => {
                let record = Record::Connection(*id);
                self.open_page(record, index);
            }
            _ => self.open_page(Record::Finding(number), index),
        }
    }

    fn open_line(&mut self, position: Position) {
        self.push_history();
        self.view = View::Log;
        self.log.go_to(position);
    }

    /// Shows or hides the routes of a part of the tail; the other one if `shown` is `None`.
    pub(super) fn unfold(&mut self, kind: Tail, shown: Option<bool>) {
        let triage = &mut self.records.triage;
        let shown = shown.unwrap_or(!triage.is_unfolded(kind));
        triage.unfold(kind, shown);
        if let Some(table) = self.records.table_mut(View::Routes) {
            table.generation = None;
            if shown {
                table.scroll.offset = table.scroll.cursor;
            }
        }
        self.refresh_soon();
    }

    /// Goes to a source's first line.
    fn open_source(&mut self, at: u32) {
        let status = self.records.sources.list.statuses.get(at as usize);
        match status.and_then(|status| status.source) {
            Some(source) => self.open_line(Position::new(source, 0)),
            None => self.note(Role::Pending, "nothing has been read from it yet"),
        }
    }

    /// Opens the messages affected by the route or host of the page.
    pub(super) fn open_affected(&mut self, index: &Index) {
        let Some(peer) = self.current().and_then(Record::peer) else {
            return;
        };
        let snapshot = self.records.triage.whole();
        let tally = snapshot.and_then(|snapshot| page::tally(snapshot, peer));
        if tally.is_some_and(|tally| !tally.affected.is_empty()) {
            self.open_page(Record::AffectedMessages(peer), index);
        } else {
            self.note(Role::Pending, "its failures affected no message");
        }
    }

    /// Opens the failed connections of the route or host that is selected.
    pub(super) fn open_failed(&mut self, index: &Index) {
        let Some(peer) = self.current().and_then(Record::peer) else {
            self.note(Role::Pending, "select one route or host first");
            return;
        };
        let snapshot = self.records.triage.whole();
        let tally = snapshot.and_then(|snapshot| page::tally(snapshot, peer));
        if tally.is_some_and(|tally| tally.failed() > 0) {
            self.open_page(Record::FailedConnections(peer), index);
        } else {
            self.note(Role::Pending, "no connection to it failed");
        }
    }

    /// The connections of the selected route.
    pub(super) fn filter_by_route(&mut self, index: &Index) {
        let record = self.current();
        match record.and_then(|record| context::row_term(self.known(index), record)) {
            Some(text) => self.lead_to(View::Connections, &text),
            None => self.note(Role::Pending, "nothing to filter by on this row"),
        }
    }

    /// Asks for the report of the route that the page, the row or the finding is about.
    pub(super) fn report(&mut self) {
        let route = match self.current() {
            Some(Record::Host(id)) => Some(id),
            Some(Record::Route(id)) => self.records.triage.host_of(id),
            Some(Record::Finding(number)) => {
                let leads = self
                    .records
                    .triage
                    .finding(number)
                    .map(|finding| &finding.drill_down);
                match leads {
                    Some(DrillDown::Destination(id)) => self.records.triage.host_of(*id),
                    _ => None,
                }
            }
            _ => None,
        };
        match route {
            Some(id) => {
                self.note(Role::Pending, "writing the report …");
                self.effects.push(Effect::Report(id));
            }
            None => {
                let text = "reports cover one route: ungroup Routes (b), then select one";
                self.note(Role::Pending, text);
            }
        }
    }

    /// Goes to a view with a filter; Esc leads back.
    fn lead_to(&mut self, view: View, filter: &str) {
        self.push_history();
        self.view = view;
        self.set_filter_text(filter);
    }

    /// Saves the current place on the back stack.
    pub(super) fn push_history(&mut self) {
        self.back_stack.push(HistoryEntry {
            view: self.view,
            filter: self.filter.kept.clone(),
            selected: self.table().and_then(super::Table::selected),
            pages: std::mem::take(&mut self.pages),
        });
    }

    /// Restores a place from the back stack.
    pub(super) fn return_to(&mut self, entry: HistoryEntry) {
        self.view = entry.view;
        self.pages = entry.pages;
        if let Some(table) = self.table_mut() {
            table.sought = entry.selected;
            table.generation = None;
        }
        self.set_filter_text(&entry.filter);
    }

    /// Switches to the next grouping of routes.
    pub(super) fn group_routes(&mut self) {
        let (by, grouping) = match self.records.triage.wanted.by {
            GroupBy::Route => (GroupBy::Profile, "grouped by SMTP Auth profile"),
            GroupBy::Profile => (GroupBy::Domain, "grouped by recipient domain"),
            GroupBy::Domain => (GroupBy::Host, "hosts"),
            GroupBy::Host => (GroupBy::Route, "not grouped"),
        };
        self.records.triage.wanted.by = by;
        let hidden = match by {
            GroupBy::Profile => Some(Field::Profiles),
            GroupBy::Domain => Some(Field::Domains),
            GroupBy::Host | GroupBy::Route => None,
        };
        if let Some(table) = self.records.table_mut(View::Routes) {
            table.generation = None;
            table.scroll = super::Scroll::default();
            table.hide(hidden);
        }
        self.note(Role::Dim, format!("{grouping} (b: next)"));
    }

    /// Goes to the first record, or line, at or after a time.
    pub(super) fn go_to_time(&mut self, time: Timestamp, index: &Index) {
        if self.view == View::Log {
            let seen = index.connections().filter_map(|connection| {
                let at = connection.first_seen().filter(|at| *at >= time)?;
                Some((at, connection.record()))
            });
            let spans = seen.min().map(|(_, id)| index.connection(id).spans());
            match spans.as_deref().and_then(<[_]>::first) {
                Some(span) => self.log.go_to(span.first),
                None => self.log.go_to_end(),
            }
            return;
        }
        if !self.view.is_of_mail() {
            let text = "this view cannot jump to a time; use a range, e.g. 11:00..11:30";
            self.note(Role::Pending, text);
            return;
        }
        let seen = |record: Record| record.time(index);
        let Some(table) = self.table_mut() else {
            return;
        };
        if table.sort != Sort::NEWEST {
            table.sort = Sort::NEWEST;
            table.rows.sort_unstable_by(|a, b| b.cmp(a));
        }
        let at_or_after = |(at, record): (usize, &Record)| {
            let seen = seen(*record).filter(|seen| *seen >= time)?;
            Some((seen, std::cmp::Reverse(at)))
        };
        match table.rows.iter().enumerate().filter_map(at_or_after).min() {
            Some((_, std::cmp::Reverse(at))) => table.scroll.cursor = at,
            None => {
                table.scroll.cursor = 0;
                let text = "that is after the end of the log; showing the newest row";
                self.note(Role::Pending, text);
            }
        }
    }

    pub(super) fn copy(&mut self, index: &Index) {
        if self.view == View::Log && self.pages.is_empty() {
            let Some(line) = self.log.current() else {
                return;
            };
            let text = safe::bytes(&line.bytes).into_owned();
            self.note(Role::Ok, "copied 1 line");
            return self.effects.push(Effect::Copy(self.cut(text)));
        }
        let Some(record) = self.current() else { return };
        if record.subject().is_none() {
            return self.copy_words(record, index);
        }
        let of_page = self.pages.last().map(|page| &page.lines);
        let here = of_page
            .or(self.preview.lines.as_ref())
            .filter(|lines| lines.record == record);
        match here.and_then(|lines| lines.known()).map(<[_]>::to_vec) {
            Some(lines) => self.copy_lines(record, &lines, index),
            None => {
                self.preview.copying = Some(record);
            }
        }
    }

    /// Copies the text shown for a record without lines.
    fn copy_words(&mut self, record: Record, index: &Index) {
        let known = self.known(index);
        let rows = match (record, self.pages.last()) {
            (Record::User(name), _) => {
                let name = safe::text(index.names.users.get(name)).into_owned();
                self.note(Role::Ok, format!("copied {name}"));
                return self.effects.push(Effect::Copy(self.cut(name)));
            }
            (_, Some(page)) => page.head.clone(),
            (record, None) => page::preview(known, record, 120),
        };
        let mut text = String::new();
        for row in &rows {
            let line: String = row.parts.iter().map(|(_, part)| part.as_str()).collect();
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let count = rows.len();
        self.note(Role::Ok, format!("copied {count} lines"));
        self.effects.push(Effect::Copy(self.cut(text)));
    }

    fn cut(&self, mut text: String) -> String {
        text.truncate(text.floor_char_boundary(self.settings.copied));
        text
    }

    pub(super) fn copy_lines(&mut self, record: Record, lines: &[RawLine], index: &Index) {
        let mut text = String::new();
        let mut copied = 0;
        for line in lines {
            let line = safe::bytes(&line.bytes);
            if text.len() + line.len() >= self.settings.copied {
                break;
            }
            text.push_str(&line);
            text.push('\n');
            copied += 1;
        }
        let title = record.title(index);
        let of = if copied < lines.len() {
            format!("the first {copied} of {}", lines.len())
        } else {
            copied.to_string()
        };
        self.note(Role::Ok, format!("copied {of} lines of {title}"));
        self.effects.push(Effect::Copy(text));
    }
}

/// The record that a line of the log belongs to.
fn of_line(index: &Index, position: Position, line: &[u8]) -> Option<Record> {
    let frame = HeaderParser::new(YearResolver::starting(2000)).parse(line);
    let owners = event::parse_entry(&frame, line).owners();
    let holds = |id: &&ConnectionId| {
        let spans = index.connection(**id).spans();
        let mut spans = spans.iter();
        spans.any(|span| (span.first..=span.last).contains(&position))
    };
    let connection = owners.link.and_then(|link| {
        let newest = index.find_connections(link);
        newest.iter().find(holds).or(newest.first()).copied()
    });
    if let Some(id) = connection {
        return Some(Record::Connection(id));
    }
    let mid = owners.mid?;
    let mut messages = index.messages().rev();
    let message = messages.find(|message| message.mid() == mid)?;
    Some(Record::Message(message.record()))
}
