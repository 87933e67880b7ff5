"""Instances that heartbeat, and what a server should show of them."""

import threading
import time


class Instance:
    """What a client says of itself, and (`override`, `shown_status`) what was done to it over REST."""

    def __init__(self, app, number, status="UP", lease=(10, 30)):
        self.app, self.status, self.lease = app, status, lease
        self.id = f"host-{app.lower()}:{number}"
        self.metadata = {"number": str(number)}
        self.dirty = int(time.time() * 1000)
        self.override, self.shown_status = "UNKNOWN", status

    @property
    def key(self):
        return self.app, self.id

    @property
    def path(self):
        return f"apps/{self.app}/{self.id}"

    def expected(self):
        return self.shown_status, self.override, dict(self.metadata)

    def document(self):
        return {"instance": {
            "instanceId": self.id, "app": self.app, "hostName": f"host-{self.app.lower()}", "ipAddr": "10.9.9.9",
            "vipAddress": self.app.lower(), "status": self.status, "overriddenStatus": "UNKNOWN",
            "port": {"$": 8080, "@enabled": "true"}, "securePort": {"$": 443, "@enabled": "false"},
            "dataCenterInfo": {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
            "leaseInfo": {"renewalIntervalInSecs": self.lease[0], "durationInSecs": self.lease[1]},
            "metadata": self.metadata, "lastDirtyTimestamp": str(self.dirty), "lastUpdatedTimestamp": str(self.dirty),
            "isCoordinatingDiscoveryServer": "false", "actionType": "ADDED",
        }}

    def register(self, connection):
        connection.change("POST", f"apps/{self.app}", self.document())

    def heartbeat(self, connection):
        return connection.request("PUT", f"{self.path}?status={self.status}&lastDirtyTimestamp={self.dirty}")[0]

    def set_override(self, connection, value):
        connection.change("PUT", f"{self.path}/status?value={value}&lastDirtyTimestamp={self.dirty}")
        self.override = self.shown_status = value

    def remove_override(self, connection):
        connection.change("DELETE", f"{self.path}/status?value=UP&lastDirtyTimestamp={self.dirty}")
        self.override, self.shown_status = "UNKNOWN", "UP"

    def edit_metadata(self, connection, key, value):
        connection.change("PUT", f"{self.path}/metadata?{key}={value}")
        self.metadata[key] = value

    def cancel(self, connection):
        connection.change("DELETE", self.path)


class Fleet:
    """Heartbeats as of real clients: at 404 they register again, and at an error they turn to the next of the nodes."""

    def __init__(self, node, *others, every=2.0):
        self.node, self.others, self.every = node, others, every
        self.instances, self.returns, self.errors = {}, 0, 0
        self.lock, self.ending = threading.Lock(), threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(10)

    def add(self, connection, *instances):
        for instance in instances:
            instance.register(connection)
            with self.lock:
                self.instances[instance.key] = instance

    def drop(self, instance):
        """It heartbeats no more: it crashed, or is about to be cancelled."""
        with self.lock:
            del self.instances[instance.key]

    def expected(self):
        return {key: instance.expected() for key, instance in self.instances.items()}

    def run(self):
        nodes = [self.node, *self.others]
        connections = [node.connection(2) for node in nodes]
        while not self.ending.is_set():
            start = time.monotonic()
            for key in list(self.instances):
                try:
                    self.beat(connections[0], key)
                except OSError:
                    self.errors += 1
                    connections.append(connections.pop(0))
                    break
            self.ending.wait(max(0.05, self.every - (time.monotonic() - start)))

    def beat(self, connection, key):
        # The lock, so that a heartbeat never follows the cancel of its instance.
        with self.lock:
            instance = self.instances.get(key)
            if instance is not None and instance.heartbeat(connection) == 404:
                self.returns += 1
                instance.register(connection)
