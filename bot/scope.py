"""Is a question within what this corpus is about? Calibrated at index time, on questions that no policy answers.

Cosines depend on the model and on the corpus, so no fixed threshold would do. When an index is built, the off-topic
questions of `bot/data/calibration.jsonl` are ranked against it, and their cosines' mean and deviation are kept
(`Index.background`). A question is then judged by how far its cosines stand above those, by the share of its words
that the corpus has, and by how much nearer it is to the corpus than to the off-topic questions, in a logistic
regression. The coefficients below were fitted by `tests/fit_scope.py` on the tuning half of the questions in
`tests/data/questions/cq.jsonl`; the other half and the other guidelines show what it costs (`wence eval`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.answer import Confidence
from bot.phrases import Lang
from index.background import Background
from index.hits import Signals


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Weights of the features, in the order of `features`, and the intercept."""

    weights: tuple[float, ...]
    intercept: float


ZH = Coefficients((0.46, 1.63, 0.5, 1.92), -7.16)
EN = Coefficients((0.46, 1.63, 0.5, 1.92), -7.16)
LEXICAL = Coefficients((4.0, 1.0), -1.5)
"""Without vectors: coverage and BM25 alone."""

ANSWERABLE = 0.4
"""Below this probability a question is refused."""
IN_FIELD = 0.05
"""Above this, a refused question that speaks of policy matters is "not in the text" rather than "out of scope"."""
SURE = 0.9


class Scope:
    """Judges signals of a ranking against the background of one index."""

    def __init__(self, background: Background) -> None:
        self._background = background

    def probability(self, signals: Signals, lang: Lang) -> float:
        """The probability that the corpus speaks of what was asked, 0 to 1."""
        values = self.features(signals, lang)
        used = LEXICAL if len(values) == len(LEXICAL.weights) else EN if lang == "en" else ZH
        return _logistic(used.intercept + sum(w * v for w, v in zip(used.weights, values, strict=True)))

    def features(self, signals: Signals, lang: Lang) -> tuple[float, ...]:
        """What the regression sees: two cosines in deviations above off-topic ones, and two lexical shares."""
        lexical = (math.sqrt(signals.coverage), math.sqrt(signals.bm25))
        if signals.measure_cos is None:
            return lexical
        best = signals.sentence_cos if signals.sentence_cos is not None else signals.measure_cos
        dense = self._background.deviations(lang, signals.measure_cos, best)
        return (*dense, *lexical) if dense else lexical


def confidence(probability: float, margin: float) -> Confidence:
    """In words: from the probability, and from how far the first measure is ahead of the second (in deviations)."""
    if probability >= SURE and margin >= 0.3:
        return "high"
    return "medium" if probability >= (ANSWERABLE + SURE) / 2 else "low"


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, x))))
