"""The wordings in `patterns.toml`, compiled once."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((resources.files("bot.reading") / "patterns.toml").read_text(encoding="utf-8"))


def compile_alternatives(alternatives: list[str]) -> re.Pattern[str]:
    """One pattern that matches any of the alternatives, with `<NAME>` replaced from the table `[parts]`."""
    joined = "|".join(f"(?:{one})" for one in alternatives)
    parts: dict[str, str] = _file()["parts"]
    for _ in range(3):  # a part may use another part
        for name, part in parts.items():
            joined = joined.replace(f"<{name}>", f"(?:{part})")
    return re.compile(joined)


@cache
def document_patterns() -> dict[str, re.Pattern[str]]:
    """Aspect of the document → how a question asks for it."""
    return {name: compile_alternatives(words) for name, words in _file()["document"].items()}


@cache
def basis_pattern() -> re.Pattern[str]:
    """How a document says on what ground it was issued."""
    return compile_alternatives(["<STATED_BASIS>"])


@cache
def support_patterns() -> dict[str, re.Pattern[str]]:
    """How a question asks which support applies to whom: the table `[support]`."""
    return {name: compile_alternatives(words) for name, words in _file()["support"].items()}


@cache
def follow_up_patterns() -> dict[str, re.Pattern[str]]:
    """What follow-ups look like: the table `[follow_up]`."""
    return {name: compile_alternatives(words) for name, words in _file()["follow_up"].items()}


@cache
def bare_pattern() -> re.Pattern[str]:
    """Words that name no matter by themselves."""
    return compile_alternatives(_file()["bare"]["words"])


@cache
def stated_date_patterns() -> dict[str, re.Pattern[str]]:
    """Aspect of the document → how its own text states it (本条例自…起施行)."""
    return {name: compile_alternatives(words) for name, words in _file()["stated_date"].items()}


def keyword_wordings() -> dict[str, list[str]]:
    """The table `[keyword]` as it stands: frames and what goes with them."""
    return dict(_file()["keyword"])


def small_talk_wordings() -> dict[str, list[str]]:
    """The table `[small_talk]` as it stands."""
    return dict(_file()["small_talk"])


@cache
def fact_patterns() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """Kind of fact → (how a question asks for it, how a text states it)."""
    return {
        name: (compile_alternatives(kind["question"]), compile_alternatives(kind["stated"]))
        for name, kind in _file()["fact"].items()
    }
