"""cluster_load.py [MEASUREMENT...]   Measures what a cluster bears. Started by ./cluster load."""

import multiprocessing
import os
import statistics
import sys
import threading
import time

from clusters import runs
from clusters.clients import Instance
from clusters.hostile import KINDS, hostile
from clusters.nodes import Cluster, first_port, heureka, running, three
from clusters.raw import RawConnection, heartbeat, register, request
from report import require

WRITES_PER_SECOND, WRITE_SECONDS, WRITERS = 1000, 20, 4
HEARTBEATS_PER_SECOND, HEARTBEAT_SECONDS = 5000, 20
PAIRS, PAIR_SECONDS = 10, 3
# Wide enough for the noise of a small machine; what a node should not do is far beyond.
MOST_CPU, MOST_MS_MORE = 1.25, 5
# Each node registers itself.
OWN_INSTANCES = 3
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
FORK = multiprocessing.get_context("fork")


def in_process(function, *arguments):
    """Starts it in a process of its own; call what is returned to have its result."""
    pool = FORK.Pool(1)
    result = pool.apply_async(function, arguments)

    def join():
        with pool:
            return result.get(120)

    return join


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def milliseconds(values):
    p50, p99, most = percentile(values, 0.5), percentile(values, 0.99), max(values)
    return f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, at most {most * 1000:.1f} ms"


class Pace:
    """Waits so that no more than `rate` things a second are done."""

    def __init__(self, rate):
        self.rate, self.start, self.done = rate, time.monotonic(), 0

    def after(self, count):
        self.done += count
        ahead = self.start + self.done / self.rate - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)


def write(port, rate, seconds):
    """Registrations by several writers; how long each took, and how many were refused."""
    durations, refused = [], []
    writers = [threading.Thread(target=write_some, args=(port, rate / WRITERS, seconds, number, durations, refused))
               for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return durations, len(refused)


def write_some(port, rate, seconds, writer, durations, refused):
    connection, pace = RawConnection(port), Pace(rate)
    until, number = time.monotonic() + seconds, writer
    while time.monotonic() < until:
        data = register(Instance(f"LOAD-{number % 50}", number, lease=(30, 90)))
        start = time.monotonic()
        status = connection.exchange([data])[0]
        durations.append(time.monotonic() - start)
        if status != 204:
            refused.append(status)
        number += WRITERS
        pace.after(1)


def lag(written, read, seconds):
    """Seconds from the answer to a registration until a single read at the other node is answered 200."""
    write_to, read_from = RawConnection(written), RawConnection(read)
    lags, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        instance = Instance(f"PROBE-{read}", len(lags), lease=(30, 90))
        look = [request("GET", instance.path)]
        require(write_to.exchange([register(instance)]) == [204], "a registration was refused")
        start = time.monotonic()
        while read_from.exchange(look) != [200]:
            require(time.monotonic() - start < 10, "not seen for 10 s")
        lags.append(time.monotonic() - start)
        time.sleep(0.02)
    return lags


def writes(report):
    with three("writes", "--start-hold", "1s") as cluster:
        one, two, last = cluster.nodes
        writing = in_process(write, one.port, WRITES_PER_SECOND, WRITE_SECONDS)
        probing = {node.name: in_process(lag, one.port, node.port, WRITE_SECONDS - 1) for node in (two, last)}

        def written():
            durations, refused = writing()
            rate = len(durations) / WRITE_SECONDS
            seen = f"{rate:.0f} a second, {refused} refused, answered after {milliseconds(durations)}"
            require(rate > 0.97 * WRITES_PER_SECOND and not refused, seen)
            return seen

        def visible(name):
            lags = probing[name]()
            seen = f"{milliseconds(lags)}, {len(lags)} probes"
            require(percentile(lags, 0.99) < 1, seen)
            return seen

        report.check(cluster, f"{WRITES_PER_SECOND} writes a second to n1", written)
        for name in probing:
            report.check(cluster, f"they are visible at {name} meanwhile", lambda: visible(name))


def beat(port, first, count, rate, seconds):
    """Each instance once a second, 20 at a time; how many were sent, and how many not answered 200."""
    connection = RawConnection(port)
    instances = [Instance(f"BEAT-{number % 50}", number, lease=(1, 3)) for number in range(first, first + count)]
    for chunk in chunks([register(instance) for instance in instances]):
        require(set(connection.exchange(chunk)) == {204}, "a registration was refused")
    beats = chunks([heartbeat(instance) for instance in instances])
    pace, start, sent, wrong = Pace(rate), time.monotonic(), 0, 0
    while time.monotonic() - start < seconds:
        for chunk in beats:
            wrong += sum(status != 200 for status in connection.exchange(chunk))
            sent += len(chunk)
            pace.after(len(chunk))
    return sent / (time.monotonic() - start), wrong


def chunks(items, size=20):
    return [items[start:start + size] for start in range(0, len(items), size)]


def heartbeats(report):
    with three("heartbeats", "--lease-grace", "0s", "--start-hold", "1s") as cluster:
        share = HEARTBEATS_PER_SECOND // len(cluster.nodes)
        beating = [in_process(beat, node.port, number * share, share, share, HEARTBEAT_SECONDS)
                   for number, node in enumerate(cluster.nodes)]
        ticks = [cpu_ticks(node) for node in cluster.nodes]

        def kept():
            fewest = fewest_listed(cluster, share * len(cluster.nodes))
            require(min(fewest.values()) == share * len(cluster.nodes), f"fewest listed: {fewest}")
            return f"fewest listed: {fewest}"

        def answered():
            rates, wrong = zip(*(join() for join in beating))
            used = [cpu_ticks(node) - before for node, before in zip(cluster.nodes, ticks)]
            seen = (f"{sum(rates):.0f} a second, {sum(wrong)} not answered 200, "
                    f"processor ticks of the nodes {used} in {HEARTBEAT_SECONDS} s and the registration")
            require(sum(rates) > 0.97 * HEARTBEATS_PER_SECOND and not sum(wrong), seen)
            return seen

        report.check(cluster, "leases of 3 s do not end at any node", kept)
        report.check(cluster, f"{HEARTBEATS_PER_SECOND} heartbeats a second, a third to each node", answered)


def fewest_listed(cluster, count):
    for node in cluster.nodes:
        wait_until_listed(node, count)
    fewest, start = {}, time.monotonic()
    while time.monotonic() - start < HEARTBEAT_SECONDS - 6:
        for node in cluster.nodes:
            fewest[node.name] = min(fewest.get(node.name, count), instances(node))
        time.sleep(0.2)
    return fewest


def wait_until_listed(node, count):
    start = time.monotonic()
    while instances(node) < count:
        require(time.monotonic() - start < 5, f"{node.name} has only {instances(node)}")
        time.sleep(0.05)


def instances(node):
    """Those of the load."""
    with node.connection() as connection:
        connection.http.request("GET", "/metrics")
        text = connection.http.getresponse().read().decode()
    metric = next(line for line in text.splitlines() if line.startswith("heureka_instances "))
    return int(float(metric.split()[1])) - OWN_INSTANCES


def cpu_ticks(node):
    with open(f"/proc/{node.process.child.pid}/stat") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def hostile_peers(report):
    for kind in KINDS:
        pairs = []
        for number in range(PAIRS):
            # What comes first alternates, so that a machine that grows slower speaks against neither.
            order = (None, kind) if number % 2 == 0 else (kind, None)
            measured = {which: measure(which) for which in order}
            pairs.append((measured[None], measured[kind]))
        report.check(Cluster("hostile"), f"{PAIRS} pairs without and with a peer that is {kind}", lambda: compare(pairs))


def measure(kind):
    """Two good nodes, and a third peer unless kind is None: ticks for each request, and p99 of the writes."""
    port = first_port()
    ports = [port, port + 1] + ([port + 2] if kind else [])
    nodes = [heureka(f"n{number}", port + number, ports, "--start-hold", "1s") for number in (0, 1)]
    if kind:
        with hostile(kind, port + 2), running(Cluster(f"hostile {kind}", *nodes)):
            return load(nodes[0])
    with running(Cluster("hostile none", *nodes)):
        return load(nodes[0])


def load(node):
    before = cpu_ticks(node)
    durations, refused = in_process(write, node.port, WRITES_PER_SECOND, PAIR_SECONDS)()
    ticks = cpu_ticks(node) - before
    return ticks / (len(durations) + refused), percentile(durations, 0.99), refused


def compare(pairs):
    without, with_it = (list(zip(*side)) for side in zip(*pairs))
    cpu = statistics.mean(with_it[0]) / statistics.mean(without[0])
    cpus = [mean_microseconds(side[0]) for side in (without, with_it)]
    p99s = [statistics.median(side[1]) * 1000 for side in (without, with_it)]
    slower = sum(other[1] > one[1] for one, other in pairs)
    seen = (f"processor {cpus[0]:.0f} and {cpus[1]:.0f} us a request ({cpu:.2f} times), median of the p99 of writes "
            f"{p99s[0]:.2f} and {p99s[1]:.2f} ms, slower with it in {slower} of {len(pairs)} pairs, "
            f"refused {sum(without[2])} and {sum(with_it[2])}")
    require(cpu < MOST_CPU and p99s[1] < p99s[0] + MOST_MS_MORE and not sum(with_it[2]), seen)
    return seen


def mean_microseconds(ticks):
    return statistics.mean(ticks) / TICKS_PER_SECOND * 1e6


MEASUREMENTS = {"writes": writes, "heartbeats": heartbeats, "hostile": hostile_peers}


if __name__ == "__main__":
    sys.exit(runs.main("measurement", MEASUREMENTS))
