//! Templates of other log subscriptions in a syslog file, and of texts with the same ids. Such
//! lines are named, counted and kept with their ids, but never become part of a record.

super::rows! {
    ForeignCef "CEF:{detail}";
    ForeignBounceLog "Bounced: {MID#}:{RID#} From:<{from}> To:<{to}> Reason:{detail}";
    ForeignBounceLog "Delayed: {MID#}:{RID#} From:<{from}> To:<{to}> Reason:{detail}";
    ForeignBounceLog "Double bounced: {MID#}:{RID#} {detail}";
    ForeignAntivirus "sophos antivirus - {MID}{detail}";
    ForeignAntivirus "sophos  antivirus - {MID}{detail}";
    ForeignAntivirus "sophos {detail}";
    ForeignAntivirus "mcafee {detail}";
    ForeignAntispam "case antispam - {detail}";
    ForeignScanner "PF: {detail}";
    // The file reputation log writes its ids as assignments.
    ForeignAmp " File uploaded for analysis.{detail}";
    ForeignAmp " File not uploaded for analysis. {MID}{detail}";
    ForeignAmp " File not uploaded for analysis.{detail}";
    ForeignAmp " File reputation query initiating. File Name = '{file_name>}', {MID}{detail}";
    ForeignAmp " Response received for file reputation query from {source}. File Name = '{file_name>}', {MID}{detail}";
    ForeignAmp "File uploaded for analysis.{detail}";
    ForeignAmp "File not uploaded for analysis. {MID}{detail}";
    ForeignAmp "File not uploaded for analysis.{detail}";
    ForeignAmp "File reputation query initiating. File Name = '{file_name>}', {MID}{detail}";
    ForeignAmp "File {detail}";
    ForeignAmp "Response received for file reputation query from {source}. File Name = '{file_name>}', {MID}{detail}";
    ForeignAmp "Response received for file {detail}";
    ForeignAmp "Retrospective verdict received.{detail}";
    ForeignGui "req:{detail}";
    ForeignGui "login:{detail}";
    ForeignGui "logout:{detail}";
    ForeignGui "Session {session} from {remote_ip} {detail}";
    ForeignGui "PID {pid#}: User {user>} logged out {detail}";
    ForeignGui "http service on {detail}";
    ForeignGui "https service on {detail}";
    ForeignGui "SSL error with client {detail}";
    ForeignGui "Error in http connection {detail}";
    ForeignAuthentication "User {user>} from {remote_ip} was authenticated successfully.";
    ForeignAuthentication "User {user>} from {remote_ip} was authenticated successfully{detail}";
    ForeignAuthentication "User {user>} from {remote_ip} failed authentication{detail}";
    ForeignAuthentication "User {user>} was authenticated {detail}";
    ForeignAuthentication "User {user>} failed authentication{detail}";
    ForeignAuthentication "The user {user>} successfully logged on from {detail}";
    ForeignAuthentication "An authentication attempt by the user {user>} from {remote_ip} {detail}";
    ForeignReporting "PERIODIC REPORTS: {detail}";
    ForeignReporting "TLS connection failed because of {detail}";
    ForeignSystem "Received an invalid DNS Response: {detail}";
    ForeignSystem "PID {pid#}: User {user>} commit changes: {detail}";
    ForeignSystem "lame DNS referral: {detail}";
    ForeignSystem "lame DNS referral{detail}";
    ForeignSystem "The system time was changed {detail}";
    ForeignSystem "Hostname is successfully changed {detail}";
    ForeignQuarantine "ISQ: {detail}";
    ForeignQuarantine "EUQ: {detail}";
    ForeignRemediation "Message containing attachment(s) {detail}";
    ForeignOther "service_log_client.{detail}";
    ForeignOther "case waiting for {detail}";
    // Message Tracking's summary, as its API and pages show it.
    ForeignTracking "Incoming connection (ICID {ICID#}) {detail}";
    ForeignTracking "Protocol {protocol} interface {interface}  (IP {interface_ip}) on incoming connection (ICID {ICID#}) from sender IP {detail}";
    ForeignTracking "Protocol {protocol} interface {detail}";
    ForeignTracking "(ICID {ICID#}) {detail}";
    ForeignTracking "(DCID {DCID#}) {detail}";
    ForeignTracking "SMTP delivery connection (DCID {DCID#}) {detail}";
    ForeignTracking "Delivery connection (DCID {DCID#}) {detail}";
    ForeignTracking "Start message {MID#} on incoming connection (ICID {ICID#}).{detail}";
    ForeignTracking "Message {MID#} {detail}";
    ForeignTracking "Message {MID#}: {detail}";
}
