"""Numbers of a piece beside those of the piece that it repeats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.grounding.evidence import Ground, Piece
from bot.grounding.numbers import Number, find_numbers
from bot.grounding.told import Told

_LISTED = ("类", "种", "方面", "级", "个", "项")  # how many there are of what is listed


def number_faults(told: Told, anchor: Piece, ground: Ground) -> Iterator[str]:
    """Numbers that differ from those of the piece repeated or, where it has no such, of its segment."""
    piece = told.piece
    if _same_dates(piece.text, ground.segment(anchor)):
        return
    refers = ground.refers(anchor)
    near, around = find_numbers(anchor.text), find_numbers(ground.told_with(anchor))
    for each in re.findall("每(?![获取新完满增逢引培招二两三四五六七八九十])[\u4e00-\u9fff]", piece.text):
        if each == "每年" and re.search("年度|按年|逐年", ground.segment(anchor)):
            continue
        if each not in ground.segment(anchor) and each[1] not in "个名位项天次":
            yield each
    yield from _per_other(piece.text, anchor, ground)
    listed_here = len(re.findall("[、和及]|(?<!参)与", piece.text)) + 1
    for number in find_numbers(piece.text):
        if number.unit in _LISTED and 2 <= number.value == listed_here:
            continue
        if _times_listed(number, ground.segment(anchor)):
            continue
        alike = [one for one in near if one.unit == number.unit and one.ordinal == number.ordinal]
        said = [one for one in find_numbers(piece.text) if one.unit == number.unit]
        behind = find_numbers(ground.segment(anchor).partition("分别")[2])
        listed = sum(one.unit == number.unit for one in behind) > 1 and any(
            number.value == one.value for one in behind
        )
        right = _of_list(told.sentence, said, anchor, ground)
        if right is not None:
            if not right:
                yield piece.text
            continue
        if "分别" in ground.segment(anchor) and len(said) > 1:
            there = alike or [one for one in around if one.unit == number.unit]
            if [one.value for one in there] != [one.value for one in said]:
                yield piece.text
            continue
        if _bound_to(piece.text, number, ground):
            continue
        if _raised_from(piece.text, number, ground):
            continue
        if listed and len(said) == 1:
            yield piece.text
        elif not any(number.same(other) for other in (alike if alike and not refers else [*near, *around])):
            yield piece.text[number.start : number.end]


def _times_listed(number: Number, segment: str) -> bool:
    """Whether a number of times is how many days are listed: 4月和10月各受理一次 for 两次."""
    if number.unit != "次" or not re.search("[日月]各[^,]{0,8}一次", segment):
        return False
    days = [one for one in find_numbers(segment) if one.unit in ("月", "日")]
    return number.value == len(days) > 1


def _per_other(text: str, anchor: Piece, ground: Ground) -> Iterator[str]:
    """每项 with the amount that its segment has for 每件, and another for 每项."""
    own = {(one.unit, one.value) for one in find_numbers(text)}
    for each in re.findall("每[项件家人次亩吨台套辆头张场]", text):
        if each in anchor.text:
            continue
        for one in ground.in_segment(anchor):
            here = each in one.text
            there = {(other.unit, other.value) for other in find_numbers(one.text)} if here else set()
            if {unit for unit, _ in there} & {unit for unit, _ in own} and not there & own:
                yield each


def _raised_from(text: str, number: Number, ground: Ground) -> bool:
    """Whether a number is where a raise starts, and the measure has it: 由1万元提高到2万元, 在5万元基础上."""
    before, behind = text[: number.start], text[number.end :]
    starts = re.search("[由从]$", before) and re.match("[^,]{0,4}[到至为]", behind)
    if not starts and not (before.endswith("在") and re.match("的?(?:基础|标准)上", behind)):
        return False
    return any(number.same(other) for other in find_numbers(ground.text))


def _bound_to(text: str, number: Number, ground: Ground) -> bool:
    """Whether the measure has a number at the very words that it stands at here, and these once only."""
    behind = text[number.end - 1 : number.end + 2]
    before = [text[number.start - size : number.start] for size in (5, 2) if number.start >= size]
    for one in ground.pieces:
        for other in find_numbers(one.text):
            if not number.same(other):
                continue
            at = other.end - 1
            if (
                re.fullmatch("[\u4e00-\u9fff]{3}", behind)
                and one.text.startswith(behind, at)
                and ground.text.count(behind) == 1
            ):
                return True
            if any(
                one.text.endswith(words, 0, other.start) and ground.text.count(words) == 1 for words in before
            ):
                return True
    return False


def _same_dates(text: str, there: str) -> bool:
    """Whether a text gives the very days of another in their order, however they are joined."""
    days = [(one.value, one.unit) for one in find_numbers(text)]
    return len(days) > 3 and days == [(one.value, one.unit) for one in find_numbers(there)]


def _of_list(sentence: str, said: Sequence[Number], anchor: Piece, ground: Ground) -> bool | None:
    """Whether numbers are those of the members told of a list, in their order: 初级、高级分别奖励1、4千元.

    None where there is no such list, or not as many members of it are told.
    """
    segment = ground.segment(anchor)
    pieces = [one.text for one in ground.pieces if "分别" in one.text and one.text in segment]
    amounts = find_numbers(",".join(pieces)) or find_numbers(anchor.text)
    values = [one.value for one in amounts if one.unit == said[0].unit]
    if "分别" not in segment or said[0].value not in values:
        return None
    for match in re.finditer("[^,、]{2,8}(?:、[^,、]{2,12})+", segment):
        members = match[0].split("、")
        places = [sentence.find(one[:2] if at else one[-2:]) for at, one in enumerate(members)]
        told = sorted((place, at) for at, place in enumerate(places) if place >= 0)
        if len(members) == len(values) and len(told) == len(said):
            return [values[at] for _, at in told] == [one.value for one in said]
    return None
