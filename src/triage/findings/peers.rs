//! Findings on hosts that send to the appliance: TLS that worked and fails now, and connections that
//! break off within messages.

use hashbrown::HashMap;

use super::{DrillDown, Evidence, Finding, FindingKind, time_text};
use crate::humanize::plural;
use crate::index::{Connection, ConnectionEnd, ConnectionId, Direction, Index, Symbol};
use crate::judge::incident::Severity;
use crate::query::{Field, FilterTerm};
use crate::triage::Thresholds;

/// Hosts with a finding of their own; if TLS fails with more, that is one finding.
const MOST: usize = 3;
/// Connections in the evidence.
const SHOWN: usize = 3;

#[derive(Debug, Default)]
struct Peer {
    connections: u64,
    /// Connections whose TLS succeeded, before the first of `failed`.
    tls: usize,
    /// How many failed since TLS last succeeded.
    failures: usize,
    /// The first of these, at most [`SHOWN`].
    failed: Vec<ConnectionId>,
    broken: u64,
    /// The newest that broke off, at most [`SHOWN`].
    broken_last: Vec<ConnectionId>,
}

pub(super) fn findings(index: &Index, limits: &Thresholds) -> Vec<Finding> {
    let peers = peers(index);
    let mut all = tls_failing(index, limits, &peers);
    all.extend(breaking(index, limits, &peers));
    all
}

fn peers(index: &Index) -> Vec<(Symbol, Peer)> {
    let works = outcomes(index);
    let mut peers: HashMap<Symbol, Peer, foldhash::fast::RandomState> = HashMap::default();
    let columns = &index.connections;
    let numbers = columns.ranks().numbers();
    let facts = columns.flags.iter().zip(columns.tls.iter());
    let facts = facts.zip(columns.peer.address.iter());
    for (at, ((flags, tls), address)) in numbers.zip(facts) {
        let Some(address) = address.filter(|_| flags.direction == Direction::Inbound) else {
            continue;
        };
        let peer = peers.entry(address).or_default();
        peer.connections += 1;
        let id = ConnectionId::new(at);
        match tls.map(|tls| works[tls.at()]) {
            Some(true) => {
                peer.tls += 1;
                peer.failures = 0;
                peer.failed.clear();
            }
            Some(false) => {
                peer.failures += 1;
                if peer.failed.len() < SHOWN {
                    peer.failed.push(id);
                }
            }
            None => {}
        }
        let lost = matches!(
            flags.end,
            Some(ConnectionEnd::Lost | ConnectionEnd::Aborted)
        );
        if lost && broke_a_message(&index.connection(id)) {
            peer.broken += 1;
            peer.broken_last.push(id);
            if peer.broken_last.len() > SHOWN {
                peer.broken_last.remove(0);
            }
        }
    }
    let mut all: Vec<(Symbol, Peer)> = peers.into_iter().collect();
    all.sort_unstable_by_key(|(address, _)| *address);
    all
}

/// For each TLS line of the log, whether TLS succeeded.
fn outcomes(index: &Index) -> Vec<bool> {
    let lines = index.names.tls.iter();
    lines.map(|(_, text)| text.starts_with("success")).collect()
}

/// A message that was not received to its end.
fn broke_a_message(connection: &Connection<'_>) -> bool {
    let messages = connection.messages();
    messages
        .iter()
        .any(|message| message.was_aborted() && message.size().is_none())
}

fn tls_failing(index: &Index, limits: &Thresholds, peers: &[(Symbol, Peer)]) -> Vec<Finding> {
    let least = limits.inbound_tls_failures;
    let mut failing: Vec<&(Symbol, Peer)> = peers
        .iter()
        .filter(|(_, peer)| peer.tls >= least && peer.failures >= least)
        .collect();
    failing.sort_by_key(|(_, peer)| std::cmp::Reverse(peer.failures));
    if failing.len() > MOST {
        return common_tls(index, &failing).into_iter().collect();
    }
    let single = failing.into_iter();
    single
        .filter_map(|(address, peer)| {
            let name = index.names.addresses.get(*address);
            let first = index.connection(*peer.failed.first()?);
            let since = first.first_seen();
            let error = first.tls().and_then(|tls| tls.detail);
            let error = error.map_or_else(String::new, |detail| {
                format!(": {}", String::from_utf8_lossy(detail))
            });
            Some(Finding {
                facts: None,
                kind: FindingKind::InboundTls,
                severity: Severity::Warning,
                since,
                until: None,
                subject: name.to_owned(),
                summary: format!(
                    "TLS of {name} failed on {} since {}, after it worked on {}{error}",
                    plural(peer.failures, "connection"),
                    time_text(index, since),
                    peer.tls,
                ),
                evidence: Evidence::of(peer.failed.iter().copied()),
                advice: "Ask its operator what changed, and compare certificate, protocols and ciphers of the listener (certconfig, sslconfig, listenerconfig): if TLS is required in its mail flow policy, its mail is refused.".to_owned(),
                drill_down: DrillDown::Query(vec![
                    FilterTerm::is(Field::Ip, name),
                    FilterTerm::is(Field::Tls, "failed"),
                ]),
            })
        })
        .collect()
}

/// TLS that fails with many hosts at once fails by us.
fn common_tls(index: &Index, failing: &[&(Symbol, Peer)]) -> Option<Finding> {
    let mut first: Vec<ConnectionId> = failing
        .iter()
        .filter_map(|(_, peer)| peer.failed.first().copied())
        .collect();
    first.sort_unstable();
    let since = index.connection(*first.first()?).first_seen();
    let subject = plural(failing.len(), "host");
    let failures: usize = failing.iter().map(|(_, peer)| peer.failures).sum();
    Some(Finding {
        facts: None,
        kind: FindingKind::InboundTls,
        severity: Severity::Warning,
        since,
        until: None,
        summary: format!(
            "TLS of {subject} failed on {} since {}, though it worked before",
            plural(failures, "connection"),
            time_text(index, since),
        ),
        subject,
        evidence: Evidence::of(first.into_iter().take(SHOWN)),
        advice: "Check our own side first: the certificate of the listener and its chain, TLS versions and ciphers (certconfig, sslconfig, listenerconfig).".to_owned(),
        drill_down: DrillDown::Query(vec![
            FilterTerm::is(Field::Dir, "in"),
            FilterTerm::is(Field::Tls, "failed"),
        ]),
    })
}

fn breaking(index: &Index, limits: &Thresholds, peers: &[(Symbol, Peer)]) -> Vec<Finding> {
    let mut often: Vec<&(Symbol, Peer)> = peers
        .iter()
        .filter(|(_, peer)| {
            peer.broken >= limits.broken_connections
                && peer.broken * 100 >= limits.broken_percent * peer.connections
        })
        .collect();
    often.sort_by_key(|(_, peer)| std::cmp::Reverse(peer.broken));
    often
        .into_iter()
        .take(MOST)
        .filter_map(|(address, peer)| {
            let name = index.names.addresses.get(*address);
            let time = |id: &ConnectionId| index.connection(*id).first_seen();
            let last = peer.broken_last.last()?;
            let now = index.newest();
            let duration = index.connection(*last).duration(now).unwrap_or_default();
            Some(Finding {
                facts: None,
                kind: FindingKind::PeerBreaks,
                severity: Severity::Notice,
                since: peer.broken_last.first().and_then(time),
                until: None,
                subject: name.to_owned(),
                summary: format!(
                    "{} of {} from {name} broke off within a message, the last after {}",
                    peer.broken,
                    plural(peer.connections, "connection"),
                    plural(duration, "second"),
                ),
                evidence: Evidence::of(peer.broken_last.iter().copied()),
                advice: "A firewall that inspects SMTP, a small MTU on the way, or a timeout breaks them off (300 s is the listener's own): test with another path, and switch off SMTP inspection there.".to_owned(),
                drill_down: DrillDown::Query(vec![
                    FilterTerm::is(Field::Ip, name),
                    FilterTerm::is(Field::End, "lost"),
                ]),
            })
        })
        .collect()
}
