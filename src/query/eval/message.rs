//! The fields of a message, its recipients and their deliveries.

use super::connection::appliances;
use super::{
    Field, connections, connections_messages, deliveries_messages, matching,
    messages_of_deliveries, moment, named, outcomes, recipients_messages,
};
use crate::header::Timestamp;
use crate::index::store::column::PagedColumn;
use crate::index::{DeliveryState, Index, TextId};
use crate::query::bitset::BitSet;
use crate::query::value::{NamePredicate, Predicate, Ranges};

/// The messages that match; `None` if messages do not have the field.
pub(in crate::query) fn messages(
    index: &Index,
    field: Field,
    test: &Predicate,
    newest: Option<Timestamp>,
) -> Option<BitSet> {
    let columns = &index.messages;
    let count = columns.ranks();
    let bits = match (field, test) {
        (Field::Mid, Predicate::Ranges(ranges)) => {
            BitSet::of(columns.mid.iter(), count, |mid| ranges.matches(mid))
        }
        (Field::Icid, Predicate::Ranges(ranges)) => came_by(index, test, ranges, newest)?,
        (Field::From, Predicate::Name(names)) => sent(index, &matching(&index.names.mail, names)),
        (Field::Domain, Predicate::Name(names)) => {
            let names = domains(index, names);
            let to = recipients_messages(index, &addressed(index, &names));
            sent(index, &names).or(&to)
        }
        (Field::Subject, Predicate::Name(names)) => {
            texts(index, &columns.subject, |text| names.matches(text))
        }
        (Field::Msgid, Predicate::Name(names)) => texts(index, &columns.message_id, |text| {
            message_id_match(names, text)
        }),
        (Field::Size, Predicate::Ranges(ranges)) => {
            BitSet::of(columns.size.iter(), count, |size| {
                size.is_some_and(|size| ranges.matches(size))
            })
        }
        (Field::State, Predicate::Words(words)) => states(index, *words),
        (Field::Appliance, Predicate::Name(names)) => appliances(index, &columns.appliance, names),
        (Field::Since | Field::Until | Field::At, Predicate::Time(_)) => {
            lives(index, moment(field, test, newest))
        }
        (Field::Rid | Field::To, _) => recipients_messages(index, &recipients(index, field, test)?),
        (Field::Result | Field::Code | Field::Enhanced, _) => {
            deliveries_messages(index, &outcomes(index, field, test)?)
        }
        _ => return None,
    };
    Some(bits)
}

/// The recipients that match; `None` if recipients do not have the field.
pub(super) fn recipients(index: &Index, field: Field, test: &Predicate) -> Option<BitSet> {
    let columns = &index.recipients;
    Some(match (field, test) {
        (Field::Rid, Predicate::Ranges(ranges)) => {
            BitSet::of(columns.rid.iter(), columns.ranks(), |rid| {
                rid.is_some_and(|rid| ranges.matches(rid))
            })
        }
        (Field::To, Predicate::Name(names)) => {
            addressed(index, &matching(&index.names.mail, names))
        }
        (Field::State, Predicate::Words(words)) => {
            BitSet::of(columns.state.iter(), columns.ranks(), |state| {
                words & bit(state) != 0
            })
        }
        _ => return None,
    })
}

/// The messages that one of these addresses sent.
pub(super) fn sent(index: &Index, names: &BitSet) -> BitSet {
    named(names, &index.messages.from)
}

/// The recipients with one of these addresses.
pub(super) fn addressed(index: &Index, names: &BitSet) -> BitSet {
    named(names, &index.recipients.to)
}

/// The addresses of these domains.
pub(super) fn domains(index: &Index, wanted: &NamePredicate) -> BitSet {
    let names = &index.names.mail;
    BitSet::of(names.iter(), names.len(), |(_, address)| {
        domain(address).is_some_and(|domain| wanted.matches(domain))
    })
}

/// The part of an address after its last `@`.
pub(in crate::query) fn domain(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain)
}

/// Whether a Message-ID matches with or without its angle brackets.
pub(super) fn message_id_match(names: &NamePredicate, id: &str) -> bool {
    let bare = id.strip_prefix('<').and_then(|id| id.strip_suffix('>'));
    names.matches(id) || bare.is_some_and(|id| names.matches(id))
}

fn texts(
    index: &Index,
    column: &PagedColumn<Option<TextId>>,
    holds: impl Fn(&str) -> bool + Sync,
) -> BitSet {
    BitSet::of_numbers(column.ranks(), |at| {
        let text = column.get(at).map(|id| index.texts.full(id));
        text.is_some_and(|text| holds(&text))
    })
}

/// The messages of connections with a matching ICID; 0 matches those that the appliance generated.
fn came_by(
    index: &Index,
    test: &Predicate,
    ranges: &Ranges,
    newest: Option<Timestamp>,
) -> Option<BitSet> {
    let columns = &index.messages;
    let came = connections_messages(index, &connections(index, Field::Icid, test, newest)?);
    if !ranges.matches(0_i128) {
        return Some(came);
    }
    let made_here = columns.flags.iter().zip(columns.connection.iter());
    let made_here = BitSet::of(made_here, columns.ranks(), |(facts, connection)| {
        facts.made_here && connection.is_none()
    });
    Some(came.or(&made_here))
}

/// The bit of a state in [`crate::query::field::STATE`].
fn bit(state: DeliveryState) -> u16 {
    1 << (state as u16 + 2)
}

const MIXED: u16 = 1 << 9;

/// The recipients' states of each message, joined.
fn joined_states(index: &Index) -> Vec<u16> {
    let places = index.messages.ranks();
    let mut states = vec![0; places.len()];
    let columns = &index.recipients;
    let recipients = columns.message.iter().zip(columns.state.iter());
    recipients.for_each(|(message, state)| {
        if let Some(place) = places.rank(message.at()) {
            states[place] |= bit(state);
        }
    });
    states
}

fn states(index: &Index, words: u16) -> BitSet {
    let columns = &index.messages;
    let all = joined_states(index).into_iter().zip(columns.flags.iter());
    BitSet::of(all, columns.ranks(), |(joined, facts)| {
        let state = match joined.count_ones() {
            0 => facts.fate.map_or(0, bit),
            1 => joined,
            _ => MIXED,
        };
        words & state != 0
    })
}

/// The messages whose lifetime matches: from the first line until the message is finished and the
/// last recipient has a final state. A message in progress has no end yet.
fn lives(index: &Index, holds: impl Fn(i64, i64) -> bool) -> BitSet {
    let interim = DeliveryState::ALL.into_iter();
    let interim = interim.filter(|state| state.is_interim());
    let interim = interim.fold(0, |all, state| all | bit(state));
    let columns = &index.messages;
    let places = columns.ranks();
    let mut decided = vec![i64::MIN; places.len()];
    let times = messages_of_deliveries(index).zip(index.deliveries.time.iter());
    for (message, time) in times {
        let time = time.map_or(i64::MIN, Timestamp::seconds);
        if let Some(place) = places.rank(message) {
            decided[place] = decided[place].max(time);
        }
    }
    let states = joined_states(index).into_iter().zip(decided);
    let all = states
        .zip(columns.flags.iter())
        .zip(columns.began.iter().zip(columns.ended.iter()));
    BitSet::of(
        all,
        columns.ranks(),
        |(((states, decided), facts), (began, ended))| {
            let Some(began) = began.map(Timestamp::seconds) else {
                return false;
            };
            let over =
                facts.finished || facts.fate.is_some() || states != 0 && states & interim == 0;
            let ended = ended.map_or(i64::MIN, Timestamp::seconds);
            let last = decided.max(ended).max(began);
            holds(began, if over { last } else { i64::MAX })
        },
    )
}
