//! How a trace words each fact: names, peers, logins, handshakes, replies, states. Each is
//! formatted here and nowhere else. All texts are sanitized.

use crate::event::{ConnId, Policy, Tls};
use crate::humanize::{self, and_more};
use crate::index::records::message::CommonState;
use crate::index::{
    Attempt, Connection, ConnectionEnd, Delivery, DeliveryState, Direction, Message,
};
use crate::safe;

/// For a message that began before the log.
pub(super) const UNKNOWN: &str = "sender and recipients unknown";

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TextPart {
    pub style: TextStyle,
    pub text: String,
}

impl TextPart {
    pub(super) fn id(text: String) -> Self {
        Self {
            style: TextStyle::Id,
            text,
        }
    }

    pub(super) fn is_id(&self) -> bool {
        self.style == TextStyle::Id
    }

    pub(crate) fn dim(text: String) -> Self {
        Self {
            style: TextStyle::Dim,
            text,
        }
    }
}

/// The meaning of a piece of text. The words carry it too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TextStyle {
    Plain,
    Id,
    Good,
    Bad,
    Waiting,
    Dim,
}

pub(crate) fn plain_text(parts: &[TextPart]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// Builds a text part by part; empty parts are left out.
#[derive(Default)]
pub(super) struct Text(pub Vec<TextPart>);

impl Text {
    pub(super) fn add(mut self, style: TextStyle, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push(TextPart { style, text });
        }
        self
    }

    pub(super) fn plain(self, text: impl Into<String>) -> Self {
        self.add(TextStyle::Plain, text)
    }

    pub(super) fn id(self, text: impl Into<String>) -> Self {
        self.add(TextStyle::Id, text)
    }

    pub(super) fn dim(self, text: impl Into<String>) -> Self {
        self.add(TextStyle::Dim, text)
    }

    /// The reply of the remote server.
    pub(super) fn reply(self, code: Option<u16>, detail: Option<&str>) -> Self {
        let code = code.map_or_else(String::new, |code| format!("  {code}"));
        let detail = detail.map_or_else(String::new, |detail| format!(" {}", safe::text(detail)));
        self.plain(code).plain(detail)
    }

    /// Size, subject and Message-ID.
    pub(super) fn details(mut self, message: &Message<'_>) -> Self {
        if let Some(size) = message.size() {
            self = self.dim(format!("  {}", humanize::size(size)));
        }
        if let Some(subject) = message.subject() {
            self = self.plain(format!("  \"{}\"", safe::text(subject)));
        }
        match message.message_id() {
            Some(id) => self.dim(format!("  {}", safe::text(&id))),
            None => self,
        }
    }

    /// The state of the message as a whole.
    pub(super) fn outcome(self, message: &Message<'_>) -> Self {
        // Its recipients are those of the message that replaced it.
        if message.common_state() == CommonState::All(DeliveryState::Queued)
            && message.is_finished()
            && let Some(last) = message.children().last()
        {
            return self.plain(format!("  continues as MID {}", last.mid()));
        }
        let (style, word) = match message.common_state() {
            CommonState::All(state) => state_text(state),
            CommonState::Mixed => (TextStyle::Waiting, "differs by recipient"),
            CommonState::Unknown => (TextStyle::Dim, "outcome not in the log"),
        };
        self.add(style, format!("  {word}"))
    }

    pub(super) fn hat(self, policy: &Policy<'_>) -> Self {
        let refused = matches!(policy.action, b"REJECT" | b"TCPREFUSE");
        let (style, sign) = if refused {
            (TextStyle::Bad, "✗ ")
        } else {
            (TextStyle::Plain, "")
        };
        let mut text = format!(
            "  {sign}{} by sender group {}",
            safe::bytes(policy.action),
            safe::bytes(policy.sender_group)
        );
        if let Some(score) = policy.sbrs {
            text.push_str(&format!(", SBRS {score}"));
        }
        if let Some(country) = policy.country {
            text.push_str(&format!(", {}", safe::bytes(country)));
        }
        self.add(style, text)
    }

    pub(super) fn handshake(self, tls: &Tls<'_>) -> Self {
        let facts = [tls.protocol, tls.cipher, tls.detail].into_iter().flatten();
        let facts: Vec<_> = facts.map(safe::bytes).collect();
        let (style, text) = if tls.success {
            (TextStyle::Good, format!("  {}", facts.join(" ")))
        } else {
            (
                TextStyle::Bad,
                format!("  ✗ TLS failed {}", facts.join(" ")),
            )
        };
        self.add(style, text.trim_end())
    }
}

/// `ICID 450`, `DCID 5640`
pub(super) fn connection_name(connection: &Connection<'_>) -> String {
    match connection.link() {
        ConnId::In(icid) => format!("ICID {icid}"),
        ConnId::Out(dcid) => format!("DCID {dcid}"),
    }
}

/// `198.51.100.7:25 (mx.partner.example, not verified)`
pub(super) fn peer(connection: &Connection<'_>) -> String {
    let address = connection.remote_ip().unwrap_or("an unknown address");
    let address = safe::text(address);
    let address = humanize::endpoint(&address, connection.remote_port());
    match connection.remote_host().map(safe::text) {
        Some(host) if connection.is_verified() => format!("{address} ({host})"),
        Some(host) => format!("{address} ({host}, not verified)"),
        None => address,
    }
}

pub(super) fn connection_headline(connection: &Connection<'_>) -> Text {
    let (style, ended) = match connection.end() {
        None => (TextStyle::Waiting, "still open"),
        Some(ConnectionEnd::Close) => (TextStyle::Plain, "closed"),
        Some(ConnectionEnd::Lost) => (TextStyle::Plain, "lost"),
        Some(ConnectionEnd::Aborted) => (TextStyle::Bad, "✗ aborted"),
        Some(ConnectionEnd::Superseded) => (TextStyle::Plain, "its ID was reused"),
    };
    let direction = match connection.direction() {
        Direction::Inbound => "  from ",
        Direction::Outbound => "  to ",
    };
    Text::default()
        .id(connection_name(connection))
        .plain(format!("{direction}{}", peer(connection)))
        .add(style, format!("  {ended}"))
}

pub(super) fn login(attempt: &Attempt<'_>) -> Text {
    let mut text = if attempt.succeeded() {
        Text::default().add(TextStyle::Good, "✓ authenticated")
    } else {
        Text::default().add(TextStyle::Bad, "✗ authentication failed")
    };
    text = match attempt.user() {
        Some("") => text.plain(" as an empty user"),
        Some(user) => text.plain(format!(" as {}", safe::text(user))),
        None => text,
    };
    let with = [attempt.mechanism(), attempt.profile()];
    let with: Vec<_> = with.into_iter().flatten().map(safe::text).collect();
    if !with.is_empty() {
        text = text.plain(format!(" ({})", with.join(", ")));
    }
    text.reply(attempt.code(), attempt.detail())
}

pub(super) fn message_headline(message: &Message<'_>) -> Text {
    envelope(message).outcome(message)
}

/// The headline above only these deliveries of a message: with its final state if that differs.
pub(super) fn delivery_headline(message: &Message<'_>, deliveries: &[Delivery<'_>]) -> Text {
    let state = message.common_state();
    let is_same = |one: &Delivery<'_>| CommonState::All(one.result().state()) == state;
    let text = envelope(message);
    if deliveries.iter().all(is_same) {
        return text;
    }
    text.dim("  in the end").outcome(message)
}

fn envelope(message: &Message<'_>) -> Text {
    let recipients = message.recipients();
    let to = match recipients.as_slice() {
        [] => "no recipient yet".to_owned(),
        [one] => address(one.to()),
        [first, ..] => format!("{}{}", address(first.to()), and_more(1, recipients.len())),
    };
    let is_known = message.from().is_some() || recipients.iter().any(|one| one.to().is_some());
    let between = match message.parent() {
        _ if is_known => format!("{} → {to}", address(message.from())),
        Some(parent) => format!("created from MID {}", parent.mid()),
        None => UNKNOWN.to_owned(),
    };
    let mut text = Text::default()
        .id(format!("MID {}", message.mid()))
        .plain(format!("  {between}"));
    if let Some(subject) = message.subject() {
        text = text.plain(format!("  \"{}\"", safe::text(subject)));
    }
    match message.size() {
        Some(size) => text.dim(format!("  {}", humanize::size(size))),
        None => text,
    }
}

/// An envelope address; `<>` is the null sender of a bounce.
pub(super) fn address(address: Option<&str>) -> String {
    match address {
        None => "?".to_owned(),
        Some("") => "<>".to_owned(),
        Some(address) => safe::text(address).into_owned(),
    }
}

pub(super) fn state_text(state: DeliveryState) -> (TextStyle, &'static str) {
    match state {
        DeliveryState::Queued => (TextStyle::Waiting, "still queued"),
        DeliveryState::Delivered => (TextStyle::Good, "✓ delivered"),
        DeliveryState::Bounced => (TextStyle::Bad, "✗ bounced"),
        DeliveryState::Delayed => (TextStyle::Waiting, "delayed, will be retried"),
        DeliveryState::Dropped => (TextStyle::Bad, "✗ dropped"),
        DeliveryState::Aborted => (TextStyle::Bad, "✗ aborted"),
        DeliveryState::Quarantined => (TextStyle::Waiting, "in quarantine"),
    }
}
