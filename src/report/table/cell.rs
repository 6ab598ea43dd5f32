//! What people read in a table's cells.

use std::str::FromStr;

use chrono::NaiveDateTime;
use serde_json::{Map, Value};

use crate::humanize;
use crate::report::csv;
use crate::report::view::Cell;
use crate::safe;

/// A value as it is, on one line.
pub(super) fn value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => safe::text(text).into_owned(),
        Value::Array(items)
            if items
                .iter()
                .all(|item| item.is_string() || item.is_number()) =>
        {
            items.iter().map(self::value).collect::<Vec<_>>().join(", ")
        }
        other => csv::cell(other),
    }
}

fn of(record: &Map<String, Value>, key: &str) -> String {
    record.get(key).map(value).unwrap_or_default()
}

/// What people read in a cell.
pub(super) fn render(cell: Cell, record: &Map<String, Value>) -> String {
    match cell {
        Cell::Key(key) => of(record, key),
        Cell::Time(key) => of(record, key).replacen('T', " ", 1),
        Cell::Connection => match (of(record, "icid"), of(record, "dcid")) {
            (icid, _) if !icid.is_empty() => format!("ICID {icid}"),
            (_, dcid) if !dcid.is_empty() => format!("DCID {dcid}"),
            _ => String::new(),
        },
        Cell::Route => {
            let (ip, port) = (of(record, "remote_ip"), of(record, "remote_port"));
            humanize::endpoint(&ip, port.parse().ok())
        }
        Cell::Policy => policy(record),
        Cell::Tls => tls(record),
        Cell::Logins => logins(record),
        Cell::Recipients => recipients(record),
        Cell::Message => of(record, super::super::event::BODY),
        Cell::Cost => cost(record),
        Cell::Rate => rate(record),
        Cell::Age => age(record).unwrap_or_default(),
        Cell::Direction => match of(record, "direction").as_str() {
            "inbound" => "in".to_owned(),
            _ => "out".to_owned(),
        },
        Cell::Result => attempts(record)
            .last()
            .map(|last| of(last, "result"))
            .unwrap_or_default(),
        Cell::Who => who(record),
        Cell::Failed => failed(record),
        Cell::Reason => reason(record),
        Cell::Group => {
            let keys = ["profile", "domain", "remote_ip"];
            keys.iter()
                .map(|key| of(record, key))
                .find(|key| !key.is_empty())
                .unwrap_or_else(|| "–".to_owned())
        }
    }
}

/// `12 of 40`
fn failed(record: &Map<String, Value>) -> String {
    match failures(record) {
        Some(failed) => format!("{failed} of {}", of(record, "connections")),
        None => String::new(),
    }
}

/// `30 %`
fn rate(record: &Map<String, Value>) -> String {
    let all = record.get("connections").and_then(Value::as_u64);
    match (failures(record), all) {
        (Some(failed), Some(all)) if all > 0 => format!("{} %", failed * 100 / all),
        _ => String::new(),
    }
}

fn failures(record: &Map<String, Value>) -> Option<u64> {
    let outcomes = record.get("outcomes")?.as_object()?;
    let keys = ["auth_failed", "tls_failed", "connection_error", "rejected"];
    let counts = keys.iter().filter_map(|key| outcomes.get(*key)?.as_u64());
    Some(counts.sum())
}

/// `12 bounced, 3 waiting`
fn cost(record: &Map<String, Value>) -> String {
    let affected = record.get("recipients_affected").and_then(Value::as_object);
    let counts = affected.into_iter().flatten();
    let counts = counts.filter_map(|(key, count)| Some((key, count.as_u64().filter(|n| *n > 0)?)));
    let told: Vec<String> = counts
        .map(|(key, count)| format!("{count} {}", key.replace('_', " ")))
        .collect();
    told.join(", ")
}

/// `412 × 535 5.7.8 Error: authentication failed`
fn reason(record: &Map<String, Value>) -> String {
    let reasons = record.get("reasons").and_then(Value::as_array);
    let Some(Value::Object(first)) = reasons.and_then(|reasons| reasons.first()) else {
        return String::new();
    };
    let said = format!("{} {}", of(first, "code"), of(first, "detail"));
    let said = if said.trim().is_empty() {
        of(first, "outcome")
    } else {
        said.trim().to_owned()
    };
    format!("{} × {said}", of(first, "count"))
}

fn policy(record: &Map<String, Value>) -> String {
    let Some(Value::Object(policy)) = record.get("policy") else {
        return String::new();
    };
    format!(
        "{} {} {}",
        of(record, "interface"),
        of(policy, "action"),
        of(policy, "sender_group")
    )
    .trim()
    .to_owned()
}

fn tls(record: &Map<String, Value>) -> String {
    let Some(Value::Object(tls)) = record.get("tls") else {
        return String::new();
    };
    let protocol = of(tls, "protocol");
    if of(tls, "result") == "failed" || protocol.is_empty() {
        of(tls, "result")
    } else {
        protocol
    }
}

fn attempts(record: &Map<String, Value>) -> Vec<&Map<String, Value>> {
    let attempts = record.get("auth").and_then(Value::as_array);
    let attempts = attempts.into_iter().flatten();
    attempts.filter_map(Value::as_object).collect()
}

/// The user of an attempt, or its profile.
fn whose(attempt: &Map<String, Value>) -> String {
    let key = if attempt.contains_key("user") {
        "user"
    } else {
        "profile"
    };
    of(attempt, key)
}

/// The last attempt's result, who it was, and how often it was tried.
fn logins(record: &Map<String, Value>) -> String {
    let attempts = attempts(record);
    let Some(last) = attempts.last() else {
        return String::new();
    };
    let times = if attempts.len() > 1 {
        format!(" ({} attempts)", attempts.len())
    } else {
        String::new()
    };
    format!("{} {}{times}", of(last, "result"), whose(last))
}

/// One user or profile, or how many there were; without a login the connection's error.
fn who(record: &Map<String, Value>) -> String {
    let mut all: Vec<String> = attempts(record).into_iter().map(whose).collect();
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] => of(record, "error"),
        [one] => one.clone(),
        more => format!("{} users", more.len()),
    }
}

/// How long a connection lasted; nothing while it is open.
fn age(record: &Map<String, Value>) -> Option<String> {
    let time = |key: &str| NaiveDateTime::from_str(record.get(key)?.as_str()?).ok();
    let lasted = time("closed")?.signed_duration_since(time("opened")?);
    Some(humanize::duration(lasted.num_seconds()))
}

fn recipients(record: &Map<String, Value>) -> String {
    if let Some(Value::Array(recipients)) = record.get("recipients") {
        let first = recipients
            .first()
            .and_then(Value::as_object)
            .map(|first| of(first, "to"))
            .unwrap_or_default();
        return match recipients.len() {
            0 | 1 => first,
            more => format!("{first} and {} more", more - 1),
        };
    }
    let many = |key: &str| record.get(key).and_then(Value::as_array).map(Vec::len);
    match (
        many("messages"),
        record.get("deliveries").and_then(Value::as_array),
    ) {
        (Some(count), _) => count.to_string(),
        (None, Some(deliveries)) => delivery_results(deliveries),
        _ => String::new(),
    }
}

/// `12 delivered, 1 bounced`
fn delivery_results(deliveries: &[Value]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for delivery in deliveries.iter().filter_map(Value::as_object) {
        let result = of(delivery, "result");
        match counts.iter_mut().find(|(word, _)| *word == result) {
            Some((_, count)) => *count += 1,
            None => counts.push((result, 1)),
        }
    }
    counts
        .iter()
        .map(|(word, count)| format!("{count} {word}"))
        .collect::<Vec<_>>()
        .join(", ")
}
