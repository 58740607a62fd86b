"""An evaluation for a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.evaluation.lines import Cell, Row, figure_rows, group_rows, model_rows
from bot.evaluation.report import Report
from bot.evaluation.run import Evaluation
from bot.evaluation.thresholds import Met
from bot.evaluation.words import Both, label, name_of, value_of

if TYPE_CHECKING:
    from rich.table import Table

_SHOWN = 5
"""So many failures of a check are shown; the page and the JSON hold all."""


def report_text(found: Evaluation, met: Sequence[Met] = (), *, width: int = 120, colour: bool = False) -> str:
    """Figures, groups, thresholds, and up to five failures of each check; `width` in columns."""
    from rich.console import Console

    buffer = io.StringIO()
    console = Console(file=buffer, width=width, force_terminal=colour, no_color=not colour, highlight=False)
    console.print(_figures("scores", figure_rows(found), found, name_of))
    console.print(_figures("kinds", group_rows(found, "kinds"), found, value_of))
    console.print(_figures("routes", group_rows(found, "routes"), found, value_of))
    if found.model:
        console.print(_model(found))
    for line in _lines(found, met):
        console.print(line, markup=False, soft_wrap=True)
    return "\n".join(line.rstrip() for line in buffer.getvalue().strip("\n").splitlines())


def _figures(heading: str, rows: Sequence[Row], found: Evaluation, named: Callable[[str], Both]) -> Table:
    table = _table(heading, ("name", "meaning"), ())
    for side in ("extract", "model")[: 2 if found.model else 1]:
        table.add_column("\n".join(label("column", side)), justify="right", no_wrap=True)
        table.add_column("", justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            row.name, _two(named(row.name)), *(text for cell in row.cells for text in _cells(row, cell))
        )
    return table


def _model(found: Evaluation) -> Table:
    table = _table("model", ("figure", "meaning"), ("value",))
    for name, value in model_rows(found.model.figures) if found.model else ():
        table.add_row(name, _two(label("figure", name)), value)
    return table


def _table(heading: str, left: Sequence[str], right: Sequence[str]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, title=_two(label("heading", heading)), title_justify="left"
    )
    for name in left:
        table.add_column("\n".join(label("column", name)), no_wrap=name == left[0])
    for name in right:
        table.add_column("\n".join(label("column", name)), justify="right")
    return table


def _cells(row: Row, cell: Cell) -> tuple[str, str]:
    if cell.value is None:
        return "-", ""
    return (f"{cell.value:.3f}" if row.is_share else f"{cell.value:.1f}"), cell.count


def _lines(found: Evaluation, met: Sequence[Met]) -> Iterator[str]:
    yield from _failures(found.extract, "")
    if found.model:
        yield from _failures(found.model.report, "model: ")
        for name, questions in zip(("only_extract", "only_model"), found.changed(), strict=True):
            yield f"{_two(label('heading', name))}: {len(questions)}"
            yield from (f"  {question}" for question in questions[:_SHOWN])
    for one in met:
        yield f"{'✓' if one.ok else '✗'} {_two(label('said', 'met' if one.ok else 'missed'))}  {one}"


def _failures(report: Report, prefix: str) -> Iterator[str]:
    for score in report.scores:
        of = [failure for failure in report.failures if failure.check == score.name]
        for failure in of[:_SHOWN]:
            yield f"  ✗ {prefix}{score.name}: {failure.case.asked.text}  ({failure.fault.why[0]})"
        if len(of) > _SHOWN:
            yield f"  ✗ {prefix}{score.name}: … +{len(of) - _SHOWN}"


def _two(words: Both) -> str:
    return f"{words[0]} {words[1]}" if words[0] != words[1] else words[0]
