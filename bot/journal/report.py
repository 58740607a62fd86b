"""The operator's report: its tables, for a terminal and as CSV; `report_html` makes a page of them."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from string import Template
from typing import Final

from bot.journal.read import Count, Report
from bot.spreadsheet import csv_text

Cell = str | int | float | datetime

_CODED: Final = ("route", "refusal")
"""Columns whose cells are codes that have a name."""


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the report; its name and its columns are those of `labels.toml`."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def sections(report: Report) -> tuple[Section, ...]:
    """The tables of a report in their order."""
    opinions = ("count", "up", "down")
    return (
        Section("days", ("day", *opinions, "refused"), _rows(report.days)),
        Section("asked", ("question", *opinions, "refused"), _rows(report.asked)),
        Section("refusals", ("refusal", "count"), tuple((c.item, c.count) for c in report.refusals)),
        Section(
            "unanswered",
            ("question", "refusal", "count"),
            tuple((c.item, c.detail, c.count) for c in report.unanswered),
        ),
        Section(
            "disliked",
            ("question", "reason", "route", "at"),
            tuple((d.question, d.reason, d.route, d.at) for d in report.disliked),
        ),
        Section("districts", ("district", *opinions, "refused"), _rows(report.districts)),
        Section("routes", ("route", *opinions, "encode_ms", "search_ms", "compose_ms"), _routes(report)),
    )


def report_csv(report: Report) -> bytes:
    """All tables as one: the first column says which, the second what is counted. UTF-8 with BOM, codes as
    they are; a text that a spreadsheet would run is made harmless.
    """
    tables = sections(report)
    names = list(dict.fromkeys(name for table in tables for name in table.columns[1:]))
    rows: list[Sequence[object]] = [["section", "item", *names]]
    for table in tables:
        places = [table.columns.index(name) if name in table.columns[1:] else None for name in names]
        rows += [
            [table.name, _plain(row[0]), *("" if at is None else _plain(row[at]) for at in places)]
            for row in table.rows
        ]
    return csv_text(rows).encode("utf-8-sig", errors="replace")


def report_text(report: Report, width: int, *, colour: bool) -> str:
    """The report for a terminal `width` columns wide."""
    from rich.console import Console
    from rich.text import Text

    target = io.StringIO()
    console = Console(file=target, width=max(60, width), force_terminal=colour, no_color=not colour)
    console.print(
        Text(f"{' / '.join(label('heading', 'title'))}  {' / '.join(period(report))}", style="bold")
    )
    console.print(Text("  ".join(f"{zh} / {en}: {number}" for (zh, en), number in totals(report))))
    for table in sections(report):
        console.print()
        console.print(Text(" / ".join(label("heading", table.name)), style="bold"))
        if not table.rows:
            console.print(Text(f"  {' / '.join(label('said', 'nothing'))}"))
            continue
        console.print(_drawn(table))
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines())


def _drawn(table: Section) -> object:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for n, column in enumerate(table.columns):
        number = all(isinstance(row[n], int | float) for row in table.rows)
        drawn.add_column("\n".join(label("column", column)), justify="right" if number else "left")
    for row in table.rows:
        drawn.add_row(*(Text(cell) for cell in named(table, row)))
    return drawn


def named(table: Section, row: Sequence[Cell]) -> Iterator[str]:
    """The cells of a row as people read them."""
    for column, cell in zip(table.columns, row, strict=True):
        if column in _CODED and isinstance(cell, str):
            yield label(column, cell)[0]
        elif column == "district" and not cell:
            yield label("said", "no_district")[0]
        else:
            yield _plain(cell)


def totals(report: Report) -> tuple[tuple[tuple[str, str], int], ...]:
    """The numbers that stand first, each with its name."""
    total = report.total
    numbers = {
        "entries": total.count,
        "visits": report.visits,
        "refused": total.refused,
        "up": total.up,
        "down": total.down,
    }
    return tuple((label("total", name), number) for name, number in numbers.items())


def period(report: Report) -> tuple[str, str]:
    """From when to when, in the server's time."""
    since, until = _plain(report.since), _plain(report.until)
    zh, en = label("said", "period")
    return Template(zh).substitute(since=since, until=until), Template(en).substitute(
        since=since, until=until
    )


def label(group: str, name: str) -> tuple[str, str]:
    """A word of the report in Chinese and English; a code that is not known stands for itself."""
    zh, en = _labels()[group].get(name, (name, name))
    return zh, en


@cache
def _labels() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((resources.files("bot.journal") / "labels.toml").read_text(encoding="utf-8"))


def _rows(counts: Sequence[Count]) -> tuple[tuple[Cell, ...], ...]:
    return tuple((c.item, c.count, c.up, c.down, c.refused) for c in counts)


def _routes(report: Report) -> tuple[tuple[Cell, ...], ...]:
    speed = {each.route: (each.encode_ms, each.search_ms, each.compose_ms) for each in report.speed}
    return tuple((c.item, c.count, c.up, c.down, *speed[c.item]) for c in report.routes)


def _plain(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return cell.astimezone().strftime("%Y-%m-%d %H:%M")
    return str(cell)
