//! The kind, the ids and the fields of an event, for printing and matching.

use super::{
    CloseReason, ConnId, ConnectionError, Dcid, EntryIds, Event, EventKind, FailedAttempt, Icid,
    Mid, Policy, Rid, Rids, Template, Tls,
};
use super::{Reply, enhanced_code, subscription};

#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Value<'a> {
    Text(&'a [u8]),
    /// Text joined from several parts of a line.
    Owned(Vec<u8>),
    Number(u64),
    Signed(i64),
    Score(f64),
    Flag(bool),
    Rids(Rids<'a>),
}

/// The ids in a line's fixed part, 0 included.
#[derive(Clone, Copy, Default)]
struct Named {
    icid: Option<Icid>,
    dcid: Option<Dcid>,
    mid: Option<Mid>,
}

impl Named {
    #[inline]
    fn by(link: ConnId) -> Self {
        match link {
            ConnId::In(icid) => Self {
                icid: Some(icid),
                ..Self::default()
            },
            ConnId::Out(dcid) => Self {
                dcid: Some(dcid),
                ..Self::default()
            },
        }
    }

    #[inline(never)]
    fn of_template(template: &Template, ids: EntryIds, text: &[u8]) -> Self {
        if template.kind() == EventKind::ForeignCef {
            Self {
                icid: subscription::cef_id(text, b"ICID").map(Icid),
                dcid: subscription::cef_id(text, b"DCID").map(Dcid),
                mid: subscription::cef_id(text, b"MID").map(Mid),
            }
        } else {
            Self::of_head(ids)
        }
    }

    #[inline(never)]
    fn of_head(ids: EntryIds) -> Self {
        Self {
            mid: ids.mid,
            ..ids.link.map_or(Self::default(), Self::by)
        }
    }

    #[inline]
    fn message(mid: Mid, icid: Option<Icid>, dcid: Option<Dcid>) -> Self {
        Self {
            icid,
            dcid,
            mid: Some(mid),
        }
    }
}

pub(super) type Sink<'s, 'a> = &'s mut dyn FnMut(&'static str, Value<'a>);

impl<'a> Event<'a> {
    #[inline]
    pub(crate) fn kind(&self) -> EventKind {
        self.kind_by_name().unwrap_or_else(|| self.kind_by_words())
    }

    /// The kind of variants with one kind: compiled to a table lookup without an unpredictable jump.
    #[inline]
    fn kind_by_name(&self) -> Option<EventKind> {
        Some(match self {
            Self::LogBegin => EventKind::LogBegin,
            Self::LogVersion { .. } => EventKind::LogVersion,
            Self::LogOffset { .. } => EventKind::LogOffset,
            Self::LogEnd => EventKind::LogEnd,
            Self::ConnectionOpen { .. } => EventKind::ConnectionOpen,
            Self::DeliveryOpen { .. } => EventKind::DeliveryOpen,
            Self::ReceivingFailed { .. } => EventKind::ConnectionFailed,
            Self::Hat { .. } => EventKind::PolicyHat,
            Self::ConnectionError { .. } => EventKind::DeliveryError,
            Self::MessageStart { .. } => EventKind::MessageStart,
            Self::MessageFrom { .. } => EventKind::MessageFrom,
            Self::MessageTo { .. } => EventKind::MessageTo,
            Self::RecipientRejected { .. } => EventKind::MessageRejected,
            Self::MessageId { .. } => EventKind::MessageId,
            Self::Subject { .. } => EventKind::MessageSubject,
            Self::Ready { .. } => EventKind::MessageReady,
            Self::PolicyMatch { .. } => EventKind::MessagePolicy,
            Self::SenderReputation { .. } => EventKind::VerdictSdr,
            Self::Queued { .. } => EventKind::MessageQueued,
            Self::MessageAborted { .. } => EventKind::MessageAborted,
            Self::MessageFinished { .. } => EventKind::MessageFinished,
            Self::DeliveryStart { .. } => EventKind::DeliveryStart,
            Self::Delivered { .. } => EventKind::DeliveryDone,
            Self::Response { .. } => EventKind::DeliveryResponse,
            Self::Unknown { .. } => EventKind::Unknown,
            _ => return None,
        })
    }

    #[inline]
    fn kind_by_words(&self) -> EventKind {
        match self {
            Self::Verdict { kind, .. } | Self::AuthTrouble { kind, .. } => *kind,
            Self::End { link, word } => kind_of_end(*link, *word),
            Self::Tls { text, .. } if text.starts_with(b"success") => EventKind::TlsSuccess,
            Self::Tls { .. } => EventKind::TlsFailed,
            Self::AuthIn {
                succeeded: true, ..
            }
            | Self::AuthOut { failure: None, .. } => EventKind::AuthSucceeded,
            Self::AuthIn { .. } | Self::AuthOut { .. } => EventKind::AuthFailed,
            Self::Attempt { outcome, .. } => outcome.kind(),
            Self::Derived { lineage, .. } => lineage.kind(),
            Self::Template { template, .. } => template.kind(),
            _ => EventKind::Unknown,
        }
    }

    /// The ICID in the line's fixed part, 0 included.
    pub(crate) fn icid(&self) -> Option<Icid> {
        self.named().icid
    }

    /// The DCID in the line's fixed part, 0 included.
    pub(crate) fn dcid(&self) -> Option<Dcid> {
        self.named().dcid
    }

    /// The MID in the line's fixed part.
    pub(crate) fn mid(&self) -> Option<Mid> {
        self.named().mid
    }

    /// The connection and the message that the entry belongs to. An id of 0 is no connection, and
    /// entries of other logs belong to no record.
    #[inline(always)]
    pub(crate) fn owners(&self) -> EntryIds {
        if matches!(self, Self::Template { template, .. } if template.kind().is_foreign()) {
            return EntryIds::default();
        }
        let Named { icid, dcid, mid } = self.named();
        let (icid, dcid) = (icid.map(ConnId::In), dcid.map(ConnId::Out));
        let link = icid.filter(|link| link.is_one());
        EntryIds {
            link: link.or(dcid.filter(|link| link.is_one())),
            mid,
        }
    }

    /// All ids of the fixed part in one match: the index asks for each line, and inlining keeps them
    /// in registers.
    #[inline(always)]
    fn named(&self) -> Named {
        match *self {
            Self::ConnectionOpen { icid, .. }
            | Self::ReceivingFailed { icid, .. }
            | Self::Hat { icid, .. }
            | Self::AuthIn { icid, .. }
            | Self::AuthTrouble { icid, .. } => Named::by(ConnId::In(icid)),
            Self::DeliveryOpen { dcid, .. }
            | Self::AuthOut { dcid, .. }
            | Self::ConnectionError { dcid, .. } => Named::by(ConnId::Out(dcid)),
            Self::End { link, .. } | Self::Tls { link, .. } => Named::by(link),
            Self::MessageStart { mid, icid } => Named::message(mid, Some(icid), None),
            Self::MessageFrom { mid, icid, .. }
            | Self::MessageTo { mid, icid, .. }
            | Self::RecipientRejected { mid, icid, .. } => Named::message(mid, icid, None),
            Self::MessageId { mid, .. }
            | Self::Subject { mid, .. }
            | Self::Ready { mid, .. }
            | Self::PolicyMatch { mid, .. }
            | Self::Verdict { mid, .. }
            | Self::SenderReputation { mid, .. }
            | Self::Queued { mid }
            | Self::MessageAborted { mid, .. }
            | Self::MessageFinished { mid, .. }
            | Self::Response { mid, .. } => Named::message(mid, None, None),
            Self::DeliveryStart { mid, dcid, .. } | Self::Delivered { mid, dcid, .. } => {
                Named::message(mid, None, Some(dcid))
            }
            Self::Attempt { mid, dcid, .. } => Named::message(mid, None, dcid),
            Self::Derived {
                parent,
                child,
                lineage,
                ..
            } => Named::message(lineage.subject_mid(parent, child), None, None),
            Self::Template {
                template,
                ids,
                text,
            } => Named::of_template(template, ids, text),
            Self::Unknown { ids, .. } => Named::of_head(ids),
            Self::LogBegin | Self::LogVersion { .. } | Self::LogOffset { .. } | Self::LogEnd => {
                Named::default()
            }
        }
    }

    /// The recipient, if the line lists exactly one.
    pub(crate) fn rid(&self) -> Option<Rid> {
        let one = |rids: Rids<'_>| only(rids.iter());
        match *self {
            Self::MessageTo { rid, .. } => rid,
            Self::DeliveryStart { rids, .. }
            | Self::Delivered { rids, .. }
            | Self::Response { rids, .. } => one(rids),
            Self::Attempt { text, .. } => {
                FailedAttempt::parse(text).and_then(|attempt| one(attempt.rids))
            }
            Self::Template { template, text, .. } => only(template.rids(text)),
            _ => None,
        }
    }

    /// Passes each field except ids to `emit`, in a fixed order.
    pub(crate) fn fields(&self, emit: Sink<'_, 'a>) {
        match *self {
            Self::LogVersion { version, serial } => {
                emit("version", Value::Text(version));
                emit("serial", Value::Text(serial));
            }
            Self::LogOffset { seconds } => emit("offset", Value::Signed(seconds)),
            Self::ConnectionOpen {
                interface,
                remote_ip,
                host,
                verified,
                ..
            } => {
                let (name, ip) = listener(interface);
                emit("interface", Value::Text(name));
                text(emit, "interface_ip", ip);
                emit("remote_ip", Value::Text(remote_ip));
                text(emit, "remote_host", host);
                emit("verified", Value::Flag(verified));
            }
            Self::DeliveryOpen {
                interface_ip,
                remote_ip,
                port,
                ..
            } => {
                emit("interface_ip", Value::Text(interface_ip));
                emit("remote_ip", Value::Text(remote_ip));
                number(emit, "remote_port", port);
            }
            Self::ReceivingFailed { reason, .. } => emit("error", Value::Text(reason)),
            Self::Hat { text: verdict, .. } => hat(emit, verdict),
            Self::Tls { text: words, .. } => tls(emit, words),
            Self::AuthIn {
                user,
                mechanism,
                profile,
                ..
            } => {
                emit("user", Value::Text(user));
                emit("mechanism", Value::Text(mechanism));
                emit("profile", Value::Text(profile));
            }
            Self::AuthOut {
                remote_ip,
                profile,
                failure,
                ..
            } => {
                emit("remote_ip", Value::Text(remote_ip));
                emit("profile", Value::Text(profile));
                reply(emit, failure);
            }
            Self::AuthTrouble {
                user,
                profile,
                text: words,
                ..
            } => {
                text(emit, "user", user);
                text(emit, "profile", profile);
                emit("detail", Value::Text(words));
            }
            Self::ConnectionError { text, .. } => connection_error(emit, text),
            Self::Template { template, text, .. } => template.fields(text, emit),
            Self::Attempt { text, .. } => attempt(emit, text),
            _ => self.message_fields(emit),
        }
    }

    fn message_fields(&self, emit: Sink<'_, 'a>) {
        match *self {
            Self::MessageFrom { from, .. } => emit("from", Value::Text(from)),
            Self::MessageTo { to, .. } => emit("to", Value::Text(to)),
            Self::RecipientRejected { to, by, .. } => {
                emit("to", Value::Text(to));
                emit("by", Value::Text(by));
            }
            Self::MessageId { id, .. } => emit("message_id", Value::Text(id)),
            Self::Subject { text, .. } => emit("subject", Value::Text(text)),
            Self::Ready { size, from, .. } => {
                emit("size", Value::Number(size));
                emit("from", Value::Text(from));
            }
            Self::PolicyMatch { policy, table, .. } => {
                emit("policy", Value::Text(policy));
                text(emit, "table", Some(table).filter(|table| !table.is_empty()));
            }
            Self::Verdict {
                engine, verdict, ..
            } => {
                emit("engine", Value::Text(engine));
                emit("verdict", Value::Text(verdict));
            }
            Self::SenderReputation { text, .. } => emit("detail", Value::Text(text)),
            Self::MessageAborted { why, .. } => emit("reason", Value::Text(why)),
            Self::MessageFinished { how, .. } => emit("how", Value::Text(how)),
            Self::Derived {
                lineage,
                parent,
                child,
                by,
            } => {
                if lineage.subject_mid(parent, child) == parent {
                    emit("child", Value::Number(child.0));
                } else {
                    emit("parent", Value::Number(parent.0));
                }
                emit("by", Value::Text(by));
            }
            Self::DeliveryStart { rids, .. } | Self::Delivered { rids, .. } => {
                emit("rids", Value::Rids(rids));
            }
            Self::Response { rids, text, .. } => {
                emit("rids", Value::Rids(rids));
                if let Some(code) = enhanced_code(text) {
                    emit("enhanced", Value::Text(code));
                }
                emit("detail", Value::Text(text));
            }
            _ => {}
        }
    }
}

/// Splits `IncomingMail (192.0.2.25)` into name and address.
pub(crate) fn listener(interface: &[u8]) -> (&[u8], Option<&[u8]>) {
    let parts = interface
        .strip_suffix(b")")
        .and_then(|head| super::scan::split_last(head, b" ("));
    parts.map_or((interface, None), |(name, ip)| (name, Some(ip)))
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

fn kind_of_end(link: ConnId, word: CloseReason) -> EventKind {
    match (link, word) {
        (ConnId::In(_), CloseReason::Close) => EventKind::ConnectionClose,
        (ConnId::In(_), CloseReason::Lost) => EventKind::ConnectionLost,
        (ConnId::In(_), CloseReason::Aborted) => EventKind::ConnectionAborted,
        (ConnId::Out(_), CloseReason::Close) => EventKind::DeliveryClose,
        (ConnId::Out(_), CloseReason::Lost) => EventKind::DeliveryLost,
        (ConnId::Out(_), CloseReason::Aborted) => EventKind::DeliveryAborted,
    }
}

fn text<'a>(emit: Sink<'_, 'a>, name: &'static str, value: Option<&'a [u8]>) {
    if let Some(value) = value {
        emit(name, Value::Text(value));
    }
}

fn number(emit: Sink<'_, '_>, name: &'static str, value: Option<u16>) {
    if let Some(value) = value {
        emit(name, Value::Number(u64::from(value)));
    }
}

fn hat<'a>(emit: Sink<'_, 'a>, verdict: &'a [u8]) {
    let Some(policy) = Policy::parse(verdict) else {
        return;
    };
    emit("action", Value::Text(policy.action));
    emit("sender_group", Value::Text(policy.sender_group));
    text(emit, "match", policy.matched);
    if let Some(score) = policy.sbrs {
        emit("sbrs", Value::Score(score));
    }
    text(emit, "country", policy.country);
}

fn tls<'a>(emit: Sink<'_, 'a>, words: &'a [u8]) {
    let Some(tls) = Tls::parse(words) else { return };
    text(emit, "protocol", tls.protocol);
    text(emit, "cipher", tls.cipher);
    text(emit, "detail", tls.detail);
}

fn reply(emit: Sink<'_, '_>, reply: Option<Reply<'_>>) {
    let Some(reply) = reply else { return };
    number(emit, "code", reply.code);
    let text = reply.text();
    if let Some(code) = enhanced_code(&text) {
        emit("enhanced", Value::Owned(code.to_vec()));
    }
    if !text.is_empty() {
        emit("detail", Value::Owned(text));
    }
}

fn attempt<'a>(emit: Sink<'_, 'a>, line: &'a [u8]) {
    let Some(attempt) = FailedAttempt::parse(line) else {
        return;
    };
    emit("rids", Value::Rids(attempt.rids));
    text(emit, "from", attempt.envelope.map(|(from, _)| from));
    text(emit, "to", attempt.envelope.map(|(_, to)| to));
    emit("class", Value::Text(attempt.class));
    reply(emit, attempt.reply);
}

fn connection_error<'a>(emit: Sink<'_, 'a>, line: &'a [u8]) {
    let Some(error) = ConnectionError::parse(line) else {
        return;
    };
    text(emit, "domain", error.domain);
    text(emit, "remote_ip", error.remote_ip);
    number(emit, "remote_port", error.port);
    text(emit, "detail", error.details);
    text(emit, "interface_ip", error.interface_ip);
    text(emit, "error", error.reason);
}
