"""Curl, which unpacks what a server says is packed."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from gzip_readers.program import output


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.packed.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Download:
    tool = package = "curl"

    def __enter__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def read(self, packed):
        self.server.packed = packed
        url = f"http://127.0.0.1:{self.server.server_port}/"
        return output(["curl", "--silent", "--show-error", "--fail", "--compressed", url])
