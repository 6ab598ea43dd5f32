//! Resolves the year of timestamps without one.
//!
//! A log is read in order: a timestamp far before the previous one is in the next year. If the
//! first year is not given, it is the one that puts the newest entry closest before the file's
//! modification time.

use super::timestamp::{ParsedTimestamp, days_in_month};
use super::{DateTime, Timestamp};

/// Seconds before the previous timestamp that mean a new year; less is a clock set back.
const STEP: i64 = 60 * 86_400;

/// The year of the next timestamp without one.
#[derive(Clone, Debug)]
pub(crate) struct YearResolver {
    year: i32,
    last: Option<Timestamp>,
}

impl YearResolver {
    pub(crate) fn starting(year: i32) -> Self {
        Self { year, last: None }
    }

    /// The years that put the newest entry closest before `modified`, the time the file was last
    /// written.
    ///
    /// `head` and `tail` are the file's first and last bytes; the tail may be empty. More than one
    /// New Year between them cannot be distinguished from one.
    pub(crate) fn before(modified: DateTime, head: &[u8], tail: &[u8]) -> Self {
        let first = head.split(|b| *b == b'\n').find_map(yearless);
        let newest = tail.rsplit(|b| *b == b'\n').find_map(yearless);
        let newest = newest.or_else(|| head.rsplit(|b| *b == b'\n').find_map(yearless));
        let (Some(first), Some(newest)) = (first, newest) else {
            return Self::starting(modified.year);
        };
        let mut year = last_year_before(&newest, modified);
        let far_behind = |year| match (
            first.date_time(year).to_timestamp(),
            newest.date_time(year).to_timestamp(),
        ) {
            (Some(first), Some(newest)) => newest.seconds() < first.seconds() - STEP,
            _ => false,
        };
        if far_behind(year) {
            year -= 1;
        }
        // A 29 February is in a leap year, whenever the file was copied.
        let has_leap_day = [head, tail]
            .into_iter()
            .flat_map(|text| text.split(|b| *b == b'\n'))
            .filter_map(yearless)
            .any(|written| (written.month, written.day) == (2, 29));
        if has_leap_day {
            // It may come after a New Year.
            let later = i32::from((first.month, first.day) > (2, 29));
            let is_leap = |year: i32| days_in_month(year, 2) == 29;
            let mut years = (0..8).map(|back| year - back);
            year = years.find(|year| is_leap(year + later)).unwrap_or(year);
        }
        Self::starting(year)
    }

    /// `None` if the date exists in no nearby year.
    pub(super) fn resolve(&mut self, written: &ParsedTimestamp) -> Option<Timestamp> {
        let at = |year: i32| written.date_time(year).to_timestamp();
        let mut stamp = at(self.year);
        if let Some(last) = self.last {
            let behind = |stamp: Option<Timestamp>, by: i64| {
                stamp.is_none_or(|stamp: Timestamp| stamp.seconds() < last.seconds() - by)
            };
            if behind(stamp, STEP)
                && let Some(next) = at(self.year + 1)
            {
                self.year += 1;
                stamp = Some(next);
            } else if let (Some(_), Some(before)) = (stamp, at(self.year - 1))
                && (last.seconds() - before.seconds()).abs() < 2 * 86_400
            {
                // Last lines of December, reordered after the first of January.
                return Some(before);
            }
        } else if stamp.is_none() {
            // 29 February: the nearest leap year before.
            let leap = (1..8)
                .map(|back| self.year - back)
                .find(|year| at(*year).is_some())?;
            self.year = leap;
            stamp = at(leap);
        }
        self.last = stamp.max(self.last);
        stamp
    }
}

/// The timestamp of a line, if it has one without a year.
fn yearless(line: &[u8]) -> Option<ParsedTimestamp> {
    super::stamp_of(line).filter(|written| written.year.is_none())
}

/// The latest year in which the timestamp is before `modified`; one day of tolerance covers
/// different time zones.
fn last_year_before(newest: &ParsedTimestamp, modified: DateTime) -> i32 {
    let limit = modified
        .to_timestamp()
        .map_or(i64::MAX, |stamp| stamp.seconds() + 86_400);
    let fits = |year: &i32| {
        let stamp = newest.date_time(*year).to_timestamp();
        stamp.is_some_and(|stamp| stamp.seconds() <= limit)
    };
    let mut years = (0..9).map(|back| modified.year + 1 - back);
    years.find(fits).unwrap_or(modified.year)
}
