"""A circuit breaker: after some failures in a row a server is left in peace, then tried once.

Why not a library: the common ones hold their lock during the call, so that calls could not run beside
each other, and none of them counts a stream that was given up by its reader as neither success nor failure.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from time import monotonic


class Breaker:
    """Counts failures in a row. Safe to use from several threads.

    Whoever is let in by `enter` says afterwards `worked`, `failed` or `left`.
    """

    def __init__(self, failures: int, rest: float, clock: Callable[[], float] = monotonic) -> None:
        """`failures` in a row close the way for `rest` seconds by `clock`."""
        self._allowed, self._rest, self._clock = failures, rest, clock
        self._lock = Lock()
        self._failures = 0
        self._closed_until = 0.0
        self._trial = False

    @property
    def resting(self) -> bool:
        """Whether the server is left in peace now; a trial that is due counts as rest until it worked."""
        return self._failures >= self._allowed

    def enter(self) -> bool:
        """Whether a call may be made. After the rest one call is a trial; others wait for how it ends."""
        with self._lock:
            if not self.resting:
                return True
            if self._trial or self._clock() < self._closed_until:
                return False
            self._trial = True
            return True

    def worked(self) -> None:
        """A call went well: the way is open again."""
        with self._lock:
            self._failures, self._trial = 0, False

    def failed(self) -> bool:
        """A call failed. True if the way is closed now."""
        with self._lock:
            self._failures, self._trial = self._failures + 1, False
            self._closed_until = self._clock() + self._rest
            return self.resting

    def left(self) -> None:
        """A call was given up by its reader and says nothing of the server."""
        with self._lock:
            self._trial = False
