"""The nouns of a benchmark: what a side is asked to measure, and what it found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Literal

Choice = Literal["auto", "onnx", "torch"]

ROUNDS = 3
"""How often each question is timed: one hiccup of the machine must not make the 95th percentile."""


@dataclass(frozen=True, slots=True)
class BenchQuestion:
    """A question and the numbers or ids of the measures that answer it; empty where that is not known."""

    question: str
    gold: tuple[int | str, ...] = ()

    def is_answered_by(self, number: int, measure_id: str) -> bool:
        """Whether a measure is one of the right ones."""
        return number in self.gold or measure_id in self.gold


@dataclass(frozen=True, slots=True)
class Job:
    """What a side works on, handed to its process as JSON. `judged`: the questions are about this corpus."""

    corpus: Path
    embedding_model: str
    questions: tuple[BenchQuestion, ...]
    judged: bool
    encoder: Choice = "auto"


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds: the middle one, and the one that 19 of 20 do not exceed (nearest rank)."""

    median: float
    p95: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Times:
        """From milliseconds, at least one."""
        ordered = sorted(values)
        return cls(round(median(ordered), 2), round(ordered[math.ceil(0.95 * len(ordered)) - 1], 2))


@dataclass(frozen=True, slots=True)
class Encoders:
    """`name` is what Wence takes: ONNX Runtime, or torch where the model cannot be a graph.

    Milliseconds for a question, passages a second, and the largest difference of any component.
    """

    name: str
    question: Times
    question_torch: Times
    passages_per_s: float
    passages_per_s_torch: float
    difference: float


@dataclass(frozen=True, slots=True)
class HitRate:
    """Share of the questions whose right measure is the first result, or among the first three."""

    at_1: float
    at_3: float

    @classmethod
    def of(cls, ranks: Sequence[int | None]) -> HitRate:
        """From the rank of the first right result of each question, 1 being the best; None: not found."""
        found = [rank for rank in ranks if rank is not None]
        shares = [sum(rank <= k for rank in found) / len(ranks) for k in (1, 3)]
        return cls(round(shares[0], 3), round(shares[1], 3))


@dataclass(frozen=True, slots=True)
class Found:
    """Hit rates by two readings: the measure a result is about, and any it shares a character with."""

    about: HitRate
    touching: HitRate


@dataclass(frozen=True, slots=True)
class Side:
    """What one way of answering costs and finds.

    Times are those of `ROUNDS` rounds, one question at a time, the model warm. `bare` is the model's encoding
    of the same questions and nothing else, measured in turn with `total`. `found` is None where the right
    measures are unknown; `trimmed` is the same on the text from the first measure to the last alone, without
    the page round it (for Wence, which sets that aside itself, it is `found`). `results` is how many there
    are to choose from, `characters` their mean length: how much one has to read.
    """

    model_s: float
    build_s: float
    load_ms: float | None
    bare: Times
    encode: Times
    search: Times
    compose: Times | None
    total: Times
    found: Found | None
    trimmed: Found | None
    results: int
    characters: float
    peak_mib: float

    @property
    def over_bare(self) -> float:
        """How many times the bare encoding a question costs, by medians."""
        return round(self.total.median / self.bare.median, 2)
