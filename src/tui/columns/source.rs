//! The columns of sources.

use std::path::Path;

use super::{
    Cell, Column, Field, RenderContext, Sortable, none, number, plain, short, styled, text,
    thousands,
};
use crate::humanize::size;
use crate::index::SourceFacts;
use crate::safe;
use crate::source::{SourceState, SourceStatus};
use crate::tui::theme::Role;

/// Of sources.
pub const SOURCES: &[Column] = &[
    text(Field::State, "state", 12, 12, 0, Sortable::Yes),
    text(Field::Path, "source", 20, 60, 0, Sortable::Yes),
    text(Field::Appliance, "appliance", 9, 24, 2, Sortable::Yes),
    number(Field::Size, "read", 7, 7, 0),
    number(Field::Entries, "entries", 9, 13, 0),
    text(Field::LastEntry, "last entry", 10, 11, 0, Sortable::Yes),
    text(Field::Notice, "last notice", 16, 120, 3, Sortable::No),
    text(Field::Version, "version", 9, 14, 4, Sortable::No),
    text(Field::Offset, "offset", 8, 9, 5, Sortable::No),
    text(Field::Serial, "serial number", 14, 28, 6, Sortable::No),
];

/// What a source is doing, in a word and a sign.
pub fn source_state(state: SourceState) -> Cell {
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

/// What the source's own first and last lines say of it.
pub fn facts<'k>(known: RenderContext<'k>, status: &SourceStatus) -> Option<&'k SourceFacts> {
    known.index.source_facts(status.source?)
}

/// Seconds to add to UTC as people write them: `UTC+02:00`.
pub fn offset(seconds: i64) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.abs() / 60;
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// The path's last two names: what tells sources apart.
fn tail(path: &Path) -> String {
    let mut names: Vec<_> = path.components().rev().take(2).collect();
    names.reverse();
    let tail: std::path::PathBuf = names.into_iter().collect();
    safe::path(&tail)
}

pub(super) fn cell(known: RenderContext<'_>, at: u32, field: Field) -> Cell {
    let Some(status) = known.files.statuses.get(at as usize) else {
        return none();
    };
    let facts = facts(known, status);
    let parsed = known.files.parsed(status);
    let fact = |text: Option<&String>| text.map_or_else(none, |text| plain(text));
    match field {
        Field::State => source_state(status.state),
        Field::Path => styled(tail(&status.path), Role::Id),
        Field::Appliance => fact(parsed.and_then(|parsed| parsed.appliance.as_ref())),
        Field::Size => styled(size(status.read), Role::Text),
        Field::Entries => styled(
            thousands(parsed.map_or(0, |parsed| parsed.entries)),
            Role::Text,
        ),
        Field::LastEntry => parsed
            .and_then(|parsed| parsed.newest)
            .map_or_else(none, |time| {
                styled(short(time, known.index.newest()), Role::Text)
            }),
        Field::Notice => status
            .notice
            .as_ref()
            .map_or_else(none, |notice| plain(&notice.sentence())),
        Field::Version => fact(facts.and_then(|facts| facts.version.as_ref())),
        Field::Serial => fact(facts.and_then(|facts| facts.serial.as_ref())),
        Field::Offset => facts
            .and_then(|facts| facts.utc_offset)
            .map_or_else(none, |seconds| styled(offset(seconds), Role::Text)),
        _ => none(),
    }
}
