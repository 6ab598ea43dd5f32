//! What a reply says without its variable parts, and the classes of those that were seen before:
//! replies repeat, but for addresses, numbers and queue names.

use std::cell::RefCell;
use std::net::IpAddr;

use hashbrown::HashMap;

use super::Class;

/// Bytes of a text that are read.
const LONGEST: usize = 1024;
/// Texts whose class is kept; strangers can write any number.
const MOST: usize = 4096;
/// A word with more digits names something.
const DIGITS: usize = 4;

type Classes = HashMap<u64, Class, foldhash::fast::RandomState>;

thread_local! {
    static SEEN: RefCell<Classes> = RefCell::new(Classes::default());
}

/// A text in lower case, without addresses and long numbers.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub text: Vec<u8>,
    /// Whether it names an IP address.
    pub has_address: bool,
}

impl Said {
    pub(super) fn of(text: &[u8]) -> Self {
        let text = &text[..text.len().min(LONGEST)];
        let mut said = Self {
            text: Vec::with_capacity(text.len() + 1),
            has_address: false,
        };
        for word in text.split(u8::is_ascii_whitespace) {
            said.add(word);
        }
        said
    }

    fn add(&mut self, word: &[u8]) {
        let from = self.text.len();
        let (mut digits, mut colons) = (0, 0);
        let mut first = None;
        for byte in word {
            match byte {
                b'@' => {
                    self.text.truncate(from);
                    return;
                }
                b'0'..=b'9' => {
                    digits += 1;
                    first.get_or_insert(self.text.len());
                }
                b':' => colons += 1,
                _ => {}
            }
            self.text.push(byte.to_ascii_lowercase());
        }
        if digits >= DIGITS || colons > 1 {
            self.has_address |= names_address(word);
        }
        if digits > DIGITS
            && let Some(first) = first
        {
            self.text.truncate(first);
        }
        self.text.push(b' ');
    }
}

/// The class of a text, by `find` if it is new. `more` is what else decides.
pub(super) fn class_of(text: &[u8], more: u64, find: impl FnOnce(&Said) -> Class) -> Class {
    let text = &text[..text.len().min(LONGEST)];
    let key = key(text, more);
    let known = SEEN.with_borrow(|seen| seen.get(&key).copied());
    known.unwrap_or_else(|| {
        let class = find(&Said::of(text));
        SEEN.with_borrow_mut(|seen| {
            if seen.len() >= MOST {
                seen.clear();
            }
            seen.insert(key, class);
        });
        class
    })
}

/// A hash of what [`Said`] keeps of a text, in one pass: texts of one key have the same class.
fn key(text: &[u8], more: u64) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, part: u64| (hash.rotate_left(5) ^ part).wrapping_mul(FACTOR);
    let mut hash = more ^ FACTOR;
    for word in text.split(|byte| *byte == b' ') {
        let (before, mut first) = (hash, hash);
        let (mut digits, mut dots, mut colons, mut mailbox) = (0, 0, 0, false);
        for byte in word {
            match byte {
                b'0'..=b'9' => {
                    if digits == 0 {
                        first = hash;
                    }
                    digits += 1;
                }
                b'.' => dots += 1,
                b':' => colons += 1,
                b'@' => mailbox = true,
                _ => {}
            }
            hash = mix(hash, u64::from(byte.to_ascii_lowercase()));
        }
        if mailbox {
            hash = before;
        } else if digits > DIGITS {
            hash = first;
        }
        let address = !mailbox && (digits >= DIGITS && dots >= 3 || colons > 1);
        hash = mix(hash, u64::from(b' ') | u64::from(address) << 8);
    }
    hash
}

/// Whether a word is an IP address in any brackets, also after `IP=`.
fn names_address(word: &[u8]) -> bool {
    let Ok(word) = std::str::from_utf8(word) else {
        return false;
    };
    let mut parts = word.split(|c: char| !c.is_ascii_hexdigit() && c != '.' && c != ':');
    parts.any(|part| {
        let part = part.trim_matches(['.', ':']);
        part.len() > 6 && part.parse::<IpAddr>().is_ok()
    })
}
