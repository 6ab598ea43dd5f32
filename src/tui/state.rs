//! The state of the interface and its transitions, without a terminal, a file or a clock: a test can press keys.
//! [`App::update`] takes [`Action`]s in and returns [`Effect`]s for the session to carry out.
//!
//! [`App`] routes a key to the part that it is meant for: the open prompt, the time cursor, the help, the page on
//! top, the log or the table of the view. Each of these has an `update` of its own.

mod alert;
mod answers;
pub(super) mod context;
pub(super) mod effect;
mod feed;
mod filter;
mod input;
pub(super) mod log;
mod navigate;
mod numbered_rows;
pub(super) mod page;
mod prompt;
mod records;
mod refresh;
pub(super) mod rows;
mod scroll;
pub(super) mod settings;
pub(super) mod source_list;
mod swap_index;
mod table;
mod time_cursor;
pub(super) mod triage_snapshot;
pub(super) mod triage_state;

#[cfg(test)]
mod tests;

use crate::header::Timestamp;
use crate::index::Index;
use crate::pipeline::Follow;
use crate::tui::columns::record::Record;
use crate::tui::keymap::Context;
use crate::tui::theme::Role;
use crate::tui::widgets::layout;

use context::RenderContext;
use log::LogView;
use page::Page;
use settings::Settings;

pub(super) use crate::tui::columns::view::View;
pub(super) use effect::{Action, Answer, Effect, Job};
pub(super) use feed::{Feed, FeedState};
pub(super) use filter::{FilterState, SearchState};
pub(super) use prompt::{Prompt, PromptKind, Prompts};
pub(super) use records::{Preview, RecordLines, Records};
pub(super) use scroll::{Motion, Scroll};
pub(super) use table::Table;

/// A position to return to: a view with its filter, the selected row and the open pages.
#[derive(Debug)]
struct HistoryEntry {
    view: View,
    filter: String,
    selected: Option<Record>,
    pages: Vec<Page>,
}

#[derive(Debug)]
pub(super) struct App {
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    pub feed: FeedState,
    pub view: View,
    /// Records opened one from another; the last one is shown.
    pub pages: Vec<Page>,
    back_stack: Vec<HistoryEntry>,
    pub records: Records,
    pub log: LogView,
    /// The time picked on the timeline.
    pub moment: Option<Timestamp>,
    /// The first line shown of the help, while it is open.
    pub help: Option<usize>,
    pub prompts: Prompts,
    pub filter: FilterState,
    pub preview: Preview,
    /// A message, until the next key.
    pub notice: Option<(Role, String)>,
    pub settings: Settings,
    /// For the session to carry out.
    effects: Vec<Effect>,
}

/// What a view did with a command that was meant for it.
pub(super) enum Outcome {
    Done,
    Notice(Role, String),
    Effect(Box<Effect>),
}

impl App {
    pub(super) fn new(title: &str, follow: Follow, settings: Settings) -> Self {
        Self {
            size: (0, 0),
            feed: FeedState::new(title, follow),
            view: View::Connections,
            pages: Vec::new(),
            back_stack: Vec::new(),
            records: Records::new(&settings.columns),
            log: LogView::default(),
            moment: None,
            help: None,
            prompts: Prompts::default(),
            filter: FilterState::default(),
            preview: Preview::default(),
            notice: None,
            settings,
            effects: Vec::new(),
        }
    }

    /// Sets the first filter.
    pub(super) fn start(&mut self, query: &str) -> Vec<Effect> {
        self.set_filter_text(query);
        std::mem::take(&mut self.effects)
    }

    /// Whether lines that are shown have been requested and not been read.
    pub(super) fn awaits_lines(&self) -> bool {
        match self.pages.last() {
            Some(page) => page.awaits_lines(),
            None if self.view == View::Log => self.log.awaits_lines(),
            None => self.preview.awaits_lines(),
        }
    }

    pub(super) fn update(&mut self, action: Action, index: &Index) -> Vec<Effect> {
        match action {
            Action::Key(key) => self.press(&key, index),
            Action::Paste(text) => self.paste(&text, index),
            Action::Answer(answer) => self.take(answer, index),
            Action::Resize(width, height) => {
                self.size = (width, height);
                for table in &mut self.records.tables {
                    let height = layout::areas((width, height), table.view).rows.height;
                    table.scroll.fill(usize::from(height), table.rows.len());
                }
            }
            Action::Grew(progress, rate) => {
                self.feed.grew(progress, rate);
                if self.feed.paused.is_none() {
                    self.log.grew();
                }
            }
            Action::CaughtUp => {
                if self.feed.caught_up() {
                    self.records.triage.request_refresh();
                    self.records.sources.expire();
                    self.refresh_soon();
                }
            }
            Action::Files(list) => self.records.sources.set(list),
            Action::Notice(text) => {
                self.records.sources.expire();
                self.note(Role::Warning, text);
            }
            Action::End => {
                self.feed.phase = Feed::Ended;
                self.refresh_soon();
            }
        }
        self.settle(index)
    }

    fn note(&mut self, role: Role, text: impl Into<String>) {
        self.notice = Some((role, text.into()));
    }

    /// The keys that work now.
    pub(super) fn context(&self) -> Context {
        if self.help.is_some() {
            Context::Help
        } else {
            self.help_context()
        }
    }

    /// The keys that the help lists.
    pub(super) fn help_context(&self) -> Context {
        if self.moment.is_some() {
            return Context::Moment;
        }
        match self.pages.last().map(|page| page.lines.record) {
            None => self.view.context(),
            Some(Record::Route(_) | Record::Host(_)) => Context::Route,
            Some(_) => Context::Page,
        }
    }

    /// The table of the view; `None` in the log.
    pub(super) fn table(&self) -> Option<&Table> {
        self.records.table(self.view)
    }

    fn table_mut(&mut self) -> Option<&mut Table> {
        self.records.table_mut(self.view)
    }

    pub(super) fn known<'k>(&'k self, index: &'k Index) -> RenderContext<'k> {
        self.records.context(index)
    }

    /// The record that keys act on: the page's, else the selected row's.
    pub(super) fn current(&self) -> Option<Record> {
        match self.pages.last() {
            Some(page) => Some(page.lines.record),
            None => self.table().and_then(Table::selected),
        }
    }

    pub(super) fn is_searching(&self) -> bool {
        self.log.finding || matches!(self.filter.search, SearchState::First(_))
    }
}
