//! Inputs: files and pipes.

use std::path::{Path, PathBuf};

use super::columns;
use crate::humanize::{grouped, size};
use crate::present::{Cell, Role, TableRow, plain, styled};
use crate::safe;
use crate::source::SourceState;

columns! { SOURCES, TableRow::Source(s), cx:
    "state" Text [State 12..12 0 sorted] => source_state(s.status.state);
    "source" Text [Path 20..60 0 sorted] => styled(tail(&s.status.path), Role::Id);
    "appliance" Text [Appliance 9..24 2 sorted] =>
        cx.text(s.parsed.and_then(|parsed| parsed.appliance.as_ref()));
    "read" Number [Size 7..7 0 sorted] => plain(&size(s.status.read));
    "entries" Number [Entries 9..13 0 sorted] =>
        plain(&grouped(s.parsed.map_or(0, |parsed| parsed.entries)));
    "last entry" Exact [LastEntry 10..11 0 sorted] =>
        cx.time(s.parsed.and_then(|parsed| parsed.newest), Role::Text);
    "last notice" Text [Notice 16..120 3 unsorted]
        => cx.text(s.status.notice.as_ref().map(crate::source::Notice::sentence));
    "version" Text [Version 9..14 4 unsorted]
        => cx.text(s.facts.and_then(|facts| facts.version.as_ref()));
    "offset" Text [Offset 8..9 5 unsorted]
        => cx.text(s.facts.and_then(|facts| facts.utc_offset).map(offset));
    "serial number" Text [Serial 14..28 6 unsorted]
        => cx.text(s.facts.and_then(|facts| facts.serial.as_ref()));
}

/// What a source is doing.
pub(crate) fn source_state(state: SourceState) -> Cell {
    let (sign, role) = match state {
        SourceState::Following | SourceState::Polling => ("●", Role::Ok),
        SourceState::Finished => ("✓", Role::Ok),
        SourceState::Reading | SourceState::Waiting => ("…", Role::Pending),
        SourceState::Rotated => ("·", Role::Dim),
        SourceState::Stale | SourceState::Incomplete => ("⚠", Role::Warning),
        SourceState::Gone | SourceState::Damaged | SourceState::Unreadable => ("✗", Role::Failed),
    };
    styled(format!("{sign} {}", state.word()), role)
}

/// Seconds to add to UTC, as people write them: `UTC+02:00`.
pub(crate) fn offset(seconds: i64) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The path's last two names, which distinguish sources.
fn tail(path: &Path) -> String {
    let mut names: Vec<_> = path.components().rev().take(2).collect();
    names.reverse();
    safe::path(&names.into_iter().collect::<PathBuf>())
}
