"""The journal as a file: an entry a line of JSON, or rows for a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any, Final, Literal

from bot.journal.tables import ENTRY
from bot.spreadsheet import csv_text

Form = Literal["jsonl", "csv"]
_COLUMNS: Final = (*(column.name for column in ENTRY.columns), "up", "reason")
_AT_A_TIME: Final = 500


def export_lines(entries: Iterable[dict[str, Any]], form: Form) -> Iterator[bytes]:
    """Entries of `read.read_entries` in pieces of a file: UTF-8; CSV with BOM, formulas made harmless."""
    if form == "jsonl":
        for entry in entries:
            plain = {name: _json(entry[name]) for name in _COLUMNS}
            yield json.dumps(plain, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n"
        return
    yield csv_text([_COLUMNS]).encode("utf-8-sig")
    left = iter(entries)
    while some := list(islice(left, _AT_A_TIME)):
        rows = [[_csv(entry[name]) for name in _COLUMNS] for entry in some]
        yield csv_text(rows).encode("utf-8", errors="replace")


def _json(value: Any) -> Any:
    return value.isoformat(timespec="milliseconds") if isinstance(value, datetime) else value


def _csv(value: Any) -> Any:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else _json(value)
