//! The top line and the tab bar.

use super::{Canvas, width};
use crate::humanize::{clock, grouped, size};
use crate::index::Index;
use crate::pipeline::ReadProgress;
use crate::present::CellContext;
use crate::safe;
use crate::tui::columns::record::Record;
use crate::tui::state::{App, Feed, View};
use crate::tui::theme::Role;
use crate::tui::widgets::layout::Areas;

/// Columns of the title that the totals leave free.
const TITLE: usize = 16;

type Parts = Vec<(Role, String)>;

pub(super) fn draw(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App, index: &Index) {
    let whole = usize::from(areas.top.width);
    let feed = feed(app, index);
    let title = safe::text(&app.feed.title);
    let wanted = width(&feed) + safe::width(&title).min(TITLE) + 16;
    let failing = app.records.triage.incidents();
    let words = [Words::All, Words::Most, Words::Some, Words::Few];
    let all = words.map(|words| totals(index, failing, words));
    let fits = |right: &&Parts| width(right) + wanted <= whole;
    let right = all.iter().find(fits).unwrap_or(&all[3]);
    let room = whole.saturating_sub(width(right) + 3);
    let mut left: Parts = vec![(Role::Title, " mailscope  ".into())];
    let title_room = room.saturating_sub(width(&left) + width(&feed) + 2).max(8);
    let title = safe::fit(&title, safe::width(&title).min(title_room));
    left.push((Role::Text, title));
    left.push((Role::Text, "  ".into()));
    left.extend(feed);
    while width(&left) > room && left.len() > 3 {
        left.pop();
    }
    canvas.parts(areas.top, &left);
    canvas.right(areas.top, right);
    tabs(canvas, areas, app, index);
}

fn feed(app: &App, index: &Index) -> Parts {
    if let Some(since) = app.feed.paused {
        let waits = index.totals().entries.saturating_sub(since);
        let text = format!("‖ paused ({} waiting)", grouped(waits));
        return vec![(Role::Pending, text)];
    }
    let (role, text) = match &app.feed.phase {
        Feed::Loading(progress) => (Role::Pending, format!("loading {} %", percent(*progress))),
        Feed::Newest(progress) => {
            let percent = percent(*progress);
            (
                Role::Pending,
                format!("newest entries, loading {percent} %"),
            )
        }
        Feed::Following if app.feed.behind > 0 => {
            let behind = size(app.feed.behind);
            (Role::Pending, format!("● following, {behind} behind"))
        }
        Feed::Following => (Role::Ok, "● following".into()),
        Feed::Ended => (Role::Dim, "ended".into()),
    };
    let mut parts = vec![(role, text)];
    if let Some(rate) = app.feed.rate {
        parts.push((Role::Dim, format!("  {} lines/s", grouped(rate))));
    }
    parts
}

fn percent(progress: ReadProgress) -> u64 {
    let percent = (progress.read * 100).checked_div(progress.total);
    percent.unwrap_or(0)
}

/// The wordings of the totals, from the shortest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Words {
    Few,
    Some,
    Most,
    All,
}

/// Open connections, logins and failing routes.
fn totals(index: &Index, failing: Option<(usize, usize)>, words: Words) -> Parts {
    let totals = index.totals();
    let failed = |count: u64| {
        let role = if count > 0 { Role::Failed } else { Role::Dim };
        (role, format!("✗ {}", grouped(count)))
    };
    let (open_in, open_out) = (grouped(totals.open_in), grouped(totals.open_out));
    let mut parts = match words {
        Words::Few => Vec::new(),
        Words::Some => vec![(Role::Dim, format!("in {open_in} out {open_out}  "))],
        Words::Most | Words::All => {
            let text = format!("in {open_in} open · out {open_out} open  ");
            vec![(Role::Dim, text)]
        }
    };
    let retired = index.evicted().all();
    if retired > 0 && words >= Words::Most {
        parts.push((Role::Dim, format!("retired {}  ", grouped(retired))));
    }
    parts.push((Role::Dim, "logins ".into()));
    parts.push((Role::Ok, format!("✓ {} ", grouped(totals.logins))));
    parts.push(failed(totals.failed_logins));
    if let Some((critical, warnings)) = failing {
        let label = match words {
            Words::All => "  failing routes ",
            _ => "  routes ",
        };
        parts.push((Role::Dim, label.into()));
        parts.push(failed(critical as u64));
        if warnings > 0 {
            parts.push((Role::Warning, format!(" ⚠ {warnings}")));
        }
    }
    if words == Words::All {
        parts.push((Role::Dim, "  out auth ".into()));
        parts.push(failed(totals.failed_outbound));
    }
    parts
}

fn tabs(canvas: &mut Canvas<'_, '_>, areas: &Areas, app: &App, index: &Index) {
    let room = usize::from(areas.tabs.width);
    let pages: Parts = app
        .pages
        .iter()
        .map(|page| (Role::Title, format!("› {} ", safe::text(&page.title))))
        .collect();
    let mut right = shown(app, index, areas);
    let everything = all_tabs(app, |_| true, Room::Ample);
    // The least used view is left out first; its key works all the same.
    let most = all_tabs(app, |view| view != View::Sources, Room::Ample);
    let fits = |tabs: &Parts, beside: &Parts| width(tabs) + width(beside) + 2 <= room;
    let mut left = if fits(&everything, &right) {
        everything
    } else if app.view == View::Sources {
        all_tabs(app, |_| true, Room::Tight)
    } else {
        most
    };
    if width(&left) + width(&pages) > room {
        // The path of the open pages matters more than the other views.
        left = chosen_tab(app);
    }
    left.extend(pages);
    canvas.parts(areas.tabs, &left);
    while width(&right) + width(&left) + 2 > room && !right.is_empty() {
        right.remove(0);
    }
    canvas.right(areas.tabs, &right);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Room {
    Ample,
    Tight,
}

fn all_tabs(app: &App, is_shown: impl Fn(View) -> bool, space: Room) -> Parts {
    let mut parts: Parts = vec![(Role::Text, " ".into())];
    for (key, view) in View::ALL.into_iter().filter(|(_, view)| is_shown(*view)) {
        let chosen = view == app.view;
        // Brackets mark the view if nothing is bold.
        let (open, close) = match (chosen, space) {
            (true, _) => ("[", "]"),
            (false, Room::Ample) => (" ", " "),
            (false, Room::Tight) => (" ", ""),
        };
        let (key_role, role) = match chosen {
            true => (Role::Title, Role::Title),
            false => (Role::Dim, Role::Text),
        };
        parts.push((key_role, format!("{open}{key} ")));
        parts.push((role, view.title().to_owned()));
        parts.extend(noticed(app, view));
        parts.push((Role::Title, close.to_owned()));
    }
    parts
}

fn chosen_tab(app: &App) -> Parts {
    let chosen = View::ALL.iter().find(|(_, view)| *view == app.view);
    let text = chosen.map_or_else(String::new, |(key, view)| {
        format!(" [{key} {}] ", view.title())
    });
    vec![(Role::Title, text)]
}

/// The counts of open incidents and of findings.
fn noticed(app: &App, view: View) -> Option<(Role, String)> {
    let triage = &app.records.triage;
    match view {
        View::Routes => match triage.incidents()? {
            (0, 0) => None,
            (0, warnings) => Some((Role::Warning, format!(" ⚠{warnings}"))),
            (critical, _) => Some((Role::Failed, format!(" ✗{critical}"))),
        },
        View::Findings => {
            let (count, worst) = triage.worst()?;
            let role = CellContext::SCREEN.severity(worst).role;
            Some((role, format!(" {count}")))
        }
        _ => None,
    }
}

/// The time range of the rows shown, and the counts of rows and records.
fn shown(app: &App, index: &Index, areas: &Areas) -> Parts {
    let Some(table) = app.table().filter(|_| app.pages.is_empty()) else {
        return Vec::new();
    };
    let mut parts = Vec::new();
    if let Some((from, to)) = super::timeline::shown_span(app, index, areas) {
        parts.push((Role::Dim, format!("{}–{}   ", clock(from), clock(to))));
    }
    let total = table.total(index);
    let newer = match table.rows.first() {
        Some(Record::Connection(_) | Record::Message(_))
            if table.scroll.cursor > 0 && table.is_newest_first() =>
        {
            table.scroll.cursor
        }
        _ => 0,
    };
    if newer > 0 {
        parts.push((Role::Dim, format!("{} above   ", grouped(newer as u64))));
    }
    let rows = grouped(table.rows.len() as u64);
    let text = if table.rows.len() == total {
        rows
    } else {
        format!("{rows} of {}", grouped(total as u64))
    };
    parts.push((Role::Text, text));
    parts
}
