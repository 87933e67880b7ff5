"""Each of three nodes is killed and started again, and no listing ever lacks a live instance."""

import threading
import time

from clusters.clients import Fleet, Instance
from clusters.nodes import listing_is, three, wait_for
from report import require

COUNT = 100
# Longer than the leases below with their grace, so that only heartbeats at the other nodes keep the instances.
AWAY_SECONDS = 20
LEASE = (3, 9)


class Poller:
    """Reads the listing of one node all the time, and notes each 200 that lacks a live instance."""

    def __init__(self, node, expected):
        self.node, self.expected = node, expected
        self.answers, self.lacking, self.ending = {}, [], threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(10)

    def run(self):
        start = time.monotonic()
        while not self.ending.is_set():
            try:
                status, found = self.node.listing(2)
            except OSError:
                status, found = "none", {}
            self.answers[status] = self.answers.get(status, 0) + 1
            missing = sorted(self.expected - found.keys()) if status == 200 else []
            if missing:
                self.lacking.append(f"at {time.monotonic() - start:.2f} s {len(missing)}, such as {missing[0]}")
            self.ending.wait(0.02)

    def seen(self):
        require(not self.lacking, f"{len(self.lacking)} of {self.answers} lacked some: " + "; ".join(self.lacking[:5]))
        require(self.answers.get(200), f"answers {self.answers}")
        return f"answers {self.answers}"


def run(report):
    with three("restarts") as cluster:
        one, two, last = cluster.nodes
        with Fleet(one, two, last) as first, Fleet(two, last, one) as second, Fleet(last, one, two) as third:
            fleets = (first, second, third)
            for fleet in fleets:
                with fleet.node.connection() as write:
                    fleet.add(write, *(Instance(f"KEPT-{fleet.node.name.upper()}", n, lease=LEASE) for n in range(COUNT)))
            expected = first.expected() | second.expected() | third.expected()
            for node in cluster.nodes:
                report.check(cluster, f"{node.name} has all {len(expected)}",
                             lambda: wait_for(listing_is(node, expected), 20))
            poll_while_killed(report, cluster, expected)
            for fleet in fleets:
                print(f"     clients of {fleet.node.name}: {fleet.errors} errors, {fleet.returns} answers 404", flush=True)


def poll_while_killed(report, cluster, expected):
    one, two, last = (Poller(node, expected.keys()) for node in cluster.nodes)
    with one, two, last:
        for node in cluster.nodes:
            report.check(cluster, f"{node.name} is killed for {AWAY_SECONDS} s and opens complete",
                         lambda: kill_and_start(node, expected))
            time.sleep(10)
    for poller in (one, two, last):
        report.check(cluster, f"no listing of {poller.node.name} lacked a live instance", poller.seen)


def kill_and_start(node, expected):
    node.kill()
    time.sleep(AWAY_SECONDS)
    node.start()
    seconds = node.wait_open()
    done, seen = listing_is(node, expected)()
    require(done, seen)
    return f"open after {seconds:.2f} s"
