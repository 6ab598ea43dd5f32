//! Deliveries: the result of one attempt for one recipient.

use std::borrow::Cow;

use super::view::{View, columns};
use crate::event::enhanced_code;
use crate::header::Timestamp;
use crate::index::DeliveryState;
use crate::index::records::connection::{Connection, ConnectionId};
use crate::index::records::message::Message;
use crate::index::records::recipient::{Recipient, RecipientId};
use crate::index::store::column::{PagedColumn, RecordId, Value, table};
use crate::index::store::int_column::IntColumn;
use crate::index::store::intern::TextId;
use crate::judge::class::{Class, classify, classify_own};

/// The code of a delivery that the appliance gave up because the message was too old. It has no
/// reply whose text would say so.
pub(crate) const EXPIRED: u16 = 1000;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum DeliveryTag {}
pub(crate) type DeliveryId = RecordId<DeliveryTag>;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum DeliveryResult {
    /// The remote server accepted it.
    Delivered,
    /// Refused permanently.
    Bounced,
    /// Deferred; the appliance will retry.
    Delayed,
    /// Removed from the queue by an administrator.
    Dropped,
    /// Given up by the appliance.
    Aborted,
}

impl DeliveryResult {
    pub(crate) fn is_refusal(self) -> bool {
        matches!(self, Self::Bounced | Self::Aborted)
    }

    /// All of them, in the order of the contract.
    pub(crate) const ALL: [Self; 5] = [
        Self::Delivered,
        Self::Bounced,
        Self::Delayed,
        Self::Dropped,
        Self::Aborted,
    ];

    /// As records and queries write it.
    pub(crate) fn word(self) -> &'static str {
        self.state().word()
    }

    pub(crate) fn state(self) -> DeliveryState {
        match self {
            Self::Delivered => DeliveryState::Delivered,
            Self::Bounced => DeliveryState::Bounced,
            Self::Delayed => DeliveryState::Delayed,
            Self::Dropped => DeliveryState::Dropped,
            Self::Aborted => DeliveryState::Aborted,
        }
    }
}

#[derive(Debug, Default)]
pub(crate) struct DeliveryTable {
    pub(crate) connection: IntColumn<Option<ConnectionId>>,
    pub(crate) recipient: IntColumn<RecipientId>,
    pub(crate) time: IntColumn<Option<Timestamp>>,
    pub(crate) result: PagedColumn<DeliveryResult>,
    /// The remote server's reply code, [`EXPIRED`], or 0 if there is none.
    pub(crate) code: PagedColumn<u16>,
    pub(crate) detail: PagedColumn<Option<TextId>>,
    /// The previous delivery on the same connection.
    pub(crate) prev: IntColumn<Option<DeliveryId>>,
    /// The previous delivery to the same recipient.
    pub(crate) earlier: IntColumn<Option<DeliveryId>>,
}

table!(DeliveryTable: recipient, connection, time, result, code, detail, prev, earlier);

impl Value for DeliveryResult {
    const BLANK: Self = Self::Delayed;
}

#[derive(Clone, Copy)]
pub(crate) struct NewDelivery {
    pub(crate) connection: Option<ConnectionId>,
    pub(crate) recipient: RecipientId,
    pub(crate) time: Option<Timestamp>,
    pub(crate) result: DeliveryResult,
    pub(crate) code: u16,
    pub(crate) detail: Option<TextId>,
    pub(crate) prev: Option<DeliveryId>,
    pub(crate) earlier: Option<DeliveryId>,
}

impl DeliveryTable {
    pub(crate) fn push(&mut self, new: &NewDelivery) -> DeliveryId {
        self.connection.push(new.connection);
        self.recipient.push(new.recipient);
        self.time.push(new.time);
        self.result.push(new.result);
        self.code.push(new.code);
        self.detail.push(new.detail);
        self.prev.push(new.prev);
        self.earlier.push(new.earlier);
        DeliveryId::new(self.end() - 1)
    }
}

/// The remote server's code, of the value of the column.
pub(crate) fn reply_code(code: u16) -> Option<u16> {
    (1..EXPIRED).contains(&code).then_some(code)
}

pub(crate) type Delivery<'i> = View<'i, DeliveryTag>;

columns! { Delivery deliveries;
    time: Option<Timestamp> = time,
    result: DeliveryResult = result,
}

impl<'i> Delivery<'i> {
    /// The connection; `None` if none was established.
    pub(crate) fn connection(&self) -> Option<Connection<'i>> {
        self.read(&self.index.deliveries.connection)
            .map(|id| self.index.connection(id))
    }

    pub(crate) fn recipient(&self) -> Recipient<'i> {
        self.index
            .recipient(self.read(&self.index.deliveries.recipient))
    }

    pub(crate) fn message(&self) -> Message<'i> {
        self.recipient().message()
    }

    /// The remote server's reply code; `None` for a success.
    pub(crate) fn code(&self) -> Option<u16> {
        reply_code(self.read(&self.index.deliveries.code))
    }

    /// What the reply or the appliance's own error means; `None` if an administrator deleted it.
    pub(crate) fn class(&self) -> Option<Class> {
        let detail = self.detail().unwrap_or_default();
        match (self.result(), self.read(&self.index.deliveries.code)) {
            (DeliveryResult::Delivered, _) => Some(Class::Ok),
            (DeliveryResult::Dropped | DeliveryResult::Aborted, _) => None,
            (_, EXPIRED) => Some(Class::Message),
            (_, 0) => Some(classify_own(detail.as_bytes())),
            (_, code) => Some(classify(code, detail.as_bytes())),
        }
    }

    /// The remote server's reply text; for a success, that of its Response line.
    pub(crate) fn detail(&self) -> Option<Cow<'i, str>> {
        self.read(&self.index.deliveries.detail)
            .map(|id| self.index.texts.full(id))
    }

    /// The RFC 3463 code at the start of the reply text.
    pub(crate) fn enhanced(&self) -> Option<&'i str> {
        let detail = self.read(&self.index.deliveries.detail)?;
        enhanced_code(self.index.texts.prefix(detail).as_bytes())
            .map(crate::index::records::connection::text)
    }

    pub(crate) fn earlier(&self) -> Option<Delivery<'i>> {
        self.read(&self.index.deliveries.earlier)
            .map(|id| self.index.delivery(id))
    }
}
