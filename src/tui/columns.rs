//! The tables' columns: what stands in a cell, how it looks, and which filter it makes.

pub mod column_set;
mod finding;
mod route;
mod source;
mod user;

use crate::humanize::{age, endpoint, size};
pub(crate) use crate::humanize::{
    clock, date_time as moment, grouped as thousands, short_time as short,
};
use crate::index::records::message::CommonState;
use crate::index::{Attempt, Connection, DeliveryState, Direction, Index, Message};
pub use crate::report::incident::impact_parts;

use crate::query::term;
use crate::safe;
use crate::triage::GroupBy;
use crate::tui::state::record::{Record, is_refusal};
use crate::tui::state::source_list::SourceList;
use crate::tui::state::triage_state::TriageState;
use crate::tui::state::user_stats::Users;
use crate::tui::theme::Role;

pub use finding::{FINDINGS, severity};
pub use route::{ROUTES, rate, row as route_row, row_term, state_of};
pub use source::{SOURCES, facts, offset, source_state};
pub use user::USERS;

/// What rows stand for, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub struct RenderContext<'k> {
    /// The index.
    pub index: &'k Index,
    /// What users' logins came to.
    pub users: &'k Users,
    /// What the triage says.
    pub triage: &'k TriageState,
    /// How the sources are doing.
    pub files: &'k SourceList,
}

/// What a column shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Field {
    Opened,
    Age,
    Direction,
    Id,
    Peer,
    Host,
    InterfaceOrGroup,
    Tls,
    AuthResult,
    Login,
    Messages,
    End,
    Mid,
    State,
    From,
    To,
    Size,
    Subject,
    User,
    Failed,
    Succeeded,
    Sources,
    Nets,
    Profiles,
    Mechanisms,
    Failing,
    LastFailure,
    LastSuccess,
    Route,
    Since,
    Until,
    Why,
    Cost,
    Rate,
    Domains,
    Severity,
    Kind,
    Summary,
    Path,
    Appliance,
    Entries,
    LastEntry,
    Notice,
    Version,
    Offset,
    Serial,
}

/// A column of a table.
#[derive(PartialEq, Eq, Debug)]
pub struct Column {
    /// What it shows.
    pub field: Field,
    /// Its heading, also its name on the command line.
    pub title: &'static str,
    /// Columns it takes at least.
    pub min: u16,
    /// Columns it can use at most.
    pub max: u16,
    /// The higher, the sooner it gives way where there is no room; 0 never does.
    pub priority: u8,
    /// Whether its values are numbers, written to the right.
    pub numbers: Numbers,
    /// Whether `s` stops here.
    pub sort: Sortable,
}

impl Column {
    /// How the configuration calls it.
    pub fn name(&self) -> String {
        let title = self.title.split(" · ").next().unwrap_or_default();
        title.replace(' ', "-")
    }
}

/// Whether a column's values are numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Numbers {
    Yes,
    No,
}

/// Whether a table can be sorted by a column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sortable {
    Yes,
    No,
}

const fn text(
    field: Field,
    title: &'static str,
    min: u16,
    max: u16,
    priority: u8,
    sort: Sortable,
) -> Column {
    Column {
        field,
        title,
        min,
        max,
        priority,
        numbers: Numbers::No,
        sort,
    }
}

const fn number(field: Field, title: &'static str, min: u16, max: u16, priority: u8) -> Column {
    Column {
        field,
        title,
        min,
        max,
        priority,
        numbers: Numbers::Yes,
        sort: Sortable::Yes,
    }
}

/// Of connections.
pub const CONNECTIONS: &[Column] = &[
    text(Field::Opened, "opened", 8, 8, 0, Sortable::Yes),
    number(Field::Age, "age", 6, 6, 4),
    text(Field::Direction, "dir", 3, 3, 7, Sortable::No),
    text(Field::Id, "id", 9, 15, 0, Sortable::Yes),
    text(Field::Peer, "peer", 17, 40, 0, Sortable::Yes),
    text(Field::Host, "host", 14, 36, 8, Sortable::No),
    text(
        Field::InterfaceOrGroup,
        "interface · group",
        16,
        36,
        6,
        Sortable::No,
    ),
    text(Field::Tls, "tls", 8, 8, 5, Sortable::No),
    text(Field::AuthResult, "login", 8, 10, 0, Sortable::Yes),
    text(
        Field::Login,
        "user · profile · error",
        10,
        44,
        0,
        Sortable::Yes,
    ),
    number(Field::Messages, "msgs", 4, 7, 3),
    text(Field::End, "end", 7, 10, 1, Sortable::No),
];

/// Of messages.
pub const MESSAGES: &[Column] = &[
    text(Field::Opened, "started", 8, 8, 0, Sortable::Yes),
    text(Field::Mid, "mid", 8, 14, 0, Sortable::Yes),
    text(Field::State, "state", 13, 13, 0, Sortable::Yes),
    text(Field::From, "from", 14, 36, 0, Sortable::Yes),
    text(Field::To, "to", 14, 40, 0, Sortable::No),
    number(Field::Size, "size", 7, 7, 3),
    text(Field::Subject, "subject", 12, 80, 4, Sortable::No),
];

/// What stands in a cell.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cell {
    /// Safe text.
    pub text: String,
    /// How it looks.
    pub role: Role,
}

fn styled(text: impl Into<String>, role: Role) -> Cell {
    Cell {
        text: text.into(),
        role,
    }
}

fn plain(text: &str) -> Cell {
    styled(safe::text(text), Role::Text)
}

fn none() -> Cell {
    styled("–", Role::Dim)
}

/// A cell of a row.
pub fn cell(known: RenderContext<'_>, record: Record, field: Field) -> Cell {
    let index = known.index;
    match record {
        _ if !record.is_kept(index) => match field {
            Field::Id | Field::Mid | Field::User => styled("retired", Role::Dim),
            _ => none(),
        },
        Record::Connection(id) => of_connection(index, &index.connection(id), field),
        Record::Message(id) => of_message(&index.message(id), field),
        Record::User(name) => user::cell(index, name, known.users.of(name), field),
        Record::Route(_) | Record::Group(_) => route::cell(known, record, field),
        Record::Finding(number) => finding::cell(known, number, field),
        Record::Source(at) => source::cell(known, at, field),
        Record::AffectedMessages(_) => none(),
    }
}

fn of_connection(index: &Index, connection: &Connection<'_>, field: Field) -> Cell {
    match field {
        Field::Opened => connection.first_seen().map_or_else(none, |time| {
            styled(
                clock(time),
                if connection.opened().is_some() {
                    Role::Text
                } else {
                    Role::Dim
                },
            )
        }),
        Field::Age => connection
            .duration(index.newest())
            .map_or_else(none, |s| styled(age(s), Role::Text)),
        Field::Direction => match connection.direction() {
            Direction::Inbound => plain("in"),
            Direction::Outbound => plain("out"),
        },
        Field::Id => styled(
            Record::Connection(connection.record()).title(index),
            Role::Id,
        ),
        Field::Peer => styled(address(connection), Role::Text),
        Field::Host => connection.remote_host().map_or_else(none, plain),
        Field::InterfaceOrGroup => place(connection),
        Field::Tls => tls(connection),
        Field::AuthResult => login(connection),
        Field::Login => who(connection),
        Field::Messages => carried(connection),
        Field::End => match connection.end() {
            None => styled("open", Role::Pending),
            Some(end) if end.word() == "close" => styled(end.word(), Role::Dim),
            Some(end) => styled(end.word(), Role::Warning),
        },
        _ => none(),
    }
}

/// The far end: `172.16.155.102:25`, `10.1.77.223 billing01.corp.example`.
pub fn peer(connection: &Connection<'_>) -> String {
    match connection.remote_host() {
        Some(host) => format!("{} {}", address(connection), safe::text(host)),
        None => address(connection),
    }
}

/// `172.16.155.102:25`, `[2001:db8::1]:25`, `10.1.77.223`.
fn address(connection: &Connection<'_>) -> String {
    let ip = connection
        .remote_ip()
        .map_or_else(|| "–".into(), safe::text);
    endpoint(&ip, connection.remote_port())
}

fn place(connection: &Connection<'_>) -> Cell {
    if connection.direction() == Direction::Outbound {
        let deliveries = connection.deliveries();
        let to = deliveries
            .first()
            .and_then(|delivery| delivery.recipient().to());
        let domain = to
            .and_then(|to| to.rsplit_once('@'))
            .map(|(_, domain)| domain);
        return domain.map_or_else(none, |domain| plain(&format!("→ {domain}")));
    }
    let group = connection
        .policy()
        .map(|policy| safe::bytes(policy.sender_group).into_owned());
    match (connection.interface(), group) {
        (None, None) => none(),
        (interface, group) => plain(&format!(
            "{} · {}",
            interface.unwrap_or("–"),
            group.as_deref().unwrap_or("–")
        )),
    }
}

fn tls(connection: &Connection<'_>) -> Cell {
    match connection.tls() {
        None => none(),
        Some(tls) if !tls.success => styled("✗ failed", Role::Failed),
        Some(tls) => styled(tls.protocol.map_or("✓".into(), safe::bytes), Role::Text),
    }
}

/// `✓ ok`, `✗ failed`, `✓ ok ✗2` when others had failed before.
fn login(connection: &Connection<'_>) -> Cell {
    let attempts = connection.attempts();
    let failed = attempts
        .iter()
        .filter(|attempt| !attempt.succeeded())
        .count();
    match (attempts.last().map(Attempt::succeeded), failed) {
        (None, _) => none(),
        (Some(true), 0) => styled("✓ ok", Role::Ok),
        (Some(true), failed) => styled(format!("✓ ok ✗{failed}"), Role::Pending),
        (Some(false), _) => styled("✗ failed", Role::Failed),
    }
}

/// The user or profile, or how many there were.
fn who(connection: &Connection<'_>) -> Cell {
    let attempts = connection.attempts();
    let mut users: Vec<_> = attempts.iter().filter_map(Attempt::user_name).collect();
    users.sort_unstable();
    users.dedup();
    match (users.len(), attempts.last()) {
        (_, None) => error_or_refusal(connection),
        (0, Some(last)) => last.profile().map_or_else(none, plain),
        (1, Some(last)) => {
            let user = last
                .user()
                .filter(|user| !user.is_empty())
                .unwrap_or("(empty)");
            let times = if attempts.len() > 1 {
                format!(" ×{}", attempts.len())
            } else {
                String::new()
            };
            plain(&format!("{user}{times}"))
        }
        (n, _) => styled(format!("{n} users"), Role::Warning),
    }
}

/// What kept the peer from logging in: the connection's error, or the access table's refusal.
fn error_or_refusal(connection: &Connection<'_>) -> Cell {
    if let Some(error) = connection.error() {
        return styled(format!("✗ {}", safe::text(error)), Role::Failed);
    }
    let action = connection.policy().map(|policy| policy.action);
    match action.filter(|action| !matches!(*action, b"ACCEPT" | b"RELAY" | b"TRUST")) {
        Some(action) => styled(format!("⚠ {}", safe::bytes(action)), Role::Warning),
        None => none(),
    }
}

fn carried(connection: &Connection<'_>) -> Cell {
    let count = connection.carried().len();
    let refused = match connection.direction() {
        Direction::Inbound => 0,
        Direction::Outbound => connection
            .deliveries()
            .iter()
            .filter(|d| is_refusal(d.result()))
            .count(),
    };
    match (count, refused) {
        (0, _) => styled("0", Role::Dim),
        (count, 0) => plain(&count.to_string()),
        (count, refused) => styled(format!("✗{refused} {count}"), Role::Failed),
    }
}

fn of_message(message: &Message<'_>, field: Field) -> Cell {
    match field {
        Field::Opened => message
            .first_seen()
            .map_or_else(none, |time| styled(clock(time), Role::Text)),
        Field::Mid => styled(message.mid().to_string(), Role::Id),
        Field::State => state(message.common_state()),
        Field::From => message.from().map_or_else(none, |from| {
            plain(if from.is_empty() { "<>" } else { from })
        }),
        Field::To => to(message),
        Field::Size => message
            .size()
            .map_or_else(none, |size| styled(self::size(size), Role::Text)),
        Field::Subject => message.subject().map_or_else(none, plain),
        _ => none(),
    }
}

fn to(message: &Message<'_>) -> Cell {
    let recipients = message.recipients();
    let Some(first) = recipients.first() else {
        return none();
    };
    let more = if recipients.len() > 1 {
        format!(" +{}", recipients.len() - 1)
    } else {
        String::new()
    };
    plain(&format!("{}{more}", first.to().unwrap_or("–")))
}

/// A message's state in a word and a sign.
pub fn state(state: CommonState) -> Cell {
    match state {
        CommonState::All(state) => of_state(state),
        CommonState::Mixed => styled("⚠ mixed", Role::Warning),
        CommonState::Unknown => none(),
    }
}

/// A recipient's state in a word and a sign.
pub fn of_state(state: DeliveryState) -> Cell {
    let (sign, role) = match state {
        DeliveryState::Delivered => ("✓", Role::Ok),
        DeliveryState::Bounced | DeliveryState::Aborted => ("✗", Role::Failed),
        DeliveryState::Delayed => ("…", Role::Pending),
        DeliveryState::Queued => ("○", Role::Pending),
        DeliveryState::Dropped | DeliveryState::Quarantined => ("⚠", Role::Warning),
    };
    styled(format!("{sign} {}", state.word()), role)
}

/// The filter that keeps records with this cell's value.
pub fn cell_term(known: RenderContext<'_>, record: Record, field: Field) -> Option<String> {
    let index = known.index;
    match record {
        _ if !record.is_kept(index) => None,
        Record::Connection(id) => connection_term(&index.connection(id), field),
        Record::Message(id) => message_term(&index.message(id), field),
        Record::User(name) => user::cell_term(index, name, known.users.of(name), field),
        Record::Route(_) | Record::Group(_) => route::cell_term(known, record, field),
        Record::Finding(_) | Record::AffectedMessages(_) | Record::Source(_) => None,
    }
}

/// What a column is called where routes are summed up.
pub fn heading(column: &Column, by: GroupBy) -> &'static str {
    match (column.field, by) {
        (Field::Route, GroupBy::Profile) => "profile",
        (Field::Route, GroupBy::Domain) => "domain",
        (Field::Route, GroupBy::Ip) => "address",
        _ => column.title,
    }
}

fn connection_term(connection: &Connection<'_>, field: Field) -> Option<String> {
    let attempts = connection.attempts();
    let number = connection.number();
    Some(match field {
        Field::Opened => term("at", &connection.first_seen()?.to_string()),
        Field::Direction => term("dir", connection.direction().word()),
        Field::Id if connection.direction() == Direction::Inbound => {
            term("icid", &number.to_string())
        }
        Field::Id => term("dcid", &number.to_string()),
        Field::Peer => term("ip", connection.remote_ip()?),
        Field::Host => term("host", connection.remote_host()?),
        Field::InterfaceOrGroup => match connection.policy() {
            Some(policy) => term("group", &String::from_utf8_lossy(policy.sender_group)),
            None => term("interface", connection.interface()?),
        },
        Field::Tls => match connection.tls() {
            None => term("tls", "none"),
            Some(tls) if !tls.success => term("tls", "failed"),
            Some(tls) => tls.protocol.map_or_else(
                || term("tls", "success"),
                |name| term("tls", &String::from_utf8_lossy(name)),
            ),
        },
        Field::AuthResult => match attempts.last() {
            None => term("auth", "none"),
            Some(last) => term("auth", last.result()),
        },
        Field::Login => {
            let last = attempts.last()?;
            match last.user() {
                Some(user) => term("user", user),
                None => term("profile", last.profile()?),
            }
        }
        Field::End => connection
            .end()
            .map_or_else(|| term("state", "open"), |end| term("end", end.word())),
        _ => return None,
    })
}

fn message_term(message: &Message<'_>, field: Field) -> Option<String> {
    Some(match field {
        Field::Mid => term("mid", &message.mid().to_string()),
        Field::State => term("state", message.common_state().word()?),
        Field::From => term("from", message.from()?),
        Field::To => term("to", message.recipients().first()?.to()?),
        Field::Subject => term("subject", message.subject()?),
        _ => return None,
    })
}
