"""The raw signals behind a ranking: what tells whether the text answers the question at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from corpus.measure import Measure
from corpus.normal import CJK, normalize
from index.hits import Query, Signals
from index.passage import search_text
from index.sparse import tokenize
from index.tables import Scores, SparseRows

_HAN = re.compile(f"[{CJK}]+")


def signals(
    sparse: SparseRows,
    query: Query,
    best: Sequence[Measure],
    measure: Scores | None,
    sentence: Scores | None,
    bm25: Scores,
) -> Signals:
    """The signals of a question.

    `best` are the first measures of its ranking; the scores are those of all its candidates.
    """
    # Nearly any text shares single characters with the question: they say little here.
    telling = [token for token in query.tokens if len(token) > 1] or query.tokens
    idf = {token: sparse.idf(token) for token in telling}
    total = sum(idf.values()) or 1.0
    first = token_set(search_text(best[0])) if best else frozenset()
    return Signals(
        measure_cos=_highest(measure),
        sentence_cos=_highest(sentence),
        bm25=_highest(bm25) or 0.0,
        coverage=sum(weight for token, weight in idf.items() if token in first) / total,
        known=sum(weight for token, weight in idf.items() if sparse.knows(token)) / total,
        phrase=_longest_shared(query.text, [_plain(each.text) for each in best]),
    )


@lru_cache(maxsize=16_384)
def token_set(text: str) -> frozenset[str]:
    """The different tokens of a text, not yet normalised."""
    return frozenset(tokenize(normalize(text)))


@lru_cache(maxsize=4_096)
def _plain(text: str) -> str:
    return normalize(text)


def _longest_shared(question: str, texts: Sequence[str]) -> int:
    """Length of the longest run of Han characters of the question that stands in one of the texts."""
    longest = 0
    runs = _HAN.findall(question)
    for run, start in chain.from_iterable(((run, i) for i in range(len(run))) for run in runs):
        while start + longest < len(run):
            phrase = run[start : start + longest + 1]
            if not any(phrase in text for text in texts):
                break
            longest += 1
    return longest


def _highest(scores: Scores | None) -> float | None:
    return None if scores is None or not len(scores) else float(scores.max())
