"""The server that the clients talk to: started here and ended here, or one that runs already."""

import os
import socket
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from processes import Process

ROOT = Path(__file__).resolve().parent.parent
ORACLE = ROOT.parent / "shared" / "oracle"
START_SECONDS = 240  # The Java server is built by its script when it has not been built yet.


@contextmanager
def subject_url(subject):
    """The base URL, ending in a slash, of a server that answers."""
    if subject.startswith("http://"):
        yield subject.rstrip("/") + "/"
        return
    port = free_port()
    url = f"http://127.0.0.1:{port}/eureka/"
    with Process(f"server-{subject}", command(subject, port)) as server:
        wait_until_ready(server, url)
        yield url


def command(subject, port):
    if subject == "heureka":
        target = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
        return [target / "release" / "heureka", "serve", "--listen", f"127.0.0.1:{port}"]
    if subject == "java":
        # The read-only cache would show changes up to 30 seconds late.
        return [ORACLE / "server.sh", str(port), "--eureka.server.use-read-only-response-cache=false"]
    raise SystemExit(f"SUBJECT is {subject!r}; it has to be heureka, java or http://…/eureka/")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_ready(server, url):
    until = time.monotonic() + START_SECONDS
    while not answers(url):
        if server.ended() or time.monotonic() > until:
            raise SystemExit(f"{server.name} did not start:\n{server.tail()}")
        time.sleep(0.25)


def answers(url):
    try:
        with urllib.request.urlopen(f"{url}apps", timeout=5) as response:
            return response.status == 200
    except urllib.error.HTTPError as error:
        # Netflix's own server packs every listing, and refuses who does not say that that will do.
        return error.code == 406
    except OSError:
        return False
