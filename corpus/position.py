"""Where in a document an offset is, in the unit that its format has: line, paragraph or page."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from corpus.measure import Guideline, Unit


@dataclass(frozen=True, slots=True)
class Position:
    """A line, paragraph or page, counted from 1."""

    unit: Unit
    number: int


def unit_place(guideline: Guideline, offset: int) -> dict[str, int]:
    """``{"page": n}`` or ``{"paragraph": n}`` for JSON; empty where the unit is the line."""
    place = place_of(guideline, offset) if guideline.unit != "line" else None
    return {place.unit: place.number} if place else {}


def place_of(guideline: Guideline, offset: int) -> Position:
    """The place of a character offset into `guideline.source`.

    A paragraph is a line of the text that was taken out of the file (`wence parse --text`).
    """
    if guideline.unit == "page" and guideline.pages:
        return Position("page", max(1, bisect_right(guideline.pages, offset)))
    before = guideline.source[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return Position("paragraph" if guideline.unit == "paragraph" else "line", 1 + before.count("\n"))
