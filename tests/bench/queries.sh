#!/usr/bin/env bash
# Times ten typical queries, the first run and repeated: a Markdown table on standard output.
#
#   tests/bench/queries.sh [LOG]
#
# Without LOG a simulated one of 1 GiB is made with ../shared/esasim.py and removed again. $MAILSCOPE names the program,
# where it is not target/release/mailscope.
#
# A run of mailscope reads and indexes the whole log; "answer" is what the query itself took in it, by --explain: the
# cost of a keystroke in the filter bar. Beside words in raw lines stands what `rg -c` takes, which counts lines and
# joins nothing; beside a field, lnav's SQL where lnav is installed ($LNAV_SQL=1, minutes a query).
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")/../.." && pwd)
mailscope=${MAILSCOPE:-$here/target/release/mailscope}
simulator=$here/../shared/esasim.py

[ -x "$mailscope" ] || { echo "$mailscope is not there; run cargo build --release" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
log=${1:-$folder/mail.log}
if [ $# -eq 0 ]; then
    [ -f "$simulator" ] || { echo "$simulator is not there; give a LOG" >&2; exit 2; }
    python3 "$simulator" --bytes 1073741824 --seed 1 --log "$log"
fi

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

row() {
    local view=$1 query=$2 pattern=${3:-} first again found answer raw beside=–
    first=$(timed "$mailscope" query "$query" "$log" --view "$view" --count --explain)
    again=$(median_of_three "$mailscope" query "$query" "$log" --view "$view" --count --explain)
    found=$(cat "$folder/out")
    answer=$(sed -n 's/.*records hold: \(.*\) in all/\1/p' "$folder/err")
    raw=$(sed -n 's/.*raw text searched in .*: \(.* ms\)$/ + \1 of text/p' "$folder/err")
    [ -z "$pattern" ] || ! command -v rg >/dev/null || beside=$(median_of_three rg -ci -- "$pattern" "$log")
    echo "| \`$query\` | $view | $found | $first | $again | $answer$raw | $beside |"
}

command -v rg >/dev/null || echo "rg is not installed: its column stays empty" >&2
cat "$log" >/dev/null
echo '| query | view | found | first | repeated | answer | `rg -ci` |'
echo '|---|---|---:|---:|---:|---:|---:|'
user=$("$mailscope" query 'auth:failed dir:in' "$log" --view auth --limit 1 --format csv --fields user | tail -n 1)
row connections "user:$user auth:failed"
row connections 'auth:failed dir:in'
row auth 'profile:Outbound* auth:failed'
row connections 'ip:10.0.0.0/8 -auth:none'
row deliveries 'result:bounced code:500..599'
row messages 'subject:*invoice* size:>100k'
row connections 'from:*@corp.example dir:out duration:>10'
row connections 'at:12:00'
row connections '"relay access denied"' 'relay access denied'
row connections '/5\.7\.[18]/ dir:out' '5\.7\.[18]'
