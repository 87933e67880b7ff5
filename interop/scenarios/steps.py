"""The steps that every client goes through."""

from contextlib import contextmanager

from report import poll, require

OTHER = "INTEROP-OTHER"
NEW = "INTEROP-NEW"
FIRST, SECOND, THIRD = "other-host:first:8080", "other-host:second:8080", "other-host:third:8080"
# Not one of the above: the Java server keeps overridden statuses by instance, whatever the application.
FOURTH = "other-host:fourth:8080"


@contextmanager
def other_instances(registry):
    """Two instances of another application; everything of the script is gone from the server afterwards."""
    try:
        registry.register(OTHER, FIRST)
        registry.register(OTHER, SECOND)
        yield
    finally:
        for app, instance_id in [(OTHER, FIRST), (OTHER, SECOND), (OTHER, THIRD), (NEW, FOURTH)]:
            registry.request("DELETE", f"apps/{app}/{instance_id}")


def registers(client, registry, app, instance_id, seconds=20):
    def probe():
        found = registry.instance(app, instance_id)
        if found is None:
            return False, "not registered"
        return found["status"] == "UP", f"{found['status']}, {found['ipAddr']}, port {found['port']['$']}"

    return poll(client, probe, seconds)


def renews(client, registry, app, instance_id):
    stamps, registrations = [], set()

    def probe():
        found = registry.instance(app, instance_id)
        if found is None:
            return False, "not registered"
        stamp = found["leaseInfo"]["lastRenewalTimestamp"]
        registrations.add(found["leaseInfo"]["registrationTimestamp"])
        if stamp not in stamps:
            stamps.append(stamp)
        moves = [f"{after - before} ms" for before, after in zip(stamps, stamps[1:])]
        return len(moves) >= 2, f"lastRenewalTimestamp moved by {', '.join(moves) or 'nothing'}"

    seen = poll(client, probe)
    # A client whose renewals are refused registers each time, and that moves lastRenewalTimestamp too.
    require(len(registrations) == 1, f"{seen}, but it registered {len(registrations)} times")
    return f"{seen} in one registration"


def registers_again(client, registry, app, instance_id):
    before = registry.instance(app, instance_id)
    require(before is not None, "it is not registered before the DELETE")
    registry.cancel(app, instance_id)
    require(registry.status_code(app, instance_id) == 404, "the DELETE left the instance in place")
    seen = registers(client, registry, app, instance_id)
    old, new = (entry["leaseInfo"]["registrationTimestamp"] for entry in (before, registry.instance(app, instance_id)))
    require(new > old, f"registrationTimestamp went from {old} to {new}")
    return f"{seen}, registered {new - old} ms after the first time"


def is_gone(registry, app, instance_id, code):
    require(code == 0, f"the client ended with {code}")
    status = registry.status_code(app, instance_id)
    require(status == 404, f"the instance is answered {status} after the client has ended")
    return "the client ended with 0, the instance is answered 404"


class Change:
    """One change on the server, and the status that the instance then has there, or None when it is gone."""

    def __init__(self, app, instance_id, status, make):
        self.instance, self.status, self.make = (app, instance_id), status, make


def changes_to_a_known_app(registry):
    return {
        "sees a new instance": Change(OTHER, THIRD, "UP", registry.register),
        "sees a changed status": Change(OTHER, FIRST, "OUT_OF_SERVICE", registry.take_out_of_service),
        "sees a cancelled instance": Change(OTHER, SECOND, None, registry.cancel),
    }


def new_app(registry):
    return Change(NEW, FOURTH, "UP", registry.register)


def sees_change(change, registry, follow):
    """Makes the change and waits until the client has it; `follow` gets what the server then lists."""
    before = registry.snapshot().statuses.get(change.instance)
    change.make(*change.instance)
    snapshot = registry.snapshot()
    now = snapshot.statuses.get(change.instance)
    require(before != change.status and now == change.status, f"the server lists {before} before and {now} after it")
    require(snapshot.server_hash == snapshot.hash, f"the server says {snapshot.server_hash}, but lists {snapshot.hash}")
    return follow(snapshot)
