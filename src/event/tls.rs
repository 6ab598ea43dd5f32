//! Parses TLS lines of connections of either direction.
//!
//! ```text
//! ICID 4 TLS success protocol TLSv1.2 cipher ECDHE-RSA-AES256-GCM-SHA384
//! ICID 4 TLS success · ICID 4 TLS failed: [Errno 54] Connection reset by peer
//! DCID 33 TLS success protocol TLSv1 cipher RC4-SHA CN=mail.example · DCID 33 TLS success CN: mail.example
//! DCID 8 TLS failed: STARTTLS unexpected response · DCID 8 STARTTLS command not supported.
//! DCID 8 IP 192.0.2.8 TLS was required but could not be successfully negotiated
//! ICID 4 TLS was required but remote host did not initiate it
//! ```

use super::scan::split_first;
use super::{ConnId, Event};

#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Tls<'a> {
    pub success: bool,
    pub protocol: Option<&'a [u8]>,
    pub cipher: Option<&'a [u8]>,
    /// The certificate's name, or the error.
    pub detail: Option<&'a [u8]>,
}

impl<'a> Tls<'a> {
    /// Parses the text after `TLS `.
    pub(crate) fn parse(text: &'a [u8]) -> Option<Self> {
        let some = |text: &'a [u8]| (!text.is_empty()).then_some(text);
        let mut tls = Self::default();
        if let Some(rest) = text.strip_prefix(b"success") {
            tls.success = true;
            let mut rest = rest.trim_ascii_start();
            if let Some(words) = rest.strip_prefix(b"protocol ") {
                let (protocol, words) = split_first(words, b" cipher ").unwrap_or((words, b""));
                let (cipher, detail) = split_first(words, b" ").unwrap_or((words, b""));
                (tls.protocol, tls.cipher, rest) = (some(protocol), some(cipher), detail);
            }
            tls.detail = some(rest);
        } else {
            let words = text.strip_prefix(b"failed").unwrap_or(text);
            tls.detail = some(words.strip_prefix(b":").unwrap_or(words).trim_ascii());
        }
        Some(tls)
    }
}

/// The start of the text if required TLS is missing; a line with the reason may precede it.
pub(crate) const REQUIRED: &[u8] = b"was required";

/// Parses the TLS lines of a connection.
pub(super) fn of<'a>(link: ConnId, rest: &'a [u8]) -> Option<Event<'a>> {
    let text = match rest {
        [b'T', ..] => rest.strip_prefix(b"TLS ")?,
        [b'S', ..] => rest.starts_with(b"STARTTLS ").then_some(rest)?,
        // The remote server's address comes first: `IP 192.0.2.8 TLS was required …`.
        _ => split_first(rest.strip_prefix(b"IP ")?, b" TLS ")?.1,
    };
    let known = text.starts_with(b"success")
        || text.starts_with(b"failed")
        || text.starts_with(REQUIRED)
        || text.starts_with(b"STARTTLS ");
    known.then_some(Event::Tls { link, text })
}
