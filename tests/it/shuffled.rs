//! A syslog relay shuffles the lines of one second: the records stay the same.

use std::path::Path;

use serde_json::Value;

use crate::run::Place;

/// Some minutes of the simulated appliance.
fn log() -> Vec<String> {
    let bytes = mailscope::testing::simulated_log(7, 2_500_000);
    String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Puts the lines of each second in another order.
fn shuffle(lines: &[String], seed: u64) -> Vec<String> {
    let mut state = seed;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut shuffled: Vec<(&str, u64, &String)> = lines
        .iter()
        .map(|line| (&line[..24], random(), line))
        .collect();
    // The head of a file is written before anything is sent anywhere.
    for (at, line) in shuffled.iter_mut().take(3).enumerate() {
        line.1 = at as u64;
    }
    shuffled.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    shuffled
        .into_iter()
        .map(|(_, _, line)| line.clone())
        .collect()
}

/// What does not follow the order of lines: within a second, lists stand in the order of the log.
fn settled(mut records: Vec<Value>) -> Vec<String> {
    for record in &mut records {
        for key in ["auth", "deliveries", "messages", "children"] {
            if let Some(Value::Array(items)) = record.get_mut(key) {
                items.sort_by_key(ToString::to_string);
            }
        }
    }
    let mut records: Vec<String> = records.iter().map(ToString::to_string).collect();
    records.sort();
    records
}

fn records(place: &Place, view: &str, path: &Path) -> Vec<String> {
    settled(place.records("", view, path))
}

#[test]
fn the_order_of_lines_within_a_second_changes_nothing() {
    let place = Place::new();
    let lines = log();
    let plain = place.write("plain", lines.join("\n") + "\n");
    let (connections, messages) = (
        records(&place, "connections", &plain),
        records(&place, "messages", &plain),
    );
    assert!(connections.len() > 1000, "{}", connections.len());
    for seed in 1..4 {
        let other = place.write("shuffled", shuffle(&lines, seed).join("\n") + "\n");
        let seen = records(&place, "connections", &other);
        assert_eq!(seen.len(), connections.len());
        for (seen, wanted) in seen.iter().zip(&connections) {
            assert_eq!(seen, wanted, "seed {seed}");
        }
        for (seen, wanted) in records(&place, "messages", &other).iter().zip(&messages) {
            assert_eq!(seen, wanted, "seed {seed}");
        }
    }
}
