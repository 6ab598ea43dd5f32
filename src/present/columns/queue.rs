//! What waits, and how long messages take.

use super::columns;
use crate::humanize;
use crate::judge::RouteState;
use crate::judge::incident::State;
use crate::present::{Cell, CellContext, Role, TableRow, plain, styled};
use crate::triage::queue::Failure;
use crate::triage::queue::latency::Percentiles;

columns! { QUEUE, TableRow::Queue(q), cx:
    "waiting" Number [] => plain(&q.waiting.to_string());
    "domain" Text [] => plain(&q.domain);
    "appliance" Text [5] => cx.text(q.appliance.as_ref());
    "state" Text [] => state(cx, q.state);
    "route" Text [2] => cx.text(q.route.as_ref());
    "messages" Number [3] => plain(&q.messages.to_string());
    "oldest" Exact [] => cx.time(q.oldest, Role::Text);
    "5m" Number [1] => age(q.ages[0]);
    "20m" Number [1] => age(q.ages[1]);
    "1h" Number [1] => age(q.ages[2]);
    "4h" Number [1] => age(q.ages[3]);
    "1d" Number [1] => age(q.ages[4]);
    "older" Number [1] => age(q.ages[5]);
    "attempts" Number [4] => plain(&q.attempts.to_string());
    "last reason" Text [] => cx.text(q.last_failure.as_ref().map(Failure::reason));
}

columns! { LATENCY, TableRow::Latency(l), cx:
    "hour" Exact [] => cx.time(Some(l.hour), Role::Text);
    "route" Text [] => cx.text(l.route.as_ref());
    "appliance" Text [5] => cx.text(l.appliance.as_ref());
    "recipients" Number [] => plain(&l.recipients.to_string());
    "scan 50/90/99%" Exact [] => percentiles(cx, l.scan);
    "wait 50/90/99%" Exact [] => percentiles(cx, l.wait);
    "retries 50/90/99%" Exact [] => percentiles(cx, l.retries);
}

fn state(cx: CellContext, state: Option<RouteState>) -> Cell {
    let Some(state) = state else {
        return cx.none();
    };
    let role = match state {
        RouteState::Incident(State::Failing) => Role::Failed,
        RouteState::Incident(_) => Role::Warning,
        RouteState::Healthy => Role::Ok,
        _ => Role::Pending,
    };
    styled(state.word(), role)
}

/// Empty for none, so that the age of a queue is seen at a glance.
fn age(recipients: u32) -> Cell {
    match recipients {
        0 => Cell::default(),
        some => plain(&some.to_string()),
    }
}

fn percentiles(cx: CellContext, seconds: Option<Percentiles>) -> Cell {
    let text = seconds.map(|Percentiles { p50, p90, p99 }| {
        let short = |seconds: u32| humanize::age(i64::from(seconds));
        format!("{} / {} / {}", short(p50), short(p90), short(p99))
    });
    cx.text(text)
}
