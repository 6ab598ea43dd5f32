//! Plans how a batch of entries is applied, before the index is locked for it.
//!
//! One thread applies at a time, so a first load takes at least as long as applying all entries.
//! What needs no index is done by the parsing thread: entries are counted by kind, those that
//! change nothing are left out, those that are applied before the others of their second are
//! listed, and names are hashed. Addresses and hosts are many, and finding one takes three
//! dependent memory accesses: a slot, an offset, a text. One by one these took 32 % of a first
//! load's time, nearly all of it waiting. [`Index::prefetch`] makes those of a batch overlap: now
//! all of it takes 16 %.

use crate::event::Entry;
use crate::event::{ApplyOrder, Event, MessageEffect, Mid};
use crate::index::Index;
use crate::index::records::event_counts::KindCounts;
use crate::index::store::extent::FAR;
use crate::index::store::intern::{hash, touch_lines};
use crate::position::Position;

/// How to apply entries that follow each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct BatchPlan {
    counts: KindCounts,
    /// The ends of seconds. An entry without a time is a second of its own.
    pub(crate) ends: Vec<SecondEnd>,
    /// The entries that are applied before the others of their second, by their numbers from 0, in
    /// their order.
    pub(crate) early: Vec<usize>,
    /// The other entries in their order, without those that would change nothing.
    pub(crate) others: Vec<usize>,
    mail: Vec<u32>,
    hosts: Vec<u32>,
    addresses: Vec<u32>,
}

/// How many entries there are up to the end of a second: of all, of [`BatchPlan::early`], of
/// [`BatchPlan::others`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct SecondEnd {
    pub(crate) entries: usize,
    pub(crate) early: usize,
    pub(crate) others: usize,
}

/// Consecutive entries of one message, up to the one being planned.
#[derive(Clone, Copy)]
struct ScannerRun {
    mid: Option<Mid>,
    /// The position of the last one that is applied.
    applied: Position,
    /// The last entry, if it need not be applied when the next one is of the same message.
    held: Option<usize>,
}

impl ScannerRun {
    const NONE: Self = Self {
        mid: None,
        applied: Position::START,
        held: None,
    };
}

impl BatchPlan {
    /// Plans the entries, and writes the hashes of their names into them.
    pub(crate) fn of(entries: &mut [Entry<'_>]) -> Self {
        // As many as blocks of a busy log have: growing the lists took a tenth of this function.
        let some = entries.len() / 8;
        let mut plan = Self {
            early: Vec::with_capacity(some),
            others: Vec::with_capacity(entries.len()),
            mail: Vec::with_capacity(some),
            addresses: Vec::with_capacity(some / 2),
            ..Self::default()
        };
        let (mut last, mut run) = (None, ScannerRun::NONE);
        for (number, entry) in entries.iter_mut().enumerate() {
            plan.counts.add(entry.event.kind(), entry.time);
            if number > 0 && (entry.time.is_none() || entry.time != last) {
                plan.end(number, std::mem::replace(&mut run, ScannerRun::NONE));
            }
            last = entry.time;
            let scanned = plan.hash_names(entry);
            if entry.event.apply_order() == ApplyOrder::Others {
                plan.list(number, entry.position, scanned, &mut run);
            } else {
                plan.early.push(number);
            }
        }
        if !entries.is_empty() {
            plan.end(entries.len(), run);
        }
        plan
    }

    /// Hashes the names of an entry. Returns the message of an entry that has no other owner, and
    /// whether the entry only extends the message's line range.
    #[inline]
    fn hash_names(&mut self, entry: &mut Entry<'_>) -> Option<(Mid, bool)> {
        match entry.event {
            Event::PolicyMatch { mid, .. }
            | Event::Verdict { mid, .. }
            | Event::SenderReputation { mid, .. } => return Some((mid, true)),
            Event::MessageId { mid, .. }
            | Event::Subject { mid, .. }
            | Event::Ready { mid, .. }
            | Event::Queued { mid } => return Some((mid, false)),
            Event::Template { template, ids, .. } => {
                let alone = ids.link.is_none() && !template.kind().is_foreign();
                let has_no_effect = matches!(template.effect(), MessageEffect::Nothing);
                return ids.mid.filter(|_| alone).map(|mid| (mid, has_no_effect));
            }
            Event::MessageFrom { from: mail, .. } | Event::MessageTo { to: mail, .. } => {
                entry.name_hash = hash(mail);
                self.mail.push(entry.name_hash);
            }
            Event::ConnectionOpen {
                remote_ip, host, ..
            } => {
                if let Some(host) = host {
                    entry.name_hash = hash(host);
                    self.hosts.push(entry.name_hash);
                }
                self.addresses.push(hash(remote_ip));
            }
            Event::DeliveryOpen { remote_ip, .. } => {
                self.addresses.push(hash(remote_ip));
            }
            _ => {}
        }
        None
    }

    /// Lists an entry that is applied. Consecutive scanner verdicts only extend the message's line
    /// range, so applying the first and last of a run is enough: a quarter of all lines is left
    /// out.
    #[inline]
    fn list(
        &mut self,
        number: usize,
        at: Position,
        scanned: Option<(Mid, bool)>,
        run: &mut ScannerRun,
    ) {
        let mid = scanned.map(|(mid, _)| mid);
        let is_near = |last: Position| at.behind(last).is_some_and(|length| length <= FAR);
        let goes_on = mid.is_some() && mid == run.mid && is_near(run.applied);
        if let Some(held) = run.held.take()
            && !goes_on
        {
            self.others.push(held);
        }
        match scanned {
            Some((_, true)) if goes_on => run.held = Some(number),
            _ => {
                self.others.push(number);
                run.mid = mid;
                run.applied = at;
            }
        }
    }

    fn end(&mut self, entries: usize, run: ScannerRun) {
        self.others.extend(run.held);
        self.ends.push(SecondEnd {
            entries,
            early: self.early.len(),
            others: self.others.len(),
        });
    }
}

impl Index {
    /// Prefetches memory for entries that are about to be [applied](Self::apply_planned), and adds
    /// their counts.
    pub(crate) fn prefetch(&mut self, plan: &BatchPlan) {
        self.stats.event_counts.add(&plan.counts);
        let (names, scratch) = (&self.names, &mut self.working.scratch);
        names.mail.prefetch(&plan.mail, scratch);
        names.hosts.prefetch(&plan.hosts, scratch);
        names.addresses.prefetch(&plan.addresses, scratch);
        // The index has two entries beside an address's name.
        let beside = scratch.names.iter().map(|name| {
            let head = self.connections.peer.by_address.count(*name);
            let is_address = self.addresses.get(name.at()).is_some_and(Option::is_some);
            head as u32 + u32::from(is_address)
        });
        touch_lines(beside);
    }
}
