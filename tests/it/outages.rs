//! Each kind of outage of an outbound route: found, dated to the second, explained, and nothing else accused.

use serde_json::{Value, json};

use crate::run::{Place, Said, tac};

/// An outage: what a connection to the partner says while it lasts, and what must be found.
pub(crate) struct Outage {
    name: &'static str,
    /// Lines of a connection behind its opening; `<then>` is their time.
    lines: &'static str,
    kind: &'static str,
    class: &'static str,
    code: Option<u16>,
    /// What the summary must quote and the advice must say.
    quotes: &'static str,
    advises: &'static str,
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

pub(crate) const OUTAGES: &[Outage] = &[
    Outage {
        name: "credentials",
        lines: "<then> Info: <login>('535', ['5.7.8 Error: authentication failed: authentication failure'])<refused>",
        kind: "profile_failing",
        class: "authentication",
        code: Some(535),
        quotes: "535 5.7.8 Error: authentication failed",
        advises: "refuses the user or password of the profile Out",
    },
    Outage {
        name: "temporary",
        lines: "<then> Info: <login>('454', ['4.7.0 Temporary authentication failure'])<refused>",
        kind: "profile_failing",
        class: "authentication",
        code: Some(454),
        quotes: "454 4.7.0 Temporary authentication failure",
        advises: "the password of the profile Out may be right",
    },
    Outage {
        name: "too weak",
        lines: "<then> Info: <login>('534', ['5.7.9 Authentication mechanism is too weak'])<refused>",
        kind: "profile_failing",
        class: "authentication",
        code: Some(534),
        quotes: "534 5.7.9 Authentication mechanism is too weak",
        advises: "does not accept this login mechanism",
    },
    Outage {
        name: "needs TLS",
        lines: "<then> Info: <login>('530', ['5.7.0 Must issue a STARTTLS command first'])<refused>",
        kind: "profile_failing",
        class: "authentication",
        code: Some(530),
        quotes: "530 5.7.0 Must issue a STARTTLS command first",
        advises: "TLS",
    },
    Outage {
        name: "timeout",
        lines: "<then> Info: Connection Error: DCID <dcid> domain: partner.example IP: 203.0.113.9 port: 25 details: [Errno 60] Operation timed out interface: 192.0.2.25 reason: connection timed out<never>",
        kind: "route_failing",
        class: "unreachable",
        code: None,
        quotes: "connection timed out",
        advises: "does not answer",
    },
    Outage {
        name: "refused",
        lines: "<then> Info: Connection Error: DCID <dcid> domain: partner.example IP: 203.0.113.9 port: 25 details: [Errno 61] Connection refused interface: 192.0.2.25 reason: network error<never>",
        kind: "route_failing",
        class: "unreachable",
        code: None,
        quotes: "Connection refused",
        advises: "refuses connections",
    },
    Outage {
        name: "TLS required",
        lines: "<then> Info: DCID <dcid> TLS failed: verify error: certificate has expired
<then> Info: DCID <dcid> IP 203.0.113.9 TLS was required but could not be successfully negotiated
<then> Info: DCID <dcid> close
",
        kind: "route_failing",
        class: "tls",
        code: None,
        quotes: "certificate has expired",
        advises: "certificate",
    },
    Outage {
        name: "storage",
        lines: "<then> Info: Delivery start DCID <dcid> MID <mid> to RID [0]
<then> Info: Delayed: DCID <dcid> MID <mid> From: <a<mid>@example.com> To: <b@partner.example> RID 0 - 4.3.1 - Other mail system problem ('452', ['4.3.1 Insufficient system storage']) []
<then> Info: DCID <dcid> close
",
        kind: "route_failing",
        class: "resources",
        code: Some(452),
        quotes: "452 4.3.1 Insufficient system storage",
        advises: "out of disk space",
    },
];

/// The partner is important though little mail goes there.
const CONFIG: &str = "[routes]\nimportant = [\"partner.example\"]\n";

pub(crate) const PARTNER: &str = "203.0.113.9";
const OTHER: &str = "203.0.113.10";

pub(crate) fn clock(minute: u32, second: u32) -> String {
    format!("{:02}:{:02}:{second:02}", 8 + minute / 60, minute % 60)
}

/// A connection that works, though one of its recipients does not exist.
pub(crate) fn good(minute: u32, dcid: u32, ip: &str, to: &str) -> String {
    let day = format!("Mon Mar  2 {} 2026 Info:", clock(minute, 0));
    let mid = 1000 + dcid;
    format!(
        "{day} Start MID {mid} ICID 0\n\
         {day} MID {mid} ICID 0 From: <a{mid}@example.com>\n\
         {day} MID {mid} ICID 0 RID 0 To: <b@{to}>\n\
         {day} MID {mid} ICID 0 RID 1 To: <x@{to}>\n\
         {day} MID {mid} queued for delivery\n\
         {day} New SMTP DCID {dcid} interface 192.0.2.25 address {ip} port 25\n\
         {day} DCID {dcid} TLS success protocol TLSv1.2 cipher ECDHE-RSA-AES256-GCM-SHA384\n\
         {day} Delivery start DCID {dcid} MID {mid} to RID [0, 1]\n\
         {day} Message done DCID {dcid} MID {mid} to RID [0]\n\
         {day} Bounced: DCID {dcid} MID {mid} From: <a{mid}@example.com> To: <x@{to}> RID 1 - 5.1.0 - Unknown address error ('550', ['5.1.1 <x@{to}>: unknown'])\n\
         {day} DCID {dcid} close\n"
    )
}

fn bad(outage: &Outage, minute: u32, dcid: u32) -> String {
    let mid = 1000 + dcid;
    let opened = format!("Mon Mar  2 {} 2026", clock(minute, 7));
    let then = format!("Mon Mar  2 {} 2026", clock(minute, 9));
    let lines = outage
        .lines
        .replace("<login>", LOGIN)
        .replace("<refused>", REFUSED)
        .replace("<never>", NEVER)
        .replace("<then>", &then)
        .replace("<dcid>", &dcid.to_string())
        .replace("<mid>", &mid.to_string());
    format!(
        "{opened} Info: Start MID {mid} ICID 0\n\
         {opened} Info: MID {mid} ICID 0 From: <a{mid}@example.com>\n\
         {opened} Info: MID {mid} ICID 0 RID 0 To: <b@partner.example>\n\
         {opened} Info: MID {mid} queued for delivery\n\
         {opened} Info: New SMTP DCID {dcid} interface 192.0.2.25 address {PARTNER} port 25\n{lines}"
    )
}

/// A morning on which the partner's route works for twenty minutes, fails for eight from 08:20:07 on, and works again
/// from 08:30 on if `recovers`. Another route works all the while.
pub(crate) fn morning(outage: &Outage, recovers: bool) -> String {
    let mut log = String::new();
    for minute in 0..20 {
        log += &good(minute, 10 * minute + 1, PARTNER, "partner.example");
        log += &good(minute, 10 * minute + 2, OTHER, "other.example");
    }
    for minute in 20..28 {
        log += &good(minute, 10 * minute + 2, OTHER, "other.example");
        log += &bad(outage, minute, 10 * minute + 4);
    }
    for minute in 30..70 {
        if recovers {
            log += &good(minute, 10 * minute + 1, PARTNER, "partner.example");
        }
    }
    log
}

fn objects(said: &Said) -> Vec<Value> {
    let lines = said.out.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A place with a log and the configuration.
pub(crate) fn place(log: &str) -> Place {
    let place = Place::new();
    place.write("mail.current", log);
    place.write("config.toml", CONFIG);
    place
}

pub(crate) fn run(place: &Place, words: &[&str]) -> Said {
    place.run(&[words, &["mail.current", "--config", "config.toml"]].concat())
}

fn findings(place: &Place) -> Vec<Value> {
    let words = ["query", "--view", "findings", "--format", "json", ""];
    objects(&run(place, &words))
}

#[test]
fn each_kind_is_found_dated_and_explained_and_nothing_else_is_accused() {
    for outage in OUTAGES {
        let place = place(&morning(outage, false));
        let found = findings(&place);
        assert_eq!(found.len(), 1, "{}: {found:#?}", outage.name);
        let finding = &found[0];
        let subject = match outage.class {
            "authentication" => "Out",
            _ => "partner.example",
        };
        for (key, value) in [
            ("kind", json!(outage.kind)),
            ("severity", json!("critical")),
            ("state", json!("failing")),
            ("subject", json!(subject)),
            ("since", json!("2026-03-02T08:20:07")),
            ("until", Value::Null),
            ("reason", json!(outage.class)),
            ("code", json!(outage.code)),
            ("hosts", json!(["203.0.113.9:25"])),
            ("domains", json!(["partner.example"])),
            ("members", json!(1)),
            ("flaps", json!(0)),
        ] {
            // The failure of a login is dated by the login, not by the opening of its connection.
            let later = json!("2026-03-02T08:20:09");
            let fits = finding[key] == value || key == "since" && finding[key] == later;
            assert!(fits, "{}: {key}: {}", outage.name, finding[key]);
        }
        let (summary, advice) = (finding["summary"].as_str(), finding["advice"].as_str());
        assert!(summary.unwrap().contains(outage.quotes), "{summary:?}");
        assert!(advice.unwrap().contains(outage.advises), "{advice:?}");

        let routes = objects(&run(&place, &["routes", "--format", "json"]));
        let states: Vec<(&str, &str)> = routes
            .iter()
            .map(|route| {
                let name = route["hosts"][0]["host"].as_str().unwrap();
                (name, route["state"].as_str().unwrap())
            })
            .collect();
        let expected = [
            ("203.0.113.9:25", "failing"),
            ("203.0.113.10:25", "healthy"),
        ];
        assert_eq!(states, expected, "{}", outage.name);
        assert_eq!(routes[0]["last_ok"], "2026-03-02T08:19:00");
        let is_cause = |reason: &&Value| reason["class"] == outage.class;
        let reasons = routes[0]["reasons"].as_array().unwrap();
        let reason = reasons.iter().find(is_cause).unwrap();
        assert_eq!(
            (&reason["code"], &reason["count"]),
            (&json!(outage.code), &json!(8)),
            "{}",
            outage.name
        );
        let check = run(&place, &["routes", "--check"]);
        assert_eq!(check.status, 2, "{}", check.out);
        let begin = format!("ROUTES CRITICAL - {subject} since 2026-03-02 08:20:0");
        assert!(check.out.starts_with(&begin), "{}", check.out);
        assert!(!check.out.contains("203.0.113.10"), "{}", check.out);
    }
}

#[test]
fn refusals_to_relay_are_a_consequence_of_the_refused_login_that_they_follow() {
    let place = place(&morning(&OUTAGES[0], false));
    let routes = objects(&run(&place, &["routes", "--format", "json"]));
    let attempts = &routes[0]["attempts"];
    assert_eq!(
        (&attempts["authentication"], &attempts["relay"]),
        (&json!(8), &json!(0))
    );
    assert_eq!(routes[0]["impact"]["bounced"], 8);
    assert_eq!(routes[0]["impact"]["messages"], 8);
    let reasons = routes[0]["reasons"].as_array().unwrap();
    let is_relay = |reason: &&Value| reason["code"] == 554;
    assert_eq!(reasons.iter().find(is_relay), None, "{reasons:?}");
    let report = run(&place, &["routes", "--report"]).out;
    let said = "  - 8 × consequence: `554 5.7.1 <…>: Relay access denied`";
    assert!(report.contains(said), "{report}");
}

#[test]
fn the_evidence_is_the_lines_that_fail_with_their_connections() {
    let log = morning(&OUTAGES[0], false);
    let place = place(&log);
    let evidence = findings(&place)[0]["evidence"].clone();
    let lines: Vec<&str> = log.lines().collect();
    let shown = evidence.as_array().unwrap();
    let ids: Vec<&Value> = shown.iter().map(|one| &one["dcid"]).collect();
    assert_eq!(ids, [204, 214, 224, 234, 244, 254, 264, 274]);
    for one in shown {
        let at = usize::try_from(one["line"].as_u64().unwrap()).unwrap();
        let line = lines[at - 1];
        assert!(line.contains("failed: ('535'"), "{one}");
        assert_eq!(one["text"], line);
        assert_eq!(one["file"], "mail.current");
        let time = one["time"].as_str().unwrap();
        assert!(line.contains(&time[11..]), "{one}");
    }
}

#[test]
fn an_outage_that_is_over_is_a_notice_with_its_end_and_no_alarm() {
    for outage in OUTAGES {
        let place = place(&morning(outage, true));
        let found = findings(&place);
        assert_eq!(found.len(), 1, "{}: {found:#?}", outage.name);
        let since = found[0]["since"].as_str().unwrap();
        assert!(since.starts_with("2026-03-02T08:20:0"), "{}", outage.name);
        assert_eq!(found[0]["state"], "over", "{}", outage.name);
        assert_eq!(found[0]["severity"], "notice", "{}", outage.name);
        let until = found[0]["until"].as_str().unwrap();
        assert!(
            ("2026-03-02T08:45".."2026-03-02T09:00").contains(&until),
            "{until}"
        );
        let check = run(&place, &["routes", "--check"]);
        assert_eq!(check.status, 0, "{}", check.out);
        assert!(check.out.starts_with("ROUTES OK - "), "{}", check.out);
    }
}

#[test]
fn two_failures_on_a_morning_are_no_outage() {
    let mut log = String::new();
    for minute in 0..40 {
        log += &match minute {
            20 | 33 => bad(&OUTAGES[4], minute, 10 * minute + 4),
            _ => good(minute, 10 * minute + 1, PARTNER, "partner.example"),
        };
    }
    let place = place(&log);
    assert_eq!(findings(&place), Vec::<Value>::new());
    let check = run(&place, &["routes", "--check"]);
    assert_eq!(check.status, 0, "{}", check.out);
}

#[test]
fn what_matters_is_said_by_the_configuration() {
    let place = place(&morning(&OUTAGES[4], false));
    // Without a name in `important` eight messages to a small destination are a notice.
    let said = place.run(&["routes", "--check", "mail.current"]);
    assert_eq!(said.status, 0, "{}", said.out);
    let route = &objects(&run(&place, &["routes", "--format", "json"]))[0];
    assert_eq!(
        (&route["configured"], &route["severity"]),
        (&json!(true), &json!("critical"))
    );
}

#[test]
fn explain_replays_how_the_evidence_grew() {
    let place = place(&morning(&OUTAGES[4], true));
    for host in ["203.0.113.9", "203.0.113.9:25", "partner.example"] {
        let said = run(&place, &["routes", "--explain", host, "--format", "json"]);
        assert_eq!(said.status, 0, "{}", said.err);
        let steps = objects(&said);
        let sums: Vec<f64> = steps
            .iter()
            .filter(|step| step["class"] == "unreachable" && step["recovering"] == false)
            .map(|step| step["sum"].as_f64().unwrap())
            .collect();
        assert!(sums.len() >= 3 && sums.is_sorted(), "{sums:?}");
        assert!(sums[0] < 11.0 && *sums.last().unwrap() >= 11.0, "{sums:?}");
        let states = steps.iter().filter_map(|step| step["state"].as_str());
        let states: Vec<&str> = states.collect();
        assert_eq!(states.first(), Some(&"failing"));
        assert!(states.contains(&"recovering"), "{states:?}");
        assert_eq!(states.last(), Some(&"over"));
        let table = run(&place, &["routes", "--explain", host]).out;
        assert!(table.starts_with("TIME "), "{table}");
        assert!(
            table.contains("route_failing opens: failing, critical"),
            "{table}"
        );
        assert!(table.contains("route_failing closes: over"), "{table}");
    }
    let calm = run(&place, &["routes", "--explain", "other.example"]);
    assert_eq!((calm.status, calm.out.as_str()), (1, ""), "{}", calm.err);
    assert!(calm.err.contains("other.example"), "{}", calm.err);
}

#[test]
fn the_seeds_one_refused_login_is_no_incident_but_shown() {
    let path = tac();
    let path = path.to_str().unwrap();
    let said = Place::new().run(&["routes", path, "--format", "json"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let route = &objects(&said)[0];
    for (key, value) in [
        ("route", json!("OutboundAuthentication")),
        ("state", json!("healthy")),
        ("since", Value::Null),
        ("severity", Value::Null),
        ("reason", json!("authentication")),
        ("side", json!("ours")),
        ("configured", json!(true)),
        ("last_ok", json!("2009-04-22T11:06:20")),
        ("impact", Value::Null),
        ("finding", Value::Null),
        (
            "hosts",
            json!([{"host": "172.16.155.102:25", "state": "healthy", "last_ok": "2009-04-22T11:06:20",
                    "last_outcome": "auth_failed"}]),
        ),
    ] {
        assert_eq!(route[key], value, "{key}");
    }
    assert_eq!(route["reasons"][0]["code"], 535);
    let advice = route["advice"].as_str().unwrap();
    assert!(advice.contains("smtpauthconfig"), "{advice}");
    let row = Place::new().run(&["routes", path]).out;
    assert!(row.lines().nth(1).unwrap().contains("535 5.7.8"), "{row}");
    let by_profile = Place::new().run(&["routes", path, "--by", "profile"]);
    assert!(
        by_profile.out.contains("OutboundAuthentication"),
        "{}",
        by_profile.out
    );
    for command in [&["routes", "--check"][..], &["check"]] {
        let said = Place::new().run(&[command, &[path]].concat());
        assert_eq!(said.status, 0, "{}", said.out);
    }
}
