"""Nodes that are started, killed, frozen and compared."""

import http.client
import json
import os
import signal
import time
from contextlib import contextmanager

from processes import Process
from report import require
from subject import ORACLE, ROOT

HEUREKA = os.environ.get("HEUREKA", str(ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release" / "heureka"))
# Without these the Java server waits for 30 s each time that it finds nothing to take over, and evicts nothing meanwhile.
JAVA_SETTINGS = [
    "--eureka.client.fetch-registry=true",
    "--eureka.client.register-with-eureka=true",
    "--eureka.instance.hostname=javahost",
    "--eureka.server.use-read-only-response-cache=false",
    # A change that comes while a listing is made up is not in it, and the listing is shown until it expires (180 s).
    "--eureka.server.response-cache-auto-expiration-in-seconds=1",
    "--eureka.server.enable-self-preservation=false",
    "--eureka.server.eviction-interval-timer-in-ms=1000",
    "--eureka.server.registry-sync-retries=2",
    "--eureka.server.registry-sync-retry-wait-ms=2000",
]
# What the nodes say of themselves.
OWN_APPS = ("EUREKA", "EUREKA-ORACLE")


class Node:
    def __init__(self, name, port, command, host="127.0.0.1"):
        self.name, self.port, self.host = name, port, host
        self.command = [str(part) for part in command]
        self.process, self.starts = None, 0

    def start(self):
        self.starts += 1
        self.process = Process(f"cluster-{self.port}-{self.name}-{self.starts}", self.command)

    def kill(self):
        self.process.child.kill()
        self.process.child.wait()

    def freeze(self):
        self.process.child.send_signal(signal.SIGSTOP)

    def unfreeze(self):
        self.process.child.send_signal(signal.SIGCONT)

    def tail(self, count=15):
        # Each call to a peer that is away is a line of its own, and would leave no room for others.
        lines = [line for line in self.process.lines() if " DEBUG " not in line]
        shown_lines = "\n".join(f"     | {line}" for line in lines[-count:])
        return f"     {self.name}, log {self.process.log.name}:\n{shown_lines}"

    def connection(self, timeout=5):
        return Connection(self.host, self.port, timeout)

    def listing(self, timeout=5, show=None):
        """The status code of a full fetch, and what it shows by (application, id)."""
        with self.connection(timeout) as connection:
            status, text = connection.request("GET", "apps/")
        return status, entries(text, show or shown) if status == 200 else {}

    def wait_open(self, seconds=90):
        """Seconds until listings are answered."""
        start = time.monotonic()
        while True:
            try:
                if self.listing()[0] == 200:
                    return time.monotonic() - start
            except OSError:
                pass
            require(self.process.child.poll() is None, f"{self.name} ended")
            require(time.monotonic() - start < seconds, f"{self.name} answers no listing after {seconds} s")
            time.sleep(0.1)


class Connection:
    """A connection that is kept, and opened again after an error."""

    def __init__(self, host, port, timeout=5):
        self.http = http.client.HTTPConnection(host, port, timeout=timeout)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.close()

    def request(self, method, path, body=None):
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        try:
            self.http.request(method, "/eureka/" + path, body=data, headers=headers)
            response = self.http.getresponse()
            return response.status, response.read().decode()
        except http.client.HTTPException as error:
            self.http.close()
            raise ConnectionError(repr(error)) from error
        except OSError:
            self.http.close()
            raise

    def change(self, method, path, body=None):
        status, text = self.request(method, path, body)
        if status not in (200, 204):
            raise OSError(f"{method} {path} was answered {status}: {text[:200]}")


def entries(text, show):
    return {
        (app["name"], entry["instanceId"]): show(entry)
        for app in json.loads(text)["applications"]["application"]
        if app["name"] not in OWN_APPS
        for entry in app["instance"]
    }


def shown(entry):
    """Status, override and metadata of an instance."""
    metadata = {key: value for key, value in (entry.get("metadata") or {}).items() if key != "@class"}
    return entry["status"], entry.get("overriddenStatus", entry.get("overriddenstatus", "UNKNOWN")), metadata


def shown_with_dirty(entry):
    return *shown(entry), int(entry["lastDirtyTimestamp"])


class Cluster:
    """Nodes by name; what a check that fails shows of them."""

    def __init__(self, name, *nodes):
        self.name, self.nodes = name, nodes

    def tail(self):
        return "\n".join(node.tail() for node in self.nodes if node.name != "java")

    def terminate(self):
        for node in self.nodes:
            if node.process is not None:
                node.unfreeze() if node.process.child.poll() is None else None
                node.process.terminate()


def first_port():
    return int(os.environ.get("FIRST_PORT", "9210"))


def heureka(name, port, peer_ports, *settings):
    return Node(name, port, serve(name, f"127.0.0.1:{port}", [f"127.0.0.1:{peer}" for peer in peer_ports], *settings))


def serve(name, listen, peers, *settings):
    urls = ",".join(f"http://{peer}/eureka/" for peer in peers)
    return [
        HEUREKA, "serve", "--listen", listen, "--node-name", name, "--peers", urls,
        "--log-level", "info,heureka_server::peers=debug,heureka_server::driver=debug", *settings,
    ]


def java(port, peer_port):
    default_zone = f"--eureka.client.service-url.defaultZone=http://127.0.0.1:{peer_port}/eureka/"
    return Node("java", port, [ORACLE / "server.sh", port, default_zone, *JAVA_SETTINGS])


@contextmanager
def mixed(name):
    """One heureka node and one Java server, each the peer of the other, both open."""
    port = first_port()
    with running(Cluster(name, heureka("hk", port, [port + 1]), java(port + 1, port))) as pair:
        time.sleep(2)
        yield (pair, *pair.nodes)


@contextmanager
def three(name, *settings):
    """Three heureka nodes, all open."""
    ports = range(first_port(), first_port() + 3)
    nodes = [heureka(f"n{number}", port, ports, *settings) for number, port in enumerate(ports, 1)]
    with running(Cluster(name, *nodes)) as cluster:
        yield cluster


@contextmanager
def running(cluster):
    try:
        for node in cluster.nodes:
            node.start()
        for node in cluster.nodes:
            node.wait_open()
        yield cluster
    finally:
        cluster.terminate()


def wait_for(probe, seconds, every=0.02):
    """Asks `probe` for (done, seen) until it is done; how long it took."""
    start = time.monotonic()
    while True:
        done, seen = probe()
        if done:
            return f"{time.monotonic() - start:.2f} s"
        require(time.monotonic() - start < seconds, f"not within {seconds:.0f} s; last seen: {seen}")
        time.sleep(every)


def differences(expected, found):
    """One line for each key that is not as expected."""
    keys = sorted(key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key))
    return [f"{'/'.join(key)}: expected {expected.get(key)}, is {found.get(key)}" for key in keys]


def listing_is(node, expected, ignored=()):
    """A probe: the node lists what is expected, whatever it has of the keys to be ignored."""

    def probe():
        try:
            status, found = node.listing()
        except OSError as error:
            return False, f"{node.name} answers not: {error!r}"
        if status != 200:
            return False, f"{node.name} answers {status}"
        lines = differences(without(expected, ignored), without(found, ignored))
        more = f" and {len(lines) - 8} more" if len(lines) > 8 else ""
        return not lines, f"{len(lines)} differ at {node.name}: " + "; ".join(lines[:8]) + more

    return probe


def without(found, ignored):
    return {key: value for key, value in found.items() if key not in ignored}
