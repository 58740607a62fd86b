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

from corpus.lookup import Lookup

_LETTER = re.compile("[a-z]")


@cache
def _lexicon() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((resources.files("index") / "lexicon.toml").read_text(encoding="utf-8"))


@cache
def _chinese() -> Lookup:
    return Lookup.of(_lexicon()["zh"])


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
    for _, key in _chinese().find(text):
        found += _lexicon()["zh"][key]
    for key in _english_in(text):
        found += _lexicon()["en"][key]
    return tuple(term for term in dict.fromkeys(found) if term not in text)
