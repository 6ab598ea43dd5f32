//! A table of records: its rows, the selected one, its columns and its sort order.

use super::{Motion, Outcome, Scroll, View};
use crate::index::Index;
use crate::search::SearchDirection;
use crate::tui::columns::column_set::ColumnSet;
use crate::tui::columns::record::Record;
use crate::tui::columns::{Column, Field, Sortable};
use crate::tui::keymap::Command;
use crate::tui::state::rows::{Order, Sort};
use crate::tui::theme::Role;

#[derive(Debug)]
pub(crate) struct Table {
    pub view: View,
    pub rows: Vec<Record>,
    pub scroll: Scroll,
    /// The column of the cell under the cursor.
    pub column: usize,
    pub sort: Sort,
    /// The columns configured, and those of them that are not hidden.
    chosen: Vec<&'static Column>,
    columns: Vec<&'static Column>,
    /// The generation that the rows are of; `None` when they are out of date for another reason.
    pub(super) generation: Option<u64>,
    /// The record to select among the next rows.
    pub(super) sought: Option<Record>,
    /// The number that the next record of the kind would have had when the rows were computed.
    pub(super) seen: usize,
    /// How many records had retired when their rows were last removed.
    retired: u64,
}

/// The row that is selected among new rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    /// The same record, if it is still there.
    Selected,
    /// The first row: it follows new records.
    Top,
}

/// Whether a search continues at the other end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ends {
    Join,
    Stay,
}

impl Table {
    pub(super) fn new(view: View) -> Self {
        let worst_first = |field| Sort {
            field,
            order: Order::Natural,
        };
        let sort = match view {
            View::Users => worst_first(Field::Failed),
            View::Routes => worst_first(Field::State),
            View::Findings => worst_first(Field::Severity),
            View::Sources => worst_first(Field::Path),
            View::Connections | View::Messages | View::Log => Sort::NEWEST,
        };
        Self {
            view,
            rows: Vec::new(),
            scroll: Scroll::default(),
            column: 0,
            sort,
            chosen: view.columns().collect(),
            columns: view.columns().collect(),
            generation: None,
            sought: None,
            seen: 0,
            retired: 0,
        }
    }

    pub(crate) fn selected(&self) -> Option<Record> {
        self.rows.get(self.scroll.cursor).copied()
    }

    /// The rows that a screen with room for `height` of them shows.
    pub(crate) fn rows_shown(&self, height: u16) -> impl Iterator<Item = &Record> {
        let rows = self.rows.iter().skip(self.scroll.offset);
        rows.take(usize::from(height))
    }

    pub(crate) fn columns(&self) -> &[&'static Column] {
        &self.columns
    }

    pub(super) fn show(&mut self, chosen: &ColumnSet) {
        self.chosen = chosen.columns().to_vec();
        self.hide(None);
    }

    /// Hides a column that repeats the grouping.
    pub(super) fn hide(&mut self, field: Option<Field>) {
        let shown =
            |column: &&&Column| Some(column.screen.field) != field || self.chosen.len() == 1;
        self.columns = self.chosen.iter().filter(shown).copied().collect();
        self.column = 0;
    }

    /// Whether its rows are sorted by time with the newest first.
    pub(crate) fn is_newest_first(&self) -> bool {
        self.sort == Sort::NEWEST
    }

    /// Handles the commands that concern this table alone; `shown` are the columns that have room.
    pub(super) fn update(
        &mut self,
        command: Command,
        height: u16,
        shown: &[usize],
    ) -> Option<Outcome> {
        match (Motion::of(command, height), command) {
            (Some(Motion::By(rows)), _) => self.scroll.step(rows, self.rows.len()),
            (Some(Motion::Sideways(by)), _) => {
                self.step_column(by, shown);
                if !self.view.is_unfiltered() {
                    let title = self.columns.get(self.column)?.title;
                    let text = format!("column {title}: + include its value, - exclude it");
                    return Some(Outcome::Notice(Role::Dim, text));
                }
            }
            (Some(Motion::First), _) if self.is_newest_first() => self.go_to_bottom(),
            (Some(Motion::First), _) => self.scroll.cursor = 0,
            (Some(Motion::Last), _) if self.is_newest_first() => {
                self.scroll.cursor = 0;
                self.generation = None;
            }
            (Some(Motion::Last), _) => self.go_to_bottom(),
            (None, Command::Next) => self.seek(SearchDirection::Forward, |_| true, Ends::Stay)?,
            (None, Command::Previous) => {
                self.seek(SearchDirection::Backward, |_| true, Ends::Stay)?;
            }
            (None, Command::Sort) => {
                return Some(match self.sort_next() {
                    Some(title) => {
                        Outcome::Notice(Role::Dim, format!("sorted by {title} (S: reverse)"))
                    }
                    None => Outcome::Notice(Role::Pending, "this table cannot be sorted".into()),
                });
            }
            (None, Command::Reverse) => {
                let order = match self.sort.order {
                    Order::Natural => Order::Reversed,
                    Order::Reversed => Order::Natural,
                };
                self.sort_by(Sort { order, ..self.sort });
            }
            (None, _) => return None,
        }
        Some(Outcome::Done)
    }

    fn go_to_bottom(&mut self) {
        self.scroll.cursor = self.rows.len().saturating_sub(1);
    }

    /// Selects the next row for which `wanted` holds, if there is one.
    pub(super) fn seek(
        &mut self,
        way: SearchDirection,
        wanted: impl Fn(Record) -> bool,
        ends: Ends,
    ) -> Option<()> {
        let cursor = self.scroll.cursor;
        let (before, rest) = self.rows.split_at_checked(cursor)?;
        let behind = rest.get(1..).unwrap_or_default();
        let hit = |row: &Record| wanted(*row);
        let found = match way {
            SearchDirection::Forward => behind.iter().position(hit).map(|at| cursor + 1 + at),
            SearchDirection::Backward => before.iter().rposition(hit),
        };
        let around = || self.rows.iter().position(hit);
        self.scroll.cursor = match ends {
            Ends::Join => found.or_else(around)?,
            Ends::Stay => found?,
        };
        Some(())
    }

    /// Moves the cell cursor among the columns that have room.
    pub(super) fn step_column(&mut self, by: isize, shown: &[usize]) {
        let at = shown.iter().position(|column| *column == self.column);
        let to = at.unwrap_or(0).saturating_add_signed(by);
        let to = to.min(shown.len().saturating_sub(1));
        self.column = shown.get(to).copied().unwrap_or(0);
    }

    /// Sorts otherwise, and goes to the top.
    pub(super) fn sort_by(&mut self, sort: Sort) {
        self.sort = sort;
        self.generation = None;
        self.scroll = Scroll::default();
    }

    pub(super) fn sort_next(&mut self) -> Option<&'static str> {
        let mut sortable = self.columns.clone();
        sortable.retain(|column| column.screen.sort == Sortable::Yes);
        let is_sorted_by = |column: &&Column| column.screen.field == self.sort.field;
        let at = sortable.iter().position(is_sorted_by).unwrap_or(0);
        let next = sortable.get((at + 1) % sortable.len().max(1))?;
        self.sort_by(Sort {
            field: next.screen.field,
            order: Order::Natural,
        });
        Some(next.title)
    }

    pub(super) fn replace(&mut self, rows: Vec<Record>, keep: Keep) {
        let selected = self.selected().filter(|_| keep == Keep::Selected);
        let selected = self.sought.take().or(selected);
        let height = self.scroll.cursor - self.scroll.offset.min(self.scroll.cursor);
        self.rows = rows;
        let kept = selected.and_then(|record| self.rows.iter().position(|row| *row == record));
        self.scroll.cursor = kept.unwrap_or(0);
        self.scroll.offset = self.scroll.cursor.saturating_sub(height);
    }

    /// Other rows will come, `sought` perhaps among them.
    pub(super) fn forget(&mut self, sought: Option<Record>) {
        self.rows.clear();
        (self.scroll, self.seen) = (Scroll::default(), 0);
        (self.generation, self.sought) = (None, sought);
    }

    /// Puts new rows before the others; what is shown stays where it is.
    pub(super) fn prepend(&mut self, rows: Vec<Record>) {
        let more = rows.len();
        self.rows.splice(0..0, rows);
        self.scroll.cursor += more;
        self.scroll.offset += more;
    }

    /// Takes the rows of retired records out; the others stay where they are.
    pub(super) fn drop_retired(&mut self, index: &Index) {
        let retired = index.evicted().all();
        if std::mem::replace(&mut self.retired, retired) == retired {
            return;
        }
        let (cursor, offset) = (self.scroll.cursor, self.scroll.offset);
        let mut at = 0;
        self.rows.retain(|row| {
            let is_kept = row.is_kept(index);
            self.scroll.cursor -= usize::from(!is_kept && at < cursor);
            self.scroll.offset -= usize::from(!is_kept && at < offset);
            at += 1;
            is_kept
        });
    }

    /// The number that the next record of its kind will have.
    pub(super) fn end(&self, index: &Index) -> usize {
        match self.view {
            View::Connections => index.connections.end(),
            View::Messages => index.messages.end(),
            _ => self.total(index),
        }
    }

    /// How many records of its kind there are; of those that are counted by looking, as many as are shown.
    pub(crate) fn total(&self, index: &Index) -> usize {
        match self.view {
            View::Connections => index.connection_count(),
            View::Messages => index.message_count(),
            View::Users => index.names.users.len(),
            View::Routes | View::Findings | View::Sources => self.rows.len(),
            View::Log => 0,
        }
    }
}
