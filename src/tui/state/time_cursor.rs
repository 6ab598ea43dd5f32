//! The time cursor: a time picked on the timeline filters by the connections open then.

use super::{App, View};
use crate::header::Timestamp;
use crate::index::Index;
use crate::query::{self, and, term};
use crate::search::SearchDirection;
use crate::tui::keymap::Command;
use crate::tui::theme::Role;
use crate::tui::widgets::scale::{self, Scale};

/// Columns that a page up or down moves.
const FAR: isize = 10;
/// Seconds that up and down move, unless a column is shorter.
const MINUTE: i64 = 60;

impl App {
    /// Opens the cursor at the time of the selected record, else at the newest.
    pub(super) fn pick_moment(&mut self, index: &Index) {
        let Some((oldest, newest)) = index.oldest().zip(index.newest()) else {
            self.note(Role::Pending, "no entry has a time");
            return;
        };
        let here = self.current().and_then(|record| record.time(index));
        let line = self.log.current().filter(|_| self.view == View::Log);
        let here = here.or_else(|| line.and_then(|line| time_of(&line.bytes)));
        self.push_history();
        if !self.view.is_of_mail() {
            self.view = View::Connections;
        }
        self.moment = Some(here.map_or(newest, |time| time.clamp(oldest, newest)));
        self.apply_moment();
    }

    /// Closes the cursor and restores the view and the filter.
    pub(super) fn drop_moment(&mut self) {
        if self.moment.take().is_none() {
            return;
        }
        if let Some(entry) = self.back_stack.pop() {
            self.return_to(entry);
        }
    }

    /// Keeps the time as part of the filter; Esc goes back.
    fn keep_moment(&mut self) {
        self.filter.kept = self.filter.active.text().to_owned();
        self.moment = None;
    }

    /// Handles a command while the cursor is open.
    pub(super) fn move_moment(&mut self, command: Command, index: &Index) {
        let Some((time, scale)) = self.moment.zip(scale::scale(self.size, index)) else {
            return;
        };
        let step = if scale.seconds() >= MINUTE { MINUTE } else { 1 };
        let seconds = match command {
            Command::Open => return self.keep_moment(),
            Command::Left => scale.beside(time, -1),
            Command::Right => scale.beside(time, 1),
            Command::PageUp | Command::HalfUp => scale.beside(time, -FAR),
            Command::PageDown | Command::HalfDown => scale.beside(time, FAR),
            Command::Up => time.seconds() - step,
            Command::Down => time.seconds() + step,
            Command::First => scale.first(),
            Command::Last => scale.last(),
            Command::NextFailure | Command::PreviousFailure => {
                let way = match command {
                    Command::NextFailure => SearchDirection::Forward,
                    _ => SearchDirection::Backward,
                };
                match failure(&scale, index, time, way) {
                    Some(seconds) => seconds,
                    None => return self.no_failure(way),
                }
            }
            _ => return,
        };
        let seconds = seconds.clamp(scale.first(), scale.last());
        self.moment = Timestamp::from_seconds(seconds).or(Some(time));
        self.apply_moment();
    }

    fn apply_moment(&mut self) {
        let Some(time) = self.moment else { return };
        let text = and(&self.filter.kept, &term("at", &time.to_string()));
        match query::parse_with(&text, &self.settings.saved) {
            Ok(filter) => self.apply_filter(filter),
            Err(problem) => self.note(Role::Failed, problem.message()),
        }
    }
}

/// The first failure in the next column that has one.
fn failure(scale: &Scale, index: &Index, time: Timestamp, way: SearchDirection) -> Option<i64> {
    let strip = scale.strip(index);
    let at = scale.column(time);
    let failed = |column: &usize| strip.get(*column).is_some_and(|slot| slot.failed > 0);
    let column = match way {
        SearchDirection::Forward => (at + 1..strip.len()).find(failed),
        SearchDirection::Backward => (0..at.min(strip.len())).rev().find(failed),
    };
    let column = column?;
    let (from, to) = (scale.start(column), scale.start(column + 1));
    Some(first_failure(index, from, to).unwrap_or(from))
}

/// When something first failed from `from` on and before `to`: a login, a delivery or a connection.
fn first_failure(index: &Index, from: i64, to: i64) -> Option<i64> {
    let attempts = index.attempts().filter(|attempt| !attempt.succeeded());
    let deliveries = index.deliveries();
    let refused = deliveries.filter(|delivery| delivery.result().is_refusal());
    let connections = index.connections();
    let broken = connections.filter(|connection| connection.error().is_some());
    attempts
        .filter_map(|attempt| attempt.time())
        .chain(refused.filter_map(|delivery| delivery.time()))
        .chain(broken.filter_map(|connection| connection.first_seen()))
        .map(Timestamp::seconds)
        .filter(|seconds| (from..to).contains(seconds))
        .min()
}

fn time_of(line: &[u8]) -> Option<Timestamp> {
    use crate::header::{HeaderParser, YearResolver};
    HeaderParser::new(YearResolver::starting(2000))
        .parse(line)
        .time
}
