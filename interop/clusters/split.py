"""One of three nodes is cut off for a minute by the network itself; both sides are written to."""

import itertools
import os
import subprocess
import time
from contextlib import contextmanager

from clusters.clients import Fleet, Instance
from clusters.nodes import Cluster, Node, differences, first_port, running, serve, shown_with_dirty
from report import require

SECONDS = 60
CONVERGED_SECONDS = 10
# With its grace it ends within the minute: only the rule about origins that cannot be reached keeps instances.
LEASE = (5, 15)


class Network:
    """A namespace for each node, all at one bridge; a second link leads from here to each, whatever the bridge does."""

    def __init__(self, count):
        self.mark = f"hk{first_port()}"
        self.numbers = range(1, count + 1)
        self.bridge = f"{self.mark}br"

    def space(self, number):
        return f"{self.mark}n{number}"

    def cluster_address(self, number):
        return f"10.92.0.{number}"

    def control_address(self, number):
        return f"10.93.{number}.2"

    def __enter__(self):
        self.remove()
        ip("link", "add", self.bridge, "type", "bridge")
        ip("link", "set", self.bridge, "up")
        for number in self.numbers:
            space = self.space(number)
            ip("netns", "add", space)
            ip("-n", space, "link", "set", "lo", "up")
            self.link(space, f"{self.mark}b{number}", "cluster", f"{self.cluster_address(number)}/24")
            self.join(number)
            self.link(space, f"{self.mark}c{number}", "control", f"{self.control_address(number)}/30")
            ip("addr", "add", f"10.93.{number}.1/30", "dev", f"{self.mark}c{number}")
        return self

    def link(self, space, here, there, address):
        ip("link", "add", here, "type", "veth", "peer", "name", there, "netns", space)
        ip("link", "set", here, "up")
        ip("-n", space, "addr", "add", address, "dev", there)
        ip("-n", space, "link", "set", there, "up")

    def cut_off(self, number):
        """What it sends and what is sent to it is lost without a word, as on a broken line."""
        ip("link", "set", f"{self.mark}b{number}", "nomaster")

    def join(self, number):
        ip("link", "set", f"{self.mark}b{number}", "master", self.bridge)

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        # The far end goes with its namespace only when the last process there has ended, so links are deleted first.
        for number in self.numbers:
            ip("link", "del", f"{self.mark}b{number}", may_fail=True)
            ip("link", "del", f"{self.mark}c{number}", may_fail=True)
            ip("netns", "del", self.space(number), may_fail=True)
        ip("link", "del", self.bridge, may_fail=True)


def ip(*arguments, may_fail=False):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    require(may_fail or done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr.strip()}")


@contextmanager
def apart():
    """Three nodes in namespaces of their own, all open."""
    port = first_port()
    with Network(3) as network:
        peers = [f"{network.cluster_address(number)}:{port}" for number in network.numbers]
        nodes = []
        for number in network.numbers:
            command = serve(f"n{number}", f"0.0.0.0:{port}", peers, "--start-hold", "5s")
            inside = ["ip", "netns", "exec", network.space(number), *command]
            nodes.append(Node(f"n{number}", port, inside, network.control_address(number)))
        with running(Cluster("split", *nodes)) as cluster:
            yield network, cluster


def run(report):
    if os.geteuid() != 0:
        print("SKIPPED split: network namespaces need root", flush=True)
        return
    with apart() as (network, cluster):
        one, two, last = cluster.nodes
        with Fleet(one) as first, Fleet(two) as second, Fleet(last) as third:
            fleets = (first, second, third)
            fill(fleets)
            report.check(cluster, "all agree before", lambda: converged(cluster, fleets, 20))
            network.cut_off(3)
            report.check(cluster, f"both sides answer and keep everything for {SECONDS} s", lambda: write_apart(fleets))
            differing = len(differences(listing(one), listing(last)))
            network.join(3)
            report.check(cluster, f"all agree after ({differing} differed)",
                         lambda: converged(cluster, fleets, CONVERGED_SECONDS))
            time.sleep(20)
            report.check(cluster, "all agree 20 s later", lambda: converged(cluster, fleets, 1))


def fill(fleets):
    for fleet in fleets:
        with fleet.node.connection() as write:
            fleet.add(write, *(Instance(f"SPLIT-{fleet.node.name.upper()}", n, lease=LEASE) for n in range(30)))
    with fleets[0].node.connection() as write:
        # Nobody heartbeats for it; both sides change it.
        Instance("SPLIT-BOTH", 0, lease=(60, 900)).register(write)


def write_apart(fleets):
    """Twice a second something of every kind at each side."""
    first, _, third = fleets
    start, before = time.monotonic(), [set(fleet.instances) for fleet in fleets]
    counts = {"registrations": 0, "overrides": 0, "removals": 0, "metadata": 0, "cancels": 0}
    for round_number in itertools.count():
        if time.monotonic() - start > SECONDS:
            break
        for side in (first, third):
            with side.node.connection() as write:
                write_round(side, write, round_number, counts)
        keeps_everything(fleets, before, time.monotonic() - start)
        time.sleep(0.5)
    return ", ".join(f"{count} {name}" for name, count in counts.items())


def write_round(side, write, number, counts):
    name = side.node.name.upper()
    old = list(side.instances.values())
    fresh = Instance(f"SPLIT-NEW-{name}", number, lease=LEASE)
    side.add(write, fresh)
    old[number % 10].set_override(write, "OUT_OF_SERVICE" if number % 2 else "DOWN")
    old[(number + 5) % 10].remove_override(write)
    old[10 + number % 10].edit_metadata(write, "round", str(number))
    counts["registrations"] += 1
    counts["overrides"] += 1
    counts["removals"] += 1
    counts["metadata"] += 2
    write.change("PUT", f"apps/SPLIT-BOTH/host-split-both:0/metadata?{name}={number}&last={name}")
    if number % 5 == 4:
        side.drop(fresh)
        fresh.cancel(write)
        counts["cancels"] += 1


def keeps_everything(fleets, before, seconds):
    for fleet in fleets:
        found = listing(fleet.node).keys()
        missing = set().union(*before) - found
        require(not missing, f"{fleet.node.name} lacks {len(missing)} after {seconds:.1f} s: {sorted(missing)[:5]}")


def listing(node):
    status, found = node.listing(show=shown_with_dirty)
    require(status == 200, f"{node.name} answers {status}")
    return found


def converged(cluster, fleets, seconds):
    """The same listing everywhere, and in it what the clients and operators did."""
    start = time.monotonic()
    while True:
        listings = [listing(node) for node in cluster.nodes]
        lines = [line for other in listings[1:] for line in differences(listings[0], other)]
        if not lines:
            break
        require(time.monotonic() - start < seconds, f"not within {seconds} s: {len(lines)} differ: {'; '.join(lines[:5])}")
        time.sleep(0.05)
    taken = time.monotonic() - start
    expected = {key: shown for fleet in fleets for key, shown in fleet.expected().items()}
    found = {key: entry[:3] for key, entry in listings[0].items() if key[0] != "SPLIT-BOTH"}
    lines = differences(expected, found)
    require(not lines, f"the same everywhere after {taken:.1f} s, but {len(lines)} not as written: {'; '.join(lines[:5])}")
    return f"{taken:.1f} s, {len(listings[0])} instances with equal ids, status, override, metadata and dirty timestamp"
