"""The table district × measure: by which routes a measure reaches a district, and the words that prove it.

Built once from the reach of every sentence; complete by construction, so "26 checked, 19 apply" can be
said. A zone has a row as well: what names the zone itself, and what holds in every district it lies in.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from corpus.districts import Gazetteer, Zone
from corpus.errors import CorpusError
from corpus.measure import Guideline
from corpus.reach import ROUTES, Proof, Route, SentenceReach

CSV_HEADER = ("district", "group", "measure", "label", "title", "routes", "evidence")
_SHARED: tuple[Route, ...] = ("area", "all", "conditional", "citywide")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a measure reaches a district: `words` and the clause `quote`, verbatim, at offsets of the source.

    `sentence` is the index in the measure (-1: its heading), `carried` whether the words stand in an earlier
    sentence; `name` is what is named, by its name in the gazetteer, and `note` the gazetteer's remark.
    """

    route: Route
    quote: str
    start: int
    end: int
    line: int
    words: str
    words_start: int
    words_end: int
    sentence: int
    carried: bool = False
    name: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A measure, as the table's head shows it."""

    id: str
    number: int
    label: str
    title: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One measure for one district: never empty; `routes` in the order of `ROUTES`."""

    measure: Column
    routes: tuple[Route, ...]
    evidence: tuple[Evidence, ...]

    def by(self, route: Route) -> tuple[Evidence, ...]:
        """The evidence of one route, in order of the text."""
        return tuple(evidence for evidence in self.evidence if evidence.route == route)


@dataclass(frozen=True, slots=True)
class Row:
    """A district (or zone) and the measures that reach it, in order of the guideline."""

    name: str
    kind: Literal["district", "zone"]
    group: str
    cells: tuple[Cell, ...]

    def by(self, route: Route) -> tuple[Cell, ...]:
        """The cells that a route leads to, whichever others do."""
        return tuple(cell for cell in self.cells if route in cell.routes)


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a guideline; `measures` are all that were checked, reached or not."""

    guideline: str
    region: str
    as_of: str
    measures: tuple[Column, ...]
    rows: tuple[Row, ...]

    def row(self, name: str) -> Row:
        """The row of a district or zone by its full name; KeyError if there is none."""
        for row in self.rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def cells(self, name: str) -> tuple[Cell, ...]:
        """The cells of a row; KeyError if there is no such row."""
        return self.row(name).cells

    def naming(self) -> tuple[tuple[Column, tuple[str, ...]], ...]:
        """The measures that name districts, and which."""
        named = ((column, self._named_by(column)) for column in self.measures)
        return tuple((column, names) for column, names in named if names)

    def _named_by(self, column: Column) -> tuple[str, ...]:
        rows = (row for row in self.rows if row.kind == "district")
        return tuple(row.name for row in rows if any(cell.measure == column for cell in row.by("named")))


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that differs between two tables, by its routes; None where there was or is no cell."""

    row: str
    measure: str
    before: tuple[Route, ...] | None
    after: tuple[Route, ...] | None
    words: bool = False
    """True where the routes are the same and the evidence is not."""


def build_table(guideline: Guideline, gazetteer: Gazetteer, reaches: Sequence[SentenceReach]) -> Table:
    """The table of a guideline from `corpus.reach.reach_of`; rows as the gazetteer has them, zones last."""
    columns = tuple(Column(m.id, m.number, m.label, m.title) for m in guideline.measures)
    proved = [
        (reach.measure_id, proof.districts, _evidence(proof, reach))
        for reach in reaches
        for proof in reach.proofs
    ]
    shared: dict[tuple[str, tuple[int, ...]], Cell] = {}
    rows = [
        Row(name, "district", gazetteer.group_of(name), _cells(columns, proved, name, shared))
        for name in gazetteer.names
    ]
    of_district = {row.name: row for row in rows}
    rows += [_zone_row(zone, columns, reaches, of_district) for zone in gazetteer.zone]
    return Table(guideline.slug, gazetteer.region, gazetteer.as_of, columns, tuple(rows))


def _cells(
    columns: Iterable[Column],
    proved: Sequence[tuple[str, tuple[str, ...], Evidence]],
    district: str,
    shared: dict[tuple[str, tuple[int, ...]], Cell],
) -> tuple[Cell, ...]:
    """The cells of a district. Districts that a measure reaches alike share one: most do."""
    found: dict[str, list[int]] = {}
    for number, (measure_id, districts, _) in enumerate(proved):
        if district in districts:
            found.setdefault(measure_id, []).append(number)
    cells = []
    for column in (column for column in columns if column.id in found):
        key = column.id, tuple(found[column.id])
        if key not in shared:
            shared[key] = _cell(column, [proved[number][2] for number in key[1]])
        cells.append(shared[key])
    return tuple(cells)


def _cell(column: Column, evidence: Iterable[Evidence]) -> Cell:
    ordered = tuple(sorted(evidence, key=lambda e: (ROUTES.index(e.route), e.sentence, e.words_start)))
    held = {evidence.route for evidence in ordered}
    return Cell(column, tuple(route for route in ROUTES if route in held), ordered)


def _evidence(proof: Proof, reach: SentenceReach) -> Evidence:
    return Evidence(
        proof.route,
        proof.quote,
        proof.quote_span.start,
        proof.quote_span.end,
        proof.quote_span.line,
        proof.words,
        proof.span.start,
        proof.span.end,
        reach.index,
        reach.carried,
        proof.name,
        proof.note,
    )


def _zone_row(
    zone: Zone, columns: Iterable[Column], reaches: Sequence[SentenceReach], districts: dict[str, Row]
) -> Row:
    """What names the zone, and what every district that it lies in shares with the others."""
    found: dict[str, list[Evidence]] = {}
    for reach in reaches:
        for proof in (proof for proof in reach.proofs if proof.name == zone.name):
            named = replace(_evidence(proof, reach), route="named")
            found.setdefault(reach.measure_id, []).append(named)
    hosts = [
        {(cell.measure.id, e) for cell in districts[name].cells for e in cell.evidence if e.route in _SHARED}
        for name in zone.lies_in
    ]
    for measure_id, evidence in set.intersection(*hosts):
        found.setdefault(measure_id, []).append(evidence)
    cells = tuple(_cell(column, found[column.id]) for column in columns if column.id in found)
    return Row(zone.name, "zone", "", cells)


def to_json(table: Table) -> str:
    """The table as JSON text: the same table gives the same text, line by line, so that it can be compared.

    Evidence that several cells share is written once, under a key made of measure, sentence, route and place.
    """
    evidence: dict[str, dict[str, object]] = {}
    rows = []
    for row in table.rows:
        cells = {cell.measure.id: [_keep(e, cell, evidence) for e in cell.evidence] for cell in row.cells}
        rows.append({"name": row.name, "kind": row.kind, "group": row.group, "cells": cells})
    head = {"guideline": table.guideline, "region": table.region, "as_of": table.as_of}
    measures = [asdict(column) for column in table.measures]
    parts = {**head, "measures": measures, "rows": rows, "evidence": dict(sorted(evidence.items()))}
    return json.dumps(parts, ensure_ascii=False, indent=1) + "\n"


def _keep(evidence: Evidence, cell: Cell, kept: dict[str, dict[str, object]]) -> str:
    place = f"{evidence.words_start}-{evidence.words_end}"
    key = f"{cell.measure.number}/{evidence.sentence}/{evidence.route}/{place}"
    kept[key] = asdict(evidence)
    return key


@dataclass(frozen=True, slots=True)
class _StoredRow:
    name: str
    kind: Literal["district", "zone"]
    group: str
    cells: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _StoredTable:
    guideline: str
    region: str
    as_of: str
    measures: tuple[Column, ...]
    rows: tuple[_StoredRow, ...]
    evidence: dict[str, Evidence]


def from_json(text: str) -> Table:
    """The table that `to_json` wrote; CorpusError if the text is no such table."""
    try:
        stored = TypeAdapter(_StoredTable).validate_json(text)
        columns = {column.id: column for column in stored.measures}
        rows = tuple(
            Row(row.name, row.kind, row.group, tuple(_stored_cells(row, columns, stored.evidence)))
            for row in stored.rows
        )
    except (ValidationError, KeyError) as error:
        raise CorpusError(
            f"适用表无法读取：{error}。请重新生成（wence index）。",
            f"The table cannot be read: {error}. Build it again (wence index).",
        ) from error
    return Table(stored.guideline, stored.region, stored.as_of, stored.measures, rows)


def _stored_cells(
    row: _StoredRow, columns: dict[str, Column], evidence: dict[str, Evidence]
) -> Iterator[Cell]:
    for measure_id, keys in row.cells.items():
        yield _cell(columns[measure_id], [evidence[key] for key in keys])


def csv_rows(table: Table) -> Iterator[tuple[str, ...]]:
    """The table for a spreadsheet: `CSV_HEADER`, then a line for each cell; quotes with their lines."""
    yield CSV_HEADER
    for row in table.rows:
        for cell in row.cells:
            proof = "; ".join(f"{e.route}: {e.quote} ({e.line})" for e in cell.evidence)
            column = cell.measure
            yield (row.name, row.group, column.id, column.label, column.title, "+".join(cell.routes), proof)


def diff(old: Table, new: Table) -> tuple[Change, ...]:
    """The cells that differ, in the order of the new table; those that are gone last."""
    before = {(row.name, cell.measure.id): cell for row in old.rows for cell in row.cells}
    after = {(row.name, cell.measure.id): cell for row in new.rows for cell in row.cells}
    return tuple(_changes(before, after))


def _changes(before: dict[tuple[str, str], Cell], after: dict[tuple[str, str], Cell]) -> Iterator[Change]:
    for key in dict.fromkeys([*after, *before]):
        old, new = before.get(key), after.get(key)
        if old is None or new is None or old.routes != new.routes:
            yield Change(*key, old.routes if old else None, new.routes if new else None)
        elif [(e.route, e.quote) for e in old.evidence] != [(e.route, e.quote) for e in new.evidence]:
            yield Change(*key, old.routes, new.routes, words=True)
