"""Clients that crash are gone everywhere in time, and clients that come back unchanged are back everywhere."""

import time

from clusters.clients import Fleet, Instance
from clusters.nodes import three, wait_for
from report import require

LEASE = (1, 3)
GONE_SECONDS = 5
STAY_SECONDS = 12


def run(report):
    with three("departures", "--lease-grace", "0s", "--start-hold", "5s") as cluster, Fleet(cluster.nodes[0]) as living:
        # Beside them one that is missing is no reason for self-preservation.
        with cluster.nodes[0].connection() as write:
            living.add(write, *(Instance("LIVING", number) for number in range(20)))
        for number, home in enumerate(cluster.nodes):
            report.check(cluster, f"one that crashed at {home.name} is gone everywhere",
                         lambda: crash(cluster, home, Instance("CRASHED", number, lease=LEASE)))
        for name, pause in (("at once", 0), ("when all know of the cancel", 3)):
            report.check(cluster, f"cancelled at n1, back at n2 unchanged, {name}",
                         lambda: cancel_and_return(cluster, living, Instance("RETURNED", name.split()[-1]), pause))
        report.check(cluster, "the living are there", lambda: living_are_there(cluster, living))


def crash(cluster, home, instance):
    with home.connection() as write:
        instance.register(write)
        for node in cluster.nodes:
            wait_for(lambda: (instance.key in node.listing()[1], "not there"), 2)
        require(instance.heartbeat(write) == 200, "the heartbeat was not answered 200")
    renewed = time.monotonic()
    gone = {}
    while len(gone) < len(cluster.nodes):
        since_end = time.monotonic() - renewed - LEASE[1]
        for node in cluster.nodes:
            if node.name not in gone and instance.key not in node.listing()[1]:
                gone[node.name] = since_end
        require(since_end < GONE_SECONDS, f"{GONE_SECONDS} s after the end of the lease gone only from {in_words(gone)}")
        time.sleep(0.02)
    require(min(gone.values()) > -0.2, f"too early: {in_words(gone)}")
    return f"seconds after the end of the lease: {in_words(gone)}"


def in_words(gone):
    return ", ".join(f"{name} {seconds:.2f}" for name, seconds in sorted(gone.items()))


def cancel_and_return(cluster, living, instance, pause):
    one, two, _ = cluster.nodes
    with one.connection() as at_one, two.connection() as at_two:
        instance.register(at_one)
        for node in cluster.nodes:
            wait_for(lambda: (instance.key in node.listing()[1], "not there"), 2)
        instance.cancel(at_one)
        time.sleep(pause)
        instance.register(at_two)
    living.instances[instance.key] = instance
    back = [wait_for(lambda: (instance.key in node.listing()[1], f"not at {node.name}"), 10) for node in cluster.nodes]
    start = time.monotonic()
    while time.monotonic() - start < STAY_SECONDS:
        for node in cluster.nodes:
            require(instance.key in node.listing()[1], f"gone from {node.name} after {time.monotonic() - start:.1f} s")
        time.sleep(0.1)
    return f"back at n1, n2, n3 after {', '.join(back)}, stays for {STAY_SECONDS} s"


def living_are_there(cluster, living):
    for node in cluster.nodes:
        missing = living.expected().keys() - node.listing()[1].keys()
        require(not missing, f"{node.name} lacks {sorted(missing)}")
    return f"{len(living.instances)} at each node"
