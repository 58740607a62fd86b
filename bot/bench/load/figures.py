"""The nouns of a load: what visitors met, and what it cost the server."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from pydantic import TypeAdapter

from bot.bench.figures import Choice
from bot.json_form import Json

Door = Literal["api", "chat"]
"""Through REST, or through the queue of Gradio."""
P95_SECONDS: Final = 2.0
OF_ENCODER: Final = 0.7
GROWTH_PERCENT: Final = 5.0


@dataclass(frozen=True, slots=True)
class BareJob:
    """What the encoder alone is timed on, and how often: the best round of each size counts."""

    embedding_model: str
    encoder: Choice
    questions: tuple[str, ...]
    rounds: int


@dataclass(frozen=True, slots=True)
class Bare:
    """Questions a second of the encoder alone, by the size of the batch.

    `cpu_ms` are milliseconds of processor for a question at the best of them: less hurt by what else runs.
    """

    per_second: Mapping[int, float]
    cpu_ms: float

    @property
    def best(self) -> float:
        """At its best batch."""
        return max(self.per_second.values())

    def mean(self, other: Bare) -> Bare:
        """The means of two measurements of the same sizes."""
        pairs = {size: (rate, other.per_second[size]) for size, rate in self.per_second.items()}
        rates = {size: round(sum(pair) / 2, 1) for size, pair in pairs.items()}
        return Bare(rates, round((self.cpu_ms + other.cpu_ms) / 2, 2))


@dataclass(frozen=True, slots=True)
class Met:
    """When a visitor sent a question, in how many seconds the answer came, and what was wrong with it."""

    sent: float
    seconds: float
    question: str
    text: str
    problem: str = ""
    encoded: bool = False


@dataclass(frozen=True, slots=True)
class Sample:
    """The server at a moment: resident memory in MiB, and the seconds of processor spent so far."""

    at: float
    mib: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Level:
    """A number of visitors, and what they met. Seconds; shares of the whole machine's processors.

    `crossed` counts answers that are not to the question of the visitor who got them. `growth` is that of the
    server's memory over the second half, in percent; None where it cannot be read. `server_ms` and
    `client_ms` are milliseconds of processor for an answer.
    """

    door: Door
    visitors: int
    seconds: float
    answers: int
    problems: dict[str, int]
    crossed: int
    p50: float
    p95: float
    p99: float
    per_second: float
    encoded: float
    of_encoder: float
    mib: float | None
    growth: float | None
    server_cpu: float | None
    client_cpu: float
    server_ms: float | None
    client_ms: float

    @property
    def errors(self) -> int:
        """Questions that got no answer."""
        return sum(self.problems.values())

    def beside(self, bare: Bare) -> Level:
        """The level compared with the encoder alone."""
        return replace(self, of_encoder=round(self.per_second / bare.best, 3))


@dataclass(frozen=True, slots=True)
class LoadReport:
    """Every level, one after the other against one server process, and the encoder alone beside it."""

    bare: Bare
    levels: tuple[Level, ...]
    ready_s: float
    cores: int
    think_s: float
    python: str

    def to_json(self) -> Json:
        """As one JSON object."""
        form: Json = TypeAdapter(LoadReport).dump_python(self, mode="json")
        form["best_encoder_per_s"] = self.bare.best
        return form


def level_of(
    door: Door,
    visitors: int,
    met: Sequence[Met],
    crossed: int,
    spent: tuple[float, float],
    samples: Sequence[Sample],
    cores: int,
) -> Level:
    """What came of a level, not yet `beside` the encoder alone.

    `spent`: the seconds it took, and those of processor the visitors took.
    """
    seconds, client = spent
    answered = [one for one in met if not one.problem]
    times = sorted(one.seconds for one in answered) or [math.nan]
    per_second = len(answered) / seconds
    share = _share(samples, cores)
    each = 1000 * cores / max(per_second, 0.001)
    return Level(
        door=door,
        visitors=visitors,
        seconds=round(seconds, 1),
        answers=len(answered),
        problems=dict(Counter(one.problem for one in met if one.problem)),
        crossed=crossed,
        p50=_rank(times, 0.5),
        p95=_rank(times, 0.95),
        p99=_rank(times, 0.99),
        per_second=round(per_second, 1),
        encoded=round(sum(one.encoded for one in answered) / max(1, len(answered)), 3),
        of_encoder=math.nan,
        mib=samples[-1].mib if samples else None,
        growth=growth(samples),
        server_cpu=share,
        client_cpu=round(client / seconds / cores, 3),
        server_ms=None if share is None else round(share * each, 2),
        client_ms=round(client / seconds / cores * each, 2),
    )


def growth(samples: Sequence[Sample]) -> float | None:
    """Percent by which memory grew from the middle to the end; each the median of a tenth of the samples."""
    if len(samples) < 4:
        return None
    tenth = max(1, len(samples) // 10)
    middle = sorted(s.mib for s in samples[len(samples) // 2 :][:tenth])[tenth // 2]
    end = sorted(s.mib for s in samples[-tenth:])[tenth // 2]
    return round(100 * (end - middle) / middle, 2)


def _share(samples: Sequence[Sample], cores: int) -> float | None:
    if len(samples) < 2:
        return None
    first, last = samples[0], samples[-1]
    return round((last.cpu - first.cpu) / (last.at - first.at) / cores, 3)


def _rank(ordered: Sequence[float], share: float) -> float:
    """Nearest rank."""
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)], 4)
