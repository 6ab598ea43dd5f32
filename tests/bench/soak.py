#!/usr/bin/env python3
"""Hours of a busy log in minutes: it is written, rolled, compressed and deleted under the interface and a headless reader.

  soak.py target/release/mailscope [--minutes 30] [--rate 5000] [--rotate 2] [--keep 2m]

The log is rolled every --rotate seconds as an appliance does, compressed four seconds later and deleted ten seconds
later. The interface runs in tmux and gets keys and new sizes all the time; beside it run `query -f` on the same folder
and, with --keep, a second interface that forgets. At the end: each line once and in order at the headless reader, the
interface's count of connections against the generator's, memory, descriptors, lag. Exits 1 where something is wrong.
"""
import argparse, collections, gzip, os, random, re, shutil, statistics, subprocess, sys, tempfile, threading, time, zlib

LINES = (
    "New SMTP ICID {n} interface Data1 (192.0.2.1) address 198.51.100.{a} reverse dns host mail{a}.example.com verified yes",
    "ICID {n} ACCEPT SG UNKNOWNLIST match sbrs[-1.0:10.0] SBRS 2.1",
    "SMTP Auth: (ICID {n}) {result} for user: user{u}@example.com using AUTH mechanism: LOGIN with profile: Staff",
    "Start MID {n} ICID {n}",
    "MID {n} ICID {n} From: <user{u}@example.com>",
    "MID {n} ICID {n} RID 0 To: <someone@example.org>",
    "MID {n} Subject 'report {n}'",
    "MID {n} ready 2048 bytes from <user{u}@example.com>",
    "Message finished MID {n} done",
    "ICID {n} close",
)


class Generator(threading.Thread):
    """Writes and rolls the log; knows what was written, and when."""

    def __init__(self, folder, rate, rotate):
        super().__init__(daemon=True)
        self.folder, self.rate, self.rotate = folder, rate, rotate
        self.lines, self.connections, self.sum = 0, 0, 0
        self.wrote, self.over = [], threading.Event()
        self.rolled = collections.deque()

    def run(self):
        path, rng = f"{self.folder}/mail.current", random.Random(7)
        log, began, turn, rolls = open(path, "ab", buffering=0), time.monotonic(), 0, 0
        while not self.over.is_set():
            now = time.monotonic() - began
            if now > (rolls + 1) * self.rotate:
                rolls += 1
                name = f"{self.folder}/mail.@{time.strftime('%Y%m%dT%H%M%S')}.s"
                while os.path.exists(name) or os.path.exists(name + ".gz"):
                    name = name[:-2] + "0.s"
                os.rename(path, name)
                # The appliance's own file stays open a moment longer: what it writes last comes late.
                late, log = log, open(path, "ab", buffering=0)
                self.write(late, 10, rng)
                late.close()
                self.rolled.append((time.monotonic(), name))
            self.tidy()
            wanted = int(now * self.rate) - self.lines
            if wanted > 0:
                self.write(log, wanted, rng)
            turn += 1
            time.sleep(0.02)
        log.close()

    def write(self, log, count, rng):
        stamp, text = time.strftime("%a %b %e %H:%M:%S %Y Info: "), []
        for _ in range(max(1, count // len(LINES))):
            self.connections += 1
            values = {"n": self.connections, "a": rng.randrange(250), "u": rng.randrange(400),
                      "result": rng.choice(("succeeded", "succeeded", "failed"))}
            text += [stamp + line.format(**values) for line in LINES]
        data = "".join(line + "\n" for line in text).encode()
        self.sum = zlib.crc32(data, self.sum)
        self.lines += len(text)
        self.wrote.append((self.lines, time.monotonic()))
        log.write(data)

    def tidy(self):
        while self.rolled and time.monotonic() - self.rolled[0][0] > 4:
            age, name = self.rolled.popleft()
            threading.Thread(target=self.retire, args=(name,), daemon=True).start()

    @staticmethod
    def retire(name):
        with open(name, "rb") as plain, gzip.open(name + ".gz", "wb", compresslevel=1) as packed:
            shutil.copyfileobj(plain, packed)
        os.unlink(name)
        time.sleep(6)
        os.unlink(name + ".gz")


class Headless(threading.Thread):
    """`query -f`: counts, checks and times what comes out."""

    def __init__(self, binary, folder, generator):
        super().__init__(daemon=True)
        self.generator, self.lines, self.sum, self.lags, self.at = generator, 0, 0, [], 0
        self.notices = open(f"{folder}.notices", "wb")
        self.process = subprocess.Popen([binary, "query", "", folder, "--view", "events", "--format", "log", "-f"],
                                        stdout=subprocess.PIPE, stderr=self.notices, stdin=subprocess.DEVNULL, bufsize=1 << 20)

    def run(self):
        out = self.process.stdout.raw
        while data := out.read(1 << 16):
            now = time.monotonic()
            self.sum = zlib.crc32(data, self.sum)
            self.lines += data.count(b"\n")
            wrote = self.generator.wrote
            while self.at < len(wrote) and wrote[self.at][0] <= self.lines:
                self.lags.append(now - wrote[self.at][1])
                self.at += 1


class Interface:
    """The interface in tmux, and somebody who cannot keep his hands still."""

    KEYS = ("j", "k", "G", "g", "PageUp", "PageDown", "Tab", "1", "2", "3", "6", "1", "e", "Enter", "Escape", "s", "S", "G", "1",
            "/", "auth:failed", "Enter", "j", "j", "Escape", "Escape", "1", "/", "user:user7*", "Enter", "G", "Escape", "Escape", "1",
            "t", "-1m", "Enter", "G", "?", "Escape", "Space", "Space", "m", "h", "l", "n")

    def __init__(self, name, binary, folder, *options):
        # The session itself: a bare name may mean a window that is called as the program is.
        self.name, self.target, self.next = name, f"={name}:", 0
        command = " ".join([binary, *options, folder])
        subprocess.run(["tmux", "-L", "soak", "new-session", "-d", "-s", name, "-x", "120", "-y", "40", "exec " + command], check=True)
        self.pid = int(self.tmux("display-message", "-p", "-t", self.target, "#{pane_pid}"))

    def tmux(self, *words):
        return subprocess.run(["tmux", "-L", "soak", *words], capture_output=True, text=True, errors="replace").stdout

    def fidget(self, rng):
        self.tmux("send-keys", "-t", self.target, self.KEYS[self.next % len(self.KEYS)])
        self.next += 1
        if self.next % 10 == 0:
            self.tmux("resize-window", "-t", self.target, "-x", str(rng.randint(60, 180)), "-y", str(rng.randint(15, 60)))

    def connections(self):
        """How many connections it says there are, without a filter."""
        self.tmux("resize-window", "-t", self.target, "-x", "140", "-y", "40")
        for key in ("Escape", "Escape", "Escape", "1", "Escape", "Escape", "1", "G"):
            self.tmux("send-keys", "-t", self.target, key)
            time.sleep(0.5)
        time.sleep(1)
        screen = self.tmux("capture-pane", "-p", "-t", self.target)
        found = re.search(r"\[1 Connections\].*?([\d,.]+)\s*$", screen, re.M)
        return int(re.sub(r"\D", "", found[1])) if found else None, screen

    def close(self):
        self.tmux("kill-session", "-t", self.target)


class Watched:
    """Memory and descriptors of a process over time."""

    def __init__(self, name, pid):
        self.name, self.pid, self.samples = name, pid, []

    def look(self, at):
        try:
            status = open(f"/proc/{self.pid}/status").read()
            rss = int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024
            self.samples.append((at, rss, len(os.listdir(f"/proc/{self.pid}/fd"))))
        except (OSError, TypeError):
            self.samples.append((at, 0, 0))

    def slope(self, column):
        """Of the second half, by ten minutes."""
        half = self.samples[len(self.samples) // 2:]
        if len(half) < 2:
            return 0
        line = statistics.linear_regression([s[0] for s in half], [s[column] for s in half])
        return line.slope * 600


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("binary")
    options.add_argument("--minutes", type=float, default=30)
    options.add_argument("--rate", type=int, default=5000, help="lines a second")
    options.add_argument("--rotate", type=float, default=2, help="seconds between rotations")
    options.add_argument("--keep", help="a second interface runs with this --keep")
    args = options.parse_args()
    binary, folder = os.path.abspath(args.binary), tempfile.mkdtemp(prefix="soak")
    generator = Generator(folder, args.rate, args.rotate)
    generator.start()
    time.sleep(0.3)
    headless = Headless(binary, folder, generator)
    headless.start()
    interfaces = [Interface("soak", binary, folder)]
    if args.keep:
        interfaces.append(Interface("keep", binary, folder, "--keep", args.keep))
    watched = [Watched("query -f", headless.process.pid), *(Watched(f"interface {i.name}", i.pid) for i in interfaces)]
    began, rng, looked = time.monotonic(), random.Random(3), 0
    while (at := time.monotonic() - began) < args.minutes * 60:
        for interface in interfaces:
            interface.fidget(rng)
        if at - looked >= 5:
            looked = at
            for process in watched:
                process.look(at)
        time.sleep(0.3)
    generator.over.set()
    generator.join()
    until = time.monotonic() + 30
    while headless.lines < generator.lines and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(3)
    counted, screen = interfaces[0].connections()
    wrong = []
    if (headless.lines, headless.sum) != (generator.lines, generator.sum):
        wrong.append(f"query -f printed {headless.lines:,} lines of {generator.lines:,}, or not in their order")
    if counted != generator.connections:
        wrong.append(f"the interface counts {counted} connections of {generator.connections:,}")
        print(screen)
    print(f"{generator.lines:,} lines, {generator.connections:,} connections, {int(args.minutes * 60 / args.rotate):,} rotations")
    print(f"query -f: {headless.lines:,} lines, {'the same' if headless.sum == generator.sum else 'OTHERS'}; interface: {counted} connections")
    lags = sorted(headless.lags)
    print(f"lag of query -f: median {1000 * statistics.median(lags):.1f} ms, 99th {1000 * lags[int(.99 * len(lags))]:.1f} ms, longest {1000 * lags[-1]:.1f} ms")
    print(f"{'':<20}{'MiB first':>10}{'half':>8}{'last':>8}{'slope / 10 min':>16}{'descriptors':>13}{'slope':>8}")
    for process in watched:
        samples = process.samples
        if not samples or samples[-1][1] == 0:
            wrong.append(f"{process.name} has ended")
            continue
        mid, fds = samples[len(samples) // 2], [s[2] for s in samples]
        print(f"{process.name:<20}{samples[0][1]:>10.1f}{mid[1]:>8.1f}{samples[-1][1]:>8.1f}{process.slope(1):>12.1f} MiB"
              f"{min(fds):>8}–{max(fds):<4}{process.slope(2):>8.1f}")
        if max(fds) > 200:
            wrong.append(f"{process.name} had {max(fds)} descriptors open")
    headless.process.kill()
    for interface in interfaces:
        interface.close()
    kinds = collections.Counter(re.findall(r"(truncated|no longer there|lines are missing|cannot be read|damaged)", open(f"{folder}.notices", errors="replace").read()))
    print(f"notices of trouble: {dict(kinds) or 'none'}")
    os.unlink(f"{folder}.notices")
    shutil.rmtree(folder, ignore_errors=True)
    for problem in wrong:
        print(f"FAIL {problem}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
