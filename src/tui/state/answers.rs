//! Takes in what the workers have read and found.

use super::effect::Answer;
use super::{App, SearchState};
use crate::index::Index;
use crate::index::store::extent::Span;
use crate::position::Position;
use crate::safe;
use crate::search::RawLine;
use crate::tui::columns::record::Record;
use crate::tui::theme::Role;

impl App {
    pub(super) fn take(&mut self, answer: Answer, index: &Index) {
        let active = self.filter.active.text();
        match answer {
            Answer::Record(record, spans, lines) => self.take_lines(record, &spans, lines, index),
            Answer::Sides(of, read) => {
                let page = self.pages.last_mut();
                if let Some(page) = page.filter(|page| page.sides.of == of) {
                    page.sides.read = Some(read);
                    page.built_from = None;
                }
            }
            Answer::Log(range, chunk) => self.log.take(range, chunk),
            Answer::Searched(text, bytes) if text == active => {
                if let SearchState::First(read) = &mut self.filter.search {
                    *read = bytes;
                }
            }
            Answer::Partial(text, hits) if text == active => {
                if matches!(self.filter.search, SearchState::First(_)) {
                    self.filter.hits = hits;
                    self.filter.partial = true;
                    self.filter_changed();
                }
            }
            Answer::Hits(text, hits) if text == active => {
                self.filter.search = SearchState::Done;
                self.filter.partial = false;
                match hits {
                    Ok(hits) => self.filter.hits = hits,
                    Err(error) => self.note(Role::Failed, safe::text(&error)),
                }
                self.filter_changed();
            }
            // For a filter that has changed since.
            Answer::Searched(..) | Answer::Partial(..) | Answer::Hits(..) => {}
            Answer::Found(found) => self.found(found),
            Answer::Reported(Ok(path)) => {
                let text = format!("report written to {}", safe::path(&path));
                self.note(Role::Ok, text);
            }
            Answer::Reported(Err(error)) => self.note(Role::Failed, safe::text(&error)),
            Answer::Seen(number, seen) => {
                self.records.triage.take(number, seen);
                self.alert();
            }
        }
    }

    fn take_lines(
        &mut self,
        record: Record,
        spans: &[Span],
        read: Result<Vec<RawLine>, String>,
        index: &Index,
    ) {
        if self.preview.copying == Some(record) {
            self.preview.copying = None;
            self.copy_lines(record, read.as_deref().unwrap_or_default(), index);
        }
        let page = self.pages.last_mut();
        if let Some(page) = page.filter(|page| page.lines.is_of(record, spans)) {
            page.lines.read = Some(read.clone());
            page.built_from = None;
        }
        let preview = self.preview.lines.as_mut();
        if let Some(preview) = preview.filter(|preview| preview.is_of(record, spans)) {
            preview.read = Some(read);
        }
    }

    fn found(&mut self, found: Result<Option<Position>, String>) {
        self.log.finding = false;
        self.notice = None;
        match found {
            Ok(Some(position)) => self.log.go_to(position),
            Ok(None) => self.note(Role::Pending, "no further match"),
            Err(error) => self.note(Role::Failed, safe::text(&error)),
        }
    }
}
