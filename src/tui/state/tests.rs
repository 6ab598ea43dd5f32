//! Keys are pressed on the state, and what a reader would see is looked for.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::style::{Color as Colour, Modifier};

mod dress;
mod filter;
mod harness;
mod routes;
mod snapshots;
mod sources;
mod swap_index;
mod time_cursor;

use super::source_list::SourceList;
use super::triage_state::TriageJob;
use super::*;
use crate::config::Color;
use crate::event::Entry;
use crate::header::{HeaderParser, YearResolver};
use crate::index::TrackClosed;
use crate::pipeline::{ParseStatus, ReadProgress};
use crate::position::{Position, SourceId};
use crate::query::{Query, TextMatches};
use crate::search::{self, SearchProgress};
use crate::source::Sources;
use crate::tui::theme::{Palette, Symbols, Theme};
use crate::tui::views;
use harness::{Harness, desk};

const LOG: &str = "\
Wed Apr 22 11:06:20 2009 Info: New SMTP DCID 5633 interface 172.16.155.16 address 172.16.155.102 port 25
Wed Apr 22 11:06:20 2009 Info: DCID: 5633 IP: 172.16.155.102 SMTP authentication using the profile OutboundAuthentication succeeded.
Wed Apr 22 11:06:21 2009 Info: Delivery start DCID 5633 MID 441 to RID [0]
Wed Apr 22 11:06:22 2009 Info: Message done DCID 5633 MID 441 to RID [0]
Wed Apr 22 11:06:25 2009 Info: DCID 5633 close
Wed Apr 22 11:18:02 2009 Info: New SMTP ICID 447 interface Submission (172.16.155.16) address 172.16.2.9 reverse dns host billing01.corp.example verified yes
Wed Apr 22 11:18:03 2009 Info: Start MID 448 ICID 447
Wed Apr 22 11:18:03 2009 Info: MID 448 ICID 447 From: <billing@corp.example>
Wed Apr 22 11:18:03 2009 Info: MID 448 ICID 447 RID 0 To: <postmaster@example.com>
Wed Apr 22 11:18:04 2009 Info: MID 448 Subject 'Invoice'
Wed Apr 22 11:18:05 2009 Info: ICID 447 close
Wed Apr 22 11:19:39 2009 Info: New SMTP DCID 5640 interface 172.16.155.16 address 172.16.155.102 port 25
Wed Apr 22 11:19:41 2009 Info: DCID: 5640 IP: 172.16.155.102 SMTP authentication using the profile OutboundAuthentication failed: ('535', ['5.7.8 Error: authentication failed: authentication failure'])
Wed Apr 22 11:19:41 2009 Info: Delivery start DCID 5640 MID 448 to RID [0]
Wed Apr 22 11:19:41 2009 Info: Bounced: DCID 5640 MID 448 to RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 <postmaster@example.com>: Relay access denied'])
Wed Apr 22 11:19:46 2009 Info: DCID 5640 close
Wed Apr 22 11:43:59 2009 Info: New SMTP ICID 450 interface IncomingMail (172.16.155.16) address 172.16.155.102 reverse dns host unknown verified no
Wed Apr 22 11:43:59 2009 Info: ICID 450 ACCEPT SG None match ALL SBRS None
Wed Apr 22 11:44:48 2009 Info: SMTP Auth: (ICID 450) succeeded for user: ironport using AUTH mechanism: PLAIN with profile: IncomingAuthentication
Wed Apr 22 11:46:14 2009 Info: ICID 450 close
Wed Apr 22 11:47:30 2009 Info: New SMTP ICID 451 interface mail (172.16.155.16) address 172.16.155.102 reverse dns host unknown verified no
Wed Apr 22 11:47:30 2009 Info: ICID 451 ACCEPT SG None match ALL SBRS None
Wed Apr 22 11:47:47 2009 Info: SMTP Auth: (ICID 451) failed for user: ironport using AUTH mechanism: PLAIN with profile: IncomingAuthentication
";

#[test]
fn it_opens_on_the_newest_connections_with_open_ones_first() {
    let mut desk = desk();
    let screen = desk.screen();
    for word in [
        "mail.current",
        "● following",
        "ICID 451",
        "ICID 450",
        "DCID 5640",
        "DCID 5633",
        "✗ failed",
        "✓ ok",
        "in 1 out 0",
    ] {
        assert!(screen.contains(word), "{word}:\n{screen}");
    }
    assert!(desk.row_of("ICID 451") < desk.row_of("ICID 450"));
    let line = "Wed Apr 22 11:50:00 2009 Info: New SMTP DCID 5650 interface 172.16.155.16 address 172.16.155.103 port 25\n\
                Wed Apr 22 11:50:09 2009 Info: DCID 5650 close\n";
    desk.grow(line);
    assert!(
        desk.row_of("ICID 451") < desk.row_of("DCID 5650"),
        "open ones stay first:\n{}",
        desk.screen()
    );
    assert!(
        desk.screen().contains("2m 39"),
        "age counts from the newest entry:\n{}",
        desk.screen()
    );
}

#[test]
fn rows_keep_their_place_while_one_is_selected() {
    let mut desk = desk();
    desk.types("jj");
    let (selected, row) = (desk.app.current(), desk.row_of("▸"));
    for n in 0..40 {
        desk.grow(&format!("Wed Apr 22 12:00:{n:02} 2009 Info: New SMTP DCID {} interface 172.16.155.16 address 192.0.2.1 port 25\n", 7000 + n));
    }
    assert_eq!(
        (desk.app.current(), desk.row_of("▸")),
        (selected, row),
        "{}",
        desk.screen()
    );
    desk.types("G");
    assert!(desk.body().contains("7039"), "{}", desk.screen());
    desk.grow("Wed Apr 22 12:01:00 2009 Info: New SMTP DCID 7100 interface 172.16.155.16 address 192.0.2.1 port 25\n");
    assert!(
        desk.body().contains("▸ 12:01:00"),
        "at the newest it stays at the newest:\n{}",
        desk.screen()
    );
}

#[test]
fn a_log_that_grows_all_the_time_does_not_hurry_what_rests() {
    let mut desk = desk();
    desk.settle();
    let log = std::fs::read_to_string(desk.log.path()).unwrap();
    desk.append(log.lines().last().unwrap());
    let rests_until = desk.app.wake(&desk.index);
    // The reader has caught up again, as it does many times a second.
    desk.does(Action::CaughtUp);
    assert_eq!(desk.app.wake(&desk.index), rests_until);
    assert!(desk.app.look_again(&desk.index, desk.now).is_none());
}

#[test]
fn a_paused_feed_counts_what_waits() {
    let mut desk = desk();
    desk.types(" ");
    desk.grow("Wed Apr 22 12:01:00 2009 Info: New SMTP DCID 7100 interface 172.16.155.16 address 192.0.2.1 port 25\n");
    assert!(
        desk.screen().contains("‖ paused (1 waiting)"),
        "{}",
        desk.screen()
    );
    assert!(!desk.body().contains("7100"));
    desk.types(" ");
    assert!(desk.body().contains("7100"), "{}", desk.screen());
}

#[test]
fn pages_lead_from_a_connection_to_its_message_and_to_the_one_that_delivered_it() {
    let mut desk = Harness::new(LOG, 160, 45);
    desk.filter("icid:447");
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("\"Invoice\"  ✗ bounced"),
        "{}",
        desk.screen()
    );
    assert!(
        desk.screen()
            .contains("New SMTP ICID 447 interface Submission"),
        "raw lines:\n{}",
        desk.screen()
    );
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("Recipients (1)"),
        "{}",
        desk.screen()
    );
    desk.types("n");
    desk.key(KeyCode::Enter);
    let screen = desk.screen();
    assert!(
        screen.contains("DCID 5640  closed  to 172.16.155.102:25"),
        "{screen}"
    );
    assert!(
        screen.contains("✗ authentication failed (OutboundAuthentication)  535"),
        "{screen}"
    );
    assert!(
        screen.contains("← follows from the failed authentication"),
        "{screen}"
    );
    assert!(
        screen.contains("OutboundAuthentication ✗ failed: ('535'"),
        "the raw line is marked:\n{screen}"
    );
    desk.key(KeyCode::Esc);
    assert!(desk.screen().contains("Recipients (1)"));
    desk.types("qq");
    assert!(!desk.exited);
    desk.types("q");
    assert!(desk.exited, "back, and then out");
}

#[test]
fn failures_are_one_key_apart_in_every_view() {
    let mut desk = desk();
    desk.types("e");
    assert!(
        desk.body()
            .lines()
            .any(|line| line.starts_with('▸') && line.contains("DCID 5640")),
        "{}",
        desk.screen()
    );
    desk.types("E");
    assert!(
        desk.body()
            .lines()
            .any(|line| line.starts_with('▸') && line.contains("ICID 451"))
    );
    desk.types("6gee");
    assert!(
        desk.body()
            .lines()
            .any(|line| line.contains('▸') && line.contains("Bounced")),
        "{}",
        desk.screen()
    );
}

#[test]
fn the_log_is_shown_searched_and_followed() {
    let mut desk = desk();
    desk.types("6");
    assert!(
        desk.body().contains("failed for user: ironport"),
        "opens at its end:\n{}",
        desk.screen()
    );
    desk.types("/invoice");
    desk.key(KeyCode::Enter);
    assert!(
        desk.body()
            .lines()
            .any(|line| line.contains('▸') && line.contains("Subject 'Invoice'")),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("MID 448  ✗ bounced"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    desk.types("G");
    desk.grow("Wed Apr 22 12:01:00 2009 Warning: something \x1b[2J odd \u{202e}\n");
    let screen = desk.screen();
    assert!(
        screen.contains("Warning: something \\x1b[2J odd ‹U+202E›"),
        "{screen}"
    );
}

#[test]
fn a_long_log_is_walked_through_from_end_to_end() {
    let long: String = (0..5000)
        .map(|n| format!("Wed Apr 22 12:00:00 2009 Info: number {n:04} of many\n"))
        .collect();
    let mut desk = Harness::new(&long, 80, 24);
    desk.types("6");
    assert!(desk.body().contains("number 4999"));
    for _ in 0..300 {
        desk.key(KeyCode::PageUp);
    }
    assert!(desk.body().contains("number 0000"), "{}", desk.screen());
    for _ in 0..300 {
        desk.key(KeyCode::PageDown);
    }
    assert!(desk.body().contains("number 4999"), "{}", desk.screen());
    desk.types("g");
    assert!(desk.body().contains("number 0000"), "{}", desk.screen());
    desk.types("G");
    assert!(desk.body().contains("number 4999"), "{}", desk.screen());
}

#[test]
fn users_are_summed_up_and_lead_to_their_connections() {
    let mut desk = desk();
    desk.types("3");
    let row = desk
        .body()
        .lines()
        .find(|line| line.contains("ironport"))
        .unwrap()
        .to_owned();
    assert!(
        row.contains("✗ 1") && row.contains("✓ 1") && row.contains("✗ 11:47:47"),
        "{row}"
    );
    desk.key(KeyCode::Enter);
    assert_eq!(
        (desk.app.view, desk.app.filter.kept.as_str()),
        (View::Connections, "user:ironport")
    );
    assert!(!desk.body().contains("DCID"), "{}", desk.screen());
}

#[test]
fn a_user_s_newest_logins_stand_under_the_table_where_there_is_room() {
    let mut desk = Harness::new(LOG, 160, 45);
    desk.types("3");
    let screen = desk.screen();
    assert!(
        screen.contains("2009-04-22 11:47:47  ✗ failed     ICID 451  172.16.155.102"),
        "{screen}"
    );
}

#[test]
fn messages_have_a_view_of_their_own() {
    let mut desk = desk();
    desk.types("2");
    assert!(
        desk.body().contains("448")
            && desk.body().contains("✗ bounced")
            && desk.body().contains("✓ delivered"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Tab);
    assert_eq!(desk.app.view, View::Users);
}

#[test]
fn a_message_that_waits_says_for_what_on_its_page() {
    let mut desk = Harness::new(
        "\
Wed Apr 22 11:40:00 2009 Info: Start MID 500 ICID 0
Wed Apr 22 11:40:00 2009 Info: MID 500 ICID 0 RID 0 To: <b@dead.example>
Wed Apr 22 11:40:02 2009 Info: MID 500 queued for delivery
Wed Apr 22 11:40:03 2009 Info: New SMTP DCID 9 interface 192.0.2.25 address 198.51.100.9 port 25
Wed Apr 22 11:40:33 2009 Info: Connection Error: DCID 9 domain: dead.example IP: 198.51.100.9 port: 25 details: timeout interface: 192.0.2.25 reason: network error
",
        120,
        30,
    );
    desk.types("2");
    desk.key(KeyCode::Enter);
    let page = desk.body();
    let waits = "waits for dead.example, unreachable since 11:40 (1 attempt, next about 11:41)";
    assert!(page.contains(waits), "{page}");
    assert!(page.contains("queued     2009-04-22 11:40:02"), "{page}");
}

#[test]
fn a_time_is_gone_to_and_marks_are_found_again() {
    let mut desk = desk();
    desk.types("t11:19");
    desk.key(KeyCode::Enter);
    assert!(
        desk.body()
            .lines()
            .any(|line| line.starts_with('▸') && line.contains("DCID 5640")),
        "{}",
        desk.screen()
    );
    desk.types("mG'");
    assert!(
        desk.body()
            .lines()
            .any(|line| line.starts_with('▸') && line.contains("DCID 5640")),
        "{}",
        desk.screen()
    );
    desk.types("tnoon");
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("expected a time"),
        "{}",
        desk.screen()
    );
}

#[test]
fn the_command_line_knows_its_commands() {
    let mut desk = desk();
    desk.types(":filter icid:450");
    desk.key(KeyCode::Enter);
    assert!(!desk.body().contains("ICID 451"));
    desk.types(":view users");
    desk.key(KeyCode::Enter);
    assert_eq!(desk.app.view, View::Users);
    desk.types(":nonsense");
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("unknown command"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    desk.types(":q");
    desk.key(KeyCode::Enter);
    assert!(desk.exited);
}

#[test]
fn sorting_puts_what_is_looked_for_first() {
    let mut desk = desk();
    desk.types(":sort login");
    desk.key(KeyCode::Enter);
    assert!(
        desk.row_of("DCID 5640") < desk.row_of("ICID 450"),
        "{}",
        desk.screen()
    );
    desk.types("S");
    assert!(
        desk.row_of("DCID 5640") > desk.row_of("ICID 450"),
        "{}",
        desk.screen()
    );
}

#[test]
fn what_is_copied_is_told_and_safe() {
    let mut desk = desk();
    desk.grow("Wed Apr 22 11:48:00 2009 Info: SMTP Auth: (ICID 451) failed for user: \x1b[31mred using AUTH mechanism: PLAIN with profile: X\n");
    desk.types("y");
    assert!(
        desk.screen().contains("copied 4 lines of ICID 451"),
        "{}",
        desk.screen()
    );
    assert!(
        desk.copied[0].contains("user: \\x1b[31mred"),
        "{:?}",
        desk.copied
    );
    assert_eq!(desk.copied[0].lines().count(), 4);
}

#[test]
fn help_lists_the_keys_of_the_view() {
    let mut desk = desk();
    desk.types("?");
    let screen = desk.screen();
    assert!(
        screen.contains("Keys: Connections")
            && screen.contains("edit the filter")
            && screen.contains("next failure"),
        "{screen}"
    );
    desk.types("G");
    assert!(
        desk.screen().contains("quit immediately"),
        "{}",
        desk.screen()
    );
    desk.types("q");
    assert!(desk.app.help.is_none() && !desk.exited);
    desk.control('c');
    assert!(desk.exited);
}

#[test]
fn reading_again_may_fail_and_is_said() {
    let mut desk = Harness::new(LOG, 160, 45);
    desk.types("j");
    let record = desk.app.current().unwrap();
    let spans = record.spans(&desk.index);
    desk.does(Action::Answer(Answer::Record(
        record,
        spans,
        Err("gone".into()),
    )));
    assert!(
        desk.screen().contains("cannot read its lines again: gone"),
        "{}",
        desk.screen()
    );
}
