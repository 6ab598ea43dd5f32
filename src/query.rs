//! stub
#![allow(missing_docs)]
use crate::{frame::Stamp, index::*, source::Sources};
pub struct Query(String);
#[derive(Debug)]
pub struct QueryError(String);
impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
pub struct Hits;
pub fn parse(t: &str) -> Result<Query, QueryError> {
    Ok(Query(t.to_owned()))
}
impl Hits {
    pub fn none() -> Self {
        Hits
    }
    pub fn search(
        _: &Query,
        _: &Sources,
        _: &std::sync::atomic::AtomicBool,
        _: &mut dyn FnMut(u64),
    ) -> std::io::Result<Self> {
        Ok(Hits)
    }
}
impl Query {
    pub fn needs_text(&self) -> bool {
        false
    }
    pub fn connections(&self, i: &Index, _: &Hits) -> Vec<ConnectionId> {
        i.connections().map(|c| c.record()).collect()
    }
    pub fn messages(&self, i: &Index, _: &Hits) -> Vec<MessageId> {
        i.messages().map(|c| c.record()).collect()
    }
    pub fn attempts(&self, i: &Index, _: &Hits) -> Vec<AttemptId> {
        i.attempts().map(|c| c.record()).collect()
    }
    pub fn deliveries(&self, i: &Index, _: &Hits) -> Vec<DeliveryId> {
        i.deliveries().map(|c| c.record()).collect()
    }
    pub fn event(&self, _: &Entry<'_>, _: &[u8], _: Option<&str>, _: Option<Stamp>) -> bool {
        true
    }
}
pub mod rollup {
    use super::*;
    #[derive(serde::Serialize)]
    pub struct UserRow;
    #[derive(serde::Serialize)]
    pub struct ProfileRow;
    pub fn users(_: &Index, _: &[AttemptId]) -> Vec<UserRow> {
        vec![]
    }
    pub fn profiles(_: &Index, _: &[AttemptId]) -> Vec<ProfileRow> {
        vec![]
    }
}
