//! Lines of a page, built part by part.

use super::{MOST, PageRow};
use crate::header::Timestamp;
use crate::humanize;
use crate::index::Index;
use crate::safe;
use crate::trace::{self, TextPart, TextStyle, Trace};
use crate::tui::columns::record::Record;
use crate::tui::theme::Role;

/// Least columns of a fact's name, with the blanks around it.
const NAME: usize = 13;

/// Builds a page line by line.
#[derive(Default)]
pub(super) struct PageBuilder {
    pub rows: Vec<PageRow>,
    /// Columns of a fact's name if the page has names longer than usual.
    pub name_width: usize,
}

impl PageBuilder {
    /// Columns of a fact's name.
    pub(super) fn names(&self) -> usize {
        self.name_width.max(NAME)
    }

    fn name_of(&self, name: &str) -> String {
        format!("  {name:<width$}", width = self.names() - 2)
    }

    pub(super) fn row(&mut self, parts: Vec<(Role, String)>) -> &mut PageRow {
        self.rows.push(PageRow { parts, link: None });
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    pub(super) fn fact(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.row(vec![(Role::Dim, self.name_of(name)), (Role::Text, value)]);
        }
    }

    /// A fact of several parts.
    pub(super) fn parts(&mut self, name: &str, parts: Vec<(Role, String)>) -> &mut PageRow {
        let mut all = vec![(Role::Dim, self.name_of(name))];
        all.extend(parts);
        self.row(all)
    }

    /// A fact that may take several lines of `width` columns.
    pub(super) fn wrapped(&mut self, name: &str, value: &str, role: Role, width: usize) {
        let mut name = name;
        for line in wrap(value, width.saturating_sub(self.names() + 1).max(20)) {
            self.parts(name, vec![(role, line)]);
            name = "";
        }
    }

    pub(super) fn title(&mut self, text: &str) {
        self.row(Vec::new());
        self.row(vec![(Role::Title, format!(" {text}"))]);
    }

    /// The heading of the raw lines; their number is left out if it is 0.
    pub(super) fn lines_title(&mut self, count: u32) {
        match count {
            0 => self.title("Log lines"),
            count => self.title(&format!("Log lines ({count})")),
        }
    }

    pub(super) fn headline(&mut self, index: &Index, record: Record) {
        let mut parts = vec![(Role::Text, " ".to_owned())];
        parts.extend(headline(index, record));
        if let Some((role, _)) = parts.get_mut(1) {
            *role = Role::Title;
        }
        self.row(parts);
    }

    /// The steps of a trace. A record is linked from the first step of each run of its steps.
    pub(super) fn trace(&mut self, record: Record, trace: Trace) {
        self.title("Trace");
        let mut previous = None;
        for step in trace.steps {
            let label = format!("{:<5}", step.kind.label());
            let mut parts = vec![time_part(step.time), (Role::Dim, label)];
            parts.extend(roles(step.text));
            let link = Record::from(step.of);
            let is_new = link != record && previous.replace(link) != Some(link);
            self.row(parts).link = is_new.then_some(link);
        }
    }

    /// The page of what the first analysis has not reached.
    pub(super) fn analyzing(mut self, title: &str) -> Vec<PageRow> {
        let words = format!(" {}  is being analyzed …", text(title));
        self.row(vec![(Role::Dim, words)]);
        self.rows
    }

    pub(super) fn more(&mut self, count: usize) {
        if count > MOST {
            self.row(vec![(Role::Dim, format!("  … {} more", count - MOST))]);
        }
    }
}

pub(super) fn text(text: &str) -> String {
    safe::text(text).into_owned()
}

pub(super) fn time_part(time: Option<Timestamp>) -> (Role, String) {
    let clock = time.map_or_else(|| " ".repeat(8), humanize::clock);
    (Role::Dim, format!("  {clock} "))
}

/// A connection or a message in one line, its state before what a narrow screen may cut.
pub(super) fn headline(index: &Index, record: Record) -> Vec<(Role, String)> {
    let subject = record.subject();
    let mut parts = subject.map_or_else(Vec::new, |subject| trace::headline(index, subject));
    if let Some(state) = parts.pop() {
        parts.insert(parts.len().min(1), state);
    }
    roles(parts)
}

fn roles(text: Vec<TextPart>) -> Vec<(Role, String)> {
    let role = |style| match style {
        TextStyle::Plain => Role::Text,
        TextStyle::Id => Role::Id,
        TextStyle::Good => Role::Ok,
        TextStyle::Bad => Role::Failed,
        TextStyle::Waiting => Role::Pending,
        TextStyle::Dim => Role::Dim,
    };
    let parts = text.into_iter();
    parts.map(|part| (role(part.style), part.text)).collect()
}

/// Safe text in lines of at most `width` columns, broken between words where that is possible.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        let taken = safe::width(line);
        if taken > 0 && taken + 1 + safe::width(word) > width {
            lines.push(word.to_owned());
        } else {
            if taken > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests;
