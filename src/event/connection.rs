//! Parses opening and closing of connections, and dispatches their other lines.
//!
//! ```text
//! New SMTP ICID 450 interface IncomingMail (172.16.155.16) address 172.16.155.102 reverse dns host unknown verified no
//! New SMTP DCID 5633 interface 172.16.155.16 address 172.16.155.102 port 25
//! ICID 450 close · ICID 450 lost · DCID 5633 close
//! ICID 7 disconnected address 192.0.2.9, no messages injected within timeout period
//! ICID 7 Connection from 192.0.2.9 on interface Mail (192.0.2.1) lost after 3 seconds …
//! ICID 7 Receiving Failed: Connection limit exceeded
//! SMTP server connection killed ICID: 7 · SMTP client connection killed DCID: 8
//! ```

use super::scan::{Delimiter, id, number, split_first};
use super::{ConnId, Dcid, Event, Icid, policy, tls};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CloseReason {
    /// `close`: the normal end.
    Close,
    /// `lost`: the peer vanished or left without QUIT; not a failure by itself.
    Lost,
    /// `disconnected`, `killed`, `Connection from … lost`: the appliance ended it.
    Aborted,
}

/// `New SMTP ICID …` and `New SMTP DCID …`; one release writes `smtp`, and QMQP listeners `QMQP`.
pub(super) fn opening(body: &[u8]) -> Option<Event<'_>> {
    let rest = match body.strip_prefix(b"New SMTP ") {
        Some(rest) => rest,
        None => split_first(body.strip_prefix(b"New ")?, b" ")?.1,
    };
    match rest.first()? {
        b'I' => injection(rest),
        _ => delivery(rest),
    }
}

const ADDRESS: Delimiter<'_> = Delimiter::new(b" address ");
const HOST: Delimiter<'_> = Delimiter::new(b" reverse dns host ");
const PORT: Delimiter<'_> = Delimiter::new(b" port ");

fn injection(rest: &[u8]) -> Option<Event<'_>> {
    let (icid, rest) = id(rest, b"ICID")?;
    let (interface, rest) = ADDRESS.split_first(rest.strip_prefix(b"interface ")?)?;
    // The owner of the reverse DNS chooses the host: only the last fixed tail ends it.
    let (rest, verified) = match rest.strip_suffix(b" verified yes") {
        Some(rest) => (rest, true),
        None => (rest.strip_suffix(b" verified no").unwrap_or(rest), false),
    };
    let (remote_ip, host) = match HOST.split_first(rest) {
        Some((ip, host)) => (ip, host.trim_ascii()),
        None => (rest, &b""[..]),
    };
    let host = (!host.is_empty() && host != b"unknown").then_some(host);
    Some(Event::ConnectionOpen {
        icid: Icid(icid),
        interface,
        remote_ip,
        host,
        verified,
    })
}

fn delivery(rest: &[u8]) -> Option<Event<'_>> {
    let (dcid, rest) = id(rest, b"DCID")?;
    let (interface_ip, rest) = ADDRESS.split_first(rest.strip_prefix(b"interface ")?)?;
    let (remote_ip, port) = match PORT.split_last(rest) {
        Some((ip, port)) => (ip, number(port)),
        None => (rest, None),
    };
    let port = port.and_then(|(port, _)| u16::try_from(port).ok());
    Some(Event::DeliveryOpen {
        dcid: Dcid(dcid),
        interface_ip,
        remote_ip,
        port,
    })
}

/// `ICID n …`
pub(super) fn of_icid(body: &[u8]) -> Option<Event<'_>> {
    let (icid, rest) = id(body, b"ICID")?;
    let icid = Icid(icid);
    let link = ConnId::In(icid);
    let end = |word| Some(Event::End { link, word });
    match rest {
        b"close" => end(CloseReason::Close),
        b"lost" => end(CloseReason::Lost),
        _ if rest.starts_with(b"TLS ") => tls::of(link, rest),
        _ if rest.starts_with(b"disconnected") => end(CloseReason::Aborted),
        _ if rest.starts_with(b"Connection from ") => end(CloseReason::Aborted),
        _ => {
            let failed = rest
                .strip_prefix(b"Receiving Failed: ")
                .or_else(|| rest.strip_prefix(b"Injection Failed: "));
            match failed {
                Some(reason) => Some(Event::ReceivingFailed { icid, reason }),
                None => policy::hat(icid, rest),
            }
        }
    }
}

/// `DCID n …`
pub(super) fn of_dcid(body: &[u8]) -> Option<Event<'_>> {
    let (dcid, rest) = id(body, b"DCID")?;
    let link = ConnId::Out(Dcid(dcid));
    let end = |word| Some(Event::End { link, word });
    match rest {
        b"close" => end(CloseReason::Close),
        b"lost" => end(CloseReason::Lost),
        _ => tls::of(link, rest),
    }
}

/// `SMTP server connection killed ICID: 7`
pub(super) fn killed(body: &[u8]) -> Option<Event<'_>> {
    let link = match body.strip_prefix(b"SMTP server connection killed ") {
        Some(rest) => ConnId::In(Icid(id(rest, b"ICID")?.0)),
        None => {
            let rest = body.strip_prefix(b"SMTP client connection killed ")?;
            ConnId::Out(Dcid(id(rest, b"DCID")?.0))
        }
    };
    let word = CloseReason::Aborted;
    Some(Event::End { link, word })
}
