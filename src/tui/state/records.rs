//! The views that are tables of records, and the data that their rows refer to beside the index.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use super::View;
use super::alert::Announced;
use super::source_list::SourcesState;
use super::table::Table;
use super::triage_state::TriageState;
use crate::index::Index;
use crate::index::store::extent::Span;
use crate::query::aggregate::Users;
use crate::search::RawLine;
use crate::tui::columns::column_set::ColumnSet;
use crate::tui::columns::record::Record;
use crate::tui::state::context::RenderContext;

#[derive(Debug)]
pub(crate) struct Records {
    /// One table for each view but the log.
    pub tables: Vec<Table>,
    pub users: Users,
    pub triage: TriageState,
    pub sources: SourcesState,
    pub marks: BTreeSet<Record>,
    /// The open critical findings; `None` until the log was read once.
    pub(super) announced: Option<HashSet<Announced>>,
    /// When rows may be computed again: a time since the start.
    pub(super) next_refresh: Duration,
}

impl Records {
    pub(super) fn new(columns: &[ColumnSet]) -> Self {
        let views = View::ALL.iter().map(|(_, view)| *view);
        let tables = views.filter(|view| *view != View::Log).map(Table::new);
        let mut tables: Vec<Table> = tables.collect();
        for set in columns {
            let table = tables.iter_mut().find(|table| table.view == set.view);
            if let Some(table) = table {
                table.show(set);
            }
        }
        Self {
            tables,
            users: Users::default(),
            triage: TriageState::default(),
            sources: SourcesState::default(),
            marks: BTreeSet::new(),
            announced: None,
            next_refresh: Duration::ZERO,
        }
    }

    pub(crate) fn table(&self, view: View) -> Option<&Table> {
        self.tables.iter().find(|table| table.view == view)
    }

    pub(super) fn table_mut(&mut self, view: View) -> Option<&mut Table> {
        self.tables.iter_mut().find(|table| table.view == view)
    }

    pub(crate) fn context<'k>(&'k self, index: &'k Index) -> RenderContext<'k> {
        RenderContext {
            index,
            users: &self.users,
            triage: &self.triage,
            files: &self.sources.list,
        }
    }

    /// Marks all rows as out of date, for another filter.
    pub(super) fn filter_changed(&mut self, filter: &str) {
        filter.clone_into(&mut self.triage.wanted.filter);
        self.triage.filter_changed();
        for table in &mut self.tables {
            table.generation = None;
        }
    }
}

/// A record's raw lines.
#[derive(Debug)]
pub(crate) struct RecordLines {
    pub record: Record,
    /// The lines' positions when they were requested.
    pub spans: Vec<Span>,
    /// The lines or an error; `None` until they are there.
    pub read: Option<Result<Vec<RawLine>, String>>,
}

impl RecordLines {
    pub(super) fn is_of(&self, record: Record, spans: &[Span]) -> bool {
        self.record == record && self.spans == spans
    }

    pub(crate) fn known(&self) -> Option<&[RawLine]> {
        self.read.as_ref()?.as_deref().ok()
    }
}

/// The selected record's lines below the table.
#[derive(Debug, Default)]
pub(crate) struct Preview {
    pub lines: Option<RecordLines>,
    /// The record whose lines are to be copied when they are there.
    pub(super) copying: Option<Record>,
}

impl Preview {
    pub(super) fn awaits_lines(&self) -> bool {
        self.lines
            .as_ref()
            .is_some_and(|lines| lines.read.is_none())
    }
}
