"""check.py SUBJECT   Runs every scenario against one server and counts the checks. Started by ./run."""

import signal
import sys

from report import Report
from scenarios import java, python
from subject import subject_url


def main():
    # So that the children are ended when the run itself is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report = Report()
    with subject_url(sys.argv[1]) as url:
        print(f"subject: {sys.argv[1]} at {url}", flush=True)
        for scenario in (java, python):
            try:
                scenario.run(url, report)
            except Exception as error:  # Such as a server that refuses the instances which the clients are to see.
                report.fail(scenario.__name__, f"could not be carried through: {error!r}")
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
