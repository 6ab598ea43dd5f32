//! Steps of a log's clock: summer time ends, or somebody sets it.

use crate::header::Stamp;
use crate::position::SourceId;
use crate::source::{Notice, NoticeKind, SourceOpened};

/// So many seconds back are a step. Relays and the appliance's own threads put lines a few seconds out of order.
const STEP: i64 = 60;
/// So many steps of one source are told: beyond, its lines are in no order at all.
const MOST: u8 = 10;

/// The time of the last entry of each source.
#[derive(Debug, Default)]
pub struct Clocks(Vec<Clock>);

#[derive(Clone, Debug, Default)]
struct Clock {
    path: std::path::PathBuf,
    last: Option<Stamp>,
    /// The clock of which host that was.
    host: Option<Vec<u8>>,
    told: u8,
}

impl Clocks {
    /// A source begins.
    pub fn open(&mut self, opened: &SourceOpened) {
        let at = opened.source.index();
        if self.0.len() <= at {
            self.0.resize(at + 1, Clock::default());
        }
        self.0[at] = Clock {
            path: opened.path.clone(),
            ..Clock::default()
        };
    }

    /// The next entry of a source; a notice where its clock went back.
    pub fn tick(
        &mut self,
        source: SourceId,
        time: Option<Stamp>,
        host: Option<&[u8]>,
    ) -> Option<Notice> {
        let clock = self.0.get_mut(source.index())?;
        let time = time?;
        let before = clock.last.replace(time);
        let same_host = clock.host.as_deref() == host;
        if !same_host {
            clock.host = host.map(<[u8]>::to_vec);
        }
        let before = before.filter(|before| before.seconds() - time.seconds() >= STEP)?;
        if !same_host || clock.told == MOST {
            return None;
        }
        clock.told += 1;
        let seconds = before.seconds() - time.seconds();
        let detail = format!("{seconds} s, from {before} to {time}");
        Some(Notice::new(NoticeKind::Clock, &*clock.path, detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event;
    use crate::header::{Framer, Years};
    use crate::index::records::appliance::Appliances;

    fn opened() -> SourceOpened {
        SourceOpened {
            source: SourceId::new(0),
            path: "/logs/mail.current".into(),
            head: Vec::new(),
            tail: Vec::new(),
            modified: None,
            compressed: false,
            begins: 0,
        }
    }

    /// Which of these entries are told as steps.
    fn steps(entries: &[(i64, Option<&[u8]>)]) -> Vec<usize> {
        let mut clocks = Clocks::default();
        clocks.open(&opened());
        let mut tick = |&(at, host): &(i64, Option<&[u8]>)| {
            clocks.tick(SourceId::new(0), Stamp::from_seconds(at), host)
        };
        let told = entries.iter().map(|entry| tick(entry).is_some());
        let told: Vec<bool> = told.collect();
        (0..told.len()).filter(|&at| told[at]).collect()
    }

    #[test]
    fn case_33_a_clock_that_goes_back_is_told_once() {
        let hour = 3600;
        assert_eq!(
            steps(&[(9 * hour, None), (8 * hour, None), (8 * hour + 5, None)]),
            [1]
        );
        assert!(steps(&[(hour, None), (hour - 2, None), (hour + 1, None)]).is_empty());
        // Two hosts in one file, in two zones.
        let (a, b) = (Some(&b"esa01"[..]), Some(&b"esa02"[..]));
        assert!(steps(&[(9 * hour, a), (hour, b), (9 * hour, a), (hour, b)]).is_empty());
        let endless: Vec<_> = (1..60).rev().map(|at| (at * hour, None)).collect();
        assert_eq!(steps(&endless).len(), usize::from(MOST));
    }

    #[test]
    fn case_67_each_file_says_its_own_offset_and_one_that_says_none_has_none() {
        let mut appliances = Appliances::default();
        let says = [Some("-14400"), Some("-18000"), None];
        for (at, offset) in says.iter().enumerate() {
            let source = SourceId::new(at);
            appliances.open_source(source, "/logs");
            let line = match offset {
                Some(seconds) => format!("Time offset from UTC: {seconds} seconds"),
                None => "MID 7 Subject 'Time offset from UTC: -3600 seconds'".to_owned(),
            };
            let line = format!("Mon Mar  2 08:00:00 2026 Info: {line}");
            let frame = Framer::new(Years::starting(2026)).frame(line.as_bytes());
            let event = event::of_entry(&frame, line.as_bytes());
            appliances.note_framing(source, &event, frame.time);
        }
        let offset = |at| {
            appliances
                .facts(SourceId::new(at))
                .and_then(|facts| facts.utc_offset)
        };
        assert_eq!([0, 1, 2].map(offset), [Some(-14_400), Some(-18_000), None]);
    }
}
