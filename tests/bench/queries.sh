#!/usr/bin/env bash
# Times ten typical queries, the first run and repeated: a Markdown table on standard output.
#
#   tests/bench/queries.sh [LOG]
#
# Without LOG, `mailscope demo --write` makes one of 1 GiB, which is removed again. $MAILSCOPE names the program if it
# is not target/release/mailscope.
#
# A run of mailscope reads and indexes the whole log; "answer" is what the query itself took in it, by --explain: the
# cost of a keystroke in the filter bar. Beside words in raw lines stands what `rg -c` takes, which counts lines and
# joins nothing. Beside fields that one line holds stands lnav's SQL over a format written here, once and for ten minutes
# at most, where lnav is installed; what joins several lines has none (lnav joins them wrongly). A count of lnav's that is
# not mailscope's stands beside its time.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")/../.." && pwd)
mailscope=${MAILSCOPE:-$here/target/release/mailscope}

[ -x "$mailscope" ] || { echo "$mailscope is not there; run cargo build --release" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
log=${1:-$folder/mail.log}
[ $# -gt 0 ] || "$mailscope" demo --write "$log" --bytes 1G --seed 1

# timed COMMAND...: its seconds; the output goes to files. Status 1 is "nothing found".
timed() {
    local began=$EPOCHREALTIME status=0
    "$@" >"$folder/out" 2>"$folder/err" || status=$?
    [ "$status" -le 1 ] || { echo "$* ended with status $status: $(head -n 3 "$folder/err")" >&2; exit 2; }
    awk -v began="$began" -v ended="$EPOCHREALTIME" 'BEGIN { printf "%.2f s", ended - began }'
}

median_of_three() {
    for _ in 1 2 3; do timed "$@"; echo; done | sort -n | sed -n 2p
}

# A format that tells lnav of logins and bounces: mail_logs is none that it knows.
lnav_format() {
    mkdir -p "$folder/.lnav/formats/installed"
    cat >"$folder/.lnav/formats/installed/esa_mail.json" <<'FORMAT'
{
  "$schema": "https://lnav.org/schemas/format-v1.schema.json",
  "esa_mail": {
    "title": "Cisco ESA mail_logs",
    "regex": {
      "login_in": {"pattern": "^(?<timestamp>\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}) (?<level>\\w+): (?<body>SMTP Auth: \\(ICID (?<icid>\\d+)\\) (?<result>succeeded|failed) for user: (?<user>.*) using AUTH mechanism: (?<mechanism>\\S+) with profile: (?<profile>.*))$"},
      "login_out": {"pattern": "^(?<timestamp>\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}) (?<level>\\w+): (?<body>DCID: (?<dcid>\\d+) IP: (?<ip>\\S+) SMTP authentication using the profile (?<profile>.*?) (?<result>succeeded|failed).*)$"},
      "bounced": {"pattern": "^(?<timestamp>\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}) (?<level>\\w+): (?<body>(?<result>Bounced): DCID (?<dcid>\\d+) MID (?<mid>\\d+) .*RID (?<rid>\\d+) - .*\\('(?<code>\\d+)'.*)$"},
      "other": {"pattern": "^(?<timestamp>\\w{3} \\w{3} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d \\d{4}) (?<level>\\w+): (?!SMTP Auth: |DCID: |Bounced: )(?<body>.*)$"}
    },
    "level-field": "level",
    "level": {"info": "Info", "warning": "Warning", "critical": "Critical", "debug": "Debug"},
    "value": {
      "icid": {"kind": "integer"}, "dcid": {"kind": "integer"}, "mid": {"kind": "integer"}, "rid": {"kind": "integer"},
      "code": {"kind": "integer"}, "user": {"kind": "string"}, "result": {"kind": "string"},
      "mechanism": {"kind": "string"}, "profile": {"kind": "string"}, "ip": {"kind": "string"}
    },
    "sample": [{"line": "Wed Apr 22 11:46:14 2009 Info: ICID 450 close"}]
  }
}
FORMAT
}

# lnav WHAT CONDITION FOUND: its seconds for counting that, and its count where it is not the one found.
lnav_row() {
    local took count sql=";SELECT count($1) FROM esa_mail WHERE $2"
    took=$(timed timeout 600 env HOME="$folder" lnav -n -c "$sql" -c ':write-csv-to -' "$log" </dev/null)
    count=$(tail -n 1 "$folder/out")
    [ "$count" = "$3" ] && echo "$took" || echo "$took ($count)"
}

# row VIEW QUERY [--rg PATTERN | --lnav WHAT CONDITION]
row() {
    local view=$1 query=$2 with=${3:-} first again found answer raw rg=– lnav=–
    first=$(timed "$mailscope" query "$query" "$log" --view "$view" --count --explain)
    again=$(median_of_three "$mailscope" query "$query" "$log" --view "$view" --count --explain)
    found=$(cat "$folder/out")
    answer=$(sed -n 's/.*records match: \(.*\) in total/\1/p' "$folder/err")
    raw=$(sed -n 's/.*raw text searched in .*: \(.* ms\)$/ + \1 of text/p' "$folder/err")
    case $with in
        --rg) ! command -v rg >/dev/null || rg=$(median_of_three rg -ci -- "$4" "$log") ;;
        --lnav) ! command -v lnav >/dev/null || lnav=$(lnav_row "$4" "$5" "$found") ;;
    esac
    echo "| \`$query\` | $view | $found | $first | $again | $answer$raw | $rg | $lnav |"
}

for tool in rg lnav; do
    command -v $tool >/dev/null || echo "$tool is not installed: its column stays empty" >&2
done
lnav_format
cat "$log" >/dev/null
echo '| query | view | found | first | repeated | answer | `rg -ci` | lnav SQL (1 run) |'
echo '|---|---|---:|---:|---:|---:|---:|---:|'
user=$("$mailscope" query 'auth:failed dir:in' "$log" --view auth --limit 1 --format csv --fields user | tail -n 1)
row connections "user:$user auth:failed" --lnav 'DISTINCT icid' "user = '$user' AND result = 'failed'"
row connections 'auth:failed dir:in' --lnav 'DISTINCT icid' "icid IS NOT NULL AND result = 'failed'"
row auth 'profile:Outbound* auth:failed' --lnav '*' "profile LIKE 'Outbound%' AND result = 'failed'"
row connections 'ip:10.0.0.0/8 -auth:none'
row deliveries 'result:bounced code:500..599' --lnav '*' "result = 'Bounced' AND code BETWEEN 500 AND 599"
row messages 'subject:*meeting* size:>20k'
row connections 'from:*@example.com dir:out duration:>5'
row connections 'at:12:00'
row connections '"relay access denied"' --rg 'relay access denied'
row connections '/5\.7\.[18]/ dir:out' --rg '5\.7\.[18]'
