use super::*;

fn framed(line: &str, year: i32) -> (Option<String>, Option<String>, Option<Level>, String) {
    let line = line.as_bytes();
    let header = HeaderParser::new(YearResolver::starting(year)).parse(line);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        header.time.map(|t| t.to_string()),
        header.host(line).map(text),
        header.level,
        text(header.body(line)),
    )
}

fn expect(line: &str, time: Option<&str>, host: Option<&str>, body: &str) {
    let (seen_time, seen_host, level, seen_body) = framed(line, 2026);
    assert_eq!(seen_time.as_deref(), time, "{line}");
    assert_eq!(seen_host.as_deref(), host, "{line}");
    assert_eq!(level, Some(Level::Info), "{line}");
    assert_eq!(seen_body, body, "{line}");
}

#[test]
fn every_dress() {
    let body = "ICID 7 close";
    let at = Some("2026-03-02T08:09:10");
    expect(
        "Mon Mar  2 08:09:10 2026 Info: ICID 7 close",
        at,
        None,
        body,
    );
    expect("Mon Mar 2 08:09:10 2026 Info: ICID 7 close", at, None, body);
    expect(
        "Mar  2 08:09:10 esa01 mail_logs: Info: ICID 7 close",
        at,
        Some("esa01"),
        body,
    );
    expect(
        "<22>Mar  2 08:09:10 esa01 any-Name_9: Info: ICID 7 close",
        at,
        Some("esa01"),
        body,
    );
    expect(
        "<166>Mar  2 08:09:10 mail_logs: Info: ICID 7 close",
        at,
        None,
        body,
    );
    expect(
        "Mar  2 08:09:10 2026 esa01 mail_logs: Info: ICID 7 close",
        at,
        Some("esa01"),
        body,
    );
    expect(
        "<1>Mar  2 12:00:00 relay ESA: Mon Mar  2 08:09:10 2026 Info: ICID 7 close",
        at,
        Some("relay"),
        body,
    );
    expect(
        "<1>Mar  2 12:00:00 relay ESA: Mar  2 08:09:10 10.0.1.1 Audit: Info: ICID 7 close",
        at,
        Some("10.0.1.1"),
        body,
    );
    expect("Info: ICID 7 close", None, None, body);
    let host = Some("esa01");
    for line in [
        "2026 Mar  2 08:09:10 esa01 mail_logs: Info: ICID 7 close",
        "Mar  2 08:09:10  esa01 mail_logs: Info: ICID 7 close",
        "Mar  2 08:09:10 esa01 mail_logs[77]: Info: ICID 7 close",
        "2026-03-02T08:09:10.123456+01:00 esa01 mail_logs: Info: ICID 7 close",
        "<22>2026-03-02T08:09:10Z esa01 mail_logs: Info: ICID 7 close",
        "2026-03-02 08:09:10,5 esa01 mail_logs: Info: ICID 7 close",
        "<22>1 2026-03-02T08:09:10.1-0500 esa01 mail_logs 77 - - Info: ICID 7 close",
        "<22>1 2026-03-02T08:09:10Z esa01 mail_logs - ID7 [a@1 b=\"c\"] \u{feff}Info: ICID 7 close",
        "<1>1 2026-03-02T12:00:00Z relay - - - - Mar  2 08:09:10 esa01 mail_logs: Info: ICID 7 close",
    ] {
        expect(line, at, host, body);
    }
}

#[test]
fn what_the_line_before_was_changes_nothing_but_the_year() {
    let mut parser = HeaderParser::new(YearResolver::starting(2026));
    parser.parse(b"Mar  2 08:09:10 esa01 mail_logs: Info: ICID 7 close");
    let line = b"Mar  2 08:09:10 2026 mx07 syslog_mail: Info: ICID 7 close";
    let header = parser.parse(line);
    assert_eq!(header.host(line), Some(&b"mx07"[..]));
    assert_eq!(header.tag(line), Some(&b"syslog_mail"[..]));
}

#[test]
fn a_bare_message_is_all_body() {
    let (time, host, level, body) = framed("MID 4 queued for delivery", 2026);
    assert_eq!(
        (time, host, level, body.as_str()),
        (None, None, None, "MID 4 queued for delivery")
    );
    let (.., body) = framed("Mon Mar 42 08:09:10 2026 Info: x", 2026);
    assert_eq!(body, "Mon Mar 42 08:09:10 2026 Info: x");
}

#[test]
fn a_word_of_level_inside_a_message_is_message() {
    let (_, _, level, body) = framed(
        "Mon Mar  2 08:09:10 2026 Info: Debug: MID: 65 time: 0.05",
        2026,
    );
    assert_eq!(
        (level, body.as_str()),
        (Some(Level::Info), "Debug: MID: 65 time: 0.05")
    );
}

#[test]
fn the_year_steps_on_at_new_year_and_not_back() {
    let mut parser = HeaderParser::new(YearResolver::starting(2023));
    let lines = [
        ("Dec 31 23:59:59", "2023-12-31T23:59:59"),
        ("Jan  1 00:00:00", "2024-01-01T00:00:00"),
        ("Dec 31 23:59:59", "2023-12-31T23:59:59"),
        ("Jan  1 00:00:01", "2024-01-01T00:00:01"),
        ("Feb 29 12:00:00", "2024-02-29T12:00:00"),
        ("Feb 28 12:00:00", "2024-02-28T12:00:00"),
        ("Nov  3 12:00:00", "2024-11-03T12:00:00"),
        ("Feb  2 12:00:00", "2025-02-02T12:00:00"),
    ];
    for (stamp, time) in lines {
        let header = parser.parse(format!("{stamp} esa01 mail_logs: Info: x").as_bytes());
        assert_eq!(header.time.unwrap().to_string(), time);
    }
}

#[test]
fn without_a_year_the_newest_entry_lies_closest_before_the_file_was_written() {
    let year = |modified: &str, first: &str, last: &str| {
        let (head, tail) = (
            format!("{first} h t: Info: a\n"),
            format!("x\n{last} h t: Info: b\n"),
        );
        let modified = framed(&format!("Mon {modified} Info: x"), 0).0.unwrap();
        let part = |range: std::ops::Range<usize>| modified[range].parse::<i32>().unwrap();
        let byte = |range| u8::try_from(part(range)).unwrap();
        let modified = DateTime {
            year: part(0..4),
            month: byte(5..7),
            day: byte(8..10),
            hour: 0,
            minute: 0,
            second: 0,
        };
        let years = YearResolver::before(modified, head.as_bytes(), tail.as_bytes());
        HeaderParser::new(years)
            .parse(head.trim_end().as_bytes())
            .time
            .unwrap()
            .date_time()
            .year
    };
    assert_eq!(
        year("Mar  5 00:00:00 2026", "Mar  1 00:00:00", "Mar  5 01:00:00"),
        2026
    );
    assert_eq!(
        year("Jan  5 00:00:00 2026", "Dec  1 00:00:00", "Jan  5 00:00:00"),
        2025
    );
    assert_eq!(
        year("Jan  5 00:00:00 2026", "Mar  1 00:00:00", "Mar  5 00:00:00"),
        2025
    );
    assert_eq!(
        year("Mar  5 00:00:00 2026", "Feb 29 00:00:00", "Feb 29 00:00:01"),
        2024
    );
    // Copied long after it was written: the leap day tells more than the file's time.
    assert_eq!(
        year("Jun  5 00:00:00 2026", "Feb 20 00:00:00", "Feb 29 00:00:01"),
        2024
    );
    assert_eq!(
        year("Jun  5 00:00:00 2026", "Dec 20 00:00:00", "Feb 29 00:00:01"),
        2023
    );
}

#[test]
fn a_calendar_there_and_back() {
    for seconds in (1..4_291_747_199i64).step_by(7_777_777) {
        let stamp = Timestamp::from_seconds(seconds).unwrap();
        assert_eq!(stamp.date_time().to_timestamp(), Some(stamp));
    }
    assert_eq!(
        Timestamp::from_seconds(1_240_400_639).unwrap().to_string(),
        "2009-04-22T11:43:59"
    );
}

#[test]
fn the_log_a_line_belongs_to_is_named_by_its_tag() {
    let tag = |line: &str| {
        let header = HeaderParser::new(YearResolver::starting(2026)).parse(line.as_bytes());
        header
            .tag(line.as_bytes())
            .map(|tag| String::from_utf8_lossy(tag).into_owned())
    };
    for (line, name) in [
        ("Mar  2 08:09:10 esa01 gui_logs: Info: x", Some("gui_logs")),
        ("Mar  2 08:09:10 amp[7]: Info: x", Some("amp")),
        (
            "<1>Mar  2 12:00:00 relay ESA: Mar  2 08:09:10 10.0.1.1 Audit: Info: x",
            Some("Audit"),
        ),
        (
            "<22>1 2026-03-02T08:09:10Z esa01 system_logs - - - Info: x",
            Some("system_logs"),
        ),
        ("Mon Mar  2 08:09:10 2026 Info: amp: x", None),
    ] {
        assert_eq!(tag(line).as_deref(), name, "{line}");
    }
}

proptest::proptest! {
    #[test]
    fn what_was_read_before_a_line_changes_nothing(picks in proptest::collection::vec(
        proptest::collection::vec(0usize..18, 0..9), 1..8)
    ) {
        const PIECES: [&str; 18] = [
            "Mon Mar  2 08:09:10 2026 ", "Mar  2 08:09:10 2026 ", "2026-03-02T08:09:10Z ", "<166>", "<166>1 ", "esa01 ",
            "mail_logs: ", "Info: ", "Info:", "Warning: ", "[x", "] ", "- ", " ", "ICID 7 close", "7", "\u{feff}", "host",
        ];
        let mut parser = HeaderParser::new(YearResolver::starting(2026));
        for line in picks.iter().map(|line| line.iter().map(|at| PIECES[*at]).collect::<String>()) {
            // Twice: the second time all of the frame is known.
            for _ in 0..2 {
                let alone = HeaderParser::new(YearResolver::starting(2026)).parse(line.as_bytes());
                assert_eq!(parser.parse(line.as_bytes()), alone, "{line}");
            }
        }
    }
}

#[test]
fn a_frame_of_any_length_is_known_again_and_one_byte_makes_another() {
    let line = b"<166>Mar  2 08:09:10 2026 a-host-with-a-name mail_logs: Info: ICID 7 close";
    for length in 1..line.len() {
        let prefix = Prefix::new(Vec::new(), &line[..length]);
        assert!(prefix.begins(line) && prefix.begins(&line[..length]));
        assert!(!prefix.begins(&line[..length - 1]), "{length}");
        for at in 0..length {
            let mut other = *line;
            other[at] ^= 1;
            assert!(!prefix.begins(&other), "{at} of {length}");
        }
    }
}
