//! Whose ids they are: the syslog host's, else those of the serial number in the file's header, else of the folder.

use hashbrown::HashMap;

use crate::event::{ConnId, Dcid, Event, Icid, Mid};
use crate::header::Timestamp;
use crate::index::store::column::Value;
use crate::index::store::ids::IdMap;
use crate::index::store::int_column::IntCode;
use crate::index::{ConnectionId, MessageId};
use crate::position::SourceId;

/// An appliance: a name space of ids.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ApplianceId(u16);

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

/// How an appliance is known.
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

/// What a file's own lines say of it: the first three and the last.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SourceFacts {
    /// When the file says that it begins.
    pub begins: Option<Timestamp>,
    /// The AsyncOS release that wrote it.
    pub version: Option<String>,
    /// The serial number of the appliance that wrote it.
    pub serial: Option<String>,
    /// Seconds to add to UTC to get the log's local time. Nothing is guessed where the log does not say.
    pub utc_offset: Option<i64>,
    /// When the file says that it ends; without it, a saved file is incomplete.
    pub ends: Option<Timestamp>,
}

/// Where the entries of a source belong without a host, and what it says of itself.
#[derive(Clone, Debug)]
struct SourceRecord {
    appliance: ApplianceId,
    facts: SourceFacts,
}

/// All appliances seen.
#[derive(Debug, Default)]
pub struct Appliances {
    keys: Vec<ApplianceKey>,
    ids: Vec<IdMaps>,
    known: HashMap<ApplianceKey, ApplianceId, foldhash::quality::RandomState>,
    sources: Vec<SourceRecord>,
    serials: usize,
    /// The host asked for last: lines of one appliance mostly follow each other.
    last: Option<(Vec<u8>, ApplianceId)>,
}

impl Appliances {
    /// A source begins.
    pub fn open_source(&mut self, source: SourceId, folder: &str) {
        let new = SourceRecord {
            appliance: self.id(ApplianceKey::Folder(folder.to_owned())),
            facts: SourceFacts::default(),
        };
        if self.sources.len() <= source.index() {
            self.sources.resize(source.index() + 1, new.clone());
        }
        self.sources[source.index()] = new;
    }

    /// A line that a file begins or ends with. Its serial number names the appliance.
    pub fn note_framing(&mut self, source: SourceId, event: &Event<'_>, time: Option<Timestamp>) {
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

    /// A serial number that a source to come begins with: appliances are named where there are several.
    pub fn expect_serial(&mut self, serial: &[u8]) {
        self.id(ApplianceKey::Serial(
            String::from_utf8_lossy(serial).into_owned(),
        ));
    }

    /// What a source says of itself.
    pub fn facts(&self, source: SourceId) -> Option<&SourceFacts> {
        self.sources
            .get(source.index())
            .map(|of_source| &of_source.facts)
    }

    /// The appliance of an entry.
    #[inline]
    pub fn of(&mut self, source: SourceId, host: Option<&[u8]>) -> ApplianceId {
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

    /// Beyond 65,536 appliances all further ones share the last name space.
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

    /// The name to show, if any.
    pub fn shown(&self, id: ApplianceId) -> Option<&str> {
        match &self.keys[usize::from(id.0)] {
            ApplianceKey::Host(name) => Some(name),
            ApplianceKey::Serial(name) => (self.serials > 1).then_some(name.as_str()),
            ApplianceKey::Folder(_) => None,
        }
    }

    /// The syslog host that writes the appliance's lines, if one does.
    pub fn host(&self, id: ApplianceId) -> Option<&str> {
        match &self.keys[usize::from(id.0)] {
            ApplianceKey::Host(name) => Some(name),
            _ => None,
        }
    }

    /// The newest connection of an id.
    pub fn connection(&self, id: ApplianceId, link: ConnId) -> Option<ConnectionId> {
        let ids = &self.ids[usize::from(id.0)];
        match link {
            ConnId::In(Icid(id)) => ids.injections.get(id),
            ConnId::Out(Dcid(id)) => ids.deliveries.get(id),
        }
    }

    /// Makes a connection the newest of its id.
    pub fn set_connection(&mut self, id: ApplianceId, link: ConnId, record: ConnectionId) {
        let ids = &mut self.ids[usize::from(id.0)];
        match link {
            ConnId::In(Icid(id)) => ids.injections.set(id, record),
            ConnId::Out(Dcid(id)) => ids.deliveries.set(id, record),
        }
    }

    /// The newest message of an id.
    pub fn message(&self, id: ApplianceId, Mid(mid): Mid) -> Option<MessageId> {
        self.ids[usize::from(id.0)].messages.get(mid)
    }

    /// Makes a message the newest of its id.
    pub fn set_message(&mut self, id: ApplianceId, Mid(mid): Mid, record: MessageId) {
        self.ids[usize::from(id.0)].messages.set(mid, record);
    }

    /// A connection retires: its id leads to it no longer.
    pub fn forget_connection(&mut self, id: ApplianceId, link: ConnId, record: ConnectionId) {
        let ids = &mut self.ids[usize::from(id.0)];
        match link {
            ConnId::In(Icid(id)) => ids.injections.remove(id, record),
            ConnId::Out(Dcid(id)) => ids.deliveries.remove(id, record),
        }
    }

    /// A message retires: its id leads to it no longer.
    pub fn forget_message(&mut self, id: ApplianceId, Mid(mid): Mid, record: MessageId) {
        self.ids[usize::from(id.0)].messages.remove(mid, record);
    }

    /// Gives back the room of ids that lead to no record.
    pub fn trim(&mut self) {
        for ids in &mut self.ids {
            ids.injections.trim();
            ids.deliveries.trim();
            ids.messages.trim();
        }
    }

    /// The newest connection of that id on each appliance.
    pub fn newest_of(&self, link: ConnId) -> Vec<ConnectionId> {
        (0..self.ids.len())
            .filter_map(|at| self.connection(ApplianceId(u16::try_from(at).ok()?), link))
            .collect()
    }

    /// The newest message of that id on each appliance.
    pub fn newest_message_of(&self, Mid(mid): Mid) -> Vec<MessageId> {
        let newest = self.ids.iter().map(|ids| ids.messages.get(mid));
        newest.flatten().collect()
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.ids
            .iter()
            .map(|ids| ids.injections.bytes() + ids.deliveries.bytes() + ids.messages.bytes())
            .sum()
    }
}
