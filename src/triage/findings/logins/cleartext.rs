//! Unencrypted logins on a listener where nearly all others use TLS.

use std::collections::BTreeSet;

use hashbrown::HashMap;

use super::Login;
use crate::humanize::plural;
use crate::index::{Attempt, ConnectionId, Index, Symbol};
use crate::judge::incident::Severity;
use crate::query::{Field, FilterTerm};
use crate::triage::Thresholds;
use crate::triage::findings::{DrillDown, Evidence, Finding, FindingKind, time_text};

#[derive(Debug, Default)]
struct ListenerLogins {
    over_tls: u64,
    clear: u64,
    users: BTreeSet<Symbol>,
    first: Option<ConnectionId>,
    last: Option<ConnectionId>,
}

#[derive(Debug, Default)]
pub(super) struct CleartextLogins {
    all: HashMap<Symbol, ListenerLogins, foldhash::fast::RandomState>,
}

impl CleartextLogins {
    pub(crate) fn take(&mut self, attempt: &Attempt<'_>, login: Login) {
        let connection = attempt.connection();
        let Some(interface) = connection.interface_name().filter(|_| login.succeeded) else {
            return;
        };
        let listener = self.all.entry(interface).or_default();
        if connection.tls().is_some_and(|tls| tls.success) {
            listener.over_tls += 1;
            return;
        }
        listener.clear += 1;
        if listener.users.len() < 1000 {
            listener.users.extend(attempt.user_name());
        }
        listener.first = listener.first.or(Some(login.connection));
        listener.last = Some(login.connection);
    }

    pub(crate) fn findings(&self, index: &Index, limits: &Thresholds) -> Vec<Finding> {
        let odd = self.all.values().filter(|listener| {
            let all = listener.over_tls + listener.clear;
            listener.clear >= limits.clear_logins
                && listener.over_tls * 100 >= limits.tls_percent * all
        });
        odd.filter_map(|listener| finding(index, listener))
            .collect()
    }
}

fn finding(index: &Index, listener: &ListenerLogins) -> Option<Finding> {
    let (first, last) = (listener.first?, listener.last?);
    let name = index
        .connection(first)
        .interface()
        .unwrap_or("a listener")
        .to_owned();
    let since = index.connection(first).first_seen();
    let users: Vec<&str> = listener
        .users
        .iter()
        .take(3)
        .map(|user| index.names.users.get(*user))
        .collect();
    let more = if listener.users.len() > 3 {
        format!(" and {} more", listener.users.len() - 3)
    } else {
        String::new()
    };
    Some(Finding {
        facts: None,
        kind: FindingKind::ClearLogins,
        severity: Severity::Warning,
        since,
        until: None,
        summary: format!(
            "{} on {name} unencrypted since {} while {} used TLS: {}{more}",
            plural(listener.clear, "login"),
            time_text(index, since),
            listener.over_tls,
            users.join(", "),
        ),
        evidence: Evidence::of([first, last]),
        advice: format!(
            "Their passwords were sent unencrypted: set TLS to Required for SMTP AUTH in the mail flow policy of {name} (listenerconfig)."
        ),
        drill_down: DrillDown::Query(vec![
            FilterTerm::is(Field::Interface, &name),
            FilterTerm::is(Field::Auth, "succeeded"),
            FilterTerm::is(Field::Tls, "none"),
        ]),
        subject: name,
    })
}
