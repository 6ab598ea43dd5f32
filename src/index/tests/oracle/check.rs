//! An oracle for the index: the same join on plain lists that are searched from end to end, with
//! nothing stored twice.
//!
//! [`check`] builds log lines from numbers, applies them to the index and to the oracle, and
//! compares the records after the last line. A property test and a fuzz target call it.

mod join;
mod records;

use std::fmt::Write;

use crate::event::{ConnId, Entry, Event, parse_entry};
use crate::header::{Header, Level, Timestamp};
use crate::index::{Index, TrackClosed};
use crate::position::{Position, SourceId};
use records::{At, Connection, Model};

/// A line as numbers: its template and its fields.
pub(crate) type Step = [u8; 4];

/// 2 March 2026, 08:00:00.
const MORNING: i64 = 1_772_438_400;

/// Applies the lines to both, and panics if their records differ.
pub(crate) fn check(steps: &[Step]) {
    let mut index = Index::new(TrackClosed::On);
    let mut model = Model::default();
    index.open_source(SourceId::new(0), "");
    let (mut seconds, mut offset) = (MORNING, 0);
    for &step in steps {
        let [kind, a, b, c] = step;
        if kind % 24 == 0 {
            seconds += [1, 59, 3600, 4000][usize::from(a % 4)];
            offset += [0, 300_000][usize::from(b % 2)];
            continue;
        }
        let line = line(kind % 24, a, b, c);
        let host = ["esa01", "esa02"][usize::from(c / 16 % 8 == 7)];
        let entry = Entry {
            position: Position::new(SourceId::new(0), offset),
            time: Timestamp::from_seconds(seconds),
            level: Some(Level::Info),
            host: Some(host.as_bytes()),
            event: parse_entry(&Header::default(), line.as_bytes()),
            name_hash: 0,
        };
        index.apply(&entry);
        let at = At {
            host,
            time: entry.time,
            offset,
        };
        model.apply(at, &entry.event);
        offset += line.len() as u64 + 1;
    }
    assert_eq!(shown(&index), model.shown());
    compare_totals(&index, &model);
    compare_spans(&index, &model);
    let ended = index.drain_closed().into_iter().map(|ended| {
        let connection = ended.connection().map(|id| (true, id.at()));
        connection
            .or(ended.message().map(|id| (false, id.at())))
            .expect("either")
    });
    assert_eq!(ended.collect::<Vec<_>>(), model.ended);
}

/// A line about one of few connections, messages and recipients, so that lines share them.
fn line(kind: u8, a: u8, b: u8, c: u8) -> String {
    let (icid, dcid, mid) = (a % 4, a % 3, b % 4 + 1);
    let rid = [0, 1, 2, 31, 32, 33][usize::from(c % 6)];
    let user = ["ann", "bob", ""][usize::from(b % 3)];
    let verb = ["succeeded", "failed"][usize::from(c % 2)];
    match kind {
        1 => format!(
            "New SMTP ICID {icid} interface Data 1 (192.0.2.1) address 198.51.100.{b} reverse dns host unknown verified no"
        ),
        2 => format!("New SMTP DCID {dcid} interface 192.0.2.1 address 198.51.100.{b} port 25"),
        3 => format!("ICID {icid} {}", ["close", "lost"][usize::from(b % 2)]),
        4 => format!("DCID {dcid} {}", ["close", "lost"][usize::from(b % 2)]),
        5 => format!("SMTP server connection killed ICID: {icid}"),
        6 => format!(
            "SMTP Auth: (ICID {icid}) {verb} for user: {user} using AUTH mechanism: PLAIN with profile: P"
        ),
        7 if verb == "succeeded" => format!(
            "DCID: {dcid} IP: 198.51.100.{b} SMTP authentication using the profile Out succeeded."
        ),
        7 => format!(
            "DCID: {dcid} IP: 198.51.100.{b} SMTP authentication using the profile Out failed: ('535', ['5.7.8 no'])"
        ),
        8 => format!("Start MID {mid} ICID {icid}"),
        9 => format!("MID {mid} ICID {icid} From: <s{c}@example.com>"),
        10 => format!("MID {mid} ICID {icid} RID {rid} To: <r{c}@example.com>"),
        11 => format!("MID {mid} ICID {icid} To: <r{c}@example.com>"),
        12 => format!(
            "Message done DCID {dcid} MID {mid} to RID [{rid}, {}]",
            c / 6 % 3
        ),
        13 => format!(
            "Bounced: DCID {dcid} MID {mid} to RID {rid} - 5.1.0 - x ('550', ['5.1.1 no']) []"
        ),
        14 => {
            format!("Delayed: DCID {dcid} MID {mid} to RID {rid} - 4.1.0 - x ('450', ['later']) []")
        }
        15 => format!("MID {mid} RID [{rid}, {}] Response 'r{a}'", c / 6 % 3),
        16 => format!(
            "Message aborted MID {mid} {} x",
            ["Dropped by", "Bounced by", "Receiving"][usize::from(c % 3)]
        ),
        17 => format!("Message finished MID {mid} done"),
        18 => format!("MID {mid} was generated for bounce of MID {}", c % 4 + 1),
        19 => format!("MID {mid} rewritten to MID {} by x", c % 4 + 1),
        20 if c.is_multiple_of(2) => format!("MID {mid} queued for delivery"),
        20 => format!("MID {mid} quarantined to \"Policy\" (x)"),
        21 => format!("MID {mid} released from all quarantines"),
        22 => format!(
            "MID {mid} to RID [{rid}] pending_replies till Wed Jul 20 10:15:41 2005 [Default]"
        ),
        _ => format!("MID {mid} something new {c}"),
    }
}

/// All records of the index as text.
fn shown(index: &Index) -> String {
    let mut text = String::new();
    let mut write = |line: std::fmt::Arguments<'_>| writeln!(text, "{line}").expect("memory");
    for one in index.connections() {
        let logins = one.attempts();
        let logins: Vec<_> = logins
            .iter()
            .map(|one| (one.succeeded(), one.user()))
            .collect();
        let carried: Vec<_> = one.messages().iter().map(|one| one.record().at()).collect();
        let deliveries: Vec<_> = one
            .deliveries()
            .iter()
            .map(|one| one.record().at())
            .collect();
        write(format_args!(
            "{:?} {:?} opened {:?} closed {:?} {:?} lines {} logins {logins:?} messages {carried:?} deliveries {deliveries:?}",
            one.appliance().unwrap_or_default(),
            one.link(),
            one.opened(),
            one.closed(),
            one.end(),
            one.lines()
        ));
    }
    for one in index.messages() {
        let children: Vec<_> = one.children().iter().map(|one| one.record().at()).collect();
        write(format_args!(
            "{:?} {:?} icid {:?} started {:?} from {:?} queued {:?} finished {} parent {:?} children {children:?}",
            one.appliance().unwrap_or_default(),
            one.mid(),
            one.icid(),
            one.started(),
            one.from(),
            one.queued(),
            one.is_finished(),
            one.parent().map(|parent| parent.record().at())
        ));
        for to in one.recipients() {
            let deliveries: Vec<_> = to
                .deliveries()
                .iter()
                .map(|one| one.record().at())
                .collect();
            write(format_args!(
                "  {:?} {:?} {:?} {deliveries:?}",
                to.rid(),
                to.to(),
                to.state()
            ));
        }
    }
    for one in index.deliveries() {
        write(format_args!(
            "{:?} of {} on {:?} at {:?} {:?}",
            one.result(),
            one.message().record().at(),
            one.connection().map(|one| one.record().at()),
            one.time(),
            one.detail()
        ));
    }
    text
}

fn compare_totals(index: &Index, model: &Model) {
    let totals = index.totals();
    let open = |outbound: bool| {
        let is_open =
            |one: &&Connection| one.end.is_none() && matches!(one.link, ConnId::Out(_)) == outbound;
        model.connections.iter().filter(is_open).count() as u64
    };
    assert_eq!((totals.open_in, totals.open_out), (open(false), open(true)));
    let logins = |outbound: bool, succeeded: bool| {
        let connections = model.connections.iter();
        let on = connections.filter(|one| matches!(one.link, ConnId::Out(_)) == outbound);
        let all = on.flat_map(|one| &one.logins);
        all.filter(|login| login.0 == succeeded).count() as u64
    };
    assert_eq!(totals.logins, logins(false, true));
    assert_eq!(totals.failed_logins, logins(false, false));
    assert_eq!(totals.failed_outbound, logins(true, false));
    assert_eq!(
        (totals.entries, totals.unknown),
        (model.entries, model.unknown)
    );
    for one in &model.connections {
        let newest = model
            .connections
            .iter()
            .rposition(|other| (other.host, other.link) == (one.host, one.link));
        let found = index.find_connections(one.link);
        assert!(
            found.iter().any(|id| Some(id.at()) == newest),
            "{:?}",
            one.link
        );
    }
}

/// Each line of a record is in one of its spans, and each span begins and ends with one.
fn compare_spans(index: &Index, model: &Model) {
    let connections = index.connections().map(|one| one.spans());
    let messages = index.messages().map(|one| one.spans());
    let places = model.connections.iter().map(|one| &one.places);
    let places = places.chain(model.messages.iter().map(|one| &one.places));
    for (spans, places) in connections.chain(messages).zip(places) {
        for span in &spans {
            let ends = [span.first.offset(), span.last.offset()];
            assert!(
                ends.iter().all(|end| places.contains(end)),
                "{spans:?} of {places:?}"
            );
        }
        for place in places {
            let holds = |span: &crate::index::store::extent::Span| {
                (span.first.offset()..=span.last.offset()).contains(place)
            };
            assert!(spans.iter().any(holds), "{place} in {spans:?}");
        }
    }
}

fn is_unknown(event: &Event<'_>) -> bool {
    matches!(event, Event::Unknown { .. })
}
