"""What the journal could not keep: counted always, and told to the log once a minute."""

from __future__ import annotations

import logging
import time
from threading import Lock
from typing import Final

_LOG = logging.getLogger(__name__)
_EVERY_SECONDS: Final = 60.0


class Losses:
    """A count that several threads add to."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._lock = Lock()
        self._count = 0
        self._next = 0.0

    @property
    def count(self) -> int:
        """Entries and opinions lost since the start."""
        return self._count

    def add(self, lost: int, reason: str) -> None:
        """Count `lost` more; 0 tells of a trouble that has not cost anything yet."""
        with self._lock:
            self._count += lost
            now = time.monotonic()
            if now < self._next:
                return
            self._next = now + _EVERY_SECONDS
            total = self._count
        _LOG.warning(
            "the journal %s cannot be written (%s); %d entries lost so far, answers go on",
            self._place,
            reason,
            total,
        )

    def recovered(self) -> None:
        """Writing works again: say so where something else was said before."""
        with self._lock:
            told, self._next = self._next, 0.0
        if told:
            _LOG.warning("the journal %s is written again; %d entries lost in all", self._place, self._count)
