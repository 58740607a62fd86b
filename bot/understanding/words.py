"""The wordings of `words.toml`, compiled once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from string import Template
from typing import Any

from bot.phrases import Lang


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((resources.files("bot.understanding") / "words.toml").read_text(encoding="utf-8"))


@cache
def pattern(table: str, name: str) -> re.Pattern[str]:
    """One list of alternatives of a table; KeyError for one that is not there."""
    return re.compile(_joined(_file()[table][name]))


@cache
def whole(table: str, name: str) -> re.Pattern[str]:
    """The same for a text of nothing but such words; English ones are whole words."""
    return re.compile(f"(?:{_joined(_file()[table][name])})+")


@cache
def english() -> re.Pattern[str]:
    """An English word that may stand in a rewrite although nobody said it."""
    return re.compile(_joined(_file()["rewrite"]["english"]))


@cache
def asked_kinds() -> dict[str, re.Pattern[str]]:
    """What is asked for → how that is worded."""
    return {name: re.compile(_joined(words)) for name, words in _file()["rewrite"]["asks"].items()}


@cache
def _canonical(lang: Lang, name: str) -> Template:
    return Template(_file()["canonical"][lang][name])


def asked_again(lang: Lang, name: str, **parts: str) -> str:
    """A question in the form that the rules read surely, with its parts; KeyError for one that is missing."""
    return _canonical(lang, name).substitute(parts)


def _joined(words: str | list[str]) -> str:
    return "|".join(f"(?:{one})" for one in ([words] if isinstance(words, str) else words))
