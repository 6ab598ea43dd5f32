#!/usr/bin/env python3
"""How long a line takes from its writing to the output of `query -f`, beside `tail -F` in the same run.

  lag.py target/release/mailscope [--seconds 30] [--rate 200]

A log is written to a line at a time, each a connection that ends, and rolled once half way. The readers start with half
a second of quiet before them. Prints the median, the 99th percentile and the longest of each reader in milliseconds.
"""
import argparse, os, re, subprocess, sys, tempfile, threading, time

ICID = re.compile(rb"ICID (\d+)|\"icid\": ?(\d+)")


class Reader:
    """A command that follows the log, and when each line came out of it."""

    def __init__(self, name, command):
        self.name, self.came = name, {}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            now, found = time.perf_counter(), ICID.search(line)
            if found:
                self.came.setdefault(int(found[1] or found[2]), now)

    def stop(self):
        self.process.kill()
        self.process.wait()


def entry(n):
    return f"{time.strftime('%a %b %e %H:%M:%S %Y')} Info: ICID {n} close\n".encode()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("binary")
    options.add_argument("--seconds", type=float, default=30)
    options.add_argument("--rate", type=float, default=200, help="lines a second")
    args = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/mail.current"
        with open(path, "wb") as log:
            log.write(entry(1))
        query = [args.binary, "query", "", path, "--format", "json", "-f"]
        readers = [Reader("query -f --view events", query + ["--view", "events"]),
                   Reader("query -f --view connections", query + ["--view", "connections"]),
                   Reader("tail -F", ["tail", "-n", "+1", "-F", path])]
        time.sleep(1)
        wrote, count = {}, int(args.seconds * args.rate)
        log, began = open(path, "ab", buffering=0), time.perf_counter()
        for n in range(2, count + 2):
            if n == count // 2:
                log.close()
                os.rename(path, f"{folder}/mail.@20260302T000000.s")
                log = open(path, "ab", buffering=0)
            time.sleep(max(0, began + n / args.rate - time.perf_counter()))
            wrote[n] = time.perf_counter()
            log.write(entry(n))
        time.sleep(3)
        print(f"{count:,} lines at {args.rate:g} a second, rolled once; milliseconds")
        print(f"{'':<30}{'median':>9}{'99th':>9}{'longest':>9}{'missing':>9}")
        short = False
        for reader in readers:
            reader.stop()
            lags = sorted(1000 * (reader.came[n] - at) for n, at in wrote.items() if n in reader.came)
            missing = count - len(lags)
            short |= missing > 0 and not reader.name.startswith("tail")
            pick = lambda part: lags[min(len(lags) - 1, int(part * len(lags)))] if lags else float("nan")
            print(f"{reader.name:<30}{pick(.5):>9.2f}{pick(.99):>9.2f}{pick(1):>9.2f}{missing:>9}")
        sys.exit(1 if short else 0)


if __name__ == "__main__":
    main()
