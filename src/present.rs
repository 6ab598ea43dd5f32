//! What the printed tables and the screen have in common: a [`TableRow`] is a record to show, a
//! column of [`columns`] makes a [`Cell`] of it, and the [`CellContext`] is the medium.
//!
//! Widths, colours and keys are left to `report` and `tui`; JSON and CSV are written by `report`.

pub(crate) mod columns;
mod role;
mod route;

use crate::event::Event;
use crate::header::{Level, Timestamp};
use crate::humanize;
use crate::index::records::message::CommonState;
use crate::index::{Attempt, Connection, Delivery, DeliveryState, Index, Message, SourceFacts};
use crate::judge::RouteState;
use crate::judge::incident::Severity;
use crate::judge::incident::State;
use crate::pipeline::ParsedSource;
use crate::query::aggregate::{ProfileTotals, UserTotals};
use crate::safe;
use crate::source::SourceStatus;
use crate::triage::findings::Finding;
use crate::triage::queue::QueueRow;
use crate::triage::queue::latency::LatencyRow;

pub(crate) use role::Role;
pub(crate) use route::{RouteKey, RouteRow};

#[derive(Clone, Copy, Debug)]
pub(crate) enum TableRow<'r> {
    Connection(Connection<'r>),
    Message(Message<'r>),
    Attempt(Attempt<'r>),
    Delivery(Delivery<'r>),
    User(&'r UserRow<'r>),
    Profile(&'r ProfileTotals<'r>),
    Route(RouteRow<'r>),
    Finding(&'r Finding),
    Queue(&'r QueueRow),
    Latency(&'r LatencyRow),
    Source(SourceRow<'r>),
    Entry(EntryRow<'r>),
}

#[derive(Clone, Debug)]
pub(crate) struct UserRow<'r> {
    pub name: &'r str,
    pub of: &'r UserTotals,
    pub profiles: Vec<&'r str>,
    pub mechanisms: Vec<&'r str>,
}

impl<'r> UserRow<'r> {
    pub(crate) fn new(index: &'r Index, name: &'r str, of: &'r UserTotals) -> Self {
        let names = &index.names;
        let profiles = of.profiles.iter().map(|one| names.profiles.get(*one));
        let mechanisms = of.mechanisms.iter().map(|one| names.mechanisms.get(*one));
        Self {
            name,
            of,
            profiles: profiles.collect(),
            mechanisms: mechanisms.collect(),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct SourceRow<'r> {
    pub status: &'r SourceStatus,
    pub parsed: Option<&'r ParsedSource>,
    /// From its own first and last lines.
    pub facts: Option<&'r SourceFacts>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct EntryRow<'r> {
    pub appliance: Option<&'r str>,
    pub time: Option<Timestamp>,
    pub level: Option<Level>,
    pub event: Event<'r>,
    /// The path as on disk.
    pub file: &'r str,
    /// From 1.
    pub line: u64,
    /// The entry as written.
    pub text: &'r [u8],
    /// The entry behind its header.
    pub body: &'r [u8],
    /// Whether only the first MiB of the entry was kept.
    pub cut: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Medium {
    /// In a printed table: full times, plain numbers, words without signs, nothing for a missing
    /// value.
    Print,
    /// On the screen: short times, separators, a sign before each state, a dash for a missing
    /// value.
    Screen,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct CellContext {
    pub medium: Medium,
    /// The newest entry's time; times of its day are shown without a date on the screen.
    pub newest: Option<Timestamp>,
}

/// The text of a cell, safe to print, and what it means.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Cell {
    pub text: String,
    pub role: Role,
}

pub(crate) fn styled(text: impl Into<String>, role: Role) -> Cell {
    Cell {
        text: text.into(),
        role,
    }
}

fn plain(text: &str) -> Cell {
    styled(safe::text(text), Role::Text)
}

impl CellContext {
    pub(crate) const PRINT: Self = Self {
        medium: Medium::Print,
        newest: None,
    };

    /// On the screen, without times.
    pub(crate) const SCREEN: Self = Self {
        medium: Medium::Screen,
        newest: None,
    };

    pub(crate) fn screen(newest: Option<Timestamp>) -> Self {
        Self {
            medium: Medium::Screen,
            newest,
        }
    }

    fn is_print(self) -> bool {
        self.medium == Medium::Print
    }

    pub(crate) fn none(self) -> Cell {
        if self.is_print() {
            Cell::default()
        } else {
            styled("–", Role::Dim)
        }
    }

    fn text(self, text: Option<impl AsRef<str>>) -> Cell {
        text.map_or_else(|| self.none(), |text| plain(text.as_ref()))
    }

    fn number(self, number: Option<impl std::fmt::Display>) -> Cell {
        self.text(number.map(|number| number.to_string()))
    }

    fn time(self, time: Option<Timestamp>, role: Role) -> Cell {
        let text = time.map(|time| match self.medium {
            Medium::Print => humanize::date_time(time),
            Medium::Screen => humanize::short_time(time, self.newest),
        });
        text.map_or_else(|| self.none(), |text| styled(text, role))
    }

    /// A word, on the screen behind the sign that means the same.
    fn signed(self, sign: &str, word: &str, role: Role) -> Cell {
        if self.is_print() {
            styled(word, role)
        } else {
            styled(format!("{sign} {word}"), role)
        }
    }

    /// Names, printed all; on the screen the first and the number of the others.
    fn names<'n>(self, mut names: impl ExactSizeIterator<Item = &'n str>) -> Cell {
        if self.is_print() {
            return plain(&names.collect::<Vec<_>>().join(", "));
        }
        match (names.next(), names.len()) {
            (None, _) => self.none(),
            (Some(first), 0) => plain(first),
            (Some(first), more) => plain(&format!("{first} +{more}")),
        }
    }

    pub(crate) fn delivery_state(self, state: DeliveryState) -> Cell {
        let (sign, role) = match state {
            DeliveryState::Delivered => ("✓", Role::Ok),
            DeliveryState::Bounced | DeliveryState::Aborted => ("✗", Role::Failed),
            DeliveryState::Delayed => ("…", Role::Pending),
            DeliveryState::Queued => ("○", Role::Pending),
            DeliveryState::Dropped | DeliveryState::Quarantined => ("⚠", Role::Warning),
        };
        self.signed(sign, state.word(), role)
    }

    pub(crate) fn message_state(self, state: CommonState) -> Cell {
        match state {
            CommonState::All(state) => self.delivery_state(state),
            CommonState::Mixed => self.signed("⚠", "mixed", Role::Warning),
            CommonState::Unknown => self.none(),
        }
    }

    pub(crate) fn route_state(self, state: RouteState) -> Cell {
        let role = match state {
            RouteState::Incident(State::Failing) => Role::Failed,
            RouteState::Incident(State::Over) | RouteState::Healthy => Role::Ok,
            RouteState::Incident(_) => Role::Warning,
            RouteState::Unreachable | RouteState::Refusing | RouteState::Deferring => Role::Pending,
            RouteState::Idle => Role::Dim,
        };
        self.signed(state.sign(), state.word(), role)
    }

    pub(crate) fn severity(self, severity: Severity) -> Cell {
        let (sign, role) = match severity {
            Severity::Critical => ("✗", Role::Failed),
            Severity::Warning => ("⚠", Role::Warning),
            Severity::Notice => ("·", Role::Text),
        };
        self.signed(sign, severity.word(), role)
    }
}

/// The remote address with its port, as the log gives it: `172.16.155.102:25`, `10.1.77.223`.
pub(crate) fn address(connection: &Connection<'_>) -> Option<String> {
    let ip = connection.remote_ip()?;
    Some(humanize::endpoint(
        &safe::text(ip),
        connection.remote_port(),
    ))
}

/// The remote address and host name: `10.1.77.223 billing01.corp.example`.
pub(crate) fn peer(connection: &Connection<'_>) -> String {
    let address = address(connection).unwrap_or_else(|| "–".to_owned());
    match connection.remote_host() {
        Some(host) => format!("{address} {}", safe::text(host)),
        None => address,
    }
}

#[cfg(test)]
pub(crate) mod tests;
