//! Bare words and `/regex/`: what they find in the raw lines of the log.
//!
//! Lines are not in memory, so a search streams every source once, without the index, and keeps which line of which
//! id each term was found in; [`TextMatches`] are turned into records later, beside the index. A line belongs to the records
//! whose own ids its fixed part carries.

use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use hashbrown::HashMap;
use memchr::{memchr, memrchr};
use regex::bytes::{Regex, RegexBuilder};

use super::Query;
use super::bitset::BitSet;
use super::error::SyntaxError;
use super::lex::Literal;
use super::value::{PATTERN_BYTES, check_length, pattern_error};
use crate::event::{self, ConnId, Dcid, Icid, Mid};
use crate::header::{HeaderParser, YearResolver};
use crate::index::Index;
use crate::index::store::extent::Span;
use crate::position::{Position, SourceId};
use crate::search::{self, LineRequest};
use crate::source::Sources;

/// A bare word, a phrase or a regular expression; case is ignored.
#[derive(Clone, Debug)]
pub(super) struct TextPattern {
    source: String,
    kind: PatternKind,
    /// Decides on a line.
    line: Regex,
    /// Finds candidate lines in a block of many; `None` where only single lines can be asked.
    block: Option<Regex>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum PatternKind {
    Literal,
    Regex,
}

impl PartialEq for TextPattern {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.source) == (other.kind, &other.source)
    }
}

impl TextPattern {
    pub fn literal(item: &Literal) -> Result<Self, SyntaxError> {
        check_length(item)?;
        let line = build(item, RegexBuilder::new(&regex::escape(&item.text)))?;
        Ok(Self {
            source: item.text.clone(),
            kind: PatternKind::Literal,
            block: Some(line.clone()),
            line,
        })
    }

    pub fn regex(item: &Literal) -> Result<Self, SyntaxError> {
        check_length(item)?;
        let source = item.text.as_str();
        let line = build(item, RegexBuilder::new(source))?;
        // The ends of a block are not those of a line, and flags may change what ends a line.
        let anchored = ["\\A", "\\z", "(?"]
            .iter()
            .any(|mark| source.contains(mark));
        let block = if anchored {
            None
        } else {
            let mut builder = RegexBuilder::new(source);
            builder.multi_line(true).crlf(source.contains('$'));
            Some(build(item, builder)?)
        };
        Ok(Self {
            source: source.to_owned(),
            kind: PatternKind::Regex,
            line,
            block,
        })
    }

    pub fn is_regex(&self) -> bool {
        self.kind == PatternKind::Regex
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether the line holds it.
    pub fn matches(&self, line: &[u8]) -> bool {
        self.line.is_match(line)
    }

    /// Tells the lines of the block that hold it, and where they begin.
    fn lines_of<'b>(&self, block: &'b [u8], mut tell: impl FnMut(usize, &'b [u8])) {
        let mut start = 0;
        while start < block.len() {
            if let Some(regex) = &self.block {
                let Some(found) = regex.find_at(block, start) else {
                    return;
                };
                let before = &block[..found.start().min(block.len() - 1)];
                start = memrchr(b'\n', before).map_or(0, |at| at + 1).max(start);
            }
            let end = memchr(b'\n', &block[start..]).map_or(block.len(), |at| start + at);
            let line = &block[start..end];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if self.matches(line) {
                tell(start, line);
            }
            start = end + 1;
        }
    }
}

fn build(item: &Literal, mut builder: RegexBuilder) -> Result<Regex, SyntaxError> {
    builder
        .case_insensitive(true)
        .size_limit(PATTERN_BYTES)
        .build()
        .map_err(|error| pattern_error(item, &error))
}

/// The record that a line belongs to, as the line names it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum LineOwner {
    In(u64),
    Out(u64),
    Message(u64),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Hit {
    owner: LineOwner,
    host: u32,
    at: Position,
}

/// Where one text term was found: sorted, with the place of each owner's hits.
#[derive(Clone, Debug, Default)]
struct TermMatches {
    hits: Vec<Hit>,
    /// How many hits make it time to compact them again.
    limit: usize,
    owners: HashMap<LineOwner, (usize, usize), foldhash::fast::RandomState>,
}

/// How far a search came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SearchProgress {
    /// Through all that was read of the log.
    End,
    /// As far as its time allowed; it can go on from there.
    Paused,
}

/// Where a query's text terms were found in the log.
#[derive(Clone, Debug, Default)]
pub struct TextMatches {
    terms: Vec<TermMatches>,
    /// The syslog hosts of the hits' lines; the first stands for none.
    hosts: Vec<Option<String>>,
    /// How far each source was searched.
    read: Vec<u64>,
    /// Whether only the lines of some records were.
    restricted: bool,
}

const BLOCK: usize = 1 << 20;
/// A term with more hits than this keeps only the first and last of those that stand close together.
const MANY: usize = 1 << 20;
/// Bytes: hits of one id closer than this are close together.
const CLOSE: u64 = 64 * 1024;

impl TextMatches {
    /// For queries without text terms. Text terms find nothing in it.
    pub fn none() -> Self {
        Self::default()
    }

    /// Searches all that was read of every source for the query's text terms. `progress` is told the bytes searched.
    ///
    /// # Errors
    /// When a source is gone or cannot be read; `Interrupted` once `cancel` is set.
    pub fn search(
        query: &Query,
        sources: &Sources,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<Self> {
        let mut hits = Self::none();
        hits.advance(query, sources, cancel, None, progress)?;
        Ok(hits)
    }

    /// Searches only these records' lines: less work than the whole log where they are few.
    ///
    /// # Errors
    /// When a source is gone or cannot be read; `Interrupted` once `cancel` is set.
    pub fn search_lines(
        query: &Query,
        sources: &Sources,
        wanted: &LineRequest,
        cancel: &AtomicBool,
    ) -> io::Result<Self> {
        let mut hits = Self::none();
        hits.restricted = true;
        hits.terms
            .resize_with(query.texts.len(), TermMatches::default);
        hits.hosts.push(None);
        let mut parser = HeaderParser::new(YearResolver::starting(2000));
        search::for_each_line(sources, wanted, &mut |line| {
            for (test, found) in query.texts.iter().zip(&mut hits.terms) {
                if test.matches(&line.bytes) {
                    found.note(&line.bytes, line.position, &mut parser, &mut hits.hosts);
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
        hits.terms.iter_mut().for_each(TermMatches::finish);
        Ok(hits)
    }

    /// Whether nothing was searched yet, or only the lines of the records that fields left at the time: other records may
    /// be left by now, whose lines stand anywhere in the log.
    pub fn is_partial(&self) -> bool {
        self.restricted || self.read.is_empty()
    }

    /// Searches what was read of the sources since the last search for the same query, for as long as `until` allows.
    ///
    /// # Errors
    /// As [`search`](Self::search); what was found so far stays.
    pub fn advance(
        &mut self,
        query: &Query,
        sources: &Sources,
        cancel: &AtomicBool,
        until: Option<Instant>,
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<SearchProgress> {
        self.terms
            .resize_with(query.texts.len(), TermMatches::default);
        if self.hosts.is_empty() {
            self.hosts.push(None);
        }
        let mut searched = 0;
        let mut done = Ok(SearchProgress::End);
        if query.needs_text() {
            for source in 0..sources.len() {
                // Of a source that nobody speaks of any more nothing is read, and of most others nothing is new.
                if sources.emitted_bytes(SourceId::new(source)) == self.read_of(source) {
                    continue;
                }
                let mut reader =
                    BlockReader::new(sources, SourceId::new(source), self.read_of(source));
                done = self.source(query, &mut reader, (cancel, until), &mut |bytes| {
                    progress(searched + bytes);
                });
                searched += reader.passed;
                self.read[source] = reader.line;
                if !matches!(done, Ok(SearchProgress::End)) {
                    break;
                }
            }
        }
        for found in &mut self.terms {
            found.finish();
        }
        done
    }

    fn read_of(&mut self, source: usize) -> u64 {
        if self.read.len() <= source {
            self.read.resize(source + 1, 0);
        }
        self.read[source]
    }

    fn source(
        &mut self,
        query: &Query,
        reader: &mut BlockReader<'_>,
        (cancel, until): (&AtomicBool, Option<Instant>),
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<SearchProgress> {
        let mut parser = HeaderParser::new(YearResolver::starting(2000));
        while let Some((block, base)) = reader.block()? {
            for (test, found) in query.texts.iter().zip(&mut self.terms) {
                test.lines_of(block, |start, line| {
                    let at = Position::new(base.source(), base.offset() + start as u64);
                    found.note(line, at, &mut parser, &mut self.hosts);
                });
            }
            progress(reader.passed);
            if cancel.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            if !reader.inside && until.is_some_and(|until| until <= Instant::now()) {
                return Ok(SearchProgress::Paused);
            }
        }
        Ok(SearchProgress::End)
    }

    /// The connections and the messages in whose lines the term was found.
    pub(super) fn records(&self, term: usize, index: &Index) -> (BitSet, BitSet) {
        let mut connections = BitSet::none(index.connections.ranks());
        let mut messages = BitSet::none(index.messages.ranks());
        let Some(found) = self.terms.get(term).filter(|found| !found.hits.is_empty()) else {
            return (connections, messages);
        };
        let mut newest = vec![None; found.hits.len()];
        let ids = index
            .connections
            .id
            .iter()
            .zip(index.connections.flags.iter());
        for (at, (id, facts)) in index.connections.ranks().numbers().zip(ids) {
            let owner = match facts.direction {
                crate::index::Direction::Inbound => LineOwner::In(id),
                crate::index::Direction::Outbound => LineOwner::Out(id),
            };
            if let Some(place) = found.owners.get(&owner) {
                let record = index.connection(crate::index::ConnectionId::new(at));
                let lines = (record.host_of_appliance(), record.spans());
                self.attribute(found, *place, &lines, |hit| newest[hit] = Some(at));
            }
        }
        newest
            .drain(..)
            .flatten()
            .for_each(|at| connections.set(at));
        newest.resize(found.hits.len(), None);
        for (at, mid) in index
            .messages
            .ranks()
            .numbers()
            .zip(index.messages.mid.iter())
        {
            if let Some(place) = found.owners.get(&LineOwner::Message(mid)) {
                let record = index.message(crate::index::MessageId::new(at));
                let lines = (record.host_of_appliance(), record.spans());
                self.attribute(found, *place, &lines, |hit| newest[hit] = Some(at));
            }
        }
        newest.drain(..).flatten().for_each(|at| messages.set(at));
        (connections, messages)
    }

    /// Tells the hits that stand among a record's lines. Ids come round again: of two such records the newer has them.
    fn attribute(
        &self,
        found: &TermMatches,
        (first, end): (usize, usize),
        (host, spans): &(Option<&str>, Vec<Span>),
        mut tell: impl FnMut(usize),
    ) {
        for (at, hit) in (first..end).zip(&found.hits[first..end]) {
            let same_host = self.hosts[hit.host as usize].as_deref() == *host;
            let inside = |span: &Span| span.first <= hit.at && hit.at <= span.last;
            if same_host && spans.iter().any(inside) {
                tell(at);
            }
        }
    }
}

impl TermMatches {
    /// A line holds the term: notes whose it is.
    fn note(
        &mut self,
        line: &[u8],
        at: Position,
        parser: &mut HeaderParser,
        hosts: &mut Vec<Option<String>>,
    ) {
        let frame = parser.parse(line);
        let owners = event::of_entry(&frame, line).owners();
        let connection = owners.link.map(|link| match link {
            ConnId::In(Icid(id)) => LineOwner::In(id),
            ConnId::Out(Dcid(id)) => LineOwner::Out(id),
        });
        let message = owners.mid.map(|Mid(mid)| LineOwner::Message(mid));
        if connection.is_none() && message.is_none() {
            return;
        }
        let host = host_number(hosts, frame.host(line));
        let owners = [connection, message].into_iter().flatten();
        self.hits
            .extend(owners.map(|owner| Hit { owner, host, at }));
        if self.hits.len() >= self.limit.max(MANY) {
            self.compact();
            self.limit = 2 * self.hits.len();
        }
    }

    /// Of hits that stand close together the first and the last tell as much as all.
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

/// Hosts are few; beyond this many a hit's host is not told apart.
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

/// Reads a source in blocks of whole lines.
struct BlockReader<'s> {
    sources: &'s Sources,
    source: SourceId,
    /// Where the next block begins.
    at: u64,
    /// Where the first line that may still grow begins.
    line: u64,
    /// Whether the next block begins inside a line whose first MiB has been passed.
    inside: bool,
    /// Bytes passed by this reader.
    passed: u64,
    buffer: Vec<u8>,
}

impl<'s> BlockReader<'s> {
    fn new(sources: &'s Sources, source: SourceId, at: u64) -> Self {
        Self {
            sources,
            source,
            at,
            line: at,
            inside: false,
            passed: 0,
            buffer: vec![0; BLOCK],
        }
    }

    /// The next whole lines; at the end of what was read, the unfinished line. Of a line over 1 MiB its first MiB.
    fn block(&mut self) -> io::Result<Option<(&[u8], Position)>> {
        let left = self
            .sources
            .emitted_bytes(self.source)
            .saturating_sub(self.at);
        let wanted = usize::try_from(left).map_or(BLOCK, |left| left.min(BLOCK));
        let mut filled = 0;
        while filled < wanted {
            let at = Position::new(self.source, self.at + filled as u64);
            match self.sources.read_at(at, &mut self.buffer[filled..wanted])? {
                0 => break,
                count => filled += count,
            }
        }
        if filled == 0 {
            return Ok(None);
        }
        let newline = memrchr(b'\n', &self.buffer[..filled]);
        let length = newline.map_or(filled, |at| at + 1);
        // The rest of an over-long line is not part of the entry: a stranger could make it look like one.
        let skipped = match memchr(b'\n', &self.buffer[..length]) {
            _ if !self.inside => 0,
            Some(at) => at + 1,
            None => length,
        };
        self.inside = newline.is_none() && (self.inside || filled == BLOCK);
        let base = Position::new(self.source, self.at + skipped as u64);
        self.at += length as u64;
        self.passed += length as u64;
        if newline.is_some() {
            self.line = self.at;
        }
        Ok(Some((&self.buffer[skipped..length], base)))
    }
}
