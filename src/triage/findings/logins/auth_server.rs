//! The server that logins are checked with is out of order: LDAP, a forwarding server, or the profile itself.
//!
//! ```text
//! SMTP Auth: (ICID 7) could not reach forwarding server smtp.corp.example with reason: timeout
//! SMTP Auth: (ICID 8) LDAP query/user lookup failed for user: anna
//! SMTP Auth LDAP query failed, possible LDAP misconfiguration or unreachable server.
//! ```

use hashbrown::HashMap;

use super::Login;
use crate::event::EventKind as Entry;
use crate::header::Timestamp;
use crate::index::{Attempt, ConnectionId, Index};
use crate::query::{Field, FilterTerm};
use crate::triage::findings::{
    DrillDown, Evidence, Finding, FindingKind, FindingSeverity, many, moment,
};
use crate::triage::normalize;

/// AuthServerFailures told apart.
const MOST: usize = 64;

#[derive(Debug)]
struct AuthServerFailure {
    count: u64,
    first: i64,
    last: i64,
    connections: (ConnectionId, ConnectionId),
}

#[derive(Debug, Default)]
pub(super) struct AuthServerFailures {
    all: HashMap<String, AuthServerFailure>,
    /// When somebody last logged in.
    last_success: i64,
}

impl AuthServerFailures {
    pub fn take(&mut self, attempt: &Attempt<'_>, login: Login) {
        let text = attempt.detail().unwrap_or_default();
        // A login that was required and not tried is the peer's doing; one lookup that failed is a user unknown.
        if text.starts_with("was required") {
            return;
        }
        let text = without_user(text);
        if self.all.len() >= MOST && !self.all.contains_key(&text) {
            return;
        }
        let trouble = self.all.entry(text).or_insert(AuthServerFailure {
            count: 0,
            first: login.time,
            last: login.time,
            connections: (login.connection, login.connection),
        });
        trouble.count += 1;
        trouble.last = login.time;
        trouble.connections.1 = login.connection;
    }

    pub fn note_login(&mut self, _attempt: &Attempt<'_>, login: Login) {
        if login.succeeded {
            self.last_success = self.last_success.max(login.time);
        }
    }

    pub fn findings(&self, index: &Index) -> Vec<Finding> {
        let mut all: Vec<Finding> = self
            .all
            .iter()
            .filter(|(text, trouble)| !text.starts_with("LDAP query/user") || trouble.count >= 3)
            .map(|(text, trouble)| self.finding(index, text, trouble))
            .collect();
        let ldap = index.event_counts().of(Entry::AuthLdap);
        if ldap.count > 0 {
            let last = ldap.last.map_or(0, Timestamp::seconds);
            all.push(Finding {
                since: ldap.first,
                until: ldap.last.filter(|_| self.last_success > last),
                severity: self.severity(last),
                summary: format!(
                    "{} failed between {} and {}: LDAP is misconfigured or its server cannot be reached",
                    many(ldap.count, "login query").replace("querys", "queries"),
                    moment(index, ldap.first),
                    moment(index, ldap.last),
                ),
                evidence: Vec::new(),
                drill_down: DrillDown::Query(vec![FilterTerm::is(Field::Event, "auth.ldap")]),
                ..blank("LDAP")
            });
        }
        all
    }

    fn severity(&self, last: i64) -> FindingSeverity {
        if self.last_success > last {
            FindingSeverity::Notice
        } else {
            FindingSeverity::Critical
        }
    }

    fn finding(&self, index: &Index, text: &str, trouble: &AuthServerFailure) -> Finding {
        let (since, last) = (
            Timestamp::from_seconds(trouble.first),
            Timestamp::from_seconds(trouble.last),
        );
        let again = self.last_success > trouble.last;
        let state = if again {
            "; logins succeed again"
        } else {
            "; no login has succeeded since"
        };
        Finding {
            since,
            until: last.filter(|_| again),
            severity: self.severity(trouble.last),
            summary: format!(
                "{} could not be checked between {} and {}: {text}{state}",
                many(trouble.count, "login"),
                moment(index, since),
                moment(index, last),
            ),
            evidence: [trouble.connections.0, trouble.connections.1]
                .map(Evidence::Connection)
                .to_vec(),
            drill_down: DrillDown::Query(
                std::iter::once(FilterTerm::is(Field::Auth, "failed"))
                    .chain(phrase(text))
                    .collect(),
            ),
            ..blank(text)
        }
    }
}

/// A part of the text that a query finds in raw lines.
fn phrase(text: &str) -> Option<FilterTerm> {
    let words = [
        "forwarding server",
        "misconfigured or missing",
        "lookup failed",
    ];
    let found = words.iter().find(|word| text.contains(**word));
    found.map(|word| FilterTerm::Text((*word).to_owned()))
}

/// Each user fails at a lookup of its own: they are counted together.
fn without_user(text: &str) -> String {
    match text.split_once(" for user: ") {
        Some((what, _)) => what.to_owned(),
        None if text.contains("forwarding server") || text.starts_with("profile: ") => {
            text.to_owned()
        }
        None => normalize(text),
    }
}

fn blank(subject: &str) -> Finding {
    Finding {
        kind: FindingKind::AuthServer,
        severity: FindingSeverity::Critical,
        since: None,
        until: None,
        subject: subject.to_owned(),
        summary: String::new(),
        evidence: Vec::new(),
        advice: "Test the server and the query (ldapconfig, ldaptest; for forwarding: smtpauthconfig, telnet): until it answers nobody can log in on the listeners that use it.".to_owned(),
        drill_down: DrillDown::Evidence,
    }
}
