"""The words Wence says itself, by language: text in `bot/phrases/<lang>.toml`, never in code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from string import Template
from typing import Literal

Lang = Literal["zh", "en"]


@cache
def _table(lang: Lang) -> dict[str, Template]:
    text = (resources.files("bot") / "phrases" / f"{lang}.toml").read_text(encoding="utf-8")
    return {
        f"{group}.{name}": Template(words)
        for group, phrases in tomllib.loads(text).items()
        for name, words in phrases.items()
    }


def say(lang: Lang, name: str, /, **values: object) -> str:
    """The phrase `name` ("group.phrase") in `lang` with its `$placeholders` filled.

    Raises KeyError when the phrase or one of its placeholders is missing.
    """
    return _table(lang)[name].substitute({key: str(value) for key, value in values.items()})
