//! Cells and filter terms of a row, from the index and what the state holds beside it.

use super::source_list::SourceList;
use super::triage_state::TriageState;
use crate::index::Index;
use crate::index::store::extent::Span;
use crate::position::Position;
use crate::present::columns::{host_term, row_term as term_of};
use crate::present::{
    Cell, CellContext, Role, RouteKey, RouteRow, SourceRow, TableRow, UserRow, styled,
};
use crate::query::aggregate::Users;
use crate::search::LineRequest;
use crate::triage::findings::Evidence;
use crate::tui::columns::record::{Peer, Record};
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
            Record::Host(id) => RouteKey::Host(self.triage.host_shown(id)?),
            Record::Route(id) => RouteKey::Destination(self.triage.route_shown(id)?),
            Record::Group(number) => {
                RouteKey::Group(self.triage.group(number)?, self.triage.wanted.by)
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
            Record::Route(_) | Record::Host(_) | Record::Group(_) => {
                TableRow::Route(self.route(record)?)
            }
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
            Record::Tail(_)
            | Record::AffectedMessages(_)
            | Record::FailedConnections(_)
            | Record::Line(_) => return None,
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
    match record.peer() {
        Some(Peer::Host(id)) => Some(host_term(known.index, id)),
        Some(Peer::Route(id)) => term_of(&known.route(Record::Route(id))?),
        None => term_of(&known.route(record)?),
    }
}

/// The positions of the raw lines of a record; of a finding, those that show it.
pub(crate) fn spans(known: RenderContext<'_>, record: Record) -> Vec<Span> {
    let Record::Finding(number) = record else {
        return record.spans(known.index);
    };
    let evidence = known
        .triage
        .finding(number)
        .map(|finding| &finding.evidence);
    let evidence = evidence.into_iter().flatten();
    let mut lines: Vec<Span> = evidence
        .filter_map(|evidence| match evidence {
            Evidence::Line(at) => Some(Span {
                first: *at,
                last: *at,
            }),
            Evidence::Connection(_) => None,
        })
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The request that reads its lines.
pub(crate) fn wanted(known: RenderContext<'_>, record: Record) -> Option<LineRequest> {
    let Record::Finding(_) = record else {
        return record.wanted(known.index);
    };
    let lines: Vec<Position> = spans(known, record).iter().map(|span| span.first).collect();
    (!lines.is_empty()).then(|| LineRequest::of_lines(lines))
}
