//! Advice for each row of the table.

use super::*;
use crate::event::enhanced_code;
use crate::judge::class::{classify, classify_own};

/// Code, 0 for the appliance's own errors; text; what the advice names.
const CASES: &[(u16, &str, &str)] = &[
    (
        535,
        "5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
        "user or password of the profile Out",
    ),
    (
        535,
        "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        "not the password",
    ),
    (
        535,
        "5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        "end of December 2026",
    ),
    (
        550,
        "5.7.30 Basic authentication is not supported for Client Submission.",
        "no password",
    ),
    (
        530,
        "5.7.57 Client not authenticated to send mail.",
        "connector that trusts 192.0.2.30",
    ),
    (
        534,
        "5.7.9 Application-specific password required.",
        "app password",
    ),
    (
        454,
        "4.7.0 Temporary authentication failure",
        "may be right",
    ),
    (432, "4.7.12 A password transition is needed", "transition"),
    (
        538,
        "5.7.11 Encryption required for requested authentication mechanism",
        "destconfig",
    ),
    (
        534,
        "5.7.9 Authentication mechanism is too weak",
        "login mechanism",
    ),
    (530, "5.7.0 Authentication required", "smtproutes"),
    (
        503,
        "5.5.1 Authentication mechanism not available",
        "mechanism",
    ),
    (503, "5.5.1 please authenticate", "offers no login"),
    (
        535,
        "5.7.8 Error: authentication failed: authentication failure",
        "user or password of the profile Out",
    ),
    (
        550,
        "5.7.64 TenantAttribution; Relay Access Denied",
        "inbound connector",
    ),
    (
        550,
        "5.7.0 Mail relay denied [192.0.2.30]. Invalid credentials for relay",
        "Workspace",
    ),
    (
        554,
        "5.7.1 <anna@partner.example>: Relay access denied",
        "does not relay",
    ),
    (0, "TLS: verify error: certificate has expired", "renew"),
    (
        530,
        "5.7.0 Must issue a STARTTLS command first",
        "tlsverify",
    ),
    (0, "TLS handshake failure", "sslconfig"),
    (0, "DANE failure: no TLSA record matches", "daneverify"),
    (0, "TLS failed", "cannot be negotiated"),
    (0, "[Errno 61] Connection refused", "refuses connections"),
    (0, "[Errno 60] Operation timed out", "does not answer"),
    (0, "[Errno 65] No route to host", "network path"),
    (
        0,
        "[Errno 54] Connection reset by peer",
        "closes the connection",
    ),
    (0, "unknown", "No session"),
    (
        0,
        "DNS Soft Error looking up partner.example (MX) while asking 10.1.0.53. Error was: unable to reach nameserver on any valid interface",
        "dnsconfig",
    ),
    (
        0,
        "DNS Soft Error looking up partner.example (MX). Error was: ServFail",
        "nslookup",
    ),
    (
        550,
        "5.7.1 Unfortunately, messages from [192.0.2.30] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
        "sender support form",
    ),
    (
        550,
        "5.7.606 Access denied, banned sending IP [192.0.2.30].",
        "sender.office.com",
    ),
    (
        550,
        "5.7.511 Access denied, banned sender[192.0.2.30].",
        "delist@",
    ),
    (
        550,
        "5.7.1 Service unavailable, Client host [192.0.2.30] blocked using Customer Block list.",
        "administrator",
    ),
    (
        554,
        "IP=192.0.2.30 - None/bad reputation. Ask your postmaster for help or to contact tobr@rx.t-online.de for reset. (NOWL)",
        "T-Online",
    ),
    (
        550,
        "5.7.1 likely suspicious due to the very low reputation of the sending IP address.",
        "Postmaster Tools",
    ),
    (
        554,
        "Your access to this mail system has been rejected due to the sending MTA's poor reputation.",
        "talosintelligence.com",
    ),
    (
        554,
        "Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.30",
        "ipcheck.proofpoint.com",
    ),
    (
        554,
        "Service unavailable; Client host [192.0.2.30] blocked using Barracuda Reputation",
        "barracudacentral.org",
    ),
    (
        554,
        "5.7.1 Client host [192.0.2.30] blocked using zen.spamhaus.org",
        "check.spamhaus.org",
    ),
    (
        554,
        "5.7.1 Client host [192.0.2.30] blocked using bl.other.example",
        "192.0.2.30 is on bl.other.example",
    ),
    (
        550,
        "5.7.515 Access denied, sending domain corp.example does not meet the required authentication level.",
        "SPF, DKIM and DMARC",
    ),
    (
        450,
        "4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.30]",
        "reverse DNS",
    ),
    (
        504,
        "5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname",
        "HELO name",
    ),
    (
        550,
        "5.7.509 Access denied, sending domain corp.example does not pass DMARC verification",
        "DMARC fails",
    ),
    (
        550,
        "5.7.26 This mail has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.",
        "SPF record",
    ),
    (
        550,
        "5.7.30 This mail has been blocked because DKIM does not pass.",
        "public key",
    ),
    (
        550,
        "5.7.23 The message was rejected because of Sender Policy Framework violation",
        "include 192.0.2.30",
    ),
    (
        550,
        "5.7.60 SMTP; Client does not have permissions to send as this sender",
        "Send As",
    ),
    (
        550,
        "5.1.8 <info@corp.example>: Sender address rejected: Domain not found",
        "nslookup",
    ),
    (553, "5.7.1 Sender refused", "refuses the sender"),
    (
        451,
        "4.7.500 Server busy. Please try again later from [192.0.2.30]. (S77714)",
        "TAC 213342",
    ),
    (
        451,
        "4.7.650 The mail server [192.0.2.30] has been temporarily rate limited due to IP reputation.",
        "SNDS",
    ),
    (
        421,
        "4.7.0 [192.0.2.30 15] Our system has detected an unusual rate of unsolicited mail originating from your IP address.",
        "delivernow makes it worse",
    ),
    (
        421,
        "4.7.28 Gmail has detected an unusual rate of mail",
        "Google defers",
    ),
    (
        421,
        "4.7.0 [TSS04] Messages from 192.0.2.30 temporarily deferred due to unexpected volume or user complaints",
        "Yahoo defers",
    ),
    (
        550,
        "5.1.90 you've reached your daily limit for message recipients",
        "compromised",
    ),
    (
        450,
        "4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages",
        "One recipient",
    ),
    (452, "4.5.3 Too many recipients", "fewer recipients"),
    (
        421,
        "4.7.0 mx.partner.example Error: too many connections from 192.0.2.30",
        "Concurrent Connections",
    ),
    (
        421,
        "Service not available, closing transmission channel",
        "accepts no more mail",
    ),
    (
        450,
        "4.2.0 <anna@partner.example>: Recipient address rejected: Greylisted",
        "retries by itself",
    ),
    (
        451,
        "Temporary local problem - please try later",
        "cannot take the mail now",
    ),
    (
        452,
        "4.3.1 Insufficient system storage",
        "out of disk space",
    ),
    (421, "4.3.2 Service not available", "trouble of its own"),
    (452, "4.2.2 Mailbox full", "mailbox is full"),
    (
        0,
        "DNS Hard Error looking up exmaple.com (MX):  NXDomain",
        "typing error",
    ),
    (
        556,
        "5.1.10 Recipient address has null MX",
        "accepts no mail",
    ),
    (
        550,
        "5.4.1 Recipient address rejected: Access denied.",
        "Exchange Online knows no such recipient",
    ),
    (
        550,
        "5.2.1 The email account that you tried to reach is disabled.",
        "closed or disabled",
    ),
    (550, "5.1.1 User unknown", "nothing is wrong with the route"),
    (552, "5.3.4 Message size exceeds fixed limit", "that large"),
    (
        0,
        "5.4.7 - Delivery expired (message too old) timeout",
        "bounceconfig",
    ),
    (554, "5.4.6 Too many hops", "smtproutes"),
    (554, "5.7.1 Message rejected as spam", "content"),
    (
        550,
        "5.7.510 Access denied, partner.example does not accept email over IPv6",
        "IPv4",
    ),
    (
        554,
        "5.7.9 Message not accepted for policy reasons.",
        "rule of its own",
    ),
];

fn class_of(code: u16, text: &str) -> Class {
    match code {
        0 => classify_own(text.as_bytes()),
        _ => classify(code, text.as_bytes()),
    }
}

fn parts(code: u16, text: &str) -> (Class, Option<u16>, Option<&str>) {
    let enhanced = enhanced_code(text.as_bytes());
    let enhanced = enhanced.and_then(|code| std::str::from_utf8(code).ok());
    let class = class_of(code, text);
    (class, Some(code).filter(|code| *code > 0), enhanced)
}

#[test]
fn each_reply_names_what_to_look_at() {
    let names = Names {
        route: "198.51.100.7:25",
        profile: Some("Out"),
        domain: Some("partner.example"),
        address: Some("192.0.2.30"),
        list: Some("bl.other.example"),
    };
    for (code, text, wanted) in CASES.iter().copied() {
        let (class, reply, enhanced) = parts(code, text);
        let advice = advice(class, reply, enhanced, text, &names);
        assert!(
            advice.contains(wanted),
            "{code} {text}: {class:?}: {advice}"
        );
        assert!(!advice.contains('{'), "{advice}");
    }
}

#[test]
fn a_greeting_of_421_has_its_own_advice() {
    let advice = advice(Class::Unreachable, Some(421), None, "", &Names::default());
    assert!(advice.contains("greets with 421"), "{advice}");
}

#[test]
fn names_that_are_unknown_are_described() {
    let advice = advice(Class::Listed, Some(554), None, "blocked", &Names::default());
    assert!(advice.starts_with("our address is on the list"), "{advice}");
}

#[test]
fn each_row_is_reached_and_has_two_sentences_at_most() {
    let mut rows: Vec<&str> = CASES
        .iter()
        .filter_map(|(code, text, _)| {
            let (class, reply, enhanced) = parts(*code, text);
            row(class, reply, enhanced, text).map(|row| row.advice)
        })
        .collect();
    rows.extend(row(Class::Unreachable, Some(421), None, "").map(|row| row.advice));
    for row in ROWS {
        assert!(rows.contains(&row.advice), "{}", row.advice);
        let sentences = row.advice.matches(". ").count() + 1;
        assert!(
            sentences <= 2 && row.advice.ends_with('.'),
            "{}",
            row.advice
        );
    }
}
