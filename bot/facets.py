"""Which measures have certain facets, and which of them name districts."""

from __future__ import annotations

from collections.abc import Sequence

from bot.reach import facets_of_measure
from corpus.asked_facets import AskedFacets
from corpus.measure import Guideline, Measure
from corpus.table import Table


def measures_with(
    guideline: Guideline, asked: AskedFacets, table: Table | None, measures: Sequence[Measure]
) -> list[Measure]:
    """Those of a guideline's `measures` that have all asked facets."""
    rare = asked.kinds.difference(*(facets_of_measure(m).main_kinds for m in guideline.measures))
    return [m for m in measures if _has_all(m, asked, table, rare)]


def naming(table: Table | None) -> dict[str, tuple[list[str], set[int]]]:
    """By measure id, the districts that it names and the indices of the sentences that do.

    Each cell of the table is looked at once.
    """
    found: dict[str, tuple[list[str], set[int]]] = {}
    for row in table.rows if table else ():
        for cell in row.cells if row.kind == "district" else ():
            if "named" in cell.routes:
                names, sentences = found.setdefault(cell.measure.id, ([], set()))
                names.append(row.name)
                sentences.update(e.sentence for e in cell.by("named"))
    return found


def _has_all(measure: Measure, asked: AskedFacets, table: Table | None, rare: frozenset[str]) -> bool:
    """Whether a measure has the asked facets: a kind that it is about, or a `rare` one that it mentions.

    Rare is a kind that no measure of the guideline is about as a whole.
    """
    facets = facets_of_measure(measure)
    return (
        (not asked.kinds or bool(asked.kinds & facets.main_kinds or rare & facets.kinds))
        and (not asked.beneficiaries or bool(asked.beneficiaries & facets.beneficiaries()))
        and (not asked.strengths or bool(asked.strengths & facets.strengths))
        and (not asked.natures or facets.nature in asked.natures)
        and (not asked.actors or bool(asked.actors & facets.actors))
        and (not asked.reaches or any(_has_route(table, measure, route) for route in asked.reaches))
    )


def _has_route(table: Table | None, measure: Measure, route: str) -> bool:
    rows = table.rows if table else ()
    return any(cell.measure.id == measure.id and route in cell.routes for row in rows for cell in row.cells)
