//! The server that checks logins does not work: LDAP, a forwarding server, or the profile itself.
//!
//! ```text
//! SMTP Auth: (ICID 7) could not reach forwarding server smtp.corp.example with reason: timeout
//! SMTP Auth: (ICID 8) LDAP query/user lookup failed for user: anna
//! SMTP Auth LDAP query failed, possible LDAP misconfiguration or unreachable server.
//! ```

use hashbrown::HashMap;

use super::Login;
use crate::event::EventKind;
use crate::header::Timestamp;
use crate::humanize::plural;
use crate::index::{Attempt, ConnectionId, Index};
use crate::judge::incident::Severity;
use crate::query::{Field, FilterTerm};
use crate::triage::findings::{DrillDown, Evidence, Finding, FindingKind, time_text};
use crate::triage::normalize;

/// Different failures that are counted separately.
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
    /// The time of the last successful login.
    last_success: i64,
}

impl AuthServerFailures {
    pub(crate) fn take(&mut self, attempt: &Attempt<'_>, login: Login) {
        let text = attempt.detail().unwrap_or_default();
        // The client skipped a required login; the server did not fail.
        if text.starts_with("was required") {
            return;
        }
        let text = without_user(text);
        if self.all.len() >= MOST && !self.all.contains_key(&text) {
            return;
        }
        let failure = self.all.entry(text).or_insert(AuthServerFailure {
            count: 0,
            first: login.time,
            last: login.time,
            connections: (login.connection, login.connection),
        });
        failure.count += 1;
        failure.last = login.time;
        failure.connections.1 = login.connection;
    }

    pub(crate) fn note_login(&mut self, login: Login) {
        if login.succeeded {
            self.last_success = self.last_success.max(login.time);
        }
    }

    pub(crate) fn findings(&self, index: &Index) -> Vec<Finding> {
        let mut all: Vec<Finding> = self
            .all
            .iter()
            .filter(|(text, failure)| !text.starts_with("LDAP query/user") || failure.count >= 3)
            .map(|(text, failure)| self.finding(index, text, failure))
            .collect();
        let ldap = index.event_counts().of(EventKind::AuthLdap);
        if ldap.count > 0 {
            let last = ldap.last.map_or(0, Timestamp::seconds);
            all.push(Finding {
            facts: None,
                since: ldap.first,
                until: ldap.last.filter(|_| self.last_success > last),
                severity: self.severity(last),
                summary: format!(
                    "{} failed between {} and {}: LDAP is misconfigured or its server cannot be reached",
                    plural(ldap.count, "login query"),
                    time_text(index, ldap.first),
                    time_text(index, ldap.last),
                ),
                evidence: Vec::new(),
                drill_down: DrillDown::Query(vec![FilterTerm::is(Field::Event, "auth.ldap")]),
                ..blank("LDAP")
            });
        }
        all
    }

    fn severity(&self, last: i64) -> Severity {
        if self.last_success > last {
            Severity::Notice
        } else {
            Severity::Critical
        }
    }

    fn finding(&self, index: &Index, text: &str, failure: &AuthServerFailure) -> Finding {
        let [since, last] = [failure.first, failure.last].map(Timestamp::from_seconds);
        let again = self.last_success > failure.last;
        let state = if again {
            "; logins succeed again"
        } else {
            "; no login has succeeded since"
        };
        Finding {
            facts: None,
            since,
            until: last.filter(|_| again),
            severity: self.severity(failure.last),
            summary: format!(
                "{} could not be checked between {} and {}: {text}{state}",
                plural(failure.count, "login"),
                time_text(index, since),
                time_text(index, last),
            ),
            evidence: Evidence::of([failure.connections.0, failure.connections.1]),
            drill_down: DrillDown::Query(
                std::iter::once(FilterTerm::is(Field::Auth, "failed"))
                    .chain(phrase(text))
                    .collect(),
            ),
            ..blank(text)
        }
    }
}

/// A term that finds the text in raw lines.
fn phrase(text: &str) -> Option<FilterTerm> {
    let words = [
        "forwarding server",
        "misconfigured or missing",
        "lookup failed",
    ];
    let found = words.iter().find(|word| text.contains(**word));
    found.map(|word| FilterTerm::Text((*word).to_owned()))
}

/// Lookups of different users are one failure.
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
            facts: None,
        kind: FindingKind::AuthServer,
        severity: Severity::Critical,
        since: None,
        until: None,
        subject: subject.to_owned(),
        summary: String::new(),
        evidence: Vec::new(),
        advice: "Test the server and the query (ldapconfig, ldaptest; for forwarding: smtpauthconfig, telnet): until it answers, no login on the listeners that use it can succeed.".to_owned(),
        drill_down: DrillDown::Evidence,
    }
}
