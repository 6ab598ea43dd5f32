//! The address of a bare RID. A rewritten message has no `To:` lines, only `RID [0, 1]` on
//! delivery; its recipients are those of the message it was created from.
//!
//! ```text
//! MID 20 ICID 7 RID 0 To: <bob@example.org>
//! MID 20 rewritten to MID 21 by add-footer filter 'Footer'
//! Message done DCID 9 MID 21 to RID [0]
//! ```

use super::message::MAX_RELATED;
use crate::event::{Event, Lineage, Mid};
use crate::index::{Message, Recipient};
use crate::search::RawLine;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Addresses<'i> {
    /// By RID.
    by_rid: Vec<Option<&'i str>>,
    /// The ancestor that has the addresses, if the message itself has none.
    pub of: Option<Mid>,
}

impl<'i> Addresses<'i> {
    pub(super) fn get(&self, rid: u32) -> Option<&'i str> {
        *self.by_rid.get(usize::try_from(rid).ok()?)?
    }

    /// The message's own addresses, else those of the ancestor with the same recipients.
    pub(super) fn of(lines: &[RawLine], message: &Message<'i>) -> Self {
        Self::traced(lines, message, 0)
    }

    fn traced(lines: &[RawLine], message: &Message<'i>, steps: usize) -> Self {
        let recipients = message.recipients();
        let by_rid: Vec<_> = recipients.iter().map(Recipient::to).collect();
        let in_order = recipients
            .iter()
            .zip(0..)
            .all(|(one, at)| one.rid() == Some(at));
        if in_order && by_rid.iter().any(Option::is_some) {
            return Self { by_rid, of: None };
        }
        let parent = message.parent().filter(|_| steps < MAX_RELATED);
        let Some(parent) = parent.filter(|parent| keeps_recipients(lines, parent, message)) else {
            return Self::default();
        };
        let theirs = Self::traced(lines, &parent, steps + 1);
        if recipients.len() > theirs.by_rid.len() {
            return Self::default();
        }
        Self {
            of: theirs.of.or(Some(parent.mid())),
            by_rid: theirs.by_rid,
        }
    }
}

/// Whether the child has exactly its parent's recipients. A rewriting filter renumbers them in the
/// same order, except `alt-rcpt-to`, which replaces them. A split removes some, and the log does
/// not name them; the spam quarantine may release a message for some of its recipients.
fn keeps_recipients(lines: &[RawLine], parent: &Message<'_>, child: &Message<'_>) -> bool {
    let mut keeps = false;
    for line in lines {
        let Event::Derived {
            lineage,
            parent: from,
            child: to,
            by,
        } = line.event()
        else {
            continue;
        };
        if from != parent.mid() {
            continue;
        }
        match lineage {
            Lineage::Split => return false,
            Lineage::Rewritten if to == child.mid() => {
                keeps = !String::from_utf8_lossy(by).contains("alt-rcpt");
            }
            Lineage::Reinjected if to == child.mid() => {
                keeps = parent.recipients().len() == child.recipients().len();
            }
            _ => {}
        }
    }
    keeps
}
