//! Tables, JSON, CSV and raw lines.

use std::io::{Seek, SeekFrom};

use crate::run::{Place, tac};

fn tac_path() -> String {
    tac().to_str().unwrap().to_owned()
}

#[test]
fn a_table_for_people() {
    let said = Place::new().run(&["query", "dir:out", &tac_path()]);
    assert_eq!(said.status, 0);
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("OPENED"), "{}", said.out);
    for word in [
        "2009-04-22 11:19:39",
        "DCID 5640",
        "172.16.155.102:25",
        "failed OutboundAuthentication",
        "1 bounced",
    ] {
        assert!(lines[2].contains(word), "{word} in {}", said.out);
    }
}

#[test]
fn fields_limit_and_count() {
    let place = Place::new();
    let json = place.run(&[
        "query",
        "dir:in",
        &tac_path(),
        "--format",
        "json",
        "--fields",
        "icid,end,dcid",
    ]);
    assert_eq!(
        json.out,
        "{\"icid\":450,\"end\":\"close\",\"dcid\":null}\n{\"icid\":451,\"end\":\"close\",\"dcid\":null}\n"
    );
    let csv = place.run(&[
        "query",
        "dir:in",
        &tac_path(),
        "--format",
        "csv",
        "--fields",
        "icid,end",
        "--limit",
        "1",
    ]);
    assert_eq!(csv.out, "icid,end\n450,close\n");
    let count = place.run(&["query", "auth:failed", &tac_path(), "--count"]);
    assert_eq!((count.out.as_str(), count.status), ("2\n", 0));
    let none = place.run(&["query", "icid:1", &tac_path(), "--count"]);
    assert_eq!((none.out.as_str(), none.status), ("0\n", 1));
}

#[test]
fn the_raw_lines_of_matching_records_in_the_order_of_the_log() {
    let said = Place::new().run(&["query", "auth:failed", &tac_path(), "--format", "log"]);
    let text = std::fs::read_to_string(tac()).unwrap();
    let wanted: String = text
        .lines()
        .filter(|line| line.contains("5640") || line.contains("451"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(said.out, wanted);
}

#[test]
fn nothing_of_a_strangers_text_reaches_a_terminal_or_a_spreadsheet() {
    let place = Place::new();
    let evil = "=cmd\u{1b}]0;X\u{7}\u{202e}\u{200b}\u{9b}31m";
    place.write("mail.current", format!("\
Mon Mar  2 08:00:00 2026 Info: SMTP Auth: (ICID 9) failed for user: {evil} using AUTH mechanism: PLAIN with profile: P
"));
    for format in ["table", "json", "csv"] {
        for view in ["connections", "auth", "users", "events"] {
            let said = place.run(&[
                "query",
                "",
                "mail.current",
                "--view",
                view,
                "--format",
                format,
            ]);
            assert_eq!(said.status, 0, "{}", said.err);
            for bad in ['\u{1b}', '\u{7}', '\u{202e}', '\u{200b}', '\u{9b}'] {
                assert!(!said.out.contains(bad), "{view} {format}: {bad:?}");
            }
        }
    }
    let csv = place.run(&[
        "query",
        "",
        "mail.current",
        "--view",
        "users",
        "--format",
        "csv",
        "--fields",
        "user",
    ]);
    assert!(
        csv.out.lines().nth(1).unwrap().starts_with("'=cmd"),
        "{}",
        csv.out
    );
    let summary = place.run(&["mail.current"]);
    assert!(
        summary.out.contains("=cmd") && !summary.out.contains('\u{1b}'),
        "{}",
        summary.out
    );
}

#[test]
fn standard_input_and_pipes() {
    let place = Place::new();
    let log = std::fs::read(tac()).unwrap();
    let said = place.pipe(
        &[
            "query",
            "user:ironport auth:failed",
            "-",
            "--fields",
            "icid",
            "--format",
            "csv",
        ],
        &log,
    );
    assert_eq!(said.out, "icid\n451\n");
    let said = place.pipe(&["query", "icid:451", "--format", "log"], &log);
    assert_eq!(
        said.out.lines().count(),
        4,
        "raw lines of a pipe are shown again: {}",
        said.err
    );
}

#[test]
fn a_file_on_standard_input_is_read_from_where_it_stands() {
    let place = Place::new();
    let log = std::fs::read_to_string(tac()).unwrap();
    let before = "something else stands here, and is read by somebody else\n";
    place.write("mail.log", before.to_owned() + &log);
    let mut input = std::fs::File::open(place.path("mail.log")).unwrap();
    input.seek(SeekFrom::Start(before.len() as u64)).unwrap();
    let mut command = place.command();
    command.args(["query", "icid:451", "-", "--format", "log"]);
    let redirected = command.stdin(input).output().unwrap();
    let piped = place.pipe(
        &["query", "icid:451", "-", "--format", "log"],
        log.as_bytes(),
    );
    assert_eq!(piped.out.lines().count(), 4, "{}", piped.err);
    assert_eq!(String::from_utf8_lossy(&redirected.stdout), piped.out);
}

#[test]
fn a_summary_where_nobody_looks_at_a_terminal() {
    let place = Place::new();
    let said = place.run(&[&tac_path()]);
    assert_eq!(said.status, 0);
    for word in [
        "ROUTES       0 with an incident, 1 healthy",
        "· healthy    OutboundAuthentication the newest connection failed: 535 5.7.8 Error: authentication",
        "ironport",
    ] {
        assert!(said.out.contains(word), "{word} in\n{}", said.out);
    }
    let demo = place.run(&["demo"]);
    assert_eq!(demo.status, 0, "{}", demo.err);
    assert!(
        demo.out.contains("failing") && demo.out.contains("OutboundAuthentication"),
        "{}",
        demo.out
    );
    assert!(!demo.out.contains("no known shape"), "{}", demo.out);
}

#[test]
fn a_csv_file_has_every_key_that_a_record_has() {
    let place = Place::new();
    for view in [
        "connections",
        "messages",
        "auth",
        "deliveries",
        "users",
        "profiles",
    ] {
        let csv = place.run(&["query", "", &tac_path(), "--view", view, "--format", "csv"]);
        let header: Vec<&str> = csv.out.lines().next().unwrap().split(',').collect();
        for record in place.records("", view, &tac()) {
            for key in record.as_object().unwrap().keys() {
                assert!(header.contains(&key.as_str()), "{view}: {key}");
            }
        }
    }
}

#[test]
fn colour_where_it_is_asked_for_and_nowhere_else() {
    let place = Place::new();
    let table = |when: &str| {
        place
            .run(&["query", "", &tac_path(), "--view", "auth", "--color", when])
            .out
    };
    assert!(
        table("always").contains("\u{1b}[31mfailed"),
        "{}",
        table("always")
    );
    assert!(!table("auto").contains('\u{1b}') && !table("never").contains('\u{1b}'));
}
