"""What a guideline grants to whom, worked out once at index time: its gazetteer and its table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from corpus.districts import Gazetteer
from corpus.gazetteer import LocatedGazetteer, gazetteer_of
from corpus.measure import Guideline
from corpus.reach import Route, reach_of
from corpus.table import Cell, Column, Evidence, Row, Table, build_table


@dataclass(frozen=True, slots=True)
class Applicability:
    """The districts of a guideline's region and the table of what reaches them."""

    gazetteer: Gazetteer
    table: Table


Known = Mapping[str, Applicability | None]
"""By slug what is known already; None: the guideline's region has no gazetteer."""


def applicability(
    guidelines: Sequence[Guideline], gazetteers: Sequence[LocatedGazetteer], known: Known | None = None
) -> dict[str, Applicability]:
    """By slug, for every guideline whose region has a gazetteer; what is `known` is not worked out again."""
    known = known or {}
    found = {
        guideline.slug: known[guideline.slug] if guideline.slug in known else _of(guideline, gazetteers)
        for guideline in guidelines
    }
    return {slug: one for slug, one in found.items() if one is not None}


def _of(guideline: Guideline, gazetteers: Sequence[LocatedGazetteer]) -> Applicability | None:
    gazetteer = None if guideline.records else gazetteer_of(guideline, gazetteers)
    if gazetteer is None:
        return None
    return Applicability(gazetteer, build_table(guideline, gazetteer, reach_of(guideline, gazetteer)))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row whose cells are given by their numbers."""

    name: str
    kind: Literal["district", "zone"]
    group: str
    cells: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Stored:
    """A table in which what several rows share is written once; cells as (measure, routes, evidence)."""

    gazetteer: int
    guideline: str
    region: str
    as_of: str
    measures: tuple[Column, ...]
    evidence: tuple[Evidence, ...]
    cells: tuple[tuple[int, tuple[Route, ...], tuple[int, ...]], ...]
    rows: tuple[_Row, ...]


@dataclass(frozen=True, slots=True)
class _All:
    gazetteers: tuple[Gazetteer, ...]
    tables: dict[str, _Stored]


def to_json(found: Mapping[str, Applicability]) -> bytes:
    """For the index folder. In full, the tables of hundreds of documents would be hundreds of megabytes."""
    each = {id(one.gazetteer): one.gazetteer for one in found.values()}
    written = {key: _GAZETTEER.dump_json(gazetteer) for key, gazetteer in each.items()}
    different = {text: each[key] for key, text in written.items()}  # some may have been read, some be new
    places = {text: number for number, text in enumerate(different)}
    tables = {slug: _stored(one.table, places[written[id(one.gazetteer)]]) for slug, one in found.items()}
    return _FORM.dump_json(_All(tuple(different.values()), tables))


def _stored(table: Table, gazetteer: int) -> _Stored:
    cells = {id(cell): cell for row in table.rows for cell in row.cells}
    evidence = {id(each): each for cell in cells.values() for each in cell.evidence}
    cell_at = {key: number for number, key in enumerate(cells)}
    evidence_at = {key: number for number, key in enumerate(evidence)}
    column_at = {column.id: number for number, column in enumerate(table.measures)}
    return _Stored(
        gazetteer,
        table.guideline,
        table.region,
        table.as_of,
        table.measures,
        tuple(evidence.values()),
        tuple(
            (column_at[cell.measure.id], cell.routes, tuple(evidence_at[id(each)] for each in cell.evidence))
            for cell in cells.values()
        ),
        tuple(
            _Row(row.name, row.kind, row.group, tuple(cell_at[id(cell)] for cell in row.cells))
            for row in table.rows
        ),
    )


def from_json(data: bytes) -> dict[str, Applicability]:
    """From `to_json`; ValueError if it is of another form."""
    try:
        stored = _FORM.validate_json(data)
        return {
            slug: Applicability(stored.gazetteers[one.gazetteer], _table(one))
            for slug, one in stored.tables.items()
        }
    except (ValidationError, IndexError) as error:
        raise ValueError(str(error).split("\n", 1)[0]) from error


def _table(one: _Stored) -> Table:
    cells = [
        Cell(one.measures[column], routes, tuple(one.evidence[number] for number in numbers))
        for column, routes, numbers in one.cells
    ]
    rows = tuple(
        Row(row.name, row.kind, row.group, tuple(cells[number] for number in row.cells)) for row in one.rows
    )
    return Table(one.guideline, one.region, one.as_of, one.measures, rows)


_FORM = TypeAdapter(_All)
_GAZETTEER = TypeAdapter(Gazetteer)
