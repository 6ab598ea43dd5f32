//! Any bytes as lines of a log: each is an entry whose parts stand in it, and reading it again gives the same.

use crate::event::{
    self, ConnectionError, Event, EventKind, FailedAttempt, Lineage, Policy, Tls, Value,
};
use crate::header::{Header, HeaderParser, YearResolver};
use crate::present::EntryRow;
use crate::report::event::EventRecord;
use memchr::memmem;

pub fn check(log: &[u8]) {
    let mut parser = HeaderParser::new(YearResolver::starting(2026));
    for line in log.split(|b| *b == b'\n') {
        let frame = parser.parse(line);
        frame_is_of(line, &frame);
        let event = event::parse_entry(&frame, line);
        fields_stand_in(line, &event);
        parts_can_be_read(&event);
        json_can_be_read(line, &frame, event);
    }
}

fn frame_is_of(line: &[u8], frame: &Header) {
    assert!(line.ends_with(frame.body(line)));
    // What the framer keeps from line to line only helps with the time.
    let alone = HeaderParser::new(YearResolver::starting(2026)).parse(line);
    assert_eq!(alone.body(line), frame.body(line));
    assert_eq!(
        (alone.host(line), alone.tag(line)),
        (frame.host(line), frame.tag(line))
    );
    assert_eq!(
        (alone.level, alone.time.is_some()),
        (frame.level, frame.time.is_some())
    );
}

fn fields_stand_in(line: &[u8], event: &Event<'_>) {
    // What made these messages is said in the appliance's own words.
    let wordless = matches!(
        event,
        Event::Derived {
            lineage: Lineage::Reinjected,
            ..
        }
    );
    let mut names = Vec::new();
    event.fields(&mut |name, value| {
        names.push(name);
        if let Value::Text(text) = value {
            assert!(
                wordless || memmem::find(line, text).is_some(),
                "{name}: {text:?}"
            );
        }
    });
    let told = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), told, "a field is told twice: {names:?}");
}

fn parts_can_be_read(event: &Event<'_>) {
    let owners = event.owners();
    assert!(owners.mid.is_none() || owners.mid == event.mid());
    match *event {
        Event::Attempt {
            text,
            mid,
            outcome,
            dcid,
        } => {
            let attempt = FailedAttempt::parse(text).expect("an attempt");
            assert_eq!(
                (attempt.mid, attempt.outcome, attempt.dcid),
                (mid, outcome, dcid)
            );
        }
        Event::ConnectionError { text, dcid } => {
            assert_eq!(ConnectionError::parse(text).expect("an error").dcid, dcid);
        }
        Event::Hat { text, .. } => assert!(Policy::parse(text).is_some()),
        Event::Tls { text, .. } => {
            let tls = Tls::parse(text).expect("a result");
            assert_eq!(tls.success, event.kind() == EventKind::TlsSuccess);
        }
        Event::Unknown { text, .. } => assert!(event::unknown_shape(text).len() <= 8 * 33),
        _ => {}
    }
}

fn json_can_be_read(line: &[u8], frame: &Header, event: Event<'_>) {
    let record = EventRecord(EntryRow {
        appliance: None,
        time: frame.time,
        level: frame.level,
        event,
        file: "",
        line: 1,
        text: line,
        body: frame.body(line),
        cut: false,
    });
    let json = serde_json::to_vec(&record).expect("JSON");
    let read: serde_json::Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(read["event"], event.kind().name());
    assert_eq!(read["text"], *String::from_utf8_lossy(line));
}
