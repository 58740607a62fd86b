"""Lay words and English words of a question → the words that policy texts use for them, from `lexicon.toml`.

Expansion adds to a question and takes nothing away. Keys are matched from left to right, the longest
first; English ones on word boundaries, with the plural ending taken off where the word itself is no key.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import resources

_LETTER = re.compile("[a-z]")


@cache
def _lexicon() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((resources.files("index") / "lexicon.toml").read_text(encoding="utf-8"))


@cache
def _chinese_by_first() -> dict[str, list[str]]:
    """The keys by their first character, the longest first: looking there is far quicker than a pattern
    of some thousand alternatives."""
    found: dict[str, list[str]] = {}
    for key in sorted(_lexicon()["zh"], key=len, reverse=True):
        found.setdefault(key[0], []).append(key)
    return found


def _chinese_in(text: str) -> Iterator[str]:
    by_first, at = _chinese_by_first(), 0
    while at < len(text):
        key = next((key for key in by_first.get(text[at], ()) if text.startswith(key, at)), "")
        if key:
            yield key
        at += len(key) or 1


@cache
def _english() -> re.Pattern[str]:
    words = sorted(_singulars(), key=len, reverse=True)
    return re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, words))})(?![a-z])")


def _english_in(text: str) -> Iterator[str]:
    if _LETTER.search(text):
        for match in _english().finditer(text.replace("’", "'")):
            yield _singulars()[match[0]]


def _plurals(words: Iterable[str]) -> dict[str, str]:
    """The plural forms of English words and phrases, each with its singular."""
    forms: dict[str, str] = {}
    for word in words:
        if word.endswith("y") and word[-2:-1] not in "aeiou":
            forms[word[:-1] + "ies"] = word
        forms[word + ("es" if word.endswith(("s", "x", "ch", "sh", "z")) else "s")] = word
    return forms


@cache
def _singulars() -> dict[str, str]:
    return _plurals(_lexicon()["en"]) | {key: key for key in _lexicon()["en"]}


def expand(text: str) -> tuple[str, ...]:
    """The official terms for what normalised `text` says, in order, each once, but for those in it."""
    found: list[str] = []
    for key in _chinese_in(text):
        found += _lexicon()["zh"][key]
    for key in _english_in(text):
        found += _lexicon()["en"][key]
    return tuple(term for term in dict.fromkeys(found) if term not in text)
