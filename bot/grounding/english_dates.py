"""Dates of an English sentence beside those of Chinese measures: by 31 March, in the first quarter."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_HAN = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_MONTH = "|".join((*_MONTHS, *(one[:3] + r"\." for one in _MONTHS)))
_SURE = "|".join(one for one in _MONTHS if one not in ("may", "march"))
_DATE = re.compile(
    rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH})\b"
    rf"|\b(?P<month2>{_MONTH}) (?:the )?(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!,\d{{3}}(?!\d))"
    rf"|\b(?P<month3>{_SURE})\b"
    r"|\b(?:in|by|before|of|each|every|from|until|to|since|early|late|mid|after|during)[ -]"
    r"(?P<month4>may|march)\b(?! (?:not|be)\b)"
    r"|\b(?P<month5>may|march)(?= (?:each|every|of (?:each|every)) year|(?: of)? \d{4})"
)
_QUARTERS = ("first", "second", "third", "fourth", "last")
_QUARTER = re.compile(rf"\b({'|'.join(_QUARTERS)})[ -]quarter\b|\bq([1-4])\b")
_HALVES = re.compile(r"\b(first|second) half of (?:the|each|every|a) (?:calendar )?year\b")


def without_dates(text: str) -> str:
    """A normalised text with other signs, as many, for its dates."""
    for words in (_DATE, _QUARTER, _HALVES):
        text = words.sub(lambda match: "\x00" * len(match[0]), text)
    return text


def date_faults(text: str, there: str) -> Iterator[str]:
    """Days, months, quarters and halves of a year that a Chinese text has not."""
    for match in _DATE.finditer(text):
        month = next(words for name, words in match.groupdict().items() if words and "month" in name)
        day = match["day"] or match["day2"]
        at = next(number for number, name in enumerate(_MONTHS, 1) if name.startswith(month.rstrip(".")))
        dated = rf"(?<!\d)0?{at}月" + (rf"0?{int(day)}[日号]" if day else "")
        if not re.search(dated, _months(there)):
            yield match[0]
    for match in _QUARTER.finditer(text):
        number = int(match[2]) if match[2] else min(4, _QUARTERS.index(match[1]) + 1)
        if not re.search(f"[{number}{_HAN[number - 1]}]季度", there):
            yield match[0]
    for match in _HALVES.finditer(text):
        if ("上半年" if match[1] == "first" else "下半年") not in there:
            yield match[0]


def _months(there: str) -> str:
    """A Chinese text with its months in digits, and both ends of a span: 3至5月 is 3月至5月."""
    digits = re.sub(
        "(十[一二]?|[一二三四五六七八九])(?=月)", lambda match: str(_HAN.index(match[1]) + 1), there
    )
    return re.sub(r"(\d{1,2})(?=[-至到、和](?:\d{1,2})月)", r"\1月", digits)
