//! Gives back the names and texts that no kept record speaks of.
//!
//! What is used is marked and copied while others read, and put in place at once. Names keep their numbers. The number
//! of a name that went is given to a new one only after the next sweep, when whoever reads has long looked again.

use hashbrown::HashMap;

use super::column::Column;
use super::correlate::Pending;
use super::intern::{Interner, Name, TextId, Texts};
use super::{Index, Names};

/// What is swept at once: while it is, it takes its room twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Part {
    /// Subjects, message ids, replies.
    Texts,
    /// Envelope addresses.
    Mail,
    /// All other names.
    Names,
}

impl Part {
    /// All of them, in the order in which they are swept.
    pub const ALL: [Self; 3] = [Self::Texts, Self::Mail, Self::Names];
}

/// Names or texts without what is not used, prepared.
#[derive(Debug)]
pub enum Sweep {
    /// With the columns that say where they stand.
    Texts(Box<SweptTexts>),
    /// By kind.
    Mail(Interner),
    /// All but envelope addresses, which are left empty.
    Names(Box<Names>),
}

/// Texts and who speaks of them.
#[derive(Debug)]
pub struct SweptTexts {
    texts: Texts,
    subject: Column<Option<TextId>>,
    message_id: Column<Option<TextId>>,
    said: Column<Option<TextId>>,
    replied: Column<Option<TextId>>,
    pending: Pending,
}

impl Sweep {
    /// Marks and copies what is used.
    pub(super) fn new(index: &Index, part: Part) -> Self {
        match part {
            Part::Texts => Self::Texts(Box::new(used_texts(index))),
            Part::Mail => {
                let from = index.messages.from.iter();
                let used = from.chain(index.recipients.to.iter()).flatten();
                Self::Mail(of(&index.names.mail, used))
            }
            Part::Names => Self::Names(Box::new(used_names(index))),
        }
    }
}

fn used_texts(index: &Index) -> SweptTexts {
    let mut texts = Texts::default();
    let mut copied: HashMap<TextId, Option<TextId>, foldhash::fast::RandomState> =
        HashMap::default();
    let mut shared = |id: Option<TextId>, texts: &mut Texts| {
        let mut copy = |id: TextId| texts.copy(&index.texts, id);
        id.and_then(|id| *copied.entry(id).or_insert_with(|| copy(id)))
    };
    let said = index.attempts.detail.map(|id| shared(id, &mut texts));
    let replied = index.deliveries.detail.map(|id| shared(id, &mut texts));
    let pending = index.pending.iter();
    let pending = pending
        .filter_map(|(key, id)| Some((*key, shared(Some(*id), &mut texts)?)))
        .collect();
    texts.know(&index.texts, |id| copied.get(&id).copied().flatten());
    // These are never shared.
    let mut own = |id: Option<TextId>| texts.copy(&index.texts, id?);
    SweptTexts {
        subject: index.messages.subject.map(&mut own),
        message_id: index.messages.message_id.map(&mut own),
        texts,
        said,
        replied,
        pending,
    }
}

impl Index {
    /// Puts in place what was prepared; the answer is what it replaces.
    pub(super) fn take_sweep(&mut self, mut sweep: Sweep) -> Sweep {
        match &mut sweep {
            Sweep::Texts(swept) => {
                std::mem::swap(&mut self.texts, &mut swept.texts);
                std::mem::swap(&mut self.messages.subject, &mut swept.subject);
                std::mem::swap(&mut self.messages.message_id, &mut swept.message_id);
                std::mem::swap(&mut self.attempts.detail, &mut swept.said);
                std::mem::swap(&mut self.deliveries.detail, &mut swept.replied);
                std::mem::swap(&mut self.pending, &mut swept.pending);
            }
            Sweep::Mail(mail) => std::mem::swap(&mut self.names.mail, mail),
            Sweep::Names(names) => {
                std::mem::swap(&mut self.names.mail, &mut names.mail);
                std::mem::swap(&mut self.names, names);
                let names = &self.names.addresses;
                for (at, address) in self.addresses.iter_mut().enumerate() {
                    if !names.is_used(Name::new(at)) {
                        *address = None;
                    }
                }
            }
        }
        sweep
    }

    /// Bytes that a sweep takes at most beside what is there.
    pub(super) fn most_swept(&self) -> usize {
        let columns = [
            &self.messages.subject,
            &self.messages.message_id,
            &self.attempts.detail,
            &self.deliveries.detail,
        ];
        // The texts of what has retired are not copied.
        let entries = |count: u64| usize::try_from(count).unwrap_or(usize::MAX / 2);
        let (held, unswept) = (entries(self.held().max(1)), entries(self.unswept()));
        let texts = self.texts.bytes() / (held + unswept) * held;
        let texts = texts + columns.into_iter().map(Column::bytes).sum::<usize>();
        let mail = self.names.mail.bytes();
        texts.max(mail).max(self.names.bytes() - mail)
    }
}

fn used_names(index: &Index) -> Names {
    let (names, attempts, connections) = (&index.names, &index.attempts, &index.connections);
    let unreached = || connections.unreached.values();
    let details = unreached().filter_map(|unreached| unreached.details);
    let domains = unreached().filter_map(|unreached| unreached.domain);
    Names {
        users: of(&names.users, attempts.user.iter().flatten()),
        profiles: of(&names.profiles, attempts.profile.iter().flatten()),
        mechanisms: of(&names.mechanisms, attempts.mechanism.iter().flatten()),
        addresses: of(&names.addresses, connections.remote.iter().flatten()),
        hosts: of(&names.hosts, connections.host.iter().flatten()),
        interfaces: of(&names.interfaces, connections.interface.iter().flatten()),
        policies: of(&names.policies, connections.policy.iter().flatten()),
        tls: of(&names.tls, connections.tls.iter().flatten()),
        mail: Interner::default(),
        errors: of(
            &names.errors,
            connections.error.iter().flatten().chain(details),
        ),
        domains: of(&names.domains, domains),
    }
}

fn of(names: &Interner, used: impl Iterator<Item = Name>) -> Interner {
    let mut is_used = vec![false; names.len()];
    used.for_each(|name| is_used[name.at()] = true);
    names.swept(&is_used)
}

#[cfg(test)]
impl Index {
    /// Sweeps whether it is worth while or not.
    pub(crate) fn sweep_now(&mut self) {
        for part in Part::ALL {
            let sweep = Sweep::new(self, part);
            self.take_sweep(sweep);
        }
    }
}
