"""Who acts and under which conditions: neither may be lost or swapped between a piece and what it repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from bot.grounding.conditions import condition_faults, loose, one_of_several, told_of
from bot.grounding.evidence import Ground, Piece, telling
from bot.grounding.parties import Party, like, read_parties
from bot.grounding.words import pattern, qualifiers

RoleFault = Literal["condition", "actor"]

_CUE = re.compile(
    "(?<![得到获享受])支持|鼓励|引导|推动|探索|应当|必须|不得|可以(?!得到|获得|享受|领取)|应(?!用)|要|将|负责|承担|给予|牵头|建立|设立|制定|建设|开展|组织|安排|补助|奖励"
)
_ACT = ("does", "told", "helped", "with")


def role_faults(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[tuple[RoleFault, str]]:
    """Conditions left out, and actors who do not act there."""
    yield from (("condition", words) for words in condition_faults(piece, context, anchor, ground))
    yield from (("actor", words) for words in _actors(piece, context, anchor, ground))


def acts(there: Piece, ground: Ground) -> bool:
    """Whether a piece of a measure says who does what it tells, itself or by the pieces before."""
    named = [one.part for one in read_parties(there.text) if one.part in _ACT]
    return "does" in (named or [one.part for one in _acting_before(there, ground)])


def _actors(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """Parties that the measure names in another part, beside another verb, or not at all."""
    parties = [one for one in read_parties(piece.text) if one.part in ("does", "told", "helped", "gets")]
    if parties and not piece.text.endswith("的"):
        for party in parties:
            if _reader(party, piece) or re.match("这些|这类|此类|上述|该", party.name):
                continue
            results = [
                list(_misplaced(party, parties, piece, one, ground))
                for one in _same_deed(piece, party, anchor, ground)
            ]
            yield from min(results, key=len)
            yield from _acted_on(party, piece, ground)
    yield from _by_another(piece.text, ground.text)
    yield from _changed_places(piece.text, anchor.text)
    owners = [one for one in read_parties(piece.text) if piece.text.startswith("的", one.end)]
    yield from _widened([*parties, *owners], context, anchor, ground)
    for found in re.finditer("市级|省级|国家级|区县|县\\(区\\)|乡镇|市财政|中央", piece.text):
        if piece.text.startswith("财政", found.end()):
            continue
        if found[0] not in ground.text and not _issuer(found[0], ground.segment(anchor)):
            yield found[0]


def _changed_places(text: str, there: str) -> Iterator[str]:
    """A告知B where the piece repeated has B告知 and no A: who acts there is acted on here."""
    named = read_parties(there)
    acting = [one for one in named if one.part == "does"]
    for party in read_parties(text):
        if party.part != "does" or any(like(party.name, one.name) for one in named):
            continue
        for one in acting:
            at = text.find(one.name, party.end + 2)
            if at > 0 and text[at - 2 : at] in there[one.end :]:
                yield party.name


def _by_another(text: str, there: str) -> Iterator[str]:
    """由X公证 where the measure has 由Y公证 and X elsewhere only."""
    for match in re.finditer("由(?=(?P<rest>[\u4e00-\u9fff、]{4,20}))", text):
        rest = match["rest"]
        for size in range(2, len(rest) - 1):
            at = match.end() + size
            if rest[:size] not in there or rest[size : size + 2] not in there:
                continue
            if any(one.start < at < one.end for one in read_parties(text)):
                continue
            who, deed = re.escape(rest[:size]), re.escape(rest[size : size + 2])
            other = rf"由(?!{re.escape(rest[:2])})[^,;。]{{2,16}}{deed}"
            if (
                re.search(other, there)
                and who in there
                and not re.search(f"{who}[^,;。]{{0,24}}{deed}", there)
            ):
                yield rest[:size]
                return


def _reader(party: Party, piece: Piece) -> bool:
    """Whether a party is who asks: 您的企业, 贵公司. Not where it is told to do something."""
    asks = re.search("(?:您|你|您的|你的|您所在的|贵)$", piece.text[: party.start].removesuffix("的"))
    return asks is not None and piece.strength != "must"


def _same_deed(piece: Piece, party: Party, anchor: Piece, ground: Ground) -> list[Piece]:
    """The pieces that repeat best what a piece says behind a party, or beside all parties."""
    text = piece.text
    for one in read_parties(text):
        if one.part != "other":
            text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    rest = telling(text[party.end :]) & ground.bigrams
    if len(rest) < 2:
        rest = telling(text)
    scores = [sum(ground.weights[pair] for pair in rest & one.bigrams) for one in ground.pieces]
    best = max(scores)
    found = [
        one for score, one in zip(scores, ground.pieces, strict=True) if best and score >= 0.97 * best
    ] or [anchor]
    if party.part == "does":
        found += [one for one in ground.pieces if _does(party, rest, one)]
    return found


def _does(party: Party, deed: frozenset[str], there: Piece) -> bool:
    """Whether a party does something of a deed in a piece of a measure itself."""
    return any(
        one.part == "does" and one.name == party.name and len(deed & telling(there.text[one.end :])) >= 3
        for one in read_parties(there.text)
    )


def _acted_on(party: Party, piece: Piece, ground: Ground) -> Iterator[str]:
    """A party before a verb that the measure has before the party only: 高校引进区县 for 区县引进高校."""
    verb = pattern("acts_on").match(piece.text, party.end)
    if verb is None or party.part == "gets":
        return
    turned = re.search(rf"{verb[0]}[^,;。]{{0,10}}{re.escape(party.name)}", ground.text)
    if turned and not re.search(rf"{re.escape(party.name)}[^,;。]{{0,12}}{verb[0]}", ground.text):
        yield party.name


def _misplaced(
    party: Party, parties: list[Party], piece: Piece, there: Piece, ground: Ground
) -> Iterator[str]:
    """A party whose part another has in a piece of the measure, or that has another part there."""
    named = read_parties(there.text)
    acting = [one for one in named if one.part in _ACT]
    if all(one.part == "with" for one in acting):
        acting += _acting_before(there, ground)
    yield from _turned_round(parties, named)
    alike = [one for one in (*named, *acting) if like(party.name, one.name)]
    if party.part == "gets":
        wrong = (
            all(one.part == "does" for one in alike) if alike else any(one.part == "gets" for one in named)
        )
    elif alike:
        wrong = party.part in ("does", "told") and not _may_do(party, alike, piece.text)
    else:
        if party.part == "helped" and _named_before(party, there, ground):
            return
        wrong = bool(acting) and not _issuer(party.name, ground.segment(there))
    if wrong:
        yield party.name


def _named_before(party: Party, there: Piece, ground: Ground) -> bool:
    """Whether a piece before in the segment names a party: 对有需要的家庭,政府支持安装扶手."""
    here = ground.in_segment(there)
    return any(like(party.name, one.name) for piece in here for one in read_parties(piece.text))


def _may_do(party: Party, alike: Sequence[Party], text: str) -> bool:
    """Whether one who does may be one of these: not who only gets; behind 由 not who is only acted on."""
    least = ("gets", "other") if text[: party.start].endswith("由") else ("gets",)
    return any(one.part not in least for one in alike)


def _turned_round(parties: list[Party], named: Sequence[Party]) -> Iterator[str]:
    """鼓励A支持B where the measure has 鼓励B支持A."""
    told = [one for one in parties if one.part in ("told", "helped")]
    there = [one.name for one in named if one.part in ("told", "helped")]
    for first, second in pairwise(told):
        turned = any(like(second.name, one) and like(first.name, other) for one, other in pairwise(there))
        if turned and second.start - first.end >= 2:
            yield second.name


def _widened(parties: list[Party], context: str, there: Piece, ground: Ground) -> Iterator[str]:
    """What narrows a party where the sentence of the measure speaks of it up to here, and is not told."""
    for party in parties:
        for one in reversed(ground.pieces[: ground.pieces.index(there) + 1]):
            if one.sentence != there.sentence:
                break
            alike = [other for other in read_parties(one.text) if like(party.name, other.name)]
            if alike and all(_narrower(other, context) for other in alike):
                yield alike[0].modifier
            if alike:
                break


def _narrower(party: Party, context: str) -> bool:
    words = party.modifier.removesuffix("的")
    if len(words) < 2 or loose(words) or told_of(words, context):
        return False
    if pattern("sums_up").search(context) or one_of_several(words, context):
        return False
    if re.match("申[领请报]", words) and re.search("申[领请报]|条件|资格|入[驻库]", context):
        return False
    places = re.split("[、和]", words.partition("等")[0]) if "等" in words else []
    if len(places) > 1 and any(len(one) >= 2 and one in context for one in places):
        return False
    if (group := re.search("等(?P<kind>[^等的]{2,})$", words)) and group["kind"] in context:
        return False
    if any(len(one) >= 2 and one in context for one in re.split("[和或、]者?", words)[:-1]):
        return False
    groups = [group for group in qualifiers() if any(word in words for word in group)]
    return not any(word in context for group in groups for word in group)


def _acting_before(there: Piece, ground: Ground) -> list[Party]:
    """Who acts in the nearest piece before in the sentence that says so."""
    found: list[Party] = []
    first = there.sentence - (1 if re.match("要|并|应", ground.texts[there.sentence]) else 0)
    for one in ground.pieces[: ground.pieces.index(there)]:
        if one.sentence >= max(1, first):
            found = [party for party in read_parties(one.text) if party.part in _ACT] or found
    return found


def _issuer(who: str, segment: str) -> bool:
    """Whether a body may stand for the issuer: the text there begins with its verb."""
    return pattern("issuer").fullmatch(who) is not None and _CUE.match(segment) is not None
