//! What a reader sees of routes and findings, and where keys lead from there.

use super::*;
use crate::index::{EvictionMode, RetentionLimits};
use crate::tui::columns::record::Record;

/// A profile that is refused again and again, and a route that works after one greylisting.
pub(super) fn outages() -> String {
    let mut log = LOG.to_owned();
    for n in 0..14 {
        let (dcid, mid, second) = (5641 + n, 601 + n, 4 * n);
        log += &format!(
            "Wed Apr 22 11:48:{n:02} 2009 Info: Start MID {mid} ICID 451\n\
             Wed Apr 22 11:48:{n:02} 2009 Info: MID {mid} ICID 451 From: <user{n}@corp.example>\n\
             Wed Apr 22 11:48:{n:02} 2009 Info: MID {mid} ICID 451 RID 0 To: <anna@example.com>\n\
             Wed Apr 22 11:48:{n:02} 2009 Info: MID {mid} queued for delivery\n"
        );
        log += &format!(
            "Wed Apr 22 11:49:{second:02} 2009 Info: New SMTP DCID {dcid} interface 172.16.155.16 address 172.16.155.102 port 25\n\
             Wed Apr 22 11:49:{second:02} 2009 Info: DCID: {dcid} IP: 172.16.155.102 SMTP authentication using the profile OutboundAuthentication failed: ('535', ['5.7.8 Error: authentication failed: authentication failure'])\n\
             Wed Apr 22 11:49:{second:02} 2009 Info: Delivery start DCID {dcid} MID {mid} to RID [0]\n\
             Wed Apr 22 11:49:{second:02} 2009 Info: Bounced: DCID {dcid} MID {mid} to RID 0 - Bounced by destination server with response: 5.1.0 - Unknown address error ('554', ['5.7.1 <anna@example.com>: Relay access denied'])\n\
             Wed Apr 22 11:49:{second:02} 2009 Info: DCID {dcid} close\n"
        );
    }
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
            "OutboundAuthenti",
            "11:19:39",
            "535 5.7.8",
            "15 bounced",
        ] {
            assert!(row.contains(word), "{word}:\n{}", desk.screen());
        }
        let screen = desk.screen();
        assert!(screen.contains("routes ✗ 1"), "{screen}");
        assert!(screen.contains("[4 Routes ✗1]"), "{screen}");
        let other = desk.row_of("192.0.2.77:587").unwrap();
        let other = screen.lines().nth(other).unwrap();
        assert!(other.contains("✓ healthy"), "{other}");
        let below = screen.split_once("───").unwrap().1;
        for word in ["critical", "smtpauthconfig", "172.16.155.102:25"] {
            assert!(below.contains(word), "{word}:\n{screen}");
        }
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
fn routes_are_summed_up_by_profile_and_domain_and_listed_by_host() {
    let mut desk = routes(160, 45);
    for (heading, key) in [
        ("profile", "OutboundAuthentication"),
        ("domain", "example.com"),
        ("host", "172.16.155.102:25"),
        ("route", "OutboundAuthentication"),
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
    while !selected(&desk).contains("172.16.155.102:25") {
        desk.types("n");
    }
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen()
            .contains("✗ failing  172.16.155.102:25  of OutboundAuthentication"),
        "{}",
        desk.screen()
    );
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
            "✗ failing  OutboundAuthentication  critical  since 11:19:39 (33 min 25 s)",
            "15 of 16 failed",
            "authentication failed, on our side",
            "15 × 535 5.7.8 Error: authentication failed",
            "15 × └ consequence: 554 5.7.1 <…>: Relay access denied",
            "15 recipients bounced",
            "smtpauthconfig",
            "✗ failing      172.16.155.102:25",
            "DCID 5633  2009-04-22 11:06:20  172.16.155.102:25  ✓ delivered",
            "DCID 5640  2009-04-22 11:19:39  172.16.155.102:25  ✗ authentic",
            "15 failed connections of 16",
            "15 affected messages",
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
        assert!(desk.row_of("smtpauthconfig").unwrap() < 16, "{screen}");
    }
}

#[test]
fn little_evidence_is_not_judged_but_explained() {
    let mut desk = Harness::new(LOG, 80, 24);
    desk.types("4");
    desk.key(KeyCode::Enter);
    let screen = desk.screen();
    for word in [
        "2 attempts, 1 failed: too little to judge",
        "1 × 535 5.7.8 Error: authentication failed",
        "smtpauthconfig",
    ] {
        assert!(screen.contains(word), "{word}:\n{screen}");
    }
    assert!(!screen.contains("critical"), "{screen}");
}

/// Destinations that never answered, each with one message that waits.
pub(super) fn dead(count: u32) -> String {
    let mut log = outages();
    for n in 0..count {
        let (mid, dcid) = (800 + n, 5900 + n);
        log += &format!(
            "Wed Apr 22 11:54:00 2009 Info: Start MID {mid} ICID 0\n\
             Wed Apr 22 11:54:00 2009 Info: MID {mid} ICID 0 From: <>\n\
             Wed Apr 22 11:54:00 2009 Info: MID {mid} ICID 0 RID 0 To: <bob@dead{n}.example>\n\
             Wed Apr 22 11:54:00 2009 Info: MID {mid} queued for delivery\n\
             Wed Apr 22 11:54:01 2009 Info: New SMTP DCID {dcid} interface 172.16.155.16 address 203.0.113.{n} port 25\n\
             Wed Apr 22 11:54:31 2009 Info: Connection Error: DCID {dcid} domain: dead{n}.example IP: 203.0.113.{n} port: 25 details: timeout interface: 172.16.155.16 reason: connection timed out\n"
        );
    }
    log += "Wed Apr 22 11:55:00 2009 Info: New SMTP ICID 800 interface mail (172.16.155.16) address 192.0.2.9 reverse dns host unknown verified no\n";
    log
}

#[test]
fn dead_destinations_are_one_row_that_unfolds_and_count_nowhere() {
    let mut desk = Harness::new(&dead(12), 120, 40);
    desk.types("4");
    let folded = "+ 12 destinations never answered (12 hosts); 12 recipients wait";
    assert!(desk.screen().contains(folded), "{}", desk.screen());
    assert!(
        !desk.screen().contains("dead3.example"),
        "{}",
        desk.screen()
    );
    assert!(desk.screen().contains("routes ✗ 1"), "{}", desk.screen());
    desk.types("G");
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("- 12 destinations"),
        "{}",
        desk.screen()
    );
    assert!(desk.screen().contains("dead3.example"), "{}", desk.screen());
    desk.types("j");
    desk.key(KeyCode::Enter);
    let screen = desk.screen();
    for word in [
        "· unreachable",
        "no success in this log",
        "1 recipient: up to 5 min 1",
    ] {
        assert!(screen.contains(word), "{word}:\n{screen}");
    }
    desk.key(KeyCode::Esc);
    desk.types("kh");
    assert!(desk.screen().contains(folded), "{}", desk.screen());
}

#[test]
fn the_finding_on_dead_destinations_lists_them() {
    let mut desk = Harness::new(&dead(12), 120, 40);
    desk.types("5");
    desk.types("j");
    assert!(
        selected(&desk).contains("dead destinations"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Enter);
    assert!(desk.screen().contains("Routes (12)"), "{}", desk.screen());
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("too little to judge"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    assert!(desk.screen().contains("Routes (12)"), "{}", desk.screen());
}

#[test]
fn a_line_that_shows_a_finding_is_opened_in_the_log() {
    let mut desk = routes(120, 50);
    desk.types("5");
    assert!(
        desk.screen().contains("✗ failed: ('535', ['5.7.8 Error"),
        "{}",
        desk.screen()
    );
    // The page of the finding opens from the page of the route once the incident is over.
    let number = match desk.app.current() {
        Some(Record::Finding(number)) => number,
        other => panic!("{other:?}"),
    };
    desk.app.open_page(Record::Finding(number), &desk.index);
    desk.settle();
    desk.types("n");
    desk.key(KeyCode::Enter);
    assert_eq!(desk.app.view, View::Log, "{}", desk.screen());
    let row = desk.screen();
    let row = row.lines().find(|line| line.starts_with(" ▸")).unwrap();
    assert!(row.contains("OutboundAuthentication"), "{row}");
}

#[test]
fn failed_connections_are_one_key_away() {
    let mut desk = routes(120, 40);
    desk.types("c");
    let screen = desk.screen();
    assert!(
        screen.contains("15 failed connections of OutboundAuthentication"),
        "{screen}"
    );
    assert!(selected(&desk).contains("DCID 5654"), "{screen}");
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("DCID 5654  closed"),
        "{}",
        desk.screen()
    );
}

#[test]
fn the_good_the_bad_and_the_messages_are_one_key_away() {
    let mut desk = routes(120, 50);
    desk.key(KeyCode::Enter);
    desk.types("m");
    assert!(
        desk.screen().contains("MID 614  ✗ bounced"),
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
    while !selected(&desk).contains("last success   DCID") {
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
    assert_eq!(desk.app.filter.kept, "dir:out ip:172.16.155.102");
    assert!(desk.body().contains("DCID 5640") && !desk.body().contains("5700"));
    desk.key(KeyCode::Esc);
    assert!(
        desk.screen().contains("✗ failing  OutboundAuthentication")
            && desk.app.filter.kept.is_empty(),
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
        body.contains("192.0.2.77:587") && !body.contains("OutboundAuth"),
        "{body}"
    );
    assert!(
        desk.screen().contains("routes ✗ 1"),
        "the top line speaks of the whole log"
    );
    desk.key(KeyCode::Esc);
    assert!(desk.body().contains("OutboundAuthentication"));
    desk.types("l+");
    assert_eq!(desk.app.filter.kept, "ip:172.16.155.102");
}

#[test]
fn findings_come_worst_first_with_what_to_do_and_lead_to_what_they_are_about() {
    let mut desk = Harness::new(&outages(), 80, 24);
    desk.types("5");
    let screen = desk.screen();
    for word in [
        "✗ critical",
        "profile fails",
        "11:19:39",
        "what to do",
        "smtpauthconfig",
    ] {
        assert!(screen.contains(word), "{word}:\n{screen}");
    }
    desk.key(KeyCode::Enter);
    assert!(
        desk.screen().contains("✗ failing  OutboundAuthentication"),
        "{}",
        desk.screen()
    );
    desk.key(KeyCode::Esc);
    assert_eq!(desk.app.view, View::Findings);
}

#[test]
fn a_finding_about_a_peer_leads_to_the_peer_s_connections() {
    let mut log = LOG.to_owned();
    for n in 0..10 {
        log += &format!(
            "Wed Apr 22 11:48:{n:02} 2009 Info: New SMTP ICID {icid} interface mail (172.16.155.16) address 192.0.2.9 reverse dns host unknown verified no\n",
            icid = 600 + n
        );
    }
    log += "Wed Apr 22 12:05:00 2009 Info: New SMTP ICID 700 interface mail (172.16.155.16) address 192.0.2.10 reverse dns host unknown verified no\n";
    let mut desk = Harness::new(&log, 120, 40);
    desk.types("5");
    while !selected(&desk).contains("held open") {
        let before = selected(&desk);
        desk.types("j");
        assert_ne!(selected(&desk), before, "{}", desk.screen());
    }
    desk.key(KeyCode::Enter);
    assert_eq!(desk.app.view, View::Connections);
    assert!(
        desk.app.filter.kept.contains("192.0.2.9"),
        "{}",
        desk.app.filter.kept
    );
    assert!(desk.body().contains("192.0.2.9") && !desk.body().contains("192.0.2.10"));
    desk.key(KeyCode::Esc);
    assert!(
        desk.app.view == View::Findings && selected(&desk).contains("held open"),
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
               Wed Apr 22 11:55:02 2009 Info: Connection Error: DCID 5800 domain: example.net IP: 192.0.2.88 port: 25 details: [Errno 61] Connection refused interface: 172.16.155.16 reason: network error\n\
               Wed Apr 22 11:55:09 2009 Info: New SMTP ICID 800 interface mail (172.16.155.16) address 192.0.2.9 reverse dns host unknown verified no\n");
    desk.now += Duration::from_secs(60);
    desk.settle();
    let screen = desk.screen();
    assert!(
        screen.contains("example.net") && screen.contains("[4 Routes ✗1]"),
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
        desk.copied[0].contains("✗ failing  OutboundAuthentication"),
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
    let name = "mailscope-OutboundAuthentication-20090422T111939.md";
    let path = desk.folder.path().join(name);
    assert!(
        desk.screen()
            .contains(&format!("report written to {}", path.display())),
        "{}",
        desk.screen()
    );
    let report = std::fs::read_to_string(&path).unwrap();
    for text in [
        "# `OutboundAuthentication`: profile fails since 2009-04-22 11:19:39",
        "- **SMTP Auth profile**: `OutboundAuthentication`",
        "- 2009-04-22 11:06:20 last success",
        "- 2009-04-22 11:19:39 first failure: authentication failed",
        "- 15 × `535 5.7.8 Error: authentication failed: authentication failure`",
        "  - 15 × consequence: `554 5.7.1 <…>: Relay access denied`",
        "MID 448 `billing@corp.example` → `postmaster@example.com`: bounced",
        "New SMTP DCID 5633 interface",
        "DCID: 5640 IP: 172.16.155.102 SMTP authentication",
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
    let evil = outages().replace(
        "Relay access denied",
        "![x](http://evil.example/``` <img src=x>",
    );
    let evil = evil.replace("billing@corp.example", "`a`@corp.example");
    let mut desk = Harness::new(&evil, 200, 50);
    desk.types("4R");
    let name = "mailscope-OutboundAuthentication-20090422T111939.md";
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
        screen.contains("OutboundAuthentication") && !screen.contains("DCID"),
        "{screen}"
    );
    desk.types("m");
    assert!(!desk.screen().contains("MID "), "{}", desk.screen());
    desk.key(KeyCode::Esc);
}

#[test]
fn a_new_critical_incident_is_announced_and_an_old_one_is_not() {
    let all = outages();
    let begin = all.find("Wed Apr 22 11:48:00").unwrap();
    let mut desk = Harness::new(&all[..begin], 120, 40);
    assert!(desk.app.notice.is_none());
    desk.grow(&all[begin..]);
    desk.now += Duration::from_secs(60);
    desk.settle();
    let screen = desk.screen();
    assert!(
        screen.contains("new: OutboundAuthentication fails since 11:19:39"),
        "{screen}"
    );
    assert!(Harness::new(&all, 120, 40).app.notice.is_none());
}
