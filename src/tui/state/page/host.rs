//! The page of one host of a route.
//!
//! ```text
//!  ✗ failing  198.51.100.7:25  of partner.example
//!   attempts        12 of 80 connections failed; last success 10:00:02
//!   cause               12 × Operation timed out
//!   what to do      …
//! › route           partner.example  ! degraded
//! › last success    DCID 5633  2009-04-22 11:06:20  198.51.100.7:25  ✓ delivered
//! › first failure   DCID 5640  2009-04-22 11:19:39  198.51.100.7:25  ✗ connection error
//! ```

use super::builder::text;
use super::failures::{self, builder};
use super::{Comparison, PageRow, comparison};
use crate::humanize;
use crate::triage::{DestinationHost, HostId, HostSummary};
use crate::tui::columns::record::{Peer, Record};
use crate::tui::state::context::RenderContext;
use crate::tui::theme::Role;

pub(super) fn head(
    known: RenderContext<'_>,
    id: HostId,
    sides: &Comparison,
    width: usize,
) -> Vec<PageRow> {
    let mut builder = builder();
    let snapshot = known.triage.whole();
    let Some((snapshot, host)) = snapshot.and_then(|all| Some((all, all.host(id)?))) else {
        return builder.analyzing(&id.title(known.index));
    };
    let route = snapshot.route_of(id);
    let of_route = route.and_then(|route| route.hosts.iter().find(|host| host.id == Some(id)));
    let (role, state) = failures::state_part(id.state(known.index));
    let mut title = vec![
        (role, format!(" {state}")),
        (Role::Title, format!("  {}", text(&id.title(known.index)))),
    ];
    title.extend(route.map(|route| (Role::Text, format!("  of {}", text(&route.name)))));
    builder.row(title);
    builder.wrapped(
        "attempts",
        &attempts(known, host, of_route),
        Role::Text,
        width,
    );
    failures::reasons(&mut builder, "cause", host.tally.reasons.iter(), width);
    let class = host.tally.reasons.first().map(crate::triage::Reason::class);
    let advice = class.and_then(|class| route?.advice_for(class));
    if let Some(advice) = advice {
        builder.wrapped("what to do", &text(&advice), Role::Title, width);
    }
    if let Some(route) = route {
        let (role, state) = failures::state_part(route.judgement.state);
        let parts = vec![(Role::Id, text(&route.name)), (role, format!("  {state}"))];
        builder.parts("route", parts).link = Some(Record::Route(route.id));
    }
    let room = failures::strip_room(&builder, known, width);
    if let Some(span) = known.index.oldest().zip(known.index.newest()) {
        let strip = snapshot.triage.timeline(known.index, host, span, room);
        failures::history(&mut builder, known, &strip, room);
    }
    failures::links(&mut builder, known, snapshot, Peer::Host(id));
    failures::reasons(&mut builder, "refused", host.tally.refusals.iter(), width);
    comparison::lines(&mut builder, sides, width);
    builder.rows
}

fn attempts(
    known: RenderContext<'_>,
    host: &HostSummary,
    of_route: Option<&DestinationHost>,
) -> String {
    let last_ok = of_route
        .and_then(|host| host.last_ok)
        .or(host.tally.last_ok);
    let last_ok = last_ok.map_or_else(
        || "no success in this log".to_owned(),
        |time| {
            format!(
                "last success {}",
                humanize::short_time(time, known.index.newest())
            )
        },
    );
    format!(
        "{} of {} connections failed; {last_ok}",
        humanize::grouped(host.tally.failed()),
        humanize::grouped(host.tally.connections)
    )
}

/// The first lines of the page, shown below the table.
pub(super) fn preview(known: RenderContext<'_>, id: HostId, width: usize) -> Vec<PageRow> {
    head(known, id, &Comparison::default(), width)
}
