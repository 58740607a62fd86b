"""The words of `words.toml`, loaded and compiled once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((resources.files("bot.grounding") / "words.toml").read_text(encoding="utf-8"))


def any_of(words: Iterable[str]) -> str:
    """A regular expression for one of `words`, the longest first."""
    return "|".join(re.escape(word) for word in sorted(set(words), key=lambda word: (-len(word), word)))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """A regular expression or a list of words of the file, compiled; KeyError for an unknown name."""
    value = _file()[name]
    return re.compile(value if isinstance(value, str) else any_of(value))


@cache
def listed(name: str) -> tuple[str, ...]:
    """A list of words of the file."""
    return tuple(_file()[name])


@cache
def english(name: str) -> re.Pattern[str]:
    """One of the regular expressions for English."""
    return re.compile(_file()["english"][name])


@cache
def offices() -> dict[str, list[str]]:
    """By an English word for the field of an office, the Chinese ones."""
    found: dict[str, list[str]] = _file()["english"]["offices"]
    return found


@cache
def harmless() -> re.Pattern[str]:
    """Words that say nothing of their own."""
    return re.compile(any_of(_file()["harmless"]["words"]))


@cache
def frames() -> re.Pattern[str]:
    """Words that name what a number is: 期限, 上限."""
    return re.compile(any_of(_file()["harmless"]["frames"]))


@cache
def spellings() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Ways to write the same, each a pattern and what it becomes."""
    return tuple((re.compile(words), one) for words, one in _file()["spellings"])


@cache
def fillers() -> re.Pattern[str]:
    """The same without those of one character, which are parts of other words as well; but for particles."""
    words = (word for word in _file()["harmless"]["words"] if len(word) > 1 or word in "的了等和与及并也还将")
    return re.compile(any_of(words))


@cache
def same() -> dict[str, tuple[str, ...]]:
    """By word, the words of a text that say the same."""
    return {word: tuple(others) for word, others in _file()["same"].items()}


@cache
def same_pattern() -> re.Pattern[str]:
    """A word of `same`."""
    return re.compile(any_of(same()))


@cache
def qualifiers() -> tuple[tuple[str, ...], ...]:
    """Lists of qualifiers that mean the same."""
    return tuple(tuple(words) for words in _file()["qualifiers"])


@cache
def strict_qualifiers() -> frozenset[str]:
    """Those that go with the noun behind them, wherever it is spoken of."""
    return frozenset(_file()["strict_qualifiers"])


@cache
def units() -> dict[str, str]:
    """Each unit and the name of its kind."""
    return {unit: names[0] for names in _file()["units"] for unit in names}
