//! The fields of a delivery, its recipient and its message.

use super::message::{self, messages};
use super::{by_time, enhanced, messages_deliveries};
use crate::header::Timestamp;
use crate::index::Index;
use crate::index::records::delivery::reply_code;
use crate::query::bitset::BitSet;
use crate::query::field::Field;
use crate::query::value::Predicate;

/// The deliveries that match, by their own fields, their recipient's or their message's.
pub(in crate::query) fn deliveries(
    index: &Index,
    field: Field,
    test: &Predicate,
    newest: Option<Timestamp>,
) -> Option<BitSet> {
    if let Some(own) = outcomes(index, field, test) {
        return Some(own);
    }
    let columns = &index.deliveries;
    if matches!(field, Field::Since | Field::Until) {
        return Some(by_time(&columns.time, field, test, newest));
    }
    let of_recipients = |recipients: BitSet| {
        BitSet::of(columns.recipient.iter(), columns.ranks(), |id| {
            recipients.contains(id.at())
        })
    };
    if let (Field::Domain, Predicate::Name(names)) = (field, test) {
        let to = of_recipients(message::addressed(index, &message::domains(index, names)));
        let from = message::sent(index, &message::domains(index, names));
        return Some(to.or(&messages_deliveries(index, &from)));
    }
    if let Some(recipients) = message::recipients(index, field, test) {
        return Some(of_recipients(recipients));
    }
    let is_its_messages = matches!(
        field,
        Field::Mid
            | Field::Icid
            | Field::From
            | Field::Subject
            | Field::Msgid
            | Field::Size
            | Field::Appliance
    );
    is_its_messages
        .then(|| messages(index, field, test, newest))
        .flatten()
        .map(|messages| messages_deliveries(index, &messages))
}

/// The deliveries whose outcome matches: `result`, `code`, `enhanced`.
pub(super) fn outcomes(index: &Index, field: Field, test: &Predicate) -> Option<BitSet> {
    let columns = &index.deliveries;
    let bits = match (field, test) {
        (Field::Result, Predicate::Words(words)) => {
            BitSet::of(columns.result.iter(), columns.ranks(), |result| {
                words >> result as u16 & 1 == 1
            })
        }
        (Field::Code, Predicate::Ranges(ranges)) => {
            BitSet::of(columns.code.iter(), columns.ranks(), |code| {
                reply_code(code).is_some_and(|code| ranges.matches(code))
            })
        }
        (Field::Enhanced, Predicate::Name(names)) => enhanced(index, &columns.detail, names),
        _ => return None,
    };
    Some(bits)
}
