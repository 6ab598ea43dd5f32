//! The steps of `routes --explain` as records.

use super::findings::rounded;
use super::record::{object, time};
use crate::header::Timestamp;
use crate::judge::incident::{Severity, State};
use crate::judge::{Step, StepKind};

/// A step, its appliance, and the kind of the finding of its incident.
pub(crate) struct StepRecord<'s>(pub (Option<&'s str>, &'s Step, Option<&'static str>));

object! { StepRecord((appliance, step, finding)) => {
    "appliance": appliance,
    "time": time(Timestamp::from_seconds(step.at)),
    "host": step.host.map(|host| host.to_string()),
    "class": match step.kind {
        StepKind::Attempt { class, .. } => Some(class.word()),
        StepKind::Change { .. } => None,
    },
    "sum": match step.kind {
        StepKind::Attempt { sum, .. } => Some(rounded(sum)),
        StepKind::Change { .. } => None,
    },
    "recovering": match step.kind {
        StepKind::Attempt { recovering, .. } => Some(recovering),
        StepKind::Change { .. } => None,
    },
    "usual": match step.kind {
        StepKind::Attempt { usual, .. } => Some(rounded(usual)),
        StepKind::Change { .. } => None,
    },
    "finding": finding,
    "state": change(step).map(|(state, _)| state.word()),
    "severity": change(step).and_then(|(_, severity)| severity).map(Severity::word),
} }

fn change(step: &Step) -> Option<(State, Option<Severity>)> {
    match step.kind {
        StepKind::Change {
            state, severity, ..
        } => Some((state, severity)),
        StepKind::Attempt { .. } => None,
    }
}
