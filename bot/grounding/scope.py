"""What widens or narrows a sentence: 仅, 所有, 不论, 分别, 免费 that the measure does not have there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.grounding.denial import negations
from bot.grounding.evidence import Ground, Piece
from bot.grounding.told import Told
from bot.grounding.words import pattern

_ALL_OF = re.compile("(?:各类|所有|全部|任何|一切|各种)的?(?P<noun>[\u4e00-\u9fff]{2})")
_WHATEVER = re.compile("(?:不论|无论|不管|不问|不看|不分|不限)(?!.{0,4}名义|[^,]*还是)")
_ANY = re.compile("任何|均|不论|无论|不管|不分|不限|各类|不受")


def scope_faults(piece: Piece, anchor: Piece, ground: Ground) -> Iterator[str]:
    """仅 and 所有 that the measure does not have there."""
    segment = ground.segment(anchor)
    for name, there in (("only", "only_there"), ("every", "every_there")):
        match = pattern(name).search(piece.text)
        if match and not pattern(there).search(segment) and not _same_limit(match, piece.text, segment):
            yield match[0]
    for match in _ALL_OF.finditer(piece.text):
        narrower = re.search(f"[^各每的、和与及或对向为家个让给在等,;。]{match['noun']}", segment)
        if narrower and not re.search(
            f"(?:所有|各类|各种|任何|一切|全体|全部|[,、的和与及各对为由向]|^){match['noun']}", segment
        ):
            yield match[0]
    if _whatever(piece, anchor, ground):
        yield piece.text
    if (
        re.search("分别|各自", piece.text)
        and re.search("共同|合计|总计|累计", segment)
        and "分别" not in segment
    ):
        yield piece.text


def _whatever(piece: Piece, anchor: Piece, ground: Ground) -> bool:
    """Whether a piece sets aside what may count (不论年限), and the sentence of the measure does not."""
    return _WHATEVER.search(piece.text) is not None and _ANY.search(ground.texts[anchor.sentence]) is None


def _same_limit(match: re.Match[str], text: str, segment: str) -> bool:
    """Whether 只能 stands at a limit of the segment, or 全部 at all of it: 减免100%."""
    if match[0] == "只" and re.match("只(?:需|需要|要|用)[按缴付交]", text[match.start() :]):
        return True
    if match[0] == "全部":
        return "100%" in segment
    if re.match("只(?:能|可|准|允许)|仅[能可]", text[match.start() :]) is None:
        return False
    return re.search("专项|专门|专款|一次|上限|封顶|限于|最[多高长]|不超过", segment) is not None


def frees_otherwise(told: Told, anchor: Piece, ground: Ground) -> bool:
    """Whether something is free in the sentence and not in the measure, or the other way about."""
    free = pattern("exempt")
    near = "".join(ground.texts[max(0, anchor.sentence - 1) : anchor.sentence + 2])
    if free.search(told.piece.text):
        return free.search(near) is None
    return (
        free.search(anchor.text) is not None
        and not free.search(told.sentence)
        and not negations(told.sentence)
    )
