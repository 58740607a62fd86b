"""Rows of tables: of data, a line each with its cells set apart by tabs, or of a page's layout."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MAX_CELL = 600
_MAX_CELL_BLOCKS = 6
_LABEL = re.compile("第.{1,8}[编章节条]|[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十]{1,3}[)）]")


def row_text(cells: Sequence[Sequence[str]]) -> str | None:
    """The line of a row of data, given the lines of each cell.

    None for a single cell and for a layout: a cell that holds a page of text or several numbered clauses.
    """
    texts = ["\u3000".join(lines) for lines in cells]
    if sum(map(bool, texts)) < 2 or any(map(_is_layout, cells)):
        return None
    return "\t".join(texts).strip("\t")


def _is_layout(lines: Sequence[str]) -> bool:
    numbered = sum(bool(_LABEL.match(line)) for line in lines)
    return len(lines) > _MAX_CELL_BLOCKS or numbered > 1 or sum(map(len, lines)) > _MAX_CELL
