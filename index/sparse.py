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

Scores = npt.NDArray[np.float32]

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


class SparseIndex:
    """BM25 scores of every row for a bag of tokens."""

    def __init__(self, bm25: bm25s.BM25, size: int) -> None:
        self._bm25 = bm25
        self.size = size
        self._frequency = np.diff(bm25.scores["indptr"])

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]]) -> SparseIndex:
        """From the tokens of each row. The order of the vocabulary does not depend on the run."""
        if not texts:  # bm25s takes the mean length of no texts and warns
            nothing = np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.int32), np.zeros(2, dtype=np.int32)
            return cls._restore(*nothing, [""], 0)
        vocabulary = {
            token: i for i, token in enumerate(sorted({t for tokens in texts for t in tokens} | {""}))
        }
        bm25 = bm25s.BM25(method="lucene")
        ids = [[vocabulary[token] for token in tokens] for tokens in texts]
        bm25.index((ids, vocabulary), create_empty_token=False, show_progress=False)
        return cls(bm25, len(texts))

    def scores(self, tokens: Sequence[str]) -> Scores:
        """BM25 of every row, float32 (size,); 0 where no token is shared."""
        known = [token for token in tokens if self.knows(token)]
        if not known:
            return np.zeros(self.size, dtype=np.float32)
        found: Scores = self._bm25.get_scores(known)
        return found

    def knows(self, token: str) -> bool:
        """Whether any row has the token."""
        return token in self._bm25.vocab_dict

    def idf(self, token: str) -> float:
        """How telling a token is, as lucene has it: log(1 + (N - n + 0.5) / (n + 0.5)), n rows having it."""
        place = self._bm25.vocab_dict.get(token)
        n = 0 if place is None else int(self._frequency[place])
        return math.log(1 + (self.size - n + 0.5) / (n + 0.5))

    def contains(self, row: int, token: str) -> bool:
        """Whether the row has the token."""
        place = self._bm25.vocab_dict.get(token)
        if place is None:
            return False
        start, end = self._bm25.scores["indptr"][place : place + 2]
        return bool((self._bm25.scores["indices"][start:end] == row).any())

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
