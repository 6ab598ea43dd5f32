//! Destinations: hosts and recipient domains, joined to routes by use.
//!
//! A new host joins the route of the domain that it is used for. Two routes are joined if a domain
//! sends a good part of its mail to each, so that one backup MX does not join two providers. The
//! route of a profile is never joined to another one, and hosts in private nets only to each other.
//! A member that was not used for a day leaves its route, and joins one again when it is used.

mod table;

use std::net::IpAddr;

use hashbrown::HashMap;

use super::Seconds;
use super::evidence::Evidence;
use super::route::Route;
use table::{Keyed, Table};

pub(crate) use table::{DomainNo, HostNo, RouteNo};

/// Uses of a link from which on it may join two routes.
const JOINING: f32 = 3.0;

/// Hosts that a domain remembers; the least used ones are forgotten first.
const LINKS: usize = 64;

const DAY: Seconds = 86_400;

/// An address and a port.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct HostKey {
    pub ip: IpAddr,
    pub port: u16,
}

impl HostKey {
    /// Old releases do not write the port: it is that of SMTP.
    pub(crate) fn new(ip: IpAddr, port: Option<u16>) -> Self {
        const SMTP: u16 = 25;
        Self {
            ip,
            port: port.unwrap_or(SMTP),
        }
    }
}

impl std::fmt::Display for HostKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::net::SocketAddr::new(self.ip, self.port).fmt(f)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Host {
    pub key: HostKey,
    pub route: Option<RouteNo>,
    pub tls_worked: bool,
    pub evidence: Evidence,
    pub used: Seconds,
    /// The newest success.
    pub worked: Option<Seconds>,
    /// Whether the newest attempt failed.
    pub failed: bool,
    /// The opening of the newest connection that failed.
    pub failed_at: Option<Seconds>,
    pub incident: Option<usize>,
}

/// How often, and when last, a domain's mail went to a host.
#[derive(Clone, Copy, Debug)]
struct Link {
    host: HostNo,
    uses: f32,
    last: Seconds,
}

#[derive(Clone, Debug)]
pub(super) struct Domain {
    pub name: Box<[u8]>,
    pub route: Option<RouteNo>,
    /// Recipients that are queued and have no final state.
    pub waiting: u32,
    /// Recipients of messages that are remembered: their domain is, too.
    pub remembered: u32,
    /// Recipients that were queued lately.
    pub queued: f64,
    pub used: Seconds,
    /// When its name could first not be resolved.
    pub unresolved: Option<Seconds>,
    links: Vec<Link>,
}

impl Domain {
    pub(super) fn uses(&self) -> f32 {
        self.links.iter().map(|link| link.uses).sum()
    }
}

impl Keyed for Host {
    type Key = HostKey;
    fn key(&self) -> &HostKey {
        &self.key
    }
    fn new(key: &HostKey) -> Self {
        Self {
            key: *key,
            route: None,
            tls_worked: false,
            evidence: Evidence::default(),
            used: 0,
            worked: None,
            failed: false,
            failed_at: None,
            incident: None,
        }
    }
}

impl Keyed for Domain {
    type Key = [u8];
    fn key(&self) -> &[u8] {
        &self.name
    }
    fn new(name: &[u8]) -> Self {
        Self {
            name: name.into(),
            route: None,
            waiting: 0,
            remembered: 0,
            queued: 0.0,
            used: 0,
            unresolved: None,
            links: Vec::new(),
        }
    }
}

/// All destinations of an appliance.
#[derive(Debug, Default)]
pub(super) struct Destinations {
    pub hosts: Table<Host>,
    pub domains: Table<Domain>,
    routes: Vec<Route>,
    free_routes: Vec<RouteNo>,
    profiles: HashMap<Box<str>, RouteNo, foldhash::fast::RandomState>,
    /// Recipients that were queued lately.
    pub queued: f64,
    /// Domains and hosts that were forgotten because there were too many.
    pub forgotten: u64,
}

impl Destinations {
    pub(super) fn route(&self, no: RouteNo) -> &Route {
        &self.routes[no.at()]
    }

    pub(super) fn route_mut(&mut self, no: RouteNo) -> &mut Route {
        &mut self.routes[no.at()]
    }

    /// The routes that have members.
    pub(super) fn routes(&self) -> impl Iterator<Item = (RouteNo, &Route)> {
        let numbered = self.routes.iter().enumerate();
        numbered
            .filter(|(_, route)| !route.is_empty())
            .map(|(at, route)| (RouteNo::new(at), route))
    }

    /// The part of the recipients of the last day that go to a route.
    pub(super) fn share(&self, no: RouteNo) -> f64 {
        if self.queued > 200.0 {
            self.route(no).load.queued / self.queued
        } else {
            0.0
        }
    }

    /// The route of a host that is used for a domain; both are joined to it.
    pub(super) fn used(
        &mut self,
        host: HostNo,
        domain: Option<DomainNo>,
        now: Seconds,
        join_percent: f64,
    ) -> RouteNo {
        self.hosts[host].used = now;
        let Some(domain) = domain else {
            return self.hosts[host]
                .route
                .unwrap_or_else(|| self.new_route(host));
        };
        self.link(domain, host, now);
        match (self.hosts[host].route, self.domains[domain].route) {
            (Some(route), Some(other)) if route == other => route,
            (Some(route), None) => {
                self.join_domain(domain, route);
                route
            }
            (None, Some(route)) if self.may_join(host, domain, route) => {
                self.join_host(host, route);
                route
            }
            (None, of_domain) => {
                let route = self.new_route(host);
                if of_domain.is_none() {
                    self.join_domain(domain, route);
                }
                route
            }
            (Some(route), Some(other)) => self.join_routes(route, other, domain, join_percent),
        }
    }

    /// The route of a host that an SMTP Auth profile is used on. It takes the profile's name.
    pub(super) fn used_by_profile(&mut self, host: HostNo, profile: &str) -> RouteNo {
        let of_host = self.hosts[host].route;
        match (self.profiles.get(profile).copied(), of_host) {
            (Some(route), Some(now)) if route == now => route,
            (Some(route), _) => {
                self.leave(host);
                self.join_host(host, route);
                route
            }
            (None, of_host) => {
                let alone = of_host.filter(|route| {
                    let route = self.route(*route);
                    route.profile.is_none() && route.hosts.len() == 1
                });
                let route = alone.unwrap_or_else(|| {
                    self.leave(host);
                    self.new_route(host)
                });
                self.route_mut(route).profile = Some(profile.into());
                self.profiles.insert(profile.into(), route);
                route
            }
        }
    }

    /// Whether a new host belongs to the route of its domain. It joins the route of a profile only
    /// if the domain's mail goes nowhere else.
    fn may_join(&self, host: HostNo, domain: DomainNo, no: RouteNo) -> bool {
        const ALWAYS: f32 = 5.0;
        let route = self.route(no);
        let links = &self.domains[domain].links;
        let others = || links.iter().filter(|link| link.host != host);
        let always = || {
            others().all(|link| self.hosts[link.host].route == Some(no))
                && others().map(|link| link.uses).sum::<f32>() >= ALWAYS
        };
        is_private(self.hosts[host].key.ip) == route.private
            && (route.profile.is_none() || always())
    }

    fn new_route(&mut self, host: HostNo) -> RouteNo {
        let no = self.free_routes.pop().unwrap_or_else(|| {
            self.routes.push(Route::default());
            RouteNo::new(self.routes.len() - 1)
        });
        self.join_host(host, no);
        no
    }

    fn join_host(&mut self, host: HostNo, no: RouteNo) {
        let private = is_private(self.hosts[host].key.ip);
        self.hosts[host].route = Some(no);
        let route = self.route_mut(no);
        route.hosts.push(host);
        route.private |= private;
    }

    fn join_domain(&mut self, domain: DomainNo, no: RouteNo) {
        self.domains[domain].route = Some(no);
        let (waiting, queued) = (self.domains[domain].waiting, self.domains[domain].queued);
        let route = self.route_mut(no);
        route.domains.push(domain);
        route.load.waiting += waiting;
        route.load.queued += queued;
    }

    fn leave(&mut self, host: HostNo) {
        if let Some(route) = self.hosts[host].route.take() {
            self.route_mut(route).hosts.retain(|other| *other != host);
            self.free(route);
        }
    }

    fn leave_domain(&mut self, domain: DomainNo) {
        if let Some(route) = self.domains[domain].route.take() {
            let (waiting, queued) = (self.domains[domain].waiting, self.domains[domain].queued);
            let route_of = self.route_mut(route);
            route_of.domains.retain(|other| *other != domain);
            route_of.load.waiting = route_of.load.waiting.saturating_sub(waiting);
            route_of.load.queued = (route_of.load.queued - queued).max(0.0);
            self.free(route);
        }
    }

    /// Keeps the number of a route without members for another one.
    fn free(&mut self, no: RouteNo) {
        let route = &mut self.routes[no.at()];
        if route.is_empty() && route.open_incidents().next().is_none() {
            if let Some(profile) = route.profile.take() {
                self.profiles.remove(&profile);
            }
            *route = Route::default();
            self.free_routes.push(no);
        }
    }

    fn link(&mut self, domain: DomainNo, host: HostNo, now: Seconds) {
        let domain = &mut self.domains[domain];
        domain.used = now;
        if let Some(link) = domain.links.iter_mut().find(|link| link.host == host) {
            link.uses += 1.0;
            link.last = now;
            return;
        }
        if domain.links.len() == LINKS {
            let least =
                (0..LINKS).min_by(|a, b| domain.links[*a].uses.total_cmp(&domain.links[*b].uses));
            domain.links.swap_remove(least.unwrap_or(0));
        }
        domain.links.push(Link {
            host,
            uses: 1.0,
            last: now,
        });
    }

    /// A domain uses a host of another route than its own. Returns the route of the host.
    fn join_routes(
        &mut self,
        of_host: RouteNo,
        of_domain: RouteNo,
        domain: DomainNo,
        join_percent: f64,
    ) -> RouteNo {
        let uses_of = |route| {
            let links = self.domains[domain].links.iter();
            let there = links.filter(|link| self.hosts[link.host].route == Some(route));
            there.map(|link| link.uses).sum::<f32>()
        };
        let (there, here) = (uses_of(of_host), uses_of(of_domain));
        let least = JOINING.max(self.domains[domain].uses() * join_percent as f32 / 100.0);
        let (a, b) = (self.route(of_host), self.route(of_domain));
        let joinable = a.profile.is_none() && b.profile.is_none() && a.private == b.private;
        let alone = a.domains.is_empty();
        if joinable && (alone || there >= least && here >= least) {
            return self.merge(of_host, of_domain);
        }
        if there > here {
            self.leave_domain(domain);
            self.join_domain(domain, of_host);
        }
        of_host
    }

    /// Joins two routes; the one that has worked more often remains.
    fn merge(&mut self, a: RouteNo, b: RouteNo) -> RouteNo {
        let successes = |no: RouteNo| self.route(no).evidence.successes;
        let (kept, gone) = if successes(a) >= successes(b) {
            (a, b)
        } else {
            (b, a)
        };
        let gone_route = std::mem::take(self.route_mut(gone));
        for host in &gone_route.hosts {
            self.hosts[*host].route = Some(kept);
        }
        for domain in &gone_route.domains {
            self.domains[*domain].route = Some(kept);
        }
        self.route_mut(kept).absorb(gone_route);
        self.free_routes.push(gone);
        kept
    }

    /// Counts recipients of a domain that were queued.
    pub(super) fn add_waiting(&mut self, domain: DomainNo, recipients: u32, queued: bool) {
        let new = if queued { f64::from(recipients) } else { 0.0 };
        self.queued += new;
        let domain = &mut self.domains[domain];
        domain.waiting += recipients;
        domain.queued += new;
        if let Some(route) = domain.route {
            let load = &mut self.routes[route.at()].load;
            load.waiting += recipients;
            load.queued += new;
        }
    }

    /// A recipient got its final state.
    pub(super) fn settle(&mut self, domain: DomainNo) {
        let domain = &mut self.domains[domain];
        domain.waiting = domain.waiting.saturating_sub(1);
        if let Some(route) = domain.route {
            let load = &mut self.routes[route.at()].load;
            load.waiting = load.waiting.saturating_sub(1);
        }
    }

    /// Each hour: what was queued fades over a day, and members that were not used leave.
    pub(super) fn age(&mut self, now: Seconds) {
        const HOURLY: f64 = 0.944;
        self.queued *= HOURLY;
        for domain in self.domains.iter_mut() {
            domain.queued *= HOURLY;
            domain.links.retain(|link| now - link.last < DAY);
        }
        for route in &mut self.routes {
            route.load.queued *= HOURLY;
        }
        let unused: Vec<HostNo> = self.hosts.numbers_where(|host| {
            host.route.is_some() && host.incident.is_none() && now - host.used >= DAY
        });
        for host in unused {
            let route = self.hosts[host].route.map(|no| self.route(no));
            // A route keeps its last host: that is where its domains go.
            if route.is_some_and(|route| route.hosts.len() > 1) {
                self.leave(host);
            }
        }
        let unused = self.domains.numbers_where(|domain| {
            domain.route.is_some() && domain.waiting == 0 && now - domain.used >= DAY
        });
        for domain in unused {
            let route = self.domains[domain].route.map(|no| self.route(no));
            if route.is_some_and(|route| route.domains.len() > 1) {
                self.leave_domain(domain);
            }
        }
    }

    /// Forgets the destinations that were not used for longest, if there are too many.
    pub(super) fn forget(&mut self, most: usize) {
        if self.domains.len() > most {
            let idle = |domain: &Domain| domain.remembered == 0;
            let count = self.domains.len() - most * 3 / 4;
            for no in self.domains.oldest(count, idle, |domain| domain.used) {
                self.leave_domain(no);
                self.domains.remove(no);
                self.forgotten += 1;
            }
        }
        if self.hosts.len() > most {
            let idle = |host: &Host| host.incident.is_none();
            let count = self.hosts.len() - most * 3 / 4;
            for no in self.hosts.oldest(count, idle, |host| host.used) {
                self.leave(no);
                self.hosts.remove(no);
                self.forgotten += 1;
            }
            let hosts = &self.hosts;
            for domain in self.domains.iter_mut() {
                domain.links.retain(|link| hosts.has(link.host));
            }
        }
    }

    /// Bytes of memory that the tables and what they hold take, about.
    pub(super) fn bytes(&self) -> usize {
        let domains = self
            .domains
            .iter()
            .map(|domain| domain.name.len() + domain.links.capacity() * size_of::<Link>());
        let hosts = self.hosts.iter().map(|host| host.evidence.bytes());
        self.hosts.bytes()
            + self.domains.bytes()
            + self.routes.capacity() * size_of::<Route>()
            + domains.sum::<usize>()
            + hosts.sum::<usize>()
            + self.routes.iter().map(Route::bytes).sum::<usize>()
    }
}

/// Whether an address is of a private or local net (RFC 1918, RFC 4193, RFC 6598, RFC 3927).
pub(crate) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || a == 100 && (64..128).contains(&b)
        }
        IpAddr::V6(ip) => {
            ip.is_loopback() || ip.segments()[0] & 0xfe00 == 0xfc00 || ip.is_unicast_link_local()
        }
    }
}
