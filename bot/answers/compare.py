"""Compare route: what two or more districts, groups or zones have in common and what only one of them has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from bot.answer import Answer
from bot.answers.district import citations_of, closing, entry
from bot.answers.quoting import escape, measure_name, notes_on
from bot.library import Library
from bot.phrases import Lang, say
from bot.reach import Reached, applies_of, best_proof, joined
from corpus.measure import Guideline
from corpus.table import Cell


def compare_answer(
    text: str, lang: Lang, library: Library, guideline: Guideline, found: Sequence[Reached]
) -> Answer:
    """Measures of each target alone, of some of them, and of all: complete, each measure in one place.

    The common ones that reach the targets by different routes or words stand side by side.
    """
    common = frozenset.intersection(*(one.ids for one in found))
    blocks = [
        _head(guideline, found, common, lang),
        *(escape(r) for one in found for r in one.target.remarks),
    ]
    partial = _partial(found, common)
    blocks += [_only(guideline, some, cells, found, lang) for some, cells in partial]
    differing = [cells for cells in _paired(found, common) if _differ(cells)]
    if differing:
        blocks.append(_differing(found, differing, lang))
    blocks.append(_common(guideline, common, {c.measure.id for cells in differing for c in cells}, lang))
    end = closing(guideline, lang)
    shown = [m for m in guideline.measures if any(m.id in one.ids for one in found)]
    notes = notes_on(library, shown, [*blocks, *end], lang)
    cells = [cell for _, own in partial for cell in own] + [c for pair in differing for c in pair]
    cells += [cell for cell in found[0].cells if cell.measure.id in common]
    return Answer(
        text,
        "compare",
        "\n\n".join([*blocks, *notes, *end]),
        tuple(dict.fromkeys(citations_of(guideline, cells))),
        completeness="complete",
        districts=tuple(dict.fromkeys(row for one in found for row in one.target.rows)),
        applicability=tuple(map(applies_of, joined(found, guideline))),
        checked=len(guideline.measures),
        notes=notes,
        lang=lang,
    )


def _head(guideline: Guideline, found: Sequence[Reached], common: frozenset[str], lang: Lang) -> str:
    listed = say(lang, "compare.joint").join(f"**{escape(one.target.name)}**" for one in found)
    counts = say(lang, "compare.joint").join(
        say(lang, "compare.count", name=escape(one.target.name), count=len(one.cells)) for one in found
    )
    return say(
        lang, "compare.head", names=listed, checked=len(guideline.measures), counts=counts, common=len(common)
    )


def _partial(
    found: Sequence[Reached], common: frozenset[str]
) -> list[tuple[tuple[Reached, ...], tuple[Cell, ...]]]:
    """For one target, for every two and so on: the cells of measures that reach just these targets."""
    parts = []
    for size in range(1, len(found)):
        for some in combinations(found, size):
            others = (one.ids for one in found if one not in some)
            ids = frozenset.intersection(*(one.ids for one in some)).difference(common, *others)
            cells = tuple(cell for cell in some[0].cells if cell.measure.id in ids)
            if cells or len(found) == 2:
                parts.append((some, cells))
    return parts


def _only(
    guideline: Guideline, some: Sequence[Reached], cells: Sequence[Cell], found: Sequence[Reached], lang: Lang
) -> str:
    said = {remark for one in found for remark in one.target.remarks}
    name = say(lang, "compare.joint").join(escape(one.target.name) for one in some)
    head = say(lang, "compare.only", name=name, count=len(cells))
    return "\n".join([f"**{head}**", "", *(entry(guideline, cell, lang, said) for cell in cells)]).rstrip()


def _paired(found: Sequence[Reached], common: frozenset[str]) -> list[list[Cell]]:
    by_id = [{cell.measure.id: cell for cell in one.cells} for one in found]
    order = [cell.measure.id for cell in found[0].cells if cell.measure.id in common]
    return [[cells[measure_id] for cells in by_id] for measure_id in order]


def _differ(cells: Sequence[Cell]) -> bool:
    """Whether a common measure reaches the targets by different routes, or in different words."""
    return len({(cell.routes, best_proof(cell).quote) for cell in cells}) > 1


def _differing(found: Sequence[Reached], pairs: Sequence[Sequence[Cell]], lang: Lang) -> str:
    """A table: a row a measure, a column a target."""
    head = (
        f"| {say(lang, 'compare.measure')} | " + " | ".join(escape(one.target.name) for one in found) + " |"
    )
    rule = "|---|" + "---|" * len(found)
    rows = []
    for cells in pairs:
        column = cells[0].measure
        shown = (
            " ".join(f"`{say(lang, f'route.{route}')}`" for route in cell.routes)
            + f" “{escape(best_proof(cell).quote)}”"
            for cell in cells
        )
        rows.append(f"| **{escape(column.label + column.title)}** | " + " | ".join(shown) + " |")
    return "\n".join([f"**{say(lang, 'compare.differing', count=len(pairs))}**", "", head, rule, *rows])


def _common(guideline: Guideline, common: frozenset[str], shown: set[str], lang: Lang) -> str:
    measures = [m for m in guideline.measures if m.id in common and m.id not in shown]
    listed = say(lang, "compare.joint").join(map(measure_name, measures)) or say(lang, "clause.none")
    return say(
        lang,
        "compare.common" if shown else "compare.common_same",
        count=len(common),
        same=len(measures),
        names=listed,
    )
