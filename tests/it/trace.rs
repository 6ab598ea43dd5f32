//! `mailscope trace`: the whole story of one thing.

use serde_json::{Value, json};

use crate::run::{Place, Said, tac};

/// A message that came in, was rewritten and split, failed at a login, and was bounced.
const LOG: &str = "\
Mon Mar  2 08:00:00 2026 Info: New SMTP ICID 7 interface Submission (192.0.2.25) address 198.51.100.7 reverse dns host pc.example.net verified yes
Mon Mar  2 08:00:00 2026 Info: ICID 7 RELAY SG STAFF match 198.51.100.0/24 SBRS not enabled
Mon Mar  2 08:00:01 2026 Info: ICID 7 TLS success protocol TLSv1.3 cipher TLS_AES_256_GCM_SHA384
Mon Mar  2 08:00:02 2026 Info: SMTP Auth: (ICID 7) failed for user: ann using AUTH mechanism: PLAIN with profile: Staff
Mon Mar  2 08:00:03 2026 Info: SMTP Auth: (ICID 7) succeeded for user: ann using AUTH mechanism: PLAIN with profile: Staff
Mon Mar  2 08:00:04 2026 Info: Start MID 20 ICID 7
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 From: <ann@example.com>
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 RID 0 To: <bob@example.org>
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 To: <nobody@example.org> Rejected by RAT
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 RID 1 To: <eve@example.net>
Mon Mar  2 08:00:05 2026 Info: MID 20 Message-ID '<1@example.com>'
Mon Mar  2 08:00:05 2026 Info: MID 20 Subject 'An \x1b[31minvoice'
Mon Mar  2 08:00:05 2026 Info: MID 20 ready 5674 bytes from <ann@example.com>
Mon Mar  2 08:00:05 2026 Info: MID 20 matched all recipients for per-recipient policy staff in the outbound table
Mon Mar  2 08:00:06 2026 Info: MID 20 interim verdict using engine: CASE spam negative
Mon Mar  2 08:00:06 2026 Info: MID 20 using engine: CASE spam negative
Mon Mar  2 08:00:06 2026 Info: MID 20 antivirus negative
Mon Mar  2 08:00:06 2026 Info: MID 20 rewritten to MID 21 by add-footer filter 'Footer'
Mon Mar  2 08:00:06 2026 Info: Message finished MID 20 done
Mon Mar  2 08:00:06 2026 Info: MID 21 quarantined to \"Policy\" (message filter:audit)
Mon Mar  2 08:30:06 2026 Info: MID 21 released from quarantine \"Policy\" (manual)
Mon Mar  2 08:30:06 2026 Info: MID 21 queued for delivery
Mon Mar  2 08:30:07 2026 Info: New SMTP DCID 9 interface 192.0.2.25 address 203.0.113.9 port 25
Mon Mar  2 08:30:07 2026 Info: DCID: 9 IP: 203.0.113.9 SMTP authentication using the profile Out failed: ('535', ['5.7.8 no'])
Mon Mar  2 08:30:07 2026 Info: Delivery start DCID 9 MID 21 to RID [0]
Mon Mar  2 08:30:08 2026 Info: Bounced: DCID 9 MID 21 to RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 <bob@example.org>: Relay access denied'])
Mon Mar  2 08:30:08 2026 Info: Start MID 22 ICID 0
Mon Mar  2 08:30:08 2026 Info: MID 22 was generated for bounce of MID 21
Mon Mar  2 08:30:08 2026 Info: MID 22 ICID 0 From: <>
Mon Mar  2 08:30:08 2026 Info: MID 22 ICID 0 RID 0 To: <ann@example.com>
Mon Mar  2 08:30:09 2026 Info: New SMTP DCID 10 interface 192.0.2.25 address 203.0.113.10 port 25
Mon Mar  2 08:30:09 2026 Info: Delivery start DCID 10 MID 22 to RID [0]
Mon Mar  2 08:30:09 2026 Info: Message done DCID 10 MID 22 to RID [0]
Mon Mar  2 08:30:09 2026 Info: MID 22 RID [0] Response '2.0.0 Ok: queued as 4CA1'
Mon Mar  2 08:30:09 2026 Info: Message finished MID 22 done
Mon Mar  2 08:30:10 2026 Info: Message finished MID 21 done
Mon Mar  2 08:30:11 2026 Info: DCID 9 close
Mon Mar  2 09:00:00 2026 Info: New SMTP ICID 7 interface Submission (192.0.2.25) address 198.51.100.8 reverse dns host unknown verified no
Mon Mar  2 09:00:09 2026 Info: ICID 7 lost
";

fn place() -> Place {
    let place = Place::new();
    place.write("mail.current", LOG);
    place
}

fn trace(words: &[&str]) -> Said {
    place().run(&[&["trace"], words, &["mail.current"]].concat())
}

#[test]
fn a_message_is_told_from_who_connected_to_how_each_copy_ended() {
    let said = trace(&["mid:20"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    let wanted = "\
MID 20  ann@example.com → bob@example.org and 1 more  \"An \\x1b[31minvoice\"  5.5 KB  continues as MID 21  2026-03-02
08:00:00  in   ICID 7  198.51.100.7 (pc.example.net)  on Submission  RELAY by sender group STAFF  TLSv1.3 TLS_AES_256_GCM_SHA384
08:00:02       ✗ authentication failed as ann (PLAIN, Staff)
08:00:03       ✓ authenticated as ann (PLAIN, Staff)
08:00:04       MID 20  from ann@example.com  to bob@example.org, eve@example.net  5.5 KB  \"An \\x1b[31minvoice\"  <1@example.com>
08:00:04       ✗ refused nobody@example.org: RAT
08:00:05       policy staff (outbound) · CASE spam negative · antivirus negative
08:00:06  end  MID 20  continues as MID 21
08:00:06  new  MID 21 continues MID 20, rewritten by add-footer filter 'Footer'
08:00:06       quarantined to \"Policy\" (message filter:audit)
08:30:06       released from quarantine \"Policy\" (manual)
08:30:06       queued for delivery
08:30:07  out  DCID 9  203.0.113.9:25  on 192.0.2.25
08:30:07       ✗ authentication failed (Out)  535 5.7.8 no
08:30:08       RID 0 bob@example.org (as in MID 20)  ✗ bounced  554 5.7.1 <bob@example.org>: Relay access denied  ← follows from the failed authentication
08:30:08  new  MID 22 was generated by the bounce of MID 21  → ann@example.com
08:30:09  out  DCID 10  203.0.113.10:25  on 192.0.2.25
08:30:09       RID 0 ann@example.com  ✓ delivered 2.0.0 Ok: queued as 4CA1
08:30:09  end  MID 22  ✓ delivered
08:30:10  end  MID 21  ✗ bounced
";
    assert_eq!(said.out, wanted);
    // A Message-ID leads to the same story, and so does what came of the message.
    for id in [
        "<1@example.com>",
        "1@EXAMPLE.com",
        "msgid:1@example.com",
        "MID 20",
    ] {
        assert_eq!(trace(&[id]).out, wanted, "{id}");
    }
    let of_bounce = trace(&["mid:22"]).out;
    assert!(of_bounce.starts_with("MID 22  <> → ann@example.com  ✓ delivered"));
    assert_eq!(
        of_bounce.lines().skip(1).collect::<Vec<_>>(),
        wanted.lines().skip(1).collect::<Vec<_>>()
    );
}

/// Told of a log that goes on as these lines, by message 20.
fn told(lines: &str) -> String {
    let place = Place::new();
    place.write(
        "mail.current",
        format!(
            "\
Mon Mar  2 08:00:04 2026 Info: Start MID 20 ICID 7
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 From: <ann@example.com>
{lines}"
        ),
    );
    let said = place.run(&["trace", "mid:20", "mail.current"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    said.out
}

#[test]
fn a_bare_number_is_the_recipient_that_was_accepted_there() {
    // As some syslog relays hand them on. The second one is delivered first.
    let story = told("\
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 To: <bob@example.org>
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 To: <eve@example.net>
Mon Mar  2 08:00:07 2026 Info: New SMTP DCID 9 interface 192.0.2.25 address 203.0.113.9 port 25
Mon Mar  2 08:00:07 2026 Info: Message done DCID 9 MID 20 to RID [1]
Mon Mar  2 08:00:08 2026 Info: Bounced: DCID 9 MID 20 to RID 0 - 5.1.0 - Unknown address error ('550', ['5.1.1 unknown'])
");
    assert!(
        story.contains("RID 1 eve@example.net  ✓ delivered"),
        "{story}"
    );
    assert!(
        story.contains("RID 0 bob@example.org  ✗ bounced"),
        "{story}"
    );
}

#[test]
fn a_rewritten_message_goes_to_the_same_recipients_unless_it_cannot_be_known() {
    let log = |first: &str, how: &str| {
        format!(
            "\
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 RID 0 To: <bob@example.org>
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 RID 1 To: <eve@example.net>
{first}Mon Mar  2 08:00:06 2026 Info: MID 20 rewritten to MID 21 by {how}
Mon Mar  2 08:00:06 2026 Info: Message finished MID 20 done
Mon Mar  2 08:00:06 2026 Info: MID 21 rewritten to MID 24 by antivirus
Mon Mar  2 08:00:07 2026 Info: New SMTP DCID 9 interface 192.0.2.25 address 203.0.113.9 port 25
Mon Mar  2 08:00:07 2026 Info: Message done DCID 9 MID 24 to RID [1]
"
        )
    };
    let known = "RID 1 eve@example.net (as in MID 20)  ✓ delivered";
    assert!(told(&log("", "add-footer filter 'Footer'")).contains(known));
    // Others are put in the place of the recipients.
    let replaced = told(&log("", "alt-rcpt-to-filter filter 'Archive'"));
    assert!(replaced.contains("       RID 1  ✓ delivered"), "{replaced}");
    // Some went off with another message, and the log does not say which.
    let split = "Mon Mar  2 08:00:05 2026 Info: MID 20 was split creating MID 23 due to a per-recipient policy vip\n";
    let split = told(&log(split, "add-footer filter 'Footer'"));
    assert!(split.contains("       RID 1  ✓ delivered"), "{split}");
}

#[test]
fn where_a_story_goes_over_to_another_message_it_says_so() {
    let story = told(
        "\
Mon Mar  2 08:00:05 2026 Info: MID 20 was split creating MID 23 due to a per-recipient policy vip
Mon Mar  2 08:00:06 2026 Info: MID 20 queued for delivery
Mon Mar  2 08:00:07 2026 Info: MID 23 queued for delivery
",
    );
    let queued = story.lines().filter(|line| line.contains("queued"));
    assert_eq!(
        queued.collect::<Vec<_>>(),
        [
            "08:00:06       MID 20  queued for delivery",
            "08:00:07       MID 23  queued for delivery",
        ]
    );
}

#[test]
fn a_delivery_without_a_connection_names_the_one_that_failed() {
    let story = told("\
Mon Mar  2 08:00:04 2026 Info: MID 20 ICID 7 RID 0 To: <bob@example.org>
Mon Mar  2 08:00:07 2026 Info: New SMTP DCID 9 interface 192.0.2.25 address 203.0.113.9 port 25
Mon Mar  2 08:00:07 2026 Info: Connection Error: DCID 9 domain: example.org IP: 203.0.113.9 port: 25 details: [Errno 61] Connection refused interface: 192.0.2.25 reason: network error
Mon Mar  2 08:00:08 2026 Info: Delayed: DCID 0 MID 20 From: <ann@example.com> To: <bob@example.org> RID 0 - 4.4.0 - Other network problem ('000', ['[Errno 61] Connection refused']) []
");
    let wanted =
        "out  no connection: DCID 9 to 203.0.113.9:25 had failed: [Errno 61] Connection refused\n";
    assert!(story.contains(wanted), "{story}");
}

#[test]
fn connections_of_one_id_are_told_apart() {
    let said = trace(&["icid:7"]);
    let heads: Vec<&str> = said
        .out
        .lines()
        .filter(|line| line.contains(" of 2)"))
        .collect();
    assert_eq!(
        heads,
        [
            "ICID 7  from 198.51.100.7 (pc.example.net)  its ID was reused  2026-03-02  (1 of 2)",
            "ICID 7  from 198.51.100.8  lost  2026-03-02  (2 of 2)",
        ]
    );
    assert!(
        said.out
            .contains("08:30:09       RID 0 ann@example.com  ✓ delivered")
    );
    let narrowed = trace(&["icid:7", "-q", "ip:198.51.100.8"]);
    assert!(narrowed.out.starts_with("ICID 7  from 198.51.100.8"));
    assert!(!narrowed.out.contains("198.51.100.7"));
    assert_eq!(
        trace(&["icid:7", "--limit", "1"])
            .out
            .matches("(1 of 2)")
            .count(),
        1
    );
}

#[test]
fn the_story_is_json_too_and_its_lines_are_those_of_all_it_tells_of() {
    let said = trace(&["mid:22", "--format", "json", "--raw"]);
    let story: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(story["trace"], "mid:22");
    assert_eq!(
        story["steps"][1],
        json!({"time":"2026-03-02T08:00:02","kind":"auth","icid":7,"dcid":null,"mid":null,
               "text":"✗ authentication failed as ann (PLAIN, Staff)"})
    );
    let ids = |key: &str, id: &str| -> Vec<Value> {
        let records = story[key].as_array().unwrap();
        records.iter().map(|record| record[id].clone()).collect()
    };
    assert_eq!(ids("messages", "mid"), [20, 21, 22]);
    assert_eq!(
        ids("connections", "dcid"),
        [json!(null), json!(9), json!(10)]
    );
    let lines = story["lines"].as_array().unwrap();
    let whole: Vec<&str> = LOG.lines().collect();
    // All but the second connection's, in the order of the log.
    assert_eq!(lines, &whole[..whole.len() - 2]);
    assert_eq!(
        trace(&["mid:22", "--format", "log"]).out,
        whole[..whole.len() - 2].join("\n") + "\n"
    );
    let text = trace(&["dcid:10", "--raw"]).out;
    assert!(text.contains("\n\n  Mon Mar  2 08:30"), "{text}");
}

#[test]
fn a_story_may_begin_before_the_log() {
    let path = tac();
    let said = Place::new().run(&["trace", "mid:448", path.to_str().unwrap()]);
    assert!(
        said.out
            .starts_with("MID 448  sender and recipients unknown  ✗ bounced"),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("← follows from the failed authentication")
    );
}

#[test]
fn what_is_not_there_or_no_id_is_said_in_one_line() {
    let said = trace(&["mid:9"]);
    assert_eq!((said.status, said.out.as_str()), (1, ""));
    assert_eq!(
        said.err,
        "mailscope: no mid:9 in this log (2026-03-02T08:00:00 to 2026-03-02T09:00:09)\n"
    );
    for id in ["9", "mid:x", "icid:", "mid:1..2", "rid:1", ""] {
        let said = trace(&[id]);
        assert_eq!((said.status, said.out.as_str()), (2, ""), "{id}");
        assert!(
            said.err
                .contains("use icid:450, dcid:5640, mid:448 or a Message-ID"),
            "{}",
            said.err
        );
        assert_eq!(said.err.lines().count(), 1);
    }
    assert_eq!(trace(&["mid:20", "-q", "usr:x"]).status, 2);
}
