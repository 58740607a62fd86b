"""How questions that this index cannot answer score in it: the yardstick for refusing.

At build time off-topic questions, in groups (by language), are ranked against the index. What is kept
is the mean and the deviation of three cosines: with the best measure, with the best sentence, and with
the nearest other off-topic question. A new question can then be said to stand so many deviations above
what off-topic questions reach here, whatever the model and the corpus.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from index.hits import Query, Ranking

Vectors = npt.NDArray[np.float32]

LEAST_DEVIATION: Final = 0.004
"""Deviations are never taken smaller, in cosine: a handful of questions may score alike by chance."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Mean and deviation of a cosine over the off-topic questions of a group."""

    mean: float
    deviation: float

    def standardized(self, cosine: float) -> float:
        """How many deviations a cosine stands above the mean."""
        return (cosine - self.mean) / self.deviation


@dataclass(frozen=True, slots=True)
class Group:
    """The spreads of one group; its vectors are rows ``start:end`` of the background's."""

    start: int
    end: int
    measure: Spread
    sentence: Spread
    nearest: Spread


@dataclass(frozen=True, slots=True)
class Standing:
    """How a question stands against off-topic ones, in deviations: its best measure, its best sentence, and
    how near it is to one of them."""

    measure: float
    sentence: float
    nearest: float


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """The groups by name, and the vectors of all off-topic questions, float32 (n, dimension)."""

    groups: Mapping[str, Group]
    vectors: Vectors

    @classmethod
    def empty(cls) -> Background:
        """No off-topic questions, or no vectors: nothing can be said."""
        return cls({}, np.zeros((0, 0), dtype=np.float32))

    @classmethod
    def measure(cls, ranked: Mapping[str, Sequence[tuple[Query, Ranking]]]) -> Background:
        """From the rankings that the off-topic questions of each group got.

        Those without a vector do not count.
        """
        groups: dict[str, Group] = {}
        parts: list[Vectors] = []
        start = 0
        for name, rows in ranked.items():
            known = [(query.vector, ranking) for query, ranking in rows if query.vector is not None]
            if len(known) < 2:
                continue
            vectors = np.stack([vector for vector, _ in known])
            groups[name] = _group(start, vectors, [ranking for _, ranking in known])
            parts.append(vectors)
            start += len(vectors)
        return cls(groups, np.concatenate(parts)) if parts else cls.empty()

    def standing(self, group: str, query: Query, ranking: Ranking) -> Standing | None:
        """Where a question stands against a group; None without vectors or without such a group."""
        of, signals = self.groups.get(group), ranking.signals
        if of is None or query.vector is None or signals.measure_cos is None:
            return None
        best = signals.measure_cos if signals.sentence_cos is None else signals.sentence_cos
        nearest = float((self.vectors[of.start : of.end] @ query.vector).max())
        return Standing(
            of.measure.standardized(signals.measure_cos),
            of.sentence.standardized(best),
            of.nearest.standardized(nearest),
        )

    def to_files(self, name: str) -> dict[str, bytes]:
        """File name (beginning with `name`) to content: groups as JSON, vectors as .npy without pickle."""
        buffer = io.BytesIO()
        np.save(buffer, self.vectors, allow_pickle=False)
        return {f"{name}.json": _GROUPS.dump_json(dict(self.groups)), f"{name}.npy": buffer.getvalue()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], name: str, dimension: int) -> Background:
        """From `to_files`; ValueError if the parts do not fit together."""
        try:
            groups = _GROUPS.validate_json(files[f"{name}.json"])
        except ValidationError as error:
            raise ValueError(str(error).split("\n", 1)[0]) from error
        vectors = np.load(io.BytesIO(files[f"{name}.npy"]), allow_pickle=False)
        fits = vectors.ndim == 2 and vectors.dtype == np.float32 and vectors.shape[1] in (0, dimension)
        if not fits or any(not 0 <= g.start < g.end <= len(vectors) for g in groups.values()):
            raise ValueError("the background does not fit its vectors")
        return cls(groups, vectors)


def _group(start: int, vectors: Vectors, rankings: Sequence[Ranking]) -> Group:
    signals = [ranking.signals for ranking in rankings]
    measure = [s.measure_cos or 0.0 for s in signals]
    sentence = [s.measure_cos or 0.0 if s.sentence_cos is None else s.sentence_cos for s in signals]
    among = vectors @ vectors.T
    np.fill_diagonal(among, -1.0)
    nearest = [float(cosine) for cosine in among.max(axis=1)]
    return Group(start, start + len(vectors), _spread(measure), _spread(sentence), _spread(nearest))


def _spread(cosines: Sequence[float]) -> Spread:
    return Spread(float(np.mean(cosines)), max(float(np.std(cosines)), LEAST_DEVIATION))


_GROUPS = TypeAdapter(dict[str, Group])
