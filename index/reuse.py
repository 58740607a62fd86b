"""Vectors of an older index, by the text that they are of: only what is new goes through the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from index.embed import Embedder, Vectors
from index.passage import measure_texts, sentence_texts
from index.store import Index


class ReusingEmbedder(Embedder):
    """The same model, which looks first among the vectors of an older index that it made itself.

    `embedded` and `reused` count passages. A text that comes twice is embedded once.
    """

    def __init__(self, model: Embedder, old: Index | None, questions: Sequence[str] = ()) -> None:
        """`questions` are the texts of the old index's off-topic questions, in order, if they are known."""
        self._real = model
        self.name, self.dimension, self.fingerprint = model.name, model.dimension, model.fingerprint
        self.embedded = self.reused = 0
        same = old is not None and old.manifest.dense and old.manifest.fingerprint == model.fingerprint
        self._passages: Mapping[str, Vectors] = _passages(old) if old and same else {}
        self._queries: Mapping[str, Vectors] = _queries(old, questions) if old and same else {}

    def count_new(self, texts: Sequence[str]) -> int:
        """How many of these passages have to be embedded."""
        return len(set(texts) - self._passages.keys())

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """As the model does it; `progress` hears of those that are embedded."""
        new = [text for text in dict.fromkeys(texts) if text not in self._passages]
        fresh = self._real.encode_passages(new, progress) if new else ()
        self.embedded += len(new)
        self.reused += len(texts) - len(new)
        return _rows(texts, dict(zip(new, fresh, strict=True)), self._passages, self.dimension)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As the model does it."""
        new = [text for text in dict.fromkeys(texts) if text not in self._queries]
        fresh = self._real.encode_queries(new) if new else ()
        return _rows(texts, dict(zip(new, fresh, strict=True)), self._queries, self.dimension)

    def forget(self) -> None:
        """Let go of the old vectors: the build is done."""
        self._passages = self._queries = {}


def _rows(
    texts: Sequence[str], fresh: Mapping[str, Vectors], known: Mapping[str, Vectors], dimension: int
) -> Vectors:
    vectors = np.zeros((len(texts), dimension), dtype=np.float32)
    for row, text in enumerate(texts):
        vectors[row] = fresh[text] if text in fresh else known[text]
    return vectors


def _passages(old: Index) -> dict[str, Vectors]:
    """Vector by text, of measures and of sentences. Both are embedded alike."""
    if (vectors := old.vectors()) is None:
        return {}
    texts = (measure_texts(old.guidelines), sentence_texts(old.guidelines))
    return {
        text: row
        for some, rows in zip(texts, vectors, strict=True)
        for text, row in zip(some, rows, strict=True)
    }


def _queries(old: Index, questions: Sequence[str]) -> dict[str, Vectors]:
    vectors = old.background.vectors
    return dict(zip(questions, vectors, strict=True)) if len(questions) == len(vectors) else {}
