#!/usr/bin/env python3
"""Measures mailscope against its goals and prints a Markdown table.

  tests/bench/goals.py [--log LOG] [--runs 5] [--growth] [--ten LOG] [--lnav]

Without a log, `mailscope demo --write` makes one of 1 GiB. $MAILSCOPE names the program if it is not
target/release/mailscope. Each command runs once to warm the page cache, then so many times; a figure is the median
[min–max]. What the interface does is timed at a pseudo terminal of 200×50: from the key, or the line written, to the last
byte that was drawn for it. --growth makes and reads a log of ten times the size too, --ten names one that is there. The
machine should have nothing else to do.
"""

import argparse
import fcntl
import os
import pty
import re
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
MAILSCOPE = os.environ.get("MAILSCOPE", str(HERE / "target/release/mailscope"))
TEXT = "relay access denied"
# What an administrator writes by hand: failed logins by user and address, joined through the ICID.
JOIN = r"""
$7 == "New" && $9 == "ICID" { for (i = 11; i < NF; i++) if ($i == "address") { ip[$10] = $(i + 1); break } }
$7 == "SMTP" && $9 == "(ICID" && $11 == "failed" { sub(/\)/, "", $10); failed[$14 " " ip[$10]]++ }
$7 == "ICID" && $9 == "close" { delete ip[$8] }
END { for (who in failed) print failed[who], who }"""


def once(command, **streams):
    """Wall seconds, CPU seconds and peak MiB of a command that must not fail; 1 is "nothing found"."""
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **streams}
    began = time.perf_counter()
    child = subprocess.Popen(command, **streams)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode > 1:
        sys.exit(f"{command} ended with status {child.returncode}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def repeated(runs, measure):
    measure()
    return [measure() for _ in range(runs)]


def simulate(log, size):
    subprocess.run([MAILSCOPE, "demo", "--write", log, "--bytes", str(size), "--seed", "1"], check=True)


def spread(values, unit, digits=2):
    values = sorted(values)
    return f"{statistics.median(values):.{digits}f} {unit} [{values[0]:.{digits}f}–{values[-1]:.{digits}f}]"


class Table:
    """Prints its rows as they come."""

    def __init__(self):
        print("| what | measured | against | goal | |\n|---|---:|---:|---:|---|")

    def row(self, what, measured, against="", goal="", holds=None):
        mark = {None: "", True: "✓", False: "✗"}[holds]
        print(f"| {what} | {measured} | {against} | {goal} | {mark} |", flush=True)

    def ratio(self, what, walls, reference, name, most):
        """A row of walls that may be so many times the reference."""
        median = statistics.median(walls)
        self.row(what, spread(walls, "s"), f"{median / reference:.1f} × {name}", f"≤ {most} ×", median <= most * reference)

    def at_most(self, what, values, unit, most, digits=1):
        value = statistics.median(values)
        self.row(what, spread(values, unit, digits), "", f"≤ {most} {unit}", value <= most)


class Screen:
    """The interface at a pseudo terminal."""

    def __init__(self, *arguments):
        self.began = time.perf_counter()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
            os.execv(MAILSCOPE, [MAILSCOPE, *arguments])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))

    def read(self, seconds):
        """What comes within that time, at once when something does."""
        ready, _, _ = select.select([self.terminal], [], [], seconds)
        return os.read(self.terminal, 1 << 16) if ready else b""

    def wait_for(self, *words, seconds=600):
        """Seconds from the start to the first sight of each word."""
        seen, text, until = {}, b"", time.perf_counter() + seconds
        while len(seen) < len(words) and time.perf_counter() < until:
            text = text[-4096:] + self.read(1)
            now = time.perf_counter() - self.began
            seen.update({word: now for word in words if word not in seen and word.encode() in text})
        return [seen.get(word, float("nan")) for word in words]

    def press(self, keys, quiet=0.05):
        """Milliseconds from a key to the last byte drawn for it."""
        began = last = time.perf_counter()
        os.write(self.terminal, keys)
        while self.read(quiet):
            last = time.perf_counter()
        return (last - began) * 1000

    def settle(self):
        while self.read(0.5):
            pass

    def cpu(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def close(self):
        os.kill(self.pid, 15)
        while True:
            try:
                if not self.read(5):
                    break
            except OSError:
                break
        os.waitpid(self.pid, 0)
        os.close(self.terminal)


def newest_id(log):
    """The number of the connection that was opened last."""
    with open(log, "rb") as file:
        file.seek(max(0, os.path.getsize(log) - (1 << 20)))
        return re.findall(rb"New SMTP [ID]CID (\d+)", file.read())[-1].decode()


def explained(log, query, view, line):
    """Milliseconds that --explain tells in the line of that pattern."""
    command = [MAILSCOPE, "query", query, str(log), "--view", view, "--count", "--explain"]
    told = subprocess.run(command, capture_output=True, text=True).stderr
    return float(re.search(line + r".*?([\d.]+) ms", told)[1])


def references(table, log, runs, options):
    walls = {}
    for name, command in {
        "`wc -l`": ["wc", "-l", log],
        "`rg -c`": ["rg", "-ci", TEXT, log],
        "`mawk`, failed logins": ["mawk", JOIN, log],
        "`lnav -n`, index (1 run)": ["lnav", "-n", "-c", ";SELECT count(*) FROM all_logs", log],
    }.items():
        if not shutil.which(command[0]):
            table.row(name, "not installed")
            continue
        if command[0] == "lnav" and not options.lnav:
            table.row(name, "takes minutes: --lnav")
            continue
        seen = repeated(runs, lambda: once(command)) if command[0] != "lnav" else [once(command)]
        walls[command[0]] = statistics.median(wall for wall, _, _ in seen)
        table.row(name, spread([wall for wall, _, _ in seen], "s"), f"{max(peak for *_, peak in seen):.0f} MiB")
    return walls


def headless(table, log, runs, walls):
    seen = repeated(runs, lambda: once([MAILSCOPE, "query", "", log, "--count"]))
    full = [wall for wall, _, _ in seen]
    table.ratio("complete index, headless", full, walls["wc"], "wc -l", 5)
    table.row("its CPU time", spread([cpu for _, cpu, _ in seen], "s"))
    size, peak = os.path.getsize(log) / (1 << 20), max(peak for *_, peak in seen)
    table.row("its peak memory", f"{peak:.0f} MiB", f"{100 * peak / size:.0f} % of the log", "≤ 15 %", peak <= 0.15 * size)
    for query, view in [("auth:failed dir:in", "connections"), ("result:bounced code:500..599", "deliveries")]:
        took = repeated(runs, lambda: explained(log, query, view, "records match:"))
        table.at_most(f"field filter `{query}`", took, "ms", 16)
    for query, pattern in [(f'"{TEXT}"', TEXT), (r"/5\.7\.[18]/", r"5\.7\.[18]")]:
        if not shutil.which("rg"):
            break
        took = [ms / 1000 for ms in repeated(runs, lambda: explained(log, query, "connections", "raw text searched in"))]
        rg = statistics.median(wall for wall, *_ in repeated(runs, lambda: once(["rg", "-ci", pattern, log])))
        table.ratio(f"text `{query}` over the whole log", took, rg, "rg -ci", 2)
    return statistics.median(full), peak


def screens(table, log, runs, walls):
    newest, whole = [], []
    for _ in range(runs):
        screen = Screen("--no-follow", log)
        seen = screen.wait_for(newest_id(log), "ended")
        newest.append(seen[0] * 1000)
        whole.append(seen[1])
        screen.close()
    table.at_most("first screen, with the newest entries", newest, "ms", 100, 0)
    table.ratio("newest state complete on screen", whole, walls["wc"], "wc -l", 6)
    screen = Screen(log)
    screen.wait_for("following")
    screen.settle()
    table.at_most("scrolling, a key to its frame", [screen.press(b"j") for _ in range(40)], "ms", 4)
    table.at_most("a page of rows", [screen.press(b"\x1b[6~") for _ in range(40)], "ms", 4)
    pages = []
    for _ in range(20):
        pages.append(screen.press(b"\r"))
        screen.press(b"\x1b", 0.3)
        screen.press(b"j")
    table.at_most("a record's page with its raw lines", pages, "ms", 16)
    screen.press(b"/", 0.3)
    keys = [screen.press(bytes([key])) for key in b"auth:failed dir:in"]
    table.at_most("a key in the filter bar to its rows", keys, "ms", 16)
    screen.press(b"\x1b", 0.3)
    screen.settle()
    began, drawn = screen.cpu(), 0
    until = time.perf_counter() + 10
    while (left := until - time.perf_counter()) > 0:
        drawn += len(screen.read(left))
    used = 100 * (screen.cpu() - began) / 10
    table.row("idle, following, 10 s", f"{drawn} bytes, {used:.1f} % CPU", "", "0 bytes, ≤ 0.1 %", drawn == 0 and used <= 0.1)
    screen.close()


def latency(table, folder):
    """A line written → on screen, under 20,000 lines a second."""
    log = folder / "live.log"
    stamp = time.strftime("%a %b %e %H:%M:%S %Y Info: ")
    line = lambda text: f"{stamp}{text}\n".encode()
    opening = "New SMTP ICID {} interface Mail (192.0.2.25) address 198.51.100.7 reverse dns host unknown verified no"
    log.write_bytes(line(opening.format(1)))
    screen, took = Screen(str(log)), []
    screen.wait_for("following")
    with open(log, "ab", buffering=0) as file:
        for beat in range(100):
            # All digits change, so that the number is drawn as a whole.
            number = str(beat % 8 + 2) * 7
            batch = b"".join(line(f"MID {beat * 1000 + n} queued for delivery") for n in range(999))
            began = time.perf_counter()
            file.write(batch + line(opening.format(number)))
            text = b""
            while number.encode() not in text and time.perf_counter() < began + 2:
                text = text[-64:] + screen.read(0.05)
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(max(0, began + 0.05 - time.perf_counter()))
    screen.close()
    worst = sorted(took)[98]
    table.row("a line written → on screen, 20,000 lines/s", spread(took, "ms", 0), f"99 %: {worst:.0f} ms", "99 % ≤ 100 ms", worst <= 100)


def forms(table, log, folder, runs, single):
    def read(*arguments, **streams):
        return [wall for wall, *_ in repeated(runs, lambda: once([MAILSCOPE, "query", "", *map(str, arguments), "--count"], **streams))]

    many = folder / "many"
    many.mkdir()
    lines = sum(1 for _ in open(log, "rb"))
    subprocess.run(["split", "-d", "-a", "3", "-l", str(lines // 100 + 1), log, many / "mail.@20260302T"], check=True)
    table.ratio("the same log as 100 files", read(many), single, "one file", 1.3)
    shutil.rmtree(many)

    def piped():
        with subprocess.Popen(["cat", log], stdout=subprocess.PIPE) as cat:
            return once([MAILSCOPE, "query", "", "-", "--count"], stdin=cat.stdout)[0]

    table.ratio("from a pipe", repeated(runs, piped), single, "one file", 1.3)

    def redirected():
        with open(log, "rb") as source:
            return once([MAILSCOPE, "query", "", "-", "--count"], stdin=source)[0]

    table.ratio("from a file on standard input", repeated(runs, redirected), single, "one file", 1.3)
    for name, pack, unpack in [(".gz", ["gzip", "-1"], ["gzip", "-dc"]), (".zst", ["zstd", "-q"], ["zstd", "-dcq"])]:
        if not shutil.which(pack[0]):
            table.row(f"as {name}", "not installed")
            continue
        packed = folder / f"mail.log{name}"
        with open(log, "rb") as source, open(packed, "wb") as target:
            subprocess.run([*pack, "-c"], stdin=source, stdout=target, check=True)
        alone = statistics.median(wall for wall, *_ in repeated(runs, lambda: once([*unpack, packed])))
        limit = max(alone / 0.8, 1.3 * single)
        walls = read(packed)
        median = statistics.median(walls)
        against = f"{unpack[0]} alone {alone:.2f} s"
        table.row(f"as {name}", spread(walls, "s"), against, "≥ 0.8 × its speed, or ≤ 1.3 × one file", median <= limit)
        packed.unlink()


def growth(table, folder, log, single, ten):
    """Time and memory of ten times the log, beside how many records it has."""
    wall, peak = single
    large = ten or folder / "large.log"
    if not ten:
        simulate(large, 10 * os.path.getsize(log))
    times = os.path.getsize(large) / os.path.getsize(log)

    def records(log):
        kinds = ("connections", "messages", "deliveries")
        count = lambda kind: subprocess.run([MAILSCOPE, "query", "", log, "--view", kind, "--count"], capture_output=True, text=True).stdout
        return [int(count(kind)) for kind in kinds]

    few, many = records(log), records(large)
    ratios = ", ".join(f"{more / less:.1f} ×" for less, more in zip(few, many))
    table.row("ten times the log: connections, messages, deliveries", ratios, f"{times:.1f} × the bytes")
    took, _, held = once([MAILSCOPE, "query", "", large, "--count"])
    table.row("its time", f"{took:.1f} s", f"{took / wall:.1f} × the time", "≤ 11 ×", took <= 1.1 * times * wall)
    table.row("its peak memory", f"{held:.0f} MiB", f"{held / peak:.1f} × the memory", "≤ 11 ×", held <= 1.1 * times * peak)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--log")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--growth", action="store_true")
    options.add_argument("--ten")
    options.add_argument("--lnav", action="store_true")
    options = options.parse_args()
    if not os.access(MAILSCOPE, os.X_OK):
        sys.exit(f"{MAILSCOPE} is not there; run cargo build --release")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = options.log or str(folder / "mail.log")
        if not options.log:
            simulate(log, 1 << 30)
        load = os.getloadavg()[0]
        print(f"{os.path.getsize(log)} bytes, {os.cpu_count()} processors, {options.runs} runs, load {load:.1f} before\n")
        table = Table()
        walls = references(table, log, options.runs, options)
        single = headless(table, log, options.runs, walls)
        screens(table, log, options.runs, walls)
        latency(table, folder)
        forms(table, log, folder, options.runs, single[0])
        if options.growth or options.ten:
            growth(table, folder, log, single, options.ten)


if __name__ == "__main__":
    main()
