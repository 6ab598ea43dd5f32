//! Parses delivery results of recipients, and delivery connections that failed.
//!
//! ```text
//! Delivery start DCID 5640 MID 448 to RID [0] · Message done DCID 5640 MID 448 to RID [0, 1] [('X-SBRS', '3.5')]
//! Bounced: DCID 5640 MID 448 to RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 …'])
//! Bounced: DCID 8413617 MID 19338947 From: <a> To: <b> RID 0 - 5.4.7 - Delivery expired (message too old) ('000', ['timeout'])
//! Delayed: DCID: 4370 Message 10800 to 0 - 4.4.0 - Other network problem ('000', ['[Errno 54] Connection reset by peer']) []
//! Deleted: MID 3 to [0] · Double bounce: MID 12 to 0 - 5.1.0 - Unknown address error 501-'5.5.4 Invalid Address'
//! Connection Error: DCID 63 domain: d.example IP: 192.0.2.3 port: 25 details: [Errno 0] Error interface: 192.0.2.1 reason: network error
//! ```

use memchr::memmem;

use super::scan::{Delimiter, Rids, address, id, number, split_first};
use super::{Dcid, Event, EventKind, Mid, Reply};

/// The result of a `Bounced:`, `Delayed:`, `Deleted:` or `Double bounce:` line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DeliveryOutcome {
    /// Refused permanently.
    Bounced,
    /// Will be retried.
    Delayed,
    /// Removed from the queue by an administrator.
    Deleted,
    /// A bounce message that was itself refused permanently.
    DoubleBounced,
}

impl DeliveryOutcome {
    pub(crate) fn kind(self) -> EventKind {
        match self {
            Self::Bounced => EventKind::DeliveryBounced,
            Self::Delayed => EventKind::DeliveryDelayed,
            Self::Deleted => EventKind::DeliveryDeleted,
            Self::DoubleBounced => EventKind::DeliveryDoubleBounce,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct FailedAttempt<'a> {
    pub outcome: DeliveryOutcome,
    /// 0 if no connection was established, `None` if the line has no DCID.
    pub dcid: Option<Dcid>,
    pub mid: Mid,
    pub rids: Rids<'a>,
    /// Sender and recipient; only newer releases write them.
    pub envelope: Option<(&'a [u8], &'a [u8])>,
    /// The appliance's classification: `5.1.0 - Unknown address error`.
    pub class: &'a [u8],
    /// The remote server's reply.
    pub reply: Option<Reply<'a>>,
}

/// A delivery connection that failed before the first message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ConnectionError<'a> {
    pub dcid: Dcid,
    /// The recipients' domain; missing in older releases.
    pub domain: Option<&'a [u8]>,
    pub remote_ip: Option<&'a [u8]>,
    pub port: Option<u16>,
    /// The error of the operating system or the reply of the remote server.
    pub details: Option<&'a [u8]>,
    pub interface_ip: Option<&'a [u8]>,
    /// The text after `reason: `, or the text before the DCID.
    pub reason: Option<&'a [u8]>,
}

impl<'a> ConnectionError<'a> {
    /// Parses a line of any release. `details` is free text: keys before it are searched from the
    /// left, keys after it from the right.
    pub(crate) fn parse(body: &'a [u8]) -> Option<Self> {
        let rest = body.strip_prefix(b"Connection Error: ")?;
        let at = memmem::find(rest, b"DCID")?;
        let words = rest[..at].trim_ascii();
        let (dcid, rest) = id(&rest[at..], b"DCID")?;
        let (head, tail) =
            split_first(rest, b"details: ").map_or((rest, None), |(head, tail)| (head, Some(tail)));
        let (details, interface_ip, reason) = tail.map_or((None, None, None), details);
        Some(Self {
            dcid: Dcid(dcid),
            domain: value(head, b"domain: "),
            remote_ip: value(head, b"IP: "),
            port: value(head, b"port: ")
                .and_then(number)
                .and_then(|(port, _)| u16::try_from(port).ok()),
            details,
            interface_ip,
            reason: reason.or((!words.is_empty()).then_some(words)),
        })
    }

    /// The reason, else the details.
    pub(crate) fn cause(&self) -> &'a [u8] {
        self.reason.or(self.details).unwrap_or(b"")
    }
}

/// `Delivery start DCID d MID m to RID [0]`
pub(super) fn start(body: &[u8]) -> Option<Event<'_>> {
    let (dcid, rest) = id(body.strip_prefix(b"Delivery start ")?, b"DCID")?;
    let (dcid, (mid, rids, _)) = (Dcid(dcid), message_and_rids(rest)?);
    Some(Event::DeliveryStart { dcid, mid, rids })
}

/// `Message done DCID d MID m to RID [0]`; logged headers may follow.
pub(super) fn done(body: &[u8]) -> Option<Event<'_>> {
    let (dcid, rest) = id(body.strip_prefix(b"Message done ")?, b"DCID")?;
    let (dcid, (mid, rids, _)) = (Dcid(dcid), message_and_rids(rest)?);
    Some(Event::Delivered { dcid, mid, rids })
}

/// `MID m to RID [0]`, `MID m to [0]`, `Message m to 0`, and what follows.
#[inline]
fn message_and_rids(rest: &[u8]) -> Option<(Mid, Rids<'_>, &[u8])> {
    let (mid, rest) = id(rest, b"MID").or_else(|| id(rest, b"Message"))?;
    let rest = rest.strip_prefix(b"to ")?;
    let (rids, rest) = Rids::parse(rest.strip_prefix(b"RID ").unwrap_or(rest))?;
    Some((Mid(mid), rids, rest))
}

/// `Bounced: …`, `Delayed: …` and `Deleted: …`
pub(super) fn attempt(body: &[u8]) -> Option<Event<'_>> {
    let attempt = FailedAttempt::parse(body)?;
    Some(Event::Attempt {
        outcome: attempt.outcome,
        dcid: attempt.dcid,
        mid: attempt.mid,
        text: body,
    })
}

const OUTCOMES: [(&[u8], DeliveryOutcome); 4] = [
    (b"Bounced: ", DeliveryOutcome::Bounced),
    (b"Delayed: ", DeliveryOutcome::Delayed),
    (b"Deleted: ", DeliveryOutcome::Deleted),
    (b"Double bounce: ", DeliveryOutcome::DoubleBounced),
];

impl<'a> FailedAttempt<'a> {
    pub(crate) fn parse(body: &'a [u8]) -> Option<Self> {
        let (outcome, rest) = OUTCOMES
            .iter()
            .find_map(|(head, outcome)| Some((*outcome, body.strip_prefix(*head)?)))?;
        let with_dcid = id(rest, b"DCID").map(|(dcid, rest)| (Some(Dcid(dcid)), rest));
        let (dcid, rest) = with_dcid.unwrap_or((None, rest));
        let (rest, reply) = split_reply(rest);
        let (mid, rids, envelope, class) = recipients(rest)?;
        Some(Self {
            outcome,
            dcid,
            mid,
            rids,
            envelope,
            class,
            reply,
        })
    }

    /// Whether the appliance gave up because the message was too old (5.4.7, delivery expired).
    pub(crate) fn is_expired(&self) -> bool {
        self.class.starts_with(b"5.4.7")
    }
}

/// The reply at the line's end. Addresses before it and the reply itself are written by strangers:
/// the first tuple that extends to the end of the line is the reply, because inside a reply every
/// quote is escaped.
fn split_reply(text: &[u8]) -> (&[u8], Option<Reply<'_>>) {
    const TUPLE: Delimiter<'_> = Delimiter::new(b" ('");
    TUPLE
        .find_iter(text)
        .find_map(|at| Some((&text[..at], Some(Reply::parse(&text[at + 1..])?))))
        .or_else(|| Reply::old(text).map(|(head, reply)| (head, Some(reply))))
        .unwrap_or((text, None))
}

type Recipients<'a> = (Mid, Rids<'a>, Option<(&'a [u8], &'a [u8])>, &'a [u8]);

const RID: Delimiter<'_> = Delimiter::new(b" RID ");
const TO: Delimiter<'_> = Delimiter::new(b" To: ");

/// `Message 3993 to 0 - …`, `MID 4 to RID 0 - …` or `MID 4 From: <a> To: <b> RID 0 - …`
fn recipients(rest: &[u8]) -> Option<Recipients<'_>> {
    if let Some((mid, rids, tail)) = message_and_rids(rest) {
        return Some((mid, rids, None, tail.strip_prefix(b" - ").unwrap_or(tail)));
    }
    let (mid, rest) = id(rest, b"MID")?;
    let rest = rest.strip_prefix(b"From: ")?;
    // After the last RID come only the appliance's own words.
    let (envelope, tail) = RID.split_last(rest)?;
    let (rids, tail) = Rids::parse(tail)?;
    let (from, to) = TO.split_last(envelope)?;
    let class = tail.strip_prefix(b" - ").unwrap_or(tail);
    Some((Mid(mid), rids, Some((address(from), address(to))), class))
}

pub(super) fn connection_error(body: &[u8]) -> Option<Event<'_>> {
    let ConnectionError { dcid, .. } = ConnectionError::parse(body)?;
    Some(Event::ConnectionError { dcid, text: body })
}

type Details<'a> = (Option<&'a [u8]>, Option<&'a [u8]>, Option<&'a [u8]>);

const REASON: Delimiter<'_> = Delimiter::new(b" reason: ");
const INTERFACE: Delimiter<'_> = Delimiter::new(b" interface: ");

fn details(tail: &[u8]) -> Details<'_> {
    let either = |(head, tail)| (head, Some(tail));
    let (tail, reason) = REASON.split_last(tail).map_or((tail, None), either);
    let (details, interface) = INTERFACE.split_last(tail).map_or((tail, None), either);
    (
        Some(details.trim_ascii()),
        interface.map(<[u8]>::trim_ascii),
        reason.map(<[u8]>::trim_ascii),
    )
}

/// The word after a key in the fixed head.
fn value<'a>(head: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let at = memmem::find(head, key)? + key.len();
    let word = &head[at..];
    let end = word.iter().position(|b| *b == b' ').unwrap_or(word.len());
    (end > 0).then_some(&word[..end])
}
