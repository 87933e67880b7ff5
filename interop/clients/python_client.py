"""python_client.py URL APP INSTANCE_ID SECONDS   Runs py_eureka_client until SIGTERM, or for SECONDS.

Prints what the library holds twice a second.
"""

import asyncio
import json
import logging
import signal
import sys
import threading

from py_eureka_client import logger
from py_eureka_client.eureka_client import EurekaClient


class Client(EurekaClient):
    """Tells when it has sent a heartbeat."""

    def __init__(self, **settings):
        super().__init__(**settings)
        self.beat = threading.Event()

    async def send_heartbeat(self, *args, **kwargs):
        await super().send_heartbeat(*args, **kwargs)
        self.beat.set()


def main():
    url, app, instance_id, seconds = sys.argv[1:]
    # The HTTP library names every request with its answer; the Eureka library names what a delta did.
    logging.basicConfig(stream=sys.stdout, level=logging.INFO)
    logger.set_level("DEBUG")
    told_to_end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told_to_end.set())
    client = Client(
        eureka_server=url,
        app_name=app,
        instance_id=instance_id,
        instance_host="python-host",
        instance_ip="10.1.2.4",
        instance_port=8086,
        renewal_interval_in_secs=2,
        duration_in_secs=30,
    )
    asyncio.run(client.start())
    for _ in range(int(seconds) * 2):
        print("REGISTRY " + json.dumps(held(client)))
        if told_to_end.wait(0.5):
            break
    # The library's heartbeats go on after stop() and would register again: end in the pause after one.
    client.beat.clear()
    client.beat.wait(10)
    asyncio.run(client.stop())


def held(client):
    return sorted(
        (app.name, instance.instanceId, instance.status)
        for app in client.applications.applications
        for instance in app.instances
    )


if __name__ == "__main__":
    main()
