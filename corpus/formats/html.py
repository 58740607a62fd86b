"""A saved web page → the text of its document, a line a block.

The document is found by its text, not by the names a site gives to its boxes: the innermost element
that holds every numbered heading is its middle. Outside it stay the title, whatever reads like prose
and, below, signature, date and annexes; menus, lists of links and page controls go. Inside it nothing
with a number or a sentence is left out: losing a clause is worse than keeping a button, which
`corpus/clean.py` may still take out of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from corpus.clean import furniture_reason
from corpus.formats.blocks import Block, Element, Page, read_page
from corpus.formats.document import Document
from corpus.lines import Lines
from corpus.matter import reads_like_title
from corpus.numbering import Kind, Label, Place, find_labels

_ASIDE_TAGS = frozenset({"nav", "footer", "aside", "dialog"})
_ASIDE_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "dialog"})
_ASIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:share|bdshare\w*|related|relate|recommend|breadcrumbs?|crumbs?|sidebar|footer|copyright|"
    r"nav|navbar|menu|toolbar|comments?|qrcode|ewm|xgwd|xgyd|hot|rank|position|location|dqwz)(?=$|[\s_-])",
    re.IGNORECASE,
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4"})
_SENTENCE = re.compile("[。；！？]")
_END_MATTER = re.compile(
    r"附\s*[件表录]|[（(].{2,40}[)）]$|(?:[12]\d{3}|[一二][〇○零一二三四五六七八九]{3})\s*年.{1,8}月.{1,4}日$|"
    r"[^：:]{2,30}(?:[部委局厅院府会署行社]|办公[厅室]|公司|集团|中心)$|(?:抄送|主题词|联系人|联系电话)[:：]"
)
_CONTROLS = frozenset({"page control", "page path", "site footer"})
_PAGE_END = _CONTROLS | {"tags", "list of other articles", "copyright notice"}
_BETWEEN_LINKS = re.compile(r"[\s0-9|·>»›\[\]()（）:：/.-]")
_MAX_LINKS = 2
"""More links than this below the text are a list of other pages."""
_ANY_REASON: frozenset[str] = frozenset()
_TITLE_CUT = re.compile(r"\s*[_|]+\s*|\s+[-–—]+\s*|\s*[-–—]{2,}\s*")


def read_html(html: str) -> Document:
    """The document of a page; its text is empty if the page shows none."""
    page = read_page(html)
    if not page.blocks:
        return Document("", "paragraph")
    title = _title(page)
    chosen = _Choice(page, title).lines()
    return Document("\n".join(chosen), "paragraph", title=title)


def _title(page: Page) -> str:
    """The title that the page's head states, without the name of the site."""
    for whole in page.titles:
        parts = [part for part in _TITLE_CUT.split(whole) if part]
        fits = [part for part in parts if reads_like_title(part)]
        if fits:
            return max(fits, key=len)
    first = next((whole for whole in page.titles if whole), "")
    return next(iter(_TITLE_CUT.split(first)), "")


class _Choice:
    """Which blocks of a page are the document."""

    def __init__(self, page: Page, title: str) -> None:
        self._blocks, self._elements = page.blocks, page.elements
        self._title = _squeezed(title)
        count = len(self._blocks)
        labelled = _labelled(self._blocks)
        self._numbered = [0, *accumulate(int(n in labelled) for n in range(count))]
        self._prose = [0, *accumulate(_prose(block) for block in self._blocks)]
        self._aside = [False] * count
        self._mark_asides()
        self._head_titles = self._titles(bisect_right(self._numbered, 0) - 1)

    def lines(self) -> list[str]:
        """The texts of the chosen blocks, in order."""
        start, end = self._middle()
        chosen = [n for n in range(start, end) if not self._aside[n] and not self._is_above(n)]
        chosen = self._trimmed(chosen)
        before = self._before(start)
        return [self._blocks[n].text for n in [*before, *chosen, *self._trimmed(self._below(end))]]

    def _is_above(self, number: int) -> bool:
        """True for links, and for the site's name above the title, before the first numbered heading."""
        if self._numbered[number + 1] or not self._numbered[-1]:
            return False
        if _is_link(self._blocks[number]) and not self._blocks[number].files:
            return True
        titles = self._head_titles
        named = _squeezed(self._blocks[number].text) in self._title and number not in titles
        return named and bool(titles) and number < titles[0]

    def _mark_asides(self) -> None:
        """Note the blocks in menus, in the page's foot and in what is not shown, but for headings."""
        marks = [0] * (len(self._blocks) + 1)
        unseen = sum(self._count(e) for e in self._elements if e.hidden)
        for element in self._elements:
            # Tabs that a script would open hold the document itself.
            hidden = element.hidden and 2 * unseen <= self._numbered[-1] and not self._count(element)
            if hidden or self._is_aside(element):
                marks[element.first] += 1
                marks[element.last] -= 1
        for number, depth in enumerate(accumulate(marks[:-1])):
            self._aside[number] = depth > 0

    def _count(self, element: Element) -> int:
        return self._numbered[element.last] - self._numbered[element.first]

    def _is_aside(self, element: Element) -> bool:
        if element.tag in ("html", "body") or self._count(element):
            return False
        attributes = element.attributes
        if element.tag in _ASIDE_TAGS or attributes.get("role") in _ASIDE_ROLES:
            return True
        named = _ASIDE_NAMES.search(attributes.get("class", "")) or _ASIDE_NAMES.search(
            attributes.get("id", "")
        )
        return bool(named) and self._prose[element.last] == self._prose[element.first]

    def _middle(self) -> tuple[int, int]:
        """The blocks of the innermost element that holds all numbered headings, else most of the prose."""
        sums, share = (self._numbered, 1.0) if self._numbered[-1] else (self._prose, 0.85)
        start, end, total = 0, len(self._blocks), sums[-1]
        inner = -1
        for number, element in enumerate(self._elements):
            inside = sums[element.last] - sums[element.first]
            if total and inside >= share * total and element.last - element.first <= end - start:
                start, end, inner = element.first, element.last, number
        return self._grown(inner, start, end)

    def _grown(self, number: int, start: int, end: int) -> tuple[int, int]:
        """The middle with the boxes around it that add nothing but text: an editor's inner boxes."""
        while number >= 0 and (number := self._elements[number].parent) >= 0:
            element = self._elements[number]
            added = [*range(element.first, start), *range(end, element.last)]
            if any(self._aside[n] or self._is_furniture(n, _ANY_REASON) for n in added):
                break
            start, end = element.first, element.last
        return start, end

    def _before(self, start: int) -> list[int]:
        """Of the blocks above the middle: the title, what stands below it, and prose."""
        titles = self._titles(start)
        first = titles[-1] if titles else start
        kept = []
        for number in range(start):
            block = self._blocks[number]
            if self._aside[number] and number not in titles:
                continue
            if titles and number < titles[0] and furniture_reason(block.text) != "page data":
                continue
            below_title = number > first and not _is_link(block)
            data = furniture_reason(block.text) == "page data" and not _is_link(block)
            if number in titles[-3:] or below_title or data or self._is_prose(number):
                kept.append(number)
        return [n for n in kept if furniture_reason(self._blocks[n].text) not in _CONTROLS]

    def _titles(self, end: int) -> list[int]:
        """The blocks that are the title or lines of it; the name of the site alone is none."""
        found = [n for n in range(end) if self._is_title(n)]
        return [
            n
            for n in found
            if 2 * len(_squeezed(self._blocks[n].text)) > len(self._title)
            or self._in_heading(n)
            or {n - 1, n + 1} & set(found)
        ]

    def _in_heading(self, number: int) -> bool:
        element = self._blocks[number].element
        return element >= 0 and self._elements[element].tag in _HEADINGS

    def _is_title(self, number: int) -> bool:
        block = self._blocks[number]
        if _is_link(block) or len(block.text) > 120:
            return False
        text = _squeezed(block.text)
        in_title = len(text) > 5 and text in self._title
        return in_title or self._in_heading(number) or (len(text) > 8 and reads_like_title(block.text))

    def _below(self, end: int) -> list[int]:
        """Of the blocks below the middle: prose, signature and annexes, up to the next list or heading."""
        kept, links = [], 0
        for number in range(end, len(self._blocks)):
            block = self._blocks[number]
            links += _is_link(block) and not block.files
            if links > _MAX_LINKS or self._in_heading(number):
                break
            matter = _END_MATTER.match(block.text) and furniture_reason(block.text) is None
            if not self._aside[number] and (block.files or self._is_prose(number) or matter):
                kept.append(number)
        return kept

    def _is_prose(self, number: int) -> bool:
        block = self._blocks[number]
        return not self._aside[number] and _prose(block) > 0 and furniture_reason(block.text) is None

    def _trimmed(self, chosen: Sequence[int]) -> list[int]:
        """Without controls and links to other articles at either end, and what such a list is headed with."""
        start, end = 0, len(chosen)
        while start < end and self._is_furniture(chosen[start], _CONTROLS):
            start += 1
        while end > start and self._is_furniture(chosen[end - 1], _PAGE_END):
            end -= 1
        return list(chosen[start:end])

    def _is_furniture(self, number: int, reasons: frozenset[str]) -> bool:
        block = self._blocks[number]
        if self._numbered[number + 1] > self._numbered[number] or block.files:
            return False
        reason = furniture_reason(block.text)
        return _is_link(block) or (reason is not None and (reasons is _ANY_REASON or reason in reasons))


def _labelled(blocks: Sequence[Block]) -> set[int]:
    """The blocks that begin with a number of the document's own numbering, and are no links."""
    lines = Lines.of("\n".join(block.text for block in blocks))
    labels = [a for a in find_labels(lines) if a.place is Place.LINE]
    units = [a for a in labels if a.kind not in (Kind.ARABIC, Kind.ARABIC_PAREN, Kind.CIRCLED)]
    found: Iterable[Label] = units or labels
    numbers = {lines.index(a.start) for a in found}
    plain = {number for number in numbers if not _is_link(blocks[number])}
    if plain:
        return plain
    # Every clause is a link: then the links are the text.
    sentences = {number for number in numbers if _SENTENCE.search(blocks[number].text)}
    for number in sentences:
        blocks[number].linked = 0
    return sentences


def _is_link(block: Block) -> bool:
    """True where nearly all of a block is links, not counting dates and what stands between links."""
    return block.linked > 0 and block.linked >= 0.7 * len(_BETWEEN_LINKS.sub("", block.text))


def _prose(block: Block) -> int:
    """The number of characters outside links, if they make up sentences."""
    length = len("".join(block.text.split())) - block.linked
    return length if length >= 15 and not _is_link(block) and _SENTENCE.search(block.text) else 0


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)
