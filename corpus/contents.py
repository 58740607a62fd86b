"""The table of contents: headings that are listed before they come."""

from __future__ import annotations

import re
from itertools import pairwise

from corpus.lines import Lines
from corpus.measure import Span
from corpus.numbering import Label

_MAX_ENTRY = 80


def find_contents(lines: Lines, labels: list[Label]) -> Span | None:
    """The table of contents: a run of bare headings whose first one comes again as a real heading."""
    for again in range(1, len(labels)):
        if _same_heading(lines, labels, again):
            return _contents_span(lines, labels, again)
    return None


def _contents_span(lines: Lines, labels: list[Label], again: int) -> Span | None:
    entries = labels[:again]
    gaps = [b.start - a.end for a, b in pairwise(entries)]
    word = re.search(r"(?m)(?:^|(?<=\s))目[ \t\u3000]*[录次](?=\s|$)", lines.text[: entries[0].start])
    if any(gap > _MAX_ENTRY for gap in gaps) or (again == 1 and word is None):
        return None
    # Sentences between two equal headings are text: two short laws that both begin with 第一章 总则.
    if re.search("[。；]", lines.text[entries[0].end : entries[-1].start]):
        return None
    _, end = lines.bounds[lines.index(entries[-1].start)]
    end = min(end, labels[again].mark)
    return lines.trimmed(word.start() if word else entries[0].mark, end)


def _same_heading(lines: Lines, labels: list[Label], again: int) -> bool:
    first, second = labels[0], labels[again]
    if (first.kind, first.key) != (second.kind, second.key):
        return False
    mine, other = _heading_key(lines, labels, 0), _heading_key(lines, labels, again)
    return bool(mine) and bool(other) and (mine.startswith(other) or other.startswith(mine))


def _heading_key(lines: Lines, labels: list[Label], number: int) -> str:
    """The beginning of a heading without white space, leaders and page numbers."""
    label = labels[number]
    _, right = lines.bounds[lines.index(label.start)]
    right = min([right, label.end + 40, *(following.start for following in labels[number + 1 : number + 2])])
    title = re.sub(r"\s", "", lines.text[label.end : right])
    return re.split(r"[.·…（(0-9。]", title)[0]
