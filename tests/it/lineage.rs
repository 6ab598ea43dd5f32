//! What rare lines make of records: where messages come from, what became of them, logins that failed for the
//! appliance's own reasons, and what belongs to no record.

use serde_json::{Value, json};

use crate::run::Place;

/// The records of a view of a log made of these lines, a second apart.
fn records(view: &str, lines: &[&str]) -> Vec<Value> {
    let place = Place::new();
    let log: String = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            format!(
                "Mon Mar  2 08:{:02}:{:02} 2026 Info: {line}\n",
                at / 60,
                at % 60
            )
        })
        .collect();
    place.records("", view, &place.write("mail.current", log))
}

fn message(lines: &[&str], mid: u64) -> Value {
    let found = records("messages", lines)
        .into_iter()
        .find(|message| message["mid"] == mid);
    found.unwrap_or_else(|| panic!("no MID {mid}"))
}

fn kin(lines: &[&str], mid: u64) -> (Value, Value) {
    let message = message(lines, mid);
    (message["parent"].clone(), message["children"].clone())
}

#[test]
fn a_message_knows_its_parent_and_its_children_whichever_line_says_so() {
    for line in [
        "MID 2 rewritten to 3 by antispam",
        "MID 2 rewritten to MID 3 by add-footer filter 'Footer Stamping'",
        "MID 2 was split creating MID 3 due to a per-recipient policy staff",
        "MID 3 generated based on MID 2 by bcc filter 'audit'",
        "MID 3 was generated based on MID 2 by antivirus",
        "MID 3 was generated for bounce of MID 2",
        "ISQ: Reinjected MID 2 as MID 3",
        "EUQ: Reinjected MID 2 as MID 3",
    ] {
        let before = [
            "Start MID 2 ICID 7",
            line,
            "MID 3 ICID 0 From: <a@example.com>",
            "MID 3 queued for delivery",
        ];
        // The guide says it outright: the line may come after others that use the new MID.
        let after = [
            "Start MID 2 ICID 7",
            "MID 3 ICID 0 From: <a@example.com>",
            "MID 3 queued for delivery",
            line,
        ];
        for lines in [before, after] {
            assert_eq!(kin(&lines, 3).0, 2, "{line}");
            assert_eq!(kin(&lines, 2), (Value::Null, json!([3])), "{line}");
            assert_eq!(message(&lines, 3)["from"], "a@example.com", "{line}");
        }
    }
}

#[test]
fn no_message_descends_from_itself() {
    let lines = [
        "MID 2 rewritten to 3 by antispam",
        "MID 3 rewritten to 4 by antispam",
        "MID 4 rewritten to 2 by antispam",
        "MID 2 rewritten to 2 by antispam",
    ];
    assert_eq!(kin(&lines, 2), (Value::Null, json!([3])));
    assert_eq!(kin(&lines, 4), (json!(3), json!([])));
}

#[test]
fn a_mid_that_came_round_again_is_the_child_of_its_own_parent() {
    let place = Place::new();
    let log = "\
Mon Mar  2 08:00:00 2026 Info: Start MID 3 ICID 7
Mon Mar  2 08:00:01 2026 Info: MID 3 ICID 7 From: <old@example.com>
Mon Mar  2 08:00:02 2026 Info: Message finished MID 3 done
Tue Mar 10 08:00:00 2026 Info: Start MID 2 ICID 9
Tue Mar 10 08:00:01 2026 Info: MID 2 rewritten to MID 3 by antispam
Tue Mar 10 08:00:02 2026 Info: MID 3 ICID 0 From: <new@example.com>
";
    let messages = place.records("mid:3", "messages", &place.write("mail.current", log));
    let seen: Vec<_> = messages
        .iter()
        .map(|m| (&m["from"], &m["parent"]))
        .collect();
    assert_eq!(
        seen,
        [
            (&json!("old@example.com"), &Value::Null),
            (&json!("new@example.com"), &json!(2))
        ]
    );
}

#[test]
fn finished_is_not_delivered() {
    let lines = [
        "Start MID 2 ICID 7",
        "MID 2 ICID 7 RID 0 To: <b@example.org>",
        "MID 2 rewritten to 3 by antispam",
        "Message finished MID 2 done",
    ];
    assert_eq!(message(&lines, 2)["state"], "queued");
}

#[test]
fn quarantines_and_policies_decide_a_message_s_state() {
    let to = [
        "Start MID 2 ICID 7",
        "MID 2 ICID 7 RID 0 To: <b@example.org>",
    ];
    let into = "MID 2 quarantined to \"Policy\" (message filter:audit)";
    let cases: [(&[&str], &str); 12] = [
        (&[into], "quarantined"),
        (
            &[into, "MID 2 released from quarantine \"Policy\" (manual)"],
            "quarantined",
        ),
        (&[into, "MID 2 released from all quarantines"], "queued"),
        (
            &[
                into,
                "MID 2 released from all quarantines",
                "Message done DCID 8 MID 2 to RID [0]",
            ],
            "delivered",
        ),
        (&[into, "MID 2 deleted from all quarantines"], "dropped"),
        (
            &[
                "MID 2 enqueued for transfer to centralized quarantine \"Policy\" (message filter CVE)",
            ],
            "quarantined",
        ),
        (
            &["RPC Message done RCID 10 MID 2", "ISQ: Quarantined MID 2"],
            "quarantined",
        ),
        (
            &["MID 2 was dropped by content filter 'stop' in the inbound table"],
            "dropped",
        ),
        (
            &["MID 2 was bounced by policy DEFAULT in the inbound table"],
            "bounced",
        ),
        (
            &["Message 2 to RID [0] pending till Mon Mar  2 09:00:00 2026 [Default]"],
            "delayed",
        ),
        (
            &[
                "Double bounce: MID 2 to 0 - 5.1.0 - Unknown address error 501-'5.5.4 Invalid Address'",
            ],
            "bounced",
        ),
        (&["Possible Delivery: DCID: 8 MID 2 to [0]"], "queued"),
    ];
    for (lines, state) in cases {
        let lines = [&to[..], lines].concat();
        assert_eq!(
            message(&lines, 2)["recipients"][0]["state"],
            state,
            "{lines:?}"
        );
    }
}

#[test]
fn a_login_that_could_not_be_checked_says_why() {
    for (line, user, profile) in [
        (
            "profile: Staff is misconfigured or missing causing an Auth failure",
            None,
            Some("Staff"),
        ),
        (
            "could not reach forwarding server auth.example.com with reason: timed out",
            None,
            None,
        ),
        (
            "LDAP query/user lookup failed for user: alice",
            Some("alice"),
            None,
        ),
        (
            "was required but remote host did not initiate it",
            None,
            None,
        ),
    ] {
        for head in ["SMTP Auth (ICID 450) ", "SMTP Auth: (ICID 450) "] {
            let connection = &records("connections", &[&format!("{head}{line}")])[0];
            assert_eq!(
                connection["auth"],
                json!([{"time": "2026-03-02T08:00:00", "result": "failed", "user": user, "mechanism": null,
                        "profile": profile, "detail": line}])
            );
        }
    }
    // A wrong password is no more than that.
    let wrong = "SMTP Auth: (ICID 450) failed for user: alice using AUTH mechanism: PLAIN with profile: Staff";
    assert_eq!(
        records("connections", &[wrong])[0]["auth"][0]["detail"],
        Value::Null
    );
}

#[test]
fn why_tls_failed_outlives_that_it_was_required() {
    let why = "DCID 8 TLS failed: STARTTLS unexpected response";
    let required = "DCID 8 IP 192.0.2.8 TLS was required but could not be successfully negotiated";
    for lines in [[why, required], [required, why]] {
        let tls = &records("connections", &lines)[0]["tls"];
        assert_eq!(
            (&tls["result"], &tls["detail"]),
            (&json!("failed"), &json!("STARTTLS unexpected response"))
        );
    }
}

#[test]
fn what_lies_beside_mail_logs_is_in_no_record() {
    let place = Place::new();
    let log = place.write("syslog", "\
Mar  2 08:00:00 esa01 mail_logs: Info: New SMTP ICID 450 interface Data 1 (192.0.2.1) address 192.0.2.9 reverse dns host unknown verified no
Mar  2 08:00:01 esa01 mail_logs: Info: Start MID 4 ICID 450
Mar  2 08:00:02 esa01 antivirus: Info: sophos  antivirus - MID 4 0 - Virus 'EICAR' 'body.scan/x.zip' 1 0
Mar  2 08:00:03 esa01 amp: Info: MID 4 something of its own
Mar  2 08:00:04 esa01 tracking: Info: Incoming connection (ICID 450) lost.
Mar  2 08:00:05 esa01 consolidated_event: Info: CEF:0|Cisco|Secure Email Gateway|15.0|ESA_CONSOLIDATED_LOG_EVENT|x|5|ESAMID=4 ESAICID=450
Mar  2 08:00:06 esa01 gui_logs: Info: Version: 14.0.0-698 SN: 421F6D8FB9C75E19C425-C9AEA81B2B70
");
    let events = place.records("", "events", &log);
    let seen: Vec<_> = events
        .iter()
        .map(|e| (e["event"].as_str().unwrap(), &e["mid"]))
        .collect();
    assert_eq!(
        seen[2..],
        [
            ("foreign.antivirus", &json!(4)),
            ("foreign.amp", &json!(4)),
            ("foreign.tracking", &Value::Null),
            ("foreign.cef", &json!(4)),
            ("foreign.gui", &Value::Null),
        ]
    );
    let connection = &place.records("", "connections", &log)[0];
    assert_eq!(
        (&connection["lines"], &connection["end"]),
        (&json!(2), &Value::Null)
    );
    let said = place.run(&[
        "query",
        "mid:4",
        log.to_str().unwrap(),
        "--view",
        "messages",
        "--format",
        "log",
    ]);
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
}

#[test]
fn the_summary_counts_the_kinds_and_samples_what_is_not_known() {
    let place = Place::new();
    let log: String = (0..7)
        .map(|n| {
            format!(
                "Mon Mar  2 08:00:0{n} 2026 Info: MID {n} reached limit 4 of \u{1b}[2Jnothing\n"
            )
        })
        .collect();
    let log = log + "Mon Mar  2 08:00:08 2026 Info: MID 4 queued for delivery\n";
    place.write("mail.current", log);
    let said = place.run(&["mail.current"]).out;
    assert!(said.contains("8 of 2 kinds"), "{said}");
    assert!(said.contains("unknown 7 · message.queued 1"), "{said}");
    assert!(said.contains("7 entries of 1 shape"), "{said}");
    assert!(said.contains("MID 0 reached limit 4 of"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}
