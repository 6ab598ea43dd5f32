//! Authentication attempts, and what they came to by user and by profile.

use super::connection::id;
use super::{columns, term};
use crate::humanize;
use crate::present::{Cell, CellContext, Role, TableRow, address, plain, styled};

columns! { ATTEMPTS, TableRow::Attempt(a), cx:
    "time" Exact [] => cx.time(a.time(), Role::Text);
    "result" Text [] => plain(a.result());
    "user" Text [] => cx.text(a.user());
    "profile" Text [] => cx.text(a.profile());
    "mechanism" Text [2] => cx.text(a.mechanism());
    "id" Exact [] => plain(&id(&a.connection()));
    "peer" Exact [] => cx.text(address(&a.connection()));
    "code" Text [1] => cx.number(a.code());
    "detail" Text [] => cx.text(a.detail());
}

columns! { USERS, TableRow::User(u), cx:
    "user" Text [User 18..60 0 sorted] => match u.name {
            "" if !cx.is_print() => styled("(empty)", Role::Dim),
            name => plain(name),
        },
        term("user", u.name);
    "failed" Number [Failed 7..12 0 sorted] => count(cx, u.of.totals.failed, "✗ ", Role::Failed),
        term("user", u.name);
    "ok" Number [Succeeded 7..12 0 sorted] => count(cx, u.of.totals.succeeded, "✓ ", Role::Ok),
        term("user", u.name);
    "failing since" Exact [Failing 13..13 0 sorted] => failing(cx, u.of.totals.failing_since),
        term("user", u.name);
    "sources" Number [Sources 7..9 1 sorted] => count(cx, u.of.sources, "", Role::Text),
        term("user", u.name);
    "nets" Number [Nets 5..7 3 sorted] => count(cx, u.of.nets, "", Role::Text),
        term("user", u.name);
    "last login" Exact [LastSuccess 10..11 2 sorted] => cx.time(u.of.totals.last_success, Role::Text),
        term("user", u.name);
    "last failure" Exact [LastFailure 12..12 4 sorted] => cx.time(u.of.totals.last_failure, Role::Text),
        term("user", u.name);
    "mechanisms" Text [Mechanisms 10..20 6 unsorted] => several(cx, &u.mechanisms),
        term("mechanism", only(&u.mechanisms)?);
    "profiles" Text [Profiles 14..44 5 unsorted] => several(cx, &u.profiles),
        term("profile", only(&u.profiles)?);

    "succeeded" Text [] => cx.number(Some(u.of.totals.succeeded));
    "last success" Exact [2] => cx.time(u.of.totals.last_success, Role::Text);
}

columns! { PROFILES, TableRow::Profile(p), cx:
    "profile" Text [] => plain(p.profile);
    "direction" Text [] => plain(p.direction.word());
    "succeeded" Text [] => cx.number(Some(p.totals.succeeded));
    "failed" Text [] => cx.number(Some(p.totals.failed));
    "last success" Exact [] => cx.time(p.totals.last_success, Role::Text);
    "last failure" Exact [] => cx.time(p.totals.last_failure, Role::Text);
}

/// A count, on the screen with its sign.
fn count(cx: CellContext, number: u64, sign: &str, role: Role) -> Cell {
    match number {
        _ if cx.is_print() => cx.number(Some(number)),
        0 => cx.none(),
        _ => styled(format!("{sign}{}", humanize::grouped(number)), role),
    }
}

fn failing(cx: CellContext, since: Option<crate::header::Timestamp>) -> Cell {
    let cell = cx.time(since, Role::Failed);
    match since {
        Some(_) => cx.signed("✗", &cell.text, Role::Failed),
        None => cell,
    }
}

fn several(cx: CellContext, names: &[&str]) -> Cell {
    match names {
        [] => cx.none(),
        _ if cx.is_print() => plain(&names.join(", ")),
        _ => plain(&names.join(" ")),
    }
}

fn only<'n>(names: &[&'n str]) -> Option<&'n str> {
    match names {
        [one] => Some(one),
        _ => None,
    }
}
