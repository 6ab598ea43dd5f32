//! Detects jumps back of a log's clock: at the end of summer time, or when the clock is set.

use crate::header::Timestamp;
use crate::position::SourceId;
use crate::source::{Notice, NoticeKind, SourceOpened};

/// Seconds back that are a jump. Relays and the appliance's own threads write lines a few seconds
/// out of order.
const MIN_JUMP: i64 = 60;
/// Notices per source: a source with more jumps has no order at all.
const MAX_NOTICES: u8 = 10;

#[derive(Debug, Default)]
pub(crate) struct ClockMonitor(Vec<SourceClock>);

#[derive(Clone, Debug, Default)]
struct SourceClock {
    path: std::path::PathBuf,
    last: Option<Timestamp>,
    host: Option<Vec<u8>>,
    notices: u8,
}

impl ClockMonitor {
    pub(crate) fn open(&mut self, opened: &SourceOpened) {
        let at = opened.source.index();
        if self.0.len() <= at {
            self.0.resize(at + 1, SourceClock::default());
        }
        self.0[at] = SourceClock {
            path: opened.path.clone(),
            ..SourceClock::default()
        };
    }

    /// Takes the next entry of a source. Returns a notice if its clock jumped back.
    pub(crate) fn observe(
        &mut self,
        source: SourceId,
        time: Option<Timestamp>,
        host: Option<&[u8]>,
    ) -> Option<Notice> {
        let clock = self.0.get_mut(source.index())?;
        let time = time?;
        let before = clock.last.replace(time);
        let same_host = clock.host.as_deref() == host;
        if !same_host {
            clock.host = host.map(<[u8]>::to_vec);
        }
        let before = before.filter(|before| before.seconds() - time.seconds() >= MIN_JUMP)?;
        if !same_host || clock.notices == MAX_NOTICES {
            return None;
        }
        clock.notices += 1;
        let seconds = before.seconds() - time.seconds();
        let detail = format!("{seconds} s, from {before} to {time}");
        Some(Notice::new(NoticeKind::Clock, &*clock.path, detail))
    }
}

#[cfg(test)]
mod tests;
