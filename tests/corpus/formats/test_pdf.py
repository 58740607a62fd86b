"""PDFs: lines joined to paragraphs, running heads and page numbers gone, pages known, scans refused."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from corpus.errors import CorpusError
from corpus.formats.parsing import parse_document
from corpus.formats.reading import document_of
from corpus.position import place_of
from tests.corpus.formats.writers import Placed, pdf_of, set_as_book

PROSE = (
    "为了节约用水，保护水资源，提高用水效率，根据有关法律，结合本市实际情况，制定本办法，"
    "并由市水行政部门组织实施。"
)


def read(pages: list[list[Placed]]) -> str:
    return document_of(pdf_of(pages), Path("a.pdf")).text


def rows(*texts: str, left: float = 90, top: float = 700, size: float = 12) -> list[Placed]:
    return [(left, top - 20 * n, size, text) for n, text in enumerate(texts)]


def test_lines_become_paragraphs_over_pages_too() -> None:
    lines = ["青川市节水办法", "第一条 " + PROSE, "第二条 " + PROSE * 6, "第三条 本办法自发布之日起施行。"]
    document = document_of(
        pdf_of(set_as_book(lines, "青川市人民政府公报 2024年第5期", rows=5)), Path("a.pdf")
    )
    assert document.text.split("\n") == lines
    assert document.unit == "page" and len(document.pages) == 4
    guideline = parse_document(document, "a")
    assert [place_of(guideline, m.span.start).number for m in guideline.measures] == [1, 1, 4]
    last = document.text.index("第三条")
    assert place_of(guideline, document.pages[1] - 1).number == 1
    assert place_of(guideline, document.pages[1]).number == 2
    assert document.pages[3] <= last


@pytest.mark.parametrize(
    "number",
    [
        "{}",
        "- {} -",
        "— {} —",
        "－ {} －",
        "第{}页",
        "第 {} 页 共 3 页",
        "{}/3",
        "第{}页/共3页",
        "Page {} of 3",
    ],
)
def test_page_numbers_of_all_kinds_are_gone(number: str) -> None:
    pages = [
        [*rows(f"第{label}条 内容。"), (280, 40, 9, number.format(n))]
        for n, label in enumerate("一二三", start=1)
    ]
    assert read(pages).split("\n") == ["第一条 内容。", "第二条 内容。", "第三条 内容。"]


def test_a_number_that_belongs_to_the_text_stays() -> None:
    pages = [[*rows("第一条 补助金额（元）", "5000")], [*rows("第二条 面积", "80")]]
    assert read(pages).split("\n") == ["第一条 补助金额（元）", "5000", "第二条 面积", "80"]


def test_heads_that_differ_from_left_to_right_pages_are_gone() -> None:
    heads = ["青川市人民政府公报", "市政府文件"] * 3
    pages = [
        [(90 if n % 2 else 400, 810, 9, head), *rows(f"第{label}条 内容{label}。")]
        for n, (head, label) in enumerate(zip(heads, "一二三四五六", strict=True))
    ]
    assert read(pages).split("\n") == [f"第{label}条 内容{label}。" for label in "一二三四五六"]


def test_two_columns_are_read_one_after_the_other() -> None:
    left = [f"第{n}条 左栏的文字在这里。" for n in "一二三四五六"]
    right = [f"第{n}条 右栏的文字在这里。" for n in "七八九"] + [
        "第十条 右栏。",
        "第十一条 右栏。",
        "第十二条 右栏。",
    ]
    by_column = rows(*left, left=60) + rows(*right, left=320)
    by_row = [
        piece for pair in zip(rows(*left, left=60), rows(*right, left=320), strict=True) for piece in pair
    ]
    for pieces in (by_column, by_row):
        assert read([[(200, 760, 16, "青川市节水办法"), *pieces]]).split("\n") == [
            "青川市节水办法",
            *left,
            *right,
        ]


def test_words_of_letters_are_joined_with_a_blank_and_without_a_hyphen() -> None:
    width = "推广使用节水型生活用水器具和工业节水装置"
    text = read([rows(width + "water saving de-", "vices and", width + width[:6] + "等技术", "产品。")])
    assert "water saving devices and" in text


def test_a_number_that_is_broken_over_two_lines_stays_whole() -> None:
    filler = "对新认定的国家级绿色工厂和绿色园区一次性给予奖励不超过"
    for first, second in (
        ("10", "00万元"),
        ("1", ".5万元"),
        ("1.", "5万元"),
        ("1,", "000元"),
        ("50", "%的部分"),
    ):
        text = read([rows(filler, filler + first, second + "。", filler, filler, filler)])
        assert f"{first}{second}。" in text


def test_a_table_keeps_its_rows() -> None:
    cells = [("序号", "指标", "2025年"), ("1", "万元产值用水量", "下降10%"), ("2", "灌溉用水系数", "0.60")]
    pieces = [
        (90 + 150 * column, 700 - 20 * row, 12, text)
        for row, line in enumerate(cells)
        for column, text in enumerate(line)
    ]
    text = read([[(90, 730, 12, "第一条 指标如下："), *pieces]])
    assert text.split("\n")[1:] == ["\t".join(line) for line in cells]


def test_a_watermark_set_at_a_slant_is_no_text() -> None:
    slanted = "内部资料"
    data = pdf_of([[*TEXT, (0, 0, 40, slanted)]])
    placed = b"40 Tf 0 0 Td"
    assert placed in data
    turned = data.replace(placed, b"40 Tf .7 .7 -.7 .7 200 300 Tm")
    assert slanted in document_of(data, Path("a.pdf")).text
    assert slanted not in document_of(turned, Path("a.pdf")).text


def test_radicals_stand_for_their_characters() -> None:
    assert read([rows("第⼀条 ⽤⽔⼈。", "第⼆条 ⾦。")]) == "第一条 用水人。\n第二条 金。"


def locked() -> bytes:
    secret = "00" * 32
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{secret}> /U <{secret}> /P -4 >> /ID [<01> <01>] >>"
    return pdf_of([rows("第一条 甲。")]).replace(b"/Root 1 0 R >>", f"/Root 1 0 R {lock}".encode())


PICTURE: list[Placed] = [(0, 0, 1, "[picture]")]
TEXT = rows("第一条 这一页有足够多的文字，可以被读出来。", "第二条 这一页有足够多的文字。", "第三条 同上。")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pdf_of([PICTURE, PICTURE]), "扫描件"),
        (pdf_of([[], []]), "扫描件"),
        (pdf_of([TEXT, PICTURE, TEXT]), "第 2 页是扫描"),
        (locked(), "加密"),
        (pdf_of([TEXT])[:-400], "不完整"),
        (b"%PDF-1.7\n" + random.Random(1).randbytes(5000) + b"\n%%EOF", "损坏"),
        (b"junk" * 10, "不是 pdf"),
        (pdf_of([TEXT]).replace(b"/Count 1", b"/Count 9"), "损坏"),
        (pdf_of([PICTURE, TEXT, PICTURE]), None),
    ],
    ids=["scan", "blank", "mixed", "locked", "cut", "garbage", "other", "miscounted", "covers"],
)
def test_what_cannot_be_read_is_refused(data: bytes, said: str | None) -> None:
    if said is None:
        assert "第三条 同上。" in document_of(data, Path("a.pdf")).text
        return
    with pytest.raises(CorpusError) as refused:
        document_of(data, Path("坏.pdf"))
    assert re.search(said, refused.value.zh) and "坏.pdf" in refused.value.en


def test_changed_bytes_are_refused_or_read_and_nothing_else() -> None:
    whole, chance = pdf_of([TEXT, TEXT]), random.Random(3)
    for _ in range(60):
        broken = bytearray(whole)
        for _ in range(chance.choice((1, 10, 100))):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            document_of(bytes(broken), Path("a.pdf"))
        except CorpusError as error:
            assert error.zh and error.en


def test_too_many_pages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.formats.pdf._MAX_PAGES", 2)
    with pytest.raises(CorpusError, match="3 页，上限 2 页"):
        document_of(pdf_of([TEXT] * 3), Path("a.pdf"))
