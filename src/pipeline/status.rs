//! What parsing found out about each source. How far a source is read and what happened to it is in
//! `source::Sources`.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::header::Timestamp;
use crate::position::SourceId;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ParsedSource {
    /// The syslog host of its entries, else the serial number in its header.
    pub appliance: Option<String>,
    pub entries: u64,
    /// The time of the last entry that has one.
    pub newest: Option<Timestamp>,
}

/// The parse status of all sources, shared by the pipeline that writes it and the interface that
/// shows it.
#[derive(Debug, Default)]
pub struct ParseStatus(Mutex<HashMap<SourceId, ParsedSource>>);

impl ParseStatus {
    fn lock(&self) -> MutexGuard<'_, HashMap<SourceId, ParsedSource>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn record(
        &self,
        source: SourceId,
        entries: usize,
        newest: Option<Timestamp>,
        appliance: Option<&[u8]>,
    ) {
        let mut sources = self.lock();
        let parsed = sources.entry(source).or_default();
        parsed.entries += entries as u64;
        parsed.newest = newest.or(parsed.newest);
        if let Some(name) = appliance
            && parsed.appliance.as_deref().map(str::as_bytes) != Some(name)
        {
            parsed.appliance = Some(String::from_utf8_lossy(name).into_owned());
        }
    }

    pub fn all(&self) -> HashMap<SourceId, ParsedSource> {
        self.lock().clone()
    }

    pub fn retain(&self, is_known: impl Fn(SourceId) -> bool) {
        self.lock().retain(|source, _| is_known(*source));
    }
}

#[cfg(test)]
mod tests;
