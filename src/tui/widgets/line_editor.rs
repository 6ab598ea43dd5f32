//! One line of text being typed.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Bytes of a line; a pasted file is cut.
const LONGEST: usize = 4096;

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Line {
    text: String,
    cursor: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Edit {
    Insert(char),
    Backspace,
    Delete,
    /// Removes everything before the cursor.
    Clear,
    /// Removes everything after the cursor.
    Cut,
    /// Removes the word before the cursor.
    Word,
    Left,
    Right,
    Start,
    End,
}

impl Line {
    /// A line with its cursor at the end.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.len(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The byte offset of the cursor.
    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Applies an edit; returns whether the text changed.
    pub(crate) fn edit(&mut self, edit: Edit) -> bool {
        let before = self.text.len();
        match edit {
            Edit::Insert(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            Edit::Backspace => self.remove(self.left(), self.cursor),
            Edit::Delete => self.remove(self.cursor, self.right()),
            Edit::Clear => self.remove(0, self.cursor),
            Edit::Cut => self.remove(self.cursor, self.text.len()),
            Edit::Word => self.remove(self.word(), self.cursor),
            Edit::Left => self.cursor = self.left(),
            Edit::Right => self.cursor = self.right(),
            Edit::Start => self.cursor = 0,
            Edit::End => self.cursor = self.text.len(),
        }
        self.text.len() != before
    }

    /// Inserts text at the cursor: control characters become blanks, and text beyond the limit is
    /// dropped.
    pub(crate) fn insert(&mut self, text: &str) {
        for c in text.chars() {
            let c = match crate::safe::is_control_like(c) {
                true => ' ',
                false => c,
            };
            if self.text.len() + c.len_utf8() > LONGEST {
                break;
            }
            self.text.insert(self.cursor, c);
            self.cursor += c.len_utf8();
        }
    }

    /// Replaces a range of bytes and moves the cursor after `text`.
    pub(crate) fn replace(&mut self, range: std::ops::Range<usize>, text: &str) {
        if self.text.get(range.clone()).is_some() {
            self.text.replace_range(range.clone(), text);
            self.cursor = range.start + text.len();
        }
    }

    fn remove(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }

    fn left(&self) -> usize {
        self.text[..self.cursor]
            .grapheme_indices(true)
            .next_back()
            .map_or(0, |(at, _)| at)
    }

    fn right(&self) -> usize {
        self.text[self.cursor..]
            .graphemes(true)
            .next()
            .map_or(self.cursor, |next| self.cursor + next.len())
    }

    fn word(&self) -> usize {
        let before = self.text[..self.cursor].trim_end();
        before.rfind(char::is_whitespace).map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        })
    }

    /// The part to show in `width` columns, and the column of the cursor in it.
    pub(crate) fn shown(&self, width: usize) -> (&str, usize) {
        let mut start = 0;
        while self.text[start..self.cursor].width() >= width.max(1) {
            let Some(next) = self.text[start..].graphemes(true).next() else {
                break;
            };
            start += next.len();
        }
        (&self.text[start..], self.text[start..self.cursor].width())
    }
}

#[cfg(test)]
mod tests;
