"""What a file is shows in its content; what is not read is refused with what to do instead."""

from __future__ import annotations

import time
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from corpus.errors import CorpusError
from corpus.formats.reading import document_of
from corpus.load import document_in, load_document
from tests.corpus.formats.writers import docx_of, pdf_of

TEXT = "第一条 为了节约用水，制定本办法。\n第二条 本办法自发布之日起施行。"
LINES = TEXT.split("\n")
PAGE = f"<p>{LINES[0]}</p><p>{LINES[1]}</p>"
PDF = pdf_of([[(90, 700, 12, LINES[0]), (90, 680, 12, LINES[1])]])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", PDF),
        ("a.txt", docx_of(LINES)),
        ("a.pdf", docx_of(LINES)),
        ("a.docx", PDF),
        ("a.txt", f"<!DOCTYPE html>\n<html><body>{PAGE}</body></html>".encode()),
        ("a.doc", f"<html><head><meta charset=gb2312></head><body>{PAGE}".encode("gbk")),
        ("a.md", f"<!-- saved --><html><body>{PAGE}".encode()),
        (
            "a.html",
            f"<meta http-equiv=Content-Type content='text/html; charset=GBK'>{PAGE}".encode("gb18030"),
        ),
        ("a.html", f"<meta charset=utf-8>{PAGE}".encode("gb18030")),
        ("a.html", f"<meta charset=unheard-of>{PAGE}".encode("gb18030")),
        ("a.html", PAGE.encode("utf-16")),
        ("a.htm", f"<html>{PAGE}".encode("utf-16")),
        ("a.html", b"\xef\xbb\xbf" + PAGE.encode()),
        ("a.html", f"<meta charset=gb2312>{PAGE}{'<p>节水。</p>' * 900}".encode("gb18030") + b"<i>\x81</i>"),
    ],
)
def test_files_are_read_as_what_they_are(name: str, data: bytes) -> None:
    assert document_of(data, Path(name)).text.split("\n")[:2] == LINES


def archive(*names: str) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, r"另存为 \.docx"),
        ("a.rtf", b"{\\rtf1\\ansi x}", r"RTF.*另存为 \.docx"),
        ("a.odt", archive("content.xml", "mimetype"), r"OpenDocument.*另存为 \.docx"),
        ("a.docx", archive("[Content_Types].xml", "xl/workbook.xml"), "Excel"),
        ("a.ofd", archive("OFD.xml"), "OFD"),
        ("a.docx", archive("x"), "ZIP"),
        ("a.mht", b"MIME-Version: 1.0\nContent-Type: multipart/related; x", r"另存为 \.html"),
        ("a.wps", b"plain", r"\.wps"),
        ("a.docx", TEXT.encode(), "不是 docx"),
        ("a.html", b"<html><script>x</script></html>", "空文件"),
        ("a.html", b"<p>x" * 200_001, "标签过多"),
        ("a.txt", b"x" * 3_000_001, "文字过多"),
    ],
)
def test_what_is_not_read_is_refused_with_advice(name: str, data: bytes, said: str) -> None:
    with pytest.raises(CorpusError, match=said) as refused:
        document_of(data, Path(name))
    assert name in refused.value.zh and name in refused.value.en


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.md", b"*" * 300_000),
        ("a.md", b"| " * 150_000),
        ("a.md", b"<!-- " * 60_000),
        ("a.md", b" " * 300_000 + b"x"),
        ("a.md", b"![" * 150_000),
        ("a.md", b"a`" * 150_000),
        ("a.html", b"<div>x" * 30_000),
        ("a.html", "<tr><td>第一<td>二".encode() * 10_000),
        ("a.html", "<p>第一条 甲。".encode() * 10_000),
        ("a.html", "<div hidden>第一条 甲。".encode() * 10_000),
        ("a.html", b" " * 2_000_000),
    ],
)
def test_hostile_texts_take_little_time(name: str, data: bytes) -> None:
    start = time.process_time()
    try:
        document_of(data, Path(name))
    except CorpusError as error:
        assert error.en
    assert time.process_time() - start < 5


def test_what_lies_beside_documents_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    for folder in ("page_files", "page.files"):
        (tmp_path / folder).mkdir()
        assert document_in(tmp_path / folder) is None
    assert document_in(tmp_path / "~$lock.docx") is None
    assert document_in(tmp_path / "page.html") == tmp_path / "page.html"


def test_the_source_of_a_document_with_a_meta(tmp_path: Path) -> None:
    folder = tmp_path / "water"
    folder.mkdir()
    (folder / "source.docx").write_bytes(docx_of(LINES))
    (folder / "meta.toml").write_text('title = "节水"\n', encoding="utf-8")
    guideline = load_document(folder / "source.docx")
    assert (guideline.slug, guideline.meta.title, guideline.unit) == ("water", "节水", "paragraph")


MARKED = {
    "# 青川市节水办法\n\n## **第一章** 总则\n\n**第一条** 甲。\n": ["第一条"],
    "青川市节水办法\n\n1\\. 甲。\n2\\. 乙。\n": ["1.", "2."],
    "- 一、甲\n- 二、乙\n": ["一、", "二、"],
    "> **第一条**　甲。\n>\n> [第二条](#2)　乙。\n": ["第一条", "第二条"],
    "| 第一条 | 甲 |\n| --- | --- |\n| 第二条 | 乙 |\n": ["第一条", "第二条"],
    "---\ntitle: 青川市节水办法\n---\n<!-- 第九条 -->\n### 第一条&nbsp;甲\n***\n### 第二条 乙\n": [
        "第一条",
        "第二条",
    ],
    "<a id='1'></a>第一条 甲。<br>\n`第二条` 乙。\n": ["第一条", "第二条"],
}


@pytest.mark.parametrize(("text", "labels"), MARKED.items())
def test_mark_up_hides_no_number(tmp_path: Path, text: str, labels: list[str]) -> None:
    path = tmp_path / "a.md"
    path.write_text(text, encoding="utf-8", newline="")
    guideline = load_document(path)
    assert guideline.source == text and guideline.unit == "line"
    assert [m.label for m in guideline.measures] == labels
    assert all(text[m.span.start : m.span.end] == m.text for m in guideline.measures)


def test_titles_are_free_of_mark_up(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("## 一、加强**党的**领导\n\n（一）推进**节水**工作。各区负责。\n", encoding="utf-8")
    guideline = load_document(path)
    assert guideline.sections[0].title == "加强党的领导"
    assert (guideline.measures[0].title, guideline.measures[0].path) == (
        "推进节水工作",
        ("一、加强党的领导",),
    )
