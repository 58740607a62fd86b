"""A PDF with a text layer → its text, a line a paragraph, with the offsets at which pages start.

Running heads and feet and page numbers are left out: what stands at the same height of several
pages and differs in digits only. Lines are joined to paragraphs by how they are set: a line that
reaches the right margin goes on in the next one, unless that one is indented or begins a clause.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING

from corpus.formats.document import Document
from corpus.formats.pdf_lines import WIDE, Line, lines_of, split_columns
from corpus.formats.refused import Refused
from corpus.lines import Lines
from corpus.numbering import Place, find_labels

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_MAX_PAGES = 3_000
_MAX_CHARS = 5_000_000
_TAIL = 4096
_LOCK = Lock()
_AGAIN = ("请重新下载或重新导出该文件", "Get the file again, or export it anew")
_PAGE_NUMBER = re.compile(
    r"[-—–―─_·•\s]*(?:第\s*)?(?:[0-9]{1,4}|[ivxlc]{1,6}|[一二三四五六七八九十百]{1,5})\s*页?[-—–―─_·•\s]*"
    r"(?:[/／,，共(（\s]+(?:of\s+)?共?\s*[0-9一二三四五六七八九十百]{1,5}\s*页?[)）]?[-—–\s]*)?|"
    r"page\s+[0-9]{1,4}(?:\s+of\s+[0-9]{1,4})?",
    re.IGNORECASE,
)
_END = re.compile("[。！？；：!?;:][”’」』）)》]*$")
_EDGE_LINES = 3
_FEW_LINES = 5
_LONG = 8


def read_pdf(data: bytes) -> Document:
    """The text of a PDF. Refused if it is damaged, encrypted, too long, or a scan without text."""
    if b"%%EOF" not in data[-_TAIL:]:
        raise Refused("PDF 不完整（缺少文件尾）", "the PDF is incomplete (its end is missing)", _AGAIN)
    # The library is not made for several threads.
    with _LOCK:
        pages, title = _read_pages(data)
    pages = _without_edges(pages)
    text, starts = _joined(pages)
    return Document(text, "page", tuple(starts), title)


class _Page:
    """A page's lines in reading order, its size, and whether it is a picture only."""

    def __init__(self, lines: list[Line], width: float, height: float, picture: bool) -> None:
        self.lines, self.width, self.height, self.picture = lines, width, height, picture


def _read_pages(data: bytes) -> tuple[list[_Page], str]:
    from pypdfium2 import PdfiumError

    try:
        document = _open(data)
    except PdfiumError as error:
        raise _unopened(error) from error
    try:
        pages = _all_pages(document)
        title = str(document.get_metadata_dict().get("Title", "")).strip()
    except PdfiumError as error:
        raise Refused(f"PDF 已损坏（{error}）", f"the PDF is damaged ({error})", _AGAIN) from error
    finally:
        document.close()
    _check_text(pages)
    return pages, title


def _open(data: bytes) -> PdfDocument:
    from pypdfium2 import PdfDocument

    return PdfDocument(data)


def _unopened(error: Exception) -> Refused:
    import pypdfium2.raw as pdfium

    if getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return Refused(
            "PDF 已加密，需要密码", "the PDF is encrypted and asks for a password",
            ("请取消密码后另存", "Remove the password and save it anew"),
        )  # fmt: skip
    return Refused("PDF 已损坏，无法打开", "the PDF is damaged and cannot be opened", _AGAIN)


def _all_pages(document: PdfDocument) -> list[_Page]:
    count = len(document)
    if count > _MAX_PAGES:
        raise _too_long(f"{count} 页，上限 {_MAX_PAGES} 页", f"{count} pages, the limit is {_MAX_PAGES}")
    pages: list[_Page] = []
    chars = 0
    for number in range(count):
        page = document[number]
        lines, picture = lines_of(page)
        width, height = page.get_size()
        page.close()
        pages.append(_Page(lines, width, height, picture))
        chars += sum(len(line.text) for line in lines)
        if chars > _MAX_CHARS:
            raise _too_long(f"超过 {_MAX_CHARS} 字", f"more than {_MAX_CHARS} characters")
    return pages


def _too_long(zh: str, en: str) -> Refused:
    return Refused(f"PDF 过长（{zh}）", f"the PDF is too long ({en})", ("请拆成较小的文件", "Split it"))


def _check_text(pages: Sequence[_Page]) -> None:
    """Refuse a scan, a PDF with a scanned page among others, and one whose characters cannot be told."""
    advice = ("请先做文字识别（OCR），或使用原始电子版", "Run OCR on it first, or use the original file")
    text = "".join(line.text for page in pages for line in page.lines)
    if len(text.strip()) < 2 * max(1, len(pages)) and len(text) < 50:
        raise Refused("PDF 是扫描件，没有文字层", "the PDF is a scan: it has no text", advice)
    scanned = [n for n, page in enumerate(pages[1:-1], start=2) if page.picture]
    if scanned:
        which = "、".join(map(str, scanned[:10]))
        raise Refused(
            f"PDF 第 {which} 页是扫描图像，没有文字",
            f"page {which.replace('、', ', ')} of the PDF is a scanned picture without text",
            advice,
        )
    unknown = sum(char == "\ufffd" or "\ue000" <= char <= "\uf8ff" for char in text)
    if unknown > 0.2 * len(text):
        raise Refused(
            "PDF 的字体没有字符对照表，文字无法识别",
            "the fonts of the PDF do not say which characters they show",
            advice,
        )


def _without_edges(pages: list[_Page]) -> list[_Page]:
    """The pages without running heads, running feet and page numbers."""
    edges = [_edges(page) for page in pages]
    seen = Counter(key for page in edges for key in {key for _, key in page})
    many = max(2, round(0.3 * len(pages)))
    numbers = _number_lines(edges, len(pages))
    kept = []
    for page, marked, numbered in zip(pages, edges, numbers, strict=True):
        gone = [line for line, key in marked if seen[key] >= many and len(pages) > 1]
        gone += _lone_head(page) if len(pages) == 1 else []
        lines = [line for line in page.lines if line not in gone and line not in numbered]
        kept.append(_Page(lines, page.width, page.height, page.picture))
    return kept


def _lone_head(page: _Page) -> list[Line]:
    """The running head of a single page: at the very top, smaller than the text and well apart from it."""
    if len(page.lines) < 2:
        return []
    head, *others = sorted(page.lines, key=lambda line: -line.top)
    if head.bottom < 0.92 * page.height:
        return []
    small = head.em < 0.85 * min(line.em for line in others[:3])
    return [head] if small and head.bottom - others[0].top > 1.5 * head.height else []


def _edges(page: _Page) -> list[tuple[Line, tuple[str, int]]]:
    """The highest and the lowest lines of a page, each with what makes it the same as on another page."""
    ordered = sorted(page.lines, key=lambda line: -line.top)
    outer = ordered[:_EDGE_LINES] + ordered[max(_EDGE_LINES, len(ordered) - _EDGE_LINES) :]
    return [
        (line, (re.sub(r"[0-9\s]+", "#", line.text), round(line.bottom / 6)))
        for line in outer
        if line.bottom > 0.82 * page.height or line.top < 0.18 * page.height
    ]


def _number_lines(edges: Sequence[Sequence[tuple[Line, tuple[str, int]]]], count: int) -> list[list[Line]]:
    """For each page the line with its number: decorated, or the one that counts with the pages."""
    found: list[list[tuple[Line, int | None]]] = []
    for page in edges:
        numbers = [line for line, _ in page if _PAGE_NUMBER.fullmatch(line.text)]
        found.append([(line, _value(line.text)) for line in numbers])
    offsets = Counter(
        value - place for place, page in enumerate(found) for _, value in page if value is not None
    )
    steady = {offset for offset, times in offsets.items() if times >= max(2, 0.4 * count)}
    return [
        [
            line
            for line, value in page
            if not re.fullmatch(r"[0-9]+|[ivxlc]+|[一二三四五六七八九十百]+", line.text)
            or (value is not None and value - place in steady)
            or (count == 1 and value == 1)
        ]
        for place, page in enumerate(found)
    ]


def _value(text: str) -> int | None:
    digits = re.search("[0-9]{1,4}", text)
    return int(digits[0]) if digits else None


def _joined(pages: Sequence[_Page]) -> tuple[str, list[int]]:
    """The text with its lines joined to paragraphs, and the offset of each page's first character."""
    parts: list[str] = []
    length, starts = 0, []
    last: _Set | None = None
    long = [line.right for page in pages for line in page.lines if len(line.text) > _LONG]
    widest = max(long) if len(long) >= _FEW_LINES else 0.0
    for page in pages:
        start: int | None = None
        for column in split_columns(page.lines, page.width) if page.lines else ():
            margins = _margins(column, widest or page.width - 1.7 * min(each.left for each in column))
            for line in column:
                piece = _between(last, _Set(line, *margins, first=line is column[0]))
                parts += [piece, line.text]
                start = length + len(piece) if start is None else start
                length += len(piece) + len(line.text)
                if piece == "" and parts[-3:-2] and _hyphenated(parts[-3], line.text):
                    parts[-3] = parts[-3][:-1]
                    length, start = length - 1, start - (start > 0 and line is column[0])
                last = _Set(line, *margins, first=False)
        starts.append(length if start is None else start)
    return "".join(parts), starts


class _Set:
    """A line with the margins of its column."""

    def __init__(self, line: Line, left: float, right: float, pitch: float, *, first: bool) -> None:
        self.line, self.left, self.right, self.pitch, self.first = line, left, right, pitch, first

    @property
    def indented(self) -> bool:
        """True if the line begins at least a good character's width after the margin."""
        return self.line.left - self.left > 1.2 * self.line.em

    @property
    def full(self) -> bool:
        """True if not even two more characters would fit."""
        return self.right - self.line.right < 2.2 * self.line.em


def _margins(column: Sequence[Line], widest: float) -> tuple[float, float, float]:
    """Left and right margin of a column, and the usual distance of its lines.

    Few lines do not tell where the right margin is: then it is where other pages have it (`widest`).
    """
    long = [line for line in column if len(line.text) > _LONG] or list(column)
    lefts = Counter(round(line.left) for line in long)
    repeated = [left for left, times in lefts.items() if times > 1] or list(lefts)
    steps = sorted(a.bottom - b.bottom for a, b in pairwise(column) if a.bottom > b.bottom)
    pitch = steps[len(steps) // 2] if steps else 0.0
    left = min(repeated)
    right = max([line.right for line in long] + ([widest] if len(long) < _FEW_LINES else []))
    return left, right, pitch


def _between(last: _Set | None, this: _Set) -> str:
    """What stands between two lines: a newline, or what joins them."""
    if last is None:
        return ""
    return _joint(last.line.text, this.line.text) if _goes_on(last, this) else "\n"


def _goes_on(last: _Set, this: _Set) -> bool:
    before, line = last.line, this.line
    if "\t" in before.text or "\t" in line.text or not last.full:
        return False
    if abs(before.em - line.em) > 0.12 * max(before.em, line.em):
        return False
    ended = bool(_END.search(before.text))
    if this.indented:
        # A block that is indented as a whole goes on; a first line is indented alone.
        return last.indented and abs(line.left - before.left) < 0.3 * line.em and not ended
    apart = not this.first and this.pitch and before.bottom - line.bottom > 1.6 * this.pitch
    return not (ended and (apart or _begins_clause(line.text)))


def _begins_clause(text: str) -> bool:
    labels = find_labels(Lines.of(text[:60]))
    return any(label.start == 0 and label.place is Place.LINE for label in labels)


def _joint(before: str, after: str) -> str:
    """A blank between words of letters, nothing between Chinese characters or within a number."""
    if re.search("[0-9][.,]?$", before) and after[0] in "0123456789.,%":
        return ""
    if _hyphenated(before, after) or WIDE.match(before[-1]) or WIDE.match(after[0]):
        return ""
    return " "


def _hyphenated(before: str, after: str) -> bool:
    return bool(re.search(r"[a-z]-$", before)) and after[0].islower()
