"""What is said to the reader: 可以 where a measure supports or gives a right, advice, who asks."""

from __future__ import annotations

import re

from bot.grounding.denial import negations
from bot.grounding.evidence import Ground, Piece, bigrams, telling
from bot.grounding.numbers import find_numbers
from bot.grounding.parties import read_parties

_MAY = re.compile("(?:可以?|能够?)")
_TRY = re.compile("探索|试点|尝试|允许|酌情|视情况?|根据需要|自行决定|不必|可以不")
_RIGHT = re.compile(
    "(?:可以?|能够?)(?:(?:在|通过|按照?|向|凭|从|于|用)[^,]{1,24}?)?(?:在线|直接|优先|自主|提出|一次性)?"
    "(?P<verb>使用|申请|申领|申报|领取|购买|抵扣|支付|提交|注册|报名|参加|选择|查询|用于|用)"
)
_ADVICE = re.compile(
    "(?:可以?|不妨|建议|能够?)(?:先|多|重点|随时|直接|向[^,]{2,12}|到[^,]{2,12})?(?:关注|了解|留意|参考|查看|查阅|看看|咨询)"
)
_ASKS = re.compile(
    "(?:那么|那)?(?:如果|若是?|要是|假如|倘若|当)[^,]{0,4}您"
    "|您(?:的[^,]{1,8}?|所[^,]{1,6}?)?(?:想|问|关心|关注|担心|提到|希望|打算|正在|准备|计划|需要了解|询问)"
)
_APPROVES = re.compile(
    "(?:[^,]{0,6}(?:意见|政策|措施|办法|文件|规定|方案|条例|政府|市里))?(?:都|也)?"
    "(?:对(?:此|其|这|这些|这一点|上述[^,]{0,4}))?(?:都|也|均)?(?:表示|给予|予以|持|是)?(?P<stance>支持|鼓励|引导|允许)(?:的|态度)?"
)
_APPLY = re.compile("申[领请报]|提交|报名|报送")
_APPLIES = re.compile("您(?:的[^,]{2,6})?可以?[^,不]*(?:申[领请报]|提交|报名|报送)")
_OFFICE = re.compile("[局委厅]$|部门|政府|财政|中心|办公室")
_AT_HEAD = 12
_LEAST = 0.7


def asks(text: str) -> bool:
    """Whether a piece only tells the case of who asks: 如果您做区块链, 您问到的人才. It claims nothing."""
    return _ASKS.match(text) is not None and not find_numbers(text) and not negations(text)


def approves(text: str) -> str:
    """The word of a piece that only approves of what was told: 意见对此表示支持; else empty."""
    match = _APPROVES.fullmatch(text.strip())
    return match["stance"] if match else ""


def what_is_advised(text: str) -> str | None:
    """What a piece advises its reader to look at: no fact, but it must be there. None if nothing."""
    match = _ADVICE.search(text)
    return text[match.end() :] if match and match.start() <= _AT_HEAD and not find_numbers(text) else None


def is_may(piece: Piece, anchor: Piece, ground: Ground) -> bool:
    """Whether a piece with 可以 says what the piece of the measure does: support, or a right."""
    if not piece.own <= {"explore"} or not _MAY.search(piece.text) or _TRY.search(piece.text):
        return False
    if anchor.own & {"support", "encourage"} or (
        not anchor.own and anchor.strength in ("support", "encourage")
    ):
        return "must" not in anchor.own
    if _APPLIES.search(piece.text) and _APPLY.search(anchor.text):
        return True
    return anchor.strength == "plain" and not anchor.own and _is_right(piece, anchor, ground)


def _is_right(piece: Piece, anchor: Piece, ground: Ground) -> bool:
    """Whether a piece gives somebody but an office what its segment tells as what is done."""
    match = _RIGHT.search(piece.text)
    segment = ground.segment(anchor)
    if match is None or match["verb"][:1] not in segment:
        return False
    if re.search(f"(?:不得|禁止|严禁|不予|不)[^;。]*{match['verb'][:1]}", segment):
        return False
    if any(one.part == "does" and _OFFICE.search(one.name) for one in read_parties(piece.text)):
        return False
    own, there = telling(piece.text), bigrams(ground.texts[anchor.sentence])
    return len(own & ground.bigrams) >= _LEAST * len(own) and len(own & there) >= _LEAST * len(
        own & ground.bigrams
    )
