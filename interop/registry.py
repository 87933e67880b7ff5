"""The registry of a server, read and changed over REST."""

import json
import urllib.error
import urllib.request
from collections import Counter
from urllib.parse import quote


class Registry:
    def __init__(self, url):
        self.url = url

    def request(self, method, path, body=None):
        """The status code and the body as text."""
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def change(self, method, path, body=None):
        status, text = self.request(method, path, body)
        if status not in (200, 204):
            raise OSError(f"{method} {path} was answered {status}: {text[:200]}")

    def register(self, app, instance_id):
        self.change("POST", f"apps/{app}", {"instance": instance(app, instance_id)})

    def cancel(self, app, instance_id):
        self.change("DELETE", instance_path(app, instance_id))

    def take_out_of_service(self, app, instance_id):
        self.change("PUT", f"{instance_path(app, instance_id)}/status?value=OUT_OF_SERVICE")

    def status_code(self, app, instance_id):
        return self.request("GET", instance_path(app, instance_id))[0]

    def instance(self, app, instance_id):
        """The registered instance, or None."""
        status, text = self.request("GET", instance_path(app, instance_id))
        return json.loads(text)["instance"] if status == 200 else None

    def snapshot(self):
        status, text = self.request("GET", "apps")
        if status != 200:
            raise OSError(f"GET apps was answered {status}: {text[:200]}")
        return Snapshot(json.loads(text)["applications"])


class Snapshot:
    """Everything that the server lists at one moment."""

    def __init__(self, applications):
        self.server_hash = applications["apps__hashcode"]
        self.statuses = {
            (app["name"], entry["instanceId"]): entry["status"]
            for app in applications["application"]
            for entry in app["instance"]
        }

    @property
    def apps(self):
        return len({app for app, _ in self.statuses})

    @property
    def hash(self):
        """The hash that a client calculates from the same instances."""
        counts = Counter(self.statuses.values())
        return "".join(f"{status}_{counts[status]}_" for status in sorted(counts))


def instance_path(app, instance_id):
    return f"apps/{app}/{quote(instance_id)}"


def instance(app, instance_id):
    return {
        "instanceId": instance_id,
        "app": app,
        "hostName": "other-host",
        "ipAddr": "10.9.9.9",
        "vipAddress": app.lower(),
        "status": "UP",
        "port": {"$": 8080, "@enabled": "true"},
        "securePort": {"$": 443, "@enabled": "false"},
        "dataCenterInfo": {"@class": "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo", "name": "MyOwn"},
        # Nobody renews it, and it has to outlive the run.
        "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 900},
    }
