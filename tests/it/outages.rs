//! Each kind of outage of an outbound route: found, dated to the second, explained, and nothing else accused.

use serde_json::{Value, json};

use crate::run::{Place, Said, tac};

/// An outage: what a connection to the partner says while it lasts, and what must be found.
struct Outage {
    name: &'static str,
    /// Lines of a connection behind its opening; `<then>` is their time.
    lines: &'static str,
    kind: &'static str,
    /// What the summary must quote and the advice must say.
    quotes: &'static str,
    advises: &'static str,
    /// The reason's outcome and code; of none where the route still works.
    reason: Option<(&'static str, Option<u16>)>,
}

const LOGIN: &str =
    "DCID: <dcid> IP: 203.0.113.9 SMTP authentication using the profile Out failed: ";
/// What follows a refused login: the appliance goes on without it and may not relay.
const REFUSED: &str = "
<then> Info: Delivery start DCID <dcid> MID <mid> to RID [0]
<then> Info: Bounced: DCID <dcid> MID <mid> From: <a@example.com> To: <b@partner.example> RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 <b@partner.example>: Relay access denied'])
<then> Info: DCID <dcid> close
";
const NEVER: &str = "
<then> Info: Delayed: DCID 0 MID <mid> From: <a@example.com> To: <b@partner.example> RID 0 - 4.4.0 - Other network problem ('000', ['no']) []
";

const OUTAGES: &[Outage] = &[
    Outage {
        name: "credentials",
        lines: "<then> Info: <login>('535', ['5.7.8 Error: authentication failed: authentication failure'])<refused>",
        kind: "route_failing",
        quotes: "535 5.7.8 Error: authentication failed",
        advises: "refuses the user or password of the profile Out",
        reason: Some(("auth_failed", Some(535))),
    },
    Outage {
        name: "temporary",
        lines: "<then> Info: <login>('454', ['4.7.0 Temporary authentication failure'])<refused>",
        kind: "route_failing",
        quotes: "454 4.7.0 Temporary authentication failure",
        advises: "the password may be right",
        reason: Some(("auth_failed", Some(454))),
    },
    Outage {
        name: "too weak",
        lines: "<then> Info: <login>('534', ['5.7.9 Authentication mechanism is too weak'])<refused>",
        kind: "route_failing",
        quotes: "534 5.7.9 Authentication mechanism is too weak",
        advises: "too weak",
        reason: Some(("auth_failed", Some(534))),
    },
    Outage {
        name: "needs TLS",
        lines: "<then> Info: <login>('530', ['5.7.0 Must issue a STARTTLS command first'])<refused>",
        kind: "route_failing",
        quotes: "530 5.7.0 Must issue a STARTTLS command first",
        advises: "TLS",
        reason: Some(("auth_failed", Some(530))),
    },
    Outage {
        name: "timeout",
        lines: "<then> Info: Connection Error: DCID <dcid> domain: partner.example IP: 203.0.113.9 port: 25 details: [Errno 60] Operation timed out interface: 192.0.2.25 reason: connection timed out<never>",
        kind: "route_failing",
        quotes: "connection timed out",
        advises: "does not answer",
        reason: Some(("connection_error", None)),
    },
    Outage {
        name: "refused",
        lines: "<then> Info: Connection Error: DCID <dcid> domain: partner.example IP: 203.0.113.9 port: 25 details: [Errno 61] Connection refused interface: 192.0.2.25 reason: network error<never>",
        kind: "route_failing",
        quotes: "Connection refused",
        advises: "refuses connections",
        reason: Some(("connection_error", None)),
    },
    Outage {
        name: "TLS required",
        lines: "<then> Info: DCID <dcid> TLS failed: verify error: certificate has expired\n<then> Info: DCID <dcid> close\n",
        kind: "route_failing",
        quotes: "certificate has expired",
        advises: "certificate",
        reason: Some(("tls_failed", None)),
    },
    Outage {
        name: "TLS preferred: mail is sent unencrypted",
        lines: "<then> Info: DCID <dcid> TLS failed: STARTTLS unexpected response
<then> Info: Delivery start DCID <dcid> MID <mid> to RID [0]
<then> Info: Message done DCID <dcid> MID <mid> to RID [0]
<then> Info: DCID <dcid> close
",
        kind: "tls_failing",
        quotes: "mail was sent unencrypted on 3 connections: STARTTLS unexpected response",
        advises: "tlsverify",
        reason: None,
    },
    Outage {
        name: "greylisting",
        lines: "<then> Info: Delivery start DCID <dcid> MID <mid> to RID [0]
<then> Info: Delayed: DCID <dcid> MID <mid> From: <a@example.com> To: <b@partner.example> RID 0 - 4.1.0 - Unknown address error ('450', ['4.7.1 Greylisted, please try again later']) []
<then> Info: DCID <dcid> close
",
        kind: "route_failing",
        quotes: "450 4.7.1 Greylisted",
        advises: "greylist",
        reason: Some(("rejected", Some(450))),
    },
];

/// A morning on which the partner's route works twice, fails three times, and works again if `recovers`. Another route
/// works all the while, though one of its recipients does not exist.
fn morning(outage: &Outage, recovers: bool) -> String {
    let good = |time: &str, dcid: u32, ip: &str, to: &str| {
        let day = format!("Mon Mar  2 {time} 2026 Info:");
        let mid = 1000 + dcid;
        format!(
            "{day} New SMTP DCID {dcid} interface 192.0.2.25 address {ip} port 25\n\
             {day} DCID {dcid} TLS success protocol TLSv1.2 cipher ECDHE-RSA-AES256-GCM-SHA384\n\
             {day} Delivery start DCID {dcid} MID {mid} to RID [0, 1]\n\
             {day} Message done DCID {dcid} MID {mid} to RID [0]\n\
             {day} Bounced: DCID {dcid} MID {mid} From: <a@example.com> To: <x@{to}> RID 1 - 5.1.0 - Unknown address error ('550', ['5.1.1 <x@{to}>: unknown'])\n\
             {day} DCID {dcid} close\n"
        )
    };
    let bad = |opened: &str, then: &str, dcid: u32| {
        let lines = outage
            .lines
            .replace("<login>", LOGIN)
            .replace("<refused>", REFUSED)
            .replace("<never>", NEVER)
            .replace("<then>", &format!("Mon Mar  2 {then} 2026"))
            .replace("<dcid>", &dcid.to_string())
            .replace("<mid>", &(1000 + dcid).to_string());
        format!(
            "Mon Mar  2 {opened} 2026 Info: New SMTP DCID {dcid} interface 192.0.2.25 address 203.0.113.9 port 25\n{lines}"
        )
    };
    let (partner, other) = ("203.0.113.9", "203.0.113.10");
    let mut log = good("08:00:00", 1, partner, "partner.example")
        + &good("08:10:00", 2, partner, "partner.example")
        + &good("08:11:00", 3, other, "other.example")
        + &bad("08:20:07", "08:20:08", 4)
        + &good("08:22:00", 5, other, "other.example")
        + &bad("08:25:00", "08:25:09", 6)
        + &bad("08:30:00", "08:30:09", 7)
        + &good("08:31:00", 8, other, "other.example");
    if recovers {
        log += &good("08:40:00", 9, partner, "partner.example");
    }
    log
}

fn objects(said: &Said) -> Vec<Value> {
    let lines = said.out.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn findings(place: &Place) -> Vec<Value> {
    objects(&place.run(&[
        "query",
        "",
        "mail.current",
        "--view",
        "findings",
        "--format",
        "json",
    ]))
}

#[test]
fn each_kind_is_found_dated_and_explained_and_nothing_else_is_accused() {
    for outage in OUTAGES {
        let place = Place::new();
        place.write("mail.current", morning(outage, false));
        let found = findings(&place);
        assert_eq!(found.len(), 1, "{}: {found:?}", outage.name);
        let finding = &found[0];
        assert_eq!(finding["kind"], outage.kind, "{}", outage.name);
        assert_eq!(finding["subject"], "203.0.113.9:25", "{}", outage.name);
        assert_eq!(finding["since"], "2026-03-02T08:20:07", "{}", outage.name);
        assert_eq!(finding["until"], Value::Null, "{}", outage.name);
        let (summary, advice) = (finding["summary"].as_str(), finding["advice"].as_str());
        assert!(summary.unwrap().contains(outage.quotes), "{summary:?}");
        assert!(advice.unwrap().contains(outage.advises), "{advice:?}");

        let routes = objects(&place.run(&["routes", "mail.current", "--format", "json"]));
        let states: Vec<(&str, &str)> = routes
            .iter()
            .map(|route| {
                (
                    route["remote_ip"].as_str().unwrap(),
                    route["state"].as_str().unwrap(),
                )
            })
            .collect();
        let check = place.run(&["routes", "mail.current", "--check"]);
        let Some((outcome, code)) = outage.reason else {
            // The route works, if not as it should.
            assert!(states.iter().all(|(_, state)| *state == "healthy"));
            assert_eq!((check.status, &check.out[..10]), (0, "ROUTES OK "));
            continue;
        };
        assert_eq!(
            states,
            [("203.0.113.9", "failing"), ("203.0.113.10", "healthy")]
        );
        assert_eq!(routes[0]["failing_since"], "2026-03-02T08:20:07");
        assert_eq!(routes[0]["last_ok"], "2026-03-02T08:10:00");
        let reason = &routes[0]["reasons"][0];
        assert_eq!(
            (&reason["outcome"], &reason["code"]),
            (&json!(outcome), &json!(code)),
            "{}",
            outage.name
        );
        assert_eq!(reason["count"], 3, "{}", outage.name);
        assert_eq!(check.status, 2);
        let said =
            "ROUTES CRITICAL - 1 of 2 routes failing: 203.0.113.9:25 since 2026-03-02 08:20:07";
        assert!(check.out.starts_with(said), "{}", check.out);
        assert!(!check.out.contains("203.0.113.10"), "{}", check.out);
    }
}

#[test]
fn refusals_to_relay_stand_under_the_refused_login_that_they_follow() {
    let place = Place::new();
    place.write("mail.current", morning(&OUTAGES[0], false));
    let routes = objects(&place.run(&["routes", "mail.current", "--format", "json"]));
    let reasons = routes[0]["reasons"].as_array().unwrap();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    let under = &reasons[0]["consequences"][0];
    assert_eq!((&under["code"], &under["count"]), (&json!(554), &json!(3)));
    assert_eq!(routes[0]["messages_affected"], 3);
}

#[test]
fn the_evidence_is_the_last_good_connection_and_the_failed_ones_with_their_lines() {
    let place = Place::new();
    let log = morning(&OUTAGES[4], false);
    place.write("mail.current", &log);
    let evidence = findings(&place)[0]["evidence"].clone();
    let lines: Vec<&str> = log.lines().collect();
    let shown = evidence.as_array().unwrap();
    assert_eq!(
        shown.iter().map(|one| &one["dcid"]).collect::<Vec<_>>(),
        [2, 4, 6, 7]
    );
    for one in shown {
        let at = usize::try_from(one["line"].as_u64().unwrap()).unwrap();
        assert!(
            lines[at - 1].contains(&format!("New SMTP DCID {} ", one["dcid"])),
            "{one}"
        );
    }
}

#[test]
fn an_outage_that_is_over_is_told_with_its_end() {
    for outage in OUTAGES {
        let place = Place::new();
        place.write("mail.current", morning(outage, true));
        let found = findings(&place);
        assert_eq!(found.len(), 1, "{}: {found:?}", outage.name);
        assert_eq!(found[0]["since"], "2026-03-02T08:20:07", "{}", outage.name);
        assert_eq!(found[0]["until"], "2026-03-02T08:40:00", "{}", outage.name);
        assert_ne!(found[0]["severity"], "critical", "{}", outage.name);
        let check = place.run(&["routes", "mail.current", "--check"]);
        assert_eq!(
            check.status,
            i32::from(outage.reason.is_some()),
            "{}",
            check.out
        );
    }
}

#[test]
fn on_a_morning_without_an_outage_nothing_is_found() {
    let place = Place::new();
    let log = morning(&OUTAGES[0], true);
    let is_good = |line: &&str| {
        ![
            "DCID 4 ", "DCID: 4 ", "DCID 6 ", "DCID: 6 ", "DCID 7 ", "DCID: 7 ",
        ]
        .iter()
        .any(|id| line.contains(id))
    };
    let calm: Vec<&str> = log.lines().filter(is_good).collect();
    place.write("mail.current", calm.join("\n"));
    assert_eq!(findings(&place), Vec::<Value>::new());
    let check = place.run(&["routes", "mail.current", "--check"]);
    assert_eq!(check.status, 0, "{}", check.out);
}

#[test]
fn tls_fails_from_its_first_failure_though_nothing_was_delivered_then() {
    let place = Place::new();
    let failed = "Mon Mar  2 08:15:00 2026 Info: New SMTP DCID 90 interface 192.0.2.25 address 203.0.113.9 port 25\n\
                  Mon Mar  2 08:15:00 2026 Info: DCID 90 TLS failed: STARTTLS unexpected response\n\
                  Mon Mar  2 08:15:05 2026 Info: DCID 90 close\n";
    let log = morning(&OUTAGES[7], false);
    let at = log.find("Mon Mar  2 08:20:07").unwrap();
    place.write(
        "mail.current",
        format!("{}{failed}{}", &log[..at], &log[at..]),
    );
    let finding = &findings(&place)[0];
    assert_eq!(
        (&finding["kind"], &finding["since"]),
        (&json!("tls_failing"), &json!("2026-03-02T08:15:00"))
    );
}

#[test]
fn the_seeds_own_route_is_failing_since_its_refused_login() {
    let path = tac();
    let path = path.to_str().unwrap();
    let said = Place::new().run(&["routes", path]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let row = said.out.lines().nth(1).unwrap();
    for word in [
        "failing",
        "172.16.155.102:25",
        "2009-04-22 11:19:39",
        "2009-04-22 11:06:20",
        "535 5.7.8",
    ] {
        assert!(row.contains(word), "{word} in {row}");
    }
    let by_profile = Place::new().run(&["routes", path, "--by", "profile"]);
    assert!(
        by_profile.out.contains("OutboundAuthentication"),
        "{}",
        by_profile.out
    );
    assert_eq!(Place::new().run(&["routes", path, "--check"]).status, 2);
    assert_eq!(
        Place::new()
            .run(&["routes", path, "--check", "-q", "ip:192.0.2.1"])
            .status,
        0
    );
}

#[test]
fn monitoring_gets_a_status_line_even_where_nothing_can_be_read() {
    let said = Place::new().run(&["routes", "no.such.log", "--check"]);
    assert_eq!(said.status, 3);
    assert!(said.out.starts_with("ROUTES UNKNOWN - "), "{}", said.out);
    assert!(said.out.contains("no.such.log"), "{}", said.out);
}
