//! The columns of users.

use super::{Cell, Column, Field, Sortable, none, number, plain, short, styled, text, thousands};
use crate::index::{Index, Interner, Symbol};
use crate::query::term;
use crate::safe;
use crate::tui::state::user_stats::User;
use crate::tui::theme::Role;

/// Of users.
pub const USERS: &[Column] = &[
    text(Field::User, "user", 18, 60, 0, Sortable::Yes),
    number(Field::Failed, "failed", 7, 12, 0),
    number(Field::Succeeded, "ok", 7, 12, 0),
    text(Field::Failing, "failing since", 13, 13, 0, Sortable::Yes),
    number(Field::Sources, "sources", 7, 9, 1),
    number(Field::Nets, "nets", 5, 7, 3),
    text(Field::LastSuccess, "last login", 10, 11, 2, Sortable::Yes),
    text(Field::LastFailure, "last failure", 12, 12, 4, Sortable::Yes),
    text(Field::Mechanisms, "mechanisms", 10, 20, 6, Sortable::No),
    text(Field::Profiles, "profiles", 14, 44, 5, Sortable::No),
];

pub(super) fn cell(index: &Index, name: Symbol, user: &User, field: Field) -> Cell {
    let count = |n: u64, mark: &str, role| {
        if n == 0 {
            none()
        } else {
            styled(format!("{mark}{}", thousands(n)), role)
        }
    };
    let newest = index.newest();
    match field {
        Field::User => match index.names.users.get(name) {
            "" => styled("(empty)", Role::Dim),
            text => plain(text),
        },
        Field::Failed => count(user.failed, "✗ ", Role::Failed),
        Field::Succeeded => count(user.succeeded, "✓ ", Role::Ok),
        Field::Sources => count(user.sources, "", Role::Text),
        Field::Nets => count(user.nets, "", Role::Text),
        Field::Failing => user.failing_since.map_or_else(none, |time| {
            styled(format!("✗ {}", short(time, newest)), Role::Failed)
        }),
        Field::LastFailure => user
            .last_failure
            .map_or_else(none, |time| styled(short(time, newest), Role::Text)),
        Field::LastSuccess => user
            .last_success
            .map_or_else(none, |time| styled(short(time, newest), Role::Text)),
        Field::Profiles => several(&index.names.profiles, &user.profiles),
        Field::Mechanisms => several(&index.names.mechanisms, &user.mechanisms),
        _ => none(),
    }
}

fn several(names: &Interner, used: &[Symbol]) -> Cell {
    let texts: Vec<_> = used
        .iter()
        .map(|name| safe::text(names.get(*name)))
        .collect();
    if texts.is_empty() {
        return none();
    }
    styled(texts.join(" "), Role::Text)
}

pub(super) fn cell_term(index: &Index, name: Symbol, user: &User, field: Field) -> Option<String> {
    let only = |names: &[Symbol]| match names {
        [one] => Some(*one),
        _ => None,
    };
    Some(match field {
        Field::Profiles => term("profile", index.names.profiles.get(only(&user.profiles)?)),
        Field::Mechanisms => term(
            "mechanism",
            index.names.mechanisms.get(only(&user.mechanisms)?),
        ),
        _ => term("user", index.names.users.get(name)),
    })
}
