//! Parses SMTP authentication of peers at a listener and of the appliance at remote servers.
//!
//! ```text
//! SMTP Auth: (ICID 450) succeeded for user: ironport using AUTH mechanism: PLAIN with profile: IncomingAuthentication
//! SMTP Auth (ICID 450) failed for user: ironport using AUTH mechanism: PLAIN with profile: IncomingAuthentication
//! SMTP Auth (ICID 450) profile: Staff is misconfigured or missing causing an Auth failure
//! SMTP Auth (ICID 450) could not reach forwarding server auth.example.com with reason: timed out
//! SMTP Auth (ICID 450) LDAP query/user lookup failed for user: alice
//! SMTP Auth (ICID 450) was required but remote host did not initiate it
//! DCID: 5633 IP: 172.16.155.102 SMTP authentication using the profile OutboundAuthentication succeeded.
//! DCID: 5640 IP: 172.16.155.102 SMTP authentication using the profile OutboundAuthentication failed: ('535', ['5.7.8 …'])
//! ```
//!
//! The forms are those of Cisco TAC document 118570; releases before it leave out the colon after
//! `SMTP Auth`. Errors of the appliance itself are in IronPort's message catalogue
//! (SMTPAUTH_FWD_SERVER_BADCFG and others).

use memchr::memmem;

use super::scan::{Delimiter, id, number, split_last};
use super::{Dcid, Event, EventKind, Icid, Reply};

/// A login on a listener. The peer chooses the user's name, so it ends at the last fixed words.
pub(super) fn inbound(body: &[u8]) -> Option<Event<'_>> {
    let rest = body.strip_prefix(b"SMTP Auth")?;
    let rest = rest
        .strip_prefix(b":")
        .unwrap_or(rest)
        .strip_prefix(b" (ICID ")?;
    let (icid, rest) = number(rest)?;
    let icid = Icid(icid);
    let rest = rest.strip_prefix(b") ")?;
    match rest {
        [b's' | b'f', ..] => attempt(icid, rest),
        _ => trouble(icid, rest),
    }
}

/// Why a login failed other than by a wrong password.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AuthTrouble {
    Misconfigured,
    /// No connection to the forwarding server.
    Unreachable,
    LookupFailed,
    /// The listener requires a login and the peer did not try one.
    Required,
}

impl AuthTrouble {
    pub(crate) fn kind(self) -> EventKind {
        match self {
            Self::Misconfigured => EventKind::AuthMisconfigured,
            Self::Unreachable => EventKind::AuthUnreachable,
            Self::LookupFailed => EventKind::AuthLookupFailed,
            Self::Required => EventKind::AuthRequired,
        }
    }
}

fn trouble(icid: Icid, text: &[u8]) -> Option<Event<'_>> {
    const PROFILE: &[u8] = b"profile: ";
    const BROKEN: &[u8] = b" is misconfigured or missing";
    const LOOKUP: &[u8] = b"LDAP query/user lookup failed for user: ";
    let (trouble, user, profile) = if let Some(user) = text.strip_prefix(LOOKUP) {
        (AuthTrouble::LookupFailed, Some(user), None)
    } else if let Some(rest) = text.strip_prefix(PROFILE) {
        let (profile, _) = split_last(rest, BROKEN)?;
        (AuthTrouble::Misconfigured, None, Some(profile))
    } else if text.starts_with(b"could not reach forwarding server") {
        (AuthTrouble::Unreachable, None, None)
    } else if text.starts_with(b"was required but ") {
        (AuthTrouble::Required, None, None)
    } else {
        return None;
    };
    Some(Event::AuthTrouble {
        icid,
        trouble,
        user,
        profile,
        text,
    })
}

const MECHANISM: Delimiter<'_> = Delimiter::new(b" using AUTH mechanism: ");
const PROFILE: Delimiter<'_> = Delimiter::new(b" with profile: ");

fn attempt(icid: Icid, rest: &[u8]) -> Option<Event<'_>> {
    let (succeeded, rest) = match rest.strip_prefix(b"succeeded for user: ") {
        Some(rest) => (true, rest),
        None => (false, rest.strip_prefix(b"failed for user: ")?),
    };
    let (user, rest) = MECHANISM.split_last(rest)?;
    let (mechanism, profile) = PROFILE.split_last(rest)?;
    Some(Event::AuthIn {
        icid,
        succeeded,
        user,
        mechanism,
        profile,
    })
}

const OUTBOUND: Delimiter<'_> = Delimiter::new(b" SMTP authentication using the profile ");

/// A login of the appliance at a remote server.
pub(super) fn outbound(body: &[u8]) -> Option<Event<'_>> {
    let (dcid, rest) = id(body, b"DCID")?;
    let dcid = Dcid(dcid);
    profile_login(dcid, rest)
}

fn profile_login(dcid: Dcid, rest: &[u8]) -> Option<Event<'_>> {
    let (remote_ip, rest) = OUTBOUND.split_first(rest.strip_prefix(b"IP: ")?)?;
    if let Some(profile) = rest.strip_suffix(b" succeeded.") {
        return Some(Event::AuthOut {
            dcid,
            remote_ip,
            profile,
            failure: None,
        });
    }
    if let Some(profile) = rest.strip_suffix(b" failed.") {
        return Some(Event::AuthOut {
            dcid,
            remote_ip,
            profile,
            failure: Some(Reply::plain(b"")),
        });
    }
    // The remote server writes the reply, which may contain the mark: the profile ends at the first
    // mark after which a reply fills the rest of the line.
    const MARK: &[u8] = b" failed: ";
    let mut marks = memmem::find_iter(rest, MARK).map(|at| (&rest[..at], &rest[at + MARK.len()..]));
    let first = marks.clone().next()?;
    let (profile, failure) = marks
        .find_map(|(profile, text)| Some((profile, Reply::parse(text)?)))
        .unwrap_or((first.0, Reply::plain(first.1)));
    Some(Event::AuthOut {
        dcid,
        remote_ip,
        profile,
        failure: Some(failure),
    })
}
