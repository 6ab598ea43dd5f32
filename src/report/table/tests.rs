use serde_json::{Map, Value, json};

use super::*;

struct Of(Value);

impl Record for Of {
    fn json(&self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn map(&self) -> Map<String, Value> {
        self.0.as_object().cloned().unwrap_or_default()
    }
}

fn connection() -> Of {
    Of(json!({
        "direction": "inbound", "icid": 450, "opened": "2026-03-02T08:00:00", "closed": "2026-03-02T08:01:05",
        "end": "close", "interface": "Submission", "remote_ip": "198.51.100.7", "remote_host": "pc.example.net",
        "policy": {"action": "RELAY", "sender_group": "STAFF"}, "tls": null, "messages": [1, 2], "error": null,
        "auth": [{"result": "failed", "user": "ann"}, {"result": "succeeded", "user": "ann"}],
    }))
}

/// What is printed in a terminal of that width, and what is left out.
fn printed(fields: &Fields, width: Option<usize>) -> (Vec<String>, Vec<String>) {
    let mut out = Vec::new();
    let style = TableStyle {
        width,
        color: ColorMode::Plain,
    };
    let mut table = Table::new(&mut out, View::Connections, fields, style);
    table.record(&connection()).unwrap();
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
        for (title, _) in View::Connections.columns() {
            assert_ne!(
                shown.split("  ").any(|cell| cell.trim() == *title),
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
