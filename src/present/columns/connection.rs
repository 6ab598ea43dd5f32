//! Connections.

use super::{columns, term};
use crate::event::ConnId;
use crate::humanize;
use crate::index::{Attempt, Connection, DeliveryResult, Direction};
use crate::present::{Cell, CellContext, Role, TableRow, address, plain, styled};
use crate::safe;

columns! { CONNECTIONS, TableRow::Connection(c), cx:
    "opened" Exact [Opened 8..8 0 sorted] => opened(cx, c),
        term("at", &c.first_seen()?.to_string());
    "age" Number [Age 6..6 4 sorted] => age(cx, c);
    "dir" Text [Direction 3..3 7 unsorted] => plain(direction(c)), term("dir", c.direction().word());
    "id" Exact [Id 9..15 0 sorted] => styled(id(c), Role::Id), id_term(c);
    "peer" Exact [Peer 17..40 0 sorted] => cx.text(address(c)), term("ip", c.remote_ip()?);
    "host" Text [Host 14..36 8 unsorted] => cx.text(c.remote_host()), term("host", c.remote_host()?);
    "interface · group" Text [InterfaceOrGroup 16..36 6 unsorted] => interface(cx, c),
        match c.policy() {
            Some(policy) => term("group", &String::from_utf8_lossy(policy.sender_group)),
            None => term("interface", c.interface()?),
        };
    "tls" Text [Tls 8..8 5 unsorted] => tls(cx, c), tls_term(c);
    "login" Text [AuthResult 8..10 0 sorted] => login(cx, c),
        term("auth", c.last_attempt().map_or("none", |last| last.result()));
    "user · profile · error" Text [Login 10..44 0 sorted] => who(cx, c), who_term(c)?;
    "msgs" Number [Messages 4..7 3 sorted] => carried(cx, c);
    "end" Text [End 7..10 1 unsorted] => end(cx, c),
        c.end().map_or_else(|| term("state", "open"), |end| term("end", end.word()));

    "group" Text [9] => plain(&policy(c));
    "login" Text [] => plain(&attempts(c));
    "messages" Text [8] => carried(cx, c);
    "error" Text [4] => cx.text(c.error());
}

/// `ICID 450`, `DCID 5640`
pub(super) fn id(connection: &Connection<'_>) -> String {
    match connection.link() {
        ConnId::In(icid) => format!("ICID {icid}"),
        ConnId::Out(dcid) => format!("DCID {dcid}"),
    }
}

fn id_term(connection: &Connection<'_>) -> String {
    match connection.link() {
        ConnId::In(icid) => term("icid", &icid.to_string()),
        ConnId::Out(dcid) => term("dcid", &dcid.to_string()),
    }
}

fn direction(connection: &Connection<'_>) -> &'static str {
    match connection.direction() {
        Direction::Inbound => "in",
        Direction::Outbound => "out",
    }
}

/// When it was opened; on the screen dim, and when it was first seen, if the log begins later.
fn opened(cx: CellContext, connection: &Connection<'_>) -> Cell {
    if cx.is_print() {
        return cx.time(connection.opened(), Role::Text);
    }
    let role = match connection.opened() {
        Some(_) => Role::Text,
        None => Role::Dim,
    };
    let time = connection.first_seen();
    time.map_or_else(|| cx.none(), |time| styled(humanize::clock(time), role))
}

/// How long it lasted, on the screen also while it is open.
fn age(cx: CellContext, connection: &Connection<'_>) -> Cell {
    if !cx.is_print() {
        return cx.text(connection.duration(cx.newest).map(humanize::age));
    }
    let lasted = connection.opened().zip(connection.closed());
    cx.text(lasted.map(|(from, to)| humanize::duration(to.seconds() - from.seconds())))
}

/// Interface, action and sender group of a connection to a listener.
fn policy(connection: &Connection<'_>) -> String {
    let Some(policy) = connection.policy() else {
        return String::new();
    };
    let (interface, text) = (connection.interface().unwrap_or_default(), safe::bytes);
    let parts = format!(
        "{interface} {} {}",
        text(policy.action),
        text(policy.sender_group)
    );
    parts.trim().to_owned()
}

fn interface(cx: CellContext, connection: &Connection<'_>) -> Cell {
    if cx.is_print() {
        return plain(&policy(connection));
    }
    if connection.direction() == Direction::Outbound {
        let deliveries = connection.deliveries();
        let first = deliveries.first();
        let domain = first.and_then(|delivery| delivery.recipient().domain());
        return cx.text(domain.map(|domain| format!("→ {domain}")));
    }
    let group = connection
        .policy()
        .map(|policy| safe::bytes(policy.sender_group));
    match (connection.interface(), group) {
        (None, None) => cx.none(),
        (interface, group) => plain(&format!(
            "{} · {}",
            interface.unwrap_or("–"),
            group.as_deref().unwrap_or("–")
        )),
    }
}

fn tls(cx: CellContext, connection: &Connection<'_>) -> Cell {
    match connection.tls() {
        None => cx.none(),
        Some(tls) if !tls.success => cx.signed("✗", "failed", Role::Failed),
        Some(tls) => match tls.protocol {
            Some(protocol) => styled(safe::bytes(protocol), Role::Text),
            None if cx.is_print() => plain("success"),
            None => plain("✓"),
        },
    }
}

fn tls_term(connection: &Connection<'_>) -> String {
    match connection.tls() {
        None => term("tls", "none"),
        Some(tls) if !tls.success => term("tls", "failed"),
        Some(tls) => match tls.protocol {
            Some(name) => term("tls", &String::from_utf8_lossy(name)),
            None => term("tls", "success"),
        },
    }
}

/// The last login's result: `✓ ok`, `✗ failed`, `✓ ok ✗2` if others had failed before.
fn login(cx: CellContext, connection: &Connection<'_>) -> Cell {
    let attempts = connection.attempts();
    let Some(last) = attempts.last() else {
        return cx.none();
    };
    if cx.is_print() {
        return plain(last.result());
    }
    let failed = attempts.iter().filter(|attempt| !attempt.succeeded());
    match (last.succeeded(), failed.count()) {
        (true, 0) => styled("✓ ok", Role::Ok),
        (true, failed) => styled(format!("✓ ok ✗{failed}"), Role::Pending),
        (false, _) => styled("✗ failed", Role::Failed),
    }
}

/// Whose login it is: the user, or the profile of the appliance's own.
fn name<'i>(attempt: &Attempt<'i>) -> Option<&'i str> {
    match attempt.direction() {
        Direction::Inbound => attempt.user(),
        Direction::Outbound => attempt.profile(),
    }
}

/// `succeeded ann (3 attempts)`
fn attempts(connection: &Connection<'_>) -> String {
    let attempts = connection.attempts();
    let Some(last) = attempts.last() else {
        return String::new();
    };
    let times = match attempts.len() {
        1 => String::new(),
        more => format!(" ({more} attempts)"),
    };
    format!(
        "{} {}{times}",
        last.result(),
        name(last).unwrap_or_default()
    )
}

/// The user or profile, or how many there were; without a login what went wrong.
fn who(cx: CellContext, connection: &Connection<'_>) -> Cell {
    let attempts = connection.attempts();
    let Some(last) = attempts.last() else {
        return error_or_refusal(cx, connection);
    };
    if cx.is_print() {
        let mut names: Vec<_> = attempts
            .iter()
            .map(|one| name(one).unwrap_or_default())
            .collect();
        names.sort_unstable();
        names.dedup();
        return match names.as_slice() {
            [one] => plain(one),
            more => plain(&format!("{} users", more.len())),
        };
    }
    let mut users: Vec<_> = attempts.iter().filter_map(Attempt::user_name).collect();
    users.sort_unstable();
    users.dedup();
    match (users.len(), attempts.len()) {
        (0, _) => cx.text(last.profile()),
        (1, times) => {
            let user = last
                .user()
                .filter(|user| !user.is_empty())
                .unwrap_or("(empty)");
            match times {
                1 => plain(user),
                _ => plain(&format!("{user} ×{times}")),
            }
        }
        (more, _) => styled(format!("{more} users"), Role::Warning),
    }
}

fn who_term(connection: &Connection<'_>) -> Option<String> {
    let last = connection.last_attempt()?;
    Some(match last.user() {
        Some(user) => term("user", user),
        None => term("profile", last.profile()?),
    })
}

/// Why there was no login: the error of the connection; on the screen also the refusal by its
/// policy.
fn error_or_refusal(cx: CellContext, connection: &Connection<'_>) -> Cell {
    if cx.is_print() {
        return cx.text(connection.error());
    }
    if let Some(error) = connection.error() {
        return styled(format!("✗ {}", safe::text(error)), Role::Failed);
    }
    let action = connection.policy().map(|policy| policy.action);
    match action.filter(|action| !matches!(*action, b"ACCEPT" | b"RELAY" | b"TRUST")) {
        Some(action) => styled(format!("⚠ {}", safe::bytes(action)), Role::Warning),
        None => cx.none(),
    }
}

/// How many messages it carried, on the screen with how many were refused: `✗1 12`; printed of an
/// outbound one its delivery results: `12 delivered, 1 bounced`.
fn carried(cx: CellContext, connection: &Connection<'_>) -> Cell {
    let is_inbound = connection.direction() == Direction::Inbound;
    if cx.is_print() && is_inbound {
        return plain(&connection.messages().len().to_string());
    }
    let results: Vec<_> = connection
        .deliveries()
        .iter()
        .map(crate::index::Delivery::result)
        .collect();
    if cx.is_print() {
        return plain(&tally(&results));
    }
    let refused = results.iter().filter(|result| result.is_refusal()).count();
    match (connection.carried().len(), refused) {
        (0, _) => styled("0", Role::Dim),
        (count, refused) if refused == 0 || is_inbound => plain(&count.to_string()),
        (count, refused) => styled(format!("✗{refused} {count}"), Role::Failed),
    }
}

/// `12 delivered, 1 bounced`, in the order in which the results first occurred.
fn tally(results: &[DeliveryResult]) -> String {
    let mut counts: Vec<(DeliveryResult, usize)> = Vec::new();
    for result in results {
        match counts.iter_mut().find(|(of, _)| of == result) {
            Some((_, count)) => *count += 1,
            None => counts.push((*result, 1)),
        }
    }
    let parts = counts
        .iter()
        .map(|(result, count)| format!("{count} {}", result.word()));
    parts.collect::<Vec<_>>().join(", ")
}

fn end(cx: CellContext, connection: &Connection<'_>) -> Cell {
    match connection.end() {
        None if cx.is_print() => cx.none(),
        None => styled("open", Role::Pending),
        Some(end) if end.word() == "close" => styled(end.word(), Role::Dim),
        Some(end) => styled(end.word(), Role::Warning),
    }
}
