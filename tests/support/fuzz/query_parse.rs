//! A query prints as a query that reads as the same one, or is refused in words that are safe to print.

use crate::index::{Index, TrackClosed};
use crate::query::{self, Saved};
use crate::safe;

/// A longer query is refused; one may grow when it is printed.
const LONGEST: usize = 64 * 1024;

thread_local! {
    static EMPTY: Index = Index::new(TrackClosed::Off);
}

pub fn check(text: &str) {
    match query::parse(text) {
        Ok(query) => {
            let written = query.to_string();
            if written.len() <= LONGEST {
                let again = query::parse(&written);
                assert_eq!(again.as_ref(), Ok(&query), "{text:?} → {written:?}");
                assert_eq!(again.map(|query| query.to_string()), Ok(written));
            }
        }
        Err(error) => {
            let said = error.to_string();
            assert_eq!(said.lines().count(), 3, "{said:?}");
            assert!(
                said.lines().all(|line| safe::text(line) == line),
                "{said:?}"
            );
            assert!(error.range().end <= text.len());
        }
    }
    if text.len() < 256 {
        EMPTY.with(|index| {
            for cursor in [0, text.len() / 2, text.len()] {
                query::complete(text, cursor, index, &Saved::default());
            }
        });
    }
}
