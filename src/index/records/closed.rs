//! Records that have just ended, for commands that print each record when it ends.

use super::connection::ConnectionId;
use super::message::MessageId;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum ClosedRecord {
    /// A connection was closed, lost, aborted or superseded.
    Connection(ConnectionId),
    /// A message was finished.
    Message(MessageId),
}

impl ClosedRecord {
    pub(crate) fn connection(&self) -> Option<ConnectionId> {
        match self {
            Self::Connection(id) => Some(*id),
            Self::Message(_) => None,
        }
    }

    pub(crate) fn message(&self) -> Option<MessageId> {
        match self {
            Self::Message(id) => Some(*id),
            Self::Connection(_) => None,
        }
    }
}

/// Whether the index lists the records that end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum TrackClosed {
    /// No reader drains the list.
    #[default]
    Off,
    /// A reader prints each record when it ends.
    On,
}

/// Records that ended since the list was last drained.
#[derive(Debug, Default)]
pub(crate) struct ClosedLog {
    track: TrackClosed,
    pub(crate) records: Vec<ClosedRecord>,
}

impl ClosedLog {
    pub(crate) fn new(track: TrackClosed) -> Self {
        Self {
            track,
            records: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, record: ClosedRecord) {
        if self.track == TrackClosed::On {
            self.records.push(record);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.records.capacity() * size_of::<ClosedRecord>()
    }
}
