//! The advice table.
//!
//! Meanings are those of RFC 5321, RFC 3463 and its registry, RFC 4954 (AUTH), RFC 3207 (STARTTLS),
//! RFC 7372 and RFC 7504, and of the pages that a row names; commands are those of the AsyncOS user
//! guide. If a reply can mean several things, so does the advice.

use crate::judge::class::Class::{self, *};

/// The first row of the class that has no condition, or one of whose conditions holds, applies.
pub(super) struct AdviceRow {
    pub class: Class,
    pub codes: &'static [u16],
    pub enhanced: &'static [&'static str],
    /// In the text, in lower case.
    pub words: &'static [&'static str],
    /// With `{profile}`, `{route}`, `{domain}`, `{address}` and `{list}`.
    pub advice: &'static str,
}

/// Class, codes, enhanced codes, words => advice.
macro_rules! rows {
    ($($class:ident $codes:tt $enhanced:tt $words:tt => $advice:literal;)*) => {
        &[$(AdviceRow {
            class: $class,
            codes: &$codes,
            enhanced: &$enhanced,
            words: &$words,
            advice: $advice,
        }),*]
    };
}

pub(super) const ROWS: &[AdviceRow] = rows! {
    // Exchange Online, "Authenticated client SMTP submission" and "Deprecation of Basic authentication";
    // the row of the password comes first, because its reply has the same code.
    Authentication [] [] ["credentials were incorrect", "user credentials"]
        => "Exchange Online refuses the user or password of {profile}, or a rule of the tenant (Conditional Access) forbids the login from {address}. Check them there, then here (smtpauthconfig).";
    Authentication [] ["5.7.139"] ["smtpclientauthentication", "basic authentication is disabled"]
        => "Exchange Online has switched off password logins for this tenant or mailbox (off by default for existing tenants at the end of December 2026): it is that setting and not the password of {profile}. Have it enabled there (Set-CASMailbox, SmtpClientAuthenticationDisabled), or relay by a connector that trusts {address} and take the profile from the route (smtproutes).";
    Authentication [] [] ["basic authentication is not supported"]
        => "Exchange Online no longer takes password logins for client submission: no password of {profile} will work. Relay by a connector that trusts {address} and take the profile from the route (smtproutes), or use another service for this mail.";
    Authentication [] ["5.7.57"] ["client not authenticated", "client was not authenticated"]
        => "Exchange takes mail here only after a login, and there was none or it was refused just before: see the login of the same connection. Give the route its profile (smtproutes, smtpauthconfig), or use a connector that trusts {address}.";
    // Google, "Sign in with app passwords".
    Authentication [] [] ["application-specific password", "app password"]
        => "The account needs an app password, because it has two-step verification. Create one there and enter it in {profile} (smtpauthconfig).";
    // RFC 4954 sections 4 and 6.
    Authentication [454] ["4.7.0"] ["temporary"]
        => "The remote server cannot check logins for now, so the password of {profile} may be right: inform its operator. The appliance retries; use delivernow only once logins succeed again.";
    Authentication [] ["4.7.12"] ["transition"]
        => "The remote server asks for a password transition: log in to that account once by hand or ask its operator. Then check {profile} (smtpauthconfig).";
    Authentication [538] ["5.7.11"] ["encryption required", "starttls"]
        => "The remote server requires TLS before this login: set TLS to Required for {domain} (destconfig) and test it with tlsverify.";
    Authentication [] [] ["too weak", "mechanism"]
        => "The remote server does not accept this login mechanism: require TLS for {domain} (destconfig), and ask its operator which mechanism {profile} may use.";
    Authentication [530] [] ["authentication required", "authentication is required", "must authenticate"]
        => "The remote server requires a login: give the SMTP route of {domain} a profile (smtproutes, smtpauthconfig), or have its operator allow {address} without one.";
    Authentication [500, 502, 503, 504] [] []
        => "The remote server offers no login, or not this mechanism: it may not be the server that {profile} is meant for. Check the route (smtproutes) and test it with telnet.";
    Authentication [] [] []
        => "The remote server refuses the user or password of {profile}: they may be wrong, changed or locked there. Check them (smtpauthconfig, or Network > SMTP Authentication).";

    // Exchange Online, "NDR 5.7.64"; Google, "SMTP relay service error messages".
    Relay [] ["5.7.64"] ["tenantattribution"]
        => "Exchange Online finds no inbound connector for {address} or for its certificate. Have the tenant's connector changed, or send from the address that it names (interfaceconfig, altsrchost).";
    Relay [] [] ["credentials for relay", "mail relay denied"]
        => "Google's relay does not know {address} or the sender's domain: add them to the SMTP relay service of the Workspace account, or give the route a profile (smtproutes).";
    Relay [] [] []
        => "{route} does not relay for us: it requires a login, or no longer accepts {address}, or does not serve {domain}. Check the route and its profile (smtproutes, smtpauthconfig), and ask its operator.";

    // RFC 3207, RFC 8314; user guide, "Encrypting Communication with Other MTAs".
    Tls [] [] ["certificate", "verify", "expired", "self signed", "self-signed", "unknown ca"]
        => "The certificate of {route} was not accepted: inspect it with tlsverify. Its operator must renew it, or TLS for {domain} must be less strict (destconfig).";
    Tls [530] ["5.7.0", "5.7.10"] ["starttls", "tls required", "requires encryption", "must use tls"]
        => "{route} takes mail only over TLS, or offers it no longer: test it with tlsverify. Set TLS for {domain} to what it can do, to Preferred only if mail may be sent unencrypted (destconfig).";
    Tls [] [] ["protocol", "cipher", "handshake", "version", "ssl"]
        => "The two sides agree on no TLS protocol or cipher: compare what both allow (sslconfig, tlsverify).";
    Tls [] [] ["dane", "tlsa", "mta-sts"]
        => "The certificate does not match what the DNS of {domain} publishes (DANE): test it with daneverify and inform its operator. Until then, DANE for {domain} can be made less strict (destconfig).";
    Tls [] [] []
        => "TLS with {route} cannot be negotiated: test it with tlsverify and look at TLS for {domain} (destconfig).";

    // RFC 5321 section 4.5.4 and the system's own errors; user guide, "hoststatus", "delivernow".
    Unreachable [] [] ["refused"]
        => "{route} refuses connections: its mail server is down or a firewall rejects ours; test it with telnet. Its mail waits (hoststatus {domain}); use delivernow only once it answers.";
    Unreachable [] [] ["timed out", "timeout"]
        => "{route} does not answer: it is down or a firewall drops our packets; test it with telnet and traceroute. Its mail waits (hoststatus {domain}); use delivernow only once it answers.";
    Unreachable [] [] ["unreachable", "no route", "network is down"]
        => "There is no network path to {route}: check routing and firewall (ping, traceroute, interfaceconfig).";
    Unreachable [] [] ["reset", "eof", "closed", "broken pipe", "lost", "errno 0"]
        => "{route} closes the connection before it replies: it, or a firewall in between, rejects ours. Test it with telnet and ask its operator whether {address} is blocked.";
    Unreachable [421] [] []
        => "{route} greets with 421: it is not accepting mail, or we open too many connections. Limit them for {domain} (destconfig) and see hoststatus.";
    Unreachable [] [] []
        => "No session with {route} can be opened: test it with telnet and see hoststatus {domain}. Use delivernow only once it answers.";

    // User guide, "dnsconfig", "dnsstatus", "dnsflush".
    Dns [] [] ["unable to reach nameserver", "any valid interface", "timeout", "timed out"]
        => "The DNS servers of the appliance do not answer: check them and the way to them (dnsconfig, dnsstatus, ping).";
    Dns [] [] []
        => "The name of {domain} cannot be resolved: test with nslookup. If other names fail too, check our DNS servers (dnsconfig, dnsstatus); else its own do not answer, and the appliance retries.";

    // Microsoft, Outlook.com Postmaster and the delist portal; the pages of the lists.
    Listed [] [] ["s3140", "s3150", "s775", "part of their network"]
        => "Outlook.com blocks {address} or its network: find and stop what sends unwanted mail (topin), then ask for delisting with Microsoft's sender support form (olcsupport.office.com).";
    Listed [] [] ["banned sending ip", "sender.office.com"]
        => "Exchange Online has banned {address}: find and stop what sends unwanted mail (topin), then delist it at sender.office.com.";
    Listed [] ["5.7.511"] ["delist@messaging.microsoft.com"]
        => "Exchange Online has banned {address}: find and stop what sends unwanted mail (topin), then forward the reply to delist@messaging.microsoft.com.";
    Listed [] ["5.7.513"] ["customer block list"]
        => "The recipient's organization blocks {address} by its own list: only its administrator can remove it.";
    Listed [] [] ["rx.t-online.de"]
        => "T-Online does not know {address} or blocks it: write to the address in its reply. It wants a reverse DNS name of our own domain and an imprint behind it.";
    Listed [] [] ["very low reputation"]
        => "Google finds the reputation of {address} or of our domain low: find who sends unwanted mail (topin), stop it, and watch Postmaster Tools. It recovers only with wanted mail.";
    Listed [] [] ["sending mta's poor reputation", "your access to"]
        => "A Cisco gateway refuses {address} for its reputation: look it up at talosintelligence.com, find and stop what sends unwanted mail (topin), then open a reputation ticket there.";
    Listed [] [] ["proofpoint"]
        => "Proofpoint blocks {address}: find and stop what sends unwanted mail (topin), then ask for its release at ipcheck.proofpoint.com.";
    Listed [] [] ["barracuda"]
        => "Barracuda's list has {address}: find and stop what sends unwanted mail (topin), then ask for removal at barracudacentral.org.";
    Listed [] [] ["spamhaus"]
        => "Spamhaus lists {address}: look up why at check.spamhaus.org, stop the cause (topin shows who sends most), then ask for removal there.";
    Listed [] [] []
        => "{address} is on {list}: look up why, stop the cause (topin shows who sends most), then ask for removal. Until then mail can leave by another address (altsrchost).";

    // Google, "Email sender guidelines"; Microsoft, "550 5.7.515".
    Unauthenticated [] ["5.7.515"] ["required authentication level"]
        => "Outlook.com requires SPF, DKIM and DMARC of domains that send much: the reply says which failed. Publish SPF with {address} and a DMARC record, and sign with DKIM for the From domain (domainkeysconfig).";
    Unauthenticated [] ["5.7.25", "4.7.25", "4.7.23"] ["ptr", "reverse", "rdns", "find your host", "resolve your host"]
        => "{address} has no reverse DNS name that leads back to it: have it set by who owns the address, the same as the host name of the interface (interfaceconfig).";
    Unauthenticated [] ["5.7.506"] ["helo", "ehlo"]
        => "The remote server rejects our HELO name: set the interface's host name to one that resolves to {address} (interfaceconfig).";
    Unauthenticated [] ["5.7.509", "5.7.40", "4.7.40", "5.7.32", "4.7.32"] ["dmarc"]
        => "DMARC fails: neither SPF nor DKIM passes for the domain in From. Sign with DKIM for that domain (domainkeysconfig), and let its SPF record include {address}.";
    Unauthenticated [] ["5.7.26", "4.7.26"] ["either spf or dkim", "unauthenticated"]
        => "The remote server takes no mail without SPF or DKIM: let the SPF record of the sender's domain include {address}, and sign with DKIM (domainkeysconfig).";
    Unauthenticated [] ["5.7.30", "4.7.30", "5.7.20", "5.7.21", "5.7.22"] ["dkim"]
        => "The DKIM signature is missing or does not verify: check the signing profile (domainkeysconfig) and its public key in the DNS, and that nothing changes the message after signing.";
    Unauthenticated [] [] []
        => "SPF fails for the sender's domain: its record must include {address}. For mail that is forwarded, have the sender rewritten or the message signed with DKIM (domainkeysconfig).";

    // RFC 5321 section 3.3, RFC 3463 (x.1.7, x.1.8).
    Sender [] ["5.7.60"] ["send as", "sendas", "not owned by"]
        => "The account of {profile} may not send as this sender: allow it there (Send As), or use another profile for this sender's mail.";
    Sender [] ["5.1.8", "4.1.8"] ["does not exist", "not found", "does not resolve", "unresolvable", "verif"]
        => "The remote server cannot resolve or verify the sender's domain or address: check its MX and A records (nslookup). If the domain is not public, masquerade it (listenerconfig).";
    Sender [] [] []
        => "The remote server refuses the sender, not the route: see which senders it refuses and why, and correct or block them.";

    // Google, 4.7.28 and 4.2.1; Yahoo, TSS04; Microsoft, 4.7.500 (TAC 213342), 4.7.650, RP-001.
    Throttled [] ["4.7.500"] ["server busy. please try again later from"]
        => "Exchange Online slows {address} down because it is new there or sends more than usual: limit connections and recipients for {domain} (destconfig); the appliance retries. If it lasts for days, ask the recipient's administrator or Microsoft to allow the address (TAC 213342).";
    Throttled [] ["4.7.650", "4.7.652"] ["rate limited due to ip", "rp-00"]
        => "Outlook.com limits {address} for its reputation or volume: find who sends most (topin), and limit connections and recipients for {domain} (destconfig). Enrol the address in SNDS to see complaints.";
    Throttled [] ["4.7.28", "5.7.28"] ["unusual rate", "unsolicited mail originating"]
        => "Google defers because of the rate of unsolicited mail from {address} or the domain that its reply names: find who sends most (topin) and stop bulk mail or a compromised account. Limit recipients for {domain} (destconfig); it passes by itself, and delivernow makes it worse.";
    Throttled [] [] ["tss0", "[ts0", "user complaints"]
        => "Yahoo defers mail of {address} for its volume or complaints of users: find who sends most (topin), and limit connections and recipients for {domain} (destconfig). It passes within hours; delivernow makes it worse.";
    Throttled [] ["5.1.90", "5.7.705", "5.7.508"] ["daily limit", "tenant has exceeded"]
        => "The account or tenant has sent as much as it may: it is blocked until the limit is raised or the day is over. Find who sends so much (topin), perhaps a compromised account.";
    Throttled [] [] ["receiving mail at a rate", "receiving mail too quickly"]
        => "One recipient gets more mail than its provider allows: find what sends so much to it, perhaps a loop or alerts. Other recipients of {domain} are not concerned.";
    Throttled [452] ["4.5.3", "5.5.3"] ["too many recipients"]
        => "{route} takes fewer recipients of one message at once: the appliance sends the others with its next attempt. If they wait long, limit the recipients for {domain} (destconfig).";
    Throttled [] [] ["connections", "concurrent", "sessions", "connection rate", "connexions"]
        => "{route} allows fewer connections at once: set Concurrent Connections for {domain} below its limit (destconfig), per MX host if it has several.";
    Throttled [] [] []
        => "{route} considers that we send too much, or accepts no more mail for now: limit connections and recipients for {domain} (destconfig), see hoststatus {domain}. The appliance retries by itself.";

    // RFC 6647.
    Greylisted [] [] []
        => "Greylisting: the first attempt of an unknown sender is deferred, and the appliance retries by itself. If it goes on for hours, ask the operator of {domain} to allow {address}.";
    Deferred [] [] []
        => "{route} cannot take the mail now: the appliance retries by itself (hoststatus {domain}). Ask its operator if it goes on for hours.";

    // RFC 3463 (4.3.1); Exchange, "Understanding back pressure".
    Resources [] ["4.3.1"] ["insufficient", "system resources", "storage", "disk", "space"]
        => "{route} is out of disk space or memory (Exchange: back pressure): inform its operator. Its mail waits (hoststatus {domain}); use delivernow only once it accepts again.";
    Resources [] [] []
        => "{route} has trouble of its own or is overloaded: inform its operator if it goes on. The appliance retries by itself (hoststatus {domain}).";

    // RFC 3463 (x.1.x, x.2.x), RFC 7504, RFC 7505.
    Recipient [] ["4.2.2", "5.2.2"] ["quota", "full", "storage"]
        => "The recipient's mailbox is full: inform the sender; nothing is wrong with the route.";
    Recipient [] [] ["dns hard", "nxdomain", "bad destination host", "domain not found", "non-existent domain"]
        => "The recipient's domain does not exist, mostly a typing error: inform the sender; deleterecipients removes what still waits for it.";
    Recipient [521, 556] ["5.1.10"] ["null mx", "does not accept mail"]
        => "The domain accepts no mail, or has no such mailbox: the address is wrong, or the route leads to the wrong host (smtproutes).";
    Recipient [] ["5.4.1"] []
        => "Exchange Online knows no such recipient in this domain: inform the sender. If all recipients of {domain} are refused, it is not set up there, or the route leads to the wrong host (smtproutes).";
    Recipient [] [] ["disabled", "inactive", "suspended", "closed", "no longer", "locked"]
        => "The recipient's mailbox is closed or disabled: inform the sender; nothing is wrong with the route.";
    Recipient [] [] []
        => "The remote server does not know or not allow the recipient: inform the sender; nothing is wrong with the route.";

    // RFC 3463 (x.2.3, x.3.4, x.4.6, x.4.7).
    Message [523, 552] ["5.2.3", "5.3.4"] ["too large", "too big", "size exceeds", "size limit"]
        => "{route} accepts no message that large: inform the sender, or lower the limit for outgoing mail (mail flow policy, Max. Message Size).";
    Message [] ["5.4.7", "4.4.7"] ["expired", "too old"]
        => "The message waited as long as the bounce profile allows: look for why {domain} could not be reached before (hoststatus {domain}). Its time is set with bounceconfig.";
    Message [] ["5.4.6", "4.4.6"] ["hops", "loop"]
        => "The message goes in a circle: check whether the route of {domain} leads back to us (smtproutes), and forwarding at the recipient.";
    Message [] [] []
        => "The remote server refuses the content of the message: read its reply and show it to the sender. If one sender has many, look whether its account is compromised.";

    Policy [] ["5.7.510"] ["ipv6"]
        => "The remote server takes no mail over IPv6: let mail to {domain} leave by IPv4 (interfaceconfig, destconfig).";
    Policy [] [] []
        => "{route} refuses by a rule of its own: read its reply, and ask its operator whether {address} or the sender is blocked.";
};
