//! A user logs in from a new net and sends mail to many recipients.

use super::*;
use crate::judge::incident::Severity;

#[test]
fn mail_to_many_after_failures_from_a_new_net_is_critical() {
    let mut log = Log::of_a_morning();
    for _ in 0..5 {
        log.login("198.51.100.7", "user001", false);
        log.wait(10);
    }
    for _ in 0..10 {
        log.send("198.51.100.7", "user001", 10, 4);
        log.wait(5);
    }
    let stolen = only(&log);
    assert_eq!(stolen.kind, LoginIncidentKind::AccountCompromised);
    assert_eq!(stolen.severity(), Severity::Critical);
    assert_eq!(text(&stolen.user), "user001");
    assert_eq!(of_day(stolen.since), 10 * 3600 + 50);
    assert_eq!(
        of_day(stolen.found),
        10 * 3600 + 75,
        "at the 60th recipient"
    );
    assert_eq!(stolen.failures, 5);
    assert_eq!(stolen.nets.first, ["198.51.100.0/24".parse().unwrap()]);
    let LoginImpact {
        messages,
        recipients,
        delivered,
        refused,
        senders,
    } = &stolen.impact;
    assert_eq!((*messages, *recipients), (10, 100));
    assert_eq!((*delivered, *refused), (60, 40));
    assert_eq!(text(&senders.first[0]), "user001@corp.example");
    let evidence = lines(&log, &stolen);
    assert!(evidence[0].contains("failed for user"), "{evidence:?}");
    assert!(evidence[5].contains("succeeded for user"), "{evidence:?}");
    assert!(evidence[6].contains("queued"), "{evidence:?}");
}

#[test]
fn a_new_net_alone_is_nothing() {
    let mut log = Log::of_a_morning();
    for day in 0..50 {
        log.send(&format!("203.0.{day}.9"), "user001", 4, 0);
        log.wait(300);
    }
    assert_eq!(incidents(&log), []);
}

#[test]
fn many_recipients_without_a_failure_are_a_warning_and_more_are_critical() {
    let mut log = Log::of_a_morning();
    for _ in 0..6 {
        log.send("203.0.113.9", "user001", 10, 0);
        log.wait(60);
    }
    assert_eq!(only(&log).severity(), Severity::Warning);
    for _ in 0..14 {
        log.send("203.0.113.9", "user001", 10, 0);
        log.wait(60);
    }
    let severities: Vec<_> = only(&log).changes.iter().map(|one| one.1).collect();
    assert_eq!(severities, [Severity::Warning, Severity::Critical]);
}

#[test]
fn the_recipients_of_several_new_nets_are_summed() {
    let mut log = Log::of_a_morning();
    for net in 0..20 {
        log.send(&format!("198.51.{net}.9"), "user001", 10, 0);
        log.wait(60);
    }
    let stolen = only(&log);
    assert_eq!(stolen.severity(), Severity::Critical);
    assert_eq!((stolen.nets.count, stolen.impact.recipients), (20, 200));
}

#[test]
fn a_message_that_the_user_itself_sent_on_the_road_is_no_part_of_it() {
    let mut log = Log::of_a_morning();
    log.send("203.0.113.9", "user001", 1, 0);
    log.wait(600);
    for _ in 0..10 {
        log.send("198.51.100.7", "user001", 20, 0);
        log.wait(5);
    }
    let stolen = only(&log);
    assert_eq!((stolen.nets.count, stolen.impact.recipients), (1, 200));
    assert_eq!(of_day(stolen.since), 10 * 3600 + 600);
}

#[test]
fn a_newsletter_from_the_user_s_own_net_is_nothing() {
    let mut log = Log::of_a_morning();
    for _ in 0..50 {
        log.send("192.0.11.7", "user001", 20, 0);
        log.wait(5);
    }
    assert_eq!(incidents(&log), []);
}

#[test]
fn a_server_that_always_sends_much_may_move() {
    let mut log = Log::of_a_morning();
    for _ in 0..50 {
        log.send("192.0.11.7", "user001", 20, 0);
        log.wait(30);
    }
    log.wait(3600);
    for _ in 0..50 {
        log.send("203.0.113.9", "user001", 20, 0);
        log.wait(30);
    }
    // A server with a private address may be new.
    for _ in 0..50 {
        log.send("10.1.2.3", "shop", 20, 0);
        log.wait(30);
    }
    assert_eq!(incidents(&log), []);
}

#[test]
fn at_the_beginning_of_a_log_it_takes_failures() {
    let mut log = Log::at(9, 0);
    for _ in 0..50 {
        log.send("203.0.113.9", "news", 20, 0);
        log.wait(5);
    }
    assert_eq!(incidents(&log), []);
    for _ in 0..3 {
        log.login("198.51.100.7", "anna", false);
        log.wait(5);
    }
    log.send("198.51.100.7", "anna", 60, 0);
    assert_eq!(only(&log).severity(), Severity::Critical);
}

#[test]
fn it_is_over_once_its_password_is_changed_or_after_four_quiet_hours() {
    let mut log = Log::of_a_morning();
    for _ in 0..10 {
        log.send("198.51.100.7", "user001", 20, 0);
        log.wait(6);
    }
    log.login("198.51.100.7", "user001", false);
    log.wait(1200);
    assert_eq!(of_day(only(&log).until.unwrap()), 10 * 3600 + 54);
    log.wait(3600);
    log.send("198.51.100.7", "user001", 60, 0);
    let all = incidents(&log);
    assert_eq!(all.len(), 2, "it begins again");
    assert_eq!((all[1].until, all[1].impact.recipients), (None, 60));
    log.wait(14_400 + 60);
    assert!(incidents(&log)[1].until.is_some());
}

#[test]
fn the_nets_of_a_carrier_are_one() {
    let mut log = Log::of_a_morning();
    for net in 0..4 {
        log.login(&format!("2001:db8:77:{net}::1"), "user001", true);
        log.wait(60);
    }
    log.wait(86_400);
    for net in 10..20 {
        log.send(&format!("2001:db8:77:{net}::1"), "user001", 20, 0);
        log.wait(60);
    }
    assert_eq!(incidents(&log), []);
}
