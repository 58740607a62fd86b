"""A site that is not Wence's, for the tests: its pages, from a port of its own, under two names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>portal</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}</head>
<body><main><h1>portal</h1><p><input id="first" aria-label="words"></p></main>{body}</body></html>"""


@dataclass
class Portal:
    """`pages` are HTML by path, each sent with its policy where there is one. All else is empty."""

    port: int
    pages: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)

    @property
    def origin(self) -> str:
        """The name that the tests allow."""
        return f"http://localhost:{self.port}"

    @property
    def stranger(self) -> str:
        """The same pages under a name that is not allowed."""
        return f"http://portal.localhost:{self.port}"

    def put(self, path: str, *, head: str = "", body: str = "", policy: str = "") -> None:
        self.pages[path] = PAGE.format(head=head, body=body)
        self.policies[path] = policy


@contextmanager
def open_portal() -> Iterator[Portal]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = portal.pages.get(self.path)
            self.send_response(200 if page else 204)
            kind = "css" if self.path.endswith(".css") else "html"
            self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
            if policy := portal.policies.get(self.path):
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    portal = Portal(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield portal
    server.shutdown()
    thread.join()
    server.server_close()
