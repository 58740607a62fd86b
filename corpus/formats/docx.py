"""A Word document (.docx) → its text, a line a paragraph, as Word would show it.

Automatic numbers are written out. Insertions are in, deletions are out; hidden text, headers and
footers and generated tables of contents are out; text boxes and notes follow the paragraph that they
are anchored to. A table of data gives a line a row, its cells set apart by tabs.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree

from corpus.formats.cells import row_text
from corpus.formats.document import Document
from corpus.formats.refused import Refused
from corpus.formats.word_numbers import W, WordNumbers

if TYPE_CHECKING:
    from docx.opc.part import XmlPart

_MAX_FILES = 5_000
_MAX_UNPACKED = 300 * 1024 * 1024
_MAX_PARAGRAPHS = 100_000
_MAX_XML = 40 * 1024 * 1024
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
_UNSHOWN = frozenset(
    f"{W}{name}"
    for name in [
        "del",
        "moveFrom",
        "delText",
        "instrText",
        "delInstrText",
        "rPr",
        "pPr",
        "rt",
        "sdtPr",
        "sdtEndPr",
        "tblPr",
    ]
)
_PASSED = frozenset(f"{W}{name}" for name in ["ins", "moveTo", "smartTag", "customXml", "sdtContent"])
_BLANK = " \t\u3000\u00a0\ufeff\u200b"
_ENTRY = re.compile(r"[\t .·…]\s*[0-9ivxIVX]{1,4}$")
_CONTENTS_HEADING = re.compile(r"目\s*[录次]")
_NOTES = {"footnoteReference": "footnotes", "endnoteReference": "endnotes"}


def read_docx(data: bytes) -> Document:
    """The text of a Word document. Refused if it is damaged, too large, or another kind of file."""
    _check_archive(data)
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        opened = docx.Document(BytesIO(data))
    except (PackageNotFoundError, KeyError, zipfile.BadZipFile, etree.XMLSyntaxError, OSError) as error:
        raise _damaged(str(error)) from error
    except ValueError as error:
        # python-docx says so of macro-enabled documents, templates and other files of Office.
        raise Refused(
            "内容不是普通的 Word 文档（.docx）", "it holds no plain Word document (.docx)"
        ) from error
    try:
        lines = _Reader(opened.part).lines()
    except (KeyError, AttributeError, etree.XMLSyntaxError) as error:
        raise _damaged(str(error)) from error
    return Document("\n".join(lines), "paragraph", title=(opened.core_properties.title or "").strip())


def _damaged(reason: str) -> Refused:
    return Refused(f"Word 文档已损坏（{reason[:80]}）", f"the Word document is damaged ({reason[:80]})")


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack to more than a document needs, before anything is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            encrypted = any(entry.flag_bits & 1 for entry in entries)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _damaged(str(error)) from error
    large = [e for e in entries if e.file_size > _MAX_XML and e.filename.lower().endswith((".xml", ".rels"))]
    if large or len(entries) > _MAX_FILES or sum(entry.file_size for entry in entries) > _MAX_UNPACKED:
        raise Refused(
            f"解压后过大（上限 {_MAX_UNPACKED >> 20} MB、{_MAX_FILES} 个部件，正文 {_MAX_XML >> 20} MB）",
            f"it unpacks to too much (limits: {_MAX_UNPACKED >> 20} MB, {_MAX_FILES} parts, "
            f"{_MAX_XML >> 20} MB of text)",
        )
    if encrypted:
        raise Refused("文件已加密", "the file is encrypted")


class _Reader:
    """Goes through a document once, in order."""

    def __init__(self, part: XmlPart) -> None:
        self._part = part
        self._body = part.element.find(f"{W}body")
        if part.element.getroottree().docinfo.doctype or self._body.find(f".//{W}altChunk") is not None:
            raise Refused("含有嵌入的其他文档", "another document is embedded in it")
        if sum(1 for _ in self._body.iter(f"{W}p")) > _MAX_PARAGRAPHS:
            raise Refused(
                f"段落过多（上限 {_MAX_PARAGRAPHS}）", f"it has more than {_MAX_PARAGRAPHS} paragraphs"
            )
        numbering, styles = self._related("numbering"), self._related("styles")
        self._numbers = WordNumbers(numbering, styles)
        self._contents_styles = _contents_styles(styles)
        self._notes = {name: self._related(name) for name in _NOTES.values()}
        self._lines: list[str] = []
        self._carried = ""
        self._fields: list[str] = []
        self._beside: list[list[str]] = []

    def lines(self) -> list[str]:
        """The lines of the text; none is blank."""
        self._read(self._body)
        return self._lines

    def _related(self, name: str) -> etree._Element | None:
        """The root of another part of the package, such as numbering; None if there is none."""
        for relation in self._part.rels.values():
            if relation.reltype.endswith(f"/{name}") and not relation.is_external:
                parser = etree.XMLParser(resolve_entities=False, no_network=True)
                return etree.fromstring(relation.target_part.blob, parser)
        return None

    def _read(self, parent: etree._Element) -> None:
        """Read paragraphs and tables one after another."""
        for child in parent:
            if child.tag == f"{W}p":
                self._paragraph(child)
            elif child.tag == f"{W}tbl":
                for row in child.iter(f"{W}tr"):
                    if next(row.iterancestors(f"{W}tbl")) is child:
                        self._row(row)
            elif child.tag == f"{W}sdt":
                self._control(child)
            elif child.tag in _PASSED:
                self._read(child)

    def _control(self, control: etree._Element) -> None:
        gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
        content = control.find(f"{W}sdtContent")
        if content is None or (gallery is not None and gallery.get(f"{W}val") == "Table of Contents"):
            return
        self._read(content)

    def _paragraph(self, paragraph: etree._Element) -> None:
        listed = "TOC" in self._fields
        text, beside = self._shown(paragraph)
        listed = listed or "TOC" in self._fields
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            # Its mark is deleted: the text runs on into the next paragraph, whose number holds.
            self._carried += text
            return
        text, self._carried = self._carried + text, ""
        number = self._numbers.before(paragraph)
        if (listed or self._in_contents_style(paragraph)) and _ENTRY.search(text.strip()):
            # An entry of a generated table of contents: it ends with the number of a page.
            if self._lines and _CONTENTS_HEADING.fullmatch(self._lines[-1]):
                self._lines.pop()
            return
        self._add(number + text.lstrip(_BLANK) if number else text)
        self._lines += beside

    def _add(self, text: str) -> None:
        lines = (line.replace("\u00a0", " ").strip(_BLANK) for line in text.split("\n"))
        self._lines += [line for line in lines if line]

    def _in_contents_style(self, paragraph: etree._Element) -> bool:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        return style is not None and style.get(f"{W}val") in self._contents_styles

    def _row(self, row: etree._Element) -> None:
        """A line for the row; cells that hold a page of text give their paragraphs instead."""
        if row.find(f"{W}trPr/{W}del") is not None:
            return
        cells = [self._apart(cell) for cell in _cells(row)]
        text = row_text(cells)
        if text is not None:
            self._add(text)
        else:
            self._lines += [line for cell in cells for line in cell]

    def _apart(self, parent: etree._Element) -> list[str]:
        """The lines of something that stands by itself: a cell, a text box, a note."""
        before, self._lines = self._lines, []
        self._read(parent)
        if self._carried:
            self._add(self._carried)
            self._carried = ""
        found, self._lines = self._lines, before
        return found

    def _shown(self, paragraph: etree._Element) -> tuple[str, list[str]]:
        """The text of a paragraph, and the lines of boxes and notes beside it."""
        self._beside.append([])
        text = "".join(self._texts(paragraph))
        return text, self._beside.pop()

    def _texts(self, node: etree._Element) -> Iterator[str]:
        for child in node:
            tag = child.tag
            if tag in (f"{W}t", _MATH_TEXT):
                yield (child.text or "").replace("\n", " ")
            elif tag in (f"{W}tab", f"{W}ptab"):
                yield "\t"
            elif tag in (f"{W}br", f"{W}cr"):
                yield "\n" if child.get(f"{W}type") in (None, "textWrapping") else ""
            elif tag == f"{W}noBreakHyphen":
                yield "-"
            elif tag == f"{W}sym":
                yield _symbol(child)
            else:
                yield from self._inner(child)

    def _inner(self, child: etree._Element) -> Iterator[str]:
        tag = child.tag
        if tag in _UNSHOWN or not isinstance(tag, str):
            self._note_field(child)
        elif tag == f"{W}fldChar":
            self._field_edge(child)
        elif tag == f"{W}txbxContent":
            carried, self._carried = self._carried, ""
            self._beside[-1] += self._apart(child)
            self._carried = carried
        elif tag.removeprefix(W) in _NOTES:
            self._beside[-1] += self._note(child)
        elif tag == f"{_MC}AlternateContent":
            yield from self._alternative(child)
        elif not _is_unshown(child):
            yield from self._texts(child)

    def _alternative(self, node: etree._Element) -> Iterator[str]:
        """The first of several forms of the same content that holds any text."""
        for form in (*node.findall(f"{_MC}Choice"), *node.findall(f"{_MC}Fallback")):
            before = len(self._beside[-1])
            texts = list(self._texts(form))
            if any(texts) or len(self._beside[-1]) > before:
                yield from texts
                return

    def _note_field(self, child: etree._Element) -> None:
        if child.tag == f"{W}instrText" and self._fields:
            self._fields[-1] = self._fields[-1] or next(iter((child.text or "").split()), "").upper()

    def _field_edge(self, edge: etree._Element) -> None:
        kind = edge.get(f"{W}fldCharType")
        if kind == "begin":
            self._fields.append("")
        elif kind == "end" and self._fields:
            self._fields.pop()

    def _note(self, reference: etree._Element) -> list[str]:
        name = _NOTES[reference.tag.removeprefix(W)]
        root, number = self._notes[name], reference.get(f"{W}id")
        for note in root if root is not None else ():
            if isinstance(note.tag, str) and note.get(f"{W}id") == number:
                lines = self._apart(note)
                return [f"〔注〕{line}" if not place else line for place, line in enumerate(lines)]
        return []


def _cells(row: etree._Element) -> Iterator[etree._Element]:
    for cell in row.iter(f"{W}tc"):
        if next(cell.iterancestors(f"{W}tr")) is row:
            yield cell


def _contents_styles(styles: etree._Element | None) -> frozenset[str]:
    """The ids of the styles for entries of a table of contents (toc 1 … toc 9)."""
    if styles is None:
        return frozenset()
    names = ((style, style.find(f"{W}name")) for style in styles.findall(f"{W}style"))
    return frozenset(
        style.get(f"{W}styleId", "")
        for style, name in names
        if name is not None and name.get(f"{W}val", "").lower().startswith("toc ")
    )


def _is_unshown(node: etree._Element) -> bool:
    """True for hidden runs and for the prompt of a form field that nobody has filled in."""
    if node.tag == f"{W}r":
        hidden = node.find(f"{W}rPr/{W}vanish")
        return hidden is not None and hidden.get(f"{W}val", "1") not in ("0", "false", "off")
    return node.tag == f"{W}sdt" and node.find(f"{W}sdtPr/{W}showingPlcHdr") is not None


def _symbol(node: etree._Element) -> str:
    """A character of a symbol font, if it stands for itself."""
    code = node.get(f"{W}char", "")
    value = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,4}", code) else 0
    return chr(value) if value >= 0x20 and not 0xD800 <= value <= 0xF8FF else ""
