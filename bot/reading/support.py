"""Which support applies to whom: what a question is about once places, facets and frames are taken off it.

Works on text normalised by `corpus.normal.normalize_question`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from bot.reading.patterns import support_patterns
from corpus.facet_words import asked_scan

_GROUPS = ("kind", "beneficiary", "strength", "nature", "reach", "actor")
_LATIN = re.compile("[a-z]+")
_MATTER = 2
"""So many characters left over name a matter; one may be a particle that the wordings do not list."""


def wants_support(text: str) -> bool:
    """Whether it asks for support, policies or measures at all."""
    return bool(support_patterns()["wants"].search(text))


def compares(text: str) -> bool:
    """Whether it asks for what is common or different."""
    return bool(support_patterns()["compare"].search(text))


def asks_who_is_named(text: str) -> bool:
    """Whether it asks which districts are named (哪些区被点名了)."""
    return bool(support_patterns()["who_is_named"].search(text))


def asks_whether_named(text: str) -> bool:
    """Whether it asks if somebody is named (有没有点名城口县)."""
    return bool(support_patterns()["is_named"].search(text))


def asks_for_list(text: str) -> bool:
    """Whether it asks for all measures of a kind, not for one matter of that kind (孵化器有哪些支持)."""
    patterns = support_patterns()
    return bool(patterns["list_frame"].search(text)) and not patterns["specific"].search(text)


def passes_on(text: str) -> bool:
    """Whether it asks for what reaches somebody as such (惠及企业的)."""
    return bool(support_patterns()["passes_on"].search(text))


def is_enterprise(text: str) -> bool:
    """Whether an enterprise asks, or somebody for one."""
    return bool(support_patterns()["enterprise"].search(text))


def speaks_for_itself(text: str) -> bool:
    """Whether somebody asks for himself (我们能享受什么)."""
    return bool(support_patterns()["first_person"].search(text))


def matter(text: str, names: Iterable[str] = (), *, facets: bool = False) -> str:
    """What is left of a question without place `names`, general words and, if `facets`, the words of facets.

    An empty string says that it names no matter of its own: 荣昌区能享受哪些支持.
    """
    rest = text
    if facets:
        for start, end in sorted(_facet_spans(text), reverse=True):
            rest = rest[:start] + " " + rest[end:]
    for name in sorted(names, key=len, reverse=True):
        rest = rest.replace(name, " ")
    rest = _without_general_words(rest)
    return rest if len(rest) >= _MATTER else ""


@lru_cache(maxsize=1024)
def _without_general_words(text: str) -> str:
    return support_patterns()["general"].sub("", text)


def facet_words(text: str) -> tuple[str, ...]:
    """The words of a question that ask for facets, each once."""
    hits = (hit for group in _GROUPS for hit in asked_scan(group).find(text))
    return tuple(dict.fromkeys(text[hit.start : hit.end] for hit in hits))


def _facet_spans(text: str) -> list[tuple[int, int]]:
    """The words of facets in a question, merged where they overlap; Latin ones whole (financ → financial)."""
    spans = sorted((hit.start, hit.end) for group in _GROUPS for hit in asked_scan(group).find(text))
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        rest = _LATIN.match(text, end - 1)
        end = rest.end() if rest else end
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
