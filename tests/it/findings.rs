//! Findings and thresholds as data: what a log must yield, and the value at which it no longer does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::run::Place;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    fragments: BTreeMap<String, String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    log: Vec<Block>,
    #[serde(default)]
    finding: Vec<Expected>,
    #[serde(default)]
    thresholds: Vec<Threshold>,
}

/// Lines that are written several times; see tests/cases/findings.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    #[serde(default = "current")]
    file: String,
    at: String,
    #[serde(default = "one")]
    times: u32,
    #[serde(default)]
    every: u32,
    #[serde(default)]
    n: u32,
    #[serde(default)]
    ip: String,
    #[serde(default)]
    user: String,
    /// Instead of `user`: so many users in turn.
    users: Option<u32>,
    lines: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    kind: String,
    severity: String,
    since: String,
    until: Option<String>,
    subject: String,
    /// Not compared if absent, as is the evidence.
    summary: Option<String>,
    /// ICIDs or DCIDs.
    evidence: Option<Vec<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Threshold {
    key: String,
    found: u64,
    missed: u64,
}

fn current() -> String {
    "mail.current".to_owned()
}

fn one() -> u32 {
    1
}

fn seconds(clock: &str) -> u32 {
    clock
        .split(':')
        .fold(0, |sum, part| sum * 60 + part.parse::<u32>().unwrap())
}

impl Block {
    /// The lines with their times in seconds.
    fn lines(&self, fragments: &BTreeMap<String, String>) -> Vec<(u32, String)> {
        let mut text = self.lines.clone();
        // Fragments may contain fragments.
        for _ in 0..3 {
            for (name, lines) in fragments {
                text = text.replace(&format!("${name}"), lines.trim_start());
            }
        }
        let repetition = |number: u32| {
            let user = match self.users {
                Some(users) => format!("user{}", number % users),
                None => self.user.clone(),
            };
            let text = text
                .replace("$n", &(self.n + number).to_string())
                .replace("$ip", &self.ip)
                .replace("$user", &user);
            assert!(!text.contains('$'), "{text}");
            let at = seconds(&self.at) + number * self.every;
            let lines = text.lines().map(|line| (at, line.to_owned()));
            lines.collect::<Vec<_>>()
        };
        (0..self.times).flat_map(repetition).collect()
    }
}

fn logs(case: &Case, fragments: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, Vec<(u32, String)>> = BTreeMap::new();
    for block in &case.log {
        let lines = files.entry(block.file.clone()).or_default();
        lines.extend(block.lines(fragments));
    }
    let text = |mut lines: Vec<(u32, String)>| {
        lines.sort_by_key(|(at, _)| *at);
        let line = |(at, line): &(u32, String)| {
            let (hour, minute, second) = (at / 3600, at / 60 % 60, at % 60);
            format!("Mon Mar  2 {hour:02}:{minute:02}:{second:02} 2026 Info: {line}\n")
        };
        lines.iter().map(line).collect()
    };
    files
        .into_iter()
        .map(|(name, lines)| (name, text(lines)))
        .collect()
}

fn findings(place: &Place, paths: &[PathBuf], config: &str) -> Vec<Value> {
    let config = place.write("config.toml", config);
    let mut words = vec!["--config", config.to_str().unwrap()];
    words.splice(0..0, ["query", "--view", "findings", "--format", "json"]);
    words.push("");
    words.extend(paths.iter().map(|path| path.to_str().unwrap()));
    let said = place.run(&words);
    assert!(said.err.is_empty(), "{}", said.err);
    let lines = said.out.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The finding, without what the case leaves open.
fn compared(finding: &Value, expected: Option<&Expected>) -> Value {
    let clock = |time: &Value| time.as_str().map(|time| time[11..].to_owned());
    let mut value = json!({
        "kind": finding["kind"],
        "severity": finding["severity"],
        "since": clock(&finding["since"]),
        "until": clock(&finding["until"]),
        "subject": finding["subject"],
    });
    if expected.is_none_or(|expected| expected.summary.is_some()) {
        value["summary"] = finding["summary"].clone();
    }
    if expected.is_some_and(|expected| expected.evidence.is_some()) {
        let evidence = finding["evidence"].as_array().unwrap().iter();
        let ids = evidence.map(|one| one["icid"].as_u64().or(one["dcid"].as_u64()));
        value["evidence"] = json!(ids.collect::<Vec<_>>());
    }
    value
}

fn wanted(expected: &Expected) -> Value {
    let mut value = json!({
        "kind": expected.kind,
        "severity": expected.severity,
        "since": expected.since,
        "until": expected.until,
        "subject": expected.subject,
    });
    if let Some(summary) = &expected.summary {
        value["summary"] = json!(summary);
    }
    if let Some(evidence) = &expected.evidence {
        value["evidence"] = json!(evidence);
    }
    value
}

fn cases() -> Cases {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/findings.toml");
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn each_log_yields_exactly_its_findings() {
    let Cases { fragments, case } = cases();
    for case in case {
        let place = Place::new();
        let paths = write(&place, &logs(&case, &fragments));
        let found = findings(&place, &paths, "");
        let found: Vec<Value> = found
            .iter()
            .enumerate()
            .map(|(at, finding)| compared(finding, case.finding.get(at)))
            .collect();
        let expected: Vec<Value> = case.finding.iter().map(wanted).collect();
        assert_eq!(json!(found), json!(expected), "{}", case.name);
    }
}

#[test]
fn each_threshold_decides_at_its_value() {
    let Cases { fragments, case } = cases();
    let mut tested: Vec<String> = Vec::new();
    for case in case {
        let place = Place::new();
        let paths = write(&place, &logs(&case, &fragments));
        for Threshold { key, found, missed } in &case.thresholds {
            let kinds = |value: &u64| {
                let found = findings(&place, &paths, &format!("[triage]\n{key} = {value}\n"));
                let kinds = found.iter().map(|one| one["kind"].as_str().unwrap().into());
                kinds.collect::<Vec<String>>()
            };
            let kind = &case.finding[0].kind;
            let name = format!("{}: {key}", case.name);
            assert!(kinds(found).contains(kind), "{name} = {found}");
            assert!(!kinds(missed).contains(kind), "{name} = {missed}");
            tested.push(key.clone());
        }
    }
    let config = Place::new().run(&["config", "--default"]).out;
    let section = config.split("[triage]").nth(1).unwrap();
    let section = section.split("\n[").next().unwrap();
    let keys = section.lines().filter_map(|line| line.split_once(" = "));
    for (key, _) in keys {
        assert!(tested.iter().any(|one| one == key), "{key} is not tested");
    }
}

fn write(place: &Place, logs: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let write = |(name, text): (&String, &String)| {
        if let Some((folder, _)) = name.split_once('/') {
            std::fs::create_dir_all(place.path(folder)).unwrap();
        }
        place.write(name, text)
    };
    logs.iter().map(write).collect()
}
