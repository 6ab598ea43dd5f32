//! Findings, and log entries.

use super::columns;
use crate::present::{Role, TableRow, plain, styled};
use crate::safe;

columns! { FINDINGS, TableRow::Finding(f), cx:
    "severity" Text [Severity 10..10 0 sorted] => cx.severity(f.severity);
    "what" Text [Kind 14..23 1 sorted] => match cx.is_print() {
            true => plain(f.kind.word()),
            false => plain(f.kind.phrase()),
        };
    "since" Exact [Since 8..11 0 sorted] => cx.time(f.since, Role::Text);
    "until" Exact [Until 8..11 2 unsorted] => match f.until {
            None if !cx.is_print() => styled("ongoing", Role::Pending),
            until => cx.time(until, Role::Dim),
        };
    "summary" Text [Summary 34..400 0 unsorted] => plain(&f.summary);

    "kind" Text [1] => plain(f.kind.word());
}

columns! { ENTRIES, TableRow::Entry(e), cx:
    "time" Exact [] => cx.time(e.time, Role::Text);
    "appliance" Text [1] => cx.text(e.appliance);
    "event" Text [] => plain(e.event.kind().name());
    "text" Text [] => styled(safe::bytes(e.body), Role::Text);
}
