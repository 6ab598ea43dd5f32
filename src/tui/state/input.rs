//! What each key does.

use ratatui::crossterm::event::{KeyEvent, KeyEventKind};

use super::{App, Effect, PromptKind, Table, View};
use crate::index::Index;
use crate::position::{Position, SourceId};
use crate::query::{self, Query};
use crate::search::{LinePattern, SearchDirection};
use crate::source;
use crate::triage::RouteState;
use crate::triage::findings::FindingSeverity;
use crate::tui::columns;
use crate::tui::keymap::{self, Command};
use crate::tui::state::log::Tailing;
use crate::tui::state::record::Record;
use crate::tui::state::rows::{Order, Sort};
use crate::tui::theme::Role;
use crate::tui::views;

impl App {
    pub(super) fn press(&mut self, key: &KeyEvent, index: &Index) -> Vec<Effect> {
        if key.kind == KeyEventKind::Release {
            return Vec::new();
        }
        if self.prompt.is_some() {
            return self.type_key(key, index);
        }
        self.notice = None;
        match self.settings.keys.find(self.context(), key) {
            Some(command) => self.run(command, index),
            None => Vec::new(),
        }
    }

    /// Does what a key stands for.
    pub(super) fn run(&mut self, command: Command, index: &Index) -> Vec<Effect> {
        if self.moment.is_some() && self.help.is_none() {
            match command {
                Command::Quit | Command::Back => return self.drop_moment(),
                Command::View(_)
                | Command::NextView
                | Command::PreviousView
                | Command::CommandLine => {
                    let mut effects = self.drop_moment();
                    effects.extend(self.run(command, index));
                    return effects;
                }
                Command::Leave
                | Command::Redraw
                | Command::Suspend
                | Command::Help
                | Command::Pause => {}
                _ => return self.choose_moment(command, index),
            }
        }
        match command {
            Command::Leave => return vec![Effect::Exit],
            Command::Redraw => return vec![Effect::Redraw],
            Command::Suspend => return vec![Effect::Suspend],
            Command::Help => self.help = if self.help.is_some() { None } else { Some(0) },
            Command::View(key) => self.choose_view(key),
            Command::NextView => self.turn_view(1),
            Command::PreviousView => self.turn_view(View::ALL.len() - 1),
            Command::Pause => self.pause(index),
            Command::CommandLine => self.ask(PromptKind::Command, "", index),
            Command::Quit | Command::Back => return self.back(command),
            _ if self.help.is_some() => self.scroll_help(command),
            _ => return self.run_here(command, index),
        }
        Vec::new()
    }

    fn run_here(&mut self, command: Command, index: &Index) -> Vec<Effect> {
        match command {
            Command::Open => return self.open(index),
            Command::Filter if self.view == View::Log => {
                self.pages.clear();
                self.ask(PromptKind::Search, "", index);
            }
            Command::Filter => {
                self.pages.clear();
                if matches!(self.view, View::Findings | View::Sources) {
                    self.view = View::Connections;
                }
                let text = self.filter.kept.clone();
                self.ask(PromptKind::Filter, &text, index);
            }
            Command::ByIcid => return self.filter_by("icid", index),
            Command::ByDcid => return self.filter_by("dcid", index),
            Command::ByUser => return self.filter_by("user", index),
            Command::ByProfile => return self.filter_by("profile", index),
            Command::ByRoute => return self.filter_by_route(index),
            Command::Hit => self.open_hit(index),
            Command::RollUp => self.roll_up(),
            Command::Report => return self.report(),
            Command::Keep => return self.narrow("", index),
            Command::Drop => return self.narrow("-", index),
            Command::Time => self.ask(PromptKind::Time, "", index),
            Command::Moment => return self.begin_moment(index),
            Command::Sort => self.sort(),
            Command::Reverse => self.reverse(),
            Command::Mark => self.mark(),
            Command::NextMark => self.next_mark(),
            Command::Copy => return self.copy(index),
            Command::Next => return self.next(SearchDirection::Forward),
            Command::Previous => return self.next(SearchDirection::Backward),
            Command::NextFailure => return self.next_failure(SearchDirection::Forward, index),
            Command::PreviousFailure => return self.next_failure(SearchDirection::Backward, index),
            _ => self.go(command),
        }
        Vec::new()
    }

    /// Moves the cursor.
    fn go(&mut self, command: Command) {
        let areas = views::areas(self.size, self.view);
        let on_page = !self.pages.is_empty();
        let height = match (on_page, self.view) {
            (true, _) => areas.page.height,
            (false, View::Log) => areas.log.height,
            _ => areas.rows.height,
        };
        let screen = isize::try_from(height).unwrap_or(1).max(2) - 1;
        let by = match command {
            Command::Up => -1,
            Command::Down => 1,
            Command::PageUp => -screen,
            Command::PageDown => screen,
            Command::HalfUp => -(screen / 2).max(1),
            Command::HalfDown => (screen / 2).max(1),
            Command::First => return self.go_first(),
            Command::Last => return self.go_last(),
            Command::Left => return self.go_sideways(-1),
            Command::Right => return self.go_sideways(1),
            _ => return,
        };
        if let Some(page) = self.pages.last_mut() {
            page.step(by);
        } else if self.view == View::Log {
            self.log.step(by);
        } else if let Some(table) = self.table_mut() {
            table.step(by);
        }
    }

    fn go_sideways(&mut self, by: isize) {
        let width = self.size.0;
        let far = by * 16;
        if let Some(page) = self.pages.last_mut() {
            page.sideways = page.sideways.saturating_add_signed(far).min(1 << 20);
        } else if self.view == View::Log {
            self.log.sideways = self.log.sideways.saturating_add_signed(far).min(1 << 20);
        } else if let Some(table) = self.table_mut() {
            let shown = views::shown_columns(table.columns(), width);
            table.step_column(by, &shown);
            let title = table
                .columns()
                .get(table.column)
                .map_or("", |column| column.title);
            if !matches!(self.view, View::Findings | View::Sources) {
                self.notice = Some((
                    Role::Dim,
                    format!("column {title}: + include its value, - exclude it"),
                ));
            }
        }
    }

    fn go_first(&mut self) {
        if let Some(page) = self.pages.last_mut() {
            page.cursor = 0;
        } else if self.view == View::Log {
            self.log.go_to(Position::new(SourceId::new(0), 0));
        } else if let Some(table) = self.table_mut() {
            table.cursor = if table.is_newest_first() {
                table.rows.len().saturating_sub(1)
            } else {
                0
            };
        }
    }

    fn go_last(&mut self) {
        self.refresh_soon();
        if self.paused.is_some() && self.pages.is_empty() {
            self.paused = None;
            self.log.grew();
        }
        if let Some(page) = self.pages.last_mut() {
            page.cursor = usize::MAX;
        } else if self.view == View::Log {
            self.log.go_to_end();
        } else if let Some(table) = self.table_mut() {
            table.cursor = if table.is_newest_first() {
                0
            } else {
                table.rows.len().saturating_sub(1)
            };
            if table.is_newest_first() {
                table.generation = None;
            }
        }
    }

    fn scroll_help(&mut self, command: Command) {
        let most = views::help_length(self.help_context()).saturating_sub(1);
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

    /// The context that the list of keys speaks of.
    pub fn help_context(&self) -> keymap::Context {
        if self.moment.is_some() {
            return keymap::Context::Moment;
        }
        match self.pages.last().map(|page| page.lines.record) {
            None => self.view.context(),
            Some(Record::Route(_)) => keymap::Context::Route,
            Some(_) => keymap::Context::Page,
        }
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
        let at = View::ALL
            .iter()
            .position(|(_, view)| *view == self.view)
            .unwrap_or(0);
        self.choose_view(View::ALL[(at + by) % View::ALL.len()].0);
    }

    fn pause(&mut self, index: &Index) {
        self.paused = match self.paused {
            None => Some(index.totals().entries),
            Some(_) => {
                self.refresh_soon();
                self.log.grew();
                None
            }
        };
    }

    fn back(&mut self, command: Command) -> Vec<Effect> {
        if self.help.take().is_some() || self.pages.pop().is_some() {
            return Vec::new();
        }
        if let Some(entry) = self.back_stack.pop() {
            return self.return_to(entry);
        }
        if command == Command::Quit {
            return vec![Effect::Exit];
        }
        if self.is_searching() {
            self.finding = false;
            if self.view == View::Log {
                return vec![Effect::Cancel];
            }
        }
        if self.view == View::Log {
            self.log.search = None;
            return Vec::new();
        }
        if !self.filter.kept.is_empty() {
            self.notice = Some((
                Role::Dim,
                format!("filter cleared: {}", crate::safe::text(&self.filter.kept)),
            ));
        }
        self.set_filter(Query::default())
    }

    fn sort(&mut self) {
        if let Some(table) = self.table_mut() {
            self.notice = Some(match table.sort_next() {
                Some(title) => (Role::Dim, format!("sorted by {title} (S: reverse)")),
                None => (Role::Pending, "this table cannot be sorted".into()),
            });
        }
    }

    fn reverse(&mut self) {
        if let Some(table) = self.table_mut() {
            let order = match table.sort.order {
                Order::Natural => Order::Reversed,
                Order::Reversed => Order::Natural,
            };
            table.sort_by(Sort {
                order,
                ..table.sort
            });
        }
    }

    fn mark(&mut self) {
        let gone = if self.view == View::Log && self.pages.is_empty() {
            let Some(position) = self.log.current().map(|line| line.position) else {
                return;
            };
            !self.line_marks.insert(position) && self.line_marks.remove(&position)
        } else {
            let Some(record) = self.current() else { return };
            !self.marks.insert(record) && self.marks.remove(&record)
        };
        let what = if gone {
            "unmarked"
        } else {
            "marked (': next mark)"
        };
        self.notice = Some((Role::Dim, what.into()));
    }

    fn next_mark(&mut self) {
        let none = || Some((Role::Pending, "no marks yet; press m to set one".to_owned()));
        if self.view == View::Log {
            let here = self.log.current().map(|line| line.position);
            let behind = self.line_marks.iter().find(|mark| Some(**mark) > here);
            match behind.or(self.line_marks.first()).copied() {
                Some(mark) => self.log.go_to(mark),
                None => self.notice = none(),
            }
            return;
        }
        let marked = |record| self.marks.contains(&record);
        let found = self
            .table()
            .and_then(|table| find(table, SearchDirection::Forward, marked, Ends::Join));
        if self.select(found).is_none() {
            self.notice = none();
        }
    }

    /// Moves to a row, if there is one.
    fn select(&mut self, row: Option<usize>) -> Option<()> {
        self.table_mut()?.cursor = row?;
        Some(())
    }

    fn next(&mut self, way: SearchDirection) -> Vec<Effect> {
        if let Some(page) = self.pages.last_mut() {
            page.next_link(way);
            return Vec::new();
        }
        if self.view == View::Log {
            return match &self.log.search {
                Some(search) => self.find(way, LinePattern::Text(search.clone())),
                None => {
                    self.notice = Some((Role::Pending, "no search yet; press /".into()));
                    Vec::new()
                }
            };
        }
        let found = self
            .table()
            .and_then(|table| find(table, way, |_| true, Ends::Stay));
        self.select(found);
        Vec::new()
    }

    fn next_failure(&mut self, way: SearchDirection, index: &Index) -> Vec<Effect> {
        if let Some(page) = self.pages.last_mut() {
            page.next_failure(way);
            return Vec::new();
        }
        if self.view == View::Log {
            return self.find(way, LinePattern::Failure);
        }
        let (triage, logins, files) = (&self.triage, &self.logins, &self.files);
        let failing = |state: RouteState| state != RouteState::Healthy;
        let failed = |record: Record| match record {
            Record::User(name) => logins.of(name).totals.failing_since.is_some(),
            Record::Route(id) => triage.route(id).is_some_and(|route| failing(route.state)),
            Record::Group(number) => triage
                .group(number)
                .is_some_and(|group| failing(group.state)),
            Record::Finding(number) => triage
                .finding(number)
                .is_some_and(|finding| finding.severity == FindingSeverity::Critical),
            Record::Source(at) => files
                .statuses
                .get(at as usize)
                .is_some_and(|status| is_trouble(status.state)),
            record => record.has_failed(index),
        };
        let found = self
            .table()
            .and_then(|table| find(table, way, failed, Ends::Stay));
        if self.select(found).is_none() {
            self.notice = Some((Role::Pending, no_failure(way).into()));
        }
        Vec::new()
    }

    pub(super) fn find(&mut self, way: SearchDirection, needle: LinePattern) -> Vec<Effect> {
        let Some(from) = self.log.search_from(way) else {
            return Vec::new();
        };
        self.finding = true;
        self.log.tailing = Tailing::No;
        vec![Effect::Find(from, way, needle)]
    }

    /// Narrows the filter by the cell under the cursor.
    fn narrow(&mut self, sign: &str, index: &Index) -> Vec<Effect> {
        let Some((table, record)) = self.table().zip(self.current()) else {
            return Vec::new();
        };
        let Some(column) = table.selected_column() else {
            return Vec::new();
        };
        let Some(term) = columns::cell_term(self.known(index), record, column) else {
            let column = column.title;
            self.notice = Some((
                Role::Pending,
                format!("nothing to filter by in column {column}"),
            ));
            return Vec::new();
        };
        let text = query::and(&self.filter.kept, &format!("{sign}{term}"));
        self.set_filter_text(&text)
    }
}

/// Whether a source needs somebody to look after it.
fn is_trouble(state: source::SourceState) -> bool {
    use source::SourceState::{Damaged, Gone, Incomplete, Stale, Unreadable};
    matches!(state, Damaged | Gone | Incomplete | Stale | Unreadable)
}

/// The next row for which `wanted` holds.
fn find(
    table: &Table,
    way: SearchDirection,
    wanted: impl Fn(Record) -> bool,
    ends: Ends,
) -> Option<usize> {
    let (before, rest) = table.rows.split_at_checked(table.cursor)?;
    let behind = rest.get(1..).unwrap_or_default();
    let hit = |row: &Record| wanted(*row);
    let found = match way {
        SearchDirection::Forward => behind.iter().position(hit).map(|at| table.cursor + 1 + at),
        SearchDirection::Backward => before.iter().rposition(hit),
    };
    let around = || {
        (ends == Ends::Join)
            .then(|| table.rows.iter().position(hit))
            .flatten()
    };
    found.or_else(around)
}

/// Whether a search goes on at the other end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Ends {
    Join,
    Stay,
}

/// What to answer when there is no failure in that direction.
pub(super) fn no_failure(way: SearchDirection) -> &'static str {
    match way {
        SearchDirection::Forward => "no later failure",
        SearchDirection::Backward => "no earlier failure",
    }
}
