"""What a model reads a question as, made into a question that the rules read surely: code answers that one.

A reading passes as a whole or not at all. Its parts have to stand in the question; districts are those that
the gazetteer reads there, clauses exist, words stand in a measure. A model cannot refuse for the rules, nor
turn a question that denies something into one that does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.phrases import Lang
from bot.reading.clauses import ClauseRef, clause_refs
from bot.reading.support import matter
from bot.understanding.denial import denies
from bot.understanding.known import Known
from bot.understanding.words import asked_again, pattern
from corpus.asked_facets import asked_facets
from corpus.normal import normalize
from corpus.numbering import numeral

Kind = Literal["district", "list", "clause", "compare", "keyword", "topic"]
Fault = Literal["form", "refused", "district", "clause", "topic", "denial", "unread"]
"""Why a reading is not used: no such form, no kind, one of its parts, or rules would not read it surely."""

LONGEST: Final = 1000
"""A longer text is no line of JSON as asked for."""
_NUMERAL = re.compile(r"\(?(\d{1,4}|[〇零一二三四五六七八九十百千两]{1,6})\)?")
_FENCE = re.compile(r"```(?:json)?\s*(\{.*\})\s*```", re.DOTALL)
_KINDS: Final[dict[str, Kind]] = {kind: kind for kind in get_args(Kind)}
_NEAR = 3
"""A number counts as a clause's if the word for it is so near."""

_Copied = Annotated[str, Field(max_length=60)]


class _Form(BaseModel):
    """The JSON that a model is asked for; nothing else, and nothing more."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    route: Literal[
        "district", "list", "clause", "compare", "keyword", "topic", "document", "refusal", "unsure"
    ]
    districts: Annotated[list[_Copied], Field(max_length=6)]
    clauses: Annotated[list[_Copied], Field(max_length=6)]
    topic: _Copied


@dataclass(frozen=True, slots=True)
class Reading:
    """A question as a model read it, checked. `question` says the same so that rules read it surely."""

    route: Kind
    question: str
    districts: tuple[str, ...] = ()
    clauses: tuple[int, ...] = ()
    topic: str = ""


def read_route(said: str, question: str, lang: Lang, known: Known) -> Reading | Fault:
    """The reading in a model's words on `question`, or why it is not used."""
    form = _form(said)
    if form is None:
        return "form"
    kind = _KINDS.get(form.route)
    if kind is None:
        return "refused"
    plain = normalize(question)
    districts = _districts(form.districts, plain, known)
    clauses = _clauses(form.clauses, plain, known)
    topic = normalize(form.topic)
    if districts is None:
        return "district"
    if clauses is None:
        return "clause"
    if topic and not _is_topic(topic, plain):
        return "topic"
    if kind != "clause" and denies(plain):
        return "denial"
    canonical = _canonical(kind, districts, clauses, topic, lang, known)
    return Reading(kind, canonical, districts, clauses, topic) if canonical else "unread"


def _form(said: str) -> _Form | None:
    """The form in a model's words; it may stand in a fence of Markdown, and nothing else beside it."""
    text = said.strip()
    if len(text) > LONGEST:
        return None
    fenced = _FENCE.fullmatch(text)
    try:
        return _Form.model_validate_json(fenced[1] if fenced else text)
    except ValidationError:
        return None


def _districts(named: Sequence[str], plain: str, known: Known) -> tuple[str, ...] | None:
    """The full names of the districts; None if one is not in the question, or is none."""
    asked = frozenset(known.districts_in(plain))
    found: list[str] = []
    for words in map(normalize, named):
        names = known.districts_in(words)
        if not words or words not in plain or len(names) != 1 or names[0] not in asked:
            return None
        found.append(names[0])
    return tuple(dict.fromkeys(found))


def _clauses(named: Sequence[str], plain: str, known: Known) -> tuple[int, ...] | None:
    """The numbers of the clauses; None if one is not in the question, counts something else, or is none."""
    found: list[int] = []
    for words in map(normalize, named):
        number = _number(words)
        spoken = number > 0 and words in plain and _counts_clauses(words, plain)
        if not spoken or not known.has_clause(ClauseRef(number)):
            return None
        found.append(number)
    return tuple(dict.fromkeys(found))


def _number(words: str) -> int:
    """The one clause that words point at; 0 if they do not."""
    alone = _NUMERAL.fullmatch(words)
    if alone:
        return numeral(alone[1])
    refs = clause_refs(words)
    plain = len(refs) == 1 and refs[0] == ClauseRef(refs[0].number)
    return refs[0].number if plain else 0


def numbers_a_clause(plain: str) -> bool:
    """Whether any number in a normalised text stands beside a word for a clause (18那一条)."""
    return any(_counts_clauses(number, plain) for number in re.findall(r"\d+", plain))


def _counts_clauses(words: str, plain: str) -> bool:
    """Whether the number stands beside a word for a clause, or is part of one: 18那一条, not 18个区县."""
    if clause_refs(words):
        return True
    at = [match.start() for match in re.finditer(rf"(?<!\d){re.escape(words)}(?!\d)", plain)]
    near = (plain[max(0, start - _NEAR - 6) : start + len(words) + _NEAR] for start in at)
    return any(pattern("route", "clause").search(piece) for piece in near)


def _is_topic(topic: str, plain: str) -> bool:
    """Words of the question, in a row, that name a matter."""
    return topic in plain and bool(matter(topic))


def _canonical(
    route: Kind, districts: Sequence[str], clauses: Sequence[int], topic: str, lang: Lang, known: Known
) -> str:
    """The question in a form that the rules know; "" where this reading has none."""
    place = districts[0] if len(districts) == 1 else ""
    if route == "clause" and clauses and not districts:
        return asked_again(lang, "clause", clauses=_joined([_clause(n, lang) for n in clauses], lang))
    if clauses or (districts and not place and route != "compare"):
        return ""  # what belongs to what is not told
    if route == "compare":
        several = len(districts) > 1
        return asked_again(lang, "compare", places=_joined(districts, lang)) if several else ""
    if route == "district" and place and not topic:
        return asked_again(lang, "district", place=place)
    if not topic or not _is_written(topic, route, known):
        return ""
    return asked_again(
        lang,
        f"{'topic' if route == 'district' else route}{'_for' if place else ''}",
        place=place,
        topic=topic,
    )


def _is_written(topic: str, route: Kind, known: Known) -> bool:
    """Whether rules answer for the words: they stand in a measure, or name a kind of measures."""
    if route == "list":
        return bool(asked_facets(topic)) and not matter(topic, facets=True)
    return known.occurs(topic)


def _clause(number: int, lang: Lang) -> str:
    return asked_again(lang, "number", number=str(number))


def _joined(words: Sequence[str], lang: Lang) -> str:
    return (" and " if lang == "en" else "、").join(words)
