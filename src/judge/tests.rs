//! The early mistakes of this judgement, each as a log that it got wrong once.

mod log;

use super::class::Class;
use super::incident::{Incident, IncidentKind, Severity, State};
use super::*;
use log::Log;

const PEER: &str = "198.51.100.7";
const BACKUP: &str = "198.51.100.8";

/// An hour of ordinary mail to a domain: a message a minute, each accepted.
fn works(log: &mut Log, domain: &str, ip: &str) {
    for _ in 0..60 {
        log.message("anna@corp.example", domain);
        log.delivered(ip);
        log.wait(60);
    }
}

fn open(judge: &Judge) -> Vec<&Incident> {
    judge
        .incidents()
        .iter()
        .filter(|one| one.is_open())
        .collect()
}

#[test]
fn a_refused_login_is_critical_after_a_few_connections() {
    let mut log = Log::new();
    log.profile("Relay");
    works(&mut log, "contoso.example", PEER);
    let since = log.now();
    for _ in 0..5 {
        log.message("anna@corp.example", "contoso.example");
        log.login_refused(PEER);
        log.wait(20);
    }
    let judge = log.judge();
    let [incident] = open(&judge)[..] else {
        panic!("{:?}", judge.incidents());
    };
    assert_eq!(incident.class(), Class::Authentication);
    assert_eq!(incident.progress.severity, Some(Severity::Critical));
    assert_eq!(incident.since, since);
    // The relay refusals that follow are no attempts, but what it costs.
    assert_eq!((incident.failures(), incident.impact.bounced), (5, 5));
}

#[test]
fn three_recipients_of_one_lost_connection_are_one_attempt() {
    let mut log = Log::new();
    works(&mut log, "contoso.example", PEER);
    log.message_to("anna@corp.example", &["contoso.example"; 5]);
    log.lost(PEER, 5);
    log.wait(60);
    assert_eq!(open(&log.judge()).len(), 0);
}

#[test]
fn connections_that_fail_in_one_second_are_one_attempt() {
    let mut log = Log::new();
    works(&mut log, "contoso.example", PEER);
    for _ in 0..6 {
        log.unreachable(PEER, "contoso.example");
    }
    log.wait(60);
    assert_eq!(open(&log.judge()).len(), 0);
}

#[test]
fn unknown_recipients_do_not_make_a_route_fail() {
    let mut log = Log::new();
    works(&mut log, "contoso.example", PEER);
    for _ in 0..40 {
        log.message("anna@corp.example", "contoso.example");
        log.bounced(PEER, 550, "5.1.1 <x>: User unknown");
        log.wait(10);
    }
    assert_eq!(log.judge().incidents().len(), 0);
}

#[test]
fn a_burst_of_throttling_is_a_notice() {
    let mut log = Log::new();
    works(&mut log, "contoso.example", PEER);
    for sender in 0..12 {
        log.message(&format!("user{sender}@corp.example"), "contoso.example");
        log.delayed(PEER, 421, "4.7.0 Too many messages, slow down");
        log.wait(10);
    }
    let judge = log.judge();
    let worst = judge
        .incidents()
        .iter()
        .filter_map(|one| one.progress.severity)
        .max();
    assert_eq!(worst, Some(Severity::Notice), "{:?}", judge.incidents());
}

#[test]
fn one_host_of_two_that_is_down_is_a_warning_that_names_it() {
    let mut log = Log::new();
    log.tls_required(PEER);
    works(&mut log, "contoso.example", PEER);
    works(&mut log, "contoso.example", BACKUP);
    for _ in 0..20 {
        log.unreachable(BACKUP, "contoso.example");
        log.wait(30);
        log.message("anna@corp.example", "contoso.example");
        log.delivered(PEER);
        log.wait(30);
    }
    let judge = log.judge();
    let [incident] = open(&judge)[..] else {
        panic!("{:?}", judge.incidents());
    };
    let IncidentKind::Host(_, host) = incident.kind else {
        panic!("{incident:?}");
    };
    assert_eq!(judge.host_name(host), Some(format!("{BACKUP}:25")));
    assert_eq!(incident.progress.severity, Some(Severity::Warning));
}

#[test]
fn a_host_that_stays_down_has_an_incident_after_its_route_recovered() {
    let mut log = Log::new();
    log.tls_required(PEER);
    works(&mut log, "contoso.example", PEER);
    works(&mut log, "contoso.example", BACKUP);
    let since = log.now();
    for _ in 0..10 {
        log.unreachable(PEER, "contoso.example");
        log.wait(30);
        log.unreachable(BACKUP, "contoso.example");
        log.wait(30);
    }
    works(&mut log, "contoso.example", PEER);
    let judge = log.judge();
    let of_route = judge.incidents().iter();
    let mut of_route = of_route.filter(|one| matches!(one.kind, IncidentKind::Route(_)));
    assert!(of_route.next().is_some_and(|one| !one.is_open()));
    let [incident] = open(&judge)[..] else {
        panic!("{:?}", judge.incidents());
    };
    assert!(matches!(incident.kind, IncidentKind::Host(..)));
    assert!((incident.since - since).abs() <= 30);
}

#[test]
fn mail_that_waits_for_a_dead_next_hop_is_counted_though_little_is_tried() {
    let mut log = Log::new();
    log.profile("Relay");
    works(&mut log, "contoso.example", PEER);
    for minute in 0..30 {
        log.message("anna@corp.example", "contoso.example");
        if minute == 1 || minute == 3 {
            log.unreachable(PEER, "contoso.example");
        }
        log.wait(60);
    }
    let judge = log.judge();
    let [incident] = open(&judge)[..] else {
        panic!("{:?}", judge.incidents());
    };
    assert_eq!(incident.progress.state, State::Failing);
    assert_eq!(incident.impact.waiting, 30);
}

#[test]
fn an_incident_is_over_after_the_hold_and_the_waiting_mail_is_counted_as_delivered_later() {
    let mut log = Log::new();
    log.profile("Relay");
    works(&mut log, "contoso.example", PEER);
    log.message("anna@corp.example", "contoso.example");
    let waiting = log.newest();
    for _ in 0..10 {
        log.unreachable(PEER, "contoso.example");
        log.wait(60);
    }
    log.delivered_message(PEER, waiting);
    works(&mut log, "contoso.example", PEER);
    let judge = log.judge();
    let incident = &judge.incidents()[0];
    assert!(!incident.is_open());
    let impact = &incident.impact;
    assert_eq!((impact.waiting, impact.delivered_later), (0, 1));
    assert_eq!(impact.median_delay(), Some(600));
}

#[test]
fn our_address_on_a_list_is_one_incident_that_explains_its_routes() {
    let mut log = Log::new();
    let domains: Vec<String> = (0..5).map(|n| format!("peer{n}.example")).collect();
    let ips: Vec<String> = (0..5).map(|n| format!("203.0.113.{n}")).collect();
    for (domain, ip) in domains.iter().zip(&ips) {
        works(&mut log, domain, ip);
    }
    for _ in 0..10 {
        for (domain, ip) in domains.iter().zip(&ips) {
            log.message("anna@corp.example", domain);
            log.bounced(
                ip,
                550,
                "5.7.1 Client host [192.0.2.30] blocked using list.example",
            );
            log.wait(5);
        }
    }
    let judge = log.judge();
    let own: Vec<_> = open(&judge)
        .into_iter()
        .filter(|one| one.parent.is_none())
        .collect();
    let [incident] = own[..] else {
        panic!("{own:?}");
    };
    assert_eq!(incident.kind, IncidentKind::Listed);
    assert_eq!(incident.progress.severity, Some(Severity::Critical));
    assert_eq!(incident.impact.bounced, 50);
}

#[test]
fn a_lame_domain_does_not_make_name_resolution_fail() {
    let mut log = Log::new();
    works(&mut log, "contoso.example", PEER);
    for round in 0..40 {
        for domain in ["lame0.example", "lame1.example", "lame2.example"] {
            log.message("anna@corp.example", domain);
            log.unresolved(domain);
        }
        log.wait(30);
        if round % 4 == 0 {
            log.message("anna@corp.example", "contoso.example");
            log.delivered(PEER);
        }
    }
    assert_eq!(log.judge().incidents().len(), 0);
}

#[test]
fn the_network_fails_if_many_routes_become_unreachable_together() {
    let mut log = Log::new();
    let domains: Vec<String> = (0..6).map(|n| format!("peer{n}.example")).collect();
    let ips: Vec<String> = (0..6).map(|n| format!("203.0.113.{n}")).collect();
    for (domain, ip) in domains.iter().zip(&ips) {
        works(&mut log, domain, ip);
    }
    for _ in 0..5 {
        for (domain, ip) in domains.iter().zip(&ips) {
            log.unreachable(ip, domain);
            log.wait(4);
        }
    }
    log.wait(60);
    let judge = log.judge();
    let found = open(&judge);
    assert!(found.iter().any(|one| one.kind == IncidentKind::Network));
    let own = found.iter().filter(|one| one.parent.is_none());
    assert_eq!(own.count(), 1, "{found:?}");
}

#[test]
fn the_order_of_lines_within_a_second_and_the_pieces_of_reading_change_nothing() {
    let mut log = Log::new();
    log.profile("Relay");
    works(&mut log, "contoso.example", PEER);
    for _ in 0..8 {
        log.message("anna@corp.example", "contoso.example");
        log.login_refused(PEER);
        log.wait(20);
    }
    let whole = format!("{:?}", log.judge().incidents());
    let mut turned = log.clone();
    turned.turn_seconds();
    let without_positions = |text: &str| {
        let pieces = text.split("evidence: ");
        let rest = pieces.map(|piece| piece.split_once(']').map_or(piece, |(_, rest)| rest));
        rest.collect::<String>()
    };
    let turned = format!("{:?}", turned.judge().incidents());
    assert_eq!(without_positions(&turned), without_positions(&whole));
}

#[test]
fn destinations_are_bounded_and_what_is_forgotten_is_counted() {
    let mut log = Log::new();
    log.limits.destinations = 100;
    log.profile("Relay");
    works(&mut log, "contoso.example", PEER);
    for number in 0..1000 {
        let domain = format!("forged{number}.example");
        let ip = format!("203.0.{}.{}", number / 200, number % 200);
        log.unreachable(&ip, &domain);
        log.wait(10);
    }
    let judge = log.judge();
    assert!(judge.forgotten() > 500);
    assert!(judge.routes().count() < 600, "{}", judge.routes().count());
    assert_eq!(open(&judge).len(), 0);
}

#[test]
fn a_clock_that_is_set_back_and_ids_that_wrap_open_nothing() {
    let mut log = Log::new();
    log.profile("Relay");
    works(&mut log, "contoso.example", PEER);
    log.wait(-7200);
    log.wrap_ids();
    works(&mut log, "contoso.example", PEER);
    assert_eq!(log.judge().incidents().len(), 0);
}

#[test]
fn a_refusal_of_every_day_does_not_date_a_listing_back() {
    let mut log = Log::new();
    let domains: Vec<String> = (0..5).map(|n| format!("peer{n}.example")).collect();
    let ips: Vec<String> = (0..5).map(|n| format!("203.0.113.{n}")).collect();
    for (domain, ip) in domains.iter().zip(&ips) {
        works(&mut log, domain, ip);
    }
    let text = "5.7.1 Client host [192.0.2.30] blocked using list.example";
    log.message("anna@corp.example", "strict.example");
    log.bounced("203.0.113.77", 550, text);
    log.wait(600);
    let since = log.now();
    for _ in 0..4 {
        for (domain, ip) in domains.iter().zip(&ips) {
            log.message("anna@corp.example", domain);
            log.bounced(ip, 550, text);
            log.wait(5);
        }
    }
    let judge = log.judge();
    let listed = open(&judge)
        .into_iter()
        .find(|one| one.kind == IncidentKind::Listed);
    assert_eq!(listed.map(|one| one.since), Some(since));
}

#[test]
fn a_log_that_begins_during_the_failure_of_a_configured_route_shows_it() {
    let mut log = Log::new();
    for minute in 0..20 {
        log.message("anna@corp.example", "corp.example");
        if minute == 10 {
            log.unreachable("10.1.2.11", "corp.example");
            log.wait(2);
            log.unreachable("10.1.2.12", "corp.example");
        }
        log.wait(60);
    }
    let judge = log.judge();
    let [incident] = open(&judge)[..] else {
        panic!("{:?}", judge.incidents());
    };
    assert_eq!(incident.progress.severity, Some(Severity::Critical));
    assert_eq!(incident.impact.waiting, 20);
}
