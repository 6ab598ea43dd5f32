//! Findings as records; each piece of evidence has its ID, file and line.

use serde::Serialize;

use super::TableRow;
use super::record::{Time, time};
use crate::event::ConnId;
use crate::index::Index;
use crate::position::Position;
use crate::present::Row;
use crate::search::LineLocations;
use crate::triage::Triage;
use crate::triage::findings::{Evidence, Finding};

#[derive(Serialize, Debug)]
struct EvidenceRecord<'i> {
    appliance: Option<&'i str>,
    icid: Option<u64>,
    dcid: Option<u64>,
    time: Option<Time>,
    file: Option<&'i str>,
    line: Option<u64>,
}

/// `--view findings`
#[derive(Serialize, Debug)]
pub(crate) struct FindingRecord<'i> {
    kind: &'static str,
    severity: &'static str,
    since: Option<Time>,
    until: Option<Time>,
    subject: &'i str,
    summary: &'i str,
    evidence: Vec<EvidenceRecord<'i>>,
    advice: &'i str,
    #[serde(skip)]
    finding: &'i Finding,
}

impl TableRow for FindingRecord<'_> {
    fn row(&self) -> Row<'_> {
        Row::Finding(self.finding)
    }
}

impl<'i> FindingRecord<'i> {
    pub(crate) fn new(
        index: &'i Index,
        finding: &'i Finding,
        locations: &'i LineLocations,
    ) -> Self {
        let evidence = finding.evidence.iter();
        Self {
            kind: finding.kind.word(),
            severity: finding.severity.word(),
            since: time(finding.since),
            until: time(finding.until),
            subject: &finding.subject,
            summary: &finding.summary,
            evidence: evidence.map(|one| record(index, *one, locations)).collect(),
            advice: &finding.advice,
            finding,
        }
    }
}

fn record<'i>(
    index: &'i Index,
    evidence: Evidence,
    locations: &'i LineLocations,
) -> EvidenceRecord<'i> {
    let location = position(index, evidence).and_then(|at| locations.get(&at));
    let file = location.map(|location| location.file.as_str());
    let line = location.map(|location| location.line);
    let Evidence::Connection(id) = evidence else {
        return EvidenceRecord {
            appliance: None,
            icid: None,
            dcid: None,
            time: None,
            file,
            line,
        };
    };
    let connection = index.connection(id);
    let (icid, dcid) = match connection.link() {
        ConnId::In(icid) => (Some(icid.0), None),
        ConnId::Out(dcid) => (None, Some(dcid.0)),
    };
    EvidenceRecord {
        appliance: connection.appliance(),
        icid,
        dcid,
        time: time(connection.first_seen()),
        file,
        line,
    }
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
