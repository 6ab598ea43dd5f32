//! The recipients of messages.

use hashbrown::HashMap;

use super::delivery::{Delivery, DeliveryId};
use super::message::{DeliveryState, Message, MessageId};
use super::view::{View, columns, names};
use crate::index::store::column::{PagedColumn, RecordId, oldest_first, table};
use crate::index::store::int_column::IntColumn;
use crate::index::store::intern::Symbol;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum RecipientTag {}
pub(crate) type RecipientId = RecordId<RecipientTag>;

/// Recipients with this number or a higher one are found by a map; the others by searching the
/// message's list.
pub(crate) const NEAR: u32 = 32;

#[derive(Debug, Default)]
pub(crate) struct RecipientTable {
    pub(crate) message: IntColumn<MessageId>,
    /// `None` if the log wrote the recipient without a number.
    pub(crate) rid: IntColumn<Option<u32>>,
    pub(crate) to: IntColumn<Option<Symbol>>,
    pub(crate) state: PagedColumn<DeliveryState>,
    pub(crate) last_delivery: PagedColumn<Option<DeliveryId>>,
    /// The previous recipient of the same message.
    pub(crate) prev: IntColumn<Option<RecipientId>>,
    /// Recipients whose number is [`NEAR`] or higher.
    pub(crate) far: HashMap<(MessageId, u32), RecipientId, foldhash::fast::RandomState>,
}

table!(RecipientTable: message, rid, to, state, last_delivery, prev; far);

impl RecipientTable {
    pub(crate) fn push(
        &mut self,
        message: MessageId,
        rid: Option<u32>,
        to: Option<Symbol>,
        prev: Option<RecipientId>,
    ) -> RecipientId {
        self.message.push(message);
        self.rid.push(rid);
        self.to.push(to);
        self.state.push_blank();
        self.last_delivery.push_blank();
        self.prev.push(prev);
        let id = RecipientId::new(self.end() - 1);
        if let Some(rid) = rid.filter(|rid| *rid >= NEAR) {
            self.far.insert((message, rid), id);
        }
        id
    }
}

pub(crate) type Recipient<'i> = View<'i, RecipientTag>;

columns! { Recipient recipients;
    rid: Option<u32> = rid,
    address_name: Option<Symbol> = to,
    state: DeliveryState = state,
}

names! { Recipient;
    /// The envelope recipient without angle brackets; `None` if the log begins after it.
    to = mail[address_name],
}

impl<'i> Recipient<'i> {
    /// The part of the address after its last `@`.
    pub(crate) fn domain(&self) -> Option<&'i str> {
        Some(self.to()?.rsplit_once('@')?.1)
    }

    pub(crate) fn message(&self) -> Message<'i> {
        self.index
            .message(self.read(&self.index.recipients.message))
    }

    /// Its deliveries in the order of the log.
    pub(crate) fn deliveries(&self) -> Vec<Delivery<'i>> {
        let (index, newest) = (self.index, self.read(&self.index.recipients.last_delivery));
        oldest_first(newest, &index.deliveries.earlier, |id| index.delivery(id))
    }

    /// The delivery that put it in its state.
    pub(crate) fn decided_by(&self) -> Option<Delivery<'i>> {
        let newest_first = self.deliveries().into_iter().rev();
        let mut deciding = newest_first.filter(|one| one.result().state() == self.state());
        deciding.next()
    }
}
