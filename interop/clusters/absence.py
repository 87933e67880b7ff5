"""One side of a pair is away for a while, and the other is changed meanwhile."""

import time

from clusters.clients import Fleet, Instance
from clusters.nodes import differences, listing_is, mixed, wait_for
from report import require

SECONDS = 40
AGREED_SECONDS = 35
# As clients have by default: nobody renews at the side that is present for those of the other side.
LEASE = (30, 90)
# What was cancelled ends with its lease where the cancel was not heard of.
CANCELLED, CANCELLED_LEASE, CANCELLED_SECONDS = ("CANCELLED", 0), (5, 15), 75
# A node may judge what was written just before by another rule: the line may have broken before the other heard of it.
OLD_SECONDS = 45
GROUPS = {"OLD": f"{OLD_SECONDS} s", "FRESH": "just"}


def run_frozen(report):
    each_side(report, "frozen", lambda node: node.freeze(), lambda node: node.unfreeze())


def run_killed(report):
    each_side(report, "killed", lambda node: node.kill(), lambda node: node.start())


def each_side(report, how, leave, come_back):
    for name in ("hk", "java"):
        with mixed(f"{name} {how}") as (pair, hk, java):
            away, present = (hk, java) if name == "hk" else (java, hk)
            with Fleet(present, every=5) as near, Fleet(away, every=5) as far:
                check(report, pair, near, far, leave, come_back)


def check(report, pair, near, far, leave, come_back):
    present, away = near.node, far.node
    report.check(pair, "both agree before", lambda: fill_in_time(pair, near, far))
    leave(away)
    left = time.monotonic()
    cancelled = change(near, far)
    report.check(pair, f"{present.name} has everything while {away.name} is away",
                 lambda: present_all_the_time(present, near, far, left))
    come_back(away)
    opened, back = away.wait_open(), time.monotonic()
    for group, words in GROUPS.items():
        others = [key for key in near.expected() | far.expected() if not key[0].startswith(group)] + [cancelled.key]
        report.check(pair, f"both agree after, on what was written {words} before",
                     lambda: agreed(pair, near, far, others, back, opened))
    for node in pair.nodes:
        report.check(pair, f"what was cancelled meanwhile is gone at {node.name}",
                     lambda: wait_for(lambda: (cancelled.key not in node.listing()[1], "there"), CANCELLED_SECONDS, 0.2))


def fill_in_time(pair, near, far):
    fill("OLD", near, far)
    agreed(pair, near, far)
    time.sleep(OLD_SECONDS)
    fill("FRESH", near, far)
    with near.node.connection() as write:
        near.add(write, Instance(*CANCELLED, lease=CANCELLED_LEASE))
    return agreed(pair, near, far)


def fill(group, near, far):
    for fleet in (near, far):
        with fleet.node.connection() as write:
            fleet.add(write, *(Instance(app_name(group, fleet), number, lease=LEASE) for number in range(30)))
            for instance in numbered(group, fleet, range(10, 20)):
                instance.set_override(write, "OUT_OF_SERVICE")


def change(near, far):
    """Changes of every kind at the side that is present, also for instances which heartbeat at the other."""
    cancelled = near.instances[Instance(*CANCELLED).key]
    near.drop(cancelled)
    with near.node.connection() as write:
        near.add(write, *(Instance(app_name("NEW", near), number, lease=LEASE) for number in range(10)))
        for group in GROUPS:
            change_group(write, group, near, far)
        cancelled.cancel(write)
    return cancelled


def change_group(write, group, near, far):
    for fleet in (near, far):
        for instance in numbered(group, fleet, range(0, 5)):
            instance.set_override(write, "OUT_OF_SERVICE")
        for instance in numbered(group, fleet, range(10, 15)):
            instance.remove_override(write)
    for instance in numbered(group, near, range(3, 13)):
        instance.edit_metadata(write, "colour", "blue")


def app_name(group, fleet):
    return f"{group}-{fleet.node.name.upper()}"


def numbered(group, fleet, numbers):
    app = app_name(group, fleet)
    return [fleet.instances[app, f"host-{app.lower()}:{number}"] for number in numbers]


def present_all_the_time(node, near, far, left):
    expected, looks, wrong = near.expected() | far.expected(), 0, []
    while time.monotonic() - left < SECONDS:
        lines = differences(expected, node.listing()[1])
        looks += 1
        if lines:
            wrong.append(f"{time.monotonic() - left:.1f} s: {len(lines)} differ: {lines[0]}")
        time.sleep(0.2)
    require(not wrong, f"{len(wrong)} of {looks} looks were not as expected; {'; '.join(wrong[:3])}")
    return f"{looks} looks at {len(expected)} instances"


def agreed(pair, near, far, ignored=(), since=None, opened=0):
    since, expected = since or time.monotonic(), near.expected() | far.expected()
    for node in pair.nodes:
        left = max(1, AGREED_SECONDS - (time.monotonic() - since))
        wait_for(listing_is(node, expected, ignored), left, 0.1)
    answered = f"answers after {opened:.1f} s, " if opened else ""
    return f"{answered}agreed {time.monotonic() - since:.1f} s later, {len(expected.keys() - set(ignored))} instances"
