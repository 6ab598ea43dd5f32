//! A route, or a group of routes, as both of the route tables show it.

use crate::header::Timestamp;
use crate::index::Index;
use crate::triage::{Group, GroupBy, Reason, Route, RouteState, Tally, Triage};

/// A route or a group of routes, with the triage that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouteRow<'r> {
    pub index: &'r Index,
    pub triage: &'r Triage,
    pub key: RouteOrGroup<'r>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum RouteOrGroup<'r> {
    Route(&'r Route),
    Group(&'r Group, GroupBy),
}

impl<'r> RouteRow<'r> {
    pub(crate) fn route(&self) -> Option<&'r Route> {
        match self.key {
            RouteOrGroup::Route(route) => Some(route),
            RouteOrGroup::Group(..) => None,
        }
    }

    pub(crate) fn group(&self) -> Option<&'r Group> {
        match self.key {
            RouteOrGroup::Route(_) => None,
            RouteOrGroup::Group(group, _) => Some(group),
        }
    }

    pub(crate) fn tally(&self) -> &'r Tally {
        match self.key {
            RouteOrGroup::Route(route) => &route.tally,
            RouteOrGroup::Group(group, _) => &group.tally,
        }
    }

    pub(crate) fn state(&self) -> RouteState {
        match self.key {
            RouteOrGroup::Route(route) => route.state,
            RouteOrGroup::Group(group, _) => group.state,
        }
    }

    pub(crate) fn failing_since(&self) -> Option<Timestamp> {
        match self.key {
            RouteOrGroup::Route(route) => route.failing_since,
            RouteOrGroup::Group(group, _) => group.failing_since,
        }
    }

    /// When its last trouble began: of a degraded route, the last outage.
    pub(crate) fn since(&self) -> Option<Timestamp> {
        match self.key {
            RouteOrGroup::Route(route) if route.state == RouteState::Degraded => {
                route.outage().and_then(|outage| outage.since)
            }
            RouteOrGroup::Route(route) if route.state == RouteState::Healthy => None,
            _ => self.failing_since(),
        }
    }

    /// Why it is failing or degraded.
    pub(crate) fn reason(&self) -> Option<&'r Reason> {
        let reason = match self.key {
            RouteOrGroup::Route(route) => route.cause(),
            RouteOrGroup::Group(group, _) => group.tally.reasons.first(),
        };
        reason.filter(|_| self.state() != RouteState::Healthy)
    }

    pub(crate) fn profiles(&self) -> impl ExactSizeIterator<Item = &'r str> + use<'r> {
        let names = &self.index.names.profiles;
        self.tally().profiles.iter().map(|name| names.get(*name))
    }

    pub(crate) fn domains(&self) -> impl ExactSizeIterator<Item = &'r str> + use<'r> {
        let triage = self.triage;
        self.tally().domains.iter().map(|name| triage.domain(*name))
    }

    pub(crate) fn remote_ip(&self) -> Option<&'r str> {
        let remote = self.route()?.remote?;
        Some(self.index.names.addresses.get(remote))
    }
}
