//! Evaluates a query for one log entry, from the values in that entry alone.

use super::connection::{policy_match, tls_match};
use super::moment;
use crate::event::{Entry, Event, EventKind, Policy, Tls, Value};
use crate::header::{Level, Timestamp};
use crate::query::field::Field;
use crate::query::parse::Expr;
use crate::query::value::{NamePredicate, Predicate};
use crate::search::TextPattern;

pub(in crate::query) struct EntryQuery<'a> {
    pub entry: &'a Entry<'a>,
    pub line: &'a [u8],
    pub appliance: Option<&'a str>,
    pub newest: Option<Timestamp>,
}

impl EntryQuery<'_> {
    pub(crate) fn matches(&self, expr: &Expr, texts: &[TextPattern]) -> bool {
        match expr {
            Expr::All(parts) => parts.iter().all(|part| self.matches(part, texts)),
            Expr::Any(parts) => parts.iter().any(|part| self.matches(part, texts)),
            Expr::Not(part) => !self.matches(part, texts),
            Expr::Field(field, test) => self.field(*field, test),
            Expr::Text(at) => texts[*at].matches(self.line),
        }
    }

    fn field(&self, field: Field, test: &Predicate) -> bool {
        let event = &self.entry.event;
        match test {
            Predicate::Time(_) => {
                let holds = moment(field, test, self.newest);
                self.entry
                    .time
                    .is_some_and(|time| holds(time.seconds(), time.seconds()))
            }
            Predicate::Words(words) => {
                word(field, event, self.entry.level).is_some_and(|at| words >> at & 1 == 1)
            }
            Predicate::Name(names) => self.named(field, names, test),
            Predicate::Ranges(ranges) => match id(field, event) {
                Some(id) => id.is_some_and(|id| ranges.matches(id)),
                None => self.any_value_matches(field, test),
            },
            Predicate::Addresses(_) => self.any_value_matches(field, test),
        }
    }

    fn named(&self, field: Field, names: &NamePredicate, test: &Predicate) -> bool {
        let event = &self.entry.event;
        match (field, event) {
            (Field::Appliance, _) => self.appliance.is_some_and(|name| names.matches(name)),
            (Field::Event, _) => names.matches(event.kind().name()),
            (Field::Tls | Field::Cipher, Event::Tls { text, .. }) => {
                Tls::parse(text).is_some_and(|tls| tls_match(field, names, &tls))
            }
            (Field::Group | Field::Action | Field::Country, Event::Hat { text, .. }) => {
                Policy::parse(text).is_some_and(|policy| policy_match(field, test, &policy))
            }
            _ => self.any_value_matches(field, test),
        }
    }

    /// Whether one of the values under the field's keys holds.
    fn any_value_matches(&self, field: Field, test: &Predicate) -> bool {
        let keys = keys(field);
        let mut found = false;
        self.entry.event.fields(&mut |key, value| {
            found |= keys.contains(&key) && value_match(field, key, test, &value);
        });
        found
    }
}

/// The keys of an entry's values that a field compares.
fn keys(field: Field) -> &'static [&'static str] {
    match field {
        Field::User => &["user"],
        Field::Mechanism => &["mechanism"],
        Field::Profile => &["profile"],
        Field::Ip => &["remote_ip"],
        Field::Host => &["remote_host"],
        Field::Port => &["remote_port"],
        Field::Interface => &["interface", "interface_ip"],
        Field::Sbrs => &["sbrs"],
        Field::From => &["from"],
        Field::To => &["to"],
        Field::Domain => &["from", "to", "domain"],
        Field::Subject => &["subject"],
        Field::Msgid => &["message_id"],
        Field::Size => &["size"],
        Field::Code => &["code"],
        Field::Enhanced => &["enhanced"],
        Field::Rid => &["rids"],
        _ => &[],
    }
}

fn value_match(field: Field, key: &str, test: &Predicate, value: &Value<'_>) -> bool {
    match (test, value) {
        (Predicate::Ranges(ranges), Value::Number(number)) => ranges.matches(*number),
        (Predicate::Ranges(ranges), Value::Score(score)) => {
            ranges.matches(crate::query::value::thousandths(*score))
        }
        (Predicate::Ranges(ranges), Value::Rids(rids)) => {
            rids.iter().any(|rid| ranges.matches(rid.0))
        }
        (_, Value::Text(bytes)) => text_match(field, key, test, bytes),
        (_, Value::Owned(bytes)) => text_match(field, key, test, bytes),
        _ => false,
    }
}

fn text_match(field: Field, key: &str, test: &Predicate, bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    match (field, test) {
        (Field::Domain, Predicate::Name(names)) if key != "domain" => {
            super::domain(&text).is_some_and(|domain| names.matches(domain))
        }
        (Field::Msgid, Predicate::Name(names)) => super::message::message_id_match(names, &text),
        (_, Predicate::Name(names)) => names.matches(&text),
        (_, Predicate::Addresses(tests)) => {
            let address = text.parse().ok();
            tests.iter().any(|test| test.matches(&text, address))
        }
        _ => false,
    }
}

/// The id of the entry's fixed part; `None` where the field is no such id or the entry lists
/// several.
fn id(field: Field, event: &Event<'_>) -> Option<Option<u64>> {
    Some(match field {
        Field::Icid => event.icid().map(|icid| icid.0),
        Field::Dcid => event.dcid().map(|dcid| dcid.0),
        Field::Mid => event.mid().map(|mid| mid.0),
        Field::Rid => Some(event.rid()?.0),
        _ => return None,
    })
}

/// The place of the entry's word in the field's row of the table.
fn word(field: Field, event: &Event<'_>, level: Option<Level>) -> Option<u16> {
    match (field, event) {
        (Field::Level, _) => level.map(|level| level as u16),
        (Field::Dir, _) => match (event.icid(), event.dcid()) {
            (Some(icid), _) if icid.0 > 0 => Some(0),
            (_, Some(dcid)) if dcid.0 > 0 => Some(1),
            _ => None,
        },
        (Field::Auth, Event::AuthIn { succeeded, .. }) => Some(u16::from(!succeeded)),
        (Field::Auth, Event::AuthOut { failure, .. }) => Some(u16::from(failure.is_some())),
        (Field::End, Event::End { word, .. }) => Some(*word as u16),
        (Field::End, Event::ConnectionError { .. }) => Some(2),
        (Field::Result, _) => match event.kind() {
            EventKind::DeliveryDone => Some(0),
            EventKind::DeliveryBounced => Some(1),
            EventKind::DeliveryDelayed => Some(2),
            EventKind::DeliveryDeleted => Some(3),
            _ => None,
        },
        _ => None,
    }
}
