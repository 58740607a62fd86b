"""The head of an annex or of a second document: the lines that show that numbering may begin again."""

from __future__ import annotations

import re

from corpus.lines import Lines
from corpus.matter import reads_like_title
from corpus.measure import Span

_MAX_LINE = 80
_MAX_INTRODUCTION = 12
"""So many paragraphs may stand between the title of an annex and its first number."""
_CLOSED = ("。", "；", "！", "？", ";", "，", ",")
_OPENER = re.compile(
    r"附\s*[件录表则]?\s*[0-9０-９一二三四五六七八九十]{0,3}\s*(?:$|[：:]|[^\s。；，]{2,60}$)"
)


def find_head(lines: Lines, start: int, end: int) -> Span | None:
    """The title of an annex or document that begins before `end`, or None.

    Either the short lines just before `end`, none of them a sentence; or, farther up, a line 附件 or
    the title of a document, with the paragraphs that introduce its numbers.
    """
    pieces = lines.pieces(start, end)[1:]
    short = _titles(lines, pieces)
    if short or not pieces:
        return lines.span(pieces[-short].start, pieces[-1].end) if short else None
    for count in range(1, min(len(pieces), _MAX_INTRODUCTION) + 1):
        text = lines.of_span(pieces[-count])
        if len(text) <= _MAX_LINE and (_OPENER.match(text) or reads_like_title(text)):
            above = _titles(lines, pieces[:-count])
            return lines.span(pieces[-count - above].start, pieces[-1].end)
    return None


def opens_annex(lines: Lines, start: int, end: int) -> bool:
    """True where a line 附, 附件… or 附录… stands between `start` and `end`."""
    return any(_OPENER.match(lines.of_span(span)) for span in lines.pieces(start, end)[1:])


def _titles(lines: Lines, pieces: list[Span]) -> int:
    """How many of the last pieces are short and no sentences."""
    count = 0
    for span in reversed(pieces):
        text = lines.of_span(span)
        if len(text) > _MAX_LINE or text.endswith(_CLOSED):
            break
        count += 1
    return count
