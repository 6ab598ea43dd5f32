//! Reads rare lines, of which there are many kinds, by templates.
//!
//! The lines that make up nearly all of a log, and those whose parts the index correlates, have
//! parsers of their own in the sibling files. All others are rows of a table in
//! [`super::templates`]: a kind, and a template of fixed words, ids and holes.
//!
//! ```text
//! {MID}quarantined to "{quarantine}" ({reason})
//! ```
//!
//! `{MID}`, `{ICID}`, `{DCID}` and `{RCID}` stand for the word and its number in any spelling, with
//! the blank behind it; `{MID#}` and the like for the number alone; `{RIDS}` for a list of
//! recipients. `{name}` is a text up to the first match of the next fixed words, `{name>}`
//! up to the last, for text by a stranger before fixed words. `{name^}` is one word: if
//! fixed words follow a hole at the head of a line, a stranger's text after it must not be searched
//! for them. `{name#}` is a whole number; `{name=words}` is just these words. The last hole takes
//! the rest of the line.

use std::sync::LazyLock;

use super::fields::Sink;
use super::scan::{self, find, number, rfind};
use super::templates::{self, MessageEffect};
use super::{ConnId, Dcid, Event, EventKind, Icid, Mid, Rid, Rids, Value};
use crate::words::words;

#[derive(Debug)]
pub(crate) struct Template {
    kind: EventKind,
    effect: MessageEffect,
    parts: Vec<TemplatePart>,
}

#[derive(Clone, Copy, Debug)]
enum TemplatePart {
    Words(&'static [u8]),
    Id(IdWord),
    BareId(IdWord),
    Rids,
    Number(&'static str),
    Word(&'static str),
    Literal(&'static str, &'static str),
    Text(&'static str, Until),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Until {
    First,
    Last,
}

words! {
    /// The words before ids.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    enum IdWord {
        const ALL;
        Mid = "MID",
        Icid = "ICID",
        Dcid = "DCID",
        Rcid = "RCID",
        Rid = "RID",
    }
}

impl IdWord {
    /// The id and its word at the start of `text`.
    fn take(self, text: &[u8]) -> Option<(u64, &[u8])> {
        let rest = text.strip_prefix(self.word().as_bytes())?;
        // The file reputation log assigns its ids: `MID = 4, …`.
        match rest.strip_prefix(b" = ") {
            Some(rest) => {
                let (id, rest) = number(rest)?;
                let rest = rest.strip_prefix(b",").unwrap_or(rest);
                Some((id, rest.trim_ascii_start()))
            }
            None => scan::id(text, self.word().as_bytes()),
        }
    }
}

/// The ids in a line's fixed part.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct EntryIds {
    pub link: Option<ConnId>,
    pub mid: Option<Mid>,
}

/// Templates are rows of one static table, so identity is equality.
impl PartialEq for Template {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Template {
    pub(crate) fn kind(&self) -> EventKind {
        self.kind
    }

    pub(crate) fn effect(&self) -> MessageEffect {
        self.effect
    }

    fn new(kind: EventKind, effect: MessageEffect, template: &'static str) -> Self {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some(open) = rest.find('{') {
            if open > 0 {
                parts.push(TemplatePart::Words(&rest.as_bytes()[..open]));
            }
            let (hole, behind) = rest[open + 1..].split_once('}').unwrap_or((rest, ""));
            parts.push(TemplatePart::of(hole));
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Words(rest.as_bytes()));
        }
        Self {
            kind,
            effect,
            parts,
        }
    }

    /// Passes each id and each field of a line to the callbacks. `None` if the line does not match.
    fn read<'a>(
        &self,
        line: &'a [u8],
        name: &mut dyn FnMut(IdWord, u64),
        emit: Sink<'_, 'a>,
    ) -> Option<()> {
        let mut rest = line;
        for (at, part) in self.parts.iter().enumerate() {
            let next = self.parts.get(at + 1);
            rest = match *part {
                TemplatePart::Words(words) => rest.strip_prefix(words)?,
                TemplatePart::Id(word) => {
                    let (id, behind) = word.take(rest.trim_ascii_start())?;
                    name(word, id);
                    behind
                }
                TemplatePart::BareId(word) => {
                    let (id, behind) = number(rest)?;
                    name(word, id);
                    behind
                }
                TemplatePart::Rids => {
                    let (rids, behind) = Rids::parse(rest)?;
                    emit("rids", Value::Rids(rids));
                    behind
                }
                TemplatePart::Number(field) => {
                    let (value, behind) = number(rest)?;
                    emit(field, Value::Number(value));
                    behind
                }
                TemplatePart::Word(field) => {
                    let end = rest.iter().position(|b| *b == b' ')?;
                    (end > 0).then_some(())?;
                    emit(field, Value::Text(&rest[..end]));
                    &rest[end..]
                }
                TemplatePart::Literal(field, words) => {
                    let behind = rest.strip_prefix(words.as_bytes())?;
                    emit(field, Value::Text(words.as_bytes()));
                    behind
                }
                TemplatePart::Text(field, until) => {
                    let end = match (next, until) {
                        (None, _) => rest.len(),
                        (Some(next), Until::First) => find(rest, next.mark())?,
                        // Fixed words at the end of the template must be at the end of the line.
                        (Some(TemplatePart::Words(words)), Until::Last)
                            if at + 2 == self.parts.len() =>
                        {
                            rest.strip_suffix(*words)?.len()
                        }
                        (Some(next), Until::Last) => rfind(rest, next.mark())?,
                    };
                    let text = rest[..end].trim_ascii();
                    // An empty hole at the end is a missing field.
                    if !text.is_empty() || next.is_some() {
                        emit(field, Value::Text(text));
                    }
                    &rest[end..]
                }
            };
        }
        rest.trim_ascii().is_empty().then_some(())
    }

    /// The ids in the line's fixed part; `None` if the line does not match.
    fn ids(&self, line: &[u8]) -> Option<EntryIds> {
        let mut ids = EntryIds::default();
        self.read(
            line,
            &mut |word, id| match word {
                IdWord::Mid => _ = ids.mid.get_or_insert(Mid(id)),
                IdWord::Icid => _ = ids.link.get_or_insert(ConnId::In(Icid(id))),
                IdWord::Dcid => _ = ids.link.get_or_insert(ConnId::Out(Dcid(id))),
                IdWord::Rcid | IdWord::Rid => {}
            },
            &mut |_, _| {},
        )?;
        Some(ids)
    }

    /// Passes each field of the line to `emit`.
    pub(crate) fn fields<'a>(&self, line: &'a [u8], emit: Sink<'_, 'a>) {
        let mut rcid = None;
        self.read(
            line,
            &mut |word, id| {
                if word == IdWord::Rcid {
                    rcid = Some(id);
                }
            },
            emit,
        );
        if let Some(id) = rcid {
            emit("rcid", Value::Number(id));
        }
    }

    pub(crate) fn rids<'a>(&self, line: &'a [u8]) -> impl Iterator<Item = Rid> + use<'a> {
        let (mut one, mut list) = (None, None);
        self.read(
            line,
            &mut |word, id| {
                if word == IdWord::Rid {
                    one = Some(Rid(id));
                }
            },
            &mut |_, value| {
                if let Value::Rids(rids) = value {
                    list = Some(rids);
                }
            },
        );
        one.into_iter().chain(list.into_iter().flat_map(Rids::iter))
    }

    /// Its slot in the table: the leading id word and the next fixed letter.
    fn place(&self) -> (usize, Option<u8>) {
        let letter = |part: Option<&TemplatePart>| match part {
            Some(TemplatePart::Words(words)) => words.first().copied(),
            Some(TemplatePart::Id(word)) => word.word().bytes().next(),
            _ => None,
        };
        match self.parts.first() {
            Some(TemplatePart::Id(word)) => (*word as usize, letter(self.parts.get(1))),
            first => (IdWord::ALL.len(), letter(first)),
        }
    }
}

impl TemplatePart {
    fn of(hole: &'static str) -> Self {
        let id_word = |hole| IdWord::ALL.into_iter().find(|word| word.word() == hole);
        let bare = hole.strip_suffix('#');
        if let Some(word) = id_word(hole) {
            Self::Id(word)
        } else if let Some(word) = bare.and_then(id_word) {
            Self::BareId(word)
        } else if hole == "RIDS" {
            Self::Rids
        } else if let Some(name) = bare {
            Self::Number(name)
        } else if let Some((name, words)) = hole.split_once('=') {
            Self::Literal(name, words)
        } else if let Some(name) = hole.strip_suffix('^') {
            Self::Word(name)
        } else if let Some(name) = hole.strip_suffix('>') {
            Self::Text(name, Until::Last)
        } else {
            Self::Text(hole, Until::First)
        }
    }

    /// The fixed bytes that delimit a hole before this part.
    fn mark(&self) -> &'static [u8] {
        match self {
            Self::Words(words) => words,
            Self::Id(word) => word.word().as_bytes(),
            _ => b" ",
        }
    }
}

/// The templates by their leading id word and first fixed letter.
struct TemplateTable {
    templates: Vec<Template>,
    /// For each leading id word, and for none, the templates by first letter in the order of rows.
    by_place: Vec<Vec<Vec<u16>>>,
}

static TABLE: LazyLock<TemplateTable> = LazyLock::new(|| {
    let templates: Vec<Template> = templates::all()
        .map(|(kind, effect, template)| Template::new(kind, effect, template))
        .collect();
    let mut by_place = vec![vec![Vec::new(); 256]; IdWord::ALL.len() + 1];
    for (at, template) in templates.iter().enumerate() {
        let at = u16::try_from(at).expect("some hundred rows");
        let (lead, letter) = template.place();
        match letter {
            Some(letter) => by_place[lead][usize::from(letter)].push(at),
            None => by_place[lead].iter_mut().for_each(|list| list.push(at)),
        }
    }
    TemplateTable {
        templates,
        by_place,
    }
});

/// Parses a line by the first template that matches.
pub(super) fn of(line: &[u8]) -> Option<Event<'_>> {
    let table = &*TABLE;
    let lead = IdWord::ALL
        .into_iter()
        .find_map(|word| Some((word as usize, word.take(line)?.1)));
    let behind_id = lead.and_then(|(lead, rest)| {
        let letter = *rest.first()?;
        Some(&table.by_place[lead][usize::from(letter)])
    });
    let plain = &table.by_place[IdWord::ALL.len()][usize::from(*line.first()?)];
    behind_id
        .into_iter()
        .chain([plain])
        .flatten()
        .find_map(|at| {
            let template = &table.templates[usize::from(*at)];
            let ids = template.ids(line)?;
            Some(Event::Template {
                template,
                ids,
                text: line,
            })
        })
}

/// An entry whose kind was determined from its header (level or tag).
pub(super) fn of_kind(kind: EventKind, ids: EntryIds, line: &[u8]) -> Event<'_> {
    // One template for each kind.
    static WHOLE: LazyLock<Vec<Template>> = LazyLock::new(|| {
        let whole = |kind: &EventKind| Template::new(*kind, MessageEffect::Nothing, "{detail}");
        EventKind::ALL.iter().map(whole).collect()
    });
    Event::Template {
        template: &WHOLE[kind as usize],
        ids,
        text: line,
    }
}

#[cfg(test)]
pub(super) mod tests;
