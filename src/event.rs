//! Events: what one log entry reports, parsed without memory of other entries.
//!
//! [`parse_entry`] dispatches on the first word of the text behind the [header](crate::header), by
//! prefix and position. It never searches a whole line, because half of every line is written by
//! strangers. Each line family has its own file with sample lines; fields borrow from the line.
//! Sessions, and everything else that joins entries, belong to [`crate::index`].
//!
//! Parsing never fails: an unknown text becomes [`Event::Unknown`] with the ids of its fixed head.

mod auth;
mod connection;
mod delivery;
mod entry;
mod fields;
mod kind;
mod lineage;
mod message;
mod parse;
mod policy;
mod reply;
pub(crate) mod scan;
mod subscription;
mod system;
mod template;
mod templates;
mod tls;

#[cfg(test)]
mod tests;

pub use auth::AuthTrouble;
pub use connection::CloseReason;
pub use delivery::{Attempt, ConnectionError, DeliveryOutcome};
pub use entry::Entry;
pub use fields::{Value, listener};
pub use kind::EventKind;
pub use lineage::Lineage;
pub use parse::parse_entry;
pub(crate) use parse::parse_run;
pub use policy::Policy;
pub use reply::{Reply, enhanced_code};
pub use scan::Rids;
pub use system::unknown_shape;
pub use template::{Ids, Template};
pub use templates::MessageEffect;
pub use tls::{REQUIRED as TLS_REQUIRED, Tls};

/// Declares an id newtype of the appliance.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u64);
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}
id! {
    /// Injection connection id. 0 is no connection: the appliance made the message itself.
    Icid
}
id! {
    /// Delivery connection id. 0 is no connection: none came about.
    Dcid
}
id! {
    /// Message id.
    Mid
}
id! {
    /// Recipient id: the number of a recipient inside its message, from 0.
    Rid
}

/// The connection that a line speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ConnId {
    /// An injection connection.
    In(Icid),
    /// A delivery connection.
    Out(Dcid),
}

impl ConnId {
    /// Whether there is such a connection: an id of 0 names none.
    #[inline]
    pub(crate) fn is_one(self) -> bool {
        match self {
            Self::In(icid) => icid.0 > 0,
            Self::Out(dcid) => dcid.0 > 0,
        }
    }
}

/// One entry, taken apart.
///
/// Events go from thread to thread by the million: the few with many fields are read in full only
/// by those who ask.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Event<'a> {
    /// `Begin Logfile`
    LogBegin,
    /// `Version: 15.0.0-104 SN: 4229C84B5E7C0D1A2B3C-0123456789AB`
    LogVersion {
        /// The AsyncOS release.
        version: &'a [u8],
        /// The serial number: the name space of the ids in this file.
        serial: &'a [u8],
    },
    /// `Time offset from UTC: -14400 seconds`
    LogOffset {
        /// Seconds to add to UTC to get the log's local time.
        seconds: i64,
    },
    /// `End Logfile` and `Logfile rolled over`
    LogEnd,

    /// `New SMTP ICID n interface …`
    ConnectionOpen {
        /// The new connection.
        icid: Icid,
        /// Listener interface as written: `IncomingMail (192.0.2.25)`.
        interface: &'a [u8],
        /// The peer's address.
        remote_ip: &'a [u8],
        /// The peer's reverse DNS name; `None` where the log says `unknown`.
        host: Option<&'a [u8]>,
        /// Whether the name leads back to the address.
        verified: bool,
    },
    /// `New SMTP DCID n interface …`
    DeliveryOpen {
        /// The new connection.
        dcid: Dcid,
        /// The appliance's own address.
        interface_ip: &'a [u8],
        /// The destination's address.
        remote_ip: &'a [u8],
        /// The destination's port; not written before AsyncOS 4.6.
        port: Option<u16>,
    },
    /// A connection's end: `ICID n close`, `DCID n close`, `ICID n lost`, `killed`, `disconnected`.
    End {
        /// The connection.
        link: ConnId,
        /// How the log words it.
        word: CloseReason,
    },
    /// `ICID n Receiving Failed: why`
    ReceivingFailed {
        /// The connection.
        icid: Icid,
        /// The appliance's reason.
        reason: &'a [u8],
    },
    /// `ICID n ACCEPT SG group match what SBRS score country name`
    Hat {
        /// The connection.
        icid: Icid,
        /// The verdict as written, to be read by [`Policy::parse`].
        text: &'a [u8],
    },
    /// `ICID n TLS …` and `DCID n TLS …`
    Tls {
        /// The connection.
        link: ConnId,
        /// What follows the word `TLS`, to be read by [`Tls::parse`].
        text: &'a [u8],
    },
    /// `SMTP Auth: (ICID n) succeeded for user: …`
    AuthIn {
        /// The connection.
        icid: Icid,
        /// Whether the login succeeded.
        succeeded: bool,
        /// The user as typed by the peer.
        user: &'a [u8],
        /// `PLAIN`, `LOGIN`, …
        mechanism: &'a [u8],
        /// The appliance's SMTP Auth profile.
        profile: &'a [u8],
    },
    /// A login that failed for a reason of the appliance's own: `SMTP Auth (ICID n) could not reach
    /// forwarding server …`
    AuthTrouble {
        /// The connection.
        icid: Icid,
        /// What kept the login from being checked.
        trouble: AuthTrouble,
        /// The user, where the line names one.
        user: Option<&'a [u8]>,
        /// The SMTP Auth profile, where the line names one.
        profile: Option<&'a [u8]>,
        /// The log's words.
        text: &'a [u8],
    },
    /// `DCID: n IP: ip SMTP authentication using the profile …`
    AuthOut {
        /// The connection.
        dcid: Dcid,
        /// The far end's address.
        remote_ip: &'a [u8],
        /// The appliance's outgoing SMTP Auth profile.
        profile: &'a [u8],
        /// `None` when it succeeded, else the far end's words.
        failure: Option<Reply<'a>>,
    },
    /// `Connection Error: …`
    ConnectionError {
        /// The connection.
        dcid: Dcid,
        /// The whole line, to be read by [`ConnectionError::parse`].
        text: &'a [u8],
    },

    /// `Start MID m ICID n`
    MessageStart {
        /// The message.
        mid: Mid,
        /// Its connection; 0 where the appliance made the message.
        icid: Icid,
    },
    /// `MID m ICID n From: <a>`
    MessageFrom {
        /// The message.
        mid: Mid,
        /// Its connection, where the line names it.
        icid: Option<Icid>,
        /// The envelope sender without angle brackets.
        from: &'a [u8],
    },
    /// `MID m ICID n RID r To: <a>`
    MessageTo {
        /// The message.
        mid: Mid,
        /// Its connection, where the line names it.
        icid: Option<Icid>,
        /// The recipient's number; some copies leave it out.
        rid: Option<Rid>,
        /// The envelope recipient without angle brackets.
        to: &'a [u8],
    },
    /// `MID m ICID n To: <a> Rejected by RAT`
    RecipientRejected {
        /// The message.
        mid: Mid,
        /// Its connection, where the line names it.
        icid: Option<Icid>,
        /// The envelope recipient without angle brackets.
        to: &'a [u8],
        /// What refused it.
        by: &'a [u8],
    },
    /// `MID m Message-ID '<…>'`
    MessageId {
        /// The message.
        mid: Mid,
        /// As written, with its angle brackets.
        id: &'a [u8],
    },
    /// `MID m Subject '…'`
    Subject {
        /// The message.
        mid: Mid,
        /// Without the quotes around it.
        text: &'a [u8],
    },
    /// `MID m ready n bytes from <a>`
    Ready {
        /// The message.
        mid: Mid,
        /// Bytes of the message.
        size: u64,
        /// The envelope sender without angle brackets.
        from: &'a [u8],
    },
    /// `MID m matched all recipients for per-recipient policy p in the inbound table`
    PolicyMatch {
        /// The message.
        mid: Mid,
        /// The mail policy's name.
        policy: &'a [u8],
        /// `inbound`, `outbound`, or empty where older releases do not say.
        table: &'a [u8],
    },
    /// `MID m [interim verdict] using engine: CASE spam negative`, `MID m antivirus negative`
    Verdict {
        /// The message.
        mid: Mid,
        /// `CASE`, `antivirus`, `SPF`, …
        engine: &'a [u8],
        /// The engine's words.
        verdict: &'a [u8],
        /// Whose it is; interim verdicts, which are not the last word, are
        /// [`EventKind::VerdictInterim`].
        kind: EventKind,
    },
    /// `MID m SDR: …`
    SenderReputation {
        /// The message.
        mid: Mid,
        /// What follows `SDR: `.
        text: &'a [u8],
    },
    /// `MID m queued for delivery`
    Queued {
        /// The message.
        mid: Mid,
    },
    /// `Message aborted MID m why`
    MessageAborted {
        /// The message.
        mid: Mid,
        /// Why, in the appliance's words.
        why: &'a [u8],
    },
    /// `Message finished MID m done`; not a delivery
    MessageFinished {
        /// The message.
        mid: Mid,
        /// `done` or `aborted`.
        how: &'a [u8],
    },
    /// `MID 515 was generated for bounce of MID 511`, `MID 2 rewritten to 3 by antispam` and their
    /// relatives
    Derived {
        /// How the one came of the other.
        lineage: Lineage,
        /// The message it comes from.
        parent: Mid,
        /// The new message.
        child: Mid,
        /// What made it.
        by: &'a [u8],
    },

    /// `Delivery start DCID d MID m to RID [0, 1]`
    DeliveryStart {
        /// The connection.
        dcid: Dcid,
        /// The message.
        mid: Mid,
        /// Its recipients on this connection.
        rids: Rids<'a>,
    },
    /// `Message done DCID d MID m to RID [0, 1]`
    Delivered {
        /// The connection.
        dcid: Dcid,
        /// The message.
        mid: Mid,
        /// The recipients that the far end accepted.
        rids: Rids<'a>,
    },
    /// `MID m RID [0] Response '2.0.0 Ok: queued as …'`
    Response {
        /// The message.
        mid: Mid,
        /// The recipients it was said for.
        rids: Rids<'a>,
        /// The far end's words without the quotes around them.
        text: &'a [u8],
    },
    /// `Bounced: …`, `Delayed: …`, `Deleted: …`
    Attempt {
        /// What the line decides.
        outcome: DeliveryOutcome,
        /// The connection; 0 where none came about, `None` where the line names none.
        dcid: Option<Dcid>,
        /// The message.
        mid: Mid,
        /// The whole line, to be read by [`Attempt::parse`].
        text: &'a [u8],
    },

    /// A line that a template reads: it decides little or nothing.
    Template {
        /// Its row in the table of shapes.
        template: &'static Template,
        /// The ids of its fixed words.
        ids: Ids,
        /// The whole line.
        text: &'a [u8],
    },

    /// An entry of no known shape, with the ids of its fixed head.
    Unknown {
        /// The ids it names there.
        ids: Ids,
        /// The whole line.
        text: &'a [u8],
    },
}

impl Event<'_> {
    /// When among the entries of one second it is to be taken in: a relay shuffles lines within a
    /// second, and a file says whose ids it holds in its first one. Connections are opened before
    /// messages are started on them.
    #[inline]
    pub fn apply_order(&self) -> ApplyOrder {
        match self {
            Self::ConnectionOpen { .. } | Self::DeliveryOpen { .. } | Self::LogVersion { .. } => {
                ApplyOrder::Connections
            }
            Self::MessageStart { .. } => ApplyOrder::Messages,
            _ => ApplyOrder::Others,
        }
    }
}

/// The order in which the entries of one second are taken in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ApplyOrder {
    /// Openings of connections.
    Connections,
    /// Starts of messages.
    Messages,
    /// All else.
    Others,
}
