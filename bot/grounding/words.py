"""The words of `words.toml`, `everyday.toml` and `synonyms.toml`, loaded and compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from corpus.lookup import Lookup

_PARTICLES = "的了等和与及并也还将"


@cache
def data(name: str = "words") -> dict[str, Any]:
    """What a file of this folder holds (`words.toml`); FileNotFoundError for an unknown name."""
    return tomllib.loads((resources.files("bot.grounding") / f"{name}.toml").read_text(encoding="utf-8"))


def _words(file: str, table: str) -> list[str]:
    """All words of a table of texts."""
    return [word for text in data(file)[table].values() for word in text.split()]


def any_of(words: Iterable[str]) -> str:
    """A regular expression for one of `words`, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A regular expression or a list of words of the file, compiled; KeyError for an unknown name."""
    value = data()[name]
    return re.compile(value if isinstance(value, str) else any_of(value))


@cache
def listed(name: str) -> tuple[str, ...]:
    """A list of words of the file."""
    return tuple(data()[name])


@cache
def english(name: str) -> re.Pattern[str]:
    """One of the regular expressions for English."""
    return re.compile(data("english")[name])


@cache
def offices() -> dict[str, list[str]]:
    """By an English word for the field of an office, the Chinese ones."""
    found: dict[str, list[str]] = data("english")["offices"]
    return found


@cache
def harmless() -> Lookup:
    """Words that say nothing of their own."""
    return Lookup.of(_words("everyday", "harmless"), _words("everyday", "shields"))


@cache
def frames() -> Lookup:
    """Words that name what a number is: 期限, 上限."""
    return Lookup.of(_words("everyday", "frames"), _words("everyday", "shields"))


@cache
def spellings() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Ways to write the same, each a pattern and what it becomes."""
    return tuple((re.compile(words), one) for words, one in data()["spellings"])


@cache
def restated() -> tuple[tuple[re.Pattern[str], str], ...]:
    """What a sentence may say otherwise than the texts, each a pattern and what it becomes."""
    return tuple((re.compile(words), one) for words, one in data()["restated"])


@cache
def fillers() -> Lookup:
    """The harmless words without those of one character, which are parts of others; but for particles."""
    words = (word for word in harmless().words if len(word) > 1 or word in _PARTICLES)
    return Lookup.of(words, harmless().shields)


@cache
def same() -> dict[str, tuple[str, ...]]:
    """By word, the words of a text that say the same."""
    found: dict[str, list[str]] = {}
    for text in data("synonyms")["directed"].values():
        for line in text.strip().splitlines():
            words, others = map(str.split, line.split(":"))
            for word in words:
                found.setdefault(word, []).extend(other for other in others if other != word)
    for text in data("synonyms")["groups"].values():
        for group in map(str.split, text.strip().splitlines()):
            for word in group:
                found.setdefault(word, []).extend(other for other in group if other != word)
    return {word: tuple(dict.fromkeys(others)) for word, others in found.items()}


@cache
def same_words() -> Lookup:
    """The words of `same`."""
    return Lookup.of(same(), _words("synonyms", "shields"))


def reworded(text: str, start: int, end: int, there: str) -> bool:
    """Whether a stretch of a text is of a word that another text has otherwise: 院 of 养老院, 养老机构."""
    return any(
        at <= start and end <= at + len(word) and any(other in there for other in same()[word])
        for at, word in same_words().find(text)
    )


@cache
def qualifiers() -> tuple[tuple[str, ...], ...]:
    """Lists of qualifiers that mean the same."""
    return tuple(tuple(words) for words in data()["qualifiers"])


@cache
def strict_qualifiers() -> frozenset[str]:
    """Those that go with the noun behind them, wherever it is spoken of."""
    return frozenset(data()["strict_qualifiers"])


@cache
def units() -> dict[str, str]:
    """Each unit and the name of its kind."""
    return {unit: names[0] for names in data()["units"] for unit in names}


@cache
def acronyms() -> frozenset[str]:
    """Acronyms of English that say nothing of their own."""
    return frozenset(data("english")["acronyms"].split())
