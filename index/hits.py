"""The nouns of a search: a question ready to be ranked, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from corpus.measure import Measure, Sentence

Source = Literal["dense", "sparse", "both"]


@dataclass(frozen=True, slots=True, eq=False)
class Query:
    """A question as the index reads it.

    `text` is normalised; `tokens` are those of BM25 (each once, in order); `extra` are
    the tokens of the official words for what it says (`index.expand`); `vector` is
    float32 (dimension,) of length 1, or None without a model or without any text.
    """

    question: str
    text: str
    tokens: tuple[str, ...]
    extra: tuple[str, ...]
    vector: npt.NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Signals:
    """The raw scores behind a ranking, for judging whether the text answers at all.

    Best cosine of a measure and of a sentence (None without vectors), best BM25
    (0 where nothing matched), and two idf-weighted shares of the question's tokens:
    `coverage`, those that the first hit contains, and `known`, those that any
    measure contains (single characters count only where there is nothing longer).
    `phrase` is the length of the longest run of Han characters that the question shares
    with one of the best measures. Cosines depend on the model: calibrate, do not guess.
    """

    measure_cos: float | None
    sentence_cos: float | None
    bm25: float
    coverage: float
    known: float
    phrase: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A measure that was found. `score` is fused and comparable within one ranking only.

    `sentence` is the one that fits the question best (None if the measure has none);
    `source` says which kind of search put the measure above the average candidate.
    """

    measure: Measure
    score: float
    rank: int
    sentence: Sentence | None
    source: Source
    measure_cos: float | None
    sentence_cos: float | None
    bm25: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits, best first, and the signals behind them."""

    hits: tuple[Hit, ...]
    signals: Signals


@dataclass(frozen=True, slots=True)
class SentenceHit:
    """A sentence with its score among the sentences it was ranked with.

    `overlap` is the idf-weighted share of the question's tokens that stand in it, or of the
    official words for them where that is more.
    """

    measure: Measure
    sentence: Sentence
    score: float
    cosine: float | None
    overlap: float
