"""What must stand in a measure letter by letter: quotes, institutions, places, ways to reach somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from bot.grounding.english_places import FEWEST
from bot.grounding.evidence import Ground, plain
from bot.grounding.words import listed, pattern, reworded
from corpus.applicability import Applicability
from corpus.find import find_names
from corpus.places import find_places

_QUOTED = re.compile(r"[“「『\"]([^“”「」『』\"]+)[”」』\"]|[《〈<]([^》〉>]+)[》〉>]|‘([^’]+)’")
_MARKS = re.compile(r"[\s,。;:、,.;:“”\"'‘’]")

LiteralFault = Literal["quote", "contact", "institution", "name"]


def literal_faults(
    text: str, grounds: Sequence[Ground], titles: Sequence[str]
) -> Iterator[tuple[LiteralFault, str]]:
    """What of normalised `text` is in none of the measures."""
    there = "。".join(ground.text for ground in grounds)
    bare = _MARKS.sub("", there)
    for match in _QUOTED.finditer(text):
        inner = next(group for group in match.groups() if group)
        if _MARKS.sub("", inner) not in bare and not any(plain(inner) in title for title in titles):
            yield "quote", inner
    for match in pattern("contact").finditer(text):
        if match[0] not in there:
            yield "contact", match[0]
    yield from (("quote", match[0]) for match in pattern("ratio").finditer(text) if match[0] not in there)
    yield from (("institution", words) for words in _institutions(text, there))
    yield from (("name", words) for words in _places(text, there, grounds))


def _institutions(text: str, there: str) -> Iterator[str]:
    """An institution's name counts by its ending and the two characters before it."""
    for match in pattern("institution").finditer(text):
        end = match.end()
        tail = re.search(
            r"(?:委员会|办公室|办公厅|人民政府|部门|中心|银行|大学|学院|研究院|研究所|集团|公司|协会|商会|基金会|实验室|法院|检察院|医院|交易所|联合会|.)$",
            match[0],
        )
        keep = len(tail[0]) + 2 if tail else 3
        start = max(
            [
                match.start(),
                *(stop.end() for stop in pattern("name_stops").finditer(text, match.start(), end - 2)),
            ]
        )
        name = text[max(start, end - keep) : end]
        if name.endswith(listed("no_institution")):
            continue
        loose = tail and len(tail[0]) > 1 and tail[0] in there and _loose(match[0], tail[0])
        if name in there or loose or _short_for(name, there):
            continue
        if not reworded(text, end - len(name), end, there):
            yield name


def _short_for(name: str, there: str) -> bool:
    """Whether a name is short for one of the measure: 人社部门 for 人力资源社会保障部门."""
    spelt = "[\u4e00-\u9fff]{0,3}?".join(map(re.escape, name))
    return len(name) >= 3 and re.search(spelt, there) is not None


def _loose(name: str, tail: str) -> bool:
    """Whether nothing stands before the ending but words that name nobody: 该中心, 设立公司."""
    return (
        len(name) == len(tail)
        or re.search(r"[该的各个些立设和与对由向在、于到以]$", name[: -len(tail)]) is not None
    )


def _spelt_names(text: str, known: Applicability) -> str:
    """The words of a text that the gazetteer knows."""
    return " ".join(name.words for name in find_names(text, known.gazetteer))


def _places(text: str, there: str, grounds: Sequence[Ground]) -> Iterator[str]:
    known = grounds[0].known
    yield from (match[0] for match in pattern("areas").finditer(text) if match[0] not in there)
    for place in find_places(text):
        inside = known is not None and any(one.within(known.gazetteer.region) for one in place.candidates)
        if place.text.isascii() and known is not None and place.text in _spelt_names(text, known):
            continue
        if place.text.isascii() and len(place.text) >= FEWEST:
            continue  # names in pinyin are looked for elsewhere
        if place.text not in there and not inside:
            yield place.text
