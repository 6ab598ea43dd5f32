//! A connection's page: what is known of it, its logins, what it carried.

use super::builder::{PageBuilder, text, when};
use super::message::message_parts;
use super::{MOST, Row};
use crate::index::{Attempt, Connection, Delivery, Direction, Index};
use crate::safe;
use crate::tui::columns;
use crate::tui::state::record::Record;
use crate::tui::theme::Role;

/// What is known of a connection and what it is linked to.
pub(super) fn head(index: &Index, connection: &Connection<'_>) -> Vec<Row> {
    let mut builder = PageBuilder::default();
    let record = Record::Connection(connection.record());
    let mut title = vec![
        (Role::Title, format!(" {}", record.title(index))),
        (
            Role::Text,
            format!(
                "  {}  {}",
                connection.direction().word(),
                columns::peer(connection)
            ),
        ),
    ];
    let ended = match (connection.end(), connection.closed()) {
        (None, _) => (Role::Pending, "  open".to_owned()),
        (Some(end), closed) => (
            Role::Dim,
            format!(
                "  {} {}",
                end.word(),
                closed.map_or(String::new(), columns::clock)
            ),
        ),
    };
    title.push(ended);
    builder.row(title);
    facts(&mut builder, index, connection);
    let attempts = connection.attempts();
    if !attempts.is_empty() {
        builder.title("Authentication");
        attempts
            .iter()
            .take(MOST)
            .for_each(|one| attempt(&mut builder, one));
        builder.more(attempts.len());
    }
    carried(&mut builder, connection);
    lines_title(&mut builder, connection.lines());
    builder.rows
}

/// What is known of the connection as a whole.
fn facts(builder: &mut PageBuilder, index: &Index, connection: &Connection<'_>) {
    let opened = connection
        .opened()
        .or(connection.first_seen())
        .map(columns::moment);
    let lasted = connection
        .duration(index.newest())
        .map(|s| format!(", {}", crate::humanize::age(s)));
    let note = if connection.opened().is_none() {
        " (the log begins in its middle)"
    } else {
        ""
    };
    builder.fact(
        "opened",
        opened.map(|at| format!("{at}{}{note}", lasted.unwrap_or_default())),
    );
    let interface = [connection.interface(), connection.interface_ip()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    builder.fact(
        "interface",
        (!interface.is_empty()).then(|| text(&interface)),
    );
    let verified = if connection.is_verified() {
        "verified"
    } else {
        "not verified"
    };
    builder.fact(
        "host",
        connection
            .remote_host()
            .map(|host| format!("{} ({verified})", text(host))),
    );
    builder.fact("appliance", connection.appliance().map(text));
    builder.fact(
        "policy",
        connection.policy().map(|policy| policy_text(&policy)),
    );
    tls(builder, connection);
    if let Some(error) = connection.error() {
        builder.row(vec![
            (Role::Dim, "  error      ".into()),
            (Role::Failed, format!("✗ {}", text(error))),
        ]);
    }
}

/// The heading of the raw lines.
pub(super) fn lines_title(builder: &mut PageBuilder, count: u32) {
    let lines = if count == 0 {
        "Log lines".to_owned()
    } else {
        format!("Log lines ({count})")
    };
    builder.title(&lines);
}

fn policy_text(policy: &crate::event::Policy<'_>) -> String {
    let mut text = format!(
        "{} {}",
        safe::bytes(policy.action),
        safe::bytes(policy.sender_group)
    );
    if let Some(matched) = policy.matched {
        text = format!("{text}, matched {}", safe::bytes(matched));
    }
    if let Some(sbrs) = policy.sbrs {
        text = format!("{text}, SBRS {sbrs}");
    }
    if let Some(country) = policy.country {
        text = format!("{text}, {}", safe::bytes(country));
    }
    text
}

fn tls(builder: &mut PageBuilder, connection: &Connection<'_>) {
    let Some(tls) = connection.tls() else { return };
    let parts = [tls.protocol, tls.cipher, tls.detail]
        .into_iter()
        .flatten()
        .map(|part| safe::bytes(part).into_owned());
    let said = parts.collect::<Vec<_>>().join(" ");
    let (role, word) = if tls.success {
        (Role::Ok, "✓ success")
    } else {
        (Role::Failed, "✗ failed")
    };
    builder.row(vec![
        (Role::Dim, "  tls        ".into()),
        (role, word.into()),
        (Role::Text, format!(" {said}")),
    ]);
}

fn attempt(builder: &mut PageBuilder, attempt: &Attempt<'_>) {
    let result = if attempt.succeeded() {
        (Role::Ok, "✓ succeeded ")
    } else {
        (Role::Failed, "✗ failed ")
    };
    let mut parts = vec![when(attempt.time()), (result.0, result.1.to_owned())];
    if let Some(user) = attempt.user() {
        parts.push((
            Role::Text,
            format!(
                " user {}",
                if user.is_empty() {
                    "(empty)".into()
                } else {
                    text(user)
                }
            ),
        ));
    }
    if let Some(mechanism) = attempt.mechanism() {
        parts.push((Role::Dim, format!("  {}", text(mechanism))));
    }
    if let Some(profile) = attempt.profile() {
        parts.push((Role::Text, format!("  profile {}", text(profile))));
    }
    reply(&mut parts, attempt.code(), attempt.detail());
    builder.row(parts);
}

fn reply(parts: &mut Vec<(Role, String)>, code: Option<u16>, detail: Option<&str>) {
    if let Some(code) = code {
        parts.push((Role::Warning, format!("  {code}")));
    }
    if let Some(detail) = detail {
        parts.push((Role::Text, format!(" {}", text(detail))));
    }
}

fn carried(builder: &mut PageBuilder, connection: &Connection<'_>) {
    if connection.direction() == Direction::Outbound {
        let deliveries = connection.deliveries();
        if !deliveries.is_empty() {
            let failed = connection
                .last_attempt()
                .is_some_and(|last| !last.succeeded());
            builder.title(if failed {
                "Deliveries (tried without authentication, which had failed)"
            } else {
                "Deliveries"
            });
            deliveries
                .iter()
                .take(MOST)
                .for_each(|one| delivery(builder, one));
            builder.more(deliveries.len());
        }
        return;
    }
    let messages = connection.messages();
    if !messages.is_empty() {
        builder.title("Messages");
        for message in messages.iter().take(MOST) {
            builder.row(message_parts(message)).link = Some(Record::Message(message.record()));
        }
        builder.more(messages.len());
    }
}

fn delivery(builder: &mut PageBuilder, delivery: &Delivery<'_>) {
    let state = columns::of_state(delivery.result().state());
    let recipient = delivery.recipient();
    let message = delivery.message();
    let mut parts = vec![
        when(delivery.time()),
        (Role::Id, format!("MID {}", message.mid())),
    ];
    let rid = recipient.rid().map_or("–".into(), |rid| rid.to_string());
    parts.push((
        Role::Text,
        format!("  RID {rid} {}", recipient.to().map_or("".into(), text)),
    ));
    parts.push((state.role, format!("  {}", state.text)));
    reply(&mut parts, delivery.code(), delivery.detail().as_deref());
    builder.row(parts).link = Some(Record::Message(message.record()));
}
