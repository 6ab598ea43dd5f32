//! Routes, their hosts, and groups of hosts.

use super::{columns, term};
use crate::humanize::{endpoint, grouped};
use crate::index::Index;
use crate::judge::incident::Impact;
use crate::present::{Cell, CellContext, Role, RouteKey, RouteRow, TableRow, plain, styled};
use crate::triage::{Destination, GroupBy, HostId};

columns! { ROUTES, TableRow::Route(r), cx:
    "state" Text [State 10..12 0 sorted] => cx.route_state(r.state());
    "route" Exact [Route 17..40 0 sorted] => title(cx, r), row_term(r)?.replacen("dir:out ", "", 1);
    "since" Exact [Since 8..11 0 sorted] => cx.time(r.since(), Role::Text);
    "reason" Text [Why 14..80 0 unsorted] => reason(cx, r);
    "impact" Text [Impact 11..30 0 sorted] => impact(cx, r);
    "failure rate" Text [Rate 12..48 1 unsorted] => rate(cx, r);
    "failed" Number [Failed 12..17 2 sorted] => failed(cx, r);
    "last good" Exact [LastSuccess 9..11 4 sorted] => cx.time(r.tally().last_ok, Role::Text);
    "share" Number [5] => cx.text(r.destination().map(|route| percent(route.traffic.share)));
    "profile" Text [Profiles 12..28 6 unsorted] => cx.names(r.profiles()),
        term("profile", r.profiles().next()?);
    "domains" Text [Domains 14..40 7 unsorted] => cx.names(r.domains().into_iter()),
        term("domain", r.domains().first()?);

    "appliance" Text [3] => cx.text(appliance(r));
    "of" Text [] => cx.text(r.group().map(|group| group.key.as_deref().filter(|key| !key.is_empty()).unwrap_or("–")));
    "hosts" Text [8] => cx.number(match r.key {
            RouteKey::Destination(route) => Some(route.hosts.len()),
            RouteKey::Host(_) => None,
            RouteKey::Group(group, _) => Some(group.routes),
        });
    "affected" Text [5] => cx.number(Some(r.tally().affected.len()));
    "why" Text [] => reason(cx, r);
}

fn appliance<'r>(row: &RouteRow<'r>) -> Option<&'r str> {
    match row.key {
        RouteKey::Destination(route) => row.index.appliance(route.id.appliance),
        RouteKey::Host(host) => row.index.appliance(host.appliance),
        RouteKey::Group(..) => None,
    }
}

/// `12 %`, `0.3 %`
fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent >= 10.0 || percent == 0.0 {
        format!("{percent:.0} %")
    } else {
        format!("{percent:.1} %")
    }
}

fn title(cx: CellContext, row: &RouteRow<'_>) -> Cell {
    match row.key {
        RouteKey::Destination(route) => match row.index.appliance(route.id.appliance) {
            Some(appliance) if !cx.is_print() => {
                plain(&format!("{} on {appliance}", route.title()))
            }
            _ => plain(&route.title()),
        },
        RouteKey::Host(host) if cx.is_print() => {
            plain(&endpoint(row.remote_ip().unwrap_or_default(), host.port))
        }
        RouteKey::Host(host) => plain(&host.title(row.index)),
        RouteKey::Group(group, _) => match &group.key {
            Some(key) => plain(key),
            None => styled("(none)", Role::Dim),
        },
    }
}

/// The reason, printed with its count: `412 × 535 5.7.8 Error: authentication failed`.
fn reason(cx: CellContext, row: &RouteRow<'_>) -> Cell {
    let Some(reason) = row.reason() else {
        let class = row.destination().and_then(|route| route.judgement.class);
        return cx.text(class.map(crate::judge::class::Class::phrase));
    };
    if cx.is_print() {
        plain(&format!("{} × {}", reason.count, reason.line()))
    } else {
        cx.text(Some(reason.line()))
    }
}

/// The recipients that its incident hit; of a route without one, those that wait.
fn impact(cx: CellContext, row: &RouteRow<'_>) -> Cell {
    let Some(route) = row.destination() else {
        return cx.none();
    };
    let waiting = Impact::waiting(route.traffic.waiting);
    let impact = route.judgement.impact.as_ref().unwrap_or(&waiting);
    let role = match impact.bounced + impact.expired > 0 {
        _ if impact.recipients() == 0 => return cx.none(),
        true => Role::Failed,
        false => Role::Pending,
    };
    styled(impact.short(), role)
}

/// Failed connections of all in percent; the screen draws it over time instead.
fn rate(cx: CellContext, row: &RouteRow<'_>) -> Cell {
    let tally = row.tally();
    match tally.connections {
        0 => cx.none(),
        all => plain(&format!("{} %", tally.failed() * 100 / all)),
    }
}

fn failed(cx: CellContext, row: &RouteRow<'_>) -> Cell {
    let tally = row.tally();
    let (failed, all) = (tally.failed(), tally.connections);
    if cx.is_print() {
        return plain(&format!("{failed} of {all}"));
    }
    let role = if failed > 0 { Role::Text } else { Role::Dim };
    styled(format!("{} of {}", grouped(failed), grouped(all)), role)
}

/// The filter that keeps a host's connections.
pub(crate) fn host_term(index: &Index, id: HostId) -> String {
    let mut terms = vec![term("dir", "out")];
    if let Some(remote) = id.remote {
        terms.push(term("ip", index.names.addresses.get(remote)));
    }
    if let Some(port) = id.port {
        terms.push(term("port", &port.to_string()));
    }
    if let Some(name) = index.appliance(id.appliance) {
        terms.push(term("appliance", name));
    }
    terms.join(" ")
}

/// The filter that keeps a route's connections: its profile, else the addresses of its hosts.
fn route_of(index: &Index, route: &Destination) -> Option<String> {
    let of_appliance = index.appliance(route.id.appliance);
    let of_appliance = of_appliance.map(|name| format!(" {}", term("appliance", name)));
    let mut hosts = route.hosts.iter().filter_map(|host| host.id?.remote);
    let first = index.names.addresses.get(hosts.next()?);
    let others = hosts.map(|remote| index.names.addresses.get(remote));
    let list = others.fold(first.to_owned(), |list, ip| format!("{list},{ip}"));
    Some(format!(
        "dir:out ip:{list}{}",
        of_appliance.unwrap_or_default()
    ))
}

/// The filter that keeps the connections of a row.
pub(crate) fn row_term(row: &RouteRow<'_>) -> Option<String> {
    match row.key {
        RouteKey::Destination(route) => route_of(row.index, route),
        RouteKey::Host(host) => Some(host_term(row.index, host.id())),
        RouteKey::Group(group, by) => {
            let field = match by {
                GroupBy::Profile => "profile",
                GroupBy::Domain => "domain",
                GroupBy::Host | GroupBy::Route => "ip",
            };
            Some(format!("dir:out {}", term(field, group.key.as_ref()?)))
        }
    }
}
