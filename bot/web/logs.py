"""The log of the server: one JSON object a line on standard error, each with the id of its request."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.metrics import Metrics

_LOG = logging.getLogger(__name__)
_SANE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_QUIET: Final = (
    "/assets/",
    "/static/",
    "/theme.css",
    "/healthz",
    "/readyz",
    "/metrics",
    "/gradio_api/heartbeat/",
)
"""Paths that say nothing of what visitors do: logged at level debug."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that this code works for; empty outside of any."""


class JsonLines(logging.Formatter):
    """A record as one line: time, level, logger, message, request id, and the traceback of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id.get():
            line["request_id"] = request_id.get()
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def start_log(level: str) -> None:
    """Send every log of this process to standard error as JSON lines. Libraries speak from warnings on."""
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[output], force=True)
    for floor in ("bot", "index", "corpus"):
        logging.getLogger(floor).setLevel(level.upper())


class RequestLog:
    """ASGI: gives each request an id (a sane X-Request-ID is kept), answers with it, logs and counts.

    Further in, the header X-Request-ID holds the id.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        own = given if _SANE_ID.fullmatch(given) else secrets.token_hex(8)
        others = [pair for pair in scope["headers"] if pair[0] != b"x-request-id"]
        scope = {**scope, "headers": [*others, (b"x-request-id", own.encode())]}
        status, started = 0, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = own
            await send(message)

        token = request_id.set(own)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._log(scope, status, time.perf_counter() - started)
            request_id.reset(token)

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        """Neither query nor address nor agent: a question may be in the first, a person behind the others."""
        self._metrics.responded(status)
        path = str(scope["path"])
        level = logging.DEBUG if path.startswith(_QUIET) and status < 500 else logging.INFO
        fields = {
            "method": scope["method"],
            "path": path[:200],
            "status": status,
            "ms": round(1000 * seconds, 1),
        }
        _LOG.log(level, "request", extra={"fields": fields})
