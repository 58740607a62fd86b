"""The labels that number Chinese documents: 第十二条, 一、, （一）, 1., (1), ① and their kin.

This finds what looks like a label and says where it stands. Which labels really structure the
document is decided by their sequence, in `outline.py`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from corpus.lines import Lines

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}


class Kind(StrEnum):
    """A way of numbering; the value is its usual form."""

    BOOK = "编"
    SUBBOOK = "分编"
    DIVISION = "部分"
    CHAPTER = "章"
    SECTION = "节"
    ARTICLE = "条"
    CHINESE = "一、"
    PAREN = "（一）"
    ARABIC = "1."
    ARABIC_PAREN = "（1）"
    CIRCLED = "①"


class Place(StrEnum):
    """Where a label stands, from the surest to the least sure."""

    LINE = "first on its line"
    SEGMENT = "after white space"
    HEADING = "on a line that begins with another label, before any full stop"
    RUN_IN = "after the end of a sentence"


@dataclass(frozen=True, slots=True)
class Label:
    """A label in the text. `text` is its printed form without inner white space; `mark` is where
    mark-up before it (``##``) begins; `sub` is 1 for 第十二条之一, else 0."""

    kind: Kind
    number: int
    sub: int
    text: str
    start: int
    end: int
    mark: int
    place: Place

    @property
    def key(self) -> tuple[int, int]:
        """Its position in a sequence."""
        return (self.number, self.sub)


_HAN = "[〇○零一二三四五六七八九十百千两]"
_CN = f"{_HAN}{{1,12}}"
_ORDINAL = "[〇一二三四五六七八九十百]{1,7}"
_AR = "[0-9０-９]{1,4}"
_WS = r"[ \t\u3000]?"
# Scanned texts set blanks between the characters of a label: 第 十 二 条.
_SPACED = rf"{_HAN}(?:{_WS}{_HAN}){{0,12}}"
_LABEL = re.compile(
    rf"""第{_WS}(?P<ordinal>{_SPACED}|{_AR}){_WS}(?P<unit>分编|部分|[编篇章节条])(?:之(?P<sub>{_CN}|{_AR}(?![0-9０-９])))?
    |(?<![第〇零一二三四五六七八九十百千两])(?P<chinese>{_ORDINAL}){_WS}(?:、|[.．](?![0-9０-９]))
    |[(（]{_WS}(?P<paren>{_CN}){_WS}[)）]|(?P<paren_sign>[㈠-㈩])
    |(?<![0-9０-９.．第])(?P<arabic>[0-9０-９]{{1,3}}){_WS}(?:、|[.．](?![0-9０-９]))|(?P<arabic_dot>[⒈-⒛])
    |[(（]{_WS}(?P<arabic_paren>[0-9０-９]{{1,3}}){_WS}[)）]|(?P<arabic_sign>[⑴-⒇])
    |(?P<circled>[①-⑳])""",
    re.VERBOSE,
)
_GROUPS = {
    "chinese": Kind.CHINESE,
    "paren": Kind.PAREN,
    "paren_sign": Kind.PAREN,
    "arabic": Kind.ARABIC,
    "arabic_dot": Kind.ARABIC,
    "arabic_paren": Kind.ARABIC_PAREN,
    "arabic_sign": Kind.ARABIC_PAREN,
    "circled": Kind.CIRCLED,
}
_MARK = re.compile(r"(?:#{1,6}[ \t]+|\*\*|__|>[ \t]?)+\Z")
_SENTENCE_END = "。！？；!?;：:”’」』）)"
_OPENING = "第《“‘「"
_FULL_STOPS = "。！？；!?;”"
# What follows a label that is only being referred to: 第十二条的规定, 第三章、第四章, 第五条第二款.
_REFERENCE = re.compile(r"[的规第所和或及与至到中款项目以之”’》）)]|[、，,]\s?第|[一二三四五六七八九十]、")
# 一、二级医院, 二、三产业, 二、三、四线城市: numbers in a row that count things.
_ENUMERATED = re.compile("([〇零一二三四五六七八九十百两]+)([、级类线]|[产等期批档])|[0-9０-９]+、")
_MAX_TITLE = 60
MAX_LABELS = 30_000
"""No document has more; a text that does is refused rather than looked through."""
_WINDOW = 200
"""How far around a label the parser looks on its line; lines may be as long as the whole text."""


def numeral(text: str) -> int:
    """The value of a Chinese or Arabic numeral, half or full width: 一百零三, ２１, ③, ㈡."""
    if len(text) == 1 and text not in _UNITS and text not in _DIGITS:
        return int(unicodedata.numeric(text))
    if text[0].isdigit() and text[0] not in _DIGITS:
        return int(unicodedata.normalize("NFKC", text))
    text = re.sub(r"\s", "", text)
    total, digit = 0, 0
    positional = not any(char in _UNITS for char in text)
    for char in text:
        if char in _UNITS:
            total, digit = total + (digit or 1) * _UNITS[char], 0
        else:
            digit = digit * 10 + _DIGITS[char] if positional else _DIGITS[char]
    return total + digit


def printed(label: Label, number: int) -> str:
    """How another number of the level of `label` would be printed: 第四条, （三）, 5."""
    digits = str(number) if re.search("[0-9０-９]", label.text) else _chinese(number)
    if re.search("[㈠-㈩⑴-⒇①-⑳⒈-⒛]", label.text):
        return label.text.replace(label.text[0], chr(ord(label.text[0]) - label.number + number))
    text = re.split("(?<=[编篇章节条分])之", label.text)[0]
    return re.sub(f"{_HAN}+|[0-9０-９]+", digits, text, count=1)


def _chinese(number: int) -> str:
    """A number below 10000 in Chinese numerals: 十二, 一百零三, 一千二百六十."""
    digits, out, gap = "零一二三四五六七八九", "", False
    for value, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // value % 10
        if digit:
            out += ("零" if gap and out else "") + digits[digit] + unit
        gap = not digit
    return out.removeprefix("一") if 10 <= number < 20 else out or "零"


def find_labels(lines: Lines) -> list[Label]:
    """Every label of the text that could begin a part of it, in order of position; more than
    `MAX_LABELS` of them are not looked for."""
    labels: list[Label] = []
    dense = lines.flat and _is_dense(lines.text)
    line = 0
    for match in _LABEL.finditer(lines.text):
        if len(labels) > MAX_LABELS:
            break
        while lines.bounds[line][1] < match.start():
            line += 1
        left = max(lines.bounds[line][0], match.start() - _WINDOW)
        place = _place(lines, left, match.start()) or (Place.HEADING if dense else None)
        label = _label(match, place, lines.text, left) if place else None
        if label is None:
            continue
        if dense and label.place is not Place.LINE:
            label = _in_dense(lines.text, label, labels)
            labels += [label] if label else []
        elif not _is_reference(lines, label, lines.bounds[line][1]):
            labels.append(label)
        elif label.kind is Kind.ARTICLE and label.place is Place.LINE:
            # 第七条所… at the start of a line may still be the article itself, if it is missing elsewhere.
            labels.append(replace(label, place=Place.SEGMENT))
    return labels


def _is_dense(text: str) -> bool:
    """True for a text without line breaks whose labels follow full stops and not blanks."""
    found = islice(_LABEL.finditer(text), MAX_LABELS)
    before = [text[match.start() - 1 : match.start()] for match in found]
    return sum(char in _SENTENCE_END for char in before if char) > sum(char.isspace() for char in before)


def _in_dense(text: str, label: Label, earlier: list[Label]) -> Label | None:
    """A label of a text without blanks, placed by the punctuation before it; None for a reference."""
    if text[label.start - 1] in _OPENING:
        return None
    after_sentence = text[label.start - 1] in _FULL_STOPS
    if label.kind not in _ORDINALS:
        if not after_sentence and re.match("[项款目类]", text[label.end : label.end + 1]):
            return None
        sure = after_sentence or text[label.start - 1] in "：:）)"
        return replace(label, place=Place.LINE) if sure and label.kind is not Kind.CIRCLED else label
    first = label.key == (1, 0) and all(other.kind is not label.kind for other in earlier)
    if not (after_sentence or first or _ends_heading(text, label, earlier)):
        return None
    spoken_of = label.kind is Kind.ARTICLE and _REFERENCE.match(text, label.end)
    return replace(label, place=Place.SEGMENT if spoken_of else Place.LINE)


def _ends_heading(text: str, label: Label, earlier: list[Label]) -> bool:
    """True where only a heading stands between a 章 or the like and the label after it."""
    headings = (*(_ORDINALS - {Kind.ARTICLE}), Kind.CHINESE)
    above = earlier[-1] if earlier else None
    if above is None or above.kind not in headings or above.place is not Place.LINE:
        return False
    title = text[above.end : label.start]
    return 0 < len(title) <= _MAX_TITLE and not re.search("[。；：:，,]", title)


def _label(match: re.Match[str], place: Place, text: str, left: int) -> Label | None:
    if match["unit"]:
        unit = "编" if match["unit"] == "篇" else match["unit"]
        kind, digits = Kind(unit), match["ordinal"]
    else:
        group = match.lastgroup or ""
        kind, digits = _GROUPS[group], match[group]
    sub = numeral(match["sub"]) if match["sub"] else 0
    if kind is Kind.ARABIC and digits[0] in "0０":
        return None
    marked = match.start() > left and text[match.start() - 1] in "*_>#\t "
    mark = _MARK.search(text, left, match.start()) if marked else None
    printed = "".join(match[0].split())
    begin = mark.start() if mark else match.start()
    end = match.end() + 2 * text.startswith(("**", "__"), match.end())
    return Label(kind, numeral(digits), sub, printed, match.start(), end, begin, place)


def _place(lines: Lines, left: int, offset: int) -> Place | None:
    """Where a label at `offset` stands; `left` is the beginning of its line, if that is near."""
    before = lines.text[left:offset]
    if not before:
        return Place.LINE
    if lines.flat and not before[-1].isspace():
        before = before.split()[-1]
    bare = _MARK.sub("", before).strip("\ufeff\u200b")
    if not bare.strip():
        return Place.LINE
    if before[-1].isspace():
        return Place.LINE if lines.flat and _ends_there(before) else Place.SEGMENT
    if before[-1] in _OPENING:
        return None
    if before[-1] in _SENTENCE_END:
        return Place.RUN_IN
    if len(before) <= _MAX_TITLE and not re.search("[。！？；!?;]", before):
        return Place.HEADING
    return None


def _ends_there(before: str) -> bool:
    """True where what stands before a gap in a flat text is over: a sentence, or a short heading."""
    last = before.split()[-1]
    return last.rstrip("\"'")[-1:] in _SENTENCE_END or len(last) <= _MAX_TITLE


def _is_reference(lines: Lines, label: Label, right: int) -> bool:
    """True where the words around a label show that it is spoken of, not begun."""
    rest = lines.text[label.end : min(right, label.end + _WINDOW)]
    if label.kind in (Kind.CHINESE, Kind.ARABIC):
        return _counts(label, rest)
    if label.kind not in _ORDINALS:
        return label.place is not Place.LINE and bool(re.match("[项款目类]", rest))
    spaced = not rest or rest[0].isspace()
    if label.place is not Place.LINE and not spaced:
        return True
    if label.kind is Kind.ARTICLE:
        return not spaced and bool(_REFERENCE.match(rest))
    long_title = len(rest.strip()) > _MAX_TITLE or rest.rstrip().endswith(("。", "；", "，", ",", ";"))
    return long_title and not lines.flat


def _counts(label: Label, rest: str) -> bool:
    """True for 一、二级 and the like: the number is one of several that count something."""
    found = _ENUMERATED.match(rest)
    if not found or not found[1] or found[2] in "、级类线":
        return bool(found)
    # 一、一等奖 is a heading; 二、三等奖 counts on from its own number.
    return numeral(found[1]) == label.number + 1


_ORDINALS = frozenset({Kind.BOOK, Kind.SUBBOOK, Kind.DIVISION, Kind.CHAPTER, Kind.SECTION, Kind.ARTICLE})
