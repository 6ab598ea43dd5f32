//! Tables in terminals of any width, and their columns.

use super::*;
use crate::present::tests::{LOG, load};
use crate::report::record::ConnectionRecord;

/// What is printed in a terminal of that width, and what is left out.
fn printed(fields: &Fields, width: Option<usize>) -> (Vec<String>, Vec<String>) {
    let mut out = Vec::new();
    let style = TableStyle {
        width,
        color: ColorMode::Plain,
    };
    let mut table = TablePrinter::new(&mut out, View::Connections, fields, style);
    let index = load(LOG);
    let connection = index.connections().next().unwrap();
    table.record(&ConnectionRecord(connection)).unwrap();
    table.flush().unwrap();
    let left_out = table.hidden_columns();
    drop(table);
    let text = String::from_utf8(out).unwrap();
    (text.lines().map(str::to_owned).collect(), left_out)
}

#[test]
fn a_table_fits_the_terminal_and_knows_what_it_left_out() {
    let (lines, left_out) = printed(&Fields::default(), None);
    assert!(left_out.is_empty());
    assert!(lines[0].ends_with("MESSAGES  ERROR"), "{lines:?}");
    for width in [20, 60, 80, 100, 120] {
        let (lines, left_out) = printed(&Fields::default(), Some(width));
        assert!(lines.iter().all(|line| line.width() <= width), "{lines:?}");
        let shown = lines[0].to_lowercase();
        for column in View::Connections.columns(&[]) {
            let title = column.title;
            assert_ne!(
                shown.split("  ").any(|cell| cell.trim() == title),
                left_out.iter().any(|left| left == title),
                "{title} at {width}"
            );
        }
    }
    let asked = Fields::new(vec!["opened".into(), "interface".into(), "end".into()]);
    assert_eq!(printed(&asked, Some(32)).1, ["end"]);
    // The login stays when much else has no room.
    assert_eq!(
        printed(&Fields::default(), Some(80)).1,
        ["group", "tls", "error"]
    );
}

#[test]
fn an_ipv6_address_is_printed_as_it_is_dialled() {
    let (lines, _) = printed(&Fields::default(), None);
    assert!(lines[1].contains("  2001:db8::7  "), "{lines:?}");
    assert!(lines[1].contains("Submission RELAY STAFF"), "{lines:?}");
    assert!(lines[1].contains("succeeded ann (2 attempts)"), "{lines:?}");
}

#[test]
fn the_columns_of_the_configuration_are_those_of_the_interface() {
    let names = [
        "opened", "age", "dir", "id", "host", "login", "user", "msgs", "end",
    ];
    let fields = Fields::default().or_columns(names.map(str::to_owned).to_vec());
    let cells = |line: &str| -> Vec<String> {
        let cells = line.split("  ").map(str::trim);
        cells
            .filter(|cell| !cell.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let (lines, _) = printed(&fields, None);
    assert_eq!(cells(&lines[0]).join(" "), names.join(" ").to_uppercase());
    assert_eq!(
        cells(&lines[1]),
        [
            "2026-03-02 08:00:00",
            "1 min 5 s",
            "in",
            "ICID 450",
            "pc.example.net",
            "succeeded",
            "ann",
            "2",
            "close"
        ]
    );
    // Keys that are asked for go first.
    let asked = Fields::new(vec!["icid".into()]).or_columns(vec!["age".into()]);
    assert_eq!(printed(&asked, None).0, ["ICID", "450"]);
}

#[test]
fn every_view_has_the_columns_that_it_prints() {
    for view in View::ALL.into_iter().chain([View::RouteGroups]) {
        let titles: Vec<&str> = view.columns(&[]).iter().map(|one| one.title).collect();
        assert!(titles.len() >= 4, "{titles:?}");
        assert_eq!(view.columns(&["no-such-column".into()]).len(), titles.len());
    }
    let names = View::Deliveries.columns(&[]).len();
    assert_eq!(names, View::Deliveries.columns(&["dir".into()]).len());
}
