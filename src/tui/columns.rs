//! The screen's tables: which of the columns a reader wants, what a row stands for, and the column
//! that draws a route's failure rate over time. What a cell contains is left to [`crate::present`].

pub mod column_set;

use crate::index::Index;
use crate::index::records::timeline::Slot;
pub use crate::present::columns::{
    CONNECTIONS, Column, ColumnKind, FINDINGS, Field, MESSAGES, ROUTES, SOURCES, Sortable, USERS,
};
use crate::present::columns::{on_screen, route_term, row_term as term_of};
use crate::present::{
    Cell, CellContext, Role, RouteOrGroup, RouteRow, SourceRow, TableRow, UserRow, styled,
};
use crate::query::aggregate::Users;
use crate::triage::GroupBy;
use crate::tui::state::record::Record;
use crate::tui::state::source_list::SourceList;
use crate::tui::state::triage_state::TriageState;

/// What rows are made of.
#[derive(Clone, Copy, Debug)]
pub struct RenderContext<'k> {
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
    pub fn route(self, record: Record) -> Option<RouteRow<'k>> {
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

    /// Hands the row that a record stands for to `show`; `None` if it is gone.
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
                let facts = status.source.and_then(|source| index.source_facts(source));
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

/// A cell of a row.
pub fn cell(known: RenderContext<'_>, record: Record, column: &Column) -> Cell {
    let context = known.context();
    let cell = known.with_row(record, |row| column.cell(context, row));
    let is_evicted = !record.is_kept(known.index);
    cell.unwrap_or_else(|| match column.screen.field {
        Field::Id | Field::Mid | Field::User if is_evicted => styled("retired", Role::Dim),
        _ => context.none(),
    })
}

/// The filter that keeps records with this cell's value.
pub fn cell_term(known: RenderContext<'_>, record: Record, column: &Column) -> Option<String> {
    known.with_row(record, |row| column.term(row))?
}

/// The filter that keeps the connections of a row of view Routes.
pub fn row_term(known: RenderContext<'_>, record: Record) -> Option<String> {
    match record {
        Record::Route(id) | Record::AffectedMessages(id) => Some(route_term(known.index, id)),
        _ => term_of(&known.route(record)?),
    }
}

/// A table's column that shows `field`.
pub fn column(table: &'static [Column], field: Field) -> Option<&'static Column> {
    on_screen(table).find(|column| column.screen.field == field)
}

/// What a column is called if routes are grouped.
pub fn heading(column: &Column, by: GroupBy) -> &'static str {
    match (column.screen.field, by) {
        (Field::Route, GroupBy::Profile) => "profile",
        (Field::Route, GroupBy::Domain) => "domain",
        (Field::Route, GroupBy::Ip) => "address",
        _ => column.title,
    }
}

/// How a row's connections went over the log's time: `▁` if all succeeded, higher the more failed, `✗`
/// if all failed.
pub fn rate(strip: &[Slot], columns: usize) -> Vec<(Role, char)> {
    const SOME: [char; 6] = ['▂', '▃', '▄', '▅', '▆', '▇'];
    let mut slots = vec![(0u64, 0u64); columns];
    for (at, slot) in strip.iter().enumerate() {
        if let Some((well, failed)) = slots.get_mut(at * columns / strip.len()) {
            *well += u64::from(slot.succeeded);
            *failed += u64::from(slot.failed);
        }
    }
    let of_slot = |(well, failed): (u64, u64)| match (well, failed) {
        (0, 0) => (Role::Dim, ' '),
        (_, 0) => (Role::Ok, '▁'),
        (0, _) => (Role::Failed, '✗'),
        (well, failed) => {
            let share = failed * SOME.len() as u64 / (well + failed);
            let at = usize::try_from(share).unwrap_or(0).min(SOME.len() - 1);
            (Role::Failed, SOME[at])
        }
    };
    slots.into_iter().map(of_slot).collect()
}
