//! The steps of an evaluation, for `--explain`.

use std::cell::RefCell;
use std::fmt;
use std::time::{Duration, Instant};

use super::bitset::BitSet;
use super::field::Field;
use crate::words::words;

words! {
    /// How a term was answered.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(crate) enum AccessPath {
        /// From the lists of records that each value leads to.
        Postings = "postings",
        /// By scanning a column of the records' values.
        Column = "column",
        /// By reading texts that are kept once for each record.
        Texts = "texts",
        /// From the raw lines of the log.
        RawLines = "raw lines",
        /// Not evaluated: no record was left.
        Skipped = "not asked",
    }
}

#[derive(Clone, PartialEq, Debug)]
pub(crate) struct PlanStep {
    pub term: String,
    pub way: AccessPath,
    /// Matching records and all records; `None` if it was not evaluated.
    pub found: Option<(usize, usize)>,
    pub took: Duration,
}

impl fmt::Display for PlanStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let term = crate::safe::text(&self.term);
        write!(f, "{term:<32} {:<10}", self.way.word())?;
        match self.found {
            Some((found, of)) => {
                let took = self.took.as_secs_f64() * 1000.0;
                write!(f, " {found:>9} of {of}  {took:.1} ms")
            }
            None => f.write_str(" nothing was left before it"),
        }
    }
}

/// Records the steps if `--explain` asks for them.
#[derive(Debug, Default)]
pub(super) struct PlanTrace(Option<RefCell<Vec<PlanStep>>>);

impl PlanTrace {
    pub(super) fn enabled() -> Self {
        Self(Some(RefCell::default()))
    }

    /// Evaluates a term and records the step.
    pub(super) fn note(
        &self,
        describe: impl FnOnce() -> (String, AccessPath),
        answer: impl FnOnce() -> BitSet,
    ) -> BitSet {
        let Some(steps) = &self.0 else {
            return answer();
        };
        let (term, way) = describe();
        let began = Instant::now();
        let bits = answer();
        steps.borrow_mut().push(PlanStep {
            term,
            way,
            took: began.elapsed(),
            found: Some((bits.count(), bits.len())),
        });
        bits
    }

    pub(super) fn skip(&self, term: impl FnOnce() -> String) {
        if let Some(steps) = &self.0 {
            steps.borrow_mut().push(PlanStep {
                term: term(),
                way: AccessPath::Skipped,
                found: None,
                took: Duration::ZERO,
            });
        }
    }

    pub(super) fn steps(self) -> Vec<PlanStep> {
        self.0.map(RefCell::into_inner).unwrap_or_default()
    }
}

/// Cost of evaluating a term on a field.
pub(super) fn cost(field: Field) -> u8 {
    match field {
        Field::User | Field::Profile | Field::Ip => 0,
        Field::Subject | Field::Msgid | Field::Enhanced => 2,
        _ => 1,
    }
}
