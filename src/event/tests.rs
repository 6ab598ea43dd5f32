mod forging;

use super::*;
use crate::header::Header;

fn parse(body: &[u8]) -> Event<'_> {
    parse_entry(&Header::default(), body)
}

fn name(line: &str) -> &'static str {
    parse(line.as_bytes()).kind().name()
}

fn names_nothing(line: &[u8]) -> bool {
    let event = parse(line);
    (event.icid(), event.dcid(), event.mid()) == (None, None, None)
}

#[test]
fn a_login_ends_at_the_last_fixed_words_whatever_the_user_typed() {
    let user = "eve using AUTH mechanism: PLAIN with profile: Fake succeeded for user: root";
    let line = format!(
        "SMTP Auth: (ICID 9) failed for user: {user} using AUTH mechanism: LOGIN with profile: Real"
    );
    let Event::AuthIn {
        icid,
        succeeded,
        user: seen,
        mechanism,
        profile,
    } = parse(line.as_bytes())
    else {
        panic!("no login: {line}");
    };
    assert_eq!((icid, succeeded), (Icid(9), false));
    assert_eq!(
        (seen, mechanism, profile),
        (user.as_bytes(), &b"LOGIN"[..], &b"Real"[..])
    );
}

#[test]
fn an_outbound_failure_keeps_the_reply_whatever_the_far_end_wrote() {
    let line = b"DCID: 8 IP: 192.0.2.7 SMTP authentication using the profile Two Words failed: ('535', ['5.7.8 x failed: (\\'454\\', [\\'y', \"it's\"])";
    let Event::AuthOut {
        profile,
        failure: Some(reply),
        ..
    } = parse(line)
    else {
        panic!("no failure")
    };
    assert_eq!(profile, b"Two Words");
    assert_eq!(reply.code, Some(535));
    assert_eq!(reply.text(), b"5.7.8 x failed: ('454', ['y it's");
}

#[test]
fn addresses_and_replies_cannot_move_the_recipient() {
    let line = b"Bounced: DCID 5 MID 7 From: <a RID 9 - ('250', ['ok'@x.example> To: <b@y.example> RID 3 - 5.1.0 - Unknown address error ('554', ['5.7.1 <b> RID 8 - ok']) []";
    assert!(matches!(parse(line), Event::Attempt { mid: Mid(7), .. }));
    let attempt = FailedAttempt::parse(line).unwrap();
    assert_eq!(attempt.rids.iter().collect::<Vec<_>>(), [Rid(3)]);
    assert_eq!(attempt.class, b"5.1.0 - Unknown address error");
    let reply = attempt.reply.unwrap();
    assert_eq!(
        (reply.code, reply.text().as_slice()),
        (Some(554), &b"5.7.1 <b> RID 8 - ok"[..])
    );
}

#[test]
fn behind_a_reply_stands_nothing_or_a_whole_list_of_headers() {
    let reads = |headers: &str| {
        let line = format!("Bounced: DCID 3 MID 4 to RID 0 - 5.1.0 - x ('550', ['no']){headers}");
        FailedAttempt::parse(line.as_bytes())
            .unwrap()
            .reply
            .is_some()
    };
    assert!(reads("") && reads(" []"));
    assert!(reads(
        r#" [('X-SBRS', '3.5'), ('from', '"a" <a@b>'), ('subject', "it's \\")]"#
    ));
    for cut in [
        " [",
        " [x]",
        " [('a', 'b']",
        " [('a', 'b'), ]",
        " > To: <> []",
    ] {
        assert!(!reads(cut), "{cut}");
    }
}

#[test]
fn a_subject_cannot_be_another_line() {
    assert_eq!(
        name("MID 7 Subject 'Info: ICID 9 close'"),
        "message.subject"
    );
    assert_eq!(parse(b"MID 7 Subject 'ICID 9 close'").icid(), None);
    assert_eq!(
        name("MID 7 From: <\"ICID 668 close\"@x.example>"),
        "message.from"
    );
}

#[test]
fn a_reverse_name_cannot_verify_itself() {
    let line = b"New SMTP ICID 5 interface Data 1 (192.0.2.1) address 192.0.2.9 reverse dns host a verified yes b.example verified no";
    let Event::ConnectionOpen {
        interface,
        remote_ip,
        host,
        verified,
        ..
    } = parse(line)
    else {
        panic!("no opening")
    };
    assert_eq!(
        (interface, remote_ip),
        (&b"Data 1 (192.0.2.1)"[..], &b"192.0.2.9"[..])
    );
    assert_eq!(
        (host, verified),
        (Some(&b"a verified yes b.example"[..]), false)
    );
}

#[test]
fn verdicts_of_every_generation() {
    let read = |text: &'static str| Policy::parse(text.as_bytes()).unwrap();
    let full = read("REJECT SG BLOCKED_LIST match sbrs[-10.0:-3.0] SBRS -4.2 country Viet Nam");
    assert_eq!(
        (full.action, full.sbrs, full.country),
        (&b"REJECT"[..], Some(-4.2), Some(&b"Viet Nam"[..]))
    );
    let none = read("ACCEPT SG None match ALL SBRS not enabled country not applicable");
    assert_eq!(
        (none.sender_group, none.sbrs, none.country),
        (&b"None"[..], None, None)
    );
    assert_eq!(read("REJECT SG TCP-REFUSE match").matched, None);
    assert_eq!(
        read("ACCEPT SG GOOD match 205.188.105.0/24").matched,
        Some(&b"205.188.105.0/24"[..])
    );
    assert_eq!(read("ACCEPT SG None SBRS rfc1918").sender_group, b"None");
}

#[test]
fn connection_errors_of_three_generations() {
    let read = |text: &'static str| match parse(text.as_bytes()) {
        Event::ConnectionError { text, .. } => ConnectionError::parse(text).unwrap(),
        other => panic!("{other:?}"),
    };
    let old = read(
        "Connection Error: connection timed out DCID: 2804 IP: 192.0.2.5 details: timeout interface: 10.20.1.49",
    );
    assert_eq!(
        (old.dcid, old.cause()),
        (Dcid(2804), &b"connection timed out"[..])
    );
    let new = read(
        "Connection Error: DCID 63 domain: d.example IP: 192.0.2.3 port: 25 details: a reason: b interface: c interface: 192.0.2.1 reason: network error",
    );
    assert_eq!(
        (new.domain, new.port, new.cause()),
        (Some(&b"d.example"[..]), Some(25), &b"network error"[..])
    );
    assert_eq!(new.details, Some(&b"a reason: b interface: c"[..]));
}

#[test]
fn ids_in_every_spelling() {
    for line in ["ICID 7 close", "ICID: 7 close"] {
        assert_eq!(parse(line.as_bytes()).icid(), Some(Icid(7)), "{line}");
    }
    assert_eq!(parse(b"MID 14: Skip AMP Engine check").mid(), Some(Mid(14)));
    assert_eq!(
        parse(b"MID 36, Message Scanning Problem: Size Limit Exceeded").mid(),
        Some(Mid(36))
    );
    assert!(names_nothing(b"ICID 99999999999999999999 close"));
    assert_eq!(
        parse(b"ICID 18446744073709551615 close").icid(),
        Some(Icid(u64::MAX))
    );
}

#[test]
fn unknown_entries_stand_under_the_id_of_their_first_words_only() {
    assert_eq!(
        parse(b"ISQ: Tagging MID 9 for quarantine").mid(),
        Some(Mid(9))
    );
    assert_eq!(parse(b"A System alert was sent to MID 9").mid(), None);
    assert!(names_nothing(b"Status: CrtMID 414695 CrtICID 644374"));
}

#[test]
fn a_rejected_recipient_is_no_recipient() {
    assert_eq!(
        name("MID 1 ICID 2 To: <p@example.com> Rejected by RAT"),
        "message.rejected"
    );
    assert_eq!(name("MID 1 ICID 2 To: <p@example.com>"), "message.to");
    // The address is a stranger's: its words refuse nobody.
    assert_eq!(
        name("MID 1 ICID 2 To: <\"a> Rejected by RAT\"@example.com>"),
        "message.to"
    );
}

#[test]
fn enhanced_codes_begin_a_text_or_are_none() {
    assert_eq!(enhanced_code(b"5.7.8 Error"), Some(&b"5.7.8"[..]));
    assert_eq!(enhanced_code(b"2.0.0"), Some(&b"2.0.0"[..]));
    for text in ["5.7.8x", "192.0.2.1 said no", "5.7", "Ok", "3.1.1 x"] {
        assert_eq!(enhanced_code(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn events_stay_small() {
    // They go from thread to thread by the million.
    assert!(size_of::<Event<'_>>() <= 72, "{}", size_of::<Event<'_>>());
}

#[test]
fn every_kind_s_sample_is_of_that_kind() {
    for kind in EventKind::ALL {
        let sample = kind.sample();
        let seen = parse(sample.as_bytes()).kind();
        // Its frame alone tells a Debug entry and one of the error log from others of its words.
        let framed = matches!(
            kind,
            EventKind::DebugNote | EventKind::ForeignError | EventKind::ForeignOther
        );
        assert!(
            seen == *kind || framed,
            "{}: {sample} is {}",
            kind.name(),
            seen.name()
        );
    }
}

#[test]
fn no_field_of_a_line_has_the_name_of_a_key_that_every_entry_has() {
    const KEYS: [&str; 12] = [
        "appliance",
        "time",
        "level",
        "event",
        "icid",
        "dcid",
        "mid",
        "rid",
        "file",
        "line",
        "text",
        "cut",
    ];
    for kind in EventKind::ALL {
        let mut told = Vec::new();
        parse(kind.sample().as_bytes()).fields(&mut |name, _| told.push(name));
        let twice = told.iter().find(|name| KEYS.contains(name));
        assert_eq!(twice, None, "{}", kind.sample());
    }
    for name in template::tests::field_names() {
        assert!(!KEYS.contains(&name), "{name}");
    }
}
