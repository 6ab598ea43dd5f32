//! Frees the names and texts that no live record uses.
//!
//! A compaction is prepared under the read lock: it marks and copies what is used. Installing it
//! swaps the copy in. Names keep their numbers; the number of a removed name is reused after the
//! next compaction only, because a reader may still hold it.

use hashbrown::HashMap;

use crate::index::Index;
use crate::index::correlate::PendingReplies;
use crate::index::records::names::Interners;
use crate::index::store::column::PagedColumn;
use crate::index::store::intern::{Interner, Symbol, TextId};
use crate::index::store::text_store::TextStore;

/// What is compacted at once: its memory is taken twice meanwhile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CompactionPart {
    /// Subjects, message ids, replies.
    Texts,
    /// Envelope addresses.
    Mail,
    /// All other names.
    Names,
}

impl CompactionPart {
    /// In the order in which they are compacted.
    pub(super) const ALL: [Self; 3] = [Self::Texts, Self::Mail, Self::Names];
}

#[derive(Debug)]
pub(crate) enum Compaction {
    Texts(Box<CompactedTexts>),
    Mail(Interner),
    /// Its interner of envelope addresses is empty.
    Names(Box<Interners>),
}

/// Texts, and the columns that refer to them.
#[derive(Debug)]
pub(crate) struct CompactedTexts {
    texts: TextStore,
    subject: PagedColumn<Option<TextId>>,
    message_id: PagedColumn<Option<TextId>>,
    attempt_detail: PagedColumn<Option<TextId>>,
    delivery_detail: PagedColumn<Option<TextId>>,
    pending_replies: PendingReplies,
}

impl Compaction {
    pub(super) fn new(index: &Index, part: CompactionPart) -> Self {
        match part {
            CompactionPart::Texts => Self::Texts(Box::new(used_texts(index))),
            CompactionPart::Mail => {
                let from = index.messages.from.iter();
                let used = from.chain(index.recipients.to.iter()).flatten();
                Self::Mail(used_of(&index.names.mail, used))
            }
            CompactionPart::Names => Self::Names(Box::new(used_names(index))),
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
    let attempt_detail = index.attempts.detail.map(|id| shared(id, &mut texts));
    let delivery_detail = index.deliveries.detail.map(|id| shared(id, &mut texts));
    let pending = index.working.pending_replies.iter();
    let pending_replies = pending
        .filter_map(|(key, id)| Some((*key, shared(Some(*id), &mut texts)?)))
        .collect();
    texts.adopt_interned(&index.texts, |id| copied.get(&id).copied().flatten());
    // Each record has its own subject and Message-ID.
    let mut own = |id: Option<TextId>| texts.copy(&index.texts, id?);
    CompactedTexts {
        subject: index.messages.subject.map(&mut own),
        message_id: index.messages.message_id.map(&mut own),
        texts,
        attempt_detail,
        delivery_detail,
        pending_replies,
    }
}

impl Index {
    /// Swaps a compaction in; returns what it replaces.
    pub(super) fn install_compaction(&mut self, mut compaction: Compaction) -> Compaction {
        use std::mem::swap;
        match &mut compaction {
            Compaction::Texts(new) => {
                swap(&mut self.texts, &mut new.texts);
                swap(&mut self.messages.subject, &mut new.subject);
                swap(&mut self.messages.message_id, &mut new.message_id);
                swap(&mut self.attempts.detail, &mut new.attempt_detail);
                swap(&mut self.deliveries.detail, &mut new.delivery_detail);
                swap(&mut self.working.pending_replies, &mut new.pending_replies);
            }
            Compaction::Mail(mail) => swap(&mut self.names.mail, mail),
            Compaction::Names(names) => {
                swap(&mut self.names.mail, &mut names.mail);
                swap(&mut self.names, names);
                for (at, address) in self.addresses.iter_mut().enumerate() {
                    if !self.names.addresses.is_used(Symbol::new(at)) {
                        *address = None;
                    }
                }
            }
        }
        compaction
    }

    pub(super) fn compaction_bytes(&self) -> usize {
        let columns = [
            &self.messages.subject,
            &self.messages.message_id,
            &self.attempts.detail,
            &self.deliveries.detail,
        ];
        // The texts of evicted records are not copied.
        let entries = |count: u64| usize::try_from(count).unwrap_or(usize::MAX / 2);
        let held = entries(self.held().max(1));
        let uncompacted = entries(self.retention.uncompacted);
        let texts = self.texts.bytes() / (held + uncompacted) * held;
        let texts = texts + columns.into_iter().map(PagedColumn::bytes).sum::<usize>();
        let mail = self.names.mail.bytes();
        texts.max(mail).max(self.names.bytes() - mail)
    }
}

fn used_names(index: &Index) -> Interners {
    let (names, attempts, connections) = (&index.names, &index.attempts, &index.connections);
    let failures = || connections.failures.values();
    let details = failures().filter_map(|failure| failure.details);
    let domains = failures().filter_map(|failure| failure.domain);
    let errors = connections.error.iter().flatten().chain(details);
    let peer = &connections.peer;
    Interners {
        users: used_of(&names.users, attempts.user.iter().flatten()),
        profiles: used_of(&names.profiles, attempts.profile.iter().flatten()),
        mechanisms: used_of(&names.mechanisms, attempts.mechanism.iter().flatten()),
        addresses: used_of(&names.addresses, peer.address.iter().flatten()),
        hosts: used_of(&names.hosts, peer.host.iter().flatten()),
        interfaces: used_of(&names.interfaces, connections.interface.iter().flatten()),
        policies: used_of(&names.policies, connections.policy.iter().flatten()),
        tls: used_of(&names.tls, connections.tls.iter().flatten()),
        mail: Interner::default(),
        errors: used_of(&names.errors, errors),
        domains: used_of(&names.domains, domains),
    }
}

fn used_of(names: &Interner, used: impl Iterator<Item = Symbol>) -> Interner {
    let mut is_used = vec![false; names.len()];
    used.for_each(|name| is_used[name.at()] = true);
    names.compacted(&is_used)
}
