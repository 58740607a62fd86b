"""Compare route: what two or more districts, groups or zones have in common and what only one of them has."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answer import Answer
from bot.answers.district import citations_of, closing, entry
from bot.answers.quoting import escape, measure_name, notes_on
from bot.library import Library
from bot.phrases import Lang, say
from bot.reach import Reached, applies_of, best_proof
from corpus.measure import Guideline
from corpus.table import Cell


def compare_answer(
    text: str, lang: Lang, library: Library, guideline: Guideline, found: Sequence[Reached]
) -> Answer:
    """Common measures, those of each target alone, and common ones that name the targets with different words."""
    common = frozenset.intersection(*(one.ids for one in found))
    blocks = [
        _head(guideline, found, common, lang),
        *(escape(r) for one in found for r in one.target.remarks),
    ]
    for one in found:
        blocks.append(_only(guideline, one, found, lang))
    differing = [cells for cells in _paired(found, common) if _differ(cells)]
    if differing:
        blocks.append(_differing(found, differing, lang))
    blocks.append(_common(guideline, common, {c.measure.id for cells in differing for c in cells}, lang))
    end = closing(guideline, lang)
    shown = [m for m in guideline.measures if any(m.id in one.ids for one in found)]
    notes = notes_on(library, shown, [*blocks, *end], lang)
    cells = [cell for one in found for cell in _alone(one, found)] + [c for pair in differing for c in pair]
    return Answer(
        text,
        "compare",
        "\n\n".join([*blocks, *notes, *end]),
        tuple(dict.fromkeys(citations_of(guideline, cells))),
        completeness="complete",
        districts=tuple(dict.fromkeys(row for one in found for row in one.target.rows)),
        applicability=tuple({a.measure_id: a for one in found for a in map(applies_of, one.cells)}.values()),
        checked=len(guideline.measures),
        notes=notes,
        lang=lang,
    )


def _head(guideline: Guideline, found: Sequence[Reached], common: frozenset[str], lang: Lang) -> str:
    listed = "、".join(f"**{escape(one.target.name)}**" for one in found)
    counts = "、".join(
        say(lang, "compare.count", name=escape(one.target.name), count=len(one.cells)) for one in found
    )
    return say(
        lang, "compare.head", names=listed, checked=len(guideline.measures), counts=counts, common=len(common)
    )


def _alone(one: Reached, found: Sequence[Reached]) -> list[Cell]:
    """The cells of measures that reach no other target."""
    elsewhere = {i for other in found if other.target.name != one.target.name for i in other.ids}
    return [cell for cell in one.cells if cell.measure.id not in elsewhere]


def _only(guideline: Guideline, one: Reached, found: Sequence[Reached], lang: Lang) -> str:
    cells = _alone(one, found)
    head = say(lang, "compare.only", name=escape(one.target.name), count=len(cells))
    return "\n".join(
        [f"**{head}**", "", *(entry(guideline, cell, lang, one.target.remarks) for cell in cells)]
    ).rstrip()


def _paired(found: Sequence[Reached], common: frozenset[str]) -> list[list[Cell]]:
    by_id = [{cell.measure.id: cell for cell in one.cells} for one in found]
    order = [cell.measure.id for cell in found[0].cells if cell.measure.id in common]
    return [[cells[measure_id] for cells in by_id] for measure_id in order]


def _differ(cells: Sequence[Cell]) -> bool:
    """Whether a common measure reaches the targets by different routes, or names them with different words."""
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
    listed = "、".join(measure_name(m) for m in measures) or say(lang, "clause.none")
    return say(lang, "compare.common", count=len(common), same=len(measures), names=listed)
