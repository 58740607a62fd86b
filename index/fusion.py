"""Several scores of the same candidates into one: z-normalised and added.

Each signal (cosine of the measure, cosine of its best sentence, BM25) is brought
to mean 0 and deviation 1 over the candidates and weighted. Scores keep what ranks
throw away: how far ahead the first one is.

A signal that is None abstains: it neither votes nor counts in the weights. BM25
abstains when it matched nothing, and there are no cosines without a model.
Where all candidates score alike (or there is one), the signal says nothing and
adds 0. The deviation is never taken smaller than a share of the best score, so
that among two or three candidates a difference of noise is not blown up to ±1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]

LEAST_SPREAD: Final = 0.005
"""Least deviation as a share of the highest absolute score."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each signal counts."""

    measure: float = 1.0
    sentence: float = 1.0
    bm25: float = 1.0
    sentence_bm25: float = 0.5


def standardize(scores: Scores) -> Scores:
    """To mean 0 and deviation 1 over the candidates; all 0 where they are alike or none."""
    if not len(scores):
        return scores
    wide = scores.astype(np.float64)  # in 32 bits the mean of equal scores is not quite equal to them
    highest = max(float(wide.max()), -float(wide.min()))
    wide -= wide.sum() / len(wide)
    # Written out: numpy's own std takes three times as long for the few rows of most calls.
    spread = max(sqrt(float(wide @ wide) / len(wide)), LEAST_SPREAD * highest)
    standard: Scores = (wide / (spread or 1.0)).astype(np.float32)
    return standard


def fuse(signals: Sequence[tuple[float, Scores | None]], size: int) -> Scores:
    """Weighted mean of the standardised signals, float32 (size,).

    `signals` are (weight, scores of the candidates or None to abstain); all 0 if all abstain.
    """
    voting = [(weight, scores) for weight, scores in signals if scores is not None and weight > 0]
    total = np.zeros(size, dtype=np.float32)
    for weight, scores in voting:
        total += np.float32(weight) * standardize(scores)
    return total / np.float32(sum(weight for weight, _ in voting)) if voting else total
