//! The screen's tables: views, records, the configured columns, and the column that draws the
//! failure rate of a route over time. Cells are computed in [`crate::present`].

pub(super) mod column_set;
pub(super) mod record;
pub(super) mod view;

use crate::index::records::timeline::Slot;
use crate::present::Role;
use crate::present::columns::on_screen;
pub(super) use crate::present::columns::{
    CONNECTIONS, Column, ColumnKind, FINDINGS, Field, MESSAGES, ROUTES, SOURCES, Sortable, USERS,
};
use crate::triage::GroupBy;

/// A table's column that shows `field`.
pub(super) fn column(table: &'static [Column], field: Field) -> Option<&'static Column> {
    on_screen(table).find(|column| column.screen.field == field)
}

/// What a column is called if routes are grouped.
pub(super) fn heading(column: &Column, by: GroupBy) -> &'static str {
    match (column.screen.field, by) {
        (Field::Route, GroupBy::Profile) => "profile",
        (Field::Route, GroupBy::Domain) => "domain",
        (Field::Route, GroupBy::Host) => "host",
        _ => column.title,
    }
}

/// How a row's connections went over the log's time: `▁` if all succeeded, higher the more failed, `✗`
/// if all failed.
pub(super) fn rate(strip: &[Slot], columns: usize) -> Vec<(Role, char)> {
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
