//! What a connection tells: who was at the far end, what was agreed on, who logged in, what was carried.

use super::{
    AT_LENGTH, MOST, Parts, StepKind, TextPart, TextStyle, TraceBuilder, id_of, lasting, shown,
    subject_of,
};
use crate::event::{ConnId, Policy, Tls};
use crate::header::Timestamp;
use crate::index::{Attempt, Connection, ConnectionEnd, Delivery, Direction};
use crate::safe;

/// `ICID 450`, `DCID 5640`
pub(super) fn name(connection: &Connection<'_>) -> String {
    match connection.link() {
        ConnId::In(icid) => format!("ICID {icid}"),
        ConnId::Out(dcid) => format!("DCID {dcid}"),
    }
}

/// The far end's address with its port, and its name where the log gives one.
pub(super) fn peer(connection: &Connection<'_>) -> String {
    let address = shown(connection.remote_ip().unwrap_or("an unknown address")).into_owned();
    let address = match connection.remote_port() {
        Some(port) if address.contains(':') => format!("[{address}]:{port}"),
        Some(port) => format!("{address}:{port}"),
        None => address,
    };
    match connection.remote_host() {
        Some(host) if connection.is_verified() => format!("{address} ({})", shown(host)),
        Some(host) => format!("{address} ({}, not verified)", shown(host)),
        None => address,
    }
}

pub(super) fn headline(connection: &Connection<'_>) -> Vec<TextPart> {
    let (style, ended) = match connection.end() {
        None => (TextStyle::Waiting, "still open"),
        Some(ConnectionEnd::Close) => (TextStyle::Plain, "closed"),
        Some(ConnectionEnd::Lost) => (TextStyle::Plain, "lost by the far end"),
        Some(ConnectionEnd::Aborted) => (TextStyle::Bad, "✗ aborted"),
        Some(ConnectionEnd::Superseded) => (TextStyle::Plain, "its id came round again"),
    };
    let direction = match connection.direction() {
        Direction::Inbound => "  from ",
        Direction::Outbound => "  to ",
    };
    Parts::default()
        .id(name(connection))
        .plain(format!("{direction}{}", peer(connection)))
        .add(style, format!("  {ended}"))
        .0
}

impl TraceBuilder<'_> {
    pub(super) fn connection(&mut self, connection: &Connection<'_>) {
        self.opening(connection, None);
        self.carried(connection);
        self.closing(connection);
    }

    /// The connection and its logins, for a story in which nothing of it comes before `since`.
    pub(super) fn opening(&mut self, connection: &Connection<'_>, since: Option<Timestamp>) {
        let told =
            |time: Option<Timestamp>| time.map(|time| since.map_or(time, |since| time.max(since)));
        let (kind, at) = match connection.direction() {
            Direction::Inbound => (StepKind::In, connection.interface()),
            Direction::Outbound => (StepKind::Out, None),
        };
        let mut parts = Parts::default()
            .id(name(connection))
            .plain(format!("  {}", peer(connection)));
        if let Some(interface) = at.or(connection.interface_ip()) {
            parts = parts.dim(format!("  on {}", shown(interface)));
        }
        if connection.opened().is_none() {
            parts = parts.dim("  (the log begins in its middle)");
        }
        if let Some(policy) = connection.policy() {
            parts = hat(parts, &policy);
        }
        if let Some(tls) = connection.tls() {
            parts = handshake(parts, &tls);
        }
        let opened = connection.first_seen();
        if opened < since
            && let Some(opened) = opened
        {
            parts = parts.dim(format!("  open since {opened}"));
        }
        self.step(told(opened), kind, id_of(connection), parts);
        let attempts = connection.attempts();
        for one in attempts.iter().take(MOST) {
            self.step(
                told(one.time()),
                StepKind::Auth,
                id_of(connection),
                login(one),
            );
        }
        if attempts.len() > MOST {
            let more = format!("… and {} more attempts", attempts.len() - MOST);
            let last = attempts.last().and_then(Attempt::time);
            self.step(
                told(last),
                StepKind::Auth,
                id_of(connection),
                Parts::default().dim(more),
            );
        }
        if let Some(error) = connection.error() {
            let details = connection.error_details();
            let details = details.map_or_else(String::new, |said| format!(": {}", shown(said)));
            let parts =
                Parts::default().add(TextStyle::Bad, format!("✗ {}{details}", shown(error)));
            let parts = match connection.failed_domain() {
                Some(domain) => parts.plain(format!("  mail for {} waits", shown(domain))),
                None => parts,
            };
            self.step(
                connection.closed(),
                StepKind::Note,
                id_of(connection),
                parts,
            );
        }
    }

    fn carried(&mut self, connection: &Connection<'_>) {
        let messages = connection.carried();
        for (at, message) in messages.iter().enumerate() {
            if at >= MOST {
                let more = format!("… and {} more messages", messages.len() - MOST);
                let time = message.first_seen();
                let parts = Parts::default().dim(more);
                return self.step(time, StepKind::Accepted, id_of(connection), parts);
            }
            match connection.direction() {
                Direction::Inbound if at < AT_LENGTH => {
                    for one in super::message::descendants(message) {
                        self.push_message(&one);
                    }
                }
                Direction::Inbound => {
                    let parts = Parts(super::message::headline(message));
                    let time = message.first_seen();
                    self.step(time, StepKind::Accepted, subject_of(message), parts);
                }
                Direction::Outbound => self.sent(connection, message),
            }
        }
    }

    /// A message on its way out on this connection.
    fn sent(&mut self, connection: &Connection<'_>, message: &crate::index::Message<'_>) {
        let here = |one: &Delivery<'_>| {
            let on = one.connection().map(|on| on.record());
            on == Some(connection.record())
        };
        let mut deliveries = message.deliveries();
        deliveries.retain(here);
        let time = deliveries.first().and_then(Delivery::time);
        let parts = Parts(super::message::headline_of(message, &deliveries));
        self.step(
            time.or(message.first_seen()),
            StepKind::Note,
            subject_of(message),
            parts,
        );
        self.outcomes(&deliveries, message);
    }

    /// How the connection ended.
    pub(super) fn closing(&mut self, connection: &Connection<'_>) {
        let parts = Parts::default().id(name(connection));
        let lasted = connection
            .duration(None)
            .map_or_else(String::new, |seconds| {
                format!(" after {}", lasting(seconds))
            });
        let parts = match connection.end() {
            None => parts.add(
                TextStyle::Waiting,
                "  is still open, or the log does not say more",
            ),
            Some(ConnectionEnd::Close) => parts.plain(format!("  closed{lasted}")),
            Some(ConnectionEnd::Lost) => {
                parts.plain(format!("  lost{lasted}: the far end left without a word"))
            }
            Some(ConnectionEnd::Aborted) => {
                parts.add(TextStyle::Bad, format!("  ✗ aborted{lasted}"))
            }
            Some(ConnectionEnd::Superseded) => {
                parts.dim("  has no end in the log: its id came round again before one")
            }
        };
        self.step(connection.closed(), StepKind::End, id_of(connection), parts);
    }
}

fn hat(parts: Parts, policy: &Policy<'_>) -> Parts {
    let refused = matches!(policy.action, b"REJECT" | b"TCPREFUSE");
    let mut text = format!(
        "  {}{} by sender group {}",
        if refused { "✗ " } else { "" },
        safe::bytes(policy.action),
        safe::bytes(policy.sender_group)
    );
    if let Some(score) = policy.sbrs {
        text.push_str(&format!(", SBRS {score}"));
    }
    if let Some(country) = policy.country {
        text.push_str(&format!(", {}", safe::bytes(country)));
    }
    parts.add(
        if refused {
            TextStyle::Bad
        } else {
            TextStyle::Plain
        },
        text,
    )
}

fn handshake(parts: Parts, tls: &Tls<'_>) -> Parts {
    let said = [tls.protocol, tls.cipher, tls.detail].into_iter().flatten();
    let said: Vec<_> = said.map(safe::bytes).collect();
    if tls.success {
        parts.add(TextStyle::Good, format!("  {}", said.join(" ")))
    } else {
        parts.add(
            TextStyle::Bad,
            format!("  ✗ TLS failed {}", said.join(" "))
                .trim_end()
                .to_owned(),
        )
    }
}

fn login(attempt: &Attempt<'_>) -> Parts {
    let succeeded = attempt.succeeded();
    let (style, word) = if succeeded {
        (TextStyle::Good, "✓ authenticated")
    } else {
        (TextStyle::Bad, "✗ authentication failed")
    };
    let mut parts = Parts::default().add(style, word);
    if let Some(user) = attempt.user() {
        let user = if user.is_empty() {
            "an empty user".into()
        } else {
            shown(user)
        };
        parts = parts.plain(format!(" as {user}"));
    }
    let with = [attempt.mechanism(), attempt.profile()]
        .into_iter()
        .flatten();
    let with: Vec<_> = with.map(shown).collect();
    if !with.is_empty() {
        parts = parts.plain(format!(" ({})", with.join(", ")));
    }
    said(parts, attempt.code(), attempt.detail())
}

/// The far end's words.
pub(super) fn said(parts: Parts, code: Option<u16>, detail: Option<&str>) -> Parts {
    let code = code.map_or_else(String::new, |code| format!("  {code}"));
    let detail = detail.map_or_else(String::new, |detail| format!(" {}", shown(detail)));
    parts.plain(code).plain(detail)
}
