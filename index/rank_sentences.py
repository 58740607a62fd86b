"""Sentences of measures, best first: cosine and lexical overlap, fused. No model is called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from corpus.measure import Sentence
from corpus.normal import normalize
from index.fusion import fuse
from index.hits import Query, SentenceHit
from index.signals import token_set
from index.tables import Rows, Scores, SparseRows, Tables

EXTRA: Final = 0.5
"""How much an official word counts that a lay word of the question was taken to mean."""
FRAGMENT: Final = 8
"""Sentences of fewer characters are left-overs or mere headings: last choice as a measure's best sentence."""


def rank_sentences(tables: Tables, query: Query, rows: Iterable[int]) -> list[SentenceHit]:
    """Every sentence of the measures `rows`, best first: cosine and lexical overlap, fused among these.

    Where sentences have no vectors (records), each takes the cosine of its measure.
    """
    chosen = np.array(list(dict.fromkeys(rows)), dtype=np.int64)
    found = [(row, sentence) for row in chosen for sentence in tables.measures[row].sentences]
    if not found:
        return []
    cosines = _cosines(tables, query, chosen)
    lexical = _Overlap.of(tables.sparse, query)
    own, extra = lexical.shares([sentence for _, sentence in found])
    overlaps = np.maximum(own, extra)
    fused = _fused(cosines, own, extra)
    hits = [
        SentenceHit(
            tables.measures[row],
            sentence,
            float(fused[i]),
            None if cosines is None else float(cosines[i]),
            float(overlaps[i]),
        )
        for i, (row, sentence) in enumerate(found)
    ]
    return sorted(hits, key=lambda hit: -hit.score)


def best_sentences(tables: Tables, query: Query, rows: Rows) -> dict[int, Sentence]:
    """The best sentence of each measure, by row; fragments only where there is nothing else.

    Fused among the sentences of the measure alone, as `rank_sentences` would for one row.
    """
    cosines = _cosines(tables, query, rows)
    lexical = _Overlap.of(tables.sparse, query)
    best: dict[int, Sentence] = {}
    start = 0
    for row in map(int, rows):
        sentences = tables.measures[row].sentences
        end = start + len(sentences)
        if len(sentences) > 1:
            fused = _fused(None if cosines is None else cosines[start:end], *lexical.shares(sentences))
            ranked = [sentences[i] for i in np.argsort(-fused, kind="stable")]
            best[row] = next((s for s in ranked if len(normalize(s.text)) >= FRAGMENT), ranked[0])
        elif sentences:
            best[row] = sentences[0]
        start = end
    return best


@dataclass(frozen=True, slots=True)
class _Overlap:
    """The idf of a question's tokens, and of those of the official words for what it says."""

    own: _Weighed
    extra: _Weighed

    @classmethod
    def of(cls, sparse: SparseRows, query: Query) -> _Overlap:
        return cls(*(_Weighed.of(sparse, tokens) for tokens in (query.tokens, query.extra)))

    def shares(self, sentences: Sequence[Sentence]) -> tuple[Scores, Scores]:
        """For each sentence, the idf-weighted shares of the tokens, own and extra, that stand in it."""
        sets = [token_set(sentence.text) for sentence in sentences]
        return self.own.shares(sets), self.extra.shares(sets)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """The idf of those tokens that a measure has, and the sum of the idf of all."""

    idf: dict[str, float]
    total: float

    @classmethod
    def of(cls, sparse: SparseRows, tokens: Sequence[str]) -> _Weighed:
        idf = {token: sparse.idf(token) for token in tokens}
        return cls({token: weight for token, weight in idf.items() if sparse.knows(token)}, sum(idf.values()))

    def shares(self, sets: Sequence[frozenset[str]]) -> Scores:
        """For each set, the share of the total that stands in it."""
        if not self.idf:
            return np.zeros(len(sets), dtype=np.float32)
        idf, keys = self.idf, self.idf.keys()
        return np.array([sum(map(idf.__getitem__, keys & each)) for each in sets], np.float32) / self.total


def _fused(cosines: Scores | None, own: Scores, extra: Scores) -> Scores:
    return fuse([(1.0, cosines), (1.0, own + np.float32(EXTRA) * extra)], len(own))


def _cosines(tables: Tables, query: Query, rows: Rows) -> Scores | None:
    """Cosine of every sentence of `rows`, in order; None without vectors."""
    if query.vector is None or tables.dense is None or tables.sentences is None:
        return None
    if not len(rows):
        return np.zeros(0, np.float32)
    inner = tables.sentence_rows(rows)
    own = tables.sentences.match(query.vector).at(inner) if len(inner) else np.zeros(0, np.float32)
    bare = rows[tables.starts[rows] == tables.starts[rows + 1]]
    of_bare = iter(tables.dense.match(query.vector).at(bare) if len(bare) else ())
    parts = np.split(own, np.cumsum(tables.starts[rows + 1] - tables.starts[rows])[:-1])
    # A record has no sentence rows, yet may have sentences: each takes the cosine of the whole.
    return np.concatenate(
        [
            part if len(part) else np.repeat(next(of_bare), len(tables.measures[row].sentences))
            for row, part in zip(rows, parts, strict=True)
        ]
    )
