//! Queries as data: what each finds, or how it is refused.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::run::Place;

#[derive(Deserialize)]
struct Cases<C> {
    #[serde(default)]
    log: String,
    case: Vec<C>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Finds {
    query: String,
    #[serde(default = "connections")]
    view: String,
    found: Vec<Id>,
}

/// `in 7`, `out 9`, or a MID.
#[derive(Deserialize, PartialEq, Debug)]
#[serde(untagged)]
enum Id {
    Connection(String),
    Message(u64),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    query: String,
    refused: String,
    caret: String,
}

fn connections() -> String {
    "connections".to_owned()
}

fn cases<C: for<'d> Deserialize<'d>>(name: &str) -> Cases<C> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cases")
        .join(name);
    toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn id(record: &Value) -> Id {
    match record["direction"].as_str() {
        Some("inbound") => Id::Connection(format!("in {}", record["icid"])),
        Some(_) => Id::Connection(format!("out {}", record["dcid"])),
        None => Id::Message(record["mid"].as_u64().unwrap()),
    }
}

#[test]
fn queries_find_what_the_cases_say_and_so_do_their_normal_forms() {
    let cases: Cases<Finds> = cases("query.toml");
    assert!(cases.case.len() >= 150);
    let place = Place::new();
    let path = place.write("mail.current", &cases.log);
    for case in cases.case {
        let normal = mailscope::testing::normal_form(&case.query).unwrap();
        for query in [&case.query, &normal] {
            // A query may begin with a minus, which an option does too.
            let said = place.run(&[
                "query",
                "--view",
                &case.view,
                "--format",
                "json",
                "--",
                query,
                path.to_str().unwrap(),
            ]);
            assert_eq!(said.err, "", "{query}");
            let found: Vec<Id> = said
                .out
                .lines()
                .map(|line| id(&serde_json::from_str(line).unwrap()))
                .collect();
            assert_eq!(found, case.found, "{query} ({})", case.view);
            assert_eq!(said.status, i32::from(found.is_empty()), "{query}");
        }
    }
}

#[test]
fn queries_that_cannot_be_read_are_refused_with_a_caret_and_what_was_expected() {
    let cases: Cases<Refused> = cases("refused.toml");
    let place = Place::new();
    place.write(
        "mail.current",
        "Mon Mar  2 08:00:00 2026 Info: ICID 7 close\n",
    );
    for case in cases.case {
        let said = place.run(&["query", "--", &case.query, "mail.current"]);
        assert_eq!((said.status, said.out.as_str()), (2, ""), "{}", case.query);
        let wanted = format!(
            "mailscope: {}\n  {}\n  {}\n",
            case.refused, case.query, case.caret
        );
        assert_eq!(said.err, wanted, "{}", case.query);
    }
}
