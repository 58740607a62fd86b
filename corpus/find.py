"""Names of a gazetteer in running text, as they stand in guidelines and in questions.

Found are full, short, other and former names, pinyin and codes. A name that belongs to a longer word
(`unless` in the gazetteer) or to a place elsewhere (宁波市江北区) is none. Errors in typing are not
looked for here: see `corpus.spelling`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pypinyin import lazy_pinyin

from corpus.districts import District, Entry, FormerDistrict, Gazetteer, Group, Town, Zone, spellings
from corpus.normal import normalize, normalize_with_offsets
from corpus.places import Mention as PlaceMention
from corpus.places import find_places

Kind = Literal["district", "former", "town", "group", "zone", "all"]
Read = Literal["name", "alias", "former name", "pinyin", "code", "homophone", "typing error"]

_UNITS_PINYIN = r"(?:[ -]?(?:qu|xian|shi|district|county|city))?"
_NO_AMOUNT = r"(?![a-z0-9]|[.,]\d|\s?[元万亿千百个件人家户亩年%])"
_LATEST = 256
"""Texts whose names are remembered: one question is looked through several times."""
_OF = re.compile(r"[的市省·]?")
_EXCEPT = re.compile(r"(?:除了?|不含|不包括)([^,;。:]*?)(?:以外|之外|外|\)|(?=[,;。:]|$))")
_LATIN = re.compile("[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: ``text[start:end]`` is `words`, verbatim.

    `name` is the full name in the gazetteer of what is named, `districts` are today's districts that it
    reaches, `note` what the gazetteer says to it. A former name of a district has kind ``former`` and
    that name. `excluded` where the text takes it out (除荣昌区外).
    """

    words: str
    start: int
    end: int
    kind: Kind
    name: str
    districts: tuple[str, ...]
    read: Read = "name"
    note: str = ""
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a spelling stands for."""

    kind: Kind
    name: str
    districts: tuple[str, ...]
    read: Read
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A gazetteer made ready for search, in normalised spelling."""

    meanings: dict[str, Meaning]
    pattern: re.Pattern[str]
    latin: re.Pattern[str]
    longer: re.Pattern[str] | None


@lru_cache(maxsize=_LATEST)
def find_names(text: str, gazetteer: Gazetteer) -> tuple[Mention, ...]:
    """Every name of the gazetteer in `text`, in order, none overlapping; offsets are into `text` as given.

    The longest name wins where several begin together. Width, traditional characters and case do not
    matter. Never raises.
    """
    normal = normalize_with_offsets(text)
    lexicon = lexicon_of(gazetteer)
    found = sorted(_matches(normal.text, lexicon))
    if not found:
        return ()
    away = _elsewhere(normal.text, gazetteer)
    left_out = [match.span(1) for match in _EXCEPT.finditer(normal.text)]
    mentions = []
    for start, end, meaning in found:
        if not any(_belongs_to(place, start, end, normal.text) for place in away):
            first, last = normal.source_span(start, end)
            out = any(left <= start and end <= right for left, right in left_out)
            mentions.append(_mention(text, first, last, meaning, out))
    return tuple(mentions)


def _mention(text: str, start: int, end: int, meaning: Meaning, excluded: bool) -> Mention:
    return Mention(
        text[start:end],
        start,
        end,
        meaning.kind,
        meaning.name,
        meaning.districts,
        meaning.read,
        meaning.note,
        excluded,
    )


def _matches(text: str, lexicon: Lexicon) -> Iterator[tuple[int, int, Meaning]]:
    """Names in normalised text, those within longer words left out."""
    blocked = [match.span(1) for match in lexicon.longer.finditer(text)] if lexicon.longer else []
    for match in lexicon.pattern.finditer(text):
        if not any(start <= match.start() and match.end() <= end for start, end in blocked):
            yield match.start(), match.end(), lexicon.meanings[match[0].replace(" ", "")]
    for match in lexicon.latin.finditer(text) if _LATIN.search(text) else ():
        spelt = next(name for name, value in match.groupdict().items() if value)
        yield match.start(), match.end(), lexicon.meanings[spelt]


def _elsewhere(text: str, gazetteer: Gazetteer) -> list[PlaceMention]:
    """Places outside of the region that the text names."""
    return [
        place
        for place in find_places(text)
        if not any(candidate.within(gazetteer.region) for candidate in place.candidates)
    ]


def _belongs_to(place: PlaceMention, start: int, end: int, text: str) -> bool:
    """Whether the name at `start` is part of a place elsewhere, follows it or is explained by it."""
    place_end = place.start + len(place.text)
    if place.start <= start < place_end:
        return place.start < start or place_end > end
    outer = place.candidates[0].name in (place.candidates[0].province, place.candidates[0].city)
    if outer and place_end <= start:
        return _OF.fullmatch(text, place_end, start) is not None
    return outer and place.start == end + 1 and text[end] == "("


@lru_cache(maxsize=16)
def lexicon_of(gazetteer: Gazetteer) -> Lexicon:
    """The names of a gazetteer, ready for search."""
    meanings: dict[str, Meaning] = {}
    for spelling, meaning in _spelt(gazetteer):
        meanings.setdefault(normalize(spelling), meaning)
    latin = dict(_latin(gazetteer, meanings))
    alphabetic = [name for name in meanings if name.isascii()]
    words = [name for name in meanings if not name.isascii()]
    longer = [normalize(word) for entry in gazetteer.entries for word in _unless(entry)]
    return Lexicon(
        {**meanings, **{f"p{n}": meaning for n, meaning in enumerate(latin.values())}}
        | {f"a{n}": meanings[name] for n, name in enumerate(alphabetic)},
        re.compile(_any_of(words, gap=" ?")),
        _latin_pattern(list(latin), alphabetic),
        re.compile(f"(?=({_any_of(longer)}))") if longer else None,
    )


def _latin_pattern(pinyin: list[str], names: list[str]) -> re.Pattern[str]:
    """Latin words and codes, each as a group named after its place in the lists."""
    parts = [f"(?P<a{n}>{re.escape(name)})" for n, name in enumerate(names)]
    parts += [f"(?P<p{n}>{spelling}{_UNITS_PINYIN})" for n, spelling in enumerate(pinyin)]
    return re.compile(rf"(?<![a-z0-9.])(?:{'|'.join(parts)}){_NO_AMOUNT}" if parts else r"(?!)")


def _any_of(words: Iterable[str], gap: str = "") -> str:
    """A pattern for any of the words, the longest first; `gap` is what may stand between the characters."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(gap.join(map(re.escape, word)) for word in ordered) or r"(?!)"


def _unless(entry: Entry) -> tuple[str, ...]:
    return () if isinstance(entry, Town) else entry.unless


def _spelt(gazetteer: Gazetteer) -> Iterator[tuple[str, Meaning]]:
    """Every spelling in the file and what it means."""
    for entry in gazetteer.entries:
        kind, districts = _reached(entry, gazetteer)
        for spelling in spellings(entry):
            read: Read = "alias" if spelling in entry.aliases else "name"
            yield spelling, Meaning(kind, entry.name, districts, read, entry.note or "")
        if isinstance(entry, District | FormerDistrict) and entry.code:
            yield entry.code, Meaning(kind, entry.name, districts, "code", entry.note or "")
        if isinstance(entry, District):
            for former in entry.former:
                yield (
                    former.name,
                    Meaning("former", former.name, (entry.name,), "former name", former.note or ""),
                )
    for name in (gazetteer.region, *gazetteer.whole.names):
        yield name, Meaning("all", gazetteer.region, gazetteer.names, "name")


def _reached(entry: Entry, gazetteer: Gazetteer) -> tuple[Kind, tuple[str, ...]]:
    match entry:
        case District():
            return "district", (entry.name,)
        case FormerDistrict():
            return "former", entry.heirs
        case Town():
            return "town", (entry.district,)
        case Group():
            return "group", gazetteer.members(entry.name)
        case Zone():
            return "zone", entry.lies_in


def _latin(gazetteer: Gazetteer, meanings: dict[str, Meaning]) -> Iterator[tuple[str, Meaning]]:
    """Patterns of pinyin, with or without gaps between the syllables, and what they mean."""
    named: tuple[District | FormerDistrict, ...] = (*gazetteer.district, *gazetteer.former_district)
    for entry in named:
        known = meanings[normalize(entry.name)]
        meaning = Meaning(known.kind, known.name, known.districts, "pinyin", known.note)
        syllables = lazy_pinyin(entry.short)
        if "".join(syllables) != entry.pinyin:
            syllables = [entry.pinyin]
        yield r"[ '’-]?".join(syllables), meaning
