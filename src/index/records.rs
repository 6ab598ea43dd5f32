//! The tables of records and the views that read them: connections, messages, recipients,
//! authentication attempts and deliveries; the appliances that write them; counts by event and by
//! time.
//!
//! [`super::correlate`] fills the tables from the log's entries; [`super::evict`] removes records
//! again.

pub(crate) mod appliance;
pub(crate) mod attempt;
pub(crate) mod closed;
pub(crate) mod connection;
pub(crate) mod delivery;
pub(crate) mod event_counts;
pub(crate) mod log_stats;
pub(crate) mod message;
pub(crate) mod names;
pub(crate) mod notices;
pub(crate) mod recipient;
pub(crate) mod timeline;
mod view;
