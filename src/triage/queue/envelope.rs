//! The recipient domains of a message, also of a rewritten one, whose lines have no addresses.
//!
//! ```text
//! MID 20 ICID 7 RID 0 To: <bob@example.org>
//! MID 20 rewritten to MID 21 by add-footer filter 'Footer'
//! MID 21 queued for delivery
//! ```

use crate::header::Timestamp;
use crate::index::{Message, Recipient};

/// Rewrites in a row that are followed.
const REWRITES: usize = 20;

pub(super) struct Envelope<'i> {
    /// When the appliance began to receive the message.
    pub accepted: Option<Timestamp>,
    /// The domain of each recipient in lower case, and its record, if it has one yet.
    pub recipients: Vec<(String, Option<Recipient<'i>>)>,
}

impl<'i> Envelope<'i> {
    pub(super) fn of(message: &Message<'i>) -> Self {
        let own = message.recipients();
        let origin = origin(message);
        let is_complete = !own.is_empty() && own.iter().all(|one| one.to().is_some());
        let recipients = match origin {
            Some(origin) if !is_complete => {
                let record = |rid| own.iter().find(|one| one.rid() == rid).copied();
                let theirs = origin.recipients().into_iter();
                theirs
                    .filter_map(|one| Some((domain(&one)?, record(one.rid()))))
                    .collect()
            }
            _ => own
                .iter()
                .filter_map(|one| Some((domain(one)?, Some(*one))))
                .collect(),
        };
        Self {
            accepted: origin.unwrap_or(*message).first_seen(),
            recipients,
        }
    }
}

/// The oldest message that this one continues. Of a split message the log does not say who received
/// which part.
fn origin<'i>(message: &Message<'i>) -> Option<Message<'i>> {
    let parent = |child: &Message<'i>| {
        let parent = child.parent()?;
        (parent.is_finished() && parent.children().len() == 1).then_some(parent)
    };
    let is_replaced = |parent: &Message<'i>| parent.queued().is_none();
    std::iter::successors(parent(message), parent)
        .take(REWRITES)
        .take_while(is_replaced)
        .last()
}

fn domain(recipient: &Recipient<'_>) -> Option<String> {
    recipient.domain().map(str::to_ascii_lowercase)
}
