//! Authentication attempts: logins on listeners, and the appliance's own at far ends.

use crate::event::enhanced_code;
use crate::header::Timestamp;
use crate::index::records::connection::{Connection, ConnectionId};
use crate::index::store::column::{PagedColumn, RecordId, table};
use crate::index::store::int_column::IntColumn;
use crate::index::store::intern::{Symbol, TextId};
use crate::index::store::posting::PostingList;
use crate::index::{Direction, Index};

/// Kind of [`AttemptId`].
#[derive(Debug)]
pub enum AttemptTag {}
/// An authentication attempt's own number.
pub type AttemptId = RecordId<AttemptTag>;

/// The columns.
#[derive(Debug, Default)]
pub(crate) struct AttemptTable {
    pub connection: IntColumn<ConnectionId>,
    pub time: IntColumn<Option<Timestamp>>,
    pub succeeded: PagedColumn<bool>,
    /// Inbound only.
    pub user: IntColumn<Option<Symbol>>,
    pub mechanism: IntColumn<Option<Symbol>>,
    pub profile: IntColumn<Option<Symbol>>,
    /// The far end's code; 0 where there is none.
    pub code: PagedColumn<u16>,
    pub detail: PagedColumn<Option<TextId>>,
    /// The attempt before it on the same connection.
    pub before: IntColumn<Option<AttemptId>>,
    pub by_user: PostingList<AttemptTag>,
    pub by_profile: PostingList<AttemptTag>,
}

table!(AttemptTable: connection, time, succeeded, user, mechanism, profile, code, detail, before, by_user, by_profile);

/// A new attempt's values.
pub(crate) struct NewAttempt {
    pub connection: ConnectionId,
    pub time: Option<Timestamp>,
    pub succeeded: bool,
    pub user: Option<Symbol>,
    pub mechanism: Option<Symbol>,
    pub profile: Option<Symbol>,
    pub code: u16,
    pub detail: Option<TextId>,
    pub before: Option<AttemptId>,
}

impl AttemptTable {
    pub fn push(&mut self, new: &NewAttempt) -> AttemptId {
        self.connection.push(new.connection);
        self.time.push(new.time);
        self.succeeded.push(new.succeeded);
        self.user.push(new.user);
        self.mechanism.push(new.mechanism);
        self.profile.push(new.profile);
        self.code.push(new.code);
        self.detail.push(new.detail);
        self.before.push(new.before);
        self.by_user.push(new.user);
        self.by_profile.push(new.profile);
        AttemptId::new(self.end() - 1)
    }

    pub fn bytes(&self) -> usize {
        self.column_bytes()
    }
}

/// An authentication attempt, to be read.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'i> {
    index: &'i Index,
    id: AttemptId,
}

impl<'i> Attempt<'i> {
    pub(crate) fn new(index: &'i Index, id: AttemptId) -> Self {
        Self { index, id }
    }

    fn columns(&self) -> &'i AttemptTable {
        &self.index.attempts
    }

    /// The attempt's own number.
    pub fn record(&self) -> AttemptId {
        self.id
    }

    /// The connection it was made on.
    pub fn connection(&self) -> Connection<'i> {
        self.index
            .connection(self.columns().connection.get(self.id.at()))
    }

    /// Which side logged in.
    pub fn direction(&self) -> Direction {
        self.connection().direction()
    }

    /// When.
    pub fn time(&self) -> Option<Timestamp> {
        self.columns().time.get(self.id.at())
    }

    /// Whether it succeeded.
    pub fn succeeded(&self) -> bool {
        self.columns().succeeded.get(self.id.at())
    }

    /// `succeeded` or `failed`, as records and queries write it.
    pub fn result(&self) -> &'static str {
        if self.succeeded() {
            "succeeded"
        } else {
            "failed"
        }
    }

    /// The user as typed (inbound); may be empty.
    pub fn user(&self) -> Option<&'i str> {
        Some(self.index.names.users.get(self.user_name()?))
    }

    /// The user's number in [`crate::index::Interners::users`].
    pub fn user_name(&self) -> Option<Symbol> {
        self.columns().user.get(self.id.at())
    }

    /// `PLAIN`, `LOGIN`, … (inbound).
    pub fn mechanism(&self) -> Option<&'i str> {
        Some(self.index.names.mechanisms.get(self.mechanism_name()?))
    }

    /// The mechanism's number in [`crate::index::Interners::mechanisms`].
    pub fn mechanism_name(&self) -> Option<Symbol> {
        self.columns().mechanism.get(self.id.at())
    }

    /// The SMTP Auth profile.
    pub fn profile(&self) -> Option<&'i str> {
        Some(self.index.names.profiles.get(self.profile_name()?))
    }

    /// The profile's number in [`crate::index::Interners::profiles`].
    pub fn profile_name(&self) -> Option<Symbol> {
        self.columns().profile.get(self.id.at())
    }

    /// The far end's three digits (outbound failures).
    pub fn code(&self) -> Option<u16> {
        Some(self.columns().code.get(self.id.at())).filter(|code| *code > 0)
    }

    /// The far end's words (outbound failures).
    pub fn detail(&self) -> Option<&'i str> {
        self.columns()
            .detail
            .get(self.id.at())
            .map(|id| self.index.texts.prefix(id))
    }

    /// The RFC 3463 code that the far end's words begin with.
    pub fn enhanced(&self) -> Option<&'i str> {
        enhanced_code(self.detail()?.as_bytes()).map(crate::index::records::connection::text)
    }
}
