//! DeliveryTable: what became of one recipient in one attempt.

use std::borrow::Cow;

use crate::event::enhanced_code;
use crate::header::Timestamp;
use crate::index::records::connection::{Connection, ConnectionId};
use crate::index::records::message::{Message, Recipient, RecipientId};
use crate::index::store::column::{PagedColumn, RecordId, Value, table};
use crate::index::store::int_column::IntColumn;
use crate::index::store::intern::TextId;
use crate::index::{DeliveryState, Index};

/// Kind of [`DeliveryId`].
#[derive(Debug)]
pub enum DeliveryTag {}
/// A delivery's own number.
pub type DeliveryId = RecordId<DeliveryTag>;

/// What became of the recipient.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DeliveryResult {
    /// The far end took it.
    Delivered,
    /// Refused for good.
    Bounced,
    /// To be tried again.
    Delayed,
    /// Taken out of the queue by an administrator.
    Dropped,
    /// Given up by the appliance.
    Aborted,
}

impl DeliveryResult {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 5] = [
        Self::Delivered,
        Self::Bounced,
        Self::Delayed,
        Self::Dropped,
        Self::Aborted,
    ];

    /// As records and queries write it.
    pub fn word(self) -> &'static str {
        self.state().word()
    }

    /// The state that it puts the recipient in.
    pub fn state(self) -> DeliveryState {
        match self {
            Self::Delivered => DeliveryState::Delivered,
            Self::Bounced => DeliveryState::Bounced,
            Self::Delayed => DeliveryState::Delayed,
            Self::Dropped => DeliveryState::Dropped,
            Self::Aborted => DeliveryState::Aborted,
        }
    }
}

/// The columns.
#[derive(Debug, Default)]
pub(crate) struct DeliveryTable {
    pub connection: IntColumn<Option<ConnectionId>>,
    pub recipient: IntColumn<RecipientId>,
    pub time: IntColumn<Option<Timestamp>>,
    pub result: PagedColumn<DeliveryResult>,
    /// The far end's code; 0 where there is none.
    pub code: PagedColumn<u16>,
    pub detail: PagedColumn<Option<TextId>>,
    /// The delivery before it on the same connection.
    pub before: IntColumn<Option<DeliveryId>>,
    /// The delivery before it of the same recipient.
    pub earlier: IntColumn<Option<DeliveryId>>,
}

table!(DeliveryTable: recipient, connection, time, result, code, detail, before, earlier);

impl Value for DeliveryResult {
    const BLANK: Self = Self::Delayed;
}

/// A new delivery's values.
#[derive(Clone, Copy)]
pub(crate) struct NewDelivery {
    pub connection: Option<ConnectionId>,
    pub recipient: RecipientId,
    pub time: Option<Timestamp>,
    pub result: DeliveryResult,
    pub code: u16,
    pub detail: Option<TextId>,
    pub before: Option<DeliveryId>,
    pub earlier: Option<DeliveryId>,
}

impl DeliveryTable {
    pub fn push(&mut self, new: &NewDelivery) -> DeliveryId {
        self.connection.push(new.connection);
        self.recipient.push(new.recipient);
        self.time.push(new.time);
        self.result.push(new.result);
        self.code.push(new.code);
        self.detail.push(new.detail);
        self.before.push(new.before);
        self.earlier.push(new.earlier);
        DeliveryId::new(self.end() - 1)
    }

    pub fn bytes(&self) -> usize {
        self.column_bytes()
    }
}

/// A delivery, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'i> {
    index: &'i Index,
    id: DeliveryId,
}

impl<'i> Delivery<'i> {
    pub(crate) fn new(index: &'i Index, id: DeliveryId) -> Self {
        Self { index, id }
    }

    fn columns(&self) -> &'i DeliveryTable {
        &self.index.deliveries
    }

    /// The delivery's own number.
    pub fn record(&self) -> DeliveryId {
        self.id
    }

    /// The connection; `None` where none came about.
    pub fn connection(&self) -> Option<Connection<'i>> {
        self.columns()
            .connection
            .get(self.id.at())
            .map(|id| self.index.connection(id))
    }

    /// The recipient.
    pub fn recipient(&self) -> Recipient<'i> {
        self.index
            .recipient(self.columns().recipient.get(self.id.at()))
    }

    /// The recipient's message.
    pub fn message(&self) -> Message<'i> {
        self.recipient().message()
    }

    /// When.
    pub fn time(&self) -> Option<Timestamp> {
        self.columns().time.get(self.id.at())
    }

    /// What became of it.
    pub fn result(&self) -> DeliveryResult {
        self.columns().result.get(self.id.at())
    }

    /// The far end's three digits; `None` for a success.
    pub fn code(&self) -> Option<u16> {
        Some(self.columns().code.get(self.id.at())).filter(|code| *code > 0)
    }

    /// The far end's words; of a success, those of its Response line.
    pub fn detail(&self) -> Option<Cow<'i, str>> {
        self.columns()
            .detail
            .get(self.id.at())
            .map(|id| self.index.texts.full(id))
    }

    /// The RFC 3463 code that the far end's words begin with.
    pub fn enhanced(&self) -> Option<&'i str> {
        let detail = self.columns().detail.get(self.id.at())?;
        enhanced_code(self.index.texts.prefix(detail).as_bytes())
            .map(crate::index::records::connection::text)
    }

    /// The delivery before it of the same recipient.
    pub fn earlier(&self) -> Option<Delivery<'i>> {
        self.columns()
            .earlier
            .get(self.id.at())
            .map(|id| self.index.delivery(id))
    }
}
