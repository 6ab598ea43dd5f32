//! Entries of a connection that name no message.

use super::{EntryContext, Index, NewAttempt, TimelineEvent};
use crate::event::{CloseReason, ConnId, ConnectionError, Event, Reply, TLS_REQUIRED};
use crate::index::records::connection::{ConnectFailure, ConnectionEnd};
use crate::index::store::column::make_room;
use crate::index::{ClosedRecord, ConnectionId, TextId};

impl Index {
    /// `New SMTP ICID …` and `New SMTP DCID …`
    pub(super) fn open(&mut self, context: &EntryContext<'_, '_>) {
        let link = match context.entry.event {
            Event::ConnectionOpen { icid, .. } => ConnId::In(icid),
            Event::DeliveryOpen { dcid, .. } => ConnId::Out(dcid),
            _ => return,
        };
        if !link.is_one() {
            return;
        }
        let id = match self.appliances.connection(context.appliance, link) {
            Some(id) if self.awaits_opening(id, context) => id,
            older => {
                if let Some(older) = older {
                    self.supersede(older);
                }
                self.new_connection(context, link)
            }
        };
        self.connections.set_flags(id, |flags| flags.opened = true);
        self.connections.began.set(id.at(), context.entry.time);
        self.describe(context, id);
        self.count_line(context, id);
    }

    /// Whether the record began in the same second without an opening: a relay reordered the lines.
    fn awaits_opening(&self, id: ConnectionId, context: &EntryContext<'_, '_>) -> bool {
        !self.connections.flags.get(id.at()).opened
            && self.connections.began.get(id.at()) == context.entry.time
    }

    fn describe(&mut self, context: &EntryContext<'_, '_>, id: ConnectionId) {
        let (names, columns) = (&mut self.names, &mut self.connections);
        match context.entry.event {
            Event::ConnectionOpen {
                interface,
                remote_ip,
                host,
                verified,
                ..
            } => {
                columns.set_flags(id, |flags| flags.verified = verified);
                columns
                    .interface
                    .set(id.at(), Some(names.interfaces.intern(interface)));
                columns.peer.host.set(
                    id.at(),
                    host.map(|host| names.hosts.intern_hashed(context.entry.name_hash, host)),
                );
                self.set_remote(id, remote_ip);
            }
            Event::DeliveryOpen {
                interface_ip,
                remote_ip,
                port,
                ..
            } => {
                columns
                    .interface
                    .set(id.at(), Some(names.interfaces.intern(interface_ip)));
                columns.peer.port.set(id.at(), port.unwrap_or(0));
                self.set_remote(id, remote_ip);
            }
            _ => {}
        }
    }

    fn set_remote(&mut self, id: ConnectionId, ip: &[u8]) {
        // The first address stays.
        if self.connections.peer.address.get(id.at()).is_some() {
            return;
        }
        let name = self.names.addresses.intern(ip);
        let address = || std::str::from_utf8(ip).ok().and_then(|ip| ip.parse().ok());
        match self.addresses.get_mut(name.at()) {
            Some(Some(_)) => {}
            // A reused number, or a name that is no address.
            Some(known) => *known = address(),
            None => {
                make_room(&mut self.addresses, name.at() + 1);
                self.addresses.push(address());
            }
        }
        self.connections.set_address(id, name);
    }

    /// The appliance reuses its id: how it ended is unknown.
    fn supersede(&mut self, id: ConnectionId) {
        if self.connections.flags.get(id.at()).end.is_none() {
            self.connections
                .set_flags(id, |flags| flags.end = Some(ConnectionEnd::Superseded));
            self.note_end(id);
        }
    }

    /// `ICID n ACCEPT SG …` and its relatives
    pub(super) fn policy(&mut self, context: &EntryContext<'_, '_>, link: ConnId, text: &[u8]) {
        if let Some(id) = self.touch(context, link) {
            let name = self.names.policies.intern(text);
            self.connections.policy.set(id.at(), Some(name));
        }
    }

    /// `ICID n TLS …` and `DCID n TLS …`
    pub(super) fn tls(&mut self, context: &EntryContext<'_, '_>, link: ConnId, text: &[u8]) {
        let Some(id) = self.touch(context, link) else {
            return;
        };
        let known = self.connections.tls.get(id.at());
        let has_reason = known.is_some_and(|name| !self.names.tls.get(name).starts_with("success"));
        // A line with the reason why TLS is missing is worth more than one that TLS is required.
        if !(has_reason && text.starts_with(TLS_REQUIRED)) {
            let name = self.names.tls.intern(text);
            self.connections.tls.set(id.at(), Some(name));
        }
    }

    /// `ICID n close`, `DCID n lost` and their relatives
    pub(super) fn closing(
        &mut self,
        context: &EntryContext<'_, '_>,
        link: ConnId,
        word: CloseReason,
    ) {
        if let Some(id) = self.touch(context, link) {
            self.end(context, id, word);
        }
    }

    /// A rare entry of a connection.
    pub(super) fn apply_to_connection(&mut self, context: &EntryContext<'_, '_>, id: ConnectionId) {
        let at = id.at();
        match context.entry.event {
            Event::ReceivingFailed { reason, .. } => {
                let name = self.names.errors.intern(reason);
                self.connections.error.set(at, Some(name));
            }
            Event::AuthIn {
                succeeded,
                user,
                mechanism,
                profile,
                ..
            } => {
                let tried = NewAttempt {
                    succeeded,
                    user: Some(self.names.users.intern(user)),
                    mechanism: Some(self.names.mechanisms.intern(mechanism)),
                    profile: Some(self.names.profiles.intern(profile)),
                    ..NewAttempt::default()
                };
                self.attempt_on(context, id, &tried);
            }
            Event::AuthTrouble {
                user,
                profile,
                text,
                ..
            } => {
                let (code, detail) = self.reply_parts(Some(Reply::plain(text)));
                let tried = NewAttempt {
                    user: user.map(|user| self.names.users.intern(user)),
                    profile: profile.map(|profile| self.names.profiles.intern(profile)),
                    code,
                    detail,
                    ..NewAttempt::default()
                };
                self.attempt_on(context, id, &tried);
            }
            Event::AuthOut {
                remote_ip,
                profile,
                failure,
                ..
            } => {
                self.set_remote(id, remote_ip);
                let (code, detail) = self.reply_parts(failure);
                let tried = NewAttempt {
                    succeeded: failure.is_none(),
                    profile: Some(self.names.profiles.intern(profile)),
                    code,
                    detail,
                    ..NewAttempt::default()
                };
                self.attempt_on(context, id, &tried);
            }
            Event::ConnectionError { text, .. } => {
                let Some(error) = ConnectionError::parse(text) else {
                    return;
                };
                if let Some(ip) = error.remote_ip {
                    self.set_remote(id, ip);
                }
                if self.connections.peer.port.get(at) == 0 {
                    self.connections.peer.port.set(at, error.port.unwrap_or(0));
                }
                let name = self.names.errors.intern(error.cause());
                self.connections.error.set(at, Some(name));
                self.set_failure(id, &error);
                self.count(context, TimelineEvent::Failed);
                self.end(context, id, CloseReason::Aborted);
            }
            _ => {}
        }
    }

    fn set_failure(&mut self, id: ConnectionId, error: &ConnectionError<'_>) {
        let names = &mut self.names;
        let failure = ConnectFailure {
            domain: error.domain.map(|domain| names.domains.intern(domain)),
            details: error.details.map(|details| names.errors.intern(details)),
        };
        self.connections.failures.insert(id, failure);
    }

    /// Counts an outcome at the entry's time.
    pub(super) fn count(&mut self, context: &EntryContext<'_, '_>, outcome: TimelineEvent) {
        if let Some(time) = context.entry.time {
            self.stats.timeline.add(time, outcome);
        }
    }

    /// The code and the text of the remote server's reply, or of the appliance's cause.
    fn reply_parts(&mut self, reply: Option<Reply<'_>>) -> (u16, Option<TextId>) {
        let text = reply.map(|reply| reply.text());
        let text = text.filter(|text| !text.is_empty());
        let code = reply.and_then(|reply| reply.code).unwrap_or(0);
        (code, text.and_then(|text| self.texts.intern(&text)))
    }

    fn attempt_on(&mut self, context: &EntryContext<'_, '_>, id: ConnectionId, new: &NewAttempt) {
        let (time, succeeded) = (context.entry.time, new.succeeded);
        let newest = &mut self.connections.newest.attempt;
        let attempt = self.attempts.push(id, time, new, newest.get(id.at()));
        newest.set(id.at(), Some(attempt));
        if !succeeded {
            self.connections
                .set_flags(id, |flags| flags.auth_failed = true);
        }
        let inbound = context.entry.event.icid().is_some();
        let total = match (inbound, succeeded) {
            (true, true) => Some(&mut self.stats.totals.logins),
            (true, false) => Some(&mut self.stats.totals.failed_logins),
            (false, false) => Some(&mut self.stats.totals.failed_outbound),
            (false, true) => None,
        };
        if let Some(total) = total {
            *total += 1;
        }
        let outcome = match succeeded {
            true => TimelineEvent::Succeeded,
            false => TimelineEvent::Failed,
        };
        self.count(context, outcome);
    }

    /// `lost` overrides `close`, and both override an abort, in any order.
    fn end(&mut self, context: &EntryContext<'_, '_>, id: ConnectionId, word: CloseReason) {
        let (before, time) = (self.connections.flags.get(id.at()).end, context.entry.time);
        let end = match (before, word) {
            (Some(ConnectionEnd::Lost), _) | (_, CloseReason::Lost) => ConnectionEnd::Lost,
            (Some(ConnectionEnd::Close), _) | (_, CloseReason::Close) => ConnectionEnd::Close,
            _ => ConnectionEnd::Aborted,
        };
        if word != CloseReason::Aborted || matches!(before, None | Some(ConnectionEnd::Aborted)) {
            self.connections.closed.set(id.at(), time);
        }
        self.connections
            .set_flags(id, |flags| flags.end = Some(end));
        if before.is_none() {
            self.note_end(id);
        }
    }

    fn note_end(&mut self, id: ConnectionId) {
        let link = self.connection(id).link();
        let open = self.open_count(link);
        *open = open.saturating_sub(1);
        self.closed.push(ClosedRecord::Connection(id));
    }
}
