//! What tables show of a small log, in print and on the screen, and the filters of their cells.

use super::columns::{CONNECTIONS, Column, FINDINGS, MESSAGES, ROUTES, SOURCES, USERS, on_screen};
use super::*;
use crate::event::Entry;
use crate::header::{HeaderParser, YearResolver};
use crate::index::{Index, TrackClosed};
use crate::position::{Position, SourceId};

pub(crate) const LOG: &str = "\
Mon Mar  2 08:00:00 2026 Info: New SMTP ICID 450 interface Submission (192.0.2.25) address 2001:db8::7 reverse dns host pc.example.net verified yes
Mon Mar  2 08:00:00 2026 Info: ICID 450 RELAY SG STAFF match 2001:db8::/32 SBRS None
Mon Mar  2 08:00:01 2026 Info: SMTP Auth: (ICID 450) failed for user: ann using AUTH mechanism: PLAIN with profile: Staff
Mon Mar  2 08:00:02 2026 Info: SMTP Auth: (ICID 450) succeeded for user: ann using AUTH mechanism: PLAIN with profile: Staff
Mon Mar  2 08:00:03 2026 Info: Start MID 1 ICID 450
Mon Mar  2 08:00:03 2026 Info: MID 1 ICID 450 From: <ann@example.com>
Mon Mar  2 08:00:03 2026 Info: MID 1 ICID 450 RID 0 To: <bob@example.org>
Mon Mar  2 08:00:03 2026 Info: MID 1 ICID 450 RID 1 To: <eve@example.org>
Mon Mar  2 08:00:03 2026 Info: MID 1 ready 8192 bytes from <ann@example.com>
Mon Mar  2 08:00:04 2026 Info: Start MID 2 ICID 450
Mon Mar  2 08:01:05 2026 Info: ICID 450 close
Mon Mar  2 08:01:06 2026 Info: New SMTP DCID 8 interface 192.0.2.25 address 2001:db8::9 port 25
Mon Mar  2 08:01:07 2026 Info: DCID: 8 IP: 2001:db8::9 SMTP authentication using the profile Out failed: ('535', ['5.7.8 Error: authentication failed'])
Mon Mar  2 08:01:07 2026 Info: Delivery start DCID 8 MID 1 to RID [0]
Mon Mar  2 08:01:08 2026 Info: Bounced: DCID 8 MID 1 to RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 Relay access denied'])
";

pub(crate) fn load(log: &str) -> Index {
    let mut index = Index::new(TrackClosed::Off);
    let source = SourceId::new(0);
    index.open_source(source, "");
    let mut parser = HeaderParser::new(YearResolver::starting(2026));
    let mut offset = 0;
    for line in log.lines() {
        let bytes = line.as_bytes();
        let header = parser.parse(bytes);
        let position = Position::new(source, offset);
        index.apply(&Entry::parse(position, &header, bytes));
        offset += bytes.len() as u64 + 1;
    }
    index
}

/// Checks the cells of a row, printed and on the screen, against a table by name.
fn check(
    table: &'static [Column],
    index: &Index,
    row: &TableRow<'_>,
    cells: &[(&str, &str, &str)],
) {
    let screen = CellContext::screen(index.newest());
    for (name, printed, shown) in cells {
        let column = on_screen(table).find(|column| column.name() == *name);
        let column = column.expect("the column is on the screen");
        let texts = [CellContext::PRINT, screen].map(|context| column.cell(context, row).text);
        assert_eq!(texts, [*printed, *shown], "{name}");
    }
}

#[test]
fn a_connection_in_print_and_on_the_screen() {
    let index = load(LOG);
    let connections: Vec<_> = index.connections().collect();
    let inbound = [
        ("opened", "2026-03-02 08:00:00", "08:00:00"),
        ("age", "1 min 5 s", "1m 05"),
        ("dir", "in", "in"),
        ("id", "ICID 450", "ICID 450"),
        ("peer", "2001:db8::7", "2001:db8::7"),
        ("host", "pc.example.net", "pc.example.net"),
        ("interface", "Submission RELAY STAFF", "Submission · STAFF"),
        ("tls", "", "–"),
        ("login", "succeeded", "✓ ok ✗1"),
        ("user", "ann", "ann ×2"),
        ("msgs", "2", "2"),
        ("end", "close", "close"),
    ];
    check(
        CONNECTIONS,
        &index,
        &TableRow::Connection(connections[0]),
        &inbound,
    );
    let outbound = [
        ("opened", "2026-03-02 08:01:06", "08:01:06"),
        ("age", "", "2 s"),
        ("dir", "out", "out"),
        ("id", "DCID 8", "DCID 8"),
        ("peer", "[2001:db8::9]:25", "[2001:db8::9]:25"),
        ("host", "", "–"),
        ("interface", "", "→ example.org"),
        ("login", "failed", "✗ failed"),
        ("user", "Out", "Out"),
        ("msgs", "1 bounced", "✗1 1"),
        ("end", "", "open"),
    ];
    check(
        CONNECTIONS,
        &index,
        &TableRow::Connection(connections[1]),
        &outbound,
    );
}

#[test]
fn a_message_in_print_and_on_the_screen() {
    let index = load(LOG);
    let message = index.messages().next().expect("the log has messages");
    let cells = [
        ("started", "2026-03-02 08:00:03", "08:00:03"),
        ("mid", "1", "1"),
        ("state", "mixed", "⚠ mixed"),
        ("from", "ann@example.com", "ann@example.com"),
        ("to", "bob@example.org and 1 more", "bob@example.org +1"),
        ("size", "8192", "8.0 KB"),
        ("subject", "", "–"),
    ];
    check(MESSAGES, &index, &TableRow::Message(message), &cells);
}

#[test]
fn a_cell_makes_the_filter_that_keeps_its_value() {
    let index = load(LOG);
    let connections: Vec<_> = index.connections().collect();
    let term = |at: usize, name: &str| {
        let column = on_screen(CONNECTIONS).find(|column| column.name() == name)?;
        column.term(&TableRow::Connection(connections[at]))
    };
    let table = [
        (0, "opened", Some("at:2026-03-02T08:00:00")),
        (0, "id", Some("icid:450")),
        (0, "interface", Some("group:STAFF")),
        (0, "tls", Some("tls:none")),
        (0, "login", Some("auth:succeeded")),
        (0, "user", Some("user:ann")),
        (0, "end", Some("end:close")),
        (0, "age", None),
        (1, "id", Some("dcid:8")),
        (1, "host", None),
        (1, "user", Some("profile:Out")),
        (1, "end", Some("state:open")),
    ];
    for (at, name, expected) in table {
        assert_eq!(term(at, name).as_deref(), expected, "{name}");
    }
}

#[test]
fn columns_of_a_table_have_names_of_their_own_and_room() {
    for table in [CONNECTIONS, MESSAGES, USERS, ROUTES, FINDINGS, SOURCES] {
        let mut names: Vec<String> = on_screen(table).map(Column::name).collect();
        assert!(names.iter().all(|name| !name.contains(' ')), "{names:?}");
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all);
        for column in on_screen(table) {
            let screen = column.screen;
            assert!(0 < screen.min && screen.min <= screen.max, "{column:?}");
        }
        // However narrow the terminal is, one column stays.
        assert!(on_screen(table).any(|column| column.priority == 0));
    }
}
