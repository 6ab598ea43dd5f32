//! What engines say of a message: spam, viruses, file reputation, outbreaks, data loss, authentication of the sender, URLs.

use super::Row;
use crate::event::Kind::{
    VerdictAmp, VerdictAntivirus, VerdictDkim, VerdictDlp, VerdictDmarc, VerdictDomainkeys,
    VerdictEngine, VerdictError, VerdictMacro, VerdictOutbreak, VerdictSkipped, VerdictSpf,
    VerdictUnscannable, VerdictUrl,
};
use crate::event::shape::Says::Nothing;

pub const ROWS: &[Row] = &[
    // URLs: user guide, "URL Logs"; the URL is a stranger's.
    (
        VerdictUrl,
        Nothing,
        "{MID}URL {url>} has reputation {score} matched {rule}",
    ),
    (
        VerdictUrl,
        Nothing,
        "{MID}URL {url>} has category {category} matched {rule}",
    ),
    (VerdictUrl, Nothing, "{MID}URL {url>} has {detail}"),
    (VerdictUrl, Nothing, "{MID}URL {detail}"),
    (VerdictUrl, Nothing, "{MID}rewritten URL {detail}"),
    (
        VerdictDlp,
        Nothing,
        "{MID}DLP violation. Severity: {severity} (Risk Factor: {risk#}). DLP policy match: '{policy}'.",
    ),
    (VerdictDlp, Nothing, "{MID}DLP violation. {detail}"),
    (VerdictDlp, Nothing, "{MID}DLP {detail}"),
    (VerdictDomainkeys, Nothing, "{MID}DomainKeys: {verdict}"),
    // IronPort's analyser knows these three of releases before 5.
    (VerdictEngine, Nothing, "{MID}Brightmail {verdict}"),
    (VerdictEngine, Nothing, "{MID}CASE spam {verdict}"),
    (
        VerdictOutbreak,
        Nothing,
        "{MID}Virus Threat Level={threat_level}",
    ),
    (VerdictOutbreak, Nothing, "{MID}Outbreak Filters: {verdict}"),
    (VerdictOutbreak, Nothing, "{MID}Threat Level={detail}"),
    (VerdictOutbreak, Nothing, "{MID}VOF {detail}"),
    (
        VerdictAmp,
        Nothing,
        "{MID}AMP file reputation verdict: {verdict}",
    ),
    (VerdictAmp, Nothing, "{MID}AMP {detail}"),
    (VerdictAmp, Nothing, "{MID}Skip AMP {detail}"),
    (VerdictAntivirus, Nothing, "{MID}interim AV {verdict}"),
    (VerdictSpf, Nothing, "{MID}SPF {verdict}"),
    (VerdictDkim, Nothing, "{MID}DKIM {verdict}"),
    (VerdictDmarc, Nothing, "{MID}DMARC {verdict}"),
    (VerdictMacro, Nothing, "{MID}was scanned for macros{detail}"),
    (VerdictMacro, Nothing, "{MID}Safe Print: {detail}"),
    (VerdictMacro, Nothing, "{MID}Macro {detail}"),
    (
        VerdictSkipped,
        Nothing,
        "{MID}was too big ({size#}/{limit#}) for scanning by {engine}",
    ),
    (VerdictSkipped, Nothing, "{MID}was too big {detail}"),
    (VerdictSkipped, Nothing, "{MID}was not scanned {detail}"),
    (VerdictSkipped, Nothing, "{MID}not scanned {detail}"),
    (
        VerdictUnscannable,
        Nothing,
        "{MID}not completely scanned by {engine}. Error: {reason}",
    ),
    (
        VerdictUnscannable,
        Nothing,
        "{MID}not completely scanned by {detail}",
    ),
    (
        VerdictUnscannable,
        Nothing,
        "{MID}was marked unscannable due to {what}. Reason: {reason}",
    ),
    (
        VerdictUnscannable,
        Nothing,
        "{MID}was marked unscannable{detail}",
    ),
    (
        VerdictUnscannable,
        Nothing,
        "{MID}Message Scanning Problem: {reason}",
    ),
    (
        VerdictUnscannable,
        Nothing,
        "{MID}scanning error ({what>}): {reason}",
    ),
    (VerdictUnscannable, Nothing, "{MID}scanning error{detail}"),
    (VerdictUnscannable, Nothing, "{MID}unscannable {detail}"),
    (
        VerdictError,
        Nothing,
        "{MID}{engine} sent a poorly formatted response: {detail}",
    ),
    (VerdictError, Nothing, "{MID}{engine} timeout error{detail}"),
    (VerdictError, Nothing, "{MID}antispam error{detail}"),
];
