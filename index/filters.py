"""Which measures a search may find: by document, by district, by facet.

A `Filter` is resolved to rows before ranking. What a measure is filtered by, its `Labels`, comes from
what the index knows already: its document, the rows of the table that reach it (by whatever route), and
the facets that its words prove, written `group:name` (`kind:credit`, `strength:must`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from corpus.applicability import Applicability
from corpus.facets import measure_facets
from corpus.measure import Guideline, Measure
from index.tables import Rows

_REMEMBERED: Final = 64


@dataclass(frozen=True, slots=True)
class Filter:
    """Measures of any of `documents` (slugs), that reach any of `districts` (full names), with all `facets`.

    What is empty does not filter.
    """

    documents: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.documents or self.districts or self.facets)


class Labels:
    """What the measures of an index are filtered by, by row.

    Facets are read from the words of a measure when they are first asked for, unless they are given.
    Safe to use from several threads.
    """

    def __init__(
        self,
        guidelines: Sequence[Guideline],
        applies: Mapping[str, Applicability],
        facets: Mapping[int, frozenset[str]] | None = None,
    ) -> None:
        self._measures = [measure for guideline in guidelines for measure in guideline.measures]
        self.documents = [guideline.slug for guideline in guidelines for _ in guideline.measures]
        self._reach = _reach(self._measures, applies)
        self._facets = dict(facets or {})
        self._found: dict[Filter, Rows] = {}
        self._lock = Lock()

    def take_over(self, older: Labels) -> None:
        """Facets of measures that `older` has with the same words; only for labels made by the same code."""
        known = {_words(measure): row for row, measure in enumerate(older._measures)}
        for row, measure in enumerate(self._measures):
            if (old := known.get(_words(measure))) is not None:
                self._facets[row] = older.facets(old)

    def all_facets(self) -> dict[int, frozenset[str]]:
        """The facets of every measure, by row; about a millisecond each where they are not known yet."""
        return {row: self.facets(row) for row in range(len(self._measures))}

    def districts(self, row: int) -> frozenset[str]:
        """The districts and zones that a measure reaches; none where its region has no gazetteer."""
        return self._reach.get(row, frozenset())

    def facets(self, row: int) -> frozenset[str]:
        """The facets of a measure, as `group:name`."""
        found = self._facets.get(row)
        if found is None:
            found = facets_of(self._measures[row])
            with self._lock:
                self._facets[row] = found
        return found

    def rows(self, where: Filter) -> Rows:
        """The rows that a filter lets through, in order; those of recent filters are remembered."""
        found = self._found.get(where)
        if found is None:
            found = self._scan(where)
            with self._lock:
                if len(self._found) >= _REMEMBERED:
                    self._found.clear()
                self._found[where] = found
        return found

    def _scan(self, where: Filter) -> Rows:
        rows: Iterable[int] = range(len(self._measures))
        if where.documents:
            documents = frozenset(where.documents)
            rows = [row for row in rows if self.documents[row] in documents]
        if where.districts:
            districts = frozenset(where.districts)
            rows = [row for row in rows if not districts.isdisjoint(self.districts(row))]
        if where.facets:
            wanted = frozenset(where.facets)
            rows = [row for row in rows if wanted <= self.facets(row)]
        return np.fromiter(rows, dtype=np.int64)


def facets_json(facets: Mapping[int, frozenset[str]]) -> bytes:
    """Facets by row as JSON: the rows of each facet."""
    rows: dict[str, list[int]] = {}
    for row, names in facets.items():
        for name in sorted(names):
            rows.setdefault(name, []).append(row)
    return _FACETS.dump_json(rows)


def facets_from_json(data: bytes, size: int) -> dict[int, frozenset[str]]:
    """From `facets_json`, with every one of `size` rows; ValueError if it is of another form."""
    try:
        rows = _FACETS.validate_json(data)
    except ValidationError as error:
        raise ValueError(str(error).split("\n", 1)[0]) from error
    found: dict[int, set[str]] = {row: set() for row in range(size)}
    for name, of_name in rows.items():
        for row in of_name:
            if row not in found:
                raise ValueError(f"a facet names row {row} of {size}")
            found[row].add(name)
    same: dict[frozenset[str], frozenset[str]] = {}  # many measures have the same ones: kept once
    sets = {row: frozenset(names) for row, names in found.items()}
    return {row: same.setdefault(names, names) for row, names in sets.items()}


def facets_of(measure: Measure) -> frozenset[str]:
    """Kinds of support, who gains, strengths and the nature of a measure, as `group:name`."""
    found = measure_facets(measure)
    pairs = {
        "kind": found.kinds,
        "beneficiary": found.beneficiaries(),
        "strength": found.strengths,
        "nature": frozenset((found.nature,)),
    }
    return frozenset(f"{group}:{name}" for group, names in pairs.items() for name in names)


def _words(measure: Measure) -> tuple[str, str]:
    return measure.title, measure.text


def _reach(measures: Sequence[Measure], applies: Mapping[str, Applicability]) -> dict[int, frozenset[str]]:
    rows = {measure.id: row for row, measure in enumerate(measures)}
    reached: dict[int, set[str]] = {}
    for name, measure_id in _cells(applies):
        if measure_id in rows:
            reached.setdefault(rows[measure_id], set()).add(name)
    same: dict[frozenset[str], frozenset[str]] = {}  # most measures reach what others do: kept once
    found = {row: frozenset(names) for row, names in reached.items()}
    return {row: same.setdefault(names, names) for row, names in found.items()}


def _cells(applies: Mapping[str, Applicability]) -> Iterator[tuple[str, str]]:
    for each in applies.values():
        for row in each.table.rows:
            for cell in row.cells:
                yield row.name, cell.measure.id


_FACETS = TypeAdapter(dict[str, list[int]])
