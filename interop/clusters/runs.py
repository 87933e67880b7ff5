"""Runs what is asked for on the command line, or everything, and counts the checks."""

import signal
import sys
import time

from report import Report


def main(kind, runs):
    """`runs` has a function of a report for each name; `kind` is what one of them is called."""
    # So that the nodes are ended when the run itself is told to end.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    report = Report()
    for name in chosen(kind, runs):
        start = time.monotonic()
        print(f"{kind} {name}", flush=True)
        try:
            runs[name](report)
        except Exception as error:  # Such as a node that does not start.
            report.fail(name, f"could not be carried through: {error!r}")
        print(f"{kind} {name} took {time.monotonic() - start:.0f} s", flush=True)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


def chosen(kind, runs):
    unknown = set(sys.argv[1:]) - runs.keys()
    if unknown:
        sys.exit(f"unknown: {' '.join(sorted(unknown))}; {kind}s are {' '.join(runs)}")
    return sys.argv[1:] or runs
