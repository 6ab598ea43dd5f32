#!/usr/bin/env bash
# Compares mailscope with the tools that people use on a mail_logs today: a Markdown table on standard output.
#
#   tests/bench/compare.sh [LOG]
#
# Without LOG, `mailscope demo --write` makes one of 1 GiB, which is removed again. $MAILSCOPE names the program if it
# is not target/release/mailscope.
#
# Each command runs once to warm the page cache, then five times. Wall time comes as median [min–max] and as a multiple
# of `wc -l`, which reads the same bytes and does next to nothing with them; CPU time as median; memory as the highest
# peak. lnav takes minutes and runs once.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "$0")/../.." && pwd)
mailscope=${MAILSCOPE:-$here/target/release/mailscope}
runs=5

[ -x "$mailscope" ] || { echo "$mailscope is not there; run cargo build --release" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
log=${1:-$folder/mail.log}
[ $# -gt 0 ] || "$mailscope" demo --write "$log" --bytes 1G --seed 1

# What an administrator writes by hand: failed logins by user and address, joined through the ICID.
join='
$7 == "New" && $9 == "ICID" { for (i = 11; i < NF; i++) if ($i == "address") { ip[$10] = $(i + 1); break } }
$7 == "SMTP" && $9 == "(ICID" && $11 == "failed" { sub(/\)/, "", $10); failed[$14 " " ip[$10]]++ }
$7 == "ICID" && $9 == "close" { delete ip[$8] }
END { for (who in failed) print failed[who], who }'

# Runs a command and adds "wall user system peak-KiB" to $folder/figures. Its output goes to a file, as some programs
# do less where nobody reads. Status 1 is "nothing found".
run() {
    local began=$EPOCHREALTIME ended status=0
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -q -o "$folder/usage" -f '%U %S %M' "$@" >"$folder/out" 2>"$folder/err" || status=$?
        ended=$EPOCHREALTIME
        awk -v began="$began" -v ended="$ended" '{ print ended - began, $0 }' "$folder/usage" >>"$folder/figures"
    else
        # Python's own 10 MB are the least that the kernel then says of a child's peak.
        python3 - "$folder/figures" "$@" >"$folder/out" 2>"$folder/err" <<'PYTHON' || status=$?
import os, sys, time
began = time.perf_counter()
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(pid, 0)
wall = time.perf_counter() - began
print(wall, used.ru_utime, used.ru_stime, used.ru_maxrss, file=open(sys.argv[1], "a"))
sys.exit(os.waitstatus_to_exitcode(status))
PYTHON
    fi
    if [ "$status" -gt 1 ]; then
        echo "$* ended with status $status: $(head -n 3 "$folder/err")" >&2
        exit 2
    fi
}

reference=
# row RUNS LABEL COMMAND...: measures a command and prints its row. The first one is the reference of all.
row() {
    local count=$1 label=$2 median
    shift 2
    if [ "$count" -gt 1 ]; then
        run "$@"
    fi
    : >"$folder/figures"
    for ((i = 0; i < count; i++)); do run "$@"; done
    median=$(sort -n "$folder/figures" | awk '{ wall[NR] = $1 } END { print wall[int((NR + 1) / 2)] }')
    reference=${reference:-$median}
    sort -n "$folder/figures" | awk -v label="$label" -v median="$median" -v reference="$reference" '
        { wall[NR] = $1; if ($4 > peak) peak = $4 }
        { used = $2 + $3; for (i = NR; i > 1 && cpu[i - 1] > used; i--) cpu[i] = cpu[i - 1]; cpu[i] = used }
        END {
            printf "| %s | %.2f s [%.2f–%.2f] | %.1f | %.2f s | %.0f MiB |\n",
                label, median, wall[1], wall[NR], median / reference, cpu[int((NR + 1) / 2)], peak / 1024
        }'
}

# Whether a tool is there; a row that is left out is said to be.
have() {
    command -v "$1" >/dev/null || { echo "$1 is not installed: left out" >&2; return 1; }
}

printf '%s bytes, %s processors, %s runs\n\n' "$(stat -c %s "$log")" "$(nproc)" "$runs"
echo '| command | wall, median [min–max] | × wc -l | CPU | peak memory |'
echo '|---|---:|---:|---:|---:|'
row $runs '`wc -l`' wc -l "$log"
if have rg; then row $runs "\`rg -c 'SMTP Auth'\`" rg -c 'SMTP Auth' "$log"; fi
if have mawk; then row $runs '`mawk`: failed logins by user and IP' mawk "$join" "$log"; fi
if have lnav; then
    # Its index and its cache go with the folder.
    row 1 '`lnav -n`: index (1 run)' env HOME="$folder" lnav -n -c ';SELECT count(*) FROM all_logs' "$log"
fi
row $runs "\`mailscope query ''\`" "$mailscope" query '' "$log" --count
row $runs "\`mailscope query 'auth:failed'\`" "$mailscope" query 'auth:failed' "$log" --count
