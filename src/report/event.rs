//! `--view events`: every log entry in the order read.

use std::io::{self, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Map;

use super::Record;
use super::record::Time;
use crate::event::{Event, Value};
use crate::header::{Level, Timestamp};

/// One log entry and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct EventRecord<'a> {
    /// The appliance as it is shown.
    pub appliance: Option<&'a str>,
    /// The log's local time.
    pub time: Option<Timestamp>,
    /// The appliance's level.
    pub level: Option<Level>,
    /// What the entry says.
    pub event: Event<'a>,
    /// The file as on disk.
    pub file: &'a str,
    /// The line's number in it, from 1.
    pub line: u64,
    /// The entry as written.
    pub text: &'a [u8],
    /// The entry behind its frame.
    pub body: &'a [u8],
    /// Whether the entry went on beyond the first MiB.
    pub cut: bool,
}

impl Serialize for EventRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("appliance", &self.appliance)?;
        map.serialize_entry("time", &self.time.map(Time))?;
        map.serialize_entry("level", &self.level.map(Level::word))?;
        map.serialize_entry("event", self.event.kind().name())?;
        map.serialize_entry("icid", &self.event.icid().map(|id| id.0))?;
        map.serialize_entry("dcid", &self.event.dcid().map(|id| id.0))?;
        map.serialize_entry("mid", &self.event.mid().map(|id| id.0))?;
        map.serialize_entry("rid", &self.event.rid().map(|id| id.0))?;
        let mut result = Ok(());
        self.event.fields(&mut |name, value| {
            if result.is_ok() {
                result = map.serialize_entry(name, &Field(value));
            }
        });
        result?;
        map.serialize_entry("file", self.file)?;
        map.serialize_entry("line", &self.line)?;
        map.serialize_entry("text", &String::from_utf8_lossy(self.text))?;
        map.serialize_entry("cut", &self.cut)?;
        map.end()
    }
}

/// A field's value as JSON.
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

impl Record for EventRecord<'_> {
    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        super::json::write(out, self)
    }

    fn map(&self) -> Map<String, serde_json::Value> {
        let mut map = super::to_map(self);
        map.insert(
            BODY.to_owned(),
            String::from_utf8_lossy(self.body).into_owned().into(),
        );
        map
    }

    fn raw(&self) -> &[u8] {
        self.text
    }
}

/// What a table shows of an entry: the text behind its frame, which JSON has within `text`.
pub(super) const BODY: &str = "body";
