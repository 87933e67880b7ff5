"""The outcome of checks, and waiting for something to become true."""

import time


class Failed(Exception):
    """A check did not see what it needs."""


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, client, name, step):
        """Runs one step; it returns what was seen, or raises."""
        try:
            seen = step()
        except Exception as error:  # Whatever a server answers, the other checks have to be counted.
            self.fail(f"{client.name}: {name}", error if isinstance(error, Failed) else repr(error))
            print(client.tail(), flush=True)
        else:
            self.passed += 1
            print(f"ok   {client.name}: {name} ({seen})", flush=True)

    def fail(self, name, why):
        self.failed += 1
        print(f"FAIL {name} ({why})", flush=True)


def require(condition, seen):
    if not condition:
        raise Failed(seen)


def poll(client, probe, seconds=20):
    """Asks `probe` for (done, seen) until it is done; gives up early when the client has ended."""
    until = time.monotonic() + seconds
    while True:
        ended = client.ended()
        done, seen = probe()
        if done:
            return seen
        require(not ended, f"the client ended; last seen: {seen}")
        require(time.monotonic() < until, f"not within {seconds} s; last seen: {seen}")
        time.sleep(0.25)
