"""Ranking: a question and the rows of an index → measures and sentences, best first. No model is called.

Few measures are all scored; of many, only the best by each signal are candidates,
and each candidate then gets its full score in every signal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from corpus.measure import Sentence
from corpus.normal import normalize
from index.fusion import Weights, fuse, standardize
from index.hits import Hit, Query, Ranking, SentenceHit, Source
from index.signals import signals, token_set
from index.tables import Bag, Matches, Rows, Scores, SparseRows, Tables

RANK_ALL_UP_TO: Final = 500
CANDIDATES: Final = 100
EXTRA: Final = 0.5
"""How much an official word counts that a lay word of the question was taken to mean."""
EVIDENCE: Final = 10
"""The signals of a ranking are taken from so many of the best measures, however many are asked for."""
FRAGMENT: Final = 8
"""Sentences of fewer characters are left-overs or mere headings: last choice as a measure's best sentence."""


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
    best = [tables.measures[row] for row in scored.rows[order[:EVIDENCE]]]
    found = signals(tables.sparse, query, best, scored.measure, scored.sentence, scored.bm25)
    order = order[: max(k, 0)]
    sentences = _best_sentences(tables, query, scored.rows[order])
    sources = _sources(scored)
    hits = tuple(
        Hit(
            measure=tables.measures[scored.rows[i]],
            score=float(fused[i]),
            rank=place,
            sentence=sentences.get(int(scored.rows[i])),
            source=sources[i],
            measure_cos=_at(scored.measure, i),
            sentence_cos=_at(scored.sentence, i),
            bm25=float(scored.bm25[i]),
        )
        for place, i in enumerate(order, start=1)
    )
    return Ranking(hits, found)


def rank_sentences(tables: Tables, query: Query, rows: Iterable[int]) -> list[SentenceHit]:
    """Every sentence of the measures `rows`, best first: cosine and lexical overlap, fused among these.

    Where sentences have no vectors (records), each takes the cosine of its measure.
    """
    chosen = np.array(list(dict.fromkeys(rows)), dtype=np.int64)
    return _ranked(tables, query, chosen, _sentence_cosines(tables, query, chosen))


def _ranked(tables: Tables, query: Query, rows: Rows, cosines: Scores | None) -> list[SentenceHit]:
    """The sentences of `rows`, best first; `cosines` are theirs in order."""
    found = [(row, sentence) for row in rows for sentence in tables.measures[row].sentences]
    if not found:
        return []
    texts = [sentence.text for _, sentence in found]
    own, extra = (_overlaps(tables.sparse, tokens, texts) for tokens in (query.tokens, query.extra))
    overlaps = np.maximum(own, extra)
    fused = fuse([(1.0, cosines), (1.0, own + np.float32(EXTRA) * extra)], len(found))
    hits = [
        SentenceHit(tables.measures[row], sentence, float(fused[i]), _at(cosines, i), float(overlaps[i]))
        for i, (row, sentence) in enumerate(found)
    ]
    return sorted(hits, key=lambda hit: -hit.score)


def _score(tables: Tables, query: Query, allowed: Rows | None) -> _Scored:
    bag = _bag(query)
    lexical = tables.sparse.match(bag)
    cosines = sentence_cosines = None
    if query.vector is not None and tables.dense is not None and tables.sentences is not None:
        cosines, sentence_cosines = tables.dense.match(query.vector), tables.sentences.match(query.vector)
    rows = _candidates(tables, lexical, cosines, sentence_cosines, allowed)
    bm25, inner = lexical.at(rows), tables.sentence_rows(rows)
    in_sentences = tables.sparse_sentences.match(bag).at(inner) if len(inner) else np.zeros(0, np.float32)
    sentence_bm25 = _best_of_sentences(tables, rows, in_sentences, bm25)
    if cosines is None or sentence_cosines is None:
        return _Scored(rows, None, None, bm25, sentence_bm25)
    measure = cosines.at(rows)
    sentence = _best_of_sentences(tables, rows, sentence_cosines.at(inner), measure)
    return _Scored(rows, measure, sentence, bm25, sentence_bm25)


def _bag(query: Query) -> Bag:
    """The words of the question, and with less weight the official words it may mean."""
    return {**dict.fromkeys(query.extra, EXTRA), **dict.fromkeys(query.tokens, 1.0)}


def _signals(scored: _Scored, weights: Weights) -> list[tuple[float, Scores | None]]:
    """Abstaining signals are None: BM25 that matched nothing, cosines without a model."""
    matched = bool(scored.bm25.any())
    return [
        (weights.measure, scored.measure),
        (weights.sentence, scored.sentence),
        (weights.bm25, scored.bm25 if matched else None),
        (weights.sentence_bm25, scored.sentence_bm25 if matched else None),
    ]


def _candidates(
    tables: Tables,
    lexical: Matches,
    cosines: Matches | None,
    sentence_cosines: Matches | None,
    allowed: Rows | None,
) -> Rows:
    everything = tables.all_rows() if allowed is None else np.sort(allowed)
    if len(everything) <= RANK_ALL_UP_TO:
        return everything
    pools = [lexical.top(CANDIDATES, allowed)]
    if cosines is not None and sentence_cosines is not None:
        pools.append(cosines.top(CANDIDATES, allowed))
        only = None if allowed is None else tables.sentence_rows(everything)
        sentences = sentence_cosines.top(CANDIDATES, only)
        pools.append(np.searchsorted(tables.starts, sentences, side="right") - 1)
    return np.unique(np.concatenate(pools))


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


def _sentence_cosines(tables: Tables, query: Query, rows: Rows) -> Scores | None:
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


def _overlaps(sparse: SparseRows, tokens: Sequence[str], texts: Sequence[str]) -> Scores:
    """For each text, the idf-weighted share of the different `tokens` that stand in it."""
    idf = {token: sparse.idf(token) for token in tokens}
    total = sum(idf.values()) or 1.0
    shares = [sum(idf[token] for token in idf.keys() & token_set(text)) / total for text in texts]
    return np.array(shares, dtype=np.float32)


def _best_sentences(tables: Tables, query: Query, rows: Rows) -> dict[int, Sentence]:
    """The best sentence of each measure, by row; fragments only where there is nothing else."""
    cosines = _sentence_cosines(tables, query, rows)
    best: dict[int, Sentence] = {}
    start = 0
    for row in map(int, rows):
        end = start + len(tables.measures[row].sentences)
        own = None if cosines is None else cosines[start:end]
        ranked = [hit.sentence for hit in _ranked(tables, query, np.array([row]), own)]
        whole = [sentence for sentence in ranked if len(normalize(sentence.text)) >= FRAGMENT]
        if ranked:
            best[row] = (whole or ranked)[0]
        start = end
    return best


def _sources(scored: _Scored) -> list[Source]:
    """Which kind of search put each candidate above the average one."""
    if scored.measure is None or scored.sentence is None:
        return ["sparse"] * len(scored.rows)
    dense = standardize(scored.measure) + standardize(scored.sentence) > 0
    sparse = (standardize(scored.bm25) > 0) & (scored.bm25 > 0)
    names: dict[tuple[bool, bool], Source] = {(True, True): "both", (False, True): "sparse"}
    return [names.get((bool(d), bool(s)), "dense") for d, s in zip(dense, sparse, strict=True)]


def _at(scores: Scores | None, i: int) -> float | None:
    return None if scores is None else float(scores[i])
