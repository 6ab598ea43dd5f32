//! The log resembles that of a site that delivers to the internet: what fails on any day, and the
//! outages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::*;

/// The share of the messages to the outside that were not accepted at their first attempt, and the
/// number of their domains.
fn first_attempts(log: &str) -> (f64, usize) {
    let mut first: HashMap<(u32, usize), bool> = HashMap::new();
    let mut domains: BTreeSet<&str> = BTreeSet::new();
    let mut outside: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for message in messages(log) {
        let Some((_, mid)) = ids(message).into_iter().find(|id| id.0 == "MID") else {
            continue;
        };
        if message.starts_with("Message done ") {
            for rid in rid_list(message) {
                first.entry((mid, rid)).or_insert(true);
            }
        }
        let Some((before, to)) = message.split_once(" To: <") else {
            continue;
        };
        let (to, rest) = to.split_once('>').unwrap();
        let rid = before.split_once(" RID ").map_or(rest, |rid| rid.1);
        let rid = rid.trim_start_matches(" RID ").split(' ').next().unwrap();
        if !message.starts_with("MID ") {
            first.entry((mid, rid.parse().unwrap())).or_insert(false);
        } else if !to.ends_with("@example.com") && !rest.contains("Rejected") {
            domains.insert(to.split_once('@').unwrap().1);
            outside.entry(mid).or_default().push(rid.parse().unwrap());
        }
    }
    let tried = outside.iter().filter_map(|(mid, rids)| {
        let results = rids.iter().filter_map(|rid| first.get(&(*mid, *rid)));
        results.copied().reduce(|all, one| all && one)
    });
    let tried: Vec<bool> = tried.collect();
    let failed = tried.iter().filter(|accepted| !**accepted).count();
    (failed as f64 / tried.len() as f64, domains.len())
}

#[test]
fn on_an_ordinary_day_every_tenth_message_fails_at_first() {
    let calm = |site: &mut Scenario| site.troubles.retain(|trouble| trouble.attempts.is_some());
    let log = play_changed(10, 8.0 * HOUR, calm);
    let (failed, domains) = first_attempts(&log);
    assert!((0.08..0.13).contains(&failed), "{failed} of the messages");
    assert!((500..1300).contains(&domains), "{domains} domains");
    let bounces = count(&log, " ICID 0 RID 0 To: <") as f64;
    let local = messages(&log)
        .filter(|m| m.contains(" ICID 0 RID 0 To: <") && m.ends_with("@example.com>"))
        .count();
    let backscatter = (bounces - local as f64) / count(&log, " in the outbound table") as f64;
    assert!((0.03..0.10).contains(&backscatter), "{backscatter}");
    assert!(
        first_attempts(&play(10, 8.0 * HOUR)).0 > failed + 0.03,
        "an outage is more"
    );
}

#[test]
fn every_connection_ends_and_what_expires_bounces() {
    let log = play_changed(11, 80.0 * HOUR, |site| {
        site.incoming.connections_per_minute /= 6.0;
        site.submission.connections_per_minute /= 6.0;
    });
    let mut open = BTreeSet::new();
    for message in messages(&log) {
        let is_error = message.starts_with("Connection Error: DCID ");
        if message.starts_with("New SMTP DCID ") {
            open.insert(ids(message)[0].1);
        } else if is_error || message.starts_with("DCID ") && message.ends_with(" close") {
            assert!(open.remove(&ids(message)[0].1), "{message}");
        }
    }
    assert!(open.len() < 10, "{open:?}");
    assert!(count(&log, " - 5.4.7 - Delivery expired (message too old) ") > 10);
    let waiting = count(&log, "Start MID ") - count(&log, "Message finished MID ");
    assert!((30..300).contains(&waiting), "{waiting} messages");
}

#[test]
fn an_hour_shows_all_that_an_ordinary_site_shows() {
    for seed in [1, 3, 5677] {
        let log = play(seed, HOUR);
        let lines = log.lines().count();
        assert!((15_000..35_000).contains(&lines), "{lines} lines");
        assert!(first_attempts(&log).1 > 100);
        let at_least = [
            (150, "interface IncomingMail "),
            (150, "interface Submission "),
            (200, "succeeded for user: "),
            (5, "TLS success protocol TLSv1 cipher"),
            (100, "TLS success protocol TLSv1.2"),
            (100, "TLS success protocol TLSv1.3"),
            (5, " TLS failed: STARTTLS unexpected response"),
            (5, " REJECT SG BLOCKED_LIST match sbrs"),
            (20, " address 2001:db8:"),
            (50, " country Germany"),
            (5, "Dropped by CASE"),
            (3, "Greylisted"),
            (1, "User unknown"),
            (2, "reason: connection timed out"),
            (2, "('000', ['[Errno 60] Operation timed out']) []"),
            (2, "details: [Errno 61] Connection refused"),
            (10, " lost"),
            (50, " RID 1 To: "),
            (5, "Grüße aus Köln"),
            (3, "Rejected by LDAPACCEPT"),
            (1, "DNS Hard Error"),
            (30, "using the profile OutboundAuthentication succeeded."),
            (10, "using the profile Archive_Journal succeeded."),
            (10, " was generated for bounce of MID "),
            (8, "failed for user: printer-2f "),
            (20, " address 198.19."),
        ];
        for (least, words) in at_least {
            assert!(
                count(&log, words) >= least,
                "seed {seed}: {} × {words:?}",
                count(&log, words)
            );
        }
        assert_eq!(count(&log, "authentication failed"), 0);
    }
}

#[test]
fn six_hours_have_one_outage_of_each_kind() {
    let log = play(12, 6.0 * HOUR);
    for (least, words) in [
        (100, "5.7.8 Error: authentication failed"),
        (6, "TLS failed: verify error: certificate has expired"),
        (
            6,
            "TLS was required but could not be successfully negotiated",
        ),
        (10, "Client host [192.0.2.30] blocked using dnsbl.example"),
        (20, "IP: 198.51.100.25 port: 587 details: [Errno 60]"),
        (20, "452', ['4.3.1 Insufficient system resources"),
        (10, "421', ['4.7.0 [192.0.2.30] Our system has detected"),
        (1, "4.4.0 - Other network problem ('000', ['[Errno 54]"),
        (1, "DNS Temporary Failure "),
    ] {
        assert!(
            count(&log, words) >= least,
            "{} × {words:?}",
            count(&log, words)
        );
    }
}
