//! Queries over a small log: what is kept, what is refused and where.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::event;
use crate::header::{HeaderParser, Timestamp, YearResolver};
use crate::index::TrackClosed;
use crate::position::{Position, SourceId};
use crate::source::{EmptyFolder, Follow, LogReader, RawLines, Request, SourceEvent, Stop};

mod language;
mod model;
mod retired;

/// An index of a log's lines.
fn load(log: &str) -> Index {
    let mut index = Index::new(TrackClosed::Off);
    index.open_source(SourceId::new(0), "");
    each_entry(log, |entry, _| index.apply(entry));
    index
}

fn each_entry(log: &str, mut tell: impl FnMut(&Entry<'_>, &[u8])) {
    let mut parser = HeaderParser::new(YearResolver::starting(2026));
    let mut offset = 0;
    for line in log.lines() {
        let bytes = line.as_bytes();
        let frame = parser.parse(bytes);
        let entry = Entry::parse(Position::new(SourceId::new(0), offset), &frame, bytes);
        tell(&entry, bytes);
        offset += bytes.len() as u64 + 1;
    }
}

/// A reader that has read what a file holds.
fn follow(path: &std::path::Path) -> LogReader {
    let request = Request {
        paths: vec![path.into()],
        follow: Follow::Live,
        poll: Some(std::time::Duration::from_millis(50)),
        is_mail_log: |_| true,
        liveness: crate::pipeline::LIVENESS,
        empty_folder: EmptyFolder::Refuse,
        raw_lines: RawLines::Needed,
        stop: Stop::new(),
    };
    let mut feeder = LogReader::open(&request).unwrap();
    catch_up(&mut feeder);
    feeder
}

fn catch_up(feeder: &mut LogReader) {
    while !matches!(feeder.next(), SourceEvent::CaughtUp) {}
}

/// What a text search finds in a log.
fn search(query: &Query, log: &str) -> TextMatches {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), log).unwrap();
    let sources = follow(file.path()).sources();
    TextMatches::search(
        query.texts(),
        &sources,
        &AtomicBool::new(false),
        &mut |_| {},
    )
    .unwrap()
}

/// A connection as `i450` or `d5640`.
fn name(connection: &crate::index::Connection<'_>) -> String {
    match connection.link() {
        event::ConnId::In(id) => format!("i{id}"),
        event::ConnId::Out(id) => format!("d{id}"),
    }
}

fn connections(log: &str, query: &str) -> String {
    let query = parse(query).unwrap();
    let (index, hits) = (load(log), search(&query, log));
    let found = query.connections(&index, &hits);
    let names: Vec<_> = found
        .iter()
        .map(|id| name(&index.connection(*id)))
        .collect();
    names.join(" ")
}

fn messages(log: &str, query: &str) -> String {
    let query = parse(query).unwrap();
    let (index, hits) = (load(log), search(&query, log));
    let found = query.messages(&index, &hits);
    let names: Vec<_> = found
        .iter()
        .map(|id| index.message(*id).mid().to_string())
        .collect();
    names.join(" ")
}

const LOG: &str = "\
Mon Mar  2 10:00:00 2026 Info: New SMTP ICID 1 interface IncomingMail (192.0.2.25) address 198.51.100.7 reverse dns host mx7.example.net verified yes
Mon Mar  2 10:00:00 2026 Info: ICID 1 ACCEPT SG UNKNOWNLIST match sbrs[-10.0:-3.0] SBRS -4.2 country Viet Nam
Mon Mar  2 10:00:01 2026 Info: ICID 1 TLS success protocol TLSv1.2 cipher ECDHE-RSA-AES256-GCM-SHA384
Mon Mar  2 10:00:02 2026 Info: SMTP Auth: (ICID 1) failed for user: alice@example.com using AUTH mechanism: PLAIN with profile: IncomingAuthentication
Mon Mar  2 10:00:03 2026 Info: SMTP Auth: (ICID 1) succeeded for user: Bob using AUTH mechanism: LOGIN with profile: LDAP_SMTPAUTH
Mon Mar  2 10:00:04 2026 Info: Start MID 11 ICID 1
Mon Mar  2 10:00:04 2026 Info: MID 11 ICID 1 From: <carol@sender.example>
Mon Mar  2 10:00:04 2026 Info: MID 11 ICID 1 RID 0 To: <dave@dest.example>
Mon Mar  2 10:00:04 2026 Info: MID 11 ICID 1 RID 1 To: <erin@dest.example>
Mon Mar  2 10:00:05 2026 Info: MID 11 Message-ID '<m11@sender.example>'
Mon Mar  2 10:00:05 2026 Info: MID 11 Subject 'Your invoice, (no. 5) is \"late\"'
Mon Mar  2 10:00:05 2026 Info: MID 11 ready 20480 bytes from <carol@sender.example>
Mon Mar  2 10:00:06 2026 Info: ICID 1 close
Mon Mar  2 10:00:10 2026 Info: New SMTP DCID 21 interface 192.0.2.25 address 203.0.113.9 port 25
Mon Mar  2 10:00:11 2026 Info: DCID: 21 IP: 203.0.113.9 SMTP authentication using the profile OutboundAuthentication failed: ('535', ['5.7.8 Error: authentication failed'])
Mon Mar  2 10:00:12 2026 Info: Delivery start DCID 21 MID 11 to RID [0, 1]
Mon Mar  2 10:00:12 2026 Info: Bounced: DCID 21 MID 11 to RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 <dave@dest.example>: Relay access denied'])
Mon Mar  2 10:00:13 2026 Info: Message done DCID 21 MID 11 to RID [1]
Mon Mar  2 10:00:13 2026 Info: MID 11 RID [1] Response '2.0.0 Ok: queued as 4F1'
Mon Mar  2 10:00:14 2026 Info: Message finished MID 11 done
Mon Mar  2 10:00:15 2026 Info: DCID 21 close
Mon Mar  2 10:30:00 2026 Info: New SMTP ICID 2 interface Submission (192.0.2.26) address 172.16.155.102 reverse dns host unknown verified no
Mon Mar  2 10:30:00 2026 Info: ICID 2 RELAY SG RELAY_SG match 172.16.0.0/12 SBRS rfc1918
Mon Mar  2 10:30:05 2026 Info: ICID 2 lost
Mon Mar  2 11:00:00 2026 Warning: New SMTP ICID 3 interface IncomingMail (192.0.2.25) address 2001:db8::5 reverse dns host unknown verified no
Mon Mar  2 11:00:01 2026 Info: SMTP Auth: (ICID 3) failed for user:  using AUTH mechanism: PLAIN with profile: IncomingAuthentication
Mon Mar  2 11:00:30 2026 Info: Start MID 12 ICID 0
Mon Mar  2 11:00:30 2026 Info: MID 12 was generated for bounce of MID 11
Mon Mar  2 11:00:30 2026 Info: MID 12 ICID 0 From: <>
Mon Mar  2 11:00:30 2026 Info: MID 12 ICID 0 RID 0 To: <carol@sender.example>
Mon Mar  2 11:00:40 2026 Info: New SMTP DCID 22 interface 192.0.2.25 address 203.0.113.10 port 587
";

#[test]
fn queries_select_the_matching_connections() {
    let cases = [
        ("", "i1 d21 i2 i3 d22"),
        ("icid:1", "i1"),
        ("icid:2..3", "i2 i3"),
        ("dcid:21,22 icid:1", ""),
        ("dcid:>21 OR icid:<2", "i1 d22"),
        ("mid:11", "i1 d21"),
        ("user:bob", "i1"),
        ("user:bo", ""),
        ("user:\"\"", "i3"),
        ("user~^al", "i1"),
        ("user~(LICE|x)", "i1"),
        ("auth:failed", "i1 d21 i3"),
        ("user:bob auth:failed", ""),
        (
            "user:bob auth:succeeded mechanism:login profile:ldap*",
            "i1",
        ),
        ("user:bob (auth:failed OR mechanism:PLAIN)", ""),
        ("(user:bob) auth:failed", ""),
        ("user:bob -auth:failed", ""),
        ("-(user:bob auth:failed) dir:in", "i1 i2 i3"),
        ("auth:none", "i2 d22"),
        ("auth:none,succeeded", "i1 i2 d22"),
        ("auth:none user:bob", ""),
        ("-auth:none", "i1 d21 i3"),
        ("auth:fail dir:out", "d21"),
        ("profile:Outbound* auth:failed", "d21"),
        ("code:535", "d21"),
        ("code:554", "d21"),
        ("enhanced:5.7.*", "d21"),
        ("enhanced:2.0.0", "d21"),
        ("result:bounced result:delivered", "d21"),
        ("ip:172.16.0.0/12", "i2"),
        ("ip:172.16.155.102", "i2"),
        ("ip:::ffff:172.16.155.102", "i2"),
        ("ip:2001:db8::/32", "i3"),
        ("ip:203.0.113.*", "d21 d22"),
        ("ip~^203", "d21 d22"),
        ("host:*.EXAMPLE.net", "i1"),
        ("-port:25", "i1 i2 i3 d22"),
        ("port:587,465", "d22"),
        ("interface:incomingmail", "i1 i3"),
        ("interface:192.0.2.25", "i1 d21 i3 d22"),
        ("group:unknownlist", "i1"),
        ("action:relay", "i2"),
        ("country:\"viet nam\"", "i1"),
        ("sbrs:<-3", "i1"),
        ("sbrs:-4.2", "i1"),
        ("sbrs:>=-10", "i1"),
        ("-sbrs:<-3", "d21 i2 i3 d22"),
        ("tls:success", "i1"),
        ("tls:tlsv1.*", "i1"),
        ("tls:none dir:in", "i2 i3"),
        ("cipher:*AES256*", "i1"),
        ("from:carol@sender.example", "i1 d21"),
        ("to:erin@*", "i1 d21"),
        ("domain:dest.example", "i1 d21"),
        ("subject:\"your invoice*\"", "i1 d21"),
        ("msgid:m11@sender.example", "i1 d21"),
        ("size:20k", "i1 d21"),
        ("size:>1M", ""),
        ("rid:1", "i1 d21"),
        ("state:open", "i3 d22"),
        ("state:delivered", ""),
        ("end:lost", "i2"),
        ("duration:5", "d21 i2"),
        ("duration:>30", "i3"),
        ("since:10:30", "i2 i3 d22"),
        ("until:2026-03-02T10:00:05", "i1"),
        ("until:2026-03-02", "i1 d21 i2 i3 d22"),
        ("since:-1m", "i3 d22"),
        ("since:-31m until:10:59", "i2"),
        ("at:10:00:06", "i1"),
        ("at:10:00", "i1 d21"),
        ("at:10:30", "i2"),
        ("event:*", ""),
        ("level:warning", ""),
        ("appliance:*", ""),
        ("\"relay access denied\"", "d21"),
        ("/5\\.7\\.[18]/", "d21"),
        ("invoice", ""),
        ("carol", "i1"),
        ("/^Mon.*close$/", "i1 d21"),
        ("-close dir:in", "i2 i3"),
        ("relay -mid:11", "i2"),
        ("NOT (dir:in OR dir:out)", ""),
        ("dir:in AND end:lost", "i2"),
    ];
    for (query, expected) in cases {
        assert_eq!(connections(LOG, query), expected, "{query}");
    }
}

#[test]
fn queries_select_the_matching_messages() {
    let cases = [
        ("", "11 12"),
        ("mid:12", "12"),
        ("icid:1", "11"),
        ("icid:0", "12"),
        ("dcid:21", "11"),
        ("user:bob", "11"),
        ("user:bob auth:failed", ""),
        ("profile:Outbound* auth:failed", "11"),
        ("auth:none", ""),
        ("dir:in dir:out", "11"),
        ("code:554", "11"),
        ("code:535", ""),
        ("result:delivered", "11"),
        ("state:mixed", "11"),
        ("state:queued", "12"),
        ("state:closed", ""),
        ("from:\"\"", "12"),
        ("domain:sender.example", "11 12"),
        ("-ip:203.0.113.9", "12"),
        ("subject:*LATE*", "11"),
        ("subject:\"Your invoice, (no. 5) is \\\"late\\\"\"", "11"),
        ("at:10:00:10", "11"),
        ("at:10:00:20", ""),
        ("since:11:00", "12"),
        ("invoice", "11"),
        ("\"generated for bounce\"", "12"),
        ("SBRS", ""),
    ];
    for (query, expected) in cases {
        assert_eq!(messages(LOG, query), expected, "{query}");
    }
}

#[test]
fn attempts_and_deliveries_match_through_their_connection_and_message() {
    let index = load(LOG);
    let count = |text: &str| {
        let query = parse(text).unwrap();
        let hits = search(&query, LOG);
        (
            query.attempts(&index, &hits).len(),
            query.deliveries(&index, &hits).len(),
        )
    };
    let cases = [
        ("", (4, 2)),
        ("auth:failed", (3, 2)),
        ("-auth:failed", (1, 0)),
        ("user:bob", (1, 0)),
        ("icid:1", (2, 2)),
        ("dcid:21", (1, 2)),
        ("code:535", (1, 0)),
        ("code:554", (0, 1)),
        ("mid:11", (0, 2)),
        ("to:dave@*", (0, 1)),
        ("domain:sender.example", (0, 2)),
        ("state:bounced", (0, 1)),
        ("ip:203.0.113.9", (1, 2)),
        ("until:10:00:02", (1, 0)),
        ("since:10:00:13 until:10:59", (0, 1)),
        ("auth:none", (0, 0)),
        ("tls:success", (2, 0)),
        ("denied", (1, 2)),
    ];
    for (query, expected) in cases {
        assert_eq!(count(query), expected, "{query}");
    }
}

#[test]
fn an_entry_is_matched_by_its_own_values() {
    let count = |query: &str| {
        let query = parse(query).unwrap();
        let newest = load(LOG).newest();
        let mut count = 0;
        each_entry(LOG, |entry, line| {
            count += usize::from(query.event(entry, line, Some("esa01"), newest));
        });
        count
    };
    let cases = [
        ("", 31),
        ("event:auth.*", 4),
        ("level:warning", 1),
        ("icid:1", 10),
        ("user:bob", 1),
        ("auth:failed profile:out*", 1),
        ("mid:11 rid:1", 4),
        ("ip:203.0.113.0/24", 3),
        ("domain:dest.example", 2),
        ("result:bounced code:554 enhanced:5.7.1", 1),
        ("tls:success cipher:*GCM*", 1),
        ("sbrs:<0 country:viet*", 1),
        ("end:lost", 1),
        ("since:-1m", 7),
        ("denied", 1),
        ("/^Mon.*SBRS/ -action:relay", 1),
        ("appliance:ESA01 level:info", 30),
    ];
    for (query, expected) in cases {
        assert_eq!(count(query), expected, "{query}");
    }
}

#[test]
fn every_kind_of_entry_is_suggested() {
    let events = Field::Event.doc().words;
    each_entry(LOG, |entry, _| {
        assert!(events.contains(&entry.event.kind().name()));
    });
}

/// After an id is reused, a text matches only the record whose line contains it.
#[test]
fn text_is_found_in_the_record_whose_line_it_was() {
    let log = "\
Mon Mar  2 10:00:00 2026 Info: New SMTP ICID 7 interface A (192.0.2.25) address 198.51.100.1 reverse dns host one.example verified yes
Mon Mar  2 10:00:01 2026 Info: ICID 7 close
Mon Mar  2 12:00:00 2026 Info: New SMTP ICID 7 interface A (192.0.2.25) address 198.51.100.2 reverse dns host two.example verified yes
Mon Mar  2 12:00:01 2026 Info: ICID 7 lost
";
    let index = load(log);
    for (text, expected) in [
        ("one.example", vec![0]),
        ("two.example", vec![1]),
        ("New", vec![0, 1]),
        ("lost", vec![1]),
    ] {
        let query = parse(text).unwrap();
        let found = query.connections(&index, &search(&query, log));
        assert_eq!(
            found.iter().map(|id| id.at()).collect::<Vec<_>>(),
            expected,
            "{text}"
        );
    }
}

#[test]
fn hosts_with_equal_ids_are_distinguished() {
    let log = "\
<166>Mar  2 10:00:00 esa01 mail_logs: Info: New SMTP ICID 7 interface A (192.0.2.25) address 198.51.100.1 reverse dns host unknown verified no
<166>Mar  2 10:00:00 esa02 mail_logs: Info: New SMTP ICID 7 interface A (192.0.2.25) address 198.51.100.2 reverse dns host unknown verified no
<166>Mar  2 10:00:01 esa02 mail_logs: Info: SMTP Auth: (ICID 7) failed for user: zoe using AUTH mechanism: PLAIN with profile: P
<166>Mar  2 10:00:02 esa01 mail_logs: Info: ICID 7 close
";
    assert_eq!(connections(log, "zoe"), "i7");
    assert_eq!(connections(log, "zoe ip:198.51.100.2"), "i7");
    assert_eq!(connections(log, "zoe appliance:esa01"), "");
    assert_eq!(connections(log, "user:zoe appliance:esa0?"), "i7");
}

#[test]
fn users_and_profiles_are_summed() {
    let index = load(LOG);
    let all = parse("").unwrap().attempts(&index, &TextMatches::none());
    let attempts = || all.iter().map(|id| index.attempt(*id));
    let users = aggregate::Users::of_attempts(&index, attempts());
    let rows: Vec<_> = users.most_failures(&index).into_iter().collect();
    let summed: Vec<_> = rows
        .iter()
        .map(|(name, user)| {
            let totals = &user.totals;
            (
                *name,
                totals.succeeded,
                totals.failed,
                user.sources,
                user.nets,
            )
        })
        .collect();
    assert_eq!(
        summed,
        [
            ("", 0, 1, 1, 1),
            ("alice@example.com", 0, 1, 1, 1),
            ("Bob", 1, 0, 1, 1)
        ]
    );
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
    let (alice, bob) = (&rows[1].1.totals, &rows[2].1.totals);
    assert_eq!(
        time(bob.last_success).as_deref(),
        Some("2026-03-02T10:00:03")
    );
    assert_eq!((bob.last_failure, bob.failing_since), (None, None));
    assert_eq!(alice.failing_since, alice.first_seen);
    let profiles = aggregate::profiles(&index, attempts());
    let summed: Vec<_> = profiles
        .iter()
        .map(|of| {
            (
                of.profile,
                of.direction,
                of.totals.succeeded,
                of.totals.failed,
            )
        })
        .collect();
    assert_eq!(
        summed[1],
        (
            "OutboundAuthentication",
            crate::index::Direction::Outbound,
            0,
            1
        )
    );
    assert_eq!(profiles[0].totals.failed, 2);
}

#[test]
fn a_search_resumes_where_it_stopped_and_can_be_cancelled() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let (first, rest) = LOG.split_at(LOG.find("Relay access").unwrap() + 3);
    std::fs::write(file.path(), first).unwrap();
    let mut feeder = follow(file.path());
    let sources = feeder.sources();
    let query = parse("\"relay access denied\"").unwrap();
    let go_on = AtomicBool::new(false);
    let mut hits = TextMatches::search(query.texts(), &sources, &go_on, &mut |_| {}).unwrap();
    let index = load(LOG);
    assert!(query.connections(&index, &hits).is_empty());
    std::io::Write::write_all(
        &mut std::fs::OpenOptions::new()
            .append(true)
            .open(file.path())
            .unwrap(),
        rest.as_bytes(),
    )
    .unwrap();
    catch_up(&mut feeder);
    hits.advance(query.texts(), &sources, &go_on, None, &mut |_| {})
        .unwrap();
    assert_eq!(query.connections(&index, &hits).len(), 1);
    let stopped = TextMatches::search(query.texts(), &sources, &AtomicBool::new(true), &mut |_| {});
    assert_eq!(stopped.unwrap_err().kind(), std::io::ErrorKind::Interrupted);
}

#[test]
fn lines_longer_than_a_block_hide_no_later_lines() {
    let long = "x".repeat(3 << 20);
    let forged = "MID 11 zebra";
    let log = format!(
        "{LOG}Mon Mar  2 11:01:00 2026 Info: {long}\n{forged}{long}\nMon Mar  2 11:02:00 2026 Info: MID 12 ICID 0 zebra\n"
    );
    assert_eq!(messages(&log, "zebra"), "11 12");
}
