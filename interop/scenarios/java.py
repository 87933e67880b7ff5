"""The Spring Cloud client."""

import re

from processes import Process
from registry import Registry
from report import poll, require
from scenarios import steps
from subject import ORACLE

APP, ID = "ORACLE-CLIENT", "client-host:oracle-client:8085"
BUILD_AND_START_SECONDS = 240
# From its start to the moment when it ends by itself: every step before the last has to fit.
LIFE_SECONDS = 50
SETTINGS = [
    "--eureka.instance.lease-renewal-interval-in-seconds=3",
    "--eureka.instance.lease-expiration-duration-in-seconds=9",
    "--eureka.client.registry-fetch-interval-seconds=3",
    "--eureka.client.initial-instance-info-replication-interval-seconds=3",
    "--eureka.client.instance-info-replication-interval-seconds=5",
    # Without it, neither deltas nor mismatches of the hash are in the log.
    "--logging.level.com.netflix.discovery=DEBUG",
    "--oracle.print=true",
    f"--oracle.stop={LIFE_SECONDS}",
]
FULL = "Got full registry with apps hashcode "
DELTA = "Got delta update with apps hashcode "
MISMATCH = "The Reconcile hashcodes do not match"


def run(url, report):
    registry = Registry(url)
    with steps.other_instances(registry):
        at_start = registry.snapshot()
        with Process("java", [ORACLE / "client.sh", url, *SETTINGS]) as client:
            def check(name, step):
                report.check(client, name, step)

            def follow(snapshot):
                return follows(client, snapshot)

            check("registers", lambda: steps.registers(client, registry, APP, ID, BUILD_AND_START_SECONDS))
            check("reads everything at start", lambda: reads_full(client, at_start))
            check("sees itself", lambda: follow(registry.snapshot()))
            check("renews", lambda: steps.renews(client, registry, APP, ID))
            for name, change in steps.changes_to_a_known_app(registry).items():
                check(name, lambda: steps.sees_change(change, registry, follow))
            check("sees a new application", lambda: steps.sees_change(steps.new_app(registry), registry, follow))
            check("registers again after a DELETE", lambda: steps.registers_again(client, registry, APP, ID))
            check("deregisters at its end", lambda: steps.is_gone(registry, APP, ID, client.wait(LIFE_SECONDS + 15)))
            check("got changes by delta", lambda: used_deltas(client))
            check("never had another hash than the server", lambda: hash_matched(client))


def reads_full(client, expected):
    hashes = after(client, FULL)
    require(hashes, "no full read in its log")
    require(hashes[0] == expected.hash, f"it read {hashes[0]}, the server listed {expected.hash}")
    return f"{hashes[0]} as the server listed"


def follows(client, expected):
    """The printed hash is calculated by the client from the instances that it holds."""
    def probe():
        printed = re.findall(r"REGISTRY \d+ (hash=\S* apps=\d+)", "\n".join(client.lines()))
        last = printed[-1] if printed else "nothing printed"
        wanted = f"hash={expected.hash} apps={expected.apps}"
        return last == wanted, last if last == wanted else f"{last}, the server lists {wanted}"

    return poll(client, probe)


def used_deltas(client):
    full, deltas = after(client, FULL), after(client, DELTA)
    seen = f"{len(deltas)} deltas, {len(full)} full reads"
    require(len(deltas) >= 4 and len(full) == 1, seen)
    return seen


def hash_matched(client):
    mismatches = [line for line in client.lines() if MISMATCH in line]
    require(not mismatches, "; ".join(mismatches))
    require(after(client, DELTA), "no delta in its log to compare with")
    return f"no mismatch in {len(after(client, DELTA))} deltas"


def after(client, text):
    return [line.split(text, 1)[1].strip() for line in client.lines() if text in line]
