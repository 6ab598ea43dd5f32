//! `mailscope routes --report`: what is pasted into a ticket.

use crate::run::{Place, tac};

/// A morning on which the partner refuses the login from 08:20 on.
pub(crate) fn morning() -> String {
    let mut log = String::new();
    for minute in 0..30 {
        let at = format!("Mon Mar  2 08:{minute:02}:05 2026 Info:");
        let (dcid, mid) = (40 + minute, 400 + minute);
        let (login, result) = match minute {
            0..20 => (
                "succeeded.",
                format!("Message done DCID {dcid} MID {mid} to RID [0]"),
            ),
            _ => (
                "failed: ('535', ['5.7.8 Error: authentication failed'])",
                format!(
                    "Bounced: DCID {dcid} MID {mid} From: <a@example.com> To: <b@partner.example> RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 <b@partner.example>: Relay access denied'])"
                ),
            ),
        };
        log += &format!(
            "{at} Start MID {mid} ICID 0\n\
             {at} MID {mid} ICID 0 From: <a@example.com>\n\
             {at} MID {mid} ICID 0 RID 0 To: <b@partner.example>\n\
             {at} MID {mid} queued for delivery\n\
             {at} New SMTP DCID {dcid} interface 192.0.2.25 address 203.0.113.9 port 25\n\
             {at} DCID: {dcid} IP: 203.0.113.9 SMTP authentication using the profile Out {login}\n\
             {at} Delivery start DCID {dcid} MID {mid} to RID [0]\n\
             {at} {result}\n\
             {at} DCID {dcid} close\n"
        );
    }
    log
}

#[test]
fn an_incident_is_reported_with_cause_consequence_impact_advice_and_lines() {
    let place = Place::new();
    place.write("mail.current", morning());
    let said = place.run(&["routes", "--report", "mail.current"]);
    assert_eq!(said.status, 0, "{}", said.err);
    for text in [
        "# `Out`: profile fails since 2026-03-02 08:20:05",
        "- **State**: failing, critical for 9 min",
        "- **Cause**: `535 5.7.8 Error: authentication failed` (authentication failed; side: ours)",
        "- **Impact**: 10 recipients bounced; 10 messages",
        "`203.0.113.9:25` failing, last success 2026-03-02 08:19:05",
        "- 2026-03-02 08:19:05 last success",
        "- 2026-03-02 08:20:05 first failure: authentication failed",
        "consequence: `554 5.7.1 <…>: Relay access denied`",
        "MID 429 `a@example.com` → `b@partner.example`: bounced",
        "New SMTP DCID 59 interface",
        "profile Out failed: ('535', ['5.7.8 Error: authentication failed'])",
        "smtpauthconfig",
    ] {
        assert!(said.out.contains(text), "{text}:\n{}", said.out);
    }
}

#[test]
fn one_refused_login_is_nothing_to_report() {
    let said = Place::new().run(&["routes", "--report", tac().to_str().unwrap()]);
    assert_eq!((said.status, said.out.as_str()), (1, ""));
}

#[test]
fn nothing_to_report_is_said_and_no_error() {
    let place = Place::new();
    let calm = "Wed Apr 22 11:06:20 2009 Info: New SMTP DCID 5633 interface 192.0.2.1 address 192.0.2.9 port 25\n\
                Wed Apr 22 11:06:20 2009 Info: Delivery start DCID 5633 MID 441 to RID [0]\n\
                Wed Apr 22 11:06:20 2009 Info: Message done DCID 5633 MID 441 to RID [0]\n";
    place.write("mail.current", calm);
    let said = place.run(&["routes", "--report", "mail.current"]);
    assert_eq!((said.status, said.out.as_str()), (1, ""));
    assert!(said.err.contains("nothing to report"), "{}", said.err);
}

#[test]
fn a_report_has_one_form() {
    let said = Place::new().run(&["routes", "--report", "--format", "json", "mail.current"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("--format"), "{}", said.err);
}
