"""py_eureka_client, in a process of its own."""

import json
import re

from processes import WORK, Process
from registry import Registry
from report import poll, require
from scenarios import steps

APP, ID = "PYTHON-CLIENT", "python-host:python-client:8086"
PROGRAM = WORK.parent / "clients" / "python_client.py"
SECONDS = 90  # It ends by itself then, in case nobody ends it.


def run(url, report):
    registry = Registry(url)
    with steps.other_instances(registry):
        at_start = registry.snapshot()
        command = [WORK / "venv" / "bin" / "python", "-u", PROGRAM, url, APP, ID, str(SECONDS)]
        with Process("python", command) as client:
            def check(name, step):
                report.check(client, name, step)

            def follow(snapshot):
                return follows(client, snapshot)

            check("registers", lambda: steps.registers(client, registry, APP, ID))
            check("reads everything at start", lambda: reads_full(client, at_start))
            check("renews", lambda: steps.renews(client, registry, APP, ID))
            for name, change in steps.changes_to_a_known_app(registry).items():
                check(name, lambda: steps.sees_change(change, registry, follow))
            check("got changes by delta", lambda: used_deltas(client))
            check("sees a new application", lambda: steps.sees_change(steps.new_app(registry), registry, follow))
            check("registers again after a DELETE", lambda: registers_again(client, registry))
            check("deregisters at its end", lambda: steps.is_gone(registry, APP, ID, client.terminate()))


def reads_full(client, at_start):
    """The library registers before it reads, so it finds itself as well."""
    expected = {**at_start.statuses, (APP, ID): "UP"}

    def probe():
        return bool(cached(client)), "nothing printed"

    poll(client, probe)
    first = cached(client)[0]
    require(first == expected, f"it holds {first}, the server listed {expected}")
    full = requests(client, "GET", "/apps/ ")
    require(full == ["200"], f"GET apps/ was answered {full}")
    return f"{len(first)} instances as the server listed"


def follows(client, expected):
    def probe():
        held = cached(client)[-1] if cached(client) else {}
        if held == expected.statuses:
            return True, f"{len(held)} instances as the server lists, {expected.hash}"
        return False, f"{held}, the server lists {expected.statuses}"

    return poll(client, probe)


def used_deltas(client):
    full, deltas = requests(client, "GET", "/apps/ "), requests(client, "GET", "/apps/delta ")
    hashes = re.findall(r"check hash, local\[(\S*)\], remote\[(\S*)\]", "\n".join(client.lines()))
    actions = re.findall(r"instance \[\S*\] has (\w+)", "\n".join(client.lines()))
    seen = f"{len(deltas)} deltas with {', '.join(sorted(set(actions)))}, {len(full)} full reads, hashes {hashes}"
    require(set(deltas) == {"200"} and set(actions) == {"ADDED", "MODIFIED", "DELETED"}, seen)
    # The library reads everything again when its hash is not that of the server.
    require(len(full) == 1 and all(local == remote for local, remote in hashes), seen)
    return f"{len(deltas)} deltas with {', '.join(sorted(set(actions)))}, {len(full)} full reads, equal hashes"


def registers_again(client, registry):
    seen = steps.registers_again(client, registry, APP, ID)
    renewals = requests(client, "PUT", f"/apps/{APP}/")
    require("404" in renewals, f"no renewal was answered 404: {renewals}")
    return f"its renewal was answered 404; {seen}"


def cached(client):
    """What the library held, each time it was printed."""
    printed = (line.removeprefix("REGISTRY ") for line in client.lines() if line.startswith("REGISTRY "))
    return [{(app, instance_id): status for app, instance_id, status in json.loads(line)} for line in printed]


def requests(client, method, path):
    """The status codes of the requests for `path`, in their order, from the log of the HTTP library."""
    pattern = re.compile(rf'HTTP Request: {method} \S*{path}[^"]*"HTTP/1.1 (\d+) ')
    return [found[1] for found in map(pattern.search, client.lines()) if found]
