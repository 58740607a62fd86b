"""What a piece of a sentence is laid beside: the pieces of a measure that it repeats."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grounding.evidence import Ground, Piece, bigrams, telling
from bot.grounding.numbers import Number, find_numbers, has_all
from bot.grounding.told import Told

_REFUSES = re.compile("不得|不予|禁止|严禁")


def find_anchors(told: Told, ground: Ground) -> list[Piece]:
    """The pieces of a measure that a piece repeats best; of a refusal also those that refuse the same."""
    found = _best(told.piece, ground)
    if not _REFUSES.search(told.piece.text) or any(_REFUSES.search(one.text) for one in found):
        return found
    own = telling(told.group) & ground.bigrams
    return found + [
        one
        for one in ground.pieces
        if _REFUSES.search(one.text) and 2 * len(own & _refused(one, ground)) >= len(own) > 1
    ]


def _refused(piece: Piece, ground: Ground) -> frozenset[str]:
    """What a refusal is on: its segment, or all of a list behind it (下列活动: a; b)."""
    return bigrams(ground.texts[piece.sentence] if "下列" in piece.text else ground.segment(piece))


def _best(piece: Piece, ground: Ground) -> list[Piece]:
    """The pieces that a piece repeats best: those as good as the best one."""
    own, numbers = telling(piece.text), find_numbers(piece.text)
    scores = [
        (sum(ground.weights[pair] for pair in own & one.bigrams), -len(one.text), at)
        for at, one in enumerate(ground.pieces)
        if one.sentence or not numbers
    ]
    best = max((score for score, _, _ in scores), default=0)
    if not best:
        return [one for one in ground.pieces if numbers and has_all(numbers, find_numbers(one.text))]
    least = 0.97 * best
    found = [ground.pieces[at] for score, _, at in scores if score >= least]
    if piece.text.endswith("的"):
        found += [one for one in ground.pieces if one not in found and _is_case(one, own)]
    if numbers and not any(_has_any(numbers, find_numbers(one.text)) for one in found):
        found += [
            ground.pieces[at]
            for score, _, at in scores
            if score > 0 and _has_any(numbers, find_numbers(ground.pieces[at].text))
        ]
    elif numbers and len(numbers) <= 3:
        found += [
            ground.pieces[at]
            for score, _, at in scores
            if least > score > 0 and has_all(numbers, find_numbers(ground.pieces[at].text))
        ]
        cases = {words for one in found for words in one.conditions}
        found = [
            one
            for one in found
            if one.text not in cases
            or re.search("补助|补贴|奖励|给予", one.text)
            or has_all(numbers, find_numbers(one.text))
        ]
    return found


def _is_case(piece: Piece, told: frozenset[str]) -> bool:
    """Whether a piece of a measure is a short condition that a piece tells in full: 对重新认定的."""
    own = telling(piece.text) if piece.text.endswith("的") else frozenset()
    return len(own) >= 2 and len(own & told) >= 0.7 * len(own)


def _has_any(numbers: Sequence[Number], there: Sequence[Number]) -> bool:
    return any(one.same(other) for one in numbers for other in there)
