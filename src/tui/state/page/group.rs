//! The page of a group of hosts: its totals, and each of its hosts.

use super::PageRow;
use super::builder::{PageBuilder, text};
use super::failures;
use crate::humanize::{self, plural};
use crate::judge::RouteState;
use crate::safe;
use crate::tui::columns::record::Record;
use crate::tui::state::context::RenderContext;
use crate::tui::theme::Role;

pub(super) fn head(known: RenderContext<'_>, number: u32, width: usize) -> Vec<PageRow> {
    let mut builder = PageBuilder::default();
    let Some((snapshot, group)) = known.triage.whole().zip(known.triage.group(number)) else {
        return builder.rows;
    };
    let states = group.members.iter().map(|id| id.state(known.index));
    let state = states.min().unwrap_or(RouteState::Idle);
    let (role, state) = failures::state_part(state);
    let key = group.key.as_deref().map_or("(none)".into(), text);
    builder.row(vec![
        (role, format!(" {state}")),
        (Role::Title, format!("  {key}")),
        (Role::Text, format!("  {}", plural(group.routes, "host"))),
    ]);
    let count = format!(
        "{} of {} connections failed",
        humanize::grouped(group.tally.failed()),
        humanize::grouped(group.tally.connections)
    );
    builder.wrapped("attempts", &count, Role::Text, width);
    failures::reasons(&mut builder, "cause", group.tally.reasons.iter(), width);
    let impact = group.tally.impact.text();
    if !impact.is_empty() {
        builder.parts("impact", vec![(Role::Failed, impact)]);
    }
    let mut name = "hosts";
    for id in group.members.iter().take(super::MOST) {
        let route = snapshot.route_of(*id);
        let (role, state) = failures::state_part(id.state(known.index));
        let parts = vec![
            (role, safe::fit(&state, 14)),
            (Role::Id, text(&id.title(known.index))),
            (
                Role::Dim,
                route.map_or_else(String::new, |route| format!("  of {}", text(&route.name))),
            ),
        ];
        builder.parts(name, parts).link = Some(Record::Host(*id));
        name = "";
    }
    builder.more(group.members.len());
    builder.rows
}
