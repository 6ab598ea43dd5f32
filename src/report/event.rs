//! `--view events`: log entries as records. Parsing them is left to `event`.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::ToRow;
use super::record::{Object, object, time};
use crate::event::Value;
use crate::header::Level;
use crate::present::{EntryRow, TableRow};

/// A log entry with the keys of its event.
pub(crate) struct EventRecord<'a>(pub EntryRow<'a>);

object! { EventRecord(entry) => {
    "appliance": entry.appliance,
    "time": time(entry.time),
    "level": entry.level.map(Level::word),
    "event": entry.event.kind().name(),
    "icid": entry.event.icid().map(|id| id.0),
    "dcid": entry.event.dcid().map(|id| id.0),
    "mid": entry.event.mid().map(|id| id.0),
    "rid": entry.event.rid().map(|id| id.0),
    ..EventFields,
    "file": entry.file,
    "line": entry.line,
    "text": String::from_utf8_lossy(entry.text),
    "cut": entry.cut,
} }

/// What the event of an entry carries beside ids.
struct EventFields<'a>(EntryRow<'a>);

impl Object for EventFields<'_> {
    /// Those that CSV has a column for; `--fields` and JSON know all.
    fn keys() -> Vec<&'static str> {
        vec!["user", "mechanism", "profile", "code", "enhanced", "detail"]
    }

    fn entries<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        let mut result = Ok(());
        self.0.event.fields(&mut |name, value| {
            if result.is_ok() {
                result = map.serialize_entry(name, &FieldValue(value));
            }
        });
        result
    }
}

struct FieldValue<'a>(Value<'a>);

impl Serialize for FieldValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Value::Text(text) => serializer.serialize_str(&String::from_utf8_lossy(text)),
            Value::Owned(text) => serializer.serialize_str(&String::from_utf8_lossy(text)),
            Value::Number(number) => serializer.serialize_u64(*number),
            Value::Signed(number) => serializer.serialize_i64(*number),
            Value::Score(score) => serializer.serialize_f64(*score),
            Value::Flag(flag) => serializer.serialize_bool(*flag),
            Value::Rids(rids) => serializer.collect_seq(rids.iter().map(|rid| rid.0)),
        }
    }
}

impl ToRow for EventRecord<'_> {
    fn row(&self) -> TableRow<'_> {
        TableRow::Entry(self.0)
    }

    fn raw(&self) -> &[u8] {
        self.0.text
    }
}
