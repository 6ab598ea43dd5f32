//! `--view events`: log entries as records. Parsing them is left to `event`.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::TableRow;
use super::record::Time;
use crate::event::Value;
use crate::header::Level;
use crate::present::{EntryRow, Row};

/// A log entry with the keys of its event.
pub struct EventRecord<'a>(pub EntryRow<'a>);

impl Serialize for EventRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("appliance", &self.0.appliance)?;
        map.serialize_entry("time", &self.0.time.map(Time))?;
        map.serialize_entry("level", &self.0.level.map(Level::word))?;
        map.serialize_entry("event", self.0.event.kind().name())?;
        map.serialize_entry("icid", &self.0.event.icid().map(|id| id.0))?;
        map.serialize_entry("dcid", &self.0.event.dcid().map(|id| id.0))?;
        map.serialize_entry("mid", &self.0.event.mid().map(|id| id.0))?;
        map.serialize_entry("rid", &self.0.event.rid().map(|id| id.0))?;
        let mut result = Ok(());
        self.0.event.fields(&mut |name, value| {
            if result.is_ok() {
                result = map.serialize_entry(name, &Field(value));
            }
        });
        result?;
        map.serialize_entry("file", self.0.file)?;
        map.serialize_entry("line", &self.0.line)?;
        map.serialize_entry("text", &String::from_utf8_lossy(self.0.text))?;
        map.serialize_entry("cut", &self.0.cut)?;
        map.end()
    }
}

struct Field<'a>(Value<'a>);

impl Serialize for Field<'_> {
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

impl TableRow for EventRecord<'_> {
    fn row(&self) -> Row<'_> {
        Row::Entry(self.0)
    }

    fn raw(&self) -> &[u8] {
        self.0.text
    }
}
