//! Templates of engine verdicts: spam, viruses, file reputation, outbreaks, data loss, sender
//! authentication, URLs.

super::rows! {
    // URLs: user guide, "URL Logs"; the URL is a stranger's.
    VerdictUrl "{MID}URL {url>} has reputation {score} matched {rule}";
    VerdictUrl "{MID}URL {url>} has category {category} matched {rule}";
    VerdictUrl "{MID}URL {url>} has {detail}";
    VerdictUrl "{MID}URL {detail}";
    VerdictUrl "{MID}rewritten URL {detail}";
    VerdictDlp "{MID}DLP violation. Severity: {severity} (Risk Factor: {risk#}). DLP policy match: '{policy}'.";
    VerdictDlp "{MID}DLP violation. {detail}";
    VerdictDlp "{MID}DLP {detail}";
    VerdictDomainkeys "{MID}DomainKeys: {verdict}";
    // IronPort's analyser knows these three of releases before 5.
    VerdictEngine "{MID}Brightmail {verdict}";
    VerdictEngine "{MID}CASE spam {verdict}";
    VerdictOutbreak "{MID}Virus Threat Level={threat_level}";
    VerdictOutbreak "{MID}Outbreak Filters: {verdict}";
    VerdictOutbreak "{MID}Threat Level={detail}";
    VerdictOutbreak "{MID}VOF {detail}";
    VerdictAmp "{MID}AMP file reputation verdict: {verdict}";
    VerdictAmp "{MID}AMP {detail}";
    VerdictAmp "{MID}Skip AMP {detail}";
    VerdictAntivirus "{MID}interim AV {verdict}";
    VerdictSpf "{MID}SPF {verdict}";
    VerdictDkim "{MID}DKIM {verdict}";
    VerdictDmarc "{MID}DMARC {verdict}";
    // User guide, "Forged Email Detection": the entry is a name of the administrator's dictionary.
    VerdictForged "{MID}Forged Email Detection on the {header}: header with score of {score#}, against the dictionary entry {entry}";
    VerdictForged "{MID}Forged Email Detection {detail}";
    VerdictMacro "{MID}was scanned for macros{detail}";
    VerdictMacro "{MID}Safe Print: {detail}";
    VerdictMacro "{MID}Macro {detail}";
    VerdictSkipped "{MID}was too big ({size#}/{limit#}) for scanning by {engine}";
    VerdictSkipped "{MID}was too big {detail}";
    VerdictSkipped "{MID}was not scanned {detail}";
    VerdictSkipped "{MID}not scanned {detail}";
    VerdictUnscannable "{MID}not completely scanned by {engine}. Error: {reason}";
    VerdictUnscannable "{MID}not completely scanned by {detail}";
    VerdictUnscannable "{MID}was marked unscannable due to {what}. Reason: {reason}";
    VerdictUnscannable "{MID}was marked unscannable{detail}";
    VerdictUnscannable "{MID}Message Scanning Problem: {reason}";
    // Quoted by technote 118782 as an alert; also written to the log.
    VerdictUnscannable "{MID}cannot be scanned by {engine}. {reason}";
    VerdictUnscannable "{MID}scanning error ({what>}): {reason}";
    VerdictUnscannable "{MID}scanning error{detail}";
    VerdictUnscannable "{MID}unscannable {detail}";
    VerdictError "{MID}{engine^} sent a poorly formatted response: {detail}";
    VerdictError "{MID}{engine^} timeout error{detail}";
    VerdictError "{MID}antispam error{detail}";
}
