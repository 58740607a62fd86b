"""One call to a model in a thread of its own, so that whoever waits for it can stop waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic

Pieces = Callable[[Event], Iterator[str]]
"""Makes the pieces; the event tells it that nobody waits any longer."""


class Flow:
    """The pieces of one call, each waited for with a limit.

    `done` is called once when the thread has ended, at the latest some time after the call's own limits:
    only then does the call hold no connection any more.
    """

    def __init__(self, pieces: Pieces, done: Callable[[], None]) -> None:
        self._queue: SimpleQueue[str | Exception | None] = SimpleQueue()
        self._stop = Event()
        self._pieces, self._done = pieces, done
        Thread(target=copy_context().run, args=(self._run,), name="wence-model", daemon=True).start()

    def take(self, until: float) -> str | None:
        """The next piece, or None at the end. Raises TimeoutError at `until`, else what the call raised."""
        try:
            got = self._queue.get(timeout=max(0.0, until - monotonic()))
        except Empty:
            raise TimeoutError from None
        if isinstance(got, Exception):
            raise got
        return got

    def close(self) -> None:
        """Nobody waits any longer; the thread ends with what it reads next."""
        self._stop.set()

    def _run(self) -> None:
        try:
            pieces = self._pieces(self._stop)
            for piece in pieces:
                if self._stop.is_set():
                    break
                self._queue.put(piece)
            self._queue.put(None)
        except Exception as error:  # a provider's library may raise anything; the reader judges it
            self._queue.put(error)
        finally:
            self._done()
