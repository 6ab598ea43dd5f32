//! `--keep` and `--max-memory`: what is old and closed goes, what is open stays, and it is said.

use std::fmt::Write;

use serde_json::Value;

use crate::run::Place;

/// A connection each minute from 08:00 on, each with a message that is delivered; the first one stays open.
fn log(minutes: u32) -> String {
    let mut log = String::new();
    for n in 0..minutes {
        let (icid, dcid, mid) = (n + 1, n + 501, n + 901);
        let time = format!("Mon Mar  2 {:02}:{:02}:00 2026 Info:", 8 + n / 60, n % 60);
        let _ = write!(
            log,
            "{time} New SMTP ICID {icid} interface A (192.0.2.1) address 10.0.0.{n} reverse dns host unknown verified no\n\
             {time} Start MID {mid} ICID {icid}\n\
             {time} MID {mid} ICID {icid} From: <a{n}@s.example>\n\
             {time} MID {mid} ICID {icid} RID 0 To: <b{n}@d.example>\n\
             {time} New SMTP DCID {dcid} interface 192.0.2.1 address 198.51.100.7 port 25\n\
             {time} Message done DCID {dcid} MID {mid} to RID [0]\n\
             {time} Message finished MID {mid} done\n\
             {time} DCID {dcid} close\n"
        );
        if n > 0 {
            let _ = writeln!(log, "{time} ICID {icid} close");
        }
    }
    log
}

#[test]
fn what_ended_too_long_ago_goes_and_what_is_open_stays() {
    let place = Place::new();
    place.write("mail.log", log(90));
    let said = place.run(&[
        "query", "dir:in", "mail.log", "--keep", "30m", "--fields", "icid", "--format", "json",
    ]);
    let icids: Vec<u64> = said
        .out
        .lines()
        .map(|line| {
            serde_json::from_str::<Value>(line).unwrap()["icid"]
                .as_u64()
                .unwrap()
        })
        .collect();
    // The newest entry is of 09:29: what ended at 08:59 or later is kept, and the first, which is open.
    assert_eq!(icids, [vec![1], (60..=90).collect()].concat());
    let told: Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(
        (
            told["notice"].as_str(),
            told["connections"].as_u64(),
            told["messages"].as_u64()
        ),
        (Some("retired"), Some(58 + 58), Some(58))
    );
    // Its message stays with it, and what delivered that.
    let said = place.run(&["query", "mid:901", "mail.log", "--keep", "30m", "--count"]);
    assert_eq!(said.out, "2\n");
    let said = place.run(&[
        "query", "", "mail.log", "--keep", "30m", "--view", "messages", "--count",
    ]);
    assert_eq!(said.out, "32\n");
    assert_eq!(
        said.err,
        "mailscope: 116 connections and 58 messages retired (--keep, --max-memory)\n"
    );
}

#[test]
fn without_old_records_nothing_is_said() {
    let place = Place::new();
    place.write("mail.log", log(30));
    for words in [
        ["--keep", "1h"],
        ["--max-memory", "64MiB"],
        ["--keep", "off"],
    ] {
        let said = place.run(&[&["query", "", "mail.log", "--count"], &words[..]].concat());
        assert_eq!(
            (said.out.as_str(), said.err.as_str()),
            ("60\n", ""),
            "{words:?}"
        );
    }
}

#[test]
fn the_summary_says_what_went() {
    let place = Place::new();
    place.write("mail.log", log(90));
    let said = place.run(&["mail.log", "--keep", "30m"]);
    assert!(
        said.out
            .contains("\nretired      116 connections, 58 messages"),
        "{}",
        said.out
    );
    // Entries are counted since the start.
    assert!(
        said.out.starts_with("log          809 entries"),
        "{}",
        said.out
    );
}

#[test]
fn that_open_records_take_more_than_they_may_is_said_once() {
    let place = Place::new();
    let mut log = String::new();
    for n in 1..=80_000 {
        let (hour, minute, second) = (n / 3600, n / 60 % 60, n % 60);
        let time = format!("Mon Mar  2 {hour:02}:{minute:02}:{second:02} 2026 Info:");
        let _ = writeln!(
            log,
            "{time} New SMTP ICID {n} interface A (192.0.2.1) address 10.0.{}.{} reverse dns h{n}.example verified yes",
            n >> 8,
            n & 255
        );
    }
    place.write("mail.log", log);
    let said = place.run(&["query", "", "mail.log", "--max-memory", "8M", "--count"]);
    assert_eq!((said.out.as_str(), said.status), ("80000\n", 0));
    assert_eq!(said.err.lines().count(), 1, "{}", said.err);
    assert!(
        said.err.contains("mail.log: open records alone take "),
        "{}",
        said.err
    );
}

#[test]
fn limits_that_mean_nothing_are_refused_in_one_line() {
    let place = Place::new();
    place.write("mail.log", log(3));
    for (words, hint) in [
        (["--keep", "soon"], "--keep: a duration (seconds, or"),
        (["--keep", "0"], "--keep: at least a second is expected"),
        (["--max-memory", "much"], "--max-memory: a size (bytes, or"),
        (
            ["--max-memory", "1k"],
            "--max-memory: at least 8M are expected",
        ),
    ] {
        for command in [
            &["query", "", "mail.log"][..],
            &["mail.log"],
            &["routes", "mail.log"],
        ] {
            let said = place.run(&[command, &words[..]].concat());
            assert_eq!((said.status, said.out.as_str()), (2, ""), "{}", said.err);
            assert!(
                said.err.lines().count() == 1 && said.err.contains(hint),
                "{}",
                said.err
            );
        }
    }
}
