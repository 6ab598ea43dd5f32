//! Rare entries about the appliance as a whole, which belong to no record: harvest attacks, LDAP
//! outages, limits, keys, suspensions.

use hashbrown::HashMap;

use super::appliance::ApplianceId;
use super::event_counts::Count;
use crate::event::{Event, EventKind, Value};
use crate::header::Timestamp;
use crate::position::Position;

/// Subjects of one kind that are counted separately. Strangers choose some of them.
const MOST_SUBJECTS: usize = 64;

/// Bytes kept of a subject and of a sample.
const LONGEST: usize = 200;

/// The kinds of the entries, and the field that tells their subjects apart.
const KINDS: [(EventKind, &str); 7] = [
    (EventKind::LdapHarvest, "host"),
    (EventKind::LdapFailed, ""),
    (EventKind::SystemLimit, "from"),
    (EventKind::SystemKey, "feature"),
    (EventKind::DeliverySuspended, ""),
    (EventKind::SystemServer, ""),
    (EventKind::SystemQueue, ""),
];

/// Entries of one kind about one subject.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) kind: EventKind,
    pub(crate) appliance: ApplianceId,
    /// A host, a sender, a key, or what is suspended or resumed; empty if the entry names none.
    pub(crate) subject: String,
    pub(crate) tally: Count,
    pub(crate) first: Position,
    pub(crate) last: Position,
    /// The newest entry without its header.
    pub(crate) sample: String,
}

#[derive(Debug, Default)]
pub(crate) struct Notices {
    all: Vec<Notice>,
    numbers: HashMap<(EventKind, ApplianceId, String), usize, foldhash::quality::RandomState>,
}

impl Notices {
    pub(crate) fn add(
        &mut self,
        event: &Event<'_>,
        appliance: ApplianceId,
        position: Position,
        time: Option<Timestamp>,
    ) {
        let Event::Template { template, text, .. } = event else {
            return;
        };
        let kind = template.kind();
        let Some((_, field)) = KINDS.iter().find(|(noted, _)| *noted == kind) else {
            return;
        };
        let Some(mut subject) = subject(kind, text) else {
            return;
        };
        template.fields(text, &mut |name, value| {
            if let Value::Text(text) = value
                && name == *field
            {
                subject = shortened(text);
            }
        });
        let notice = self.of(kind, appliance, subject, position);
        notice.tally.add(time);
        notice.last = position;
        notice.sample = shortened(text);
    }

    /// The notice of the subject, or of all others of the kind if there are too many.
    fn of(
        &mut self,
        kind: EventKind,
        appliance: ApplianceId,
        subject: String,
        position: Position,
    ) -> &mut Notice {
        let mut key = (kind, appliance, subject);
        if !self.numbers.contains_key(&key) && self.of_kind(kind).count() >= MOST_SUBJECTS {
            key.2 = String::new();
        }
        let next = self.all.len();
        let at = *self.numbers.entry(key.clone()).or_insert(next);
        if at == next {
            self.all.push(Notice {
                kind,
                appliance,
                subject: key.2,
                tally: Count::default(),
                first: position,
                last: position,
                sample: String::new(),
            });
        }
        &mut self.all[at]
    }

    /// In the order of their first entries.
    pub(crate) fn of_kind(&self, kind: EventKind) -> impl Iterator<Item = &Notice> {
        self.all.iter().filter(move |notice| notice.kind == kind)
    }
}

/// The subject of an entry without a field for it, `None` if it means nothing: ordinary starts and
/// checkpoints are frequent.
fn subject(kind: EventKind, text: &[u8]) -> Option<String> {
    let text = shortened(text);
    match kind {
        EventKind::DeliverySuspended | EventKind::SystemServer | EventKind::SystemQueue => {
            suspension(&text)
        }
        EventKind::SystemKey => text.contains("expire").then(String::new),
        _ => Some(String::new()),
    }
}

/// `Listener Incoming suspended` of `Listener Incoming has been suspended by admin`, or `… resumed`.
fn suspension(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let verb = if lower.contains("resum") {
        "resumed"
    } else if lower.contains("suspend") || lower.contains("pause") {
        "suspended"
    } else {
        return None;
    };
    let is_name = |word: &&str| {
        let word = word.to_ascii_lowercase();
        let verbs = ["is", "are", "has", "was", "currently"];
        let states = ["suspend", "resum", "pause"];
        !verbs.contains(&word.as_str()) && !states.iter().any(|state| word.contains(state))
    };
    let name: Vec<&str> = text.split_whitespace().take_while(is_name).collect();
    Some(format!("{} {verb}", name.join(" ")))
}

fn shortened(text: &[u8]) -> String {
    String::from_utf8_lossy(&text[..text.len().min(LONGEST)]).into_owned()
}
