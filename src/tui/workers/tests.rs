use std::io::Write;
use std::sync::mpsc::Receiver;

use super::*;
use crate::event::Entry;
use crate::header::{HeaderParser, YearResolver};
use crate::index::{Index, TrackClosed};
use crate::position::SourceId;

/// A log that grows, its index, and the threads that search it.
struct Harness {
    log: tempfile::NamedTempFile,
    index: SharedIndex,
    sources: Arc<Sources>,
    workers: Workers,
    answers: Receiver<Answer>,
    told: u64,
}

impl Harness {
    fn new() -> Self {
        let log = tempfile::NamedTempFile::new().unwrap();
        let sources = Sources::default();
        let file = std::fs::File::open(log.path()).unwrap();
        sources.add_stream(log.path(), false, Some(file.into()));
        let sources = Arc::new(sources);
        let mut index = Index::new(TrackClosed::Off);
        index.open_source(SourceId::new(0), "");
        let index = SharedIndex::new(index);
        let (tell, answers) = mpsc::channel();
        let tell = move |answer| drop(tell.send(answer));
        let workers = Workers::start(Arc::clone(&sources), index.clone(), 100, tell).unwrap();
        Self {
            log,
            index,
            sources,
            workers,
            answers,
            told: 0,
        }
    }

    fn grow(&mut self, text: &str) {
        self.log.write_all(text.as_bytes()).unwrap();
        let mut parser = HeaderParser::new(YearResolver::starting(2026));
        for line in text.split_inclusive('\n') {
            let body = line.trim_end().as_bytes();
            let frame = parser.parse(body);
            self.index.write().apply(&Entry::parse(
                Position::new(SourceId::new(0), self.told),
                &frame,
                body,
            ));
            self.told += line.len() as u64;
        }
        self.sources.set_emitted(SourceId::new(0), self.told);
    }

    /// The ICIDs found, and whether more of the log was searched than the lines of a few records.
    fn search(&mut self, filter: &Query, hits: TextMatches) -> (Vec<u64>, TextMatches, bool) {
        self.workers.search(filter.clone().into(), hits);
        let mut whole = false;
        loop {
            match self.answers.recv().unwrap() {
                Answer::Searched(..) => whole = true,
                Answer::Hits(_, hits) => {
                    let hits = hits.unwrap();
                    let index = self.index.read();
                    let found = filter.connections(&index, &hits).into_iter();
                    let found = found.map(|id| index.connection(id).number()).collect();
                    return (found, hits, whole);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

fn opening(icid: u32, host: &str) -> String {
    format!(
        "Mon Mar  2 08:00:00 2026 Info: New SMTP ICID {icid} interface In (192.0.2.25) address 198.51.100.7 reverse dns host {host} verified yes\n"
    )
}

fn login(icid: u32, user: &str) -> String {
    format!(
        "Mon Mar  2 08:00:01 2026 Info: SMTP Auth: (ICID {icid}) failed for user: {user} using AUTH mechanism: PLAIN with profile: P\n"
    )
}

#[test]
fn where_fields_leave_few_records_only_their_lines_are_searched() {
    let mut desk = Harness::new();
    let log = |icid| opening(icid, "pc.example") + &login(icid, &format!("u{icid}"));
    desk.grow(&(100..200).map(log).collect::<String>());
    let filter = |text: &str| crate::query::parse(text).unwrap();

    let (found, hits, whole) =
        desk.search(&filter("user:u197 \"pc.example\""), TextMatches::none());
    assert_eq!((found, whole), (vec![197], false));
    let (found, _, whole) = desk.search(&filter("\"for user: u150\""), TextMatches::none());
    assert_eq!((found, whole), (vec![150], true));

    // A record of before that the fields leave only now has its words in lines that were not searched.
    desk.grow(&login(199, "u197"));
    let (found, _, whole) = desk.search(&filter("user:u197 \"pc.example\""), hits);
    assert_eq!((found, whole), (vec![197, 199], false));
}
