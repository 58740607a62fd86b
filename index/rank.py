"""Ranking: a question and the rows of an index → measures, best first. No model is called.

Few measures are all scored; of many, only the best by each signal are candidates,
and each candidate then gets its full score in every signal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from index.fusion import Weights, fuse, standardize
from index.hits import Hit, Query, Ranking, Source
from index.rank_sentences import EXTRA, best_sentences
from index.signals import signals
from index.tables import Bag, Matches, Rows, Scores, Tables

RANK_ALL_UP_TO: Final = 500
CANDIDATES: Final = 100
_DECIMALS: Final = 5
EVIDENCE: Final = 10
"""The signals of a ranking are taken from so many of the best measures, however many are asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """The raw scores of each candidate row; cosines are None where there is no vector."""

    rows: Rows
    measure: Scores | None
    sentence: Scores | None
    bm25: Scores
    sentence_bm25: Scores | None


def rank(
    tables: Tables,
    query: Query,
    k: int,
    weights: Weights,
    allowed: Rows | None = None,
    *,
    sentences: bool = True,
) -> Ranking:
    """The k best measures; `allowed` (rows) filters before ranking. Best `sentences` only if wanted.

    Without a vector, measures that share nothing with the question are left out.
    """
    scored = _score(tables, query, allowed, max(CANDIDATES, k))
    fused = fuse(_signals(scored, weights), len(scored.rows))
    # Equal texts come in order of row: the last bits of their cosines depend on where a vector lies.
    order = np.argsort(-fused.round(_DECIMALS), kind="stable")
    if query.vector is None or tables.dense is None:
        order = order[scored.bm25[order] > 0]
    best = [tables.measures[row] for row in scored.rows[order[:EVIDENCE]]]
    found = signals(tables.sparse, query, best, scored.measure, scored.sentence, scored.bm25)
    order = order[: max(k, 0)]
    best_of = best_sentences(tables, query, scored.rows[order]) if sentences else {}
    sources = _sources(scored)
    hits = tuple(
        Hit(
            measure=tables.measures[scored.rows[i]],
            score=float(fused[i]),
            rank=place,
            sentence=best_of.get(int(scored.rows[i])),
            source=sources[i],
            measure_cos=_at(scored.measure, i),
            sentence_cos=_at(scored.sentence, i),
            bm25=float(scored.bm25[i]),
        )
        for place, i in enumerate(order, start=1)
    )
    return Ranking(hits, found)


def _score(tables: Tables, query: Query, allowed: Rows | None, pool: int) -> _Scored:
    """The scores of the candidates: the best `pool` measures by each signal, or all of few."""
    bag = _bag(query)
    lexical = tables.sparse.match(bag)
    cosines = sentence_cosines = None
    if query.vector is not None and tables.dense is not None and tables.sentences is not None:
        cosines, sentence_cosines = tables.dense.match(query.vector), tables.sentences.match(query.vector)
    rows = _candidates(tables, lexical, cosines, sentence_cosines, allowed, pool)
    bm25, inner = lexical.at(rows), tables.sentence_rows(rows)
    sentence_bm25 = None
    # Among records alone it abstains: the same words counted twice cost recall on statutes (.774 to .754).
    if len(inner):
        sentence_bm25 = _best_of_sentences(tables, rows, tables.sparse_sentences.match(bag).at(inner), bm25)
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
    pool: int,
) -> Rows:
    everything = tables.all_rows() if allowed is None else np.sort(allowed)
    if len(everything) <= RANK_ALL_UP_TO:
        return everything
    pools = [lexical.top(pool, allowed)]
    if cosines is not None and sentence_cosines is not None:
        pools.append(cosines.top(pool, allowed))
        only = None if allowed is None else tables.sentence_rows(everything)
        sentences = sentence_cosines.top(pool, only)
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
