"""Clarify route: one question back when the answer depends on a district that is not known.

With what holds for all districts beside it.
"""

from __future__ import annotations

from bot.answer import Answer
from bot.answers.district import citations_of, closing, entry
from bot.answers.quoting import escape
from bot.library import Library
from bot.phrases import Lang, say
from bot.reach import sorted_by_nature
from corpus.measure import Guideline
from corpus.table import Cell, Table

_EXAMPLES = 3


def clarify_answer(text: str, lang: Lang, library: Library, guideline: Guideline, table: Table) -> Answer:
    """Asks for the district and lists the measures of support that reach every district as such."""
    rows = [row for row in table.rows if row.kind == "district"]
    support = {m.id for m in sorted_by_nature(guideline)["support"]}
    cells = [cell for cell in rows[0].cells if cell.measure.id in support and "all" in cell.routes]
    for_all = [_only_all(cell) for cell in cells if all(_has_all(row.cells, cell.measure.id) for row in rows)]
    examples = "、".join(escape(row.name) for row in rows[:: max(1, len(rows) // _EXAMPLES)][:_EXAMPLES])
    blocks = [say(lang, "clarify.ask", examples=examples)]
    if for_all:
        blocks.append(say(lang, "clarify.all", count=len(for_all)))
        blocks.append("\n".join(entry(guideline, cell, lang) for cell in for_all))
    return Answer(
        text,
        "clarify",
        "\n\n".join([*blocks, *closing(guideline, lang)]),
        tuple(dict.fromkeys(citations_of(guideline, for_all))),
        completeness="partial",
        checked=len(guideline.measures),
        lang=lang,
    )


def _only_all(cell: Cell) -> Cell:
    """A cell with the evidence that holds for all districts alone."""
    return Cell(cell.measure, ("all",), cell.by("all"))


def _has_all(cells: tuple[Cell, ...], measure_id: str) -> bool:
    return any(cell.measure.id == measure_id and "all" in cell.routes for cell in cells)
