"""An OpenAI-compatible server over real HTTP whose answers follow a script, good and bad ones.

`with Scripted() as server:` listens on a free port of this machine; `server.act = stall(2.0)` says how it
behaves from now on, `server.acts = [...]` how for the next requests, one after the other. What came is in
`server.requests`. Only the standard library is used.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType

Body = dict[str, object]


@dataclass(frozen=True)
class Received:
    """One request as it came; names of headers are in small letters."""

    path: str
    headers: Mapping[str, str]
    body: Body

    @property
    def texts(self) -> dict[str, str]:
        """Role → what it says."""
        messages = self.body["messages"]
        assert isinstance(messages, list)
        return {each["role"]: each["content"] for each in messages}


class Reply:
    """How an act speaks: whole responses, or a stream of events."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler = handler

    def whole(self, status: int, body: bytes, **headers: str) -> None:
        """A response that is no stream; `_` in the name of a header stands for `-`."""
        self._head(status, {"Content-Length": str(len(body)), **headers})
        self.raw(body)

    def begin(self, kind: str = "text/event-stream") -> None:
        """The head of a stream. It has no length: it ends where the connection does."""
        self._head(200, {"Content-Type": kind, "Connection": "close"})

    def say(self, text: str, finish: str | None = None) -> None:
        """One event with a piece of the answer."""
        delta = {"role": "assistant", "content": text}
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        event = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "scripted",
            "choices": [choice],
        }
        self.raw(b"data: " + json.dumps(event).encode() + b"\n\n")

    def finish(self, reason: str = "stop") -> None:
        """The proper end of an answer."""
        self.say("", reason)
        self.raw(b"data: [DONE]\n\n")

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def _head(self, status: int, headers: Mapping[str, str]) -> None:
        self._handler.send_response(status)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()


Act = Callable[[Received, Reply], None]


class Scripted:
    """The server; see the module."""

    def __init__(self, act: Act | None = None) -> None:
        self.act: Act = act or says("好。")
        self.acts: list[Act] = []
        self.requests: list[Received] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                headers = {name.lower(): value for name, value in self.headers.items()}
                received = Received(self.path, headers, body)
                server.requests.append(received)
                act = server.acts.pop(0) if server.acts else server.act
                with suppress(BrokenPipeError, ConnectionResetError):  # the client has gone, as it should
                    act(received, Reply(self))
                self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def url(self) -> str:
        """What WENCE_LLM_BASE_URL is set to."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Scripted:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


# Acts: good ones


def says(*pieces: str, pause: float = 0.0) -> Act:
    """Streams the pieces and ends well."""

    def act(_: Received, reply: Reply) -> None:
        reply.begin()
        for piece in pieces:
            reply.say(piece)
            time.sleep(pause)
        reply.finish()

    return act


# Acts: a server in trouble


def status(code: int, body: str = '{"error": {"message": "no"}}', **headers: str) -> Act:
    """Answers with an HTTP status, whatever it is asked; 429, 500, 401, …"""
    return lambda _, reply: reply.whole(code, body.encode(), Content_Type="application/json", **headers)


def echoes_the_key(received: Received, reply: Reply) -> None:
    """Refuses, and repeats the key in the message as some servers do."""
    key = received.headers["authorization"]
    reply.whole(401, json.dumps({"error": {"message": f"Incorrect API key: {key}"}}).encode())


def stall(seconds: float, *before: str) -> Act:
    """Streams what is before, then says nothing for so long, then ends well."""

    def act(_: Received, reply: Reply) -> None:
        reply.begin()
        for piece in before:
            reply.say(piece)
        time.sleep(seconds)
        reply.finish()

    return act


def silent(seconds: float) -> Act:
    """Takes the request and does not even begin to answer."""
    return lambda _, reply: time.sleep(seconds)


def drip(seconds: float, what: bytes = b": still here\n\n", every: float = 0.05) -> Act:
    """Keeps the connection alive with comments and never comes to an answer."""

    def act(_: Received, reply: Reply) -> None:
        reply.begin()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            reply.raw(what)
            time.sleep(every)

    return act


def cuts_off(*pieces: str) -> Act:
    """Streams the pieces and hangs up, with no end of the answer."""

    def act(_: Received, reply: Reply) -> None:
        reply.begin()
        for piece in pieces:
            reply.say(piece)

    return act


def hangs_up(_: Received, reply: Reply) -> None:
    """Closes the connection without a word."""


def garbage(body: bytes, kind: str = "text/event-stream") -> Act:
    """Sends bytes that are no answer, with status 200."""

    def act(_: Received, reply: Reply) -> None:
        reply.begin(kind)
        reply.raw(body)

    return act


def padded(size: int, *pieces: str) -> Act:
    """A good answer behind so many bytes of comments."""

    def act(received: Received, reply: Reply) -> None:
        reply.begin()
        reply.raw(b": " + b"x" * size + b"\n\n")
        for piece in pieces:
            reply.say(piece)
        reply.finish()

    return act


def compressed(_: Received, reply: Reply) -> None:
    """A good answer, compressed although nobody asked for that."""
    events = b'data: {"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]}\n\n'
    body = gzip.compress(events + b"data: [DONE]\n\n")
    reply.whole(200, body, Content_Type="text/event-stream", Content_Encoding="gzip")


def endless(piece: str = "政策") -> Act:
    """Does not keep the cap on tokens: goes on until the client hangs up, 20 MB at most."""

    def act(_: Received, reply: Reply) -> None:
        reply.begin()
        for _number in range(100_000):
            reply.say(piece * 50)
        reply.finish()

    return act


# Acts: a model in trouble. What they say is for the check of sentences to catch.


def ignores_instructions(received: Received, reply: Reply) -> None:
    """Writes what it was told not to: a greeting, a list, no citations."""
    says("您好!很高兴为您服务。\n\n", "# 政策清单\n- 第一项\n- 第二项\n", "希望对您有帮助!")(received, reply)


def invents(number: int, *sentences: str) -> Act:
    """Says sentences of the test's own making and cites measure `number` for each."""
    return says(*(f"{sentence}[{number}]。" for sentence in sentences))


def invents_a_measure(received: Received, reply: Reply) -> None:
    """Cites a number that it was not given."""
    says("符合条件的可以申请补助[99]。")(received, reply)


def obeys_injected(marker: str) -> Act:
    """Does what stands behind `marker` anywhere in its messages, as a credulous model would."""

    def act(received: Received, reply: Reply) -> None:
        everything = "\n".join(received.texts.values())
        _, _, order = everything.partition(marker)
        says(order.split("\n", 1)[0] or "没有命令。")(received, reply)

    return act


def echoes_the_prompt(received: Received, reply: Reply) -> None:
    """Gives away its system prompt."""
    says(*_pieces(received.texts["system"]))(received, reply)


def _pieces(text: str, size: int = 40) -> Iterable[str]:
    return (text[start : start + size] for start in range(0, len(text), size))
