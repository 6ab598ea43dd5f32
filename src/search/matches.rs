//! Finds the records whose lines contain a query's texts.
//!
//! The log is not in memory: a search reads every source once, without the index, and keeps which
//! line of which id each pattern matched. [`TextMatches::records`] assigns them to records later,
//! under the index's lock. A line belongs to the records whose ids its fixed part carries.

use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use hashbrown::HashMap;

use super::lines::{LineRequest, RecordKey, for_each_line};
use super::pattern::TextPattern;
use super::reader::LineReader;
use crate::event::{ConnId, Dcid, Icid, Mid};
use crate::header::{Header, HeaderParser, YearResolver};
use crate::index::store::extent::Span;
use crate::index::{ConnectionId, Direction, Index, MessageId};
use crate::position::{Position, SourceId};
use crate::source::Sources;

/// A line that one pattern matched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Hit {
    owner: RecordKey,
    host: u32,
    at: Position,
}

/// The matches of one pattern: sorted, with the range of each owner's hits.
#[derive(Clone, Debug, Default)]
struct TermMatches {
    hits: Vec<Hit>,
    /// Number of hits at which they are compacted again.
    limit: usize,
    owners: HashMap<RecordKey, (usize, usize), foldhash::fast::RandomState>,
}

/// How far a search got.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SearchProgress {
    /// To the end of all sources.
    End,
    /// As far as its time allowed; [`TextMatches::advance`] resumes there.
    Paused,
}

/// Where a query's texts were found in the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextMatches {
    terms: Vec<TermMatches>,
    /// The syslog hosts of the matching lines; the first entry is `None`.
    hosts: Vec<Option<String>>,
    /// How far each source was searched.
    read: Vec<u64>,
    /// Whether only the lines of some records were searched.
    restricted: bool,
}

/// A term with more hits than this keeps only the first and last of those close together.
const MANY: usize = 1 << 20;
/// Bytes: hits of one id closer than this are close together.
const CLOSE: u64 = 64 * 1024;

impl TextMatches {
    /// For queries without texts.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    fn of_terms(count: usize) -> Self {
        Self {
            terms: vec![TermMatches::default(); count],
            hosts: vec![None],
            ..Self::default()
        }
    }

    /// Searches all sources for the patterns. `progress` receives the number of bytes searched so
    /// far.
    ///
    /// # Errors
    /// A source is gone or cannot be read; `Interrupted` once `cancel` is set.
    pub(crate) fn search(
        patterns: &[TextPattern],
        sources: &Sources,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<Self> {
        let mut found = Self::none();
        found.advance(patterns, sources, cancel, None, progress)?;
        Ok(found)
    }

    /// Searches only the lines of these records: faster than the whole log if they are few.
    ///
    /// # Errors
    /// A source is gone or cannot be read; `Interrupted` once `cancel` is set.
    pub(crate) fn search_lines(
        patterns: &[TextPattern],
        sources: &Sources,
        wanted: &LineRequest,
        cancel: &AtomicBool,
    ) -> io::Result<Self> {
        let mut found = Self::of_terms(patterns.len());
        found.restricted = true;
        for_each_line(sources, wanted, &mut |line| {
            for (pattern, term) in patterns.iter().zip(&mut found.terms) {
                if pattern.matches(&line.bytes) {
                    term.note(&line.frame, &line.bytes, line.position, &mut found.hosts);
                }
            }
            if cancel.load(Ordering::Relaxed) {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        })?;
        if cancel.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        found.terms.iter_mut().for_each(TermMatches::finish);
        Ok(found)
    }

    /// Whether nothing was searched yet, or only the lines of the records that the fields selected
    /// at that time: they may select others by now, whose lines can be anywhere in the log.
    pub(crate) fn is_partial(&self) -> bool {
        self.restricted || self.read.is_empty()
    }

    /// Searches what the sources have gained since the last search for the same patterns, until
    /// `until`.
    ///
    /// # Errors
    /// As [`search`](Self::search); earlier matches are kept.
    pub(crate) fn advance(
        &mut self,
        patterns: &[TextPattern],
        sources: &Sources,
        cancel: &AtomicBool,
        until: Option<Instant>,
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<SearchProgress> {
        if self.terms.len() != patterns.len() {
            *self = Self::of_terms(patterns.len());
        }
        if patterns.is_empty() {
            return Ok(SearchProgress::End);
        }
        let mut searched = 0;
        let mut done = Ok(SearchProgress::End);
        self.read.resize(sources.len().max(self.read.len()), 0);
        for at in 0..sources.len() {
            let (source, begin) = (SourceId::new(at), self.read[at]);
            // Most sources have not grown, and one that no record refers to is not read.
            if sources.emitted_bytes(source) == begin {
                continue;
            }
            let mut reader = LineReader::forward(sources, Position::new(source, begin));
            let before = searched;
            done = self.source(patterns, &mut reader, (cancel, until), &mut |offset| {
                searched = before + offset - begin;
                progress(searched);
            });
            self.read[at] = reader.resume;
            if !matches!(done, Ok(SearchProgress::End)) {
                break;
            }
        }
        self.terms.iter_mut().for_each(TermMatches::finish);
        done
    }

    fn source(
        &mut self,
        patterns: &[TextPattern],
        reader: &mut LineReader<'_>,
        (cancel, until): (&AtomicBool, Option<Instant>),
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<SearchProgress> {
        let mut parser = HeaderParser::new(YearResolver::starting(2000));
        while let Some((base, block)) = reader.block()? {
            for (pattern, term) in patterns.iter().zip(&mut self.terms) {
                pattern.for_each_line(block, |start, line| {
                    let at = Position::new(base.source(), base.offset() + start as u64);
                    term.note(&parser.parse(line), line, at, &mut self.hosts);
                });
            }
            progress(reader.position().offset());
            if cancel.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if !reader.inside && until.is_some_and(|until| until <= Instant::now()) {
                return Ok(SearchProgress::Paused);
            }
        }
        Ok(SearchProgress::End)
    }

    /// The connections and the messages in whose lines the pattern of that number was found.
    pub(crate) fn records(
        &self,
        term: usize,
        index: &Index,
    ) -> (Vec<ConnectionId>, Vec<MessageId>) {
        let Some(found) = self.terms.get(term).filter(|found| !found.hits.is_empty()) else {
            return (Vec::new(), Vec::new());
        };
        let columns = &index.connections;
        let keys = columns.id.iter().zip(columns.flags.iter());
        let keys = keys.map(|(id, flags)| match flags.direction {
            Direction::Inbound => RecordKey::Connection(ConnId::In(Icid(id))),
            Direction::Outbound => RecordKey::Connection(ConnId::Out(Dcid(id))),
        });
        let ids = columns.ranks().numbers().map(ConnectionId::new);
        let connections = found.attribute(&self.hosts, ids.zip(keys), |id| {
            let record = index.connection(id);
            (record.host_of_appliance(), record.spans())
        });
        let columns = &index.messages;
        let keys = columns.mid.iter().map(|mid| RecordKey::Message(Mid(mid)));
        let ids = columns.ranks().numbers().map(MessageId::new);
        let messages = found.attribute(&self.hosts, ids.zip(keys), |id| {
            let record = index.message(id);
            (record.host_of_appliance(), record.spans())
        });
        (connections, messages)
    }
}

impl TermMatches {
    /// The records within whose spans a hit of their id is. Of two records with the same id the
    /// newer one gets it.
    fn attribute<'i, Id: Copy>(
        &self,
        hosts: &[Option<String>],
        records: impl Iterator<Item = (Id, RecordKey)>,
        lines_of: impl Fn(Id) -> (Option<&'i str>, Vec<Span>),
    ) -> Vec<Id> {
        let mut newest = vec![None; self.hits.len()];
        for (id, key) in records {
            let Some((first, end)) = self.owners.get(&key).copied() else {
                continue;
            };
            let (host, spans) = lines_of(id);
            for (hit, newest) in self.hits[first..end].iter().zip(&mut newest[first..end]) {
                let is_inside = |span: &Span| span.first <= hit.at && hit.at <= span.last;
                if hosts[hit.host as usize].as_deref() == host && spans.iter().any(is_inside) {
                    *newest = Some(id);
                }
            }
        }
        newest.into_iter().flatten().collect()
    }

    /// Adds a matching line, if it belongs to a record.
    fn note(&mut self, frame: &Header, line: &[u8], at: Position, hosts: &mut Vec<Option<String>>) {
        let mut owners = RecordKey::of_line(frame, line).peekable();
        if owners.peek().is_none() {
            return;
        }
        let host = host_number(hosts, frame.host(line));
        self.hits
            .extend(owners.map(|owner| Hit { owner, host, at }));
        if self.hits.len() >= self.limit.max(MANY) {
            self.compact();
            self.limit = 2 * self.hits.len();
        }
    }

    /// Of hits close together the first and the last are enough: spans do not end between them.
    fn compact(&mut self) {
        self.hits.sort_unstable();
        let close = |a: &Hit, b: &Hit| {
            (a.owner, a.host, a.at.source()) == (b.owner, b.host, b.at.source())
                && b.at.offset() - a.at.offset() <= CLOSE
        };
        let mut kept: Vec<Hit> = Vec::new();
        for hit in self.hits.drain(..) {
            if let [.., before, last] = kept.as_mut_slice()
                && close(before, last)
                && close(last, &hit)
            {
                *last = hit;
            } else {
                kept.push(hit);
            }
        }
        self.hits = kept;
    }

    fn finish(&mut self) {
        self.hits.sort_unstable();
        self.hits.dedup();
        self.owners.clear();
        for (at, hit) in self.hits.iter().enumerate() {
            self.owners.entry(hit.owner).or_insert((at, at)).1 = at + 1;
        }
    }
}

/// Hosts are few; further ones are taken for the last of these.
const MOST_HOSTS: usize = 4096;

fn host_number(hosts: &mut Vec<Option<String>>, host: Option<&[u8]>) -> u32 {
    let Some(host) = host else { return 0 };
    let host = String::from_utf8_lossy(host);
    let known = hosts
        .iter()
        .position(|known| known.as_deref() == Some(&host));
    let at = known.unwrap_or_else(|| {
        if hosts.len() < MOST_HOSTS {
            hosts.push(Some(host.into_owned()));
        }
        hosts.len() - 1
    });
    u32::try_from(at).unwrap_or(0)
}
