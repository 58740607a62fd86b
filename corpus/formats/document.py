"""What is read out of a file, whatever its format."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.measure import Unit


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a file: what all offsets refer to, and what ``wence parse --text`` prints.

    `unit` is what a place in the text is counted in; `pages` are the offsets at which the pages of a
    PDF start. `title` is the title in the file's properties, a hint. `reading` is the text as the
    parser is to see it, of the same length with mark-up signs as blanks; empty where there are none.
    """

    text: str
    unit: Unit = "line"
    pages: tuple[int, ...] = ()
    title: str = ""
    reading: str = ""
