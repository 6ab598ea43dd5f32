//! Where users log in from.

use std::net::IpAddr;

use ipnet::IpNet;

use super::Clock;
use super::bounded::{Bounded, Keys, Ranked};
use crate::judge::destinations::is_private;

/// Users that logged in from a net that make it a net of the site: an office, or a VPN.
const SHARED: u32 = 5;
/// Nets /64 with a login that make their /48 one of a carrier, whose customers change their /64.
const CARRIER: u32 = 3;

/// An address that logs in, with its net.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    pub address: IpAddr,
    pub net: IpNet,
    pub address_key: u64,
    pub net_key: u64,
    /// Not from the internet.
    pub is_private: bool,
}

/// A net with a login.
#[derive(Debug)]
struct Home {
    first: u32,
    last: u32,
    users: u32,
    /// The first login was at the beginning of the log, so that the net may be old.
    is_early: bool,
    /// A compromised account logged in from it.
    is_bad: bool,
}

/// A user's login from a net.
#[derive(Debug)]
struct Own {
    last: u32,
}

/// A /48 of IPv6.
#[derive(Debug)]
struct Site {
    last: u32,
    nets: u32,
}

#[derive(Debug)]
pub(super) struct Nets {
    keys: Keys,
    homes: Bounded<Home>,
    own: Bounded<Own>,
    sites: Bounded<Site>,
}

impl Nets {
    pub(super) fn new(keys: Keys) -> Self {
        Self {
            keys,
            homes: Bounded::new(1 << 16),
            own: Bounded::new(1 << 18),
            sites: Bounded::new(1 << 14),
        }
    }

    pub(super) fn source(&self, address: IpAddr) -> Source {
        let address = address.to_canonical();
        let is_carriers = |net: &IpNet| {
            let site = || self.sites.get(self.keys.of(net));
            address.is_ipv6() && site().is_some_and(|site| site.nets >= CARRIER)
        };
        let wide = net(address, 48);
        let net = if is_carriers(&wide) {
            wide
        } else {
            net(address, 64)
        };
        Source {
            address,
            net,
            address_key: self.keys.of(address),
            net_key: self.keys.of(net),
            is_private: is_private(address),
        }
    }

    /// Whether it is a net of the user or of the site.
    pub(super) fn is_own(&self, user: u64, source: &Source) -> bool {
        let key = self.keys.of((user, source.net_key));
        self.own.get(key).is_some() || self.is_shared(source)
    }

    fn is_shared(&self, source: &Source) -> bool {
        let home = self.homes.get(source.net_key);
        home.is_some_and(|home| home.users >= SHARED && !home.is_bad)
    }

    /// Whether nobody logged in from there until lately.
    pub(super) fn is_new(&self, clock: Clock, source: &Source, seconds: u32) -> bool {
        let is_new = |home: &Home| !home.is_early && clock.since(home.first) < seconds;
        let home = self.homes.get(source.net_key);
        home.is_none_or(|home| home.is_bad || is_new(home))
    }

    /// A user logged in.
    pub(super) fn learn(&mut self, clock: Clock, is_early: bool, user: u64, source: &Source) {
        let is_new = self.learn_net(clock, is_early, user, source.net_key);
        if source.address.is_ipv6() {
            let wide = self.keys.of(net(source.address, 48));
            let (site, _) = self.sites.entry(wide, || Site { last: 0, nets: 0 });
            site.last = clock.now;
            site.nets += u32::from(is_new && source.net_key != wide);
            if source.net_key != wide {
                self.learn_net(clock, is_early, user, wide);
            }
        }
    }

    /// Whether nobody logged in from there before.
    fn learn_net(&mut self, clock: Clock, is_early: bool, user: u64, net: u64) -> bool {
        let new = || Home {
            first: clock.now,
            last: clock.now,
            users: 0,
            is_early,
            is_bad: false,
        };
        let (home, is_new) = self.homes.entry(net, new);
        home.last = clock.now;
        let key = self.keys.of((user, net));
        let (own, is_new_user) = self.own.entry(key, || Own { last: 0 });
        own.last = clock.now;
        home.users += u32::from(is_new_user);
        is_new
    }

    /// A compromised account logged in from there.
    pub(super) fn mark_bad(&mut self, net: u64) {
        if let Some(home) = self.homes.get_mut(net) {
            home.is_bad = true;
        }
    }

    pub(super) fn dropped(&self) -> u64 {
        self.homes.dropped() + self.own.dropped() + self.sites.dropped()
    }
}

impl Ranked for Home {
    fn rank(&self) -> u64 {
        self.last.into()
    }
}

impl Ranked for Own {
    fn rank(&self) -> u64 {
        self.last.into()
    }
}

impl Ranked for Site {
    fn rank(&self) -> u64 {
        self.last.into()
    }
}

/// The /24 of IPv4, or the net of IPv6 with a prefix of this length.
fn net(address: IpAddr, prefix: u8) -> IpNet {
    let prefix = if address.is_ipv4() { 24 } else { prefix };
    IpNet::new_assert(address, prefix).trunc()
}
