//! The table.
//!
//! Meanings are those of RFC 5321 (replies), RFC 4954 (AUTH), RFC 3463 and its registry (enhanced codes), RFC 7504
//! (521, 556), RFC 3207 (STARTTLS) and RFC 8314 (TLS for submission); commands and pages are those of the AsyncOS
//! user guide. A sentence says no more than the reply does: where the far end may mean several things, so does it.

use crate::triage::outcome::ConnectionOutcome;

/// One row: the first one that fits a reason speaks.
pub(super) struct Row {
    pub outcomes: &'static [ConnectionOutcome],
    /// Reply codes; any where there are none.
    pub codes: &'static [u16],
    /// Beginnings of enhanced codes; any where there are none.
    pub enhanced: &'static [&'static str],
    /// Words, any of which the text must hold; none needed where there are none.
    pub words: &'static [&'static str],
    pub says: &'static str,
}

const ANY: &[ConnectionOutcome] = &[];
const AUTH: &[ConnectionOutcome] = &[ConnectionOutcome::AuthFailed];
const TLS: &[ConnectionOutcome] = &[ConnectionOutcome::TlsFailed];
const ERROR: &[ConnectionOutcome] = &[ConnectionOutcome::ConnectionError];

const fn row(
    outcomes: &'static [ConnectionOutcome],
    codes: &'static [u16],
    enhanced: &'static [&'static str],
    words: &'static [&'static str],
    says: &'static str,
) -> Row {
    Row {
        outcomes,
        codes,
        enhanced,
        words,
        says,
    }
}

/// `{profile}`, `{route}` and `{domain}` stand for what is known of the route.
pub(super) const ROWS: &[Row] = &[
    // RFC 4954 section 6 and 4; RFC 3463 section 3.8, registry: 5.7.8, 5.7.9, 5.7.11, 4.7.0, 5.7.0.
    row(
        AUTH,
        &[535],
        &[],
        &[],
        "The far end refuses the user or password of {profile}: check them (smtpauthconfig, or Network > SMTP Authentication), they may have been changed or locked there.",
    ),
    row(
        AUTH,
        &[534],
        &["5.7.9"],
        &["weak", "mechanism"],
        "The far end finds the login mechanism too weak: it probably wants TLS first or another mechanism; require TLS for {domain} (destconfig) and ask its operator which mechanism {profile} may use.",
    ),
    row(
        AUTH,
        &[534],
        &[],
        &[],
        "The far end wants another way to log in, perhaps a password for applications: ask its operator, then change {profile} (smtpauthconfig).",
    ),
    row(
        AUTH,
        &[530],
        &[],
        &["starttls", "tls"],
        "The far end takes logins over TLS only: set TLS to Preferred or Required for {domain} (destconfig) and see with tlsverify why none was used.",
    ),
    row(
        AUTH,
        &[530],
        &[],
        &[],
        "The far end wants a login, or TLS before it: check that the SMTP route names the right profile (smtproutes, smtpauthconfig) and TLS for {domain} (destconfig).",
    ),
    row(
        AUTH,
        &[538],
        &["5.7.11"],
        &["encryption required"],
        "The far end takes this login mechanism over TLS only: set TLS to Required for {domain} (destconfig).",
    ),
    row(
        AUTH,
        &[432],
        &["4.7.12"],
        &["transition"],
        "The far end asks for a password transition: log in to that account once by hand or ask its operator, then check {profile} (smtpauthconfig).",
    ),
    row(
        AUTH,
        &[454],
        &["4.7.0"],
        &["temporary"],
        "The far end's login service is out of order for now, the password need not be wrong: tell its operator; when it works again, delivernow sends what waits.",
    ),
    row(
        AUTH,
        &[500, 502, 503, 504],
        &[],
        &[],
        "The far end offers no login, or not this mechanism: it may not be the server that {profile} is meant for; check the route (smtproutes).",
    ),
    row(
        AUTH,
        &[],
        &[],
        &[],
        "The far end refused the login of {profile}: read its reply, then check the profile (smtpauthconfig) and the route that uses it (smtproutes).",
    ),
    // RFC 3207, RFC 8314; user guide, "Encrypting Communication with Other MTAs".
    row(
        TLS,
        &[],
        &[],
        &[
            "certificate",
            "verify",
            "expired",
            "self signed",
            "self-signed",
            "unknown ca",
        ],
        "The far end's certificate was not accepted: see it with tlsverify; its operator must renew it, or TLS for {domain} must ask for less (destconfig).",
    ),
    row(
        TLS,
        &[],
        &[],
        &["not supported", "unexpected response", "required"],
        "The far end no longer offers STARTTLS, or refuses it: test with tlsverify; if mail may go in the clear, set TLS to Preferred for {domain} (destconfig).",
    ),
    row(
        TLS,
        &[],
        &[],
        &["protocol", "cipher", "handshake", "version"],
        "The two sides agree on no TLS protocol or cipher: compare what both allow (sslconfig, tlsverify).",
    ),
    row(
        TLS,
        &[],
        &[],
        &[],
        "TLS with the far end cannot be negotiated: test it with tlsverify and look at TLS for {domain} (destconfig).",
    ),
    // RFC 5321 section 4.5.4 and the system's own errors; user guide, "hoststatus", "delivernow".
    row(
        ERROR,
        &[],
        &[],
        &["refused"],
        "{route} refuses connections: its mail server is down or a firewall rejects ours; see hoststatus, test with telnet, and send what waits with delivernow once it answers.",
    ),
    row(
        ERROR,
        &[],
        &[],
        &["timed out", "timeout"],
        "{route} does not answer: the host is down or a firewall drops our packets; see hoststatus, test with telnet and traceroute, and send what waits with delivernow once it answers.",
    ),
    row(
        ERROR,
        &[],
        &[],
        &["unreachable", "no route"],
        "There is no network path to {route}: check routing and firewall (ping, traceroute), then hoststatus.",
    ),
    row(
        ERROR,
        &[],
        &[],
        &["reset", "eof", "closed", "broken pipe", "lost"],
        "{route} ends the connection before a session: it, or a firewall between, turns ours away; test with telnet and ask its operator whether our address is blocked.",
    ),
    row(
        ERROR,
        &[],
        &[],
        &["dns", "resolve", "servfail", "nxdomain"],
        "The name of the destination cannot be resolved: test with nslookup and dnsstatus, then look at the servers of dnsconfig.",
    ),
    row(
        ERROR,
        &[421],
        &[],
        &[],
        "{route} greets with 421: it takes no mail now or too many connections of ours; limit them for {domain} (destconfig) and see hoststatus.",
    ),
    row(
        ERROR,
        &[],
        &[],
        &[],
        "No session with {route} comes about: see hoststatus, test with telnet, and send what waits with delivernow once it answers.",
    ),
    // RFC 5321 section 4.2; RFC 3463 section 3.8: what speaks of us rather than of a recipient.
    row(
        ANY,
        &[],
        &[],
        &[
            "relay access denied",
            "relaying denied",
            "relay denied",
            "not permitted to relay",
            "unable to relay",
            "relay not permitted",
        ],
        "The far end does not relay for us: it wants a login or knows our address no more; check the profile of the route (smtproutes, smtpauthconfig) and ask whether our address may relay.",
    ),
    row(
        ANY,
        &[],
        &[],
        &[
            "blacklist",
            "blocklist",
            "block list",
            "blocked",
            "spamhaus",
            "barracuda",
            " rbl",
            "dnsbl",
            " listed",
            "reputation",
            "banned",
        ],
        "The far end blocks our address or what we send: look ours up at the list that it names, find who sends too much (tophosts), then ask to be taken off.",
    ),
    row(
        ANY,
        &[450, 451],
        &["4.7.1", "4.2.0", "4.7.0"],
        &[
            "greylist",
            "graylist",
            "grey list",
            "try again",
            "try later",
            "later",
        ],
        "The far end puts mail off for now, as greylisting does: the appliance tries again by itself; if it goes on for hours, ask its operator to allow our address.",
    ),
    row(
        ANY,
        &[530],
        &[],
        &["starttls", "tls"],
        "The far end takes mail over TLS only: set TLS to Preferred or Required for {domain} (destconfig) and test with tlsverify.",
    ),
    row(
        ANY,
        &[530, 535],
        &[],
        &[],
        "The far end wants a login: give the SMTP route a profile (smtpauthconfig, smtproutes).",
    ),
    row(
        ANY,
        &[],
        &[],
        &[
            "spf",
            "dkim",
            "dmarc",
            "authentication-results",
            "unauthenticated email",
        ],
        "The far end finds our mail not authenticated (SPF, DKIM or DMARC): check the sending domain's DNS records and signing (domainkeysconfig).",
    ),
    row(
        ANY,
        &[],
        &[],
        &[
            "ptr",
            "reverse dns",
            "reverse lookup",
            "hostname",
            "helo",
            "ehlo",
        ],
        "The far end does not like our name: check the reverse DNS of our sending address and the interface's host name (interfaceconfig).",
    ),
    row(
        ANY,
        &[421],
        &[],
        &[],
        "The far end takes no more mail for now (421): limit connections and messages for {domain} (destconfig), see hoststatus; the appliance tries again by itself.",
    ),
    row(
        ANY,
        &[],
        &["4.7.", "4.4."],
        &["rate", "too many", "throttl", "limit", "exceeded"],
        "The far end finds that we send too much at once: limit connections and recipients for {domain} (destconfig).",
    ),
    // RFC 3463 section 3.3: 4.2.2 and 5.2.2 mailbox full, 5.2.3 and 5.3.4 too big, 4.3.1 system full.
    row(
        ANY,
        &[],
        &["4.2.2", "5.2.2"],
        &["quota", "full", "mailbox"],
        "The recipient's mailbox is full: nothing to do here; tell the sender.",
    ),
    row(
        ANY,
        &[523, 552],
        &["5.2.3", "5.3.4"],
        &[],
        "The far end takes no message that large, or its quota is used up: tell the sender, or lower the limit for outgoing mail (Mail Policies).",
    ),
    row(
        ANY,
        &[452],
        &["4.3.1", "4.5.3"],
        &[],
        "The far end lacks room or takes fewer recipients at once: the appliance tries again; fewer recipients a message for {domain} may help (destconfig).",
    ),
    // RFC 7504.
    row(
        ANY,
        &[521, 556],
        &["5.1.10"],
        &[],
        "The domain takes no mail at all: the address is wrong, or the route drill_down to the wrong host (smtproutes).",
    ),
    row(
        ANY,
        &[],
        &["5.1.", "4.1."],
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "does not exist",
            "mailbox unavailable",
            "recipient address rejected",
        ],
        "The far end does not know the recipient: tell the sender; nothing is wrong with the route.",
    ),
    row(
        ANY,
        &[550, 551, 553],
        &[],
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "does not exist",
        ],
        "The far end does not know the recipient: tell the sender; nothing is wrong with the route.",
    ),
    row(
        ANY,
        &[450, 451],
        &[],
        &[],
        "The far end cannot take the mail now ({code}): the appliance tries again by itself; see hoststatus, and ask its operator if it goes on for hours.",
    ),
    row(
        ANY,
        &[550, 553, 554],
        &["5.7."],
        &[],
        "The far end refuses by its policy: read its reply, and ask its operator whether our address or the sender is blocked.",
    ),
    row(
        ANY,
        &[550, 551, 552, 553, 554],
        &[],
        &[],
        "The far end refuses for good ({code}): read its reply; if it holds for all recipients, check that the route drill_down to the right host (smtproutes).",
    ),
    row(
        ANY,
        &[],
        &[],
        &["dns", "mx", "nxdomain", "servfail", "hard error"],
        "The destination's name cannot be resolved: test with nslookup and dnsstatus.",
    ),
    row(
        ANY,
        &[],
        &[],
        &[],
        "Read the far end's reply and test the route with telnet; see hoststatus for what waits.",
    ),
];
