//! The one table of all fields: the parser, completion, errors, help and the README read it.

use crate::words::words;

words! {
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(crate) enum ValueKind {
        /// Whole numbers: one, a range, a list, comparisons.
        Number = "number",
        /// A number that may have a sign and decimals.
        Score = "score",
        /// Bytes: `512`, `10k`, `5M`.
        Size = "size",
        /// Seconds, or `5m`, `2h`.
        Duration = "duration",
        /// Text, matched whole, with `*` and `?`.
        Name = "name",
        /// Addresses: one, a CIDR block, or with `*` and `?`.
        Address = "address",
        /// One of a few words.
        Word = "word",
        Time = "time",
    }
}

/// A field as it is parsed, completed and explained.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FieldDoc {
    pub field: Field,
    pub name: &'static str,
    /// Other accepted spellings: the keys of the records.
    pub aliases: &'static [&'static str],
    pub kind: ValueKind,
    pub doc: &'static str,
    /// A term that shows its use.
    pub example: &'static str,
    /// The accepted words, at most 16; for names, those that are not from the log.
    pub words: &'static [&'static str],
    pub of: &'static str,
}

impl FieldDoc {
    /// A value of the field, as error messages call it.
    pub(super) fn value_noun(&self) -> &'static str {
        match self.field {
            Field::Auth => "an auth result",
            Field::Result => "a delivery result",
            Field::Dir => "a direction",
            Field::State => "a state",
            Field::End => "a way to end a connection",
            Field::Level => "a log level",
            _ => "a value of this field",
        }
    }
}

impl Field {
    /// The field's row of the table.
    pub(crate) fn doc(self) -> &'static FieldDoc {
        &FIELDS[self as usize]
    }

    /// How queries write it.
    pub(crate) fn name(self) -> &'static str {
        self.doc().name
    }

    /// The field with this name or alias, ignoring case.
    pub(crate) fn find(name: &str) -> Option<Self> {
        let is = |other: &&str| other.eq_ignore_ascii_case(name);
        let mut all = FIELDS.iter();
        let doc = all.find(|doc| is(&doc.name) || doc.aliases.iter().any(is));
        doc.map(|doc| doc.field)
    }

    /// The name closest to a mistyped one, if any is similar.
    pub(crate) fn nearest(name: &str) -> Option<&'static str> {
        nearest(name, FIELDS.iter().map(|doc| doc.name))
    }
}

/// The word closest to a mistyped one, if any is similar.
pub(crate) fn nearest<'w>(typed: &str, words: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    if typed.len() > 32 {
        return None;
    }
    let typed = typed.to_lowercase();
    let near = |word: &'w str| {
        let limit = if typed.len() <= 3 { 1 } else { 2 };
        let distance = strsim::osa_distance(&typed, word);
        let begins = typed.len() >= 3 && word.starts_with(typed.as_str());
        (begins || distance <= limit).then_some((usize::from(!begins) * distance, word))
    };
    words.filter_map(near).min().map(|(_, word)| word)
}

/// The table in Markdown, as the README shows it.
pub(crate) fn markdown() -> String {
    let mut text =
        String::from("| Field | Value | Of | Meaning | Example |\n|---|---|---|---|---|\n");
    for doc in &FIELDS {
        let row = format!(
            "| `{}` | {} | {} | {} | `{}` |\n",
            doc.name,
            doc.kind.word(),
            doc.of,
            doc.doc,
            doc.example
        );
        text.push_str(&row);
    }
    text
}

pub(super) const AUTH: [&str; 3] = ["succeeded", "failed", "none"];
/// The words of `result`, in the order of [`crate::index::DeliveryResult::ALL`].
pub(super) const RESULT: [&str; 5] = ["delivered", "bounced", "delayed", "dropped", "aborted"];
pub(super) const DIR: [&str; 2] = ["inbound", "outbound"];
/// The words of `state`: first those of connections.
pub(super) const STATE: [&str; 10] = [
    "open",
    "closed",
    "queued",
    "delivered",
    "bounced",
    "delayed",
    "dropped",
    "aborted",
    "quarantined",
    "mixed",
];
pub(super) const END: [&str; 4] = ["close", "lost", "aborted", "superseded"];
pub(super) const LEVEL: [&str; 5] = ["critical", "warning", "info", "debug", "trace"];
/// The fixed words of `tls`, beside the names of protocols.
pub(super) const TLS: [&str; 3] = ["success", "failed", "none"];

pub(super) const EVENT: [&str; crate::event::EventKind::NAMES.len()] =
    crate::event::EventKind::NAMES;

const CONNECTION: &str = "connection";
const ATTEMPT: &str = "login";
const DELIVERY: &str = "delivery";
const MESSAGE: &str = "message";
const ANY: &str = "any record";
const ENTRY: &str = "log entry";

macro_rules! fields {
    ($($field:ident $name:literal $aliases:expr, $kind:ident, $of:expr, $words:expr, $doc:literal, $example:literal;)*) => {
        /// A field of the query language.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub(crate) enum Field {
            $(#[doc = $doc] $field,)*
        }

        /// All fields, in the order of the help.
        pub(crate) static FIELDS: [FieldDoc; [$($name),*].len()] = [$(FieldDoc {
            field: Field::$field,
            name: $name,
            aliases: &$aliases,
            kind: ValueKind::$kind,
            doc: $doc,
            example: $example,
            words: &$words,
            of: $of,
        }),*];
    };
}

fields! {
    Icid "icid" [], Number, CONNECTION, [], "injection connection; 0 for messages that the appliance generated", "icid:450..460";
    Dcid "dcid" [], Number, CONNECTION, [], "delivery connection", "dcid:5640";
    Mid "mid" [], Number, MESSAGE, [], "message", "mid:1,2,3";
    Rid "rid" [], Number, MESSAGE, [], "recipient's number inside its message", "rid:>0";
    User "user" [], Name, ATTEMPT, [], "user of a login, as typed", "user:svc-*";
    Auth "auth" [], Word, ATTEMPT, AUTH, "result of a login; `none`: no login attempted", "auth:failed";
    Mechanism "mechanism" ["mech"], Name, ATTEMPT, [], "AUTH mechanism of a login", "mechanism:PLAIN";
    Profile "profile" [], Name, ATTEMPT, [], "SMTP Auth profile, inbound or outbound", "profile:Outbound*";
    Ip "ip" ["remote_ip"], Address, CONNECTION, [], "remote address: one, a CIDR block, or with `*`", "ip:172.16.0.0/12";
    Host "host" ["remote_host"], Name, CONNECTION, [], "remote host's reverse DNS name", "host:*.example.com";
    Port "port" ["remote_port"], Number, CONNECTION, [], "destination port (outbound)", "port:25";
    Interface "interface" ["interface_ip"], Name, CONNECTION, [], "the appliance's interface, by name or address", "interface:IncomingMail";
    Group "group" ["sender_group"], Name, CONNECTION, [], "sender group of the HAT", "group:UNKNOWNLIST";
    Action "action" [], Name, CONNECTION, [], "verdict of the HAT", "action:reject";
    Country "country" [], Name, CONNECTION, [], "country of the remote address", "country:\"Viet Nam\"";
    Sbrs "sbrs" [], Score, CONNECTION, [], "reputation of the remote address, -10 to 10", "sbrs:<-3";
    Tls "tls" [], Name, CONNECTION, TLS, "TLS result or protocol; `none`: not attempted", "tls:TLSv1.2";
    Cipher "cipher" [], Name, CONNECTION, [], "TLS cipher suite", "cipher:*RC4*";
    From "from" [], Name, MESSAGE, [], "envelope sender", "from:*@example.com";
    To "to" [], Name, MESSAGE, [], "envelope recipient", "to:postmaster@*";
    Domain "domain" [], Name, MESSAGE, [], "domain of the sender or of a recipient", "domain:example.com";
    Subject "subject" [], Name, MESSAGE, [], "subject", "subject:\"*your invoice*\"";
    Msgid "msgid" ["message_id"], Name, MESSAGE, [], "Message-ID, with or without its angle brackets", "msgid:*@mail.example.com";
    Size "size" [], Size, MESSAGE, [], "bytes, or `10k`, `5M` (of 1024)", "size:>5M";
    Result "result" [], Word, DELIVERY, RESULT, "result of one delivery attempt for a recipient", "result:bounced";
    Code "code" [], Number, DELIVERY, [], "SMTP reply code to a delivery or a login", "code:500..599";
    Enhanced "enhanced" [], Name, DELIVERY, [], "enhanced status code (RFC 3463) at the start of the reply's text", "enhanced:5.7.*";
    Dir "dir" ["direction"], Word, CONNECTION, DIR, "direction; short forms: `in`, `out`", "dir:out";
    State "state" [], Word, ANY, STATE, "for connections `open` or `closed`; for messages, the delivery state", "state:delayed";
    End "end" [], Word, CONNECTION, END, "how a connection ended", "end:lost";
    Duration "duration" [], Duration, CONNECTION, [], "seconds, or `5m`, `2h`; for an open connection, so far", "duration:>5m";
    Appliance "appliance" [], Name, ANY, [], "syslog host or serial number", "appliance:esa01*";
    Since "since" [], Time, ANY, [], "active at or after: ISO time, `11:50` of the newest day, or `-15m` before the newest entry", "since:-15m";
    Until "until" [], Time, ANY, [], "started at or before; a bare date includes the whole day", "until:11:50";
    At "at" [], Time, ANY, [], "open or in progress at this time; `11:19` is the whole minute", "at:11:19";
    Event "event" [], Name, ENTRY, EVENT, "kind of entry (view `events` only)", "event:auth.*";
    Level "level" [], Word, ENTRY, LEVEL, "level of the entry (view `events` only)", "level:warning";
}

#[cfg(test)]
mod tests;
