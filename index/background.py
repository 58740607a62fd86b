"""How questions that this index cannot answer score in it: the yardstick for refusing.

At build time a set of off-topic questions, in groups (by language), is ranked against the index. What is kept is the
mean and the deviation of their two cosines (best measure, best sentence), so that a new question can be said to stand
so many deviations above what off-topic questions reach here, whatever the model and the corpus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from index.hits import Signals

LEAST_DEVIATION: Final = 0.004
"""Deviations are never taken smaller than this, in cosine: a handful of questions may score alike by chance."""


@dataclass(frozen=True, slots=True)
class Group:
    """Mean and deviation of the best measure's and the best sentence's cosine over `count` off-topic questions."""

    count: int
    measure_mean: float
    measure_deviation: float
    sentence_mean: float
    sentence_deviation: float


@dataclass(frozen=True, slots=True)
class Background:
    """The groups by name; empty without vectors or without off-topic questions."""

    groups: Mapping[str, Group]

    @classmethod
    def measure(cls, signals: Mapping[str, Sequence[Signals]]) -> Background:
        """From the signals that the off-topic questions of each group got."""
        return cls({name: group for name, rows in signals.items() if (group := _group(rows)) is not None})

    def deviations(self, group: str, measure_cos: float, sentence_cos: float) -> tuple[float, float] | None:
        """How many deviations two cosines stand above the group's means; None if there is no such group."""
        of = self.groups.get(group)
        if of is None:
            return None
        return (
            (measure_cos - of.measure_mean) / of.measure_deviation,
            (sentence_cos - of.sentence_mean) / of.sentence_deviation,
        )

    def to_json(self) -> bytes:
        """For the index folder."""
        return _BACKGROUND.dump_json(self)

    @classmethod
    def from_json(cls, data: bytes) -> Background:
        """From `to_json`; ValueError if it is of another form."""
        try:
            return _BACKGROUND.validate_json(data)
        except ValidationError as error:
            raise ValueError(str(error).split("\n", 1)[0]) from error


def _group(rows: Sequence[Signals]) -> Group | None:
    pairs = [(s.measure_cos, s.sentence_cos) for s in rows if s.measure_cos is not None]
    if not pairs:
        return None
    cosines = np.array([(m, m if s is None else s) for m, s in pairs], dtype=np.float64)
    means = cosines.mean(axis=0)
    deviations = np.maximum(cosines.std(axis=0), LEAST_DEVIATION)
    return Group(len(pairs), float(means[0]), float(deviations[0]), float(means[1]), float(deviations[1]))


_BACKGROUND = TypeAdapter(Background)
