"""Documents written for tests: the same lines as a page, a Word document and a PDF."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from io import BytesIO

Placed = tuple[float, float, float, str]
"""Left, baseline, size and text of a piece on a page of 595 × 842 points."""
NAV = "".join(
    f'<li><a href="/{n}">{name}</a></li>' for n, name in enumerate(["首页", "政务公开", "办事服务"])
)


def page_of(lines: Iterable[str], title: str, charset: str = "utf-8") -> bytes:
    """A page of a government's site around the lines."""
    body = "".join(f"<p>&nbsp;&nbsp;&nbsp;&nbsp;{html.escape(line)}</p>\n" for line in lines)
    page = f"""<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}_青川市人民政府网站</title>
        <style>p {{ color: red }}</style><script>var x = "第一条 脚本。";</script></head><body>
        <div class="top"><ul>{NAV}</ul></div>
        <div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/z">政策</a></div>
        <div class="main"><div class="info">发布时间：2024-05-06 来源：市政府办公室 字体：【大 中 小】</div>
        <div class="TRS_Editor"><div>{body}</div></div><div class="share">分享到：微信 微博</div></div>
        <div class="xg"><h3>相关文章</h3><ul><li><a href="/1">一、关于植树的通知</a></li>
        <li><a href="/2">（二）解读植树</a></li></ul></div>
        <div class="footer">版权所有：青川市人民政府 京ICP备12345号</div></body></html>"""
    return page.encode({"gb2312": "gb18030"}.get(charset, charset))


def docx_of(lines: Iterable[str]) -> bytes:
    """A plain Word document, a paragraph a line."""
    import docx

    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.sections[0].header.paragraphs[0].text = "页眉 第一条"
    return saved(document)


def saved(document: object) -> bytes:
    """The bytes of a python-docx document."""
    buffer = BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()


def pdf_of(pages: Sequence[Sequence[Placed]], extra: str = "") -> bytes:
    """A PDF with text at given places, in a font that every reader knows and that is not embedded."""
    fonts = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H "
        "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000 "
        "/FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 4 "
        "/FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 "
        "/StemV 93 >> >>] >>"
    )
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {extra} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        fonts,
    ]
    for number, page in enumerate(pages):
        content = "\n".join(_shown(piece) for piece in page)
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
    return _file(objects)


def _shown(piece: Placed) -> str:
    left, baseline, size, text = piece
    if text == "[picture]":
        return "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID a EI Q"
    return f"BT /F1 {size} Tf {left} {baseline} Td <{text.encode('utf-16-be').hex()}> Tj ET"


def _file(objects: Sequence[str]) -> bytes:
    data = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    end = f"xref\n0 {count}\n0000000000 65535 f \n{table}trailer\n<< /Size {count} /Root 1 0 R >>\n"
    return data + f"{end}startxref\n{len(data)}\n%%EOF\n".encode("latin-1")


def set_as_book(
    lines: Iterable[str], head: str = "", *, chars: int = 30, rows: int = 20, size: float = 12
) -> list[list[Placed]]:
    """Lines set as paragraphs with first lines indented by two, on pages with head and number."""
    pages: list[list[Placed]] = [[]]
    for paragraph, line in enumerate(lines):
        if paragraph == 0:
            pages[-1].append((297 - len(line) * size / 2, 760, size, line))
            continue
        for indent, text in broken(line, chars):
            if len(pages[-1]) == rows:
                pages.append([])
            row = 760 - 20 * len(pages[-1])
            pages[-1].append((90 + indent * size, row, size, text))
    for number, page in enumerate(pages, start=1):
        page.append((285, 40, 9, f"— {number} —"))
        if head:
            page.insert(0, (90, 805, 9, head))
    return pages


def broken(line: str, chars: int) -> Iterable[tuple[int, str]]:
    """A paragraph in rows of at most so many characters; the first begins two characters further in."""
    indent = 2
    while line:
        room = chars - indent
        # No row begins with a comma: one character goes over into the margin, as printers do.
        room += len(line) > room and line[room] in "，。；：、）》”"
        yield indent, line[:room]
        line, indent = line[room:], 0
