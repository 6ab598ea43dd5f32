//! The columns of every table: title, widths, cell, and the filter term of a cell.
//!
//! Each table is one list. The screen shows its columns with a layout, in that order; which columns
//! a command prints by default is left to `report`.

mod connection;
mod finding;
mod login;
mod message;
mod queue;
mod route;
mod source;

use super::{Cell, CellContext, TableRow};
use crate::query::term;

pub(crate) use connection::CONNECTIONS;
pub(crate) use finding::{ENTRIES, FINDINGS};
pub(crate) use login::{ATTEMPTS, PROFILES, USERS};
pub(crate) use message::{DELIVERIES, MESSAGES};
pub(crate) use queue::{LATENCY, QUEUE};
pub(crate) use route::{ROUTES, host_term, row_term};
pub(crate) use source::{SOURCES, offset, source_state};

/// A column of a table.
#[derive(Debug)]
pub(crate) struct Column {
    /// Its heading; the first part of it is its name in the configuration.
    pub title: &'static str,
    pub kind: ColumnKind,
    /// The higher, the sooner the column is left out if there is no room for all. Columns of 0 are
    /// never left out on the screen; in print the rightmost is, once no others are left.
    pub priority: u8,
    pub screen: ScreenLayout,
    value: fn(CellContext, &TableRow<'_>) -> Cell,
    term: fn(&TableRow<'_>) -> Option<String>,
}

/// How a column's values are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ColumnKind {
    /// Cut if there is no room.
    Text,
    /// Aligned to the right.
    Number,
    /// Never cut in print: half a time, id or address is useless.
    Exact,
}

/// Widths and behaviour of a column on the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ScreenLayout {
    pub field: Field,
    pub min: u16,
    pub max: u16,
    pub sort: Sortable,
}

/// Whether a table can be sorted by a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sortable {
    Yes,
    No,
}

/// What a column of the screen shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Field {
    Age,
    Appliance,
    AuthResult,
    Direction,
    Domains,
    End,
    Entries,
    Failed,
    Failing,
    From,
    Host,
    Id,
    Impact,
    InterfaceOrGroup,
    Kind,
    LastEntry,
    LastFailure,
    LastSuccess,
    Login,
    Mechanisms,
    Messages,
    Mid,
    Nets,
    Notice,
    Offset,
    Opened,
    Path,
    Peer,
    /// Only commands show the column.
    Printed,
    Profiles,
    Rate,
    Route,
    Serial,
    Severity,
    Since,
    Size,
    Sources,
    State,
    Subject,
    Succeeded,
    Summary,
    Tls,
    To,
    Until,
    User,
    Version,
    Why,
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        (self.title, self.screen) == (other.title, other.screen)
    }
}

impl Eq for Column {}

impl Column {
    /// Its name in the configuration.
    pub(crate) fn name(&self) -> String {
        let title = self.title.split(" · ").next().unwrap_or_default();
        title.replace(' ', "-")
    }

    pub(crate) fn is_on_screen(&self) -> bool {
        self.screen.field != Field::Printed
    }

    pub(crate) fn cell(&self, context: CellContext, row: &TableRow<'_>) -> Cell {
        (self.value)(context, row)
    }

    /// The filter that keeps records with this cell's value.
    pub(crate) fn term(&self, row: &TableRow<'_>) -> Option<String> {
        (self.term)(row)
    }
}

/// The columns that the screen shows.
pub(crate) fn on_screen(table: &'static [Column]) -> impl Iterator<Item = &'static Column> + Clone {
    table.iter().filter(|column| column.is_on_screen())
}

/// A table: `TITLE KIND [FIELD MIN..MAX PRIORITY SORT] => CELL, TERM;`, with `[PRIORITY]` or `[]`
/// if the column is only printed, and without TERM if no filter term fits its cells.
macro_rules! columns {
    ($name:ident, $pattern:pat, $cx:ident: $($title:literal $kind:ident [$($layout:tt)*]
        => $cell:expr $(, $term:expr)?;)*) => {
        pub(crate) const $name: &[crate::present::columns::Column] = &[$(crate::present::columns::Column {
            title: $title,
            kind: crate::present::columns::ColumnKind::$kind,
            priority: crate::present::columns::priority!($($layout)*),
            screen: crate::present::columns::layout!($($layout)*),
            value: |$cx, row| match row {
                $pattern => $cell,
                _ => $cx.none(),
            },
            term: |row| match row {
                $($pattern => Some($term),)?
                _ => None,
            },
        }),*];
    };
}

macro_rules! priority {
    () => {
        0
    };
    ($($field:ident $min:literal .. $max:literal)? $priority:literal $($sort:ident)?) => {
        $priority
    };
}

macro_rules! layout {
    ($($priority:literal)?) => {
        crate::present::columns::ScreenLayout {
            field: crate::present::columns::Field::Printed,
            min: 0,
            max: 0,
            sort: crate::present::columns::Sortable::No,
        }
    };
    ($field:ident $min:literal .. $max:literal $priority:literal $sort:ident) => {
        crate::present::columns::ScreenLayout {
            field: crate::present::columns::Field::$field,
            min: $min,
            max: $max,
            sort: crate::present::columns::layout!($sort),
        }
    };
    (sorted) => {
        crate::present::columns::Sortable::Yes
    };
    (unsorted) => {
        crate::present::columns::Sortable::No
    };
}

use {columns, layout, priority};
