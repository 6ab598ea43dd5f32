//! Buckets and their connections: what is summed, and which connection contributes to it.

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::{HostBuilder, NONE};
use crate::index::{ConnectionId, DeliveryResult, Index, MessageId, RecipientId, Symbol};
use crate::triage::GroupBy;
use crate::triage::outcome::{ConnectionOutcome, Signals};

/// The route, and the domain or profile if routes are grouped by it.
type BucketKey = (u32, Option<Symbol>);

#[derive(Clone, Copy, Debug)]
pub(super) struct RouteConnection {
    pub connection: ConnectionId,
    pub bucket: u32,
    /// The same connection in another bucket.
    pub next: u32,
    pub signals: Signals,
    pub outcome: ConnectionOutcome,
    /// The reason whose consequences are the refusals on it.
    pub cause: u32,
}

#[derive(Debug)]
pub(super) struct Bucket {
    pub route: u32,
    pub group: Option<Symbol>,
    pub delivered: u64,
    pub bounced: u64,
    pub delayed: u64,
    pub domains: HashMap<Symbol, u64, RandomState>,
    pub messages: Vec<MessageId>,
    pub recipients: Vec<RecipientId>,
}

#[derive(Debug, Default)]
pub(super) struct Buckets {
    pub list: Vec<Bucket>,
    pub numbers: HashMap<BucketKey, u32, RandomState>,
}

#[derive(Debug, Default)]
pub(super) struct RouteConnections {
    pub list: Vec<RouteConnection>,
    /// By the rank of the connection.
    pub first: Vec<u32>,
    /// The order: bucket, time, DCID, number.
    pub keys: Vec<(u32, i64, u64, u32)>,
}

impl HostBuilder {
    /// The connection in the bucket of a group, created if it is new.
    pub(super) fn member(&mut self, index: &Index, at: usize, group: Option<Symbol>) -> u32 {
        if let Some(member) = self.member_of(at, group) {
            return member;
        }
        let route = self.routes.of[at];
        let buckets = &mut self.buckets.list;
        let bucket = *self
            .buckets
            .numbers
            .entry((route, group))
            .or_insert_with(|| {
                buckets.push(Bucket::new(route, group));
                u32::try_from(buckets.len() - 1).unwrap_or(NONE)
            });
        let number = u32::try_from(self.members.list.len()).unwrap_or(NONE);
        let signals = self.signals(index, at);
        self.members.list.push(RouteConnection {
            connection: ConnectionId::new(self.ranks.connections.number(at)),
            bucket,
            next: self.members.first[at],
            signals,
            outcome: ConnectionOutcome::Idle,
            cause: NONE,
        });
        self.members.first[at] = number;
        number
    }

    /// The route connection of a delivery.
    pub(super) fn find_member(
        &self,
        connection: ConnectionId,
        domain: Option<Symbol>,
    ) -> Option<u32> {
        self.member_of(self.ranks.connections.rank(connection.at())?, domain)
    }

    /// Only domains put a connection into several buckets.
    fn member_of(&self, at: usize, group: Option<Symbol>) -> Option<u32> {
        let mut next = self.members.first[at];
        while next != NONE {
            let member = &self.members.list[next as usize];
            let bucket = &self.buckets.list[member.bucket as usize];
            if self.by != GroupBy::Domain || bucket.group == group {
                return Some(next);
            }
            next = member.next;
        }
        None
    }

    /// All signals except for deliveries.
    fn signals(&mut self, index: &Index, at: usize) -> Signals {
        let (columns, at) = (&index.connections, self.ranks.connections.number(at));
        let mut signals = Signals::default();
        if columns.error.get(at).is_some() {
            signals.set(Signals::ERROR);
        }
        if columns.flags.get(at).auth_failed {
            signals.set(Signals::AUTH_FAILED);
        }
        let tls = columns.tls.get(at);
        if tls.is_some_and(|name| self.is_tls_failure(index, name)) {
            signals.set(Signals::TLS_FAILED);
        }
        signals
    }

    fn is_tls_failure(&mut self, index: &Index, name: Symbol) -> bool {
        if self.tls_failed.len() <= name.at() {
            self.tls_failed.resize(name.at() + 1, None);
        }
        *self.tls_failed[name.at()].get_or_insert_with(|| {
            let text = index.names.tls.get(name);
            crate::event::Tls::parse(text.as_bytes()).is_some_and(|tls| !tls.success)
        })
    }
}

impl Bucket {
    fn new(route: u32, group: Option<Symbol>) -> Self {
        Self {
            route,
            group,
            delivered: 0,
            bounced: 0,
            delayed: 0,
            domains: HashMap::default(),
            messages: Vec::new(),
            recipients: Vec::new(),
        }
    }

    pub(super) fn count(&mut self, result: DeliveryResult) {
        match result {
            DeliveryResult::Delivered => self.delivered += 1,
            DeliveryResult::Bounced => self.bounced += 1,
            DeliveryResult::Delayed => self.delayed += 1,
            DeliveryResult::Dropped | DeliveryResult::Aborted => {}
        }
    }
}
