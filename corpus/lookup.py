"""Many words looked up in a text at once.

Python's `re` tries the alternatives of a pattern one after the other, so that thousands of words cost more
than all else that is done with a question. Looking at the two characters that a word begins with does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_INSIDE = re.compile("[a-z0-9]")


class Words:
    """A list of words, found as a pattern of them would be: from left to right, the longest first, none
    overlapping. A word in ASCII counts only where a word begins."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_start: dict[str, list[str]] = {}
        for word in sorted(set(words) - {""}, key=lambda word: (-len(word), word)):
            self._by_start.setdefault(word[:2], []).append(word)

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Where in `text` a word begins, and the word."""
        by_start, at = self._by_start, 0
        while at < len(text):
            word = self._at(text, at) if text[at : at + 2] in by_start or text[at] in by_start else ""
            if word:
                yield at, word
            at += len(word) or 1

    def _at(self, text: str, at: int) -> str:
        """The longest word that begins at `at`, or ""."""
        for start in (text[at : at + 2], text[at]):
            for word in self._by_start.get(start, ()):
                if text.startswith(word, at) and not (word.isascii() and at and _INSIDE.match(text, at - 1)):
                    return word
        return ""
