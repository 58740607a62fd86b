"""What is ranked: measures, the rows of their sentences, and where the scores of rows come from.

Ranking needs little of a place that holds vectors or postings: the best rows for a question,
and the scores of chosen rows. FAISS and BM25 on this machine give both (`index.dense`,
`index.sparse`); a vector database can give them as well, with the same hits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from corpus.measure import Measure

Rows = npt.NDArray[np.int64]
Scores = npt.NDArray[np.float32]
Vector = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float32]
Bag = Mapping[str, float]
"""Tokens, each with how much it counts."""


class Matches(Protocol):
    """The scores that one question has with all rows."""

    def top(self, k: int, only: Rows | None = None) -> Rows:
        """Up to k rows, best first, equal ones in order of row; `only` filters before ranking."""

    def at(self, rows: Rows) -> Scores:
        """The scores of `rows`, float32, in their order."""


class DenseRows(Protocol):
    """Rows with a unit vector each; scores are cosines."""

    size: int

    @property
    def vectors(self) -> Vectors:
        """All vectors, by row, float32 (size, dimension), read from where they are."""

    def match(self, vector: Vector) -> Matches:
        """The cosines of a unit vector, float32 (dimension,)."""


class SparseRows(Protocol):
    """Rows with the BM25 weights of their tokens; a row that shares no token scores 0 and is in no `top`."""

    size: int

    def match(self, bag: Bag) -> Matches:
        """The weighted sum of the BM25 scores of the tokens."""

    def idf(self, token: str) -> float:
        """How telling a token is: log(1 + (N - n + 0.5) / (n + 0.5)), n of N rows having it."""

    def knows(self, token: str) -> bool:
        """Whether any row has the token."""


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What is ranked. The sentences of measure i are rows ``starts[i]:starts[i + 1]``; records have none."""

    measures: Sequence[Measure]
    starts: Rows
    sparse: SparseRows
    sparse_sentences: SparseRows
    dense: DenseRows | None
    sentences: DenseRows | None

    def sentence_rows(self, rows: Rows) -> Rows:
        """The sentence rows of all measures `rows`, in order."""
        return ranges(self.starts[rows], self.starts[rows + 1] - self.starts[rows])

    def all_rows(self) -> Rows:
        """The rows of all measures."""
        return np.arange(len(self.measures), dtype=np.int64)


def ranges(starts: Rows, counts: Rows) -> Rows:
    """Each start and what follows it, `counts` numbers in all, one range after the other."""
    # One long count from the starts, less what the ranges before each took.
    shifts: Rows = np.repeat(starts - (np.cumsum(counts) - counts), counts)
    return np.arange(len(shifts), dtype=np.int64) + shifts
