//! Findings and thresholds as data: what a log yields, and from which value on it does not.

use std::collections::BTreeMap;

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
    host: Option<String>,
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

fn one() -> u32 {
    1
}

fn seconds(clock: &str) -> u32 {
    clock
        .split(':')
        .fold(0, |sum, part| sum * 60 + part.parse::<u32>().unwrap())
}

impl Block {
    /// The lines with their times.
    fn lines(&self, fragments: &BTreeMap<String, String>) -> Vec<(u32, String)> {
        let mut text = self.lines.clone();
        // Fragments may contain fragments.
        for _ in 0..3 {
            for (name, lines) in fragments {
                text = text.replace(&format!("${name}"), lines.trim_start());
            }
        }
        let repetition = |number: u32| {
            let text = text
                .replace("$n", &(self.n + number).to_string())
                .replace("$ip", &self.ip)
                .replace("$user", &self.user);
            assert!(!text.contains('$'), "{text}");
            let at = seconds(&self.at) + number * self.every;
            let clock = format!("{:02}:{:02}:{:02}", at / 3600, at / 60 % 60, at % 60);
            let header = match &self.host {
                Some(host) => format!("Mar  2 {clock} {host} mail_logs: Info:"),
                None => format!("Mon Mar  2 {clock} 2026 Info:"),
            };
            let lines = text.lines().map(|line| (at, format!("{header} {line}\n")));
            lines.collect::<Vec<_>>()
        };
        (0..self.times).flat_map(repetition).collect()
    }
}

/// The log of a case in a place of its own.
fn written(case: &Case, fragments: &BTreeMap<String, String>) -> Place {
    let blocks = case.log.iter();
    let mut lines: Vec<(u32, String)> = blocks.flat_map(|block| block.lines(fragments)).collect();
    lines.sort_by_key(|(at, _)| *at);
    let log: String = lines.into_iter().map(|(_, line)| line).collect();
    let place = Place::new();
    place.write("mail.current", log);
    place
}

fn findings(place: &Place, config: &str) -> Vec<Value> {
    place.write("config.toml", config);
    let options = ["--view", "findings", "--format", "json", "--year", "2026"];
    let words = ["query", "", "mail.current", "--config", "config.toml"];
    let said = place.run(&[&words[..], &options[..]].concat());
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
        let place = written(&case, &fragments);
        let found = findings(&place, "");
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
        let place = written(&case, &fragments);
        for Threshold { key, found, missed } in &case.thresholds {
            let kinds = |value: &u64| {
                let found = findings(&place, &format!("[triage]\n{key} = {value}\n"));
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
