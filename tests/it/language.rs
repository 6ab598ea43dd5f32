//! Every shape of line, in every dress it arrives in.

use std::path::Path;

use serde_json::{Map, Value};

use crate::run::Place;

/// Keys that every entry has, besides the fields that its line carries.
const FRAME: [&str; 12] = [
    "appliance",
    "time",
    "level",
    "event",
    "icid",
    "dcid",
    "mid",
    "rid",
    "file",
    "line",
    "text",
    "cut",
];

/// A line behind its frame, and what it is to be read as.
struct Case {
    line: String,
    event: String,
    ids: Map<String, Value>,
    fields: Map<String, Value>,
}

fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/events.toml");
    let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let text = |case: &toml::Value, key: &str| case[key].as_str().unwrap().to_owned();
    let json = |value: Option<&toml::Value>| {
        value.map_or(Value::Null, |value| serde_json::to_value(value).unwrap())
    };
    let mut cases = Vec::new();
    for case in table["case"].as_array().unwrap() {
        let ids = ["icid", "dcid", "mid", "rid"];
        cases.push(Case {
            line: text(case, "line"),
            event: text(case, "event"),
            ids: ids
                .map(|id| (id.to_owned(), json(case.get(id))))
                .into_iter()
                .collect(),
            fields: match json(case.get("fields")) {
                Value::Object(fields) => fields,
                _ => Map::new(),
            },
        });
    }
    cases
}

#[test]
fn every_line_of_the_catalogue_is_read_with_its_ids_and_fields() {
    let (place, cases) = (Place::new(), cases());
    let log: String = cases
        .iter()
        .map(|case| format!("Mon Mar  2 08:00:00 2026 Info: {}\n", case.line))
        .collect();
    let events = place.records("", "events", &place.write("mail.current", log));
    assert_eq!(events.len(), cases.len());
    for (case, event) in cases.iter().zip(&events) {
        let (line, event) = (&case.line, event.as_object().unwrap());
        assert_eq!(event["event"], case.event.as_str(), "{line}");
        for (id, wanted) in &case.ids {
            assert_eq!(&event[id], wanted, "{id} of {line}");
        }
        let fields: Map<String, Value> = event
            .iter()
            .filter(|(key, _)| !FRAME.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        assert_eq!(fields, case.fields, "{line}");
    }
}

#[test]
fn every_kind_has_a_case() {
    let cases = cases();
    for kind in mailscope::testing::event_names() {
        let told = cases.iter().any(|case| case.event == kind);
        // The log's level or the name of the log tells these apart, not their words.
        let framed = ["debug.note", "foreign.error", "foreign.other"].contains(&kind);
        assert!(told || framed, "{kind}");
    }
}

#[test]
fn the_same_line_in_every_dress() {
    let frames = [
        "Mon Mar  2 08:00:00 2026 Info: ",
        "Mon Mar 2 08:00:00 2026 Info: ",
        "Mar  2 08:00:00 esa01 mail_logs: Info: ",
        "<166>Mar  2 08:00:00 mail_logs: Info: ",
        "<94>Mar  2 08:00:00 esa01 SplunkMailSyslog: Info: ",
        "Mar  2 08:00:00 2026 esa01 syslog_mail: Info: ",
        "2026 Mar  2 08:00:00 esa01 mail_logs: Info: ",
        "2026-03-02T08:00:00.5+01:00 esa01 mail_logs: Info: ",
        "<166>1 2026-03-02T08:00:00Z esa01 mail_logs 7 - - Info: ",
        "<111>Aug 10 12:00:00 relay ESA: Mon Mar  2 08:00:00 2026 Info: ",
        "<111>Aug 10 12:00:00 relay ESA: Mar  2 08:00:00  192.0.2.1 MAIL_Audit: Info: ",
        "<111>Aug 10 12:00:00 relay ESA: Mar  2 08:00:00 2026 esa01 mail_logs: Info: ",
    ];
    let line = "SMTP Auth: (ICID 450) failed for user: alice using AUTH mechanism: PLAIN with profile: Staff";
    for frame in frames {
        let place = Place::new();
        let log = place.write("mail.current", format!("{frame}{line}\r\n"));
        let events = place.records("", "events", &log);
        assert_eq!(events[0]["event"], "auth.failed", "{frame}");
        assert_eq!(events[0]["time"], "2026-03-02T08:00:00", "{frame}");
        let connections = place.records("user:alice auth:failed", "connections", &log);
        assert_eq!(connections.len(), 1, "{frame}");
    }
    // Pasted from a page or a note: without a time, or without anything.
    for frame in ["Info: ", ""] {
        let place = Place::new();
        let log = place.write("mail.current", format!("{frame}{line}\n"));
        assert_eq!(place.records("", "events", &log)[0]["time"], Value::Null);
        assert_eq!(place.records("icid:450", "connections", &log).len(), 1);
    }
}
