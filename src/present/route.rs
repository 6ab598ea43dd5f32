//! A route, one of its hosts, or a group of hosts, as their tables show it.

use crate::header::Timestamp;
use crate::index::Index;
use crate::judge::RouteState;
use crate::triage::{Destination, Group, GroupBy, HostSummary, Reason, Tally, Triage};

/// A row of the tables of routes and hosts, with the triage that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteRow<'r> {
    pub index: &'r Index,
    pub triage: &'r Triage,
    pub key: RouteKey<'r>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum RouteKey<'r> {
    Destination(&'r Destination),
    Host(&'r HostSummary),
    Group(&'r Group, GroupBy),
}

impl<'r> RouteRow<'r> {
    pub(crate) fn destination(&self) -> Option<&'r Destination> {
        match self.key {
            RouteKey::Destination(destination) => Some(destination),
            _ => None,
        }
    }

    pub(crate) fn host(&self) -> Option<&'r HostSummary> {
        match self.key {
            RouteKey::Host(host) => Some(host),
            _ => None,
        }
    }

    pub(crate) fn group(&self) -> Option<&'r Group> {
        match self.key {
            RouteKey::Group(group, _) => Some(group),
            _ => None,
        }
    }

    pub(crate) fn tally(&self) -> &'r Tally {
        match self.key {
            RouteKey::Destination(destination) => &destination.tally,
            RouteKey::Host(host) => &host.tally,
            RouteKey::Group(group, _) => &group.tally,
        }
    }

    /// The state; of a group, that of its worst host.
    pub(crate) fn state(&self) -> RouteState {
        match self.key {
            RouteKey::Destination(destination) => destination.judgement.state,
            RouteKey::Host(host) => host.id().state(self.index),
            RouteKey::Group(group, _) => group.state,
        }
    }

    /// When its incident began.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        self.destination()?.judgement.since
    }

    /// Why it fails; of a host or group, the most frequent reason.
    pub(crate) fn reason(&self) -> Option<&'r Reason> {
        match self.key {
            RouteKey::Destination(destination) => destination.reason(),
            _ => self.tally().reasons.first(),
        }
    }

    pub(crate) fn profiles(&self) -> impl ExactSizeIterator<Item = &'r str> + use<'r> {
        let names = &self.index.names.profiles;
        self.tally().profiles.iter().map(|name| names.get(*name))
    }

    pub(crate) fn domains(&self) -> Vec<&'r str> {
        match self.key {
            RouteKey::Destination(destination) => {
                destination.domains.iter().map(String::as_str).collect()
            }
            _ => {
                let names = self.tally().domains.iter();
                names.map(|name| self.triage.domain(*name)).collect()
            }
        }
    }

    pub(crate) fn remote_ip(&self) -> Option<&'r str> {
        let remote = self.host()?.remote?;
        Some(self.index.names.addresses.get(remote))
    }
}
