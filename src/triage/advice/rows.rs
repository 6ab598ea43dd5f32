//! The advice table.
//!
//! Meanings are those of RFC 5321 (replies), RFC 4954 (AUTH), RFC 3463 and its registry (enhanced
//! codes), RFC 7504 (521, 556), RFC 3207 (STARTTLS) and RFC 8314 (TLS for submission); commands and
//! pages are those of the AsyncOS user guide. If a reply can mean several things, so does the
//! advice.

use crate::triage::outcome::ConnectionOutcome::{self, AuthFailed, ConnectionError, TlsFailed};

/// Empty slices match everything. The first row that matches applies.
pub(super) struct AdviceRow {
    pub outcomes: &'static [ConnectionOutcome],
    pub codes: &'static [u16],
    /// Prefixes of enhanced codes.
    pub enhanced: &'static [&'static str],
    /// The text must contain one of them.
    pub words: &'static [&'static str],
    /// With `{profile}`, `{route}`, `{domain}` and `{code}`.
    pub advice: &'static str,
}

const ANY: &[ConnectionOutcome] = &[];
const AUTH: &[ConnectionOutcome] = &[AuthFailed];
const TLS: &[ConnectionOutcome] = &[TlsFailed];
const ERROR: &[ConnectionOutcome] = &[ConnectionError];

/// Outcomes, codes, enhanced codes, words => advice.
macro_rules! rows {
    ($($outcomes:ident $codes:tt $enhanced:tt $words:tt => $advice:literal;)*) => {
        &[$(AdviceRow {
            outcomes: $outcomes,
            codes: &$codes,
            enhanced: &$enhanced,
            words: &$words,
            advice: $advice,
        }),*]
    };
}

pub(super) const ROWS: &[AdviceRow] = rows! {
    // RFC 4954 section 6 and 4; RFC 3463 section 3.8, registry: 5.7.8, 5.7.9, 5.7.11, 4.7.0, 5.7.0.
    AUTH [535] [] []
        => "The remote server refuses the user or password of {profile}: check them (smtpauthconfig, or Network > SMTP Authentication); they may have been changed or locked there.";
    AUTH [534] ["5.7.9"] ["weak", "mechanism"]
        => "The remote server considers the login mechanism too weak: it probably requires TLS first or another mechanism; require TLS for {domain} (destconfig) and ask its operator which mechanism {profile} may use.";
    AUTH [534] [] []
        => "The remote server requires another way to log in, perhaps an app password: ask its operator, then change {profile} (smtpauthconfig).";
    AUTH [530] [] ["starttls", "tls"]
        => "The remote server requires TLS for logins: set TLS to Preferred or Required for {domain} (destconfig) and see with tlsverify why none was used.";
    AUTH [530] [] []
        => "The remote server requires a login, or TLS before it: check that the SMTP route names the right profile (smtproutes, smtpauthconfig) and TLS for {domain} (destconfig).";
    AUTH [538] ["5.7.11"] ["encryption required"]
        => "The remote server requires TLS for this login mechanism: set TLS to Required for {domain} (destconfig).";
    AUTH [432] ["4.7.12"] ["transition"]
        => "The remote server asks for a password transition: log in to that account once by hand or ask its operator, then check {profile} (smtpauthconfig).";
    AUTH [454] ["4.7.0"] ["temporary"]
        => "The remote server cannot check logins for now; the password may be right: inform its operator; when it works again, delivernow sends the waiting mail.";
    AUTH [500, 502, 503, 504] [] []
        => "The remote server offers no login, or not this mechanism: it may not be the server that {profile} is meant for; check the route (smtproutes).";
    AUTH [] [] []
        => "The remote server refused the login of {profile}: read its reply, then check the profile (smtpauthconfig) and the route that uses it (smtproutes).";
    // RFC 3207, RFC 8314; user guide, "Encrypting Communication with Other MTAs".
    TLS [] [] ["certificate", "verify", "expired", "self signed", "self-signed", "unknown ca"]
        => "The remote server's certificate was not accepted: inspect it with tlsverify; its operator must renew it, or TLS for {domain} must be less strict (destconfig).";
    TLS [] [] ["not supported", "unexpected response", "required"]
        => "The remote server no longer offers STARTTLS, or refuses it: test with tlsverify; if mail may be sent unencrypted, set TLS to Preferred for {domain} (destconfig).";
    TLS [] [] ["protocol", "cipher", "handshake", "version"]
        => "The two sides agree on no TLS protocol or cipher: compare what both allow (sslconfig, tlsverify).";
    TLS [] [] []
        => "TLS with the remote server cannot be negotiated: test it with tlsverify and look at TLS for {domain} (destconfig).";
    // RFC 5321 section 4.5.4 and the system's own errors; user guide, "hoststatus", "delivernow".
    ERROR [] [] ["refused"]
        => "{route} refuses connections: its mail server is down or a firewall rejects ours; see hoststatus, test with telnet, and send the waiting mail with delivernow once it answers.";
    ERROR [] [] ["timed out", "timeout"]
        => "{route} does not answer: the host is down or a firewall drops our packets; see hoststatus, test with telnet and traceroute, and send the waiting mail with delivernow once it answers.";
    ERROR [] [] ["unreachable", "no route"]
        => "There is no network path to {route}: check routing and firewall (ping, traceroute), then hoststatus.";
    ERROR [] [] ["reset", "eof", "closed", "broken pipe", "lost"]
        => "{route} closes the connection before a session: it, or a firewall in between, rejects ours; test with telnet and ask its operator whether our address is blocked.";
    ERROR [] [] ["dns", "resolve", "servfail", "nxdomain"]
        => "The name of the destination cannot be resolved: test with nslookup and dnsstatus, then look at the servers of dnsconfig.";
    ERROR [421] [] []
        => "{route} greets with 421: it is not accepting mail, or we open too many connections; limit them for {domain} (destconfig) and see hoststatus.";
    ERROR [] [] []
        => "No session with {route} can be opened: see hoststatus, test with telnet, and send the waiting mail with delivernow once it answers.";
    // RFC 5321 section 4.2; RFC 3463 section 3.8: replies about us, not about a recipient.
    ANY [] [] ["relay access denied", "relaying denied", "relay denied",
        "not permitted to relay", "unable to relay", "relay not permitted"]
        => "The remote server does not relay for us: it requires a login or no longer accepts our address; check the profile of the route (smtproutes, smtpauthconfig) and ask whether our address may relay.";
    ANY [] [] ["blacklist", "blocklist", "block list", "blocked", "spamhaus", "barracuda",
        " rbl", "dnsbl", " listed", "reputation", "banned"]
        => "The remote server blocks our address or our mail: look our address up at the list it names, find who sends too much (tophosts), then ask to be delisted.";
    ANY [450, 451] ["4.7.1", "4.2.0", "4.7.0"] ["greylist", "graylist", "grey list", "try again",
        "try later", "later"]
        => "The remote server defers mail, as greylisting does: the appliance retries by itself; if it continues for hours, ask its operator to allow our address.";
    ANY [530] [] ["starttls", "tls"]
        => "The remote server requires TLS: set TLS to Preferred or Required for {domain} (destconfig) and test with tlsverify.";
    ANY [530, 535] [] []
        => "The remote server requires a login: give the SMTP route a profile (smtpauthconfig, smtproutes).";
    ANY [] [] ["spf", "dkim", "dmarc", "authentication-results", "unauthenticated email"]
        => "The remote server considers our mail unauthenticated (SPF, DKIM or DMARC): check the sending domain's DNS records and signing (domainkeysconfig).";
    ANY [] [] ["ptr", "reverse dns", "reverse lookup", "hostname", "helo", "ehlo"]
        => "The remote server rejects our HELO or reverse DNS name: check the reverse DNS of our sending address and the interface's host name (interfaceconfig).";
    ANY [421] [] []
        => "The remote server accepts no more mail for now (421): limit connections and messages for {domain} (destconfig), see hoststatus; the appliance retries by itself.";
    ANY [] ["4.7.", "4.4."] ["rate", "too many", "throttl", "limit", "exceeded"]
        => "The remote server considers that we send too much at once: limit connections and recipients for {domain} (destconfig).";
    // RFC 3463 section 3.3: 4.2.2 and 5.2.2 mailbox full, 5.2.3 and 5.3.4 too big, 4.3.1 system full.
    ANY [] ["4.2.2", "5.2.2"] ["quota", "full", "mailbox"]
        => "The recipient's mailbox is full: nothing to do here; inform the sender.";
    ANY [523, 552] ["5.2.3", "5.3.4"] []
        => "The remote server accepts no message that large, or its quota is used up: inform the sender, or lower the limit for outgoing mail (Mail Policies).";
    ANY [452] ["4.3.1", "4.5.3"] []
        => "The remote server is out of space or accepts fewer recipients at once: the appliance retries; fewer recipients per message for {domain} may help (destconfig).";
    // RFC 7504.
    ANY [521, 556] ["5.1.10"] []
        => "The domain accepts no mail at all: the address is wrong, or the route leads to the wrong host (smtproutes).";
    ANY [] ["5.1.", "4.1."] ["user unknown", "unknown user", "no such user", "does not exist",
        "mailbox unavailable", "recipient address rejected"]
        => "The remote server does not know the recipient: inform the sender; nothing is wrong with the route.";
    ANY [550, 551, 553] [] ["user unknown", "unknown user", "no such user", "does not exist"]
        => "The remote server does not know the recipient: inform the sender; nothing is wrong with the route.";
    ANY [450, 451] [] []
        => "The remote server cannot accept the mail now ({code}): the appliance retries by itself; see hoststatus, and ask its operator if it continues for hours.";
    ANY [550, 553, 554] ["5.7."] []
        => "The remote server refuses by policy: read its reply, and ask its operator whether our address or the sender is blocked.";
    ANY [550, 551, 552, 553, 554] [] []
        => "The remote server refuses permanently ({code}): read its reply; if it applies to all recipients, check that the route leads to the right host (smtproutes).";
    ANY [] [] ["dns", "mx", "nxdomain", "servfail", "hard error"]
        => "The destination's name cannot be resolved: test with nslookup and dnsstatus.";
    ANY [] [] []
        => "Read the remote server's reply and test the route with telnet; hoststatus lists the waiting mail.";
};
