"""An English sentence beside Chinese measures: numbers, strength, negation, and words the lexicon knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.grounding.denial import negations
from bot.grounding.evidence import Ground, names_in
from bot.grounding.numbers import find_numbers
from bot.grounding.words import english, offices, pattern, qualifiers
from index.expand import expand

EnglishFault = Literal["number", "strength", "negation", "name", "content"]

_CLASSES = ("must", "encourage", "support", "explore")
_DIGITS = re.compile(
    r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?(?:\s*(?:%|percent|million|billion|thousand))?"
)
_TIMES = {"million": 1_000_000, "billion": 1_000_000_000, "thousand": 1000}
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "half": 50,
}  # fmt: skip
_SPELT = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b")
_CONDITION = re.compile(r"condition|eligible|qualif|where|capable|suitable")
_NARROW = ("有条件", "有基础", "有关")
_CHINESE = re.compile("[\u3400-\u9fff]{2,}")
_LEAST_KNOWN = 3
_LEAST_SHARE = 0.1


def is_english(text: str) -> bool:
    """Whether more of a text is Latin letters than Chinese characters."""
    return len(re.findall("[a-z]", text)) > 2 * len(re.findall("[\u3400-\u9fff]", text))


def faults_in_english(text: str, grounds: Sequence[Ground]) -> Iterator[tuple[EnglishFault, str]]:
    """What an English sentence says that no cited measure does."""
    values = {float(number.value) for ground in grounds for number in find_numbers(ground.text)}
    values |= {float(match) for ground in grounds for match in re.findall(r"\d+(?:\.\d+)?", ground.text)}
    yield from (("number", words) for words, value in _values(text) if value not in values)
    classes = frozenset().union(*(piece.allowed for ground in grounds for piece in ground.pieces))
    for name in _CLASSES:
        if name == "explore" and english("negation").search(text) and "must" in classes:
            continue  # no one may: a ban
        if (match := english(name).search(text)) and name not in classes:
            yield "strength", match[0]
    if not any(english(name).search(text) for name in _CLASSES) and "plain" not in classes:
        yield "strength", text
    if (
        match := english("negation").search(english("lower").sub(" ", english("upper").sub(" ", text)))
    ) and not any(negations(g.text) or pattern("exempt").search(g.text) for g in grounds):
        yield "negation", match[0]
    yield from (("number", words) for words in _bounds(text, grounds))
    there = "".join(ground.text for ground in grounds)
    for name in ("only", "every"):
        if (match := english(name).search(text)) and not pattern(f"{name}_there").search(there):
            yield "content", match[0]
    narrowed = any(word in there for words in qualifiers() if words[0] in _NARROW for word in words)
    if (match := english("every").search(text)) and narrowed and not _CONDITION.search(text):
        yield "content", match[0]
    yield from (("content", words) for words in _offices(text, there))
    yield from (("name", name) for name in _names(text, grounds))
    terms = expand(text)
    known = [term for term in terms if any(term in ground.text for ground in grounds)]
    if len(terms) >= _LEAST_KNOWN and len(known) < _LEAST_SHARE * len(terms):
        yield "content", text
    if not known and not any(word in there for word in _CHINESE.findall(text)):
        yield "content", text  # nothing in it that the measures could be known to say


def _values(text: str) -> Iterator[tuple[str, float]]:
    for match in _DIGITS.finditer(text):
        digits = re.match(r"[\d,.]+", match[0])
        word = re.search(r"[a-z]+$", match[0])
        if digits:
            value = float(digits[0].replace(",", "").rstrip("."))
            yield match[0], value * _TIMES.get(word[0] if word else "", 1)
    for match in _SPELT.finditer(text):
        if match[0] != "one" and not text.startswith(" gorges", match.end()):
            yield match[0], float(_WORDS[match[0]])


def _bounds(text: str, grounds: Sequence[Ground]) -> Iterator[str]:
    """Upper bounds of numbers that the measures have as lower bounds only, and the other way about."""
    for name, other in (("upper", "lower"), ("lower", "upper")):
        for match in english(name).finditer(text):
            digits = _DIGITS.match(text, match.end())
            bounds = {
                number.bound
                for ground in grounds
                for number in find_numbers(ground.text)
                if digits and float(number.value) in {value for _, value in _values(digits[0])}
            }
            if bounds == {other}:
                yield match[0]


def _offices(text: str, there: str) -> Iterator[str]:
    """Offices by their field (finance bureau) where the measures name none of that field."""
    for match in english("office").finditer(text):
        fields = [words for word, words in offices().items() if word in match["field"]]
        if not re.search("[委局厅]|部门", there) or any(
            not any(re.search(f"{one}[^,。]{{0,6}}(?:[委局厅]|部门)", there) for one in words)
            for words in fields
        ):
            yield match[0]


def _names(text: str, grounds: Sequence[Ground]) -> Iterator[str]:
    """Districts in pinyin that no cited measure names, or, where it names none, reaches."""
    told = frozenset().union(*(names_in(text, ground.known) for ground in grounds))
    named = told & frozenset().union(*(piece.names for ground in grounds for piece in ground.pieces))
    districts = frozenset().union(*(piece.names for ground in grounds for piece in ground.pieces))
    for name in sorted(told - named):
        routes = {route for ground in grounds for route in _routes(name, ground)} - {"named"}
        if not named and any(name[:2] in ground.text for ground in grounds):
            continue
        if named or districts or not routes or (routes == {"conditional"} and not _CONDITION.search(text)):
            yield name


def _routes(name: str, ground: Ground) -> Iterator[str]:
    for row in ground.known.table.rows if ground.known else ():
        for cell in row.cells if row.name == name else ():
            if cell.measure.id == ground.measure.id:
                yield from cell.routes
