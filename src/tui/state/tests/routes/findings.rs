//! Findings, reports, and what else view 5 leads to.

use super::*;

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
