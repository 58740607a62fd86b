"""Questions of different visitors go through the model together.

A question that finds the model idle is encoded at once. Those that come while it is busy are collected,
and go through it as one batch when it is free: nobody waits for a batch to fill. What many ask is
remembered: the latest texts are not encoded again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Final

import numpy as np

from index.embed import Embedder, Vectors

MOST: Final = 64
"""Texts in a batch, unless one caller alone brings more: what waits longer has waited long enough."""
REMEMBERED: Final = 4096
"""Texts whose vectors are kept: some 10 MB."""


@dataclass(slots=True, eq=False)
class _Ticket:
    """One caller's texts, and what became of them. `leads` bids its thread to encode the next batch."""

    texts: Sequence[str]
    called: Event = field(default_factory=Event)
    leads: bool = False
    vectors: Vectors | None = None
    error: Exception | None = None


class BatchingEmbedder(Embedder):
    """The same model for many threads at once: their questions share its batches."""

    def __init__(self, model: Embedder, most: int = MOST, remembered: int = REMEMBERED) -> None:
        self._real = model
        self.name, self.dimension, self.fingerprint = model.name, model.dimension, model.fingerprint
        self._most = most
        self._remembered = remembered
        self._guard = Lock()
        self._waiting: list[_Ticket] = []
        self._busy = False
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
            if all(text in self._known for text in texts):
                return self._recalled(texts)
            self._waiting.append(ticket)
            ticket.leads, self._busy = not self._busy, True
        if not ticket.leads:
            ticket.called.wait()
        if ticket.leads:
            self._lead()
        if ticket.error is not None:
            raise ticket.error
        assert ticket.vectors is not None
        return ticket.vectors

    def _lead(self) -> None:
        """Encode for the first that wait, this thread's own among them, then call the next to lead."""
        batch = self._next_batch()
        try:
            self._encode_for(batch)
        except Exception as error:  # it is theirs, too
            for ticket in batch:
                ticket.error = error
        finally:
            self._call_next()
            for ticket in batch:
                ticket.leads = False
                ticket.called.set()

    def _next_batch(self) -> list[_Ticket]:
        with self._guard:
            count = taken = 0
            while taken < len(self._waiting) and (count < self._most or not taken):
                count += len(self._waiting[taken].texts)
                taken += 1
            batch, self._waiting = self._waiting[:taken], self._waiting[taken:]
            return batch

    def _encode_for(self, batch: Sequence[_Ticket]) -> None:
        texts = list(dict.fromkeys(text for ticket in batch for text in ticket.texts))
        new = [text for text in texts if text not in self._known]  # only the thread that leads adds any
        made = self._real.encode_queries(new) if new else ()
        with self._guard:
            # Copies: a row would keep its whole batch.
            self._known.update((text, row.copy()) for text, row in zip(new, made, strict=True))
            for ticket in batch:
                ticket.vectors = self._recalled(ticket.texts)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)

    def _recalled(self, texts: Sequence[str]) -> Vectors:
        """The vectors of texts that are known, which are now the latest. Under the guard."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for number, text in enumerate(texts):
            vectors[number] = self._known[text]
            self._known.move_to_end(text)
        return vectors

    def _call_next(self) -> None:
        with self._guard:
            if not self._waiting:
                self._busy = False
                return
            following = self._waiting[0]
            following.leads = True
            following.called.set()
