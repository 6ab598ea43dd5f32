use super::*;
use crate::event;
use crate::header::{HeaderParser, YearResolver};
use crate::index::records::appliance::Appliances;

fn opened() -> SourceOpened {
    SourceOpened {
        source: SourceId::new(0),
        path: "/logs/mail.current".into(),
        head: Vec::new(),
        tail: Vec::new(),
        modified: None,
    }
}

/// The entries that are reported as clock jumps.
fn clock_jumps(entries: &[(i64, Option<&[u8]>)]) -> Vec<usize> {
    let mut clocks = ClockMonitor::default();
    clocks.open(&opened());
    let mut observe = |&(at, host): &(i64, Option<&[u8]>)| {
        clocks.observe(SourceId::new(0), Timestamp::from_seconds(at), host)
    };
    let told = entries.iter().map(|entry| observe(entry).is_some());
    let told: Vec<bool> = told.collect();
    (0..told.len()).filter(|&at| told[at]).collect()
}

#[test]
fn case_33_a_clock_that_goes_back_is_told_once() {
    let hour = 3600;
    assert_eq!(
        clock_jumps(&[(9 * hour, None), (8 * hour, None), (8 * hour + 5, None)]),
        [1]
    );
    assert!(clock_jumps(&[(hour, None), (hour - 2, None), (hour + 1, None)]).is_empty());
    // Two hosts in one file, in two zones.
    let (a, b) = (Some(&b"esa01"[..]), Some(&b"esa02"[..]));
    assert!(clock_jumps(&[(9 * hour, a), (hour, b), (9 * hour, a), (hour, b)]).is_empty());
    let endless: Vec<_> = (1..60).rev().map(|at| (at * hour, None)).collect();
    assert_eq!(clock_jumps(&endless).len(), usize::from(MAX_NOTICES));
}

#[test]
fn case_67_each_file_says_its_own_offset_and_one_that_says_none_has_none() {
    let mut appliances = Appliances::default();
    let says = [Some("-14400"), Some("-18000"), None];
    for (at, offset) in says.iter().enumerate() {
        let source = SourceId::new(at);
        appliances.open_source(source, "/logs");
        let line = match offset {
            Some(seconds) => format!("Time offset from UTC: {seconds} seconds"),
            None => "MID 7 Subject 'Time offset from UTC: -3600 seconds'".to_owned(),
        };
        let line = format!("Mon Mar  2 08:00:00 2026 Info: {line}");
        let header = HeaderParser::new(YearResolver::starting(2026)).parse(line.as_bytes());
        let event = event::parse_entry(&header, line.as_bytes());
        appliances.note_framing(source, &event, header.time);
    }
    let offset = |at| {
        appliances
            .facts(SourceId::new(at))
            .and_then(|facts| facts.utc_offset)
    };
    assert_eq!([0, 1, 2].map(offset), [Some(-14_400), Some(-18_000), None]);
}
