//! Authentication attempts: logins on listeners, and the appliance's own at far ends.

use super::column::{Column, RecordId, table};
use super::connection::{Connection, ConnectionId};
use super::intern::{Name, TextId};
use super::narrow::Narrow;
use super::packed::Packed;
use super::posting::Posting;
use super::{Direction, Index};
use crate::event::enhanced_code;
use crate::header::Stamp;

/// Kind of [`AttemptId`].
#[derive(Debug)]
pub enum Attempted {}
/// An authentication attempt's own number.
pub type AttemptId = RecordId<Attempted>;

/// The columns.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    pub connection: Packed<ConnectionId>,
    pub time: Packed<Option<Stamp>>,
    pub succeeded: Column<bool>,
    /// Inbound only.
    pub user: Packed<Option<Name>>,
    pub mechanism: Narrow<u8, Option<Name>>,
    pub profile: Packed<Option<Name>>,
    /// The far end's code; 0 where there is none.
    pub code: Column<u16>,
    pub detail: Column<Option<TextId>>,
    /// The attempt before it on the same connection.
    pub before: Narrow<u8, Option<AttemptId>>,
    pub by_user: Posting<Attempted>,
    pub by_profile: Posting<Attempted>,
}

table!(Attempts: connection, time, succeeded, user, mechanism, profile, code, detail, before, by_user, by_profile);

/// A new attempt's values.
pub(crate) struct NewAttempt {
    pub connection: ConnectionId,
    pub time: Option<Stamp>,
    pub succeeded: bool,
    pub user: Option<Name>,
    pub mechanism: Option<Name>,
    pub profile: Option<Name>,
    pub code: u16,
    pub detail: Option<TextId>,
    pub before: Option<AttemptId>,
}

impl Attempts {
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
    pub(super) fn new(index: &'i Index, id: AttemptId) -> Self {
        Self { index, id }
    }

    fn columns(&self) -> &'i Attempts {
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
    pub fn time(&self) -> Option<Stamp> {
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

    /// The user's number in [`super::Names::users`].
    pub fn user_name(&self) -> Option<Name> {
        self.columns().user.get(self.id.at())
    }

    /// `PLAIN`, `LOGIN`, … (inbound).
    pub fn mechanism(&self) -> Option<&'i str> {
        Some(self.index.names.mechanisms.get(self.mechanism_name()?))
    }

    /// The mechanism's number in [`super::Names::mechanisms`].
    pub fn mechanism_name(&self) -> Option<Name> {
        self.columns().mechanism.get(self.id.at())
    }

    /// The SMTP Auth profile.
    pub fn profile(&self) -> Option<&'i str> {
        Some(self.index.names.profiles.get(self.profile_name()?))
    }

    /// The profile's number in [`super::Names::profiles`].
    pub fn profile_name(&self) -> Option<Name> {
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
            .map(|id| self.index.texts.first(id))
    }

    /// The RFC 3463 code that the far end's words begin with.
    pub fn enhanced(&self) -> Option<&'i str> {
        enhanced_code(self.detail()?.as_bytes()).map(super::connection::text)
    }
}
