"""An assistant that goes on answering while its index is built anew, and then answers from the new one.

A thread looks every second whether another version of the index is in use (one `stat`). A new one is
loaded beside the old one, with the model that is loaded already, tried, and only then put in its place.
Answers in the making are finished on the index they began with. A new index that cannot be used changes
nothing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Event, Thread
from typing import Final, Protocol

from bot.answer import Answer
from bot.ask import Assistant
from bot.batching import BatchingEmbedder
from bot.build import Say, load_model, open_index
from bot.questions_file import Asked
from bot.settings import Settings
from bot.speaking.speaker import Heard, open_speaker
from corpus.errors import WenceError
from index.encoder import threads
from index.open import has_index, version_of
from index.open import open_index as open_place
from index.remote.place import Place
from index.store import Index

_LOG = logging.getLogger(__name__)
LOOK_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 60.0
"""When an index that could not be loaded is tried again: the reason may have been of the moment."""

Stamp = tuple[int, int, int] | str


class Answering(Protocol):
    """What answers: an Assistant, or one that changes its index."""

    @property
    def index(self) -> Index:
        """The index that the next answer comes from."""

    def ask(
        self,
        text: str,
        history: Sequence[tuple[str, str]] = (),
        district: str | None = None,
        role: str | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        """As `Assistant.ask`."""


class Live:
    """An Assistant over whatever index is in use in a folder. Safe to use from several threads."""

    def __init__(self, place: Place, open_new: Callable[[], Assistant], *, report: Say) -> None:
        """`open_new` loads the index in use; it is called at once, and raises WenceError if it cannot."""
        self._place = place
        self._open = open_new
        self._report = report
        self._listeners: list[Callable[[], None]] = []
        self._retry_at = 0.0
        self._seen = _stamp(place)
        self._assistant = open_new()

    @property
    def current(self) -> Assistant:
        """The assistant of the moment: for more than one question to the same index."""
        return self._assistant

    @property
    def index(self) -> Index:
        """The index that the next answer comes from."""
        return self._assistant.index

    def ask(
        self,
        text: str,
        history: Sequence[tuple[str, str]] = (),
        district: str | None = None,
        role: str | None = None,
        heard: Heard | None = None,
    ) -> Answer:
        """As `Assistant.ask`."""
        return self._assistant.ask(text, history, district, role, heard)

    def ask_many(self, asked: Iterable[Asked]) -> list[Answer]:
        """As `Assistant.ask_many`."""
        return self._assistant.ask_many(asked)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` each time another index has been put in place."""
        self._listeners.append(listener)

    def look(self) -> bool:
        """Put another index in place if there is one; whether that was done. Only one thread may call it."""
        found = _stamp(self._place)
        again = self._retry_at and time.monotonic() >= self._retry_at
        if found is None or (found == self._seen and not again):
            return False
        self._seen, self._retry_at = found, 0.0
        try:
            fresh = self._open()
            fresh.library.warm()
            self._assistant = fresh
        except Exception as error:  # whatever is wrong with the new index, the old one answers
            self._retry_at = time.monotonic() + _RETRY_SECONDS
            self._refused(error)
            return False
        self._tell_change()
        return True

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look for another index every second, in a thread of its own."""
        ended = Event()
        thread = Thread(target=self._watch, args=(ended,), name="wence-live", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()

    def _watch(self, ended: Event) -> None:
        self._assistant.library.warm()  # here, so that the first page need not wait for it
        while not ended.wait(LOOK_SECONDS):
            self.look()

    def _tell_change(self) -> None:
        documents, measures = self.index.manifest.guidelines, self.index.manifest.measures
        self._report(
            f"已换用新的索引({documents} 份文件,{measures} 条)\n"
            f"Now answering from the new index ({documents} documents, {measures} measures)"
        )
        for listener in self._listeners:
            try:
                listener()
            except Exception:
                _LOG.exception("the page still shows what the old index holds")

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, WenceError):
            _LOG.error("fault while loading %s", self._place, exc_info=error)
        zh, en = (error.zh, error.en) if isinstance(error, WenceError) else (str(error), str(error))
        self._report(
            f"新的索引无法使用,继续用旧的回答。{zh}\nThe new index cannot be used, the old one goes on. {en}"
        )


def open_live(settings: Settings, *, report: Say) -> Live:
    """A live assistant with its model loaded; an index that is missing is built first. Raises WenceError."""
    if not has_index(settings.place):
        open_index(settings, report=report)
    speaker = open_speaker(settings)
    load = cache(lambda: BatchingEmbedder(load_model(settings), lanes=threads())) if settings.dense else None

    def open_new() -> Assistant:
        index = open_place(settings.place, load)
        index.encode("问策")  # finds out whether the model fits, and no visitor waits for it
        return Assistant(index, settings.max_question, speaker)

    return Live(settings.place, open_new, report=report)


def _stamp(place: Place) -> Stamp | None:
    """What changes when another version is put in use; None if that cannot be seen."""
    try:
        if not isinstance(place, Path):
            return version_of(place)
        found = (place / "current").stat()
    except (OSError, WenceError):
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
