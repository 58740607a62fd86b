"""HTTP to the model's server that ends when it is agreed to end, whatever the server does.

A read timeout starts anew with each byte: a server that sends a comment a second would hold a thread for
ever. So the stream itself looks at the clock, and at its length. Nothing of the environment is used but
SSL_CERT_FILE and SSL_CERT_DIR: no proxy, no netrc; redirects are not followed, so that the key stays where
it was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic

import httpx2

from bot.llm.deadline import until

MAX_BYTES = 4 * 1024 * 1024
"""The longest response: thousands of tokens, each in its own event, fit well."""
_NOT_OURS = ("openai-organization", "openai-project")
"""Headers that the openai library takes from the environment."""


class _Bounded(httpx2.SyncByteStream):
    """A response's body that ends at a time and at a length."""

    def __init__(self, stream: httpx2.SyncByteStream, end: float) -> None:
        self._stream, self._end = stream, end

    def __iter__(self) -> Iterator[bytes]:
        left = MAX_BYTES
        for piece in self._stream:
            left -= len(piece)
            if left < 0:
                raise httpx2.ReadError("the response is too long")
            if monotonic() > self._end:
                raise httpx2.ReadTimeout("the response takes too long")
            yield piece

    def close(self) -> None:
        """Give the connection back."""
        self._stream.close()


class BoundedTransport(httpx2.HTTPTransport):
    """The usual transport; timeouts are cut to the time left, and the body is bounded and not compressed."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request. Raises httpx2's errors."""
        end = until.get()
        left = end - monotonic()
        if left <= 0:
            raise httpx2.ConnectTimeout("no time is left", request=request)
        for name in _NOT_OURS:
            request.headers.pop(name, None)
        request.headers["accept-encoding"] = "identity"
        timeout = request.extensions.get("timeout", {})
        cut = {name: left if limit is None else min(limit, left) for name, limit in timeout.items()}
        request.extensions = {**request.extensions, "timeout": cut}
        response = super().handle_request(request)
        if response.headers.get("content-encoding", "identity") != "identity":
            response.close()
            raise httpx2.DecodingError("the response is compressed, which was not asked for", request=request)
        assert isinstance(response.stream, httpx2.SyncByteStream)
        response.stream = _Bounded(response.stream, end)
        return response


def open_client(connect: float, quiet: float, parallel: int) -> httpx2.Client:
    """A client: seconds to connect, seconds a server may say nothing, connections at a time."""
    limits = httpx2.Limits(max_connections=parallel, max_keepalive_connections=parallel, keepalive_expiry=30)
    return httpx2.Client(
        transport=BoundedTransport(verify=httpx2.create_ssl_context(), trust_env=False, limits=limits),
        timeout=timeouts(connect, quiet),
        trust_env=False,
        follow_redirects=False,
    )


def timeouts(connect: float, quiet: float) -> httpx2.Timeout:
    """The limits of one request, in seconds."""
    return httpx2.Timeout(quiet, connect=connect)
