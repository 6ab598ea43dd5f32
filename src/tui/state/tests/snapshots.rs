//! Every view and page as it is drawn, text and styles, kept as files in `tests/snapshots/`.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{Local, TimeZone};
use ratatui::style::Style;

use super::*;
use crate::source::{Notice, NoticeKind, Noticed};

/// The sizes that a terminal has by default and full-screen.
const SIZES: [(u16, u16); 2] = [(80, 24), (200, 50)];

/// A case of Cisco's support, then a log with failing, degraded and healthy routes.
const TAC: &str = include_str!("../../../../tests/logs/tac_118570_smtp_auth.log");

/// What is snapshot: the file's name, the log and the keys pressed.
const CASES: &[(&str, LogName, &str)] = &[
    ("connections", LogName::Outages, "1"),
    ("connections-selected", LogName::Outages, "1jjlll"),
    ("connections-marked", LogName::Outages, "1jmjmk"),
    ("connections-sorted", LogName::Outages, "1sS"),
    ("connections-filtered", LogName::Outages, "/auth:failed\n"),
    ("connections-no-match", LogName::Outages, "/user:nosuch\n"),
    ("connections-tac", LogName::Tac, "1"),
    ("connections-paused", LogName::Outages, "1 "),
    ("messages", LogName::Outages, "2"),
    ("users", LogName::Outages, "3"),
    ("routes", LogName::Outages, "4"),
    ("routes-tac", LogName::Tac, "4"),
    ("routes-by-profile", LogName::Outages, "4b"),
    ("routes-by-domain", LogName::Outages, "4bb"),
    ("findings", LogName::Outages, "5"),
    ("findings-tac", LogName::Tac, "5"),
    ("log", LogName::Outages, "6"),
    ("log-searched", LogName::Outages, "6/Relay\n"),
    ("log-scrolled", LogName::Outages, "6gjjll"),
    ("sources", LogName::Outages, "7"),
    ("page-inbound", LogName::Outages, "/icid:451\n\n"),
    ("page-inbound-message", LogName::Outages, "/icid:447\n\n"),
    ("page-outbound", LogName::Outages, "/dcid:5640\n\n"),
    ("page-message", LogName::Outages, "2/mid:448\n\n"),
    ("page-route", LogName::Outages, "4\n"),
    ("page-route-scrolled", LogName::Outages, "4\nG"),
    ("page-route-little", LogName::Tac, "4\n"),
    ("page-host", LogName::Outages, "4bbb\n"),
    ("page-failed-connections", LogName::Outages, "4c"),
    ("page-group", LogName::Outages, "4b\n"),
    ("routes-by-host", LogName::Outages, "4bbb"),
    ("routes-tail", LogName::Tail, "4"),
    ("routes-tail-unfolded", LogName::Tail, "4G\n"),
    ("findings-tail", LogName::Tail, "5j"),
    ("page-finding", LogName::Tail, "5j\n"),
    ("page-affected-messages", LogName::Outages, "4\nm"),
    ("page-nested", LogName::Outages, "4\nm\n"),
    ("help", LogName::Outages, "?"),
    ("help-route", LogName::Outages, "4\n?"),
    ("prompt-filter", LogName::Outages, "/us"),
    ("prompt-filter-completed", LogName::Outages, "/user:\t"),
    ("prompt-filter-wrong", LogName::Outages, "/auth:fialed"),
    ("prompt-search", LogName::Outages, "6/"),
    ("prompt-search-wrong", LogName::Outages, "6/(\n"),
    ("prompt-time", LogName::Outages, "t"),
    ("prompt-time-wrong", LogName::Outages, "tnoon\n"),
    ("prompt-command", LogName::Outages, ":"),
    ("prompt-command-wrong", LogName::Outages, ":nosuch\n"),
    ("time-cursor", LogName::Outages, "Th"),
    ("time-cursor-among", LogName::Outages, "/auth:failed\nTh"),
    ("notice-no-mark", LogName::Outages, "1'"),
    ("notice-cleared", LogName::Outages, "/auth:failed\n\u{1b}"),
];

#[derive(Clone, Copy)]
enum LogName {
    Outages,
    /// With destinations that never answered.
    Tail,
    Tac,
}

#[test]
fn every_view_and_page_is_drawn_as_in_its_snapshot() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let bless = std::env::var_os("MAILSCOPE_BLESS").is_some();
    let mut differing = Vec::new();
    for (name, log, keys) in CASES {
        let drawn = SIZES.map(|size| drawn(*log, keys, size)).join("\n");
        let file = folder.join(format!("{name}.txt"));
        let expected = std::fs::read_to_string(&file).unwrap_or_default();
        if drawn == expected {
            continue;
        }
        if bless {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&file, &drawn).unwrap();
        } else {
            differing.push(format!("{name}: {}", first_difference(&expected, &drawn)));
        }
    }
    assert!(
        differing.is_empty(),
        "{} of {} snapshots differ. If that is intended, rewrite them with\n    \
         MAILSCOPE_BLESS=1 cargo test --lib snapshot\nand review `git diff tests/snapshots`.\n\n{}",
        differing.len(),
        CASES.len(),
        differing.join("\n")
    );
}

/// The screen after these keys: its text, then a letter for the style of each cell, then what the letters mean.
fn drawn(log: LogName, keys: &str, (width, height): (u16, u16)) -> String {
    let log = match log {
        LogName::Outages => routes::outages(),
        LogName::Tail => routes::dead(12),
        LogName::Tac => TAC.to_owned(),
    };
    let mut desk = Harness::new(&log, width, height);
    for c in keys.chars() {
        desk.key(match c {
            '\n' => KeyCode::Enter,
            '\t' => KeyCode::Tab,
            '\u{1b}' => KeyCode::Esc,
            c => KeyCode::Char(c),
        });
    }
    desk.pause();
    let list = fixed_sources(&desk);
    desk.does(Action::Files(list));
    desk.app.refresh(&desk.index, desk.now);
    let buffer = desk.buffer();
    let mut styles = vec![String::new()];
    let mut letters = String::new();
    for row in buffer.content.chunks(usize::from(width)) {
        let letter = |cell: &Cell| {
            let style = described(cell.style());
            let at = styles.iter().position(|known| *known == style);
            let at = at.unwrap_or_else(|| {
                styles.push(style);
                styles.len() - 1
            });
            char::from(b".abcdefghijklmnopqrstuvwxyz"[at])
        };
        let row: String = row.iter().map(letter).collect();
        letters += row.trim_end_matches('.');
        letters.push('\n');
    }
    let mut drawn = format!("{width} x {height}\n{}\n{letters}", desk.screen());
    for (letter, style) in ('a'..).zip(styles.iter().skip(1)) {
        let _ = writeln!(drawn, "{letter} {style}");
    }
    drawn
}

fn described(style: Style) -> String {
    let mut words: Vec<String> = style
        .add_modifier
        .iter_names()
        .map(|(name, _)| name.to_lowercase())
        .collect();
    let colours = [("", style.fg), ("on ", style.bg)];
    let colours = colours.into_iter().filter_map(|(on, colour)| {
        let colour = colour.filter(|colour| *colour != Colour::Reset)?;
        Some(format!("{on}{colour}").to_lowercase())
    });
    words.extend(colours);
    words.join(" ")
}

/// The log's file under a fixed path, with a notice of a fixed time.
fn fixed_sources(desk: &Harness) -> SourceList {
    let mut list = SourceList::of(&desk.sources, &desk.parse_status);
    let path = Path::new("/var/log/esa/mail.current");
    let notice = Notice::new(NoticeKind::Truncated, path, "");
    for status in &mut list.statuses {
        path.clone_into(&mut status.path);
        status.notice = Some(notice.clone());
    }
    let at = Local.with_ymd_and_hms(2009, 4, 22, 11, 40, 2).unwrap();
    list.notices.push(Noticed {
        at: at.into(),
        source: Some(SourceId::new(0)),
        notice,
    });
    list
}

/// The first line in which two texts differ.
fn first_difference(expected: &str, drawn: &str) -> String {
    let (mut old, mut new) = (expected.lines(), drawn.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (old.next(), new.next()) {
            (Some(old), Some(new)) if old == new => {}
            (None, None) => return String::new(),
            (old, new) => {
                let (old, new) = (old.unwrap_or("(end)"), new.unwrap_or("(end)"));
                return format!("line {number}\n    - {old}\n    + {new}");
            }
        }
    }
}
