//! Messages, and the state that recipients and messages are in.

use std::borrow::Cow;

use hashbrown::HashMap;

use super::appliance::ApplianceId;
use super::connection::{Connection, ConnectionId};
use super::delivery::Delivery;
use super::recipient::{Recipient, RecipientId};
use super::view::{View, columns, names};
use crate::event::Mid;
use crate::header::Timestamp;
use crate::index::store::column::{PagedColumn, RecordId, Value, oldest_first, table};
use crate::index::store::extent::{Runs, Span};
use crate::index::store::int_column::{IntCode, IntColumn};
use crate::index::store::intern::{Symbol, TextId};
use crate::position::Position;
use crate::words::words;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum MessageTag {}
pub(crate) type MessageId = RecordId<MessageTag>;

words! {
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
    pub(crate) enum DeliveryState {
        const ALL;
        /// On the appliance.
        Queued = "queued",
        /// Accepted by the remote server.
        Delivered = "delivered",
        /// Refused permanently.
        Bounced = "bounced",
        /// Deferred; the appliance will retry.
        Delayed = "delayed",
        /// Dropped by a filter, an engine or an administrator.
        Dropped = "dropped",
        Aborted = "aborted",
        Quarantined = "quarantined",
    }
}

impl DeliveryState {
    /// Whether another state may follow.
    pub(crate) fn is_interim(self) -> bool {
        matches!(self, Self::Queued | Self::Delayed | Self::Quarantined)
    }
}

impl Value for DeliveryState {
    const BLANK: Self = Self::Queued;
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct MessageFlags {
    /// Whether `Start MID` was seen.
    pub(crate) started: bool,
    /// Whether the appliance generated it (ICID 0).
    pub(crate) made_here: bool,
    /// Whether `Message finished` was seen.
    pub(crate) finished: bool,
    /// The state of the message as a whole: after an abort, or in a quarantine.
    pub(crate) fate: Option<DeliveryState>,
}

impl Value for MessageFlags {
    const BLANK: Self = Self {
        started: false,
        made_here: false,
        finished: false,
        fate: None,
    };
}

impl IntCode for MessageFlags {
    #[inline]
    fn to_code(self) -> u64 {
        let fate = self.fate.map_or(0, |fate| fate as u64 + 1);
        u64::from(self.started)
            | u64::from(self.made_here) << 1
            | u64::from(self.finished) << 2
            | fate << 3
    }

    #[inline]
    fn from_code(code: u64) -> Self {
        let fate = (code >> 3).checked_sub(1);
        Self {
            started: code & 1 == 1,
            made_here: code >> 1 & 1 == 1,
            finished: code >> 2 & 1 == 1,
            fate: fate.and_then(|fate| DeliveryState::ALL.get(fate as usize).copied()),
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct MessageTable {
    pub(crate) mid: IntColumn<u64>,
    pub(crate) appliance: IntColumn<ApplianceId>,
    pub(crate) flags: IntColumn<MessageFlags>,
    /// Time of `Start MID`, or of the first line if that was not seen.
    pub(crate) began: IntColumn<Option<Timestamp>>,
    /// Time of the first `queued for delivery`.
    pub(crate) queued: IntColumn<Option<Timestamp>>,
    /// Time of the last line that finished or aborted it.
    pub(crate) ended: IntColumn<Option<Timestamp>>,
    pub(crate) connection: PagedColumn<Option<ConnectionId>>,
    /// The previous message on the same injection connection.
    pub(crate) prev: IntColumn<Option<MessageId>>,
    pub(crate) from: IntColumn<Option<Symbol>>,
    pub(crate) subject: PagedColumn<Option<TextId>>,
    pub(crate) message_id: PagedColumn<Option<TextId>>,
    /// Bytes.
    pub(crate) size: IntColumn<Option<u64>>,
    pub(crate) last_recipient: PagedColumn<Option<RecipientId>>,
    pub(crate) runs: Runs,
    /// Few messages have a parent.
    pub(crate) parents: HashMap<MessageId, MessageId, foldhash::fast::RandomState>,
    pub(crate) children: HashMap<MessageId, Vec<MessageId>, foldhash::fast::RandomState>,
}

table!(MessageTable: mid, appliance, flags, began, queued, ended, connection, prev, from, subject, message_id,
    size, last_recipient, runs; parents, children);

impl MessageTable {
    /// Appends a message with its first line.
    pub(crate) fn push(
        &mut self,
        mid: Mid,
        appliance: ApplianceId,
        time: Option<Timestamp>,
        at: Position,
    ) -> MessageId {
        self.mid.push(mid.0);
        self.appliance.push(appliance);
        self.flags.push_blank();
        self.began.push(time);
        self.queued.push_blank();
        self.ended.push_blank();
        self.connection.push_blank();
        self.prev.push_blank();
        self.from.push_blank();
        self.subject.push_blank();
        self.message_id.push_blank();
        self.size.push_blank();
        self.last_recipient.push_blank();
        self.runs.push(at);
        MessageId::new(self.end() - 1)
    }

    pub(crate) fn set_flags(&mut self, id: MessageId, set: impl FnOnce(&mut MessageFlags)) {
        self.flags.change(id.at(), set);
    }
}

pub(crate) type Message<'i> = View<'i, MessageTag>;

columns! { Message messages;
    flags: MessageFlags = flags,
    appliance_id: ApplianceId = appliance,
    first_seen: Option<Timestamp> = began,
    /// Time of the first `queued for delivery`.
    queued: Option<Timestamp> = queued,
    /// Time of the last line that finished or aborted it.
    ended: Option<Timestamp> = ended,
    sender_name: Option<Symbol> = from,
    size: Option<u64> = size,
}

names! { Message;
    /// The envelope sender without angle brackets; empty for a bounce.
    from = mail[sender_name],
}

impl<'i> Message<'i> {
    pub(crate) fn mid(&self) -> Mid {
        Mid(self.read(&self.index.messages.mid))
    }

    /// The appliance's name on screens.
    pub(crate) fn appliance(&self) -> Option<&'i str> {
        self.index.appliance(self.appliance_id())
    }

    /// The syslog host that writes its lines.
    pub(crate) fn host_of_appliance(&self) -> Option<&'i str> {
        self.index.appliances.host(self.appliance_id())
    }

    /// The injection connection that received it.
    pub(crate) fn connection(&self) -> Option<Connection<'i>> {
        let id = self.read(&self.index.messages.connection);
        id.map(|id| self.index.connection(id))
    }

    /// The ICID: 0 if the appliance generated the message, `None` if the log does not name it.
    pub(crate) fn icid(&self) -> Option<u64> {
        let made_here = self.flags().made_here.then_some(0);
        self.connection()
            .map(|connection| connection.number())
            .or(made_here)
    }

    /// Time of `Start MID`.
    pub(crate) fn started(&self) -> Option<Timestamp> {
        self.first_seen().filter(|_| self.flags().started)
    }

    /// The state of the message as a whole: after an abort, or in a quarantine.
    pub(crate) fn fate(&self) -> Option<DeliveryState> {
        self.flags().fate
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.flags().finished
    }

    /// Whether the message as a whole was aborted, as when its sender broke off.
    pub(crate) fn was_aborted(&self) -> bool {
        self.flags().fate == Some(DeliveryState::Aborted)
    }

    /// The subject without the quotes around it.
    pub(crate) fn subject(&self) -> Option<&'i str> {
        let text = self.read(&self.index.messages.subject);
        text.map(|id| self.index.texts.prefix(id))
    }

    pub(crate) fn message_id(&self) -> Option<Cow<'i, str>> {
        let text = self.read(&self.index.messages.message_id);
        text.map(|id| self.index.texts.full(id))
    }

    /// Its recipients by number; those without a number last.
    pub(crate) fn recipients(&self) -> Vec<Recipient<'i>> {
        let (index, newest) = (self.index, self.read(&self.index.messages.last_recipient));
        let mut all = oldest_first(newest, &index.recipients.prev, |id| index.recipient(id));
        all.sort_by_key(|recipient| recipient.rid().unwrap_or(u32::MAX));
        all
    }

    /// All its deliveries, in the order of the log.
    pub(crate) fn deliveries(&self) -> Vec<Delivery<'i>> {
        let recipients = self.recipients().into_iter();
        let mut all: Vec<_> = recipients.flat_map(|to| to.deliveries()).collect();
        all.sort_by_key(Delivery::record);
        all
    }

    pub(crate) fn common_state(&self) -> CommonState {
        let recipients = self.recipients().into_iter();
        let mut states = recipients.map(|recipient| recipient.state());
        match (states.next(), self.flags().fate) {
            (Some(first), _) if states.all(|state| state == first) => CommonState::All(first),
            (Some(_), _) => CommonState::Mixed,
            (None, Some(fate)) => CommonState::All(fate),
            (None, None) => CommonState::Unknown,
        }
    }

    /// The message that it was generated from.
    pub(crate) fn parent(&self) -> Option<Message<'i>> {
        let parent = self.index.messages.parents.get(&self.id);
        parent.map(|id| self.index.message(*id))
    }

    /// The messages generated from it, in the order of the log.
    pub(crate) fn children(&self) -> Vec<Message<'i>> {
        let children = self
            .index
            .messages
            .children
            .get(&self.id)
            .into_iter()
            .flatten();
        children.map(|id| self.index.message(*id)).collect()
    }

    /// The ranges of the log that hold its lines.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.index
            .messages
            .runs
            .spans(&self.index.extents, self.id.at())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CommonState {
    /// All recipients have it, or there are none and the message itself has it.
    All(DeliveryState),
    /// The recipients' states differ.
    Mixed,
    /// There are no recipients, and the log does not say.
    Unknown,
}

impl CommonState {
    /// As records and queries write it.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Self::All(state) => Some(state.word()),
            Self::Mixed => Some("mixed"),
            Self::Unknown => None,
        }
    }
}
