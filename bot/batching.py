"""Questions of different visitors go through the model together.

A question that finds a lane of the model free is encoded at once. Those that come while all are busy are
collected; the next free one takes the one that has waited longest, and those of like length with it, as one
batch: nobody waits for a batch to fill. What many ask is remembered: the latest texts are not encoded again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Final

import numpy as np

from index.embed import Embedder, Vectors

MOST: Final = 64
"""Texts in a batch, unless one caller alone brings more: what waits longer has waited long enough."""
LIKE: Final = 4
"""So many characters apart, texts go in one batch: each is filled up to the longest, and the model works
through the filling, too. Within this that costs less than another call, as eight tokens do."""
REMEMBERED: Final = 4096
"""Texts whose vectors are kept: some 10 MB."""


@dataclass(slots=True, eq=False)
class _Ticket:
    """One caller's texts, and what became of them. `batch` bids its thread to encode for these tickets."""

    texts: Sequence[str]
    called: Event = field(default_factory=Event)
    batch: Sequence[_Ticket] = ()
    vectors: Vectors | None = None
    error: Exception | None = None

    @property
    def longest(self) -> int:
        """Characters of the longest text."""
        return max(map(len, self.texts), default=0)


class BatchingEmbedder(Embedder):
    """The same model for many threads at once: their questions share its batches."""

    def __init__(
        self, model: Embedder, most: int = MOST, remembered: int = REMEMBERED, lanes: int = 1
    ) -> None:
        """`lanes` batches go through the model side by side; it must bear that."""
        self._real = model
        self.name, self.dimension, self.fingerprint = model.name, model.dimension, model.fingerprint
        self._most = most
        self._remembered = remembered
        self._guard = Lock()
        self._waiting: list[_Ticket] = []
        self._free = lanes
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many callers wait for their vectors, those in the model not counted."""
        return len(self._waiting)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """As the model does it."""
        return self._real.encode_passages(texts, progress)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As the model does it, in one batch with those of other threads; what it raises is raised to all."""
        ticket = _Ticket(texts)
        with self._guard:
            known = self._recall(texts)
            if len(known) == len(set(texts)):
                return self._rows(texts, known)
            if self._free:  # then nobody waits
                self._free -= 1
                ticket.batch = [ticket]
            else:
                self._waiting.append(ticket)
        if not ticket.batch:
            ticket.called.wait()
        if ticket.batch:
            self._lead(ticket.batch)
        if ticket.error is not None:
            raise ticket.error
        assert ticket.vectors is not None
        return ticket.vectors

    def _lead(self, batch: Sequence[_Ticket]) -> None:
        """Encode for these, this thread's own ticket among them, then call the next to lead."""
        try:
            self._encode_for(batch)
        except Exception as error:  # it is theirs, too
            for ticket in batch:
                ticket.error = error
        finally:
            self._call_next()
            for ticket in batch:
                ticket.batch = ()
                ticket.called.set()

    def _next_batch(self) -> list[_Ticket]:
        """Who has waited longest, and those after it whose texts are of like length. Under the guard."""
        batch: list[_Ticket] = []
        count = 0
        for ticket in self._waiting:
            alike = not batch or abs(ticket.longest - batch[0].longest) <= LIKE
            if alike and (not batch or count + len(ticket.texts) <= self._most):
                batch.append(ticket)
                count += len(ticket.texts)
        self._waiting = [ticket for ticket in self._waiting if ticket not in batch]
        return batch

    def _encode_for(self, batch: Sequence[_Ticket]) -> None:
        texts = list(dict.fromkeys(text for ticket in batch for text in ticket.texts))
        with self._guard:
            vectors = self._recall(texts)
        new = [text for text in texts if text not in vectors]
        if new:
            # Copies: a row would keep its whole batch.
            made = {t: row.copy() for t, row in zip(new, self._real.encode_queries(new), strict=True)}
            vectors |= made
            with self._guard:
                self._known.update(made)
                while len(self._known) > self._remembered:
                    self._known.popitem(last=False)
        for ticket in batch:
            ticket.vectors = self._rows(ticket.texts, vectors)

    def _recall(self, texts: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of those texts that are known, which are now the latest. Under the guard."""
        found = {text: self._known[text] for text in texts if text in self._known}
        for text in found:
            self._known.move_to_end(text)
        return found

    def _rows(self, texts: Sequence[str], vectors: Mapping[str, Vectors]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for number, text in enumerate(texts):
            rows[number] = vectors[text]
        return rows

    def _call_next(self) -> None:
        with self._guard:
            batch = self._next_batch()
            if not batch:
                self._free += 1
                return
            batch[0].batch = batch
            batch[0].called.set()
