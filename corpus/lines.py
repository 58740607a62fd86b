"""The lines of a text and the spans on them: the arithmetic of positions, and nothing of meaning."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from corpus.measure import Span

_NEWLINE = re.compile(r"\r\n|\r|\n")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_BLANKS = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    f"\u200a\u2028\u2029\u202f\u205f\u3000{_INVISIBLE}"
)
_FLAT_LINE = 1000
"""A text with most of its characters in lines longer than this has lost its line breaks."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A text with the positions of its lines; `bounds` are half-open and leave the newlines out."""

    text: str
    bounds: tuple[tuple[int, int], ...]
    flat: bool

    @classmethod
    def of(cls, text: str) -> Lines:
        """Find the lines of a text (LF, CRLF or CR)."""
        bounds, start = [], 0
        for newline in _NEWLINE.finditer(text):
            bounds.append((start, newline.start()))
            start = newline.end()
        bounds.append((start, len(text)))
        return cls(text, tuple(bounds), _is_flat([end - start for start, end in bounds if end > start]))

    def index(self, offset: int) -> int:
        """The 0-based number of the line that holds a character offset."""
        return max(0, bisect_right(self.bounds, (offset, len(self.text) + 1)) - 1)

    def span(self, start: int, end: int) -> Span:
        """A span with the 1-based line of its start."""
        return Span(start, end, self.index(start) + 1)

    def trimmed(self, start: int, end: int) -> Span | None:
        """The span without white space at its ends, or None if there is nothing else in it."""
        bounds = self._trim(start, end)
        return self.span(*bounds) if bounds else None

    def _trim(self, start: int, end: int) -> tuple[int, int] | None:
        text = self.text[start:end].lstrip(_BLANKS)
        left = end - len(text)
        text = text.rstrip(_BLANKS)
        return (left, left + len(text)) if text and start < end else None

    def between(self, start: int, end: int) -> list[Span]:
        """The trimmed, non-blank lines (cut to the range) from `start` to `end`."""
        found = []
        for number in range(self.index(start), self.index(max(start, end - 1)) + 1):
            left, right = self.bounds[number]
            bounds = self._trim(max(left, start), min(right, end))
            if bounds:
                found.append(Span(*bounds, number + 1))
        return found

    def pieces(self, start: int, end: int) -> list[Span]:
        """Lines from `start` to `end`; in a flat text its stretches between white space instead."""
        if not self.flat:
            return self.between(start, end)
        found = re.compile(r"\S+").finditer(self.text, start, end)
        return [self.span(match.start(), match.end()) for match in found]

    def of_span(self, span: Span) -> str:
        """The text of a span, verbatim."""
        return self.text[span.start : span.end]


def _is_flat(lengths: list[int]) -> bool:
    """True for a text that was saved without its line breaks, given the lengths of its lines."""
    if len(lengths) <= 2:
        return True
    return sum(length for length in lengths if length > _FLAT_LINE) > sum(lengths) / 2


def is_blank(char: str) -> bool:
    """True for white space, byte order marks and the zero-width characters that pages leave behind."""
    return char in _BLANKS
