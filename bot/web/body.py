"""The body of a request: not too large, and not sent too slowly."""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.problems import Problem

READ_SECONDS: Final = 15.0
"""How long a client may take for its body, all in all."""


class _Refused(Exception):
    """The rest of the body is not read."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.kind)
        self.problem = problem


class BodyLimit:
    """ASGI: a body over `most` bytes, announced or sent, is refused with 413, one that drags with 408."""

    def __init__(self, app: ASGIApp, most: int, read_seconds: float = READ_SECONDS) -> None:
        self._app = app
        self._most = most
        self._seconds = read_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. The body is read before the application is called: it gets all or nothing."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._read(scope, receive)
        except _Refused as refused:
            response = refused.problem.response({"Connection": "close"})
            await response(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _given(body, receive), send)

    async def _read(self, scope: Scope, receive: Receive) -> bytes | None:
        """The body; None if the client has gone. Of two lengths a proxy may have believed the other."""
        headers = Headers(scope=scope)
        if "content-length" in headers and "transfer-encoding" in headers:
            raise _Refused(Problem("malformed"))
        if _announced(headers) > self._most:
            raise _Refused(Problem("too_large"))
        try:
            async with asyncio.timeout(self._seconds):
                return await self._read_all(receive)
        except TimeoutError:
            raise _Refused(Problem("malformed", status=408)) from None

    async def _read_all(self, receive: Receive) -> bytes | None:
        parts, size = [], 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part = message.get("body", b"")
            size += len(part)
            if size > self._most:
                raise _Refused(Problem("too_large"))
            parts.append(part)
            if not message.get("more_body"):
                return b"".join(parts)


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() and length.isascii() else 0


def _given(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the whole body first, then what else the client does."""
    given = False

    async def receive_again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again
