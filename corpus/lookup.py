"""Finding the words of a long list in a text.

Python's `re` tries the alternatives of a pattern one after the other, so that thousands of words cost more
than all else that is done with a question. A dictionary does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_INSIDE: Final = re.compile("[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Lookup:
    """Words to be found from left to right, the longest first at each place, none inside another.

    `shields` are longer words that hold one and mean something else (身份证, 身份): a shield is passed over
    whole. A word in ASCII counts only where a word begins. `lengths`: by first letter the lengths that occur,
    the longest first."""

    words: frozenset[str]
    shields: frozenset[str]
    lengths: dict[str, tuple[int, ...]]

    @classmethod
    def of(cls, words: Iterable[str], shields: Iterable[str] = ()) -> Lookup:
        """Of non-empty words; a shield that is a word itself stays a word."""
        own = frozenset(words)
        others = frozenset(shields) - own
        lengths: dict[str, set[int]] = {}
        for word in own | others:
            lengths.setdefault(word[0], set()).add(len(word))
        return cls(own, others, {one: tuple(sorted(all_, reverse=True)) for one, all_ in lengths.items()})

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Where each word starts, and the word."""
        at = 0
        while at < len(text):
            word = self._at(text, at)
            if word in self.words:
                yield at, word
            at += len(word) or 1

    def _at(self, text: str, at: int) -> str:
        for length in self.lengths.get(text[at], ()):
            word = text[at : at + length]
            if (word in self.words or word in self.shields) and not (
                at and word.isascii() and goes_on(text, at - 1)
            ):
                return word
        return ""

    def without(self, text: str, instead: str = "") -> str:
        """A text with `instead` for each word."""
        parts: list[str] = []
        last = 0
        for at, word in self.find(text):
            parts += (text[last:at], instead)
            last = at + len(word)
        return "".join((*parts, text[last:]))

    def within(self, text: str) -> bool:
        """Whether a text has one of the words."""
        return next(self.find(text), None) is not None


def goes_on(text: str, at: int) -> bool:
    """Whether a word in ASCII has a sign at `at`: behind ai, aid goes on."""
    return _INSIDE.match(text, at) is not None
