//! Messages made from other messages.
//!
//! ```text
//! MID 515 was generated for bounce of MID 511
//! MID 14 generated based on MID 13 by bcc filter 'audit'   (the new message comes first)
//! MID 58 was split creating MID 60 due to a per-recipient policy staff
//! MID 2 rewritten to 3 by antispam · MID 2 rewritten to MID 3 by add-footer filter 'Footer'
//! ISQ: Reinjected MID 4433 as MID 4449
//! ```

use super::scan::{id, number};
use super::{Event, EventKind, Mid};

/// How a message was made from another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lineage {
    /// A bounce, a copy, a notification: both continue.
    Generated,
    /// The message continues under the new MID.
    Rewritten,
    /// Some of its recipients continue under the new MID.
    Split,
    /// It left the spam quarantine under the new MID.
    Reinjected,
}

impl Lineage {
    pub(crate) fn kind(self) -> EventKind {
        match self {
            Self::Generated => EventKind::MessageGenerated,
            Self::Rewritten => EventKind::MessageRewritten,
            Self::Split => EventKind::MessageSplit,
            Self::Reinjected => EventKind::MessageReinjected,
        }
    }

    /// The MID at the start of the line: the new one for a generated message, else the old one.
    pub(crate) fn subject_mid(self, parent: Mid, child: Mid) -> Mid {
        match self {
            Self::Generated => child,
            _ => parent,
        }
    }
}

/// `MID m …`
pub(super) fn of_mid(mid: Mid, rest: &[u8]) -> Option<Event<'_>> {
    let rest = rest.strip_prefix(b"was ").unwrap_or(rest);
    match rest.first()? {
        b'g' => generated(mid, rest.strip_prefix(b"generated ")?),
        b's' => split(mid, rest.strip_prefix(b"split creating ")?),
        _ => rewritten(mid, rest.strip_prefix(b"rewritten to ")?),
    }
}

fn generated(child: Mid, rest: &[u8]) -> Option<Event<'_>> {
    let (parent, by) = match rest.strip_prefix(b"for bounce of ") {
        Some(rest) => (id(rest, b"MID")?.0, &b"bounce"[..]),
        None => id(rest.strip_prefix(b"based on ")?, b"MID")?,
    };
    Some(Event::Derived {
        lineage: Lineage::Generated,
        parent: Mid(parent),
        child,
        by: by.strip_prefix(b"by ").unwrap_or(by),
    })
}

fn split(parent: Mid, rest: &[u8]) -> Option<Event<'_>> {
    let (child, by) = id(rest, b"MID")?;
    Some(Event::Derived {
        lineage: Lineage::Split,
        parent,
        child: Mid(child),
        by: by.strip_prefix(b"due to a ").unwrap_or(by),
    })
}

/// Releases before 4.5 omit the word `MID` before the new MID.
fn rewritten(parent: Mid, rest: &[u8]) -> Option<Event<'_>> {
    let bare = || number(rest).and_then(|(child, by)| Some((child, by.strip_prefix(b" ")?)));
    let (child, by) = id(rest, b"MID").or_else(bare)?;
    Some(Event::Derived {
        lineage: Lineage::Rewritten,
        parent,
        child: Mid(child),
        by: by.strip_prefix(b"by ").unwrap_or(by),
    })
}

/// `ISQ: Reinjected MID 4433 as MID 4449`; before 5.0 the quarantine was called EUQ.
pub(super) fn reinjected(body: &[u8]) -> Option<Event<'_>> {
    let rest = body
        .strip_prefix(b"ISQ: ")
        .or_else(|| body.strip_prefix(b"EUQ: "))?;
    let (parent, rest) = id(rest.strip_prefix(b"Reinjected ")?, b"MID")?;
    let (child, _) = id(rest.strip_prefix(b"as ")?, b"MID")?;
    Some(Event::Derived {
        lineage: Lineage::Reinjected,
        parent: Mid(parent),
        child: Mid(child),
        by: b"quarantine",
    })
}
