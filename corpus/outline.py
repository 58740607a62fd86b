"""Labels → the outline: which labels structure the document, checked for gaps.

A text is cut where a notice hands over to the law that it publishes; each stretch has a scheme of its
own: the kinds of label that structure it, topmost first. The sequence of each level is resolved in
`chain.py`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import pairwise

from corpus.chain import STAND_INS, Chain, Labels, Text
from corpus.contents import find_contents
from corpus.errors import CorpusError
from corpus.heads import find_head
from corpus.lines import Lines
from corpus.measure import Span
from corpus.numbering import MAX_LABELS, Kind, Label, Place, find_labels

_HEADINGS = (Kind.BOOK, Kind.SUBBOOK, Kind.DIVISION, Kind.CHAPTER, Kind.SECTION)
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


def find_outline(lines: Lines, *, accept: tuple[str, ...] = (), file: str = "") -> Outline:
    """The outline of a text. `accept` lists labels at which a jump in the numbering is wanted.

    CorpusError if no numbering is found, or if a number is missing or doubled.
    """
    text = Text(lines, frozenset(accept), file)
    labels = find_labels(lines)
    if len(labels) > MAX_LABELS:
        raise _too_many(text)
    scheme = _scheme(lines, labels)
    contents = find_contents(lines, [label for label in labels if _is_main(label, scheme)])
    if contents is not None:
        labels = [label for label in labels if label.start >= contents.end]
    head = _head_of_law(lines, labels)
    if head is None:
        nodes, heads = _resolve(text, labels, 1)
    else:
        notice, first = _resolve(text, [a for a in labels if a.start < head.start], 1)
        law, second = _resolve(text, [a for a in labels if a.start >= head.end], len(first) + 2)
        nodes, heads = notice + law, [*first, head, *second]
    if not nodes:
        raise _unnumbered(text)
    return Outline(tuple(nodes), (contents,) if contents else (), tuple(heads))


def _resolve(text: Text, labels: list[Label], part: int) -> tuple[list[Node], list[Span]]:
    """The nodes of a stretch of text with one scheme, and the heads of annexes in it; the first
    part has the number `part`."""
    lines = text.lines
    levels = [kind for kind in _scheme(lines, labels) if _in_use(lines, labels, kind)]
    labels = _headings_only(lines, labels, levels)
    accepted: list[Label] = []
    heads: list[Span] = []
    for depth, kind in enumerate(levels):
        # What looks like a smaller label in the title of an annex is part of that title.
        labels = _outside(labels, heads)
        known = Labels(labels)
        above = accepted if depth else []
        chain = Chain(text, kind, Kind.ARTICLE in levels, known, above, heads)
        found = chain.resolve(_candidates(lines, labels, kind, accepted))
        accepted = sorted(accepted + found, key=_start)
    return _nodes(accepted, levels, heads, part), heads


def _outside(labels: list[Label], heads: list[Span]) -> list[Label]:
    """The labels that lie in none of the heads, which are in order of position."""
    ends = [head.end for head in heads]
    places = [bisect_right(ends, label.start) for label in labels]
    return [a for a, n in zip(labels, places, strict=True) if n == len(heads) or a.start < heads[n].start]


def _head_of_law(lines: Lines, labels: list[Label]) -> Span | None:
    """The title of the law in a notice that publishes it: the notice numbers 一、 二、, the law 条."""
    articles = [label for label in labels if _is_main(label, (Kind.ARTICLE,))]
    if not articles or articles[0].key != (1, 0):
        return None
    units = [label for label in labels if _is_main(label, (*_HEADINGS, Kind.ARTICLE))]
    before = [a for a in labels if _is_main(a, (Kind.CHINESE,)) and a.start < articles[0].start]
    if len(before) < 2 or [a.number for a in before] != list(range(1, len(before) + 1)):
        return None
    first = units[bisect_right(units, before[-1].start, key=_start)]
    return find_head(lines, before[-1].end, first.mark)


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
    if _has_articles(lines, labels):
        return (*_HEADINGS, Kind.CHINESE, Kind.ARTICLE)
    outline = (*_HEADINGS, Kind.CHINESE, Kind.PAREN)
    if _runs_through(labels):
        return (*_HEADINGS, Kind.CHINESE, Kind.ARABIC)
    if any(_is_main(label, outline[:-1]) for label in labels):
        return outline
    main = [label for label in labels if _is_main(label, (Kind.PAREN, Kind.ARABIC, Kind.ARABIC_PAREN))]
    if _counts_in_arabic(main):
        return (Kind.ARABIC,)
    return next(
        (
            (kind,)
            for kind in (Kind.PAREN, Kind.ARABIC, Kind.ARABIC_PAREN)
            if any(a.kind is kind for a in main)
        ),
        outline,
    )


def _counts_in_arabic(main: list[Label]) -> bool:
    """True where 1. 2. 3. go through the text and （一） begins again below each of them."""
    numbers = [label.number for label in main if label.kind is Kind.ARABIC]
    gapless = len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1))
    return gapless and main[0].kind is Kind.ARABIC


def _runs_through(labels: list[Label]) -> bool:
    """True where 1. 2. 3. stand right below 一、 二、 and go on from one to the next."""
    main = [label for label in labels if _is_main(label, (Kind.CHINESE, Kind.PAREN, Kind.ARABIC))]
    numbers = [label.number for label in main if label.kind is Kind.ARABIC]
    below = [b.kind for a, b in pairwise(main) if a.kind is Kind.CHINESE]
    goes_on = [b.number for a, b in pairwise(main) if (a.kind, b.kind) == (Kind.CHINESE, Kind.ARABIC)][1:]
    if not goes_on or min(goes_on) < 2 or Kind.PAREN in below:
        return False
    # A lone 3. after 二、 is a slip for 三、.
    return numbers == list(range(1, len(numbers) + 1)) and numbers[-1] > goes_on[0]


def _has_articles(lines: Lines, labels: list[Label]) -> bool:
    """True where 条 number the text itself, not merely a passage that it quotes or amends."""
    articles = [label for label in labels if _is_main(label, (Kind.ARTICLE,))]
    sections = [label for label in labels if _is_main(label, (Kind.CHINESE,))]
    if not articles:
        return False
    if not sections:
        return True
    steps = [b.number - a.number in (0, 1) for a, b in pairwise(articles)]
    if articles[0].number != 1 and sections[0].key == (1, 0) and sections[0].start < articles[0].start:
        # 条 that begin in the middle of a text with 一、 of its own are quoted, unless they fill it.
        return len(steps) >= 2 and all(steps) and len(articles) > 2 * len(sections)
    announced = sum(_is_announced(lines, label) for label in articles)
    return bool(steps) and sum(steps) >= 0.8 * len(steps) and announced < 0.5 * len(articles)


def _is_announced(lines: Lines, label: Label) -> bool:
    """True for a 条 after a colon: an amendment quotes it (第一条修改为：)."""
    return lines.text[max(0, label.mark - 20) : label.mark].rstrip().endswith(("：", ":"))


def _headings_only(lines: Lines, labels: list[Label], levels: list[Kind]) -> list[Label]:
    """Where 条 carry the text, 一、 is a heading only if its line is a title with a 条 below it."""
    if Kind.ARTICLE not in levels:
        return labels
    main = [label for label in labels if _is_main(label, levels)]
    after = dict(pairwise(main))
    titles = [a for a in labels if a.kind is Kind.CHINESE and _is_title_above_article(lines, a, after.get(a))]
    steps = [b.number in (a.number + 1, 1) for a, b in pairwise(titles)]
    if not steps or titles[0].number != 1 or not all(steps):
        titles = []
    return [label for label in labels if label.kind is not Kind.CHINESE or label in titles]


def _is_title_above_article(lines: Lines, label: Label, following: Label | None) -> bool:
    if label.place is not Place.LINE or following is None or following.kind is not Kind.ARTICLE:
        return False
    title = lines.text[label.end : following.mark].strip()
    # Between 一、 and its 条 there may be smaller headings, each on a line of its own: （一）级别管辖.
    plain = not re.search(r"[。；：，;:,]|[\n\r]+(?!\s*[（(])", title)
    return len(title) <= 2 * _MAX_HEADING and plain


def _candidates(lines: Lines, labels: list[Label], kind: Kind, above: list[Label]) -> list[Label]:
    """The sure labels of a kind, with those that share the line of a heading above them."""
    found = []
    for label in labels:
        if label.kind is not kind:
            continue
        if label.place is Place.LINE or _shares_line(lines, label, above):
            found.append(label)
    return found


def _shares_line(lines: Lines, label: Label, above: list[Label]) -> bool:
    """True for the （一） of 一、总体要求（一）指导思想, all on one line."""
    place = bisect_left(above, label.start, key=_start)
    if not place or label.place is Place.RUN_IN:
        return False
    head = above[place - 1]
    _, right = lines.bounds[lines.index(head.start)]
    if head.place is not Place.LINE or label.start > min(right, head.end + _MAX_HEADING):
        return False
    return not re.search("[。！？；]", lines.text[head.end : label.start])


def _nodes(accepted: list[Label], levels: list[Kind], heads: list[Span], part: int) -> list[Node]:
    starts = [head.start for head in heads]
    nodes = []
    for label in accepted:
        kind = _level_kind(label, levels)
        number = part + bisect_left(starts, label.start)
        nodes.append(Node(label, kind, levels.index(kind), _level(kind, levels), number))
    return nodes


def _level_kind(label: Label, levels: list[Kind]) -> Kind:
    """The level a label stands on; a stand-in counts as the kind whose place it takes."""
    if label.kind in levels:
        return label.kind
    return next(kind for kind in levels if label.kind in STAND_INS.get(kind, ()))


def _level(kind: Kind, levels: list[Kind]) -> int:
    if kind is Kind.ARABIC and Kind.CHINESE in levels:
        return 2
    if kind in (Kind.BOOK, Kind.DIVISION, Kind.CHINESE, Kind.ARTICLE, Kind.ARABIC):
        return 1
    if kind is Kind.SUBBOOK:
        return 2 if Kind.BOOK in levels else 1
    if kind in (Kind.PAREN, Kind.ARABIC_PAREN):
        return 2
    nested = Kind.BOOK in levels and Kind.SUBBOOK in levels
    return {Kind.CHAPTER: 2, Kind.SECTION: 3}[kind] + nested


def _start(label: Label) -> int:
    return label.start


def _too_many(text: Text) -> CorpusError:
    return CorpusError(
        f"{text.file} 中的编号超过 {MAX_LABELS} 个，不像一份文件。请核对文件，或拆分为多个文件。",
        f"{text.file}: more than {MAX_LABELS} numbers, no single document. Check the file, or split it.",
    )


def _unnumbered(text: Text) -> CorpusError:
    return CorpusError(
        f"{text.file} 中没有找到条款编号：应有“第一条”“一、”“（一）”或“1.”之类的编号，全文一个也没有。"
        "请核对文件；没有编号的文本可以改为 .jsonl 记录（id、title、text）。",
        f"{text.file}: no numbered clauses: expected labels such as 第一条, 一、, （一） or 1., found none. "
        "Check the file; a text without numbering can be given as .jsonl records (id, title, text).",
    )
