//! The names that records share, one interner for each kind.

use crate::index::store::intern::Interner;

#[derive(Debug, Default)]
pub(crate) struct Interners {
    /// Users of inbound logins, as typed.
    pub(crate) users: Interner,
    /// SMTP Auth profiles, inbound and outbound.
    pub(crate) profiles: Interner,
    /// `PLAIN`, `LOGIN`, …
    pub(crate) mechanisms: Interner,
    /// Remote addresses; [`crate::index::Index::address`] has them parsed.
    pub(crate) addresses: Interner,
    pub(crate) hosts: Interner,
    /// Interfaces as written: `IncomingMail (192.0.2.25)`, or an address.
    pub(crate) interfaces: Interner,
    /// HAT verdicts as written, for [`crate::event::Policy::parse`].
    pub(crate) policies: Interner,
    /// TLS results as written, for [`crate::event::Tls::parse`].
    pub(crate) tls: Interner,
    /// Envelope addresses.
    pub(crate) mail: Interner,
    /// Texts of connection errors.
    pub(crate) errors: Interner,
    /// Domains that connection errors name.
    pub(crate) domains: Interner,
}

impl Interners {
    pub(crate) fn bytes(&self) -> usize {
        let kinds = [
            &self.users,
            &self.profiles,
            &self.mechanisms,
            &self.addresses,
            &self.hosts,
            &self.interfaces,
            &self.policies,
            &self.tls,
            &self.mail,
            &self.errors,
            &self.domains,
        ];
        kinds.iter().map(|kind| kind.bytes()).sum()
    }
}
