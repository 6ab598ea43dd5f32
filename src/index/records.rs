//! The tables of records and the views that read them: connections, messages, recipients, authentication attempts and
//! deliveries; the appliances that write them; counts by event and by time.
//!
//! The log's entries reach the tables through [`super::correlate`]; [`super::evict`] removes records again.

pub mod appliance;
pub mod attempt;
pub mod connection;
pub mod delivery;
pub mod event_counts;
pub mod message;
pub mod timeline;
