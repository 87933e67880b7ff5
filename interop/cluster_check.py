"""cluster_check.py [SCENARIO...]   Runs the scenarios of a cluster and counts the checks. Started by ./cluster."""

import signal
import sys
import time

from clusters import absence, departures, leases, live, restarts, split, takeover
from report import Report

SCENARIOS = {
    "live": live.run,
    "leases": leases.run,
    "takeover": takeover.run,
    "frozen": absence.run_frozen,
    "killed": absence.run_killed,
    "restarts": restarts.run,
    "departures": departures.run,
    "split": split.run,
}


def chosen():
    unknown = set(sys.argv[1:]) - SCENARIOS.keys()
    if unknown:
        sys.exit(f"unknown: {' '.join(sorted(unknown))}; scenarios are {' '.join(SCENARIOS)}")
    return sys.argv[1:] or SCENARIOS


def main():
    # So that the nodes are ended when the run itself is told to end.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    report = Report()
    for name in chosen():
        start = time.monotonic()
        print(f"scenario {name}", flush=True)
        try:
            SCENARIOS[name](report)
        except Exception as error:  # Such as a node that does not start.
            report.fail(name, f"could not be carried through: {error!r}")
        print(f"scenario {name} took {time.monotonic() - start:.0f} s", flush=True)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
