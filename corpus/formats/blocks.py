"""A page in HTML → its blocks of text in order, and the elements that they stand in.

lxml's parser tells tag by tag what it sees; no tree is built, so nesting costs nothing. A block
is what a browser would set on lines of its own; a row of a table of data is one block, its cells
set apart by tabs. Nothing is left out here but what no reader of the page would see as text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from corpus.formats.cells import row_text

_BLOCKS = """address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav ol p pre section
summary table tbody td tfoot th thead title tr ul"""
_UNSEEN = """applet audio button canvas datalist embed iframe input map math noframes noscript object option
script select style svg template textarea video"""
_BLOCK_TAGS, _UNSEEN_TAGS = frozenset(_BLOCKS.split()), frozenset(_UNSEEN.split())
_WIDE = "\u3001\u3007-\u9fff\uff08-\uff0c"
_WRAPPED = re.compile(
    rf"(?<=[{_WIDE}])[ \t\r]*\n[ \t\r\n]*(?=[{_WIDE}])(?!第.{{1,8}}[编章节条]|[一-十]{{1,3}}、|（.{{1,4}}）)"
)
_PRE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_CELL_TAGS = ("td", "th")
_MAX_IN_ROW = 2000
_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u2002-\u200a\u202f]+")
_FILE = re.compile(r"\.(?:docx?|wps|xlsx?|et|pdf|zip|rar|ofd|jpg)(?:$|[?#])", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """A stretch of text between two breaks: how much of it is links, and which element it stands in."""

    text: str
    linked: int
    element: int
    files: bool = False
    """True if it links to a file, such as an annex."""


@dataclass(slots=True)
class Element:
    """An element of the page: its tag, attributes and parent, and the blocks from `first` to `last`."""

    tag: str
    attributes: dict[str, str]
    parent: int
    first: int
    last: int = 0
    hidden: bool = False
    cut: bool = False
    """Hidden words within a line: they belong to no block."""
    pre: bool = False
    """True if line breaks in the mark-up are shown."""


@dataclass(slots=True)
class Page:
    """The blocks and elements of a page, and what its head says of it."""

    blocks: list[Block] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)


def read_page(html: str) -> Page:
    """The blocks of a page. Whatever the mark-up, some reading of it is found."""
    target = _Target()
    parser: etree.HTMLParser = etree.HTMLParser(target=target, huge_tree=True, encoding="utf-8")
    # Without any tag the parser takes nothing for text.
    html = html if "<" in html else f"<p>{html}"
    data = html.encode("utf-8", errors="replace").replace(b"\0", b"")
    page: Page = etree.fromstring(data, parser) if data.strip() else Page()
    return page


class _Target:
    """Receives lxml's events and keeps the blocks."""

    def __init__(self) -> None:
        self._page = Page()
        self._open: list[int] = []
        self._unseen = 0
        self._links: list[bool] = []
        self._linking = 0
        self._parts: list[str] = []
        self._linked = 0
        self._files = False
        self._in_title = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._unseen or tag in _UNSEEN_TAGS:
            self._unseen += 1
            return
        if tag in _BLOCK_TAGS or tag == "br":
            self._break()
        if tag == "a":
            href = attributes.get("href") or ""
            self._links.append(bool(href))
            self._linking += bool(href)
            self._files |= bool(_FILE.search(href))
        self._in_title |= tag == "title"
        if tag == "meta":
            self._note_meta(attributes)
        if tag == "br":
            return
        self._open_element(tag, attributes)

    def _open_element(self, tag: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else -1
        element = Element(tag, {}, parent, len(self._page.blocks), pre=tag == "pre")
        if attributes:
            element.hidden = _is_hidden(attributes)
            element.attributes = {name: attributes.get(name) or "" for name in ("class", "id", "role")}
            element.pre |= bool(_PRE.search(attributes.get("style") or ""))
        if parent >= 0:
            above = self._page.elements[parent]
            element.pre |= above.pre
            element.cut = tag not in _BLOCK_TAGS and (element.hidden or above.cut)
        self._open.append(len(self._page.elements))
        self._page.elements.append(element)

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._unseen:
            self._unseen -= 1
            return
        if tag == "br" or not self._open:
            return
        if tag in _BLOCK_TAGS:
            self._break()
        if tag == "a" and self._links:
            self._linking -= self._links.pop()
        if tag == "title":
            self._in_title = False
        number = self._open.pop()
        element = self._page.elements[number]
        element.last = len(self._page.blocks)
        if tag == "tr":
            self._row(number)

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._unseen or not text:
            return
        if self._in_title:
            self._page.titles.append(_tidy(text))
            return
        innermost = self._page.elements[self._open[-1]] if self._open else None
        if innermost is not None and innermost.cut:
            return
        if innermost is not None and innermost.pre:
            first, *lines = re.split(r"\r\n|\r|\n", text)
            self._add(first)
            for line in lines:
                self._break()
                self._add(line)
            return
        self._add(text)

    def close(self) -> Page:
        """The page, once everything has been read."""
        self._break()
        for number in self._open:
            self._page.elements[number].last = len(self._page.blocks)
        return self._page

    def _add(self, text: str) -> None:
        self._parts.append(text)
        if self._linking:
            self._linked += len("".join(text.split()))

    def _break(self) -> None:
        """The end of a block, if there is one."""
        text = _tidy("".join(self._parts))
        if text.strip("\u3000\ufeff\u200b"):
            element = self._open[-1] if self._open else -1
            self._page.blocks.append(Block(text, self._linked, element, self._files))
        self._parts, self._linked, self._files = [], 0, False

    def _note_meta(self, attributes: dict[str, str]) -> None:
        name = (attributes.get("name") or attributes.get("property") or "").lower()
        if name in ("articletitle", "og:title", "title", "dc.title"):
            self._page.titles.insert(0, _tidy(attributes.get("content") or ""))

    def _row(self, number: int) -> None:
        """Make the row that has just ended one block, if it belongs to a table of data."""
        row = self._page.elements[number]
        if len(self._page.elements) - number > _MAX_IN_ROW:
            return
        inner = self._page.elements[number + 1 :]
        if any(element.tag == "table" for element in inner):
            return
        cells = [e for e in inner if e.parent == number and e.tag in _CELL_TAGS and not e.hidden]
        blocks = [self._page.blocks[cell.first : cell.last] for cell in cells]
        text = row_text([[block.text for block in cell] for cell in blocks])
        if text is None:
            return
        linked = sum(block.linked for cell in blocks for block in cell)
        files = any(block.files for cell in blocks for block in cell)
        # What stood inside the row is no place of its own any more.
        del self._page.elements[number + 1 :], self._page.blocks[row.first :]
        pairs = _pairs(text.split("\t"))
        for line in pairs:
            self._page.blocks.append(Block(line, linked // len(pairs), number, files))
        row.last = len(self._page.blocks)


def _pairs(cells: list[str]) -> list[str]:
    """The lines of a row: one, but for a row of names and values (文号：| … | 日期：| …) one a pair."""
    named = cells[::2]
    if len(cells) % 2 == 0 and all(not cell or cell.endswith(("：", ":")) for cell in named) and any(named):
        lines = [name + value for name, value in zip(cells[::2], cells[1::2], strict=True)]
        return [line for line in lines if line]
    return ["\t".join(cells).strip("\t")]


def _is_hidden(attributes: dict[str, str]) -> bool:
    if "hidden" in attributes or (attributes.get("aria-hidden") or "").lower() == "true":
        return True
    return bool(_HIDDEN.search(attributes.get("style") or ""))


def _tidy(text: str) -> str:
    """White space as a browser shows it: one blank for any run, none at the ends.

    A line break in the mark-up within a Chinese sentence is no blank.
    """
    if "\n" in text:
        text = _WRAPPED.sub("", text)
    return _SPACE.sub(" ", text).strip(" \u3000")
