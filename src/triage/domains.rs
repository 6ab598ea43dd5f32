//! Recipient domains, interned in lower case (RFC 5321 section 2.4).

use crate::index::{Index, Interner, Symbol};

#[derive(Debug, Default)]
pub(super) struct Domains {
    pub names: Interner,
    /// By the symbol of the envelope address.
    of_mail: Vec<Option<Option<Symbol>>>,
}

impl Domains {
    pub(super) fn of(&mut self, index: &Index, mail: Symbol) -> Option<Symbol> {
        if self.of_mail.len() <= mail.at() {
            self.of_mail
                .resize(index.names.mail.len().max(mail.at() + 1), None);
        }
        if let Some(known) = self.of_mail[mail.at()] {
            return known;
        }
        let address = index.names.mail.get(mail);
        let domain = address.rsplit_once('@').map(|(_, domain)| domain);
        let name = domain.map(|domain| self.intern(domain));
        self.of_mail[mail.at()] = Some(name);
        name
    }

    /// Compaction of the index has renumbered its symbols.
    pub(super) fn forget_numbers(&mut self) {
        self.of_mail.clear();
    }

    pub(super) fn intern(&mut self, domain: &str) -> Symbol {
        if domain.bytes().any(|b| b.is_ascii_uppercase()) {
            self.names.intern(domain.to_ascii_lowercase().as_bytes())
        } else {
            self.names.intern(domain.as_bytes())
        }
    }
}
