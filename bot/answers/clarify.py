"""Clarify route: one question back when the answer depends on a district that is not known.

With what holds for all districts beside it.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer
from bot.answers.district import citations_of, closing, entry
from bot.answers.quoting import escape
from bot.answers.sources import document_name
from bot.library import Library
from bot.phrases import Lang, say
from bot.reach import sorted_by_nature
from corpus.measure import Guideline
from corpus.table import Cell, Table

_EXAMPLES = 3
_FEW = 8


def clarify_answer(
    text: str, lang: Lang, library: Library, tables: Sequence[tuple[Guideline, Table]]
) -> Answer:
    """Asks for the district and lists the measures of support that reach every district as such."""
    rows = [row for row in tables[0][1].rows if row.kind == "district"]
    examples = "、".join(escape(row.name) for row in rows[:: max(1, len(rows) // _EXAMPLES)][:_EXAMPLES])
    few = tables if len(tables) <= _FEW else ()  # of very many documents, what is for all would be a book
    found = [(guideline, _for_all(guideline, table)) for guideline, table in few]
    found = [(guideline, cells) for guideline, cells in found if cells] or found[:1]
    blocks = [say(lang, "clarify.ask", examples=examples)]
    count = sum(len(cells) for _, cells in found)
    if count:
        blocks.append(say(lang, "clarify.all", count=count))
    for guideline, cells in found:
        blocks += [f"### {document_name(guideline, lang)}"] if len(tables) > 1 and cells else []
        blocks += ["\n".join(entry(guideline, cell, lang) for cell in cells)] if cells else []
        blocks += closing(guideline, lang)
    citations = (citation for guideline, cells in found for citation in citations_of(guideline, cells))
    return Answer(
        text,
        "clarify",
        "\n\n".join(blocks),
        tuple(dict.fromkeys(citations)),
        completeness="partial",
        checked=library.checked,
        lang=lang,
    )


def _for_all(guideline: Guideline, table: Table) -> list[Cell]:
    """The measures of support that reach every district, with the evidence for that."""
    rows = [row for row in table.rows if row.kind == "district"]
    support = {m.id for m in sorted_by_nature(guideline)["support"]}
    held = [{cell.measure.id for cell in row.cells if "all" in cell.routes} for row in rows]
    common = support.intersection(*held)
    return [_only_all(cell) for cell in rows[0].cells if cell.measure.id in common]


def _only_all(cell: Cell) -> Cell:
    """A cell with the evidence that holds for all districts alone."""
    return Cell(cell.measure, ("all",), cell.by("all"))
