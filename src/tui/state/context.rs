//! Cells and filter terms of a row, from the index and what the state holds beside it.

use super::source_list::SourceList;
use super::triage_state::TriageState;
use crate::index::Index;
use crate::present::columns::{route_term, row_term as term_of};
use crate::present::{
    Cell, CellContext, Role, RouteOrGroup, RouteRow, SourceRow, TableRow, UserRow, styled,
};
use crate::query::aggregate::Users;
use crate::tui::columns::record::Record;
use crate::tui::columns::{Column, Field};

#[derive(Clone, Copy, Debug)]
pub(crate) struct RenderContext<'k> {
    pub index: &'k Index,
    pub users: &'k Users,
    pub triage: &'k TriageState,
    pub files: &'k SourceList,
}

impl<'k> RenderContext<'k> {
    fn context(self) -> CellContext {
        CellContext::screen(self.index.newest())
    }

    /// The route, or group of routes, of a row of view Routes.
    pub(crate) fn route(self, record: Record) -> Option<RouteRow<'k>> {
        let key = match record {
            Record::Route(id) => RouteOrGroup::Route(self.triage.route_shown(id)?),
            Record::Group(number) => {
                RouteOrGroup::Group(self.triage.group(number)?, self.triage.wanted.by)
            }
            _ => return None,
        };
        Some(RouteRow {
            index: self.index,
            triage: &self.triage.snapshot_of(record)?.triage,
            key,
        })
    }

    /// Calls `show` with the row of a record; `None` if it is gone.
    fn with_row<T>(self, record: Record, show: impl FnOnce(&TableRow<'_>) -> T) -> Option<T> {
        let (index, triage) = (self.index, self.triage);
        let row = match record {
            _ if !record.is_kept(index) => return None,
            Record::Connection(id) => TableRow::Connection(index.connection(id)),
            Record::Message(id) => TableRow::Message(index.message(id)),
            Record::User(name) => {
                let text = index.names.users.get(name);
                let user = UserRow::new(index, text, self.users.of(name));
                return Some(show(&TableRow::User(&user)));
            }
            Record::Route(_) | Record::Group(_) => TableRow::Route(self.route(record)?),
            Record::Finding(number) => TableRow::Finding(triage.finding(number)?),
            Record::Source(at) => {
                let status = self.files.statuses.get(at as usize)?;
                let facts = status
                    .source
                    .and_then(|source| index.appliances.facts(source));
                let parsed = self.files.parsed(status);
                TableRow::Source(SourceRow {
                    status,
                    parsed,
                    facts,
                })
            }
            Record::AffectedMessages(_) => return None,
        };
        Some(show(&row))
    }
}

pub(crate) fn cell(known: RenderContext<'_>, record: Record, column: &Column) -> Cell {
    let context = known.context();
    let cell = known.with_row(record, |row| column.cell(context, row));
    let is_evicted = !record.is_kept(known.index);
    cell.unwrap_or_else(|| match column.screen.field {
        Field::Id | Field::Mid | Field::User if is_evicted => styled("retired", Role::Dim),
        _ => context.none(),
    })
}

/// The filter that keeps records with this cell's value.
pub(crate) fn cell_term(
    known: RenderContext<'_>,
    record: Record,
    column: &Column,
) -> Option<String> {
    known.with_row(record, |row| column.term(row))?
}

/// The filter that keeps the connections of a row of view Routes.
pub(crate) fn row_term(known: RenderContext<'_>, record: Record) -> Option<String> {
    match record {
        Record::Route(id) | Record::AffectedMessages(id) => Some(route_term(known.index, id)),
        _ => term_of(&known.route(record)?),
    }
}
