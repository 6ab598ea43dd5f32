//! `assets/schema.json` says what the JSON looks like: every record of every view is held against it.

use std::path::Path;

use serde_json::{Value, json};

use crate::run::{Place, tac};

/// The definition of that name as a schema of its own.
fn validator(schema: &Value, name: &str) -> jsonschema::Validator {
    let mut of_view = schema.clone();
    of_view["anyOf"] = json!([{ "$ref": format!("#/$defs/{name}") }]);
    jsonschema::validator_for(&of_view).unwrap()
}

#[test]
fn records_of_every_view_and_stories_are_as_the_schema_says() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(manifest.join("assets/schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let cases = std::fs::read_to_string(manifest.join("tests/cases/query.toml")).unwrap();
    let cases: toml::Table = toml::from_str(&cases).unwrap();
    let place = Place::new();
    let path = place.write("mail.current", cases["log"].as_str().unwrap());
    for path in [path, tac()] {
        for view in [
            "connections",
            "messages",
            "auth",
            "deliveries",
            "users",
            "profiles",
            "queue",
            "routes",
            "hosts",
            "events",
        ] {
            let validator = validator(&schema, view);
            let records = place.records("", view, &path);
            // Nothing waits in the sample.
            assert!(
                !records.is_empty() || view == "queue" && path == tac(),
                "{view}"
            );
            for record in records {
                let wrong = validator
                    .validate(&record)
                    .map_err(|error| error.to_string());
                assert_eq!(wrong, Ok(()), "{view}: {record}");
            }
        }
        let latency = place.run(&[
            "queue",
            path.to_str().unwrap(),
            "--latency",
            "--format",
            "json",
        ]);
        for row in latency.out.lines() {
            let row: Value = serde_json::from_str(row).unwrap();
            assert!(validator(&schema, "latency").is_valid(&row), "{row}");
        }
        let mid = place.records("", "messages", &path)[0]["mid"].to_string();
        let id = format!("mid:{mid}");
        let said = place.run(&["trace", &id, path.to_str().unwrap(), "--format", "json"]);
        let story: Value = serde_json::from_str(&said.out).unwrap();
        assert!(validator(&schema, "trace").is_valid(&story), "{story}");
    }
    // Findings need a day; the demo simulates an hour of one with an outage.
    let demo = place.path("demo.log");
    let words = ["demo", "--bytes", "3M", "--write", demo.to_str().unwrap()];
    assert_eq!(place.run(&words).status, 0);
    for view in ["findings", "routes", "hosts"] {
        let validator = validator(&schema, view);
        let records = place.records("", view, &demo);
        assert!(!records.is_empty(), "{view}");
        for record in records {
            let wrong = validator
                .validate(&record)
                .map_err(|error| error.to_string());
            assert_eq!(wrong, Ok(()), "{view}: {record}");
        }
    }
    // It would notice.
    let odd = json!({"user": "ann", "succeeded": -1});
    assert!(!validator(&schema, "users").is_valid(&odd));
}
