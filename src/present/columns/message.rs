//! Messages, and the deliveries to their recipients.

use super::{columns, term};
use crate::humanize;
use crate::index::Message;
use crate::judge::class::Class;
use crate::present::{Cell, CellContext, Role, TableRow, address, plain, styled};

columns! { MESSAGES, TableRow::Message(m), cx:
    "started" Exact [Opened 8..8 0 sorted] => started(cx, m);
    "mid" Text [Mid 8..14 0 sorted] => styled(m.mid().to_string(), Role::Id),
        term("mid", &m.mid().to_string());
    "state" Text [State 13..13 0 sorted] => cx.message_state(m.common_state()),
        term("state", m.common_state().word()?);
    "from" Text [From 14..36 0 sorted] => from(cx, m), term("from", m.from()?);
    "to" Text [To 14..40 0 unsorted] => to(cx, m), term("to", m.recipients().first()?.to()?);
    "size" Number [Size 7..7 3 sorted] => size(cx, m);
    "subject" Text [Subject 12..80 4 unsorted] => cx.text(m.subject()), term("subject", m.subject()?);

    "icid" Text [9] => cx.number(m.icid());
}

columns! { DELIVERIES, TableRow::Delivery(d), cx:
    "time" Exact [] => cx.time(d.time(), Role::Text);
    "result" Text [] => plain(d.result().word());
    "reason" Text [1] => cx.text(d.class().map(Class::word));
    "dcid" Text [] => cx.number(d.connection().map(|connection| connection.number()));
    "mid" Text [1] => cx.number(Some(d.message().mid()));
    "rid" Text [2] => cx.number(d.recipient().rid());
    "to" Text [] => cx.text(d.recipient().to());
    "peer" Exact [] => cx.text(d.connection().as_ref().and_then(address));
    "code" Text [] => cx.number(d.code());
    "detail" Text [] => cx.text(d.detail());
}

fn started(cx: CellContext, message: &Message<'_>) -> Cell {
    if cx.is_print() {
        return cx.time(message.started(), Role::Text);
    }
    cx.text(message.first_seen().map(humanize::clock))
}

fn from(cx: CellContext, message: &Message<'_>) -> Cell {
    match message.from() {
        Some("") if !cx.is_print() => plain("<>"),
        from => cx.text(from),
    }
}

/// The first recipient, and how many others there are.
fn to(cx: CellContext, message: &Message<'_>) -> Cell {
    let recipients = message.recipients();
    let Some(first) = recipients.first() else {
        return cx.none();
    };
    let (to, more) = (first.to(), recipients.len() - 1);
    match cx.is_print() {
        true if more > 0 => plain(&format!("{} and {more} more", to.unwrap_or_default())),
        true => cx.text(to),
        false if more > 0 => plain(&format!("{} +{more}", to.unwrap_or("–"))),
        false => plain(to.unwrap_or("–")),
    }
}

fn size(cx: CellContext, message: &Message<'_>) -> Cell {
    if cx.is_print() {
        return cx.number(message.size());
    }
    cx.text(message.size().map(humanize::size))
}
