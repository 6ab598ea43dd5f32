//! `mailscope check` and `routes --check`: one status for monitoring.

use crate::outages::{OUTAGES, PARTNER, clock, good, morning, place, run};
use crate::run::Place;

#[test]
fn monitoring_can_be_restricted_to_what_a_pattern_names() {
    let place = place(&morning(&OUTAGES[0], false));
    for (pattern, status) in [
        ("Out", 2),
        ("*.9", 2),
        ("203.0.113.9:25", 2),
        ("PARTNER.example", 2),
        ("other.*", 0),
        ("203.0.113.10", 0),
    ] {
        for command in [&["routes", "--check"][..], &["check"]] {
            let said = run(&place, &[command, &["--only", pattern]].concat());
            assert_eq!(said.status, status, "{pattern}: {}", said.out);
        }
    }
    let said = run(&place, &["routes", "--check", "--only", "other.*"]);
    assert!(said.out.contains(" destinations=1;"), "{}", said.out);
    let said = run(&place, &["routes", "--check", "-q", "ip:203.0.113.10"]);
    assert_eq!(said.status, 0, "{}", said.out);
}

#[test]
fn the_status_line_names_the_worst_three_with_performance_data() {
    let place = place(&morning(&OUTAGES[7], false));
    let said = run(&place, &["check"]);
    assert_eq!(said.status, 2);
    let first = said.out.lines().next().unwrap();
    let (text, data) = first.split_once(" | ").unwrap();
    assert_eq!(
        text,
        "MAILSCOPE CRITICAL - partner.example since 2026-03-02 08:20:09 (452 4.3.1 Insufficient system storage), 8 waiting"
    );
    let data: Vec<&str> = data
        .split(' ')
        .map(|part| part.split(';').next().unwrap())
        .collect();
    assert_eq!(
        data,
        [
            "critical=1",
            "warning=0",
            "waiting=8",
            "bounced=0",
            "destinations=2",
            "unreachable=0"
        ]
    );
    let second = said.out.lines().nth(1).unwrap();
    assert!(second.starts_with("critical partner.example"), "{second}");
}

#[test]
fn a_compromised_account_concerns_check_but_not_the_routes() {
    let mut log = String::new();
    let mut line = |minute: u32, second: u32, text: &str| {
        log += &format!("Mon Mar  2 {} 2026 Info: {text}\n", clock(minute, second));
    };
    let opened = |icid: u32, ip: &str| {
        format!(
            "New SMTP ICID {icid} interface Submission (192.0.2.25) address {ip} reverse dns host unknown verified no"
        )
    };
    let login = |icid: u32, result: &str| {
        format!(
            "SMTP Auth: (ICID {icid}) {result} for user: anna using AUTH mechanism: PLAIN with profile: Staff"
        )
    };
    for n in 0..10 {
        line(n, 0, &opened(n, "198.51.100.7"));
        line(n, 1, &login(n, "succeeded"));
        line(n, 2, &format!("ICID {n} close"));
    }
    for n in 20..24 {
        line(n, 0, &opened(n, "203.0.113.77"));
        line(n, 1, &login(n, "failed"));
        line(n, 2, &format!("ICID {n} close"));
    }
    line(30, 0, &opened(30, "203.0.113.77"));
    line(30, 1, &login(30, "succeeded"));
    for n in 0..100 {
        let (minute, second, mid) = (30 + n / 20, 2 + n % 20, 500 + n);
        line(minute, second, &format!("Start MID {mid} ICID 30"));
        line(
            minute,
            second,
            &format!("MID {mid} ICID 30 From: <anna@corp.example>"),
        );
        line(
            minute,
            second,
            &format!("MID {mid} ICID 30 RID 0 To: <r{n}@other.example>"),
        );
        line(minute, second, &format!("MID {mid} queued for delivery"));
    }
    line(36, 0, "ICID 30 close");
    let place = place(&log);
    let said = run(&place, &["check"]);
    assert_eq!(said.status, 2, "{}", said.out);
    assert!(
        said.out.contains("anna since 2026-03-02 08:30:"),
        "{}",
        said.out
    );
    let said = run(&place, &["routes", "--check"]);
    assert_eq!(said.status, 0, "{}", said.out);
}

#[test]
fn damaged_input_is_unknown_to_monitoring() {
    let place = Place::new();
    place.write(
        "mail.@20260302T080000.s.gz",
        b"\x1f\x8b\x08\0\0\0\0\0\0\xffdamaged",
    );
    place.write("mail.current", good(0, 1, PARTNER, "partner.example"));
    let said = place.run(&["check", "mail.@20260302T080000.s.gz", "mail.current"]);
    assert_eq!(said.status, 3, "{}{}", said.out, said.err);
    assert!(said.out.starts_with("MAILSCOPE UNKNOWN - "), "{}", said.out);
}

#[test]
fn monitoring_gets_a_status_line_even_where_nothing_can_be_read() {
    for (command, name) in [
        (&["routes", "--check"][..], "ROUTES"),
        (&["check"], "MAILSCOPE"),
    ] {
        let said = Place::new().run(&[command, &["no.such.log"]].concat());
        assert_eq!(said.status, 3);
        let begin = format!("{name} UNKNOWN - ");
        assert!(said.out.starts_with(&begin), "{}", said.out);
        assert!(said.out.contains("no.such.log"), "{}", said.out);
        let said = Place::new().run(&[command, &["--no-such-option"]].concat());
        assert_eq!(said.status, 3);
        assert!(said.out.starts_with(&begin), "{}", said.out);
    }
}
