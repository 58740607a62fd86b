"""The one thread that writes the journal: takes what waits, masks it, writes it in one transaction.

While the database is away it keeps what it has in hand and tries again, more and more seldom; what no longer
fits in the queue meanwhile is lost, and counted. Entries older than the retention go once an hour.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Final

from bot.journal.entry import Entry, Noted, Opinion, entry_of, opinion_of
from bot.journal.losses import Losses
from bot.journal.store import GONE, Store
from corpus.errors import WenceError

_LOG = logging.getLogger(__name__)
_BATCH: Final = 200
_GATHER_SECONDS: Final = 0.2
"""How long entries are gathered before they are written together."""
_IDLE_SECONDS: Final = 1.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0
_PRUNE_SECONDS: Final = 3600.0
_STOPPING_PAUSE: Final = 0.1


class Writer:
    """Writes what is put into it, in a thread of its own, until closed."""

    def __init__(self, store: Store, losses: Losses, days: int, waiting: int) -> None:
        self._store, self._losses, self._days = store, losses, days
        self._queue: Queue[Noted | Opinion] = Queue(waiting)
        self._stop = Event()
        self._deadline = float("inf")
        self._prune_at = 0.0
        self._in_hand = 0
        self.written = 0
        self._thread = Thread(target=self._run, name="wence-journal", daemon=True)
        self._thread.start()

    @property
    def waiting(self) -> int:
        """How many wait to be written."""
        return self._queue.qsize()

    def put(self, item: Noted | Opinion) -> bool:
        """Take `item` if there is room; whether there was. Never waits."""
        if self._stop.is_set():
            self._losses.add(1, "it is closed")
            return False
        try:
            self._queue.put_nowait(item)
        except Full:
            self._losses.add(1, f"{self.waiting} entries wait already")
            return False
        return True

    def close(self, seconds: float) -> None:
        """Write what waits, for at most about `seconds`; what is left then is lost, and counted."""
        if self._stop.is_set():
            return
        self._deadline = time.monotonic() + seconds
        self._stop.set()
        self._thread.join(seconds + _GATHER_SECONDS)
        stuck = self._thread.is_alive()
        left = self.waiting + (self._in_hand if stuck else 0)
        if left:
            self._losses.add(left, "it could not be written before the end")
        if not stuck:
            self._store.close()

    def _run(self) -> None:
        while batch := self._next_batch():
            self._in_hand = len(batch)
            self._write([kept for item in batch if (kept := self._kept(item)) is not None])
            self._in_hand = 0
            self._prune()

    def _next_batch(self) -> list[Noted | Opinion]:
        """What is to be written next; waits for it. Empty at the end."""
        while not self._late():
            stopping = self._stop.is_set()
            try:
                first = self._queue.get(timeout=0.001 if stopping else _IDLE_SECONDS)
            except Empty:
                if stopping:
                    return []
                self._prune()
                continue
            self._stop.wait(_GATHER_SECONDS)
            return [first, *islice(self._taken(), _BATCH - 1)]
        return []

    def _taken(self) -> Iterator[Noted | Opinion]:
        with suppress(Empty):
            while True:
                yield self._queue.get_nowait()

    def _kept(self, item: Noted | Opinion) -> Entry | Opinion | None:
        try:
            return entry_of(item) if isinstance(item, Noted) else opinion_of(item)
        except Exception:  # one strange entry must not end the journal
            _LOG.exception("an entry of the journal could not be made")
            self._losses.add(1, "an entry could not be made")
            return None

    def _write(self, batch: Sequence[Entry | Opinion]) -> None:
        """Write a batch, however long the database is away; it is lost at the end, or where it is refused."""
        pause, again = _FIRST_PAUSE, False
        while (error := self._failure(batch)) is not None:
            if again and not isinstance(error, GONE):
                self._one_by_one(batch, error)
                break
            if self._late():
                self._losses.add(len(batch), reason(error))
                break
            self._losses.add(0, reason(error))
            self._pause(pause)
            pause, again = min(2 * pause, _LONGEST_PAUSE), True

    def _failure(self, batch: Sequence[Entry | Opinion]) -> Exception | None:
        """Try to write a batch; what was in the way."""
        try:
            if not self._store.is_ready():
                self._store.prepare()
            self._store.add(
                [item for item in batch if isinstance(item, Entry)],
                [item for item in batch if isinstance(item, Opinion)],
            )
        except Exception as error:  # whatever is wrong with the database, answers go on
            self._store.close()
            return error
        self.written += len(batch)
        self._losses.recovered()
        return None

    def _one_by_one(self, batch: Sequence[Entry | Opinion], error: Exception | None) -> None:
        """What the database refuses as a whole, one at a time: one bad entry takes no other along."""
        for item in batch:
            if not isinstance(error, WenceError):  # tables of a later release refuse all alike
                error = self._failure([item])
            if error is not None:
                self._losses.add(1, reason(error))

    def _prune(self) -> None:
        """Delete a part of what is too old, if it is time; the rest has its turn in a second."""
        if time.monotonic() < self._prune_at or self._stop.is_set() or not self._store.is_ready():
            return
        try:
            gone = self._store.forget(datetime.now(UTC) - timedelta(days=self._days))
            self._prune_at = time.monotonic() + (_IDLE_SECONDS if gone else _PRUNE_SECONDS)
        except Exception as error:  # as above
            _LOG.warning("old entries of the journal cannot be deleted now: %s", reason(error))
            self._prune_at = time.monotonic() + _LONGEST_PAUSE

    def _late(self) -> bool:
        return time.monotonic() > self._deadline

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            time.sleep(_STOPPING_PAUSE)


def reason(error: Exception) -> str:
    """An error in one line, without the statement and the values that SQLAlchemy puts to it."""
    said = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
    return said.splitlines()[0][:200]
