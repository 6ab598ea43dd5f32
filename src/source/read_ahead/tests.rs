//! Chunks, their order, their end and errors.

use super::*;

/// Returns this many bytes in one read, then an error.
struct Slow<'t>(&'t [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        match count {
            0 => Err(io::Error::other("damaged")),
            count => Ok(count),
        }
    }
}

#[test]
fn all_bytes_come_in_order_cut_at_line_ends_and_then_the_error() {
    let line = |n: usize| format!("{n} {}\n", "x".repeat(n * n % 977));
    let mut text: String = (0..3000).map(line).collect();
    text += &"y".repeat(3 * READ);
    text += "\nthe last line has no end";
    for step in [1 << 10, 4 << 10, READ, usize::MAX] {
        for pace in [Batching::Full, Batching::ByLine] {
            let given = text.clone();
            let work = move |producer: &Producer| {
                let mut kept: Vec<u8> = Vec::new();
                let mut input = Slow(given.as_bytes(), step);
                let read = producer.copy_from(&mut input, pace, |bytes| kept.extend(bytes));
                assert!(kept == given.as_bytes());
                read
            };
            let ahead = ReadAhead::start("test", || {}, work).expect("starts");
            let mut pieces = Vec::new();
            let error = loop {
                match ahead.take(|| Vec::with_capacity(READ)) {
                    Chunk::Bytes(bytes) => pieces.push(bytes),
                    Chunk::Nothing => panic!("it waits"),
                    Chunk::End(error) => break error,
                }
            };
            assert_eq!(error.expect("told").to_string(), "damaged");
            assert!(pieces.concat() == text.as_bytes(), "{pace:?} {step}");
            let cut = pieces.iter().filter(|piece| !piece.ends_with(b"\n"));
            assert!(cut.count() <= 4, "{pace:?} {step}");
            assert!(matches!(ahead.try_take(Vec::new), Chunk::End(None)));
        }
    }
}

#[test]
fn who_reads_ahead_waits_and_ends_when_nobody_takes() {
    let ahead = ReadAhead::start(
        "test",
        || {},
        |producer| producer.copy_from(&mut io::repeat(b'\n'), Batching::Full, |_| {}),
    );
    let ahead = ahead.expect("starts");
    assert!(matches!(ahead.take(Vec::new), Chunk::Bytes(_)));
    let shared = Arc::downgrade(&ahead.0);
    let held = ahead.0.state.lock().pieces.len();
    assert!(held <= WAITING);
    drop(ahead);
    while shared.strong_count() > 0 {
        thread::yield_now();
    }
}

#[test]
fn a_panic_keeps_nobody_waiting() {
    let work = |_: &Producer| panic!("as planned");
    let ahead = ReadAhead::start("test", || {}, work).expect("starts");
    assert!(matches!(ahead.take(Vec::new), Chunk::End(Some(_))));
}
