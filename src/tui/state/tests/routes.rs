//! What a reader sees of routes and findings, and where keys lead from there.

mod findings;

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
