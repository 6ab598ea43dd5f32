//! Builds the routes from the index in slices: a reader of the index waits for one slice at most.
//!
//! ```text
//! connections ─▶ attempts ─▶ assign ─▶ deliveries ─▶ order ─▶ outcomes ─▶ replies ─▶ undelivered ─▶ routes
//! ```
//!
//! A *bucket* is one row of the result: a route, or a route restricted to one domain or profile. A
//! connection is counted once for each bucket it contributes to; each of these is a
//! [`RouteConnection`].

mod fold;
mod reasons;
mod undelivered;

use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::domains::Domains;
use super::outcome::{ConnectionOutcome, Signals};
use super::route::Route;
use super::{GroupBy, Progress, Sliced, Triage};
use crate::header::Timestamp;
use crate::index::store::live_set::Ranks;
use crate::index::{
    ApplianceId, ConnectionId, DeliveryId, DeliveryResult, Direction, Index, MessageId,
    RecipientId, Symbol,
};

/// Records in one slice: about a millisecond of work.
const SLICE: usize = 16_384;
const NONE: u32 = u32::MAX;

type RouteKey = (ApplianceId, Option<Symbol>, Option<u16>);

/// The route, and the domain or profile if routes are grouped by it.
type BucketKey = (u32, Option<Symbol>);

#[derive(Clone, Copy, Debug)]
struct RouteConnection {
    connection: ConnectionId,
    bucket: u32,
    /// The same connection in another bucket.
    next: u32,
    signals: Signals,
    outcome: ConnectionOutcome,
    /// The reason whose consequences are the refusals on it.
    cause: u32,
}

#[derive(Debug)]
struct Bucket {
    route: u32,
    group: Option<Symbol>,
    delivered: u64,
    bounced: u64,
    delayed: u64,
    domains: HashMap<Symbol, u64, RandomState>,
    messages: Vec<MessageId>,
    recipients: Vec<RecipientId>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Phase {
    Connections,
    Attempts,
    Members,
    Deliveries,
    Unreached,
    Keys,
    Order,
    Outcomes,
    Replies,
    Never,
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
    keys: Vec<RouteKey>,
    numbers: HashMap<RouteKey, u32, RandomState>,
    /// By the rank of the connection.
    of: Vec<u32>,
    /// How often each route used each profile.
    profiles: Vec<HashMap<Symbol, u64, RandomState>>,
}

#[derive(Debug, Default)]
struct Buckets {
    list: Vec<Bucket>,
    numbers: HashMap<BucketKey, u32, RandomState>,
}

#[derive(Debug, Default)]
struct RouteConnections {
    list: Vec<RouteConnection>,
    /// By the rank of the connection.
    first: Vec<u32>,
    /// The order: bucket, time, DCID, number.
    keys: Vec<(u32, i64, u64, u32)>,
}

/// Deliveries without a connection, and the connection errors they may belong to.
#[derive(Debug, Default)]
struct Undelivered {
    deliveries: Vec<DeliveryId>,
    /// Times and buckets by appliance and domain.
    errors: HashMap<(ApplianceId, Symbol), Vec<(i64, u32)>, RandomState>,
}

#[derive(Debug)]
pub(crate) struct RouteBuilder {
    by: GroupBy,
    /// By rank; `None` selects all connections.
    selected: Option<Vec<bool>>,
    generation: u64,
    ranks: RecordRanks,
    /// The compaction that the symbols below belong to.
    compactions: u64,
    phase: Phase,
    at: usize,
    routes: Routes,
    buckets: Buckets,
    members: RouteConnections,
    /// By the symbol of the TLS text.
    tls_failed: Vec<Option<bool>>,
    domains: Domains,
    undelivered: Undelivered,
    reasons: reasons::Reasons,
    folded: Vec<Route>,
}

impl RouteBuilder {
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
            phase: Phase::Connections,
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

    fn size(&self) -> usize {
        match self.phase {
            Phase::Connections | Phase::Members | Phase::Unreached => self.ranks.connections.len(),
            Phase::Attempts => self.ranks.attempts.len(),
            Phase::Deliveries | Phase::Replies => self.ranks.deliveries.len(),
            Phase::Order | Phase::Done => 0,
            Phase::Keys | Phase::Outcomes => self.members.list.len(),
            Phase::Never => self.undelivered.deliveries.len(),
        }
    }

    fn next_phase(&mut self) {
        self.at = 0;
        self.phase = match self.phase {
            Phase::Connections => Phase::Attempts,
            Phase::Attempts => Phase::Members,
            Phase::Members => Phase::Deliveries,
            Phase::Deliveries => Phase::Unreached,
            Phase::Unreached => Phase::Keys,
            Phase::Keys => Phase::Order,
            Phase::Order => Phase::Outcomes,
            Phase::Outcomes => Phase::Replies,
            Phase::Replies => Phase::Never,
            Phase::Never | Phase::Done => Phase::Done,
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
            self.join_portless(index);
        }
        let route = self.routes.of[at];
        let group = match self.by {
            GroupBy::Route | GroupBy::Ip => None,
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

    /// A connection that was opened before the log has no port. If its address has only one route, it
    /// belongs to that one.
    fn join_portless(&mut self, _index: &Index) {
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

    /// The connection in the bucket of a group, created if it is new.
    fn member(&mut self, index: &Index, at: usize, group: Option<Symbol>) -> u32 {
        let route = self.routes.of[at];
        let mut next = self.members.first[at];
        while next != NONE {
            let member = &self.members.list[next as usize];
            if self.by != GroupBy::Domain
                || self.buckets.list[member.bucket as usize].group == group
            {
                return next;
            }
            next = member.next;
        }
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
        match columns
            .tls
            .get(at)
            .map(|name| self.is_tls_failure(index, name))
        {
            Some(true) => signals.set(Signals::TLS_FAILED),
            Some(false) => signals.set(Signals::TLS),
            None => {}
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

    /// The route connection of a delivery.
    fn find_member(&self, connection: ConnectionId, domain: Option<Symbol>) -> Option<u32> {
        let mut next = self.members.first[self.ranks.connections.rank(connection.at())?];
        while next != NONE {
            let member = &self.members.list[next as usize];
            if self.by != GroupBy::Domain
                || self.buckets.list[member.bucket as usize].group == domain
            {
                return Some(next);
            }
            next = member.next;
        }
        None
    }
}

impl Sliced for RouteBuilder {
    fn step(&mut self, index: &Index) -> Progress {
        if self.compactions != index.compactions() {
            self.forget_numbers();
            self.compactions = index.compactions();
        }
        let (from, size) = (self.at, self.size());
        let to = size.min(from + SLICE);
        match self.phase {
            Phase::Connections => (from..to).for_each(|at| self.connection(index, at)),
            Phase::Attempts => (from..to).for_each(|at| self.attempt(index, at)),
            Phase::Members => (from..to).for_each(|at| self.assign(index, at)),
            Phase::Deliveries => (from..to).for_each(|at| self.delivery(index, at)),
            Phase::Unreached => (from..to).for_each(|at| self.unreached(index, at)),
            Phase::Keys => self.key(index, from..to),
            Phase::Order => self.order(),
            Phase::Outcomes => self.fold(index, from..to),
            Phase::Replies => (from..to).for_each(|at| self.reply(index, at)),
            Phase::Never => (from..to).for_each(|at| self.never_connected(index, at)),
            Phase::Done => return Progress::Done,
        }
        self.at = to;
        if to == size {
            self.next_phase();
        }
        Progress::More
    }

    fn step_without_index(&mut self) {
        if self.phase == Phase::Order {
            self.order();
            self.next_phase();
        }
    }

    fn finish(self, index: &Index) -> Triage {
        fold::finish(self, index)
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

    fn count(&mut self, result: DeliveryResult) {
        match result {
            DeliveryResult::Delivered => self.delivered += 1,
            DeliveryResult::Bounced => self.bounced += 1,
            DeliveryResult::Delayed => self.delayed += 1,
            DeliveryResult::Dropped | DeliveryResult::Aborted => {}
        }
    }
}
