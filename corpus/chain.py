"""The sequence of one level of labels: which of them count, and where the numbering breaks.

Numbers of a level follow one another. A number that is missing is first looked for in less certain
places (in the middle of a line, or written in Arabic where the others are Chinese); if it is
nowhere, the document is refused with the place named.

A level may begin again at 1 under a new heading above it. The topmost level begins again only where
an annex or another document starts, which a title-like line before it must show. A list that stands
inside one part, after which the outer numbers go on, is no part of the sequence.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass

from corpus.errors import CorpusError
from corpus.heads import find_head, opens_annex
from corpus.lines import Lines
from corpus.measure import Span
from corpus.numbering import Kind, Label, Place, printed

STAND_INS = {
    Kind.CHINESE: (Kind.ARABIC,),
    Kind.PAREN: (Kind.ARABIC_PAREN, Kind.ARABIC),
}
"""Kinds that take the place of another where the author slipped: 一、 二、 3."""


class Labels:
    """All labels of a text in order of position, to be looked up by kind and number."""

    def __init__(self, labels: list[Label]) -> None:
        self.all = labels
        self._found: dict[tuple[Kind, tuple[int, int]], list[Label]] = {}
        for label in labels:
            self._found.setdefault((label.kind, label.key), []).append(label)

    def numbered(self, kind: Kind, number: int, start: int, end: int) -> list[Label]:
        """The labels of a kind and number that begin at `start` or later and before `end`."""
        same = self._found.get((kind, (number, 0)), [])
        return same[bisect_left(same, start, key=_start) : bisect_left(same, end, key=_start)]


@dataclass(frozen=True, slots=True)
class Text:
    """What every step needs to know: the lines, the accepted jumps, and the name for messages."""

    lines: Lines
    accept: frozenset[str]
    file: str


class Chain:
    """The sequence of one level, resolved below the labels already accepted above it.

    `above` are those labels in order; `heads` the heads of annexes found so far, to which a chain
    adds those that it finds.
    """

    def __init__(
        self, text: Text, kind: Kind, articles: bool, labels: Labels, above: list[Label], heads: list[Span]
    ) -> None:
        self._text, self._kind, self._articles = text, kind, articles
        self._labels, self._heads, self._above = labels, heads, above
        self._taken = {label.start for label in above}
        self._found: list[Label] = []
        self._quoting = False

    def resolve(self, candidates: list[Label]) -> list[Label]:
        """The labels of this level in order; CorpusError where the sequence breaks."""
        place = 0
        while place < len(candidates):
            label = candidates[place]
            inner = self._inner_list(candidates, place)
            if inner:
                place += inner
                continue
            following = candidates[place + 1] if place + 1 < len(candidates) else None
            in_order = (
                self._follows(label)
                or self._begins_part(label, following)
                or self._begins_again(label, following)
                or self._fill_before(label)
            )
            if in_order or label.text in self._text.accept:
                self._found.append(label)
                self._fill_run_in(following)
                self._quoting = False
            elif label.place is Place.LINE and not self._is_quoted(label):
                raise self._broken(label)
            place += 1
        self._fill_after()
        return self._found

    def _between(self, starts: list[Label] | list[Span], offset: int) -> bool:
        """True where one of `starts` lies between the last label and `offset`."""
        place = bisect_right(starts, self._found[-1].start, key=_start)
        return place < len(starts) and starts[place].start < offset

    def _fresh(self, offset: int) -> bool:
        """True where a heading above, or an annex, stands between the last label and `offset`."""
        return not self._found or self._between(self._above, offset) or self._between(self._heads, offset)

    def _follows(self, label: Label) -> bool:
        if not self._found:
            return label.key == (1, 0) or self._is_excerpt(label)
        number, sub = self._found[-1].key
        if label.key in ((number + 1, 0), (number, sub + 1)):
            return True
        if label.key != (1, 0) or not self._above or not self._fresh(label.start):
            return False
        if self._kind is Kind.ARTICLE and not self._between(self._heads, label.start):
            self._note_head(self._heading_before(label))
        return True

    def _heading_before(self, label: Label) -> int:
        """Where the first heading after the last label begins: a second document's 第一章, say."""
        place = bisect_right(self._above, self._found[-1].start, key=_start)
        return self._above[place].mark if place < len(self._above) else label.mark

    def _is_excerpt(self, label: Label) -> bool:
        """A law cut out of a larger one begins at any number: its 章 do too, or it is a 分编."""
        text = self._text.lines.text
        if self._kind is Kind.ARTICLE:
            above = [a for a in self._above if a.start < label.start]
            later = any(a.number > 1 or a.kind in (Kind.BOOK, Kind.SUBBOOK) for a in above)
            return later or bool(re.search(r"编\s*[\r\n]|节选|摘录", text[: label.start]))
        main = (a for a in self._labels.all if a.kind is Kind.ARTICLE and a.place is Place.LINE)
        first = next(main, None)
        return self._articles and first is not None and first.number > 1

    def _begins_part(self, label: Label, following: Label | None) -> bool:
        """True, and the head noted, where the numbers begin again under the title of an annex."""
        if not self._found or label.key != (1, 0) or label.place is not Place.LINE:
            return False
        if (self._above and self._kind is not Kind.ARTICLE) or (following and following.number > 2):
            return False
        return self._note_head(label.mark)

    def _note_head(self, end: int) -> bool:
        head = find_head(self._text.lines, self._found[-1].end, end)
        if head is not None:
            insort(self._heads, head, key=_start)
        return head is not None

    def _begins_again(self, label: Label, following: Label | None) -> bool:
        """True for a second list under one heading: 一、 with （一）（二） and, later on, （一）（二）."""
        if not self._above or not self._found or label.key != (1, 0) or self._kind is Kind.ARTICLE:
            return False
        return self._is_announced(label) or (following is not None and following.number == 2)

    def _inner_list(self, candidates: list[Label], place: int) -> int:
        """How many labels from `place` on are a list inside the last part, after which its numbers go on."""
        if not self._found or self._kind is Kind.ARTICLE or self._fresh(candidates[place].start):
            return 0
        count = 0
        while place + count < len(candidates) and candidates[place + count].key == (count + 1, 0):
            count += 1
        if not count or place + count == len(candidates):
            return 0
        after = candidates[place + count]
        goes_on = after.key == (self._found[-1].number + 1, 0) and not self._fresh(after.start)
        # A single （一） out of order is a misprint, unless it is announced.
        return count if goes_on and (count > 1 or self._is_announced(candidates[place])) else 0

    def _is_announced(self, label: Label) -> bool:
        before = self._text.lines.text[self._found[-1].end : label.mark].rstrip()
        return before.endswith(("：", ":"))

    def _is_quoted(self, label: Label) -> bool:
        """True for a 条 of another law that is quoted in an annex (附：有关条文)."""
        if self._kind is not Kind.ARTICLE or not self._found or label.number == 1:
            return False
        if not self._quoting:
            self._quoting = opens_annex(self._text.lines, self._found[-1].end, label.mark)
        return self._quoting

    def _fill_before(self, label: Label) -> bool:
        """Look for the numbers missing before `label`; note them and say whether all were found."""
        number = self._found[-1].number if self._found else 0
        if self._fresh(label.start) and label.number <= number:
            number = 0
        since = self._found[-1].end if self._found else 0
        fillers: list[Label] = []
        for missing in range(number + 1, label.number):
            filler = self._filler(missing, since, label.start)
            if filler is None:
                return False
            fillers.append(filler)
            since = filler.end
        self._found += fillers
        return bool(fillers)

    def _fill_run_in(self, following: Label | None) -> None:
        """Take （二） and （三） after a （一） where they follow a full stop in a paragraph."""
        text = self._text.lines.text
        end = following.start if following else len(text)
        while self._kind is Kind.PAREN and not (following and following.number == self._found[-1].number + 1):
            last = self._found[-1]
            found = self._labels.numbered(Kind.PAREN, last.number + 1, last.end, end)
            if not found or text[found[0].start - 1] not in "。！？" or self._fresh(found[0].start):
                return
            self._found.append(found[0])

    def _fill_after(self) -> None:
        """Take the last numbers where they are less sure: 一、 二、 3., or 第九条中华人民共和国…."""
        least = 1 if self._kind is Kind.ARTICLE else 2
        while len(self._found) >= least and (self._kind is Kind.ARTICLE or not self._articles):
            since = self._found[-1].end
            filler = self._filler(self._found[-1].number + 1, since, len(self._text.lines.text))
            if filler is None or not self._is_last(filler):
                return
            self._found.append(filler)

    def _is_last(self, filler: Label) -> bool:
        if self._kind is Kind.ARTICLE:
            return _begins_sentence(self._text.lines, filler)
        sure = filler.place is Place.LINE or self._text.lines.flat
        return self._kind is Kind.CHINESE and sure

    def _filler(self, number: int, start: int, end: int) -> Label | None:
        same = self._labels.numbered(self._kind, number, start, end)
        if same:
            return same[0]
        for kind in STAND_INS.get(self._kind, ()):
            same = self._labels.numbered(kind, number, start, end)
            found = [a for a in same if a.place is Place.LINE and a.start not in self._taken]
            # Part of a list of its own (1. 2. 3.) is no stand-in for a missing heading.
            alone = not any(self._labels.numbered(kind, number + step, start, end) for step in (-1, 1))
            if len(found) == 1 and alone:
                return found[0]
        return None

    def _broken(self, label: Label) -> CorpusError:
        last = self._found[-1] if self._found else None
        wanted = printed(label, 1 if last is None else last.number + 1)
        line = self._text.lines.index(label.start) + 1
        previous_zh = f"前一个编号是“{last.text}”" if last else "此前没有同级编号"
        previous_en = f"the number before it is {last.text}" if last else "no number of its level before it"
        return CorpusError(
            f"{self._text.file} 第 {line} 行编号不连续：应为“{wanted}”，实为“{label.text}”"
            f"（{previous_zh}）。"
            f'请核对原文；如原文确实如此，在 <名称>/source.* 旁的 meta.toml 中写 accept = ["{label.text}"]。',
            f"{self._text.file} line {line}: the numbering breaks: expected {wanted}, found "
            f"{label.text} ({previous_en}). Check the text; if it is meant to be so, put "
            f'accept = ["{label.text}"] into the meta.toml beside <name>/source.*.',
        )


def _start(item: Label | Span) -> int:
    return item.start


def _begins_sentence(lines: Lines, label: Label) -> bool:
    """True for a label that is the first on its line, or in a flat text follows a full stop."""
    left, _ = lines.bounds[lines.index(label.start)]
    before = lines.text[max(left, label.mark - 20) : label.mark].rstrip()
    return not before or (lines.flat and before.endswith(("。", "；", "”")))
