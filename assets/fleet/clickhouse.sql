-- Tables for ClickHouse that load what `mailscope query --format json` prints as it is. See README.md beside this file.
-- Times are the log's own local time, kept as if it were UTC so that nothing shifts them; what the log did not say is NULL.

CREATE TABLE connections (
    direction LowCardinality(String), appliance LowCardinality(Nullable(String)),
    icid Nullable(UInt64), dcid Nullable(UInt64),
    opened Nullable(DateTime('UTC')), closed Nullable(DateTime('UTC')), end LowCardinality(Nullable(String)),
    interface LowCardinality(Nullable(String)), interface_ip LowCardinality(Nullable(String)),
    remote_ip Nullable(String), remote_port Nullable(UInt16), remote_host Nullable(String), verified Nullable(Bool),
    policy Tuple(action Nullable(String), sender_group Nullable(String), match Nullable(String),
                 sbrs Nullable(Float64), country Nullable(String)),
    tls Tuple(result Nullable(String), protocol Nullable(String), cipher Nullable(String), detail Nullable(String)),
    auth Array(Tuple(time Nullable(DateTime('UTC')), result String, user Nullable(String), mechanism Nullable(String),
                     profile Nullable(String), code Nullable(UInt16), enhanced Nullable(String), detail Nullable(String))),
    messages Array(UInt64),
    deliveries Array(Tuple(mid UInt64, rid Nullable(UInt32), result String, code Nullable(UInt16),
                           enhanced Nullable(String), detail Nullable(String))),
    error Nullable(String), lines UInt32
) ENGINE = MergeTree ORDER BY (direction, coalesce(opened, toDateTime(0, 'UTC')));

CREATE TABLE messages (
    appliance LowCardinality(Nullable(String)), mid UInt64, icid Nullable(UInt64), started Nullable(DateTime('UTC')),
    `from` Nullable(String), subject Nullable(String), message_id Nullable(String), size Nullable(UInt64),
    recipients Array(Tuple(rid Nullable(UInt32), to Nullable(String), state String, dcid Nullable(UInt64))),
    parent Nullable(UInt64), children Array(UInt64), state LowCardinality(Nullable(String)),
    queued Nullable(DateTime('UTC')), finished Nullable(DateTime('UTC'))
) ENGINE = MergeTree ORDER BY (coalesce(started, toDateTime(0, 'UTC')), mid);

CREATE TABLE auth (
    direction LowCardinality(String), appliance LowCardinality(Nullable(String)),
    icid Nullable(UInt64), dcid Nullable(UInt64), remote_ip Nullable(String), remote_port Nullable(UInt16),
    time Nullable(DateTime('UTC')), result LowCardinality(String), user Nullable(String),
    mechanism LowCardinality(Nullable(String)), profile LowCardinality(Nullable(String)),
    code Nullable(UInt16), enhanced Nullable(String), detail Nullable(String)
) ENGINE = MergeTree ORDER BY (direction, coalesce(time, toDateTime(0, 'UTC')));

CREATE TABLE deliveries (
    appliance LowCardinality(Nullable(String)), dcid Nullable(UInt64), time Nullable(DateTime('UTC')), mid UInt64,
    rid Nullable(UInt32), result LowCardinality(String), code Nullable(UInt16), enhanced Nullable(String),
    detail Nullable(String), to Nullable(String), `from` Nullable(String), remote_ip Nullable(String),
    remote_port Nullable(UInt16), profile LowCardinality(Nullable(String)), reason LowCardinality(Nullable(String))
) ENGINE = MergeTree ORDER BY (coalesce(time, toDateTime(0, 'UTC')), mid);
