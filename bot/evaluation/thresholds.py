"""What a gate asks for: figures that must be reached, by name, and which of them are not."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.evaluation.cases import SETS, Known
from bot.evaluation.checks import EXACT
from bot.evaluation.report import Report
from bot.evaluation.retrieval import NAMES, is_installed, not_installed
from bot.evaluation.run import Evaluation, Side
from bot.evaluation.spoken import OUTCOMES
from bot.json_form import Json
from corpus.errors import UsageError, WenceError

MODEL: Final = "model: "
"""What a figure of the answers with a language model begins with."""

_MOST: Final = ("encode_ms", "rest_ms", *(f"{MODEL}{n}" for n in ("encode_ms", "rest_ms", "ms")))
_SHARES_AT_MOST: Final = tuple(f"{MODEL}{n}" for n in OUTCOMES if n != "spoken")
AT_MOST: Final = (*_MOST, *_SHARES_AT_MOST)
"""Figures that may not be above their threshold; all others may not be below."""

_PLAIN: Final = ("right", "hit@1", "hit@3", "mrr", *NAMES, "lead", "facts", *EXACT, "document", "route")
_MORE: Final = ("completeness", "first", "absent", *SETS, "not refused", "verbatim", "encode_ms", "rest_ms")
_MAX_FILE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Met:
    """A threshold with what was measured; None where there was nothing to measure."""

    name: str
    limit: float
    value: float | None

    @property
    def ok(self) -> bool:
        """Whether it is met. What was not measured is not met: a gate must not open by itself."""
        if self.value is None:
            return False
        return self.value <= self.limit if self.name in AT_MOST else self.value >= self.limit

    def __str__(self) -> str:
        sign = ("≤" if self.ok else ">") if self.name in AT_MOST else "≥" if self.ok else "<"
        if self.value is None:
            return f"{self.name}: 未测得 / not measured (门槛 / threshold {self.limit:g})"
        return f"{self.name}: {self.value:.4g} {sign} {self.limit:g}"

    def to_json(self) -> Json:
        """Name, limit, value and whether it is met."""
        return {"name": self.name, "limit": self.limit, "value": self.value, "met": self.ok}


def read_thresholds(given: Sequence[str], file: Path | None) -> dict[str, float]:
    """Thresholds of a TOML file, with those of ``NAME=VALUE`` on top. UsageError for what is none."""
    found = _of_file(file) if file else {}
    for one in given:
        name, equals, value = one.rpartition("=")
        if not equals or not name.strip():
            raise UsageError(
                f"门槛“{one}”应写作 名称=数值,如 hit@1=0.9。",
                f"The threshold “{one}” must be NAME=VALUE, such as hit@1=0.9.",
            )
        found[name.strip()] = _number(name.strip(), value.strip())
    return found


def check_names(thresholds: Mapping[str, float], known: Iterable[Known]) -> None:
    """UsageError for a threshold that no figure of these questions can meet, with the names that there are.

    WenceError if one needs the library that is not installed.
    """
    names = names_for(known)
    unknown = [name for name in thresholds if name not in names]
    if unknown:
        every = "\n".join(f"  {name}" for name in names)
        raise UsageError(
            f"没有名为 {'、'.join(unknown)} 的指标。可用的名称:\n{every}",
            f"There is no figure named {', '.join(unknown)}; the names are listed above.",
        )
    if not is_installed() and any(name.removeprefix(MODEL) in NAMES for name in thresholds):
        raise not_installed()


def names_for(known: Iterable[Known]) -> list[str]:
    """The name of every figure for these questions; those of the language model begin with ``model: ``."""
    expected = [one.expected for one in known]
    refusals = sorted({one.refuse for one in expected if one.refuse})
    kinds = sorted({one.kind for one in expected})
    own = [
        *_PLAIN,
        *_MORE,
        *(f"refused: {refusal}" for refusal in refusals),
        *(f"kind: {refusal}" for refusal in refusals),
        *(f"right: {kind}" for kind in kinds),
    ]
    return [*own, *(f"{MODEL}{name}" for name in (*own, "grounded", "own_facts", *OUTCOMES, "ms"))]


def compare(thresholds: Mapping[str, float], found: Evaluation) -> list[Met]:
    """Each threshold beside what was measured."""
    values = {**_values(found.extract), **(_model_values(found.model) if found.model else {})}
    return [Met(name, limit, values.get(name)) for name, limit in thresholds.items()]


def missed(met: Sequence[Met]) -> WenceError:
    """The error that names the thresholds that were missed."""
    wrong = [one for one in met if not one.ok]
    lines = "\n".join(f"  ✗ {one}" for one in wrong)
    return WenceError(
        f"{len(met)} 项门槛中有 {len(wrong)} 项未达到:\n{lines}",
        f"{len(wrong)} of {len(met)} thresholds are missed; they are named above.",
    )


def _values(report: Report) -> dict[str, float | None]:
    shares = [*report.scores, report.whole]
    found: dict[str, float | None] = {s.name: s.share if s.total else None for s in shares}
    found |= {f"right: {kind.name}": kind.share for kind in report.kinds}
    searched = next(s.total for s in report.scores if s.name == "hit@1")
    found |= {"mrr": report.mrr if searched else None, **report.ranking}
    return found | {"encode_ms": report.encode_ms or None, "rest_ms": report.rest_ms}


def _model_values(side: Side) -> dict[str, float | None]:
    figures = side.figures
    own = {
        "grounded": figures.grounded,
        "own_facts": figures.facts,
        "ms": figures.ms if figures.asked else None,
    }
    own |= {outcome: figures.share(outcome) for outcome in OUTCOMES}
    return {f"{MODEL}{name}": value for name, value in {**_values(side.report), **own}.items()}


def _of_file(file: Path) -> dict[str, float]:
    try:
        if file.stat().st_size > _MAX_FILE:
            raise UsageError(f"{file} 太大。", f"{file} is too large for a file of thresholds.")
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"无法读取 {file}:{error.strerror}。", f"Cannot read {file}: {error.strerror}."
        ) from error
    except ValueError as error:
        raise UsageError(f"{file} 不是有效的 TOML:{error}", f"{file} is not valid TOML: {error}") from error
    return {name: _number(name, value) for name, value in table.items()}


def _number(name: str, value: object) -> float:
    """A threshold's value: a share from 0 to 1, or milliseconds."""
    try:
        number = (
            float(value) if isinstance(value, str | int | float) and type(value) is not bool else math.nan
        )
    except (ValueError, OverflowError):
        number = math.nan
    most = math.inf if name in _MOST else 1.0
    if not (0 <= number <= most and math.isfinite(number)):
        raise UsageError(
            f"门槛 {name} 的值 {value!r} 无效:应为 0 到 1 之间的数(毫秒可以更大)。",
            f"The threshold {name} cannot be {value!r}: give a number from 0 to 1 (milliseconds: any).",
        )
    return number
