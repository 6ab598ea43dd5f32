//! Templates of deliveries other than their results, and of LDAP queries for recipients.

super::rows! {
    // The line contains a second date; `[Default]` names the bounce profile.
    DeliveryPending Waits "{MID}to RID {RIDS} pending till {until} [{profile}]";
    DeliveryPending Waits "{MID}to RID {RIDS} pending till {until}";
    DeliveryPending Waits "{MID}to {RIDS} pending till {until} [{profile}]";
    DeliveryPending Waits "{MID}to {RIDS} pending till {until}";
    DeliveryPending Waits "Message {MID#} to RID {RIDS} pending till {until} [{profile}]";
    DeliveryPending Waits "Message {MID#} to RID {RIDS} pending till {until}";
    DeliveryPending Waits "Message {MID#} to {RIDS} pending till {until} [{profile}]";
    DeliveryPending Waits "Message {MID#} to {RIDS} pending till {until}";
    // Taken or not: the recipient may get the message twice, so it is no result.
    DeliveryPossible "Possible Delivery: {DCID}{MID}to RID {RIDS}{detail}";
    DeliveryPossible "Possible Delivery: {DCID}{MID}to {RIDS}{detail}";
    DeliveryPossible "Possible Delivery: {DCID}{detail}";
    DeliverySuspended "Deliveries are currently suspended [{detail}]";
    DeliverySuspended "Deliveries are currently suspended{detail}";
    DeliveryLimit "Mail delivery client with {DCID}exited due to {reason}";
    DeliveryDns "DNS Temporary Failure {domain} {record} - {reason}";
    DeliveryDns "DNS {word} Failure {detail}";
    DeliveryDns "DNS Failure {detail}";
    TlsDane "{DCID}DANE {verdict}";
    TlsDane "DANE {verdict}";
    // The administrator names the query, in one word; addresses and DNs are strangers' texts.
    LdapAccepted "LDAP: Accepted query {query^} address {to}";
    LdapAccepted "LDAP: Accepted query {query^} {MID}RID {RID#} address {to}";
    LdapAccepted "LDAP: Accepted {detail}";
    LdapRefused "LDAP: No Match query {query^} address {to}";
    LdapRefused "LDAP: No Match {detail}";
    LdapGroup "LDAP: Group query {query^} address {to}";
    LdapGroup "LDAP: Group {detail}";
    LdapRewritten "LDAP: Reroute query {query^} {MID}RID {RID#} address {from>} to {to}";
    LdapRewritten "LDAP: {action=Reroute} query {query^} address {from>} to {to}";
    LdapRewritten "LDAP: {action=Mailhost} query {query^} address {from>} to {to}";
    LdapRewritten "LDAP: {action=Masquerade} query {query^} address {from>} to {to}";
    LdapRewritten "LDAP Reroute: query {query^} address {from>} to {to}";
    LdapRewritten "LDAP Mailhost: query {query^} address {from>} to {to}";
    LdapRewritten "LDAP Masquerade: query {query^} address {from>} to {to}";
    LdapRefused "LDAP: {action^} query {query^} {MID}RID {RID#} address {to}";
    LdapRefused "LDAP: {action^} query {query^} address {to}";
    LdapFailed "LDAP: unable to process, {MID}{action}";
    LdapFailed "LDAP: unable to process{detail}";
    // Technote 118936: the quotes are unbalanced as printed, and no ICID is named.
    LdapHarvest "LDAP: Dropping connection due to potential Directory Harvest Attack from host=({host>}), dhap_limit={limit#}, sender_group={sender_group}";
    LdapHarvest "LDAP: Dropping connection due to potential Directory Harvest Attack {detail}";
    LdapFailed "LDAP: {detail}";
    LdapFailed "LDAP {detail}";
}
