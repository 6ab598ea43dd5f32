//! The fields of an authentication attempt.

use super::{by_time, enhanced, matching, named, posted};
use crate::header::Timestamp;
use crate::index::Index;
use crate::query::bitset::BitSet;
use crate::query::field::Field;
use crate::query::value::Predicate;

/// The attempts that match; `None` if attempts do not have the field.
pub(in crate::query) fn attempts(
    index: &Index,
    field: Field,
    test: &Predicate,
    newest: Option<Timestamp>,
) -> Option<BitSet> {
    let columns = &index.attempts;
    let bits = match (field, test) {
        (Field::User, Predicate::Name(names)) => {
            let matching = matching(&index.names.users, names);
            posted(&matching, &columns.user, &columns.by_user)
        }
        (Field::Profile, Predicate::Name(names)) => {
            let matching = matching(&index.names.profiles, names);
            posted(&matching, &columns.profile, &columns.by_profile)
        }
        (Field::Mechanism, Predicate::Name(names)) => named(
            &matching(&index.names.mechanisms, names),
            &columns.mechanism,
        ),
        (Field::Auth, Predicate::Words(words)) => {
            BitSet::of(columns.succeeded.iter(), columns.ranks(), |succeeded| {
                words >> u16::from(!succeeded) & 1 == 1
            })
        }
        (Field::Code, Predicate::Ranges(ranges)) => {
            BitSet::of(columns.code.iter(), columns.ranks(), |code| {
                code > 0 && ranges.matches(code)
            })
        }
        (Field::Enhanced, Predicate::Name(names)) => enhanced(index, &columns.detail, names),
        (Field::Since | Field::Until, Predicate::Time(_)) => {
            by_time(&columns.time, field, test, newest)
        }
        _ => return None,
    };
    Some(bits)
}
