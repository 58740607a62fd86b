"""Subjects of policies that a question names (`subjects.toml`), and which of them a text never mentions.

Works on text normalised by `corpus.normal.normalize_question`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

from corpus.lookup import Lookup, goes_on


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((resources.files("bot.reading") / "subjects.toml").read_text(encoding="utf-8"))


@cache
def _groups() -> dict[str, tuple[str, ...]]:
    """By name, all names of the same subject."""
    return {name: tuple(group) for group in _file()["groups"] for name in group}


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_file()[name])


@cache
def _names() -> Lookup:
    return Lookup.of(_groups())


def absent_subjects(text: str, mentions: Callable[[str], bool]) -> tuple[str, ...]:
    """The subjects that a question asks about, in its words, if the text it is put to has none of them.

    `mentions` tells whether that text has a word. A subject is there under any of its names. Empty where a
    question names none, or one that is there, or the trade of who asks, or wants to know whether something is
    on a list.
    """
    found = [
        (at, name)
        for at, name in _names().find(text)
        if not (name[-1].isascii() and goes_on(text, at + len(name)))
    ]
    if _pattern("on_a_list").search(text) or any(_pattern("own_trade").search(text[:at]) for at, _ in found):
        return ()
    named = tuple(dict.fromkeys(name for _, name in found))
    if any(mentions(word) for name in named for word in _groups()[name]):
        return ()
    return named
