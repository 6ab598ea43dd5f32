//! One line of text being typed.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Bytes that a line may hold: a pasted file is no filter.
const LONGEST: usize = 4096;

/// The text and where its cursor stands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Line {
    text: String,
    cursor: usize,
}

/// A change to the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edit {
    /// A character was typed.
    Insert(char),
    /// Removes the character before the cursor.
    Backspace,
    /// Removes the character under the cursor.
    Delete,
    /// Removes everything before the cursor.
    Clear,
    /// Removes everything behind the cursor.
    Cut,
    /// Removes the word before the cursor.
    Word,
    /// Moves the cursor.
    Left,
    /// Moves the cursor.
    Right,
    /// Moves the cursor.
    Start,
    /// Moves the cursor.
    End,
}

impl Line {
    /// A line with its cursor at the end.
    pub fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.len(),
        }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the cursor stands, in bytes.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Changes the line. Whether its text is another now.
    pub fn edit(&mut self, edit: Edit) -> bool {
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

    /// Inserts text at the cursor; line ends and what else cannot stand in a line become blanks, and what is too
    /// long is left out.
    pub fn insert(&mut self, text: &str) {
        for c in text.chars() {
            let c = if crate::safe::is_control_like(c) {
                ' '
            } else {
                c
            };
            if self.text.len() + c.len_utf8() > LONGEST {
                break;
            }
            self.text.insert(self.cursor, c);
            self.cursor += c.len_utf8();
        }
    }

    /// Puts `text` in the place of a range of bytes, with the cursor behind it.
    pub fn replace(&mut self, range: std::ops::Range<usize>, text: &str) {
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
    pub fn shown(&self, width: usize) -> (&str, usize) {
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
mod tests {
    use super::*;

    #[test]
    fn a_line_is_edited_as_in_a_shell() {
        let mut line = Line::new("user:müller auth:failed");
        assert!(line.edit(Edit::Word));
        assert_eq!(line.text(), "user:müller ");
        line.edit(Edit::Backspace);
        line.edit(Edit::Left);
        line.edit(Edit::Backspace);
        line.edit(Edit::Insert('x'));
        assert_eq!(line.text(), "user:müllxr");
        line.edit(Edit::Start);
        line.edit(Edit::Delete);
        line.edit(Edit::End);
        assert!(line.edit(Edit::Clear));
        assert_eq!((line.text(), line.cursor()), ("", 0));
    }

    #[test]
    fn pasted_text_is_one_line_and_bounded() {
        let mut line = Line::default();
        line.insert("user:a\nauth:failed\x1b");
        assert_eq!(line.text(), "user:a auth:failed ");
        line.insert(&"ü".repeat(1 << 20));
        assert!(line.text().len() <= LONGEST);
        assert!(line.shown(10).1 <= 10);
    }
}
