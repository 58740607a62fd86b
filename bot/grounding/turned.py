"""A sentence that says who does not qualify, turned round: 超过300人的不得申领 → 不超过300人的可以申领.

A measure tells who qualifies; who is beyond a bound of it or lacks what it asks for does not. Such a sentence
is faithful if the one turned round is, but for conditions, strength and who acts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grounding.evidence import Ground
from bot.grounding.numbers import Number, find_numbers
from bot.grounding.words import pattern

_FEW = re.compile("(?:只有|仅有|只|仅)(?=[\\d一二两三四五六七八九十百])")


def turned_round(text: str, grounds: Sequence[Ground]) -> str | None:
    """What a refusal says of those who qualify; None if a sentence refuses nothing, or for no such reason."""
    refusals = list(pattern("refused").finditer(text))
    if len(refusals) != 1:
        return None
    match = refusals[0]
    what = (match["what"] or match["for"] or "").replace("的", "")
    before, behind = text[: match.start()], text[match.end() :]
    otherwise = re.search(",否则[^,]{0,4}$", before) if match["what"] or match["for"] else None
    met = before[: otherwise.start()] + "," if otherwise else _met(before, grounds)
    return None if met is None else f"{met}可以{what}{behind}"


def _met(text: str, grounds: Sequence[Ground]) -> str | None:
    """A reason for a refusal as what is asked for: 不满2年 → 不低于2年, 只有两人 → 不少于3人."""
    if pattern("short_of").search(text):
        return pattern("short_of").sub("不低于", text)
    if pattern("beyond").search(text):
        return pattern("beyond").sub("不超过", text)
    if few := _FEW.search(text):
        for number in find_numbers(text):
            least = _least(number, grounds) if number.start == few.end() else None
            if least:
                return text[: few.start()] + least + text[number.end :]
    if pattern("unmet").search(text):
        return pattern("unmet").sub("", text)
    return None


def _least(number: Number, grounds: Sequence[Ground]) -> str | None:
    """The only lower bound of the measures on what a number counts, if it is greater."""
    found = {
        piece.text[one.start : one.end]
        for ground in grounds
        for piece in ground.pieces
        for one in find_numbers(piece.text)
        if one.unit == number.unit and one.bound == "lower" and one.value > number.value
    }
    return f"不少于{found.pop()}" if len(found) == 1 else None
