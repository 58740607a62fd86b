"""The lines of a PDF's pages with their places on the page. Lengths are in points, y grows upwards."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfPage, PdfTextPage

WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_CELL_GAP = 2.0
"""Cells of a table stand apart by at least this many characters' widths."""
_WORD_GAP = 0.6
_PROSE_MIN = 8
_SKEW = math.radians(5)
_COMPATIBLE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: its box, and the width of one wide character in it."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    em: float
    cells: tuple[Line, ...] = ()
    """The pieces that wide gaps set apart, if there are any."""

    @property
    def height(self) -> float:
        """From the foot to the head of its characters."""
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class _Char:
    text: str
    left: float
    right: float
    bottom: float
    top: float
    generated: bool


def lines_of(page: PdfPage) -> tuple[list[Line], bool]:
    """The lines of a page in the order of its content, and whether the page shows a picture of page size."""
    textpage = page.get_textpage()
    try:
        turn = _turn(page)
        lines = [line for chars in _runs(_chars(textpage, turn)) if (line := _line(chars)) is not None]
    finally:
        textpage.close()
    return lines, not lines and _has_large_picture(page)


def _turn(page: PdfPage) -> tuple[int, float, float]:
    """How the page is turned when shown, and its size before."""
    rotation = page.get_rotation()
    width, height = page.get_size()
    return (rotation, height, width) if rotation in (90, 270) else (rotation, width, height)


def _chars(textpage: PdfTextPage, turn: tuple[int, float, float]) -> Iterator[_Char]:
    import pypdfium2.raw as pdfium

    raw, rect = textpage.raw, pdfium.FS_RECTF()
    start, slanted = True, False
    for index in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        # How the library shows a hyphen at the end of a line.
        code = 0x2D if code in (0x02, 0xFFFE) else code
        if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
            code = 0xFFFD
        # Only blanks and line breaks are ever made up by the library.
        generated = code <= 0x20 and pdfium.FPDFText_IsGenerated(raw, index) == 1
        if start and not generated:
            slanted, start = _is_slanted(pdfium.FPDFText_GetCharAngle(raw, index)), False
        start = start or code in (0x0A, 0x0D)
        if slanted and not generated:
            continue  # part of a watermark
        pdfium.FPDFText_GetLooseCharBox(raw, index, rect)
        box = (rect.left, rect.bottom, rect.right, rect.top)
        left, right, bottom, top = _turned(box, turn)
        yield _Char(chr(code), left, right, bottom, top, generated)


def _is_slanted(angle: float) -> bool:
    rest = angle % (math.pi / 2)
    return min(rest, math.pi / 2 - rest) > _SKEW


def _turned(
    box: tuple[float, float, float, float], turn: tuple[int, float, float]
) -> tuple[float, float, float, float]:
    """Left, right, bottom and top of a box (left, bottom, right, top) as the page is shown."""
    left, bottom, right, top = box
    rotation, width, height = turn
    if rotation == 90:
        return bottom, top, width - right, width - left
    if rotation == 180:
        return width - right, width - left, height - top, height - bottom
    if rotation == 270:
        return height - top, height - bottom, left, right
    return left, right, bottom, top


def _runs(chars: Iterator[_Char]) -> Iterator[list[_Char]]:
    """Characters of one line each: until a line break, or until the next one stands above or below."""
    run: list[_Char] = []
    for char in chars:
        if char.text in "\r\n":
            yield run
            run = []
            continue
        last = run[-1] if run else None
        if last and not char.generated and not last.generated and char.text.strip():
            apart = char.top <= last.bottom + 0.1 * (last.top - last.bottom) or char.bottom >= last.top
            if apart and last.top > last.bottom:
                yield run
                run = []
        run.append(char)
    yield run


def _line(chars: Sequence[_Char]) -> Line | None:
    seen = [char for char in chars if char.text.strip() and not char.generated]
    if not seen:
        return None
    widths = [char.right - char.left for char in seen if WIDE.match(char.text) and char.right > char.left]
    height = max(char.top - char.bottom for char in seen)
    em = median(widths) if widths else 0.9 * height or 1.0
    text = _text(chars, em).strip(" \t\u3000\u00a0")
    if not text:
        return None
    pieces = _pieces(seen, em) if "\t" in text else []
    cells = tuple(cell for piece in pieces if (cell := _line(piece)) is not None)
    return Line(
        text,
        min(char.left for char in seen),
        max(char.right for char in seen),
        min(char.bottom for char in seen),
        max(char.top for char in seen),
        em,
        cells,
    )


def _pieces(chars: Sequence[_Char], em: float) -> list[list[_Char]]:
    """The characters of a line in the groups that wide gaps set apart."""
    pieces = [[chars[0]]]
    for last, char in pairwise(chars):
        if (char.left - last.right) / em >= _CELL_GAP:
            pieces.append([])
        pieces[-1].append(char)
    return pieces if len(pieces) > 1 else []


def _text(chars: Sequence[_Char], em: float) -> str:
    """The characters with the blanks that a reader sees: a tab for the gap between cells."""
    parts: list[str] = []
    last: _Char | None = None
    for char in chars:
        if not char.text.strip():
            if not char.generated:
                parts.append("\u3000" if char.text == "\u3000" else " ")
            continue
        if last is not None:
            _gap(parts, last, char, em)
        parts.append(char.text)
        last = char
    text = "".join(parts)
    # Some fonts name characters by the radical they look like: ⼀ for 一.
    return _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def _gap(parts: list[str], last: _Char, char: _Char, em: float) -> None:
    gap = (char.left - last.right) / em
    spaced = bool(parts) and not parts[-1].strip()
    if gap >= _CELL_GAP:
        while parts and not parts[-1].strip():
            parts.pop()
        parts.append("\t")
    elif not spaced:
        wide = WIDE.match(last.text) and WIDE.match(char.text)
        if gap >= (_WORD_GAP if wide else 0.15):
            parts.append(" ")


def _has_large_picture(page: PdfPage) -> bool:
    """True if a picture covers half of the page or more: a scan."""
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    for picture in page.get_objects(filter=(pdfium.FPDF_PAGEOBJ_IMAGE,), max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        if (right - left) * (top - bottom) >= 0.5 * width * height:
            return True
    return False


def split_columns(lines: Sequence[Line], width: float) -> list[list[Line]]:
    """The lines of a page by column, left before right; one list if the page has one column.

    A page has two columns if most of its lines lie wholly left or right of its middle.
    """
    lines = _cut_at_gutter(lines, width)
    left = [line for line in lines if line.right <= 0.52 * width]
    right = [line for line in lines if line.left >= 0.48 * width]
    if min(len(left), len(right)) < 5 or len(left) + len(right) < 0.7 * len(lines):
        return [list(lines)]
    columns: list[list[Line]] = [[], [], []]
    for line in lines:
        # Lines across both columns, such as the title, come first if they stand above them.
        across = line not in left and line not in right
        columns[0 if across else 1 if line in left else 2].append(line)
    head = [line for line in columns[0] if line.bottom >= max(one.top for one in left + right) - line.height]
    foot = [line for line in columns[0] if line not in head]
    return [part for part in (head, columns[1], columns[2], foot) if part]


def _cut_at_gutter(lines: Sequence[Line], width: float) -> list[Line]:
    """The lines, cut in two where most of them are two columns of prose that were written row by row."""
    cut = [line for line in lines if _is_two(line, width)]
    if len(cut) < 5 or len(cut) < 0.6 * len(lines):
        return list(lines)
    return [piece for line in lines for piece in (line.cells if len(line.cells) == 2 else (line,))]


def _is_two(line: Line, width: float) -> bool:
    """True for two long pieces left and right of the middle; the cells of a table are shorter."""
    if len(line.cells) != 2 or min(len(cell.text) for cell in line.cells) < _PROSE_MIN:
        return False
    return line.cells[0].right <= 0.55 * width and line.cells[1].left >= 0.45 * width
