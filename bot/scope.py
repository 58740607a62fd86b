"""Is a question within what this corpus is about? Calibrated at index time, on questions no policy answers.

Cosines depend on the model and on the corpus, so no fixed threshold would do. When an index is built, the
off-topic questions of `bot/data/calibration.jsonl` are ranked against it (`index.background`). A question is
then judged by how far its cosines stand above theirs, by how near it is to one of them, and by its BM25
score, in a logistic regression. The coefficients were fitted by `tests/fit_scope.py` on the tuning half of
`tests/data/questions/cq.jsonl` and on the off-topic questions themselves; the other half and other guidelines
show what it costs (`wence eval`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.answer import Confidence
from bot.phrases import Lang
from index.background import Background
from index.hits import Query, Ranking


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Weights of the features, in the order of `Scope.features`, and the intercept."""

    weights: tuple[float, ...]
    intercept: float


DENSE: dict[Lang, Coefficients] = {
    "zh": Coefficients((0.98, 1.23, -1.03, 1.01, 0.35), -7.06),
    "en": Coefficients((0.96, 0.75, -1.12, 1.37, 0.00), -3.54),
}
LEXICAL = Coefficients((4.0, 1.0), -1.5)
"""Without vectors: the share of the question's words that the first hit has, and BM25."""

ANSWERABLE = 0.2
"""Below this probability a question is refused."""
IN_FIELD = 0.05
"""Above this, a refused question that speaks of policy is "not in the text" rather than "out of scope"."""
TELLING_PHRASE = 3
"""From so many characters on, a phrase shared with the text is no chance: of the off-topic questions that
share one, none reaches `IN_FIELD`."""
SURE = 0.9
LONG_PHRASE = 3
"""A phrase shared with the text counts from 3 characters on (two are shared by chance), and up to 5."""
AHEAD = 0.3
"""An answer is called sure only if the first measure is so far ahead of the second, in fused score."""


class Scope:
    """Judges rankings against the background of one index."""

    def __init__(self, background: Background) -> None:
        self._background = background

    def probability(self, query: Query, ranking: Ranking, lang: Lang) -> float:
        """The probability that the corpus speaks of what was asked, 0 to 1."""
        values = self.features(query, ranking, lang)
        used = DENSE[lang] if len(values) == len(DENSE[lang].weights) else LEXICAL
        return _logistic(used.intercept + sum(w * v for w, v in zip(used.weights, values, strict=True)))

    def features(self, query: Query, ranking: Ranking, lang: Lang) -> tuple[float, ...]:
        """What the regression sees: three cosines in deviations, BM25, a shared phrase; else two lexical."""
        signals = ranking.signals
        standing = self._background.standing(lang, query, ranking)
        if standing is None:
            return (math.sqrt(signals.coverage), math.sqrt(signals.bm25))
        phrase = min(max(signals.phrase - 2, 0), LONG_PHRASE)
        return (standing.measure, standing.sentence, standing.nearest, math.sqrt(signals.bm25), phrase)


def confidence(probability: float, margin: float) -> Confidence:
    """In words: from the probability, and from how far the first measure is ahead of the second."""
    if probability >= SURE and margin >= AHEAD:
        return "high"
    return "medium" if probability >= (ANSWERABLE + SURE) / 2 else "low"


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, x))))
