//! Findings as records; each piece of evidence has its ID, file and line.

use super::ToRow;
use super::record::{number, object, time};
use crate::index::{Connection, Direction, Index};
use crate::position::Position;
use crate::present::TableRow;
use crate::search::LineLocations;
use crate::triage::Triage;
use crate::triage::findings::{Evidence, Finding};

/// `--view findings`: a finding of an index, and the files and lines of all evidence.
pub(crate) struct FindingRecord<'i>(pub (&'i Index, &'i Finding, &'i LineLocations));

object! { FindingRecord((index, finding, locations)) => {
    "kind": finding.kind.word(),
    "severity": finding.severity.word(),
    "since": time(finding.since),
    "until": time(finding.until),
    "subject": finding.subject,
    "summary": finding.summary,
    "evidence": finding.evidence.iter()
        .map(|evidence| EvidenceRecord((index, *evidence, locations)))
        .collect::<Vec<_>>(),
    "advice": finding.advice,
} }

impl ToRow for FindingRecord<'_> {
    fn row(&self) -> TableRow<'_> {
        TableRow::Finding(self.0.1)
    }
}

struct EvidenceRecord<'i>((&'i Index, Evidence, &'i LineLocations));

object! { EvidenceRecord((index, evidence, locations)) => {
    "appliance": connection(index, *evidence).and_then(|c| c.appliance()),
    "icid": connection(index, *evidence).and_then(|c| number(&c, Direction::Inbound)),
    "dcid": connection(index, *evidence).and_then(|c| number(&c, Direction::Outbound)),
    "time": time(connection(index, *evidence).and_then(|c| c.first_seen())),
    "file": location(index, *evidence, locations).map(|(file, _)| file),
    "line": location(index, *evidence, locations).map(|(_, line)| line),
} }

fn connection(index: &Index, evidence: Evidence) -> Option<Connection<'_>> {
    match evidence {
        Evidence::Line(_) => None,
        Evidence::Connection(id) => Some(index.connection(id)),
    }
}

fn location<'i>(
    index: &Index,
    evidence: Evidence,
    locations: &'i LineLocations,
) -> Option<(&'i str, u64)> {
    let location = locations.get(&position(index, evidence)?)?;
    Some((&location.file, location.line))
}

/// The first line of the evidence.
pub(crate) fn position(index: &Index, evidence: Evidence) -> Option<Position> {
    match evidence {
        Evidence::Line(position) => Some(position),
        Evidence::Connection(id) => index.connection(id).spans().first().map(|span| span.first),
    }
}

/// The first lines of all evidence.
pub(crate) fn positions(index: &Index, triage: &Triage) -> Vec<Position> {
    let evidence = triage.findings.iter().flat_map(|finding| &finding.evidence);
    evidence.filter_map(|one| position(index, *one)).collect()
}
