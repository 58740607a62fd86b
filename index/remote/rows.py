"""Rows whose vectors and postings are in Milvus: the protocols of `index.tables`, one request a call.

Scores are inner products that Milvus computes exactly: of unit vectors (FLAT), and of the BM25 weights
that the index gave each token of a row. So hits are those of FAISS and BM25 in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from corpus.errors import IndexServerError
from index.filters import Filter
from index.remote.failures import refuse
from index.remote.server import MOST_HITS, Server, literal
from index.sparse import idf_of
from index.tables import Bag, Rows, Scores, Vector, Vectors

_SLACK: Final = 28
"""Asked for beyond what is wanted, so that rows with the same score as the last one are seen."""
_IDS: Final = 10_000
"""Rows in one request: the expression that names them stays below 100 kB."""
_VECTORS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection by name, and what every search in it is filtered by."""

    server: Server
    name: str
    size: int
    within: str = ""

    def damaged(self) -> IndexServerError:
        """The error for rows that are not there."""
        return refuse(
            self.server.place, f"集合 {self.name} 缺少数据", f"rows are missing in its collection {self.name}"
        )


class RemoteDense:
    """Rows with a unit vector each."""

    def __init__(self, collection: Collection, dimension: int) -> None:
        self._collection = collection
        self._dimension = dimension
        self._last: tuple[Vector, RemoteMatches] | None = None
        self.size = collection.size

    def within(self, expression: str) -> RemoteDense:
        """The same rows, every search filtered by an expression."""
        return RemoteDense(replace(self._collection, within=expression), self._dimension)

    def match(self, vector: Vector) -> RemoteMatches:
        """The cosines of a unit vector, float32 (dimension,).

        The vector of the last question gets the same matches again: ranking its sentences asks for cosines
        that ranking its measures has brought.
        """
        last = self._last
        if last is None or last[0] is not vector:
            last = vector, RemoteMatches(self._collection, "dense", vector, every=True)
            self._last = last
        return last[1]

    @property
    def vectors(self) -> Vectors:
        """All vectors, by row, read from the server: IndexServerError if one is missing."""
        found = np.zeros((self.size, self._dimension), dtype=np.float32)
        for start in range(0, self.size, _VECTORS):
            end = min(start + _VECTORS, self.size)
            rows = self._collection.server.fetch(self._collection.name, start, end, ["dense"])
            if len(rows) != end - start:
                raise self._collection.damaged()
            found[start:end] = [row["dense"] for row in rows]
        return found


class RemoteSparse:
    """Rows with the BM25 weights of their tokens. `words` are the tokens by dimension, `frequency` how many
    rows have each."""

    def __init__(
        self, collection: Collection, words: Mapping[str, int], frequency: npt.NDArray[np.int64]
    ) -> None:
        self._collection = collection
        self._words = words
        self._frequency = frequency
        self.size = collection.size

    def within(self, expression: str) -> RemoteSparse:
        """The same rows, every search filtered by an expression."""
        return RemoteSparse(replace(self._collection, within=expression), self._words, self._frequency)

    def match(self, bag: Bag) -> RemoteMatches:
        """The weighted sum of the BM25 scores of the tokens."""
        known = {self._words[token]: weight for token, weight in bag.items() if token in self._words}
        return RemoteMatches(self._collection, "sparse", known, every=False)

    def idf(self, token: str) -> float:
        """How telling a token is (`index.sparse.idf_of`)."""
        place = self._words.get(token)
        return idf_of(0 if place is None else int(self._frequency[place]), self.size)

    def knows(self, token: str) -> bool:
        """Whether any row has the token."""
        return token in self._words


class RemoteMatches:
    """The scores of one question; those that came with `top` are not asked for again.

    `every`: whether each row has a score; otherwise rows that do not match have 0 and are in no `top`.
    """

    def __init__(self, collection: Collection, field: str, vector: Vector | dict[int, float], every: bool):
        self._collection = collection
        self._field = field
        self._vector = vector
        self._every = every
        self._known: dict[int, float] = {}

    def top(self, k: int, only: Rows | None = None) -> Rows:
        """Up to k rows, best first, equal ones in order of row; `only` filters before ranking."""
        size = self._collection.size if only is None else len(only)
        k = min(k, size)
        if k <= 0 or self._empty():
            return np.zeros(0, dtype=np.int64)
        expression = self._collection.within or ("" if only is None else of_rows(only))
        limit = min(k + _SLACK, size, MOST_HITS)
        hits = self._search(limit, expression)
        # Rows as good as the last one wanted may follow: which of them comes first is decided here.
        while len(hits) == limit < min(size, MOST_HITS) and hits[-1][1] == hits[k - 1][1]:
            limit = min(2 * limit, size, MOST_HITS)
            hits = self._search(limit, expression)
        ordered = sorted(hits, key=lambda hit: (-hit[1], hit[0]))
        return np.array([row for row, _ in ordered[:k]], dtype=np.int64)

    def at(self, rows: Rows) -> Scores:
        """The scores of `rows`, float32, in their order."""
        unknown = np.array(sorted({int(row) for row in rows} - self._known.keys()), dtype=np.int64)
        if not self._empty():
            for part in _parts(unknown):
                # All rows need no naming; a filter would make the server look at each.
                self._search(len(part), "" if len(part) == self._collection.size else of_rows(part))
        if self._every and any(int(row) not in self._known for row in unknown):
            raise self._collection.damaged()
        self._known.update((int(row), 0.0) for row in unknown if int(row) not in self._known)
        return np.array([self._known[int(row)] for row in rows], dtype=np.float32)

    def _empty(self) -> bool:
        return not self._every and len(self._vector) == 0

    def _search(self, limit: int, expression: str) -> list[tuple[int, float]]:
        found = self._collection.server.search(
            self._collection.name, self._field, self._vector, limit, expression
        )
        self._known.update(found)
        return found


def of_rows(rows: Rows) -> str:
    """An expression for rows: runs of neighbours as ranges, as rows of a document are, others by name."""
    ordered = np.unique(rows)
    if not len(ordered):
        return "id < 0"
    breaks = np.flatnonzero(np.diff(ordered) != 1) + 1
    runs = [(int(run[0]), int(run[-1])) for run in np.split(ordered, breaks)]
    single = [row for first, last in runs if last - first < 2 for row in range(first, last + 1)]
    ranges = [f"(id >= {first} and id <= {last})" for first, last in runs if last - first >= 2]
    return " or ".join([*ranges, *([f"id in {single}"] if single else [])])


def of_filter(where: Filter) -> str:
    """An expression for a filter, over the fields of a measure's row or a sentence's."""
    terms = []
    if where.documents:
        terms.append(f"document in {literal(where.documents)}")
    if where.districts:
        terms.append(f"array_contains_any(districts, {literal(where.districts)})")
    if where.facets:
        terms.append(f"array_contains_all(facets, {literal(where.facets)})")
    return " and ".join(terms)


def _parts(rows: Rows) -> Iterator[Rows]:
    for start in range(0, len(rows), _IDS):
        yield rows[start : start + _IDS]
