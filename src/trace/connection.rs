//! The steps of a connection: how it began, its logins, its messages, how it ended.

use super::text::{
    Text, TextStyle, connection_name, delivery_headline, login, message_headline, peer,
};
use super::{MAX_STEPS, StepKind, Subject, TraceBuilder};
use crate::header::Timestamp;
use crate::humanize;
use crate::index::{Attempt, Connection, ConnectionEnd, Delivery, Direction, Message};
use crate::safe;

impl TraceBuilder<'_> {
    pub(super) fn connection(&mut self, connection: &Connection<'_>) {
        self.opening(connection, None);
        self.carried(connection);
        self.closing(connection);
    }

    /// The connection and its logins. In the trace of a message, no step of a connection that was
    /// already open is older than the message (`since`).
    pub(super) fn opening(&mut self, connection: &Connection<'_>, since: Option<Timestamp>) {
        let of = Subject::on(connection);
        let not_before =
            |time: Option<Timestamp>| time.map(|time| since.map_or(time, |at| at.max(time)));
        let (kind, interface) = match connection.direction() {
            Direction::Inbound => (StepKind::In, connection.interface()),
            Direction::Outbound => (StepKind::Out, None),
        };
        let mut text = Text::default()
            .id(connection_name(connection))
            .plain(format!("  {}", peer(connection)));
        if let Some(interface) = interface.or(connection.interface_ip()) {
            text = text.dim(format!("  on {}", safe::text(interface)));
        }
        if connection.opened().is_none() {
            text = text.dim("  (opened before the log begins)");
        }
        if let Some(policy) = connection.policy() {
            text = text.hat(&policy);
        }
        if let Some(tls) = connection.tls() {
            text = text.handshake(&tls);
        }
        let opened = connection.first_seen();
        if let Some(opened) = opened.filter(|opened| Some(*opened) < since) {
            text = text.dim(format!("  open since {opened}"));
        }
        self.push(not_before(opened), kind, of, text);
        let attempts = connection.attempts();
        for one in attempts.iter().take(MAX_STEPS) {
            self.push(not_before(one.time()), StepKind::Auth, of, login(one));
        }
        if attempts.len() > MAX_STEPS {
            let more = format!("… and {} more attempts", attempts.len() - MAX_STEPS);
            let last = not_before(attempts.last().and_then(Attempt::time));
            self.push(last, StepKind::Auth, of, Text::default().dim(more));
        }
        if let Some(error) = connection.error() {
            let mut text = format!("✗ {}", safe::text(error));
            if let Some(details) = connection.error_details() {
                text.push_str(&format!(": {}", safe::text(details)));
            }
            let mut text = Text::default().add(TextStyle::Bad, text);
            if let Some(domain) = connection.failed_domain() {
                text = text.plain(format!("  mail for {} waits", safe::text(domain)));
            }
            self.push(connection.closed(), StepKind::Note, of, text);
        }
    }

    fn carried(&mut self, connection: &Connection<'_>) {
        let messages = connection.carried();
        for (at, message) in messages.iter().enumerate().take(MAX_STEPS) {
            match connection.direction() {
                Direction::Outbound => self.sent(connection, message),
                Direction::Inbound if at < self.detailed => {
                    for one in super::message::descendants(message) {
                        self.push_message(&one);
                    }
                }
                Direction::Inbound => self.push(
                    message.first_seen(),
                    StepKind::Accepted,
                    Subject::of(message),
                    message_headline(message),
                ),
            }
        }
        if let Some(next) = messages.get(MAX_STEPS) {
            let more = format!("… and {} more messages", messages.len() - MAX_STEPS);
            let text = Text::default().dim(more);
            let of = Subject::on(connection);
            self.push(next.first_seen(), StepKind::Accepted, of, text);
        }
    }

    /// The deliveries of a message on this connection.
    fn sent(&mut self, connection: &Connection<'_>, message: &Message<'_>) {
        let mut deliveries = message.deliveries();
        deliveries
            .retain(|one| one.connection().map(|on| on.record()) == Some(connection.record()));
        let time = deliveries.first().and_then(Delivery::time);
        self.push(
            time.or(message.first_seen()),
            StepKind::Note,
            Subject::of(message),
            delivery_headline(message, &deliveries),
        );
        self.deliveries(&deliveries, message);
    }

    fn closing(&mut self, connection: &Connection<'_>) {
        let name = Text::default().id(connection_name(connection));
        let seconds = connection.duration(None);
        let after = seconds.map_or_else(String::new, |seconds| {
            format!(" after {}", humanize::duration(seconds))
        });
        let text = match connection.end() {
            None => name.add(TextStyle::Waiting, "  still open at the end of the log"),
            Some(ConnectionEnd::Close) => name.plain(format!("  closed{after}")),
            Some(ConnectionEnd::Lost) => name.plain(format!(
                "  lost{after}: the remote host disconnected without QUIT"
            )),
            Some(ConnectionEnd::Aborted) => name.add(TextStyle::Bad, format!("  ✗ aborted{after}")),
            Some(ConnectionEnd::Superseded) => {
                name.dim("  its end is not in the log: its ID was reused")
            }
        };
        self.push(
            connection.closed(),
            StepKind::End,
            Subject::on(connection),
            text,
        );
    }
}
