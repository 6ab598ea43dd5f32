//! Builds the routes from the index in slices: a reader of the index waits for one slice at most.
//!
//! ```text
//! connections ─▶ attempts ─▶ assign ─▶ deliveries ─▶ order
//!             ─▶ outcomes ─▶ replies ─▶ undelivered ─▶ routes
//! ```
//!
//! A *bucket* is one row of the result: a route, or a route restricted to one domain or profile. A
//! connection is counted once for each bucket it contributes to; each of these is a
//! [`RouteConnection`].

mod bucket;
mod fold;
mod reasons;
mod undelivered;

use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::domains::Domains;
use super::host::HostSummary;
use super::{GroupBy, Slices, Triage};
use crate::header::Timestamp;
use crate::index::store::live_set::Ranks;
use crate::index::{ApplianceId, ConnectionId, DeliveryId, Direction, Index, Symbol};

use bucket::{Buckets, RouteConnection, RouteConnections};

/// Records in one slice: about a millisecond of work.
const SLICE: usize = 16_384;
const NONE: u32 = u32::MAX;

type RemoteKey = (ApplianceId, Option<Symbol>, Option<u16>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum BuildPhase {
    Connections,
    Attempts,
    Members,
    Deliveries,
    Unreached,
    Keys,
    Order,
    Outcomes,
    Replies,
    Undelivered,
    Done,
}

/// The records at the start: later ones are left to the next analysis.
#[derive(Debug)]
struct RecordRanks {
    connections: Ranks,
    attempts: Ranks,
    deliveries: Ranks,
}

#[derive(Debug, Default)]
struct Routes {
    keys: Vec<RemoteKey>,
    numbers: HashMap<RemoteKey, u32, RandomState>,
    /// By the rank of the connection.
    of: Vec<u32>,
    /// How often each route used each profile.
    profiles: Vec<HashMap<Symbol, u64, RandomState>>,
}

/// Deliveries without a connection, and the connection errors they may belong to.
#[derive(Debug, Default)]
struct Undelivered {
    deliveries: Vec<DeliveryId>,
    /// Times and buckets by appliance and domain.
    errors: HashMap<(ApplianceId, Symbol), Vec<(i64, u32)>, RandomState>,
}

#[derive(Debug)]
pub(crate) struct HostBuilder {
    by: GroupBy,
    /// By rank; `None` selects all connections.
    selected: Option<Vec<bool>>,
    generation: u64,
    ranks: RecordRanks,
    /// The compaction that the symbols below belong to.
    compactions: u64,
    phase: BuildPhase,
    at: usize,
    routes: Routes,
    buckets: Buckets,
    members: RouteConnections,
    /// By the symbol of the TLS text.
    tls_failed: Vec<Option<bool>>,
    domains: Domains,
    undelivered: Undelivered,
    reasons: reasons::Reasons,
    folded: Vec<HostSummary>,
}

impl HostBuilder {
    pub(crate) fn new(index: &Index, by: GroupBy, selected: Option<&[ConnectionId]>) -> Self {
        let ranks = RecordRanks {
            connections: index.connections.ranks(),
            attempts: index.attempts.ranks(),
            deliveries: index.deliveries.ranks(),
        };
        let count = ranks.connections.len();
        let selected = selected.map(|ids| {
            let mut is_selected = vec![false; count];
            for id in ids {
                if let Some(rank) = ranks.connections.rank(id.at()) {
                    is_selected[rank] = true;
                }
            }
            is_selected
        });
        Self {
            by,
            selected,
            generation: index.generation(),
            ranks,
            compactions: index.compactions(),
            phase: BuildPhase::Connections,
            at: 0,
            routes: Routes {
                of: vec![NONE; count],
                ..Routes::default()
            },
            buckets: Buckets::default(),
            members: RouteConnections {
                first: vec![NONE; count],
                ..RouteConnections::default()
            },
            tls_failed: Vec::new(),
            domains: Domains::default(),
            undelivered: Undelivered::default(),
            reasons: reasons::Reasons::default(),
            folded: Vec::new(),
        }
    }

    pub(super) fn step(&mut self, index: &Index) -> Slices {
        if self.compactions != index.compactions() {
            self.forget_numbers();
            self.compactions = index.compactions();
        }
        let (from, size) = (self.at, self.size());
        let to = size.min(from + SLICE);
        match self.phase {
            BuildPhase::Connections => (from..to).for_each(|at| self.connection(index, at)),
            BuildPhase::Attempts => (from..to).for_each(|at| self.attempt(index, at)),
            BuildPhase::Members => (from..to).for_each(|at| self.assign(index, at)),
            BuildPhase::Deliveries => (from..to).for_each(|at| self.delivery(index, at)),
            BuildPhase::Unreached => (from..to).for_each(|at| self.unreached(index, at)),
            BuildPhase::Keys => self.key(index, from..to),
            BuildPhase::Order => self.order(),
            BuildPhase::Outcomes => self.fold(index, from..to),
            BuildPhase::Replies => (from..to).for_each(|at| self.reply(index, at)),
            BuildPhase::Undelivered => (from..to).for_each(|at| self.undelivered(index, at)),
            BuildPhase::Done => return Slices::Done,
        }
        self.at = to;
        if to == size {
            self.next_phase();
        }
        Slices::More
    }

    pub(crate) fn step_without_index(&mut self) {
        if self.phase == BuildPhase::Order {
            self.order();
            self.next_phase();
        }
    }

    pub(crate) fn finish(self, index: &Index) -> Triage {
        fold::finish(self, index)
    }

    fn size(&self) -> usize {
        match self.phase {
            BuildPhase::Connections | BuildPhase::Members | BuildPhase::Unreached => {
                self.ranks.connections.len()
            }
            BuildPhase::Attempts => self.ranks.attempts.len(),
            BuildPhase::Deliveries | BuildPhase::Replies => self.ranks.deliveries.len(),
            BuildPhase::Order | BuildPhase::Done => 0,
            BuildPhase::Keys | BuildPhase::Outcomes => self.members.list.len(),
            BuildPhase::Undelivered => self.undelivered.deliveries.len(),
        }
    }

    fn next_phase(&mut self) {
        self.at = 0;
        self.phase = match self.phase {
            BuildPhase::Connections => BuildPhase::Attempts,
            BuildPhase::Attempts => BuildPhase::Members,
            BuildPhase::Members => BuildPhase::Deliveries,
            BuildPhase::Deliveries => BuildPhase::Unreached,
            BuildPhase::Unreached => BuildPhase::Keys,
            BuildPhase::Keys => BuildPhase::Order,
            BuildPhase::Order => BuildPhase::Outcomes,
            BuildPhase::Outcomes => BuildPhase::Replies,
            BuildPhase::Replies => BuildPhase::Undelivered,
            BuildPhase::Undelivered | BuildPhase::Done => BuildPhase::Done,
        };
    }

    /// Compaction of the index has renumbered its symbols and texts.
    fn forget_numbers(&mut self) {
        self.tls_failed.clear();
        self.domains.forget_numbers();
        self.reasons.forget_numbers();
    }

    fn connection(&mut self, index: &Index, at: usize) {
        let (columns, number) = (&index.connections, self.ranks.connections.number(at));
        if columns.flags.get(number).direction == Direction::Inbound || !self.is_selected(at) {
            return;
        }
        let port = Some(columns.peer.port.get(number)).filter(|port| *port > 0);
        let key = (
            columns.appliance.get(number),
            columns.peer.address.get(number),
            port,
        );
        let routes = &mut self.routes.keys;
        let number = *self.routes.numbers.entry(key).or_insert_with(|| {
            routes.push(key);
            u32::try_from(routes.len() - 1).unwrap_or(NONE)
        });
        self.routes.of[at] = number;
        self.routes
            .profiles
            .resize_with(self.routes.keys.len(), HashMap::default);
    }

    fn route_of(&self, connection: ConnectionId) -> u32 {
        let context = self.ranks.connections.rank(connection.at());
        context.map_or(NONE, |context| self.routes.of[context])
    }

    fn is_selected(&self, at: usize) -> bool {
        self.selected
            .as_ref()
            .is_none_or(|selected| selected.get(at).copied().unwrap_or(false))
    }

    fn attempt(&mut self, index: &Index, at: usize) {
        let at = self.ranks.attempts.number(at);
        let route = self.route_of(index.attempts.connection.get(at));
        if let (Some(profiles), Some(profile)) = (
            self.routes.profiles.get_mut(route as usize),
            index.attempts.profile.get(at),
        ) {
            *profiles.entry(profile).or_default() += 1;
        }
    }

    /// Creates the route connection, unless the domains of its recipients decide.
    fn assign(&mut self, index: &Index, at: usize) {
        let route = self.routes.of[at];
        if route == NONE {
            return;
        }
        if at == 0 || self.members.list.is_empty() {
            self.join_portless();
        }
        let route = self.routes.of[at];
        let group = match self.by {
            GroupBy::Route | GroupBy::Host => None,
            GroupBy::Profile => self.profile_of(index, at, route),
            GroupBy::Domain => {
                let id = ConnectionId::new(self.ranks.connections.number(at));
                let domain = index.connection(id).failed_domain();
                if let Some(domain) = domain.map(|domain| self.domains.intern(domain)) {
                    self.member(index, at, Some(domain));
                }
                return;
            }
        };
        self.member(index, at, group);
    }

    /// A connection that was opened before the log has no port. If its address has only one route,
    /// it belongs to that one.
    fn join_portless(&mut self) {
        let portless = self
            .routes
            .keys
            .iter()
            .enumerate()
            .filter(|(_, key)| key.2.is_none() && key.1.is_some());
        let mut instead: Vec<(u32, u32)> = Vec::new();
        for (number, key) in portless {
            let mut others = self
                .routes
                .keys
                .iter()
                .enumerate()
                .filter(|(_, other)| (other.0, other.1) == (key.0, key.1) && other.2.is_some());
            if let (Some((other, _)), None) = (others.next(), others.next()) {
                instead.push((number as u32, other as u32));
            }
        }
        for (from, to) in instead {
            self.routes
                .of
                .iter_mut()
                .filter(|route| **route == from)
                .for_each(|route| *route = to);
            let moved = std::mem::take(&mut self.routes.profiles[from as usize]);
            for (name, count) in moved {
                *self.routes.profiles[to as usize].entry(name).or_default() += count;
            }
        }
    }

    /// The profile of the connection's login, else the only profile of its route.
    fn profile_of(&self, index: &Index, at: usize, route: u32) -> Option<Symbol> {
        let number = self.ranks.connections.number(at);
        let last = index.connections.newest.attempt.get(number);
        let own = last.and_then(|id| index.attempts.profile.get(id.at()));
        own.or_else(|| {
            let mut used = self.routes.profiles[route as usize].keys();
            used.next().copied().filter(|_| used.next().is_none())
        })
    }

    fn delivery(&mut self, index: &Index, at: usize) {
        let (columns, at) = (&index.deliveries, self.ranks.deliveries.number(at));
        let Some(connection) = columns.connection.get(at) else {
            self.undelivered.deliveries.push(DeliveryId::new(at));
            return;
        };
        let context = self.ranks.connections.rank(connection.at());
        let Some(context) = context.filter(|context| self.routes.of[*context] != NONE) else {
            return;
        };
        let to = index.recipients.to.get(columns.recipient.get(at).at());
        let domain = to.and_then(|to| self.domains.of(index, to));
        let group = if self.by == GroupBy::Domain {
            domain
        } else {
            None
        };
        let member = self.member(index, context, group);
        let member = &mut self.members.list[member as usize];
        member
            .signals
            .delivery(&index.delivery(DeliveryId::new(at)));
        let bucket = &mut self.buckets.list[member.bucket as usize];
        bucket.count(columns.result.get(at));
        if let Some(domain) = domain {
            *bucket.domains.entry(domain).or_default() += 1;
        }
    }

    /// A connection without recipients and without a domain in its error belongs to no group.
    fn unreached(&mut self, index: &Index, at: usize) {
        let is_alone = self.routes.of[at] != NONE && self.members.first[at] == NONE;
        if self.by == GroupBy::Domain && is_alone {
            self.member(index, at, None);
        }
    }

    /// Of connections opened in the same second, the highest DCID is the newest.
    fn key(&mut self, index: &Index, members: Range<usize>) {
        let columns = &index.connections;
        for number in members {
            let member = &self.members.list[number];
            let at = member.connection.at();
            let time = columns.began.get(at).map_or(0, Timestamp::seconds);
            let key = (member.bucket, time, columns.id.get(at), number as u32);
            self.members.keys.push(key);
        }
    }

    /// Sorts by bucket and time, and decides the outcomes.
    fn order(&mut self) {
        let mut keys = std::mem::take(&mut self.members.keys);
        keys.sort_unstable();
        let mut context = vec![0u32; self.members.list.len()];
        let members = (0u32..).zip(&keys).map(|(to, (.., from))| {
            context[*from as usize] = to;
            self.members.list[*from as usize]
        });
        let mut members: Vec<RouteConnection> = members.collect();
        let moved = |old: u32| context.get(old as usize).copied().unwrap_or(NONE);
        for member in &mut members {
            member.next = moved(member.next);
            member.outcome = member.signals.outcome();
        }
        for member in &mut self.members.first {
            *member = moved(*member);
        }
        self.members.list = members;
    }
}
