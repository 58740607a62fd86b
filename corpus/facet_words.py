"""The words of `facets.toml`, loaded and compiled once.

Looking words up is one pass over a text: a single alternation, longer words first, guards among
them, so that 资金链 is not taken for 资金.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from corpus.lookup import Lookup

GROUPS = ("strength", "actor", "beneficiary", "kind", "nature", "reach")


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a facet: its name in code, how it is shown, and its words.

    `words` are what a text says (for an actor, how its name ends; for a nature, words of a title);
    `asked` is how a question asks for it. `parent` names the wider term, or is empty.
    """

    group: str
    name: str
    label_zh: str
    label_en: str
    words: tuple[str, ...]
    asked: tuple[str, ...]
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """Words found in a text at ``[start, end)`` and the names of the terms they stand for."""

    start: int
    end: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordScan:
    """Finds words in normalised text: left to right, the longest first, without overlap."""

    words: Lookup
    names: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, words: Iterable[tuple[str, str]], guards: Iterable[str] = ()) -> WordScan:
        """A scan for pairs (word, name of its term) that passes over `guards`."""
        names: dict[str, tuple[str, ...]] = {}
        for word, name in words:
            names[word] = (*names.get(word, ()), name)
        return cls(Lookup.of(names, guards), names)

    def find(self, text: str) -> Iterator[Found]:
        """Every word of a term in `text`; guards give nothing."""
        for start, word in self.words.find(text):
            yield Found(start, start + len(word), self.names[word])


@cache
def _file() -> dict[str, Any]:
    return tomllib.loads((resources.files("corpus") / "facets.toml").read_text(encoding="utf-8"))


@cache
def terms(group: str) -> dict[str, Term]:
    """Name → term, in the order of the file. KeyError if there is no such group (see `GROUPS`)."""
    return {name: _term(group, name, table) for name, table in _file()[group].items()}


def _term(group: str, name: str, table: dict[str, Any]) -> Term:
    words = table.get("words") or table.get("tails") or table.get("titles") or ()
    return Term(
        group,
        name,
        table["label_zh"],
        table["label_en"],
        tuple(words),
        tuple(table["asked"]),
        table.get("parent", ""),
    )


def label(group: str, name: str, lang: str = "zh") -> str:
    """How a term is shown: ``label("kind", "credit")`` → 信贷和金融服务. KeyError if unknown."""
    term = terms(group)[name]
    return term.label_en if lang == "en" else term.label_zh


def with_wider(group: str, names: Iterable[str]) -> frozenset[str]:
    """The names and the wider terms above them: 科技型企业 is also 企业."""
    known = terms(group)
    given = frozenset(names)
    return given | {known[name].parent for name in given if known[name].parent}


@cache
def word_scan(group: str) -> WordScan:
    """The scan for what a text says of ``kind`` or ``beneficiary``."""
    pairs = [(word, term.name) for term in terms(group).values() for word in term.words]
    return WordScan.of(pairs, _file()[f"{group}_guard"]["words"])


@cache
def asked_scan(group: str) -> WordScan:
    """The scan for how a question asks for the terms of a group."""
    pairs = [(word, term.name) for term in terms(group).values() for word in term.asked]
    return WordScan.of(pairs, _file()["asked"]["guard"])


@cache
def acts_pattern() -> re.Pattern[str]:
    """What follows the name of a body in a question for what that body has to do."""
    return re.compile(_file()["asked"]["acts"])


def beneficiary_of_actor(actor: str) -> str:
    """The beneficiary that a body is when it is the one that is helped to act; empty if it is none."""
    name: str = _file()["actor"][actor]["beneficiary"]
    return name


@cache
def mixed_titles() -> tuple[str, ...]:
    """Titles of sections that hold duties as well as support."""
    return tuple(_file()["nature_mixed"]["titles"])


@cache
def grammar(name: str) -> tuple[str, ...]:
    """A list of the table `[grammar]`."""
    value = _file()["grammar"][name]
    return (value,) if isinstance(value, str) else tuple(value)


@cache
def strength_words(part: str) -> dict[str, tuple[str, ...]]:
    """Strength → its patterns of one part: ``modal``, ``verb``, ``grant`` or ``penal``."""
    return {name: tuple(table[part]) for name, table in _file()["strength"].items() if table[part]}


@cache
def tail_scan() -> re.Pattern[str]:
    """Matches the end of a text where a body's name ends it, or a word that only looks like one."""
    tails = sorted({*tail_names(), *_file()["actor_guard"]["tails"]}, key=lambda tail: (-len(tail), tail))
    return re.compile(rf"(?:{'|'.join(map(re.escape, tails))})(?=等?\Z)")


@cache
def tail_names() -> dict[str, str]:
    """How a body's name ends → the actor it is."""
    return {tail: term.name for term in terms("actor").values() for tail in term.words}
