//! The result of parsing per source: appliance, entries, newest time. The state of reading is in
//! `source::Sources`.

use std::collections::HashMap;

use parking_lot::Mutex;

use crate::header::Timestamp;
use crate::position::SourceId;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct ParsedSource {
    /// The syslog host of its entries, else the serial number in its header.
    pub appliance: Option<String>,
    pub entries: u64,
    /// The time of the last entry that has one.
    pub newest: Option<Timestamp>,
}

/// The parse status of all sources, shared by the pipeline that writes it and the interface that
/// shows it.
#[derive(Debug, Default)]
pub(crate) struct ParseStatus(Mutex<HashMap<SourceId, ParsedSource>>);

impl ParseStatus {
    pub(crate) fn record(
        &self,
        source: SourceId,
        entries: usize,
        newest: Option<Timestamp>,
        appliance: Option<&[u8]>,
    ) {
        let mut sources = self.0.lock();
        let parsed = sources.entry(source).or_default();
        parsed.entries += entries as u64;
        parsed.newest = newest.or(parsed.newest);
        if let Some(name) = appliance
            && parsed.appliance.as_deref().map(str::as_bytes) != Some(name)
        {
            parsed.appliance = Some(String::from_utf8_lossy(name).into_owned());
        }
    }

    pub(crate) fn all(&self) -> HashMap<SourceId, ParsedSource> {
        self.0.lock().clone()
    }

    pub(crate) fn retain(&self, is_known: impl Fn(SourceId) -> bool) {
        self.0.lock().retain(|source, _| is_known(*source));
    }
}

#[cfg(test)]
mod tests;
