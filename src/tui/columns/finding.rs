//! The columns of findings.

use super::{Cell, Column, Field, RenderContext, Sortable, none, plain, short, styled, text};
use crate::triage::findings::FindingSeverity;
use crate::tui::theme::Role;

/// Of findings.
pub const FINDINGS: &[Column] = &[
    text(Field::Severity, "severity", 10, 10, 0, Sortable::Yes),
    text(Field::Kind, "what", 14, 23, 1, Sortable::Yes),
    text(Field::Since, "since", 8, 11, 0, Sortable::Yes),
    text(Field::Until, "until", 8, 11, 2, Sortable::No),
    text(Field::Summary, "summary", 34, 400, 0, Sortable::No),
];

/// A severity in a word and a sign.
pub fn severity(severity: FindingSeverity) -> Cell {
    let (sign, role) = match severity {
        FindingSeverity::Critical => ("✗", Role::Failed),
        FindingSeverity::Warning => ("⚠", Role::Warning),
        FindingSeverity::Notice => ("·", Role::Text),
    };
    styled(format!("{sign} {}", severity.word()), role)
}

pub(super) fn cell(known: RenderContext<'_>, number: u32, field: Field) -> Cell {
    let Some(finding) = known.triage.finding(number) else {
        return none();
    };
    let newest = known.index.newest();
    match field {
        Field::Severity => severity(finding.severity),
        Field::Kind => plain(finding.kind.phrase()),
        Field::Since => finding
            .since
            .map_or_else(none, |time| styled(short(time, newest), Role::Text)),
        Field::Until => match finding.until {
            Some(time) => styled(short(time, newest), Role::Dim),
            None => styled("goes on", Role::Pending),
        },
        Field::Summary => plain(&finding.summary),
        _ => none(),
    }
}
