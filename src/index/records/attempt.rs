//! Authentication attempts: logins on listeners, and those of the appliance at remote servers.

use super::view::{View, columns, names};
use crate::event::enhanced_code;
use crate::header::Timestamp;
use crate::index::Direction;
use crate::index::records::connection::{Connection, ConnectionId};
use crate::index::store::column::{PagedColumn, RecordId, table};
use crate::index::store::int_column::IntColumn;
use crate::index::store::intern::{Symbol, TextId};
use crate::index::store::posting::PostingList;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum AttemptTag {}
pub(crate) type AttemptId = RecordId<AttemptTag>;

#[derive(Debug, Default)]
pub(crate) struct AttemptTable {
    pub(crate) connection: IntColumn<ConnectionId>,
    pub(crate) time: IntColumn<Option<Timestamp>>,
    pub(crate) succeeded: PagedColumn<bool>,
    /// Inbound only.
    pub(crate) user: IntColumn<Option<Symbol>>,
    pub(crate) mechanism: IntColumn<Option<Symbol>>,
    pub(crate) profile: IntColumn<Option<Symbol>>,
    /// The remote server's reply code; 0 if there is none.
    pub(crate) code: PagedColumn<u16>,
    pub(crate) detail: PagedColumn<Option<TextId>>,
    /// The previous attempt on the same connection.
    pub(crate) prev: IntColumn<Option<AttemptId>>,
    pub(crate) by_user: PostingList<AttemptTag>,
    pub(crate) by_profile: PostingList<AttemptTag>,
}

table!(AttemptTable: connection, time, succeeded, user, mechanism, profile, code, detail, prev, by_user, by_profile);

#[derive(Default)]
pub(crate) struct NewAttempt {
    pub(crate) succeeded: bool,
    pub(crate) user: Option<Symbol>,
    pub(crate) mechanism: Option<Symbol>,
    pub(crate) profile: Option<Symbol>,
    pub(crate) code: u16,
    pub(crate) detail: Option<TextId>,
}

impl AttemptTable {
    pub(crate) fn push(
        &mut self,
        connection: ConnectionId,
        time: Option<Timestamp>,
        new: &NewAttempt,
        prev: Option<AttemptId>,
    ) -> AttemptId {
        self.connection.push(connection);
        self.time.push(time);
        self.succeeded.push(new.succeeded);
        self.user.push(new.user);
        self.mechanism.push(new.mechanism);
        self.profile.push(new.profile);
        self.code.push(new.code);
        self.detail.push(new.detail);
        self.prev.push(prev);
        self.by_user.push(new.user);
        self.by_profile.push(new.profile);
        AttemptId::new(self.end() - 1)
    }
}

pub(crate) type Attempt<'i> = View<'i, AttemptTag>;

columns! { Attempt attempts;
    time: Option<Timestamp> = time,
    succeeded: bool = succeeded,
    user_name: Option<Symbol> = user,
    mechanism_name: Option<Symbol> = mechanism,
    profile_name: Option<Symbol> = profile,
}

names! { Attempt;
    /// The user as typed (inbound); may be empty.
    user = users[user_name],
    /// `PLAIN`, `LOGIN`, … (inbound).
    mechanism = mechanisms[mechanism_name],
    profile = profiles[profile_name],
}

impl<'i> Attempt<'i> {
    pub(crate) fn connection(&self) -> Connection<'i> {
        self.index
            .connection(self.read(&self.index.attempts.connection))
    }

    pub(crate) fn direction(&self) -> Direction {
        self.connection().direction()
    }

    /// `succeeded` or `failed`, as records and queries write it.
    pub(crate) fn result(&self) -> &'static str {
        if self.succeeded() {
            "succeeded"
        } else {
            "failed"
        }
    }

    /// The remote server's reply code (outbound failures).
    pub(crate) fn code(&self) -> Option<u16> {
        Some(self.read(&self.index.attempts.code)).filter(|code| *code > 0)
    }

    /// The remote server's reply text (outbound failures).
    pub(crate) fn detail(&self) -> Option<&'i str> {
        self.read(&self.index.attempts.detail)
            .map(|id| self.index.texts.prefix(id))
    }

    /// The RFC 3463 code at the start of the reply text.
    pub(crate) fn enhanced(&self) -> Option<&'i str> {
        enhanced_code(self.detail()?.as_bytes()).map(crate::index::records::connection::text)
    }
}
