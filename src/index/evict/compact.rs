//! Gives back the names and texts that no kept record speaks of.
//!
//! What is used is marked and copied while others read, and put in place at once. Interners keep their numbers. The number
//! of a name that went is given to a new one only after the next sweep, when whoever reads has long looked again.

use hashbrown::HashMap;

use crate::index::correlate::PendingReplies;
use crate::index::store::column::PagedColumn;
use crate::index::store::intern::{Interner, Symbol, TextId, TextStore};
use crate::index::{Index, Interners};

/// What is compacted at once: while it is, it takes its room twice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CompactionPart {
    /// Subjects, message ids, replies.
    TextStore,
    /// Envelope addresses.
    Mail,
    /// All other names.
    Interners,
}

impl CompactionPart {
    /// All of them, in the order in which they are compacted.
    pub const ALL: [Self; 3] = [Self::TextStore, Self::Mail, Self::Interners];
}

/// Interners or texts without what is not used, prepared.
#[derive(Debug)]
pub enum Compaction {
    /// With the columns that say where they stand.
    TextStore(Box<CompactedTexts>),
    /// By kind.
    Mail(Interner),
    /// All but envelope addresses, which are left empty.
    Interners(Box<Interners>),
}

/// TextStore and who speaks of them.
#[derive(Debug)]
pub struct CompactedTexts {
    texts: TextStore,
    subject: PagedColumn<Option<TextId>>,
    message_id: PagedColumn<Option<TextId>>,
    said: PagedColumn<Option<TextId>>,
    replied: PagedColumn<Option<TextId>>,
    pending_replies: PendingReplies,
}

impl Compaction {
    /// Marks and copies what is used.
    pub(crate) fn new(index: &Index, part: CompactionPart) -> Self {
        match part {
            CompactionPart::TextStore => Self::TextStore(Box::new(used_texts(index))),
            CompactionPart::Mail => {
                let from = index.messages.from.iter();
                let used = from.chain(index.recipients.to.iter()).flatten();
                Self::Mail(of(&index.names.mail, used))
            }
            CompactionPart::Interners => Self::Interners(Box::new(used_names(index))),
        }
    }
}

fn used_texts(index: &Index) -> CompactedTexts {
    let mut texts = TextStore::default();
    let mut copied: HashMap<TextId, Option<TextId>, foldhash::fast::RandomState> =
        HashMap::default();
    let mut shared = |id: Option<TextId>, texts: &mut TextStore| {
        let mut copy = |id: TextId| texts.copy(&index.texts, id);
        id.and_then(|id| *copied.entry(id).or_insert_with(|| copy(id)))
    };
    let said = index.attempts.detail.map(|id| shared(id, &mut texts));
    let replied = index.deliveries.detail.map(|id| shared(id, &mut texts));
    let pending_replies = index.pending_replies.iter();
    let pending_replies = pending_replies
        .filter_map(|(key, id)| Some((*key, shared(Some(*id), &mut texts)?)))
        .collect();
    texts.know(&index.texts, |id| copied.get(&id).copied().flatten());
    // These are never shared.
    let mut own = |id: Option<TextId>| texts.copy(&index.texts, id?);
    CompactedTexts {
        subject: index.messages.subject.map(&mut own),
        message_id: index.messages.message_id.map(&mut own),
        texts,
        said,
        replied,
        pending_replies,
    }
}

impl Index {
    /// Puts in place what was prepared; the answer is what it replaces.
    pub(crate) fn install_compaction(&mut self, mut sweep: Compaction) -> Compaction {
        match &mut sweep {
            Compaction::TextStore(compacted) => {
                std::mem::swap(&mut self.texts, &mut compacted.texts);
                std::mem::swap(&mut self.messages.subject, &mut compacted.subject);
                std::mem::swap(&mut self.messages.message_id, &mut compacted.message_id);
                std::mem::swap(&mut self.attempts.detail, &mut compacted.said);
                std::mem::swap(&mut self.deliveries.detail, &mut compacted.replied);
                std::mem::swap(&mut self.pending_replies, &mut compacted.pending_replies);
            }
            Compaction::Mail(mail) => std::mem::swap(&mut self.names.mail, mail),
            Compaction::Interners(names) => {
                std::mem::swap(&mut self.names.mail, &mut names.mail);
                std::mem::swap(&mut self.names, names);
                let names = &self.names.addresses;
                for (at, address) in self.addresses.iter_mut().enumerate() {
                    if !names.is_used(Symbol::new(at)) {
                        *address = None;
                    }
                }
            }
        }
        sweep
    }

    /// Bytes that a sweep takes at most beside what is there.
    pub(crate) fn compaction_bytes(&self) -> usize {
        let columns = [
            &self.messages.subject,
            &self.messages.message_id,
            &self.attempts.detail,
            &self.deliveries.detail,
        ];
        // The texts of what has retired are not copied.
        let entries = |count: u64| usize::try_from(count).unwrap_or(usize::MAX / 2);
        let (held, uncompacted) = (entries(self.held().max(1)), entries(self.uncompacted()));
        let texts = self.texts.bytes() / (held + uncompacted) * held;
        let texts = texts + columns.into_iter().map(PagedColumn::bytes).sum::<usize>();
        let mail = self.names.mail.bytes();
        texts.max(mail).max(self.names.bytes() - mail)
    }
}

fn used_names(index: &Index) -> Interners {
    let (names, attempts, connections) = (&index.names, &index.attempts, &index.connections);
    let failures = || connections.failures.values();
    let details = failures().filter_map(|failures| failures.details);
    let domains = failures().filter_map(|failures| failures.domain);
    Interners {
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

fn of(names: &Interner, used: impl Iterator<Item = Symbol>) -> Interner {
    let mut is_used = vec![false; names.len()];
    used.for_each(|name| is_used[name.at()] = true);
    names.compacted(&is_used)
}

#[cfg(test)]
impl Index {
    /// Sweeps whether it is worth while or not.
    pub(crate) fn compact_now(&mut self) {
        for part in CompactionPart::ALL {
            let sweep = Compaction::new(self, part);
            self.install_compaction(sweep);
        }
    }
}
