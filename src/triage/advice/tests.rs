//! Advice for each kind of reply.

use super::*;
use crate::triage::ConnectionOutcome::{self, AuthFailed, ConnectionError, Rejected, TlsFailed};

const CASES: &[(ConnectionOutcome, u16, &str, &str)] = &[
    (
        AuthFailed,
        535,
        "5.7.8 Error: authentication failed",
        "user or password of the profile Out",
    ),
    (
        AuthFailed,
        454,
        "4.7.0 Temporary authentication failure",
        "may be right",
    ),
    (
        AuthFailed,
        534,
        "5.7.9 Authentication mechanism is too weak",
        "too weak",
    ),
    (
        AuthFailed,
        530,
        "5.7.0 Must issue a STARTTLS command first",
        "destconfig",
    ),
    (
        AuthFailed,
        538,
        "5.7.11 Encryption required",
        "requires TLS for this login mechanism",
    ),
    (
        AuthFailed,
        432,
        "4.7.12 A password transition is needed",
        "transition",
    ),
    (
        ConnectionError,
        0,
        "connection timed out: [Errno 60] Operation timed out",
        "does not answer",
    ),
    (
        ConnectionError,
        0,
        "network error: [Errno 61] Connection refused",
        "refuses connections",
    ),
    (TlsFailed, 0, "STARTTLS unexpected response", "tlsverify"),
    (
        Rejected,
        450,
        "4.7.1 Greylisted, please try again later",
        "greylisting",
    ),
    (
        Rejected,
        554,
        "5.7.1 <…>: Relay access denied",
        "does not relay",
    ),
    (Rejected, 421, "4.3.2 try again later", "421"),
    (
        Rejected,
        452,
        "4.2.2 The email account is over quota",
        "mailbox is full",
    ),
    (
        Rejected,
        452,
        "4.3.1 Insufficient system storage",
        "out of space",
    ),
    (
        Rejected,
        552,
        "5.3.4 Message size exceeds fixed limit",
        "large",
    ),
    (
        Rejected,
        550,
        "5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org",
        "blocks our address",
    ),
    (
        Rejected,
        550,
        "5.7.26 This mail is unauthenticated: SPF did not pass",
        "SPF",
    ),
    (
        Rejected,
        550,
        "5.1.1 <…>: Recipient address rejected: User unknown",
        "does not know the recipient",
    ),
    (
        Rejected,
        521,
        "5.1.10 host accepts no mail",
        "no mail at all",
    ),
    (Rejected, 551, "user not local", "551"),
    (Rejected, 0, "hello", "telnet"),
];

fn advice(outcome: ConnectionOutcome, code: u16, detail: &str) -> String {
    let reason = Reason {
        outcome,
        code: Some(code).filter(|code| *code > 0),
        detail: detail.to_owned(),
        count: 1,
        first: None,
        last: None,
        example: None,
        consequences: Vec::new(),
    };
    let context = RouteContext {
        route: "198.51.100.7:25".into(),
        profile: Some("Out"),
        domain: Some("partner.example"),
    };
    of_reason(&reason, &context)
}

#[test]
fn each_reply_names_what_to_look_at() {
    for (outcome, code, detail, wanted) in CASES.iter().copied() {
        let advice = advice(outcome, code, detail);
        assert!(advice.contains(wanted), "{code} {detail}: {advice}");
        assert!(!advice.contains('{'), "{advice}");
    }
}
