//! Parses lines of a message from its start to its end, without its deliveries.
//!
//! ```text
//! Start MID 4 ICID 450
//! MID 4 ICID 450 From: <a@example.com> · MID 4 ICID 450 RID 0 To: <b@example.org>
//! MID 4 ICID 450 To: <c@example.org> Rejected by RAT
//! MID 4 Message-ID '<1@example.com>' · MID 4 Subject 'Hello' · MID 4 ready 5674 bytes from <a@example.com>
//! MID 4 matched all recipients for per-recipient policy DEFAULT in the inbound table
//! MID 4 interim verdict using engine: CASE spam negative · MID 4 antivirus negative · MID 4 SPF: … · MID 4 DKIM: …
//! MID 4 queued for delivery
//! MID 4 RID [0] Response '2.0.0 Ok: queued as 4CA1'
//! Message aborted MID 4 Dropped by CASE · Message finished MID 4 done
//! ```

use super::scan::{Delimiter, Rids, address, id, number, unquoted};
use super::{Event, EventKind, Icid, Mid, Rid, lineage};

/// `Start MID m ICID n`; a message by the appliance may have a reason: `ICID 0 (ISQ Notification)`.
pub(super) fn start(body: &[u8]) -> Option<Event<'_>> {
    let (mid, rest) = id(body.strip_prefix(b"Start ")?, b"MID")?;
    let (icid, _) = id(rest, b"ICID")?;
    Some(Event::MessageStart {
        mid: Mid(mid),
        icid: Icid(icid),
    })
}

/// `Message finished MID m done` and `Message aborted MID m why`
pub(super) fn of_message(body: &[u8]) -> Option<Event<'_>> {
    let rest = body.strip_prefix(b"Message ")?;
    if let Some(rest) = rest.strip_prefix(b"finished ") {
        let (mid, how) = id(rest, b"MID")?;
        return Some(Event::MessageFinished { mid: Mid(mid), how });
    }
    let (mid, why) = id(rest.strip_prefix(b"aborted ")?, b"MID")?;
    Some(Event::MessageAborted { mid: Mid(mid), why })
}

/// `MID m …`
pub(super) fn of_mid(body: &[u8]) -> Option<Event<'_>> {
    let (mid, rest) = id(body, b"MID")?;
    let mid = Mid(mid);
    let mut event = match rest.first() {
        Some(b'I') => envelope(mid, rest),
        Some(b'R') => response(mid, rest),
        Some(b'M') => rest.strip_prefix(b"Message-ID ").map(|id| {
            let id = unquoted(id);
            Event::MessageId { mid, id }
        }),
        Some(b'S') => subject(mid, rest),
        Some(b'F' | b'T') => recipient(mid, None, rest),
        _ => state(mid, rest),
    };
    if event.is_none() {
        event = match rest.first() {
            Some(b'R') => recipient(mid, None, rest),
            Some(b'S') => verdict(mid, rest),
            _ => lineage::of_mid(mid, rest),
        };
    }
    event
}

fn envelope(mid: Mid, rest: &[u8]) -> Option<Event<'_>> {
    let (icid, rest) = id(rest, b"ICID")?;
    recipient(mid, Some(Icid(icid)), rest)
}

/// `From: <a>`, `RID 0 To: <a>`, `To: <a> Rejected by RAT`
fn recipient(mid: Mid, icid: Option<Icid>, rest: &[u8]) -> Option<Event<'_>> {
    // Mail by the appliance has sender and recipients in one line; a template parses it.
    if icid.is_none() && rest.ends_with(b" total recipients") {
        return None;
    }
    if let Some(from) = rest.strip_prefix(b"From: ") {
        let from = address(from);
        return Some(Event::MessageFrom { mid, icid, from });
    }
    let (rid, rest) = match id(rest, b"RID") {
        Some((rid, rest)) => (Some(Rid(rid)), rest),
        None => (None, rest),
    };
    let to = rest.strip_prefix(b"To: ")?;
    // An accepted address ends with its bracket, a rejection with its cause: the address itself may
    // contain the words of a rejection.
    if rid.is_none()
        && !to.ends_with(b">")
        && let Some((to, by)) = REJECTED.split_last(to)
    {
        return Some(Event::RecipientRejected {
            mid,
            icid,
            to: to.strip_prefix(b"<").unwrap_or(to),
            by,
        });
    }
    Some(Event::MessageTo {
        mid,
        icid,
        rid,
        to: address(to),
    })
}

const REJECTED: Delimiter<'_> = Delimiter::new(b"> Rejected by ");

fn response(mid: Mid, rest: &[u8]) -> Option<Event<'_>> {
    let (rids, rest) = Rids::parse(rest.strip_prefix(b"RID ")?)?;
    let text = unquoted(rest.strip_prefix(b" Response ")?);
    Some(Event::Response { mid, rids, text })
}

fn subject(mid: Mid, rest: &[u8]) -> Option<Event<'_>> {
    // Some copies of a log strip trailing blanks of an empty subject.
    if rest == b"Subject" {
        return Some(Event::Subject { mid, text: b"" });
    }
    if let Some(text) = rest.strip_prefix(b"Subject ") {
        let text = unquoted(text);
        return Some(Event::Subject { mid, text });
    }
    rest.strip_prefix(b"SDR: ")
        .map(|text| Event::SenderReputation { mid, text })
}

fn state(mid: Mid, rest: &[u8]) -> Option<Event<'_>> {
    match rest.first()? {
        b'q' if rest == b"queued for delivery" => Some(Event::Queued { mid }),
        b'r' => {
            let (size, rest) = number(rest.strip_prefix(b"ready ")?)?;
            let from = address(rest.strip_prefix(b" bytes from ")?);
            Some(Event::Ready { mid, size, from })
        }
        b'm' => {
            let rest = rest.strip_prefix(b"matched all recipients for per-recipient policy ")?;
            Some(policy_match(mid, rest))
        }
        b'i' | b'u' => engine_verdict(mid, rest),
        _ => verdict(mid, rest),
    }
}

/// Verdicts of engines with a line format of their own, with the engine's name in records.
fn verdict(mid: Mid, rest: &[u8]) -> Option<Event<'_>> {
    let (engine, verdict): (&[u8], _) = match rest.first()? {
        b'a' => (b"antivirus", rest.strip_prefix(b"antivirus ")?),
        b'S' => (b"SPF", rest.strip_prefix(b"SPF: ")?),
        b'D' => match rest.strip_prefix(b"DKIM: ") {
            Some(verdict) => (b"DKIM", verdict),
            None => (b"DMARC", rest.strip_prefix(b"DMARC: ")?),
        },
        b'O' => {
            let verdict = rest.strip_prefix(b"Outbreak Filters: verdict ")?;
            (b"Outbreak Filters", verdict)
        }
        b'A' => (
            b"AMP",
            rest.strip_prefix(b"AMP file reputation verdict : ")?,
        ),
        _ => return None,
    };
    Some(Event::Verdict {
        mid,
        engine,
        verdict,
        kind: kind_of_engine(engine),
    })
}

/// `using engine: CASE spam negative` and the like: the first word is the engine.
fn engine_verdict(mid: Mid, rest: &[u8]) -> Option<Event<'_>> {
    if let Some(words) = rest.strip_prefix(b"using engine: ") {
        return Some(of_engine(mid, words, kind_of_engine));
    }
    let words = rest
        .strip_prefix(b"interim verdict using engine: ")
        .or_else(|| rest.strip_prefix(b"interim AV verdict using "))?;
    Some(of_engine(mid, words, |_| EventKind::VerdictInterim))
}

/// `CASE spam negative`: the engine is the first word.
#[inline]
fn of_engine(mid: Mid, words: &[u8], kind: impl FnOnce(&[u8]) -> EventKind) -> Event<'_> {
    let engine = words.iter().position(|b| *b == b' ').unwrap_or(words.len());
    let (engine, verdict) = words.split_at(engine);
    Event::Verdict {
        mid,
        engine,
        verdict: verdict.trim_ascii_start(),
        kind: kind(engine),
    }
}

fn kind_of_engine(engine: &[u8]) -> EventKind {
    match engine {
        b"antivirus" => EventKind::VerdictAntivirus,
        b"SPF" => EventKind::VerdictSpf,
        b"DKIM" => EventKind::VerdictDkim,
        b"DMARC" => EventKind::VerdictDmarc,
        b"AMP" => EventKind::VerdictAmp,
        b"Outbreak Filters" => EventKind::VerdictOutbreak,
        _ => EventKind::VerdictEngine,
    }
}

const TABLE: Delimiter<'_> = Delimiter::new(b" in the ");

fn policy_match(mid: Mid, rest: &[u8]) -> Event<'_> {
    let (policy, table) = TABLE.split_last(rest).unwrap_or((rest, b""));
    Event::PolicyMatch {
        mid,
        policy,
        table: table.strip_suffix(b" table").unwrap_or(table),
    }
}
