"""Peers that a node should not suffer from. `dead` is a port that nobody listens at."""

import multiprocessing
import socket
import threading
import time
from contextlib import contextmanager

GARBAGE = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":[}'
BUSY = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNK = b"10000\r\n" + b"x" * 65536 + b"\r\n"


def garbage(connection):
    while connection.recv(65536):
        connection.sendall(GARBAGE)


def busy(connection):
    while connection.recv(65536):
        connection.sendall(BUSY)


def endless(connection):
    connection.recv(65536)
    connection.sendall(ENDLESS_HEAD)
    while True:
        connection.sendall(CHUNK)
        # Paced (6 MB/s), so that it is not this process that takes the processor from the node.
        time.sleep(0.01)


KINDS = {"dead": None, "endless": endless, "503": busy, "garbage": garbage}


@contextmanager
def hostile(kind, port):
    answer = KINDS[kind]
    if answer is None:
        yield
        return
    process = multiprocessing.get_context("fork").Process(target=listen, args=(port, answer), daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def listen(port, answer):
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=quietly, args=(answer, connection), daemon=True).start()


def quietly(answer, connection):
    with connection:
        try:
            answer(connection)
        except OSError:
            pass
