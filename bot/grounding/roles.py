"""Who acts and under which conditions: neither may be lost or swapped between a piece and what it repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from bot.grounding.evidence import Ground, Piece, telling
from bot.grounding.numbers import find_numbers
from bot.grounding.words import pattern, qualifiers, strict_qualifiers

RoleFault = Literal["condition", "actor"]

_CUE = re.compile(
    "(?<![得到获享受])支持|鼓励|引导|推动|探索|应当|必须|不得|可以(?!得到|获得|享受|领取)|应(?!用)|要|将|负责|承担|给予|牵头|建立|设立|制定|建设|开展|组织|安排|补助|奖励"
)
_HELD = 0.25
_OFFICE = "(?:市|区|县)?(?:卫生健康|农业农村|发展改革|自然资源|[\u4e00-\u9fff]{2})(?:委员会|部门|局|厅)"


def role_faults(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[tuple[RoleFault, str]]:
    """Conditions left out, and actors who do not act there."""
    yield from (("condition", words) for words in _qualifiers(piece, context, anchor))
    yield from (("condition", words) for words in _conditions(piece, context, anchor, ground))
    yield from (("actor", words) for words in _actors(piece, anchor, ground))


def _qualifiers(piece: Piece, context: str, anchor: Piece) -> Iterator[str]:
    """A qualifier of the piece repeated that the sentence does not have, though it has what it qualifies."""
    for words in qualifiers():
        for word in words:
            at = anchor.text.find(word)
            if at < 0 or any(other in context for other in words):
                continue
            noun = anchor.text[at + len(word) :].lstrip("的")[:2]
            strict = word in strict_qualifiers()
            if noun in piece.text if strict and noun else _much(piece, anchor):
                yield word + noun
    for words in qualifiers():
        if any(word in piece.text for word in words) and words[0] in strict_qualifiers():
            clause = ground_clause(anchor)
            if not any(word in clause for word in words):
                yield words[0]


def ground_clause(anchor: Piece) -> str:
    """The clause round the piece, which its conditions may stand in."""
    return anchor.clause + anchor.text + "".join(anchor.conditions)


def _much(piece: Piece, anchor: Piece) -> bool:
    own = telling(anchor.text)
    return len(own & telling(piece.text)) >= 0.5 * len(own)


def _conditions(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """Pieces like 固定资产投资达到2000万元以上的 before the piece repeated must be told as well."""
    said = telling(context)
    numbers = find_numbers(context)
    for condition in _in_force(piece, anchor, ground):
        own = telling(condition)
        amounts = find_numbers(condition)
        if (amounts and not all(any(one.value == other.value for other in numbers) for one in amounts)) or (
            own and len(own & said) < _HELD * len(own)
        ):
            yield condition


def _in_force(piece: Piece, anchor: Piece, ground: Ground) -> frozenset[str]:
    """The conditions of the piece repeated, and of those of its segment that have the same numbers."""
    values = {(number.value, number.unit) for number in find_numbers(piece.text)}
    found = set(anchor.conditions)
    for one in ground.pieces:
        here = (one.sentence, one.segment) == (anchor.sentence, anchor.segment)
        if here and values & {(number.value, number.unit) for number in find_numbers(one.text)}:
            found.update(one.conditions)
    return frozenset(found) - {anchor.text}


@cache
def _before_cue() -> re.Pattern[str]:
    return re.compile(
        rf"^(?:[^,]{{0,12}}?)(?P<who>{pattern('bodies').pattern})(?:[^,]{{0,6}}?)(?:{_CUE.pattern})"
    )


def _actors(piece: Piece, anchor: Piece, ground: Ground) -> Iterator[str]:
    """A body before the verb must stand in what is repeated, and before a verb there as well."""
    match = _before_cue().match(piece.text)
    segment = ground.segment(anchor)
    if match and match["who"] not in segment and not _issuer(match["who"], segment):
        yield match["who"]
    elif match and not _CUE.search(piece.text[: match.start("who")]) and match["who"] in segment:
        first = segment.find(match["who"])
        cue = _CUE.search(segment)
        told = re.match("支持|鼓励|引导|推动|指导", segment)
        if (
            cue
            and cue.start() < first
            and told
            and re.search("支持|鼓励|引导|推动", piece.text[match.end("who") :])
        ):
            yield match["who"]
    yield from _elsewhere(piece, ground)
    for found in re.finditer("市级|省级|国家级|区县|县\\(区\\)|乡镇|市财政|中央", piece.text):
        if found[0] not in ground.text and not _issuer(found[0], segment):
            yield found[0]


def _elsewhere(piece: Piece, ground: Ground) -> Iterator[str]:
    """A body that the measure names beside another verb than the one it is given here."""
    bodies = [match[0] for match in _bodies().finditer(piece.text)]
    rest = telling(_bodies().sub(" ", piece.text)) if bodies else frozenset()
    scores = [sum(ground.weights[pair] for pair in rest & one.bigrams) for one in ground.pieces]
    best = max(scores)
    if not best or not bodies:
        return
    there = [one for score, one in zip(scores, ground.pieces, strict=True) if score >= 0.97 * best]
    for body in bodies:
        at = piece.text.find(body)
        phrase = piece.text[at : at + len(body) + 2]
        told = re.search("(?:支持|鼓励|引导|推动|指导)" + re.escape(body), piece.text)
        if told and any(_near(one, told[0], ground) for one in there):
            continue
        owns = phrase[len(body) :].startswith("的")
        if not any(_has(one, body, ground) or _near(one, body if owns else phrase, ground) for one in there):
            yield body
    by = re.search("由(..)", piece.text)
    if by and any("由" in one.text for one in there) and not any(by[0] in one.text for one in there):
        yield by[1]


def _near(piece: Piece, words: str, ground: Ground) -> bool:
    return words in ground.segment(piece)


def _has(piece: Piece, body: str, ground: Ground) -> bool:
    named = _bodies().search(piece.text) is not None
    return body in (piece.text if named else ground.segment(piece)) or _issuer(body, ground.segment(piece))


@cache
def _bodies() -> re.Pattern[str]:
    return re.compile(f"{_OFFICE}|{pattern('actors').pattern}")


def _issuer(who: str, segment: str) -> bool:
    """Whether a body may stand for the issuer: the text there begins with its verb."""
    return pattern("issuer").fullmatch(who) is not None and _CUE.match(segment) is not None
