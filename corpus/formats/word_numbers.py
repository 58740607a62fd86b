"""The numbers that Word sets before paragraphs by itself, as text.

A paragraph (or its style) names a list and a level; the list's definition says how the level's
number is written (第%1条, %1、, （%2）). Counters run through the document: a level begins again
under a new number of a level above it. Signs of bullet lists are no text and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from corpus.formats.numerals import written

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEVELS = 9
_MAX_BASES = 20


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list: its first number, number format and text, and after which level it restarts."""

    start: int
    form: str
    text: str
    gap: str
    legal: bool
    restart: int


@dataclass(frozen=True, slots=True)
class _List:
    """A list: which counters it shares (`abstract`), its levels, and numbers that it starts anew at."""

    abstract: str
    levels: dict[int, _Level]
    overrides: dict[int, int]


class WordNumbers:
    """Numbers paragraphs one by one, in the order of the document."""

    def __init__(self, numbering: etree._Element | None, styles: etree._Element | None) -> None:
        self._lists = _read_lists(numbering) if numbering is not None else {}
        self._styles = _read_styles(styles) if styles is not None else {}
        self._style_levels = _style_levels(numbering) if numbering is not None else {}
        self._counts: dict[str, dict[int, int]] = {}
        self._started: set[tuple[str, int]] = set()

    def before(self, paragraph: etree._Element) -> str:
        """What Word shows before a paragraph, with a blank where one belongs; empty if nothing."""
        found = self._list_of(paragraph)
        one = self._lists.get(found[0]) if found else None
        if found is None or one is None or found[1] not in one.levels:
            return ""
        number, level = found
        self._count(number, one, level)
        shown = one.levels[level]
        text = re.sub(r"%([1-9])", lambda sign: self._written(one, shown, int(sign[1]) - 1), shown.text)
        text = text if shown.form != "bullet" else ""
        joint = "" if shown.gap == "nothing" or text.endswith(("、", "）", ")", "。", "：")) else " "
        return text + joint if text.strip() else ""

    def _list_of(self, paragraph: etree._Element) -> tuple[str, int] | None:
        """The list (``w:numId``) and level of a paragraph: its own, or those of its style."""
        properties = paragraph.find(f"{W}pPr")
        number, level = _named(properties)
        style = _value(properties, "pStyle") or self._styles.get("", ("", None, None))[0]
        for _ in range(_MAX_BASES):
            if number is not None or style not in self._styles:
                break
            base, number, style_level = self._styles[style]
            if number is not None and level is None:
                level = style_level if style_level is not None else self._style_levels.get(style)
            style = base
        return None if number in (None, "0") else (str(number), min(max(level or 0, 0), _LEVELS - 1))

    def _count(self, number: str, one: _List, level: int) -> None:
        counts = self._counts.setdefault(one.abstract, {})
        if level in one.overrides and (number, level) not in self._started:
            counts[level] = one.overrides[level] - 1
            for deeper in [deeper for deeper in counts if deeper > level]:
                del counts[deeper]
        self._started.add((number, level))
        for above in range(level):
            counts.setdefault(above, one.levels[above].start if above in one.levels else 1)
        counts[level] = counts.get(level, one.levels[level].start - 1) + 1
        for deeper in list(counts):
            restart = one.levels[deeper].restart if deeper in one.levels else -1
            if deeper > level and restart != 0 and (restart < 0 or level < restart):
                del counts[deeper]

    def _written(self, one: _List, shown: _Level, level: int) -> str:
        form = one.levels[level].form if level in one.levels else "decimal"
        return written(self._counts[one.abstract].get(level, 1), "decimal" if shown.legal else form)


def _read_lists(numbering: etree._Element) -> dict[str, _List]:
    abstracts = {a.get(f"{W}abstractNumId", ""): a for a in numbering.findall(f"{W}abstractNum")}
    # A definition may only point at the one that carries a list style's levels.
    by_style = {link: a for a in abstracts.values() if (link := _value(a, "styleLink"))}
    lists = {}
    for num in numbering.findall(f"{W}num"):
        abstract = abstracts.get(_value(num, "abstractNumId") or "")
        if abstract is None:
            continue
        carrier = by_style.get(_value(abstract, "numStyleLink") or "", abstract)
        levels = dict(map(_read_level, carrier.findall(f"{W}lvl")))
        overrides = {}
        for override in num.findall(f"{W}lvlOverride"):
            place = _whole(override.get(f"{W}ilvl")) or 0
            own = override.find(f"{W}lvl")
            if own is not None:
                levels[place] = _read_level(own)[1]
            start = _whole(_value(override, "startOverride"))
            if start is not None:
                overrides[place] = start
        name = carrier.get(f"{W}abstractNumId", "")
        lists[num.get(f"{W}numId", "")] = _List(name, levels, overrides)
    return lists


def _read_level(level: etree._Element) -> tuple[int, _Level]:
    start, restart = _whole(_value(level, "start")), _whole(_value(level, "lvlRestart"))
    form = _value(level, "numFmt") or next(_alternate_forms(level), "decimal")
    return _whole(level.get(f"{W}ilvl")) or 0, _Level(
        1 if start is None else start,
        form,
        _value(level, "lvlText") or "",
        _value(level, "suff") or "tab",
        level.find(f"{W}isLgl") is not None,
        -1 if restart is None else restart,
    )


def _alternate_forms(level: etree._Element) -> Iterator[str]:
    """Number formats that stand in an alternative for older programs."""
    for found in level.iter(f"{W}numFmt"):
        value = found.get(f"{W}val", "")
        if value and value != "custom":
            yield value


def _read_styles(styles: etree._Element) -> dict[str, tuple[str, str | None, int | None]]:
    """For each paragraph style its base, list and level; under an empty name the default style."""
    found: dict[str, tuple[str, str | None, int | None]] = {}
    for style in styles.findall(f"{W}style"):
        name = style.get(f"{W}styleId", "")
        number, level = _named(style.find(f"{W}pPr"))
        found[name] = (_value(style, "basedOn") or "", number, level)
        if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
            found[""] = (name, None, None)
    return found


def _style_levels(numbering: etree._Element) -> dict[str, int]:
    """Styles that a list's level is tied to."""
    return {
        style: _whole(level.get(f"{W}ilvl")) or 0
        for level in numbering.iter(f"{W}lvl")
        if (style := _value(level, "pStyle"))
    }


def _named(properties: etree._Element | None) -> tuple[str | None, int | None]:
    own = properties.find(f"{W}numPr") if properties is not None else None
    return (None, None) if own is None else (_value(own, "numId"), _whole(_value(own, "ilvl")))


def _value(parent: etree._Element | None, child: str) -> str | None:
    found = parent.find(f"{W}{child}") if parent is not None else None
    return found.get(f"{W}val") if found is not None else None


def _whole(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else None
