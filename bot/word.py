"""Markdown of an answer → paragraphs, lists, quotes and tables of a Word document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph
from markdown_it import MarkdownIt
from markdown_it.token import Token

_BODY, _HEAD = "宋体", "黑体"
_TAG = RGBColor(0x1D, 0x4E, 0x89)
# What XML 1.0 cannot hold: control characters, half surrogate pairs, two non-characters.
_NOT_XML = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")
_LONGEST_TITLE = 255


def sound(text: str) -> str:
    """`text` as a Word document can hold it: what XML has no place for becomes U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)


def new_document(title: str) -> Document:
    """An empty document with Chinese fonts in its styles and `title` among its properties."""
    document = docx.Document()
    for style in document.styles:
        if isinstance(style, ParagraphStyle) and style.type == WD_STYLE_TYPE.PARAGRAPH:
            _set_font(style, _HEAD if style.name.startswith(("Heading", "Title")) else _BODY)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = sound(title)[:_LONGEST_TITLE], "Wence", ""
    return document


def _set_font(style: ParagraphStyle, name: str) -> None:
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)
    # A theme font would win over the one just set.
    fonts.attrib.pop(qn("w:eastAsiaTheme"), None)


def add_table(document: Document, rows: Sequence[Sequence[object]]) -> None:
    """A table with the first row as its head, which is repeated on every page."""
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    # `table.cell` and `row.cells` go through all cells each time.
    cells = iter(table._cells)
    for number, row in enumerate(rows):
        for text, cell in zip(row, cells, strict=False):
            run = cell.paragraphs[0].add_run(sound(str(text)))
            run.font.size = Pt(9)
            run.bold = number == 0
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def add_markdown(document: Document, text: str) -> None:
    """The blocks of a markdown text, one after the other. Links become their words."""
    writer = _Writer(document)
    for token in MarkdownIt("commonmark", {"html": False}).enable("table").parse(sound(text)):
        writer.take(token)


class _Writer:
    """Takes the tokens of markdown-it in turn and writes what they open, hold and close."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._lists: list[str] = []
        self._quotes = 0
        self._heading = 0
        self._rows: list[list[str]] | None = None

    def take(self, token: Token) -> None:
        """One block token, with the inline tokens it holds."""
        match token.type:
            case "bullet_list_open":
                self._lists.append("List Bullet")
            case "ordered_list_open":
                self._lists.append("List Number")
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "blockquote_open" | "blockquote_close":
                self._quotes += token.nesting
            case "heading_open" | "heading_close":
                self._heading = int(token.tag[1:]) if token.nesting > 0 else 0
            case "table_open" | "table_close" | "tr_open":
                self._table(token)
            case "inline":
                self._inline(token)
            case "code_block" | "fence":
                self._document.add_paragraph(token.content)

    def _table(self, token: Token) -> None:
        if token.type == "table_open":
            self._rows = []
        elif self._rows is not None and token.type == "tr_open":
            self._rows.append([])
        elif self._rows:
            add_table(self._document, self._rows)
            self._rows = None

    def _inline(self, token: Token) -> None:
        children = token.children or []
        if self._rows:
            self._rows[-1].append(_plain(children))
        elif self._heading:
            self._document.add_heading(_plain(children), self._heading)
        else:
            _add_runs(self._document.add_paragraph(style=self._style()), children)

    def _style(self) -> str:
        if self._quotes:
            return "Quote"
        return self._lists[-1] if self._lists else "Normal"


def _plain(tokens: Iterable[Token]) -> str:
    return "".join("\n" if "break" in token.type else token.content for token in tokens)


def _add_runs(paragraph: Paragraph, tokens: Iterable[Token]) -> None:
    bold = italic = 0
    for token in tokens:
        if token.type.startswith("strong"):
            bold += token.nesting
        elif token.type.startswith("em"):
            italic += token.nesting
        else:
            run = paragraph.add_run("\n" if "break" in token.type else token.content)
            run.bold, run.italic = bool(bold) or None, bool(italic) or None
            if token.type == "code_inline":
                run.bold, run.font.color.rgb = True, _TAG
