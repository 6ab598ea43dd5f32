//! Suggestions for the filter bar: names of fields, and values that the log holds.

use std::cmp::Reverse;
use std::ops::Range;

use hashbrown::HashMap;

use super::field::{FIELDS, Field, ValueKind};
use super::glob::CaselessFinder;
use super::quote::quote;
use super::saved::Saved;
use crate::event::{Policy, Tls, listener};
use crate::index::records::connection::text as decoded;
use crate::index::store::column::Tag;
use crate::index::store::posting::PostingList;
use crate::index::{Index, Interner};

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Completion {
    /// The bytes of the query to be replaced.
    pub replace: Range<usize>,
    /// Replacement text, quoted if necessary.
    pub text: String,
    /// How many records have the value, where that is known.
    pub count: Option<usize>,
    /// The field's meaning, or the name of the field whose value it is.
    pub what: &'static str,
}

const MOST: usize = 20;
/// Characters that must be typed before addresses and hosts are looked through: there are too many
/// of them.
const ENOUGH: usize = 2;

/// Suggestions for the cursor (a byte offset in `text`): the best first, at most 20.
pub(crate) fn complete(text: &str, cursor: usize, index: &Index, saved: &Saved) -> Vec<Completion> {
    let cursor = text.floor_char_boundary(cursor);
    if let Some(names) = saved_names(text, cursor, saved) {
        return names;
    }
    let place = CursorContext::find(text, cursor);
    match place.field {
        Some(field) => values(field, &place, index),
        None if place.is_name => fields(&place),
        None => Vec::new(),
    }
}

/// Names of saved queries, after an `@`.
fn saved_names(text: &str, cursor: usize, saved: &Saved) -> Option<Vec<Completion>> {
    let Scan { term, quoted, .. } = Scan::of(&text[..cursor]);
    let typed = text[term..cursor].trim_start_matches('-');
    let name = typed.strip_prefix('@').filter(|_| !quoted)?;
    let rest =
        text[cursor..].find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    let replace = cursor - typed.len()..rest.map_or(text.len(), |at| cursor + at);
    let found = saved.iter().filter(|(known, _)| known.starts_with(name));
    let completion = |(known, _): (&str, &str)| Completion {
        replace: replace.clone(),
        text: format!("@{known}"),
        count: None,
        what: "saved query",
    };
    Some(found.map(completion).take(MOST).collect())
}

/// The part of the query that is being typed.
struct CursorContext {
    replace: Range<usize>,
    typed: String,
    /// The field whose value is typed.
    field: Option<Field>,
    /// Whether the name of a field may be typed.
    is_name: bool,
}

impl CursorContext {
    fn find(text: &str, cursor: usize) -> Self {
        let Scan { term, item, quoted } = Scan::of(&text[..cursor]);
        let token = text[term..cursor].trim_start_matches('-');
        let start = cursor - token.len();
        let name_length = token
            .find(|c: char| !(c.is_ascii_alphabetic() || c == '_'))
            .unwrap_or(token.len());
        let (name, rest) = token.split_at(name_length);
        let Some(items) = rest.strip_prefix(':') else {
            let word = text[cursor..].find(|c: char| !(c.is_ascii_alphabetic() || c == '_'));
            let mut end = word.map_or(text.len(), |at| cursor + at);
            end += usize::from(text[end..].starts_with(':'));
            return Self {
                replace: start..end,
                typed: name.to_owned(),
                field: None,
                is_name: rest.is_empty(),
            };
        };
        let start = item.max(cursor - items.len());
        let typed = &text[start..cursor];
        let ends = |c: char| c.is_whitespace() || matches!(c, ')' | ',');
        let end = match text[cursor..].find(ends) {
            _ if quoted => cursor + usize::from(text[cursor..].starts_with('"')),
            Some(at) => cursor + at,
            None => text.len(),
        };
        let bare = typed.strip_prefix('"').unwrap_or(typed);
        Self {
            replace: start..end,
            typed: bare.replace("\\\"", "\""),
            field: Field::find(name),
            is_name: false,
        }
    }
}

/// Where the cursor is in the query.
struct Scan {
    /// Start of the term at the cursor.
    term: usize,
    /// Start of the last of the term's comma-separated values, if there are several.
    item: usize,
    quoted: bool,
}

impl Scan {
    fn of(before_cursor: &str) -> Self {
        let (mut term, mut item, mut quoted, mut before) = (0, 0, false, ' ');
        for (at, c) in before_cursor.char_indices() {
            match c {
                '"' if quoted => quoted = before == '\\',
                '"' => quoted = at == term || matches!(before, ':' | '~' | ','),
                _ if quoted => {}
                ',' => item = at + 1,
                _ if c.is_whitespace() || matches!(c, '(' | ')') => term = at + c.len_utf8(),
                _ => {}
            }
            before = c;
        }
        Self { term, item, quoted }
    }
}

fn fields(place: &CursorContext) -> Vec<Completion> {
    let typed = place.typed.to_ascii_lowercase();
    let mut found: Vec<_> = FIELDS
        .iter()
        .enumerate()
        .filter_map(|(at, doc)| {
            let at_start = doc.name.starts_with(&typed) || doc.aliases.contains(&typed.as_str());
            (at_start || doc.name.contains(&typed)).then_some((!at_start, at, doc))
        })
        .collect();
    found.sort_by_key(|(inside, at, _)| (*inside, *at));
    let all = found.into_iter().map(|(_, _, doc)| Completion {
        replace: place.replace.clone(),
        text: format!("{}:", doc.name),
        count: None,
        what: doc.doc,
    });
    // Nothing typed: all fields are worth seeing.
    all.take(if typed.is_empty() { FIELDS.len() } else { MOST })
        .collect()
}

fn values(field: Field, place: &CursorContext, index: &Index) -> Vec<Completion> {
    let doc = field.doc();
    let mut values = BestValues {
        needle: CaselessFinder::new(&place.typed.to_lowercase()),
        typed: place.typed.to_lowercase(),
        best: Vec::new(),
    };
    for (at, word) in doc.words.iter().enumerate() {
        values.add(word, at, None);
    }
    values.of_log(field, index);
    if doc.kind == ValueKind::Time {
        for (at, back) in ["-15m", "-1h", "-1d", "-1w"].iter().enumerate() {
            values.add(back, at, None);
        }
    }
    let found = values.best.into_iter();
    found
        .map(|(rank, text)| Completion {
            replace: place.replace.clone(),
            text: quote(&text),
            count: rank.count.0,
            what: doc.name,
        })
        .collect()
}

/// Sort key of a suggestion: lower is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct ValueRank {
    /// Whether the typed text matches inside the value rather than at its start.
    inside: bool,
    /// The place among fixed words, which come first.
    word: usize,
    count: Reverse<Option<usize>>,
}

struct BestValues {
    typed: String,
    needle: CaselessFinder,
    best: Vec<(ValueRank, String)>,
}

impl BestValues {
    fn value(&mut self, value: &str, count: Option<usize>) {
        self.add(value, usize::MAX, count);
    }

    /// Adds a value. The log may have hundreds of thousands: one that is not among the best
    /// allocates nothing.
    fn add(&mut self, value: &str, word: usize, count: Option<usize>) {
        let found = if value.is_ascii() {
            self.needle.find(value.as_bytes())
        } else {
            value.to_lowercase().find(&self.typed)
        };
        let Some(at) = found else { return };
        let rank = ValueRank {
            inside: at > 0,
            word,
            count: Reverse(count),
        };
        let key = (rank, value);
        let at = self
            .best
            .partition_point(|(rank, text)| (*rank, text.as_str()) < key);
        let is_known = self.best.iter().any(|(_, text)| text == value);
        if at < MOST && !is_known {
            self.best.truncate(MOST - 1);
            self.best.insert(at, (rank, value.to_owned()));
        }
    }

    fn posted<K: Tag>(&mut self, names: &Interner, posting: &PostingList<K>) {
        for (name, text) in names.iter() {
            let count = posting.count(name);
            if count > 0 {
                self.value(text, Some(count));
            }
        }
    }

    fn named(&mut self, names: &Interner) {
        names.iter().for_each(|(_, text)| self.value(text, None));
    }

    fn of_log(&mut self, field: Field, index: &Index) {
        let names = &index.names;
        let is_enough = self.typed.chars().nth(ENOUGH - 1).is_some();
        match field {
            Field::User => self.posted(&names.users, &index.attempts.by_user),
            Field::Profile => self.posted(&names.profiles, &index.attempts.by_profile),
            Field::Ip => self.posted(&names.addresses, &index.connections.peer.by_address),
            Field::Mechanism => self.named(&names.mechanisms),
            Field::Interface => names.interfaces.iter().for_each(|(_, written)| {
                self.value(decoded(listener(written.as_bytes()).0), None);
            }),
            Field::Group | Field::Action | Field::Country => self.policies(field, index),
            Field::Tls | Field::Cipher => names.tls.iter().for_each(|(_, written)| {
                let tls = Tls::parse(written.as_bytes());
                let value = tls.and_then(|tls| match field {
                    Field::Tls => tls.protocol,
                    _ => tls.cipher,
                });
                if let Some(value) = value {
                    self.value(decoded(value), None);
                }
            }),
            Field::Appliance => self.appliances(index),
            Field::Host if is_enough => self.named(&names.hosts),
            Field::From | Field::To if is_enough => self.named(&names.mail),
            Field::Domain if is_enough => names.mail.iter().for_each(|(_, address)| {
                if let Some(domain) = super::eval::domain(address) {
                    self.value(domain, None);
                }
            }),
            _ => {}
        }
    }

    fn policies(&mut self, field: Field, index: &Index) {
        for (_, written) in index.names.policies.iter() {
            let Some(policy) = Policy::parse(written.as_bytes()) else {
                continue;
            };
            let value = match field {
                Field::Group => Some(policy.sender_group),
                Field::Action => Some(policy.action),
                _ => policy.country,
            };
            if let Some(value) = value {
                self.value(decoded(value), None);
            }
        }
    }

    fn appliances(&mut self, index: &Index) {
        let mut counts = HashMap::new();
        for id in index.connections.appliance.iter() {
            *counts.entry(id).or_insert(0) += 1;
        }
        for (id, count) in counts {
            if let Some(name) = index.appliance(id) {
                self.value(name, Some(count));
            }
        }
    }
}
