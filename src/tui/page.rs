//! A record's page: what is known of it, what it is linked to, its raw lines.

use super::app::Lines;
use super::columns;
use super::lines::{Way, tells_failure};
use super::record::Record;
use super::theme::Role;
use crate::index::{Attempt, Connection, Delivery, Direction, Index, Message, Recipient};
use crate::raw::RawLine;
use crate::safe;
use crate::story::{self, Tone};

/// Links of one kind shown at most; what is left out is counted.
const MOST: usize = 500;

/// A line of the page above the raw lines.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Row {
    /// Safe texts and how they look.
    pub parts: Vec<(Role, String)>,
    /// The record it leads to.
    pub link: Option<Record>,
}

/// A page being read.
#[derive(Debug)]
pub struct Page {
    /// What is known, and links.
    pub head: Vec<Row>,
    /// The record and its raw lines.
    pub lines: Lines,
    /// The line under the cursor, of head and raw lines together.
    pub cursor: usize,
    /// The first line shown.
    pub offset: usize,
    /// Columns to the left of what is shown.
    pub sideways: usize,
    /// Whether the cursor has gone to the first link.
    placed: bool,
}

impl Page {
    /// A page of that record, to be filled.
    pub fn new(record: Record) -> Self {
        Self {
            head: Vec::new(),
            lines: Lines {
                record,
                spans: Vec::new(),
                read: None,
            },
            cursor: 0,
            offset: 0,
            sideways: 0,
            placed: false,
        }
    }

    /// Its raw lines, as far as they were read.
    pub fn known_lines(&self) -> &[RawLine] {
        match &self.lines.read {
            Some(Ok(lines)) => lines,
            _ => &[],
        }
    }

    /// Takes in what is known by now; the cursor stays on the link it is on.
    pub fn know(&mut self, head: Vec<Row>) {
        let link = self.link();
        self.head = head;
        let at = self.head.iter().position(|row| row.link == link);
        if let (Some(_), Some(at)) = (link, at) {
            self.cursor = at;
        }
    }

    /// How many lines there are.
    pub fn len(&self) -> usize {
        let raw = match &self.lines.read {
            Some(Ok(lines)) => lines.len(),
            _ => 1,
        };
        self.head.len() + raw
    }

    /// Where the line under the cursor leads to.
    pub fn link(&self) -> Option<Record> {
        self.head.get(self.cursor).and_then(|row| row.link)
    }

    /// Moves the cursor.
    pub fn step(&mut self, by: isize) {
        self.cursor = self
            .cursor
            .saturating_add_signed(by)
            .min(self.len().saturating_sub(1));
    }

    /// Goes to the next line that leads to a record.
    pub fn next_link(&mut self, way: Way) {
        self.seek(way, |page, at| {
            page.head.get(at).is_some_and(|row| row.link.is_some())
        });
    }

    /// Goes to the next line that tells of a failure.
    pub fn next_failure(&mut self, way: Way) {
        self.seek(way, |page, at| match page.head.get(at) {
            Some(row) => row.parts.iter().any(|(role, _)| *role == Role::Failed),
            None => match &page.lines.read {
                Some(Ok(lines)) => lines
                    .get(at - page.head.len())
                    .is_some_and(|line| tells_failure(&line.bytes)),
                _ => false,
            },
        });
    }

    fn seek(&mut self, way: Way, wanted: impl Fn(&Self, usize) -> bool) {
        let found = match way {
            Way::Forward => (self.cursor + 1..self.len()).find(|at| wanted(self, *at)),
            Way::Backward => (0..self.cursor).rev().find(|at| wanted(self, *at)),
        };
        self.cursor = found.unwrap_or(self.cursor);
    }

    /// Scrolls so that the cursor is seen.
    pub fn settle(&mut self, height: usize) {
        if !self.placed && !self.head.is_empty() {
            self.placed = true;
            self.cursor = self
                .head
                .iter()
                .position(|row| row.link.is_some())
                .unwrap_or(0);
        }
        let height = height.max(1);
        self.cursor = self.cursor.min(self.len().saturating_sub(1));
        self.offset = self
            .offset
            .clamp((self.cursor + 1).saturating_sub(height), self.cursor);
        self.offset = self.offset.min(self.len().saturating_sub(height));
    }
}

/// What is known of a record and what it is linked to.
pub fn head(index: &Index, record: Record, lines: &[RawLine]) -> Vec<Row> {
    match record {
        Record::Connection(id) => of_connection(index, &index.connection(id)),
        Record::Message(id) => of_message(index, &index.message(id), lines),
        Record::User(_) => Vec::new(),
    }
}

/// Builds lines part by part.
#[derive(Default)]
struct Sheet {
    rows: Vec<Row>,
}

impl Sheet {
    fn row(&mut self, parts: Vec<(Role, String)>) -> &mut Row {
        self.rows.push(Row { parts, link: None });
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    fn fact(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.row(vec![
                (Role::Dim, format!("  {name:<11}")),
                (Role::Text, value),
            ]);
        }
    }

    fn title(&mut self, text: &str) {
        self.row(Vec::new());
        self.row(vec![(Role::Title, format!(" {text}"))]);
    }

    fn more(&mut self, count: usize) {
        if count > MOST {
            self.row(vec![(Role::Dim, format!("  … {} more", count - MOST))]);
        }
    }
}

fn text(text: &str) -> String {
    safe::text(text).into_owned()
}

fn when(time: Option<crate::frame::Stamp>) -> (Role, String) {
    (
        Role::Dim,
        format!("  {} ", time.map_or_else(|| " ".repeat(8), columns::clock)),
    )
}

fn of_connection(index: &Index, connection: &Connection<'_>) -> Vec<Row> {
    let mut sheet = Sheet::default();
    let record = Record::Connection(connection.record());
    let mut title = vec![
        (Role::Title, format!(" {}", record.title(index))),
        (
            Role::Text,
            format!(
                "  {}  {}",
                connection.direction().word(),
                columns::peer(connection)
            ),
        ),
    ];
    let ended = match (connection.end(), connection.closed()) {
        (None, _) => (Role::Pending, "  open".to_owned()),
        (Some(end), closed) => (
            Role::Dim,
            format!(
                "  {} {}",
                end.word(),
                closed.map_or(String::new(), columns::clock)
            ),
        ),
    };
    title.push(ended);
    sheet.row(title);
    facts(&mut sheet, index, connection);
    let attempts = connection.attempts();
    if !attempts.is_empty() {
        sheet.title("Authentication");
        attempts
            .iter()
            .take(MOST)
            .for_each(|one| attempt(&mut sheet, one));
        sheet.more(attempts.len());
    }
    carried(&mut sheet, connection);
    lines_title(&mut sheet, connection.lines());
    sheet.rows
}

/// What is known of the connection as a whole.
fn facts(sheet: &mut Sheet, index: &Index, connection: &Connection<'_>) {
    let opened = connection
        .opened()
        .or(connection.first_seen())
        .map(columns::moment);
    let lasted = connection
        .duration(index.newest())
        .map(|s| format!(", {}", columns::duration(s)));
    let note = if connection.opened().is_none() {
        " (the log begins in its middle)"
    } else {
        ""
    };
    sheet.fact(
        "opened",
        opened.map(|at| format!("{at}{}{note}", lasted.unwrap_or_default())),
    );
    let interface = [connection.interface(), connection.interface_ip()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    sheet.fact(
        "interface",
        (!interface.is_empty()).then(|| text(&interface)),
    );
    let verified = if connection.is_verified() {
        "verified"
    } else {
        "not verified"
    };
    sheet.fact(
        "host",
        connection
            .remote_host()
            .map(|host| format!("{} ({verified})", text(host))),
    );
    sheet.fact("appliance", connection.appliance().map(text));
    sheet.fact(
        "policy",
        connection.policy().map(|policy| policy_text(&policy)),
    );
    tls(sheet, connection);
    if let Some(error) = connection.error() {
        sheet.row(vec![
            (Role::Dim, "  error      ".into()),
            (Role::Failed, format!("✗ {}", text(error))),
        ]);
    }
}

fn lines_title(sheet: &mut Sheet, count: u32) {
    let lines = if count == 0 {
        "Log lines".to_owned()
    } else {
        format!("Log lines ({count})")
    };
    sheet.title(&lines);
}

fn policy_text(policy: &crate::event::Policy<'_>) -> String {
    let mut text = format!(
        "{} {}",
        safe::bytes(policy.action),
        safe::bytes(policy.sender_group)
    );
    if let Some(matched) = policy.matched {
        text = format!("{text}, matched {}", safe::bytes(matched));
    }
    if let Some(sbrs) = policy.sbrs {
        text = format!("{text}, SBRS {sbrs}");
    }
    if let Some(country) = policy.country {
        text = format!("{text}, {}", safe::bytes(country));
    }
    text
}

fn tls(sheet: &mut Sheet, connection: &Connection<'_>) {
    let Some(tls) = connection.tls() else { return };
    let parts = [tls.protocol, tls.cipher, tls.detail]
        .into_iter()
        .flatten()
        .map(|part| safe::bytes(part).into_owned());
    let said = parts.collect::<Vec<_>>().join(" ");
    let (role, word) = if tls.success {
        (Role::Ok, "✓ success")
    } else {
        (Role::Failed, "✗ failed")
    };
    sheet.row(vec![
        (Role::Dim, "  tls        ".into()),
        (role, word.into()),
        (Role::Text, format!(" {said}")),
    ]);
}

fn attempt(sheet: &mut Sheet, attempt: &Attempt<'_>) {
    let result = if attempt.succeeded() {
        (Role::Ok, "✓ succeeded ")
    } else {
        (Role::Failed, "✗ failed ")
    };
    let mut parts = vec![when(attempt.time()), (result.0, result.1.to_owned())];
    if let Some(user) = attempt.user() {
        parts.push((
            Role::Text,
            format!(
                " user {}",
                if user.is_empty() {
                    "(empty)".into()
                } else {
                    text(user)
                }
            ),
        ));
    }
    if let Some(mechanism) = attempt.mechanism() {
        parts.push((Role::Dim, format!("  {}", text(mechanism))));
    }
    if let Some(profile) = attempt.profile() {
        parts.push((Role::Text, format!("  profile {}", text(profile))));
    }
    reply(&mut parts, attempt.code(), attempt.detail());
    sheet.row(parts);
}

fn reply(parts: &mut Vec<(Role, String)>, code: Option<u16>, detail: Option<&str>) {
    if let Some(code) = code {
        parts.push((Role::Warning, format!("  {code}")));
    }
    if let Some(detail) = detail {
        parts.push((Role::Text, format!(" {}", text(detail))));
    }
}

fn carried(sheet: &mut Sheet, connection: &Connection<'_>) {
    if connection.direction() == Direction::Outbound {
        let deliveries = connection.deliveries();
        if !deliveries.is_empty() {
            let failed = connection
                .last_attempt()
                .is_some_and(|last| !last.succeeded());
            sheet.title(if failed {
                "Deliveries (tried without authentication, which had failed)"
            } else {
                "Deliveries"
            });
            deliveries
                .iter()
                .take(MOST)
                .for_each(|one| delivery(sheet, one));
            sheet.more(deliveries.len());
        }
        return;
    }
    let messages = connection.messages();
    if !messages.is_empty() {
        sheet.title("Messages");
        for message in messages.iter().take(MOST) {
            sheet.row(message_parts(message)).link = Some(Record::Message(message.record()));
        }
        sheet.more(messages.len());
    }
}

fn message_parts(message: &Message<'_>) -> Vec<(Role, String)> {
    let state = columns::state(message.common_state());
    let recipients = message.recipients();
    let to = recipients
        .first()
        .and_then(Recipient::to)
        .map_or("–".into(), text);
    let more = if recipients.len() > 1 {
        format!(" +{}", recipients.len() - 1)
    } else {
        String::new()
    };
    vec![
        when(message.first_seen()),
        (Role::Id, format!("MID {}", message.mid())),
        (state.role, format!("  {}", safe::fit(&state.text, 12))),
        (
            Role::Text,
            format!("  {} → {to}{more}", message.from().map_or("–".into(), text)),
        ),
        (
            Role::Dim,
            message
                .subject()
                .map_or(String::new(), |subject| format!("  {}", text(subject))),
        ),
    ]
}

fn delivery(sheet: &mut Sheet, delivery: &Delivery<'_>) {
    let state = columns::of_state(delivery.result().state());
    let recipient = delivery.recipient();
    let message = delivery.message();
    let mut parts = vec![
        when(delivery.time()),
        (Role::Id, format!("MID {}", message.mid())),
    ];
    let rid = recipient.rid().map_or("–".into(), |rid| rid.to_string());
    parts.push((
        Role::Text,
        format!("  RID {rid} {}", recipient.to().map_or("".into(), text)),
    ));
    parts.push((state.role, format!("  {}", state.text)));
    reply(&mut parts, delivery.code(), delivery.detail());
    sheet.row(parts).link = Some(Record::Message(message.record()));
}

fn of_message(index: &Index, message: &Message<'_>, lines: &[RawLine]) -> Vec<Row> {
    let mut sheet = Sheet::default();
    let state = columns::state(message.common_state());
    let from = message.from().map_or("–".into(), |from| {
        if from.is_empty() {
            "<>".into()
        } else {
            text(from)
        }
    });
    sheet.row(vec![
        (Role::Title, format!(" MID {}", message.mid())),
        (state.role, format!("  {}", state.text)),
        (Role::Text, format!("  from {from}")),
    ]);
    sheet.fact("started", message.first_seen().map(columns::moment));
    sheet.fact("subject", message.subject().map(text));
    sheet.fact("message-id", message.message_id().map(text));
    sheet.fact(
        "size",
        message
            .size()
            .map(|size| format!("{} ({size} bytes)", columns::bytes(size))),
    );
    sheet.fact("appliance", message.appliance().map(text));
    let recipients = message.recipients();
    sheet.title(&format!("Recipients ({})", recipients.len()));
    for recipient in recipients.iter().take(MOST) {
        let state = columns::of_state(recipient.state());
        let rid = recipient.rid().map_or("–".into(), |rid| rid.to_string());
        let to = recipient.to().map_or("–".into(), text);
        sheet.row(vec![
            (Role::Dim, format!("  RID {rid:<5}")),
            (state.role, safe::fit(&state.text, 14)),
            (Role::Text, to),
        ]);
    }
    sheet.more(recipients.len());
    sheet.title("Story");
    story(&mut sheet, index, Record::Message(message.record()), lines);
    lines_title(&mut sheet, 0);
    sheet.rows
}

/// What happened, each step with the record it leads to.
fn story(sheet: &mut Sheet, index: &Index, record: Record, lines: &[RawLine]) {
    let Some(subject) = record.subject() else {
        return;
    };
    let story = story::tell(index, subject, lines);
    let mut told = None;
    for step in story.steps {
        let label = format!("{:<5}", step.kind.label());
        let mut parts = vec![when(step.time), (Role::Dim, label)];
        parts.extend(
            step.parts
                .into_iter()
                .map(|part| (Role::from(part.tone), part.text)),
        );
        // A record is led to where it is named first.
        let link = Record::from(step.of);
        let is_new = link != record && told.replace(link) != Some(link);
        sheet.row(parts).link = is_new.then_some(link);
    }
}

impl From<Tone> for Role {
    fn from(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Text,
            Tone::Id => Self::Id,
            Tone::Good => Self::Ok,
            Tone::Bad => Self::Failed,
            Tone::Waiting => Self::Pending,
            Tone::Dim => Self::Dim,
        }
    }
}
