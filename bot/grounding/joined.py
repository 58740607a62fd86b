"""Pieces of a sentence that hang together: how, or up to how much, is of what the measure tells it of.

A piece 围绕…, 通过… goes with the one behind it, a cap (最高20万元) with the one before: each must repeat the
same sentence of a measure. Two things that are done together (A与B融合) must be together there as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.grounding.anchors import find_anchors
from bot.grounding.evidence import Ground, Piece, telling
from bot.grounding.numbers import find_numbers
from bot.grounding.told import Told

_HOW = re.compile("(?:通过|依托|借助|凭借|围绕|针对|聚焦|立足)[^,]{3,}$")
_CAP = re.compile(
    "(?:且|但|并)?(?:[总合累]计?|总额|金额|额度|上限|单笔|全年|每[年家个项件人])*(?:最[高多长]|不超过|封顶|上限)[^,]*$"
)
_TOGETHER = re.compile(
    "(?P<left>[\u4e00-\u9fff]{2})(?:应当?|将|要|需|须|可以?|共同|也|还)?[与和同跟](?P<right>[\u4e00-\u9fff]{2})[^,、]{0,8}?(?:融合|结对|联动|对接|互通|互认|合并|挂钩)"
)
_STRAY = 3
_EITHER = re.compile("或者?")
_BOTH = re.compile("[且并]|同时|以及|和|与")


def joined_faults(told: Sequence[Told], ground: Ground) -> Iterator[str]:
    """Pieces that the measure does not have with those beside them."""
    for first, second in pairwise(told):
        if first.piece.segment != second.piece.segment:
            continue
        by = second.piece.text.startswith("由") and any(one.text == first.piece.text for one in ground.pieces)
        if by and _apart(find_anchors(first, ground), find_anchors(second, ground), True, ground):
            yield second.piece.text
        how, cap = _HOW.match(first.piece.text), _is_cap(second.piece, ground)
        if (how or cap) and _apart(
            find_anchors(first, ground), find_anchors(second, ground), bool(cap), ground
        ):
            yield second.piece.text if cap else first.piece.text
    for one in told:
        yield from _paired(one.piece.text, ground.text)
        yield from _either(one.piece.text, ground)
        yield from _of_others(one.piece, ground)


def _is_cap(piece: Piece, ground: Ground) -> bool:
    """Whether a piece tells an upper bound and next to nothing of what it bounds."""
    return _CAP.match(piece.text.strip()) is not None and len(telling(piece.text) & ground.bigrams) <= 2


def _apart(first: Sequence[Piece], second: Sequence[Piece], cap: bool, ground: Ground) -> bool:
    """Whether no sentence (of a cap: no segment) is repeated by both; a heading goes with all."""
    if not first or not second or any(one.sentence == 0 for one in (*first, *second)):
        return False
    if cap:
        places = {(one.sentence, one.segment) for one in first}
        return not any((one.sentence, one.segment) in places for one in second)
    near = {one.sentence for one in first}
    return not any(
        one.sentence in near or (one.sentence - 1 in near and ground.refers(one)) for one in second
    )


def _paired(text: str, there: str) -> Iterator[str]:
    """A与B融合 where the measure has A with another, or B."""
    for match in _TOGETHER.finditer(text):
        left, right = match["left"], match["right"]
        known = re.search(f"{left}[与和同跟]|[与和同跟]{right}", there)
        if known and not re.search(
            f"{left}(?:应当|应|将|要)?[与和同跟]{right}|{right}[^,。;]{{0,6}}[与和同跟、][^,。;]{{0,6}}{left}",
            there,
        ):
            yield match[0]


def _of_others(piece: Piece, ground: Ground) -> Iterator[str]:
    """Words that a measure has of other places only: 忠县创建国家高新区 where 忠县 creates something else."""
    own = [one for one in ground.pieces if piece.names and piece.names <= one.names]
    others = [one for one in ground.pieces if one.names and not piece.names & one.names]
    if not own or not others:
        return
    home = frozenset().union(
        *(
            one.bigrams
            for one in ground.pieces
            for mine in own
            if one.clause == mine.clause or one.sentence == 0
        )
    )
    away = frozenset().union(*(one.bigrams for one in others))
    if len((telling(piece.text) & away) - home) >= _STRAY:
        yield piece.text


def _either(text: str, ground: Ground) -> Iterator[str]:
    """A或者B of two amounts that the measure asks for together."""
    numbers = find_numbers(text)
    for first, second in pairwise(numbers):
        if not _EITHER.search(text, first.end, second.start):
            continue
        for piece in ground.pieces:
            there = find_numbers(piece.text)
            for one, other in pairwise(there):
                between = piece.text[one.end : other.start]
                same = (first.value, second.value) == (one.value, other.value)
                if same and _BOTH.search(between) and not _EITHER.search(between):
                    yield text
