"""Ratios: two things done by turns, in an order that changes, so that what else the machine does meets both."""

import statistics
import subprocess
import time

ROUNDS = 7


def by_turns(ours, theirs, rounds=ROUNDS):
    """Seconds of each, by turns (ours, theirs, theirs, ours, …), after one round that is not counted."""
    ours(), theirs()
    pairs = []
    for turn in range(rounds):
        if turn % 2:
            second, first = theirs(), ours()
            pairs.append((first, second))
        else:
            pairs.append((ours(), theirs()))
    return pairs


def ratio(pairs):
    """How many times faster ours are: median, least and most."""
    ratios = sorted(theirs / ours for ours, theirs in pairs)
    return {
        "ratio": statistics.median(ratios),
        "least": ratios[0],
        "most": ratios[-1],
        "ours_s": statistics.median(ours for ours, _ in pairs),
        "theirs_s": statistics.median(theirs for _, theirs in pairs),
    }


def clocked(work):
    """`work` as something that says how many seconds it took."""

    def run():
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    return run


def wrk(url, paths_file, seconds=2, connections=4, token=None):
    """Seconds an answer of an HTTP server takes of its throughput, asked by `wrk` for the paths of a file by turns."""

    def run():
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", __file__.replace("measure.py", "paths.lua")]
        if token:
            command += ["-H", f"Authorization: Bearer {token}"]
        told = subprocess.run([*command, url, "--", str(paths_file)], capture_output=True, text=True, check=True).stdout
        if "Non-2xx" in told or "Socket errors" in told:
            raise SystemExit(f"{url}: {told}")
        line = next(line for line in told.splitlines() if line.startswith("Requests/sec:"))
        return 1 / float(line.split()[1])

    return run


def pgbench(database, script, seconds=2, clients=4):
    """The same of PostgreSQL, asked by `pgbench` with a prepared statement."""

    def run():
        command = ["pgbench", "-n", "-M", "prepared", f"-c{clients}", "-j1", f"-T{seconds}", "-f", str(script), database]
        told = subprocess.run(command, capture_output=True, text=True)
        line = next((line for line in told.stdout.splitlines() if line.startswith("tps = ")), None)
        if line is None or "failed" in told.stderr:
            raise SystemExit(told.stderr)
        return 1 / float(line.split()[2])

    return run
