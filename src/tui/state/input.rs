//! Routes keys to the part that is meant, and handles the commands that concern several parts.

use ratatui::crossterm::event::{KeyEvent, KeyEventKind};

use super::log::{marked_notice, no_marks};
use super::table::Ends;
use super::{App, Effect, Outcome, PromptKind, View};
use crate::index::Index;
use crate::judge::RouteState;
use crate::judge::incident::Severity;
use crate::pipeline::SourceState;
use crate::query;
use crate::search::SearchDirection;
use crate::tui::columns::record::Record;
use crate::tui::keymap::{self, Command};
use crate::tui::state::context;
use crate::tui::theme::Role;
use crate::tui::widgets::layout;

impl App {
    pub(super) fn press(&mut self, key: &KeyEvent, index: &Index) {
        if key.kind == KeyEventKind::Release {
            return;
        }
        if self.prompts.open.is_some() {
            return self.type_key(key, index);
        }
        self.notice = None;
        if let Some(command) = self.settings.keys.find(self.context(), key) {
            self.run(command, index);
        }
    }

    pub(super) fn run(&mut self, command: Command, index: &Index) {
        if self.moment.is_some() && self.help.is_none() {
            match command {
                Command::Quit | Command::Back => return self.drop_moment(),
                Command::View(_)
                | Command::NextView
                | Command::PreviousView
                | Command::CommandLine => {
                    self.drop_moment();
                    return self.run(command, index);
                }
                Command::Leave
                | Command::Redraw
                | Command::Suspend
                | Command::Help
                | Command::Pause => {}
                _ => return self.move_moment(command, index),
            }
        }
        match command {
            Command::Leave => self.effects.push(Effect::Exit),
            Command::Redraw => self.effects.push(Effect::Redraw),
            Command::Suspend => self.effects.push(Effect::Suspend),
            Command::Help => self.help = self.help.is_none().then_some(0),
            Command::View(key) => self.choose_view(key),
            Command::NextView => self.turn_view(1),
            Command::PreviousView => self.turn_view(View::ALL.len() - 1),
            Command::Pause => self.pause(index),
            Command::CommandLine => self.ask(PromptKind::Command, "", index),
            Command::Quit | Command::Back => self.back(command),
            _ if self.help.is_some() => self.scroll_help(command),
            _ => self.run_in_view(command, index),
        }
    }

    /// Gives a command to the page on top, the log or the table; what these do not know concerns several parts.
    fn run_in_view(&mut self, command: Command, index: &Index) {
        if command == Command::Last {
            self.refresh_soon();
            if self.pages.is_empty() && self.feed.paused.take().is_some() {
                self.log.grew();
            }
        }
        if self.fold(command) {
            return;
        }
        let areas = layout::areas(self.size, self.view);
        let outcome = if let Some(page) = self.pages.last_mut() {
            page.update(command, areas.page.height)
        } else if self.view == View::Log {
            self.log.update(command, areas.log.height)
        } else if let Some(table) = self.records.table_mut(self.view) {
            let shown = layout::shown_columns(table.columns(), self.size.0);
            table.update(command, areas.rows.height, &shown)
        } else {
            None
        };
        match outcome {
            Some(outcome) => self.finish(outcome),
            None => self.run_across(command, index),
        }
    }

    /// Unfolds or folds the selected part of the tail; `false` for another command or row.
    fn fold(&mut self, command: Command) -> bool {
        let shown = match command {
            Command::Right => true,
            Command::Left => false,
            _ => return false,
        };
        let Some(Record::Tail(kind)) = self.current() else {
            return false;
        };
        self.unfold(kind, Some(shown));
        true
    }

    pub(super) fn finish(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Done => {}
            Outcome::Effect(effect) => self.effects.push(*effect),
            Outcome::Notice(role, text) => self.note(role, text),
        }
    }

    fn run_across(&mut self, command: Command, index: &Index) {
        match command {
            Command::Open => self.open(index),
            Command::Filter if self.view == View::Log => {
                self.pages.clear();
                self.ask(PromptKind::Search, "", index);
            }
            Command::Filter => {
                self.pages.clear();
                if self.view.is_unfiltered() {
                    self.view = View::Connections;
                }
                let text = self.filter.kept.clone();
                self.ask(PromptKind::Filter, &text, index);
            }
            Command::ByIcid => self.filter_by("icid", index),
            Command::ByDcid => self.filter_by("dcid", index),
            Command::ByUser => self.filter_by("user", index),
            Command::ByProfile => self.filter_by("profile", index),
            Command::ByRoute => self.filter_by_route(index),
            Command::Hit => self.open_affected(index),
            Command::Failures => self.open_failed(index),
            Command::RollUp => self.group_routes(),
            Command::Report => self.report(),
            Command::Keep => self.narrow("", index),
            Command::Drop => self.narrow("-", index),
            Command::Time => self.ask(PromptKind::Time, "", index),
            Command::Moment => self.pick_moment(index),
            Command::Mark => {
                if let Some(record) = self.current() {
                    let marks = &mut self.records.marks;
                    let marked = marks.insert(record) || !marks.remove(&record);
                    self.finish(marked_notice(marked));
                }
            }
            Command::NextMark => self.next_mark(),
            Command::Copy => self.copy(index),
            Command::NextFailure => self.next_failure(SearchDirection::Forward, index),
            Command::PreviousFailure => self.next_failure(SearchDirection::Backward, index),
            _ => {}
        }
    }

    fn scroll_help(&mut self, command: Command) {
        let count = keymap::bindings(self.help_context()).count();
        let most = count.saturating_sub(1);
        let Some(at) = self.help.as_mut() else { return };
        let screen = usize::from(self.size.1.saturating_sub(6)).max(1);
        *at = match command {
            Command::Up => at.saturating_sub(1),
            Command::Down => *at + 1,
            Command::PageUp | Command::HalfUp => at.saturating_sub(screen),
            Command::PageDown | Command::HalfDown => *at + screen,
            Command::First => 0,
            Command::Last => usize::MAX,
            _ => *at,
        };
        *at = (*at).min(most);
    }

    fn choose_view(&mut self, key: u8) {
        if let Some((_, view)) = View::ALL.iter().find(|(number, _)| *number == key) {
            self.view = *view;
            self.pages.clear();
            self.back_stack.clear();
            self.help = None;
        }
    }

    fn turn_view(&mut self, by: usize) {
        let at = View::ALL.iter().position(|(_, view)| *view == self.view);
        self.choose_view(View::ALL[(at.unwrap_or(0) + by) % View::ALL.len()].0);
    }

    fn pause(&mut self, index: &Index) {
        if self.feed.paused.take().is_some() {
            self.refresh_soon();
            self.log.grew();
        } else {
            self.feed.paused = Some(index.totals().entries);
        }
    }

    fn back(&mut self, command: Command) {
        if self.help.take().is_some() || self.pages.pop().is_some() {
            return;
        }
        if let Some(entry) = self.back_stack.pop() {
            return self.return_to(entry);
        }
        if command == Command::Quit {
            return self.effects.push(Effect::Exit);
        }
        if self.is_searching() {
            self.log.finding = false;
            if self.view == View::Log {
                return self.effects.push(Effect::Cancel);
            }
        }
        if self.view == View::Log {
            self.log.search = None;
            return;
        }
        if !self.filter.kept.is_empty() {
            let text = format!("filter cleared: {}", crate::safe::text(&self.filter.kept));
            self.note(Role::Dim, text);
        }
        self.set_filter(query::Query::default());
    }

    fn next_mark(&mut self) {
        let marks = &self.records.marks;
        let marked: Vec<Record> = marks.iter().copied().collect();
        let table = self.records.table_mut(self.view);
        let is_marked = |record| marked.binary_search(&record).is_ok();
        let found =
            table.and_then(|table| table.seek(SearchDirection::Forward, is_marked, Ends::Join));
        if found.is_none() {
            self.finish(no_marks());
        }
    }

    fn next_failure(&mut self, way: SearchDirection, index: &Index) {
        let records = &mut self.records;
        let (triage, users, sources) = (&records.triage, &records.users, &records.sources);
        let failing = |id| {
            let route = triage.route(id);
            route.is_some_and(|route| route.judgement.incident.is_some())
        };
        let failed = |record: Record| match record {
            Record::User(name) => users.of(name).totals.failing_since.is_some(),
            Record::Route(id) => failing(id),
            Record::Host(id) => triage.host(id).is_some_and(|host| host.tally.failed() > 0),
            Record::Group(number) => {
                let group = triage.group(number);
                group.is_some_and(|group| group.state < RouteState::Healthy)
            }
            Record::Finding(number) => {
                let finding = triage.finding(number);
                finding.is_some_and(|finding| finding.severity == Severity::Critical)
            }
            Record::Source(at) => {
                let status = sources.list.statuses.get(at as usize);
                status.is_some_and(|status| is_trouble(status.state))
            }
            record => record.has_failed(index),
        };
        let mut tables = records.tables.iter_mut();
        let table = tables.find(|table| table.view == self.view);
        let found = table.and_then(|table| table.seek(way, failed, Ends::Stay));
        if found.is_none() {
            self.no_failure(way);
        }
    }

    pub(super) fn no_failure(&mut self, way: SearchDirection) {
        let text = match way {
            SearchDirection::Forward => "no later failure",
            SearchDirection::Backward => "no earlier failure",
        };
        self.note(Role::Pending, text);
    }

    /// Includes or excludes the value under the cursor.
    fn narrow(&mut self, sign: &str, index: &Index) {
        let Some((table, record)) = self.table().zip(self.current()) else {
            return;
        };
        let Some(column) = table.columns().get(table.column) else {
            return;
        };
        match context::cell_term(self.known(index), record, column) {
            Some(term) => {
                let text = query::and(&self.filter.kept, &format!("{sign}{term}"));
                self.set_filter_text(&text);
            }
            None => {
                let text = format!("nothing to filter by in column {}", column.title);
                self.note(Role::Pending, text);
            }
        }
    }
}

/// Whether a source needs attention.
fn is_trouble(state: SourceState) -> bool {
    use SourceState::{Damaged, Gone, Incomplete, Stale, Unreadable};
    matches!(state, Damaged | Gone | Incomplete | Stale | Unreadable)
}
