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
    let rest = rest.strip_prefix(b":").unwrap_or(rest);
    let rest = rest.strip_prefix(b" (ICID ")?;
    let (icid, rest) = number(rest)?;
    let rest = rest.strip_prefix(b") ")?;
    match rest {
        [b's' | b'f', ..] => attempt(Icid(icid), rest),
        _ => trouble(Icid(icid), rest),
    }
}

fn trouble(icid: Icid, text: &[u8]) -> Option<Event<'_>> {
    const PROFILE: &[u8] = b"profile: ";
    const BROKEN: &[u8] = b" is misconfigured or missing";
    const LOOKUP: &[u8] = b"LDAP query/user lookup failed for user: ";
    let (kind, user, profile) = if let Some(user) = text.strip_prefix(LOOKUP) {
        (EventKind::AuthLookupFailed, Some(user), None)
    } else if let Some(rest) = text.strip_prefix(PROFILE) {
        let (profile, _) = split_last(rest, BROKEN)?;
        (EventKind::AuthMisconfigured, None, Some(profile))
    } else if text.starts_with(b"could not reach forwarding server") {
        (EventKind::AuthUnreachable, None, None)
    } else if text.starts_with(b"was required but ") {
        (EventKind::AuthRequired, None, None)
    } else {
        return None;
    };
    Some(Event::AuthTrouble {
        icid,
        kind,
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
    let (remote_ip, rest) = OUTBOUND.split_first(rest.strip_prefix(b"IP: ")?)?;
    let (profile, failure) = if let Some(profile) = rest.strip_suffix(b" succeeded.") {
        (profile, None)
    } else if let Some(profile) = rest.strip_suffix(b" failed.") {
        (profile, Some(Reply::plain(b"")))
    } else {
        profile_and_reply(rest)?
    };
    Some(Event::AuthOut {
        dcid: Dcid(dcid),
        remote_ip,
        profile,
        failure,
    })
}

fn profile_and_reply(rest: &[u8]) -> Option<(&[u8], Option<Reply<'_>>)> {
    // The remote server writes the reply, which may contain the mark: the profile ends at the first
    // mark after which a reply fills the rest of the line.
    const MARK: &[u8] = b" failed: ";
    let mut marks = memmem::find_iter(rest, MARK).map(|at| (&rest[..at], &rest[at + MARK.len()..]));
    let first = marks.clone().next()?;
    let (profile, failure) = marks
        .find_map(|(profile, text)| Some((profile, Reply::parse(text)?)))
        .unwrap_or((first.0, Reply::plain(first.1)));
    Some((profile, Some(failure)))
}
