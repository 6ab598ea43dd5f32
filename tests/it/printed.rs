//! What the commands print, word for word, kept as files in `tests/snapshots/printed/`.
//!
//! A change of a column, a word or a width shows in the review of those files.

use std::path::Path;

use crate::run::{Place, tac};

/// Name of the snapshot, and the command. `LOG` stands for `tests/logs/morning.log`, `TAC` for Cisco's sample,
/// `OUTAGE` for a morning of `report`.
const CASES: &[(&str, &[&str])] = &[
    ("help", &["--help"]),
    ("help-query", &["query", "--help"]),
    ("help-trace", &["trace", "--help"]),
    ("help-routes", &["routes", "--help"]),
    ("help-queue", &["queue", "--help"]),
    ("help-check", &["check", "--help"]),
    ("help-demo", &["demo", "--help"]),
    ("config-default", &["config", "--default"]),
    ("summary", &["LOG"]),
    ("summary-tac", &["TAC"]),
    ("summary-outage", &["OUTAGE"]),
    ("connections", &["query", "", "LOG"]),
    ("connections-csv", &["query", "", "LOG", "--format", "csv"]),
    (
        "connections-json",
        &["query", "", "LOG", "--format", "json"],
    ),
    (
        "connections-log",
        &["query", "auth:failed", "LOG", "--format", "log"],
    ),
    ("messages", &["query", "", "LOG", "--view", "messages"]),
    (
        "messages-json",
        &["query", "", "LOG", "--view", "messages", "--format", "json"],
    ),
    ("auth", &["query", "", "LOG", "--view", "auth"]),
    ("deliveries", &["query", "", "LOG", "--view", "deliveries"]),
    ("users", &["query", "", "LOG", "--view", "users"]),
    ("profiles", &["query", "", "LOG", "--view", "profiles"]),
    (
        "events",
        &["query", "", "LOG", "--view", "events", "--limit", "40"],
    ),
    (
        "events-json",
        &["query", "", "LOG", "--view", "events", "--format", "json"],
    ),
    ("findings", &["query", "", "OUTAGE", "--view", "findings"]),
    (
        "findings-json",
        &[
            "query", "", "OUTAGE", "--view", "findings", "--format", "json",
        ],
    ),
    ("queue", &["queue", "LOG"]),
    ("queue-latency", &["queue", "LOG", "--latency"]),
    ("count", &["query", "dir:out", "LOG", "--count"]),
    (
        "fields",
        &["query", "dir:in", "LOG", "--fields", "icid,remote_ip,auth"],
    ),
    ("routes", &["routes", "LOG"]),
    ("routes-json", &["routes", "LOG", "--format", "json"]),
    ("routes-by-profile", &["routes", "LOG", "--by", "profile"]),
    ("routes-by-domain", &["routes", "LOG", "--by", "domain"]),
    ("routes-by-host", &["routes", "LOG", "--by", "host"]),
    ("routes-check", &["routes", "LOG", "--check"]),
    ("check", &["check", "LOG"]),
    ("hosts", &["query", "", "LOG", "--view", "hosts"]),
    ("routes-check-critical", &["routes", "OUTAGE", "--check"]),
    ("routes-explain", &["routes", "OUTAGE", "--explain", "Out"]),
    ("routes-report", &["routes", "OUTAGE", "--report"]),
    ("trace-message", &["trace", "mid:52001", "LOG"]),
    ("trace-bounced", &["trace", "mid:52003", "LOG"]),
    ("trace-inbound", &["trace", "icid:8102", "LOG"]),
    ("trace-outbound", &["trace", "dcid:9304", "LOG"]),
    (
        "trace-json",
        &["trace", "mid:448", "TAC", "--format", "json"],
    ),
    (
        "trace-msgid",
        &["trace", "<ack-114@supplier.example>", "LOG"],
    ),
    ("error-field", &["query", "usr:x", "LOG"]),
    ("error-value", &["query", "auth:fialed", "LOG"]),
    ("error-paren", &["query", "(user:a OR auth:failed", "LOG"]),
    ("error-time", &["query", "since:noon", "LOG"]),
    ("error-number", &["query", "icid:abc", "LOG"]),
    ("error-id", &["trace", "448", "LOG"]),
    ("error-no-file", &["query", "", "no-such.log"]),
    ("error-no-path", &["query", ""]),
    (
        "error-column",
        &["query", "", "LOG", "--fields", "icid,colour"],
    ),
    ("error-view", &["query", "", "LOG", "--view", "conections"]),
    ("nothing", &["query", "user:nobody-of-that-name", "LOG"]),
];

#[test]
fn commands_print_what_their_snapshots_hold() {
    let place = Place::new();
    let morning = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/logs/morning.log");
    place.write("morning.log", std::fs::read(morning).unwrap());
    place.write("tac.log", std::fs::read(tac()).unwrap());
    place.write("outage.log", crate::report::morning());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/printed");
    let bless = std::env::var_os("MAILSCOPE_BLESS").is_some();
    let mut differing = Vec::new();
    for (name, words) in CASES {
        let words: Vec<&str> = (words.iter())
            .map(|word| match *word {
                "LOG" => "morning.log",
                "TAC" => "tac.log",
                "OUTAGE" => "outage.log",
                word => word,
            })
            .collect();
        let mut command = place.command();
        command.env("COLUMNS", "120").args(&words);
        let output = crate::run::said(&command.output().unwrap());
        let printed = format!(
            "$ mailscope {}\n{}{}[status {}]\n",
            shown(&words),
            output.out,
            output.err,
            output.status
        );
        let file = folder.join(format!("{name}.txt"));
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        if printed == expected {
            continue;
        }
        if bless {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &printed).unwrap();
        } else {
            let line = (printed.lines().zip(expected.lines()))
                .position(|(now, then)| now != then)
                .unwrap_or_else(|| printed.lines().count().min(expected.lines().count()));
            let of = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
            differing.push(format!(
                "{name}, line {}:\n  was {}\n  is  {}",
                line + 1,
                of(&expected),
                of(&printed)
            ));
        }
    }
    assert!(
        differing.is_empty(),
        "If the change is intended, run MAILSCOPE_BLESS=1 cargo test --test it printed, and review \
         `git diff tests/snapshots/printed`.\n{}",
        differing.join("\n")
    );
}

/// The words as a shell takes them.
fn shown(words: &[&str]) -> String {
    let quoted: Vec<String> = (words.iter())
        .map(|word| {
            let is_plain = |c: char| c.is_alphanumeric() || "-_.,:/".contains(c);
            if !word.is_empty() && word.chars().all(is_plain) {
                (*word).to_owned()
            } else {
                format!("'{word}'")
            }
        })
        .collect();
    quoted.join(" ")
}
