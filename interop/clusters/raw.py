"""HTTP over bare sockets: what the standard library costs would hide what the server costs."""

import json
import socket


class RawConnection:
    def __init__(self, port, timeout=10):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def exchange(self, requests):
        """Sends all at once; the status codes of the answers."""
        self.socket.sendall(b"".join(requests))
        return [self.answer() for _ in requests]

    def answer(self):
        head, rest = self.until_head_ends()
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        while len(rest) < length:
            rest += self.receive()
        self.rest = rest[length:]
        return int(head[9:12])

    def until_head_ends(self):
        received = self.rest
        while b"\r\n\r\n" not in received:
            received += self.receive()
        head, _, rest = received.partition(b"\r\n\r\n")
        return head, rest

    def receive(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed the connection")
        return data


def request(method, path, body=b""):
    head = (
        f"{method} /eureka/{path} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def register(instance):
    return request("POST", f"apps/{instance.app}", json.dumps(instance.document()).encode())


def heartbeat(instance):
    return request("PUT", f"{instance.path}?status={instance.status}&lastDirtyTimestamp={instance.dirty}")
