//! What the interface knows and how it changes: no terminal, no file and no clock in here, so that a test can press
//! keys. What the outside must do comes back as [`Effect`]s; what the outside found out comes in as [`Action`]s.

mod input;
pub(super) mod log;
mod navigate;
pub(super) mod page;
mod prompt;
pub(super) mod record;
mod refresh;
pub(super) mod rows;
pub(super) mod settings;
pub(super) mod source_list;
mod swap_index;
mod table;
mod time_cursor;
pub(super) mod triage_state;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use ratatui::crossterm::event::KeyEvent;

use std::sync::Arc;

use crate::header::Timestamp;
use crate::index::Index;
use crate::index::store::extent::Span;
use crate::position::Position;
use crate::present::columns::on_screen;
use crate::query::aggregate::Users;
use crate::query::{Completion, Query, TextMatches};
use crate::search::RawLine;
use crate::search::{LinePattern, SearchDirection};
use crate::source::Progress;
use crate::triage::RouteId;
use crate::tui::columns::{self, Column, RenderContext};
use crate::tui::keymap::Context;
use crate::tui::state::log::Log;
use crate::tui::state::page::Page;
use crate::tui::state::record::Record;
use crate::tui::state::settings::Settings;
use crate::tui::state::source_list::SourceList;
use crate::tui::state::triage_state::{TriageJob, TriageState};
use crate::tui::theme::Role;
use crate::tui::views;
use crate::tui::widgets::line_editor::Line;
use crate::tui::workers::{Answer, Job};

pub use table::Table;

/// The views on the tab bar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum View {
    /// Connections in both directions.
    Connections,
    /// Messages.
    Messages,
    /// Users who logged in or tried to.
    Users,
    /// Routes that mail goes out by.
    Routes,
    /// What was noticed.
    Findings,
    /// The log as it is.
    Log,
    /// Where the log comes from.
    Sources,
}

impl View {
    /// All of them with their keys, in the order of the tab bar.
    pub const ALL: [(u8, Self); 7] = [
        (1, Self::Connections),
        (2, Self::Messages),
        (3, Self::Users),
        (4, Self::Routes),
        (5, Self::Findings),
        (6, Self::Log),
        (7, Self::Sources),
    ];

    /// As the tab bar calls it.
    pub fn title(self) -> &'static str {
        self.context().title()
    }

    /// Which keys hold.
    pub fn context(self) -> Context {
        match self {
            Self::Connections => Context::Connections,
            Self::Messages => Context::Messages,
            Self::Users => Context::Users,
            Self::Routes => Context::Routes,
            Self::Findings => Context::Findings,
            Self::Log => Context::Log,
            Self::Sources => Context::Sources,
        }
    }

    /// How the configuration calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Connections => "connections",
            Self::Messages => "messages",
            Self::Users => "users",
            Self::Routes => "routes",
            Self::Findings => "findings",
            Self::Log => "log",
            Self::Sources => "sources",
        }
    }

    /// A table's columns.
    pub fn columns(self) -> impl Iterator<Item = &'static Column> + Clone {
        on_screen(match self {
            Self::Connections => columns::CONNECTIONS,
            Self::Messages => columns::MESSAGES,
            Self::Users => columns::USERS,
            Self::Routes => columns::ROUTES,
            Self::Findings => columns::FINDINGS,
            Self::Log => &[],
            Self::Sources => columns::SOURCES,
        })
    }
}

/// How the log comes in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Feed {
    /// What was there is still being read.
    Loading(Progress),
    /// What was there is still being read; until then its end alone is shown.
    Newest(Progress),
    /// All was read; more may come.
    Following,
    /// All was read; no more will come.
    Ended,
}

/// Whether more may come when all was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Follow {
    /// It may.
    #[default]
    Yes,
    /// It will not.
    No,
}

/// Something happened.
#[derive(Debug)]
pub enum Action {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has so many columns and rows.
    Resize(u16, u16),
    /// The index has grown; this much was read, and so many lines a second come in.
    Grew(Progress, Option<u64>),
    /// All that was there has been read.
    CaughtUp,
    /// Something to tell, safe to show.
    Notice(String),
    /// Nothing more will come.
    End,
    /// A worker has something.
    Answer(Answer),
    /// How the sources are doing.
    Files(SourceList),
}

/// Something for the outside to do.
#[derive(Debug)]
pub enum Effect {
    /// End the program.
    Exit,
    /// Draw the whole screen again.
    Redraw,
    /// Stop the program.
    Suspend,
    /// Hand safe text to the clipboard.
    Copy(String),
    /// Read something.
    Read(Job),
    /// Read the log for a filter's texts, behind what was read already.
    Search(Arc<Query>, TextMatches),
    /// Look for a line.
    Find(Position, SearchDirection, LinePattern),
    /// Stop the search that runs.
    Cancel,
    /// Look at routes and for findings.
    Look(TriageJob),
    /// Write a route's report.
    Report(RouteId),
    /// Look at how the sources are doing.
    Files,
}

/// What is typed on the bottom line.
#[derive(Debug)]
pub struct Prompt {
    /// What for.
    pub kind: PromptKind,
    /// The text.
    pub line: Line,
    /// What is wrong with it, safe to show.
    pub error: Option<String>,
    /// Where, in bytes of the text.
    pub error_at: Option<usize>,
    /// What may stand at the cursor.
    pub completions: Vec<Completion>,
    /// The completion that was taken last, and the range of it.
    pub taken: Option<(usize, std::ops::Range<usize>)>,
    /// How far back in what was typed before; 0 is the text being typed.
    pub recalled: usize,
}

/// What is typed for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PromptKind {
    /// The filter.
    Filter,
    /// A search in the log.
    Search,
    /// A time.
    Time,
    /// A command.
    Command,
}

/// Lines of a record, read for showing.
#[derive(Debug)]
pub struct RecordLines {
    /// Whose.
    pub record: Record,
    /// Where they stand.
    pub spans: Vec<Span>,
    /// What was read, or why not; `None` until it is there.
    pub read: Option<Result<Vec<RawLine>, String>>,
}

/// How far the log was read for a filter's texts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SearchState {
    /// As far as it goes, or there is no need.
    Done,
    /// So many bytes; the rows are still those of the filter before.
    First(u64),
    /// It is read on behind what was read.
    Further,
}

/// The filter and what was found for it.
#[derive(Debug)]
pub struct FilterState {
    /// As it was last kept.
    pub kept: String,
    /// What holds now: while typing, the last text that could be read.
    pub active: Arc<Query>,
    /// What the log's text gave for it.
    pub hits: TextMatches,
    /// Whether the log is being read for it.
    pub search: SearchState,
    /// Whether rows are already those of what was found so far.
    partial: bool,
    /// The index's generation when the log was last read for it.
    searched_at: u64,
    /// When that began and when it may begin again: times since the start.
    searched: (Duration, Duration),
    /// How long the last answer took.
    pub took: Option<Duration>,
}

/// Where a reader was: a view with its filter, the selected row and the pages open there.
#[derive(Debug)]
struct HistoryEntry {
    view: View,
    filter: String,
    selected: Option<Record>,
    pages: Vec<Page>,
}

/// The whole state.
#[derive(Debug)]
pub struct App {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// What is followed.
    pub title: String,
    /// How it comes in.
    pub feed: Feed,
    /// Lines a second, while they come.
    pub rate: Option<u64>,
    /// Bytes that were written and not yet read, when all was read before.
    pub behind: u64,
    /// Entries read when the feed was held.
    pub paused: Option<u64>,
    /// The view chosen.
    pub view: View,
    /// Of connections.
    pub connections: Table,
    /// Of messages.
    pub messages: Table,
    /// Of users.
    pub users: Table,
    /// Of routes.
    pub routes: Table,
    /// Of findings.
    pub findings: Table,
    /// Of sources.
    pub sources: Table,
    /// How the sources are doing.
    pub files: SourceList,
    /// Counts how often they were looked at; what they were looked at for.
    files_serial: u64,
    files_of: Option<u64>,
    /// What the users' logins came to.
    pub logins: Users,
    /// What the triage says.
    pub triage: TriageState,
    /// The log.
    pub log: Log,
    /// Records opened one from another.
    pub pages: Vec<Page>,
    /// Where the reader was before something led elsewhere.
    back_stack: Vec<HistoryEntry>,
    /// The moment that is chosen on the time strip.
    pub moment: Option<Timestamp>,
    /// How far the list of keys is scrolled, while it is shown.
    pub help: Option<usize>,
    /// What is typed.
    pub prompt: Option<Prompt>,
    /// The filter.
    pub filter: FilterState,
    /// The selected record's lines.
    pub preview: Option<RecordLines>,
    /// Marked records.
    pub marks: BTreeSet<Record>,
    /// Marked lines of the log.
    pub line_marks: BTreeSet<Position>,
    /// Something to tell, until the next key.
    pub notice: Option<(Role, String)>,
    /// What the reader has set.
    pub settings: Settings,
    follow: Follow,
    /// What was typed before, the newest last.
    history: Vec<(PromptKind, String)>,
    /// Whose lines are to be copied when they are there.
    copying: Option<Record>,
    finding: bool,
    next_refresh: Duration,
    next_files: Duration,
}

impl App {
    /// The state at the start.
    pub fn new(title: &str, follow: Follow, settings: Settings) -> Self {
        let mut app = Self {
            size: (0, 0),
            title: title.to_owned(),
            feed: Feed::Loading(Progress { read: 0, total: 0 }),
            rate: None,
            behind: 0,
            paused: None,
            view: View::Connections,
            connections: Table::new(View::Connections),
            messages: Table::new(View::Messages),
            users: Table::new(View::Users),
            routes: Table::new(View::Routes),
            findings: Table::new(View::Findings),
            sources: Table::new(View::Sources),
            files: SourceList::default(),
            files_serial: 0,
            files_of: None,
            logins: Users::default(),
            triage: TriageState::default(),
            log: Log::default(),
            pages: Vec::new(),
            back_stack: Vec::new(),
            moment: None,
            help: None,
            prompt: None,
            filter: FilterState {
                kept: String::new(),
                active: Arc::default(),
                hits: TextMatches::none(),
                search: SearchState::Done,
                partial: false,
                searched_at: 0,
                searched: (Duration::ZERO, Duration::ZERO),
                took: None,
            },
            preview: None,
            marks: BTreeSet::new(),
            line_marks: BTreeSet::new(),
            notice: None,
            settings,
            follow,
            history: Vec::new(),
            copying: None,
            finding: false,
            next_refresh: Duration::ZERO,
            next_files: Duration::ZERO,
        };
        for chosen in std::mem::take(&mut app.settings.columns) {
            for table in app.tables_mut() {
                if table.view == chosen.view() {
                    table.show(&chosen);
                }
            }
        }
        app
    }

    /// Begins with a filter.
    pub fn start(&mut self, query: &str) -> Vec<Effect> {
        self.set_filter_text(query)
    }

    /// Whether lines that are shown were asked for and are not there.
    pub fn awaits_lines(&self) -> bool {
        match self.pages.last() {
            Some(page) => page.awaits_lines(),
            None if self.view == View::Log => {
                self.log.lines.is_empty() && self.log.error.is_none() && self.log.is_asked()
            }
            None => self
                .preview
                .as_ref()
                .is_some_and(|preview| preview.read.is_none()),
        }
    }

    /// Takes in what happened.
    pub fn update(&mut self, action: Action, index: &Index) -> Vec<Effect> {
        let mut effects = match action {
            Action::Key(key) => self.press(&key, index),
            Action::Paste(text) => self.paste(&text, index),
            Action::Resize(width, height) => {
                self.size = (width, height);
                for table in self.tables_mut() {
                    let height = views::areas((width, height), table.view).rows.height;
                    table.fill(usize::from(height));
                }
                Vec::new()
            }
            Action::Grew(progress, rate) => self.grew(progress, rate),
            Action::CaughtUp if !self.is_loading() => Vec::new(),
            Action::CaughtUp => {
                let over = self.follow == Follow::No;
                self.feed = if over { Feed::Ended } else { Feed::Following };
                self.triage.request_refresh();
                self.files_of = None;
                self.refresh_soon();
                Vec::new()
            }
            Action::Files(files) => {
                self.files = files;
                self.files_serial += 1;
                Vec::new()
            }
            Action::Notice(text) => {
                self.files_of = None;
                self.notice = Some((Role::Warning, text));
                Vec::new()
            }
            Action::End => {
                self.feed = Feed::Ended;
                self.refresh_soon();
                Vec::new()
            }
            Action::Answer(answer) => self.take(answer, index),
        };
        effects.extend(self.settle(index));
        effects
    }

    fn grew(&mut self, progress: Progress, rate: Option<u64>) -> Vec<Effect> {
        self.rate = rate;
        self.behind = progress.total.saturating_sub(progress.read);
        if let Feed::Loading(known) | Feed::Newest(known) = &mut self.feed {
            *known = progress;
        }
        if self.paused.is_none() {
            self.log.grew();
        }
        Vec::new()
    }

    fn take(&mut self, answer: Answer, index: &Index) -> Vec<Effect> {
        match answer {
            Answer::Record(record, spans, lines) => {
                return self.take_lines(record, &spans, lines, index);
            }
            Answer::Sides(of, read) => {
                let page = self.pages.last_mut();
                if let Some(page) = page.filter(|page| page.sides.of == of) {
                    page.sides.read = Some(read);
                    page.built_from = None;
                }
            }
            Answer::Log(ask, chunk) => self.log.take(ask, chunk),
            Answer::Searched(text, bytes) if text == self.filter.active.text() => {
                if let SearchState::First(read) = &mut self.filter.search {
                    *read = bytes;
                }
            }
            Answer::Hits(text, hits) if text == self.filter.active.text() => {
                self.filter.search = SearchState::Done;
                self.filter.partial = false;
                match hits {
                    Ok(hits) => self.filter.hits = hits,
                    Err(error) => {
                        self.notice = Some((Role::Failed, crate::safe::text(&error).into_owned()));
                    }
                }
                self.filter_changed();
            }
            Answer::Partial(text, hits) if text == self.filter.active.text() => {
                if matches!(self.filter.search, SearchState::First(_)) {
                    self.filter.hits = hits;
                    self.filter.partial = true;
                    self.filter_changed();
                }
            }
            Answer::Searched(..) | Answer::Partial(..) | Answer::Hits(..) => {}
            Answer::Found(found) => self.found(found),
            Answer::Reported(written) => self.reported(written),
            Answer::Seen(number, seen) => {
                self.triage.take(number, seen);
            }
        }
        Vec::new()
    }

    fn take_lines(
        &mut self,
        record: Record,
        spans: &[Span],
        read: Result<Vec<RawLine>, String>,
        index: &Index,
    ) -> Vec<Effect> {
        let wants = |lines: &RecordLines| lines.record == record && lines.spans == spans;
        let mut effects = Vec::new();
        if self.copying == Some(record) {
            self.copying = None;
            effects = self.copy_lines(record, read.as_deref().unwrap_or_default(), index);
        }
        if let Some(page) = self.pages.last_mut().filter(|page| wants(&page.lines)) {
            page.lines.read = Some(read.clone());
            page.built_from = None;
        }
        if let Some(preview) = self.preview.as_mut().filter(|preview| wants(preview)) {
            preview.read = Some(read);
        }
        effects
    }

    fn found(&mut self, found: Result<Option<Position>, String>) {
        self.finding = false;
        self.notice = match found {
            Ok(Some(position)) => {
                self.log.go_to(position);
                None
            }
            Ok(None) => Some((Role::Pending, "no further match".into())),
            Err(error) => Some((Role::Failed, crate::safe::text(&error).into_owned())),
        };
    }

    /// Which keys hold now.
    pub fn context(&self) -> Context {
        if self.help.is_some() {
            Context::Help
        } else {
            self.help_context()
        }
    }

    /// The table of the view; `None` in the log.
    pub fn table(&self) -> Option<&Table> {
        match self.view {
            View::Connections => Some(&self.connections),
            View::Messages => Some(&self.messages),
            View::Users => Some(&self.users),
            View::Routes => Some(&self.routes),
            View::Findings => Some(&self.findings),
            View::Sources => Some(&self.sources),
            View::Log => None,
        }
    }

    fn table_mut(&mut self) -> Option<&mut Table> {
        match self.view {
            View::Connections => Some(&mut self.connections),
            View::Messages => Some(&mut self.messages),
            View::Users => Some(&mut self.users),
            View::Routes => Some(&mut self.routes),
            View::Findings => Some(&mut self.findings),
            View::Sources => Some(&mut self.sources),
            View::Log => None,
        }
    }

    fn tables_mut(&mut self) -> [&mut Table; 6] {
        [
            &mut self.connections,
            &mut self.messages,
            &mut self.users,
            &mut self.routes,
            &mut self.findings,
            &mut self.sources,
        ]
    }

    /// What rows stand for, as far as it is known.
    pub fn known<'k>(&'k self, index: &'k Index) -> RenderContext<'k> {
        RenderContext {
            index,
            users: &self.logins,
            triage: &self.triage,
            files: &self.files,
        }
    }

    /// The record that keys speak of: the page's, else the selected row's.
    pub fn current(&self) -> Option<Record> {
        match self.pages.last() {
            Some(page) => Some(page.lines.record),
            None => self.table().and_then(Table::selected),
        }
    }

    /// Whether a search runs.
    pub fn is_searching(&self) -> bool {
        self.finding || matches!(self.filter.search, SearchState::First(_))
    }
}
