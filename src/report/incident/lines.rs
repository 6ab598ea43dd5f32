//! The lines that a report shows: failures, and whole connections.

use crate::index::{ConnectionId, Index};
use crate::position::Position;
use crate::search::{self, LineRequest, RawLine};
use crate::source::Sources;
use crate::triage::Triage;
use crate::triage::findings::Evidence;

use super::Reported;

/// Raw lines of one connection.
const LINES: usize = 60;
/// Failures at the begin; the latest one is shown, too.
const FAILURES: usize = 5;

/// What is to be read without the index.
#[derive(Debug, Default)]
pub(crate) struct Requests {
    failures: Vec<Position>,
    connections: Vec<(&'static str, ConnectionId, LineRequest)>,
}

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct EvidenceLines {
    pub failures: Vec<Vec<u8>>,
    pub connections: Vec<ShownConnection>,
}

#[derive(Debug)]
pub(crate) struct ShownConnection {
    pub title: &'static str,
    pub connection: ConnectionId,
    /// Or the error of reading them.
    pub lines: Result<Vec<RawLine>, String>,
    pub is_cut: bool,
}

impl EvidenceLines {
    pub(super) fn is_empty(&self) -> bool {
        self.failures.is_empty() && self.connections.is_empty()
    }
}

/// The failures of the finding, the last success of the worst route, and a connection that failed.
pub(crate) fn requests(index: &Index, triage: &Triage, reported: &Reported<'_>) -> Requests {
    let mut failures: Vec<Position> = Vec::new();
    let evidence = reported
        .finding
        .map_or(&[][..], |finding| &finding.evidence);
    for (at, one) in evidence.iter().enumerate() {
        let shown = at < FAILURES || at + 1 == evidence.len();
        if let (Evidence::Line(position), true) = (*one, shown) {
            failures.push(position);
        }
    }
    let route = reported.routes.first();
    let hosts = route.iter().flat_map(|route| &route.hosts);
    let hosts = hosts.filter_map(|host| triage.find(host.id?));
    let good = hosts.filter_map(|host| host.last_good);
    let good = good.max_by_key(|id| {
        let kept = index.contains_connection(*id);
        kept.then(|| index.connection(*id).first_seen())
    });
    let class = reported.facts().and_then(|facts| facts.class);
    let reason =
        route.and_then(|route| class.map_or(route.reason(), |class| route.reason_of(class)));
    let all = [
        ("The last success", good),
        ("A failure", reason.and_then(|reason| reason.example)),
    ];
    let kept = all.into_iter().filter_map(|(title, id)| {
        let id = id.filter(|id| index.contains_connection(*id))?;
        Some((title, id, LineRequest::of_connection(&index.connection(id))))
    });
    Requests {
        failures,
        connections: kept.collect(),
    }
}

/// Reads the lines without the index. A line of the failures that cannot be read is left out.
pub(crate) fn read(sources: &Sources, requests: Requests) -> EvidenceLines {
    let failures = requests.failures.into_iter();
    let failures = failures.filter_map(|at| search::line_at(sources, at).ok()?);
    let connections = requests.connections.into_iter();
    let connections = connections.map(|(title, connection, request)| {
        let mut lines = search::read_lines(sources, &request, LINES + 1);
        let is_cut = lines.as_ref().is_ok_and(|lines| lines.len() > LINES);
        if let Ok(lines) = &mut lines {
            lines.truncate(LINES);
        }
        ShownConnection {
            title,
            connection,
            lines: lines.map_err(|error| error.to_string()),
            is_cut,
        }
    });
    EvidenceLines {
        failures: failures.collect(),
        connections: connections.collect(),
    }
}
