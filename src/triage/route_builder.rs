//! Reads the index into routes, in slices: a reader in between waits for one slice at most.
//!
//! ```text
//! connections ─▶ attempts ─▶ members ─▶ deliveries ─▶ order ─▶ outcomes ─▶ replies ─▶ undelivered connected ─▶ routes
//! ```
//!
//! A *member* is a connection as one bucket sees it, a *bucket* what is summed: a route, or the part of a route that a
//! domain or profile has in it. A connection with recipients of two domains is a member of two buckets then.

mod fold;
mod reasons;
mod undelivered;

use std::ops::Range;

use hashbrown::HashMap;

use super::domains::Domains;
use super::outcome::{ConnectionOutcome, Signals};
use super::route::Route;
use super::{GroupBy, Triage};
use crate::header::Timestamp;
use crate::index::store::live_set::Ranks;
use crate::index::{
    ApplianceId, ConnectionId, DeliveryId, DeliveryResult, Direction, Index, MessageId,
    RecipientId, Symbol,
};

/// Records looked at in one slice: about a millisecond's work.
const SLICE: usize = 16_384;
const NONE: u32 = u32::MAX;

/// Whether there is more to look at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Another slice is due.
    More,
    /// All was looked at.
    Done,
}

type RouteKey = (ApplianceId, Option<Symbol>, Option<u16>);

/// A bucket's context, and whom it is of beside its route.
type BucketKey = (u32, Option<Symbol>);

/// A connection as one bucket sees it.
#[derive(Clone, Copy, Debug)]
struct RouteConnection {
    connection: ConnectionId,
    bucket: u32,
    /// The connection's member in another bucket.
    next: u32,
    said: Signals,
    outcome: ConnectionOutcome,
    /// The reason that refusals on it follow from.
    cause: u32,
}

/// A bucket on its way to a route.
#[derive(Debug)]
struct Bucket {
    route: u32,
    /// The domain or profile that it is of, where that is asked for.
    group: Option<Symbol>,
    delivered: u64,
    bounced: u64,
    delayed: u64,
    domains: HashMap<Symbol, u64, foldhash::fast::RandomState>,
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

/// A look at the index under way.
#[derive(Debug)]
pub struct RouteBuilder {
    by: GroupBy,
    /// The connections that are asked for; all without it.
    selected: Option<Vec<bool>>,
    generation: u64,
    /// The records of each kind that there were at the start: what comes later is left to the next look. Of those that
    /// retire meanwhile nothing more is read.
    connections: Ranks,
    attempts: Ranks,
    deliveries: Ranks,
    /// The state of names and texts that those are of which are known by number.
    swept: u64,
    phase: Phase,
    at: usize,
    routes: Vec<RouteKey>,
    route_numbers: HashMap<RouteKey, u32, foldhash::fast::RandomState>,
    route_of: Vec<u32>,
    profiles: Vec<HashMap<Symbol, u64, foldhash::fast::RandomState>>,
    buckets: Vec<Bucket>,
    bucket_numbers: HashMap<BucketKey, u32, foldhash::fast::RandomState>,
    members: Vec<RouteConnection>,
    member_of: Vec<u32>,
    /// What each member is ordered by: its bucket, when its connection was opened, the DCID, the member's number.
    keys: Vec<(u32, i64, u64, u32)>,
    tls_failed: Vec<Option<bool>>,
    domains: Domains,
    undelivered: Vec<DeliveryId>,
    /// Connection errors by whom they were for, in the order of the log.
    errors: HashMap<(ApplianceId, Symbol), Vec<(i64, u32)>, foldhash::fast::RandomState>,
    reasons: reasons::Reasons,
    folded: Vec<Route>,
}

impl RouteBuilder {
    /// Begins to look. With `selected`, only at these connections.
    pub fn new(index: &Index, by: GroupBy, selected: Option<&[ConnectionId]>) -> Self {
        let connections = index.connections.ranks();
        let count = connections.len();
        let selected = selected.map(|ids| {
            let mut is_selected = vec![false; count];
            for id in ids {
                if let Some(context) = connections.rank(id.at()) {
                    is_selected[context] = true;
                }
            }
            is_selected
        });
        Self {
            by,
            selected,
            generation: index.generation(),
            connections,
            attempts: index.attempts.ranks(),
            deliveries: index.deliveries.ranks(),
            swept: index.compactions(),
            phase: Phase::Connections,
            at: 0,
            routes: Vec::new(),
            route_numbers: HashMap::default(),
            route_of: vec![NONE; count],
            profiles: Vec::new(),
            buckets: Vec::new(),
            bucket_numbers: HashMap::default(),
            members: Vec::new(),
            member_of: vec![NONE; count],
            keys: Vec::new(),
            tls_failed: Vec::new(),
            domains: Domains::default(),
            undelivered: Vec::new(),
            errors: HashMap::default(),
            reasons: reasons::Reasons::default(),
            folded: Vec::new(),
        }
    }

    /// Looks at one slice.
    pub fn step(&mut self, index: &Index) -> Progress {
        if self.swept != index.compactions() {
            self.forget_numbers();
            self.swept = index.compactions();
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

    /// Does what is next, as long as that needs no index: nobody has to wait for it. [`RouteBuilder::step`] does it otherwise.
    pub fn step_without_index(&mut self) {
        if self.phase == Phase::Order {
            self.order();
            self.next_phase();
        }
    }

    fn size(&self) -> usize {
        match self.phase {
            Phase::Connections | Phase::Members | Phase::Unreached => self.connections.len(),
            Phase::Attempts => self.attempts.len(),
            Phase::Deliveries | Phase::Replies => self.deliveries.len(),
            Phase::Order | Phase::Done => 0,
            Phase::Keys | Phase::Outcomes => self.members.len(),
            Phase::Never => self.undelivered.len(),
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

    /// Names and texts of the index may stand under other numbers now.
    fn forget_numbers(&mut self) {
        self.tls_failed.clear();
        self.domains.forget_numbers();
        self.reasons.forget_numbers();
    }

    /// All that was found.
    pub fn finish(self, index: &Index) -> Triage {
        fold::finish(self, index)
    }

    /// Whose connections it is.
    fn connection(&mut self, index: &Index, at: usize) {
        let (columns, number) = (&index.connections, self.connections.number(at));
        if columns.flags.get(number).direction == Direction::Inbound || !self.is_selected(at) {
            return;
        }
        let port = Some(columns.peer.port.get(number)).filter(|port| *port > 0);
        let key = (
            columns.appliance.get(number),
            columns.peer.address.get(number),
            port,
        );
        let routes = &mut self.routes;
        let number = *self.route_numbers.entry(key).or_insert_with(|| {
            routes.push(key);
            u32::try_from(routes.len() - 1).unwrap_or(NONE)
        });
        self.route_of[at] = number;
        self.profiles
            .resize_with(self.routes.len(), HashMap::default);
    }

    fn route_of(&self, connection: ConnectionId) -> u32 {
        let context = self.connections.rank(connection.at());
        context.map_or(NONE, |context| self.route_of[context])
    }

    fn is_selected(&self, at: usize) -> bool {
        self.selected
            .as_ref()
            .is_none_or(|selected| selected.get(at).copied().unwrap_or(false))
    }

    fn attempt(&mut self, index: &Index, at: usize) {
        let at = self.attempts.number(at);
        let route = self.route_of(index.attempts.connection.get(at));
        if let (Some(profiles), Some(profile)) = (
            self.profiles.get_mut(route as usize),
            index.attempts.profile.get(at),
        ) {
            *profiles.entry(profile).or_default() += 1;
        }
    }

    /// The member that the connection is, unless its recipients' domains decide.
    fn assign(&mut self, index: &Index, at: usize) {
        let route = self.route_of[at];
        if route == NONE {
            return;
        }
        if at == 0 || self.members.is_empty() {
            self.join_portless(index);
        }
        let route = self.route_of[at];
        let group = match self.by {
            GroupBy::Route | GroupBy::Ip => None,
            GroupBy::Profile => self.profile_of(index, at, route),
            GroupBy::Domain => {
                let id = ConnectionId::new(self.connections.number(at));
                let domain = index.connection(id).failed_domain();
                if let Some(domain) = domain.map(|domain| self.domains.intern(domain)) {
                    self.member(index, at, Some(domain));
                }
                return;
            }
        };
        self.member(index, at, group);
    }

    /// A connection whose opening the log does not hold has no port: it belongs to the only route of its address.
    fn join_portless(&mut self, _index: &Index) {
        let portless = self
            .routes
            .iter()
            .enumerate()
            .filter(|(_, key)| key.2.is_none() && key.1.is_some());
        let mut instead: Vec<(u32, u32)> = Vec::new();
        for (number, key) in portless {
            let mut others = self
                .routes
                .iter()
                .enumerate()
                .filter(|(_, other)| (other.0, other.1) == (key.0, key.1) && other.2.is_some());
            if let (Some((other, _)), None) = (others.next(), others.next()) {
                instead.push((number as u32, other as u32));
            }
        }
        for (from, to) in instead {
            self.route_of
                .iter_mut()
                .filter(|route| **route == from)
                .for_each(|route| *route = to);
            let moved = std::mem::take(&mut self.profiles[from as usize]);
            for (name, count) in moved {
                *self.profiles[to as usize].entry(name).or_default() += count;
            }
        }
    }

    /// The profile of the connection's own login, else the only one that its route uses.
    fn profile_of(&self, index: &Index, at: usize, route: u32) -> Option<Symbol> {
        let number = self.connections.number(at);
        let last = index.connections.newest.attempt.get(number);
        let own = last.and_then(|id| index.attempts.profile.get(id.at()));
        own.or_else(|| {
            let mut used = self.profiles[route as usize].keys();
            used.next().copied().filter(|_| used.next().is_none())
        })
    }

    /// The connection's member in the bucket of a group, made if it is not there.
    fn member(&mut self, index: &Index, at: usize, group: Option<Symbol>) -> u32 {
        let route = self.route_of[at];
        let mut next = self.member_of[at];
        while next != NONE {
            let member = &self.members[next as usize];
            if self.by != GroupBy::Domain || self.buckets[member.bucket as usize].group == group {
                return next;
            }
            next = member.next;
        }
        let buckets = &mut self.buckets;
        let bucket = *self
            .bucket_numbers
            .entry((route, group))
            .or_insert_with(|| {
                buckets.push(Bucket::new(route, group));
                u32::try_from(buckets.len() - 1).unwrap_or(NONE)
            });
        let number = u32::try_from(self.members.len()).unwrap_or(NONE);
        let said = self.said(index, at);
        self.members.push(RouteConnection {
            connection: ConnectionId::new(self.connections.number(at)),
            bucket,
            next: self.member_of[at],
            said,
            outcome: ConnectionOutcome::Idle,
            cause: NONE,
        });
        self.member_of[at] = number;
        number
    }

    /// What the connection says apart from its deliveries.
    fn said(&mut self, index: &Index, at: usize) -> Signals {
        let (columns, at) = (&index.connections, self.connections.number(at));
        let mut said = Signals::default();
        if columns.error.get(at).is_some() {
            said.error();
        }
        if columns.flags.get(at).auth_failed {
            said.auth_failed();
        }
        match columns
            .tls
            .get(at)
            .map(|name| self.is_tls_failure(index, name))
        {
            Some(true) => said.tls_failed(),
            Some(false) => said.tls(),
            None => {}
        }
        said
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
        let (columns, at) = (&index.deliveries, self.deliveries.number(at));
        let Some(connection) = columns.connection.get(at) else {
            self.undelivered.push(DeliveryId::new(at));
            return;
        };
        let context = self.connections.rank(connection.at());
        let Some(context) = context.filter(|context| self.route_of[*context] != NONE) else {
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
        let member = &mut self.members[member as usize];
        member.said.delivery(&index.delivery(DeliveryId::new(at)));
        let bucket = &mut self.buckets[member.bucket as usize];
        bucket.count(columns.result.get(at));
        if let Some(domain) = domain {
            *bucket.domains.entry(domain).or_default() += 1;
        }
    }

    /// A connection without recipients and without a domain in its error.
    fn unreached(&mut self, index: &Index, at: usize) {
        let is_alone = self.route_of[at] != NONE && self.member_of[at] == NONE;
        if self.by == GroupBy::Domain && is_alone {
            self.member(index, at, None);
        }
    }

    /// What members are ordered by: of connections opened in one second the highest DCID is the newest.
    fn key(&mut self, index: &Index, members: Range<usize>) {
        let columns = &index.connections;
        for number in members {
            let member = &self.members[number];
            let at = member.connection.at();
            let time = columns.began.get(at).map_or(0, Timestamp::seconds);
            let key = (member.bucket, time, columns.id.get(at), number as u32);
            self.keys.push(key);
        }
    }

    /// Puts members in the order of their buckets and of time, and gives each its outcome.
    fn order(&mut self) {
        let mut keys = std::mem::take(&mut self.keys);
        keys.sort_unstable();
        let mut context = vec![0u32; self.members.len()];
        let members = (0u32..).zip(&keys).map(|(to, (.., from))| {
            context[*from as usize] = to;
            self.members[*from as usize]
        });
        let mut members: Vec<RouteConnection> = members.collect();
        let moved = |old: u32| context.get(old as usize).copied().unwrap_or(NONE);
        for member in &mut members {
            member.next = moved(member.next);
            member.outcome = member.said.outcome();
        }
        for member in &mut self.member_of {
            *member = moved(*member);
        }
        self.members = members;
    }

    /// The member that a delivery on the connection belongs to.
    fn find_member(&self, connection: ConnectionId, domain: Option<Symbol>) -> Option<u32> {
        let mut next = self.member_of[self.connections.rank(connection.at())?];
        while next != NONE {
            let member = &self.members[next as usize];
            if self.by != GroupBy::Domain || self.buckets[member.bucket as usize].group == domain {
                return Some(next);
            }
            next = member.next;
        }
        None
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
