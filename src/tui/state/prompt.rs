//! The bottom line: the filter, a search, a time, a command.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{App, Effect, SearchState, View};
use crate::index::Index;
use crate::query::{self, Completion};
use crate::safe;
use crate::search::{SearchDirection, TextPattern};
use crate::tui::columns::record::Record;
use crate::tui::columns::{self, Field};
use crate::tui::keymap::Command;
use crate::tui::state::context;
use crate::tui::state::rows::{Order, Sort};
use crate::tui::theme::Role;
use crate::tui::widgets::line_editor::{Edit, Line};

/// A line being typed at the bottom of the screen.
#[derive(Debug)]
pub(crate) struct Prompt {
    pub kind: PromptKind,
    pub line: Line,
    /// An error, safe to show, and its byte in the text.
    pub error: Option<String>,
    pub error_at: Option<usize>,
    /// What may be inserted at the cursor.
    pub completions: Vec<Completion>,
    /// The completion inserted last, and its bytes.
    pub taken: Option<(usize, std::ops::Range<usize>)>,
    /// The line of the history that is shown; 0 is the text being typed.
    pub recalled: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PromptKind {
    Filter,
    Search,
    Time,
    Command,
}

/// The open prompt, and the lines entered before.
#[derive(Debug, Default)]
pub(crate) struct Prompts {
    pub open: Option<Prompt>,
    /// The newest last.
    history: Vec<(PromptKind, String)>,
}

/// Bytes of a paste; the rest is dropped.
const MOST_PASTED: usize = 4096;

impl App {
    pub(super) fn ask(&mut self, kind: PromptKind, text: &str, index: &Index) {
        self.prompts.open = Some(Prompt {
            kind,
            line: Line::new(text),
            error: None,
            error_at: None,
            completions: Vec::new(),
            taken: None,
            recalled: 0,
        });
        self.complete(index);
    }

    /// Opens the filter bar with the selected record's value.
    pub(super) fn filter_by(&mut self, field: &'static str, index: &Index) {
        let text = match self.current() {
            Some(record @ (Record::Route(_) | Record::Host(_) | Record::Group(_))) => {
                columns::column(columns::ROUTES, Field::Profiles)
                    .and_then(|column| context::cell_term(self.known(index), record, column))
            }
            Some(record) => Some(record.term(index, field)),
            None => None,
        };
        let text = text.unwrap_or_else(|| format!("{field}:"));
        self.pages.clear();
        if !self.view.is_of_mail() {
            self.view = View::Connections;
        }
        self.ask(PromptKind::Filter, &text, index);
        self.apply();
    }

    pub(super) fn paste(&mut self, text: &str, index: &Index) {
        let Some(prompt) = self.prompts.open.as_mut() else {
            return;
        };
        let text = &text[..text.floor_char_boundary(MOST_PASTED)];
        prompt.line.insert(text);
        self.changed(index);
    }

    pub(super) fn type_key(&mut self, key: &KeyEvent, index: &Index) {
        let control = key.modifiers.contains(KeyModifiers::CONTROL);
        match key.code {
            KeyCode::Char('c') if control => return self.effects.push(Effect::Exit),
            KeyCode::Char('l') if control => return self.effects.push(Effect::Redraw),
            KeyCode::Char('z') if control => return self.effects.push(Effect::Suspend),
            KeyCode::Enter => return self.enter(index),
            KeyCode::Esc => return self.escape(),
            KeyCode::Tab => return self.take_completion(SearchDirection::Forward),
            KeyCode::Up => return self.recall(SearchDirection::Backward, index),
            KeyCode::Down => return self.recall(SearchDirection::Forward, index),
            KeyCode::BackTab => return self.take_completion(SearchDirection::Backward),
            _ => {}
        }
        let edit = match (key.code, control) {
            (KeyCode::Char('u'), true) => Edit::Clear,
            (KeyCode::Char('k'), true) => Edit::Cut,
            (KeyCode::Char('w'), true) => Edit::Word,
            (KeyCode::Char('a'), true) | (KeyCode::Home, _) => Edit::Start,
            (KeyCode::Char('e'), true) | (KeyCode::End, _) => Edit::End,
            (KeyCode::Char('b'), true) | (KeyCode::Left, _) => Edit::Left,
            (KeyCode::Char('f'), true) | (KeyCode::Right, _) => Edit::Right,
            (KeyCode::Char('d'), true) | (KeyCode::Delete, _) => Edit::Delete,
            (KeyCode::Char('h'), true) | (KeyCode::Backspace, _) => Edit::Backspace,
            (KeyCode::Char(c), false) => Edit::Insert(c),
            _ => return,
        };
        let Some(prompt) = self.prompts.open.as_mut() else {
            return;
        };
        if edit == Edit::Backspace && prompt.line.text().is_empty() {
            return self.escape();
        }
        if prompt.line.edit(edit) {
            return self.changed(index);
        }
        self.complete(index);
    }

    fn changed(&mut self, index: &Index) {
        if let Some(prompt) = self.prompts.open.as_mut() {
            prompt.taken = None;
        }
        self.complete(index);
        self.apply();
    }

    fn complete(&mut self, index: &Index) {
        let Some(prompt) = self.prompts.open.as_mut() else {
            return;
        };
        prompt.taken = None;
        if prompt.kind == PromptKind::Filter {
            let (text, cursor) = (prompt.line.text(), prompt.line.cursor());
            prompt.completions = query::complete(text, cursor, index, &self.settings.saved);
        }
    }

    /// Applies the filter being typed, if it parses.
    fn apply(&mut self) {
        let Some(prompt) = self.prompts.open.as_mut() else {
            return;
        };
        (prompt.error, prompt.error_at) = (None, None);
        if prompt.kind != PromptKind::Filter {
            return;
        }
        match query::parse_with(prompt.line.text(), &self.settings.saved) {
            Ok(filter) => self.apply_filter(filter),
            Err(problem) => {
                prompt.error = Some(problem.message().to_owned());
                prompt.error_at = Some(problem.range().start);
                // The search was for another text; the rows stay those of the filter kept.
                if self.filter.search != SearchState::Done {
                    self.restore_filter();
                }
            }
        }
    }

    fn take_completion(&mut self, way: SearchDirection) {
        let Some(prompt) = self.prompts.open.as_mut() else {
            return;
        };
        let count = prompt.completions.len();
        if count == 0 {
            return;
        }
        let (at, range) = match prompt.taken.take() {
            Some((at, range)) if way == SearchDirection::Forward => ((at + 1) % count, range),
            Some((at, range)) => ((at + count - 1) % count, range),
            None => (0, prompt.completions[0].replace.clone()),
        };
        let completion = &prompt.completions[at];
        let start = range.start;
        prompt.line.replace(range, &completion.text);
        prompt.taken = Some((at, start..start + completion.text.len()));
        self.apply();
    }

    /// Shows an earlier entry of the history.
    fn recall(&mut self, way: SearchDirection, index: &Index) {
        let Some(prompt) = self.prompts.open.as_mut() else {
            return;
        };
        let recalled = match way {
            SearchDirection::Backward => prompt.recalled + 1,
            SearchDirection::Forward => prompt.recalled.saturating_sub(1),
        };
        let typed = self.prompts.history.iter().rev();
        let mut typed = typed.filter(|(kind, _)| *kind == prompt.kind);
        let text = match recalled {
            0 => Some(""),
            back => typed.nth(back - 1).map(|(_, text)| text.as_str()),
        };
        let Some(text) = text else { return };
        prompt.recalled = recalled;
        prompt.line = Line::new(text);
        self.changed(index);
    }

    fn remember(&mut self, kind: PromptKind, text: &str) {
        let typed = (kind, text.to_owned());
        self.prompts.history.retain(|before| *before != typed);
        self.prompts.history.push(typed);
        let over = self
            .prompts
            .history
            .len()
            .saturating_sub(self.settings.history);
        self.prompts.history.drain(..over);
    }

    /// Closes the prompt and restores the filter.
    fn escape(&mut self) {
        let Some(prompt) = self.prompts.open.take() else {
            return;
        };
        if prompt.kind == PromptKind::Filter {
            self.restore_filter();
        }
    }

    fn enter(&mut self, index: &Index) {
        let Some(prompt) = self.prompts.open.take() else {
            return;
        };
        let text = prompt.line.text().trim().to_owned();
        if !text.is_empty() {
            self.remember(prompt.kind, &text);
        }
        match prompt.kind {
            PromptKind::Filter if prompt.error.is_some() => self.prompts.open = Some(prompt),
            PromptKind::Filter => self.filter.kept = text,
            PromptKind::Search => self.search(prompt, &text),
            PromptKind::Time => self.enter_time(prompt, &text, index),
            PromptKind::Command => self.command(prompt, &text, index),
        }
    }

    fn search(&mut self, mut prompt: Prompt, text: &str) {
        if text.is_empty() {
            self.log.search = None;
            return;
        }
        match TextPattern::regex(text) {
            Ok(search) => {
                if let Some(outcome) = self.log.search(search) {
                    self.finish(outcome);
                }
            }
            Err(cause) => {
                prompt.error = Some(safe::text(&cause).into_owned());
                self.prompts.open = Some(prompt);
            }
        }
    }

    fn enter_time(&mut self, mut prompt: Prompt, text: &str, index: &Index) {
        let Some(newest) = index.newest() else { return };
        if text.is_empty() {
            return;
        }
        if let Some((from, to)) = text.split_once("..") {
            let from =
                query::moment(from, newest).map(|time| query::term("since", &time.to_string()));
            let to = if to.trim().is_empty() {
                Some(String::new())
            } else {
                query::moment(to, newest).map(|time| query::term("until", &time.to_string()))
            };
            if let (Some(from), Some(to)) = (from, to) {
                let text = query::and(&self.filter.kept, &format!("{from} {to}"));
                if self.view == View::Log {
                    self.view = View::Connections;
                }
                return self.set_filter_text(text.trim());
            }
        } else if let Some(time) = query::moment(text, newest) {
            self.go_to_time(time, index);
            return;
        }
        prompt.error =
            Some("expected a time: 11:20, 2009-04-22 11:20, -15m, or a range: 11:00..11:30".into());
        self.prompts.open = Some(prompt);
    }

    fn command(&mut self, mut prompt: Prompt, text: &str, index: &Index) {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let rest = rest.trim();
        let wrong = match word {
            "" => return,
            "q" | "quit" | "exit" => return self.effects.push(Effect::Exit),
            "help" | "h" => {
                self.help = Some(0);
                return;
            }
            "filter" | "f" => match query::parse_with(rest, &self.settings.saved) {
                Ok(filter) => return self.set_filter(filter),
                Err(problem) => problem.message().to_owned(),
            },
            "view" | "v" => {
                let mut all = View::ALL.iter();
                match all.find(|(key, view)| names_view(rest, *key, *view)) {
                    Some((key, _)) => return self.run(Command::View(*key), index),
                    None => "expected a view: 1 to 7, or its name".into(),
                }
            }
            "sort" | "s" => match self.sort_by(rest) {
                Ok(()) => return,
                Err(titles) => format!("expected a column: {titles}"),
            },
            "goto" | "time" | "t" => {
                prompt.kind = PromptKind::Time;
                prompt.line = Line::new(rest);
                return self.enter_time(prompt, rest, index);
            }
            word => format!(
                "unknown command `{}`; expected q, filter, view, sort, goto or help",
                safe::text(word)
            ),
        };
        prompt.error = Some(wrong);
        self.prompts.open = Some(prompt);
    }

    fn sort_by(&mut self, name: &str) -> Result<(), String> {
        let Some(table) = self.table_mut() else {
            return Err("none here".into());
        };
        let mut columns = table.columns().iter();
        let found = columns.find(|column| !name.is_empty() && column.title.starts_with(name));
        let Some(column) = found.copied() else {
            let titles: Vec<&str> = table.columns().iter().map(|column| column.title).collect();
            return Err(titles.join(", "));
        };
        table.sort_by(Sort {
            field: column.screen.field,
            order: Order::Natural,
        });
        self.note(Role::Dim, format!("sorted by {}", column.title));
        Ok(())
    }
}

fn names_view(name: &str, key: u8, view: View) -> bool {
    let begins = || view.name().starts_with(&name.to_lowercase());
    name == key.to_string() || !name.is_empty() && begins()
}
