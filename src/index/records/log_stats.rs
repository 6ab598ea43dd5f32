//! Counts over the whole log. Eviction does not reduce them.

use super::event_counts::EventCounts;
use super::notices::Notices;
use super::timeline::Timeline;
use crate::header::Timestamp;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) entries: u64,
    /// Entries that no template matches.
    pub(crate) unknown: u64,
    /// Injection connections that were opened and have not ended.
    pub(crate) open_in: u64,
    /// Delivery connections that were opened and have not ended.
    pub(crate) open_out: u64,
    /// Inbound logins that succeeded.
    pub(crate) logins: u64,
    /// Inbound logins that failed.
    pub(crate) failed_logins: u64,
    /// Outbound authentications that failed.
    pub(crate) failed_outbound: u64,
}

#[derive(Debug, Default)]
pub(crate) struct LogStats {
    /// [`Totals::unknown`] is in `event_counts`.
    pub(crate) totals: Totals,
    pub(crate) event_counts: EventCounts,
    pub(crate) notices: Notices,
    pub(crate) timeline: Timeline,
    pub(crate) oldest: Option<Timestamp>,
    pub(crate) newest: Option<Timestamp>,
}

impl LogStats {
    /// An entry of that time was read.
    #[inline]
    pub(crate) fn extend_to(&mut self, time: Timestamp) {
        if self.newest != Some(time) {
            self.newest = self.newest.max(Some(time));
            self.oldest = Some(self.oldest.map_or(time, |oldest| oldest.min(time)));
        }
    }
}
