//! The log as a reader would check it: frames, ids, recipients, and the story's elements.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;

use super::*;

mod site;

const HOUR: f64 = 3600.0;
const STAMP: &str = "%a %b %e %H:%M:%S %Y";

fn start() -> NaiveDateTime {
    NaiveDateTime::parse_from_str("Mon Mar  2 09:00:00 2026", STAMP).unwrap()
}

fn play(seed: u64, elapsed: f64) -> String {
    let mut out = Vec::new();
    Simulation::new(Scenario::built_in(), seed, start()).advance(elapsed, &mut out);
    String::from_utf8(out).unwrap()
}

/// The log of the site with changes.
fn play_changed(seed: u64, elapsed: f64, change: impl FnOnce(&mut Scenario)) -> String {
    let mut site = Scenario::parse(include_str!("../../assets/demo.toml")).unwrap();
    change(&mut site);
    let mut out = Vec::new();
    Simulation::new(Box::leak(Box::new(site)), seed, start()).advance(elapsed, &mut out);
    String::from_utf8(out).unwrap()
}

/// The moment and the message of a line in the appliance's frame.
fn unframed(line: &str) -> (NaiveDateTime, &str) {
    let (stamp, rest) = line.split_at(24);
    let at = NaiveDateTime::parse_from_str(stamp, STAMP).unwrap_or_else(|e| panic!("{line}: {e}"));
    (
        at,
        rest.strip_prefix(" Info: ")
            .unwrap_or_else(|| panic!("{line}")),
    )
}

fn messages(log: &str) -> impl Iterator<Item = &str> {
    log.lines().map(|line| unframed(line).1)
}

fn count(log: &str, words: &str) -> usize {
    messages(log)
        .filter(|message| message.contains(words))
        .count()
}

/// The ids that a line names: `ICID 4`, `(ICID 4)`, `DCID: 4`.
fn ids(message: &str) -> Vec<(&str, u32)> {
    let words: Vec<&str> = message.split(' ').collect();
    words
        .windows(2)
        .filter_map(|pair| {
            let kind = pair[0].trim_matches(['(', ':']);
            let number = pair[1].trim_end_matches([')', ':', ',']).parse().ok()?;
            (["ICID", "MID", "DCID"].contains(&kind) && number != 0).then_some((kind, number))
        })
        .collect()
}

#[test]
fn the_built_in_scenario_parses() {
    assert_eq!(Scenario::built_in().appliance.domain, "example.com");
}

#[test]
fn an_unknown_key_is_refused_by_name() {
    let text = include_str!("../../assets/demo.toml").replace("greylists =", "greylist =");
    assert!(
        Scenario::parse(&text)
            .unwrap_err()
            .to_string()
            .contains("greylist")
    );
}

#[test]
fn a_seed_tells_the_whole_day() {
    assert_eq!(play(7, HOUR), play(7, HOUR));
    assert_ne!(play(7, 60.0), play(8, 60.0));
}

#[test]
fn the_steps_of_the_clock_do_not_matter() {
    let mut simulation = Simulation::new(Scenario::built_in(), 7, start());
    let mut out = Vec::new();
    for step in 1..=2400 {
        simulation.advance(f64::from(step) * 0.25, &mut out);
    }
    assert_eq!(String::from_utf8(out).unwrap(), play(7, 600.0));
}

#[test]
fn the_file_begins_as_on_the_appliance_and_keeps_time_order() {
    let log = play(1, HOUR);
    let head: Vec<&str> = messages(&log).take(3).collect();
    assert_eq!(head[0], "Begin Logfile");
    assert!(
        head[1].starts_with("Version: ") && head[1].contains(" SN: "),
        "{}",
        head[1]
    );
    assert_eq!(head[2], "Time offset from UTC: 0 seconds");
    let times: Vec<NaiveDateTime> = log.lines().map(|line| unframed(line).0).collect();
    assert_eq!(times[0], start());
    assert!(times.is_sorted());
    assert!(log.ends_with('\n'));
}

#[test]
fn every_id_is_opened_once_and_is_silent_after_its_end() {
    let log = play(2, 2.0 * HOUR);
    let mut is_open: HashMap<(&str, u32), bool> = HashMap::new();
    for message in messages(&log) {
        let named = ids(message);
        let opens = message.starts_with("New SMTP ") || message.starts_with("Start MID ");
        if opens {
            let made_for_bounce = message.ends_with(" ICID 0");
            let before = is_open.insert(named[0], true);
            assert!(
                before.is_none() || made_for_bounce,
                "opened twice: {message}"
            );
        } else if message.contains(" was generated for bounce of ") {
            assert!(
                is_open.insert(named[0], true).is_none(),
                "opened twice: {message}"
            );
        }
        for id in &named {
            assert_eq!(is_open.get(id), Some(&true), "{message}");
        }
        let ends = message.ends_with(" close")
            || message.starts_with("Message finished ")
            || message.starts_with("Connection Error: ");
        if ends {
            is_open.insert(named[0], false);
        }
    }
}

/// RIDs that are still to be settled, by MID.
#[derive(Default)]
struct Recipients(BTreeMap<u32, Vec<Option<&'static str>>>);

impl Recipients {
    fn settle(&mut self, mid: u32, rid: usize, message: &str) {
        let state = self.0.get_mut(&mid).and_then(|rids| rids.get_mut(rid));
        let state = state.unwrap_or_else(|| panic!("no such recipient: {message}"));
        assert!(
            state.replace("settled").is_none(),
            "settled twice: {message}"
        );
    }
}

fn rid_list(message: &str) -> Vec<usize> {
    let list = message
        .split_once("RID [")
        .unwrap()
        .1
        .split_once(']')
        .unwrap()
        .0;
    list.split(", ").map(|rid| rid.parse().unwrap()).collect()
}

#[test]
fn a_message_is_finished_when_its_last_recipient_is_settled() {
    let log = play(3, 2.0 * HOUR);
    let mut recipients = Recipients::default();
    let mut finished = 0;
    for message in messages(&log) {
        let mid = ids(message)
            .iter()
            .find(|(kind, _)| *kind == "MID")
            .map(|id| id.1);
        let Some(mid) = mid else { continue };
        if message.starts_with("Start MID") {
            recipients.0.insert(mid, Vec::new());
        } else if let Some((_, rest)) = message
            .split_once(" To: <")
            .filter(|_| message.starts_with("MID "))
        {
            if !rest.contains(" Rejected by ") {
                let rids = recipients.0.get_mut(&mid).unwrap();
                assert!(
                    message.contains(&format!(" RID {} To: ", rids.len())),
                    "{message}"
                );
                rids.push(None);
            }
        } else if message.starts_with("Message done ") {
            for rid in rid_list(message) {
                recipients.settle(mid, rid, message);
            }
        } else if message.starts_with("Bounced: ") {
            let rid = message
                .split_once(" RID ")
                .unwrap()
                .1
                .split(' ')
                .next()
                .unwrap();
            recipients.settle(mid, rid.parse().unwrap(), message);
        } else if message.starts_with("Message aborted ") {
            recipients.0.insert(mid, Vec::new());
        } else if message.starts_with("Message finished ") {
            let rids = recipients.0.remove(&mid).unwrap();
            assert!(rids.iter().all(Option::is_some), "unsettled: {message}");
            finished += 1;
        }
    }
    assert!(
        finished > 1000 && recipients.0.len() < 80,
        "{finished} finished, {} open",
        recipients.0.len()
    );
}

#[test]
fn greylisted_mail_is_delivered_later() {
    let log = play(4, HOUR);
    let delayed: Vec<u32> = messages(&log)
        .filter(|m| m.contains("Greylisted"))
        .map(|m| ids(m)[1].1)
        .collect();
    let first = delayed.first().unwrap();
    assert_eq!(
        count(&log, &format!("Message finished MID {first} done")),
        1
    );
    assert_eq!(count(&log, &format!("Bounced: DCID 0 MID {first} ")), 0);
}

#[test]
fn the_spray_comes_from_one_net_tries_many_users_and_never_succeeds() {
    let log = play(5, 2.2 * HOUR);
    let mut from: HashMap<u32, &str> = HashMap::new();
    let mut users: BTreeMap<&str, usize> = BTreeMap::new();
    for message in messages(&log) {
        let icid = ids(message).first().map_or(0, |id| id.1);
        if let Some((_, rest)) = message
            .split_once(" address ")
            .filter(|_| message.contains("interface Submission"))
        {
            from.insert(icid, rest.split(' ').next().unwrap());
        }
        let Some((verdict, rest)) = message.split_once(" for user: ") else {
            continue;
        };
        if from[&icid].starts_with("203.0.113.") || from[&icid].starts_with("198.19.") {
            assert!(verdict.ends_with("failed"), "{message}");
            *users.entry(rest.split(' ').next().unwrap()).or_default() += 1;
        }
    }
    assert!(users.len() >= 20, "{users:?}");
    assert!(users.values().sum::<usize>() >= 100, "{users:?}");
}

#[test]
fn the_typist_fails_often_and_gets_in_at_last() {
    let log = play(6, 3.25 * HOUR);
    let tries: Vec<&str> = messages(&log)
        .filter(|m| m.contains(" for user: k.weber@example.com "))
        .collect();
    assert!(tries.len() >= 10, "{tries:?}");
    let (last, before) = tries.split_last().unwrap();
    assert!(last.contains(" succeeded "), "{last}");
    assert!(before.iter().all(|m| m.contains(" failed ")), "{before:?}");
}

/// For each login at the relay: the minute and whether it succeeded.
fn relay_logins(log: &str) -> Vec<(i64, bool)> {
    log.lines()
        .map(unframed)
        .filter(|(_, message)| message.contains("using the profile OutboundAuthentication "))
        .map(|(at, message)| {
            (
                (at - start()).num_minutes(),
                message.ends_with(" succeeded."),
            )
        })
        .collect()
}

#[test]
fn a_minute_after_the_hour_the_relay_refuses_the_password() {
    let log = play(7, 2.0 * HOUR);
    let logins = relay_logins(&log);
    for &(minute, is_good) in &logins {
        let is_outage = (61..106).contains(&minute);
        assert!(
            is_good != is_outage || [61, 106].contains(&minute),
            "{logins:?}"
        );
    }
    let refused = logins.iter().filter(|login| !login.1).count();
    assert!(refused >= 100, "{refused} refusals in 45 minutes");

    let sign = "SMTP authentication using the profile OutboundAuthentication failed: \
                ('535', ['5.7.8 Error: authentication failed: authentication failure'])";
    let failed = messages(&log).find(|m| m.ends_with(sign)).unwrap();
    let dcid = ids(failed)[0].1;
    let bounced = messages(&log)
        .find(|m| m.starts_with(&format!("Bounced: DCID {dcid} MID ")))
        .unwrap();
    assert!(
        bounced.contains("response: 5.1.0 - Unknown address error ('554', ['5.7.1 <"),
        "{bounced}"
    );
    assert!(bounced.ends_with(">: Relay access denied'])"), "{bounced}");

    let mid = ids(bounced)[1].1;
    let told = messages(&log)
        .find(|m| m.ends_with(&format!(" was generated for bounce of MID {mid}")))
        .unwrap();
    let bounce = ids(told)[0].1;
    let sender = bounced
        .split_once("From: ")
        .unwrap()
        .1
        .split(' ')
        .next()
        .unwrap();
    for line in [
        format!("Start MID {bounce} ICID 0"),
        format!("MID {bounce} ICID 0 From: <>"),
        format!("MID {bounce} ICID 0 RID 0 To: {sender}"),
        format!("MID {bounce} queued for delivery"),
        format!("Message finished MID {bounce} done"),
        format!("Message finished MID {mid} done"),
    ] {
        assert!(messages(&log).any(|m| m == line), "{line}");
    }
}

#[test]
fn the_live_log_has_a_readable_pace() {
    let log = play(8, 2.0 * HOUR);
    let live = log.lines().count() - play(8, HOUR).lines().count();
    assert!((3.0..10.0).contains(&(live as f64 / HOUR)), "{live} lines");
    let times: Vec<NaiveDateTime> = log.lines().map(|line| unframed(line).0).collect();
    let quiet = times
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .max()
        .unwrap();
    assert!(quiet.num_seconds() <= 20, "{quiet} of silence");
}

#[test]
fn all_names_and_addresses_are_kept_free_for_documentation() {
    let log = play(9, HOUR);
    let address = regex::Regex::new(r"\b\d+\.\d+\.\d+\.\d+\b").unwrap();
    for found in address.find_iter(&log) {
        let free = [
            "192.0.2.",
            "198.51.100.",
            "203.0.113.",
            "10.",
            "198.18.",
            "198.19.",
        ];
        assert!(
            free.iter().any(|net| found.as_str().starts_with(net)),
            "{}",
            found.as_str()
        );
    }
    let domain = regex::Regex::new(r"@([\w.-]+)").unwrap();
    for found in domain.captures_iter(&log) {
        let free = ["example.com", "example.net", "example.org", ".example"];
        assert!(
            free.iter().any(|end| found[1].ends_with(end)),
            "{}",
            &found[1]
        );
    }
}

#[test]
fn the_simulated_outage_is_a_file_that_goes_with_its_folder() {
    let (folder, path) = simulated_outage().unwrap();
    assert_eq!(path, folder.path().join("mail.current"));
    assert!(std::fs::read_to_string(&path).unwrap().lines().count() > 15_000);
    drop(folder);
    assert!(!path.exists());
}

fn length(path: &Path) -> u64 {
    path.metadata().unwrap().len()
}

#[test]
fn the_live_log_grows_and_goes_with_its_folder() {
    let demo = LiveDemo::start().unwrap();
    let (folder, path) = (
        demo.path().parent().unwrap().to_owned(),
        demo.path().to_owned(),
    );
    assert!(path.starts_with(&folder));
    let past = length(&path);
    assert!(past > 1_000_000, "{past} bytes of the past hour");
    let limit = Instant::now() + Duration::from_secs(120);
    while length(&path) == past {
        assert!(Instant::now() < limit, "nothing was written");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(std::fs::read(&path).unwrap().ends_with(b"\n"));
    drop(demo);
    assert!(!folder.exists());
}

#[test]
fn a_log_of_a_given_size_is_whole_lines_of_the_same_bytes() {
    let write = |seed, bytes| {
        let mut log = Vec::new();
        write_log(seed, bytes, &mut log).unwrap();
        log
    };
    let log = write(3, 1_000_000);
    assert!((999_000..=1_000_000).contains(&log.len()), "{}", log.len());
    assert!(log.ends_with(b"\n"));
    assert!(write(3, 1_000_000) == log, "the same seed, other bytes");
    assert!(write(4, 1_000_000) != log, "another seed, the same bytes");
    // A longer log begins with the shorter one.
    assert!(write(3, 2_000_000).starts_with(&log));
    assert!(write(3, 0).is_empty() && write(3, 10).is_empty());
}
