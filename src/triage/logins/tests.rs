//! The sentences of findings on logins.

use super::*;
use crate::header::DateTime;
use crate::judge::incident::Severity;
use crate::present::tests::load;

/// An index whose newest entry is of noon.
fn index() -> Index {
    load(
        "Mon Mar  2 06:00:00 2026 Info: Status: CPULd 1\n\
         Mon Mar  2 12:00:00 2026 Info: Status: CPULd 1",
    )
}

/// A time of that day.
fn time(clock: &str) -> Timestamp {
    let mut parts = clock.split(':').map(|part| part.parse().unwrap());
    let time = DateTime {
        year: 2026,
        month: 3,
        day: 2,
        hour: parts.next().unwrap(),
        minute: parts.next().unwrap(),
        second: parts.next().unwrap(),
    };
    time.to_timestamp().unwrap()
}

fn names_of(names: &[&str]) -> Listed<Box<[u8]>> {
    Listed {
        first: names.iter().map(|name| name.as_bytes().into()).collect(),
        count: names.len() as u64,
    }
}

fn incident(kind: LoginIncidentKind, severity: Severity) -> LoginIncident {
    LoginIncident {
        kind,
        since: time("10:00:00"),
        found: time("10:02:00"),
        until: None,
        changes: vec![(time("10:02:00"), severity)],
        user: b"anna"[..].into(),
        exists: true,
        failures: 0,
        users: 1,
        addresses: 1,
        nets: Listed {
            first: vec!["198.51.100.0/24".parse().unwrap()],
            count: 1,
        },
        got_in: Listed::default(),
        impact: LoginImpact::default(),
        evidence: vec![Position::START],
    }
}

fn found(incidents: Vec<LoginIncident>) -> Vec<Finding> {
    let snapshot = LoginSnapshot {
        incidents,
        ..LoginSnapshot::default()
    };
    findings(&index(), &snapshot)
}

fn only(incident: LoginIncident) -> Finding {
    let mut all = found(vec![incident]);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[test]
fn a_compromised_account_names_the_net_the_mail_and_what_to_delete() {
    let mut stolen = incident(LoginIncidentKind::AccountCompromised, Severity::Critical);
    stolen.failures = 15;
    stolen.impact = LoginImpact {
        messages: 200,
        recipients: 2000,
        delivered: 1106,
        refused: 560,
        senders: names_of(&["anna@corp.example"]),
    };
    let finding = only(stolen.clone());
    assert_eq!(finding.kind.word(), "account_compromised");
    assert_eq!(finding.severity, Severity::Critical);
    assert_eq!(finding.subject, "anna");
    assert_eq!(
        finding.summary,
        "anna logged in from 198.51.100.0/24, where nobody had logged in before, after 15 failures, and sent 200 messages to 2,000 recipients since 10:00:00; 28 % of the recipients were refused"
    );
    assert_eq!(
        finding.advice,
        "Block the account anna and change its password, delete what still waits from anna@corp.example (deleterecipients, by Envelope From), and reject 198.51.100.0/24 (listenerconfig > hostaccess, BLOCKED_LIST)."
    );
    assert_eq!(finding.evidence, [Evidence::Line(Position::START)]);

    stolen.failures = 0;
    stolen.until = Some(time("10:40:00"));
    let over = only(stolen);
    assert_eq!(over.severity, Severity::Notice);
    assert!(
        over.summary.contains(
            "before, and sent 200 messages to 2,000 recipients from 10:00:00 to 10:40:00;"
        ),
        "{}",
        over.summary
    );
}

#[test]
fn a_spray_tells_who_got_in() {
    let mut spray = incident(LoginIncidentKind::PasswordSpray, Severity::Warning);
    (spray.users, spray.failures, spray.addresses) = (187, 535, 532);
    let finding = only(spray.clone());
    assert_eq!(
        finding.summary,
        "187 existing users were tried with 535 passwords from 532 addresses since 10:00:00; none of these addresses got in"
    );
    spray.got_in = names_of(&["anna", "bernd"]);
    let finding = only(spray);
    assert!(
        finding
            .summary
            .ends_with("; anna, bernd logged in from one of these addresses"),
        "{}",
        finding.summary
    );
    assert!(
        finding
            .advice
            .starts_with("Change the password of anna, bernd at once"),
        "{}",
        finding.advice
    );
}

#[test]
fn guessed_names_that_do_not_exist_are_one_finding() {
    let exists = incident(LoginIncidentKind::GuessedUser, Severity::Warning);
    let missing = |user: &str| LoginIncident {
        user: user.as_bytes().into(),
        failures: 100,
        until: Some(time("11:00:00")),
        ..incident(LoginIncidentKind::GuessedUser, Severity::Notice)
    };
    let all = found(vec![missing("scan"), exists, missing("info")]);
    let subjects: Vec<_> = all
        .iter()
        .map(|one| (one.subject.as_str(), one.severity))
        .collect();
    assert_eq!(
        subjects,
        [
            ("anna", Severity::Warning),
            ("info, scan", Severity::Notice)
        ]
    );
    assert_eq!(
        all[1].summary,
        "info, scan failed 200 times from many nets from 10:00:00 to 11:00:00; no such user is known"
    );
}

#[test]
fn an_incident_that_is_over_for_a_day_is_no_finding() {
    let mut old = incident(LoginIncidentKind::PasswordSpray, Severity::Warning);
    old.until = Timestamp::from_seconds(time("12:00:00").seconds() - SHOWN - 1);
    assert!(found(vec![old]).is_empty());
}

#[test]
fn devices_and_guessing_are_one_notice_each() {
    let device = |user: &str, exists| StaleDevice {
        user: user.as_bytes().into(),
        exists,
        addresses: vec!["10.1.7.20".parse().unwrap()],
        since: time("06:01:39"),
        last: time("11:59:00"),
        failures: 70,
        interval: 295,
        evidence: vec![Position::START],
    };
    let snapshot = LoginSnapshot {
        background: Some(Background {
            first: time("06:00:10"),
            last: time("11:59:00"),
            failures: 1128,
            addresses: 763,
            names: 202,
            existing: 193,
            busy_nets: vec![
                ("203.0.113.0/24".parse().unwrap(), 40),
                ("198.51.100.0/24".parse().unwrap(), 21),
            ],
        }),
        devices: vec![device("anna", true), device("scanner", false)],
        ..LoginSnapshot::default()
    };
    let all = findings(&index(), &snapshot);
    assert!(all.iter().all(|one| one.severity == Severity::Notice));
    let summaries: Vec<&str> = all.iter().map(|one| one.summary.as_str()).collect();
    assert_eq!(
        summaries,
        [
            "2 devices with an old password: anna from 10.1.7.20 every 4 min 55 s since 06:01:39; scanner from 10.1.7.20 every 4 min 55 s since 06:01:39, an unknown user",
            "1,128 logins from 763 addresses failed with 202 names since 06:00:10, 193 of them existing users; 40 of the addresses are in 203.0.113.0/24, and one more net has more than 20",
        ]
    );
    let rough = LoginSnapshot {
        dropped: 1,
        ..snapshot
    };
    let all = findings(&index(), &rough);
    assert!(
        all[1]
            .summary
            .starts_with("1,128 logins from about 763 addresses failed with about 202 names"),
        "{}",
        all[1].summary
    );
}
