//! The classes of replies by their text, the enhanced code and the code; in each table the first row
//! that matches applies. The order of the texts: the route (relay, TLS, login), us (authentication of
//! mail, lists, sender), the recipient, the message, the rest.
//!
//! Meanings are those of RFC 5321 (replies), RFC 3463 and its registry (enhanced codes), RFC 4954
//! (AUTH), RFC 7372 (email authentication), RFC 7504 (521, 556), and of the pages of the providers.

use super::Class::{self, *};

/// For which replies a row is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum When {
    Always,
    /// 4xx.
    Temporary,
    /// All others.
    Permanent,
}

use When::{Always, Permanent, Temporary};

pub(super) struct Texts {
    pub class: Class,
    pub when: When,
    /// Lower case, without other characters than letters and digits. A word of the text begins with
    /// the word here, unless `|` ends it; all parts between ` & ` are in the text.
    pub words: &'static [&'static str],
}

/// Class, when => words.
macro_rules! texts {
    ($($class:ident $when:ident => $words:tt;)*) => {
        &[$(Texts { class: $class, when: $when, words: &$words }),*]
    };
}

pub(super) const TEXTS: &[Texts] = texts! {
    // Postfix words a refusal of the recipient before it; some servers name a list beside it.
    Greylisted Temporary => ["greylist", "graylist", "grey list", "gray list", "greyed"];
    // Google, "SMTP error messages" (4.7.28), Yahoo, "SMTP error codes" (TSS04): they also name DKIM
    // domains, reputation and complaints.
    Throttled Always => ["unusual rate", "unexpected volume", "excessive volume", "high volume of",
        "tss04", "tss05", "ts01|", "ts02|", "ts03|", "rp 001|", "rp 002|", "rp 003|",
        "quota for sending", "sending quota"];
    Throttled Temporary => ["temporarily deferred & complaints", "rate limited due to ip", "service refuse"];
    // A resolver's trouble is no failed check. Rackspace, "SMTP error codes" (G1E).
    Deferred Temporary => ["temporary dmarc dns", "spf temperror", "temporary dns failure & spf",
        "temporary error & spf"];

    // Postfix, sendmail, Exim, qmail, Exchange (5.7.54, 5.7.64), Google Workspace relay, Mimecast.
    Relay Always => ["relay access denied", "relaying denied", "relaying not", "relaying is not",
        "relaying prohibited", "relaying mail to", "relay denied", "relay not", "relay is not",
        "relay prohibited", "relay operation rejected", "relay mail & denied", "unable to relay",
        "cannot relay", "can not relay", "may not relay", "do not relay", "does not relay",
        "don t relay", "not relay for", "permitted to relay", "allowed to relay",
        "authorized to relay", "configured to relay", "denies relay", "no relay", "no relaying",
        "not an open relay", "open relay not", "open relay is not", "insecure mail relay",
        "credentials for relay", "allowed rcpthosts", "don t handle mail for",
        "not handle mail for", "tenantattribution", "relais interdit", "relay rejected",
        "rejected relay", "this host does not accept mail for & domain"];

    // RFC 3207, RFC 5248 (5.7.10); Google (4.7.29), Mimecast, Exchange (5.7.51).
    Tls Always => ["issue a starttls", "issue starttls", "starttls first", "starttls is required",
        "starttls required", "tls required", "tls is required", "requires tls", "require tls",
        "tls encryption required", "requires encryption", "encryption required for rcpt",
        "encryption needed", "senders to use tls", "senders to use a tls", "must use tls",
        "without tls", "tls not available", "tls is not available", "tls currently",
        "tls is unavailable", "wasn t sent over a tls", "restrictdomainstocertificate", "tls version",
        "session encryption is required", "encrypted connection required"];

    // Exchange Online, "Fix issues with Modern Authentication": 535 5.7.139, 550 5.7.30, 530 5.7.57.
    // 5.7.30 is DKIM for Google, so that the text decides.
    Authentication Always => ["basic authentication", "smtpclientauthentication",
        "authentication unsuccessful", "client not authenticated", "client was not authenticated",
        "application specific password", "app password"];

    // Exchange: the recipient takes mail of authenticated senders only.
    Recipient Always => ["resolver rst authrequired", "resolver rst notauthorized",
        "restricted to authenticated", "sendernotauthenticatedfor"];
    // RFC 5322 section 3.6; the header may be DKIM-Signature.
    Message Always => ["duplicate header"];

    // RFC 7208, RFC 6376, RFC 7489, RFC 7372; Google (5.7.26, 5.7.27, 5.7.30, 5.7.32, 5.7.40), Microsoft
    // (5.7.509, 5.7.515), Yahoo (5.7.9), Orange (LPN_401), Mimecast.
    Unauthenticated Always => ["spf", "dkim", "dmarc", "sender policy framework", "domainkeys",
        "unauthenticated", "sender is not authenticated", "sender not authenticated",
        "required authentication level", "authentication checks", "authentication results",
        "email authentication", "message authentication", "senders to authenticate",
        "meet the authentication requirements", "sender id", "not passed validation",
        "not aligned", "arc seal", "spoof"];
    // RFC 7372 (x.7.25), RFC 5321 section 4.1.4; the reverse DNS or HELO name of our address.
    Unauthenticated Always => ["ptr|", "ptrs|", "reverse dns", "reverse hostname", "reverse lookup",
        "reverse name", "rdns", "resolve your hostname", "find your hostname",
        "find your reverse", "find your host name", "no reverse", "invalid hostname",
        "helo command", "helo argument", "helo ehlo", "helo name", "helo host", "helo mismatch",
        "bad helo", "forged helo", "empty helo", "invalid helo", "helo & rejected", "helo & invalid",
        "helo & not", "ehlo argument", "ehlo host", "ehlo name", "ehlo & rejected", "ehlo & invalid", "fcrdns", "forward confirmed", "hostname lookup", "host name is unknown",
        "reverse address", "no dns a record", "unknown client host", "client host rejected & find",
        "generic hostname", "dns ptr"];

    // RFC 4954; Gmail ("Username and Password not accepted"), submission servers.
    Authentication Always => ["authentication failed", "authentication fail", "authentication failure",
        "authentication required", "authentication is required", "authentication credentials",
        "authentication rejected", "authentication denied", "authentication invalid",
        "authentication aborted", "authentication mechanism", "authentication temporarily",
        "requires authentication", "require authentication", "incorrect authentication",
        "invalid authentication", "bad authentication", "failed to authenticate",
        "not authenticate you", "unable to authenticate", "must authenticate", "please authenticate",
        "need to authenticate", "needs to authenticate", "authenticate first", "auth first",
        "auth required", "auth failed", "auth error", "smtp auth", "username and password", "user name or password",
        "username or password", "user or password", "password not accepted", "password incorrect",
        "incorrect password", "invalid password", "wrong password", "bad password",
        "password expired", "password has expired", "password transition", "credentials",
        "login attempts", "login failed", "login fail", "login denied", "login incorrect", "login invalid",
        "invalid login", "log in first", "login first", "must log in", "authenticated sessions",
        "authorization failed", "authorization required", "mechanism is too weak",
        "authentification", "pop before smtp", "encryption required for requested"];

    Tls Always => ["encryption required"];

    // Not a list of addresses: Domino, Notes, MailMarshal.
    Recipient Always => ["not listed in", "not listed in domino", "is not listed & user",
        "recipient & black list of the recipient"];
    // The sender's address on a list of the recipient or its server.
    Sender Always => ["sender address has been blacklisted", "sender address blacklisted",
        "sender blacklisted", "sender is blacklisted", "sender has been blacklisted",
        "sender is in my black", "sender is in my block", "sender is on the block",
        "blacklisted by recipient", "blocked by recipient",
        "email address has been blacklisted", "email address is blacklisted", "banned sender|",
        "bad outbound sender", "blocked sender", "black mail address", "sender is spammer",
        "envelope blocked", "sender account", "sender is blocked", "sender blocked", "sender was blocked"];
    // Links in the message are on a list, not our address: SURBL, URIBL.
    Message Always => ["uribl", "surbl", "blacklisted url", "blocklisted url", "url blacklist",
        "url blocklist", "url in message", "link in the message", "blacklisted link"];
    // The address opens too many sessions: Postfix (anvil), Mimecast, Yahoo.
    Throttled Temporary => ["too many connections", "too many concurrent", "too many simultaneous",
        "too many sessions", "connection rate", "connection limit", "trop de connexions"];

    // DNSBLs (RFC 5782) as Postfix, Exim, Exchange and sendmail word it; Microsoft (S3140, S3150,
    // 5.7.511, 5.7.606), Cisco Talos, Proofpoint, Barracuda, Spamhaus, T-Online, Yahoo (BL21, TSS09),
    // Google (5.7.1 reputation), Orange (OFR_102), Comcast (BL000010), QQ, NetEase (HL:IPB).
    Listed Always => ["dnsbl", "dns bl", "rbl|", "rbls|", "drbl", "attrbl", "spamrl", "blacklist",
        "black list", "blocklist", "block list", "blackhole", "black hole", "denylist", "deny list",
        "blackliste", "spamhaus", "spamcop", "sorbs|", "barracudacentral", "barracuda reputation",
        "senderscore", "manitu", "uceprotect", "abuseat", "mailspike", "psbl", "backscatterer",
        "csi cloudmark", "cloudmark & reset", "senderbase", "talosintelligence",
        "ipcheck proofpoint", "dnsbl lookup", "sender office com", "spamsource", "mail abuse com",
        "rx t online", "ask your postmaster for help"];
    Listed Always => ["reputation", "blocked using", "rejected using", "deferred using",
        "refused using", "is listed", "are listed", "was listed", "been listed", "ip listed",
        "address listed", "host listed", "listed at", "listed by", "listed on", "listed in",
        "listed as", "found on one or more", "due to listing", "s3140", "s3150", "s775",
        "messages from & weren t sent", "messages from & permanently deferred",
        "part of their network", "banned sending ip", "banned & ip|", "ip banned",
        "banned ip", "ip address is blocked", "ip is blocked", "ip blocked", "ip address blocked",
        "ip has been blocked", "ip address has been blocked", "ip address has been rejected",
        "ip was blocked", "ip address was blocked", "ip was rejected", "ip rejected", "ip denied",
        "ip refused", "ip address was rejected", "ip address rejected", "ip address denied",
        "ip address is not allowed", "ip is not allowed", "ip not allowed", "ip not in whitelist",
        "ip is rejected", "ip is hangup", "ip address is rejected", "bad ip", "spam ip", "black ip",
        "invalid ip|", "from your ip & blocked", "from your ip & rejected",
        "from your ip & refused", "from your ip & block", "blocked & your ip address", "blocked & your ip|",
        "blocked & your server", "blocked & your network", "blocked & your mail server",
        "client host & blocked", "client & blocked by", "client host rejected & access denied",
        "client host rejected & abus", "adresse ip & bloqu", "mail server & is blocked",
        "connections will not be accepted", "connections not accepted from",
        "not accepting mail from your ip", "accept mail from dynamic",
        "dynamic ip", "dynamic address", "dialup", "residential ip", "not allowed to connect",
        "no access from mail server", "your access to", "not authorized to send email directly",
        "open proxy", "known spam source", "source of spam", "sending spam", "spam source",
        "spamming ip", "spammer", "too many spams from your ip", "hl ipb", "hl ihu", "dt rbl", "rtr bl", "rtr sc", "rly bl", "con b1",
        "identified as spam source", "host network not allowed", "suspected spam ip",
        "email blocked by", "mail blocked by", "traffic not accepted from this ip",
        "esmtp not accepting connections", "delist"];
    Listed Permanent => ["client host rejected"];

    // policyd-rate-limit and others: "Sender address rejected: rate limit exceeded".
    Throttled Temporary => ["rate limit exceeded", "rate exceeded", "limit exceeded & rate"];
    // RFC 5321 section 3.3, RFC 3463 (x.1.7, x.1.8), RFC 7505; Postfix, Exim, qmail, Exchange (5.7.60).
    Sender Always => ["sender address rejected", "sender rejected", "sender refused", "sender denied",
        "sender address denied", "sender address refused", "sender address is not",
        "sender address does not", "sender address not", "sender address invalid", "sender verif",
        "sender address verif", "sender callout", "sender callback", "verify sender",
        "verification of sender", "sender is invalid", "invalid sender", "bad sender", "forged sender",
        "fake sender", "sender unknown", "unknown sender", "sender not accepted", "sender is rejected",
        "sender was rejected", "sender not allowed", "sender is not allowed", "sender not permitted",
        "sender not pre approved", "sender is unvalidated", "denies the sender", "sender domain",
        "domain of sender", "sender s domain", "sending domain", "unroutable sender",
        "unrouteable sender", "sender & domain does not", "sender & domain not found", "from domain",
        "mail from domain", "mailfrom domain", "mail from invalid", "mail from not owned",
        "invalid mail from", "bogus mail from", "does not resolve", "cannot resolve domain",
        "unable to resolve domain", "unresolvable", "domain does not exist", "domain must exist", "domain name required",
        "domain does not have", "domain name & does not exist", "domain has no", "no mx record for",
        "no valid mx", "mx record for sender", "envelope sender", "envelope from", "from address",
        "return address", "return path", "reply address", "null sender", "null reverse path",
        "empty sender", "empty envelope", "no bounces accepted", "bounces not accepted",
        "third party dsn", "emetteur invalide", "absender", "send as this sender", "sendas",
        "send as denied", "spoofed sender", "not owned by user", "unregistered domain",
        "allowed to send mail from", "not allowed to send from", "not permitted to send from",
        "bounce verification", "batv", "batv validation", "rfc 5321 from", "from header & invalid"];

    // GMX, web.de: it follows "mailbox unavailable" though it refuses the message.
    Policy Permanent => ["reject due to policy"];

    // The mailbox: RFC 3463 (x.2.1, x.2.2); Google (4.2.2), Yahoo, Apple, Orange (OFR_417), GMX.
    Recipient Always => ["over quota", "overquota", "quota exceeded", "quota is exceeded",
        "exceeded quota", "exceeds quota", "exceed quota", "exceeded its quota", "exceeded storage",
        "exceeded & storage quota", "exceeded allowed storage", "exhausted allowed storage",
        "quota full", "quota limit", "quota violation", "disk quota", "mail quota", "mailbox quota",
        "out of storage space", "mailbox full", "mailbox is full", "mailbox is over", "mailbox over",
        "mailbox size limit", "mailbox has exceeded", "mailbox exceed", "mailbox limit",
        "mailbox storage", "mailbox would exceed", "mailbox too large", "full mailbox", "inbox full",
        "inbox is full", "user is full", "account is full", "mail folder is full", "mailfolder is full",
        "boite & pleine", "postfach & voll", "speicherplatz", "speichervolumen", "casella & piena",
        "buzon lleno", "too many messages on the server", "space has been used up",
        "trouble in home directory", "insufficient storage in mailbox"];
    // The user: RFC 5321 (550, 551, 553), RFC 3463 (x.1.1, x.1.6, x.2.1).
    Recipient Always => ["user unknown", "unknown user", "user is unknown", "user not known",
        "user not found", "user not local", "user is not found", "user was not found", "user not exist",
        "user doesn t", "user does not", "user disabled", "user is disabled", "user inactive",
        "user is inactive", "user not active", "user is not active", "user suspended",
        "user is suspended", "user is locked", "user hangup", "user rejected", "user invalid",
        "user s email name is not found", "user is terminated", "inactive user", "invalid user",
        "disabled user", "no such", "nonexistent", "non existent", "not a known user", "not a valid user",
        "not a valid recipient", "not a valid mailbox", "not a local", "not our customer",
        "not an active", "no mailbox", "no mail box", "no account", "no recipient", "no one at this",
        "no user", "no valid recipients", "recipient unknown", "unknown recipient", "recipient not",
        "recipient is not", "recipient no longer", "recipient does not", "recipient doesn t",
        "recipient was not", "recipient rejected", "recipient invalid", "recipient is unknown",
        "recipient has been disabled", "recipient disabled", "recipient is disabled",
        "recipient inactive", "recipient suspend", "recipient account", "invalid recipient",
        "bad recipient", "rcpt is rejected", "badrcptto", "validrcptto", "badrecipient",
        "recipientnotfound", "archived recipient", "recipient archived",
        "could not be found & recipient"];
    Recipient Always => ["mailbox unavailable", "mailbox is unavailable", "mailbox currently",
        "mailbox temporarily", "mailbox not", "mailbox is not", "mailbox does not", "mailbox doesn t",
        "mailbox disabled", "mailbox is disabled", "mailbox busy", "mailbox is busy", "mailbox locked",
        "mailbox is locked", "mailbox in use", "mailbox inactive", "mailbox is inactive",
        "mailbox suspended", "mailbox is frozen", "mailbox unknown", "mailbox invalid",
        "mailbox has moved", "mailbox for & unavailable", "unknown mailbox", "invalid mailbox",
        "bad mailbox", "deactivated mailbox", "unavailable mail user", "account disabled",
        "account is disabled", "account has been", "account unavailable", "account inactive",
        "account is inactive", "account suspended", "account is suspended", "account closed",
        "account is closed", "account expired", "account is locked", "account is not",
        "account does not", "account doesn t", "account not", "account unknown", "account that you",
        "inactive account", "expired account", "disabled account", "unknown account",
        "invalid account", "is disabled & email account", "currently suspended",
        "address does not exist", "address doesn t exist", "address unknown", "address is unknown",
        "unknown address", "address not found", "address could not be found", "address not present",
        "addressee unknown", "addressee", "address no longer", "address invalid", "address is invalid",
        "address is not valid", "invalid address", "bad destination", "inactive email",
        "illegal alias", "unknown local", "local part", "unrouteable address", "unroutable address",
        "unrouteable mail", "no longer valid", "no longer available", "no longer accept",
        "no longer on server", "no longer in use", "no longer active", "does not exist at",
        "does not exist here", "does not exist on", "does not have a & account", "doesn t have a",
        "cannot be delivered & account", "does not accept mail & domain", "is not accepting any mail",
        "has been disabled", "does not like recipient", "banned recipient", "not subscribed",
        "members only", "mailing list", "recipient preferences", "by the recipient",
        "recipient s server settings", "refuses to accept your mail", "delivery restriction",
        "host domain does not accept mail", "domain does not accept mail", "null mx",
        "resolver adr"];
    // The same in other languages.
    Recipient Always => ["benutzer nicht", "benutzer unbekannt", "unbekannter benutzer",
        "empfanger unbekannt", "unbekannter empf", "adresse nicht gefunden", "utilisateur inconnu",
        "destinataire", "usuario desconocido", "usuario no", "no existe", "utente sconosciuto",
        "usuario inexistente", "nessun utente"];

    // RFC 5321 (552), RFC 3463 (x.2.3, x.3.4, x.5.2, x.6.x): its size and its form.
    Message Always => ["message size", "message is too", "message too", "message length",
        "message exceed", "message exceeds", "message exceeded", "message larger", "message big",
        "mail size", "mail too large", "mail too big", "mail is too large", "email is too large",
        "email too large", "email size", "too large", "too big", "size limit", "size exceed",
        "maximum size", "maximum allowed size", "maximum message size", "mailsize limit", "taille limite",
        "recipsizelimit", "number of attachments", "line too long", "too long line",
        "lines longer", "line length", "bare lf", "bare line feed", "bare newline", "8bit",
        "rfc compliant", "rfc 5322", "rfc 2822", "rfc5322", "rfc2822", "malformed", "header|", "headers|", "multiple from", "missing date", "mime error", "too many hops",
        "too many received", "hop count", "hop limit", "exceeded & hops", "mail loop", "mail loops", "loops back",
        "routing loop", "loop detected", "message expired", "delivery expired", "smuggling"];
    // To protect users from spam, Google and Yahoo defer what is no spam.
    Throttled Temporary => ["rate limit", "rate limited", "slow down"];
    // Its content: Postfix content filters, amavis, SpamAssassin, Cloudmark, Google (5.7.1 unsolicited,
    // 552 5.7.0), Orange (OFR_506), QQ, Barracuda, Mail.ru, OVH.
    Message Always => ["spam", "antispam", "anti spam", "junk", "junkmail", "unsolicited", "bulk mail",
        "bulk email", "virus", "viruses", "antivirus", "malware", "malicious", "infected", "phish",
        "trojan", "content", "attachment", "attachments", "banned file", "executable", "macro|",
        "file type", "filetype", "suspicious due to the", "this message is likely",
        "message looks like", "message filtered",
        "permanent failure for one or more recipients", "security issue", "security risk", "dlp",
        "data loss", "spamassassin", "rspamd", "score of", "mail score", "spam score", "profanity", "advertis", "mail rejete",
        "mail rejected ofr", "dt spm", "abusive message", "harmful", "scam", "fraud"];

    // RFC 3463 (x.5.3, 4.4.5, x.7.28); Google (4.2.1, 4.7.0), Microsoft (4.7.500, 4.7.650, RP-00x), Apple,
    // GMX, Orange (OFR_104), QQ, NetEase (HL:ICC, RP:DRC), Comcast (RL0000), Rackspace (G2, G28).
    Throttled Always => ["rate limit", "rate limiting", "rate exceed", "rate exceeded", "rate of",
        "rate too", "rate that prevents", "at a rate", "sending rate", "message rate",
        "submission rate", "ratelimit", "too many messages", "too many mails", "too many emails",
        "too many recipients", "too many invalid recipients", "too many unknown",
        "too many concurrent", "too many connections", "too many simultaneous", "too many sessions",
        "too many requests", "too many transactions", "too many errors", "too many deliveries",
        "too many rcpt", "too many mail", "too much mail", "too much email", "too many",
        "too fast", "too quickly", "too frequent", "too often", "slow down", "slower", "throttl",
        "concurrent connections", "concurrent sessions", "thread limit", "concurrency limit",
        "frequency limited", "frequency of", "daily limit", "hourly limit", "per hour", "per minute",
        "per day", "sending limit", "sending quota", "exceeded the maximum", "exceeds the maximum",
        "exceeded maximum", "exceeded & limit", "limit exceeded", "limit reached", "limit has been reached",
        "limits exceeded", "exceeded permitted limits", "exceeding receiving limits",
        "maximum number of", "max number of", "max connections", "max message per connection",
        "max messages", "maximum connections", "maximum messages", "excessive", "volume",
        "hl icc", "hl ifc", "hl rep", "hl mep", "rl000", "ofr 104",
        "rly b1", "dyn t", "unusual amount", "tenant has exceeded", "out of allow rcpt", "user complaints",
        "zu viele", "trop de"];

    // RFC 6647 (greylisting); postgrey, milter-greylist, Exim, Mimecast ("Internal resources are
    // temporarily unavailable" is its greylisting).
    Greylisted Temporary => ["postgrey", "grey|", "come back", "try again in", "try in|", "retry in|", "retry after", "try later in",
        "again in|", "please retry in", "try again after", "wait at least", "wait & seconds",
        "wait & minutes", "early retry", "first time sender", "first attempt", "not yet authorized",
        "internal resources are temporarily unavailable", "intentelo mas tarde", "tempfailed",
        "delaying"];

    // RFC 3463 (4.3.1), RFC 5321 (452); Exchange (back pressure), Postfix, Exim.
    Resources Temporary => ["insufficient", "out of memory", "out of disk", "out of space", "disk full",
        "disk is full", "disk space", "disk usage", "no space left", "system storage", "storage",
        "system resources", "not enough", "low on resources", "resources temporarily", "resource",
        "back pressure", "overload", "load average", "system load", "load too high", "load is too high",
        "too busy", "server is busy", "server busy", "system is busy", "spool", "queue full",
        "queue is full", "queue file", "queue unavailable", "file write error", "write error",
        "file system full"];

    // The recipient of a refusal that names no other reason: Postfix access tables, Exchange (5.4.1).
    Recipient Permanent => ["recipient address rejected", "address rejected", "user & does not exist",
        "mailbox & does not exist", "recipient & does not exist", "recipient & not found",
        "user & not found", "account & does not exist", "recipient & access denied",
        "verify recipient", "recipient verif", "recipient address & invalid", "does not exist", "do not exist"];
    // Refusals of us that would pass for a recipient's by their code.
    Policy Permanent => ["policy", "policies", "prohibit", "access denied", "not accept mail from",
        "accept mail from", "not accepting mail", "accepting mail from", "blocked", "banned",
        "rejected for", "go away", "not authorized", "not authorised", "not welcome", "protocol violation", "protocol error",
        "transaction failed", "administrativ", "security", "forbidden", "service refuse",
        "service unavailable", "service not available", "permission", "refused to accept"];
};

/// The appliance's own errors: of its resolver, of the system, of TLS.
pub(super) const OWN: &[Texts] = texts! {
    // The bounce profile's limits (5.4.7), and the appliance's own limit of size.
    Message Always => ["delivery expired", "message expired", "too old", "too big", "too large"];
    Dns Always => ["dns soft", "dns temporary", "servfail"];
    Recipient Always => ["dns hard", "nxdomain", "bad destination host"];
    Dns Always => ["dns", "nameserver", "resolver", "resolve", "resolution"];
    Tls Always => ["tls", "ssl", "starttls", "certificate", "handshake", "dane|", "tlsa", "mta sts",
        "verify error"];
    Authentication Always => ["authentication", "smtp auth"];
};

/// Enhanced codes, without their first number: `7, 1` is x.7.1.
pub(super) struct Codes {
    pub class: Class,
    pub when: When,
    pub subject: u16,
    /// From, to.
    pub details: (u16, u16),
}

/// Class, when => subject, from, to.
macro_rules! codes {
    ($($class:ident $when:ident => $subject:literal . $from:literal - $to:literal;)*) => {
        &[$(Codes { class: $class, when: $when, subject: $subject, details: ($from, $to) }),*]
    };
}

pub(super) const ENHANCED: &[Codes] = codes! {
    // RFC 3463 section 3.2: the sender's address. Exchange Online, 5.1.90: daily limit of recipients.
    Sender Always => 1 . 7 - 8;
    Throttled Always => 1 . 90 - 90;
    Recipient Always => 1 . 0 - 999;
    Message Always => 2 . 3 - 3;
    Recipient Always => 2 . 0 - 999;
    Message Always => 3 . 4 - 4;
    Resources Temporary => 3 . 0 - 999;
    // No such domain: Exchange (5.4.4, 5.4.310).
    Recipient Permanent => 4 . 4 - 4;
    Recipient Permanent => 4 . 310 - 310;
    // A mail loop; expired.
    Message Always => 4 . 6 - 7;
    Throttled Temporary => 4 . 5 - 5;
    Throttled Always => 5 . 3 - 3;
    Message Always => 6 . 0 - 999;
    // Exchange Online, "NDRs in Exchange Online"; list expansion (RFC 3463).
    Recipient Always => 7 . 2 - 2;
    Authentication Always => 7 . 8 - 8;
    Tls Always => 7 . 10 - 10;
    // RFC 4954.
    Authentication Always => 7 . 11 - 12;
    // RFC 7372; Google, "SMTP error messages" for 27 to 40.
    Unauthenticated Always => 7 . 20 - 27;
    Throttled Always => 7 . 28 - 28;
    Tls Always => 7 . 29 - 29;
    Unauthenticated Always => 7 . 30 - 40;
    Tls Always => 7 . 51 - 51;
    Relay Always => 7 . 54 - 54;
    Authentication Always => 7 . 57 - 57;
    Sender Always => 7 . 60 - 60;
    Relay Always => 7 . 64 - 64;
    Recipient Permanent => 7 . 124 - 136;
    Authentication Always => 7 . 139 - 139;
    Throttled Temporary => 7 . 500 - 699;
    Sender Permanent => 7 . 501 - 503;
    Recipient Permanent => 7 . 504 - 505;
    Unauthenticated Permanent => 7 . 506 - 506;
    Throttled Permanent => 7 . 508 - 508;
    Unauthenticated Permanent => 7 . 509 - 509;
    Listed Permanent => 7 . 511 - 511;
    Message Permanent => 7 . 512 - 512;
    Listed Permanent => 7 . 513 - 513;
    Unauthenticated Permanent => 7 . 515 - 515;
    Listed Permanent => 7 . 606 - 649;
    Throttled Always => 7 . 705 - 705;
    Listed Permanent => 7 . 708 - 708;
    Sender Permanent => 7 . 750 - 750;
    Throttled Temporary => 7 . 850 - 899;
};

/// The class by the code alone.
pub(super) fn by_code(code: u16, has_enhanced: bool) -> Class {
    match code {
        421 => Throttled,
        // RFC 4954.
        432 | 454 | 530 | 534 | 535 | 538 => Authentication,
        452 => Resources,
        400..500 => Deferred,
        // RFC 5321, RFC 7504 (556).
        550 | 551 | 553 if !has_enhanced => Recipient,
        556 => Recipient,
        523 | 552 => Message,
        _ => Policy,
    }
}
