//! Deliveries that no connection was made for (`DCID 0`): tied to the route whose connection errors name their domain.
//!
//! ```text
//! Connection Error: DCID 63 domain: partner.example IP: 198.51.100.7 port: 25 details: [Errno 60] … reason: …
//! Delayed: DCID 0 MID 9 From: <a> To: <b@partner.example> RID 0 - 4.4.0 - Other network problem ('000', ['[Errno 60] …']) []
//! ```

use super::RouteBuilder;
use crate::header::Timestamp;
use crate::index::{DeliveryResult, Index, RETRY_WINDOW};
use crate::triage::outcome::ConnectionOutcome;

impl RouteBuilder {
    /// Notes whom a connection error was for.
    pub(super) fn note_error(&mut self, index: &Index, at: usize) {
        let member = self.members[at];
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
        self.errors
            .entry((connection.appliance_id(), domain))
            .or_default()
            .push((seconds, member.bucket));
        *self.buckets[member.bucket as usize]
            .domains
            .entry(domain)
            .or_default() += 1;
    }

    /// A delivery without a connection.
    pub(super) fn never_connected(&mut self, index: &Index, at: usize) {
        if at == 0 {
            self.errors
                .values_mut()
                .for_each(|errors| errors.sort_unstable());
        }
        let id = self.undelivered[at];
        let columns = &index.deliveries;
        let recipient = columns.recipient.get(id.at());
        let to = index.recipients.to.get(recipient.at());
        let Some(domain) = to.and_then(|to| self.domains.of(index, to)) else {
            return;
        };
        let message = index.recipients.message.get(recipient.at());
        let appliance = index.message(message).appliance_id();
        let time = columns.time.get(id.at()).map_or(0, Timestamp::seconds);
        let Some(errors) = self.errors.get(&(appliance, domain)) else {
            return;
        };
        // The lines of one second come in any order.
        let behind = errors.partition_point(|(at, _)| *at <= time + 1);
        let Some((error, bucket)) = errors[..behind].last().copied() else {
            return;
        };
        if time - error > RETRY_WINDOW {
            return;
        }
        let result = columns.result.get(id.at());
        self.buckets[bucket as usize].count(result);
        if result != DeliveryResult::Delivered {
            self.hit(index, bucket, id);
        }
    }
}
