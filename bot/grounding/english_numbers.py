"""Numbers, times and dates of an English sentence beside those of Chinese measures: value, unit, bound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.grounding.english_dates import date_faults, without_dates
from bot.grounding.evidence import Ground
from bot.grounding.numbers import Number, find_numbers
from bot.grounding.words import english

_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
_TIMES = {
    "hundred": 100.0,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
    "k": 1e3,
    "m": 1e6,
    "bn": 1e9,
    "": 1.0,
}
_UNITS = {
    "%": r"\s*%|[ -](?:percent|per cent|percentage points?)\b",
    "元": r"[ -](?:yuan|rmb|cny|renminbi)\b(?! ?\d)",
    "工作日": r"[ -](?:working|business|work) days?\b",
    "日": r"[ -](?:calendar )?days?\b",
    "周": r"[ -]weeks?\b",
    "月": r"[ -](?:calendar )?months?\b",
    "年": r"[ -](?:(?:full|consecutive|calendar) )?years?\b",
    "小时": r"[ -]hours?\b",
    "分钟": r"[ -]minutes?\b",
    "平方米": r"[ -](?:square met(?:re|er)s?|sq\.? ?m|sqm|m2|m²)\b",
    "公里": r"[ -](?:kilomet(?:re|er)s?|km)\b",
    "吨": r"[ -](?:tonnes?|tons?)\b",
    "亩": r"[ -]mu\b",
}
_SPELT = "|".join(sorted(_ONES, key=len, reverse=True))
_NUMBER = re.compile(
    r"(?P<sign>(?:rmb|cny|¥|￥|yuan) ?)?"
    r"(?:(?P<digits>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?)(?!\d)"
    rf"|\b(?P<tens>{_SPELT})(?:[ -](?P<ones>{_SPELT}))?\b)"
    r"(?:[ -]?(?P<times>hundred|thousand|million|billion|bn|k|m)\b)?"
    rf"(?:(?=(?P<unit>{'|'.join(f'(?:{one})' for one in _UNITS.values())})))?"
)
_PART = re.compile(
    r"\b(?P<above>one|a|two|three|four)[ -](?P<below>half|third|quarter|fourth|fifth|tenth)s?\b"
    r"(?! (?:part|time|person|year|party|quarter|country|month|day|of the year))"
    r"|\b(?P<half>half)\b(?![ -](?:a |the |of the )?(?:year|yearly|day|hour))"
)
_ABOVE = {"one": 1, "a": 1, "two": 2, "three": 3, "four": 4}
_BELOW = {"half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "tenth": 10}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at ``[start, end)`` of an English text; `unit` as in `numbers.Number`, empty if none."""

    words: str
    start: int
    end: int
    value: float
    unit: str


@lru_cache(1024)
def find_quantities(text: str) -> tuple[Quantity, ...]:
    """The numbers of a normalised English text, in order, without those of dates; 'one' alone is none."""
    return tuple(_quantities(text))


def _quantities(text: str) -> Iterator[Quantity]:
    rest = without_dates(text)
    for match in _PART.finditer(rest):
        share = 0.5 if match["half"] else _ABOVE[match["above"]] / _BELOW[match["below"]]
        yield Quantity(match[0], *match.span(), round(share, 4), "分之")
    rest = _PART.sub(lambda match: "\x00" * len(match[0]), rest)
    for match in _NUMBER.finditer(rest):
        if rest[max(0, match.start() - 1) : match.start()].isalpha():
            continue  # the 5 of b5
        unit = _unit(match)
        if match["tens"] == "one" and not match["ones"] and unit in ("", "分钟"):
            continue
        yield Quantity(match[0].strip(), *match.span(), _value(match), unit)


def _unit(match: re.Match[str]) -> str:
    if match["unit"]:
        return next(name for name, words in _UNITS.items() if re.match(words, match["unit"]))
    return "元" if match["sign"] else ""


def _value(match: re.Match[str]) -> float:
    times = _TIMES[match["times"] or ""]
    if match["digits"]:
        return float(match["digits"].replace(",", "")) * times
    first, second = _ONES[match["tens"]], _ONES[match["ones"] or "zero"]
    return (first * second if second == 100 else first + second) * times


def number_faults(text: str, grounds: Sequence[Ground]) -> Iterator[str]:
    """Numbers, dates and bounds of normalised `text` that no measure has."""
    there = [number for ground in grounds for number in find_numbers(ground.text)]
    whole = "。".join(ground.text for ground in grounds)
    for one in find_quantities(text):
        if not any(same(one, number) for number in there) and not _otherwise(text, one, whole):
            yield one.words
    yield from date_faults(text, whole)
    yield from _bounds(text, there)
    if re.search(r"\b(?:double[sd]?|doubling|twice|twofold)\b", text) and not re.search(
        "[倍双翻两2二]", whole
    ):
        yield "double"


def same(one: Quantity, number: Number) -> bool:
    """Whether a Chinese number says the same: 24 months are 2 years."""
    value, unit = float(number.value), number.unit
    if one.unit == unit or not one.unit or not unit:
        return value == one.value or (one.unit == "分之" and value == 100 * one.value)
    return (value, unit) in set(_converted(one))


def _converted(one: Quantity) -> Iterator[tuple[float, str]]:
    """The same in other units."""
    if one.unit == "月":
        yield one.value / 12, "年"
    if one.unit == "年":
        yield from ((one.value * 12, "月"), (one.value, "岁"), (one.value, "年度"), (one.value, "届"))
    if one.unit == "周":
        yield one.value * 7, "日"
    if one.unit == "日":
        yield from ((one.value * 24, "小时"), (one.value / 7, "周"))
    if one.unit == "小时":
        yield one.value / 24, "日"
    if one.unit == "%":
        yield from ((one.value / 100, "分之"), (round(one.value / 100, 4), "倍"))
    if one.unit == "分之":
        yield from ((100 * one.value, "%"), (100 * one.value, "百分点"))


def _otherwise(text: str, one: Quantity, there: str) -> bool:
    """Whether a number stands in the measures in another way: in a code, as 半, as an hour after noon."""
    if one.unit in ("", "元") and one.value == int(one.value):
        later = re.match(r"(?:[:比]\d\d)? ?p\.?m\b", text[one.end :]) is not None
        value = int(one.value) + 12 * later
        if re.search(rf"(?<![\d.]){value}(?![\d.%万亿年月])", there):
            return True
        if later and any(number.value == value for number in find_numbers(there)):
            return True
    if one.words.startswith("one") and one.unit in ("年", "月", "日", "周"):
        return (
            re.search(f"每{one.unit}|[1一]个?{one.unit}|一{one.unit}|当{one.unit}|次{one.unit}", there)
            is not None
        )
    if (one.unit == "分之" and one.value == 0.5) or (one.unit == "%" and one.value == 50):
        return re.search("半|五折|1/2|二分之一", there) is not None
    if one.unit == "月" and one.value == 6:
        return "半年" in there
    if one.unit == "%" and one.value == 100:
        return re.search("全额|全部|全数|百分之百", there) is not None
    return any(match.start() <= one.start < match.end() for match in english("no_number").finditer(text))


def _bounds(text: str, there: Sequence[Number]) -> Iterator[str]:
    """Upper bounds of numbers that the measures have as lower bounds only, and the other way about."""
    quantities = {one.start: one for one in find_quantities(text)}
    for name, other in (("upper", "lower"), ("lower", "upper")):
        for match in english(name).finditer(text):
            one = next(
                (quantities[at] for at in range(match.start(), match.end() + 1) if at in quantities), None
            )
            bounds = {number.bound for number in there if one and same(one, number)}
            if bounds == {other}:
                yield match[0]
