//! The writer: ids and lines in the dress of the appliance's own file.
//!
//! What the lines say is left to others.

use std::fmt;
use std::io::Write as _;

use chrono::{NaiveDateTime, TimeDelta};

use super::event_queue::Millis;

macro_rules! id {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) struct $name(pub(super) u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(Icid, "The number of an injection connection.");
id!(Mid, "The number of a message.");
id!(Dcid, "The number of a delivery connection.");

/// Stamps lines with the simulated time.
#[derive(Debug)]
pub(super) struct LineWriter {
    start: NaiveDateTime,
    second: Option<u64>,
    stamp: String,
}

impl LineWriter {
    pub(super) fn new(start: NaiveDateTime) -> Self {
        Self {
            start,
            second: None,
            stamp: String::new(),
        }
    }

    /// Writes one line, `Wed Apr 22 11:43:59 2009 Info: <text>`.
    pub(super) fn write(&mut self, at: Millis, text: &str, out: &mut Vec<u8>) {
        let second = at / 1000;
        if self.second != Some(second) {
            let moment = self.start + TimeDelta::seconds(second.cast_signed());
            self.stamp = moment.format("%a %b %e %H:%M:%S %Y").to_string();
            self.second = Some(second);
        }
        writeln!(out, "{} Info: {text}", self.stamp).expect("a Vec takes every byte");
    }
}
