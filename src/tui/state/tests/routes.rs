//! What a reader sees of routes and findings, and where keys lead from there.

use super::*;
use crate::index::{EvictionMode, RetentionLimits};

/// A profile that is refused on two routes, one of which works again; a third one was never tried with it.
pub(super) fn outages() -> String {
    let mut log = LOG.to_owned();
    for (n, minute) in (0..4u32).zip(50..) {
        let dcid = 5700 + n;
        log += &format!(
            "Wed Apr 22 11:{minute}:00 2009 Info: New SMTP DCID {dcid} interface 172.16.155.16 address 192.0.2.77 port 587\n\
             Wed Apr 22 11:{minute}:01 2009 Info: Delivery start DCID {dcid} MID {mid} to RID [0]\n",
            mid = 500 + n
        );
        log += &if n == 1 {
            format!(
                "Wed Apr 22 11:{minute}:02 2009 Info: Delayed: DCID {dcid} MID {} to RID 0 - 4.7.1 - Greylisted ('451', ['4.7.1 Greylisted, try again in 299 seconds']) []\n",
                500 + n
            )
        } else {
            format!(
                "Wed Apr 22 11:{minute}:02 2009 Info: Message done DCID {dcid} MID {} to RID [0]\n",
                500 + n
            )
        };
        log += &format!("Wed Apr 22 11:{minute}:04 2009 Info: DCID {dcid} close\n");
    }
    log
}

fn routes(width: u16, height: u16) -> Harness {
    let mut desk = Harness::new(&outages(), width, height);
    desk.types("4");
    desk
}

/// The row with the cursor.
fn selected(desk: &Harness) -> String {
    let screen = desk.screen();
    let row = screen.lines().find(|line| line.starts_with('▸'));
    row.unwrap_or_default().to_owned()
}

#[test]
fn failing_routes_come_first_with_since_when_why_and_at_what_cost() {
    for (width, height) in [(80, 24), (200, 50)] {
        let desk = routes(width, height);
        let row = selected(&desk);
        for word in [
            "✗ failing",
            "172.16.155.102:25",
            "11:19:39",
            "535 5.7.8",
            "1 bounced",
        ] {
            assert!(row.contains(word), "{word}:\n{}", desk.screen());
        }
        let screen = desk.screen();
        assert!(screen.contains("routes ✗ 1"), "{screen}");
        assert!(screen.contains("[4 Routes ✗1]"), "{screen}");
        assert!(
            desk.row_of("172.16.155.102:25") < desk.row_of("192.0.2.77:587"),
            "{screen}"
        );
        let other = desk.row_of("192.0.2.77:587").unwrap();
        let other = screen.lines().nth(other).unwrap();
        assert!(
            other.contains("! degraded") && other.contains("11:51:00"),
            "{other}"
        );
    }
}

#[test]
fn a_route_s_strip_shows_when_it_failed() {
    let desk = routes(200, 50);
    let row = selected(&desk);
    let (well, failed) = (row.find('▁'), row.rfind('✗'));
    assert!(well.is_some() && well < failed, "{row}");
}

#[test]
fn routes_are_summed_up_by_profile_domain_and_address() {
    let mut desk = routes(160, 45);
    for (heading, key) in [
        ("profile", "OutboundAuthentication"),
        ("domain", "example.com"),
        ("address", "172.16.155.102"),
        ("route", "172.16.155.102:25"),
    ] {
        desk.types("b");
        let screen = desk.screen();
        let heads = screen.lines().nth(4).unwrap();
        assert!(heads.contains(heading), "{screen}");
        assert!(selected(&desk).contains(key), "{key}:\n{screen}");
    }
    desk.types("b");
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("› OutboundAuthentication"),
        "{}",
        desk.screen()
    );
    desk.types("n");
    desk.key(KeyCode::Enter);
    desk.key(KeyCode::Esc);
    desk.key(KeyCode::Esc);
    assert!(
        selected(&desk).contains("OutboundAuthentication"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_route_s_page_tells_the_whole_story_and_leads_on() {
    for (width, height) in [(80, 50), (200, 50)] {
        let mut desk = routes(width, height);
        desk.key(KeyCode::Enter);
        let screen = desk.screen();
        for word in [
            "✗ failing  172.16.155.102:25  profile OutboundAuthentication",
            "2009-04-22 11:19:39",
            "1 consecutive failure",
            "1 × 535 5.7.8 Error: authentication failed",
            "└ 554 5.7.1 <…>: Relay access denied   consequence",
            "1 recipient bounced; 1 message to",
            "smtpauthconfig",
            "DCID 5633  2009-04-22 11:06:20  ✓ delivered",
            "DCID 5640  2009-04-22 11:19:39  ✗ authentication failed",
            "1 affected message",
            "Last success",
            "First failure",
        ] {
            assert!(screen.contains(word), "{word}:\n{screen}");
        }
        let opened = screen
            .lines()
            .find(|line| line.contains("New SMTP DCID 5640"));
        assert!(
            opened.unwrap().contains("New SMTP DCID 5633"),
            "beside each other:\n{screen}"
        );
    }
}

#[test]
fn the_good_the_bad_and_the_messages_are_one_key_away() {
    let mut desk = routes(120, 50);
    desk.key(KeyCode::Enter);
    desk.types("m");
    assert!(
        desk.screen().contains("MID 448  ✗ bounced"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("Recipients (1)"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    desk.key(KeyCode::Esc);
    while !selected(&desk).contains("last success") {
        desk.types("n");
    }
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("DCID 5633  closed"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    assert!(
        selected(&desk).contains("last success"),
        "{}",
        desk.screen()
    );
    desk.types("f");
    assert_eq!(desk.app.filter.kept, "dir:out ip:172.16.155.102 port:25");
    assert!(desk.body().contains("DCID 5640") && !desk.body().contains("5700"));
    desk.key(KeyCode::Esc);
    assert!(
        desk.screen().contains("✗ failing  172.16.155.102:25") && desk.app.filter.kept.is_empty(),
        "Esc leads back to the page:\n{}",
        desk.screen()
    );
}

#[test]
fn a_filter_keeps_the_routes_of_matching_connections() {
    let mut desk = routes(120, 40);
    desk.filter("port:587");
    let body = desk.body();
    assert!(
        body.contains("192.0.2.77:587") && !body.contains("172.16.155.102:25"),
        "{body}"
    );
    assert!(
        desk.screen().contains("routes ✗ 1"),
        "the top line speaks of the whole log"
    );
    desk.key(KeyCode::Esc);
    assert!(desk.body().contains("172.16.155.102:25"));
    desk.types("l+");
    assert_eq!(desk.app.filter.kept, "ip:172.16.155.102 port:25");
}

#[test]
fn findings_come_worst_first_with_what_to_do_and_lead_to_what_they_are_about() {
    let mut desk = Harness::new(&outages(), 80, 24);
    desk.types("5");
    let screen = desk.screen();
    for word in [
        "✗ critical",
        "route failing",
        "11:19:39",
        "what to do",
        "smtpauthconfig",
        "open the route",
    ] {
        assert!(screen.contains(word), "{word}:\n{screen}");
    }
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("✗ failing  172.16.155.102:25"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    assert_eq!(desk.app.view, View::Findings);
}

#[test]
fn a_finding_about_a_user_leads_to_the_user_s_connections() {
    let mut log = LOG.to_owned();
    for n in 0..30 {
        log += &format!(
            "Wed Apr 22 11:48:{n:02} 2009 Info: New SMTP ICID {icid} interface mail (172.16.155.16) address 192.0.2.9 reverse dns host unknown verified no\n\
             Wed Apr 22 11:48:{n:02} 2009 Info: SMTP Auth: (ICID {icid}) failed for user: carol using AUTH mechanism: PLAIN with profile: IncomingAuthentication\n",
            icid = 600 + n
        );
    }
    let mut desk = Harness::new(&log, 120, 40);
    desk.types("5");
    while !selected(&desk).contains("many failed logins") {
        let before = selected(&desk);
        desk.types("j");
        assert_ne!(selected(&desk), before, "{}", desk.screen());
    }
    desk.key(KeyCode::Enter);
    assert_eq!(desk.app.view, View::Connections);
    assert!(
        desk.app.filter.kept.contains("carol"),
        "{}",
        desk.app.filter.kept
    );
    assert!(desk.body().contains("carol") && !desk.body().contains("ironport"));
    desk.key(KeyCode::Esc);
    assert!(
        desk.app.view == View::Findings && selected(&desk).contains("many failed logins"),
        "{}",
        desk.screen()
    );
}

#[test]
fn rows_of_routes_stay_where_they_are_while_one_is_selected() {
    let mut desk = routes(120, 40);
    desk.types("j");
    let row = desk.row_of("▸");
    desk.grow("Wed Apr 22 11:55:00 2009 Info: New SMTP DCID 5800 interface 172.16.155.16 address 192.0.2.88 port 25\n\
               Wed Apr 22 11:55:02 2009 Info: Connection Error: DCID 5800 domain: example.net IP: 192.0.2.88 port: 25 details: [Errno 61] Connection refused interface: 172.16.155.16 reason: network error\n");
    desk.now += Duration::from_secs(60);
    desk.settle();
    let screen = desk.screen();
    assert!(
        screen.contains("192.0.2.88:25") && screen.contains("[4 Routes ✗2]"),
        "{screen}"
    );
    assert_eq!(desk.row_of("▸"), row, "{screen}");
    assert!(selected(&desk).contains("192.0.2.77:587"), "{screen}");
}

#[test]
fn an_ordinary_log_has_nothing_to_report() {
    let calm: String = LOG
        .lines()
        .take(5)
        .map(|line| line.to_owned() + "\n")
        .collect();
    let mut desk = Harness::new(&calm, 80, 24);
    assert!(desk.screen().contains("routes ✗ 0"), "{}", desk.screen());
    desk.types("5");
    assert!(
        desk.screen().contains("nothing to report"),
        "{}",
        desk.screen()
    );
    desk.types("4");
    desk.key(KeyCode::Enter);
    assert!(desk.screen().contains("✓ healthy"), "{}", desk.screen());
}

#[test]
fn what_is_copied_of_a_route_is_what_is_shown() {
    let mut desk = routes(120, 50);
    desk.key(KeyCode::Enter);
    desk.types("y");
    assert!(
        desk.copied[0].contains("✗ failing  172.16.155.102:25"),
        "{:?}",
        desk.copied
    );
}

#[test]
fn users_tell_how_they_log_in_and_since_when_they_fail() {
    let mut desk = Harness::new(LOG, 200, 50);
    desk.types("3");
    let row = selected(&desk);
    for word in [
        "ironport",
        "✗ 1",
        "✓ 1",
        "✗ 11:47:47",
        "11:44:48",
        "PLAIN",
        "IncomingAuthentication",
    ] {
        assert!(row.contains(word), "{word}: {row}");
    }
    desk.types(":sort nets");
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("sorted by nets"),
        "{}",
        desk.screen()
    );
    desk.types("+");
    assert_eq!(desk.app.filter.kept, "user:ironport");
}

#[test]
fn a_report_is_written_where_the_status_line_says_and_never_over_another() {
    let mut desk = routes(200, 50);
    desk.types("R");
    let name = "mailscope-172.16.155.102-25-20090422T111939.md";
    let path = desk.folder.path().join(name);
    assert!(
        desk.screen()
            .contains(&format!("report written to {}", path.display())),
        "{}",
        desk.screen()
    );
    let report = std::fs::read_to_string(&path).unwrap();
    for text in [
        "# Mail to `172.16.155.102:25` fails since 2009-04-22 11:19:39",
        "- **SMTP Auth profile**: `OutboundAuthentication`",
        "- 2009-04-22 11:06:20 last success (DCID 5633)",
        "- 2009-04-22 11:19:39 first failure: authentication failed (DCID 5640)",
        "- 1 × `535 5.7.8 Error: authentication failed: authentication failure`",
        "  - 1 × consequence: `554 5.7.1 <…>: Relay access denied`",
        "MID 448 `billing@corp.example` → `postmaster@example.com`: bounced",
        "New SMTP DCID 5633 interface",
        "New SMTP DCID 5640 interface",
        "smtpauthconfig",
    ] {
        assert!(report.contains(text), "{text}:\n{report}");
    }
    desk.key(KeyCode::Enter);
    desk.types("R");
    assert!(desk.screen().contains("11939-2.md"), "{}", desk.screen());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), report);
    desk.types("5R");
    assert!(desk.screen().contains("11939-3.md"), "{}", desk.screen());
}

#[test]
fn a_report_holds_no_markup_of_a_stranger() {
    let evil = LOG.replace(
        "Relay access denied",
        "![x](http://evil.example/``` <img src=x>",
    );
    let evil = evil.replace("billing@corp.example", "`a`@corp.example");
    let mut desk = Harness::new(&evil, 200, 50);
    desk.types("4R");
    let name = "mailscope-172.16.155.102-25-20090422T111939.md";
    let report = std::fs::read_to_string(desk.folder.path().join(name)).unwrap();
    assert!(report.contains("`` `a`@corp.example ``"), "{report}");
    assert!(
        report.contains("````text\n"),
        "the fence outdoes what is in it:\n{report}"
    );
    let prose = report.lines().filter(|line| !line.starts_with("Wed "));
    for line in prose {
        let outside: String = line.split('`').step_by(2).collect();
        assert!(
            !outside.contains("<img") && !outside.contains("]("),
            "{line}"
        );
    }
}

#[test]
fn what_has_retired_since_the_last_look_is_left_out() {
    let mut desk = Harness::new("", 160, 50);
    desk.index = Index::limited(
        TrackClosed::Off,
        RetentionLimits {
            keep: Some(Duration::from_secs(60)),
            memory: None,
        },
    );
    desk.index.open_source(SourceId::new(0), "");
    for line in LOG.lines() {
        desk.grow(&format!("{line}\n"));
        desk.index.set_watermark();
    }
    desk.types("4");
    desk.key(KeyCode::Enter);
    assert!(desk.screen().contains("DCID 5640"), "{}", desk.screen());
    desk.types(" ");
    desk.grow("Wed Apr 22 18:00:00 2009 Info: New SMTP ICID 900 interface mail (172.16.155.16) address 192.0.2.9 reverse dns host unknown verified no\n");
    desk.index.set_watermark();
    while let Some(step) = desk.index.plan_eviction(EvictionMode::AtOnce) {
        drop(desk.index.evict(step));
    }
    let first = crate::index::ConnectionId::new(0);
    assert!(!desk.index.contains_connection(first));
    desk.does(Action::Resize(150, 50));
    let screen = desk.screen();
    assert!(
        screen.contains("✗ failing") && !screen.contains("DCID"),
        "{screen}"
    );
    desk.types("m");
    assert!(!desk.screen().contains("MID "), "{}", desk.screen());
    desk.key(KeyCode::Esc);
    desk.types("5");
    assert!(
        desk.screen().contains("an evicted connection"),
        "{}",
        desk.screen()
    );
}
