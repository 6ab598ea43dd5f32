//! Messages that come of other messages.
//!
//! ```text
//! MID 515 was generated for bounce of MID 511
//! MID 14 generated based on MID 13 by bcc filter 'audit'   (the new message stands first)
//! ```

use super::scan::id;
use super::{Event, Mid};

/// `MID m was generated …`: `mid` is the new message.
pub fn of_mid(mid: Mid, rest: &[u8]) -> Option<Event<'_>> {
    let rest = rest
        .strip_prefix(b"was ")
        .unwrap_or(rest)
        .strip_prefix(b"generated ")?;
    if let Some(rest) = rest.strip_prefix(b"for bounce of ") {
        let (parent, _) = id(rest, b"MID")?;
        return Some(Event::Generated {
            mid,
            parent: Mid(parent),
            by: b"bounce",
        });
    }
    let (parent, by) = id(rest.strip_prefix(b"based on ")?, b"MID")?;
    Some(Event::Generated {
        mid,
        parent: Mid(parent),
        by: by.strip_prefix(b"by ").unwrap_or(by),
    })
}
