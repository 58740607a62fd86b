"""What a guideline grants to whom, worked out once at index time: its gazetteer and its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from corpus.districts import Gazetteer
from corpus.gazetteer import LocatedGazetteer, gazetteer_of
from corpus.measure import Guideline
from corpus.reach import reach_of
from corpus.table import Table, build_table


@dataclass(frozen=True, slots=True)
class Applicability:
    """The districts of a guideline's region and the table of what reaches them."""

    gazetteer: Gazetteer
    table: Table


def applicability(
    guidelines: Sequence[Guideline], gazetteers: Sequence[LocatedGazetteer]
) -> dict[str, Applicability]:
    """By slug, for every guideline whose region has a gazetteer."""
    found: dict[str, Applicability] = {}
    for guideline in guidelines:
        gazetteer = None if guideline.records else gazetteer_of(guideline, gazetteers)
        if gazetteer is not None:
            table = build_table(guideline, gazetteer, reach_of(guideline, gazetteer))
            found[guideline.slug] = Applicability(gazetteer, table)
    return found


def to_json(found: dict[str, Applicability]) -> bytes:
    """For the index folder."""
    return _FORM.dump_json(found)


def from_json(data: bytes) -> dict[str, Applicability]:
    """From `to_json`; ValueError if it is of another form."""
    try:
        return _FORM.validate_json(data)
    except ValidationError as error:
        raise ValueError(str(error).split("\n", 1)[0]) from error


_FORM = TypeAdapter(dict[str, Applicability])
