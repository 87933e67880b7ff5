"""Every kind of change is seen on the other side, in both directions."""

import json
import time

from clusters.clients import Instance
from clusters.nodes import mixed, shown, wait_for

SEEN_SECONDS = 20


def run(report):
    with mixed("live") as (pair, hk, java):
        for here, there in ((hk, java), (java, hk)):
            changes(report, pair, here, there)


def changes(report, pair, here, there):
    app = f"LIVE-{here.name.upper()}"
    one, down = Instance(app, 1), Instance(app, 2, status="DOWN")
    with here.connection() as write, there.connection() as read:
        def check(name, change, probe):
            def step():
                change()
                return wait_for(probe, SEEN_SECONDS)

            report.check(pair, f"{here.name} to {there.name}: {name}", step)
            time.sleep(1)

        def is_shown(instance):
            return lambda: as_expected(read, instance)

        check("a registration", lambda: one.register(write), is_shown(one))
        check("a registration with DOWN", lambda: down.register(write), is_shown(down))
        before = renewed(read, one)
        check("a heartbeat", lambda: one.heartbeat(write), lambda: (renewed(read, one) > before, before))
        check("an override", lambda: one.set_override(write, "OUT_OF_SERVICE"), is_shown(one))
        check("a heartbeat keeps the override", lambda: one.heartbeat(write), is_shown(one))
        check("the removal of an override", lambda: one.remove_override(write), is_shown(one))
        check("a heartbeat after the removal", lambda: one.heartbeat(write), is_shown(one))
        check("metadata", lambda: one.edit_metadata(write, "colour", "blue"), is_shown(one))
        check("metadata once more", lambda: one.edit_metadata(write, "colour", "red"), is_shown(one))
        check("a new status of the client", lambda: report_status(one, write, "DOWN"), is_shown(one))
        check("a cancel", lambda: one.cancel(write), lambda: is_gone(read, one))
        check("a return after the cancel", lambda: report_status(one, write, "UP"), is_shown(one))
        for instance in (one, down):
            check("a last cancel", lambda: instance.cancel(write), lambda: is_gone(read, instance))


def report_status(instance, connection, status):
    instance.dirty = int(time.time() * 1000)
    instance.status = instance.shown_status = status
    instance.register(connection)


def as_expected(connection, instance):
    status, text = connection.request("GET", instance.path)
    found = shown(json.loads(text)["instance"]) if status == 200 else status
    return found == instance.expected(), f"{found}, expected {instance.expected()}"


def renewed(connection, instance):
    status, text = connection.request("GET", instance.path)
    return int(json.loads(text)["instance"]["leaseInfo"]["lastRenewalTimestamp"]) if status == 200 else 0


def is_gone(connection, instance):
    status, _ = connection.request("GET", instance.path)
    return status == 404, status
