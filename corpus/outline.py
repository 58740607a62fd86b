"""Labels → the outline: which labels structure the document, checked for gaps.

One rule holds throughout: numbers of a level follow one another. A number that is missing is first
looked for in less certain places (in the middle of a line, or written in Arabic where the others
are Chinese); if it is nowhere, the document is refused with the place named.

A level may begin again at 1 under a new heading above it. The topmost level begins again only where
an annex or another document starts, which a title-like line before it must show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from corpus.contents import find_contents
from corpus.errors import CorpusError
from corpus.lines import Lines
from corpus.measure import Span
from corpus.numbering import Kind, Label, Place, find_labels

_HEADINGS = (Kind.BOOK, Kind.SUBBOOK, Kind.DIVISION, Kind.CHAPTER, Kind.SECTION)
_STAND_INS = {
    Kind.CHINESE: (Kind.ARABIC,),
    Kind.PAREN: (Kind.ARABIC_PAREN, Kind.ARABIC),
}
_MAX_HEADING = 80


@dataclass(frozen=True, slots=True)
class Node:
    """A label that structures the document. `depth` is 0 for the topmost level in use, `level` is
    the rank printed in results (编 1, 章 2, 节 3; 一、 1, （一） 2); `part` counts annexes from 1."""

    label: Label
    kind: Kind
    depth: int
    level: int
    part: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The nodes in order of position, the tables of contents, and the heads of annexes."""

    nodes: tuple[Node, ...]
    contents: tuple[Span, ...]
    part_heads: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Text:
    """What every step needs to know: the lines, the accepted jumps, and the name for messages."""

    lines: Lines
    accept: frozenset[str]
    file: str


def find_outline(lines: Lines, *, accept: tuple[str, ...] = (), file: str = "") -> Outline:
    """The outline of a text. `accept` lists labels at which a jump in the numbering is wanted.

    CorpusError if no numbering is found, or if a number is missing or doubled.
    """
    text = _Text(lines, frozenset(accept), file)
    labels = find_labels(lines)
    scheme = _scheme(lines, labels)
    contents = find_contents(lines, [label for label in labels if _is_main(label, scheme)])
    if contents is not None:
        labels = [label for label in labels if label.start >= contents.end]
        scheme = _scheme(lines, labels)
    levels = [kind for kind in scheme if _in_use(lines, labels, kind)]
    if not levels:
        raise _unnumbered(text)
    labels = _headings_only(lines, labels, levels)
    accepted: list[Label] = []
    heads: list[Span] = []
    for depth, kind in enumerate(levels):
        candidates = _candidates(lines, labels, kind, accepted)
        chain = _Chain(text, kind, levels, labels, accepted if depth else [], heads)
        accepted = sorted(accepted + chain.resolve(candidates), key=lambda label: label.start)
    nodes = _nodes(accepted, levels, heads)
    return Outline(nodes, (contents,) if contents else (), tuple(heads))


def _is_main(label: Label, kinds: tuple[Kind, ...] | list[Kind]) -> bool:
    return label.place is Place.LINE and label.kind in kinds


def _in_use(lines: Lines, labels: list[Label], kind: Kind) -> bool:
    """True if a kind has a sure label, or a first （一） on the line of a 一、."""
    if any(_is_main(label, (kind,)) for label in labels):
        return True
    heads = [label for label in labels if _is_main(label, (Kind.CHINESE,))]
    return kind is Kind.PAREN and bool(_candidates(lines, labels, kind, heads))


def _scheme(lines: Lines, labels: list[Label]) -> tuple[Kind, ...]:
    """The kinds that structure this text, topmost first; the last one carries the measures."""
    if _has_articles(labels):
        return (*_HEADINGS, Kind.CHINESE, Kind.ARTICLE)
    outline = (*_HEADINGS, Kind.CHINESE, Kind.PAREN)
    if any(_is_main(label, outline) for label in labels):
        return outline
    return next(
        ((kind,) for kind in (Kind.ARABIC, Kind.ARABIC_PAREN) if any(_is_main(a, (kind,)) for a in labels)),
        outline,
    )


def _has_articles(labels: list[Label]) -> bool:
    """True where 条 number the text itself, not merely a passage that it quotes or amends."""
    articles = [label for label in labels if _is_main(label, (Kind.ARTICLE,))]
    if not articles:
        return False
    if articles[0].number == 1 or not any(_is_main(label, (Kind.CHINESE,)) for label in labels):
        return True
    steps = [b.number - a.number in (0, 1) for a, b in pairwise(articles)]
    return len(steps) >= 2 and sum(steps) >= 0.8 * len(steps)


def _headings_only(lines: Lines, labels: list[Label], levels: list[Kind]) -> list[Label]:
    """Where 条 carry the text, 一、 is a heading only if its line is a title with a 条 below it."""
    if Kind.ARTICLE not in levels:
        return labels
    main = [label for label in labels if _is_main(label, levels)]
    after = dict(pairwise(main))
    titles = [a for a in labels if a.kind is Kind.CHINESE and _is_title_above_article(lines, a, after.get(a))]
    if len(titles) < 2 or titles[0].number != 1:
        titles = []
    return [label for label in labels if label.kind is not Kind.CHINESE or label in titles]


def _is_title_above_article(lines: Lines, label: Label, following: Label | None) -> bool:
    if label.place is not Place.LINE or following is None or following.kind is not Kind.ARTICLE:
        return False
    title = lines.text[label.end : following.mark].strip()
    return len(title) <= _MAX_HEADING and not re.search("[。；：，;:,\n\r]", title)


def _candidates(lines: Lines, labels: list[Label], kind: Kind, above: list[Label]) -> list[Label]:
    """The sure labels of a kind, with those that share the line of a heading above them."""
    headed = {lines.index(label.start): label for label in above if label.place is Place.LINE}
    found = []
    for label in labels:
        head = headed.get(lines.index(label.start))
        shares = head is not None and label.start > head.start and label.place is not Place.RUN_IN
        title = lines.text[head.end : label.start] if head else ""
        if label.kind is kind and (
            label.place is Place.LINE or (shares and not re.search("[。！？；]", title))
        ):
            found.append(label)
    return found


class _Chain:
    """The sequence of one level, resolved below the labels already accepted above it."""

    def __init__(
        self,
        text: _Text,
        kind: Kind,
        levels: list[Kind],
        labels: list[Label],
        above: list[Label],
        heads: list[Span],
    ) -> None:
        self._text, self._kind, self._levels = text, kind, levels
        self._labels, self._heads = labels, heads
        self._above = [label.start for label in above]
        self._top = not above
        self._found: list[Label] = []

    def resolve(self, candidates: list[Label]) -> list[Label]:
        """The labels of this level in order; CorpusError where the sequence breaks."""
        for number, label in enumerate(candidates):
            following = candidates[number + 1] if number + 1 < len(candidates) else None
            in_order = self._follows(label) or self._begins_part(label, following) or self._fill_before(label)
            if in_order or label.text in self._text.accept:
                self._found.append(label)
            elif label.place is Place.LINE:
                raise self._broken(label)
        self._fill_after()
        return self._found

    def _fresh(self, offset: int) -> bool:
        """True where a heading above, or an annex, stands between the last label and `offset`."""
        last = self._found[-1].start if self._found else -1
        starts = [*self._above, *(head.start for head in self._heads)]
        return not self._found or any(last < start < offset for start in starts)

    def _follows(self, label: Label) -> bool:
        if not self._found:
            return label.key == (1, 0) or self._is_excerpt(label)
        number, sub = self._found[-1].key
        if label.key in ((number + 1, 0), (number, sub + 1)):
            return True
        restarts = self._kind is not Kind.ARTICLE or self._crosses_part(label)
        return restarts and not self._top and label.key == (1, 0) and self._fresh(label.start)

    def _crosses_part(self, label: Label) -> bool:
        return any(self._found[-1].start < head.start < label.start for head in self._heads)

    def _is_excerpt(self, label: Label) -> bool:
        """A law cut out of a larger one begins at any number: its 章 do too, or it is a 分编."""
        text = self._text.lines.text
        if self._kind is Kind.ARTICLE:
            above = [a for a in self._labels if a.start in self._above and a.start < label.start]
            later = any(a.number > 1 or a.kind in (Kind.BOOK, Kind.SUBBOOK) for a in above)
            return later or bool(re.search(r"编\s*[\r\n]|节选|摘录", text[: label.start]))
        first = next((a for a in self._labels if _is_main(a, (Kind.ARTICLE,))), None)
        return Kind.ARTICLE in self._levels and first is not None and first.number > 1

    def _begins_part(self, label: Label, following: Label | None) -> bool:
        """True, and the head noted, where the topmost level begins again under a new title."""
        if not (self._top and self._found and label.key == (1, 0) and label.place is Place.LINE):
            return False
        if following is not None and following.number != 2:
            return False
        head = _title_block(self._text.lines, self._found[-1].end, label.mark)
        if head is not None:
            self._heads.append(head)
        return head is not None

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

    def _fill_after(self) -> None:
        """Take a last heading in Arabic numbering: 一、 二、 3."""
        while len(self._found) >= 2 and self._kind is Kind.CHINESE and Kind.ARTICLE not in self._levels:
            since = self._found[-1].end
            filler = self._filler(self._found[-1].number + 1, since, len(self._text.lines.text))
            sure = filler is not None and (filler.place is Place.LINE or self._text.lines.flat)
            if filler is None or not sure:
                return
            self._found.append(filler)

    def _filler(self, number: int, start: int, end: int) -> Label | None:
        between = [label for label in self._labels if start <= label.start < end]
        same = [a for a in between if a.kind is self._kind and a.key == (number, 0)]
        if same:
            return same[0]
        for kind in _STAND_INS.get(self._kind, ()):
            numbers = [label.number for label in between if label.kind is kind]
            found = [a for a in between if _is_main(a, (kind,)) and a.number == number]
            # Part of a list of its own (1. 2. 3.) is no stand-in for a missing heading.
            if len(found) == 1 and number - 1 not in numbers and number + 1 not in numbers:
                return found[0]
        return None

    def _broken(self, label: Label) -> CorpusError:
        last = self._found[-1] if self._found else None
        wanted = 1 if last is None else last.number + 1
        line = self._text.lines.index(label.start) + 1
        previous_zh = f"前一个编号是“{last.text}”" if last else "此前没有同级编号"
        previous_en = f"the number before it is {last.text}" if last else "no number of its level before it"
        return CorpusError(
            f"{self._text.file} 第 {line} 行编号不连续：应为第 {wanted} 号，实为“{label.text}”"
            f"（{previous_zh}）。"
            f'请核对原文；如原文确实如此，在 source.txt 旁的 meta.toml 中写 accept = ["{label.text}"]。',
            f"{self._text.file} line {line}: the numbering breaks: expected number {wanted}, found "
            f"{label.text} ({previous_en}). Check the text; if it is meant to be so, put "
            f'accept = ["{label.text}"] into the meta.toml beside source.txt.',
        )


def _title_block(lines: Lines, start: int, end: int) -> Span | None:
    """The lines just before `end` that read like the title of another document, or None."""
    block: Span | None = None
    for span in reversed(lines.pieces(start, end)[1:]):
        text = lines.of_span(span)
        closed = text.endswith(("。", "；", "！", "？", ";", "，", ","))
        if len(text) > _MAX_HEADING or (closed and not lines.flat):
            break
        if closed:
            break
        block = lines.span(span.start, block.end if block else span.end)
    return block


def _nodes(accepted: list[Label], levels: list[Kind], heads: list[Span]) -> tuple[Node, ...]:
    nodes = []
    for label in accepted:
        kind = _level_kind(label, levels)
        part = 1 + sum(head.start < label.start for head in heads)
        nodes.append(Node(label, kind, levels.index(kind), _level(kind, levels), part))
    return tuple(nodes)


def _level_kind(label: Label, levels: list[Kind]) -> Kind:
    """The level a label stands on; a stand-in counts as the kind whose place it takes."""
    if label.kind in levels:
        return label.kind
    return next(kind for kind in levels if label.kind in _STAND_INS.get(kind, ()))


def _level(kind: Kind, levels: list[Kind]) -> int:
    if kind in (Kind.BOOK, Kind.DIVISION, Kind.CHINESE, Kind.ARTICLE, Kind.ARABIC):
        return 1
    if kind is Kind.SUBBOOK:
        return 2 if Kind.BOOK in levels else 1
    if kind in (Kind.PAREN, Kind.ARABIC_PAREN):
        return 2
    nested = Kind.BOOK in levels and Kind.SUBBOOK in levels
    return {Kind.CHAPTER: 2, Kind.SECTION: 3}[kind] + nested


def _unnumbered(text: _Text) -> CorpusError:
    return CorpusError(
        f"{text.file} 中没有找到条款编号：应有“第一条”“一、”“（一）”或“1.”之类的编号，全文一个也没有。"
        "请核对文件；没有编号的文本可以改为 .jsonl 记录（id、title、text）。",
        f"{text.file}: no numbered clauses: expected labels such as 第一条, 一、, （一） or 1., found none. "
        "Check the file; a text without numbering can be given as .jsonl records (id, title, text).",
    )
