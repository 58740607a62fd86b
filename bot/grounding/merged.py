"""Whether a sentence joins what the measure does not: words of one sentence, the amount of another."""

from __future__ import annotations

import re

from bot.grounding.evidence import Ground, Piece, bigrams, is_parallel, telling
from bot.grounding.numbers import find_numbers, has_all
from bot.grounding.told import Told

_LEAST_SHARE = 0.8
_LEAST_WITH_NUMBER = 0.75
_NEARLY_ALL = 0.8
_MANY = 4
_LIST = re.compile("(?:下列|以下|如下)[^,;。]{0,8}:|同时(?:具备|符合|满足)")
_MEMBER = re.compile("[和与及、]([\u4e00-\u9fff]{3,8}?)(?=的|[和与及、]|$)")
_RAISE = re.compile("(?:可以?|应当?|再|将)[^,]{0,8}?(?:提高|上浮|上调|增加|提升)")


def is_stray(told: Told, anchor: Piece, ground: Ground) -> bool:
    """Whether a piece takes its words from another sentence than the one it repeats.

    With a number the pieces that it goes with count as well, and only the segment that has the number.
    """
    piece = told.piece
    here = bigrams(ground.texts[0]) | bigrams(ground.told_with(anchor))
    if _LIST.search(ground.texts[anchor.sentence]):
        here |= bigrams(ground.texts[anchor.sentence])
    if find_numbers(piece.text):
        if _listed_from_elsewhere(piece.text, here, ground):
            return True
        if _case_of_another(told, anchor, ground):
            return True
        if _stands_alone(piece, anchor, ground):
            return False
        own, least = telling(_case(told, anchor)) & ground.bigrams, _LEAST_WITH_NUMBER
        there = find_numbers(anchor.text)
        here_all = has_all(find_numbers(piece.text), there)
        if _RAISE.search(anchor.text) and len(own & telling(_RAISE.split(anchor.text)[0])) >= 2:
            return False  # a raise is on what is told before it
        beside = ground.beside(anchor)
        if _case_told(anchor, own) and not telling(piece.text) & beside:
            return False
        if here_all and own & beside and not _LIST.search(ground.texts[anchor.sentence]):
            mine = ground.apart(anchor)
            if len(own & beside) == 1 and len(own & mine) >= _MANY:
                return False
            return not mine or len(own & mine) < _NEARLY_ALL * len(mine)
    else:
        own, least = telling(piece.text) & ground.bigrams, _LEAST_SHARE
        here |= bigrams(ground.texts[anchor.sentence])
        own = frozenset(pair for pair in own if ground.weights.get(pair, 0) == 1)
    return len(own) >= 4 and len(own - here) >= 4 and len(own & here) < least * len(own)


def _listed_from_elsewhere(text: str, here: frozenset[str], ground: Ground) -> bool:
    """Whether a list has a member that the measure names elsewhere only: 首次和重新认定的奖励上浮20%."""
    for match in _MEMBER.finditer(text):
        own = telling(match[1])
        if own <= ground.bigrams and len(own - here) >= 2 and 2 * len(own & here) <= len(own):
            return True
    return False


def _case_told(anchor: Piece, own: frozenset[str]) -> bool:
    """Whether all conditions of the piece repeated are told in full: then the number goes with them."""
    cases = [telling(one) for one in anchor.conditions]
    return bool(cases) and all(len(one) >= 2 and len(one & own) >= 0.8 * len(one) for one in cases)


def _case_of_another(told: Told, anchor: Piece, ground: Ground) -> bool:
    """Whether the case told has a number that the measure has beside another amount of the same kind only."""
    amounts, there = find_numbers(told.piece.text), find_numbers(anchor.text)
    if not has_all(amounts, there):
        return False
    case = find_numbers(told.group.removesuffix(told.piece.text))
    for one in ground.pieces:
        if one.sentence != anchor.sentence or not is_parallel(anchor, one):
            continue
        apart = one.segment != anchor.segment
        mine = find_numbers(ground.segment(anchor) if apart else ",".join((anchor.text, *anchor.conditions)))
        others = find_numbers(ground.segment(one) if apart else ",".join((one.text, *one.conditions)))
        for number in case:
            if any(map(number.same, others)) and not any(map(number.same, mine)):
                return True
    return False


def _case(told: Told, anchor: Piece) -> str:
    """What a number is told of: the piece alone if it has a condition of the piece repeated in itself."""
    for condition in anchor.conditions:
        own = telling(condition)
        if len(own) >= 3 and len(own & told.piece.bigrams) >= 0.6 * len(own):
            return told.piece.text
    return told.group


def _stands_alone(piece: Piece, anchor: Piece, ground: Ground) -> bool:
    """Whether a piece repeats nearly all of one without a condition and without a number beside it."""
    own = telling(anchor.text)
    units = {one.unit for one in find_numbers(anchor.text)}
    if sum(one.unit in units for one in find_numbers(ground.texts[anchor.sentence])) > len(
        find_numbers(anchor.text)
    ):
        return False
    return not anchor.conditions and len(own) >= 3 and len(own & piece.bigrams) >= 0.8 * len(own)
