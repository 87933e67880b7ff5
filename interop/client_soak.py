"""client_soak.py [SECONDS]   A service lives while nodes come and go. Started by ./client soak.

Three nodes; one or two of them, chosen by chance, are killed or frozen for five seconds at a time, and then come back. A
service by the client library (`examples/soak.rs`) runs all the while, and every node that is up is asked from outside whether
it lists the service. SEED (a number) repeats the choices of an earlier run.
"""

import contextlib
import json
import os
import random
import signal
import sys
import time

from clusters.nodes import ROOT, three
from clusters.restarts import Poller
from processes import Process
from registry import instance
from report import Report, poll, require

AWAY_SECONDS = 5
TARGETS = 20
# One heartbeat may be missed by its period.
LONGEST_BETWEEN_HEARTBEATS_MS = 2000
SOAK = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release" / "examples" / "soak"


def main():
    # So that the nodes are ended when the run itself is told to end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    seed = int(os.environ.get("SEED", random.randrange(10_000)))
    report = Report()
    print(f"soak for {seconds} s, SEED={seed}", flush=True)
    with three("soak") as cluster:
        register_targets(cluster.nodes[0])
        time.sleep(1)
        urls = [f"http://127.0.0.1:{node.port}/eureka/" for node in cluster.nodes]
        with Process("client-soak", [SOAK, *urls]) as service:
            soak(report, cluster, service, random.Random(seed), seconds)
    print(f"{report.passed} passed, {report.failed} failed")
    return 1 if report.failed else 0


def register_targets(node):
    with node.connection() as write:
        for number in range(TARGETS):
            body = {"instance": instance("SOAK-TARGET", f"t-{number}")}
            write.change("POST", "apps/SOAK-TARGET", body)


def soak(report, cluster, service, chance, seconds):
    report.check(service, "begins", lambda: poll(service, lambda: ("ready" in service.lines(), service.lines()[-1:]), 30))
    pollers = [Poller(node, {("SOAK", "soak-1")}) for node in cluster.nodes]
    with contextlib.ExitStack() as reading:
        for poller in pollers:
            reading.enter_context(poller)
        until = time.monotonic() + seconds
        while time.monotonic() < until and not service.ended():
            disturb(cluster, chance)
    report.check(service, "leaves when it is told to", lambda: left(service, cluster))
    for poller in pollers:
        report.check(cluster, f"{poller.node.name} listed the service whenever it answered", poller.seen)
    summary = json.loads(service.lines()[-1])
    print(json.dumps(summary, indent=2), flush=True)
    judge(report, service, summary)


def judge(report, service, summary):
    def no_look_up_failed():
        require(summary["look_ups_failed"] == 0, f"{summary['look_ups_failed']} of {summary['look_ups']}")
        return f"{summary['look_ups']} look-ups"

    def no_lease_was_lost():
        require(summary["registrations_again"] == 0, f"registered again {summary['registrations_again']} times")
        return f"{summary['registrations']} registration"

    def no_heartbeat_was_late():
        longest = summary["longest_between_heartbeats_ms"]
        require(longest <= LONGEST_BETWEEN_HEARTBEATS_MS, f"{longest} ms between two")
        return f"{summary['heartbeats']} heartbeats, at most {longest} ms apart"

    report.check(service, "no look-up failed", no_look_up_failed)
    report.check(service, "no server had lost the instance", no_lease_was_lost)
    report.check(service, "no heartbeat was late by more than its period", no_heartbeat_was_late)


def left(service, cluster):
    require(not service.ended(), "it has ended before")
    code = service.terminate()
    require(code == 0, f"exit code {code}")
    listed = [node.name for node in cluster.nodes if ("SOAK", "soak-1") in node.listing()[1]]
    require(not listed, f"still listed by {listed}")
    return "exit code 0, and nobody lists it"


def disturb(cluster, chance):
    """One round: some nodes are away for a while, and all are there again at its end."""
    away = chance.sample(cluster.nodes, chance.choice([1, 2]))
    ways = {node: chance.choice(["killed", "frozen"]) for node in away}
    print("     " + ", ".join(f"{node.name} {way}" for node, way in ways.items()), flush=True)
    for node, way in ways.items():
        node.kill() if way == "killed" else node.freeze()
    time.sleep(AWAY_SECONDS)
    for node, way in ways.items():
        node.start() if way == "killed" else node.unfreeze()
    for node in away:
        node.wait_open()
    # So that rounds fall on all phases of heartbeats and fetches.
    time.sleep(chance.uniform(0.5, 2.5))


if __name__ == "__main__":
    sys.exit(main())
