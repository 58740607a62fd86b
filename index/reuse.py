"""Vectors of an older index, by the text that they are of: only what is new goes through the model."""

from __future__ import annotations

from collections import ChainMap
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
        self._passages: dict[str, Vectors] = _passages(old) if old and same else {}
        self._fresh: dict[str, Vectors] = {}
        self._queries: dict[str, Vectors] = _queries(old, questions) if old and same else {}

    def count_new(self, texts: Sequence[str]) -> int:
        """How many of these passages have to be embedded."""
        return len(set(texts) - self._passages.keys())

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """As the model does it; `progress` hears of those that are embedded."""
        known = ChainMap(self._fresh, self._passages)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            self._fresh.update(zip(new, self._real.encode_passages(new, progress), strict=True))
        self.embedded += len(new)
        self.reused += sum(text in self._passages for text in texts)
        return self._rows(texts, known)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """As the model does it."""
        new = [text for text in dict.fromkeys(texts) if text not in self._queries]
        known = dict(zip(new, self._real.encode_queries(new), strict=True)) if new else {}
        return self._rows(texts, self._queries | known)

    def forget(self) -> None:
        """Let go of the old vectors: the build is done."""
        self._passages, self._fresh, self._queries = {}, {}, {}

    def _rows(self, texts: Sequence[str], known: Mapping[str, Vectors]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = known[text]
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
