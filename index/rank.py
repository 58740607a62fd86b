"""Ranking: a question and the rows of an index → measures and sentences, best first. No model is called.

Few measures are all scored; of many, only the best by each signal are candidates,
and each candidate then gets its full score in every signal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from corpus.measure import Measure, Sentence
from corpus.normal import CJK, normalize
from index.dense import DenseIndex, Rows
from index.fusion import Scores, Weights, fuse, standardize
from index.hits import Hit, Query, Ranking, SentenceHit, Signals, Source
from index.sparse import SparseIndex, tokenize

RANK_ALL_UP_TO: Final = 500
CANDIDATES: Final = 100
EXTRA: Final = 0.5
"""How much an official word counts that a lay word of the question was taken to mean."""
EVIDENCE: Final = 10
"""The signals of a ranking are taken from so many of the best measures, however many are asked for."""
FRAGMENT: Final = 8
"""Sentences of fewer characters are left-overs or mere headings: last choice as a measure's best sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What is ranked. The sentences of measure i are rows ``starts[i]:starts[i + 1]``; records have none."""

    measures: Sequence[Measure]
    starts: Rows
    sparse: SparseIndex
    sparse_sentences: SparseIndex
    dense: DenseIndex | None
    sentences: DenseIndex | None


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """The raw scores of each candidate row; cosines are None where there is no vector."""

    rows: Rows
    measure: Scores | None
    sentence: Scores | None
    bm25: Scores
    sentence_bm25: Scores


def rank(tables: Tables, query: Query, k: int, weights: Weights, allowed: Rows | None = None) -> Ranking:
    """The k best measures; `allowed` (rows) filters before ranking.

    Without a vector, measures that share nothing with the question are left out.
    """
    scored = _score(tables, query, allowed)
    fused = fuse(_signals(scored, weights), len(scored.rows))
    order = np.argsort(-fused, kind="stable")
    if query.vector is None or tables.dense is None:
        order = order[scored.bm25[order] > 0]
    evidence = _evidence(tables, query, scored, order[:EVIDENCE])
    order = order[: max(k, 0)]
    best = _best_sentences(tables, query, scored.rows[order])
    sources = _sources(scored)
    hits = tuple(
        Hit(
            measure=tables.measures[scored.rows[i]],
            score=float(fused[i]),
            rank=place,
            sentence=best.get(int(scored.rows[i])),
            source=sources[i],
            measure_cos=_at(scored.measure, i),
            sentence_cos=_at(scored.sentence, i),
            bm25=float(scored.bm25[i]),
        )
        for place, i in enumerate(order, start=1)
    )
    return Ranking(hits, evidence)


def rank_sentences(tables: Tables, query: Query, rows: Iterable[int]) -> list[SentenceHit]:
    """Every sentence of the measures `rows`, best first: cosine and lexical overlap, fused among these.

    Where sentences have no vectors (records), each takes the cosine of its measure.
    """
    chosen = list(dict.fromkeys(rows))
    found = [(row, sentence) for row in chosen for sentence in tables.measures[row].sentences]
    if not found:
        return []
    texts = [sentence.text for _, sentence in found]
    own, extra = (_overlaps(tables.sparse, tokens, texts) for tokens in (query.tokens, query.extra))
    lexical = own + np.float32(EXTRA) * extra
    overlaps = np.maximum(own, extra)
    cosines = _sentence_cosines(tables, query, chosen)
    fused = fuse([(1.0, cosines), (1.0, lexical)], len(found))
    hits = [
        SentenceHit(tables.measures[row], sentence, float(fused[i]), _at(cosines, i), float(overlaps[i]))
        for i, (row, sentence) in enumerate(found)
    ]
    return sorted(hits, key=lambda hit: -hit.score)


def _score(tables: Tables, query: Query, allowed: Rows | None) -> _Scored:
    bm25 = _lexical(tables.sparse, query)
    rows = _candidates(tables, query, bm25, allowed)
    in_sentences = _lexical(tables.sparse_sentences, query)[_ranges(tables.starts, rows)]
    sentence_bm25 = _best_of_sentences(tables, rows, in_sentences, bm25[rows])
    if query.vector is None or tables.dense is None or tables.sentences is None:
        return _Scored(rows, None, None, bm25[rows], sentence_bm25)
    measure = tables.dense.scores(query.vector, rows)
    cosines = tables.sentences.scores(query.vector, _ranges(tables.starts, rows))
    sentence = _best_of_sentences(tables, rows, cosines, measure)
    return _Scored(rows, measure, sentence, bm25[rows], sentence_bm25)


def _lexical(sparse: SparseIndex, query: Query) -> Scores:
    """BM25 of every row: for the words of the question, and less for the official words it may mean."""
    scores = sparse.scores(query.tokens)
    return scores + np.float32(EXTRA) * sparse.scores(query.extra) if query.extra else scores


def _signals(scored: _Scored, weights: Weights) -> list[tuple[float, Scores | None]]:
    """Abstaining signals are None: BM25 that matched nothing, cosines without a model."""
    matched = bool(scored.bm25.any())
    return [
        (weights.measure, scored.measure),
        (weights.sentence, scored.sentence),
        (weights.bm25, scored.bm25 if matched else None),
        (weights.sentence_bm25, scored.sentence_bm25 if matched else None),
    ]


def _candidates(tables: Tables, query: Query, bm25: Scores, allowed: Rows | None) -> Rows:
    everything = np.arange(len(tables.measures), dtype=np.int64) if allowed is None else np.sort(allowed)
    if len(everything) <= RANK_ALL_UP_TO:
        return everything
    lexical = everything[np.argsort(-bm25[everything], kind="stable")[:CANDIDATES]]
    pools = [lexical[bm25[lexical] > 0]]
    if query.vector is not None and tables.dense is not None and tables.sentences is not None:
        pools.append(tables.dense.top(query.vector, CANDIDATES, allowed))
        only = None if allowed is None else _ranges(tables.starts, everything)
        sentences = tables.sentences.top(query.vector, CANDIDATES, only)
        pools.append(np.searchsorted(tables.starts, sentences, side="right") - 1)
    return np.unique(np.concatenate(pools))


def _ranges(starts: Rows, rows: Rows | Sequence[int]) -> Rows:
    """The sentence rows of all `rows`, in order."""
    spans = [np.arange(starts[row], starts[row + 1], dtype=np.int64) for row in rows]
    return np.concatenate([np.zeros(0, dtype=np.int64), *spans])


def _best_of_sentences(tables: Tables, rows: Rows, scores: Scores, own: Scores) -> Scores:
    """The best score among the sentences of each row; `own` where a measure has no sentence rows.

    `scores` are those of all sentences of `rows`, in order.
    """
    counts = tables.starts[rows + 1] - tables.starts[rows]
    best = own.copy()
    filled = np.flatnonzero(counts)
    if len(filled):
        firsts = np.concatenate([[0], np.cumsum(counts[filled])[:-1]])
        best[filled] = np.maximum.reduceat(scores, firsts)
    return best


def _sentence_cosines(tables: Tables, query: Query, rows: Sequence[int]) -> Scores | None:
    """Cosine of every sentence of `rows`, in order; None without vectors."""
    if query.vector is None or tables.dense is None or tables.sentences is None:
        return None
    parts = [np.zeros(0, dtype=np.float32)]
    for row in rows:
        start, end = int(tables.starts[row]), int(tables.starts[row + 1])
        if start < end:
            parts.append(tables.sentences.scores(query.vector, slice(start, end)))
        else:
            own = tables.dense.scores(query.vector, [row])
            parts.append(np.repeat(own, len(tables.measures[row].sentences)))
    return np.concatenate(parts)


def _overlaps(sparse: SparseIndex, tokens: Sequence[str], texts: Sequence[str]) -> Scores:
    """For each text, the idf-weighted share of the different `tokens` that stand in it."""
    idf = {token: sparse.idf(token) for token in tokens}
    total = sum(idf.values()) or 1.0
    shares = [sum(idf[token] for token in idf.keys() & _token_set(text)) / total for text in texts]
    return np.array(shares, dtype=np.float32)


@lru_cache(maxsize=4096)
def _token_set(text: str) -> frozenset[str]:
    return frozenset(tokenize(normalize(text)))


def _best_sentences(tables: Tables, query: Query, rows: Rows) -> dict[int, Sentence]:
    """The best sentence of each measure, by row; fragments only where there is nothing else."""
    best: dict[int, Sentence] = {}
    for row in map(int, rows):
        ranked = [hit.sentence for hit in rank_sentences(tables, query, [row])]
        whole = [sentence for sentence in ranked if len(normalize(sentence.text)) >= FRAGMENT]
        if ranked:
            best[row] = (whole or ranked)[0]
    return best


def _sources(scored: _Scored) -> list[Source]:
    """Which kind of search put each candidate above the average one."""
    if scored.measure is None or scored.sentence is None:
        return ["sparse"] * len(scored.rows)
    dense = standardize(scored.measure) + standardize(scored.sentence) > 0
    sparse = (standardize(scored.bm25) > 0) & (scored.bm25 > 0)
    names: dict[tuple[bool, bool], Source] = {(True, True): "both", (False, True): "sparse"}
    return [names.get((bool(d), bool(s)), "dense") for d, s in zip(dense, sparse, strict=True)]


def _evidence(tables: Tables, query: Query, scored: _Scored, order: Rows) -> Signals:
    # Nearly any text shares single characters with the question: they say little here.
    telling = [token for token in query.tokens if len(token) > 1] or query.tokens
    idf = {token: tables.sparse.idf(token) for token in telling}
    total = sum(idf.values()) or 1.0
    known = sum(weight for token, weight in idf.items() if tables.sparse.knows(token))
    covered = 0.0
    if len(order):
        first = int(scored.rows[order[0]])
        covered = sum(weight for token, weight in idf.items() if tables.sparse.contains(first, token))
    return Signals(
        measure_cos=_highest(scored.measure),
        sentence_cos=_highest(scored.sentence),
        bm25=_highest(scored.bm25) or 0.0,
        coverage=covered / total,
        known=known / total,
        phrase=_longest_shared(query.text, [_plain(tables.measures[scored.rows[i]].text) for i in order]),
    )


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    return normalize(text)


def _longest_shared(question: str, texts: Sequence[str]) -> int:
    """Length of the longest run of Han characters of the question that stands in one of the texts."""
    longest = 0
    for run in re.findall(f"[{CJK}]+", question):
        for start in range(len(run)):
            while start + longest < len(run):
                phrase = run[start : start + longest + 1]
                if not any(phrase in text for text in texts):
                    break
                longest += 1
    return longest


def _highest(scores: Scores | None) -> float | None:
    return None if scores is None or not len(scores) else float(scores.max())


def _at(scores: Scores | None, i: int) -> float | None:
    return None if scores is None else float(scores[i])
