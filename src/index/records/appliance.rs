//! Appliances: the name spaces of ids. An appliance is known by its syslog host, else by the serial
//! number in the file's header, else by the folder.

use hashbrown::HashMap;

use crate::event::{ConnId, Dcid, Event, Icid, Mid};
use crate::header::Timestamp;
use crate::index::store::column::Value;
use crate::index::store::ids::IdMap;
use crate::index::store::int_column::IntCode;
use crate::index::{ConnectionId, MessageId};
use crate::position::SourceId;

#[cfg(test)]
mod tests;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct ApplianceId(u16);

impl ApplianceId {
    pub(crate) fn new(at: usize) -> Self {
        Self(u16::try_from(at).unwrap_or(u16::MAX))
    }

    pub(crate) fn at(self) -> usize {
        usize::from(self.0)
    }
}

impl Value for ApplianceId {
    const BLANK: Self = Self(0);
}

impl IntCode for ApplianceId {
    #[inline]
    fn to_code(self) -> u64 {
        u64::from(self.0)
    }

    #[inline]
    fn from_code(code: u64) -> Self {
        Self(code as u16)
    }
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum ApplianceKey {
    Host(String),
    Serial(String),
    Folder(String),
}

/// The newest record of each id of one appliance.
#[derive(Debug, Default)]
struct IdMaps {
    injections: IdMap<ConnectionId>,
    deliveries: IdMap<ConnectionId>,
    messages: IdMap<MessageId>,
}

/// Facts from a file's first three lines and its last one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct SourceFacts {
    pub(crate) begins: Option<Timestamp>,
    pub(crate) version: Option<String>,
    pub(crate) serial: Option<String>,
    /// Seconds to add to UTC to get the log's local time; not guessed if the log does not say.
    pub(crate) utc_offset: Option<i64>,
    /// Without it, a saved file is incomplete.
    pub(crate) ends: Option<Timestamp>,
}

/// The appliance of a source's entries without a syslog host, and the source's facts.
#[derive(Clone, Debug)]
struct SourceRecord {
    appliance: ApplianceId,
    facts: SourceFacts,
}

#[derive(Debug, Default)]
pub(crate) struct Appliances {
    keys: Vec<ApplianceKey>,
    ids: Vec<IdMaps>,
    known: HashMap<ApplianceKey, ApplianceId, foldhash::quality::RandomState>,
    sources: Vec<SourceRecord>,
    serials: usize,
    /// The last host looked up: lines of one appliance mostly follow each other.
    last: Option<(Vec<u8>, ApplianceId)>,
}

impl Appliances {
    pub(crate) fn open_source(&mut self, source: SourceId, folder: &str) {
        let new = SourceRecord {
            appliance: self.id(ApplianceKey::Folder(folder.to_owned())),
            facts: SourceFacts::default(),
        };
        if self.sources.len() <= source.index() {
            self.sources.resize(source.index() + 1, new.clone());
        }
        self.sources[source.index()] = new;
    }

    /// A line that a file begins or ends with. A serial number in it names the appliance.
    pub(crate) fn note_framing(
        &mut self,
        source: SourceId,
        event: &Event<'_>,
        time: Option<Timestamp>,
    ) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let named = match event {
            Event::LogVersion { serial, .. } => Some(self.id(ApplianceKey::Serial(text(serial)))),
            _ => None,
        };
        let Some(of_source) = self.sources.get_mut(source.index()) else {
            return;
        };
        of_source.appliance = named.unwrap_or(of_source.appliance);
        let facts = &mut of_source.facts;
        match event {
            Event::LogBegin => facts.begins = time,
            Event::LogVersion { version, serial } => {
                facts.version = Some(text(version));
                facts.serial = Some(text(serial));
            }
            Event::LogOffset { seconds } => facts.utc_offset = Some(*seconds),
            Event::LogEnd => facts.ends = time,
            _ => {}
        }
    }

    /// The serial number of a source that is read later: appliances are named if there are several.
    pub(crate) fn expect_serial(&mut self, serial: &[u8]) {
        self.id(ApplianceKey::Serial(
            String::from_utf8_lossy(serial).into_owned(),
        ));
    }

    pub(crate) fn facts(&self, source: SourceId) -> Option<&SourceFacts> {
        self.sources
            .get(source.index())
            .map(|of_source| &of_source.facts)
    }

    #[inline]
    pub(crate) fn of(&mut self, source: SourceId, host: Option<&[u8]>) -> ApplianceId {
        match (host, &self.last) {
            (None, _) => match self.sources.get(source.index()) {
                Some(of_source) => of_source.appliance,
                None => self.of_unopened(source),
            },
            (Some(host), Some((last, id))) if last == host => *id,
            (Some(host), _) => self.of_host(host),
        }
    }

    fn of_unopened(&mut self, source: SourceId) -> ApplianceId {
        self.open_source(source, "");
        self.sources[source.index()].appliance
    }

    fn of_host(&mut self, host: &[u8]) -> ApplianceId {
        let id = self.id(ApplianceKey::Host(
            String::from_utf8_lossy(host).into_owned(),
        ));
        self.last = Some((host.to_vec(), id));
        id
    }

    /// Beyond 65,536 appliances, further ones share the last number.
    fn id(&mut self, key: ApplianceKey) -> ApplianceId {
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let Ok(number) = u16::try_from(self.keys.len()) else {
            return ApplianceId(u16::MAX);
        };
        self.serials += usize::from(matches!(key, ApplianceKey::Serial(_)));
        self.keys.push(key.clone());
        self.ids.push(IdMaps::default());
        self.known.insert(key, ApplianceId(number));
        ApplianceId(number)
    }

    /// The name on screens, if any.
    pub(crate) fn shown(&self, id: ApplianceId) -> Option<&str> {
        match &self.keys[usize::from(id.0)] {
            ApplianceKey::Host(name) => Some(name),
            ApplianceKey::Serial(name) => (self.serials > 1).then_some(name.as_str()),
            ApplianceKey::Folder(_) => None,
        }
    }

    /// The syslog host that writes the appliance's lines.
    pub(crate) fn host(&self, id: ApplianceId) -> Option<&str> {
        match &self.keys[usize::from(id.0)] {
            ApplianceKey::Host(name) => Some(name),
            _ => None,
        }
    }

    pub(crate) fn connection(&self, id: ApplianceId, link: ConnId) -> Option<ConnectionId> {
        let ids = &self.ids[usize::from(id.0)];
        match link {
            ConnId::In(Icid(id)) => ids.injections.get(id),
            ConnId::Out(Dcid(id)) => ids.deliveries.get(id),
        }
    }

    pub(crate) fn set_connection(&mut self, id: ApplianceId, link: ConnId, record: ConnectionId) {
        let ids = &mut self.ids[usize::from(id.0)];
        match link {
            ConnId::In(Icid(id)) => ids.injections.set(id, record),
            ConnId::Out(Dcid(id)) => ids.deliveries.set(id, record),
        }
    }

    pub(crate) fn message(&self, id: ApplianceId, Mid(mid): Mid) -> Option<MessageId> {
        self.ids[usize::from(id.0)].messages.get(mid)
    }

    pub(crate) fn set_message(&mut self, id: ApplianceId, Mid(mid): Mid, record: MessageId) {
        self.ids[usize::from(id.0)].messages.set(mid, record);
    }

    pub(crate) fn forget_connection(
        &mut self,
        id: ApplianceId,
        link: ConnId,
        record: ConnectionId,
    ) {
        let ids = &mut self.ids[usize::from(id.0)];
        match link {
            ConnId::In(Icid(id)) => ids.injections.remove(id, record),
            ConnId::Out(Dcid(id)) => ids.deliveries.remove(id, record),
        }
    }

    pub(crate) fn forget_message(&mut self, id: ApplianceId, Mid(mid): Mid, record: MessageId) {
        self.ids[usize::from(id.0)].messages.remove(mid, record);
    }

    /// Frees the memory of ids without a record.
    pub(crate) fn trim(&mut self) {
        for ids in &mut self.ids {
            ids.injections.trim();
            ids.deliveries.trim();
            ids.messages.trim();
        }
    }

    pub(crate) fn newest_connections(&self, link: ConnId) -> Vec<ConnectionId> {
        (0..self.ids.len())
            .filter_map(|at| self.connection(ApplianceId(u16::try_from(at).ok()?), link))
            .collect()
    }

    pub(crate) fn newest_messages(&self, Mid(mid): Mid) -> Vec<MessageId> {
        let newest = self.ids.iter().map(|ids| ids.messages.get(mid));
        newest.flatten().collect()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.ids
            .iter()
            .map(|ids| ids.injections.bytes() + ids.deliveries.bytes() + ids.messages.bytes())
            .sum()
    }
}
