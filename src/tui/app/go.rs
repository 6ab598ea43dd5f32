//! Opening records, going to times, copying.

use super::{App, Effect, View};
use crate::event;
use crate::frame::{Framer, Stamp, Years};
use crate::index::{ConnectionId, Index};
use crate::raw::RawLine;
use crate::safe;
use crate::source::Position;
use crate::tui::filter::{Filter, term};
use crate::tui::page::Page;
use crate::tui::record::Record;
use crate::tui::rows::Sort;
use crate::tui::theme::Role;

impl App {
    pub(super) fn open(&mut self, index: &Index) -> Vec<Effect> {
        let record = match self.pages.last() {
            Some(page) => page.link(),
            None if self.view == View::Log => self
                .log
                .current()
                .and_then(|line| of_line(index, line.position, &line.bytes)),
            None => self.current(),
        };
        match record {
            Some(Record::User(name)) => {
                self.view = View::Connections;
                return self.set_filter_text(&term("user", index.names.users.get(name)));
            }
            Some(record) => self.pages.push(Page::new(record)),
            None => self.notice = Some((Role::Pending, "this line leads to no record".into())),
        }
        Vec::new()
    }

    /// Makes a text the filter, or says what is wrong with it.
    pub(super) fn set_filter_text(&mut self, text: &str) -> Vec<Effect> {
        match Filter::parse(text, &self.settings.saved) {
            Ok(filter) => self.set_filter(filter),
            Err(problem) => {
                self.notice = Some((Role::Failed, problem.message));
                Vec::new()
            }
        }
    }

    /// Goes to the first record, or line, at or after a time.
    pub(super) fn go_to_time(&mut self, time: Stamp, index: &Index) {
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
        if self.view == View::Users {
            let text = "users have no time of their own; a range keeps those who logged in then";
            self.notice = Some((Role::Pending, text.into()));
            return;
        }
        let seen = |record: Record| match record {
            Record::Connection(id) => index.connection(id).first_seen(),
            Record::Message(id) => index.message(id).first_seen(),
            Record::User(_) => None,
        };
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
            Some((_, std::cmp::Reverse(at))) => table.cursor = at,
            None => {
                table.cursor = 0;
                self.notice = Some((
                    Role::Pending,
                    "nothing that late; this is the newest".into(),
                ));
            }
        }
    }

    pub(super) fn copy(&mut self, index: &Index) -> Vec<Effect> {
        if self.view == View::Log && self.pages.is_empty() {
            let Some(line) = self.log.current() else {
                return Vec::new();
            };
            let text = safe::bytes(&line.bytes).into_owned();
            self.notice = Some((Role::Ok, "copied 1 line".into()));
            return vec![Effect::Copy(self.cut(text))];
        }
        let Some(record) = self.current() else {
            return Vec::new();
        };
        if let Record::User(name) = record {
            let name = safe::text(index.names.users.get(name)).into_owned();
            self.notice = Some((Role::Ok, format!("copied {name}")));
            return vec![Effect::Copy(self.cut(name))];
        }
        let of_page = self.pages.last().map(|page| &page.lines);
        let here = of_page
            .or(self.preview.as_ref())
            .filter(|lines| lines.record == record);
        match here
            .and_then(|lines| lines.read.as_ref()?.as_ref().ok())
            .cloned()
        {
            Some(lines) => self.copy_lines(record, &lines, index),
            None => {
                self.copying = Some(record);
                Vec::new()
            }
        }
    }

    fn cut(&self, mut text: String) -> String {
        text.truncate(text.floor_char_boundary(self.settings.copied));
        text
    }

    pub(super) fn copy_lines(
        &mut self,
        record: Record,
        lines: &[RawLine],
        index: &Index,
    ) -> Vec<Effect> {
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
        self.notice = Some((Role::Ok, format!("copied {of} lines of {title}")));
        vec![Effect::Copy(text)]
    }
}

/// The record that a line of the log speaks of.
fn of_line(index: &Index, position: Position, line: &[u8]) -> Option<Record> {
    let frame = Framer::new(Years::starting(2000)).frame(line);
    let owners = event::of_entry(&frame, line).owners();
    let holds = |id: &ConnectionId| {
        let spans = index.connection(*id).spans();
        spans
            .iter()
            .any(|span| (span.first..=span.last).contains(&position))
    };
    let connection = owners.link.and_then(|link| {
        let newest = index.find_connections(link);
        newest
            .iter()
            .copied()
            .find(holds)
            .or_else(|| newest.first().copied())
    });
    if let Some(id) = connection {
        return Some(Record::Connection(id));
    }
    let mid = owners.mid?;
    let message = index
        .messages()
        .rev()
        .find(|message| message.mid() == mid)?;
    Some(Record::Message(message.record()))
}
