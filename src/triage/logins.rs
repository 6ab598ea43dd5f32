//! The findings of [`crate::judge::logins`]: their sentences and what to do.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Display;

use super::findings::{
    DrillDown, Evidence, Finding, FindingKind, IncidentFacts, period, time_text,
};
use crate::header::Timestamp;
use crate::humanize::{and_more, duration, grouped, plural};
use crate::index::Index;
use crate::judge::class::Side;
use crate::judge::incident::{Impact, Severity};
use crate::judge::logins::{
    Background, Listed, LoginImpact, LoginIncident, LoginIncidentKind, LoginSnapshot, StaleDevice,
};
use crate::position::Position;
use crate::query::{Field, FilterTerm};

/// Seconds for which an incident that is over stays a notice.
const SHOWN: i64 = 86_400;
/// Names in a sentence.
const MOST_NAMES: usize = 3;

/// Unordered.
pub(crate) fn findings(index: &Index, logins: &LoginSnapshot) -> Vec<Finding> {
    let is_shown = |until: Timestamp| {
        let newest = index.newest();
        newest.is_none_or(|newest| newest.seconds() - until.seconds() <= SHOWN)
    };
    let shown = logins.incidents.iter();
    let shown = shown.filter(|incident| incident.until.is_none_or(is_shown));
    let (missing, others): (Vec<_>, Vec<_>) = shown.partition(|incident| {
        incident.kind == LoginIncidentKind::GuessedUser && incident.severity() == Severity::Notice
    });
    let mut all: Vec<Finding> = others
        .into_iter()
        .map(|incident| match incident.kind {
            LoginIncidentKind::AccountCompromised => compromised(index, incident),
            LoginIncidentKind::PasswordSpray => spray(index, incident),
            LoginIncidentKind::GuessedUser => guessed(index, incident),
        })
        .collect();
    all.extend(guessed_missing(index, &missing));
    all.extend(stale(index, &logins.devices));
    let guesses = logins.background.as_ref();
    all.extend(guesses.map(|guesses| background(index, guesses, logins.dropped > 0)));
    all
}

fn compromised(index: &Index, incident: &LoginIncident) -> Finding {
    let user = text(&incident.user);
    let LoginImpact {
        messages,
        recipients,
        refused,
        senders,
        ..
    } = &incident.impact;
    let nets = listed(&incident.nets);
    let failures = match incident.failures {
        0 => String::new(),
        count => format!(", after {}", plural(count, "failure")),
    };
    let refused = match refused * 100 / (*recipients).max(1) {
        0 => String::new(),
        percent => format!("; {percent} % of the recipients were refused"),
    };
    Finding {
        kind: FindingKind::AccountCompromised,
        summary: format!(
            "{user} logged in from {nets}, where nobody had logged in before{failures}, and sent {} to {} {}{refused}",
            plural(*messages, "message"),
            plural(*recipients, "recipient"),
            period(index, Some(incident.since), incident.until),
        ),
        advice: format!(
            "Block the account {user} and change its password, delete what still waits from {} (deleterecipients, by Envelope From), and reject {nets} (listenerconfig > hostaccess, BLOCKED_LIST).",
            names(senders)
        ),
        drill_down: of_user(&user, None),
        ..of_incident(incident, user)
    }
}

fn spray(index: &Index, incident: &LoginIncident) -> Finding {
    let got_in = match incident.got_in.count {
        0 => "none of these addresses got in".to_owned(),
        _ => format!(
            "{} logged in from one of these addresses",
            names(&incident.got_in)
        ),
    };
    let first = match incident.got_in.count {
        0 => String::new(),
        _ => format!(
            "Change the password of {} at once and check what the account sent. ",
            names(&incident.got_in)
        ),
    };
    Finding {
        summary: format!(
            "{} were tried with {} from {} {}; {got_in}",
            plural(incident.users, "existing user"),
            plural(incident.failures, "password"),
            plural(incident.addresses, "address"),
            period(index, Some(incident.since), incident.until),
        ),
        advice: format!(
            "{first}Let users change weak passwords, and accept logins only from nets that need them: deny SMTP authentication in the mail flow policies of the others (listenerconfig > hostaccess)."
        ),
        drill_down: DrillDown::Query(vec![
            FilterTerm::is(Field::Auth, "failed"),
            FilterTerm::is(Field::Dir, "in"),
        ]),
        ..of_incident(incident, "existing users".to_owned())
    }
}

fn guessed(index: &Index, incident: &LoginIncident) -> Finding {
    let user = text(&incident.user);
    let got_in = incident.got_in.count > 0;
    let result = if got_in {
        "; then a login from one of them succeeded"
    } else {
        ""
    };
    let advice = if got_in {
        format!(
            "Ask {user} whether the login was theirs; if not, change the password at once and check what the account sent."
        )
    } else {
        format!(
            "See that the password of {user} is strong, or rename the login; a lock after failed logins would lock {user} out too. Reject the nets that try most (listenerconfig > hostaccess, BLOCKED_LIST)."
        )
    };
    Finding {
        summary: format!(
            "{user} failed {} from {} {}{result}",
            plural(incident.failures, "time"),
            plural(incident.nets.count, "net"),
            period(index, Some(incident.since), incident.until),
        ),
        advice,
        drill_down: of_user(&user, Some("failed")),
        ..of_incident(incident, user)
    }
}

/// The guessed names that do not exist: one finding.
fn guessed_missing(index: &Index, incidents: &[&LoginIncident]) -> Option<Finding> {
    let since = incidents.iter().map(|one| one.since).min()?;
    let until = incidents.iter().map(|one| one.until);
    let until = until.collect::<Option<Vec<_>>>();
    let until = until.and_then(|all| all.into_iter().max());
    let failures: u64 = incidents.iter().map(|one| one.failures).sum();
    let all: BTreeSet<String> = incidents.iter().map(|one| text(&one.user)).collect();
    let subject = join(all.iter(), all.len());
    let first = incidents.first()?;
    Some(Finding {
        since: Some(since),
        until,
        summary: format!(
            "{} failed {} from many nets {}; no such user is known",
            subject,
            plural(failures, "time"),
            period(index, Some(since), until),
        ),
        advice: "Nothing has to be done while these users do not exist; reject the nets that try most (listenerconfig > hostaccess, BLOCKED_LIST).".to_owned(),
        drill_down: match incidents {
            [one] => of_user(&text(&one.user), Some("failed")),
            _ => DrillDown::Evidence,
        },
        ..of_incident(first, subject)
    })
}

fn stale(index: &Index, devices: &[StaleDevice]) -> Option<Finding> {
    let since = devices.iter().map(|device| device.since).min()?;
    let all = devices.iter().take(MOST_NAMES).map(|device| {
        let addresses = join(device.addresses.iter(), device.addresses.len());
        let missing = if device.exists {
            ""
        } else {
            ", an unknown user"
        };
        format!(
            "{} from {addresses} every {} since {}{missing}",
            text(&device.user),
            duration(device.interval.into()),
            time_text(index, Some(device.since)),
        )
    });
    let all: Vec<String> = all.collect();
    let lines = devices.iter().flat_map(|device| &device.evidence);
    let users: Vec<String> = devices.iter().map(|device| text(&device.user)).collect();
    Some(Finding {
            facts: None,
        kind: FindingKind::StaleDevice,
        severity: Severity::Notice,
        since: Some(since),
        until: None,
        summary: format!(
            "{} with an old password: {}{}",
            plural(devices.len(), "device"),
            all.join("; "),
            and_more(all.len(), devices.len()),
        ),
        evidence: lines.map(|line| Evidence::Line(*line)).collect(),
        advice: "Set the new password in each device, or switch its login off; for an unknown user, see whether the SMTP Auth profile asks the right directory (smtpauthconfig, ldaptest).".to_owned(),
        drill_down: match users.as_slice() {
            [user] => of_user(user, Some("failed")),
            _ => DrillDown::Evidence,
        },
        subject: join(users.iter(), users.len()),
    })
}

/// `is_rough`: whether more names and addresses came than are kept.
fn background(index: &Index, guesses: &Background, is_rough: bool) -> Finding {
    let about = if is_rough { "about " } else { "" };
    let busy = match guesses.busy_nets.as_slice() {
        [] => String::new(),
        [(net, count)] => format!("; {count} of the addresses are in {net}"),
        [(net, count), rest @ ..] => format!(
            "; {count} of the addresses are in {net}, and {} more than 20",
            match rest.len() {
                1 => "one more net has".to_owned(),
                others => format!("{others} more nets have"),
            }
        ),
    };
    Finding {
            facts: None,
        kind: FindingKind::GuessingBackground,
        severity: Severity::Notice,
        since: Some(guesses.first),
        until: None,
        subject: "listeners with logins".to_owned(),
        summary: format!(
            "{} from {about}{} failed with {about}{} since {}, {} of them existing users{busy}",
            plural(guesses.failures, "login"),
            plural(guesses.addresses, "address"),
            plural(guesses.names, "name"),
            time_text(index, Some(guesses.first)),
            grouped(guesses.existing),
        ),
        evidence: Vec::new(),
        advice: "Every listener that offers logins to the internet is tried: allow them only where they are needed (listenerconfig > hostaccess), over TLS, and with strong passwords.".to_owned(),
        drill_down: DrillDown::Query(vec![
            FilterTerm::is(Field::Auth, "failed"),
            FilterTerm::is(Field::Dir, "in"),
        ]),
    }
}

/// Without its sentences.
fn of_incident(incident: &LoginIncident, subject: String) -> Finding {
    let severity = match incident.severity() {
        _ if incident.until.is_some() => Severity::Notice,
        Severity::Critical => Severity::Critical,
        Severity::Warning => Severity::Warning,
        Severity::Notice => Severity::Notice,
    };
    let kind = match incident.kind {
        LoginIncidentKind::AccountCompromised => FindingKind::AccountCompromised,
        LoginIncidentKind::PasswordSpray => FindingKind::PasswordSpray,
        LoginIncidentKind::GuessedUser => FindingKind::GuessedUser,
    };
    let line = |line: &Position| Evidence::Line(*line);
    let facts = IncidentFacts {
        state: match incident.until {
            Some(_) => "over",
            None => "standing",
        },
        found: Some(incident.found),
        side: Some(Side::Attack),
        members: 1,
        impact: impact(&incident.impact),
        ..IncidentFacts::default()
    };
    Finding {
        facts: Some(Box::new(facts)),
        kind,
        severity,
        since: Some(incident.since),
        until: incident.until,
        subject,
        summary: String::new(),
        evidence: incident.evidence.iter().map(line).collect(),
        advice: String::new(),
        drill_down: DrillDown::Evidence,
    }
}

/// What became of the mail that a user sent; `None` if nothing was sent.
fn impact(sent: &LoginImpact) -> Option<Impact> {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let settled = sent.delivered + sent.refused;
    let mut impact = Impact::waiting(count(sent.recipients.saturating_sub(settled)));
    impact.bounced = count(sent.refused);
    impact.messages = count(sent.messages);
    (sent.messages > 0).then_some(impact)
}

/// The connections on which a user logged in, or those with a result.
fn of_user(user: &str, auth: Option<&str>) -> DrillDown {
    let auth = auth.map(|auth| FilterTerm::is(Field::Auth, auth));
    let user = FilterTerm::is(Field::User, user);
    DrillDown::Query([Some(user), auth].into_iter().flatten().collect())
}

fn text(name: &[u8]) -> String {
    if name.is_empty() {
        return "(no name)".to_owned();
    }
    String::from_utf8_lossy(name).into_owned()
}

fn names(all: &Listed<Box<[u8]>>) -> String {
    let first = all.first.iter().map(|name| text(name));
    join(first, all.count as usize)
}

fn listed<T: Display>(all: &Listed<T>) -> String {
    join(all.first.iter(), all.count as usize)
}

/// The first ones of all: `a, b, c and 2 more`.
fn join(first: impl Iterator<Item = impl Display>, all: usize) -> String {
    let first: Vec<String> = first.take(MOST_NAMES).map(|one| one.to_string()).collect();
    first.join(", ") + &and_more(first.len(), all)
}
