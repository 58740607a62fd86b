"""Which clauses and sections a question points at by number: 第十八条, (七), 第17、18条, 第六部分, 最后一条.

Works on normalised text (`corpus.normal.normalize`): half-width, simplified, lower case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.numbering import numeral

Unit = Literal["measure", "section"]

MAX_RANGE = 200
"""The longest range that is spelt out; a wider one is read as its two ends."""

_LEVELS = "编分编章节"
"""Words for sections, from the largest to the smallest."""
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_NUM = r"(?:\d{1,6}|[〇零一二三四五六七八九十百千两]{1,6})"
_SEP = r"\s*(?:[、,;和与及跟]|以及|还有|and|&)\s*"
_TO = r"\s*(?:-|–|—|~|到|至|to)\s*"

# 第三条高速公路 counts a road, not a clause.
_ROADS = r"(?!高速|公路|铁路|道路|路线|线路|地铁|轻轨|生产线|产业链|河|街)"
_MEASURE = rf"(?:条{_ROADS}|款措施|项措施|点措施|个措施|号措施|项条款|条措施)"
_SECTION = r"(?:部分|大部分|章|节|编|分编|大点|板块|大类)"

# "第…条", with any list or range inside; "之一" belongs to the number before it.
_ORDINAL = re.compile(
    rf"第\s*(?P<items>\(?{_NUM}\)?(?:\s*条之{_NUM})?(?:条?(?:{_SEP}|{_TO})第?\s*\(?{_NUM}\)?)*)\s*"
    rf"(?P<unit>{_MEASURE}|{_SECTION}|项(?!目)|款|点|个(?=$|[\s,。?!:是讲说写的]))(?:之(?P<sub>{_NUM}))?"
)
# Paragraphs and items inside an article (第十条第二款第一项) point at the article.
_INSIDE = re.compile(
    rf"(?P<article>条(?:之{_NUM})?)(?:的?第\s*\(?{_NUM}\)?\s*(?:款|项|目|段|句)(?!措施|目))+"
)
_WITHIN = re.compile(r"\s*(?:的|里的?|中的?)?\s*")
_LABEL = r"\((?:[〇零一二三四五六七八九十百千]{1,6}|\d{1,3})\)"
_BRACKETED = re.compile(rf"(?<![a-z\d_]){_LABEL}(?:(?:{_SEP}|{_TO})?{_LABEL})*(?![\d号年])")
_BARE = re.compile(
    rf"(?:^|[\s,。:的看查问]|请问|关于|措施|条款)(?P<items>{_NUM}(?:条?(?:{_SEP}|{_TO}){_NUM})*)\s*条"
    r"(?=$|[\s,。?!:的是里中写说讲怎规有内全原具提支])"
)
_WORDS = "(?!一[样共起些致般览律定直旦下道并体边])"  # 条款一样, 措施一共: words, no numbers
_NAMED = re.compile(
    rf"(?:措施|条款|序号|编号)\s*{_WORDS}(?P<items>\(?{_NUM}\)?(?:(?:{_SEP}|{_TO})\(?{_NUM}\)?)*)"
)
_ENGLISH = re.compile(
    r"(?:\b|(?=§))(?P<unit>measures?|articles?|art\.|§|clauses?|items?|provisions?|sections?|parts?|chapters?)\s*"
    rf"(?:no\.?|number|#)?\s*(?P<items>\(?\d{{1,4}}\)?(?:{_SEP}\(?\d{{1,4}}\)?|{_TO}\(?\d{{1,4}}\)?)*)"
)
_SECTION_LABEL = re.compile(rf"(?:^|\s)(?P<items>{_NUM})、(?!\s*{_NUM})")
_FROM_END = re.compile(rf"(?:倒数第(?P<back>{_NUM})|最后一?|末尾一?)个?(?P<unit>{_MEASURE}|{_SECTION})")
_NTH_ENGLISH = re.compile(
    r"\b(?P<items>\d{1,4})(?:st|nd|rd|th) "
    r"(?P<unit>measure|article|clause|item|provision|section|part|chapter)\b"
)
_LAST_ENGLISH = re.compile(r"\b(?:last|final) (?P<unit>measure|article|clause|section|part|chapter)\b")
_FIRST_FEW = re.compile(rf"(?P<edge>[前后])(?P<items>{_NUM})个?(?P<unit>{_MEASURE}|{_SECTION})")
_ONE = re.compile(rf"{_TO}|{_SEP}|{_NUM}")
# Counting, not pointing: 有几条, 多少条, 一共26条.
_COUNTING = re.compile(rf"(?:几|多少|共|总共|一共|有|这|全部|所有)\s*{_NUM}?\s*(?:条|项|个部分|部分|章|节)")


@dataclass(frozen=True, slots=True)
class ClauseRef:
    """A clause pointed at: `number` counts from 1, or from the end when negative (-1 is the last).

    `sub` is the number after 之 (第十二条之一 → 1), 0 without. `unit` says whether a measure or a
    section is meant, `level_word` the word used for a section (章, 节, 编). `under` is the section
    that the clause is said to stand in (第二章第三节).
    """

    number: int
    unit: Unit = "measure"
    sub: int = 0
    level_word: str = ""
    under: ClauseRef | None = None


def clause_refs(text: str) -> tuple[ClauseRef, ...]:
    """The clauses that a normalised question names, in order, each once; empty when it names none."""
    refs: list[ClauseRef] = []
    rest = _INSIDE.sub(r"\g<article>", text.translate(_FORMAL))
    for pattern, read in _READERS:
        refs += _nested([(match, read(match)) for match in pattern.finditer(rest)])
        rest = pattern.sub(" ", rest)
    return tuple(dict.fromkeys(refs))


def _nested(found: Sequence[tuple[re.Match[str], list[ClauseRef]]]) -> list[ClauseRef]:
    """All references; a section right before a smaller unit (第二章第三节) says where that one stands."""
    refs: list[ClauseRef] = []
    end = -1
    for match, own in found:
        outer = refs[-1] if refs and _WITHIN.fullmatch(match.string[end : match.start()]) else None
        if outer and own and _encloses(outer, own[0]):
            refs.pop()
            own = [replace(ref, under=outer) for ref in own]
        refs += own
        end = match.end()
    return refs


def _encloses(outer: ClauseRef, inner: ClauseRef) -> bool:
    if outer.unit == "measure":
        return False
    return inner.unit == "measure" or _LEVELS.find(outer.level_word) < _LEVELS.find(inner.level_word)


def _numbers(items: str) -> list[int]:
    """The numbers in a list such as ``17、18`` or ``三到五``, ranges spelt out."""
    numbers: list[int] = []
    spanning = False
    for token in _ONE.findall(items):
        if re.fullmatch(_TO, token):
            spanning = True
        elif re.fullmatch(_NUM, token):
            value = numeral(token)
            first = numbers[-1] + 1 if spanning and numbers else value
            numbers.extend(range(first, value) if 0 < value - first <= MAX_RANGE else ())
            numbers.append(value)
            spanning = False
    return numbers


def _unit(word: str) -> tuple[Unit, str]:
    if re.fullmatch(_SECTION, word) or word.rstrip("s") in {"section", "part", "chapter"}:
        return "section", word if word in {"章", "节", "编", "分编"} else ""
    return "measure", ""


def _ordinal(match: re.Match[str]) -> list[ClauseRef]:
    unit, word = _unit(match["unit"])
    sub = numeral(match["sub"]) if match["sub"] else 0
    return [ClauseRef(n, unit, sub, word) for n in _numbers(match["items"])]


def _plain(match: re.Match[str]) -> list[ClauseRef]:
    items = match["items"] if "items" in match.re.groupindex else match[0]
    return [ClauseRef(n) for n in _numbers(items)]


def _english(match: re.Match[str]) -> list[ClauseRef]:
    unit, word = _unit(match["unit"])
    return [ClauseRef(n, unit, 0, word) for n in _numbers(match["items"])]


def _section_label(match: re.Match[str]) -> list[ClauseRef]:
    return [ClauseRef(n, "section") for n in _numbers(match["items"])]


def _from_end(match: re.Match[str]) -> list[ClauseRef]:
    unit, word = _unit(match["unit"])
    back = numeral(match["back"]) if match["back"] else 1
    return [ClauseRef(-max(back, 1), unit, 0, word)]


def _last_english(match: re.Match[str]) -> list[ClauseRef]:
    return [ClauseRef(-1, _unit(match["unit"])[0])]


def _first_few(match: re.Match[str]) -> list[ClauseRef]:
    unit, word = _unit(match["unit"])
    count = min(numeral(match["items"]), MAX_RANGE)
    numbers = range(1, count + 1) if match["edge"] == "前" else range(-count, 0)
    return [ClauseRef(n, unit, 0, word) for n in numbers]


def _nothing(match: re.Match[str]) -> list[ClauseRef]:
    return []


_READERS = (
    (_FROM_END, _from_end),
    (_LAST_ENGLISH, _last_english),
    (_NTH_ENGLISH, _english),
    (_FIRST_FEW, _first_few),
    (_ORDINAL, _ordinal),
    (_COUNTING, _nothing),
    (_BRACKETED, _plain),
    (_NAMED, _plain),
    (_BARE, _plain),
    (_ENGLISH, _english),
    (_SECTION_LABEL, _section_label),
)
