//! `mailscope queue`, and what `trace` says of a message that waits.

use serde_json::{Value, json};

use crate::run::Place;

/// A destination of two hosts that does not answer, one that defers, and what is not in the queue:
/// delivered, still scanned, quarantined, aborted.
const LOG: &str = "\
09:00:00 New SMTP ICID 7 interface Data 1 (192.0.2.25) address 10.1.1.5 reverse dns host unknown verified no
09:00:00 Start MID 20 ICID 7
09:00:00 MID 20 ICID 7 From: <ann@corp.example>
09:00:00 MID 20 ICID 7 RID 0 To: <bob@Partner.example>
09:00:00 MID 20 ICID 7 RID 1 To: <eve@partner.example>
09:00:00 MID 20 ICID 7 RID 2 To: <joe@slow.example>
09:00:02 MID 20 queued for delivery
09:00:02 New SMTP DCID 30 interface 192.0.2.25 address 203.0.113.3 port 25
09:00:03 Delivery start DCID 30 MID 20 to RID [2]
09:00:04 Delayed: DCID 30 MID 20 to RID 2 - 4.1.0 - Unknown address error ('450', ['4.2.0 <joe@slow.example>: Recipient address rejected: Greylisted']) []
09:00:05 DCID 30 close
09:00:03 New SMTP DCID 31 interface 192.0.2.25 address 203.0.113.1 port 25
09:00:33 Connection Error: DCID 31 domain: partner.example IP: 203.0.113.1 port: 25 details: timeout interface: 192.0.2.25 reason: network error
09:00:33 New SMTP DCID 32 interface 192.0.2.25 address 203.0.113.2 port 25
09:01:03 Connection Error: DCID 32 domain: partner.example IP: 203.0.113.2 port: 25 details: timeout interface: 192.0.2.25 reason: network error
09:02:03 New SMTP DCID 33 interface 192.0.2.25 address 203.0.113.1 port 25
09:02:33 Connection Error: DCID 33 domain: partner.example IP: 203.0.113.1 port: 25 details: timeout interface: 192.0.2.25 reason: network error
09:02:33 New SMTP DCID 34 interface 192.0.2.25 address 203.0.113.2 port 25
09:03:03 Connection Error: DCID 34 domain: partner.example IP: 203.0.113.2 port: 25 details: timeout interface: 192.0.2.25 reason: network error
09:30:00 Start MID 21 ICID 7
09:30:00 MID 21 ICID 7 From: <ann@corp.example>
09:30:00 MID 21 ICID 7 RID 0 To: <max@partner.example>
09:30:00 MID 21 rewritten to MID 22 by add-footer filter 'Footer'
09:30:00 Message finished MID 21 done
09:30:01 MID 22 queued for delivery
09:30:02 Start MID 23 ICID 7
09:30:02 MID 23 ICID 7 From: <ann@corp.example>
09:30:02 MID 23 ICID 7 RID 0 To: <max@partner.example>
09:30:03 Start MID 24 ICID 7
09:30:03 MID 24 ICID 7 RID 0 To: <max@partner.example>
09:30:03 MID 24 queued for delivery
09:30:03 MID 24 quarantined to \"Policy\" (message filter:audit)
09:30:04 Start MID 25 ICID 7
09:30:04 MID 25 ICID 7 RID 0 To: <max@partner.example>
09:30:04 Message aborted MID 25 Receiving aborted
09:30:05 Start MID 26 ICID 7
09:30:05 MID 26 ICID 7 RID 0 To: <max@good.example>
09:30:06 MID 26 queued for delivery
09:30:07 New SMTP DCID 40 interface 192.0.2.25 address 203.0.113.9 port 25
09:30:09 Message done DCID 40 MID 26 to RID [0]
09:30:09 Message finished MID 26 done
09:30:10 DCID 40 close
";

fn place(log: &str) -> Place {
    let place = Place::new();
    let dated = |line: &str| {
        let (time, text) = line.split_once(' ').unwrap();
        format!("Mon Mar  2 {time} 2026 Info: {text}\n")
    };
    let log: String = log.lines().map(dated).collect();
    place.write("mail.current", log);
    place
}

fn rows(place: &Place, words: &[&str]) -> Vec<Value> {
    let said = place.run(&[&["queue", "mail.current", "--format", "json"], words].concat());
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let lines = said.out.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn each_domain_has_what_waits_and_why() {
    let rows = rows(&place(LOG), &[]);
    let wanted = [
        json!({
            "appliance": null, "domain": "partner.example", "route": "partner.example",
            "state": "unreachable", "waiting": 3, "messages": 2, "oldest": "2026-03-02T09:00:02",
            "ages": {"5m": 1, "20m": 0, "1h": 2, "4h": 0, "1d": 0, "older": 0},
            "attempts": 2, "last_reason": "network error: timeout",
        }),
        json!({
            "appliance": null, "domain": "slow.example", "route": "slow.example",
            "state": "deferring", "waiting": 1, "messages": 1, "oldest": "2026-03-02T09:00:02",
            "ages": {"5m": 0, "20m": 0, "1h": 1, "4h": 0, "1d": 0, "older": 0}, "attempts": 1,
            "last_reason": "450 4.2.0 <joe@slow.example>: Recipient address rejected: Greylisted",
        }),
    ];
    assert_eq!(rows, wanted);
}

#[test]
fn the_queue_is_printed_counted_limited_and_filtered() {
    let place = place(LOG);
    let said = place.run(&["queue", "mail.current", "--fields", "waiting,domain"]);
    let lines: Vec<_> = said.out.lines().map(str::split_whitespace).collect();
    let lines: Vec<Vec<_>> = lines.into_iter().map(Iterator::collect).collect();
    let wanted = [
        ["WAITING", "DOMAIN"],
        ["3", "partner.example"],
        ["1", "slow.example"],
    ];
    assert_eq!(lines, wanted);
    assert_eq!(place.run(&["queue", "mail.current", "--count"]).out, "2\n");
    assert_eq!(rows(&place, &["--limit", "1"]).len(), 1);
    let of_one = rows(&place, &["-q", "mid:22"]);
    assert_eq!((of_one.len(), &of_one[0]["waiting"]), (1, &json!(1)));
    let table = place.run(&["queue", "mail.current"]).out;
    assert!(
        table
            .lines()
            .nth(1)
            .unwrap()
            .contains("network error: timeout"),
        "{table}"
    );
    let csv = place.run(&["queue", "mail.current", "--format", "csv"]).out;
    assert!(
        csv.starts_with("appliance,domain,route,state,waiting,"),
        "{csv}"
    );
    assert_eq!(
        place
            .records("", "queue", &place.path("mail.current"))
            .len(),
        2
    );
    let nothing = place.run(&["queue", "mail.current", "-q", "mid:26"]);
    assert_eq!((nothing.status, nothing.out.as_str()), (1, ""));
}

#[test]
fn a_trace_says_what_the_message_waits_for() {
    let place = place(LOG);
    let last = |id: &str, count: usize| {
        let said = place.run(&["trace", id, "mail.current"]).out;
        let lines: Vec<String> = said.lines().map(|line| line.trim().to_owned()).collect();
        lines[lines.len() - count..].to_vec()
    };
    assert_eq!(
        last("mid:20", 2),
        [
            "2 recipients wait for partner.example, unreachable since 09:00 (2 attempts, next due)",
            "waits for slow.example, greylisted since 09:00 (1 attempt, next due)",
        ]
    );
    // The rewritten message was queued after the last attempt.
    assert_eq!(
        last("mid:22", 1),
        ["waits for partner.example, unreachable since 09:00 (not tried yet, next due)"]
    );
    assert_eq!(last("mid:26", 1), ["09:30:09  end  MID 26  ✓ delivered"]);
    let said = place.run(&["trace", "mid:24", "mail.current"]).out;
    assert!(!said.contains("waits for"), "{said}");
}

#[test]
fn the_next_attempt_follows_the_pause_before_the_last_one() {
    let log: Vec<&str> = LOG.lines().take(19).collect();
    let said = place(&log.join("\n"))
        .run(&["trace", "mid:20", "mail.current"])
        .out;
    let wanted = "unreachable since 09:00 (2 attempts, next about 09:05)";
    assert!(said.contains(wanted), "{said}");
}

#[test]
fn mail_of_before_the_log_waits_since_it_was_first_seen() {
    let log = "\
09:00:04 Delayed: DCID 0 MID 19 From: <ann@corp.example> To: <joe@lame.example> RID 0 - 4.1.2 - Bad destination host ('000', ['DNS Soft Error looking up lame.example (MX) while asking 192.0.2.53. Error was: ServFail'])
09:40:04 Delayed: DCID 0 MID 19 From: <ann@corp.example> To: <joe@lame.example> RID 0 - 4.1.2 - Bad destination host ('000', ['DNS Soft Error looking up lame.example (MX) while asking 192.0.2.53. Error was: ServFail'])
";
    let place = place(log);
    let row = &rows(&place, &[])[0];
    assert_eq!(row["oldest"], "2026-03-02T09:00:04");
    assert_eq!(
        (&row["route"], &row["state"]),
        (&Value::Null, &json!("unreachable"))
    );
    assert_eq!(row["attempts"], 2);
    let said = place.run(&["trace", "mid:19", "mail.current"]).out;
    let wanted =
        "waits for lame.example, name not resolved since 09:00 (2 attempts, next about 10:40)";
    assert!(said.contains(wanted), "{said}");
}

#[test]
fn each_appliance_has_a_queue_of_its_own() {
    let place = place(LOG);
    let log = std::fs::read_to_string(place.path("mail.current")).unwrap();
    let relayed = |host: &str| {
        let line = |line: &str| format!("{} {host} mail: {}\n", &line[4..19], &line[25..]);
        log.lines().map(line).collect::<String>()
    };
    place.write("mail.current", relayed("esa01") + &relayed("esa02"));
    let rows = rows(&place, &["--year", "2026"]);
    let shown = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        (
            text("appliance"),
            text("domain"),
            row["attempts"].as_u64().unwrap(),
        )
    };
    let wanted = [
        ("esa01", "partner.example", 2),
        ("esa02", "partner.example", 2),
        ("esa01", "slow.example", 1),
        ("esa02", "slow.example", 1),
    ];
    let wanted = wanted.map(|(host, domain, count)| (host.to_owned(), domain.to_owned(), count));
    assert_eq!(rows.iter().map(shown).collect::<Vec<_>>(), wanted);
}

#[test]
fn latency_is_given_by_hour_and_route() {
    let rows = rows(&place(LOG), &["--latency"]);
    let good = rows
        .iter()
        .find(|row| row["route"] == "good.example")
        .unwrap();
    let same = |seconds: u32| json!({"p50": seconds, "p90": seconds, "p99": seconds});
    let wanted = json!({
        "appliance": null, "hour": "2026-03-02T09:00:00", "route": "good.example", "recipients": 1,
        "scan": same(1), "wait": same(3), "retries": same(0),
    });
    assert_eq!(*good, wanted);
    let dead = rows
        .iter()
        .find(|row| row["route"] == "partner.example")
        .unwrap();
    assert_eq!(
        (&dead["recipients"], &dead["wait"]),
        (&json!(4), &Value::Null)
    );
    assert_eq!(dead["scan"], json!({"p50": 1, "p90": 2, "p99": 2}));
}

#[test]
fn messages_have_times_and_deliveries_have_a_reason() {
    let log = "\
09:00:02 MID 20 queued for delivery
09:00:09 Message done DCID 40 MID 20 to RID [0]
09:00:10 Bounced: DCID 40 MID 20 to RID 1 - 5.1.0 - Unknown address error ('550', ['5.1.1 <eve@partner.example>: User unknown'])
09:00:10 Bounced: DCID 40 MID 20 From: <a@corp.example> To: <b@partner.example> RID 2 - 5.4.7 - Delivery expired (message too old) ('000', ['timeout'])
09:00:11 Delayed: DCID 40 MID 20 to RID 3 - 4.3.2 - Not accepting messages at this time ('421', ['4.7.0 Too many connections from your host'])
09:00:12 MID 20 queued for delivery
";
    let place = place(log);
    let path = place.path("mail.current");
    let deliveries = place.records("", "deliveries", &path);
    let reasons: Vec<_> = deliveries.iter().map(|one| &one["reason"]).collect();
    assert_eq!(reasons, ["ok", "recipient", "message", "throttled"]);
    assert_eq!(deliveries[2]["code"], Value::Null);
    assert!(place.records("code:>600", "deliveries", &path).is_empty());
    let message = &place.records("", "messages", &path)[0];
    let times = (&message["queued"], &message["finished"]);
    assert_eq!(times, (&json!("2026-03-02T09:00:02"), &Value::Null));
    let table = place
        .run(&["query", "", "mail.current", "--view", "deliveries"])
        .out;
    assert!(table.contains("throttled"), "{table}");
}
