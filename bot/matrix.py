"""The table of applicability for review: as CSV, as JSON, as one page of HTML, and what changed in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal

from bot.matrix_html import page_html
from bot.spreadsheet import csv_text
from corpus.applicability import Applicability
from corpus.errors import CorpusError, UsageError
from corpus.reach import Route
from corpus.table import CSV_HEADER, Change, Table, csv_rows, diff, from_json, to_json

MatrixFormat = Literal["csv", "json", "html"]
_Titles = Mapping[str, str]


def tables_of(applies: Mapping[str, Applicability], without: Collection[str] = ()) -> list[Table]:
    """The tables of an index, but for some slugs; UsageError if it has none, for want of a gazetteer."""
    if not applies:
        raise UsageError(
            "索引里没有适用表：没有一份文件的地区有地名表。请按 docs/gazetteer.md 写一个 districts.toml，"
            "再运行 wence index。",
            "The index has no table: no guideline's region has a gazetteer. Write a districts.toml as "
            "docs/gazetteer.md says, then run wence index.",
        )
    return [each.table for slug, each in applies.items() if slug not in without]


def matrix_text(tables: Sequence[Table], form: MatrixFormat, titles: _Titles) -> str:
    """The tables in one text that ends in a newline. `titles` are the guidelines' titles by slug.

    JSON is one table, or a list where there are several; CSV has one header, and ids that name the guideline.
    """
    if form == "csv":
        return csv_text(chain([CSV_HEADER], *(list(csv_rows(table))[1:] for table in tables)))
    if form == "html":
        return page_html(tables, titles)
    if len(tables) == 1:
        return to_json(tables[0])
    return "[\n" + ",\n".join(to_json(table).rstrip() for table in tables) + "\n]\n"


def matrix_bytes(text: str, form: MatrixFormat) -> bytes:
    """A text of `matrix_text` for a file: CSV begins with a BOM, by which Excel knows UTF-8."""
    return text.encode("utf-8-sig" if form == "csv" else "utf-8", errors="replace")


def read_tables(file: Path) -> list[Table]:
    """The tables of a file that `matrix_text` wrote as JSON; UsageError if it cannot be read or is none."""
    try:
        stored = json.loads(file.read_text(encoding="utf-8-sig"))
        parts = stored if isinstance(stored, list) else [stored]
        return [from_json(json.dumps(part)) for part in parts]
    except (OSError, ValueError, RecursionError, CorpusError) as error:
        reason = error.en if isinstance(error, CorpusError) else str(error)
        raise UsageError(
            f"{file} 不是适用表：{reason}。请给出 wence matrix --format json 写的文件。",
            f"{file} is no table: {reason}. Name a file written by wence matrix --format json.",
        ) from error


def diff_text(old: Sequence[Table], new: Sequence[Table]) -> str:
    """A line for each cell that differs, in the order of the new tables; "" if none does."""
    return "".join(f"{line}\n" for line in _differences(old, new))


def _differences(old: Sequence[Table], new: Sequence[Table]) -> Iterator[str]:
    before = {table.guideline: table for table in old}
    after = {table.guideline: table for table in new}
    for slug in dict.fromkeys([*after, *before]):
        known = after.get(slug) or before[slug]
        empty = Table(slug, known.region, known.as_of, (), ())
        changes = diff(before.get(slug, empty), after.get(slug, empty))
        yield from (f"{change.row}\t{change.measure}\t{_change(change)}" for change in changes)


def _change(change: Change) -> str:
    if change.words:
        return f"{_routes(change.after)}（引文有变 / other evidence）"
    return f"{_routes(change.before)} → {_routes(change.after)}"


def _routes(routes: tuple[Route, ...] | None) -> str:
    return "+".join(routes) if routes else "—"
