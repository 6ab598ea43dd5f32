//! The steps of traces as data: see tests/cases/trace.toml.

use serde::Deserialize;
use serde_json::Value;

use crate::run::Place;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The ID on the command line.
    trace: String,
    log: String,
    /// Kind and text.
    steps: Vec<(String, String)>,
}

#[test]
fn each_step_has_its_kind_and_text() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/trace.toml");
    let cases: Cases = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for case in cases.case {
        let place = Place::new();
        let dated = |line: &str| {
            let (time, text) = line.split_once(' ').unwrap();
            format!("Mon Mar  2 {time} 2026 Info: {text}\n")
        };
        let log: String = case.log.trim().lines().map(dated).collect();
        place.write("mail.current", log);
        let said = place.run(&["trace", &case.trace, "mail.current", "--format", "json"]);
        assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", case.name);
        let trace: Value = serde_json::from_str(&said.out).unwrap();
        let steps = trace["steps"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let steps: Vec<(String, String)> = steps
            .map(|step| (text(&step["kind"]), text(&step["text"])))
            .collect();
        assert_eq!(steps, case.steps, "{}", case.name);
    }
}
