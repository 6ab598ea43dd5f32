//! Parses one log entry into an event, without state from other entries.
//!
//! [`parse_entry`] dispatches on the first word of the text after the [header](crate::header), by
//! prefix and position. It never searches a whole line, because half of every line is written by
//! strangers. Each line family has its own file with sample lines; fields borrow from the line.
//! Correlating entries is left to [`crate::index`].
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

pub(crate) use connection::CloseReason;
pub(crate) use delivery::{ConnectionError, DeliveryOutcome, FailedAttempt};
pub(crate) use entry::Entry;
pub(crate) use fields::{Value, listener};
pub(crate) use kind::EventKind;
pub(crate) use lineage::Lineage;
pub(crate) use parse::parse_entry;
pub(crate) use parse::parse_run;
pub(crate) use policy::Policy;
pub(crate) use reply::{Reply, enhanced_code};
pub(crate) use scan::Rids;
pub(crate) use system::unknown_shape;
pub(crate) use template::{EntryIds, Template};
pub(crate) use templates::MessageEffect;
pub(crate) use tls::{REQUIRED as TLS_REQUIRED, Tls};

/// Declares the appliance's ids.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(crate) struct $name(pub u64);
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}
ids! {
    /// ID of an injection connection. 0 is none: the appliance made the message itself.
    Icid;
    /// ID of a delivery connection. 0 is none: no connection was established.
    Dcid;
    Mid;
    /// The number of a recipient in its message, from 0.
    Rid;
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum ConnId {
    In(Icid),
    Out(Dcid),
}

impl ConnId {
    /// Whether it identifies a connection: an id of 0 does not.
    #[inline]
    pub(crate) fn is_one(self) -> bool {
        match self {
            Self::In(icid) => icid.0 > 0,
            Self::Out(dcid) => dcid.0 > 0,
        }
    }
}

/// A parsed entry.
///
/// The type must stay small, because millions of events are copied between stages. Variants with
/// many rare fields keep the text, and a consumer parses the fields on demand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Event<'a> {
    /// `Begin Logfile`
    LogBegin,
    /// `Version: 15.0.0-104 SN: 4229C84B5E7C0D1A2B3C-0123456789AB`
    LogVersion {
        version: &'a [u8],
        /// The appliance's serial number: ids in this file are unique per serial number.
        serial: &'a [u8],
    },
    /// `Time offset from UTC: -14400 seconds`
    LogOffset { seconds: i64 },
    /// `End Logfile` and `Logfile rolled over`
    LogEnd,

    /// `New SMTP ICID n interface …`
    ConnectionOpen {
        icid: Icid,
        /// Listener interface as written: `IncomingMail (192.0.2.25)`.
        interface: &'a [u8],
        remote_ip: &'a [u8],
        /// The peer's reverse DNS name; `None` for `unknown`.
        host: Option<&'a [u8]>,
        verified: bool,
    },
    /// `New SMTP DCID n interface …`
    DeliveryOpen {
        dcid: Dcid,
        interface_ip: &'a [u8],
        remote_ip: &'a [u8],
        /// Not written before AsyncOS 4.6.
        port: Option<u16>,
    },
    /// `ICID n close`, `DCID n close`, `ICID n lost`, `killed`, `disconnected`
    End { link: ConnId, word: CloseReason },
    /// `ICID n Receiving Failed: why`
    ReceivingFailed { icid: Icid, reason: &'a [u8] },
    /// `ICID n ACCEPT SG group match what SBRS score country name`
    Hat {
        icid: Icid,
        /// Input of [`Policy::parse`].
        text: &'a [u8],
    },
    /// `ICID n TLS …` and `DCID n TLS …`
    Tls {
        link: ConnId,
        /// Input of [`Tls::parse`].
        text: &'a [u8],
    },
    /// `SMTP Auth: (ICID n) succeeded for user: …`
    AuthIn {
        icid: Icid,
        succeeded: bool,
        /// As typed by the peer.
        user: &'a [u8],
        /// `PLAIN`, `LOGIN`, …
        mechanism: &'a [u8],
        profile: &'a [u8],
    },
    /// A login that failed for a reason of the appliance's own: `SMTP Auth (ICID n) could not reach
    /// forwarding server …`
    AuthTrouble {
        icid: Icid,
        kind: EventKind,
        user: Option<&'a [u8]>,
        profile: Option<&'a [u8]>,
        text: &'a [u8],
    },
    /// `DCID: n IP: ip SMTP authentication using the profile …`
    AuthOut {
        dcid: Dcid,
        remote_ip: &'a [u8],
        profile: &'a [u8],
        /// The reply of the remote server; `None` after success.
        failure: Option<Reply<'a>>,
    },
    ConnectionError {
        dcid: Dcid,
        /// The whole line, input of [`ConnectionError::parse`].
        text: &'a [u8],
    },

    /// `Start MID m ICID n`
    MessageStart {
        mid: Mid,
        /// 0 if the appliance made the message.
        icid: Icid,
    },
    /// `MID m ICID n From: <a>`
    MessageFrom {
        mid: Mid,
        icid: Option<Icid>,
        /// The envelope sender without angle brackets.
        from: &'a [u8],
    },
    /// `MID m ICID n RID r To: <a>`
    MessageTo {
        mid: Mid,
        icid: Option<Icid>,
        /// Missing in some copies of a log.
        rid: Option<Rid>,
        /// The envelope recipient without angle brackets.
        to: &'a [u8],
    },
    /// `MID m ICID n To: <a> Rejected by RAT`
    RecipientRejected {
        mid: Mid,
        icid: Option<Icid>,
        /// The envelope recipient without angle brackets.
        to: &'a [u8],
        by: &'a [u8],
    },
    /// `MID m Message-ID '<…>'`
    MessageId {
        mid: Mid,
        /// With its angle brackets.
        id: &'a [u8],
    },
    /// `MID m Subject '…'`
    Subject {
        mid: Mid,
        /// Without the surrounding quotes.
        text: &'a [u8],
    },
    /// `MID m ready n bytes from <a>`
    Ready {
        mid: Mid,
        size: u64,
        /// The envelope sender without angle brackets.
        from: &'a [u8],
    },
    /// `MID m matched all recipients for per-recipient policy p in the inbound table`
    PolicyMatch {
        mid: Mid,
        policy: &'a [u8],
        /// `inbound`, `outbound`, or empty in older releases.
        table: &'a [u8],
    },
    /// `MID m [interim verdict] using engine: CASE spam negative`, `MID m antivirus negative`
    Verdict {
        mid: Mid,
        /// `CASE`, `antivirus`, `SPF`, …
        engine: &'a [u8],
        verdict: &'a [u8],
        /// Whose it is; interim verdicts, which are not the last word, are
        /// [`EventKind::VerdictInterim`].
        kind: EventKind,
    },
    /// `MID m SDR: …`
    SenderReputation {
        mid: Mid,
        /// What follows `SDR: `.
        text: &'a [u8],
    },
    /// `MID m queued for delivery`
    Queued { mid: Mid },
    /// `Message aborted MID m why`
    MessageAborted { mid: Mid, why: &'a [u8] },
    /// `Message finished MID m done`; not a delivery
    MessageFinished {
        mid: Mid,
        /// `done` or `aborted`.
        how: &'a [u8],
    },
    /// `MID 515 was generated for bounce of MID 511`, `MID 2 rewritten to 3 by antispam` and their
    /// the like
    Derived {
        lineage: Lineage,
        parent: Mid,
        child: Mid,
        by: &'a [u8],
    },

    /// `Delivery start DCID d MID m to RID [0, 1]`
    DeliveryStart {
        dcid: Dcid,
        mid: Mid,
        rids: Rids<'a>,
    },
    /// `Message done DCID d MID m to RID [0, 1]`
    Delivered {
        dcid: Dcid,
        mid: Mid,
        /// The recipients that the remote server accepted.
        rids: Rids<'a>,
    },
    /// `MID m RID [0] Response '2.0.0 Ok: queued as …'`
    Response {
        mid: Mid,
        rids: Rids<'a>,
        /// The remote server's text without the surrounding quotes.
        text: &'a [u8],
    },
    /// `Bounced: …`, `Delayed: …`, `Deleted: …`
    Attempt {
        outcome: DeliveryOutcome,
        /// 0 if no connection was established, `None` if the line has no DCID.
        dcid: Option<Dcid>,
        mid: Mid,
        /// The whole line, input of [`FailedAttempt::parse`].
        text: &'a [u8],
    },

    /// A rare line, parsed by a template.
    Template {
        template: &'static Template,
        ids: EntryIds,
        text: &'a [u8],
    },

    /// A line that no parser or template matches, with the ids at its start.
    Unknown { ids: EntryIds, text: &'a [u8] },
}

impl Event<'_> {
    /// Its turn among the entries of one second. A relay may reorder lines within a second, so the
    /// serial number and openings of connections are applied first, then starts of messages.
    #[inline]
    pub(crate) fn apply_order(&self) -> ApplyOrder {
        match self {
            Self::ConnectionOpen { .. } | Self::DeliveryOpen { .. } | Self::LogVersion { .. } => {
                ApplyOrder::Connections
            }
            Self::MessageStart { .. } => ApplyOrder::Messages,
            _ => ApplyOrder::Others,
        }
    }
}

/// The order in which the entries of one second are applied to the index.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum ApplyOrder {
    Connections,
    Messages,
    Others,
}
