"""BM25 over Chinese characters and their bigrams, and over ASCII words and numbers.

Chinese is not written with blanks, and bigrams need no dictionary that could miss a
policy's own words. Single characters beside them find what is put differently
(贷款 / 借贷): on lay questions that is worth several points of hit@1. Scores are
bm25s' (lucene's formula); a text that shares nothing with the question scores 0,
and 0 is "nothing matched", never a rank.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

import bm25s
import numpy as np
import numpy.typing as npt

from corpus.normal import CJK
from index.tables import Rows, Scores, ranges

MAX_QUESTION_CHARS: Final = 4_000
_PARTS: Final = ("data.npy", "rows.npy", "starts.npy", "words.json")

_RUNS = re.compile(rf"([{CJK}]+)|([a-z0-9]+(?:[.%+#-][a-z0-9]+)*[%+#]*)")


class BadPostings(ValueError):
    """The saved postings do not fit together."""


def tokenize(text: str) -> list[str]:
    """Tokens of normalised text: Han characters, pairs of neighbouring ones, ASCII words and numbers."""
    tokens: list[str] = []
    for run in _RUNS.finditer(text):
        han, word = run.groups()
        tokens += [word] if word else [*han, *map("".join, pairwise(han))]
    return tokens


def idf_of(having: int, size: int) -> float:
    """How telling a token is that so many of `size` rows have: log(1 + (N - n + 0.5) / (n + 0.5))."""
    return math.log1p((size - having + 0.5) / (having + 0.5))


class SparseIndex:
    """BM25 scores of every row for a bag of tokens."""

    def __init__(self, bm25: bm25s.BM25, size: int) -> None:
        self._bm25 = bm25
        self.size = size
        self._idf = [idf_of(having, size) for having in np.diff(bm25.scores["indptr"]).tolist()]
        self._idf_unknown = idf_of(0, size)

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]]) -> SparseIndex:
        """From the tokens of each row. The order of the vocabulary does not depend on the run."""
        if not any(texts):  # bm25s divides by the mean length and warns
            nothing = np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int32), np.zeros(2, dtype=np.int32)
            return cls._restore(*nothing, [""], len(texts))
        vocabulary = {
            token: i for i, token in enumerate(sorted({t for tokens in texts for t in tokens} | {""}))
        }
        bm25 = bm25s.BM25(method="lucene")
        ids = [[vocabulary[token] for token in tokens] for tokens in texts]
        bm25.index((ids, vocabulary), create_empty_token=False, show_progress=False)
        return cls(bm25, len(texts))

    def match(self, bag: Mapping[str, float]) -> SparseMatches:
        """The BM25 of every row for tokens with their weights; 0 where no token is shared."""
        vocabulary = self._bm25.vocab_dict
        known = [(vocabulary[token], weight) for token, weight in bag.items() if token in vocabulary]
        if not known:
            return SparseMatches(np.zeros(self.size, dtype=np.float32))
        stored, places = self._bm25.scores, np.array([place for place, _ in known])
        starts = stored["indptr"][places]
        counts = stored["indptr"][places + 1] - starts
        postings = ranges(starts, counts)
        data = stored["data"][postings] * np.repeat(np.array([w for _, w in known], np.float32), counts)
        # A token has each row once, so this adds what bm25s adds, in one pass.
        scores = np.bincount(stored["indices"][postings], weights=data, minlength=self.size)
        return SparseMatches(scores.astype(np.float32))

    def knows(self, token: str) -> bool:
        """Whether any row has the token."""
        return token in self._bm25.vocab_dict

    def idf(self, token: str) -> float:
        """How telling a token is (`idf_of`)."""
        place = self._bm25.vocab_dict.get(token)
        return self._idf_unknown if place is None else self._idf[place]

    def to_files(self, name: str) -> dict[str, bytes]:
        """File name (beginning with `name`) to content: arrays as .npy without pickle, words as JSON."""
        stored = self._bm25.scores
        words = json.dumps(list(self._bm25.vocab_dict), ensure_ascii=False).encode()
        return dict(
            zip(_files(name), (*(_npy(stored[n]) for n in ("data", "indices", "indptr")), words), strict=True)
        )

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], name: str, size: int) -> SparseIndex:
        """From `to_files`; BadPostings if an array points outside the rows or the vocabulary."""
        try:
            *arrays, vocabulary = (files[file] for file in _files(name))
            data, rows, starts = (np.load(io.BytesIO(array), allow_pickle=False) for array in arrays)
            words = json.loads(vocabulary)
        except (ValueError, EOFError, KeyError) as error:
            raise BadPostings(str(error)) from error
        _check(data, rows, starts, words, size)
        return cls._restore(data, rows, starts, words, size)

    @classmethod
    def _restore(
        cls,
        data: npt.NDArray[np.generic],
        rows: npt.NDArray[np.generic],
        starts: npt.NDArray[np.generic],
        words: Sequence[str],
        size: int,
    ) -> SparseIndex:
        bm25 = bm25s.BM25(method="lucene")
        bm25.scores = {"data": data, "indices": rows, "indptr": starts, "num_docs": size}
        bm25.vocab_dict = {word: i for i, word in enumerate(words)}
        bm25.unique_token_ids_set = set(range(len(words)))
        bm25.nonoccurrence_array = None
        return cls(bm25, size)


class SparseMatches:
    """The BM25 scores that one bag of tokens has with all rows, float32 (size,)."""

    def __init__(self, scores: Scores) -> None:
        self._scores = scores

    def top(self, k: int, only: Rows | None = None) -> Rows:
        """Up to k rows that score above 0, best first, equal ones in order of row."""
        rows = np.flatnonzero(self._scores) if only is None else np.sort(only)
        scores = self._scores[rows]
        if only is not None:
            rows, scores = rows[scores > 0], scores[scores > 0]
        if len(rows) > k > 0:
            least = np.partition(scores, -k)[-k]
            rows, scores = rows[scores >= least], scores[scores >= least]
        found: Rows = rows[np.argsort(-scores, kind="stable")][: max(k, 0)]
        return found

    def at(self, rows: Rows) -> Scores:
        """The scores of `rows`, in their order."""
        found: Scores = self._scores[rows]
        return found


def _files(name: str) -> list[str]:
    return [f"{name}-{part}" for part in _PARTS]


def _npy(array: npt.NDArray[np.generic]) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _check(
    data: npt.NDArray[np.generic],
    rows: npt.NDArray[np.generic],
    starts: npt.NDArray[np.generic],
    words: object,
    size: int,
) -> None:
    kinds = (data.dtype.kind, rows.dtype.kind, starts.dtype.kind)
    if kinds != ("f", "i", "i") or not data.ndim == rows.ndim == starts.ndim == 1:
        raise BadPostings("arrays of another kind")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise BadPostings("the vocabulary is no list of words")
    if len(set(words)) != len(words) or len(starts) != len(words) + 1:
        raise BadPostings("the vocabulary does not fit the postings")
    places, bounds = rows.astype(np.int64), starts.astype(np.int64)
    if bounds[0] != 0 or bounds[-1] != len(rows) or (np.diff(bounds) < 0).any() or len(data) != len(rows):
        raise BadPostings("the postings are out of order")
    if len(places) and not 0 <= places.min() <= places.max() < size:
        raise BadPostings("a posting names a row that is not there")
