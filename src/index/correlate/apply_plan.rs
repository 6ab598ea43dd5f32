//! What joining a block will need, found out before, while another block is joined.
//!
//! One thread joins at a time, so that a first load takes at least as long as its joining. What needs no look at the index
//! is done beside it: entries are counted by kind, those that change nothing are left out, those that are joined before the
//! others of their second are listed, and names are hashed. Addresses and hosts are many, and each is found at the end of three steps that wait for memory: a slot, a
//! place, a text. Looked for one by one, they took 32 % of a first load's time with hardly an instruction; when a block's
//! are asked for together, the waits fall into one, and all of it takes 16 %.

use crate::event::Entry;
use crate::event::{ApplyOrder, Event, MessageEffect, Mid};
use crate::index::store::extent::FAR;
use crate::index::store::intern::{hash, touch_lines};
use crate::index::{Index, KindCounts};
use crate::position::Position;

/// What is known of entries that follow each other before they are joined.
#[derive(Clone, Debug, Default)]
pub struct BatchPlan {
    /// How many there are of each kind.
    counts: KindCounts,
    /// Where a second ends and the next one begins, or the entries end. Those without a time stand alone.
    pub ends: Vec<SecondEnd>,
    /// The numbers of those that are joined before others of their second, from 0, in their order.
    pub early: Vec<usize>,
    /// The numbers of the others in their order, but for those that would change nothing.
    pub others: Vec<usize>,
    /// Hashes of envelope addresses.
    mail: Vec<u32>,
    /// Hashes of reverse DNS names.
    hosts: Vec<u32>,
    /// Hashes of remote addresses.
    addresses: Vec<u32>,
}

/// How many entries there are up to the end of a second.
#[derive(Clone, Copy, Debug)]
pub struct SecondEnd {
    /// All.
    pub entries: usize,
    /// Those of [`BatchPlan::early`].
    pub early: usize,
    /// Those of [`BatchPlan::others`].
    pub others: usize,
}

/// Entries of one message that follow each other, up to one that was looked at.
#[derive(Clone, Copy)]
struct ScannerRun {
    mid: Option<Mid>,
    /// Where the last one that is joined stands.
    joined: Position,
    /// The one looked at, where it needs no joining if the next one is of this message too.
    held: Option<usize>,
}

impl ScannerRun {
    const NONE: Self = Self {
        mid: None,
        joined: Position::START,
        held: None,
    };
}

impl BatchPlan {
    /// Looks through the entries, and notes the hashes of the names that they tell in them.
    pub fn of(entries: &mut [Entry<'_>]) -> Self {
        // As many as blocks of a busy log have: growing step by step was a tenth of the work here.
        let some = entries.len() / 8;
        let mut foresight = Self {
            early: Vec::with_capacity(some),
            others: Vec::with_capacity(entries.len()),
            mail: Vec::with_capacity(some),
            addresses: Vec::with_capacity(some / 2),
            ..Self::default()
        };
        let (mut last, mut row) = (None, ScannerRun::NONE);
        for (number, entry) in entries.iter_mut().enumerate() {
            foresight.counts.add(entry.event.kind(), entry.time);
            if number > 0 && (entry.time.is_none() || entry.time != last) {
                foresight.end(number, std::mem::replace(&mut row, ScannerRun::NONE));
            }
            last = entry.time;
            let scanned = foresight.look_at(entry);
            if entry.event.apply_order() == ApplyOrder::Others {
                foresight.list(number, entry.position, scanned, &mut row);
            } else {
                foresight.early.push(number);
            }
        }
        if !entries.is_empty() {
            foresight.end(entries.len(), row);
        }
        foresight
    }

    /// Notes the hashes of the names that an entry tells. Gives the message of one that speaks of nothing else, and whether
    /// nothing is kept of it but that there is such a line.
    #[inline]
    fn look_at(&mut self, entry: &mut Entry<'_>) -> Option<(Mid, bool)> {
        match entry.event {
            Event::PolicyMatch { mid, .. }
            | Event::Verdict { mid, .. }
            | Event::SenderReputation { mid, .. }
            | Event::Queued { mid } => return Some((mid, true)),
            Event::MessageId { mid, .. }
            | Event::Subject { mid, .. }
            | Event::Ready { mid, .. } => return Some((mid, false)),
            Event::Template { template, ids, .. } => {
                let alone = ids.link.is_none() && !template.kind().is_foreign();
                let says_nothing = matches!(template.effect(), MessageEffect::Nothing);
                return ids.mid.filter(|_| alone).map(|mid| (mid, says_nothing));
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

    /// Lists an entry that is joined. The scanners' words on a message follow each other, decide nothing, and only make its
    /// lines reach further: the first and the last of them do that alone. A quarter of all lines need no joining so.
    #[inline]
    fn list(
        &mut self,
        number: usize,
        at: Position,
        scanned: Option<(Mid, bool)>,
        row: &mut ScannerRun,
    ) {
        let mid = scanned.map(|(mid, _)| mid);
        let is_near = |joined: Position| at.behind(joined).is_some_and(|length| length <= FAR);
        let goes_on = mid.is_some() && mid == row.mid && is_near(row.joined);
        if let Some(held) = row.held.take()
            && !goes_on
        {
            self.others.push(held);
        }
        match scanned {
            Some((_, true)) if goes_on => row.held = Some(number),
            _ => {
                self.others.push(number);
                row.mid = mid;
                row.joined = at;
            }
        }
    }

    fn end(&mut self, entries: usize, row: ScannerRun) {
        self.others.extend(row.held);
        self.ends.push(SecondEnd {
            entries,
            early: self.early.len(),
            others: self.others.len(),
        });
    }
}

impl Index {
    /// Prepares for entries that are about to be [joined](Self::apply_planned), and counts them.
    pub(crate) fn prefetch(&mut self, foresight: &BatchPlan) {
        self.event_counts.add(&foresight.counts);
        let (names, sight) = (&self.names, &mut self.sight);
        names.mail.prefetch(&foresight.mail, sight);
        names.hosts.prefetch(&foresight.hosts, sight);
        names.addresses.prefetch(&foresight.addresses, sight);
        // What is known of an address stands beside its name.
        let known = sight.names().iter().map(|name| {
            let head = self.connections.by_remote.count(*name);
            let is_address = self.addresses.get(name.at()).is_some_and(Option::is_some);
            head as u32 + u32::from(is_address)
        });
        touch_lines(known);
    }
}
