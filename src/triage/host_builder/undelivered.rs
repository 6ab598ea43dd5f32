//! Deliveries without a connection (`DCID 0`): each belongs to the route whose connection error
//! names the domain of its recipient.
//!
//! ```text
//! Connection Error: DCID 63 domain: partner.example IP: 198.51.100.7 port: 25 details: [Errno 60] … reason: …
//! Delayed: DCID 0 MID 9 From: <a> To: <b@partner.example> RID 0 - 4.4.0 - Other network problem ('000', ['[Errno 60] …']) []
//! ```

use super::HostBuilder;
use crate::header::Timestamp;
use crate::index::{DeliveryResult, Index, RETRY_WINDOW};
use crate::triage::outcome::ConnectionOutcome;

impl HostBuilder {
    /// Records the domain of a connection error.
    pub(super) fn note_error(&mut self, index: &Index, at: usize) {
        let member = self.members.list[at];
        if member.outcome != ConnectionOutcome::ConnectionError {
            return;
        }
        let connection = index.connection(member.connection);
        let Some(domain) = connection.failed_domain() else {
            return;
        };
        let domain = self.domains.intern(domain);
        let time = connection.closed().or(connection.first_seen());
        let seconds = time.map_or(0, Timestamp::seconds);
        self.undelivered
            .errors
            .entry((connection.appliance_id(), domain))
            .or_default()
            .push((seconds, member.bucket));
        *self.buckets.list[member.bucket as usize]
            .domains
            .entry(domain)
            .or_default() += 1;
    }

    pub(super) fn undelivered(&mut self, index: &Index, at: usize) {
        if at == 0 {
            self.undelivered
                .errors
                .values_mut()
                .for_each(|errors| errors.sort_unstable());
        }
        let id = self.undelivered.deliveries[at];
        let columns = &index.deliveries;
        let recipient = columns.recipient.get(id.at());
        let to = index.recipients.to.get(recipient.at());
        let Some(domain) = to.and_then(|to| self.domains.of(index, to)) else {
            return;
        };
        let message = index.recipients.message.get(recipient.at());
        let appliance = index.message(message).appliance_id();
        let time = columns.time.get(id.at()).map_or(0, Timestamp::seconds);
        let Some(errors) = self.undelivered.errors.get(&(appliance, domain)) else {
            return;
        };
        // Lines of one second may be in any order.
        let behind = errors.partition_point(|(at, _)| *at <= time + 1);
        let Some((error, bucket)) = errors[..behind].last().copied() else {
            return;
        };
        if time - error > RETRY_WINDOW {
            return;
        }
        let result = columns.result.get(id.at());
        self.buckets.list[bucket as usize].count(result);
        if result != DeliveryResult::Delivered {
            self.affect(index, bucket, id);
        }
    }
}
