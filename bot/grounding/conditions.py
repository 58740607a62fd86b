"""Under which conditions: none may be lost between a piece and what it repeats, nor what narrows a noun."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.grounding.denial import excepted
from bot.grounding.evidence import Ground, Piece, bigrams, names_in, telling
from bot.grounding.numbers import find_numbers
from bot.grounding.parties import read_parties
from bot.grounding.words import fillers, listed, pattern, qualifiers, same, same_words, strict_qualifiers

_HELD = 0.25
_TOPIC = re.compile("(?:拿到|获得|得到|领取|享受)的[^,的]{2,10}$")  # names what is given and gives nothing
_DISTRICT = re.compile("[\u4e00-\u9fff]{1,4}[区县]")
_OWN_CITY = re.compile("(?:^|[,;。在])[\u4e00-\u9fff]{2,3}市(?![场民区级值价州属])")
_LIST = re.compile("(?:下列|以下|如下)[^,;。]{0,8}(?:的|:|$)")
_CAP_OF = re.compile(
    "(?:补助|补贴|奖励|资助|贴息|减免)(?:金|资金|标准|金额|总额|期限|额度|面积)?(?:[对按每以][^,]{2,10})?(?:[最不]|封顶|上限)"
)
_COMMON = re.compile("合同|协议|手续|材料|费用|条件|资金|平台|活动|工作|事项|程序|名单|情况")
_RELATED = re.compile(
    "[与和同][^,、]{1,14}(?:有关|相关)|没有关|有关联|(?:有关|相关)(?=工作|机制|规定|要求|情况|内容|信息|材料|合同|票据|资料|手续|条款|政策|措施)"
)


def condition_faults(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """Qualifiers and conditions of the piece repeated that the sentence (`context`) does not tell."""
    yield from _qualifiers(piece, context, anchor, ground)
    yield from _conditions(piece, context, anchor, ground)
    yield from _dropped(piece, context, anchor, ground)


def _qualifiers(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """A qualifier of the piece repeated that the sentence does not have, though it has what it qualifies."""
    for words in qualifiers():
        for word in words:
            at = anchor.text.find(word)
            if at < 0 or any(other in context for other in words) or _met_in_other_words(words, context):
                continue
            noun = anchor.text[at + len(word) :].lstrip("的")[:2]
            if _other_told(anchor.text[:at], context) or (
                word == "本市" and _DISTRICT.match(anchor.text, at + 2)
            ):
                continue
            if word in listed("with_noun") and noun not in context:
                continue
            strict = word in strict_qualifiers()
            if noun in piece.text if strict and noun else _much(piece, anchor):
                yield word + noun
    told = pattern("sums_up").sub("", piece.text) if ground.conditional else piece.text
    told = _RELATED.sub("", told)
    for words in qualifiers():
        if any(word in told for word in words) and words[0] in strict_qualifiers():
            clause = _clause(anchor) + ground.texts[anchor.sentence]
            if not any(word in clause for word in words):
                yield words[0]


def _other_told(before: str, context: str) -> bool:
    """Whether words stand behind an alternative that is told: 市级以上 of 博士和市级以上青年人才."""
    other = re.search("([\u4e00-\u9fff]{2})[和或、]$", before)
    return other is not None and other[1] in context


def _met_in_other_words(words: Sequence[str], context: str) -> bool:
    """Whether 符合条件 is told with what the conditions are on: 符合续租条件."""
    if "本市" in words and _OWN_CITY.search(context):
        return True
    if "符合条件" in words and re.search("您的(?:单位|企业|公司|机构)", context):
        return True
    return "符合条件" in words and re.search("(?:符合|满足|达到|具备)[^,;。]{1,10}条件", context) is not None


def _clause(anchor: Piece) -> str:
    """The clause round the piece, which its conditions may stand in."""
    return anchor.clause + anchor.text + "".join(anchor.conditions)


def _much(piece: Piece, anchor: Piece) -> bool:
    own = telling(anchor.text)
    return len(own & telling(piece.text)) >= 0.5 * len(own)


def _conditions(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """Pieces like 固定资产投资达到2000万元以上的 before the piece repeated must be told as well."""
    if "除外" in ground.texts[anchor.sentence] and excepted(piece.text, ground.texts[anchor.sentence]):
        return
    if re.match("其中[^,]{0,12}用[于作来]|其(?![他它余中])", anchor.text):
        return  # speaks of what is given, not of who gets it
    if _TOPIC.search(piece.text) and not find_numbers(piece.text):
        return
    said = telling(context) | _in_words_of(ground, context)
    numbers = find_numbers(context)
    yield from _items(piece, context, anchor, ground)
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


def _in_words_of(ground: Ground, context: str) -> frozenset[str]:
    """What a sentence says in other words, in those of the measure: 社会保险 for 社保."""
    own = (word for _, word in same_words().find(context) if word not in ground.text)
    words = (other for word in own for other in same()[word])
    return frozenset().union(*(bigrams(word) for word in words if word in ground.text))


def _items(piece: Piece, context: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """The item of a list of cases (有下列情形之一的: …) that a sentence tells, without its numbers."""
    if not any(_LIST.search(one) for one in (anchor.text, *anchor.conditions)):
        return
    own = telling(context)
    items = [one for one in ground.pieces if one.sentence == anchor.sentence and one.segment > 0]
    shares = [len(own & telling(one.text)) / max(1, len(telling(one.text))) for one in items]
    best = max(shares, default=0)
    told = [one.text for share, one in zip(shares, items, strict=True) if share == best >= _HELD]
    numbers = {(one.value, one.unit) for one in find_numbers(context)}
    if told and all({(one.value, one.unit) for one in find_numbers(text)} - numbers for text in told):
        yield told[0]


def _shares(condition: str, said: frozenset[str]) -> list[float]:
    """How much of a condition is told, and of each of the two that must be met together: A并B的."""
    parts = re.split("并且|并|而且|且", condition)
    each = [telling(one) for one in (condition, *(parts if min(map(len, parts)) >= 5 else ()))]
    return [len(own & said) / max(1, len(own)) for own in each]


def _met_otherwise(condition: str, piece: Piece, context: str, anchor: Piece, ground: Ground) -> bool:
    """Whether a sentence sums a condition up, tells one of its alternatives, or what meeting it is called."""
    if pattern("sums_up").search(context) or one_of_several(condition, context):
        return True
    here = ground.in_segment(anchor)
    for one in here[: here.index(anchor) + piece.text.endswith("的")]:
        match = pattern("named_as").search(one.text) if one.text != condition else None
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
        if text[at] not in anchor.text[: anchor.text.rfind(text[at + 1 : at + 3])]:
            continue
        if _abbreviated(text, at, ground) or text[at] == "等" or text[: at + 1].endswith("您的"):
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
            if words in ground.texts[0] or _who_or_common(words, anchor.text[match.end() :]):
                continue
            if words.removesuffix("的") and _own_short_form(words, anchor.text[match.end() :], ground):
                continue
            if narrows and not loose(words.removesuffix("的")) and not told_of(words, context):
                yield words


def _who_or_common(words: str, noun: str) -> bool:
    """Whether words before a noun name who acts, or the noun is of the kind that is told by itself: 合同."""
    who = any(len(one.name) == len(words) for one in read_parties(words))
    return who or _COMMON.match(noun) is not None or pattern("negation").match(words) is not None


def _abbreviated(text: str, at: int, ground: Ground) -> bool:
    """Whether the letter before a gap is of a word shortened on both sides: 租 in 公租房, 保 in 社保."""
    before = text[at - 1 : at + 1] if at else ""
    return re.fullmatch("[\u4e00-\u9fff]{2}", before) is not None and before not in ground.bigrams


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


def told_of(words: str, context: str) -> bool:
    """Whether a sentence has at least a third of some words."""
    own = bigrams(words)
    return len(own & bigrams(context)) >= 0.33 * len(own)


def _in_force(piece: Piece, anchor: Piece, ground: Ground) -> tuple[str, ...]:
    """The conditions of the piece repeated, and of those of its segment that have the same numbers."""
    values = {(number.value, number.unit) for number in find_numbers(piece.text)}
    found = list(anchor.conditions)
    for one in ground.in_segment(anchor):
        if values & {(number.value, number.unit) for number in find_numbers(one.text)}:
            found += one.conditions
    told = dict.fromkeys(_who(one) for one in found if not _LIST.search(one))
    return tuple(one for one in told if one != anchor.text)


def _who(condition: str) -> str:
    """A condition without what it gives: 对参加活动的企业 of 对参加活动的企业按每人800元给予补助."""
    match = re.match(
        "(?P<who>对[^,]*的[^,的]{2,12}?)(?:分别|统一)?(?:按照?[^,]*的标准|按照?|给予|可以?给予|发放)",
        condition,
    )
    return match["who"] if match else condition
