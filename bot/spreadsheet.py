"""Rows as CSV for spreadsheet programs, which take some texts for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """Rows as CSV, a line each; a text that a spreadsheet would run as a formula gets a leading '.

    Spaces before the sign do not hide it, and full-width signs are formulas to some programs.
    """
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows([_inert(cell) for cell in row] for row in rows)
    return target.getvalue()


def _inert(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    text = "\n".join(cell.splitlines()) if "\r" in cell else cell  # a lone CR would end the row
    first = cell.lstrip(" \u3000\ufeff").translate(_HALF_WIDTH)
    return f"'{text}" if first.startswith(_FORMULA) else text


_HALF_WIDTH = str.maketrans("＝＋－＠", "=+-@")
