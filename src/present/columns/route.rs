//! Routes and groups of routes.

use super::{columns, term};
use crate::humanize::{endpoint, grouped};
use crate::index::Index;
use crate::present::{Cell, CellContext, Role, RouteOrGroup, RouteRow, TableRow, plain, styled};
use crate::triage::{GroupBy, RouteId};

columns! { ROUTES, TableRow::Route(r), cx:
    "state" Text [State 10..10 0 sorted] => cx.route_state(r.state());
    "route" Exact [Route 17..40 0 sorted] => title(cx, r),
        row_term(r)?.replacen("dir:out ", "", 1);
    "since" Exact [Since 8..11 0 sorted] => match cx.is_print() {
            true => cx.time(r.failing_since(), Role::Text),
            false => cx.time(r.since(), Role::Text),
        };
    "reason" Text [Why 14..80 0 unsorted] => reason(cx, r);
    "cost" Text [Impact 11..30 0 sorted] => impact(cx, r);
    "failure rate" Text [Rate 12..48 1 unsorted] => rate(cx, r);
    "failed" Number [Failed 12..17 2 sorted] => failed(cx, r);
    "last good" Exact [LastSuccess 9..11 4 sorted] => cx.time(r.tally().last_ok, Role::Text);
    "profile" Text [Profiles 12..28 6 unsorted] => cx.names(r.profiles()),
        term("profile", r.profiles().next()?);
    "domains" Text [Domains 14..40 7 unsorted] => cx.names(r.domains()),
        term("domain", r.domains().next()?);

    "appliance" Text [3] => cx.text(r.route().and_then(|route| r.index.appliance(route.appliance)));
    "of" Text [] => cx.text(r.group().map(|group| group.key.as_deref().filter(|key| !key.is_empty()).unwrap_or("–")));
    "routes" Text [8] => cx.number(r.group().map(|group| group.routes));
    "failing since" Exact [] => cx.time(r.failing_since(), Role::Text);
    "affected" Text [5] => cx.number(Some(r.tally().affected.len()));
    "why" Text [] => reason(cx, r);
}

fn title(cx: CellContext, row: &RouteRow<'_>) -> Cell {
    match row.key {
        RouteOrGroup::Route(route) if cx.is_print() => {
            plain(&endpoint(row.remote_ip().unwrap_or_default(), route.port))
        }
        RouteOrGroup::Route(route) => plain(&route.title(row.index)),
        RouteOrGroup::Group(group, _) => match &group.key {
            Some(key) => plain(key),
            None => styled("(none)", Role::Dim),
        },
    }
}

/// The cause; printed the most frequent reason: `412 × 535 5.7.8 Error: authentication failed`.
fn reason(cx: CellContext, row: &RouteRow<'_>) -> Cell {
    if !cx.is_print() {
        return cx.text(row.reason().map(crate::triage::Reason::line));
    }
    let Some(first) = row.tally().reasons.first() else {
        return cx.none();
    };
    let code = first.code.map_or_else(String::new, |code| code.to_string());
    let reply = format!("{code} {}", first.detail);
    let reply = match reply.trim() {
        "" => first.outcome.word(),
        reply => reply,
    };
    plain(&format!("{} × {reply}", first.count))
}

fn impact(cx: CellContext, row: &RouteRow<'_>) -> Cell {
    let impact = row.tally().impact;
    let role = match impact.is_loss() {
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

/// The filter that keeps a route's connections.
pub(crate) fn route_term(index: &Index, id: RouteId) -> String {
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

/// The filter that keeps the connections of a route or group.
pub(crate) fn row_term(row: &RouteRow<'_>) -> Option<String> {
    match row.key {
        RouteOrGroup::Route(route) => Some(route_term(row.index, route.id())),
        RouteOrGroup::Group(group, by) => {
            let field = match by {
                GroupBy::Profile => "profile",
                GroupBy::Domain => "domain",
                GroupBy::Ip | GroupBy::Route => "ip",
            };
            Some(format!("dir:out {}", term(field, group.key.as_ref()?)))
        }
    }
}
