//! A table's rows, and which of them is selected and shown.

use crate::index::Index;
use crate::tui::columns::column_set::ColumnSet;
use crate::tui::columns::{Column, Field, Sortable};
use crate::tui::state::View;
use crate::tui::state::record::Record;
use crate::tui::state::rows::{Order, Sort};

/// A table of records.
#[derive(Debug)]
pub struct Table {
    /// Its rows in order.
    pub rows: Vec<Record>,
    /// The selected row.
    pub cursor: usize,
    /// The first row shown.
    pub offset: usize,
    /// The column of the cell under the cursor.
    pub column: usize,
    /// How it is sorted.
    pub sort: Sort,
    pub(super) view: View,
    /// The columns chosen, and those of them that are not hidden.
    chosen: Vec<&'static Column>,
    columns: Vec<&'static Column>,
    /// The index's generation that the rows are of; `None` when they are out of date for another reason.
    pub(super) generation: Option<u64>,
    /// The record to be selected among the next rows.
    pub(super) sought: Option<Record>,
    /// The number that the next record of the kind would have had then.
    pub(super) seen: usize,
    /// How many records had retired when rows of such were last looked for.
    retired: u64,
}

/// Whether the selected record is looked for among new rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    /// It stays selected where it still is.
    Selected,
    /// The first row is selected.
    Top,
}

impl Table {
    /// An empty table.
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
            rows: Vec::new(),
            cursor: 0,
            offset: 0,
            column: 0,
            sort,
            view,
            chosen: view.columns().collect(),
            columns: view.columns().collect(),
            generation: None,
            sought: None,
            seen: 0,
            retired: 0,
        }
    }

    /// The selected record.
    pub fn selected(&self) -> Option<Record> {
        self.rows.get(self.cursor).copied()
    }

    /// Its columns.
    pub fn columns(&self) -> &[&'static Column] {
        &self.columns
    }

    /// Shows these columns only.
    pub(super) fn show(&mut self, chosen: &ColumnSet) {
        self.chosen = chosen.columns().to_vec();
        self.hide(None);
    }

    /// Hides a column that says nothing now.
    pub(super) fn hide(&mut self, field: Option<Field>) {
        let shown =
            |column: &&&Column| Some(column.screen.field) != field || self.chosen.len() == 1;
        self.columns = self.chosen.iter().filter(shown).copied().collect();
        self.column = 0;
    }

    /// The field under the cursor.
    pub fn selected_column(&self) -> Option<&'static Column> {
        self.columns().get(self.column).copied()
    }

    /// Whether its rows are sorted by time with the newest first.
    pub fn is_newest_first(&self) -> bool {
        self.sort == Sort::NEWEST
    }

    /// Moves the cursor by rows.
    pub(super) fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    /// Moves the cell cursor among the columns that have room.
    pub(super) fn step_column(&mut self, by: isize, shown: &[usize]) {
        let at = shown
            .iter()
            .position(|column| *column == self.column)
            .unwrap_or(0);
        let to = at
            .saturating_add_signed(by)
            .min(shown.len().saturating_sub(1));
        self.column = shown.get(to).copied().unwrap_or(0);
    }

    /// Sorts otherwise, and goes to the top.
    pub(super) fn sort_by(&mut self, sort: Sort) {
        self.sort = sort;
        self.generation = None;
        (self.cursor, self.offset) = (0, 0);
    }

    /// Sorts by the next column that can be.
    pub(super) fn sort_next(&mut self) -> Option<&'static str> {
        let sortable: Vec<&'static Column> = self
            .columns
            .iter()
            .copied()
            .filter(|column| column.screen.sort == Sortable::Yes)
            .collect();
        let at = sortable
            .iter()
            .position(|column| column.screen.field == self.sort.field)
            .unwrap_or(0);
        let next = sortable.get((at + 1) % sortable.len().max(1))?;
        self.sort_by(Sort {
            field: next.screen.field,
            order: Order::Natural,
        });
        Some(next.title)
    }

    /// Takes rows in.
    pub(super) fn replace(&mut self, rows: Vec<Record>, keep: Keep) {
        let selected = self.selected().filter(|_| keep == Keep::Selected);
        let selected = self.sought.take().or(selected);
        let height = self.cursor - self.offset.min(self.cursor);
        self.rows = rows;
        let kept = selected.and_then(|record| self.rows.iter().position(|row| *row == record));
        self.cursor = kept.unwrap_or(0);
        self.offset = self.cursor.saturating_sub(height);
    }

    /// Other rows will come, `sought` perhaps among them.
    pub(super) fn forget(&mut self, sought: Option<Record>) {
        self.rows.clear();
        (self.cursor, self.offset, self.seen) = (0, 0, 0);
        (self.generation, self.sought) = (None, sought);
    }

    /// Puts new rows before the others; what is shown stays where it is.
    pub(super) fn prepend(&mut self, rows: Vec<Record>) {
        let more = rows.len();
        self.rows.splice(0..0, rows);
        self.cursor += more;
        self.offset += more;
    }

    /// Takes the rows of retired records out; the others stay where they are.
    pub(super) fn drop_retired(&mut self, index: &Index) {
        let retired = index.evicted().all();
        if std::mem::replace(&mut self.retired, retired) == retired {
            return;
        }
        let (cursor, offset) = (self.cursor, self.offset);
        let mut at = 0;
        self.rows.retain(|row| {
            let is_kept = row.is_kept(index);
            self.cursor -= usize::from(!is_kept && at < cursor);
            self.offset -= usize::from(!is_kept && at < offset);
            at += 1;
            is_kept
        });
    }

    /// Scrolls so that the cursor is seen.
    pub(super) fn settle(&mut self, height: usize) {
        let height = height.max(1);
        self.cursor = self.cursor.min(self.rows.len().saturating_sub(1));
        // Room below the last row stays as it is: filling it would move the rows.
        self.offset = self
            .offset
            .clamp((self.cursor + 1).saturating_sub(height), self.cursor);
    }

    /// Fills the room below the last row.
    pub(super) fn fill(&mut self, height: usize) {
        self.offset = self.offset.min(self.rows.len().saturating_sub(height));
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
    pub fn total(&self, index: &Index) -> usize {
        match self.view {
            View::Connections => index.connection_count(),
            View::Messages => index.message_count(),
            View::Users => index.names.users.len(),
            View::Routes | View::Findings | View::Sources => self.rows.len(),
            View::Log => 0,
        }
    }
}
