"""What the server sends with every response, and which of Gradio's doors are open. See docs/security.md.

Gradio's page begins with scripts inside the page. They are allowed one by one, by their hashes, which are
made here from the page as it is sent: whatever else looks like a script on the page does not run. Its
front end makes functions of text (`unsafe-eval`) and sets styles (`unsafe-inline` for styles alone).
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.settings import Settings
from bot.web.problems import Problem

_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_LOCAL_HOSTS: Final = ("localhost", "127.0.0.1", "[::1]")
_PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-write=(self)"
_OPEN: Final = re.compile(
    r"/(|config|theme\.css|favicon\.ico|manifest\.json|robots\.txt|(assets|static|svelte)/.*"
    r"|gradio_api/(info|app_id|startup-events|theme\.css|queue/(join|data)|cancel|reset|heartbeat/\w+"
    r"|component_server|(run|call|call/v2)/[\w-]+(/\w+)?|mcp|mcp/|mcp/http|mcp/http/|mcp/schema))/?"
)
"""What the page, gradio_client and MCP clients ask of Gradio. Not: uploads, files, proxies, streams, run
history, monitoring, log-in, recordings, code by prompt, the older MCP transport."""


class SecurityHeaders:
    """ASGI: the headers by which browsers keep a page from what it does not need."""

    def __init__(self, app: ASGIApp, settings: Settings, head: str) -> None:
        """`head` holds the scripts that Gradio's front end puts into the page by itself."""
        self._app = app
        self._of_head = script_hashes(head.encode("utf-8"))
        self._framed_by = " ".join(("'self'", *settings.embed_origins))
        self._may_be_framed = bool(settings.embed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. A page is held back until it is whole: the hashes of its scripts go before it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        page = _Page(self._finish, send)
        await self._app(_uncompressed(scope), receive, page.send)

    def _finish(self, message: Message, hashes: Sequence[str]) -> None:
        headers = MutableHeaders(scope=message)
        if hashes:
            hashes = [*hashes, *self._of_head]
        headers["Content-Security-Policy"] = policy(self._framed_by, hashes)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        headers["Permissions-Policy"] = _PERMISSIONS
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if not self._may_be_framed:
            headers["X-Frame-Options"] = "SAMEORIGIN"


class _Page:
    """Sends a response on; HTML only when it is whole, so that its scripts can be hashed."""

    def __init__(self, finish: Callable[[Message, Sequence[str]], None], send: Send) -> None:
        self._finish = finish
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        """As ASGI has it."""
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if kind.startswith("text/html"):
                self._start = message
                return
            self._finish(message, ())
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            self._finish(self._start, script_hashes(self._body))
            await self._send(self._start)
            message = {**message, "body": self._body}
        await self._send(message)


class OnlyNeeded:
    """ASGI: Gradio without the doors that nobody needs here; strangers' scripts get no MCP."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._origins = frozenset(settings.api_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        problem = self._problem(scope) if scope["type"] == "http" else None
        if problem:
            await problem.response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _problem(self, scope: Scope) -> Problem | None:
        path = str(scope["path"])
        if not _OPEN.fullmatch(path) or "/../" in path:
            return Problem("not_found")
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None or not path.startswith("/gradio_api/"):
            return None
        own = {f"{scheme}://{headers.get('host', '')}" for scheme in ("http", "https")}
        return None if origin in own or origin in self._origins else Problem("not_allowed")


def policy(framed_by: str, hashes: Iterable[str] = ()) -> str:
    """The Content-Security-Policy of a response: everything from this server alone.

    `framed_by` are the sources that may show it in a frame, `hashes` those of its inline scripts.
    """
    scripts = " ".join(("'self'", "'unsafe-eval'", *(f"'{each}'" for each in hashes)))
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src {scripts}",
            "script-src-attr 'none'",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'none'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {framed_by}",
        )
    )


def script_hashes(page: bytes) -> list[str]:
    """The hash sources of the scripts that stand in a page, each once."""
    found = dict.fromkeys(_INLINE_SCRIPT.findall(page))
    return ["sha256-" + base64.b64encode(hashlib.sha256(_as_read(each)).digest()).decode() for each in found]


def _as_read(script: bytes) -> bytes:
    """A script as a browser reads it: line ends are LF before anything else is done."""
    return script.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def hosts_of(settings: Settings) -> Sequence[str]:
    """The host names served: those set; else on loopback those of this machine alone, elsewhere any."""
    if settings.allowed_hosts:
        return settings.allowed_hosts
    return _LOCAL_HOSTS if settings.host in ("127.0.0.1", "::1", "localhost") else ("*",)


def _uncompressed(scope: Scope) -> Scope:
    """The request; where it may be for a page, it asks for that uncompressed: its scripts are to be read."""
    if "text/html" not in Headers(scope=scope).get("accept", "") and scope["path"] != "/":
        return scope
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}
