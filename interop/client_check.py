"""client_check.py [SUBJECT...]   Runs the conformance tests of the client library against servers. Started by ./client."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

from clusters.nodes import HEUREKA
from processes import Process
from subject import ORACLE, ROOT, free_port, wait_until_ready

# The read-only cache would show changes up to 30 seconds late. A change that comes while a listing is made up is not in it, and
# the listing is shown until it expires (180 s).
SPRING = ["--eureka.server.use-read-only-response-cache=false", "--eureka.server.response-cache-auto-expiration-in-seconds=1"]
NETFLIX = ["-Deureka.shouldUseReadOnlyResponseCache=false", "-Deureka.responseCacheAutoExpirationInSeconds=1"]
# How each server is started at a port, and the path of its registry.
SUBJECTS = {
    "heureka": (lambda port: [HEUREKA, "serve", "--listen", f"127.0.0.1:{port}"], "/eureka/"),
    "java": (lambda port: [ORACLE / "server.sh", str(port), *SPRING], "/eureka/"),
    "netflix": (lambda port: [ORACLE / "netflix.sh", str(port), *NETFLIX], "/eureka/v2/"),
}
# One after the other: the caches of a Java server are the same for all, and each test counts what it sees.
TESTS = ["cargo", "test", "--quiet", "-p", "heureka-client", "--test", "conformance", "--", "--test-threads=1", "--format=pretty"]
RESULT = re.compile(r"^test (\S+) \.\.\. (ok|FAILED)$")


def main():
    # So that the servers are ended when the run itself is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    passed = failed = 0
    for subject in sys.argv[1:] or SUBJECTS:
        with server(subject) as url:
            print(f"subject: {subject} at {url}", flush=True)
            ok, not_ok = run_tests(subject, url)
        passed, failed = passed + ok, failed + not_ok
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


@contextmanager
def server(subject):
    """The URL of a server that answers."""
    if subject.startswith("http"):
        yield subject
        return
    if subject not in SUBJECTS:
        sys.exit(f"unknown: {subject}; subjects are {' '.join(SUBJECTS)} or http://…/eureka/")
    command, path = SUBJECTS[subject]
    port = free_port()
    url = f"http://127.0.0.1:{port}{path}"
    with Process(f"client-{subject}", command(port)) as process:
        wait_until_ready(process, url)
        yield url


def run_tests(subject, url):
    """How many passed and how many failed."""
    environment = dict(os.environ, HEUREKA_CONFORMANCE_URL=url)
    tests = subprocess.Popen(TESTS, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    results, others = [], []
    for line in tests.stdout:
        found = RESULT.match(line.strip())
        if found:
            results.append(found[2] == "ok")
            print(f"{'ok  ' if results[-1] else 'FAIL'} {subject}: {found[1]}", flush=True)
        else:
            others.append(line.rstrip())
    if tests.wait() != 0:
        print("\n".join(f"     | {line}" for line in others if line), flush=True)
    # Tests that cannot even be run are a failure too.
    broken = tests.returncode != 0 and all(results)
    return sum(results), results.count(False) + broken


if __name__ == "__main__":
    sys.exit(main())
