"""The figures of an evaluation as rows, for the table and the page: a name, and a cell for each side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.evaluation.report import Report, Score
from bot.evaluation.retrieval import NAMES
from bot.evaluation.run import Evaluation
from bot.evaluation.spoken import Figures

_MS = ("encode_ms", "rest_ms")


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of one side. `value` is a share, or milliseconds; None where it was not measured."""

    value: float | None
    right: int | None = None
    total: int | None = None

    @property
    def count(self) -> str:
        """How many of how many; empty for a figure that is no share of cases."""
        return "" if self.total is None else f"{self.right}/{self.total}"


@dataclass(frozen=True, slots=True)
class Row:
    """A figure by name, of the extract and, where there is one, of the model."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def is_share(self) -> bool:
        """Whether its value lies between 0 and 1."""
        return self.name not in _MS


def figure_rows(found: Evaluation) -> list[Row]:
    """Every figure that was measured, in the order of the report."""
    sides = [dict(_figures(report)) for report in reports(found)]
    names = dict.fromkeys(name for side in sides for name in side)
    rows = [Row(name, tuple(side.get(name, Cell(None)) for side in sides)) for name in names]
    return [row for row in rows if any(cell.value is not None for cell in row.cells)]


def group_rows(found: Evaluation, by: str) -> list[Row]:
    """The shares that are wholly right by ``kinds`` or by ``routes``."""
    of = [r.kinds if by == "kinds" else r.routes for r in reports(found)]
    sides = [{group.name: _cell(group) for group in groups} for groups in of]
    names = dict.fromkeys(name for side in sides for name in side)
    return [Row(name, tuple(side.get(name, Cell(None)) for side in sides)) for name in names]


def model_rows(figures: Figures) -> list[tuple[str, str]]:
    """The model's own figures, each with its name."""
    grounded = figures.grounded
    counts = {"asked": figures.asked, **figures.outcomes}
    counts |= {"kept": figures.kept, "replaced": figures.replaced, "removed": figures.removed}
    return [
        ("model", figures.name),
        *((name, str(count)) for name, count in counts.items()),
        ("grounded", "-" if grounded is None else f"{grounded:.3f}"),
        ("own_facts", f"{figures.own_facts}/{figures.with_facts}"),
        ("ms", f"{figures.ms:.0f}"),
    ]


def reports(found: Evaluation) -> list[Report]:
    """The report of the extracts, and that with the model where there is one."""
    return [found.extract, *([found.model.report] if found.model else [])]


def _figures(report: Report) -> Iterator[tuple[str, Cell]]:
    yield "right", _cell(report.whole)
    scores = {score.name: _cell(score) for score in report.scores}
    for name in ("hit@1", "hit@3"):
        yield name, scores.pop(name)
    for name in NAMES:
        yield name, Cell(report.ranking.get(name))
    if not report.ranking and report.mrr:
        yield "mrr", Cell(report.mrr)
    yield from scores.items()
    yield "encode_ms", Cell(report.encode_ms)
    yield "rest_ms", Cell(report.rest_ms)


def _cell(score: Score) -> Cell:
    return Cell(score.share, score.right, score.total) if score.total else Cell(None)
