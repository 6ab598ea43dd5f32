//! One status for monitoring: an exit status and a status line with performance data, in the form of
//! the Monitoring Plugins Development Guidelines ("Plugin Output"). Only incidents that are open
//! count, never the long tail.

use crate::humanize::{self, plural};
use crate::index::Index;
use crate::judge::RouteState;
use crate::judge::class::Class;
use crate::judge::incident::{Severity, State};
use crate::safe;
use crate::triage::findings::{Finding, IncidentFacts};
use crate::triage::{Destination, DestinationId, Triage};

/// Incidents named in the status line itself.
const NAMED: usize = 3;
/// Incidents listed below it.
const LISTED: usize = 50;

/// An exit status and what is printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Check {
    /// 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
    pub status: u8,
    /// The status line with performance data, then one line for each incident.
    pub text: String,
}

/// What a check judges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Judged {
    Routes,
    /// Routes, logins and inputs.
    All,
}

impl Judged {
    fn service(self) -> &'static str {
        match self {
            Self::Routes => "ROUTES",
            Self::All => "MAILSCOPE",
        }
    }

    fn concerns(self, finding: &Finding) -> bool {
        self == Self::All || finding.kind.is_of_routes()
    }
}

/// What a check is restricted to.
#[derive(Debug, Default)]
pub(crate) struct Restriction<'c> {
    /// A pattern of hosts, domains, profiles and names of routes.
    pub only: Option<&'c glob::Pattern>,
    /// The routes that the connections of a query used.
    pub routes: Option<&'c [DestinationId]>,
}

impl Check {
    /// `warnings` are the notices on the inputs, if they are judged.
    pub(crate) fn new(
        judged: Judged,
        index: &Index,
        triage: &Triage,
        restriction: &Restriction<'_>,
        warnings: &[String],
    ) -> Self {
        if index.totals().entries == 0 {
            return Self::unknown(judged, "the log holds no entry");
        }
        let open = triage.findings.iter().filter(|finding| {
            finding.is_open()
                && finding.severity > Severity::Notice
                && judged.concerns(finding)
                && restriction.has_finding(finding, triage)
        });
        let open: Vec<&Finding> = open.collect();
        let routes = triage.destinations.iter();
        let routes: Vec<&Destination> = routes.filter(|route| restriction.has(route)).collect();
        let count = |severity| open.iter().filter(|one| one.severity == severity).count();
        let critical = count(Severity::Critical);
        let warning = count(Severity::Warning) + warnings.len();
        let (status, word) = match (critical, warning) {
            (0, 0) => (0, "OK"),
            (0, _) => (1, "WARNING"),
            _ => (2, "CRITICAL"),
        };
        let mut named: Vec<String> = open.iter().take(NAMED).map(|one| in_short(one)).collect();
        let notices = warnings.iter().take(NAMED - named.len());
        named.extend(notices.map(|text| plain(text)));
        if named.is_empty() {
            named.push(format!("{}, none fails", plural(routes.len(), "route")));
        }
        let more = humanize::and_more(named.len().min(NAMED), open.len() + warnings.len());
        let data = performance(critical, warning, &open, &routes);
        let service = judged.service();
        let mut text = format!("{service} {word} - {}{more} | {data}\n", named.join("; "));
        for finding in open.iter().take(LISTED) {
            let severity = finding.severity.word();
            let line = format!("{severity} {}: {}", finding.summary, finding.advice);
            text.push_str(&plain(&line));
            text.push('\n');
        }
        if open.len() > LISTED {
            text.push_str(&format!("and {} more\n", open.len() - LISTED));
        }
        for warning in warnings.iter().take(LISTED) {
            text.push_str(&format!("warning {}\n", plain(warning)));
        }
        Self { status, text }
    }

    /// The status if the log cannot be judged.
    pub(crate) fn unknown(judged: Judged, why: &str) -> Self {
        Self {
            status: 3,
            text: format!("{} UNKNOWN - {}\n", judged.service(), plain(why)),
        }
    }
}

impl Restriction<'_> {
    fn has(&self, route: &Destination) -> bool {
        let selected = self.routes.is_none_or(|routes| routes.contains(&route.id));
        let names = [&route.name].into_iter().chain(&route.profile);
        let hosts = route.hosts.iter().map(|host| &host.name);
        selected && self.matches(names.chain(&route.domains).chain(hosts))
    }

    /// A finding on several routes is restricted to if one of them is; one on logins by its subject.
    fn has_finding(&self, finding: &Finding, triage: &Triage) -> bool {
        if self.only.is_none() && self.routes.is_none() {
            return true;
        }
        let facts = finding.facts.as_ref();
        let Some(facts) = facts.filter(|_| finding.kind.is_of_routes()) else {
            return self.routes.is_none() && self.matches([&finding.subject]);
        };
        let mut routes = finding.routes().filter_map(|id| triage.destination(id));
        routes.any(|route| self.has(route))
            || self.routes.is_none() && self.matches(facts.hosts.iter().chain(&facts.domains))
    }

    /// Whether the pattern matches a name; of a host also its address without the port.
    fn matches<'n>(&self, names: impl IntoIterator<Item = &'n String>) -> bool {
        let Some(pattern) = self.only else {
            return true;
        };
        let options = glob::MatchOptions {
            case_sensitive: false,
            ..glob::MatchOptions::default()
        };
        names.into_iter().any(|name| {
            let address = name.rsplit_once(':').map_or("", |(ip, _)| ip);
            let address = address.trim_start_matches('[').trim_end_matches(']');
            pattern.matches_with(name, options) || pattern.matches_with(address, options)
        })
    }
}

/// `critical=1;;;0 waiting=92;;;0 …`
fn performance(
    critical: usize,
    warning: usize,
    open: &[&Finding],
    routes: &[&Destination],
) -> String {
    let impacts = open
        .iter()
        .filter_map(|finding| finding.facts.as_ref()?.impact.as_ref());
    let (waiting, bounced) = impacts.fold((0, 0), |(waiting, bounced), impact| {
        (waiting + impact.waiting, bounced + impact.bounced)
    });
    let unreachable = routes.iter().filter(|route| is_unreachable(route)).count();
    format!(
        "critical={critical};;0;0 warning={warning};0;;0 waiting={waiting};;;0 bounced={bounced};;;0 destinations={};;;0 unreachable={unreachable};;;0",
        routes.len(),
    )
}

fn is_unreachable(route: &Destination) -> bool {
    match route.judgement.state {
        RouteState::Unreachable => true,
        RouteState::Incident(State::Failing) => route.judgement.class == Some(Class::Unreachable),
        _ => false,
    }
}

/// `Outbound since 2009-04-22 11:19:39 (535 5.7.8 Error: authentication failed), 92 waiting`
fn in_short(finding: &Finding) -> String {
    let since = finding.since.map_or_else(String::new, |at| {
        format!(" since {}", humanize::date_time(at))
    });
    let facts = finding.facts.as_deref();
    let why = facts.map_or_else(String::new, IncidentFacts::reply);
    let why = match why.as_str() {
        "" => finding.kind.phrase(),
        why => why,
    };
    let waiting = facts
        .and_then(|facts| facts.impact.as_ref())
        .filter(|impact| impact.waiting > 0);
    let waiting = waiting.map_or_else(String::new, |impact| {
        format!(", {} waiting", humanize::grouped(impact.waiting))
    });
    plain(&format!("{}{since} ({why}){waiting}", finding.subject))
}

/// Sanitizes text for the status line, in which a bar begins the performance data.
fn plain(text: &str) -> String {
    safe::text(text).replace('|', "/").replace('\n', " ")
}
