//! What joining a block will need, found out before, while another block is joined.
//!
//! One thread joins at a time, so that a first load takes at least as long as its joining. What needs no look at the index
//! is done beside it: entries are counted by kind, those that are joined before the others of their second are listed, and
//! names are hashed. Addresses and hosts are many, and each is found at the end of three steps that wait for memory: a slot, a
//! place, a text. Looked for one by one, they took 32 % of a first load's time with hardly an instruction; when a block's
//! are asked for together, the waits fall into one, and all of it takes 16 %.

use super::intern::{hash, wait_for};
use super::{Counts, Entry, Index};
use crate::event::{Event, Turn};

/// What is known of entries that follow each other before they are joined.
#[derive(Clone, Debug, Default)]
pub struct Foresight {
    /// How many there are of each kind.
    counts: Counts,
    /// Where a second ends and the next one begins, or the entries end. Those without a time stand alone.
    pub ends: Vec<usize>,
    /// The numbers of those that are joined before others of their second, from 0, in their order.
    pub early: Vec<usize>,
    /// Hashes of envelope addresses.
    mail: Vec<u32>,
    /// Hashes of reverse DNS names.
    hosts: Vec<u32>,
    /// Hashes of remote addresses.
    addresses: Vec<u32>,
}

impl Foresight {
    /// Looks through the entries.
    pub fn of(entries: &[Entry<'_>]) -> Self {
        // As many as blocks of a busy log have: growing step by step was a tenth of the work here.
        let some = entries.len() / 8;
        let mut foresight = Self {
            early: Vec::with_capacity(some),
            mail: Vec::with_capacity(some),
            addresses: Vec::with_capacity(some / 2),
            ..Self::default()
        };
        let mut last = None;
        for (number, entry) in entries.iter().enumerate() {
            foresight.counts.add(entry.event.kind(), entry.time);
            if number > 0 && (entry.time.is_none() || entry.time != last) {
                foresight.ends.push(number);
            }
            last = entry.time;
            if entry.event.turn() != Turn::Others {
                foresight.early.push(number);
            }
            match entry.event {
                Event::MessageFrom { from: mail, .. } | Event::MessageTo { to: mail, .. } => {
                    foresight.mail.push(hash(mail));
                }
                Event::ConnectionOpen {
                    remote_ip, host, ..
                } => {
                    foresight.hosts.extend(host.map(hash));
                    foresight.addresses.push(hash(remote_ip));
                }
                Event::DeliveryOpen { remote_ip, .. } => {
                    foresight.addresses.push(hash(remote_ip));
                }
                _ => {}
            }
        }
        if !entries.is_empty() {
            foresight.ends.push(entries.len());
        }
        foresight
    }
}

impl Index {
    /// Prepares for entries that are about to be [joined](Self::join), and counts them.
    pub(crate) fn foresee(&mut self, foresight: &Foresight) {
        self.census.add(&foresight.counts);
        let (names, sight) = (&self.names, &mut self.sight);
        names.mail.foresee(&foresight.mail, sight);
        names.hosts.foresee(&foresight.hosts, sight);
        names.addresses.foresee(&foresight.addresses, sight);
        // What is known of an address stands beside its name.
        let known = sight.names().iter().map(|name| {
            let head = self.connections.by_remote.count(*name);
            let is_address = self.addresses.get(name.at()).is_some_and(Option::is_some);
            head as u32 + u32::from(is_address)
        });
        wait_for(known);
    }
}
