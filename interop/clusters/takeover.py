"""A side that is killed and started again takes over what the other holds."""

import time

from clusters.clients import Fleet, Instance
from clusters.nodes import listing_is, differences, mixed, wait_for
from report import require

COUNT = 200


def run(report):
    for away in ("hk", "java"):
        with mixed(f"takeover by {away}") as (pair, hk, java):
            gone, full = (hk, java) if away == "hk" else (java, hk)
            with Fleet(full, every=5) as fleet:
                check(report, pair, gone, full, fleet)


def check(report, pair, gone, full, fleet):
    report.check(pair, f"{full.name} is filled, {gone.name} agrees", lambda: fill(fleet, gone))
    gone.kill()
    time.sleep(3)
    gone.start()
    if gone.name == "hk":
        report.check(pair, "hk opens with everything", lambda: opens_complete(gone, fleet.expected()))
    else:
        report.check(pair, "java answers", lambda: f"{gone.wait_open():.1f} s")
    report.check(pair, f"{gone.name} agrees", lambda: wait_for(listing_is(gone, fleet.expected()), 35, 0.1))
    report.check(pair, f"{full.name} is as before", lambda: wait_for(listing_is(full, fleet.expected()), 1))
    time.sleep(15)
    for node in pair.nodes:
        report.check(pair, f"{node.name} is as before after 15 s", lambda: wait_for(listing_is(node, fleet.expected()), 1))
    print(f"     heartbeats answered 404: {fleet.returns}, not answered: {fleet.errors}", flush=True)


def fill(fleet, other):
    statuses = {0: "DOWN", 1: "STARTING", 2: "OUT_OF_SERVICE"}
    with fleet.node.connection() as write:
        for number in range(COUNT):
            instance = Instance(f"FULL-{number % 10}", number, statuses.get(number % 20, "UP"), lease=(30, 90))
            fleet.add(write, instance)
            if number % 20 in (5, 6):
                instance.set_override(write, "OUT_OF_SERVICE")
            if number % 20 == 7:
                instance.set_override(write, "DOWN")
            if number % 20 == 8:
                instance.set_override(write, "OUT_OF_SERVICE")
                instance.remove_override(write)
            if number % 20 == 9:
                instance.edit_metadata(write, "edited", "yes")
    return wait_for(listing_is(other, fleet.expected()), 40, 0.1)


def opens_complete(node, expected):
    """Its first listing that is not 403 shows everything."""
    start, codes = time.monotonic(), {}
    while True:
        try:
            status, found = node.listing()
        except OSError:
            status, found = "none", {}
        codes[status] = codes.get(status, 0) + 1
        if status == 200:
            break
        require(time.monotonic() - start < 60, f"still closed; answers {codes}")
        time.sleep(0.01)
    lines, seconds = differences(expected, found), time.monotonic() - start
    require(not lines, f"after {seconds:.2f} s, answers {codes}, {len(lines)} differ: " + "; ".join(lines[:8]))
    require(codes.keys() <= {"none", 403, 200}, f"answers {codes}")
    return f"{seconds:.2f} s, {len(found)} instances, answers {codes}"
