//! MessageTable and their recipients.

use std::borrow::Cow;

use hashbrown::HashMap;

use crate::event::Mid;
use crate::header::Timestamp;
use crate::index::records::connection::{Connection, ConnectionId};
use crate::index::records::delivery::{Delivery, DeliveryId};
use crate::index::store::column::{PagedColumn, RecordId, Value, map_bytes, table};
use crate::index::store::extent::{Runs, Span};
use crate::index::store::int_column::{IntCode, IntColumn};
use crate::index::store::intern::{Symbol, TextId};
use crate::index::{ApplianceId, Index};
use crate::position::Position;

/// Kind of [`MessageId`].
#[derive(Debug)]
pub enum MessageTag {}
/// A message's own number.
pub type MessageId = RecordId<MessageTag>;

/// Kind of [`RecipientId`].
#[derive(Debug)]
pub enum RecipientTag {}
/// A recipient's own number.
pub type RecipientId = RecordId<RecipientTag>;

/// What has become of a recipient, or of a message.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DeliveryState {
    /// On the appliance.
    Queued,
    /// Taken by the far end.
    Delivered,
    /// Refused for good.
    Bounced,
    /// To be tried again.
    Delayed,
    /// Dropped by a filter, an engine or an administrator.
    Dropped,
    /// Given up.
    Aborted,
    /// In a quarantine.
    Quarantined,
}

impl DeliveryState {
    /// As records and queries write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Delayed => "delayed",
            Self::Dropped => "dropped",
            Self::Aborted => "aborted",
            Self::Quarantined => "quarantined",
        }
    }

    /// Whether more may still become of it.
    pub fn is_interim(self) -> bool {
        matches!(self, Self::Queued | Self::Delayed | Self::Quarantined)
    }
}

/// What is known of a message beside its ids, names and times.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct MessageFlags {
    /// Whether `Start MID` was seen.
    pub started: bool,
    /// Whether the appliance made it (ICID 0).
    pub made_here: bool,
    /// Whether `Message finished` was seen.
    pub finished: bool,
    /// What became of it as a whole: an abort.
    pub fate: Option<DeliveryState>,
}

/// The columns.
#[derive(Debug, Default)]
pub(crate) struct MessageTable {
    pub mid: IntColumn<u64>,
    pub appliance: IntColumn<ApplianceId>,
    pub flags: IntColumn<MessageFlags>,
    /// When its first line was written; that of `Start MID` if it was seen.
    pub began: IntColumn<Option<Timestamp>>,
    /// When it was last said to be finished or aborted.
    pub ended: IntColumn<Option<Timestamp>>,
    pub connection: PagedColumn<Option<ConnectionId>>,
    /// The message before it on the same injection connection.
    pub before: IntColumn<Option<MessageId>>,
    pub from: IntColumn<Option<Symbol>>,
    pub subject: PagedColumn<Option<TextId>>,
    pub message_id: PagedColumn<Option<TextId>>,
    /// Bytes.
    pub size: IntColumn<Option<u64>>,
    pub last_recipient: PagedColumn<Option<RecipientId>>,
    pub runs: Runs,
    /// Parents of the few messages that have one.
    pub parents: HashMap<MessageId, MessageId, foldhash::fast::RandomState>,
    /// Children of the few messages that have some.
    pub children: HashMap<MessageId, Vec<MessageId>, foldhash::fast::RandomState>,
}

table!(MessageTable: mid, appliance, flags, began, ended, connection, before, from, subject, message_id, size,
    last_recipient, runs);

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
        Self {
            started: code & 1 == 1,
            made_here: code >> 1 & 1 == 1,
            finished: code >> 2 & 1 == 1,
            fate: match code >> 3 {
                1 => Some(DeliveryState::Queued),
                2 => Some(DeliveryState::Delivered),
                3 => Some(DeliveryState::Bounced),
                4 => Some(DeliveryState::Delayed),
                5 => Some(DeliveryState::Dropped),
                6 => Some(DeliveryState::Aborted),
                7 => Some(DeliveryState::Quarantined),
                _ => None,
            },
        }
    }
}

impl MessageTable {
    /// A new message with its first line.
    pub fn push(
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
        self.ended.push_blank();
        self.connection.push_blank();
        self.before.push_blank();
        self.from.push_blank();
        self.subject.push_blank();
        self.message_id.push_blank();
        self.size.push_blank();
        self.last_recipient.push_blank();
        self.runs.push(at);
        MessageId::new(self.end() - 1)
    }

    pub fn bytes(&self) -> usize {
        self.column_bytes() + map_bytes(&self.parents) + map_bytes(&self.children)
    }
}

/// The recipients' columns.
#[derive(Debug, Default)]
pub(crate) struct RecipientTable {
    pub message: IntColumn<MessageId>,
    pub rid: IntColumn<Option<u32>>,
    pub to: IntColumn<Option<Symbol>>,
    pub state: PagedColumn<DeliveryState>,
    pub last_delivery: PagedColumn<Option<DeliveryId>>,
    /// The recipient before it of the same message.
    pub before: IntColumn<Option<RecipientId>>,
    /// RecipientTable of long lists, which are not looked for one by one.
    pub far: HashMap<(MessageId, u32), RecipientId, foldhash::fast::RandomState>,
}

table!(RecipientTable: message, rid, to, state, last_delivery, before);

impl Value for DeliveryState {
    const BLANK: Self = Self::Queued;
}

/// RecipientTable with higher numbers are found by a map.
pub(crate) const NEAR: u32 = 32;

impl RecipientTable {
    pub fn push(
        &mut self,
        message: MessageId,
        rid: Option<u32>,
        to: Option<Symbol>,
        before: Option<RecipientId>,
    ) -> RecipientId {
        self.message.push(message);
        self.rid.push(rid);
        self.to.push(to);
        self.state.push(DeliveryState::Queued);
        self.last_delivery.push_blank();
        self.before.push(before);
        let id = RecipientId::new(self.end() - 1);
        if let Some(rid) = rid.filter(|rid| *rid >= NEAR) {
            self.far.insert((message, rid), id);
        }
        id
    }

    pub fn bytes(&self) -> usize {
        self.column_bytes() + map_bytes(&self.far)
    }
}

/// A message, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Message<'i> {
    index: &'i Index,
    id: MessageId,
}

impl<'i> Message<'i> {
    pub(crate) fn new(index: &'i Index, id: MessageId) -> Self {
        Self { index, id }
    }

    fn columns(&self) -> &'i MessageTable {
        &self.index.messages
    }

    fn flags(&self) -> MessageFlags {
        self.columns().flags.get(self.id.at())
    }

    /// The record's own number.
    pub fn record(&self) -> MessageId {
        self.id
    }

    /// The appliance's id for it.
    pub fn mid(&self) -> Mid {
        Mid(self.columns().mid.get(self.id.at()))
    }

    /// Whose id it is.
    pub fn appliance_id(&self) -> ApplianceId {
        self.columns().appliance.get(self.id.at())
    }

    /// The appliance as it is shown.
    pub fn appliance(&self) -> Option<&'i str> {
        self.index.appliance(self.appliance_id())
    }

    /// The syslog host that writes its lines.
    pub fn host_of_appliance(&self) -> Option<&'i str> {
        self.index.appliances.host(self.appliance_id())
    }

    /// The injection connection it came by.
    pub fn connection(&self) -> Option<Connection<'i>> {
        self.columns()
            .connection
            .get(self.id.at())
            .map(|id| self.index.connection(id))
    }

    /// The ICID: 0 where the appliance made the message, `None` where the log does not say.
    pub fn icid(&self) -> Option<u64> {
        let made_here = self.flags().made_here.then_some(0);
        self.connection()
            .map(|connection| connection.number())
            .or(made_here)
    }

    /// When `Start MID` was written.
    pub fn started(&self) -> Option<Timestamp> {
        self.first_seen().filter(|_| self.flags().started)
    }

    /// When its first line was written.
    pub fn first_seen(&self) -> Option<Timestamp> {
        self.columns().began.get(self.id.at())
    }

    /// When it was last said to be finished or aborted.
    pub fn ended(&self) -> Option<Timestamp> {
        self.columns().ended.get(self.id.at())
    }

    /// Whether `Message finished` was written.
    pub fn is_finished(&self) -> bool {
        self.flags().finished
    }

    /// The envelope sender without angle brackets; empty for a bounce.
    pub fn from(&self) -> Option<&'i str> {
        Some(self.index.names.mail.get(self.from_name()?))
    }

    /// The sender's number in [`crate::index::Interners::mail`].
    pub fn from_name(&self) -> Option<Symbol> {
        self.columns().from.get(self.id.at())
    }

    /// The subject without the quotes around it.
    pub fn subject(&self) -> Option<&'i str> {
        self.columns()
            .subject
            .get(self.id.at())
            .map(|id| self.index.texts.prefix(id))
    }

    /// The Message-ID as written.
    pub fn message_id(&self) -> Option<Cow<'i, str>> {
        self.columns()
            .message_id
            .get(self.id.at())
            .map(|id| self.index.texts.full(id))
    }

    /// Bytes.
    pub fn size(&self) -> Option<u64> {
        self.columns().size.get(self.id.at())
    }

    /// The index it is in.
    pub fn index(&self) -> &'i Index {
        self.index
    }

    /// Its recipients by number; those without a number last.
    pub fn recipients(&self) -> Vec<Recipient<'i>> {
        let (index, mut next) = (self.index, self.columns().last_recipient.get(self.id.at()));
        let mut all = Vec::new();
        while let Some(id) = next {
            all.push(index.recipient(id));
            next = index.recipients.before.get(id.at());
        }
        all.reverse();
        all.sort_by_key(|recipient| recipient.rid().unwrap_or(u32::MAX));
        all
    }

    /// All its deliveries, in the order of the log.
    pub fn deliveries(&self) -> Vec<Delivery<'i>> {
        let mut all: Vec<_> = self
            .recipients()
            .into_iter()
            .flat_map(|to| to.deliveries())
            .collect();
        all.sort_by_key(Delivery::record);
        all
    }

    /// The recipients' common state; `None` when they differ or there are none and nothing is known.
    pub fn common_state(&self) -> CommonState {
        let mut states = self
            .recipients()
            .into_iter()
            .map(|recipient| recipient.state());
        let Some(first) = states.next() else {
            return self
                .flags()
                .fate
                .map_or(CommonState::Unknown, CommonState::All);
        };
        if states.all(|state| state == first) {
            CommonState::All(first)
        } else {
            CommonState::Mixed
        }
    }

    /// The message it was made from.
    pub fn parent(&self) -> Option<Message<'i>> {
        self.columns()
            .parents
            .get(&self.id)
            .map(|id| self.index.message(*id))
    }

    /// The messages made from it, in the order of the log.
    pub fn children(&self) -> Vec<Message<'i>> {
        let children = self.columns().children.get(&self.id);
        children
            .into_iter()
            .flatten()
            .map(|id| self.index.message(*id))
            .collect()
    }

    /// The runs of the log in which its lines stand.
    pub fn spans(&self) -> Vec<Span> {
        self.columns().runs.spans(&self.index.extents, self.id.at())
    }
}

/// The state of a message as a whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommonState {
    /// All recipients share it, or there are none and this became of the message.
    All(DeliveryState),
    /// The recipients' states differ.
    Mixed,
    /// The log does not say.
    Unknown,
}

impl CommonState {
    /// As records and queries write it.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::All(state) => Some(state.word()),
            Self::Mixed => Some("mixed"),
            Self::Unknown => None,
        }
    }
}

/// A recipient, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'i> {
    index: &'i Index,
    id: RecipientId,
}

impl<'i> Recipient<'i> {
    pub(crate) fn new(index: &'i Index, id: RecipientId) -> Self {
        Self { index, id }
    }

    fn columns(&self) -> &'i RecipientTable {
        &self.index.recipients
    }

    /// The recipient's own number.
    pub fn record(&self) -> RecipientId {
        self.id
    }

    /// The message.
    pub fn message(&self) -> Message<'i> {
        self.index.message(self.columns().message.get(self.id.at()))
    }

    /// The RID.
    pub fn rid(&self) -> Option<u32> {
        self.columns().rid.get(self.id.at())
    }

    /// The envelope recipient without angle brackets; `None` where the log begins behind it.
    pub fn to(&self) -> Option<&'i str> {
        Some(self.index.names.mail.get(self.to_name()?))
    }

    /// The address's number in [`crate::index::Interners::mail`].
    pub fn to_name(&self) -> Option<Symbol> {
        self.columns().to.get(self.id.at())
    }

    /// What has become of it.
    pub fn state(&self) -> DeliveryState {
        self.columns().state.get(self.id.at())
    }

    /// Its deliveries in the order of the log.
    pub fn deliveries(&self) -> Vec<Delivery<'i>> {
        let mut next = self
            .columns()
            .last_delivery
            .get(self.id.at())
            .map(|id| self.index.delivery(id));
        let mut all = Vec::new();
        while let Some(delivery) = next {
            all.push(delivery);
            next = delivery.earlier();
        }
        all.reverse();
        all
    }

    /// The delivery that put it in its state.
    pub fn decided_by(&self) -> Option<Delivery<'i>> {
        let mut next = self
            .columns()
            .last_delivery
            .get(self.id.at())
            .map(|id| self.index.delivery(id));
        while let Some(delivery) = next {
            if delivery.result().state() == self.state() {
                return Some(delivery);
            }
            next = delivery.earlier();
        }
        None
    }
}
