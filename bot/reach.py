"""What reaches a target of a question: rows of the table, sorted for an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.answer import Applies, Proof
from bot.where import Target
from corpus.applicability import Applicability
from corpus.facets import MeasureFacets, measure_facets
from corpus.measure import Guideline, Measure
from corpus.reach import ROUTES, Route
from corpus.table import Cell, Column, Evidence, Row

_FACETS: dict[tuple[str, str], MeasureFacets] = {}
_MOST_FACETS = 1 << 16
_ONE_BY_ONE: tuple[Route, ...] = ("named", "zone")
"""Routes that single out one district: what reaches a member by them alone does not reach its group."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What reaches a target: a cell for each measure, in order of the guideline."""

    target: Target
    group: str
    cells: tuple[Cell, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the measures that reach it."""
        return frozenset(cell.measure.id for cell in self.cells)

    def by_first(self, route: Route, ids: Iterable[str]) -> tuple[Cell, ...]:
        """The cells out of `ids` whose first route it is: each measure once, under its strongest route."""
        wanted = set(ids)
        return tuple(c for c in self.cells if c.routes[0] == route and c.measure.id in wanted)


def reached(target: Target, applies: Applicability) -> Reached:
    """The cells of a district or zone; of a group what all members have in common and what names one."""
    rows = [applies.table.row(name) for name in target.rows]
    if len(rows) == 1:
        return Reached(target, rows[0].group, rows[0].cells)
    return Reached(target, "", tuple(_group_cells(applies.table.measures, rows)))


def _group_cells(columns: Sequence[Column], rows: Sequence[Row]) -> Iterable[Cell]:
    for column in columns:
        cells = [next((c for c in row.cells if c.measure.id == column.id), None) for row in rows]
        held = [set(cell.evidence) if cell else set() for cell in cells]
        shared = {e for e in set.intersection(*held) if e.route not in _ONE_BY_ONE}
        if not shared:
            continue
        named = {e for evidence in held for e in evidence if e.route == "named"}
        yield _cell(column, shared | named)


def joined(found: Sequence[Reached], guideline: Guideline) -> Iterable[Cell]:
    """One cell for each measure that reaches any of the targets, with the routes and evidence of all."""
    cells = [cell for one in found for cell in one.cells]
    for measure in guideline.measures:
        own = [cell for cell in cells if cell.measure.id == measure.id]
        if own:
            yield _cell(own[0].measure, {e for cell in own for e in cell.evidence})


def _cell(column: Column, evidence: Iterable[Evidence]) -> Cell:
    ordered = sorted(evidence, key=lambda e: (ROUTES.index(e.route), e.sentence, e.words_start, e.name))
    held = {e.route for e in ordered}
    return Cell(column, tuple(route for route in ROUTES if route in held), tuple(ordered))


def applies_of(cell: Cell) -> Applies:
    """A cell in the public form."""
    column = cell.measure
    proofs = tuple(Proof(e.route, e.quote, e.start, e.end, e.line, e.note) for e in cell.evidence)
    return Applies(column.id, column.number, column.label, column.title, cell.routes, proofs)


def best_proof(cell: Cell) -> Evidence:
    """The evidence shown for a cell: the first of its first route, sentences before headings."""
    first = cell.by(cell.routes[0])
    return next((e for e in first if e.sentence >= 0), first[0])


def facets_of_measure(measure: Measure) -> MeasureFacets:
    """The facets of a measure, read once; kept by id and text, whose hashes cost nothing."""
    key = (measure.id, measure.text)
    found = _FACETS.get(key)
    if found is None:
        if len(_FACETS) >= _MOST_FACETS:
            _FACETS.clear()
        found = _FACETS[key] = measure_facets(measure)
    return found


def sorted_by_nature(guideline: Guideline) -> dict[str, tuple[Measure, ...]]:
    """The measures of a guideline by what they are: support, requirement, duty."""
    found: dict[str, list[Measure]] = {"support": [], "requirement": [], "duty": []}
    for measure in guideline.measures:
        found[facets_of_measure(measure).nature].append(measure)
    return {nature: tuple(measures) for nature, measures in found.items()}
