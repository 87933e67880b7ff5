"""Short leases: heartbeats at one side keep an instance on both, and a crash ends it on both."""

import time

from clusters.clients import Fleet, Instance
from clusters.nodes import mixed, wait_for
from report import require

LEASE = (2, 6)
SECONDS = 60


def run(report):
    with mixed("leases") as (pair, hk, java), Fleet(hk) as at_hk, Fleet(java) as at_java:
        for fleet in (at_hk, at_java):
            with fleet.node.connection() as write:
                fleet.add(write, *(Instance(f"LEASE-{fleet.node.name.upper()}", n, lease=LEASE) for n in range(10)))
        expected = at_hk.expected() | at_java.expected()
        for node in pair.nodes:
            report.check(pair, f"all 20 are at {node.name}", lambda: wait_for(lambda: has(node, expected), 20))
        report.check(pair, f"they stay for {SECONDS} s at both", lambda: stay(pair.nodes, expected))
        for fleet in (at_hk, at_java):
            crash(report, pair, fleet)


def has(node, expected):
    missing = expected.keys() - node.listing()[1].keys()
    return not missing, f"missing {sorted(missing)}"


def stay(nodes, expected):
    start, looks, missed = time.monotonic(), 0, []
    while time.monotonic() - start < SECONDS:
        for node in nodes:
            done, seen = has(node, expected)
            looks += 1
            if not done:
                missed.append(f"{time.monotonic() - start:.1f} s {node.name} {seen}")
        time.sleep(0.2)
    require(not missed, f"{len(missed)} of {looks} looks missed some: " + "; ".join(missed[:6]))
    return f"{looks} looks"


def crash(report, pair, fleet):
    victim = next(iter(fleet.instances.values()))
    fleet.drop(victim)
    start = time.monotonic()
    for node in pair.nodes:
        def step():
            wait_for(lambda: (victim.key not in node.listing()[1], "still there"), 40)
            return f"{time.monotonic() - start:.1f} s after its last heartbeat or up to 2 s more"

        report.check(pair, f"one that crashed at {fleet.node.name} leaves {node.name}", step)
