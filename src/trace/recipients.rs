//! Who stands behind a bare RID: a rewritten message has no `To:` lines of its own, only `RID [0, 1]` when it is delivered.
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

/// A message's addresses, and whose lines told them.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Addresses<'i> {
    /// By RID.
    by_rid: Vec<Option<&'i str>>,
    /// The forebear that told them, where the message's own lines do not.
    pub of: Option<Mid>,
}

impl<'i> Addresses<'i> {
    /// The address behind a RID.
    pub fn get(&self, rid: u32) -> Option<&'i str> {
        *self.by_rid.get(usize::try_from(rid).ok()?)?
    }

    /// A message's own, else those of the message it goes on for, as far as these lines build how it came of that.
    pub fn of(lines: &[RawLine], message: &Message<'i>) -> Self {
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

/// Whether a message went to exactly those that its parent was for. A rewriting filter numbers the same recipients anew
/// in the same order, except `alt-rcpt-to`, which replaces them. A split takes some away, and the log does not say which;
/// the spam quarantine may release a message for some of its recipients.
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
