//! Blocks may begin and end anywhere.

use proptest::prelude::*;

use super::read::PendingSecond;
use super::sniff::{FileKind, file_marker, is_blank, sniff};
use super::*;
use crate::index::TrackClosed;
use crate::lines::{Block, Truncated};
use crate::position::SourceId;
use crate::source::Marker;
use crate::testing::fuzz;

/// Feeds a log to an index in blocks of so many lines.
fn load(lines: &[&str], at_once: usize) -> SharedIndex {
    let index = SharedIndex::new(Index::new(TrackClosed::Off));
    let mut writer = IndexWriter::new(index.clone());
    let mut parser = BlockParser::new(FirstYear::Is(2026));
    let mut offset = 0;
    let mut pending = PendingSecond::default();
    let mut join = |blocks: Vec<ParsedHeaders>| {
        let blocks: Vec<ParsedBlock> = blocks
            .into_iter()
            .map(ParsedHeaders::parse_entries)
            .collect();
        writer.apply(&blocks);
    };
    for chunk in lines.chunks(at_once) {
        let bytes = (chunk.join("\n") + "\n").into_bytes();
        let length = bytes.len() as u64;
        let block = Block {
            source: SourceId::new(0),
            offset,
            bytes,
            cut: Truncated::No,
        };
        pending.push(parser.block(block)).map(&mut join);
        offset += length;
    }
    pending.finish().map(join);
    index
}

#[test]
fn a_second_may_go_on_in_the_next_block() {
    let reused = "Mon Mar  2 08:00:00 2026 Info: ICID 7 close";
    // The relay put the lines of 09:00 before the opening they belong to.
    let lines = [
        "Mon Mar  2 08:00:00 2026 Info: New SMTP ICID 7 interface A (192.0.2.1) address 192.0.2.8 reverse dns host unknown verified no",
        reused,
        "Mon Mar  2 08:30:00 2026 Info: ICID 7 ACCEPT SG A match ALL SBRS None",
        "Mon Mar  2 08:30:00 2026 Info: Start MID 4 ICID 7",
        "Mon Mar  2 08:30:00 2026 Info: New SMTP ICID 7 interface A (192.0.2.1) address 192.0.2.9 reverse dns host unknown verified no",
        "Mon Mar  2 08:30:01 2026 Info: ICID 7 close",
    ];
    for at_once in [1, 2, 3, 4, 6] {
        let index = load(&lines, at_once);
        let index = index.read();
        let seen: Vec<_> = index
            .connections()
            .map(|c| (c.remote_ip().unwrap(), c.lines(), c.messages().len()))
            .collect();
        let expected = [("192.0.2.8", 2, 0), ("192.0.2.9", 4, 1)];
        assert_eq!(seen, expected, "{at_once} lines a block");
    }
}

/// Lines on three messages, of which those of one may follow each other; some are too long for a
/// run of the log.
fn word() -> impl Strategy<Value = String> {
    let words = [
        "Subject 'x'",
        "SDR: Domains for which SDR is requested: x",
        "interim verdict using engine: CASE spam negative",
        "antivirus negative",
        "was too big (455698/120000) for scanning by CASE",
        "quarantined to \"Policy\" (message filter:audit)",
        "queued for delivery",
        "ICID 7 RID 0 To: <a@example.com>",
    ];
    let words = proptest::sample::select(words.to_vec());
    (words, 1..4, 0..2, proptest::bool::weighted(0.1)).prop_map(|(word, mid, second, long)| {
        let end = "x".repeat(if long { 150_000 } else { 0 });
        format!("Mon Mar  2 08:00:0{second} 2026 Info: MID {mid} {word}{end}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_needs_no_joining_changes_nothing(lines in proptest::collection::vec(word(), 1..40)) {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        // Alone in its block, every line is joined.
        let (each, some) = (load(&lines, 1), load(&lines, 13));
        let (each, some) = (each.read(), some.read());
        prop_assert_eq!(each.totals(), some.totals());
        prop_assert_eq!(each.message_count(), some.message_count());
        for (one, other) in each.messages().zip(some.messages()) {
            prop_assert_eq!(one.mid(), other.mid());
            prop_assert_eq!(one.spans(), other.spans());
        }
    }
}

#[test]
fn a_file_is_judged_by_its_entries() {
    let sniff = |text: &str| sniff(text.as_bytes());
    let stamp = "Mon Mar  2 08:00:00 2026 Info: ";
    assert_eq!(sniff(""), FileKind::Undecided);
    assert_eq!(
        sniff(&format!("{stamp}Begin Logfile\n")),
        FileKind::Undecided
    );
    assert_eq!(
        sniff(&format!("{stamp}who knows\n{stamp}ICID 7 close\n")),
        FileKind::MailLog
    );
    assert_eq!(sniff("MID 4 queued for delivery\n"), FileKind::Undecided);
    assert_eq!(
        sniff(&format!("{stamp}User admin was authenticated\n")),
        FileKind::OtherSubscription
    );
    assert_eq!(sniff("dear diary\n"), FileKind::OtherText);
    assert_eq!(sniff("\u{1}\u{2}\u{0}\u{7}"), FileKind::Binary);
}

/// Pieces of lines and of none, of which random logs are made.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words = [
        "Mon Mar  2 08:00:00 2026 Info: ",
        "Mon Mar  2 08:00:01 2026 Warning: ",
        "Mar  2 08:00:00 esa01 mail_logs: Info: ",
        "<166>1 2026-03-02T08:09:10Z esa01 mail_logs - - - Info: ",
        "New SMTP ICID 7 interface A (192.0.2.1) address 192.0.2.8 reverse dns host x verified no",
        "ICID 7 close",
        "Start MID 4 ICID 7",
        "MID 4 ICID 7 RID 0 To: <a@example.com>",
        "MID 4 Subject '",
        "Bounced: DCID 8 MID 4 to RID 0 - 5.1.0 - x ('554', ['",
        "'])",
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\u{feff}",
    ];
    let words = words.map(|word| word.as_bytes().to_vec()).to_vec();
    prop_oneof![
        3 => proptest::sample::select(words),
        // Zero bytes are no text where they stand before some.
        1 => proptest::collection::vec(1_u8.., 0..20),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_in_any_chunks_give_the_same_entries_and_leave_no_byte_out(
        pieces in proptest::collection::vec(piece(), 0..60),
        sizes in proptest::collection::vec(1_usize..200, 1..9),
    ) {
        let log = pieces.concat();
        let entries = fuzz::check_entries(&log, sizes.into_iter().cycle());
        let lines = log.split(|b| *b == b'\n').filter(|line| !is_blank(line)).count();
        // A mark of the byte order alone is nothing, at the log's start only.
        prop_assert!(entries == lines || log.starts_with(b"\xef\xbb\xbf"));
        let mut next = 0;
        for block in fuzz::blocks(&log, []) {
            for line in block.lines() {
                let skipped = &log[next..usize::try_from(line.offset).unwrap()];
                prop_assert!(matches!(skipped, b"" | b"\n" | b"\r\n" | b"\xef\xbb\xbf"), "{:?}", skipped);
                next = usize::try_from(line.offset).unwrap() + line.bytes.len();
                prop_assert_eq!(&log[next - line.bytes.len()..next], line.bytes);
            }
        }
        prop_assert!(matches!(&log[next..], b"" | b"\n" | b"\r\n" | b"\xef\xbb\xbf"), "{:?}", &log[next..]);
    }
}

#[test]
fn case_68_words_of_the_framing_inside_a_text_frame_nothing() {
    let stamp = "Mon Mar  2 08:00:00 2026 Info: ";
    let mark = |text: &str| file_marker(format!("{stamp}{text}").as_bytes());
    assert_eq!(mark("Begin Logfile"), Some(Marker::Begin));
    assert_eq!(mark("End Logfile"), Some(Marker::End));
    assert_eq!(mark("Logfile rolled over"), Some(Marker::End));
    assert_eq!(
        mark("Status: CPULd 3 DskIO 0 RAMUtil 1 CrtMID 414 CrtICID 644 CrtDCID 76"),
        Some(Marker::Heartbeat)
    );
    for forged in [
        "MID 7 Subject 'End Logfile'",
        "MID 7 Subject ' Info: End Logfile",
        "MID 7 Subject 'Info: Status: CPULd 3'",
        "New SMTP ICID 7 interface A (192.0.2.1) address 192.0.2.8 reverse dns host Logfile rolled over",
        "MID 7 From: <a@Begin Logfile",
    ] {
        assert_eq!(mark(forged), None, "{forged}");
    }
    assert_eq!(file_marker(b"End Logfile"), None, "no header");
}

#[test]
fn a_mail_log_is_recognised_by_an_entry_that_other_subscriptions_do_not_have() {
    let stamp = "Mon Mar  2 08:09:10 2026 Info: ";
    let found = |lines: &[&str]| {
        let lines = lines.iter().map(|line| format!("{stamp}{line}\n"));
        is_mail_log(lines.collect::<String>().as_bytes())
    };
    assert!(found(&["Begin Logfile", "ICID 7 close"]));
    assert!(!found(&["Begin Logfile"]));
    assert!(!found(&["req:10.0.0.1 user:admin id:x 200 GET /"]));
    assert!(!is_mail_log(b"ICID 7 close\n"), "no header");
}
