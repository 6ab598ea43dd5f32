-- Tables for DuckDB that load what `mailscope query --format json` prints as it is. See README.md beside this file.
-- Times are the log's own local time; what the log did not say is NULL.

CREATE TABLE connections (
    direction VARCHAR, appliance VARCHAR, icid UBIGINT, dcid UBIGINT,
    opened TIMESTAMP, closed TIMESTAMP, "end" VARCHAR,
    interface VARCHAR, interface_ip VARCHAR, remote_ip VARCHAR, remote_port USMALLINT, remote_host VARCHAR, verified BOOLEAN,
    policy STRUCT("action" VARCHAR, sender_group VARCHAR, "match" VARCHAR, sbrs DOUBLE, country VARCHAR),
    tls STRUCT(result VARCHAR, protocol VARCHAR, cipher VARCHAR, detail VARCHAR),
    auth STRUCT("time" TIMESTAMP, result VARCHAR, "user" VARCHAR, mechanism VARCHAR, profile VARCHAR,
                code USMALLINT, enhanced VARCHAR, detail VARCHAR)[],
    messages UBIGINT[],
    deliveries STRUCT(mid UBIGINT, rid UINTEGER, result VARCHAR, code USMALLINT, enhanced VARCHAR, detail VARCHAR)[],
    error VARCHAR, lines UINTEGER
);

CREATE TABLE messages (
    appliance VARCHAR, mid UBIGINT, icid UBIGINT, started TIMESTAMP, "from" VARCHAR, subject VARCHAR, message_id VARCHAR,
    size UBIGINT, recipients STRUCT(rid UINTEGER, "to" VARCHAR, state VARCHAR, dcid UBIGINT)[],
    parent UBIGINT, children UBIGINT[], state VARCHAR, queued TIMESTAMP, finished TIMESTAMP
);

CREATE TABLE auth (
    direction VARCHAR, appliance VARCHAR, icid UBIGINT, dcid UBIGINT, remote_ip VARCHAR, remote_port USMALLINT,
    "time" TIMESTAMP, result VARCHAR, "user" VARCHAR, mechanism VARCHAR, profile VARCHAR,
    code USMALLINT, enhanced VARCHAR, detail VARCHAR
);

CREATE TABLE deliveries (
    appliance VARCHAR, dcid UBIGINT, "time" TIMESTAMP, mid UBIGINT, rid UINTEGER, result VARCHAR,
    code USMALLINT, enhanced VARCHAR, detail VARCHAR, "to" VARCHAR, "from" VARCHAR,
    remote_ip VARCHAR, remote_port USMALLINT, profile VARCHAR, reason VARCHAR
);
