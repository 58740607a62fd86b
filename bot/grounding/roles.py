"""Who acts and under which conditions: neither may be lost or swapped between a piece and what it repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from bot.grounding.denial import excepted
from bot.grounding.evidence import Ground, Piece, bigrams, names_in, telling
from bot.grounding.numbers import find_numbers
from bot.grounding.parties import Party, like, read_parties
from bot.grounding.words import fillers, pattern, qualifiers, strict_qualifiers

RoleFault = Literal["condition", "actor"]

_CUE = re.compile(
    "(?<![得到获享受])支持|鼓励|引导|推动|探索|应当|必须|不得|可以(?!得到|获得|享受|领取)|应(?!用)|要|将|负责|承担|给予|牵头|建立|设立|制定|建设|开展|组织|安排|补助|奖励"
)
_HELD = 0.25
_CAP_OF = re.compile(
    "(?:补助|补贴|奖励|资助|贴息|减免)(?:金|资金|标准|金额|期限|额度|面积)?(?:[对按每][^,]{2,10})?(?:[最不]|封顶|上限)"
)
_RELATED = re.compile(
    "[与和同][^,、]{1,14}(?:有关|相关)|没有关|有关联|(?:有关|相关)(?=工作|机制|规定|要求|情况|内容|信息|材料|合同|票据|资料|手续|条款|政策|措施)"
)
_ACT = ("does", "told", "helped", "with")


def role_faults(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[tuple[RoleFault, str]]:
    """Conditions left out, and actors who do not act there."""
    yield from (("condition", words) for words in _qualifiers(piece, context, anchor, ground))
    yield from (("condition", words) for words in _conditions(piece, context, anchor, ground))
    yield from (("condition", words) for words in _dropped(piece, context, anchor, ground))
    yield from (("actor", words) for words in _actors(piece, context, anchor, ground))


def _qualifiers(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
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
    told = pattern("sums_up").sub("", piece.text) if ground.conditional else piece.text
    told = _RELATED.sub("", told)
    for words in qualifiers():
        if any(word in told for word in words) and words[0] in strict_qualifiers():
            clause = ground_clause(anchor) + ground.texts[anchor.sentence]
            if not any(word in clause for word in words):
                yield words[0]


def acts(there: Piece, ground: Ground) -> bool:
    """Whether a piece of a measure says who does what it tells, itself or by the pieces before."""
    named = [one.part for one in read_parties(there.text) if one.part in _ACT]
    return "does" in (named or [one.part for one in _acting_before(there, ground)])


def ground_clause(anchor: Piece) -> str:
    """The clause round the piece, which its conditions may stand in."""
    return anchor.clause + anchor.text + "".join(anchor.conditions)


def _much(piece: Piece, anchor: Piece) -> bool:
    own = telling(anchor.text)
    return len(own & telling(piece.text)) >= 0.5 * len(own)


def _conditions(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """Pieces like 固定资产投资达到2000万元以上的 before the piece repeated must be told as well."""
    if "除外" in ground.texts[anchor.sentence] and excepted(piece.text, ground.texts[anchor.sentence]):
        return
    said = telling(context)
    numbers = find_numbers(context)
    for condition in _in_force(piece, anchor, ground):
        own = telling(condition)
        amounts = find_numbers(condition)
        if _limits(piece, ground.segment(anchor)) or _met_otherwise(
            condition, piece, context, anchor, ground
        ):
            continue
        if (amounts and not all(any(one.value == other.value for other in numbers) for one in amounts)) or (
            own and min(_shares(condition, said)) < _HELD
        ):
            yield condition


def _shares(condition: str, said: frozenset[str]) -> list[float]:
    """How much of a condition is told, and of each of the two that must be met together: A并B的."""
    parts = re.split("并且|并|而且|且", condition)
    each = [telling(one) for one in (condition, *(parts if min(map(len, parts)) >= 5 else ()))]
    return [len(own & said) / max(1, len(own)) for own in each]


def _met_otherwise(condition: str, piece: Piece, context: str, anchor: Piece, ground: Ground) -> bool:
    """Whether a sentence sums a condition up, tells one of its alternatives, or what meeting it is called."""
    if pattern("sums_up").search(context) or one_of_several(condition, context):
        return True
    for one in ground.pieces[: ground.pieces.index(anchor) + piece.text.endswith("的")]:
        here = (one.sentence, one.segment) == (anchor.sentence, anchor.segment)
        match = pattern("named_as").search(one.text) if here and one.text != condition else None
        if match and len(one.text) - match.end() >= 4 and one.text[match.start() :].strip() in context:
            return True
    return False


def one_of_several(condition: str, context: str) -> bool:
    """Whether a sentence tells one of the long alternatives of a condition: A、B或者C的企业."""
    several = re.split("、|或者|或|以及有", condition)
    if not re.search("或", condition) or re.search("[且并]|同时", condition):
        return False
    return min(map(len, several)) >= 6 and any(
        len(own & bigrams(context)) >= 0.7 * len(own) for own in map(bigrams, several)
    )


def _limits(piece: Piece, segment: str) -> bool:
    """Whether a piece only sets a limit: it grants nothing to anybody, whoever the condition is on."""
    if "只能" in piece.text:
        return True
    if re.search("累计|上限|期限", piece.text) and not re.search("给予|[可能]以?[获领享得拿]", piece.text):
        return True
    bound = any(one.bound == "upper" for one in find_numbers(piece.text))
    if (
        bound
        and _CAP_OF.search(piece.text)
        and not re.search("给予|获得|享受|领取|可[以获得享拿领]", piece.text)
    ):
        return True
    return re.search(
        "[最不]高?(?:超过|多|长|高)|只能|上限|期限?为|至多", piece.text
    ) is not None and not re.search("奖励|给予|补助|补贴", piece.text)


def _dropped(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """What narrows a noun in the piece repeated and is left out between two letters of the piece here."""
    parties = {one.start: one for one in read_parties(anchor.text)}
    text = piece.text.replace("各", "")
    for at in range(len(text) - 1):
        if text[at : at + 2] in ground.bigrams or text[at + 1 : at + 3] not in anchor.text:
            continue
        left, right = re.escape(text[at]), re.escape(text[at + 1 : at + 3])
        for match in re.finditer(rf"(?<={left})[^,、]{{2,14}}?(?={right})", anchor.text):
            words = match[0]
            party = next((one for one in parties.values() if one.start <= match.end() < one.end), None)
            narrows = (
                pattern("narrows").match(words)
                or (party is None and _attribute(words, text[at + 1 :]))
                or (party is not None and words.endswith("的"))
            )
            if words.removesuffix("的") and _own_short_form(words, anchor.text[match.end() :], ground):
                continue
            if narrows and not loose(words.removesuffix("的")) and not _told_of(words, context):
                yield words


def _own_short_form(words: str, noun: str, ground: Ground) -> bool:
    """Whether the measure says a noun without what narrows it as well, or the words only name its region."""
    if re.match("[省市](?=[\u4e00-\u9fff])", noun) and re.fullmatch("[^省市县区级的各]{2,3}", words):
        return not names_in(words + noun[0], ground.known)
    short = noun[:3]
    return (
        len(short) == 3
        and re.search(f"(?:[的、或者]|所[^,]{{1,3}}的){re.escape(short)}", ground.text) is not None
    )


def _attribute(words: str, behind: str) -> bool:
    """Whether two to four letters before a noun narrow it: 永久基本 of 在永久基本农田上; no verb."""
    bare = re.fullmatch("[\u4e00-\u9fff]{2,4}", words) and not fillers().within(words)
    verb = pattern("name_stops").search(words) or pattern("name_stops").match(behind)
    amount = any(pattern(name).search(words) for name in ("upper", "lower", "digits"))
    bound = pattern("upper").match(behind) or pattern("lower").match(behind)
    return bare is not None and not verb and not amount and not bound


def loose(words: str) -> bool:
    """Whether words before a noun may be left out: adverbs, 一批…, 相关."""
    return pattern("loose_modifier").fullmatch(words) is not None or "一批" in words


def _told_of(words: str, context: str) -> bool:
    """Whether a sentence has at least a third of some words."""
    own = bigrams(words)
    return len(own & bigrams(context)) >= 0.34 * len(own)


def _in_force(piece: Piece, anchor: Piece, ground: Ground) -> frozenset[str]:
    """The conditions of the piece repeated, and of those of its segment that have the same numbers."""
    values = {(number.value, number.unit) for number in find_numbers(piece.text)}
    found = set(anchor.conditions)
    for one in ground.pieces:
        here = (one.sentence, one.segment) == (anchor.sentence, anchor.segment)
        if here and values & {(number.value, number.unit) for number in find_numbers(one.text)}:
            found.update(one.conditions)
    return frozenset(found) - {anchor.text}


def _actors(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """Parties that the measure names in another part, beside another verb, or not at all."""
    parties = [one for one in read_parties(piece.text) if one.part in ("does", "told", "helped", "gets")]
    if parties and not piece.text.endswith("的"):
        for party in parties:
            if _reader(party, piece):
                continue
            results = [
                list(_misplaced(party, parties, piece, one, ground))
                for one in _same_deed(piece, party, anchor, ground)
            ]
            yield from min(results, key=len)
            yield from _acted_on(party, piece, ground)
    owners = [one for one in read_parties(piece.text) if piece.text.startswith("的", one.end)]
    yield from _widened([*parties, *owners], context, anchor, ground)
    for found in re.finditer("市级|省级|国家级|区县|县\\(区\\)|乡镇|市财政|中央", piece.text):
        if piece.text.startswith("财政", found.end()):
            continue
        if found[0] not in ground.text and not _issuer(found[0], ground.segment(anchor)):
            yield found[0]


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
    here = [one for one in ground.pieces if (one.sentence, one.segment) == (there.sentence, there.segment)]
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
    if len(words) < 2 or loose(words) or _told_of(words, context):
        return False
    if pattern("sums_up").search(context) or one_of_several(words, context):
        return False
    if re.match("申[领请报]", words) and re.search("申[领请报]|条件|资格|入[驻库]", context):
        return False
    if (places := re.split("[、和]", re.split("等", words)[0])) and len(places) > 1 and "等" in words:
        if any(len(one) >= 2 and one in context for one in places):
            return False
    if (group := re.search("等(?P<kind>[^等的]{2,})$", words)) and group["kind"] in context:
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
