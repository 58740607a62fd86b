"""Districts spoken of in general: 各区县, 有条件的区县, 其他县, 山区县, 区人民政府.

The words are data (units.toml); a gazetteer may add its own word for a unit. Works on normalised text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import TypeAdapter

Sense = Literal["every", "some", "others", "listed"]

AREA, PLACE = "\ue000", "\ue001"
"""Stand for the characters of a named group, and of a named district, town or zone."""

_CLAUSE = ",;:。!?"
_LEAST_STATEMENT = 12


@dataclass(frozen=True, slots=True)
class Words:
    """The content of units.toml."""

    strong: tuple[str, ...]
    weak: tuple[str, ...]
    weak_stop: str
    zone_end: str
    every: tuple[str, ...]
    others: tuple[str, ...]
    whole: tuple[str, ...]
    condition: tuple[str, ...]
    condition_bare: tuple[str, ...]
    governing: tuple[str, ...]
    region: tuple[str, ...]
    predicate: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Districts spoken of at ``text[start:end]``.

    `sense`: every one; some, by a condition; the others than those named; or ``listed`` where the word
    only closes a list or belongs to a name (荣昌、永川等区县). `ending` is 区 or 县 where only these are
    meant. `whole`: said of the whole region. `governed`: a new clause addresses them (,支持各区县…).
    """

    start: int
    end: int
    sense: Sense
    ending: str = ""
    whole: bool = False
    governed: bool = False


def find_units(masked: str, own: Sequence[str] = ()) -> tuple[Unit, ...]:
    """Every such expression in a sentence, in order, none overlapping.

    In `masked` named groups are written as `AREA` and other names as `PLACE`, character by character;
    `own` are further words for a unit.
    """
    found: list[Unit] = []
    for unit in _candidates(masked, tuple(own)):
        if not any(unit.start < other.end and other.start < unit.end for other in found):
            found.append(unit)
    return tuple(sorted((unit for unit in found if unit.sense != "listed"), key=lambda unit: unit.start))


def speaks_of_the_whole(text: str) -> bool:
    """Whether a normalised sentence speaks of the whole region in so many words (全市)."""
    return any(word in text for word in _words().region)


def is_statement(text: str) -> bool:
    """False for the left-over piece of a sentence: short, and nothing in it says what is or is done."""
    return len(text) >= _LEAST_STATEMENT or re.search(_words().predicate, text) is not None


def _candidates(text: str, own: tuple[str, ...]) -> Iterator[Unit]:
    """Expressions, those first that decide where several overlap."""
    patterns = _patterns(own)
    for sense, pattern in patterns:
        for match in pattern.finditer(text):
            start, end = match.span("words")
            yield Unit(
                start,
                end,
                sense,
                _ending(match["unit"]),
                any(word in match["words"] or text[:start].endswith(word) for word in _words().whole),
                _is_governed(text, start),
            )


def _ending(unit: str) -> str:
    return unit if unit in ("区", "县", "旗") else ""


def _is_governed(text: str, start: int) -> bool:
    """Whether a clause after the first one begins with a word that addresses what stands at `start`."""
    clause = max(text.rfind(mark, 0, start) for mark in _CLAUSE) + 1
    return clause > 0 and any(text.startswith(word, clause) for word in _words().governing)


@lru_cache(maxsize=16)
def _patterns(own: tuple[str, ...]) -> tuple[tuple[Sense, re.Pattern[str]], ...]:
    words = _words()
    strong = rf"(?<!一)(?!(?<=[{words.zone_end}])区[^县])(?:{_any_of((*own, *words.strong))})"
    stop = f"(?![{words.weak_stop}])"
    weak = rf"(?:{_any_of(words.weak)}){stop}"
    described = rf"(?:{_any_of(('区', '县', '旗', '地区', '地方', '市县'))}){stop}"
    condition, bare = _any_of(words.condition), _any_of(words.condition_bare)
    every = f"(?:{_any_of(words.every)})"
    whole = f"(?:(?:{_any_of(words.whole)})的?)"
    names = f"[{AREA}{PLACE}]"
    return (
        ("listed", re.compile(rf"(?P<words>等{every}?(?P<unit>{strong}|区|县))")),
        (
            "listed",
            re.compile(
                rf"{names}(?P<words>[”\"')]*(?:地区|片区|区域|范围)?内?的?{every}?(?P<unit>{strong}))"
            ),
        ),
        ("some", re.compile(rf"(?P<words>各?(?:{condition})的{every}?(?P<unit>{strong}|{described}))")),
        ("some", re.compile(rf"(?P<words>各?(?:{condition}){every}?(?P<unit>{strong}))")),
        ("some", re.compile(rf"(?P<words>各?(?:{bare})(?P<unit>县|地区|地方|市县){stop})")),
        ("some", re.compile(rf"(?P<words>(?:山|老|库|牧|矿|林|灾)区(?P<unit>县){stop})")),
        ("every", re.compile(rf"(?P<words>{whole}(?:{every}的?)?(?P<unit>{strong}))")),
        (
            "some",
            re.compile(
                rf"(?:{_any_of(words.governing)})(?P<words>(?!{every})[^{_CLAUSE}、“”]{{1,40}}?"
                rf"(?<!所有)(?<!不同)(?<!全部)的{every}?(?P<unit>{strong}))"
            ),
        ),
        (
            "others",
            re.compile(rf"(?P<words>(?:{_any_of(words.others)})的?(?P<unit>{strong}|区县|区|县){stop})"),
        ),
        ("every", re.compile(rf"(?P<words>{whole}?(?:{every}的?)?(?P<unit>{strong}))")),
        ("every", re.compile(rf"(?P<words>{whole}?{every}的?(?P<unit>{weak}))")),
        (
            "every",
            re.compile(
                r"(?:^|(?<=[,、。;:和由与及向市各对]))(?P<words>(?P<unit>[区县旗](?:级以上(?:地方)?)?"
                r"(?:人民政府|政府|党委)))"
            ),
        ),
        ("every", re.compile(r"(?P<words>(?P<unit>县级以上)(?:地方)?(?:各级)?人民政府)")),
    )


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _words() -> Words:
    data = tomllib.loads((files("corpus") / "units.toml").read_text(encoding="utf-8"))
    return TypeAdapter(Words).validate_python(data)
